//! Which words are a person's full name? Those that something announces.
//!
//! A simple matcher: behind `name:`, a title, or "my name is", two to four capitalised Latin words. A statistical model
//! is to take its place.

use super::{byte_at, forward};

/// What announces a name.
pub(crate) const WORDS: &[&str] = &[
    "name",
    "full name",
    "customer name",
    "patient name",
    "patient",
    "cardholder",
    "account holder",
    "Mr",
    "Mrs",
    "Ms",
    "Dr",
    "Prof",
    "my name is",
    "this is",
    "signed by",
    "contact person",
    "Herr",
    "Frau",
    "Monsieur",
    "Madame",
    "Señor",
    "Señora",
];
/// Most words of a name.
const NAME_WORDS_MAX: usize = 4;
/// Longest word of a name.
const WORD_BYTES_MAX: usize = 24;

/// The name behind the announcement that ends at `after`.
pub(crate) fn find(text: &[u8], after: usize) -> Option<(usize, usize)> {
    let start =
        forward(text, after, 6, |byte| !matches!(byte, b' ' | b':' | b'=' | b'"' | b'\'' | b'.' | b'\\'));
    let (mut end, mut count, mut at) = (start, 0, start);
    while count < NAME_WORDS_MAX {
        let Some(word_end) = word_end(text, at) else { break };
        (end, count) = (word_end, count + 1);
        if byte_at(text, end) != b' ' {
            break;
        }
        at = end + 1;
    }
    while end > start && matches!(byte_at(text, end - 1), b'\'' | b'-') {
        end -= 1;
    }
    (count >= 2 && !byte_at(text, end).is_ascii_alphanumeric()).then_some((start, end))
}

/// The end of a capitalised word, an initial, or a particle with a capital behind it.
fn word_end(text: &[u8], at: usize) -> Option<usize> {
    let part = |byte: u8| byte.is_ascii_alphabetic() || byte >= 0x80 || matches!(byte, b'\'' | b'-');
    let end = forward(text, at, WORD_BYTES_MAX, |byte| !part(byte));
    let first = byte_at(text, at);
    let word = text.get(at..end)?;
    let capital = first.is_ascii_uppercase() || first == 0xC3;
    let has_lower = word.iter().any(|byte| byte.is_ascii_lowercase() || *byte >= 0x80);
    match word.len() {
        1 if capital => Some(end + usize::from(byte_at(text, end) == b'.')),
        2.. if capital && has_lower => Some(end),
        _ => None,
    }
}

#[cfg(test)]
#[expect(clippy::string_slice, reason = "the places in these texts are known")]
mod tests {
    use super::*;

    #[test]
    fn announced_names() {
        let check = |text: &str, after: usize| {
            find(text.as_bytes(), after).map(|(start, end)| text[start..end].to_owned())
        };
        assert_eq!(check("name: Jane Q. Doe, age 3", 4), Some("Jane Q. Doe".into()));
        assert_eq!(check("{\"name\":\"Zoë Müller\"}", 6), Some("Zoë Müller".into()));
        assert_eq!(check("Mr. Anders O'Hara said", 2), Some("Anders O'Hara".into()));
        assert_eq!(check("'name: Laura Bennett'", 5), Some("Laura Bennett".into()));
        for (text, after) in [("name: Jane", 4), ("name=web-01 ok", 4), ("name: UTF EIGHT", 4), ("name", 4)] {
            assert_eq!(check(text, after), None, "in {text}");
        }
    }
}
