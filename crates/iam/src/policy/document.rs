//! How is a whole document read: version, id and statements?

use super::element::{Reading, member};
use super::json::{self, Node, Value};
use super::problem::quoted;
use super::{Document, LanguageVersion, Policy, PolicyKind, PolicyProblems, Rule, Statement, statement};
use std::sync::Arc;

const ELEMENTS: &[&str] = &["Version", "Id", "Statement"];

pub(super) fn parse(text: &str, kind: PolicyKind) -> Result<Policy, PolicyProblems> {
    let mut reading = Reading::new(text, kind);
    let value = match json::read(text) {
        Ok(value) => value,
        Err(fault) => {
            let place = reading.lines.place(fault.at);
            let wrong = if text.len() > json::DOCUMENT_BYTES_MAX {
                "the document is too long"
            } else {
                "this is not JSON here"
            };
            reading.syntax((place, ""), format!("{wrong}, expected {}", fault.expected));
            return Err(failed(reading));
        }
    };
    match read(&mut reading, &value) {
        Some(document) => reading.finish().map(|()| Policy(Arc::new(document))),
        None => Err(failed(reading)),
    }
}

/// The problems of a document that was given up.
fn failed(reading: Reading<'_>) -> PolicyProblems {
    match reading.finish() {
        Err(problems) => problems,
        Ok(()) => PolicyProblems::new(Vec::new()),
    }
}

fn read(reading: &mut Reading<'_>, value: &Value) -> Option<Document> {
    let members = reading.members(value, "", ELEMENTS)?;
    let version = version(reading, member(members, "Version"));
    reading.variables = version == LanguageVersion::V2012;
    let id = member(members, "Id").and_then(|id| reading.text(id, "Id")).map(Into::into);
    let Some(list) = member(members, "Statement") else {
        let place = reading.place(value);
        reading.syntax((place, ""), "a policy needs a `Statement`");
        return None;
    };
    let statements = statements(reading, list);
    sids(reading, list);
    Some(Document {
        kind: reading.kind,
        version,
        id,
        statements: statements.into_iter().map(Arc::new).collect(),
    })
}

fn version(reading: &mut Reading<'_>, value: Option<&Value>) -> LanguageVersion {
    let Some(value) = value else { return LanguageVersion::V2008 };
    match reading.text(value, "Version") {
        Some("2012-10-17") => LanguageVersion::V2012,
        Some("2008-10-17") | None => LanguageVersion::V2008,
        Some(other) => {
            let place = reading.place(value);
            let message = format!("version `{}` does not exist, expected `2012-10-17`", quoted(other));
            reading.syntax((place, "Version"), message);
            LanguageVersion::V2012
        }
    }
}

fn statements(reading: &mut Reading<'_>, value: &Value) -> Vec<Statement> {
    match &value.node {
        Node::List(items) if items.is_empty() => {
            let place = reading.place(value);
            reading.syntax((place, "Statement"), "a policy needs at least one statement");
            Vec::new()
        }
        Node::List(items) => {
            let read = |(index, item)| statement::read(reading, item, index, &format!("Statement[{index}]"));
            items.iter().enumerate().filter_map(read).collect()
        }
        _ => statement::read(reading, value, 0, "Statement").into_iter().collect(),
    }
}

/// `Sid`: unique, and of letters and digits, in IAM's own policies; other services have their own rules (IAM User Guide, "IAM
/// JSON policy elements: Sid").
fn sids(reading: &mut Reading<'_>, list: &Value) {
    let strict = !matches!(reading.kind, PolicyKind::Resource | PolicyKind::KeyPolicy);
    let statements = match &list.node {
        Node::List(items) => items.as_slice(),
        _ => std::slice::from_ref(list),
    };
    for (index, statement) in statements.iter().enumerate() {
        let Some(sid) = sid_of(statement) else { continue };
        let path = format!("Statement[{index}].Sid");
        let at = (reading.place(statement), path.as_str());
        if strict && !sid.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            let aws = "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression \
                       [0-9A-Za-z]*";
            let message = format!("the `Sid` `{}` may hold letters and digits only", quoted(sid));
            reading.note(Rule::SidCharacters, at, message, Some(aws.to_owned()));
        }
        let twice = statements.iter().take(index).any(|earlier| sid_of(earlier) == Some(sid));
        if strict && twice && !sid.is_empty() {
            let message = format!("the `Sid` `{}` stands twice, give each statement its own", quoted(sid));
            let aws = "Statement IDs (SID) in a single policy must be unique.".to_owned();
            reading.note(Rule::SidRepeated, at, message, Some(aws));
        }
    }
}

/// The `Sid` of a statement, sound or not.
fn sid_of(statement: &Value) -> Option<&str> {
    match &statement.node {
        Node::Object(members) => match &member(members, "Sid")?.node {
            Node::Text(sid) => Some(sid),
            _ => None,
        },
        _ => None,
    }
}
