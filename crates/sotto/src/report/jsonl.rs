//! How do programs read a report while it grows? A line for each finding and file, the summary last.

use super::{Counts, Shown, Totals};
use crate::scan::{End, State};
use serde::Serialize;
use serde_json::json;
use std::io::{self, Write};

#[derive(Serialize)]
struct Typed<'a, T> {
    r#type: &'static str,
    #[serde(flatten)]
    what: &'a T,
}

fn line<T: Serialize>(out: &mut impl Write, r#type: &'static str, what: &T) -> io::Result<()> {
    serde_json::to_writer(&mut *out, &Typed { r#type, what })?;
    writeln!(out)
}

pub(super) fn finding(out: &mut impl Write, shown: &Shown<'_>) -> io::Result<()> {
    line(out, "finding", shown)
}

pub(super) fn file(out: &mut impl Write, path: &str, end: &End, counts: &Counts) -> io::Result<()> {
    let state = match end.state {
        State::Scanned => "scanned",
        State::Binary => "binary",
        State::Unreadable(_) => "unreadable",
    };
    line(out, "file", &json!({"path": path, "state": state, "bytes": end.bytes, "identifiers": counts}))
}

pub(super) fn finish(out: &mut impl Write, totals: &Totals) -> io::Result<()> {
    line(out, "summary", &totals.summary())
}
