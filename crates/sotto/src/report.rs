//! What does a report hold? Places, identifiers, evidence, counts; one of five forms writes them.
//!
//! A form is told of the beginning, each finding, each file's end, and the totals, in this order, and writes as it goes.

mod csv;
mod json;
mod jsonl;
mod sarif;
mod text;

use crate::args::{Format, ScanArgs};
use crate::look::Look;
use crate::scan::{End, Finding, State};
use serde::Serialize;
use sotto_detect::{RuleInfo, Severity};
use std::collections::BTreeMap;
use std::io::{self, Write};

/// Findings of each identifier.
pub(crate) type Counts = BTreeMap<String, u64>;

/// Sums over all files.
#[derive(Default)]
pub(crate) struct Totals {
    /// Findings of each identifier.
    pub(crate) identifiers: Counts,
    /// Findings in each file that has any, in order.
    pub(crate) files: Vec<(String, Counts)>,
    here: Counts,
    pub(crate) scanned: u64,
    pub(crate) binary: u64,
    pub(crate) unreadable: u64,
    pub(crate) bytes: u64,
    /// Findings that were listed.
    pub(crate) listed: u64,
    /// Something was found that was asked to fail.
    pub(crate) failed: bool,
    /// Something could not be read.
    pub(crate) incomplete: bool,
}

impl Totals {
    /// So many inputs could not be found or listed.
    pub(crate) fn unlisted(&mut self, inputs: u64) {
        self.unreadable += inputs;
        self.incomplete |= inputs > 0;
    }

    /// One more finding.
    pub(crate) fn count(&mut self, rule: &RuleInfo) {
        let id = rule.identifier.as_str();
        for counts in [&mut self.identifiers, &mut self.here] {
            match counts.get_mut(id) {
                Some(count) => *count += 1,
                None => {
                    counts.insert(id.to_owned(), 1);
                }
            }
        }
    }

    /// A file is done; returns its counts.
    pub(crate) fn end(&mut self, file: &str, end: &End) -> Counts {
        self.bytes += end.bytes;
        match end.state {
            State::Scanned => self.scanned += 1,
            State::Binary => self.binary += 1,
            State::Unreadable(_) => {
                self.unreadable += 1;
                self.incomplete = true;
            }
        }
        let counts = std::mem::take(&mut self.here);
        if !counts.is_empty() {
            self.files.push((file.to_owned(), counts.clone()));
        }
        counts
    }

    /// All findings.
    pub(crate) fn findings(&self) -> u64 {
        self.identifiers.values().sum()
    }

    /// For programs.
    pub(crate) fn summary(&self) -> Summary<'_> {
        Summary {
            findings: self.findings(),
            listed: self.listed,
            files: self.scanned,
            files_with_findings: self.files.len(),
            binary: self.binary,
            unreadable: self.unreadable,
            bytes: self.bytes,
            identifiers: &self.identifiers,
        }
    }
}

/// The totals as programs read them.
#[derive(Serialize)]
pub(crate) struct Summary<'a> {
    findings: u64,
    listed: u64,
    files: u64,
    files_with_findings: usize,
    binary: u64,
    unreadable: u64,
    bytes: u64,
    identifiers: &'a Counts,
}

/// A report in one form.
pub(crate) struct Report<'a> {
    look: &'a Look,
    explain: bool,
    form: Form,
}

enum Form {
    Text,
    Json { any: bool },
    Jsonl,
    Csv,
    Sarif { any: bool, rules: Vec<String> },
}

impl<'a> Report<'a> {
    /// A report in the form that was asked for.
    pub(crate) fn new(args: &ScanArgs, look: &'a Look) -> Self {
        let form = match args.format {
            Format::Text => Form::Text,
            Format::Json => Form::Json { any: false },
            Format::Jsonl => Form::Jsonl,
            Format::Csv => Form::Csv,
            Format::Sarif => Form::Sarif { any: false, rules: sarif::rules(look) },
        };
        Self { look, explain: args.explain, form }
    }

    /// Before the first finding.
    pub(crate) fn begin(&self, out: &mut impl Write) -> io::Result<()> {
        match &self.form {
            Form::Text | Form::Jsonl => Ok(()),
            Form::Json { .. } => json::begin(out),
            Form::Csv => csv::begin(out),
            Form::Sarif { .. } => sarif::begin(self.look, out),
        }
    }

    /// One finding.
    pub(crate) fn finding(&mut self, out: &mut impl Write, file: &str, finding: &Finding) -> io::Result<()> {
        let shown = Shown::new(self.look, file, finding, self.explain);
        match &mut self.form {
            Form::Text => text::finding(out, &shown, self.explain),
            Form::Json { any } => json::finding(out, &shown, std::mem::replace(any, true)),
            Form::Jsonl => jsonl::finding(out, &shown),
            Form::Csv => csv::finding(out, &shown),
            Form::Sarif { any, rules } => sarif::finding(out, &shown, rules, std::mem::replace(any, true)),
        }
    }

    /// A file is done.
    pub(crate) fn file(
        &self,
        out: &mut impl Write,
        file: &str,
        end: &End,
        counts: &Counts,
    ) -> io::Result<()> {
        match self.form {
            Form::Jsonl => jsonl::file(out, file, end, counts),
            _ => Ok(()),
        }
    }

    /// All files are done.
    pub(crate) fn finish(&self, out: &mut impl Write, totals: &Totals) -> io::Result<()> {
        match &self.form {
            Form::Text => text::finish(out, totals),
            Form::Json { .. } => json::finish(out, totals),
            Form::Jsonl => jsonl::finish(out, totals),
            Form::Csv => Ok(()),
            Form::Sarif { .. } => sarif::finish(out, totals),
        }
    }
}

/// A finding in words.
#[derive(Serialize)]
pub(crate) struct Shown<'a> {
    path: &'a str,
    line: u64,
    column: u64,
    end_line: u64,
    end_column: u64,
    /// Bytes of the file, after unpacking.
    start: u64,
    end: u64,
    start_char: u64,
    end_char: u64,
    identifier: &'a str,
    category: &'static str,
    severity: &'static str,
    score: f64,
    /// Shape of the value in the identifier's file.
    rule: &'a str,
    keyword: Option<&'a str>,
    checksum: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    validator: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    rivals: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<&'a str>,
}

impl<'a> Shown<'a> {
    fn new(look: &'a Look, path: &'a str, finding: &'a Finding, explain: bool) -> Self {
        let (scanner, info) = (look.scanner(), look.scanner().rule(finding.rule));
        let rivals =
            finding.rivals.iter().filter(|_| explain).map(|rule| rival(scanner.rule(*rule))).collect();
        Self {
            path,
            line: finding.start.line,
            column: finding.start.column,
            end_line: finding.end.line,
            end_column: finding.end.column,
            start: finding.start.bytes,
            end: finding.end.bytes,
            start_char: finding.start.chars,
            end_char: finding.end.chars,
            identifier: info.identifier.as_str(),
            category: info.category.word(),
            severity: severity_word(look.severity(info)),
            score: finding.score.fraction(),
            rule: &info.shape,
            keyword: finding.keyword.map(|keyword| scanner.keyword(keyword)),
            checksum: finding.checksum,
            validator: info.validator.as_deref().filter(|_| explain),
            rivals,
            value: finding.value.as_deref(),
        }
    }
}

fn rival(info: &RuleInfo) -> String {
    format!("{}/{}", info.identifier, info.shape)
}

const fn severity_word(severity: Severity) -> &'static str {
    match severity {
        Severity::Low => "low",
        Severity::Medium => "medium",
        Severity::High => "high",
    }
}
