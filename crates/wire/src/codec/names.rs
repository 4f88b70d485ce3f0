//! What is a member called on the wire, where its own name does not say?

use sotto_aws_model::Member;

/// A member's name in `ec2` queries: `queryName`, else its location name with a capital letter, else its own name.
pub(crate) fn ec2(member: &Member) -> String {
    match (&member.query_name, &member.wire_name) {
        (Some(name), _) => name.to_string(),
        (None, Some(name)) => capital(name),
        (None, None) => member.name.to_string(),
    }
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
