//! The policy as a whole: its parts, and how they are read from text.
//!
//! CloudWatch Logs User Guide, "Understanding data protection policies"; API Reference, "PutDataProtectionPolicy".

use super::custom::{CustomIdentifier, Customs};
use super::identifiers::{self, Identifier, IdentifierList, Known};
use super::json;
use super::managed::ManagedIds;
use super::members::{Located, Members, Shape};
use super::place::Pointer;
use super::problem::{Findings, PolicyErrors, Problem};
use super::quote::Quoted;
use super::rule::Rule;
use super::statement::{AuditStatement, DeidentifyStatement, Draft, Operation};
use sotto_arn::{LogGroupName, Partition};

/// The longest document, in characters ("PutDataProtectionPolicy", member `policyDocument`).
pub const DOCUMENT_CHARS_MAX: usize = 30_720;
/// The only version of the language.
pub const VERSION: &str = "2021-06-01";
/// The longest value of a metric's dimension (CloudWatch API Reference, "Dimension").
const DIMENSION_CHARS_MAX: usize = 1_024;

/// A data protection policy for log groups. An invalid one cannot exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataProtectionPolicy {
    source: Box<str>,
    name: Box<str>,
    description: Option<Box<str>>,
    partition: Option<Partition>,
    identifiers: Vec<Identifier>,
    customs: Vec<CustomIdentifier>,
    audit: AuditStatement,
    deidentify: DeidentifyStatement,
}

impl DataProtectionPolicy {
    /// Reads and judges a document against the ids of the managed data identifiers.
    ///
    /// # Errors
    /// All problems, warnings included, when at least one of them is an error.
    pub fn parse(text: &str, ids: &ManagedIds) -> Result<Self, PolicyErrors> {
        let Checked { policy, problems, left_off } = check(text, ids, None);
        policy.ok_or_else(|| PolicyErrors::new(problems, left_off))
    }

    /// The document as it was written: what a Get operation answers.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// `Name`, which becomes the dimension of a metric.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// `Description`.
    pub fn description(&self) -> Option<&str> {
        self.description.as_deref()
    }

    /// The partition of its ARNs; `None` where it uses custom data identifiers only.
    pub fn partition(&self) -> Option<Partition> {
        self.partition
    }

    /// What is looked for, each once, in the order of the Audit statement.
    pub fn identifiers(&self) -> &[Identifier] {
        &self.identifiers
    }

    /// The custom data identifiers that it defines, used or not.
    pub fn custom_identifiers(&self) -> &[CustomIdentifier] {
        &self.customs
    }

    /// The Audit statement.
    pub fn audit(&self) -> &AuditStatement {
        &self.audit
    }

    /// The Deidentify statement. Every policy has one, so every policy masks.
    pub fn deidentify(&self) -> &DeidentifyStatement {
        &self.deidentify
    }
}

/// What came of a document: the policy unless there was an error, and everything found.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Checked {
    /// The policy; `None` when there is an error.
    pub policy: Option<DataProtectionPolicy>,
    /// Errors and warnings in the order of the document, at most [`super::PROBLEMS_MAX`].
    pub problems: Vec<Problem>,
    /// How many more there are.
    pub left_off: usize,
}

/// Judges a document, which may be meant for one log group (that group's name lets it be asked whether findings go into itself).
pub fn check(text: &str, ids: &ManagedIds, protected: Option<&LogGroupName>) -> Checked {
    let mut findings = Findings::of(text);
    report_length(text, &mut findings);
    let policy = match json::read(text) {
        Ok(value) => {
            let root = Located { value: &value, path: Pointer::root() };
            Reading { text, ids, protected, findings: &mut findings }.document(root)
        }
        Err(error) => {
            let (what, fix) = error.fault.words();
            findings.add(Rule::JsonSyntax, error.span, &error.path, what, fix);
            None
        }
    };
    let policy = policy.filter(|_| !findings.has_errors());
    let (problems, left_off) = findings.finish();
    Checked { policy, problems, left_off }
}

