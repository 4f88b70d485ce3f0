//! Which numbers are said in words, or with words between their digits?
//!
//! Each run is written out in one row, and in groups as the speaker paused, with blanks and with hyphens between them. What is
//! found must be a number for a reason. With words in it: a keyword or a check digit. With nothing but groups of digits: a
//! keyword, and a check digit or speech that plainly goes on (`then`, `the last four are`); or a check digit in the groups
//! that cards have printed on them. Logs are full of numbers that follow each other.

use super::Level;
use super::run::{self, CHAIN_BYTES_MAX, Joint, Piece, Run, chain};
use super::stretch::{Covered, Placed, stretches};
use super::view::{Draft, View};
use crate::gather::Gathered;
use crate::labels::Labels;
use crate::overlap::Candidate;
use crate::walk::Traces;

/// Words that may belong to a number; the engine looks them up together with the keywords.
pub(crate) const WORDS: [&str; 41] = [
    "zero",
    "oh",
    "nought",
    "naught",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "niner",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
    "thirty",
    "forty",
    "fourty",
    "fifty",
    "sixty",
    "seventy",
    "eighty",
    "ninety",
    "double",
    "triple",
    "treble",
    "then",
    "and",
    "next",
    "followed",
    "last",
];
/// Fewest digits of a number that is said.
const SPOKEN_DIGITS_MIN: usize = 3;
/// Fewest digits of a number that is spread over words.
const SPREAD_DIGITS_MIN: usize = 7;

/// The runs of one view, and what they are evidence of.
pub(super) struct Runs<'r>(&'r [Run]);

impl Placed for Run {
    fn start(&self) -> usize {
        self.start
    }
    fn end(&self) -> usize {
        self.end
    }
}

impl Runs<'_> {
    /// Whether a finding of the view has reason enough.
    pub(super) fn admit(&self, view: &View, found: &Candidate) -> bool {
        let (start, end) = view.original(found.start, found.end);
        let first = self.0.partition_point(|run| run.end <= start);
        let Some(run) = self.0.get(first).filter(|run| run.start < end) else { return false };
        let inside = || run.pieces.iter().filter(|piece| start <= piece.start && piece.end <= end);
        let is_spoken = inside().any(|piece| piece.spoken.is_some());
        let goes_on = inside().skip(1).all(|piece| piece.joint == Joint::Explicit);
        let reason = if is_spoken {
            found.checksum || found.keyword.is_some()
        } else if found.checksum {
            found.keyword.is_some() || is_printed(inside())
        } else {
            found.keyword.is_some() && goes_on
        };
        reason && view.is_changed(found.start, found.end)
    }
}

/// Whether groups of digits are those that a card has printed on it, and a word says that they go on.
fn is_printed<'r>(pieces: impl Iterator<Item = &'r Piece>) -> bool {
    let mut goes_on = false;
    let lengths: Vec<usize> = pieces
        .inspect(|piece| goes_on |= piece.joint == Joint::Explicit)
        .map(|piece| piece.end - piece.start)
        .collect();
    goes_on && matches!(lengths.as_slice(), [4, 4, 4, 4] | [4, 6, 5])
}

/// The runs of a text that may be numbers, in order.
pub(super) fn runs(
    text: &[u8],
    traces: &Traces,
    labels: &Labels,
    level: Level<'_>,
    gathered: &mut Gathered,
) -> Vec<Run> {
    let (mut all, mut done, mut covered) = (Vec::new(), 0, None);
    for &at in traces.words.iter() {
        if at < done {
            continue;
        }
        let (start, end) = chain(text, at);
        done = end.max(at + 1);
        let torn = start < gathered.from && gathered.from < end;
        if torn
            || end - start > CHAIN_BYTES_MAX
            || !level.concerns(start, end)
            || run::is_remainder(text, labels, (start, end))
        {
            continue;
        }
        let covered = covered.get_or_insert_with(|| Covered::by(&gathered.found));
        let before = all.len();
        all.extend(run::runs(text, (start, end)).into_iter().filter(|run| {
            is_number(run) && level.concerns(run.start, run.end) && !covered.holds(run.start, run.end)
        }));
        if all.len() > before {
            gathered.hold(start, end);
        }
    }
    all
}

/// Whether a run has digits enough to be a number, and is no list of them.
fn is_number(run: &Run) -> bool {
    let spoken = run.pieces.iter().filter_map(|piece| piece.spoken);
    let spoken_digits: usize = spoken.map(|digits| digits.bytes().len()).sum();
    let plain = run.pieces.iter().filter(|piece| piece.spoken.is_none()).map(|piece| piece.end - piece.start);
    let digits = spoken_digits + plain.sum::<usize>();
    let is_spread = run.pieces.iter().skip(1).any(|piece| piece.joint != Joint::Direct);
    if spoken_digits > 0 { digits >= SPOKEN_DIGITS_MIN } else { digits >= SPREAD_DIGITS_MIN && is_spread }
}

/// The views of runs.
pub(super) fn views<'r>(
    text: &'r [u8],
    runs: &'r [Run],
    margin: usize,
) -> impl Iterator<Item = (View, Runs<'r>)> {
    stretches(runs, text, margin).into_iter().flat_map(move |one| {
        let has_groups = one.places.iter().any(|run| {
            run.pieces.iter().skip(1).any(|piece| piece.joint != Joint::Direct || piece.spoken.is_none())
        });
        let write = |mark: &[u8]| write(text, one.places, (one.from, one.to), mark);
        let row = write(b"");
        let groups = has_groups.then(|| [write(b" "), write(b"-")]);
        let views = std::iter::once(row).chain(groups.into_iter().flatten());
        views.map(|view| (view, Runs(one.places))).collect::<Vec<_>>()
    })
}

/// Writes a stretch with the digits of its runs, and a mark where the speaker paused.
fn write(text: &[u8], runs: &[Run], (from, to): (usize, usize), mark: &[u8]) -> View {
    let in_groups = !mark.is_empty();
    let mut draft = Draft::new(from, to);
    let plain = |draft: &mut Draft, to: usize| {
        let bytes = text.get(draft.upto()..to).unwrap_or_default();
        draft.plain(bytes);
    };
    for run in runs {
        plain(&mut draft, run.start);
        for (index, piece) in run.pieces.iter().enumerate() {
            let gap = piece.start - draft.upto();
            match piece.joint {
                _ if index == 0 => {}
                Joint::Direct if in_groups && piece.spoken.is_none() => plain(&mut draft, piece.start),
                Joint::Pause | Joint::Explicit if in_groups => {
                    let said = piece.mark.map(|said| [said]);
                    draft.unit(gap, said.as_ref().map_or(mark, |said| said), true);
                }
                _ => draft.unit(gap, b"", true),
            }
            match &piece.spoken {
                Some(digits) => draft.unit(piece.end - piece.start, digits.bytes(), true),
                None => plain(&mut draft, piece.end),
            }
        }
    }
    plain(&mut draft, to);
    draft.finish()
}
