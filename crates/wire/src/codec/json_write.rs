//! How is a value written as JSON? Members by shape, in the model's order.

use super::look::{List, Look, Map, own_text};
use super::{Mistake, scalar};
use crate::input::Document;
use crate::text::base64_encode;
use crate::time;
use scalar::Slot;
use sotto_aws_model::{Kind, Location, Structure, TimeFormat};

/// Appends a value of a shape.
pub(crate) fn write(out: &mut Vec<u8>, look: Look<'_>, slot: Slot<'_>) -> Result<(), Mistake> {
    if matches!(look, Look::Null) {
        out.extend_from_slice(b"null");
        return Ok(());
    }
    match (slot.kind().map_err(|_| Mistake)?, look) {
        (Kind::Structure(structure), look) => write_structure(out, look, slot, structure),
        (Kind::List(list), Look::List(items)) => {
            write_list(out, items, slot.below(list.item, list.capture, None))
        }
        (Kind::Map(map), Look::Map(entries)) => {
            let [_, of_value] = map.capture;
            write_map(out, entries, slot.below(map.value, of_value, None))
        }
        (Kind::Timestamp(own), Look::Time(at)) => {
            let format = own.unwrap_or(slot.time);
            let text = time::written(at, format);
            if format == TimeFormat::UnixTimestamp {
                out.extend_from_slice(text.as_bytes())
            } else {
                string(out, &text)
            }
            Ok(())
        }
        (Kind::Blob(_), Look::Bytes(bytes)) => {
            out.push(b'"');
            base64_encode(out, bytes);
            out.push(b'"');
            Ok(())
        }
        (Kind::Document, Look::Document(document)) => {
            write_document(out, document);
            Ok(())
        }
        (Kind::Text(_), Look::Text(text)) => {
            string(out, text);
            Ok(())
        }
        (Kind::Boolean, Look::Flag(flag)) => {
            out.extend_from_slice(if flag { b"true" } else { b"false" });
            Ok(())
        }
        (Kind::Integer(_) | Kind::Float, Look::Integer(number)) => {
            out.extend_from_slice(number.to_string().as_bytes());
            Ok(())
        }
        (Kind::Float, Look::Float(number)) => {
            if number.is_finite() {
                out.extend_from_slice(number.to_string().as_bytes());
            } else {
                string(out, float_name(number));
            }
            Ok(())
        }
        _ => Err(Mistake),
    }
}

/// Names of the floats that have no digits (Smithy, "Float").
pub(crate) fn float_name(number: f64) -> &'static str {
    match number {
        _ if number.is_nan() => "NaN",
        _ if number > 0.0 => "Infinity",
        _ => "-Infinity",
    }
}

fn write_structure(
    out: &mut Vec<u8>,
    look: Look<'_>,
    slot: Slot<'_>,
    structure: &Structure,
) -> Result<(), Mistake> {
    let mut left = look.member_count().ok_or(Mistake)?;
    out.push(b'{');
    let mut first = true;
    for member in &structure.members {
        let Some(value) = look.member(&member.name) else { continue };
        left -= 1;
        if member.location != Location::Body {
            continue;
        }
        if !std::mem::take(&mut first) {
            out.push(b',');
        }
        string(out, member.wire_name());
        out.push(b':');
        write(out, value, slot.below(member.shape, member.capture, member.time_format))?;
    }
    out.push(b'}');
    if left == 0 { Ok(()) } else { Err(Mistake) }
}

fn write_list(out: &mut Vec<u8>, items: List<'_>, slot: Slot<'_>) -> Result<(), Mistake> {
    out.push(b'[');
    for (index, item) in items.items().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        write(out, item, slot)?;
    }
    out.push(b']');
    Ok(())
}

fn write_map(out: &mut Vec<u8>, entries: Map<'_>, slot: Slot<'_>) -> Result<(), Mistake> {
    out.push(b'{');
    for (index, (key, value)) in entries.entries().enumerate() {
        let Look::Text(key) = key else { return Err(Mistake) };
        if index > 0 {
            out.push(b',');
        }
        string(out, key);
        out.push(b':');
        write(out, value, slot)?;
    }
    out.push(b'}');
    Ok(())
}

/// Appends a value of any shape.
pub(crate) fn write_document(out: &mut Vec<u8>, document: &Document) {
    match document {
        Document::Null => out.extend_from_slice(b"null"),
        Document::Flag(flag) => out.extend_from_slice(if *flag { b"true" } else { b"false" }),
        Document::Number(number) => out.extend_from_slice(own_text(number).as_bytes()),
        Document::Text(text) => string(out, own_text(text)),
        Document::List(items) => {
            out.push(b'[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                write_document(out, item);
            }
            out.push(b']');
        }
        Document::Map(entries) => {
            out.push(b'{');
            for (index, (key, value)) in entries.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                string(out, own_text(key));
                out.push(b':');
                write_document(out, value);
            }
            out.push(b'}');
        }
    }
}

/// Appends a quoted string (RFC 8259, section 7).
pub(crate) fn string(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    for byte in text.bytes() {
        match byte {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            0..=0x1f => out.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
            _ => out.push(byte),
        }
    }
    out.push(b'"');
}
