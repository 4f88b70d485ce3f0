//! Which stretch of text is judged at once? What stands between two marks that no sentence goes over.
//!
//! Line ends, quotation marks, tabs, braces and the line ends inside of JSON strings bound a stretch. A longer one than
//! [`STRETCH_BYTES_MAX`] is cut at the ends of sentences, and where there are none (speech written down) at blanks that the
//! letters around them choose. Cutting at every so many bytes would be simpler, and would cut a stream elsewhere than the
//! whole text; every rule here looks at bytes that both can see.

use crate::matchers::{byte_at, byte_before};
use std::ops::Range;

/// Longest stretch.
pub(crate) const STRETCH_BYTES_MAX: usize = 900;

/// The stretch around a place, or nothing when it is too long and cannot be cut.
pub(crate) fn around(text: &[u8], place: usize) -> Option<Range<usize>> {
    let rules: [fn(&[u8], usize) -> bool; 3] = [
        |text, at| bounds(byte_before(text, at)) || ends_escape(text, at),
        |text, at| bounds(byte_before(text, at)) || ends_escape(text, at) || begins_sentence(text, at),
        |text, at| bounds(byte_before(text, at)) || ends_escape(text, at) || is_chosen(text, at),
    ];
    rules.into_iter().find_map(|is_cut| between(text, place, is_cut))
}

/// The bytes between two cuts, if they are few enough. A cut lies before a byte.
fn between(text: &[u8], place: usize, is_cut: fn(&[u8], usize) -> bool) -> Option<Range<usize>> {
    let floor = place.saturating_sub(STRETCH_BYTES_MAX);
    let start = (floor..=place).rev().find(|&at| at == 0 || is_cut(text, at))?;
    let ceiling = text.len().min(start + STRETCH_BYTES_MAX + 1);
    let end = (place + 1..ceiling).find(|&at| is_cut(text, at));
    match end {
        // The mark itself belongs to neither side.
        Some(end) => Some(start..end - usize::from(bounds(byte_before(text, end)))),
        None if text.len() <= start + STRETCH_BYTES_MAX => Some(start..text.len()),
        None => None,
    }
}

/// Marks that no sentence goes over.
const fn bounds(byte: u8) -> bool {
    matches!(byte, b'\n' | b'"' | b'\t' | b'|' | b'{' | b'}' | b'<' | b'>')
}

/// Whether a line break or tab of a JSON string ends here.
fn ends_escape(text: &[u8], at: usize) -> bool {
    matches!(byte_before(text, at), b'n' | b't' | b'r') && at >= 2 && byte_at(text, at - 2) == b'\\'
}

fn begins_sentence(text: &[u8], at: usize) -> bool {
    at >= 2 && byte_before(text, at) == b' ' && matches!(byte_at(text, at - 2), b'.' | b'!' | b'?')
}

/// One blank in sixteen or so.
fn is_chosen(text: &[u8], at: usize) -> bool {
    const ONE_IN: u8 = 16;
    if at < 4 || byte_before(text, at) != b' ' {
        return false;
    }
    let around =
        text.get(at - 4..at - 1).unwrap_or_default().iter().chain(text.get(at..at + 1).unwrap_or_default());
    around.fold(0_u8, |sum, &byte| sum.wrapping_mul(31).wrapping_add(byte)) % ONE_IN == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stretch(text: &str, at: &str) -> Option<String> {
        let found = around(text.as_bytes(), text.find(at).unwrap());
        found.map(|range| text.get(range).unwrap().to_owned())
    }

    #[test]
    fn marks_bound_stretches() {
        assert_eq!(stretch("one\ntwo words\nthree", "two").as_deref(), Some("two words"));
        assert_eq!(stretch("{\"a\":\"b c d\",\"e\":1}", "c").as_deref(), Some("b c d"));
        assert_eq!(stretch("hi\\nthere you\\n", "you").as_deref(), Some("there you\\n"));
        assert_eq!(stretch("all of it", "of").as_deref(), Some("all of it"));
    }

    #[test]
    fn what_is_too_long_is_cut_at_sentences_then_at_blanks() {
        let sentence = "somebody said a little more than that here. ".repeat(40);
        let found = stretch(&sentence, "little").unwrap();
        assert_eq!(found, "somebody said a little more than that here. ");
        let speech: String = (0..400).map(|n| format!("word{} ", n * 7919 % 1000)).collect();
        let found = stretch(&speech, "word").unwrap();
        assert!(!found.is_empty() && found.len() < STRETCH_BYTES_MAX);
        assert_eq!(stretch(&"x".repeat(3 * STRETCH_BYTES_MAX), "x"), None);
        let fits = "y ".repeat(STRETCH_BYTES_MAX / 2);
        assert_eq!(stretch(&fits, "y").map(|found| found.len()), Some(STRETCH_BYTES_MAX));
    }
}
