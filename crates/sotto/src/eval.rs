//! `sotto eval`: how good is detection on the user's own labelled data?
//!
//! Lines `{"text","spans":[{"start","end","label"}]}` are scanned and compared: precision, recall and F1 for each label,
//! strict (same place, same label) and loose (any overlap, same label, one to one); the share of labelled characters that
//! no finding covers (leak) and of other characters that one does (over-mask).

mod measure;
mod report;

use crate::args::{EvalArgs, PlainFormat};
use crate::config::read_text;
use crate::fault::{Fault, Verdict};
use crate::finder::Finder;
use crate::inputs::Source;
use crate::look::Look;
use crate::out;
use anyhow::Result;
use measure::{Measures, Span};
use serde::Deserialize;
use sotto_protect::Find;
use sotto_sensitive::RawText;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Write};
use std::sync::Arc;

/// One labelled text.
#[derive(Deserialize)]
struct Record<'a> {
    #[serde(borrow)]
    text: Cow<'a, str>,
    #[serde(borrow)]
    spans: Vec<Label<'a>>,
}

#[derive(Deserialize)]
struct Label<'a> {
    start: usize,
    end: usize,
    #[serde(borrow)]
    label: Cow<'a, str>,
}

/// How labels are compared.
struct Labels {
    family: bool,
    only: Option<BTreeSet<String>>,
    map: BTreeMap<String, Option<String>>,
}

/// `sotto eval`.
pub(crate) fn run(args: &EvalArgs) -> Result<Verdict> {
    let (look, labels) = (Look::new(&args.look)?, Labels::new(args)?);
    let mut results = Vec::new();
    for path in &args.files {
        let source = Source::of(path);
        results.push((source.name(), evaluate(&source, &look.finder(), &labels)?));
    }
    let mut out = out::buffered();
    let written = match args.format {
        PlainFormat::Text => {
            results.iter().try_for_each(|(name, measures)| report::text(&mut out, name, measures))
        }
        PlainFormat::Json => report::json(&mut out, &results),
    };
    written.and_then(|()| out.flush()).map_err(|error| Fault::output(&error))?;
    Ok(Verdict::Fine)
}

fn evaluate(source: &Source, finder: &Finder, labels: &Labels) -> Result<Measures> {
    let mut measures = Measures::default();
    let lines = BufReader::with_capacity(1 << 20, source.open(&Arc::default())?.reader).split(b'\n');
    for (number, line) in (1..).zip(lines) {
        let line = line.map_err(|error| source.fault(&error))?;
        if !line.trim_ascii().is_empty() {
            add(&line, finder, labels, &mut measures).ok_or_else(|| refused(source, number))?;
        }
    }
    Ok(measures)
}

fn refused(source: &Source, line: u64) -> anyhow::Error {
    let name = source.name();
    Fault::unavailable(format!(
        "`{name}`: line {line} is not {{\"text\",\"spans\":[{{\"start\",\"end\",\"label\"}}]}}"
    ))
}

/// One record; `None` when it is none.
fn add(line: &[u8], finder: &Finder, labels: &Labels, measures: &mut Measures) -> Option<()> {
    let record: Record<'_> = serde_json::from_slice(line).ok()?;
    let (chars, bytes) = (record.text.chars().count(), record.text.len());
    let gold = record.spans.iter().filter_map(|span| {
        labels.of_data(&span.label).map(|label| Span { start: span.start, end: span.end, label })
    });
    let gold: BTreeSet<Span> = gold.collect();
    let text = RawText::new(record.text.into_owned());
    let found = finder.find_text(&text);
    let predicted = found.iter().filter_map(|detection| {
        let label = labels.of_finding(finder.rule(detection).identifier.as_str())?;
        Some(Span { start: detection.chars.start(), end: detection.chars.end(), label })
    });
    measures.add(chars, bytes, &gold, &predicted.collect());
    Some(())
}

impl Labels {
    fn new(args: &EvalArgs) -> Result<Self> {
        let map = match &args.map {
            None => BTreeMap::new(),
            Some(path) => serde_json::from_str(&read_text(path)?).map_err(|error| {
                let (path, line, column) = (path.display(), error.line(), error.column());
                Fault::usage(format!(
                    "`{path}`: line {line}, column {column}: expected an object from identifiers to labels or null"
                ))
            })?,
        };
        let mut labels = Self { family: args.family, only: None, map };
        if !args.labels.is_empty() {
            labels.only = Some(args.labels.iter().map(|label| labels.family(label)).collect());
        }
        Ok(labels)
    }

    fn family(&self, label: &str) -> String {
        let family = if self.family { label.split('-').next().unwrap_or(label) } else { label };
        family.to_owned()
    }

    fn of_data(&self, label: &str) -> Option<String> {
        Some(self.family(label)).filter(|label| self.only.as_ref().is_none_or(|only| only.contains(label)))
    }

    fn of_finding(&self, identifier: &str) -> Option<String> {
        let mapped = self.map.get(identifier).map_or(Some(identifier), |label| label.as_deref())?;
        self.of_data(mapped).filter(|label| !label.is_empty())
    }
}
