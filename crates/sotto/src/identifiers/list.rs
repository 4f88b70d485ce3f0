//! How are identifiers listed and shown? As a table for people, as JSON for programs.

use crate::args::{ListArgs, PlainFormat, ShowArgs};
use crate::fault::{Fault, Verdict};
use crate::{look, out};
use anyhow::Result;
use serde_json::{Value, json};
use sotto_detect::{Category, IdentifierFile, KeywordRule, Shape, catalog};
use std::fmt::Write as _;
use std::io::Write;

/// `sotto identifiers list`.
pub(crate) fn list(args: &ListArgs) -> Result<Verdict> {
    let category = args.category.as_deref().map(look::category).transpose()?;
    let files: Vec<_> = catalog::all().iter().filter(|file| wanted(file, category, args.aws)).collect();
    write_out(&match args.format {
        PlainFormat::Text => table(&files),
        PlainFormat::Json => pretty(&files.iter().map(|file| summary(file)).collect()),
    })
}

/// `sotto identifiers show`.
pub(crate) fn show(args: &ShowArgs) -> Result<Verdict> {
    let file = catalog::get(&args.id).ok_or_else(|| {
        let similar = catalog::similar(&args.id).map(|name| format!("; did you mean `{name}`?"));
        Fault::usage(format!("there is no identifier `{}`{}", args.id, similar.unwrap_or_default()))
    })?;
    write_out(&match args.format {
        PlainFormat::Text => description(file),
        PlainFormat::Json => pretty(&details(file)),
    })
}

/// `sotto identifiers validators`.
pub(crate) fn validators() -> Result<Verdict> {
    write_out(&sotto_detect::validators().iter().map(|name| format!("{name}\n")).collect::<String>())
}

fn write_out(text: &str) -> Result<Verdict> {
    let mut out = out::plain();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(|error| Fault::output(&error))?;
    Ok(Verdict::Fine)
}

fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}

fn wanted(file: &IdentifierFile, category: Option<Category>, aws: bool) -> bool {
    category.is_none_or(|category| file.category == category) && (file.aws || !aws)
}

fn table(files: &[&IdentifierFile]) -> String {
    let width = files.iter().map(|file| file.id.len()).max().unwrap_or_default();
    let mut text = String::new();
    for file in files {
        let (origin, keywords) = (if file.aws { "aws" } else { "own" }, keyword_word(file.keyword_rule));
        let _ = writeln!(
            text,
            "{:width$}  {:11}  {origin}  {keywords:16}  {}",
            file.id, file.category, file.title
        );
    }
    let _ = writeln!(text, "\n{} identifiers", files.len());
    text
}

const fn keyword_word(rule: KeywordRule) -> &'static str {
    match rule {
        KeywordRule::Required => "keyword required",
        KeywordRule::Optional => "keyword optional",
        KeywordRule::None => "no keyword",
    }
}

fn summary(file: &IdentifierFile) -> Value {
    json!({
        "id": file.id, "category": file.category.word(), "aws": file.aws, "title": file.title,
        "keywords": keyword_word(file.keyword_rule), "languages": file.languages,
    })
}

fn details(file: &IdentifierFile) -> Value {
    let mut value = summary(file);
    let more = json!({
        "risk": file.risk, "references": file.references, "distance": file.distance_chars(),
        "keyword_list": file.keywords, "own_keyword_list": file.own_keywords,
        "shapes": file.shapes.iter().map(|shape| json!({
            "name": shape.name, "pattern": shape.pattern, "matcher": shape.matcher, "prefix": shape.prefix,
            "validator": shape.validator, "alone": shape.alone, "score": shape.score, "source": shape.source,
            "region": shape.region,
        })).collect::<Vec<_>>(),
        "examples": file.examples.iter().map(|example| json!({
            "text": example.text, "find": example.find,
        })).collect::<Vec<_>>(),
        "counter_examples": file.counters.iter().map(|counter| json!({
            "text": counter.text, "why": counter.why,
        })).collect::<Vec<_>>(),
    });
    if let (Value::Object(value), Value::Object(more)) = (&mut value, more) {
        value.extend(more);
    }
    value
}

fn description(file: &IdentifierFile) -> String {
    let origin = if file.aws { "managed by CloudWatch Logs" } else { "sotto's own" };
    let mut text = format!("{}: {}\n{}, {origin}\n", file.id, file.title, file.category);
    let mut section = |title: &str, lines: Vec<String>| {
        if !lines.is_empty() {
            let _ = write!(
                text,
                "\n{title}\n{}",
                lines.iter().map(|line| format!("  {line}\n")).collect::<String>()
            );
        }
    };
    section("Risk", Some(file.risk.clone()).filter(|risk| !risk.is_empty()).into_iter().collect());
    let title = format!(
        "Keywords ({}, within {} characters)",
        keyword_word(file.keyword_rule),
        file.distance_chars()
    );
    section(&title, quoted(&file.keywords));
    section("Further keywords, outside of policy documents", quoted(&file.own_keywords));
    section("Shapes", file.shapes.iter().map(shape_line).collect());
    section("References", file.references.clone());
    section("Found", file.examples.iter().map(|example| example.text.clone()).collect());
    section(
        "Not found",
        file.counters.iter().map(|counter| format!("{}  ({})", counter.text, counter.why)).collect(),
    );
    text
}

fn quoted(words: &[String]) -> Vec<String> {
    if words.is_empty() { Vec::new() } else { vec![words.join(", ")] }
}

fn shape_line(shape: &Shape) -> String {
    let what = shape.pattern.as_deref().or(shape.matcher.as_deref()).unwrap_or_default();
    let mut line = format!("{}: {what}", shape.name);
    if let Some(validator) = &shape.validator {
        let _ = write!(line, ", checked by {validator}");
    }
    if shape.alone {
        line.push_str(", found without a keyword outside of policy documents");
    }
    if let Some(region) = &shape.region {
        let _ = write!(line, ", {region}");
    }
    if let Some(source) = &shape.source {
        let _ = write!(line, " ({source})");
    }
    line
}
