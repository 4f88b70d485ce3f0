//! How is text masked that is still coming? As soon as it is certain, and never sooner.
//!
//! ```text
//! push, fill_from ──> held (raw, wiped) ──find_part──> settled ──render──> drain ──> writer
//! ```
//!
//! For every way of cutting an input into pieces the output is that of whole-text masking. What is held back is
//! bounded by [`HELD_BYTES_MAX`] ([`crate::RECORD_BYTES_MAX`] for CSV), a line whose findings are settled goes out at
//! once, and characters are not torn apart. It fails closed: when something does not fit, what is held is masked
//! entirely, an error is returned and the stream stops.

#[cfg(test)]
mod laws;
mod text;

use crate::csv::CsvMasker;
use crate::json_scalar::Lexer;
use crate::mask::masker::write_asterisks;
use crate::mask::render::Desk;
use crate::mask::{Counts, Find, MaskError, Masker, Syntax};
use sotto_detect::Scanner;
use sotto_sensitive::RawBytes;
use std::io::{Read, Write};
use std::sync::Arc;
use text::TextWay;

/// Most bytes read at once.
pub const BLOCK_BYTES: usize = 1 << 20;
/// Fewest bytes read at once.
const READ_BYTES_MIN: usize = 8 << 10;
/// Most bytes that are held back after what is certain was drained: the longest value, its context, one block.
pub const HELD_BYTES_MAX: usize = Scanner::VALUE_BYTES_MAX + Scanner::CONTEXT_BYTES + BLOCK_BYTES;

/// Masks a stream of bytes.
pub struct StreamMasker<F: Find> {
    finder: F,
    masker: Arc<Masker>,
    held: RawBytes,
    /// Masked bytes on their way out.
    out: Vec<u8>,
    counts: Counts,
    way: Way<F::Place>,
    /// Bytes dropped from the front of `held`.
    dropped: u64,
    read_bytes: usize,
    stopped: bool,
}

/// How what is held is understood.
enum Way<P> {
    Text(TextWay<P>),
    /// The second is how much of what is held is known not to end a record.
    Csv(Box<CsvMasker>, usize),
}

impl<F: Find> StreamMasker<F> {
    /// Begins a stream. The finder may be a reference or an `Arc`; so may the masker.
    pub fn new(finder: F, masker: impl Into<Arc<Masker>>, syntax: Syntax) -> Self {
        let way = match syntax {
            Syntax::Auto => Way::Text(TextWay::new(Some(Lexer::of_lines()))),
            Syntax::Json => Way::Text(TextWay::new(Some(Lexer::of_document()))),
            Syntax::Text => Way::Text(TextWay::new(None)),
            Syntax::Csv(settings) => Way::Csv(Box::new(CsvMasker::new(settings)), 0),
        };
        Self {
            finder,
            masker: masker.into(),
            held: RawBytes::default(),
            out: Vec::new(),
            counts: Counts::default(),
            way,
            dropped: 0,
            read_bytes: READ_BYTES_MIN,
            stopped: false,
        }
    }

    /// Takes bytes in. A stopped stream ignores them.
    pub fn push(&mut self, bytes: &[u8]) {
        if !self.stopped {
            self.held.push(bytes);
        }
    }

    /// Takes in what one `read` gives, at most [`BLOCK_BYTES`]; returns how many bytes, 0 at the end.
    ///
    /// # Errors
    /// When reading fails or the stream was stopped.
    pub fn fill_from(&mut self, source: &mut impl Read) -> Result<usize, MaskError> {
        if self.stopped {
            return Err(MaskError::Stopped);
        }
        let got = self.held.fill_from(source, self.read_bytes).map_err(|error| MaskError::read(&error))?;
        // As much room as reads have been using: clearing a megabyte for every line of a terminal would be slow.
        self.read_bytes = (got.saturating_mul(2)).clamp(READ_BYTES_MIN, BLOCK_BYTES);
        Ok(got)
    }

