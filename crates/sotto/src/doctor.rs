//! Is this installation as safe as it says? `sotto doctor` looks at keys, files, memory, the trail and its checkpoints.
//!
//! Each finding is a sentence with a level and, where something is wrong, a way out. What cannot be looked at (the store of a
//! running server, a device that is away) is said: nothing is passed over in silence. It changes nothing.

mod files;
mod host;
mod store;

use crate::args::{DoctorArgs, PlainFormat};
use crate::fault::{Fault, Verdict, reason};
use crate::keys;
use crate::out;
use anyhow::Result;
use serde::Serialize;
use std::io::Write;

/// How a finding is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Level {
    /// As it should be.
    Ok,
    /// Could be better, or could not be looked at.
    Warning,
    /// Not safe.
    Problem,
}

/// What was found about one thing.
#[derive(Debug, Serialize)]
pub(crate) struct Finding {
    level: Level,
    /// What was looked at.
    check: &'static str,
    says: String,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<&'static str>,
}

/// All that was found.
#[derive(Default)]
pub(crate) struct Findings(Vec<Finding>);

impl Findings {
    /// As it should be.
    pub(crate) fn fine(&mut self, check: &'static str, says: impl Into<String>) {
        self.0.push(Finding { level: Level::Ok, check, says: says.into(), fix: None });
    }

    /// Could be better.
    pub(crate) fn warn(&mut self, check: &'static str, says: impl Into<String>, fix: &'static str) {
        self.0.push(Finding { level: Level::Warning, check, says: says.into(), fix: Some(fix) });
    }

    /// Not safe.
    pub(crate) fn bad(&mut self, check: &'static str, says: impl Into<String>, fix: &'static str) {
        self.0.push(Finding { level: Level::Problem, check, says: says.into(), fix: Some(fix) });
    }

    fn worst(&self) -> Level {
        let has = |level| self.0.iter().any(|finding| finding.level == level);
        [Level::Problem, Level::Warning].into_iter().find(|level| has(*level)).unwrap_or(Level::Ok)
    }
}

/// Looks at everything.
pub(crate) fn run(args: &DoctorArgs) -> Result<Verdict> {
    if !args.store.data.is_dir() {
        return Err(Fault::unavailable(format!("`{}` is no directory", args.store.data.display())));
    }
    let roots = keys::roots(&args.store)?;
    let words = keys::words(&args.store)?;
    let mut findings = Findings::default();
    files::look(&args.store.data, &roots, &mut findings);
    host::look(&mut findings);
    host::devices(&roots, &mut findings);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Fault::unavailable(format!("threads: {}", reason(&error))))?;
    runtime.block_on(store::look(&args.store, &roots, &words, &mut findings));
    if let Some(folder) = &args.keys_copies {
        store::copies(folder, crate::clock::now(), &mut findings);
    }
    let text = match args.format {
        PlainFormat::Json => serde_json::to_string_pretty(&findings.0).unwrap_or_default() + "\n",
        PlainFormat::Text => findings.0.iter().map(line).collect(),
    };
    out::plain().write_all(text.as_bytes()).map_err(|error| Fault::output(&error))?;
    Ok(if findings.worst() == Level::Problem { Verdict::Found } else { Verdict::Fine })
}

fn line(finding: &Finding) -> String {
    let word = match finding.level {
        Level::Ok => "ok      ",
        Level::Warning => "warning ",
        Level::Problem => "PROBLEM ",
    };
    let fix = finding.fix.map(|fix| format!("\n         fix: {fix}")).unwrap_or_default();
    format!("{word} {}: {}{fix}\n", finding.check, finding.says)
}
