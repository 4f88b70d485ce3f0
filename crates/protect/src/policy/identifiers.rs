//! The `DataIdentifier` list of a statement: ARNs of managed identifiers and bare names of custom ones.

use super::custom::Customs;
use super::json::Text;
use super::managed::ManagedIds;
use super::members::Located;
use super::problem::Findings;
use super::quote::{Quoted, several};
use super::rule::Rule;
use super::suggest;
use sotto_arn::{DataIdentifierArn, DataIdentifierId, Partition};
use std::collections::HashSet;
use std::fmt;

/// A data identifier as a policy names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Identifier {
    /// A managed one, by its id, as `EmailAddress`.
    Managed(Box<str>),
    /// A custom one of the same policy, by its name.
    Custom(Box<str>),
}

impl Identifier {
    /// The id or name, as findings reports spell it.
    pub fn name(&self) -> &str {
        match self {
            Self::Managed(name) | Self::Custom(name) => name,
        }
    }
}

impl fmt::Display for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One statement's list while the document is read.
pub(crate) struct IdentifierList<'v> {
    pub(crate) at: Located<'v>,
    pub(crate) entries: Vec<Entry<'v>>,
}

/// One element of the list, right or wrong.
pub(crate) struct Entry<'v> {
    at: Located<'v>,
    text: &'v Text,
    /// `None` where it names nothing.
    pub(crate) identifier: Option<Identifier>,
    partition: Option<Partition>,
}

impl Entry<'_> {
    /// What this element is compared by: the identifier, or its text where it names none.
    fn key(&self) -> &str {
        self.identifier.as_ref().map_or(&self.text.value, Identifier::name)
    }

    fn report_twice(&self, findings: &mut Findings<'_>) {
        let what = format!("{} is listed twice", Quoted(self.key()));
        let span = self.at.span();
        findings.add(Rule::DuplicateIdentifier, span, &self.at.path, what, "remove one of them");
    }
}

/// Identifiers of message data protection that logs do not have (Amazon SNS Developer Guide, "Message data protection").
const MESSAGES_ONLY: [&str; 2] = ["DateOfBirth", "CreditCardMagneticStripe"];

/// What the names in a list may refer to.
#[derive(Clone, Copy)]
pub(crate) struct Known<'a, 'v> {
    /// The document, for places inside strings.
    pub(crate) source: &'a str,
    pub(crate) ids: &'a ManagedIds,
    pub(crate) customs: &'a Customs<'v>,
}

impl<'v> IdentifierList<'v> {
    /// Reads the value of `DataIdentifier`.
    pub(crate) fn read(at: &Located<'v>, known: Known<'_, '_>, findings: &mut Findings<'_>) -> Option<Self> {
        let elements = at.list("`DataIdentifier`", findings)?;
        if elements.is_empty() {
            let fix = "name at least one, as `\"arn:aws:dataprotection::aws:data-identifier/EmailAddress\"`";
            findings.add(Rule::NoIdentifiers, at.span(), &at.path, "`DataIdentifier` is an empty list", fix);
        }
        let mut list = Self { at: at.clone(), entries: Vec::new() };
        let mut seen = HashSet::new();
        for element in elements {
            let Some(text) = element.string("a data identifier", findings) else {
                continue;
            };
            let entry = Entry::read(element, text, known, findings);
            if !seen.insert(entry.key().to_owned()) {
                entry.report_twice(findings);
            }
            list.entries.push(entry);
        }
        Some(list)
    }

    /// Reports what the other statement names and this one does not.
    pub(crate) fn report_lacking(
        &self,
        kind: &str,
        other: &Self,
        other_kind: &str,
        findings: &mut Findings<'_>,
    ) {
        let own: HashSet<&str> = self.entries.iter().map(Entry::key).collect();
        let named = other.entries.iter().filter(|entry| entry.identifier.is_some()).map(Entry::key);
        let mut lacking: Vec<&str> = named.filter(|key| !own.contains(key)).collect();
        lacking.sort_unstable();
        lacking.dedup();
        // A name that could not be read here may be the one that seems to be lacking.
        let unread = self.entries.iter().filter(|entry| entry.identifier.is_none()).count();
        if lacking.len() > unread {
            let what = format!(
                "the {kind} statement lacks {}, which the {other_kind} statement names",
                several(lacking)
            );
            let fix = "name the same data identifiers in both statements";
            findings.add(Rule::IdentifiersDiffer, self.at.span(), &self.at.path, what, fix);
        }
    }
}

