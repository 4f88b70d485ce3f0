//! `sotto policy lint`: what do these policies really do?

use super::sets::{self, Document};
use crate::args::{LintArgs, LintFailArg, PolicyFormat};
use crate::fault::{Fault, Verdict};
use crate::out;
use anyhow::Result;
use serde::Serialize;
use sotto_iam::analysis::{Estate, Finding, Lint, LintRule, Severity, lint};
use sotto_protect::policy::{SarifHit, SarifLog, SarifRule};
use std::io::{self, Write};

/// Most characters of a line of text, where words allow it.
const COLUMNS_MAX: usize = 100;

/// What JSON says of a document.
#[derive(Serialize)]
struct Report<'d> {
    file: &'d str,
    kind: String,
    well_formed: bool,
    findings: Vec<Shown<'d>>,
}

#[derive(Serialize)]
struct Shown<'d> {
    rule: &'static str,
    severity: &'static str,
    line: u32,
    column: u32,
    statement: Option<usize>,
    sid: Option<&'d str>,
    does: &'d str,
    fix: &'d str,
    aws: Option<&'d str>,
}

/// `sotto policy lint`.
pub(crate) fn run(args: &LintArgs) -> Result<Verdict> {
    let documents = sets::documents(&args.files, args.kind)?;
    if let Some(export) = documents.iter().find(|one| one.told.is_none() && Estate::is_export(&one.text)) {
        return Err(Fault::usage(format!(
            "`{}` is the export of an account, which `explain`, `simulate` and `diff` read; lint reads single policies",
            export.name
        )));
    }
    let reports: Vec<(Document, Lint)> = documents
        .into_iter()
        .map(|document| {
            let found = lint(&document.text, document.told);
            (document, found)
        })
        .collect();
    write(args.format, &reports).map_err(|error| Fault::output(&error))?;
    let worst = reports.iter().flat_map(|(_, lint)| &lint.findings).map(|finding| finding.severity).max();
    Ok(if worst.is_some_and(|worst| fails(args.fail_on, worst)) { Verdict::Found } else { Verdict::Fine })
}

fn fails(from: LintFailArg, worst: Severity) -> bool {
    match from {
        LintFailArg::Never => false,
        LintFailArg::Note => true,
        LintFailArg::Warning => worst >= Severity::Warning,
        LintFailArg::Error => worst >= Severity::Error,
    }
}

fn write(format: PolicyFormat, reports: &[(Document, Lint)]) -> io::Result<()> {
    let mut out = out::buffered();
    match format {
        PolicyFormat::Text => {
            reports.iter().try_for_each(|(document, lint)| text(&mut out, document, lint))?
        }
        PolicyFormat::Json => {
            let reports: Vec<Report<'_>> =
                reports.iter().map(|(document, lint)| report(document, lint)).collect();
            serde_json::to_writer_pretty(&mut out, &reports)?;
            writeln!(out)?;
        }
        PolicyFormat::Sarif => {
            serde_json::to_writer_pretty(&mut out, &sarif(reports))?;
            writeln!(out)?;
        }
    }
    out.flush()
}

fn text(out: &mut impl Write, document: &Document, lint: &Lint) -> io::Result<()> {
    let name = &document.name;
    for finding in &lint.findings {
        let (place, severity, rule) = (finding.place, finding.severity.as_str(), finding.rule.id());
        let statement = statement(finding).map(|words| format!("{words}: ")).unwrap_or_default();
        let line = format!("{name}:{place}: {severity}: {statement}{} [{rule}]", finding.does);
        wrapped(out, &line, "    ")?;
        wrapped(out, &format!("    = {}", finding.fix), "      ")?;
    }
    let count = lint.findings.len();
    let outcome = match count {
        0 => "nothing to say".to_owned(),
        1 => "1 finding".to_owned(),
        _ => format!("{count} findings"),
    };
    writeln!(out, "{name}: read as {}: {outcome}", kind(lint))
}

/// Writes lines of at most [`COLUMNS_MAX`] characters, broken at blanks; a longer word stays whole.
fn wrapped(out: &mut impl Write, text: &str, indent: &str) -> io::Result<()> {
    let mut column = 0;
    for (index, word) in text.split(' ').enumerate() {
        let width = word.chars().count();
        if index > 0 && column + 1 + width > COLUMNS_MAX && column > indent.len() {
            write!(out, "\n{indent}")?;
            column = indent.len();
        } else if index > 0 {
            write!(out, " ")?;
            column += 1;
        }
        write!(out, "{word}")?;
        column += width;
    }
    writeln!(out)
}

fn statement(finding: &Finding) -> Option<String> {
    let index = finding.statement? + 1;
    Some(match &finding.sid {
        Some(sid) => format!("statement {index} (`{sid}`)"),
        None => format!("statement {index}"),
    })
}

/// The kind in words.
fn kind(lint: &Lint) -> &'static str {
    use sotto_iam::PolicyKind::{Boundary, Identity, KeyPolicy, Rcp, Resource, Scp, Session, Trust};
    match lint.kind {
        Identity => "an identity policy",
        Boundary => "a permissions boundary",
        Session => "a session policy",
        Resource => "a policy of a resource",
        Trust => "a trust policy",
        KeyPolicy => "a key policy",
        Scp => "a service control policy",
        Rcp => "a resource control policy",
    }
}

fn report<'d>(document: &'d Document, lint: &'d Lint) -> Report<'d> {
    let findings = lint.findings.iter().map(shown).collect();
    Report { file: &document.name, kind: kind(lint).to_owned(), well_formed: lint.well_formed, findings }
}

fn shown(finding: &Finding) -> Shown<'_> {
    Shown {
        rule: finding.rule.id(),
        severity: finding.severity.as_str(),
        line: finding.place.line,
        column: finding.place.column,
        statement: finding.statement,
        sid: finding.sid.as_deref(),
        does: &finding.does,
        fix: &finding.fix,
        aws: finding.aws.as_deref(),
    }
}

fn sarif(reports: &[(Document, Lint)]) -> SarifLog {
    let rule = |rule: &LintRule| SarifRule {
        id: format!("policy-lint/{}", rule.id()),
        title: rule.title(),
        level: Severity::Warning.as_str(),
    };
    let rules: Vec<SarifRule> = LintRule::ALL.iter().map(rule).collect();
    let all = reports
        .iter()
        .flat_map(|(document, lint)| lint.findings.iter().map(move |finding| (document, finding)));
    let hits = all.map(|(document, finding)| hit(&document.name, finding)).collect();
    SarifLog::new(&rules, hits, env!("CARGO_PKG_VERSION"))
}

fn hit(file: &str, finding: &Finding) -> SarifHit {
    let number = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
    let (line, column) = (number(finding.place.line), number(finding.place.column));
    SarifHit {
        rule: LintRule::ALL.iter().position(|rule| *rule == finding.rule).unwrap_or_default(),
        level: finding.severity.as_str(),
        message: format!("{}: {}.", finding.does, finding.fix),
        file: file.to_owned(),
        region: [line, column, line, column + 1],
        path: finding.statement.map(|index| format!("Statement[{index}]")).unwrap_or_default(),
    }
}
