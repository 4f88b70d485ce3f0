//! What does a chore report? Findings: a place, what is wrong there, what would be right.
//!
//! Text for people (`file:line: [check] message`, the fix below it), JSON for editors and robots.

use serde::Serialize;
use std::fmt;

/// Something to put right.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) struct Finding {
    /// File, relative to the root of the workspace.
    pub(crate) file: String,
    /// Line from 1; 0 where the finding is about the whole file.
    pub(crate) line: usize,
    /// Which check found it.
    pub(crate) check: &'static str,
    /// What is wrong.
    pub(crate) message: String,
    /// What would be right.
    pub(crate) fix: String,
}

impl Finding {
    /// A finding of `check` at a place.
    pub(crate) fn new(check: &'static str, file: &str, line: usize, message: impl Into<String>) -> Self {
        Self { file: file.to_owned(), line, check, message: message.into(), fix: String::new() }
    }

    /// The same with a way out.
    pub(crate) fn fix(mut self, fix: impl Into<String>) -> Self {
        self.fix = fix.into();
        self
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: ", self.file)?,
            line => write!(f, "{}:{line}: ", self.file)?,
        }
        write!(f, "[{}] {}", self.check, self.message)?;
        if self.fix.is_empty() { Ok(()) } else { write!(f, "\n    fix: {}", self.fix) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_names_place_check_and_fix() {
        let found = Finding::new("marks", "a/b.rs", 7, "it is crooked").fix("straighten it");
        assert_eq!(found.to_string(), "a/b.rs:7: [marks] it is crooked\n    fix: straighten it");
        assert_eq!(Finding::new("sizes", "c", 0, "long").to_string(), "c: [sizes] long");
    }
}
