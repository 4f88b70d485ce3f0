//! How does a stretch of text read without its disguise, and where in the text does each byte of that come from?
//!
//! A view is a text and a list of segments. A segment is a row of equal units: one byte for one byte where nothing was
//! changed, three for one in a row of `%34`, four for three in base64, three for none where something was taken out.
//! Looking a place up is a binary search. The map back is total (every offset of the view, its end included, has an
//! origin) and monotone.

use sotto_sensitive::RawBytes;

/// A stretch of text without its disguise.
#[derive(Debug)]
pub(crate) struct View {
    text: RawBytes,
    segments: Vec<Segment>,
    /// Where the stretch ends in the text.
    end: usize,
}

/// A row of equal units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Segment {
    /// Where it begins in the view, and in the text.
    at: usize,
    from: usize,
    /// Bytes of one unit in the view, and in the text. Where nothing is in the view, one unit is all there is.
    gives: usize,
    takes: usize,
    /// Whether the disguise is telling: a finding that touches it was not in the plain text.
    telling: bool,
}

/// A view in the making. Units come in the order of the text, without gaps.
pub(crate) struct Draft {
    text: Vec<u8>,
    segments: Vec<Segment>,
    /// Up to where the text has been taken over.
    upto: usize,
}

impl Draft {
    /// Begins a view of the stretch between two offsets, which never grows beyond it.
    pub(crate) fn new(from: usize, to: usize) -> Self {
        Self { text: Vec::with_capacity(to.saturating_sub(from)), segments: Vec::new(), upto: from }
    }

    /// Takes bytes over as they are.
    pub(crate) fn plain(&mut self, bytes: &[u8]) {
        if !bytes.is_empty() {
            self.segment(1, 1, false);
            self.text.extend_from_slice(bytes);
            self.upto += bytes.len();
        }
    }

    /// Puts `gives` in the place of the next `takes` bytes of the text.
    pub(crate) fn unit(&mut self, takes: usize, gives: &[u8], telling: bool) {
        self.segment(gives.len(), takes, telling);
        self.text.extend_from_slice(gives);
        self.upto += takes;
    }

    fn segment(&mut self, gives: usize, takes: usize, telling: bool) {
        let next = Segment { at: self.text.len(), from: self.upto, gives, takes, telling };
        match self.segments.last_mut() {
            Some(last) if (last.gives, last.telling) == (0, telling) && gives == 0 => last.takes += takes,
            Some(last) if (last.gives, last.takes, last.telling) == (gives, takes, telling) => {}
            _ => self.segments.push(next),
        }
    }

    /// Up to where the text has been taken over.
    pub(crate) fn upto(&self) -> usize {
        self.upto
    }

    pub(crate) fn finish(self) -> View {
        View { text: RawBytes::new(self.text), segments: self.segments, end: self.upto }
    }
}

impl View {
    /// How the stretch reads.
    #[expect(clippy::disallowed_methods, reason = "what was unveiled is searched; only places leave")]
    pub(crate) fn text(&self) -> &[u8] {
        self.text.expose()
    }

    /// Where the stretch that it was made of ends.
    pub(crate) fn end(&self) -> usize {
        self.end
    }

    /// Where a stretch of the view comes from. Units are never divided: a disguise is covered whole.
    pub(crate) fn original(&self, start: usize, end: usize) -> (usize, usize) {
        let from =
            self.unit_at(start).map_or(self.end, |(segment, unit)| segment.from + unit * segment.takes);
        let upto = match end.checked_sub(1).filter(|last| *last >= start) {
            Some(last) => self
                .unit_at(last)
                .map_or(self.end, |(segment, unit)| segment.from + (unit + 1) * segment.takes),
            None => from,
        };
        (from.min(self.end), upto.min(self.end))
    }

    /// Whether something telling was unveiled in a stretch of the view.
    pub(crate) fn is_changed(&self, start: usize, end: usize) -> bool {
        let first = self.segments.partition_point(|segment| segment.at <= start);
        // Whatever is empty stands before the segment that holds the place.
        let first = self
            .segments
            .get(..first)
            .unwrap_or_default()
            .iter()
            .rposition(|segment| segment.at < start || segment.gives > 0)
            .unwrap_or(0);
        let reached = self.segments.iter().skip(first).take_while(|segment| segment.at < end);
        reached.filter(|segment| segment.telling).any(|segment| segment.gives > 0 || segment.at > start)
    }

    /// The segment that holds a byte of the view, and which of its units.
    fn unit_at(&self, at: usize) -> Option<(&Segment, usize)> {
        let index = self.segments.partition_point(|segment| segment.at <= at);
        let segment = self
            .segments
            .get(..index)?
            .iter()
            .rfind(|segment| segment.gives > 0)
            .filter(|_| at < self.text.length())?;
        Some((segment, (at - segment.at) / segment.gives))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view() -> View {
        let mut draft = Draft::new(10, 40);
        draft.plain(b"ab");
        draft.unit(3, b"4", true);
        draft.unit(3, b"1", true);
        draft.unit(3, b"", true);
        draft.plain(b"c");
        draft.unit(4, b"xyz", true);
        draft.unit(4, b"uvw", true);
        draft.unit(2, b" ", false);
        draft.plain(b"d");
        draft.finish()
    }

    #[test]
    fn places_map_back_to_whole_units() {
        let view = view();
        assert_eq!(view.text(), b"ab41cxyzuvw d");
        for ((start, end), expected) in [
            ((0, 2), (10, 12)),
            ((1, 3), (11, 15)),
            ((2, 4), (12, 18)),
            ((3, 5), (15, 22)),
            ((4, 5), (21, 22)),
            ((6, 7), (22, 26)),
            ((7, 9), (22, 30)),
            ((11, 13), (30, 33)),
            ((13, 13), (33, 33)),
            ((4, 4), (21, 21)),
        ] {
            assert_eq!(view.original(start, end), expected, "{start}..{end}");
        }
    }

    #[test]
    fn what_was_changed_is_known() {
        let view = view();
        let changed: Vec<bool> = (0..13).map(|at| view.is_changed(at, at + 1)).collect();
        let expected = [0, 0, 1, 1, 0, 1, 1, 1, 1, 1, 1, 0, 0].map(|bit| bit == 1);
        assert_eq!(changed, expected);
        let mut draft = Draft::new(0, 9);
        draft.plain(b"41");
        draft.unit(3, b"", true);
        draft.plain(b"11");
        let view = draft.finish();
        assert!(view.is_changed(1, 3) && view.is_changed(0, 4), "something was taken out in between");
        assert!(!view.is_changed(0, 2) && !view.is_changed(2, 4), "outside of the value");
    }
}
