//! Which words does an utterance have, and which n-grams? The same reading for learning and for answering.
//!
//! A word is a run of letters, digits and what holds them together (`o'clock`, `90's`); every mark is a word of its own, which
//! only the tagger looks at. Features are hashes of 32 bits: the words themselves are nowhere in a model.

use super::kin;
use super::{hash, mix};
use zeroize::Zeroizing;

/// Most words of an utterance that are read; Lex takes 1,024 characters.
pub(crate) const WORDS_MAX: usize = 512;
/// Shortest and longest n-gram of letters.
const LETTERS: (usize, usize) = (2, 5);

/// A word and its place.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Word {
    /// In the utterance, in bytes.
    pub(crate) start: usize,
    pub(crate) end: usize,
    low: (usize, usize),
    pub(crate) is_mark: bool,
}

/// An utterance in words.
#[derive(Default)]
pub(crate) struct Text {
    low: Zeroizing<String>,
    pub(crate) words: Vec<Word>,
}

impl Text {
    /// Cuts an utterance.
    pub(crate) fn new(utterance: &str) -> Self {
        let mut text =
            Self { low: Zeroizing::new(String::with_capacity(utterance.len() + 8)), words: Vec::new() };
        let mut open = false;
        for (at, letter) in utterance.char_indices() {
            let is_mark = !letter.is_alphanumeric() && !matches!(letter, '\'' | '\u{2019}' | '_');
            if letter.is_whitespace() || text.words.len() == WORDS_MAX {
                open = false;
                continue;
            }
            let low = text.low.len();
            if letter == '\u{2019}' {
                text.low.push('\'')
            } else {
                text.low.extend(letter.to_lowercase())
            }
            let (end, low_end) = (at + letter.len_utf8(), text.low.len());
            match text.words.last_mut() {
                Some(last) if open && !is_mark && !last.is_mark => (last.end, last.low.1) = (end, low_end),
                _ => text.words.push(Word { start: at, end, low: (low, low_end), is_mark }),
            }
            open = true;
        }
        text
    }

    pub(crate) fn word(&self, at: usize) -> &str {
        self.words.get(at).and_then(|word| self.low.get(word.low.0..word.low.1)).unwrap_or("")
    }

    /// A fingerprint of all words, marks left out: two utterances that differ in marks and capitals only have the same.
    pub(crate) fn fingerprint(&self) -> u64 {
        let words = (0..self.words.len()).filter(|at| self.words.get(*at).is_some_and(|word| !word.is_mark));
        words.fold(1, |sum, at| mix(sum ^ hash(self.word(at).as_bytes())))
    }
}

/// Which block a feature belongs to; each block is brought to the same length before it is weighed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Block {
    Words,
    Letters,
    Kin,
}

/// Keeps a word's kin apart from the word.
const KIN: u64 = 0x4B49_4E31;

/// How many blocks there are.
pub(crate) const BLOCKS: usize = 3;

/// A feature: its block and its hash.
pub(crate) type Feature = (Block, u32);

/// The features of an utterance for the classifier of intents, with those of the entities found in it.
pub(crate) fn features(text: &Text, entities: &[Feature], found: &mut Vec<Feature>) {
    found.clear();
    let (mut before, mut kin_before) = (0_u64, 0_u64);
    for at in (0..text.words.len()).filter(|at| text.words.get(*at).is_some_and(|word| !word.is_mark)) {
        let word = text.word(at);
        let own = hash(stem(word).as_bytes());
        found.push((Block::Words, fold(own)));
        if before != 0 {
            found.push((Block::Words, fold(mix(before ^ own.rotate_left(17)))));
        }
        let kin = kin::group(word).unwrap_or(own);
        if !kin::is_empty(word) {
            found.push((Block::Kin, fold(mix(kin ^ KIN))));
            if kin_before != 0 {
                found.push((Block::Kin, fold(mix(kin_before ^ kin.rotate_left(29)))));
            }
            kin_before = kin;
        }
        before = own;
        letters(word, found);
    }
    found.extend_from_slice(entities);
}

/// The features of a word alone: itself, and its kin.
pub(crate) fn own_features(word: &str) -> [u32; 2] {
    let own = hash(stem(word).as_bytes());
    [fold(own), fold(mix(kin::group(word).unwrap_or(own) ^ KIN))]
}

/// N-grams of letters within a word, its edges marked.
fn letters(word: &str, found: &mut Vec<Feature>) {
    let mut places: Vec<usize> = word.char_indices().map(|(at, _)| at).collect();
    places.push(word.len());
    let count = places.len() - 1;
    // Position 0 is the edge before the word, count + 1 the edge behind it.
    for length in LETTERS.0..=LETTERS.1 {
        for from in 0..(count + 3).saturating_sub(length) {
            let to = from + length;
            let cut = |edge: usize| places.get(edge.clamp(1, count + 1) - 1).copied().unwrap_or(0);
            let gram = word.get(cut(from)..cut(to)).unwrap_or("");
            let edges = u64::from(from == 0) | u64::from(to == count + 2) << 1;
            found.push((Block::Letters, fold(mix(hash(gram.as_bytes()) ^ (edges + 5).rotate_left(40)))));
        }
    }
}

fn fold(hash: u64) -> u32 {
    // Zero stands for an empty place of the index.
    (((hash >> 32) ^ hash) as u32).max(1)
}

/// A hash of a name within a space of its own.
pub(crate) fn named(space: u64, name: &[u8]) -> u32 {
    fold(mix(hash(name) ^ mix(space)))
}

/// A word without the endings that English hangs on words.
pub(crate) fn stem(word: &str) -> &str {
    for ending in ["'s", "ing", "ed", "es", "s", "ly"] {
        if let Some(stem) =
            word.strip_suffix(ending).filter(|stem| stem.len() >= 3 && stem.is_char_boundary(stem.len()))
        {
            return stem;
        }
    }
    word
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_marks_are_parted() {
        let text = Text::new("What's the Card-number, 90's?");
        let words: Vec<&str> = (0..text.words.len()).map(|at| text.word(at)).collect();
        assert_eq!(words, ["what's", "the", "card", "-", "number", ",", "90's", "?"]);
        assert_eq!(Text::new("Hello, World").fingerprint(), Text::new("hello world!").fingerprint());
        assert_ne!(Text::new("hello world").fingerprint(), Text::new("world hello").fingerprint());
        assert_eq!(Text::new(&"a ".repeat(WORDS_MAX + 1)).words.len(), WORDS_MAX);
    }

    #[test]
    fn letters_know_the_edges_of_words() {
        let grams = |word: &str| {
            let mut found = Vec::new();
            letters(word, &mut found);
            found
        };
        // `ab` with its edges: 3 pairs, 2 triples, 1 of four.
        assert_eq!(grams("ab").len(), 6);
        assert_ne!(grams("ab"), grams("ba"));
        assert_eq!(grams("é").len(), 3);
    }
}
