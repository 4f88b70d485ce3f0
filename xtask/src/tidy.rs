//! Is the house in order? All checks of the source in one run, with the numbers.
//!
//! `cargo xtask tidy` prints findings as `file:line: [check] message` with a way out below each, then the sizes;
//! `--format json` prints one object. Any finding fails.

use crate::finding::Finding;
use crate::pins::Pins;
use crate::sizes::Sizes;
use crate::source::Source;
use crate::workspace::Workspace;
use crate::{arrows, dependencies, essays, evidence, expose, marks, signatures, sizes, stillness, unsafety};
use anyhow::Result;
use serde::Serialize;
use std::fmt;

/// What tidy found.
#[derive(Serialize)]
pub(crate) struct Report {
    /// What to put right.
    pub(crate) findings: Vec<Finding>,
    /// The house in numbers.
    pub(crate) sizes: Sizes,
    /// Call sites that read captured text or declare text public, outside of tests.
    pub(crate) expose_sites: usize,
}

/// Runs all checks over the workspace around the current folder.
pub(crate) fn run() -> Result<Report> {
    let workspace = Workspace::read()?;
    let sources = workspace.sources()?;
    let mut findings = arrows::check(&workspace.crates);
    findings.extend(expose::check(&sources, &pins(&workspace, expose::PINS)?));
    findings.extend(signatures::check(&sources, &pins(&workspace, signatures::PINS)?));
    findings.extend(stillness::check(&sources, &pins(&workspace, stillness::PINS)?));
    findings.extend(dependencies::check(&workspace, &pins(&workspace, dependencies::PINS)?)?);
    findings.extend(essays::check(&sources));
    findings.extend(sizes::check(&sources));
    findings.extend(sources.iter().flat_map(in_tokens));
    findings.extend(in_texts(&workspace)?);
    findings.extend(evidence::check(&workspace.text(evidence::PAGE)?, |file| workspace.text(file).ok()));
    findings.sort();
    Ok(Report { findings, sizes: sizes::measure(&sources), expose_sites: expose::count(&sources) })
}

fn in_tokens(source: &Source) -> Vec<Finding> {
    let mut found = marks::check_tokens(source);
    found.extend(unsafety::check(source));
    found
}

fn in_texts(workspace: &Workspace) -> Result<Vec<Finding>> {
    let mut found = Vec::new();
    let mut words = Vec::new();
    for file in &workspace.files {
        let (findings, sites) = marks::check_text(file, &workspace.text(file)?);
        found.extend(findings);
        words.extend(sites);
    }
    found.extend(marks::check_words(&words, &pins(workspace, marks::PINS)?));
    Ok(found)
}

fn pins(workspace: &Workspace, file: &'static str) -> Result<Pins> {
    Pins::parse(file, &workspace.text(file)?)
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.findings.iter().try_for_each(|finding| writeln!(f, "{finding}"))?;
        write!(f, "{}", self.sizes)?;
        writeln!(f, "sites that read captured text or declare text public: {}", self.expose_sites)?;
        match self.findings.len() {
            0 => write!(f, "tidy: the house is in order"),
            1 => write!(f, "tidy: 1 finding"),
            count => write!(f, "tidy: {count} findings"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_reads_well_in_both_forms() {
        let findings = vec![Finding::new("marks", "a.rs", 3, "crooked").fix("straighten it")];
        let report = Report { findings, sizes: Sizes::default(), expose_sites: 2 };
        let text = report.to_string();
        assert!(text.starts_with("a.rs:3: [marks] crooked\n    fix: straighten it\n"), "{text}");
        assert!(text.ends_with("tidy: 1 finding"), "{text}");
        let json: serde_json::Value = serde_json::from_str(&serde_json::to_string(&report).unwrap()).unwrap();
        assert_eq!(json["findings"][0]["line"], 3);
        assert_eq!(json["expose_sites"], 2);
    }

    #[test]
    fn every_pin_file_can_be_read() {
        let workspace = Workspace::read().unwrap();
        for file in [expose::PINS, signatures::PINS, stillness::PINS, dependencies::PINS, marks::PINS] {
            assert!(pins(&workspace, file).is_ok(), "{file}");
        }
    }
}
