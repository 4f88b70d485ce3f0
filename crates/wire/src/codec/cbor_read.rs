//! What does this CBOR say? Members by shape (RFC 8949; Smithy, "Smithy RPC v2 CBOR protocol").
//!
//! Definite and indefinite lengths, the three widths of floats, tag 1 for times. A length is never trusted for an allocation:
//! what is announced must be there.

use super::scalar::Slot;
use super::{DEPTH_MAX, Unread};
use crate::input::Node;
use crate::time::{instant, instant_of};
use sotto_aws_model::{Kind, Structure};
use sotto_sensitive::RawBytes;

/// Reads a whole item into a shape.
pub(crate) fn read(bytes: &[u8], slot: Slot<'_>) -> Result<Node, Unread> {
    let mut reader = Reader { bytes, at: 0, depth: 0 };
    let node = reader.value(slot)?;
    if reader.at == bytes.len() { Ok(node) } else { Err(Unread::Grammar { at: reader.at }) }
}

/// The text of a top-level member, for finding an error's code.
pub(crate) fn top_text(bytes: &[u8], name: &str) -> Option<Vec<u8>> {
    let mut reader = Reader { bytes, at: 0, depth: 0 };
    let mut found = None;
    let head = reader.head().ok()?;
    reader
        .entries(head, |reader, key| {
            let head = reader.head()?;
            if key == name.as_bytes() && head.major == TEXT {
                found = Some(reader.chunks(head)?);
                return Ok(());
            }
            reader.skip_rest(head)
        })
        .ok()?;
    found
}

const UNSIGNED: u8 = 0;
const NEGATIVE: u8 = 1;
const BYTES: u8 = 2;
const TEXT: u8 = 3;
const ARRAY: u8 = 4;
const MAP: u8 = 5;
const TAG: u8 = 6;
const SIMPLE: u8 = 7;

/// Major type, the five bits beside it, and the argument; none for an indefinite length.
#[derive(Clone, Copy)]
struct Head {
    major: u8,
    info: u8,
    argument: Option<u64>,
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    depth: usize,
}

impl<'a> Reader<'a> {
    fn grammar<T>(&self) -> Result<T, Unread> {
        Err(Unread::Grammar { at: self.at })
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8], Unread> {
        let taken = self.at.checked_add(count).and_then(|end| self.bytes.get(self.at..end));
        let taken = taken.ok_or(Unread::Grammar { at: self.at })?;
        self.at += count;
        Ok(taken)
    }

