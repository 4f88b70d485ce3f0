//! Who wins where findings overlap? A fixed order, all labels kept, one mask.
//!
//! Candidates that share a character form a cluster. Its best candidate gives the finding its label and place, the
//! cluster's extent is what is masked, the others stay in the finding as rivals. The order: a checksum beats none, a
//! keyword beats none, longer beats shorter, a nearer keyword beats one farther off, what AWS publishes beats what is ours, a shape that leaves less open beats
//! one that leaves more, then the order of the rules.
//!
//! A cluster that grows beyond [`CLUSTER_BYTES_MAX`] is cut before the next candidate that begins behind the bound, so
//! that a stream need not hold back more than that.

use crate::detection::{Detection, KeywordId, Rival, RuleId, Score};
use crate::labels::Labels;
use sotto_public::{ByteSpan, CharSpan};
use std::cmp::Reverse;
use std::collections::HashMap;

/// Where a cluster is cut.
pub(crate) const CLUSTER_BYTES_MAX: usize = 16 * 1024;

/// A match that satisfied its rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Candidate {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) rule: RuleId,
    pub(crate) keyword: Option<KeywordId>,
    /// Characters between keyword and value.
    pub(crate) gap: u16,
    /// Where the keyword begins and ends.
    pub(crate) keyword_at: (usize, usize),
    /// Whether AWS manages the identifier, and publishes the keyword for it.
    pub(crate) managed: bool,
    pub(crate) published: bool,
    /// How much a shape tells: bits that its matches leave open; fewer is more telling.
    pub(crate) openness: u16,
    pub(crate) checksum: bool,
    pub(crate) score: Score,
}

impl Candidate {
    /// The part of it from a place on, if any is left.
    pub(crate) fn clipped(&self, from: usize) -> Option<Self> {
        (self.end > from).then(|| Self { start: self.start.max(from), ..*self })
    }

    fn rank(&self) -> impl Ord + use<> {
        let evidence = (self.checksum, self.keyword.is_some(), self.end - self.start);
        let origin = (self.managed, self.published);
        (evidence, Reverse(self.gap), origin, Reverse(self.openness), Reverse(self.rule))
    }
}

/// Drops candidates whose keyword speaks for a nearer value of the same identifier: the digits behind `cvv: 123` are no
/// second code. A list goes on as long as nothing but commas, slashes and the words "and" and "or" stand between.
/// What an earlier masking hid is such a nearer value too, so that a second pass finds nothing new.
pub(crate) fn keep_nearest(
    candidates: &mut Vec<Candidate>,
    text: &[u8],
    labels: &Labels,
    group: impl Fn(RuleId) -> Option<usize>,
) {
    let mut nearest: HashMap<(usize, usize), Nearest> = HashMap::new();
    let mut sorted: Vec<Candidate> = std::mem::take(candidates);
    for candidate in sorted.iter().filter(|candidate| candidate.keyword.is_some()) {
        let Some(group) = group(candidate.rule) else { continue };
        let key = (group, candidate.keyword_at.0);
        let best = nearest.entry(key).or_insert_with(|| Nearest::mask(text, labels, candidate.keyword_at));
        let gap = gap_in_line(candidate, text);
        if gap < best.gap {
            *best = Nearest { gap, start: candidate.start, end: candidate.end };
        }
    }
    sorted.sort_unstable_by_key(|candidate| (candidate.start, candidate.end));
    for candidate in sorted {
        let place = group(candidate.rule).and_then(|group| nearest.get_mut(&(group, candidate.keyword_at.0)));
        let kept = match place.filter(|_| candidate.keyword.is_some()) {
            Some(nearest) => nearest.admits(&candidate, text),
            None => true,
        };
        if kept {
            candidates.push(candidate);
        }
    }
}

/// The gap between keyword and value; a value of the next line comes after all of the keyword's own line, which a stream
/// has settled before it sees the next.
fn gap_in_line(candidate: &Candidate, text: &[u8]) -> u16 {
    let between = text.get(candidate.keyword_at.1..candidate.start).unwrap_or_default();
    candidate.gap.saturating_add(if between.contains(&b'\n') { 10_000 } else { 0 })
}

/// The value that a keyword speaks for, and how far its list has come.
struct Nearest {
    gap: u16,
    start: usize,
    end: usize,
}

impl Nearest {
    /// Bytes around a keyword, in its line, in which an earlier mask counts.
    const REACH_BYTES: usize = 120;

