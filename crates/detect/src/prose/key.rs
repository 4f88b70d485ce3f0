//! Does the value of a key look like a name? `"customer": "Emma Wilson"`, `name=Emma Wilson role=admin`, `Name: Emma`.
//!
//! Machines name everything: pods, fonts, threads. So the value must be two to five words of letters, each with a capital
//! or all without; who it names is left to the tagger.

use crate::matchers::{byte_at, byte_before, forward};
use std::ops::Range;

/// Longest value.
const VALUE_BYTES_MAX: usize = 64;
/// Most words of a name.
const WORDS_MAX: usize = 5;

/// The value of the key that begins at `start`, if it may be a name.
pub(crate) fn value(text: &[u8], start: usize) -> Option<Range<usize>> {
    let key_end =
        forward(text, start, 24, |byte| !(byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')));
    let mark = forward(text, key_end, 4, |byte| !matches!(byte, b'"' | b'\'' | b'\\' | b' '));
    if !matches!(byte_at(text, mark), b':' | b'=' | b'>') {
        return None;
    }
    let from = forward(text, mark + 1, 5, |byte| !matches!(byte, b'"' | b'\'' | b'\\' | b' ' | b'['));
    let end = forward(text, from, VALUE_BYTES_MAX, |byte| !is_name_byte(byte));
    let end = before_next_key(text, from, end);
    let value = text.get(from..end)?;
    (end - from < VALUE_BYTES_MAX && is_name_like(value)).then_some(from..end)
}

const fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte >= 0x80 || matches!(byte, b' ' | b'\'' | b'-' | b'.')
}

/// Where a key follows without a mark (`name=Emma Wilson role=admin`) or a path or number does, the last word is no name.
fn before_next_key(text: &[u8], from: usize, end: usize) -> usize {
    let cut = matches!(byte_at(text, end), b'=' | b':' | b'_' | b'/' | b'@' | b'0'..=b'9' | b'(');
    let mut last = end;
    if cut {
        while last > from && byte_before(text, last) != b' ' {
            last -= 1;
        }
    }
    while last > from && matches!(byte_before(text, last), b' ' | b'-' | b'.' | b'\'') {
        last -= 1;
    }
    last
}

fn is_name_like(value: &[u8]) -> bool {
    let words = || value.split(|byte| *byte == b' ').filter(|word| !word.is_empty());
    let count = words().count();
    let capital = |word: &&[u8]| word.first().is_some_and(|byte| byte.is_ascii_uppercase() || *byte >= 0x80);
    let ends = [words().next(), words().next_back()].iter().flatten().filter(|word| capital(word)).count();
    // `Zoë de la Cruz`, `emma wilson`
    (2..=WORDS_MAX).contains(&count) && (ends == 2 || !words().any(|word| capital(&word)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_may_be_names() {
        let check = |text: &str| value(text.as_bytes(), 0).map(|range| text.get(range).unwrap().to_owned());
        for (text, expected) in [
            ("name\": \"Emma Wilson\"", "Emma Wilson"),
            ("customer=Emma Wilson role=admin", "Emma Wilson"),
            ("Name: Zoë de la Cruz, age 3", "Zoë de la Cruz"),
            ("patient: emma wilson", "emma wilson"),
            ("fullName>Emma O'Hara</", "Emma O'Hara"),
        ] {
            assert_eq!(check(text).as_deref(), Some(expected), "{text}");
        }
        for text in ["name=nginx", "name: web-01 ok", "name Emma Wilson", "name=\"a/b c\"", "name: \"Emma\""]
        {
            assert_eq!(check(text), None, "{text}");
        }
    }
}
