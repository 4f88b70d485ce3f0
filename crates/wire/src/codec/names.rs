//! What is a member called on the wire, where its own name does not say?

use sotto_aws_model::Member;

/// A member's name in `ec2` queries: `queryName`, else its name on the wire with a capital letter.
pub(crate) fn ec2(member: &Member) -> String {
    member.query_name.as_ref().map_or_else(|| capital(member.wire_name()), |name| name.to_string())
}

fn capital(name: &str) -> String {
    let mut chars = name.chars();
    chars.next().map(|first| first.to_ascii_uppercase().to_string() + chars.as_str()).unwrap_or_default()
}

/// A member's name as AWS's validation answers write it: with a small first letter.
pub(crate) fn small(name: &str) -> String {
    let mut chars = name.chars();
    chars.next().map(|first| first.to_ascii_lowercase().to_string() + chars.as_str()).unwrap_or_default()
}

/// An element's name without its namespace prefix.
pub(crate) fn local(name: &[u8]) -> &[u8] {
    name.iter().position(|byte| *byte == b':').map_or(name, |colon| name.get(colon + 1..).unwrap_or_default())
}