    /// The mask that is nearest to a keyword, if there is one.
    fn mask(text: &[u8], labels: &Labels, (start, end): (usize, usize)) -> Self {
        let ends_mask =
            |at: &usize| text.get(at.saturating_sub(3)..*at) == Some(b"***") || labels.end_at(text, *at);
        let starts_mask = |at: &usize| {
            text.get(*at..at + 3) == Some(b"***")
                || (text.get(*at) == Some(&b'[') && labels.hold(text, at + 1))
        };
        // Masking may have put quotes around a number.
        const QUOTES: usize = 3;
        let gap = |from: usize, to: usize| {
            count_chars(text.get(from..to).unwrap_or_default()).saturating_sub(QUOTES) as u16
        };
        let in_line = |at: &usize| text.get(*at).is_some_and(|byte| *byte != b'\n');
        let behind =
            (end..end + Self::REACH_BYTES).take_while(in_line).find(starts_mask).map(|at| (gap(end, at), at));
        let line = |at: &usize| *at == start || text.get(*at).is_some_and(|byte| *byte != b'\n');
        let before = (start.saturating_sub(Self::REACH_BYTES)..=start).rev().take_while(line).find(ends_mask);
        let before = before.map(|at| (gap(at, start) + 1, at));
        let (gap, at) = behind.into_iter().chain(before).min().unwrap_or((u16::MAX, 0));
        let hidden = text.get(at..).unwrap_or_default().iter().take_while(|byte| **byte == b'*').count();
        Self { gap, start: at, end: at + hidden }
    }

    /// Whether a candidate is this value, overlaps it, or goes on with its list.
    fn admits(&mut self, candidate: &Candidate, text: &[u8]) -> bool {
        let same = gap_in_line(candidate, text) == self.gap
            || (candidate.start < self.end && self.start < candidate.end);
        let listed = || text.get(self.end..candidate.start).is_some_and(is_list_joint);
        let admitted = same || listed();
        if admitted {
            self.end = self.end.max(candidate.end);
        }
        admitted
    }
}

/// Whether only the joints of a list stand between two values.
fn is_list_joint(between: &[u8]) -> bool {
    let words = between.split(|byte| matches!(byte, b' ' | b',' | b';' | b'/' | b'&' | b'|'));
    between.len() <= 6 && words.filter(|word| !word.is_empty()).all(|word| word == b"and" || word == b"or")
}

/// Clusters candidates and picks the winners; `chars` counts characters from one offset to a later one.
pub(crate) fn resolve(candidates: &mut [Candidate], text: &[u8]) -> Vec<Detection> {
    candidates.sort_unstable_by_key(|c| (c.start, Reverse(c.end), c.rule));
    let mut detections = Vec::new();
    let mut counter = CharCounter { at: 0, chars: 0 };
    let mut rest: &[Candidate] = candidates;
    while let Some(length) = cluster_length(rest) {
        let (cluster, others) = rest.split_at(length);
        // What reaches over from a cluster that was cut is hidden there already.
        let hidden = detections.last().map_or(0, |before: &Detection| before.mask.end());
        let left: Vec<Candidate> = cluster.iter().filter_map(|candidate| candidate.clipped(hidden)).collect();
        detections.extend(finding(&left, text, &mut counter));
        rest = others;
    }
    detections
}

fn cluster_length(candidates: &[Candidate]) -> Option<usize> {
    let first = candidates.first()?;
    let mut end = first.end;
    let apart = |c: &Candidate, end: usize| c.start >= end || c.start >= first.start + CLUSTER_BYTES_MAX;
    let more = candidates.iter().skip(1).take_while(|c| {
        let together = !apart(c, end);
        end = end.max(if together { c.end } else { end });
        together
    });
    Some(1 + more.count())
}

fn finding(cluster: &[Candidate], text: &[u8], counter: &mut CharCounter) -> Option<Detection> {
    let best = cluster.iter().max_by_key(|c| c.rank())?;
    let mask = cluster.iter().map(span).reduce(ByteSpan::join)?;
    let mut rivals: Vec<Rival> = cluster
        .iter()
        .filter(|c| c.rule != best.rule)
        .map(|c| Rival { rule: c.rule, bytes: span(c) })
        .collect();
    rivals.dedup();
    let start = counter.advance(text, best.start);
    let end = start + count_chars(text.get(best.start..best.end).unwrap_or_default());
    Some(Detection {
        bytes: span(best),
        chars: CharSpan::at(start, end - start),
        mask,
        rule: best.rule,
        keyword: best.keyword,
        checksum: best.checksum,
        score: best.score,
        rivals,
    })
}

fn span(candidate: &Candidate) -> ByteSpan {
    ByteSpan::at(candidate.start, candidate.end - candidate.start)
}

/// Counts characters from the beginning, never twice over the same bytes.
struct CharCounter {
    at: usize,
    chars: usize,
}

impl CharCounter {
    fn advance(&mut self, text: &[u8], to: usize) -> usize {
        if to < self.at {
            return self.chars - count_chars(text.get(to..self.at).unwrap_or_default());
        }
        self.chars += count_chars(text.get(self.at..to).unwrap_or_default());
        self.at = to;
        self.chars
    }
}

