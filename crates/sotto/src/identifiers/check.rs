//! Do all examples hold? Each is judged in the modes that it is meant for, with its identifier alone.
//!
//! An example is judged inside policy documents and in sotto's own configuration, unless it says `aws_only` or `own`; a
//! counter-example inside policy documents, unless it says `own`. What is found must be what `find` says, in order.
//! Examples are invented text that their author wrote into the file, so a failure may show the example's own text.

use super::bench;
use crate::amount::counted;
use crate::args::{CheckArgs, PlainFormat};
use crate::config::{Config, read_identifier, read_text};
use crate::fault::{Fault, Verdict};
use crate::out;
use anyhow::Result;
use serde_json::{Value, json};
use sotto_detect::{CustomIdentifier, IdentifierFile, Mode, Scanner, Selection, catalog};
use sotto_sensitive::RawText;
use std::io::Write;
use std::path::Path;

/// An identifier with the name of the file that states it.
pub(crate) struct Stated {
    pub(crate) file: String,
    pub(crate) identifier: IdentifierFile,
}

/// Patterns of a configuration.
pub(crate) struct Customs {
    pub(crate) file: String,
    pub(crate) customs: Vec<CustomIdentifier>,
}

/// An example that does not hold.
struct Failure {
    file: String,
    identifier: String,
    /// `example` or `counter`.
    kind: &'static str,
    /// Counted from 1.
    number: usize,
    mode: &'static str,
    text: String,
    expected: Vec<String>,
    found: Vec<String>,
}

/// `sotto identifiers check`.
pub(crate) fn check(args: &CheckArgs) -> Result<Verdict> {
    let (stated, customs) = read(&args.files)?;
    let mut failures = Vec::new();
    let mut examples = 0;
    for stated in &stated {
        examples += stated.identifier.examples.len() + stated.identifier.counters.len();
        judge(stated, &mut failures)?;
    }
    for customs in &customs {
        compile(customs)?;
    }
    let speeds = if args.bench { bench::run(&stated, &customs)? } else { Vec::new() };
    let report = match args.format {
        PlainFormat::Text => text(&failures, &speeds, stated.len(), examples),
        PlainFormat::Json => json_report(&failures, &speeds, stated.len(), examples),
    };
    let mut out = out::plain();
    out.write_all(report.as_bytes()).and_then(|()| out.flush()).map_err(|error| Fault::output(&error))?;
    Ok(if failures.is_empty() { Verdict::Fine } else { Verdict::Found })
}

fn read(paths: &[std::path::PathBuf]) -> Result<(Vec<Stated>, Vec<Customs>)> {
    let (mut stated, mut customs) = (Vec::new(), Vec::new());
    if paths.is_empty() {
        let built_in = |identifier: &IdentifierFile| Stated {
            file: format!("{}.toml", identifier.id.to_lowercase()),
            identifier: identifier.clone(),
        };
        stated.extend(catalog::all().iter().map(built_in));
    }
    for path in paths {
        read_one(path, &mut stated, &mut customs)?;
    }
    Ok((stated, customs))
}

/// A file with an id is an identifier, otherwise it is a configuration.
fn read_one(path: &Path, stated: &mut Vec<Stated>, customs: &mut Vec<Customs>) -> Result<()> {
    let file = path.display().to_string();
    if is_identifier(&read_text(path)?) {
        stated.push(Stated { file, identifier: read_identifier(path)? });
        return Ok(());
    }
    let config = Config::read(path)?;
    for (identifier, name) in config.read_identifiers(path)?.into_iter().zip(&config.identifier_files) {
        stated.push(Stated { file: name.display().to_string(), identifier });
    }
    customs.push(Customs { file, customs: config.custom });
    Ok(())
}

/// Whether a file has a member `id` before its first table, well formed or not.
fn is_identifier(text: &str) -> bool {
    let members = text.lines().map(str::trim_start).take_while(|line| !line.starts_with('['));
    members
        .into_iter()
        .any(|line| line.strip_prefix("id").is_some_and(|rest| rest.trim_start().starts_with('=')))
}

/// The scanner for one identifier alone.
pub(crate) fn alone(identifier: &IdentifierFile, mode: Mode) -> Result<Scanner, sotto_detect::BuildError> {
    let builder = Scanner::builder().mode(mode);
    let known = catalog::get(&identifier.id);
    let builder = match known {
        Some(known) if is_same(known, identifier) => builder.select(Selection::Id(known.id.clone())),
        Some(_) => {
            // A version of a built-in one that is being written: it must not meet the built-in one.
            let id = format!("{}_", identifier.id);
            let identifier = IdentifierFile { id: id.clone(), ..identifier.clone() };
            builder.identifier(identifier).select(Selection::Id(id))
        }
        None => builder.identifier(identifier.clone()).select(Selection::Id(identifier.id.clone())),
    };
    builder.build()
}

