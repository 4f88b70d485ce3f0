//! The result of `sotto policy check`: for people (with the line and a caret), or as data.

use super::document::{Checked, DataProtectionPolicy, check_bytes};
use super::identifiers::Identifier;
use super::managed::ManagedIds;
use super::place::Place;
use super::problem::Problem;
use super::quote::is_shown;
use super::rule::Severity;
use serde::Serialize;
use sotto_arn::LogGroupName;
use std::fmt;

/// Everything found in one policy file. Serialises to the JSON output.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PolicyReport {
    file: String,
    valid: bool,
    errors: usize,
    warnings: usize,
    /// Problems that were counted but not kept.
    left_off: usize,
    policy: Option<PolicySummary>,
    findings: Vec<Finding>,
}

/// One problem with the line that it stands in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Finding {
    /// The stable name of the rule.
    pub rule: &'static str,
    /// Error or warning.
    pub severity: Severity,
    /// Where it stands.
    #[serde(flatten)]
    pub place: Place,
    /// JSON Pointer of the value (RFC 6901).
    pub path: String,
    /// What is wrong.
    pub message: String,
    /// What would be right.
    pub fix: String,
    /// The line, or the part of it around the place.
    #[serde(skip)]
    pub excerpt: Excerpt,
}

/// A line of the document as it is shown: at most 100 characters, without characters that a terminal obeys.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Excerpt {
    /// The text shown.
    pub text: String,
    /// How many characters stand before the marked part.
    pub before: usize,
    /// How many characters are marked, at least 1.
    pub marked: usize,
}

/// What a valid policy does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct PolicySummary {
    /// Its name.
    pub name: String,
    /// The ids of managed data identifiers.
    pub managed_identifiers: Vec<String>,
    /// The names of custom data identifiers that are used.
    pub custom_identifiers: Vec<String>,
    /// How many destinations findings have.
    pub destinations: usize,
}

impl PolicyReport {
    /// Judges the bytes of a policy file; `protected` is the log group that it is meant for, where that is known.
    pub fn of(file: &str, bytes: &[u8], ids: &ManagedIds, protected: Option<&LogGroupName>) -> Self {
        let checked = check_bytes(bytes, ids, protected);
        let text = String::from_utf8_lossy(bytes);
        let findings: Vec<Finding> =
            checked.problems.iter().map(|problem| Finding::of(problem, &text)).collect();
        let count = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
        let Checked { policy, left_off, .. } = &checked;
        Self {
            file: file.chars().map(|c| if is_shown(c) { c } else { '\u{fffd}' }).collect(),
            valid: policy.is_some(),
            errors: count(Severity::Error),
            warnings: count(Severity::Warning),
            left_off: *left_off,
            policy: policy.as_ref().map(PolicySummary::of),
            findings,
        }
    }

    /// The file's name as given.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// Whether the policy can be used; warnings do not count.
    pub fn is_valid(&self) -> bool {
        self.valid
    }

    /// The problems in the order of the document.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// What the policy does, when it is valid.
    pub fn policy(&self) -> Option<&PolicySummary> {
        self.policy.as_ref()
    }
}

impl PolicySummary {
    fn of(policy: &DataProtectionPolicy) -> Self {
        let (custom, managed): (Vec<_>, Vec<_>) =
            policy.identifiers().iter().partition(|identifier| matches!(identifier, Identifier::Custom(_)));
        let names = |list: Vec<&Identifier>| list.into_iter().map(ToString::to_string).collect();
        Self {
            name: policy.name().to_owned(),
            managed_identifiers: names(managed),
            custom_identifiers: names(custom),
            destinations: policy.audit().destinations().count(),
        }
    }
}

impl Finding {
    fn of(problem: &Problem, text: &str) -> Self {
        Self {
            rule: problem.rule().id(),
            severity: problem.severity(),
            place: problem.place(),
            path: problem.path().to_owned(),
            message: problem.what().to_owned(),
            fix: problem.fix().to_owned(),
            excerpt: Excerpt::of(text, problem.place()),
        }
    }
}

impl Excerpt {
    fn of(text: &str, place: Place) -> Self {
        const BEFORE_MAX: usize = 60;
        const SHOWN_MAX: usize = 100;
        let line =
            text.split('\n').nth(place.line.saturating_sub(1)).unwrap_or_default().trim_end_matches('\r');
        let column = place.column.saturating_sub(1);
        let cut = column.saturating_sub(BEFORE_MAX);
        let shown = line.chars().skip(cut).take(SHOWN_MAX);
        let text: String = shown.map(|c| if c == '\t' { ' ' } else { c }).map(visible).collect();
        let before = column - cut;
        let width = if place.line == place.end_line {
            place.end_column.saturating_sub(place.column)
        } else {
            usize::MAX
        };
        let marked = width.min(text.chars().count().saturating_sub(before)).max(1);
        Self { text, before, marked }
    }
}

fn visible(c: char) -> char {
    if is_shown(c) { c } else { '\u{fffd}' }
}

impl fmt::Display for PolicyReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for finding in &self.findings {
            finding.write(f, &self.file)?;
        }
        if self.left_off > 0 {
            writeln!(f, "{}: and {} more", self.file, self.left_off)?;
        }
        match &self.policy {
            Some(policy) => writeln!(f, "{}: valid: {policy}{}", self.file, Warnings(self.warnings)),
            None => {
                writeln!(f, "{}: not valid: {}{}", self.file, Errors(self.errors), Warnings(self.warnings))
            }
        }
    }
}

impl Finding {
    /// `file:line:column: error: what [rule]`, the line with carets under the place, and what would be right.
    fn write(&self, f: &mut fmt::Formatter<'_>, file: &str) -> fmt::Result {
        let Place { line, column, .. } = self.place;
        let severity = self.severity.as_str();
        writeln!(f, "{file}:{line}:{column}: {severity}: {} [{}]", self.message, self.rule)?;
        let Excerpt { text, before, marked } = &self.excerpt;
        let gutter = line.to_string().len();
        writeln!(f, " {line} | {text}")?;
        writeln!(f, " {:gutter$} | {:before$}{}", "", "", "^".repeat(*marked))?;
        if !self.path.is_empty() {
            writeln!(f, " {:gutter$} = at {}", "", self.path)?;
        }
        writeln!(f, " {:gutter$} = {}", "", self.fix)
    }
}

impl fmt::Display for PolicySummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (managed, custom) = (self.managed_identifiers.len(), self.custom_identifiers.len());
        write!(f, "policy `{}` masks {managed} managed and {custom} custom data identifiers", self.name)?;
        match self.destinations {
            0 => f.write_str(", findings are only counted"),
            1 => f.write_str(", findings go to 1 destination"),
            more => write!(f, ", findings go to {more} destinations"),
        }
    }
}

struct Errors(usize);

impl fmt::Display for Errors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.0, if self.0 == 1 { "error" } else { "errors" })
    }
}

struct Warnings(usize);

impl fmt::Display for Warnings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0 => Ok(()),
            1 => f.write_str(", 1 warning"),
            more => write!(f, ", {more} warnings"),
        }
    }
}
