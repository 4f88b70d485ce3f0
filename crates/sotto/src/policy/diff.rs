//! `sotto policy diff`: what changed in effect between two sets of policies?

use super::sets;
use crate::args::{DiffArgs, PlainFormat};
use crate::fault::{Fault, Verdict};
use crate::out;
use anyhow::Result;
use serde::Serialize;
use sotto_iam::analysis::{Comparison, Difference, diff};
use std::io::{self, Write};

/// Actions of one class that a line names.
const ALIKE_SHOWN_MAX: usize = 6;

#[derive(Serialize)]
struct Report {
    complete: bool,
    requests: usize,
    differences: Vec<Shown>,
}

#[derive(Serialize)]
struct Shown {
    change: &'static str,
    principal: String,
    action: String,
    actions_alike: Vec<String>,
    resource: String,
    context: Vec<(String, Vec<String>)>,
    before: String,
    after: String,
}

/// `sotto policy diff`; exit code 1 when something changed.
pub(crate) fn run(args: &DiffArgs) -> Result<Verdict> {
    let [before, after] = sets::compared(&args.before, &args.after, args.kind)?;
    let compared = diff(&before, &after);
    match args.format {
        PlainFormat::Text => text(&compared),
        PlainFormat::Json => json(&compared),
    }
    .map_err(|error| Fault::output(&error))?;
    Ok(if compared.differences.is_empty() { Verdict::Fine } else { Verdict::Found })
}

fn word(difference: &Difference) -> &'static str {
    if difference.gained { "gained" } else { "lost" }
}

fn text(compared: &Comparison) -> io::Result<()> {
    let mut out = out::buffered();
    for difference in &compared.differences {
        writeln!(out, "{}: {}", word(difference), difference.witness)?;
        writeln!(out, "    before: {}", difference.before)?;
        writeln!(out, "    after:  {}", difference.after)?;
        if !difference.alike.is_empty() {
            let shown: Vec<&str> =
                difference.alike.iter().take(ALIKE_SHOWN_MAX).map(String::as_str).collect();
            let more = difference.alike.len().saturating_sub(shown.len());
            let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
            writeln!(out, "    alike:  {}{rest}", shown.join(", "))?;
        }
    }
    let found = match compared.differences.len() {
        0 => "no difference in effect".to_owned(),
        1 => "1 difference".to_owned(),
        count => format!("{count} differences"),
    };
    let whole = if compared.complete {
        "every class of requests was asked"
    } else {
        "not every class of requests was asked"
    };
    writeln!(out, "{found}; {} requests asked of both, {whole}", compared.requests)?;
    out.flush()
}

fn json(compared: &Comparison) -> io::Result<()> {
    let shown = compared.differences.iter().map(|difference| Shown {
        change: word(difference),
        principal: difference.witness.principal.to_string(),
        action: difference.witness.action.to_string(),
        actions_alike: difference.alike.clone(),
        resource: difference.witness.resource.clone(),
        context: difference.witness.context.clone(),
        before: difference.before.to_string(),
        after: difference.after.to_string(),
    });
    let report =
        Report { complete: compared.complete, requests: compared.requests, differences: shown.collect() };
    let mut out = out::buffered();
    serde_json::to_writer_pretty(&mut out, &report)?;
    writeln!(out)?;
    out.flush()
}
