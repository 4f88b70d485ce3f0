//! Do our rows equal DuckDB's? Hundreds of queries, each with SQL that was written from its meaning.
//!
//! The engine reads the same rows as two segments and hot rows, DuckDB as one file. Numbers are compared as numbers, to
//! nine digits: sums of doubles depend on their order.

use crate::program::{Program, insights};
use crate::rows::{events, stream, write_segment};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Events; enough that every query has rows.
const EVENT_COUNT: usize = 6_000;
/// Queries that the issue of a comparison is worth.
const QUERY_COUNT_MIN: usize = 300;

/// A query and DuckDB's rows.
#[derive(serde::Deserialize)]
struct Answered {
    query: String,
    ordered: bool,
    rows: Vec<Vec<serde_json::Value>>,
}

/// Python with DuckDB.
pub(crate) fn python() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let named = std::env::var_os("SOTTO_PYTHON").map(PathBuf::from);
    let python = named.unwrap_or_else(|| root.join(".venv/bin/python"));
    let has =
        Command::new(&python).args(["-c", "import duckdb"]).output().is_ok_and(|run| run.status.success());
    assert!(has || std::env::var_os("CI").is_none(), "DuckDB is missing: run scripts/test");
    has.then_some(python)
}

#[test]
fn rows_equal_those_of_duckdb() {
    let Some(python) = python() else { return };
    let program = Program::start("differential", &[]);
    let events = events(EVENT_COUNT);
    let all = program.folder.join("all.parquet");
    let parts = [program.folder.join("a.parquet"), program.folder.join("b.parquet")];
    write_segment(&all, &events, None);
    write_segment(&parts[0], &events[..2_500], None);
    write_segment(&parts[1], &events[2_500..5_000], None);
    let hot = stream(&events[5_000..]);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle/duckdb_answers.py");
    let run = Command::new(python).arg(script).arg(&all).output().unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let answers: Vec<Answered> = serde_json::from_slice(&run.stdout).unwrap();
    assert!(answers.len() >= QUERY_COUNT_MIN);
    let with_rows = answers.iter().filter(|answer| !answer.rows.is_empty()).count();
    assert!(with_rows * 10 > answers.len() * 9, "most queries have rows");
    let mut wrong = Vec::new();
    for answer in &answers {
        let request = insights(&answer.query, &[&parts[0], &parts[1]]);
        let outcome = program.run(request, std::slice::from_ref(&hot));
        let ours: Vec<Vec<String>> = outcome
            .rows
            .iter()
            .map(|row| row.values.iter().map(|value| cell(value.as_deref())).collect())
            .collect();
        let theirs = answer
            .rows
            .iter()
            .map(|row| row.iter().map(|value| cell(text(value).as_deref())).collect())
            .collect();
        if let Err(why) = outcome
            .end
            .map_err(|failure| failure.to_string())
            .and_then(|_| same(ours, theirs, answer.ordered))
        {
            wrong.push(format!("{}\n    {why}", answer.query));
        }
    }
    assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), answers.len(), wrong.join("\n"));
}

fn text(value: &serde_json::Value) -> Option<String> {
    match value {
        serde_json::Value::Null => None,
        serde_json::Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

/// A value in one spelling: numbers to nine digits, texts as they are, missing ones as a word of their own.
fn cell(value: Option<&str>) -> String {
    match value.map(|text| (text, text.parse::<f64>())) {
        None => "(none)".to_owned(),
        // Adding zero turns a negative zero into zero.
        Some((_, Ok(number))) => format!("{:.9e}", number + 0.0),
        Some((text, Err(_))) => format!("'{text}'"),
    }
}

fn same(mut ours: Vec<Vec<String>>, mut theirs: Vec<Vec<String>>, ordered: bool) -> Result<(), String> {
    if !ordered {
        ours.sort();
        theirs.sort();
    }
    if ours.len() != theirs.len() {
        return Err(format!(
            "{} rows, DuckDB has {}; first {:?}, {:?}",
            ours.len(),
            theirs.len(),
            ours.first(),
            theirs.first()
        ));
    }
    match ours.iter().zip(&theirs).find(|(ours, theirs)| ours != theirs) {
        None => Ok(()),
        Some((ours, theirs)) => Err(format!("{ours:?}, DuckDB has {theirs:?}")),
    }
}