    /// Writes all that is certain by now, masked.
    ///
    /// # Errors
    /// When findings contradict each other, a CSV record is too long, or writing fails; the stream is stopped then.
    pub fn drain(&mut self, to: &mut impl Write) -> Result<(), MaskError> {
        self.step(to, false)
    }

    /// Writes the rest, masked, and returns what was found in the whole stream.
    ///
    /// # Errors
    /// As [`StreamMasker::drain`].
    pub fn finish(mut self, to: &mut impl Write) -> Result<Counts, MaskError> {
        self.step(to, true)?;
        Ok(std::mem::take(&mut self.counts))
    }

    /// Masks a whole reader into a writer, which is flushed after each read.
    ///
    /// # Errors
    /// As [`StreamMasker::fill_from`] and [`StreamMasker::drain`].
    pub fn pass(mut self, source: &mut impl Read, to: &mut impl Write) -> Result<Counts, MaskError> {
        while self.fill_from(source)? > 0 {
            self.drain(to)?;
            to.flush().map_err(|error| MaskError::write(&error))?;
        }
        let counts = self.finish(to)?;
        to.flush().map_err(|error| MaskError::write(&error))?;
        Ok(counts)
    }

    /// What was found so far.
    pub fn counts(&self) -> &Counts {
        &self.counts
    }

    /// Bytes that are held, context included.
    pub fn held_bytes(&self) -> usize {
        self.held.length()
    }

    fn step(&mut self, to: &mut impl Write, end: bool) -> Result<(), MaskError> {
        if self.stopped {
            return Err(MaskError::Stopped);
        }
        let settled = self.settle(end);
        if settled.is_err() {
            self.mask_all_held();
        }
        let written = to.write_all(&self.out).map_err(|error| MaskError::write(&error));
        self.out.clear();
        let done = settled.and(written);
        self.stopped = done.is_err() || end;
        done
    }

    /// Puts what is certain into `out`, masked.
    #[expect(clippy::disallowed_methods, reason = "masking reads captured bytes; only masked bytes leave")]
    fn settle(&mut self, end: bool) -> Result<(), MaskError> {
        let held = &self.held;
        let mut desk =
            Desk { finder: &self.finder, masker: &self.masker, counts: &mut self.counts, places: None };
        let (taken, settled) = match &mut self.way {
            Way::Text(way) => {
                let done = way.settle(desk.finder, held, end);
                let done = done.and_then(|()| way.render(desk, held.expose(), end, &mut self.out));
                let at = self.dropped + way.written() as u64;
                (way.droppable(held.expose()), done.ok_or(MaskError::Inconsistent { at }))
            }
            Way::Csv(_, searched) if !end && !may_end_record(held.expose(), *searched) => {
                *searched = held.length();
                (0, Ok(()))
            }
            Way::Csv(records, searched) => {
                let mut taken = 0;
                let done = records.mask(&mut desk, held.expose(), end, &mut taken, &mut self.out);
                *searched = held.length() - taken;
                (taken, done)
            }
        };
        self.held.drop_front(taken);
        self.dropped += taken as u64;
        settled
    }

    /// Fails closed: everything that has not been written becomes asterisks, and is wiped.
    #[expect(
        clippy::disallowed_methods,
        reason = "captured bytes are replaced by asterisks, one for each character"
    )]
    fn mask_all_held(&mut self) {
        let written = match &self.way {
            Way::Text(way) => way.written(),
            Way::Csv(..) => 0,
        };
        write_asterisks(self.held.expose().get(written..).unwrap_or_default(), &mut self.out);
        self.held.clear();
    }
}

/// Whether a record may end, or is too long, in what came after the first `searched` bytes.
fn may_end_record(held: &[u8], searched: usize) -> bool {
    let new = held.get(searched..).unwrap_or_default();
    held.len() > crate::RECORD_BYTES_MAX || memchr::memchr2(b'\r', b'\n', new).is_some()
}
