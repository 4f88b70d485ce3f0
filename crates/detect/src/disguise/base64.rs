//! Which rows of letters and digits are base64 of a text? (RFC 4648, sections 4 and 5)
//!
//! Bytes of text below 0x80 leave their mark: every fourth character of their base64 is one of the first 32 of the
//! alphabet, and the two marks of the alphabet stand in fourth places only. So rows of hex digits, names of classes and
//! binary attachments are told apart after a few bytes, and a row can be read from wherever its letters and digits begin.
//! It is unveiled as far as it gives text.

use super::STRETCH_BYTES_MAX;
use super::view::Draft;
use crate::matchers::backward;

/// Characters of base64 that become three bytes.
pub(super) const GROUP: usize = 4;
/// Shortest row.
const ROW_BYTES_MIN: usize = 12;
/// Fewest bytes of text.
const TEXT_BYTES_MIN: usize = 9;

/// Up to where a row that begins at a place gives text, if it does.
pub(super) fn text_end(text: &[u8], start: usize) -> Option<usize> {
    let heads = text.get(start..start + ROW_BYTES_MIN)?.iter().step_by(GROUP);
    if !heads.copied().all(|head| sextet(head).is_some_and(|bits| bits < 32)) {
        return None;
    }
    let (mut utf8, mut count, mut at) = (Utf8::default(), 0, start);
    while let Some(group) = Group::at(text, at) {
        if at - start > STRETCH_BYTES_MAX || !group.bytes().iter().all(|byte| utf8.takes(*byte)) {
            break;
        }
        count += group.count;
        at += group.takes;
    }
    (count >= TEXT_BYTES_MIN).then_some(at)
}

/// The whole of the row around a place; one that begins farther back than any that is unveiled is cut there.
pub(super) fn whole(text: &[u8], at: usize) -> (usize, usize) {
    let start = backward(text, at, STRETCH_BYTES_MAX + 1, |byte| sextet(byte).is_none());
    let rest = text.get(at..).unwrap_or_default();
    let length = rest.iter().take_while(|byte| sextet(**byte).is_some()).count();
    let padding = rest.iter().skip(length).take(2).take_while(|byte| **byte == b'=').count();
    (start, at + length + padding)
}

/// Writes what a row stands for, group by group.
pub(super) fn unveil(text: &[u8], start: usize, end: usize, draft: &mut Draft) {
    let mut at = start;
    while let Some(group) = Group::at(text, at).filter(|_| at < end) {
        draft.unit(group.takes, group.bytes(), true);
        at += group.takes;
    }
}

/// Four characters, fewer at the end of a row.
struct Group {
    takes: usize,
    bytes: [u8; 4],
    count: usize,
}

impl Group {
    fn at(text: &[u8], at: usize) -> Option<Self> {
        let window = text.get(at..text.len().min(at + GROUP))?;
        let letters = window.iter().map_while(|byte| sextet(*byte));
        let (bits, count) = letters.fold((0_u32, 0), |(bits, count), six| (bits << 6 | six, count + 1));
        let bits = bits << (6 * (GROUP as u32 - count).min(4));
        let [_, bytes @ ..] = bits.to_be_bytes();
        let [first, second, third] = bytes;
        let letters = count as usize;
        let padding = window.iter().skip(letters).take_while(|byte| **byte == b'=').count();
        (letters >= 2).then_some(Self {
            takes: letters + padding,
            bytes: [first, second, third, 0],
            count: letters.saturating_sub(1),
        })
    }

    fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.count).unwrap_or_default()
    }
}

/// Six bits of a character, of either alphabet.
fn sextet(byte: u8) -> Option<u32> {
    let bits = match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        _ => return None,
    };
    Some(u32::from(bits))
}

/// Reads bytes of text one by one (RFC 3629, section 4; overlong forms pass).
#[derive(Default)]
struct Utf8 {
    more: u8,
}

impl Utf8 {
    fn takes(&mut self, byte: u8) -> bool {
        match byte {
            0x80..=0xBF if self.more > 0 => self.more -= 1,
            _ if self.more > 0 => return false,
            b'\t' | b'\n' | b'\r' | b' '..=b'~' => {}
            0xC2..=0xDF => self.more = 1,
            0xE0..=0xEF => self.more = 2,
            0xF0..=0xF4 => self.more = 3,
            _ => return false,
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<String> {
        let end = text_end(text.as_bytes(), 0)?;
        let mut draft = Draft::new(0, end);
        unveil(text.as_bytes(), 0, end, &mut draft);
        assert_eq!(draft.upto(), end);
        Some(String::from_utf8_lossy(draft.finish().text()).into_owned())
    }

    #[test]
    fn texts_are_read() {
        for (text, expected) in [
            ("NDExMTExMTExMTExMTExMQ==", "4111111111111111"),
            ("NDExMTExMTExMTExMTExMQ", "4111111111111111"),
            ("NDExMTExMTExMTExMTExMQ==\"x", "4111111111111111"),
            ("eyJjYXJkIjoiNDExMSJ9", "{\"card\":\"4111\"}"),
            ("eHh4eHh4eHh4eD8_Pz94", "xxxxxxxxxx????x"),
            ("WsO8cmljaCBpc3Qgc2Now7Zu", "Zürich ist schön"),
            ("aGVsbG8gd29ybGQhIQAAAAAA", "hello world!"),
        ] {
            assert_eq!(read(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn other_rows_are_none() {
        for text in [
            "d41d8cd98f00b204e9800998ecf8427e",
            "HttpServletRequestWrapper",
            "iVBORw0KGgoAAAANSUhEUgAA",
            "NDExMTExMTE",
            "notification",
            "Description of",
            "DESCRIBESUBSCRIPTIONFILTERS",
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            "4111111111111111",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn the_whole_of_a_row_is_known() {
        assert_eq!(whole(b"a=QUFB/QUF_B==, x", 8), (2, 14));
        let long = "QUFB".repeat(STRETCH_BYTES_MAX);
        let (start, end) = whole(long.as_bytes(), 3 * STRETCH_BYTES_MAX);
        assert!(end - start > STRETCH_BYTES_MAX && end == long.len());
    }
}