/// Judges a document given as bytes; bytes that are not UTF-8 are an error with its place.
pub fn check_bytes(bytes: &[u8], ids: &ManagedIds, protected: Option<&LogGroupName>) -> Checked {
    match std::str::from_utf8(bytes) {
        Ok(text) => check(text, ids, protected),
        Err(error) => {
            let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
            let before = String::from_utf8_lossy(before);
            let mut findings = Findings::of(&before);
            let end = before.len()..before.len();
            let fix = "save the document as UTF-8";
            findings.add(Rule::Encoding, end, &Pointer::root(), "the next byte is not UTF-8", fix);
            let (problems, left_off) = findings.finish();
            Checked { policy: None, problems, left_off }
        }
    }
}

fn report_length(text: &str, findings: &mut Findings<'_>) {
    let chars = text.chars().count();
    if chars > DOCUMENT_CHARS_MAX {
        let at = text.char_indices().nth(DOCUMENT_CHARS_MAX).map_or(text.len(), |(at, _)| at);
        let what = format!("the document has {chars} characters");
        let fix = format!("shorten it to {DOCUMENT_CHARS_MAX}: spaces and line breaks count too");
        findings.add(Rule::DocumentLength, at..at, &Pointer::root(), what, fix);
    }
}

static DOCUMENT: Shape = Shape {
    what: "the policy document",
    keys: &["Name", "Description", "Version", "Configuration", "Statement"],
    foreign: &[
        ("CustomDataIdentifier", "write it inside `Configuration`"),
        ("DataIdentifier", "write it inside each statement"),
        ("Operation", "write it inside each statement"),
        ("Id", "remove it, or use `Name`"),
    ],
};

struct Reading<'t, 'f> {
    text: &'t str,
    ids: &'t ManagedIds,
    protected: Option<&'t LogGroupName>,
    findings: &'f mut Findings<'t>,
}

impl Reading<'_, '_> {
    fn document(&mut self, root: Located<'_>) -> Option<DataProtectionPolicy> {
        let members = Members::read(root, &DOCUMENT, self.findings)?;
        let name = self.name(&members);
        self.version(&members);
        let description = members.get("Description").map(|at| at.string("`Description`", self.findings));
        let customs = members.get("Configuration");
        let customs =
            customs.map(|at| Customs::read(at, self.text, self.ids, self.findings)).unwrap_or_default();
        let drafts = self.statements(&members, &customs);
        let pair = self.pair(members.get("Statement"), &drafts);
        let lists: Vec<&IdentifierList<'_>> =
            drafts.iter().filter_map(|draft| draft.identifiers.as_ref()).collect();
        let partition = identifiers::common_partition(&lists, self.findings);
        self.unused(&customs, &lists);
        let (audit, deidentify) = pair?;
        let Some(Operation::Audit(destinations)) = &audit.operation else {
            return None;
        };
        Some(DataProtectionPolicy {
            source: self.text.into(),
            name: name?,
            description: description.flatten().map(|text| text.value.as_str().into()),
            partition,
            identifiers: distinct(audit.identifiers.as_ref()?),
            customs: customs.into_right(),
            audit: AuditStatement { sid: audit.sid.clone(), destinations: destinations.clone() },
            deidentify: DeidentifyStatement { sid: deidentify.sid.clone() },
        })
    }

    fn name(&mut self, members: &Members<'_>) -> Option<Box<str>> {
        let at = members.required("Name", "\"Name\": \"my-policy\"", self.findings)?;
        let name = at.string("`Name`", self.findings)?;
        let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        let wrong = name.value.char_indices().find(|(_, c)| !allowed(*c));
        let fix = "use letters, digits, `-` and `_`: the name becomes the dimension of a metric";
        if let Some((byte, c)) = wrong {
            let span = name.source_span(self.text, byte..byte + c.len_utf8());
            let what = format!("the policy name {} has a character that is not allowed", Quoted(&name.value));
            self.findings.add(Rule::Name, span, &at.path, what, fix);
        } else if name.value.is_empty() {
            self.findings.add(Rule::Name, at.span(), &at.path, "the policy name is empty", fix);
        } else if name.value.len() > DIMENSION_CHARS_MAX {
            let what = format!("the policy name has {} characters", name.value.len());
            let fix = "use at most 1,024: longer ones cannot be the dimension of a metric";
            self.findings.add(Rule::NameLength, at.span(), &at.path, what, fix);
        }
        Some(name.value.as_str().into())
    }

