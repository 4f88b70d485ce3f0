//! Which values hide behind an encoding or behind words? Normalise first, then look, then map back.
//!
//! A disguise turns a stretch of the text into a [`View`]: the stretch as it would read without the disguise, with a map
//! back that is total and monotone. The views go through the same searches as the text itself, with enough plain text
//! around them for keywords to count. A finding that leans on nothing that was unveiled is dropped, since the search in
//! the plain text has it already; the others come back in offsets of the text and cover the whole disguise, to the last
//! word or group of four base64 characters.
//!
//! Two kinds of view, each made of all disguises of its kind that stand close to each other, so that no stretch is read
//! more than a few times:
//! - `codes`: characters written as codes (percent, JSON, HTML), characters that only look like ASCII, invisible ones,
//!   and base64. What they unveil is searched for further disguises, [`DEPTH_MAX`] deep.
//! - `spoken`: digits as words, and digits spread over words. What they unveil is searched as it is.
//!
//! Decoding never makes a stretch longer, so nesting cannot grow. What triggers it comes from the walk's own masks and
//! keyword look-up (`Traces`): a text without a disguise pays for a few instructions per 64 bytes.
//!
//! Rejected: one normalised copy of the whole text instead of views. It costs every text the time of the few that need
//! it, and what one disguise unveils would change the surroundings of values that have none.

mod base64;
mod codes;
mod entity;
mod glyphs;
mod percent;
mod run;
mod slash;
mod spoken;
mod stretch;
mod view;

pub(crate) use spoken::WORDS;
pub(crate) use view::View;

use crate::gather::Gathered;
use crate::overlap::Candidate;
use crate::plan::Plan;
use crate::walk::{Traces, Walk};

/// Whether values in disguise are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Disguises {
    /// Encodings, look-alike characters, invisible characters, and digits in words are unveiled first.
    #[default]
    On,
    /// Text is taken as it stands.
    Off,
}

/// How many disguises may lie over each other: base64 inside a JSON escape inside a URL.
pub(crate) const DEPTH_MAX: usize = 3;
/// Plain text that a view holds on both sides of what it unveils, at most. A part of a stream has more than that before
/// its unsettled text.
const MARGIN_BYTES_MAX: usize = 1536;
/// Longest stretch that is unveiled as a whole (a base64 text, the words of a number); longer ones are attachments, not
/// values. A stream keeps shorter ones together.
const STRETCH_BYTES_MAX: usize = 16 * 1024;

/// Where a search for disguises stands.
#[derive(Clone, Copy)]
pub(crate) struct Level<'a> {
    /// The view that is searched; `None` for the text itself.
    pub(crate) within: Option<&'a View>,
    /// How many disguises have been taken off.
    pub(crate) depth: usize,
}

impl Level<'_> {
    /// The text itself.
    pub(crate) const TOP: Self = Self { within: None, depth: 0 };

    /// Whether a place is worth unveiling here: anywhere in the text, and in a view where it was changed.
    fn concerns(&self, start: usize, end: usize) -> bool {
        self.within.is_none_or(|view| view.is_changed(start, end))
    }
}

impl Plan {
    /// Adds what is found behind disguises.
    pub(crate) fn find_disguised(
        &self,
        text: &[u8],
        traces: &Traces,
        level: Level<'_>,
        gathered: &mut Gathered,
    ) {
        if level.depth >= DEPTH_MAX {
            return;
        }
        let margin = self.margin();
        let mut unveiled = Vec::new();
        for view in codes::views(text, traces, (level, &self.labels), margin, gathered) {
            let depth = level.depth + 1;
            let inner = self.gather_in(view.text(), 0, Level { within: Some(&view), depth });
            let kept = inner.found.iter().filter(|candidate| leans_on(&view, candidate));
            unveiled.extend(kept.map(|candidate| mapped(&view, candidate)));
            gathered.hold_as(&inner, &view, text.len());
        }
        let runs = spoken::runs(text, traces, &self.labels, level, gathered);
        for (view, runs) in spoken::views(text, &runs, margin) {
            let inner = self.gather_numbers(view.text());
            let kept = inner.found.iter().filter(|candidate| runs.admit(&view, candidate));
            unveiled.extend(kept.map(|candidate| mapped(&view, candidate)));
        }
        gathered.found.append(&mut unveiled);
    }

    /// Where each byte of each view comes from, for tests of the map: those of the text itself, and of its views.
    pub(crate) fn origins(&self, text: &[u8]) -> Vec<Vec<(usize, usize)>> {
        let all = |text: &[u8], level: Level<'_>| {
            let mut gathered = Gathered::new(0);
            let mut walk = Walk::new(self, text);
            walk.run();
            let mut views =
                codes::views(text, &walk.traces, (level, &self.labels), self.margin(), &mut gathered);
            let runs = spoken::runs(text, &walk.traces, &self.labels, level, &mut gathered);
            views.extend(spoken::views(text, &runs, self.margin()).map(|(view, _)| view));
            views
        };
        let outer = all(text, Level::TOP);
        let inner = outer.iter().flat_map(|view| all(view.text(), Level { within: Some(view), depth: 1 }));
        let spans = |view: &View| (0..=view.text().len()).map(|at| view.original(at, at + 1)).collect();
        inner.map(|view| spans(&view)).chain(outer.iter().map(spans)).collect()
    }

    /// How much plain text around a disguise can matter: a keyword at its farthest.
    fn margin(&self) -> usize {
        const KEYWORD_BYTES_MAX: usize = 256;
        (4 * (self.reach + 10) + KEYWORD_BYTES_MAX).min(MARGIN_BYTES_MAX)
    }
}

/// Whether a finding is owed to what was unveiled: in the value, in its keyword, between the two, or right beside.
fn leans_on(view: &View, candidate: &Candidate) -> bool {
    let (from, upto) = match candidate.keyword {
        Some(_) => (candidate.start.min(candidate.keyword_at.0), candidate.end.max(candidate.keyword_at.1)),
        None => (candidate.start, candidate.end),
    };
    view.is_changed(from.saturating_sub(1), upto + 1)
}

/// A finding of a view, in offsets of the text that the view was made of.
fn mapped(view: &View, candidate: &Candidate) -> Candidate {
    let keyword_at = match candidate.keyword {
        Some(_) => view.original(candidate.keyword_at.0, candidate.keyword_at.1),
        None => candidate.keyword_at,
    };
    let (start, end) = view.original(candidate.start, candidate.end);
    Candidate { start, end, keyword_at, ..*candidate }
}
