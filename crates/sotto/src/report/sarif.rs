//! How do code hosts and editors show findings at their lines? As SARIF 2.1.0.
//!
//! OASIS, "Static Analysis Results Interchange Format (SARIF) Version 2.1.0". The log is written as it grows; a value that
//! was found is in no message, and no fingerprint is made of it.

use super::{Shown, Totals};
use crate::look::Look;
use serde_json::{Value, json};
use sotto_detect::catalog;
use std::io::{self, Write};

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json";

/// The identifiers in the order of `rules` (section 3.19.23), which results point into.
pub(super) fn rules(look: &Look) -> Vec<String> {
    look.scanner().identifiers().iter().map(|id| id.as_str().to_owned()).collect()
}

pub(super) fn begin(look: &Look, out: &mut impl Write) -> io::Result<()> {
    let rules: Vec<Value> = rules(look).iter().map(|id| descriptor(id)).collect();
    let driver = json!({"name": "sotto", "version": env!("CARGO_PKG_VERSION"), "rules": rules});
    write!(out, "{{\"$schema\":\"{SCHEMA}\",\"version\":\"2.1.0\",\"runs\":[{{\"tool\":{{\"driver\":")?;
    serde_json::to_writer(&mut *out, &driver)?;
    write!(out, "}},\"columnKind\":\"unicodeCodePoints\",\"results\":[")
}

/// Section 3.49.
fn descriptor(id: &str) -> Value {
    match catalog::get(id) {
        Some(file) => json!({
            "id": id,
            "shortDescription": {"text": sentence(&file.title)},
            "fullDescription": {"text": sentence(if file.risk.is_empty() { &file.title } else { &file.risk })},
            "properties": {"tags": ["security", file.category.word()]},
        }),
        None => json!({"id": id, "shortDescription": {"text": format!("Custom identifier {id}.")}}),
    }
}

fn sentence(text: &str) -> String {
    if text.ends_with('.') { text.to_owned() } else { format!("{text}.") }
}

/// Section 3.27.
pub(super) fn finding(
    out: &mut impl Write,
    shown: &Shown<'_>,
    rules: &[String],
    further: bool,
) -> io::Result<()> {
    let level = match shown.severity {
        "high" => "error",
        "medium" => "warning",
        _ => "note",
    };
    let mut properties = json!({"score": shown.score, "shape": shown.rule, "checksum": shown.checksum});
    if let (Value::Object(properties), Some(keyword)) = (&mut properties, shown.keyword) {
        properties.insert("keyword".to_owned(), json!(keyword));
    }
    let mut message = format!("{} found, score {:.2}.", shown.identifier, shown.score);
    if let Some(value) = shown.value {
        message.push_str(&format!(" Value: {value}"));
    }
    let result = json!({
        "ruleId": shown.identifier,
        "ruleIndex": rules.binary_search_by(|rule| rule.as_str().cmp(shown.identifier)).unwrap_or_default(),
        "level": level,
        "message": {"text": message},
        "locations": [{"physicalLocation": {
            "artifactLocation": {"uri": uri(shown.path)},
            "region": {
                "startLine": shown.line, "startColumn": shown.column,
                "endLine": shown.end_line, "endColumn": shown.end_column,
                "charOffset": shown.start_char, "charLength": shown.end_char - shown.start_char,
                "byteOffset": shown.start, "byteLength": shown.end - shown.start,
            },
        }}],
        "properties": properties,
    });
    out.write_all(if further { b",\n" } else { b"\n" })?;
    serde_json::to_writer(out, &result).map_err(io::Error::from)
}

/// Ends the log; section 3.20 says whether all could be read.
pub(super) fn finish(out: &mut impl Write, totals: &Totals) -> io::Result<()> {
    let invocation = json!({"executionSuccessful": !totals.incomplete});
    let summary = serde_json::to_value(totals.summary())?;
    write!(out, "\n],\"invocations\":[{invocation}],\"properties\":{summary}}}]}}")?;
    writeln!(out)
}

/// A path as a URI reference (RFC 3986); an absolute one as a `file` URI (RFC 8089).
fn uri(path: &str) -> String {
    let mut uri = String::from(if path.starts_with('/') { "file://" } else { "" });
    for byte in path.strip_prefix("./").unwrap_or(path).bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte))
            }
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_uris() {
        for (path, expected) in [
            ("./a b.log", "a%20b.log"),
            ("/var/log/é", "file:///var/log/%C3%A9"),
            ("a:b", "a%3Ab"),
            ("..", ".."),
        ] {
            assert_eq!(uri(path), expected);
        }
    }
}
