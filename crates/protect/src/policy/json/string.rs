//! Strings of a JSON text: their value, and which byte of the text each character of the value came from.

use super::fault::Fault;
use std::ops::Range;

/// A decoded string and the bytes it stands at, quotes included.
#[derive(Debug)]
pub(crate) struct Text {
    pub(crate) value: String,
    pub(crate) span: Range<usize>,
}

impl Text {
    /// The bytes of `source` that a byte range of the value came from.
    pub(crate) fn source_span(&self, source: &str, range: Range<usize>) -> Range<usize> {
        let end = self.span.end.saturating_sub(1);
        let (mut at, mut decoded) = (self.span.start + 1, 0);
        let mut start = None;
        while at < end {
            if start.is_none() && decoded >= range.start {
                start = Some(at);
            }
            if decoded >= range.end {
                break;
            }
            let Ok(piece) = Piece::read(source, at) else { break };
            at += piece.length;
            decoded += piece.character.len_utf8();
        }
        let start = start.unwrap_or(end);
        start..at.max(start)
    }
}

/// Reads the string that opens at byte `open`.
pub(crate) fn read(source: &str, open: usize) -> Result<Text, (Fault, Range<usize>)> {
    let mut value = String::new();
    let mut at = open + 1;
    loop {
        match source.as_bytes().get(at) {
            None => return Err((Fault::OpenString, open..source.len())),
            Some(b'"') => {
                return Ok(Text { value, span: open..at + 1 });
            }
            Some(byte) if *byte < 0x20 => return Err((Fault::ControlCharacter, at..at + 1)),
            Some(_) => {
                let piece = Piece::read(source, at)?;
                value.push(piece.character);
                at += piece.length;
            }
        }
    }
}

/// One character of the value and how many bytes of the text spell it.
struct Piece {
    character: char,
    length: usize,
}

impl Piece {
    fn read(source: &str, at: usize) -> Result<Self, (Fault, Range<usize>)> {
        let mut rest = source.get(at..).unwrap_or_default().chars();
        let open = (Fault::OpenString, at..source.len());
        match rest.next() {
            None => Err(open),
            Some('\\') => match rest.next() {
                None => Err(open),
                Some('u') => Self::unicode(source, at),
                Some(escape) => match simple(escape) {
                    Some(character) => Ok(Self { character, length: 2 }),
                    None => Err((Fault::Escape, at..at + 1 + escape.len_utf8())),
                },
            },
            Some(character) => Ok(Self { character, length: character.len_utf8() }),
        }
    }

    /// `\uXXXX`, or two of them for a character beyond the basic plane (RFC 8259, section 7).
    fn unicode(source: &str, at: usize) -> Result<Self, (Fault, Range<usize>)> {
        let first = hex(source, at)?;
        if let Some(character) = char::from_u32(first) {
            return Ok(Self { character, length: 6 });
        }
        let half = (Fault::Surrogate, at..at + 6);
        let is_high = (0xD800..0xDC00).contains(&first);
        let followed = source.get(at + 6..).is_some_and(|rest| rest.starts_with("\\u"));
        if !is_high || !followed {
            return Err(half);
        }
        let second = hex(source, at + 6)?;
        if !(0xDC00..0xE000).contains(&second) {
            return Err(half);
        }
        let code = 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
        char::from_u32(code).map(|character| Self { character, length: 12 }).ok_or(half)
    }
}

fn simple(escape: char) -> Option<char> {
    Some(match escape {
        '"' | '\\' | '/' => escape,
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        _ => return None,
    })
}

/// The number in `\uXXXX` at byte `at`.
fn hex(source: &str, at: usize) -> Result<u32, (Fault, Range<usize>)> {
    let digits = source.get(at + 2..at + 6).filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()));
    let number = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
    number.ok_or_else(|| {
        let rest = source.get(at..).unwrap_or_default();
        (Fault::UnicodeEscape, at..at + rest.chars().take(6).map(char::len_utf8).sum::<usize>())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_and_where_they_came_from() {
        let source = r#"  "a\u00e9\ud83d\ude00\\d{2}é" "#;
        let text = read(source, 2).unwrap();
        assert_eq!(text.value, "aé😀\\d{2}é");
        for (wanted, spelled) in
            [("a", "a"), ("é", r"\u00e9"), ("😀", r"\ud83d\ude00"), ("\\d", r"\\d"), ("{2}", "{2}")]
        {
            let at = text.value.find(wanted).unwrap_or_default();
            let span = text.source_span(source, at..at + wanted.len());
            assert_eq!(source.get(span), Some(spelled), "{wanted}");
        }
        let end = text.value.len();
        let span = text.source_span(source, end..end);
        assert_eq!(span, text.span.end - 1..text.span.end - 1);
        assert_eq!(text.source_span(source, 900..901), span);
        assert_eq!(text.source_span(source, 0..end), text.span.start + 1..text.span.end - 1);
    }
}