    fn head(&mut self) -> Result<Head, Unread> {
        let first = self.take(1)?.iter().fold(0, |_, byte| *byte);
        let (major, info) = (first >> 5, first & 31);
        let argument = match info {
            0..=23 => Some(u64::from(info)),
            24..=27 => {
                let bytes = self.take(1 << (info - 24))?;
                Some(bytes.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte)))
            }
            31 if matches!(major, BYTES | TEXT | ARRAY | MAP | SIMPLE) => None,
            _ => return self.grammar(),
        };
        Ok(Head { major, info, argument })
    }

    fn is_break(&mut self) -> bool {
        let found = self.bytes.get(self.at) == Some(&0xff);
        self.at += usize::from(found);
        found
    }

    /// Runs `each` for as many items as the head announces.
    fn each(
        &mut self,
        head: Head,
        mut each: impl FnMut(&mut Self) -> Result<(), Unread>,
    ) -> Result<(), Unread> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(Unread::Deep);
        }
        let mut left = head.argument;
        loop {
            match &mut left {
                Some(0) => break,
                Some(left) => *left -= 1,
                None if self.is_break() => break,
                None => {}
            }
            each(self)?;
        }
        self.depth -= 1;
        Ok(())
    }

    fn entries(
        &mut self,
        head: Head,
        mut each: impl FnMut(&mut Self, Vec<u8>) -> Result<(), Unread>,
    ) -> Result<(), Unread> {
        if head.major != MAP {
            return Err(Unread::Kind { expected: "structure or map" });
        }
        self.each(head, |reader| {
            let key = reader.head()?;
            if key.major != TEXT {
                return reader.grammar();
            }
            let key = reader.chunks(key)?;
            each(reader, key)
        })
    }

    /// The bytes of a byte or text string, in one piece or in chunks.
    fn chunks(&mut self, head: Head) -> Result<Vec<u8>, Unread> {
        let length = |argument: u64| usize::try_from(argument).map_err(|_| Unread::Body);
        if let Some(argument) = head.argument {
            return Ok(self.take(length(argument)?)?.to_vec());
        }
        let mut out = Vec::new();
        while !self.is_break() {
            let chunk = self.head()?;
            match chunk.argument {
                Some(argument) if chunk.major == head.major => {
                    out.extend_from_slice(self.take(length(argument)?)?)
                }
                _ => return self.grammar(),
            }
        }
        Ok(out)
    }

    fn value(&mut self, slot: Slot<'_>) -> Result<Node, Unread> {
        let head = self.head()?;
        if head.major == SIMPLE && matches!(head.info, 22 | 23) {
            return Ok(Node::Null);
        }
        match slot.kind()? {
            Kind::Structure(structure) => self.structure(head, slot, structure),
            Kind::List(list) if head.major == ARRAY => {
                let below = slot.below(list.item, list.capture, None);
                let mut items = Vec::new();
                self.each(head, |reader| {
                    items.push(reader.value(below)?);
                    Ok(())
                })?;
                Ok(Node::List(items))
            }
            Kind::Map(map) => {
                let [of_key, of_value] = map.capture;
                let (keys, values) =
                    (slot.below(map.key, of_key, None), slot.below(map.value, of_value, None));
                let mut entries = Vec::new();
                self.entries(head, |reader, key| {
                    let value = reader.value(values)?;
                    entries.push((keys.key(key)?, value));
                    Ok(())
                })?;
                Ok(Node::Map(entries))
            }
            kind => self.leaf(head, slot, kind),
        }
    }

    fn structure(&mut self, head: Head, slot: Slot<'_>, structure: &Structure) -> Result<Node, Unread> {
        let mut members: Vec<(u16, Node)> = Vec::new();
        self.entries(head, |reader, key| {
            let named = (0_u16..).zip(&structure.members).find(|(_, m)| m.wire_name().as_bytes() == key);
            let Some((index, member)) = named else { return reader.skip() };
            let value = reader.value(slot.below(member.shape, member.capture, member.time_format))?;
            members.retain(|(at, _)| *at != index);
            if !matches!(value, Node::Null) {
                members.push((index, value));
            }
            Ok(())
        })?;
        Ok(Node::Structure(members))
    }

    fn leaf(&mut self, head: Head, slot: Slot<'_>, kind: &Kind) -> Result<Node, Unread> {
        Ok(match kind {
            Kind::Text(shape) if head.major == TEXT => slot.text(shape, self.chunks(head)?)?,
            Kind::Blob(_) if head.major == BYTES => Node::Bytes(RawBytes::new(self.chunks(head)?)),
            Kind::Boolean if head.major == SIMPLE && matches!(head.info, 20 | 21) => {
                Node::Flag(head.info == 21)
            }
            Kind::Integer(_) => Node::Integer(integer(head)?),
            Kind::Float => Node::Float(number(head)?),
            Kind::Timestamp(_) => self.timestamp(head)?,
            _ => return Err(Unread::Kind { expected: super::json_read::name_of(kind) }),
        })
    }

    /// Tag 1, then seconds (RFC 8949, section 3.4.2).
    fn timestamp(&mut self, head: Head) -> Result<Node, Unread> {
        let kind = Unread::Kind { expected: "Timestamp" };
        let seconds = if head.major == TAG && head.argument == Some(1) { self.head()? } else { head };
        let time = match integer(seconds) {
            Ok(whole) => instant(whole, 0),
            Err(_) => instant_of(number(seconds).map_err(|_| kind)?),
        };
        time.map(Node::Time).ok_or(kind)
    }

    fn skip(&mut self) -> Result<(), Unread> {
        let head = self.head()?;
        self.skip_rest(head)
    }

    fn skip_rest(&mut self, head: Head) -> Result<(), Unread> {
        match head.major {
            BYTES | TEXT => self.chunks(head).map(drop),
            ARRAY => self.each(head, Self::skip),
            MAP => self.each(head, |reader| {
                reader.skip()?;
                reader.skip()
            }),
            TAG => self.each(Head { argument: Some(1), ..head }, Self::skip),
            SIMPLE if head.argument.is_none() => self.grammar(),
            _ => Ok(()),
        }
    }
}

