//! How good is the tagger? Strict and loose F1 and the leak of names, over labelled JSON lines.
//!
//! The figures are those of the usual measure of entities: strict wants the same start and end, loose any overlap, one to
//! one; the leak is the share of labelled characters that nothing covers.

use super::names::model::{Desk, Kind, Tagger};
use anyhow::{Context, Result};
use serde::Deserialize;
use std::path::Path;

/// How much text is read to time the tagger.
const SPEED_BYTES: usize = 8_000_000;

#[derive(Deserialize)]
struct Record {
    text: String,
    spans: Vec<Labelled>,
}

#[derive(Deserialize)]
struct Labelled {
    start: usize,
    end: usize,
    label: String,
}

/// What was counted.
#[derive(Default)]
struct Tally {
    gold: usize,
    found: usize,
    strict: usize,
    loose: usize,
    characters: usize,
    missed: usize,
}

impl Tally {
    fn add(&mut self, gold: &[(usize, usize)], found: &[(usize, usize)]) {
        self.gold += gold.len();
        self.found += found.len();
        let mut left = found.to_vec();
        for (start, end) in gold {
            self.strict += usize::from(found.contains(&(*start, *end)));
            let covered =
                (*start..*end).filter(|at| found.iter().any(|(from, to)| from <= at && at < to)).count();
            self.characters += end - start;
            self.missed += end - start - covered;
            if let Some(at) = left.iter().position(|(from, to)| from < end && start < to) {
                left.remove(at);
                self.loose += 1;
            }
        }
    }

    fn f1(&self, hits: usize) -> f64 {
        200.0 * hits as f64 / (self.gold + self.found).max(1) as f64
    }

    fn line(&self) -> String {
        let share = |hits: usize, all: usize| 100.0 * hits as f64 / all.max(1) as f64;
        format!(
            "{} names: strict F1 {:.1} (P {:.1}, R {:.1}), loose F1 {:.1} (P {:.1}, R {:.1}), leak {:.1} %",
            self.gold,
            self.f1(self.strict),
            share(self.strict, self.found),
            share(self.strict, self.gold),
            self.f1(self.loose),
            share(self.loose, self.found),
            share(self.loose, self.gold),
            share(self.missed, self.characters)
        )
    }
}

/// The names in a text: start and end in bytes.
fn names(tagger: &Tagger<'_>, text: &str, margin_min: i32, desk: &mut Desk) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    tagger.tag(text.as_bytes(), 0..text.len(), desk, &mut found);
    found.retain(|tagged| tagged.kind == Kind::Person && tagged.margin >= margin_min);
    found.into_iter().map(|tagged| (tagged.start, tagged.end)).collect()
}

/// How to measure.
#[derive(Clone, Copy)]
pub(crate) struct Manner {
    /// Whether each difference is shown.
    pub(crate) errors: bool,
    /// How sure the tagger must be.
    pub(crate) margin_min: i32,
}

/// Measures one file of JSON lines.
pub(crate) fn file(
    tagger: &Tagger<'_>,
    path: &Path,
    manner: Manner,
    say: &mut dyn FnMut(String),
) -> Result<()> {
    let text = std::fs::read_to_string(path).with_context(|| format!("{} is missing", path.display()))?;
    let (mut tally, mut desk) = (Tally::default(), Desk::default());
    let speed = speed(tagger, &text, &mut desk);
    for line in text.lines() {
        let record: Record = serde_json::from_str(line)?;
        let places: Vec<usize> =
            record.text.char_indices().map(|(at, _)| at).chain([record.text.len()]).collect();
        let byte = |at: usize| places.get(at).copied().unwrap_or(record.text.len());
        let gold = record.spans.iter().filter(|span| span.label == "Name");
        let gold: Vec<_> = gold.map(|span| (byte(span.start), byte(span.end))).collect();
        let found = names(tagger, &record.text, manner.margin_min, &mut desk);
        tally.add(&gold, &found);
        if manner.errors {
            differences(&record.text, &gold, &found, say);
        }
    }
    say(format!("{}: {}; {speed:.0} MB/s", path.file_name().unwrap_or_default().display(), tally.line()));
    Ok(())
}

/// How many megabytes the tagger reads in a second, on one core, all texts one after the other.
fn speed(tagger: &Tagger<'_>, text: &str, desk: &mut Desk) -> f64 {
    let texts = text.lines().filter_map(|line| serde_json::from_str::<Record>(line).ok());
    let all: String = texts.map(|record| record.text + "\n").collect();
    let mut found = Vec::new();
    let start = std::time::Instant::now();
    let mut bytes = 0;
    while bytes < SPEED_BYTES && !all.is_empty() {
        found.clear();
        tagger.tag(all.as_bytes(), 0..all.len(), desk, &mut found);
        bytes += all.len();
    }
    bytes as f64 / start.elapsed().as_secs_f64() / 1e6
}

fn differences(text: &str, gold: &[(usize, usize)], found: &[(usize, usize)], say: &mut dyn FnMut(String)) {
    let around = |(start, end): &(usize, usize)| {
        let before: String = text.get(..*start).unwrap_or_default().chars().rev().take(40).collect();
        let before: String = before.chars().rev().collect();
        let after: String = text.get(*end..).unwrap_or_default().chars().take(25).collect();
        format!("{before}[[{}]]{after}", text.get(*start..*end).unwrap_or_default()).replace('\n', "|")
    };
    for span in gold.iter().filter(|span| !found.contains(span)) {
        say(format!("- {}", around(span)));
    }
    for span in found.iter().filter(|span| !gold.contains(span)) {
        say(format!("+ {}", around(span)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strict_and_loose_hits_and_the_leak() {
        let mut tally = Tally::default();
        tally.add(&[(0, 4), (10, 20)], &[(0, 4), (10, 15), (30, 31)]);
        tally.add(&[(0, 10)], &[]);
        assert_eq!((tally.gold, tally.found, tally.strict, tally.loose), (3, 3, 1, 2));
        assert_eq!((tally.characters, tally.missed), (24, 15));
        assert!(tally.line().starts_with("3 names: strict F1 33.3 (P 33.3, R 33.3), loose F1 66.7"));
        assert!(Tally::default().line().contains("leak 0.0 %"));
    }

    #[test]
    fn one_span_found_hits_one_name() {
        let mut tally = Tally::default();
        tally.add(&[(0, 4), (5, 9)], &[(0, 9)]);
        assert_eq!((tally.loose, tally.missed), (1, 0));
    }
}
