//! How does a CSV file stay valid while its cells are masked? Records are read as RFC 4180 section 2 writes them, each
//! is judged by itself, and only what stands inside cells is replaced.
//!
//! A cell alone says little: `123` is a security code because its column is called `cvv`. So each record is looked at
//! twice, in one text of its own: as it stands, and as one line `name: value` for each cell, where names are those of
//! the header. Findings are carried back to the cells. Replacements hold no delimiter, quote or line break that was
//! not there before; a doubled quote is never cut in half. Everything else passes byte for byte.

mod layout;
mod record;

use crate::mask::masker::Hidden;
use crate::mask::render::{Desk, are_consistent};
use crate::mask::{Column, Columns, Csv, Find, MaskError, Place};
use layout::{Edit, Layout};
use record::{Cell, next_record};
use sotto_public::{ByteSpan, CharSpan};
use sotto_sensitive::RawBytes;

/// Longest record, in bytes: what a stream of records holds back at most.
pub const RECORD_BYTES_MAX: usize = 4 << 20;
/// Longest part of a column's name that counts as keyword.
const NAME_BYTES_MAX: usize = 256;

/// Masks records one by one.
pub(crate) struct CsvMasker {
    settings: Csv,
    /// Names of the columns; captured text like everything else in the file.
    names: Option<Vec<RawBytes>>,
    cells: Vec<Cell>,
    layout: Layout,
    /// Bytes of the input before what is at hand.
    bytes_before: usize,
    /// An offset in what is at hand, and the characters before it.
    chars_to: (usize, usize),
}

impl CsvMasker {
    pub(crate) fn new(settings: Csv) -> Self {
        let (cells, layout) = (Vec::new(), Layout::default());
        Self { settings, names: None, cells, layout, bytes_before: 0, chars_to: (0, 0) }
    }

    /// Masks all complete records at the beginning of `bytes` (all there are, at the `end`) and returns how many bytes
    /// they take. After an error nothing of the failing record is in `out`, and the count is in `taken`.
    pub(crate) fn mask<F: Find>(
        &mut self,
        desk: &mut Desk<'_, F>,
        bytes: &[u8],
        end: bool,
        taken: &mut usize,
        out: &mut Vec<u8>,
    ) -> Result<(), MaskError> {
        *taken = 0;
        while let Some(after) = self.mask_record(desk, bytes, *taken, end, out)? {
            *taken = after;
        }
        self.bytes_before += *taken;
        Ok(())
    }

    /// Masks the record at `from`, with the line breaks before it. `None` when it is not complete.
    fn mask_record<F: Find>(
        &mut self,
        desk: &mut Desk<'_, F>,
        bytes: &[u8],
        from: usize,
        end: bool,
        out: &mut Vec<u8>,
    ) -> Result<Option<usize>, MaskError> {
        let rest = bytes.get(from..).unwrap_or_default();
        let begin = from + rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        if begin > from {
            out.extend_from_slice(bytes.get(from..begin).unwrap_or_default());
            return Ok(Some(begin));
        }
        if rest.is_empty() {
            return Ok(None);
        }
        let record_end = next_record(bytes, from, self.settings.delimiter.byte(), end, &mut self.cells);
        if record_end.unwrap_or(bytes.len()) - from > RECORD_BYTES_MAX {
            return Err(MaskError::RecordTooLong { at: self.place_of(from), max: RECORD_BYTES_MAX });
        }
        let Some(record_end) = record_end else {
            return Ok(None);
        };
        self.mask_cells(desk, bytes, from..record_end, out)?;
        Ok(Some(record_end))
    }

    fn mask_cells<F: Find>(
        &mut self,
        desk: &mut Desk<'_, F>,
        bytes: &[u8],
        record: std::ops::Range<usize>,
        out: &mut Vec<u8>,
    ) -> Result<(), MaskError> {
        let first = self.names.is_none();
        if first {
            self.read_names(bytes)?;
        }
        self.choose_cells();
        let names = self.names.as_deref().filter(|_| !(first && self.settings.header)).unwrap_or_default();
        self.layout.lay_out(bytes, record.clone(), &self.cells, names);
        let places = desk.finder.find(self.layout.text());
        if !are_consistent(&places, &(0..self.layout.text().length())) {
            return Err(MaskError::Inconsistent { at: self.place_of(record.start) });
        }
        let edits = self.layout.edits(bytes, &places, |place| desk.finder.discards(place));
        let mut at = record.start;
        for edit in &edits {
            out.extend_from_slice(bytes.get(at..edit.range.start).unwrap_or_default());
            let Some(place) = places.get(edit.place) else {
                continue;
            };
            replace(desk, bytes, edit, place, out);
            at = edit.range.end;
        }
        out.extend_from_slice(bytes.get(at..record.end).unwrap_or_default());
        self.count(desk, bytes, &edits, &places);
        Ok(())
    }

