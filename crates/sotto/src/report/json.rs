//! How do programs read a whole report? As one document: findings, files, summary.

use super::{Shown, Totals};
use serde_json::json;
use std::io::{self, Write};

pub(super) fn begin(out: &mut impl Write) -> io::Result<()> {
    write!(out, "{{\"tool\":\"sotto\",\"version\":\"{}\",\"findings\":[", env!("CARGO_PKG_VERSION"))
}

pub(super) fn finding(out: &mut impl Write, shown: &Shown<'_>, further: bool) -> io::Result<()> {
    out.write_all(if further { b",\n" } else { b"\n" })?;
    serde_json::to_writer(out, shown).map_err(io::Error::from)
}

pub(super) fn finish(out: &mut impl Write, totals: &Totals) -> io::Result<()> {
    let files = totals.files.iter().map(|(path, counts)| json!({"path": path, "identifiers": counts}));
    let files: Vec<_> = files.collect();
    write!(out, "\n],\"files\":")?;
    serde_json::to_writer(&mut *out, &files)?;
    write!(out, ",\"summary\":")?;
    serde_json::to_writer(&mut *out, &totals.summary())?;
    writeln!(out, "}}")
}
