//! How does a report read? A line for each finding, `path:line:column: identifier score`, then the totals.
//!
//! Editors understand the beginning of the lines. No colours: nothing to turn off.

use super::{Shown, Totals};
use crate::amount::{counted, size};
use std::io::{self, Write};

/// Files that are listed in the totals.
const FILES_LISTED: usize = 20;

pub(super) fn finding(out: &mut impl Write, shown: &Shown<'_>, explain: bool) -> io::Result<()> {
    let Shown { line, column, identifier, score, .. } = shown;
    write!(out, "{}:{line}:{column}: {identifier} {score:.2}", visible(shown.path))?;
    if let Some(value) = shown.value {
        write!(out, " {}", visible(value))?;
    }
    writeln!(out)?;
    if explain { write_why(out, shown) } else { Ok(()) }
}

fn write_why(out: &mut impl Write, shown: &Shown<'_>) -> io::Result<()> {
    write!(out, "    {}, severity {}, shape {}", shown.category, shown.severity, shown.rule)?;
    match shown.keyword {
        Some(keyword) => write!(out, ", keyword \"{keyword}\"")?,
        None => write!(out, ", no keyword")?,
    }
    match (shown.checksum, shown.validator) {
        (true, Some(validator)) => write!(out, ", checksum {validator}")?,
        (true, None) => write!(out, ", checksum")?,
        (false, Some(validator)) => write!(out, ", checked by {validator}")?,
        (false, None) => write!(out, ", no checksum")?,
    }
    if !shown.rivals.is_empty() {
        write!(out, ", also {}", shown.rivals.join(", "))?;
    }
    writeln!(out)
}

pub(super) fn finish(out: &mut impl Write, totals: &Totals) -> io::Result<()> {
    if totals.listed > 0 {
        writeln!(out)?;
    }
    if totals.findings() > totals.listed {
        writeln!(out, "{} more findings are not listed\n", totals.findings() - totals.listed)?;
    }
    let mut identifiers: Vec<_> = totals.identifiers.iter().collect();
    identifiers.sort_by_key(|(id, count)| (std::cmp::Reverse(**count), (*id).clone()));
    for (identifier, count) in &identifiers {
        writeln!(out, "{count:8}  {identifier}")?;
    }
    if totals.files.len() > 1 {
        write_files(out, totals)?;
    }
    if !identifiers.is_empty() {
        writeln!(out)?;
    }
    write_last_line(out, totals)
}

fn write_files(out: &mut impl Write, totals: &Totals) -> io::Result<()> {
    writeln!(out)?;
    let mut files: Vec<_> =
        totals.files.iter().map(|(file, counts)| (counts.values().sum::<u64>(), file)).collect();
    files.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    for (count, file) in files.iter().take(FILES_LISTED) {
        writeln!(out, "{count:8}  {}", visible(file))?;
    }
    match files.len().checked_sub(FILES_LISTED) {
        Some(more @ 1..) => writeln!(out, "          and {more} more files"),
        _ => Ok(()),
    }
}

fn write_last_line(out: &mut impl Write, totals: &Totals) -> io::Result<()> {
    let (found, with) = (counted(totals.findings(), "finding"), totals.files.len());
    write!(out, "{found} in {with} of {} ({})", counted(totals.scanned, "file"), size(totals.bytes))?;
    if totals.binary > 0 {
        write!(out, "; {} left out", counted(totals.binary, "binary file"))?;
    }
    if totals.unreadable > 0 {
        write!(out, "; {} not read", counted(totals.unreadable, "file"))?;
    }
    writeln!(out)
}

/// Without characters that a terminal obeys.
fn visible(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect()
}
