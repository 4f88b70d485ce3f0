//! In which form does a trail leave with its proof? Lines: checkpoints first, then the rows of each chain, then an end.
//!
//! ```text
//! sotto trail export 1
//! (checkpoints, a few lines each)
//! row CHAIN SEQ LINK BODY          (hexadecimal; the body is the stored row)
//! end ROWS
//! ```
//!
//! Records in CloudTrail's form are not in it: what stands beside a proven row would be read as proven, too. Whoever verifies
//! gets them from the rows. The last line tells a file that was cut on its way from one that says less on purpose.

use crate::checkpoint::{CHECKPOINT_CHAINS_MAX, CHECKPOINT_LINE_BYTES_MAX, Checkpoint};
use crate::hex::{self, Hex};
use sotto_public::{ChainId, ChainRow, Link, LogSafe, Stored};
use std::fmt;

/// First line of an export.
const TITLE: &[u8] = b"sotto trail export 1";

/// Longest line: a row as large as a batch of storage may be, in hexadecimal digits, and what stands before it.
pub const EXPORT_LINE_BYTES_MAX: usize = 2 * 16 * 1024 * 1024 + 4_096;

/// Most lines of a checkpoint: its head, a line for each chain, its signature.
const CHECKPOINT_LINES_MAX: usize = CHECKPOINT_CHAINS_MAX + 6;

/// The first line of an export.
pub const EXPORT_TITLE: &str = "sotto trail export 1\n";

/// A row as a line of an export.
pub struct RowLine<'a>(pub &'a ChainRow);

impl fmt::Display for RowLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ChainRow { chain, seq, link, body } = self.0;
        writeln!(f, "row {chain} {seq} {link} {}", Hex(body.as_bytes()))
    }
}

/// The last line of an export.
pub struct EndLine(pub u64);

impl fmt::Display for EndLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "end {}", self.0)
    }
}

/// What a line completes.
#[derive(Debug, PartialEq, Eq)]
pub enum Item {
    /// A checkpoint, of which this was the last line.
    Checkpoint(Box<Checkpoint>),
    /// A row.
    Row(ChainRow),
    /// The end, with the number of rows that there should be.
    End(u64),
}

/// Why a file is no export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error, LogSafe)]
pub enum ExportBreak {
    /// Not the first line of an export.
    #[error("this is no export of a trail: `sotto trail export --proof` makes one")]
    Title,
    /// A line that is none of these.
    #[error("line {line} is not a line of an export")]
    Line {
        /// Counted from 1.
        line: u64,
    },
    /// No last line, or another count.
    #[error("the export ends early: it was cut on its way")]
    Cut,
}

/// Reads an export line by line.
#[derive(Debug, Default)]
pub struct ExportReader {
    line: u64,
    /// Lines of a checkpoint that is not complete.
    open: Vec<u8>,
    open_lines: usize,
    rows: u64,
    ended: bool,
}

impl ExportReader {
    /// Takes a line, without its end.
    ///
    /// # Errors
    /// When no export has such a line there.
    pub fn push(&mut self, line: &[u8]) -> Result<Option<Item>, ExportBreak> {
        self.line += 1;
        if self.line == 1 {
            return if line == TITLE { Ok(None) } else { Err(ExportBreak::Title) };
        }
        self.item(line).ok_or(ExportBreak::Line { line: self.line })
    }

    /// That the last line was there.
    ///
    /// # Errors
    /// [`ExportBreak::Cut`] otherwise.
    pub fn finish(&self) -> Result<(), ExportBreak> {
        if self.ended { Ok(()) } else { Err(ExportBreak::Cut) }
    }

    fn item(&mut self, line: &[u8]) -> Option<Option<Item>> {
        if self.ended {
            return None;
        }
        if self.open_lines > 0 || line.starts_with(b"sotto ") {
            return self.checkpoint_line(line);
        }
        let word = std::str::from_utf8(line).ok()?;
        if let Some(row) = word.strip_prefix("row ") {
            self.rows += 1;
            return row_of(row).map(Item::Row).map(Some);
        }
        let rows = word.strip_prefix("end ")?.parse().ok()?;
        self.ended = true;
        (rows == self.rows).then_some(Some(Item::End(rows)))
    }

    fn checkpoint_line(&mut self, line: &[u8]) -> Option<Option<Item>> {
        if self.rows > 0 || line.len() > CHECKPOINT_LINE_BYTES_MAX || self.open_lines >= CHECKPOINT_LINES_MAX
        {
            return None;
        }
        self.open.extend_from_slice(line);
        self.open.push(b'\n');
        self.open_lines += 1;
        if !line.starts_with(b"signature ") {
            return Some(None);
        }
        let read = Checkpoint::parse(&self.open).ok()?;
        self.open.clear();
        self.open_lines = 0;
        Some(Some(Item::Checkpoint(Box::new(read))))
    }
}

/// A row, as the line says; whether it is genuine shows when its chain is walked.
#[expect(
    clippy::disallowed_methods,
    reason = "a row of an export: public members only, and proven by its chain"
)]
fn row_of(text: &str) -> Option<ChainRow> {
    let mut words = text.split(' ');
    let chain = ChainId::new(u128::from_be_bytes(hex::read_array(words.next()?.as_bytes())?));
    let seq = words.next()?.parse().ok()?;
    let link = Link::new(hex::read_array(words.next()?.as_bytes())?);
    let body = Stored::from_pinned_bytes(hex::read(words.next()?.as_bytes())?);
    words.next().is_none().then_some(ChainRow { chain, seq, link, body })
}
