//! Is it the content of a card's magnetic stripe?
//!
//! ISO/IEC 7813: track 1 is `%B`, the card number, `^`, the name, `^`, expiry, service code, discretionary data, `?`;
//! track 2 is `;`, the card number, `=`, expiry, service code, discretionary data, `?`. PCI DSS 3.3.1 forbids to keep it.

use super::{byte_at, byte_before, forward};
use crate::validate;

/// Longest track (ISO/IEC 7813: 79 characters on track 1, 40 on track 2).
const TRACK_BYTES_MAX: usize = 79;
/// Expiry and service code, the least that follows the card number.
const DATA_DIGITS_MIN: usize = 7;

/// The track whose card number begins with the token at `token` (which holds the `B` of track 1).
pub(crate) fn find(text: &[u8], token: usize) -> Option<(usize, usize)> {
    match byte_at(text, token) {
        b'B' | b'b' => track1(text, token),
        b'0'..=b'9' => track2(text, token),
        _ => None,
    }
}

fn track1(text: &[u8], token: usize) -> Option<(usize, usize)> {
    let number_end = digits_end(text, token + 1);
    let name_start = (is_card_length(number_end - token - 1) && byte_at(text, number_end) == b'^')
        .then_some(number_end + 1)?;
    let name_end = forward(text, name_start, 27, |byte| byte == b'^' || byte == b'\n');
    let data = (byte_at(text, name_end) == b'^' && name_end > name_start).then_some(name_end + 1)?;
    let start = token - usize::from(byte_before(text, token) == b'%');
    close(text, start, data)
}

fn track2(text: &[u8], token: usize) -> Option<(usize, usize)> {
    let number_end = digits_end(text, token);
    let data = (is_card_length(number_end - token) && byte_at(text, number_end) == b'=')
        .then_some(number_end + 1)?;
    let marked = byte_before(text, token) == b';';
    let (start, end) = close(text, token - usize::from(marked), data)?;
    let number = text.get(token..number_end)?;
    let likely = marked
        || byte_before(text, end) == b'?'
        || validate::by_name("luhn").is_some_and(|luhn| luhn(number));
    likely.then_some((start, end))
}

/// Checks the data behind the last separator and takes the end mark in.
fn close(text: &[u8], start: usize, data: usize) -> Option<(usize, usize)> {
    let end = digits_end(text, data);
    let month = text
        .get(data + 2..data + 4)?
        .iter()
        .fold(0, |value, byte| value * 10 + u32::from(byte.wrapping_sub(b'0')));
    let end = end + usize::from(byte_at(text, end) == b'?');
    (end - data >= DATA_DIGITS_MIN && (1..=12).contains(&month)).then_some((start, end))
}

fn digits_end(text: &[u8], at: usize) -> usize {
    forward(text, at, TRACK_BYTES_MAX, |byte| !byte.is_ascii_digit())
}

const fn is_card_length(digits: usize) -> bool {
    13 <= digits && digits <= 19
}

#[cfg(test)]
#[expect(clippy::string_slice, reason = "the places in these texts are known")]
mod tests {
    use super::*;

    #[test]
    fn tracks_one_and_two() {
        let check = |text: &str, token: usize| {
            find(text.as_bytes(), token).map(|(start, end)| text[start..end].to_owned())
        };
        let one = "%B5301250070000191^DOE/JANE^29051011000000000?";
        assert_eq!(check(&format!("swipe {one} ok"), 7), Some(one.into()));
        let two = ";5301250070000191=29051011000000?";
        assert_eq!(check(two, 1), Some(two.into()));
        assert_eq!(check("5301250070000191=2905101", 0), Some("5301250070000191=2905101".into()));
        for (text, token) in [
            ("5301250070000191=29", 0),
            ("5301250070000191=2913101000", 0),
            ("B5301250070000191^x", 0),
            ("1234=29051011", 0),
            ("4539077158203464=29072010000", 0),
        ] {
            assert_eq!(check(text, token), None, "in {text}");
        }
    }
}
