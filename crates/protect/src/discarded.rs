//! Which originals may not be kept because of what stands elsewhere in the same event? A card security code that was found at one
//! place, or is known to be one, is discarded there (PCI DSS 4.0.1, 3.3.1); claims may repeat it where no keyword stands near.
//!
//! A claim loses its original when it has a value that was discarded, a part of one or more than one, or when it is of a slot of
//! which another value was discarded. Rather too many are lost than one is kept: nothing but the way back is lost, the
//! mask stays what it is.

use crate::claim::SLOT;
use crate::protected::{Mark, Originals, Protected};
use sotto_public::IdentifierId;
use std::collections::{BTreeSet, HashSet};
use std::ops::Range;

/// Fewest letters and digits of a part of a discarded value that counts as it.
const PART_CHARS_MIN: usize = 2;
/// How often what is lost is taken to find what else is.
const ROUNDS: usize = 2;
/// Bytes that are searched for parts of discarded values, at most; beyond, every claim loses its original.
const SEARCHED_BYTES_MAX: usize = 64 * 1024 * 1024;

/// The value under some marks: JSON parts one value into several.
struct Value {
    marks: Range<usize>,
    claimed: bool,
    lost: bool,
    /// Its letters and digits.
    all: String,
    /// Its words, and its numbers as they are without what parts them.
    words: Vec<String>,
}

/// What was discarded.
#[derive(Default)]
struct Lost {
    values: HashSet<String>,
    joined: String,
    slots: BTreeSet<IdentifierId>,
    searched: usize,
}

/// Lets originals of claims go that are values of which no original may be kept. `text` is what came.
pub(crate) fn forget(mut event: Protected, text: &str) -> Protected {
    if event.event.marks().iter().all(|mark| mark.sealed) {
        return event;
    }
    let (mut values, mut lost) = (values(text, event.event.marks()), Lost::default());
    for _ in 0..ROUNDS {
        for value in values.iter().filter(|value| value.lost) {
            lost.note(value, event.event.marks());
        }
        for value in values.iter_mut().filter(|value| value.claimed && !value.lost) {
            value.lost = lost.has(value, event.event.marks());
        }
    }
    let mut originals = std::mem::take(&mut event.originals.0).into_iter();
    let mut gone = vec![false; event.event.marks().len()];
    for value in values.iter().filter(|value| value.claimed && value.lost) {
        gone.get_mut(value.marks.clone()).unwrap_or_default().fill(true);
    }
    let mut kept = Vec::new();
    for (mark, gone) in event.event.marks_mut().iter_mut().zip(gone).filter(|(mark, _)| mark.sealed) {
        let original = originals.next();
        mark.sealed = !gone;
        kept.extend(original.filter(|_| !gone));
    }
    event.originals = Originals(kept);
    event
}

fn is_of_slot(identifier: &IdentifierId) -> bool {
    identifier.as_str().starts_with(SLOT)
}

fn values(text: &str, marks: &[Mark]) -> Vec<Value> {
    let mut values: Vec<Value> = Vec::new();
    for (number, mark) in marks.iter().enumerate() {
        let piece = text.get(mark.raw.range()).unwrap_or_default();
        let goes_on = mark.continued && values.last().is_some_and(|last| last.marks.end == number);
        if !goes_on {
            let (marks, claimed) = (number..number, is_of_slot(&mark.identifier));
            values.push(Value { marks, claimed, lost: false, all: String::new(), words: Vec::new() });
        }
        let Some(value) = values.last_mut() else { continue };
        value.marks.end = number + 1;
        value.lost |= !mark.sealed;
        value.read(piece);
    }
    values
}

impl Value {
    fn read(&mut self, piece: &str) {
        let words = piece.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        let words: Vec<String> = words.map(str::to_lowercase).collect();
        self.all.extend(words.iter().map(String::as_str));
        let is_number = |word: &String| word.bytes().all(|byte| byte.is_ascii_digit());
        let numbers = words.chunk_by(|one, other| is_number(one) && is_number(other));
        self.words.extend(numbers.filter(|parts| parts.len() > 1).map(<[String]>::concat));
        self.words.extend(words);
    }
}

impl Lost {
    fn note(&mut self, value: &Value, marks: &[Mark]) {
        let marks = marks.get(value.marks.clone()).unwrap_or_default();
        self.slots.extend(marks.iter().flat_map(Mark::identifiers).filter(|one| is_of_slot(one)).cloned());
        if value.all.chars().count() >= PART_CHARS_MIN && self.values.insert(value.all.clone()) {
            self.joined.push('\n');
            self.joined.push_str(&value.all);
        }
    }

    fn has(&mut self, value: &Value, marks: &[Mark]) -> bool {
        let marks = marks.get(value.marks.clone()).unwrap_or_default();
        if marks.iter().flat_map(Mark::identifiers).any(|one| self.slots.contains(one)) {
            return true;
        }
        let is_known = |word: &String| self.values.contains(word);
        if is_known(&value.all) || value.words.iter().any(is_known) {
            return true;
        }
        self.searched = self.searched.saturating_add(self.joined.len());
        let is_part = value.all.chars().count() >= PART_CHARS_MIN && self.joined.contains(&value.all);
        is_part || self.searched > SEARCHED_BYTES_MAX
    }
}
