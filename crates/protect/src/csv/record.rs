//! Where does a record end, and where are its cells? RFC 4180 section 2, read as leniently as spreadsheets write it:
//! a quote opens a cell only at its beginning, CR or LF alone end a record, text after a closing quote belongs to
//! the cell.

use memchr::{memchr, memchr3};
use std::ops::Range;

/// What stands in a cell, without its quotes. A quoted cell with text after its closing quote has two of these.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cell {
    pub(super) column: usize,
    pub(super) range: Range<usize>,
    pub(super) quoted: bool,
}

/// Finds the cells of the record at `from`; returns where it ends, before its line break. `None` when that is not
/// known yet and more may come.
pub(super) fn next_record(
    bytes: &[u8],
    from: usize,
    delimiter: u8,
    end: bool,
    cells: &mut Vec<Cell>,
) -> Option<usize> {
    cells.clear();
    let (mut at, mut column) = (from, 0);
    loop {
        if bytes.get(at) == Some(&b'"') {
            let close = closing_quote(bytes, at + 1, end)?;
            cells.push(Cell { column, range: at + 1..close, quoted: true });
            at = bytes.len().min(close + 1);
        }
        let stop =
            bytes.get(at..).and_then(|rest| memchr3(delimiter, b'\r', b'\n', rest)).map(|length| at + length);
        let stop = stop.or(end.then_some(bytes.len()))?;
        if stop > at || cells.last().is_none_or(|cell| cell.column != column) {
            cells.push(Cell { column, range: at..stop, quoted: false });
        }
        match bytes.get(stop) {
            Some(byte) if *byte == delimiter => (at, column) = (stop + 1, column + 1),
            _ => return Some(stop),
        }
    }
}

/// The quote that closes a cell: the first one that is not doubled. The end of the input closes too.
fn closing_quote(bytes: &[u8], from: usize, end: bool) -> Option<usize> {
    let mut at = from;
    while let Some(length) = bytes.get(at..).and_then(|rest| memchr(b'"', rest)) {
        match bytes.get(at + length + 1) {
            Some(b'"') => at += length + 2,
            None if !end => return None,
            _ => return Some(at + length),
        }
    }
    end.then_some(bytes.len())
}

#[cfg(test)]
#[expect(clippy::string_slice, reason = "tests cut texts of their own between characters")]
mod tests {
    use super::*;

    fn cells(text: &str, end: bool) -> Option<Vec<(usize, &str)>> {
        let mut cells = Vec::new();
        next_record(text.as_bytes(), 0, b',', end, &mut cells)?;
        Some(cells.into_iter().map(|cell| (cell.column, &text[cell.range])).collect())
    }

    #[test]
    fn cells_are_found() {
        assert_eq!(cells("a,b,,d\nx", false).unwrap(), [(0, "a"), (1, "b"), (2, ""), (3, "d")]);
        assert_eq!(cells("\"a,\r\n\"\"b\",c\r\n", false).unwrap(), [(0, "a,\r\n\"\"b"), (1, "c")]);
        assert_eq!(cells("\"a\"bc,\"\"\n", false).unwrap(), [(0, "a"), (0, "bc"), (1, "")]);
        assert_eq!(cells("a\"b,c\n", false).unwrap(), [(0, "a\"b"), (1, "c")]);
        assert_eq!(cells("a,", true).unwrap(), [(0, "a"), (1, "")]);
    }

    #[test]
    fn what_is_not_complete_waits() {
        for text in ["a,b", "\"a\n", "\"a\"", "\"a\"\"", "a,\"b\nc"] {
            assert_eq!(cells(text, false), None, "{text}");
            assert!(cells(text, true).is_some(), "{text}");
        }
    }
}
