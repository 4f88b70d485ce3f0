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
    let floor = place.saturating_sub(STRETCH_BYTES_MAX);
    let ceiling = text.len().min(place + STRETCH_BYTES_MAX + 1);
    let start = cut_behind(text, floor, place).or((floor == 0).then_some(0));
    let end = cut_ahead(text, place + 1, ceiling).or((ceiling == text.len()).then_some(ceiling));
    if let (Some(start), Some(end)) = (start, end)
        && end - start <= STRETCH_BYTES_MAX
    {
        return Some(start..end);
    }
    let floor = start.unwrap_or(floor);
    let window = (floor, place, end.unwrap_or(ceiling));
    between(text, window, start.is_some(), end.is_some(), begins_sentence)
        .or_else(|| between(text, window, start.is_some(), end.is_some(), is_chosen))
}

/// The last place up to `place` behind a mark.
fn cut_behind(text: &[u8], floor: usize, place: usize) -> Option<usize> {
    let mut upto = place;
    while upto > floor {
        let from = floor.max(upto.saturating_sub(STEP));
        let chunk = text.get(from..upto)?;
        if may_bound(chunk) {
            let at = |index: usize| from + index;
            let cut = (0..chunk.len()).rev().find(|&index| is_mark(text, at(index)));
            if let Some(index) = cut {
                return Some(at(index) + if byte_at(text, at(index)) == b'\\' { 2 } else { 1 });
            }
        }
        upto = from;
    }
    None
}

/// The first mark from `place` on.
fn cut_ahead(text: &[u8], place: usize, ceiling: usize) -> Option<usize> {
    let mut from = place;
    while from < ceiling {
        let upto = ceiling.min(from + STEP);
        let chunk = text.get(from..upto)?;
        if may_bound(chunk)
            && let Some(at) = (from..upto).find(|&at| is_mark(text, at))
        {
            return Some(at);
        }
        from = upto;
    }
    None
}

/// Bytes that are looked at in one go.
const STEP: usize = 32;

/// Whether some byte may be a mark: all of them at once, so that vectors do it.
#[inline]
fn may_bound(chunk: &[u8]) -> bool {
    chunk.iter().fold(false, |any, &byte| any | bounds(byte) | (byte == b'\\'))
}

/// The bytes between two cuts, if they are few enough. A cut lies before a byte.
fn between(
    text: &[u8],
    (floor, place, ceiling): (usize, usize, usize),
    starts: bool,
    ends: bool,
    is_cut: fn(&[u8], usize) -> bool,
) -> Option<Range<usize>> {
    let start = (floor..=place).rev().find(|&at| (at == floor && starts) || is_cut(text, at))?;
    let end = (place + 1..=ceiling).find(|&at| (at == ceiling && ends) || is_cut(text, at))?;
    (end - start <= STRETCH_BYTES_MAX).then_some(start..end)
}

/// Marks that no sentence goes over.
#[inline]
const fn bounds(byte: u8) -> bool {
    matches!(byte, b'\n' | b'"' | b'\t' | b'|' | b'{' | b'}' | b'<' | b'>')
}

/// Whether a mark stands here, or a line break or tab of a JSON string.
fn is_mark(text: &[u8], at: usize) -> bool {
    let byte = byte_at(text, at);
    bounds(byte) || (byte == b'\\' && matches!(byte_at(text, at + 1), b'n' | b't' | b'r'))
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
        assert_eq!(stretch("hi\\nthere you\\n", "you").as_deref(), Some("there you"));
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