    /// Counts each finding once, however many cells it touches.
    fn count<F: Find>(&mut self, desk: &mut Desk<'_, F>, bytes: &[u8], edits: &[Edit], places: &[F::Place]) {
        let mut counted = vec![false; places.len()];
        for edit in edits {
            let Some(place) = places.get(edit.place) else {
                continue;
            };
            if counted.get(edit.place) == Some(&false) {
                desk.counts.count(desk.finder.rule(place));
                if let Some(kept) = desk.places.as_deref_mut() {
                    kept.push(self.located(bytes, edit, place));
                }
            }
            if let Some(seen) = counted.get_mut(edit.place) {
                *seen = true;
            }
        }
    }

    /// The finding with its place in the input, rather than in the text that was laid out. Findings come in order.
    fn located<P: Place>(&mut self, bytes: &[u8], edit: &Edit, place: &P) -> P {
        let (at, chars) = self.chars_to;
        let start = chars + count_chars(bytes.get(at..edit.value.start).unwrap_or_default());
        self.chars_to = (edit.value.start, start);
        let length = count_chars(bytes.get(edit.value.clone()).unwrap_or_default());
        let span = |range: &std::ops::Range<usize>| ByteSpan::at(range.start, range.len());
        place.moved(span(&edit.value), span(&edit.range), CharSpan::at(start, length))
    }

    fn place_of(&self, at: usize) -> u64 {
        (self.bytes_before + at) as u64
    }

    /// The first record names the columns, or there are none; columns that are asked for must be there.
    fn read_names(&mut self, bytes: &[u8]) -> Result<(), MaskError> {
        let mut names: Vec<RawBytes> = Vec::new();
        if self.settings.header {
            for cell in &self.cells {
                let name = bytes.get(cell.range.clone()).unwrap_or_default();
                let name = name.strip_prefix(b"\xef\xbb\xbf").unwrap_or(name);
                let name = name.get(name.len().saturating_sub(NAME_BYTES_MAX)..).unwrap_or_default();
                match names.get_mut(cell.column) {
                    Some(begun) => begun.push(name),
                    None => names.push(RawBytes::new(name.to_vec())),
                }
            }
        }
        let asked = match &self.settings.columns {
            Columns::All => &[][..],
            Columns::Only(columns) | Columns::Without(columns) => columns,
        };
        match asked.iter().find(|column| !exists(column, &names, self.settings.header)) {
            Some(Column::Name(column)) => Err(MaskError::NoSuchColumn { column: column.clone() }),
            Some(Column::Number(number)) => Err(MaskError::NoSuchColumn { column: number.to_string() }),
            None => {
                self.names = Some(names);
                Ok(())
            }
        }
    }

    /// Keeps the cells of the columns that are looked at.
    fn choose_cells(&mut self) {
        let names = self.names.as_deref().unwrap_or_default();
        let is_in = |columns: &[Column], at: usize| columns.iter().any(|column| is_column(column, at, names));
        match &self.settings.columns {
            Columns::All => {}
            Columns::Only(columns) => self.cells.retain(|cell| is_in(columns, cell.column)),
            Columns::Without(columns) => self.cells.retain(|cell| !is_in(columns, cell.column)),
        }
    }
}

/// Characters, where each stray byte counts as one.
fn count_chars(bytes: &[u8]) -> usize {
    bytes.utf8_chunks().map(|chunk| chunk.valid().chars().count() + chunk.invalid().len()).sum()
}

fn replace<F: Find>(desk: &Desk<'_, F>, bytes: &[u8], edit: &Edit, place: &F::Place, out: &mut Vec<u8>) {
    let hidden = Hidden {
        rule: desk.finder.rule(place),
        discard: edit.discard,
        value: bytes.get(edit.value.clone()).unwrap_or_default(),
        bytes: bytes.get(edit.range.clone()).unwrap_or_default(),
    };
    desk.masker.replace(&hidden, out);
}

fn exists(column: &Column, names: &[RawBytes], header: bool) -> bool {
    match column {
        Column::Number(number) if !header => *number > 0,
        column => (0..names.len()).any(|at| is_column(column, at, names)),
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a column's name is compared with the settings; one bit leaves"
)]
fn is_column(column: &Column, at: usize, names: &[RawBytes]) -> bool {
    match column {
        Column::Number(number) => *number == at + 1,
        Column::Name(name) => names
            .get(at)
            .is_some_and(|own| own.expose().trim_ascii().eq_ignore_ascii_case(name.trim().as_bytes())),
    }
}
