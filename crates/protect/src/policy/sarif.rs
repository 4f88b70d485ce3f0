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

/// A rule as SARIF shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SarifRule {
    /// Its stable id, with the name of the tool's part in front: `policy/json-syntax`.
    pub id: String,
    /// What it looks for.
    pub title: &'static str,
    /// `error`, `warning` or `note`.
    pub level: &'static str,
}

/// One result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SarifHit {
    /// Which of the rules, from 0.
    pub rule: usize,
    /// `error`, `warning` or `note`.
    pub level: &'static str,
    /// What is wrong and what would be right.
    pub message: String,
    /// The file's path as given.
    pub file: String,
    /// First line and column, last line and the column behind it; all from 1.
    pub region: [usize; 4],
    /// Where in the document, in its own terms.
    pub path: String,
}

impl SarifLog {
    /// A file with one run; `version` is that of the program.
    pub fn new(rules: &[SarifRule], hits: Vec<SarifHit>, version: &str) -> Self {
        let results = hits.into_iter().map(|hit| SarifResult::of(hit, rules)).collect();
        let rules = rules.iter().map(Descriptor::of).collect();
        let driver = Driver { name: "sotto", version: version.to_owned(), rules };
        Self {
            schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json",
            version: "2.1.0",
            runs: [Run { tool: Tool { driver }, column_kind: "unicodeCodePoints", results }],
        }
    }
}

/// The reports of several files as one SARIF file; `version` is that of the program.
pub fn sarif_log(reports: &[PolicyReport], version: &str) -> SarifLog {
    let of_report = |report: &PolicyReport| {
        report.findings().iter().map(|finding| hit(report.file(), finding)).collect::<Vec<_>>()
    };
    SarifLog::new(&rules(), reports.iter().flat_map(of_report).collect(), version)
}

fn rules() -> Vec<SarifRule> {
    let rule = |rule: &Rule| SarifRule {
        id: format!("policy/{}", rule.id()),
        title: rule.title(),
        level: rule.severity().as_str(),
    };
    Rule::ALL.iter().map(rule).collect()
}

fn hit(file: &str, finding: &Finding) -> SarifHit {
    let place = finding.place;
    SarifHit {
        rule: Rule::ALL.iter().position(|rule| rule.id() == finding.rule).unwrap_or_default(),
        level: Severity::as_str(finding.severity),
        message: format!("{}: {}.", finding.message, finding.fix),
        file: file.to_owned(),
        region: [place.line, place.column, place.end_line, place.end_column],
        path: finding.path.clone(),
    }
}

impl Descriptor {
    fn of(rule: &SarifRule) -> Self {
        Self {
            id: rule.id.clone(),
            short_description: Message { text: rule.title.to_owned() },
            default_configuration: Configuration { level: rule.level },
        }
    }
}

impl SarifResult {
    fn of(hit: SarifHit, rules: &[SarifRule]) -> Self {
        let [start_line, start_column, end_line, end_column] = hit.region;
        let region = Region { start_line, start_column, end_line, end_column };
        let artifact_location = ArtifactLocation { uri: uri(&hit.file) };
        Self {
            rule_id: rules.get(hit.rule).map(|rule| rule.id.clone()).unwrap_or_default(),
            rule_index: hit.rule,
            level: hit.level,
            message: Message { text: hit.message },
            locations: [Location {
                physical_location: PhysicalLocation { artifact_location, region },
                logical_locations: [LogicalLocation { fully_qualified_name: hit.path }],
            }],
        }
    }
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
