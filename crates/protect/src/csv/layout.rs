//! As what is a record looked at? As it stands, then as lines `name: value`. And what does a finding there mean here?

use super::record::Cell;
use crate::mask::Place;
use sotto_public::ByteSpan;
use sotto_sensitive::RawBytes;
use std::ops::Range;

/// One stretch of the text that was laid out, and where it comes from.
#[derive(Debug)]
struct Stretch {
    laid: usize,
    cell: usize,
}

/// A part of a cell to be replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Edit {
    /// In the input.
    pub(super) range: Range<usize>,
    /// The value, as far as it stands in this cell.
    pub(super) value: Range<usize>,
    /// Which finding.
    pub(super) place: usize,
    /// Whether its value, or that of one joined with it, must be discarded.
    pub(super) discard: bool,
}

/// A record, laid out for detection. Wiped between records.
#[derive(Default)]
pub(super) struct Layout {
    text: RawBytes,
    cells: Vec<Cell>,
    stretches: Vec<Stretch>,
}

impl Layout {
    /// The text to be looked at.
    pub(super) fn text(&self) -> &RawBytes {
        &self.text
    }

    /// Lays a record out. Only the given cells can be edited.
    #[expect(
        clippy::disallowed_methods,
        reason = "names of columns are copied in front of values, raw to raw"
    )]
    pub(super) fn lay_out(&mut self, bytes: &[u8], record: Range<usize>, cells: &[Cell], names: &[RawBytes]) {
        self.text.clear();
        self.stretches.clear();
        self.cells.clear();
        self.cells.extend_from_slice(cells);
        let as_it_stands = cells.iter().enumerate();
        self.stretches.extend(
            as_it_stands.map(|(at, cell)| Stretch { laid: cell.range.start - record.start, cell: at }),
        );
        self.text.push(bytes.get(record).unwrap_or_default());
        if names.is_empty() {
            return;
        }
        self.text.push(b"\n");
        for (at, cell) in cells.iter().enumerate().filter(|(_, cell)| !cell.range.is_empty()) {
            self.text.push(b"\n");
            if let Some(name) = names.get(cell.column).filter(|name| !name.is_empty()) {
                self.text.push(name.expose());
                self.text.push(b": ");
            }
            self.stretches.push(Stretch { laid: self.text.length(), cell: at });
            self.text.push(bytes.get(cell.range.clone()).unwrap_or_default());
        }
    }

    /// What the findings mean for the cells: in order, apart from each other.
    pub(super) fn edits<P: Place>(
        &self,
        bytes: &[u8],
        places: &[P],
        discards: impl Fn(&P) -> bool,
    ) -> Vec<Edit> {
        let mut edits = Vec::new();
        for (index, place) in places.iter().enumerate() {
            let from = self.stretches.partition_point(|stretch| self.end(stretch) <= place.mask().start());
            for stretch in
                self.stretches.iter().skip(from).take_while(|stretch| stretch.laid < place.mask().end())
            {
                edits.extend(
                    self.edit(bytes, stretch, index, place)
                        .map(|edit| Edit { discard: discards(place), ..edit }),
                );
            }
        }
        edits.sort_by_key(|edit: &Edit| (edit.range.start, std::cmp::Reverse(edit.range.end)));
        edits.into_iter().fold(Vec::new(), joined)
    }

    fn end(&self, stretch: &Stretch) -> usize {
        stretch.laid + self.cells.get(stretch.cell).map_or(0, |cell| cell.range.len())
    }

    /// The part of a finding that lies in a stretch, in the input.
    fn edit<P: Place>(&self, bytes: &[u8], stretch: &Stretch, index: usize, place: &P) -> Option<Edit> {
        let cell = self.cells.get(stretch.cell)?;
        let within = |span: ByteSpan| {
            let inside =
                |at: usize| at.clamp(stretch.laid, self.end(stretch)) - stretch.laid + cell.range.start;
            inside(span.start())..inside(span.end())
        };
        let range = with_whole_quotes(bytes, cell, within(place.mask()));
        let value =
            Some(within(place.value())).filter(|value| !value.is_empty()).unwrap_or_else(|| range.clone());
        (!range.is_empty()).then_some(Edit { range, value, place: index, discard: false })
    }
}

/// Joins an edit with the one before it where they overlap: the longer one's finding names both.
fn joined(mut edits: Vec<Edit>, edit: Edit) -> Vec<Edit> {
    match edits.last_mut().filter(|last| edit.range.start < last.range.end) {
        Some(last) => {
            last.range.end = last.range.end.max(edit.range.end);
            last.discard |= edit.discard;
        }
        None => edits.push(edit),
    }
    edits
}

/// Widened so that no doubled quote is cut in half.
fn with_whole_quotes(bytes: &[u8], cell: &Cell, range: Range<usize>) -> Range<usize> {
    if !cell.quoted {
        return range;
    }
    let odd = |to: usize| {
        let before = bytes.get(cell.range.start..to).unwrap_or_default();
        before.iter().filter(|byte| **byte == b'"').count() % 2
    };
    range.start - odd(range.start)..cell.range.end.min(range.end + odd(range.end))
}
