//! What is counted? Hits and misses for each label, and characters for all.

use std::collections::{BTreeMap, BTreeSet};

/// A labelled place, in characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Span {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) label: String,
}

/// Counts of one label.
#[derive(Clone, Copy, Default, Debug, PartialEq, Eq)]
pub(super) struct Hits {
    /// Found where it is, with its label.
    pub(super) right: u64,
    /// Found but not there.
    pub(super) wrong: u64,
    /// There but not found.
    pub(super) missed: u64,
    /// Overlapped by a finding of its label, one to one.
    pub(super) loose: u64,
}

/// Precision, recall and their harmonic mean.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Score {
    pub(super) precision: f64,
    pub(super) recall: f64,
    pub(super) f1: f64,
}

/// Everything that is counted over a file.
#[derive(Default)]
pub(super) struct Measures {
    pub(super) labels: BTreeMap<String, Hits>,
    pub(super) texts: u64,
    pub(super) bytes: u64,
    labelled: u64,
    leaked: u64,
    others: u64,
    overmasked: u64,
}

impl Hits {
    pub(super) fn gold(&self) -> u64 {
        self.right + self.missed
    }

    pub(super) fn found(&self) -> u64 {
        self.right + self.wrong
    }

    pub(super) fn strict(&self) -> Score {
        Score::of(self.right, self.found(), self.gold())
    }

    pub(super) fn lenient(&self) -> Score {
        Score::of(self.loose, self.found(), self.gold())
    }
}

impl Score {
    fn of(right: u64, found: u64, gold: u64) -> Self {
        let (precision, recall) = (share(right, found), share(right, gold));
        let sum = precision + recall;
        Self { precision, recall, f1: if sum > 0.0 { 2.0 * precision * recall / sum } else { 0.0 } }
    }
}

fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

impl Measures {
    /// One more text.
    pub(super) fn add(&mut self, chars: usize, bytes: usize, gold: &BTreeSet<Span>, found: &BTreeSet<Span>) {
        self.texts += 1;
        self.bytes += bytes as u64;
        self.add_characters(&covered(chars, gold), &covered(chars, found));
        for span in found {
            let hits = self.labels.entry(span.label.clone()).or_default();
            if gold.contains(span) { hits.right += 1 } else { hits.wrong += 1 }
        }
        for span in gold.difference(found) {
            self.labels.entry(span.label.clone()).or_default().missed += 1;
        }
        self.add_loose(gold, found);
    }

    fn add_characters(&mut self, gold: &[bool], found: &[bool]) {
        for pair in gold.iter().zip(found) {
            match pair {
                (true, hit) => {
                    self.labelled += 1;
                    self.leaked += u64::from(!hit);
                }
                (false, hit) => {
                    self.others += 1;
                    self.overmasked += u64::from(*hit);
                }
            }
        }
    }

    /// Each labelled place takes the first finding of its label that overlaps and is not taken.
    fn add_loose(&mut self, gold: &BTreeSet<Span>, found: &BTreeSet<Span>) {
        let mut left: Vec<&Span> = found.iter().collect();
        for span in gold {
            let overlaps =
                |other: &&Span| other.label == span.label && other.start < span.end && other.end > span.start;
            if let Some(at) = left.iter().position(overlaps) {
                left.remove(at);
                self.labels.entry(span.label.clone()).or_default().loose += 1;
            }
        }
    }

    /// All labels together.
    pub(super) fn all(&self) -> Hits {
        self.labels.values().fold(Hits::default(), |sum, hits| Hits {
            right: sum.right + hits.right,
            wrong: sum.wrong + hits.wrong,
            missed: sum.missed + hits.missed,
            loose: sum.loose + hits.loose,
        })
    }

    /// Mean strict F1 of the labels that the data has.
    pub(super) fn macro_f1(&self) -> f64 {
        let scores: Vec<f64> =
            self.labels.values().filter(|hits| hits.gold() > 0).map(|hits| hits.strict().f1).collect();
        if scores.is_empty() { 0.0 } else { scores.iter().sum::<f64>() / scores.len() as f64 }
    }

    /// Share of labelled characters that no finding covers.
    pub(super) fn leak(&self) -> f64 {
        share(self.leaked, self.labelled)
    }

    /// Share of other characters that a finding covers.
    pub(super) fn overmask(&self) -> f64 {
        share(self.overmasked, self.others)
    }
}

fn covered(chars: usize, spans: &BTreeSet<Span>) -> Vec<bool> {
    let mut covered = vec![false; chars];
    for span in spans {
        covered.iter_mut().take(span.end).skip(span.start).for_each(|c| *c = true);
    }
    covered
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(spans: &[(usize, usize, &str)]) -> BTreeSet<Span> {
        spans
            .iter()
            .map(|(start, end, label)| Span { start: *start, end: *end, label: (*label).to_owned() })
            .collect()
    }

    #[test]
    fn hits_and_characters_are_counted() {
        let mut measures = Measures::default();
        let gold = set(&[(0, 4, "A"), (10, 14, "A"), (20, 24, "B")]);
        let found = set(&[(0, 4, "A"), (12, 16, "A"), (20, 24, "A"), (30, 31, "C")]);
        measures.add(40, 40, &gold, &found);
        assert_eq!(measures.labels["A"], Hits { right: 1, wrong: 2, missed: 1, loose: 2 });
        assert_eq!(measures.labels["B"], Hits { right: 0, wrong: 0, missed: 1, loose: 0 });
        assert_eq!(measures.labels["C"], Hits { right: 0, wrong: 1, missed: 0, loose: 0 });
        assert_eq!((measures.leak(), measures.overmask()), (2.0 / 12.0, 3.0 / 28.0));
        assert_eq!(measures.macro_f1(), (0.4 + 0.0) / 2.0);
    }
}
