//! Which capitalised words of a text are worth a look? Two that people are called, and streets written in one word.
//!
//! Many names stand where no other word says so: behind a key that nobody foresaw, in a cell, under a letter. What speaks
//! for them are the words themselves. The walk hands every word with one capital over; most end at the byte behind them.

use super::cues::{Cue, Sign, is_behind_escape};
use crate::matchers::{byte_at, byte_before, forward};
use crate::names::Tagger;
use crate::names::lexer::{Shape, Word};
use crate::names::lexicon::Class;
use crate::postal;

/// Longest word.
const WORD_BYTES_MAX: usize = 28;
/// Longest particle: `della`.
const PARTICLE_BYTES_MAX: usize = 5;

/// Room for the words that are looked up.
#[derive(Default)]
pub(crate) struct Capitals {
    words: Vec<Word>,
}

/// Whether a word begins with a capital and goes on without, or with a letter that is not ASCII.
#[inline]
pub(crate) const fn may_begin(bytes: u64) -> bool {
    let [first, second, ..] = bytes.to_le_bytes();
    first.is_ascii_uppercase() && (second.is_ascii_lowercase() || second >= 0xC3)
}

const fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte >= 0x80
}

/// Whether a word with a capital begins here.
fn is_capital(text: &[u8], at: usize) -> bool {
    byte_at(text, at).is_ascii_uppercase() || byte_at(text, at) == 0xC3 && byte_at(text, at + 1) < 0xA0
}

fn word_end(text: &[u8], start: usize) -> usize {
    let end = forward(text, start, WORD_BYTES_MAX, |byte| !is_letter(byte));
    let joined = matches!(byte_at(text, end), b'-' | b'\'') && is_capital(text, end + 1);
    if joined { forward(text, end + 1, WORD_BYTES_MAX, |byte| !is_letter(byte)) } else { end }
}

impl Capitals {
    /// The cue that the capitalised word at a place gives.
    pub(crate) fn cue(&mut self, text: &[u8], start: usize) -> Option<Cue> {
        let before = byte_before(text, start);
        let glued =
            before.is_ascii_alphanumeric() || matches!(before, b'_' | b'/' | b'.' | b'@' | b'$' | b'\\');
        if glued && !is_behind_escape(text, start) {
            return None;
        }
        let end = word_end(text, start);
        let dot = usize::from(byte_at(text, end) == b'.');
        if byte_at(text, end + dot) != b' ' {
            return None;
        }
        let next = end + dot + 1;
        if byte_at(text, next).is_ascii_digit() {
            return postal::is_compound(text.get(start..end)?)
                .then_some(Cue { start, sign: Sign::StreetStart });
        }
        (dot == 0 && self.is_pair(text, start, next)).then_some(Cue { start, sign: Sign::Pair })
    }

    /// Whether people are called like the word at a place and like the next one, an initial or a particle between them.
    fn is_pair(&mut self, text: &[u8], start: usize, next: usize) -> bool {
        let particle = forward(text, next, PARTICLE_BYTES_MAX, |byte| !byte.is_ascii_lowercase());
        let second = if particle > next && byte_at(text, particle) == b' ' { particle + 1 } else { next };
        if !is_capital(text, second) {
            return false;
        }
        Tagger::builtin().words(text, start..word_end(text, second), &mut self.words);
        let (Some(first), Some(last)) = (self.words.first(), self.words.last()) else { return false };
        let (one, other) = (Class(first.class), Class(last.class));
        let initial = matches!(last.shape, Shape::Initial);
        let fits = one.first() > 0 && (initial || other.first() + other.last() > 0 || other.common() == 0)
            || one.last() > 0 && other.first() > 0;
        fits && (one.common() < 3 || one.first() >= 2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_and_streets_are_cues() {
        let sign = |text: &str| Capitals::default().cue(text.as_bytes(), 0).map(|cue| cue.sign);
        for text in
            ["Emma Wilson", "Christopher Miller", "Anne-Marie Wilson", "Emma de Wilson", "Emma Q. Wilson"]
        {
            assert_eq!(sign(text), Some(Sign::Pair), "{text}");
        }
        for text in ["Hauptstraße 12", "Bahnhofstr. 3", "Goetheweg 48a"] {
            assert_eq!(sign(text), Some(Sign::StreetStart), "{text}");
        }
        for text in
            ["Emma wilson", "Emma", "Emma: Wilson", "Connection Refused", "Version 12", "Emma. Wilson"]
        {
            assert_eq!(sign(text), None, "{text}");
        }
        assert!(may_begin(u64::from_le_bytes(*b"Emma Wil")) && !may_begin(u64::from_le_bytes(*b"EMMA Wil")));
    }
}
