//! How are rows shown? As a table for people, as JSON or CSV for programs.
//!
//! Columns are as wide as their widest cell; the last one ends where its text ends. CSV follows RFC 4180.

use crate::args::TableFormat;
use crate::fault::Fault;
use crate::out;
use anyhow::Result;
use serde_json::{Map, Value};
use std::io::Write;

/// Rows under named columns.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    /// Names of the columns.
    pub(crate) names: Vec<String>,
    /// Cells; a row may be shorter than the names.
    pub(crate) rows: Vec<Vec<String>>,
}

impl Rows {
    /// No rows yet.
    pub(crate) fn new(names: &[&str]) -> Self {
        Self { names: names.iter().map(|&name| name.to_owned()).collect(), rows: Vec::new() }
    }

    /// Writes them to standard output.
    pub(crate) fn write(&self, format: TableFormat) -> Result<()> {
        let text = match format {
            TableFormat::Table => self.table(),
            TableFormat::Json => self.json(),
            TableFormat::Csv => self.csv(),
        };
        let mut out = out::plain();
        out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(|error| Fault::output(&error))
    }

    fn lines(&self) -> impl Iterator<Item = &Vec<String>> {
        std::iter::once(&self.names).chain(&self.rows)
    }

    fn table(&self) -> String {
        let mut widths = vec![0; self.names.len()];
        for line in self.lines() {
            for (width, cell) in widths.iter_mut().zip(line) {
                *width = (*width).max(cell.chars().count());
            }
        }
        let line = |cells: &Vec<String>| {
            let padded: Vec<_> =
                cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect();
            format!("{}\n", padded.join("  ").trim_end())
        };
        self.lines().map(line).collect()
    }

    fn json(&self) -> String {
        let object = |row: &Vec<String>| -> Value {
            let members = self.names.iter().cloned().zip(row.iter().cloned().map(Value::String));
            Value::Object(members.collect::<Map<_, _>>())
        };
        format!("{:#}\n", Value::Array(self.rows.iter().map(object).collect()))
    }

    fn csv(&self) -> String {
        let line = |cells: &Vec<String>| cells.iter().map(|cell| quoted(cell)).collect::<Vec<_>>().join(",");
        self.lines().map(|cells| format!("{}\r\n", line(cells))).collect()
    }
}

/// A cell of CSV, in quotes where it needs them.
pub(crate) fn quoted(cell: &str) -> String {
    if cell.contains(['"', ',', '\r', '\n']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_in_three_forms() {
        let mut rows = Rows::new(&["name", "n"]);
        rows.rows = vec![vec!["a".into(), "1".into()], vec!["b, \"c\"".into()]];
        assert_eq!(rows.table(), "name    n\na       1\nb, \"c\"\n");
        assert_eq!(rows.csv(), "name,n\r\na,1\r\n\"b, \"\"c\"\"\"\r\n");
        let json: Value = serde_json::from_str(&rows.json()).unwrap();
        assert_eq!(json, serde_json::json!([{"name": "a", "n": "1"}, {"name": "b, \"c\""}]));
    }
}
