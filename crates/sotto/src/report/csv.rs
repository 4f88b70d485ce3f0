//! How do spreadsheets read a report? A row for each finding (RFC 4180).

use super::Shown;
use std::io::{self, Write};

const HEADER: &str =
    "path,line,column,start,end,identifier,category,severity,score,rule,keyword,checksum,value";

pub(super) fn begin(out: &mut impl Write) -> io::Result<()> {
    write!(out, "{HEADER}\r\n")
}

pub(super) fn finding(out: &mut impl Write, shown: &Shown<'_>) -> io::Result<()> {
    let Shown { line, column, start, end, category, severity, score, checksum, .. } = shown;
    write!(out, "{},{line},{column},{start},{end},{},", cell(shown.path), shown.identifier)?;
    write!(out, "{category},{severity},{score:.2},{},", cell(shown.rule))?;
    let (keyword, value) = (cell(shown.keyword.unwrap_or_default()), cell(shown.value.unwrap_or_default()));
    write!(out, "{keyword},{checksum},{value}\r\n")
}

fn cell(text: &str) -> String {
    if text.contains(['"', ',', '\r', '\n']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}
