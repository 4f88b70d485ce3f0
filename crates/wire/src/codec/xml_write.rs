//! How is a value written as XML? Elements by the names that the shapes give (Smithy, "XML binding traits").

use super::Mistake;
use super::json_write::float_name;
use super::look::{List, Look, Map};
use super::scalar::Slot;
use crate::text::base64_encode;
use crate::time;
use sotto_aws_model::{Kind, ListShape, Location, MapShape, Member, Namespace, Structure, TimeFormat};

/// Appends an element of a shape: name, namespace, attributes, content.
pub(crate) fn element(
    out: &mut Vec<u8>,
    name: &str,
    namespace: Option<&Namespace>,
    (look, slot): (Look<'_>, Slot<'_>),
) -> Result<(), Mistake> {
    out.push(b'<');
    out.extend_from_slice(name.as_bytes());
    write_namespace(out, namespace);
    let kind = slot.kind().map_err(|_| Mistake)?;
    if let Kind::Structure(structure) = kind {
        attributes(out, look, slot, structure)?;
    }
    out.push(b'>');
    content(out, look, slot)?;
    close(out, name);
    Ok(())
}

pub(crate) fn close(out: &mut Vec<u8>, name: &str) {
    out.extend_from_slice(b"</");
    out.extend_from_slice(name.as_bytes());
    out.push(b'>');
}

pub(crate) fn write_namespace(out: &mut Vec<u8>, namespace: Option<&Namespace>) {
    let Some(Namespace { prefix, uri }) = namespace else { return };
    out.extend_from_slice(b" xmlns");
    if !prefix.is_empty() {
        out.push(b':');
        out.extend_from_slice(prefix.as_bytes());
    }
    out.extend_from_slice(b"=\"");
    escape(out, uri, true);
    out.push(b'"');
}

fn attributes(
    out: &mut Vec<u8>,
    look: Look<'_>,
    slot: Slot<'_>,
    structure: &Structure,
) -> Result<(), Mistake> {
    for member in structure.members.iter().filter(|member| member.attribute) {
        let Some(value) = look.member(&member.name) else { continue };
        let text = scalar_text(value, slot.below(member.shape, member.capture, member.time_format))?;
        out.push(b' ');
        out.extend_from_slice(member.wire_name().as_bytes());
        out.extend_from_slice(b"=\"");
        escape(out, &text, true);
        out.push(b'"');
    }
    Ok(())
}

/// Appends what stands inside of an element of a shape.
pub(crate) fn content(out: &mut Vec<u8>, look: Look<'_>, slot: Slot<'_>) -> Result<(), Mistake> {
    match (slot.kind().map_err(|_| Mistake)?, look) {
        (Kind::Structure(structure), look) => members(out, look, slot, structure),
        (Kind::List(list), Look::List(found)) => {
            items(out, found, list.item_element.as_deref().unwrap_or("member"), (slot, list))
        }
        (Kind::Map(map), Look::Map(found)) => entries(out, found, ("entry", None), (slot, map)),
        _ => {
            escape(out, &scalar_text(look, slot)?, false);
            Ok(())
        }
    }
}

/// Appends the members of a structure that stand in the body.
pub(crate) fn members(
    out: &mut Vec<u8>,
    look: Look<'_>,
    slot: Slot<'_>,
    structure: &Structure,
) -> Result<(), Mistake> {
    let mut left = look.member_count().ok_or(Mistake)?;
    for member in &structure.members {
        let Some(value) = look.member(&member.name) else { continue };
        left -= 1;
        if member.location == Location::Body && !member.attribute && !matches!(value, Look::Null) {
            write_member(out, member, value, slot.below(member.shape, member.capture, member.time_format))?;
        }
    }
    if left == 0 { Ok(()) } else { Err(Mistake) }
}

