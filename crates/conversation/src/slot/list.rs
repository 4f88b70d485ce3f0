//! Which value of a list was said? Custom slot types: values with synonyms, under one of three strategies.
//!
//! A value is found whole, as a run of words inside the answer, or with a slip of the pen in it; a plural is its singular.
//! Words are compared by fingerprints of 64 bits, so that no second copy of the author's values rests in memory; only a slip
//! needs the letters.

use super::name;
use super::pieces::{Kind, Pieces, pieces};
use crate::Words;
use std::collections::HashMap;

/// What a slot takes as its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Strategy {
    /// What was said, also when no value is like it.
    Original,
    /// The value meant; nothing else.
    Top,
    /// What was said, put together from its parts.
    Joined,
}

/// The values of a slot type.
pub(crate) struct List {
    strategy: Strategy,
    entries: Vec<Entry>,
    /// Entries by their first word.
    starts: HashMap<u64, Vec<usize>>,
}

struct Entry {
    /// The value meant.
    value: Words,
    /// How it is said here: the value itself or a synonym.
    said: Words,
    words: Vec<u64>,
}

/// Longest answer that is taken as a value although no value is like it, in pieces.
const ANSWER_PIECES_MAX: usize = 24;
/// Letters that a value needs for one slip, and for two.
const SLIP_CHARS: [usize; 2] = [5, 9];
/// Longest value in which slips are looked for, in characters.
const SLIP_CHARS_MAX: usize = 60;

/// A value that was found: the place in pieces, and the entry.
pub(crate) struct Hit<'l> {
    pub(crate) from: usize,
    pub(crate) to: usize,
    pub(crate) value: &'l Words,
}

