//! Who looks for findings, and when may a stream let go of a stretch of text?
//!
//! Three searches go over the same text: the engine for structured values (`walk`), the reading of prose for names and
//! addresses, and the unveiling of values in disguise. Each adds candidates in offsets of this text to one [`Gathered`];
//! `overlap` settles them once, all together. Settling each search's own first, and merging the winners, would let the
//! order of the searches decide who wins.
//!
//! A search that judges a stretch as a whole (a disguise, an address over three lines) says so with [`Gathered::hold`]:
//! then a stream keeps the stretch together instead of settling one half of it.

use crate::disguise::{Level, View};
use crate::engine::VALUE_BYTES_MAX;
use crate::overlap::Candidate;
use crate::plan::Plan;
use crate::prose::Cue;
use crate::walk::{Traces, Walk};

/// What the searches found in one text.
#[derive(Debug)]
pub(crate) struct Gathered {
    pub(crate) found: Vec<Candidate>,
    /// Where unsettled text begins; before it is context only. A stretch that reaches over this place was longer than
    /// any that is held together, since otherwise it would have been kept whole.
    pub(crate) from: usize,
    /// Stretches that must be judged as a whole.
    holds: Vec<(usize, usize)>,
}

impl Gathered {
    pub(crate) fn new(from: usize) -> Self {
        Self { found: Vec::new(), from, holds: Vec::new() }
    }

    /// Keeps a stretch together; `usize::MAX` where the text ends before the stretch does. Whoever calls it bounds the
    /// stretch to [`crate::engine::VALUE_BYTES_MAX`]. What begins before the unsettled text is not held.
    pub(crate) fn hold(&mut self, start: usize, end: usize) {
        if start >= self.from {
            self.holds.push((start, end));
        }
    }

    /// Where what is held together ends, if any of it lies in these bytes.
    pub(crate) fn held_until(&self, start: usize, end: usize) -> Option<usize> {
        self.holds.iter().filter(|hold| hold.0 < end && start < hold.1).map(|hold| hold.1).max()
    }

    /// Keeps together what a view of the text keeps together.
    pub(crate) fn hold_as(&mut self, inner: &Self, view: &View, length: usize) {
        for &(start, end) in &inner.holds {
            match view.original(start, end.min(view.text().len())) {
                (start, _) if end == usize::MAX && view.end() == length => self.hold(start, usize::MAX),
                (start, upto) if end != usize::MAX && upto - start <= VALUE_BYTES_MAX => {
                    self.hold(start, upto)
                }
                _ => {}
            }
        }
    }

    /// The last place up to `limit` that lies inside no stretch that is held together.
    pub(crate) fn settled_before(&self, limit: usize) -> usize {
        let torn = self.holds.iter().filter(|(start, end)| *start < limit && limit < *end);
        match torn.map(|(start, _)| *start).min() {
            Some(earlier) => self.settled_before(earlier),
            None => limit,
        }
    }
}

impl Plan {
    /// Asks every search for its candidates. Text before `from` is context.
    pub(crate) fn gather(&self, text: &[u8], from: usize) -> Gathered {
        self.gather_in(text, from, Level::TOP)
    }

    /// The same for a text or a view of one.
    pub(crate) fn gather_in(&self, text: &[u8], from: usize, level: Level<'_>) -> Gathered {
        let mut gathered = Gathered::new(from);
        let (cues, traces) = self.find_structured(text, &mut gathered);
        // Last, since it must not see what the others found.
        if let Some(prose) = &self.prose {
            prose.find(self, text, &cues, &mut gathered);
        }
        self.find_disguised(text, &traces, level, &mut gathered);
        gathered
    }

    /// Asks for structured values alone, in the view of a number that is said: whoever reads one out says no name in it,
    /// and a name without a keyword would not be admitted there.
    pub(crate) fn gather_numbers(&self, text: &[u8]) -> Gathered {
        let mut gathered = Gathered::new(0);
        self.find_structured(text, &mut gathered);
        gathered
    }

    fn find_structured(&self, text: &[u8], gathered: &mut Gathered) -> (Vec<Cue>, Traces) {
        let mut walk = Walk::new(self, text);
        walk.run();
        gathered.found.append(&mut walk.found);
        if walk.open_from != usize::MAX {
            gathered.hold(walk.open_from, usize::MAX);
        }
        (walk.cues, walk.traces)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_moves_before_what_is_held() {
        let mut gathered = Gathered::new(5);
        gathered.hold(10, 20);
        gathered.hold(18, 30);
        gathered.hold(40, usize::MAX);
        gathered.hold(4, 6);
        let limits: Vec<_> =
            [5, 10, 11, 20, 25, 30, 40, 50].into_iter().map(|at| gathered.settled_before(at)).collect();
        assert_eq!(limits, [5, 10, 10, 10, 10, 30, 40, 40]);
    }
}
