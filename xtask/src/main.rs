//! Which chores can be done? `cargo xtask` names them.
//!
//! ```text
//! tidy [--format json]   is the house in order: arrows, expose sites, signatures, stillness, sizes, marks
//! licences               may these crates be here (deny.toml)
//! tables [--check]       the tables of aws-model, from the Python packages in .venv
//! lint                   format, clippy, tidy, licences
//! quick | full | long    the three lanes of tests
//! nlu evaluate           how good the reader of utterances is, on public sets
//! train names|evaluate   the weights of the tagger of names: make them, compare, measure
//! ```

mod arrows;
mod dependencies;
mod essays;
mod evidence;
mod expose;
mod finding;
mod lanes;
mod licences;
mod marks;
mod nlu;
mod pins;
mod readme;
mod signatures;
mod sizes;
mod source;
mod spdx;
mod stillness;
mod tables;
mod tally;
mod tidy;
mod train;
mod unsafety;
mod workspace;

use anyhow::{Result, bail};
use std::io::Write;
use std::process::ExitCode;

const USAGE: &str = "usage: cargo xtask CHORE

  tidy [--format text|json]   is the house in order: arrows, expose sites, signatures, stillness, sizes, marks
  licences                    may these crates be here, as deny.toml says
  tables [--check]            make the tables of aws-model from the Python packages in .venv, or compare them
  lint                        format, clippy, tidy, licences
  quick                       tests while working, without services
  full                        all tests, with their oracles, and two minutes of fuzzing
  long                        benchmarks, rivals, long fuzzing; write the results into BENCHMARKS.md
  nlu evaluate [SET=PATH...]  measure the reader of utterances; --shots N, --seeds N, --errors
  train names [--check]       make the weights of the tagger of names, or compare them with what would be made
  train evaluate [FILE...]    measure the tagger on labelled JSON lines; --errors shows each difference
  train sample LANGUAGE N     print N labelled texts that training never saw";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            // A closed standard error is no reason to fail otherwise.
            let _ = writeln!(std::io::stderr(), "xtask: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// Does a chore; false when it found something wrong.
fn run(arguments: &[&str]) -> Result<bool> {
    match arguments {
        ["tidy"] | ["tidy", "--format", "text"] => tidy(false),
        ["tidy", "--format", "json"] => tidy(true),
        ["licences"] => licences(),
        ["tables"] => tables::run(false),
        ["tables", "--check"] => tables::run(true),
        ["lint"] => lint(),
        ["quick"] => lanes::quick(),
        ["full"] => lanes::full(),
        ["long"] => lanes::long(),
        ["nlu", rest @ ..] => nlu::run(rest),
        ["train", rest @ ..] => train::run(rest, &mut |line| drop(say(&line))),
        ["help" | "--help" | "-h"] => say(USAGE).map(|()| true),
        _ => bail!("{USAGE}"),
    }
}

fn tidy(json: bool) -> Result<bool> {
    let report = tidy::run()?;
    say(&if json { serde_json::to_string_pretty(&report)? } else { report.to_string() })?;
    Ok(report.findings.is_empty())
}

fn licences() -> Result<bool> {
    let findings = licences::run()?;
    for finding in &findings {
        say(&finding.to_string())?;
    }
    say(&format!("licences: {} findings", findings.len()))?;
    Ok(findings.is_empty())
}

fn lint() -> Result<bool> {
    Ok(lanes::format_and_clippy()? & tidy(false)? & licences()?)
}

/// Prints a line of results; tests of lanes keep their trials to themselves.
fn say(line: &str) -> Result<()> {
    if cfg!(test) {
        return Ok(());
    }
    Ok(writeln!(std::io::stdout(), "{line}")?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_chores_are_refused() {
        for arguments in [&[][..], &["dance"], &["tidy", "--format", "xml"], &["quick", "now"]] {
            assert!(run(arguments).unwrap_err().to_string().starts_with("usage:"));
        }
        assert!(run(&["help"]).unwrap());
    }
}
