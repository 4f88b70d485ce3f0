//! Which byte does `%40` stand for? Percent-encoding (RFC 3986, section 2.1), byte by byte.
//!
//! Letters, digits and the marks of addresses are hardly ever encoded by programs, blanks and quotation marks around
//! values often: both are telling. Slashes, colons and the like fill every log of requests: they are telling only beside a
//! digit. So is a percent sign, the sign of a second encoding, before two more hex digits.

use super::codes::Unit;
use crate::matchers::{byte_at, byte_before};

/// Bytes of an encoded byte.
const TAKES: usize = 3;

pub(super) fn unit(text: &[u8], at: usize) -> Option<Unit> {
    let byte = hex_byte(text, at + 1)?;
    let telling = match byte {
        b'%' => hex_byte(text, at + TAKES).is_some(),
        b'@' | b'+' | b'-' | b'.' | b'_' | b' ' | b'"' | b'\'' | 0x80.. => true,
        _ if byte.is_ascii_alphanumeric() => true,
        b'\t' | b'\n' | b'\r' | b'!'..=b'~' => {
            beside_digit(text, at, at + TAKES) || beside_key(text, at, at + TAKES)
        }
        _ => return None,
    };
    Some(Unit::byte(TAKES, byte, telling))
}

/// Two hex digits.
pub(super) fn hex_byte(text: &[u8], at: usize) -> Option<u8> {
    let digit = |at: usize| char::from(byte_at(text, at)).to_digit(16);
    Some((digit(at)? << 4 | digit(at + 1)?) as u8)
}

/// Whether a digit stands right beside a stretch.
pub(super) fn beside_digit(text: &[u8], start: usize, end: usize) -> bool {
    byte_before(text, start).is_ascii_digit() || byte_at(text, end).is_ascii_digit()
}

/// Whether what stands beside is no word: keys mix capitals, small letters and digits.
fn beside_key(text: &[u8], start: usize, end: usize) -> bool {
    const KEY_BYTES: usize = 32;
    let before = text.get(start.saturating_sub(KEY_BYTES)..start).unwrap_or_default();
    let after = text.get(end..text.len().min(end + KEY_BYTES)).unwrap_or_default();
    let is_part = |byte: &&u8| byte.is_ascii_alphanumeric();
    is_mixed(before.iter().rev().take_while(is_part)) || is_mixed(after.iter().take_while(is_part))
}

fn is_mixed<'b>(bytes: impl Iterator<Item = &'b u8>) -> bool {
    const MIXED_BYTES_MIN: usize = 8;
    let kind = |byte: &u8| match byte {
        b'0'..=b'9' => 1,
        b'A'..=b'Z' => 2,
        _ => 4,
    };
    let (count, kinds) = bytes.fold((0, 0_u32), |(count, kinds), byte| (count + 1, kinds | kind(byte)));
    count >= MIXED_BYTES_MIN && kinds.count_ones() >= 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_decoded() {
        let check = |text: &str| unit(text.as_bytes(), 1).map(|unit| (unit.gives().to_vec(), unit.telling));
        let byte = |byte: u8, telling| Some((vec![byte], telling));
        for (text, expected) in [
            ("x%40y", byte(b'@', true)),
            ("x%34y", byte(b'4', true)),
            ("x%2fy", byte(b'/', false)),
            ("1%2Fy", byte(b'/', true)),
            ("x%3A1", byte(b':', true)),
            ("x%2540", byte(b'%', true)),
            ("x%25 o", byte(b'%', false)),
            ("x%C3", byte(0xC3, true)),
            ("x%00", None),
            ("x% 40", None),
            ("x%4", None),
        ] {
            assert_eq!(check(text), expected, "{text}");
        }
    }
}