/// Characters in bytes: those that are no continuation byte of UTF-8 (RFC 3629, section 3).
pub(crate) fn count_chars(bytes: &[u8]) -> usize {
    let (chunks, rest) = bytes.as_chunks::<192>();
    let whole: usize = chunks
        .iter()
        .map(|chunk| {
            usize::from(chunk.iter().map(|&byte| u8::from(byte & 0xC0 != 0x80)).fold(0_u8, u8::wrapping_add))
        })
        .sum();
    whole + rest.iter().filter(|&&byte| byte & 0xC0 != 0x80).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(start: usize, end: usize, rule: u16, checksum: bool, keyword: bool) -> Candidate {
        let keyword = keyword.then_some(KeywordId(0));
        Candidate {
            start,
            end,
            rule: RuleId(rule),
            keyword,
            gap: 0,
            keyword_at: (0, 0),
            managed: true,
            published: true,
            openness: 0,
            checksum,
            score: Score::from_hundredths(50),
        }
    }

    fn winners(mut candidates: Vec<Candidate>) -> Vec<(u16, usize, usize, usize)> {
        let found = resolve(&mut candidates, &[b'x'; 100]);
        found.iter().map(|d| (d.rule.0, d.mask.start(), d.mask.end(), d.rivals.len())).collect()
    }

    #[test]
    fn the_order_is_checksum_keyword_length_rule() {
        let cases = [
            (candidate(0, 9, 0, false, true), candidate(0, 5, 1, true, false), 1),
            (candidate(0, 9, 0, false, false), candidate(0, 5, 1, false, true), 1),
            (candidate(0, 5, 0, false, false), candidate(0, 9, 1, false, false), 1),
            (candidate(0, 9, 0, false, false), candidate(0, 9, 1, false, false), 0),
        ];
        for (a, b, winner) in cases {
            assert_eq!(winners(vec![a, b]), [(winner, 0, 9, 1)]);
            assert_eq!(winners(vec![b, a]), [(winner, 0, 9, 1)]);
        }
    }

    #[test]
    fn a_keyword_speaks_for_the_nearest_value_and_its_list() {
        let text = b"cvv 123, 456 amount 789";
        let at =
            |start, gap| Candidate { gap, keyword_at: (0, 3), ..candidate(start, start + 3, 0, false, true) };
        let mut candidates = vec![at(4, 1), at(9, 6), at(20, 17)];
        keep_nearest(&mut candidates, text, &Labels::default(), |_| Some(0));
        let masked = b"cvv ***, 456 amount 789";
        let mut rest = vec![at(9, 6), at(20, 17)];
        keep_nearest(&mut rest, masked, &Labels::default(), |_| Some(0));
        assert_eq!(rest.iter().map(|c| c.start).collect::<Vec<_>>(), [9]);
        assert_eq!(candidates.iter().map(|c| c.start).collect::<Vec<_>>(), [4, 9]);
        let mut free = vec![at(4, 1), at(20, 17)];
        keep_nearest(&mut free, text, &Labels::default(), |_| None);
        assert_eq!(free.len(), 2);
    }

    #[test]
    fn touching_is_not_overlapping_and_chains_join() {
        let plain = |start, end, rule| candidate(start, end, rule, false, false);
        assert_eq!(winners(vec![plain(0, 4, 0), plain(4, 8, 1)]), [(0, 0, 4, 0), (1, 4, 8, 0)]);
        assert_eq!(winners(vec![plain(0, 4, 0), plain(3, 8, 1), plain(7, 12, 2)]), [(1, 0, 12, 2)]);
    }

    #[test]
    fn a_chain_without_end_is_cut_and_nothing_is_hidden_twice() {
        let count = 3 * CLUSTER_BYTES_MAX / 4;
        let mut chain: Vec<_> = (0..count).map(|i| candidate(4 * i, 4 * i + 9, 0, false, false)).collect();
        let text = vec![b'x'; 4 * count + 9];
        let masks: Vec<_> = resolve(&mut chain, &text).iter().map(|found| found.mask).collect();
        assert!(masks.len() >= 3 && masks.windows(2).all(|pair| pair[0].end() == pair[1].start()));
        assert_eq!(masks.last().unwrap().end(), 4 * (count - 1) + 9);
    }

    #[test]
    fn characters_are_counted_once_and_right() {
        let text = "añ€😀".repeat(100);
        assert_eq!(count_chars(text.as_bytes()), 400);
        let mut counter = CharCounter { at: 0, chars: 0 };
        assert_eq!(counter.advance(text.as_bytes(), 10), 4);
        assert_eq!(counter.advance(text.as_bytes(), 20), 8);
        assert_eq!(counter.advance(text.as_bytes(), 10), 4);
    }
}