/// Reports the first ARN whose partition is not that of the first one; returns the partition of the policy.
pub(crate) fn common_partition(
    lists: &[&IdentifierList<'_>],
    findings: &mut Findings<'_>,
) -> Option<Partition> {
    let mut entries =
        lists.iter().flat_map(|list| &list.entries).filter_map(|entry| Some((entry, entry.partition?)));
    let (_, first) = entries.next()?;
    if let Some((entry, partition)) = entries.find(|(_, partition)| *partition != first) {
        let what = format!("this ARN is of the partition `{partition}`, others here are of `{first}`");
        let fix = "write all ARNs for the partition in which the policy is used";
        findings.add(Rule::MixedPartitions, entry.at.span(), &entry.at.path, what, fix);
    }
    Some(first)
}

impl<'v> Entry<'v> {
    fn read(at: Located<'v>, text: &'v Text, known: Known<'_, '_>, findings: &mut Findings<'_>) -> Self {
        let (mut identifier, mut partition) = (None, None);
        // Custom names hold no colon, so a colon means that an ARN was meant.
        if text.value.contains(':') {
            match DataIdentifierArn::parse(&text.value) {
                Ok(arn) => {
                    partition = Some(arn.partition());
                    identifier = managed(&arn, &at, text, known, findings);
                }
                Err(error) => report_arn(error, &at, text, known.source, findings),
            }
        } else {
            identifier = custom(&at, text, known, findings);
        }
        Self { at, text, identifier, partition }
    }
}

fn report_arn(
    error: sotto_arn::ArnError,
    at: &Located<'_>,
    text: &Text,
    source: &str,
    findings: &mut Findings<'_>,
) {
    let start = error.at();
    let length = text.value.get(start..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    let span = text.source_span(source, start..start + length);
    let what = format!("this is not the ARN of a data identifier: {error}");
    let fix = "write it as `arn:aws:dataprotection::aws:data-identifier/EmailAddress`";
    findings.add(Rule::IdentifierArn, span, &at.path, what, fix);
}

fn managed(
    arn: &DataIdentifierArn,
    at: &Located<'_>,
    text: &Text,
    known: Known<'_, '_>,
    findings: &mut Findings<'_>,
) -> Option<Identifier> {
    let id = arn.id().as_str();
    if let Some(found) = known.ids.find(id) {
        return Some(Identifier::Managed(found.into()));
    }
    let end = text.value.len();
    let span = text.source_span(known.source, end - id.len()..end);
    let what = format!("there is no managed data identifier {}", Quoted(id));
    let fix = match (known.customs.defines(id), known.ids.closest(id).as_slice()) {
        _ if MESSAGES_ONLY.contains(&id) => "remove it: it exists for messages, not for logs".to_owned(),
        (true, _) => format!("a custom data identifier is named without ARN: \"{id}\""),
        (false, []) => "`sotto identifiers list` shows all of them".to_owned(),
        (false, near) => format!("did you mean {}?", any_of(near)),
    };
    findings.add(Rule::UnknownIdentifier, span, &at.path, what, fix);
    None
}

fn custom(
    at: &Located<'_>,
    text: &Text,
    known: Known<'_, '_>,
    findings: &mut Findings<'_>,
) -> Option<Identifier> {
    let name = &*text.value;
    if known.customs.defines(name) || known.customs.unread {
        return Some(Identifier::Custom(name.into()));
    }
    let found = known.ids.find(name);
    let (rule, what, fix) = match found {
        _ if findings.is_full() => (Rule::UnknownCustomIdentifier, String::new(), String::new()),
        _ if name.is_empty() => {
            let fix = "write the ARN of a managed data identifier or the name of a custom one";
            (Rule::IdentifierArn, "a data identifier is empty".to_owned(), fix.to_owned())
        }
        Some(id) => {
            let what = format!("the managed data identifier {} is named without its ARN", Quoted(name));
            (Rule::IdentifierArn, what, format!("write `{}`", arn_of(id)))
        }
        None => {
            let what = format!("no custom data identifier {} is defined", Quoted(name));
            (Rule::UnknownCustomIdentifier, what, custom_advice(name, known))
        }
    };
    findings.add(rule, at.span(), &at.path, what, fix);
    found.map(|id| Identifier::Managed(id.into()))
}

fn custom_advice(name: &str, known: Known<'_, '_>) -> String {
    let customs = suggest::closest(name, known.customs.names());
    if !customs.is_empty() {
        return format!("did you mean {}?", any_of(&customs));
    }
    match known.ids.closest(name).first() {
        Some(near) => format!("did you mean `{}`?", arn_of(near)),
        None => "define it under `Configuration`, or write the ARN of a managed one".to_owned(),
    }
}

fn arn_of(id: &str) -> String {
    DataIdentifierId::parse(id)
        .map_or_else(|_| id.to_owned(), |id| DataIdentifierArn::new(Partition::Aws, id).to_string())
}

fn any_of(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| Quoted(name).to_string()).collect();
    quoted.join(" or ")
}
