//! Statements: what is looked for, and whether it is audited or masked.
//!
//! A policy has one of each kind (CloudWatch Logs User Guide, "Understanding data protection policies").

use super::destinations::{self, FindingsDestinations};
use super::identifiers::{IdentifierList, Known};
use super::json::Node;
use super::members::{Located, Members, Shape};
use super::problem::Findings;
use super::rule::Rule;
use sotto_arn::LogGroupName;

/// The Audit statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditStatement {
    pub(crate) sid: Option<Box<str>>,
    pub(crate) destinations: FindingsDestinations,
}

impl AuditStatement {
    /// Its `Sid`.
    pub fn sid(&self) -> Option<&str> {
        self.sid.as_deref()
    }

    /// Where findings go.
    pub fn destinations(&self) -> &FindingsDestinations {
        &self.destinations
    }
}

/// The Deidentify statement. There is nothing to configure: its `MaskConfig` is `{}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeidentifyStatement {
    pub(crate) sid: Option<Box<str>>,
}

impl DeidentifyStatement {
    /// Its `Sid`.
    pub fn sid(&self) -> Option<&str> {
        self.sid.as_deref()
    }
}

const NOT_LOGS: &str = "remove it: it belongs to message data protection, not to logs";

static STATEMENT: Shape = Shape {
    what: "a statement",
    keys: &["Sid", "DataIdentifier", "Operation"],
    foreign: &[
        ("Principal", NOT_LOGS),
        ("DataDirection", NOT_LOGS),
        ("Effect", NOT_IAM),
        ("Action", NOT_IAM),
        ("Resource", NOT_IAM),
    ],
};
const NOT_IAM: &str = "remove it: a data protection policy grants no access";
static OPERATION: Shape =
    Shape { what: "`Operation`", keys: &["Audit", "Deidentify"], foreign: &[("Deny", NOT_LOGS)] };
static AUDIT: Shape = Shape {
    what: "`Audit`",
    keys: &["FindingsDestination"],
    foreign: &[
        ("SampleRate", NOT_LOGS),
        ("NoFindingsDestination", "write `\"FindingsDestination\": {}`"),
        ("FindingsDestinations", "did you mean `FindingsDestination`?"),
    ],
};
static DEIDENTIFY: Shape =
    Shape { what: "`Deidentify`", keys: &["MaskConfig"], foreign: &[("RedactConfig", NOT_LOGS)] };

/// What a statement does, as far as the document says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Operation {
    Audit(FindingsDestinations),
    Deidentify,
}

/// A statement while the document is read.
pub(crate) struct Draft<'v> {
    pub(crate) at: Located<'v>,
    pub(crate) sid: Option<Box<str>>,
    pub(crate) operation: Option<Operation>,
    pub(crate) identifiers: Option<IdentifierList<'v>>,
}

impl<'v> Draft<'v> {
    /// Reads one element of `Statement`.
    pub(crate) fn read(
        at: Located<'v>,
        known: Known<'_, '_>,
        protected: Option<&LogGroupName>,
        findings: &mut Findings<'_>,
    ) -> Option<Self> {
        let members = Members::read(at.clone(), &STATEMENT, findings)?;
        let sid = members.get("Sid").and_then(|at| at.string("`Sid`", findings));
        let sid = sid.map(|text| text.value.as_str().into());
        let identifiers = members.required("DataIdentifier", "\"DataIdentifier\": [ ... ]", findings);
        let identifiers = identifiers.and_then(|at| IdentifierList::read(at, known, findings));
        let operation = members.required("Operation", OPERATIONS, findings).cloned();
        let operation = operation.and_then(|at| read_operation(at, protected, findings));
        Some(Self { at, sid, operation, identifiers })
    }
}

const OPERATIONS: &str = r#""Operation": { "Audit": { "FindingsDestination": {} } }` or `"Operation": { "Deidentify": { "MaskConfig": {} } }"#;

fn read_operation(
    at: Located<'_>,
    protected: Option<&LogGroupName>,
    findings: &mut Findings<'_>,
) -> Option<Operation> {
    let members = Members::read(at, &OPERATION, findings)?;
    let audit = members.get("Audit").map(|at| read_audit(at, protected, findings));
    let deidentify = members.get("Deidentify");
    if let Some(at) = deidentify {
        read_deidentify(at, findings);
    }
    match (audit, deidentify) {
        (Some(destinations), None) => Some(Operation::Audit(destinations)),
        (None, Some(_)) => Some(Operation::Deidentify),
        (Some(_), Some(second)) => {
            let what = "one `Operation` holds both Audit and Deidentify";
            let fix = "write two statements, each with one of them and with the same `DataIdentifier`";
            findings.add(Rule::Operation, second.opening(), &members.at().path, what, fix);
            None
        }
        (None, None) => {
            let at = members.at();
            let fix = "write `\"Audit\": { \"FindingsDestination\": {} }` or `\"Deidentify\": { \"MaskConfig\": {} }`";
            findings.add(Rule::Operation, at.opening(), &at.path, "`Operation` names no operation", fix);
            None
        }
    }
}

fn read_audit(
    at: &Located<'_>,
    protected: Option<&LogGroupName>,
    findings: &mut Findings<'_>,
) -> FindingsDestinations {
    let members = Members::read(at.clone(), &AUDIT, findings);
    let found = members
        .as_ref()
        .and_then(|members| members.required("FindingsDestination", "\"FindingsDestination\": {}", findings));
    found.map(|at| destinations::read(at, protected, findings)).unwrap_or_default()
}

fn read_deidentify(at: &Located<'_>, findings: &mut Findings<'_>) {
    let Some(members) = Members::read(at.clone(), &DEIDENTIFY, findings) else {
        return;
    };
    let Some(mask) = members.required("MaskConfig", "\"MaskConfig\": {}", findings) else {
        return;
    };
    let what = match &mask.value.node {
        Node::Object(members) if members.is_empty() => return,
        Node::Object(_) => "`MaskConfig` is not empty".to_owned(),
        other => format!("`MaskConfig` is {}", other.kind()),
    };
    let fix = "write `\"MaskConfig\": {}`: logs are always masked with asterisks";
    findings.add(Rule::MaskConfig, mask.span(), &mask.path, what, fix);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_foreign_key_is_foreign() {
        for shape in [&STATEMENT, &OPERATION, &AUDIT, &DEIDENTIFY] {
            assert!(shape.foreign.iter().all(|(key, _)| !shape.keys.contains(key)), "{}", shape.what);
        }
    }
}