fn write_member(out: &mut Vec<u8>, member: &Member, look: Look<'_>, slot: Slot<'_>) -> Result<(), Mistake> {
    let name = member.wire_name();
    match (slot.kind().map_err(|_| Mistake)?, look) {
        (Kind::List(list), Look::List(found)) if list.flattened || member.flattened => {
            items(out, found, name, (slot, list))
        }
        (Kind::Map(map), Look::Map(found)) if map.flattened || member.flattened => {
            entries(out, found, (name, member.namespace.as_ref()), (slot, map))
        }
        _ => element(out, name, member.namespace.as_ref(), (look, slot)),
    }
}

fn items(
    out: &mut Vec<u8>,
    found: List<'_>,
    name: &str,
    (slot, list): (Slot<'_>, &ListShape),
) -> Result<(), Mistake> {
    let below = slot.below(list.item, list.capture, None);
    found.items().try_for_each(|item| element(out, name, list.item_namespace.as_ref(), (item, below)))
}

fn entries(
    out: &mut Vec<u8>,
    found: Map<'_>,
    (name, namespace): (&str, Option<&Namespace>),
    (slot, map): (Slot<'_>, &MapShape),
) -> Result<(), Mistake> {
    let [of_key, of_value] = map.capture;
    let (keys, values) = (slot.below(map.key, of_key, None), slot.below(map.value, of_value, None));
    let [key_namespace, value_namespace] = &map.namespaces;
    for (key, value) in found.entries() {
        out.push(b'<');
        out.extend_from_slice(name.as_bytes());
        write_namespace(out, namespace);
        out.push(b'>');
        element(out, map.key_element.as_deref().unwrap_or("key"), key_namespace.as_ref(), (key, keys))?;
        let value_name = map.value_element.as_deref().unwrap_or("value");
        element(out, value_name, value_namespace.as_ref(), (value, values))?;
        close(out, name);
    }
    Ok(())
}

/// A leaf as text, for XML, headers, paths and queries.
pub(crate) fn scalar_text(look: Look<'_>, slot: Slot<'_>) -> Result<String, Mistake> {
    Ok(match (slot.kind().map_err(|_| Mistake)?, look) {
        (Kind::Text(_), Look::Text(text)) => text.to_owned(),
        (Kind::Boolean, Look::Flag(flag)) => flag.to_string(),
        (Kind::Integer(_) | Kind::Float, Look::Integer(number)) => number.to_string(),
        (Kind::Float, Look::Float(number)) if number.is_finite() => float_text(number),
        (Kind::Float, Look::Float(number)) => float_name(number).to_owned(),
        (Kind::Timestamp(own), Look::Time(at)) => {
            let format: TimeFormat = own.unwrap_or(slot.time);
            time::written(at, format)
        }
        (Kind::Blob(_), Look::Bytes(bytes)) => {
            let mut out = Vec::new();
            base64_encode(&mut out, bytes);
            String::from_utf8(out).map_err(|_| Mistake)?
        }
        _ => return Err(Mistake),
    })
}

/// A finite float, with a fraction in any case.
fn float_text(number: f64) -> String {
    let text = number.to_string();
    if text.contains('.') { text } else { text + ".0" }
}

/// Appends text with what XML reserves as references; control characters by number.
pub(crate) fn escape(out: &mut Vec<u8>, text: &str, attribute: bool) {
    for c in text.chars() {
        match c {
            '&' => out.extend_from_slice(b"&amp;"),
            '<' => out.extend_from_slice(b"&lt;"),
            '>' => out.extend_from_slice(b"&gt;"),
            '"' if attribute => out.extend_from_slice(b"&quot;"),
            '\r' => out.extend_from_slice(b"&#xD;"),
            '\n' if attribute => out.extend_from_slice(b"&#xA;"),
            '\u{85}' => out.extend_from_slice(b"&#x85;"),
            '\u{2028}' => out.extend_from_slice(b"&#x2028;"),
            // XML 1.0 has no other control characters, not even by number.
            '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' => {
                out.extend_from_slice("\u{fffd}".as_bytes())
            }
            other => out.extend_from_slice(other.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
}
