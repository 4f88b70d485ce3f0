//! Where in a document: bytes, line and column, and the path of the value.

use std::fmt;
use std::ops::Range;

/// A stretch of a document. Lines and columns count from 1; columns count characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Place {
    /// First byte, from 0.
    pub offset: usize,
    /// How many bytes; 0 for a point.
    pub length: usize,
    /// Line of the first byte.
    pub line: usize,
    /// Column of the first byte.
    pub column: usize,
    /// Line of the byte after the last.
    pub end_line: usize,
    /// Column of the byte after the last.
    pub end_column: usize,
}

/// Finds lines and columns of a text. A line ends with a line feed.
#[derive(Debug)]
pub(crate) struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    pub(crate) fn of(text: &'t str) -> Self {
        let mut starts = vec![0];
        starts.extend(text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1));
        Self { text, starts }
    }

    /// The place of a byte range; a range that runs out of the text is cut at its end.
    pub(crate) fn place(&self, span: Range<usize>) -> Place {
        let start = self.boundary(span.start);
        let end = self.boundary(span.end.max(start));
        let ((line, column), (end_line, end_column)) = (self.locate(start), self.locate(end));
        Place { offset: start, length: end - start, line, column, end_line, end_column }
    }

    fn locate(&self, at: usize) -> (usize, usize) {
        let line = self.starts.partition_point(|start| *start <= at);
        let start = self.starts.get(line.saturating_sub(1)).copied().unwrap_or_default();
        let before = self.text.get(start..at).unwrap_or_default();
        (line, before.chars().count() + 1)
    }

    /// The nearest character boundary at or before a byte.
    fn boundary(&self, at: usize) -> usize {
        self.text.floor_char_boundary(at.min(self.text.len()))
    }
}

/// The path of a value inside a document (RFC 6901, JSON Pointer), keys as the document spells them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Pointer(String);

/// The longest key that a path repeats in full, in characters.
const KEY_CHARS_MAX: usize = 64;

impl Pointer {
    pub(crate) fn root() -> Self {
        Self::default()
    }

    /// The path of a member of this object.
    pub(crate) fn key(&self, key: &str) -> Self {
        let mut longer = self.clone();
        longer.push_key(key);
        longer
    }

    /// The path of an element of this list.
    pub(crate) fn index(&self, index: usize) -> Self {
        let mut longer = self.clone();
        longer.push_index(index);
        longer
    }

    pub(crate) fn push_key(&mut self, key: &str) {
        self.0.push('/');
        for (count, c) in key.chars().enumerate() {
            match c {
                _ if count == KEY_CHARS_MAX => {
                    self.0.push('…');
                    break;
                }
                '~' => self.0.push_str("~0"),
                '/' => self.0.push_str("~1"),
                _ if super::quote::is_shown(c) => self.0.push(c),
                _ => self.0.push('\u{fffd}'),
            }
        }
    }

    pub(crate) fn push_index(&mut self, index: usize) {
        self.0.push('/');
        self.0.push_str(&index.to_string());
    }

    /// Where the path ends now, for [`Pointer::back_to`].
    pub(crate) fn mark(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn back_to(&mut self, mark: usize) {
        self.0.truncate(mark);
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_count_characters() {
        let text = "ab\nçdé\r\n\n";
        let lines = Lines::of(text);
        for (span, expected) in [
            (0..1, (1, 1, 1, 2)),
            (2..3, (1, 3, 2, 1)),
            (5..6, (2, 2, 2, 3)),
            (6..8, (2, 3, 2, 4)),
            (4..5, (2, 1, 2, 2)),
            (10..10, (3, 1, 3, 1)),
            (11..11, (4, 1, 4, 1)),
            (90..99, (4, 1, 4, 1)),
        ] {
            let place = lines.place(span.clone());
            assert_eq!((place.line, place.column, place.end_line, place.end_column), expected, "{span:?}");
            assert!(place.offset + place.length <= text.len());
        }
    }

    #[test]
    fn pointers_escape_and_are_bounded() {
        let path = Pointer::root().key("a/b").index(3).key("c~d");
        assert_eq!(path.to_string(), "/a~1b/3/c~0d");
        let long = Pointer::root().key(&"k".repeat(5_000)).to_string();
        assert_eq!(long.chars().count(), KEY_CHARS_MAX + 2);
        assert_eq!(Pointer::root().key("\u{1b}[31m").to_string(), "/\u{fffd}[31m");
    }
}