    fn version(&mut self, members: &Members<'_>) {
        let fix = format!("\"Version\": \"{VERSION}\"");
        let Some(at) = members.required("Version", &fix, self.findings) else {
            return;
        };
        let Some(version) = at.string("`Version`", self.findings) else {
            return;
        };
        if version.value != VERSION {
            let what = format!("there is no version {} of data protection policies", Quoted(&version.value));
            self.findings.add(Rule::Version, at.span(), &at.path, what, format!("write `{fix}`"));
        }
    }

    fn statements<'v>(&mut self, members: &Members<'v>, customs: &Customs<'_>) -> Vec<Draft<'v>> {
        let known = Known { source: self.text, ids: self.ids, customs };
        let found = members.required("Statement", "\"Statement\": [ ... ]", self.findings).cloned();
        let list = found.and_then(|at| at.list("`Statement`", self.findings)).unwrap_or_default();
        list.into_iter().filter_map(|at| Draft::read(at, known, self.protected, self.findings)).collect()
    }

    /// The one Audit and the one Deidentify statement, with the same identifiers.
    fn pair<'d, 'v>(
        &mut self,
        list: Option<&Located<'_>>,
        drafts: &'d [Draft<'v>],
    ) -> Option<(&'d Draft<'v>, &'d Draft<'v>)> {
        let is_audit = |draft: &Draft<'_>| matches!(draft.operation, Some(Operation::Audit(_)));
        let audit = self.only("Audit", list, drafts, is_audit);
        let deidentify =
            self.only("Deidentify", list, drafts, |draft| draft.operation == Some(Operation::Deidentify));
        let (audit, deidentify) = (audit?, deidentify?);
        if let (Some(one), Some(other)) = (&audit.identifiers, &deidentify.identifiers) {
            one.report_lacking("Audit", other, "Deidentify", self.findings);
            other.report_lacking("Deidentify", one, "Audit", self.findings);
        }
        Some((audit, deidentify))
    }

    fn only<'d, 'v>(
        &mut self,
        kind: &str,
        list: Option<&Located<'_>>,
        drafts: &'d [Draft<'v>],
        is_kind: impl Fn(&Draft<'_>) -> bool,
    ) -> Option<&'d Draft<'v>> {
        let mut found = drafts.iter().filter(|draft| is_kind(draft));
        let first = found.next();
        for more in found {
            let what = format!("this is another {kind} statement");
            let fix = "write one of each kind; name all data identifiers in both";
            self.findings.add(Rule::Statements, more.at.opening(), &more.at.path, what, fix);
        }
        // Where a statement could not be read, it may have been this one.
        let readable = drafts.iter().all(|draft| draft.operation.is_some());
        if let (None, Some(list)) = (first, list)
            && readable
            && all_read(list, drafts)
        {
            let what = format!("there is no {kind} statement");
            let operation =
                if kind == "Audit" { r#""FindingsDestination": {}"# } else { r#""MaskConfig": {}"# };
            let fix = format!(
                "add one with the same `DataIdentifier` and `\"Operation\": {{ \"{kind}\": {{ {operation} }} }}`"
            );
            self.findings.add(Rule::Statements, list.opening(), &list.path, what, fix);
        }
        first
    }

    fn unused(&mut self, customs: &Customs<'_>, lists: &[&IdentifierList<'_>]) {
        let is_used = |name: &str| {
            let mut entries = lists.iter().flat_map(|list| &list.entries);
            entries
                .any(|entry| matches!(&entry.identifier, Some(Identifier::Custom(used)) if **used == *name))
        };
        customs.report_unused(is_used, self.findings);
    }
}

/// Whether every element of the statement list was an object.
fn all_read(list: &Located<'_>, drafts: &[Draft<'_>]) -> bool {
    matches!(&list.value.node, json::Node::List(values) if values.len() == drafts.len())
}

/// The identifiers of a list, each once, in order.
fn distinct(list: &IdentifierList<'_>) -> Vec<Identifier> {
    let mut all: Vec<Identifier> = Vec::new();
    for identifier in list.entries.iter().filter_map(|entry| entry.identifier.as_ref()) {
        if !all.contains(identifier) {
            all.push(identifier.clone());
        }
    }
    all
}
