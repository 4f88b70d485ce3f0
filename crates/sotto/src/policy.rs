//! `sotto policy`: what do policies do, those that protect data (`check`) and those that say who may (`lint`, `explain`,
//! `simulate`, `diff`)?
//!
//! `check` answers whether CloudWatch Logs takes a data protection policy, and if not, what would be right.

#[cfg(feature = "server")]
mod against;
mod ask;
mod diff;
mod lint;
mod sets;

use crate::args::{ExplainArgs, PolicyCheckArgs, PolicyFormat, PolicyVerb};
use crate::fault::{Fault, Verdict};
use crate::inputs::Source;
use crate::{look, out};
use anyhow::Result;
use sotto_protect::policy::{PolicyReport, sarif_log};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// Most bytes that are read of a document; the service takes 30,720 characters.
const DOCUMENT_BYTES_MAX: u64 = 4 << 20;

/// `sotto policy`.
pub(crate) fn run(verb: &PolicyVerb) -> Result<Verdict> {
    match verb {
        PolicyVerb::Check(args) => check(args),
        PolicyVerb::Lint(args) => lint::run(args),
        PolicyVerb::Explain(args) => explain(args),
        PolicyVerb::Simulate(args) => ask::simulate(args),
        PolicyVerb::Diff(args) => diff::run(args),
    }
}

#[cfg(feature = "server")]
fn explain(args: &ExplainArgs) -> Result<Verdict> {
    match &args.against {
        Some(endpoint) => against::run(args, endpoint),
        None => ask::run_explain(args),
    }
}

#[cfg(not(feature = "server"))]
fn explain(args: &ExplainArgs) -> Result<Verdict> {
    match &args.against {
        Some(_) => Err(Fault::usage(
            "this program was built without the server, and so without a client for --against",
        )),
        None => ask::run_explain(args),
    }
}

/// `sotto policy check`.
fn check(args: &PolicyCheckArgs) -> Result<Verdict> {
    let ids = look::managed_ids();
    let report = |path: &PathBuf| Ok(PolicyReport::of(&Source::of(path).name(), &read(path)?, &ids, None));
    let reports: Vec<PolicyReport> = args.files.iter().map(report).collect::<Result<_>>()?;
    write(args.format, &reports).map_err(|error| Fault::output(&error))?;
    let valid = reports.iter().all(PolicyReport::is_valid);
    Ok(if valid { Verdict::Fine } else { Verdict::Found })
}

fn read(path: &Path) -> Result<Vec<u8>> {
    let source = Source::of(path);
    let reader: Box<dyn Read> = match &source {
        Source::StandardInput => Box::new(io::stdin()),
        Source::File(path) => Box::new(std::fs::File::open(path).map_err(|error| Fault::file(path, &error))?),
    };
    let mut bytes = Vec::new();
    reader.take(DOCUMENT_BYTES_MAX + 1).read_to_end(&mut bytes).map_err(|error| source.fault(&error))?;
    if bytes.len() as u64 > DOCUMENT_BYTES_MAX {
        let message = format!(
            "`{}` is larger than {DOCUMENT_BYTES_MAX} bytes; policies have at most 30,720 characters",
            source.name()
        );
        return Err(Fault::usage(message));
    }
    Ok(bytes)
}

fn write(format: PolicyFormat, reports: &[PolicyReport]) -> io::Result<()> {
    let mut out = out::buffered();
    match format {
        PolicyFormat::Text => reports.iter().try_for_each(|report| write!(out, "{report}"))?,
        PolicyFormat::Json => {
            serde_json::to_writer_pretty(&mut out, reports)?;
            writeln!(out)?;
        }
        PolicyFormat::Sarif => {
            serde_json::to_writer_pretty(&mut out, &sarif_log(reports, env!("CARGO_PKG_VERSION")))?;
            writeln!(out)?;
        }
    }
    out.flush()
}