fn integer(head: Head) -> Result<i64, Unread> {
    let kind = Unread::Kind { expected: "Integer" };
    let value = head.argument.and_then(|argument| i64::try_from(argument).ok()).ok_or(kind)?;
    match head.major {
        UNSIGNED => Ok(value),
        NEGATIVE => Ok(-1 - value),
        _ => Err(kind),
    }
}

fn number(head: Head) -> Result<f64, Unread> {
    let bits = head.argument.ok_or(Unread::Kind { expected: "Float" })?;
    #[expect(clippy::cast_possible_truncation, reason = "the argument has as many bits as the head says")]
    match (head.major, head.info) {
        (SIMPLE, 25) => Ok(half(bits as u16)),
        (SIMPLE, 26) => Ok(f64::from(f32::from_bits(bits as u32))),
        (SIMPLE, 27) => Ok(f64::from_bits(bits)),
        #[expect(clippy::cast_precision_loss, reason = "a number with a fraction was asked for")]
        (UNSIGNED | NEGATIVE, _) => integer(head).map(|whole| whole as f64),
        _ => Err(Unread::Kind { expected: "Float" }),
    }
}

/// A float of 16 bits (RFC 8949, appendix D).
fn half(bits: u16) -> f64 {
    let (exponent, mantissa) = (i32::from(bits >> 10 & 31), f64::from(bits & 0x3ff));
    let value = match exponent {
        0 => mantissa * 2_f64.powi(-24),
        31 if mantissa == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => (mantissa + 1_024.0) * 2_f64.powi(exponent - 25),
    };
    if bits & 0x8000 == 0 { value } else { -value }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn top(bytes: &[u8]) -> Option<Vec<u8>> {
        top_text(bytes, "a")
    }

    #[test]
    fn texts_come_in_one_piece_or_in_chunks() {
        assert_eq!(top(&[0xa1, 0x61, b'a', 0x62, b'h', b'i']).as_deref(), Some(&b"hi"[..]));
        let chunks = [0xbf, 0x7f, 0x61, b'a', 0xff, 0x7f, 0x61, b'h', 0x61, b'i', 0xff, 0xff];
        assert_eq!(top(&chunks).as_deref(), Some(&b"hi"[..]));
        // A length that is not there, a reserved one, a map that does not end, keys that are no text.
        for wrong in [
            &[0xa1, 0x61, b'a', 0x7b, 255, 255, 255, 255, 255, 255, 255, 255][..],
            &[0xbc],
            &[0xbf],
            &[0xa1, 1, 1],
        ] {
            assert_eq!(top(wrong), None);
        }
    }

    #[test]
    fn depth_is_bounded_on_both_sides() {
        let nested = |depth: usize| [vec![0xa1, 0x61, b'b'], vec![0x81; depth], vec![0]].concat();
        let deep = |depth: usize| {
            let bytes = nested(depth);
            let mut reader = Reader { bytes: &bytes, at: 0, depth: 0 };
            reader.skip()
        };
        assert_eq!((deep(DEPTH_MAX - 1), deep(DEPTH_MAX)), (Ok(()), Err(Unread::Deep)));
    }

    #[test]
    fn floats_have_three_widths() {
        // RFC 8949, appendix A.
        let cases = [
            (0x0000, 0.0),
            (0x3c00, 1.0),
            (0x3e00, 1.5),
            (0x7bff, 65_504.0),
            (0x0001, 5.960_464_477_539_063e-8),
            (0xc400, -4.0),
        ];
        for (bits, value) in cases {
            assert_eq!(half(bits).to_bits(), f64::to_bits(value), "{bits:x}");
        }
        assert!(half(0x7e00).is_nan() && half(0xfc00) == f64::NEG_INFINITY);
    }
}
