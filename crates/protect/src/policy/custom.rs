//! Custom data identifiers: a name and a regular expression, at most ten in a policy.
//!
//! CloudWatch Logs User Guide, "Custom data identifiers".

use super::dialect;
use super::json::Text;
use super::managed::ManagedIds;
use super::members::{Located, Members, Shape};
use super::problem::Findings;
use super::quote::Quoted;
use super::rule::Rule;

/// The most custom data identifiers in one policy.
pub const CUSTOM_COUNT_MAX: usize = 10;
/// The longest name of one, in characters.
pub const CUSTOM_NAME_CHARS_MAX: usize = 128;

/// A custom data identifier: its name is unique in its policy, its regular expression is within the dialect and can be compiled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomIdentifier {
    name: Box<str>,
    regex: Box<str>,
}

impl CustomIdentifier {
    /// The name, by which statements and findings name it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The regular expression, over ASCII.
    pub fn regex(&self) -> &str {
        &self.regex
    }
}

static CONFIGURATION: Shape =
    Shape { what: "`Configuration`", keys: &["CustomDataIdentifier"], foreign: &[] };

static CUSTOM: Shape = Shape {
    what: "a custom data identifier",
    keys: &["Name", "Regex"],
    foreign: &[
        ("Keywords", KEYWORDS),
        ("IgnoreWords", KEYWORDS),
        ("MaximumMatchDistance", KEYWORDS),
        ("Pattern", "did you mean `Regex`?"),
    ],
};

const KEYWORDS: &str =
    "remove it: custom data identifiers of log data protection have only `Name` and `Regex`";

/// The custom data identifiers of a document while it is read.
#[derive(Default)]
pub(crate) struct Customs<'v> {
    /// Every name that is defined, also where something else about it is wrong.
    names: Vec<(&'v Text, Located<'v>)>,
    right: Vec<CustomIdentifier>,
    /// Whether the list could not be read, so that any name may have been meant to stand there.
    pub(crate) unread: bool,
}

impl<'v> Customs<'v> {
    /// Reads the value of `Configuration`.
    pub(crate) fn read(at: &Located<'v>, text: &str, ids: &ManagedIds, findings: &mut Findings<'_>) -> Self {
        let mut this = Self::default();
        let Some(members) = Members::read(at.clone(), &CONFIGURATION, findings) else {
            return this;
        };
        let Some(list) = members.get("CustomDataIdentifier") else {
            return this;
        };
        let entries = list.list("`CustomDataIdentifier`", findings);
        this.unread = entries.is_none();
        let entries = entries.unwrap_or_default();
        if let Some(eleventh) = entries.get(CUSTOM_COUNT_MAX) {
            let what = format!("there are {} custom data identifiers", entries.len());
            let fix =
                format!("keep at most {CUSTOM_COUNT_MAX}; a policy for the account may hold another ten");
            findings.add(Rule::CustomCount, eleventh.span(), &eleventh.path, what, fix);
        }
        for entry in entries {
            this.entry(entry, text, ids, findings);
        }
        this
    }

    fn entry(&mut self, at: Located<'v>, text: &str, ids: &ManagedIds, findings: &mut Findings<'_>) {
        let Some(members) = Members::read(at, &CUSTOM, findings) else {
            return;
        };
        let name = members.required("Name", "\"Name\": \"EmployeeId\"", findings).cloned();
        let regex = members.required("Regex", "\"Regex\": \"EmployeeId-\\\\d{9}\"", findings).cloned();
        let name = name.and_then(|at| self.name(&at, ids, findings));
        let regex = regex.and_then(|at| read_regex(&at, text, findings));
        if let (Some(name), Some(regex)) = (name, regex) {
            self.right.push(CustomIdentifier { name: name.into(), regex: regex.into() });
        }
    }

    fn name(&mut self, at: &Located<'v>, ids: &ManagedIds, findings: &mut Findings<'_>) -> Option<&'v str> {
        let name = at.string("the name of a custom data identifier", findings)?;
        let right = name_fault(&name.value).is_none_or(|(what, fix)| {
            findings.add(Rule::CustomName, at.span(), &at.path, what, fix);
            false
        });
        let free = self.taken(&name.value, ids).is_none_or(|(what, fix)| {
            findings.add(Rule::CustomNameTaken, at.span(), &at.path, what, fix);
            false
        });
        if !self.defines(&name.value) {
            self.names.push((name, at.clone()));
        }
        (right && free).then_some(&name.value)
    }

    fn taken(&self, name: &str, ids: &ManagedIds) -> Option<(String, &'static str)> {
        if ids.find(name).is_some() {
            return Some((
                format!("{} is the name of a managed data identifier", Quoted(name)),
                "choose another name",
            ));
        }
        let twice = format!("two custom data identifiers are named {}", Quoted(name));
        self.defines(name).then_some((twice, "give each its own name"))
    }

    /// Whether a custom data identifier of this name stands in the document.
    pub(crate) fn defines(&self, name: &str) -> bool {
        self.names().any(|known| known == name)
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &'v str> {
        self.names.iter().map(|(name, _)| &*name.value)
    }

    /// Warns about those that no statement uses.
    pub(crate) fn report_unused(&self, is_used: impl Fn(&str) -> bool, findings: &mut Findings<'_>) {
        for (name, at) in self.names.iter().filter(|(name, _)| !is_used(&name.value)) {
            let what = format!("no statement uses the custom data identifier {}", Quoted(&name.value));
            let fix =
                format!("add its name to `DataIdentifier` of both statements: \"{}\"", bounded(&name.value));
            findings.add(Rule::CustomUnused, at.span(), &at.path, what, fix);
        }
    }

    pub(crate) fn into_right(self) -> Vec<CustomIdentifier> {
        self.right
    }
}

fn bounded(name: &str) -> String {
    Quoted(name).to_string().trim_matches('`').to_owned()
}

/// What is wrong with the characters or length of a custom name.
fn name_fault(name: &str) -> Option<(String, String)> {
    const RIGHT: &str = "use 1 to 128 letters, digits, `_` and `-`";
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if name.is_empty() {
        return Some(("the name of a custom data identifier is empty".to_owned(), RIGHT.to_owned()));
    }
    if let Some(index) = name.chars().position(|c| !allowed(c)) {
        let what = format!("character {} of the custom name {} is not allowed", index + 1, Quoted(name));
        return Some((what, RIGHT.to_owned()));
    }
    (name.len() > CUSTOM_NAME_CHARS_MAX).then(|| {
        (format!("the name of a custom data identifier has {} characters", name.len()), RIGHT.to_owned())
    })
}

fn read_regex<'v>(at: &Located<'v>, text: &str, findings: &mut Findings<'_>) -> Option<&'v str> {
    let regex = at.string("the regular expression of a custom data identifier", findings)?;
    let mut right = true;
    for fault in dialect::check(&regex.value) {
        let span = if fault.span.is_empty() { at.span() } else { regex.source_span(text, fault.span) };
        right &= fault.rule == Rule::RegexEmptyMatch;
        findings.add(fault.rule, span, &at.path, fault.what, fault.fix);
    }
    right.then_some(&regex.value)
}
