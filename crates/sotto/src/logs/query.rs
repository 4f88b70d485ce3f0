//! `sotto query`: which rows has a query of the Insights language?
//!
//! The query is started, asked after until it has ended, and stopped when the answer is no longer wanted. How much was looked at
//! stands on standard error.

use super::span;
use crate::args::QueryArgs;
use crate::fault::{Fault, Verdict};
use crate::out;
use crate::remote::{NotAnswered, Remote, own, shown};
use crate::signals;
use crate::table::Rows;
use anyhow::Result;
use sotto_wire::{Input, Output, Value};
use std::io::Read;
use std::time::Duration;

/// Between two questions, at first and at most.
const PAUSE: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(1));
/// Characters of a query (StartQuery).
const QUERY_BYTES_MAX: u64 = 40_000;

/// `sotto query`.
pub(crate) fn query(args: &QueryArgs) -> Result<Verdict> {
    let text = text(&args.query)?;
    let now = span::now_ms();
    let from = span::instant(&args.since, now)?;
    let until = args.until.as_deref().map_or(Ok(now), |until| span::instant(until, now))?;
    let remote = Remote::why(&args.remote, &args.why)?;
    signals::listen()?;
    let started = remote.insist("logs", "StartQuery", || request(args, &text, from, until));
    let started = started.map_err(not_started)?;
    let id = started.public("queryId").map(|id| id.get().clone());
    let id = id.ok_or_else(|| Fault::unavailable("the service named no query"))?;
    let answer = wait(&remote, &id)?;
    rows(&answer).write(args.format)?;
    tell(&answer);
    match answer.public("status").map(|status| status.get().as_str()) {
        Some("Complete") => Ok(Verdict::Fine),
        status => Err(Fault::unavailable(format!("the query ended as {}", status.unwrap_or("Unknown")))),
    }
}

fn text(given: &str) -> Result<String> {
    if given != "-" {
        return Ok(given.to_owned());
    }
    let mut text = String::new();
    let read = std::io::stdin().lock().take(QUERY_BYTES_MAX).read_to_string(&mut text);
    read.map_err(|error| Fault::unavailable(format!("standard input: {}", crate::fault::reason(&error))))?;
    Ok(text)
}

fn request(args: &QueryArgs, text: &str, from: i64, until: i64) -> Output {
    let groups = Value::list(args.group.iter().map(|group| own(group)));
    let input = Output::new()
        .with("logGroupNames", groups)
        .with("queryString", own(text))
        .with("startTime", from.div_euclid(1_000))
        .with("endTime", until.div_euclid(1_000) + 1);
    let input = match args.limit {
        Some(limit) => input.with("limit", limit),
        None => input,
    };
    match args.sql {
        true => input.with("queryLanguage", "SQL"),
        false => input,
    }
}

/// A query that is wrong is wrong usage.
fn not_started(error: NotAnswered) -> anyhow::Error {
    match error.code() {
        "MalformedQueryException" => Fault::usage(error.words()),
        _ => error.into(),
    }
}

/// The answer, once the query has ended.
fn wait(remote: &Remote, id: &str) -> Result<Input> {
    let mut pause = PAUSE.0;
    loop {
        let answer = remote.insist("logs", "GetQueryResults", || Output::new().with("queryId", own(id)))?;
        let status = answer.public("status").map_or("", |status| status.get().as_str());
        if !matches!(status, "Scheduled" | "Running") {
            return Ok(answer);
        }
        if signals::interrupted() {
            remote.ask("logs", "StopQuery", Output::new().with("queryId", own(id)))?;
            return Err(Fault::Interrupted.into());
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(PAUSE.1);
    }
}

/// The rows, in the order of their fields; pointers to records are left out.
fn rows(answer: &Input) -> Rows {
    let mut rows = Rows::default();
    for row in answer.list("results") {
        let mut cells = vec![String::new(); rows.names.len()];
        for cell in row.items() {
            let name =
                cell.raw("field").map_or_else(|| cell.public("field").map_or("", |name| name.get()), shown);
            if name == "@ptr" {
                continue;
            }
            let value = cell.raw("value").map_or("", shown).to_owned();
            let at = rows.names.iter().position(|known| known == name).unwrap_or_else(|| {
                rows.names.push(name.to_owned());
                cells.push(String::new());
                rows.names.len() - 1
            });
            if let Some(place) = cells.get_mut(at) {
                *place = value;
            }
        }
        rows.rows.push(cells);
    }
    rows
}

fn tell(answer: &Input) {
    if let Some(statistics) = answer.member("statistics") {
        let number = |name| statistics.float(name).unwrap_or_default();
        out::say(&format!(
            "{} events matched, {} looked at, {} bytes",
            number("recordsMatched"),
            number("recordsScanned"),
            number("bytesScanned")
        ));
    }
}