fn is_same(known: &IdentifierFile, identifier: &IdentifierFile) -> bool {
    std::ptr::eq(known, identifier) || format!("{known:?}") == format!("{identifier:?}")
}

/// Whether patterns are well formed.
fn compile(customs: &Customs) -> Result<()> {
    for custom in &customs.customs {
        let scanner =
            Scanner::builder().custom(custom.clone()).select(Selection::Id(custom.id.clone())).build();
        scanner.map_err(|error| Fault::usage(format!("`{}`: {error}", customs.file)))?;
    }
    Ok(())
}

fn judge(stated: &Stated, failures: &mut Vec<Failure>) -> Result<()> {
    let built = |mode| {
        let scanner = alone(&stated.identifier, mode);
        scanner.map_err(|error| Fault::usage(format!("`{}`: {error}", stated.file)))
    };
    let (own, aws) = (("own", built(Mode::Own)?), ("aws", built(Mode::AwsPolicy)?));
    for (index, example) in stated.identifier.examples.iter().enumerate() {
        let modes = [(&own, !example.aws_only), (&aws, !example.own)];
        for (mode, _) in modes.into_iter().filter(|(_, wanted)| *wanted) {
            let case = (("example", index), example.text.as_str(), example.find.as_slice());
            failures.extend(failure(stated, mode, case));
        }
    }
    for (index, counter) in stated.identifier.counters.iter().enumerate() {
        let mode = if counter.own { &own } else { &aws };
        failures.extend(failure(stated, mode, (("counter", index), &counter.text, &[])));
    }
    Ok(())
}

type Case<'a> = ((&'static str, usize), &'a str, &'a [String]);

fn failure(stated: &Stated, mode: &(&'static str, Scanner), case: Case<'_>) -> Option<Failure> {
    let ((kind, index), text, expected) = case;
    let found = found(&mode.1, text);
    (found != expected).then(|| Failure {
        file: stated.file.clone(),
        identifier: stated.identifier.id.clone(),
        kind,
        number: index + 1,
        mode: mode.0,
        text: text.to_owned(),
        expected: expected.to_vec(),
        found,
    })
}

fn found(scanner: &Scanner, text: &str) -> Vec<String> {
    let detections = scanner.scan(&RawText::new(text.to_owned()));
    detections.iter().map(|found| text.get(found.bytes.range()).unwrap_or_default().to_owned()).collect()
}

fn text(failures: &[Failure], speeds: &[bench::Speed], identifiers: usize, examples: usize) -> String {
    let mut text = String::new();
    for failure in failures {
        let Failure { file, identifier, kind, number, mode, .. } = failure;
        text.push_str(&format!("{file}: {identifier}: [[{kind}]] {number} ({mode}): {}\n", failure.words()));
        text.push_str(&format!("    {:?}\n", failure.text));
    }
    speeds.iter().for_each(|speed| text.push_str(&speed.line()));
    let (identifiers, failures) =
        (counted(identifiers as u64, "identifier"), counted(failures.len() as u64, "failure"));
    text.push_str(&format!("{identifiers}, {examples} examples and counter-examples, {failures}\n"));
    text
}

fn json_report(failures: &[Failure], speeds: &[bench::Speed], identifiers: usize, examples: usize) -> String {
    let failures: Vec<Value> = failures.iter().map(Failure::json).collect();
    let speeds: Vec<Value> = speeds.iter().map(bench::Speed::json).collect();
    let report =
        json!({"identifiers": identifiers, "examples": examples, "failures": failures, "speeds": speeds});
    format!("{report:#}\n")
}

impl Failure {
    fn words(&self) -> String {
        match (self.expected.as_slice(), self.found.as_slice()) {
            ([], found) => format!("nothing is to be found, but {found:?} was"),
            (expected, []) => format!("{expected:?} is to be found, but nothing was"),
            (expected, found) => format!("{expected:?} is to be found, but {found:?} was"),
        }
    }

    fn json(&self) -> Value {
        json!({
            "file": self.file, "identifier": self.identifier, "kind": self.kind, "number": self.number,
            "mode": self.mode, "text": self.text, "expected": self.expected, "found": self.found,
        })
    }
}