impl List {
    /// The list of some values and the other ways to say each.
    pub(crate) fn new<'a, S>(strategy: Strategy, values: impl Iterator<Item = (&'a Words, S)>) -> Self
    where
        S: Iterator<Item = &'a Words>,
    {
        let mut list = Self { strategy, entries: Vec::new(), starts: HashMap::new() };
        for (value, synonyms) in values {
            list.add(value, value);
            synonyms.for_each(|said| list.add(value, said));
        }
        list
    }

    fn add(&mut self, value: &Words, said: &Words) {
        let cut = pieces(said.read());
        let words: Vec<u64> = spoken(&cut, 0, cut.len()).map(|at| fingerprint(cut.word(at))).collect();
        if let Some(first) = words.first() {
            self.starts.entry(*first).or_default().push(self.entries.len());
            self.entries.push(Entry { value: value.clone(), said: said.clone(), words });
        }
    }

    pub(crate) fn strategy(&self) -> Strategy {
        self.strategy
    }

    /// Values and synonyms as they are said.
    pub(crate) fn said(&self) -> impl Iterator<Item = &Words> {
        self.entries.iter().map(|entry| &entry.said)
    }

    /// The longest value that begins at a piece.
    pub(crate) fn read(&self, p: &Pieces<'_>, at: usize) -> Option<Hit<'_>> {
        let starts = self.starts.get(&fingerprint(p.word(at)))?;
        let hits = starts.iter().filter_map(|entry| {
            let entry = self.entries.get(*entry)?;
            let to = ends(p, at, &entry.words)?;
            Some(Hit { from: at, to, value: &entry.value })
        });
        hits.max_by_key(|hit| hit.to)
    }

    /// The value in an answer.
    pub(crate) fn find(&self, p: &Pieces<'_>) -> Option<Hit<'_>> {
        let inside = (0..p.len()).filter_map(|at| self.read(p, at));
        inside.max_by_key(|hit| (hit.to - hit.from, usize::MAX - hit.from)).or_else(|| self.slip(p))
    }

    /// The only value that the answer misspells.
    fn slip(&self, p: &Pieces<'_>) -> Option<Hit<'_>> {
        let (from, to) = name::core(p);
        let said: Vec<char> = p.said(from, to).to_lowercase().chars().take(SLIP_CHARS_MAX + 1).collect();
        let allowed = SLIP_CHARS.iter().filter(|chars| said.len() >= **chars).count();
        if allowed == 0 || said.len() > SLIP_CHARS_MAX {
            return None;
        }
        let mut best: Option<(usize, &Words)> = None;
        for entry in &self.entries {
            let distance = distance(&said, entry.said.read(), allowed);
            match (distance, best) {
                (Some(distance), Some((other, value))) if distance == other && *value != entry.value => {
                    return None;
                }
                (Some(distance), None) => best = Some((distance, &entry.value)),
                (Some(distance), Some((other, _))) if distance < other => {
                    best = Some((distance, &entry.value))
                }
                _ => {}
            }
        }
        best.map(|(_, value)| Hit { from, to, value })
    }

    /// What is taken when no value is like the answer.
    pub(crate) fn anything(&self, p: &Pieces<'_>) -> Option<(String, usize, usize)> {
        (self.strategy != Strategy::Top).then(|| name::anything(p, ANSWER_PIECES_MAX)).flatten()
    }
}

/// Pieces that are no marks.
fn spoken<'p>(p: &'p Pieces<'_>, from: usize, to: usize) -> impl Iterator<Item = usize> + 'p {
    (from..to).filter(|at| p.kind(*at) != Some(Kind::Mark))
}

/// Where a run of words ends, if it stands here.
fn ends(p: &Pieces<'_>, at: usize, words: &[u64]) -> Option<usize> {
    let mut here = at;
    for word in words {
        while here > at && p.kind(here) == Some(Kind::Mark) {
            here += 1;
        }
        if p.word(here).is_empty() || fingerprint(p.word(here)) != *word {
            return None;
        }
        here += 1;
    }
    Some(here)
}

/// The fingerprint of a word, plural and singular alike.
pub(crate) fn fingerprint(word: &str) -> u64 {
    let stem = match word.strip_suffix('s') {
        Some(stem) if word.len() > 3 && !stem.ends_with(['s', 'u', 'i']) => stem,
        _ => word,
    };
    crate::nlu::hash(stem.as_bytes())
}

/// The number of slips between two texts, if it is at most `allowed` (Levenshtein, with neighbours that changed places).
fn distance(said: &[char], value: &str, allowed: usize) -> Option<usize> {
    let value: Vec<char> = value.to_lowercase().chars().take(SLIP_CHARS_MAX + 1).collect();
    if value.len().abs_diff(said.len()) > allowed || value.first() != said.first() {
        return None;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=value.len()).collect();
    let mut last = None;
    for (at, letter) in said.iter().enumerate() {
        let mut next = vec![at + 1];
        for (column, other) in value.iter().enumerate() {
            let cell = |row: &[usize], at: usize| row.get(at).copied().unwrap_or(usize::MAX - 1);
            let change = cell(&row, column) + usize::from(letter != other);
            let mut least = change.min(cell(&row, column + 1) + 1).min(cell(&next, column) + 1);
            let crossed = column > 0 && last == Some(other) && value.get(column - 1) == Some(letter);
            if crossed {
                least = least.min(cell(&before, column - 1) + 1);
            }
            next.push(least);
        }
        before = std::mem::replace(&mut row, next);
        last = Some(letter);
    }
    row.last().copied().filter(|found| *found <= allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(strategy: Strategy) -> List {
        let values = [("Roses", vec!["rose bush"]), ("Lilies", vec![]), ("Sweet peas", vec![])];
        let values: Vec<(Words, Vec<Words>)> = values
            .iter()
            .map(|(value, more)| (Words::from(*value), more.iter().map(|said| Words::from(*said)).collect()))
            .collect();
        List::new(strategy, values.iter().map(|(value, more)| (value, more.iter())))
    }

    #[test]
    fn values_are_found_inside_of_answers_and_with_slips() {
        let list = list(Strategy::Top);
        for (text, wanted) in [
            ("rose", Some("Roses")),
            ("I'd like a rose bush please", Some("Roses")),
            ("sweet-peas", Some("Sweet peas")),
            ("lillies", Some("Lilies")),
            ("ilies", None),
            ("tulips", None),
        ] {
            assert_eq!(list.find(&pieces(text)).map(|hit| hit.value.read()), wanted, "{text}");
        }
        assert!(list.anything(&pieces("tulips")).is_none());
    }

    #[test]
    fn a_slip_that_could_be_two_values_is_none() {
        let values = [Words::from("marine"), Words::from("marina")];
        let list = List::new(Strategy::Top, values.iter().map(|value| (value, [].iter())));
        assert!(list.find(&pieces("marino")).is_none());
        assert!(list.find(&pieces("marinna")).is_some());
    }
}
