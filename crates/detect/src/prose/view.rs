//! What does the tagger see? The text, with everything that is masked or will be as one row of asterisks.
//!
//! Masking must be idempotent, and a statistical model promises nothing of the kind: it may find another name once the
//! first is hidden. So it never sees more than a second pass would: labels and asterisks of an earlier pass, and what
//! this pass has found already, look alike. What it finds is hidden in turn, and it is asked again until it finds nothing
//! more ([`super::Prose`]). A view has as many bytes as its text, so that places are the same in both.

use crate::labels::Labels;
use crate::matchers::byte_at;
use std::ops::Range;

/// A copy of a stretch.
#[derive(Default)]
pub(crate) struct View {
    pub(crate) bytes: Vec<u8>,
    /// Where the stretch begins in `bytes`; before it stands what is left of the line before.
    pub(crate) lead: usize,
    /// Where the stretch begins in the text.
    base: usize,
}

impl View {
    /// Copies `range` of a text, labels of earlier passes hidden, behind `lead`.
    pub(crate) fn fill(&mut self, text: &[u8], range: Range<usize>, labels: &Labels, lead: &[u8]) {
        self.bytes.clear();
        self.bytes.extend_from_slice(lead);
        self.lead = lead.len();
        self.base = range.start;
        self.bytes.extend_from_slice(text.get(range.clone()).unwrap_or_default());
        let inside = text.get(range.clone()).unwrap_or_default();
        if !inside.contains(&b'[') {
            return;
        }
        for (at, _) in inside.iter().enumerate().filter(|(_, byte)| **byte == b'[') {
            if labels.hold(text, range.start + at + 1) {
                let rest = inside.get(at..).unwrap_or_default();
                let length = rest.iter().position(|&byte| byte == b']').map_or(rest.len(), |end| end + 1);
                self.hide(range.start + at, range.start + at + length);
            }
        }
    }

    /// Hides a place of the text.
    pub(crate) fn hide(&mut self, start: usize, end: usize) {
        let at = |place: usize| (place.max(self.base) - self.base + self.lead).min(self.bytes.len());
        let (from, to) = (at(start), at(end));
        if let Some(hidden) = self.bytes.get_mut(from..to) {
            hidden.fill(b'*');
        }
    }

    /// Hides letters and digits that an earlier pass left beside its asterisks, such as a card's last four.
    pub(crate) fn hide_remainders(&mut self) {
        const RUN: usize = 3;
        if !self.bytes.contains(&b'*') {
            return;
        }
        let mut at = self.lead;
        while let Some(run) = self.bytes.get(at..).and_then(|rest| rest.iter().position(|&byte| byte == b'*'))
        {
            let start = at + run;
            let rest = self.bytes.get(start..).unwrap_or_default();
            let end = start + rest.iter().take_while(|byte| **byte == b'*').count();
            at = end;
            if end - start >= RUN {
                at = self.hide_glued(start, end);
            }
        }
    }

    fn hide_glued(&mut self, start: usize, end: usize) -> usize {
        let glued = |byte: &u8| byte.is_ascii_alphanumeric();
        let joint = usize::from(
            matches!(byte_at(&self.bytes, end), b'-' | b'.' | b'/' | b' ')
                && byte_at(&self.bytes, end + 1).is_ascii_digit(),
        );
        let ahead =
            self.bytes.get(end + joint..).unwrap_or_default().iter().take_while(|byte| glued(byte)).count();
        let behind = self
            .bytes
            .get(self.lead..start)
            .unwrap_or_default()
            .iter()
            .rev()
            .take_while(|byte| glued(byte))
            .count();
        let to = if ahead > 0 { end + joint + ahead } else { end };
        if let Some(hidden) = self.bytes.get_mut(start - behind..to) {
            hidden.fill(b'*');
        }
        to
    }

    /// A place of the view as one of the text; `None` before the stretch.
    pub(crate) fn place(&self, at: usize) -> Option<usize> {
        at.checked_sub(self.lead).map(|inside| self.base + inside)
    }

    /// Whether a place of the text is hidden.
    pub(crate) fn hides(&self, place: usize) -> bool {
        place.checked_sub(self.base).and_then(|at| self.bytes.get(at + self.lead)) == Some(&b'*')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, hidden: &[(usize, usize)]) -> String {
        let mut view = View::default();
        view.fill(text.as_bytes(), 0..text.len(), &Labels::new(&[]), b"");
        hidden.iter().for_each(|(start, end)| view.hide(*start, *end));
        view.hide_remainders();
        String::from_utf8(view.bytes).unwrap()
    }

    #[test]
    fn what_is_masked_looks_alike() {
        assert_eq!(shown("Dear [Name_2], hi", &[]), "Dear ********, hi");
        assert_eq!(shown("card ****-****-****-1111 ok", &[]), "card ****-****-********* ok");
        assert_eq!(shown("Dear Emma Wilson, hi", &[(5, 16)]), "Dear ***********, hi");
        assert_eq!(shown("a * b ** c [x]", &[]), "a * b ** c [x]");
    }

    #[test]
    fn places_are_those_of_the_text() {
        let mut view = View::default();
        view.fill(b"one two three", 4..7, &Labels::new(&[]), b"is\n");
        assert_eq!((view.bytes.as_slice(), view.place(3), view.place(2)), (&b"is\ntwo"[..], Some(4), None));
        view.hide(0, 6);
        assert!(view.hides(5) && !view.hides(6) && view.bytes.starts_with(b"is\n"));
    }
}
