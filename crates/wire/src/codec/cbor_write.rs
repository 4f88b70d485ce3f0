//! How is a value written as CBOR? Members by shape, with definite lengths where they are known (RFC 8949).

use super::Mistake;
use super::look::Look;
use super::scalar::Slot;
use crate::time;
use sotto_aws_model::{Kind, Structure};

/// Appends a value of a shape.
pub(crate) fn write(out: &mut Vec<u8>, look: Look<'_>, slot: Slot<'_>) -> Result<(), Mistake> {
    match (slot.kind().map_err(|_| Mistake)?, look) {
        (_, Look::Null) => out.push(0xf6),
        (Kind::Structure(structure), look) => return write_structure(out, look, slot, structure),
        (Kind::List(list), Look::List(found)) => {
            let items: Vec<Look<'_>> = found.items().collect();
            head(out, 4, length(items.len()));
            let below = slot.below(list.item, list.capture, None);
            return items.into_iter().try_for_each(|item| write(out, item, below));
        }
        (Kind::Map(map), Look::Map(found)) => {
            let entries: Vec<_> = found.entries().collect();
            head(out, 5, length(entries.len()));
            let [_, of_value] = map.capture;
            let below = slot.below(map.value, of_value, None);
            return entries.into_iter().try_for_each(|(key, value)| {
                let Look::Text(key) = key else { return Err(Mistake) };
                text(out, key);
                write(out, value, below)
            });
        }
        (Kind::Text(_), Look::Text(value)) => text(out, value),
        (Kind::Blob(_), Look::Bytes(bytes)) => {
            head(out, 2, length(bytes.len()));
            out.extend_from_slice(bytes);
        }
        (Kind::Boolean, Look::Flag(flag)) => out.push(0xf4 + u8::from(flag)),
        (Kind::Integer(_), Look::Integer(number)) => integer(out, number),
        #[expect(clippy::cast_precision_loss, reason = "the shape is a number with a fraction")]
        (Kind::Float, Look::Integer(number)) => float(out, number as f64),
        (Kind::Float, Look::Float(number)) => float(out, number),
        (Kind::Timestamp(_), Look::Time(at)) => timestamp(out, at),
        _ => return Err(Mistake),
    }
    Ok(())
}

fn write_structure(
    out: &mut Vec<u8>,
    look: Look<'_>,
    slot: Slot<'_>,
    structure: &Structure,
) -> Result<(), Mistake> {
    let count = look.member_count().ok_or(Mistake)?;
    let found = structure.members.iter().filter_map(|member| Some((member, look.member(&member.name)?)));
    let found: Vec<_> = found.collect();
    if found.len() != count {
        return Err(Mistake);
    }
    head(out, 5, length(count));
    for (member, value) in found {
        text(out, member.wire_name());
        write(out, value, slot.below(member.shape, member.capture, member.time_format))?;
    }
    Ok(())
}

/// Appends a text string.
pub(crate) fn text(out: &mut Vec<u8>, value: &str) {
    head(out, 3, length(value.len()));
    out.extend_from_slice(value.as_bytes());
}

fn length(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

fn integer(out: &mut Vec<u8>, number: i64) {
    if number < 0 { head(out, 1, (-1 - number).unsigned_abs()) } else { head(out, 0, number.unsigned_abs()) }
}

fn float(out: &mut Vec<u8>, number: f64) {
    out.push(0xfb);
    out.extend_from_slice(&number.to_be_bytes());
}

/// Tag 1: whole seconds, or seconds with a fraction.
fn timestamp(out: &mut Vec<u8>, at: std::time::SystemTime) {
    let (seconds, nanos) = time::parts(at);
    out.push(0xc1);
    match nanos / 1_000_000 {
        0 => integer(out, seconds),
        #[expect(clippy::cast_precision_loss, reason = "seconds of any date are exact in a double")]
        millis => float(out, seconds as f64 + f64::from(millis) / 1e3),
    }
}

/// Appends major type and argument, in the shortest form (RFC 8949, section 4.2.1).
pub(crate) fn head(out: &mut Vec<u8>, major: u8, argument: u64) {
    let first = major << 5;
    let bytes = argument.to_be_bytes();
    let (info, width) = match argument {
        0..=23 => {
            out.push(first | bytes.last().copied().unwrap_or_default());
            return;
        }
        24..=0xff => (24, 1),
        0x100..=0xffff => (25, 2),
        0x1_0000..=0xffff_ffff => (26, 4),
        _ => (27, 8),
    };
    out.push(first | info);
    out.extend_from_slice(bytes.get(8 - width..).unwrap_or_default());
}
