//! What is wrong with a document, where, and what would be right; and the list of all of it.

use super::place::{Lines, Place, Pointer};
use super::rule::{Rule, Severity};
use std::fmt;
use std::ops::Range;

/// How many problems are kept; the rest is counted.
pub const PROBLEMS_MAX: usize = 100;

/// One broken rule. Its words repeat at most short names and keys of the document, in backticks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    rule: Rule,
    place: Place,
    path: String,
    what: String,
    fix: String,
}

impl Problem {
    /// The rule that is broken.
    pub fn rule(&self) -> Rule {
        self.rule
    }

    /// Whether it refuses the policy.
    pub fn severity(&self) -> Severity {
        self.rule.severity()
    }

    /// Where it stands.
    pub fn place(&self) -> Place {
        self.place
    }

    /// The path of the value it stands in (RFC 6901), as `/Statement/1/Operation`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What is wrong.
    pub fn what(&self) -> &str {
        &self.what
    }

    /// What would be right.
    pub fn fix(&self) -> &str {
        &self.fix
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Place { line, column, .. } = self.place;
        write!(f, "{line}:{column}: {}: {}: {}", self.severity().as_str(), self.what, self.fix)?;
        if self.path.is_empty() { Ok(()) } else { write!(f, " (at {})", self.path) }
    }
}

/// Why a document is no policy: every problem found, in the order of the document, warnings included; at least one is an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyErrors {
    problems: Vec<Problem>,
    left_off: usize,
}

impl PolicyErrors {
    pub(crate) fn new(problems: Vec<Problem>, left_off: usize) -> Self {
        Self { problems, left_off }
    }

    /// The problems, at most [`PROBLEMS_MAX`].
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// How many more there are.
    pub fn left_off(&self) -> usize {
        self.left_off
    }
}

impl fmt::Display for PolicyErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            problem.fmt(f)?;
        }
        if self.left_off > 0 {
            write!(f, "\nand {} more", self.left_off)?;
        }
        Ok(())
    }
}

impl std::error::Error for PolicyErrors {}

/// Collects problems while a document is read.
pub(crate) struct Findings<'t> {
    lines: Lines<'t>,
    problems: Vec<Problem>,
    left_off: usize,
    has_errors: bool,
}

impl<'t> Findings<'t> {
    pub(crate) fn of(text: &'t str) -> Self {
        Self { lines: Lines::of(text), problems: Vec::new(), left_off: 0, has_errors: false }
    }

    /// Whether further problems are only counted; their words need not be made then.
    pub(crate) fn is_full(&self) -> bool {
        self.problems.len() >= PROBLEMS_MAX
    }

    pub(crate) fn add(
        &mut self,
        rule: Rule,
        span: Range<usize>,
        path: &Pointer,
        what: impl Into<String>,
        fix: impl Into<String>,
    ) {
        self.has_errors |= rule.severity() == Severity::Error;
        if self.is_full() {
            self.left_off += 1;
            return;
        }
        let place = self.lines.place(span);
        let (path, what, fix) = (path.to_string(), what.into(), fix.into());
        self.problems.push(Problem { rule, place, path, what, fix });
    }

    pub(crate) fn has_errors(&self) -> bool {
        self.has_errors
    }

    /// The problems in the order of the document, and how many were only counted.
    pub(crate) fn finish(mut self) -> (Vec<Problem>, usize) {
        self.problems.sort_by_key(|problem| (problem.place.offset, problem.rule));
        (self.problems, self.left_off)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn problems_are_ordered_bounded_and_never_hide_an_error() {
        let mut findings = Findings::of("0123456789");
        for at in (0..PROBLEMS_MAX).rev() {
            findings.add(Rule::KeyCase, at..at + 1, &Pointer::root(), "w", "f");
        }
        assert!(!findings.has_errors());
        findings.add(Rule::Name, 0..1, &Pointer::root(), "w", "f");
        assert!(findings.has_errors());
        let (problems, left_off) = findings.finish();
        assert_eq!((problems.len(), left_off), (PROBLEMS_MAX, 1));
        assert!(problems.is_sorted_by_key(|problem| problem.place().offset));
    }

    #[test]
    fn words() {
        let mut findings = Findings::of("{}");
        findings.add(Rule::MissingKey, 0..1, &Pointer::root(), "`Name` is missing", "add it");
        findings.add(Rule::KeyCase, 1..2, &Pointer::root().key("sid"), "small", "`Sid`");
        let (problems, _) = findings.finish();
        let errors = PolicyErrors::new(problems, 3);
        assert_eq!(
            errors.to_string(),
            "1:1: error: `Name` is missing: add it\n1:2: warning: small: `Sid` (at /sid)\nand 3 more"
        );
    }
}
