//! Reports as SARIF, which code hosts and editors show at the line.
//!
//! OASIS, "Static Analysis Results Interchange Format (SARIF) Version 2.1.0". Only the properties that are written are modelled.

use super::report::{Finding, PolicyReport};
use super::rule::{Rule, Severity};
use serde::Serialize;

/// A SARIF file (section 3.13) with one run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SarifLog {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run; 1],
}

/// Section 3.14.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    tool: Tool,
    column_kind: &'static str,
    results: Vec<SarifResult>,
}

/// Section 3.18.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Tool {
    driver: Driver,
}

/// Section 3.19.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Driver {
    name: &'static str,
    version: String,
    rules: Vec<Descriptor>,
}

/// Section 3.49.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    id: String,
    short_description: Message,
    default_configuration: Configuration,
}

/// Section 3.50.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Configuration {
    level: &'static str,
}

/// Section 3.11.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Message {
    text: String,
}

/// Section 3.27.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifResult {
    rule_id: String,
    rule_index: usize,
    level: &'static str,
    message: Message,
    locations: [Location; 1],
}

/// Section 3.28.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    physical_location: PhysicalLocation,
    logical_locations: [LogicalLocation; 1],
}

/// Section 3.29.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    region: Region,
}

/// Section 3.4.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct ArtifactLocation {
    uri: String,
}

/// Section 3.30: the column after the last character is `endColumn`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: usize,
    start_column: usize,
    end_line: usize,
    end_column: usize,
}

/// Section 3.33.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct LogicalLocation {
    fully_qualified_name: String,
}

/// The reports of several files as one SARIF file; `version` is that of the program.
pub fn sarif_log(reports: &[PolicyReport], version: &str) -> SarifLog {
    let results = reports
        .iter()
        .flat_map(|report| report.findings().iter().map(|finding| SarifResult::of(report.file(), finding)));
    let driver = Driver {
        name: "sotto",
        version: version.to_owned(),
        rules: Rule::ALL.iter().map(|rule| Descriptor::of(*rule)).collect(),
    };
    SarifLog {
        schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json",
        version: "2.1.0",
        runs: [Run { tool: Tool { driver }, column_kind: "unicodeCodePoints", results: results.collect() }],
    }
}

impl Descriptor {
    fn of(rule: Rule) -> Self {
        Self {
            id: rule_id(rule.id()),
            short_description: Message { text: rule.title().to_owned() },
            default_configuration: Configuration { level: rule.severity().as_str() },
        }
    }
}

impl SarifResult {
    fn of(file: &str, finding: &Finding) -> Self {
        let place = finding.place;
        let region = Region {
            start_line: place.line,
            start_column: place.column,
            end_line: place.end_line,
            end_column: place.end_column,
        };
        Self {
            rule_id: rule_id(finding.rule),
            rule_index: Rule::ALL.iter().position(|rule| rule.id() == finding.rule).unwrap_or_default(),
            level: Severity::as_str(finding.severity),
            message: Message { text: format!("{}: {}.", finding.message, finding.fix) },
            locations: [Location {
                physical_location: PhysicalLocation {
                    artifact_location: ArtifactLocation { uri: uri(file) },
                    region,
                },
                logical_locations: [LogicalLocation { fully_qualified_name: finding.path.clone() }],
            }],
        }
    }
}

fn rule_id(id: &str) -> String {
    format!("policy/{id}")
}

/// A file's path as a URI reference (RFC 3986): `/` between parts, everything but unreserved characters as `%XX`.
fn uri(file: &str) -> String {
    let mut uri = String::new();
    for byte in file.bytes() {
        match byte {
            b'\\' => uri.push('/'),
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
        assert_eq!(uri("policies/my policy.json"), "policies/my%20policy.json");
        assert_eq!(uri("a\\é:b"), "a/%C3%A9%3Ab");
    }
}
