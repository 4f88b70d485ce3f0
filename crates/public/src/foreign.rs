//! What do we keep of a library's error? Its kind and its place, never its words.
//!
//! Libraries quote what they choke on: JSON parsers print the offending string, `FromUtf8Error` holds all
//! bytes, databases print the cell. A [`Foreign`] is made by hand, one constructor per library, from what is
//! known to be harmless.

use std::fmt;

/// A library's error without its text: which library, what kind, and where (line and column, or a byte offset).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Foreign {
    library: &'static str,
    kind: &'static str,
    place: Option<(usize, usize)>,
}

impl Foreign {
    /// An error of `library`, of a `kind` named in our own words.
    pub const fn new(library: &'static str, kind: &'static str) -> Self {
        Self { library, kind, place: None }
    }

    /// The same error at a line and a column, both counted from 1.
    #[must_use]
    pub const fn at(mut self, line: usize, column: usize) -> Self {
        self.place = Some((line, column));
        self
    }

    /// An input or output error, by its kind.
    pub fn io(error: &std::io::Error) -> Self {
        Self::new("system", io_kind(error.kind()))
    }

    /// Which library it was.
    pub const fn library(&self) -> &'static str {
        self.library
    }
}

fn io_kind(kind: std::io::ErrorKind) -> &'static str {
    use std::io::ErrorKind as Kind;
    match kind {
        Kind::NotFound => "not found",
        Kind::PermissionDenied => "permission denied",
        Kind::AlreadyExists => "already exists",
        Kind::BrokenPipe => "the reader went away",
        Kind::InvalidData => "the data is malformed",
        Kind::UnexpectedEof => "the data ends too early",
        Kind::IsADirectory => "it is a directory",
        Kind::NotADirectory => "it is not a directory",
        Kind::StorageFull => "no space is left",
        Kind::ReadOnlyFilesystem => "the file system is read-only",
        Kind::Interrupted => "interrupted",
        Kind::TimedOut => "timed out",
        Kind::OutOfMemory => "out of memory",
        _ => "input or output failed",
    }
}

impl fmt::Display for Foreign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.library, self.kind)?;
        match self.place {
            Some((line, column)) => write!(f, " at line {line}, column {column}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Foreign {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_keeps_kind_and_place_and_drops_the_words() {
        let canary = "canary-4111111111111111";
        let io = std::io::Error::new(std::io::ErrorKind::InvalidData, canary);
        let shown = Foreign::io(&io).to_string();
        assert_eq!(shown, "system: the data is malformed");
        assert!(!format!("{:?}", Foreign::io(&io)).contains("4111"));
        let json = Foreign::new("json", "syntax").at(2, 14);
        assert_eq!(json.to_string(), "json: syntax at line 2, column 14");
        assert_eq!(json.library(), "json");
    }
}
