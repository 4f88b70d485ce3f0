//! The members of one object: which keys it may have, which it must have, and which are there.
//!
//! Keys are taken whatever their case: the service accepted and enforced policies in lower camel case for over a year, but its console
//! did not show them (aws/aws-cdk #33408); so another case is a warning.

use super::json::{Member, Node, Value};
use super::place::Pointer;
use super::problem::Findings;
use super::quote::Quoted;
use super::rule::Rule;
use super::suggest;

/// A value and its path.
#[derive(Debug, Clone)]
pub(crate) struct Located<'v> {
    pub(crate) value: &'v Value,
    pub(crate) path: Pointer,
}

/// What an object of a policy may hold.
pub(crate) struct Shape {
    /// The object in words, as "a statement".
    pub(crate) what: &'static str,
    /// Its keys.
    pub(crate) keys: &'static [&'static str],
    /// Keys that people know from elsewhere, and why they are not right here.
    pub(crate) foreign: &'static [(&'static str, &'static str)],
}

/// The members of an object that its shape knows.
pub(crate) struct Members<'v> {
    what: &'static str,
    at: Located<'v>,
    found: Vec<(&'static str, Located<'v>)>,
}

impl<'v> Members<'v> {
    /// Reads an object; `None`, with a problem, when the value is none.
    pub(crate) fn read(at: Located<'v>, shape: &'static Shape, findings: &mut Findings<'_>) -> Option<Self> {
        let Node::Object(members) = &at.value.node else {
            at.wrong_type(findings, shape.what, "an object: `{ ... }`");
            return None;
        };
        let mut this = Self { what: shape.what, at: at.clone(), found: Vec::new() };
        for member in members {
            this.add(member, shape, findings);
        }
        Some(this)
    }

    fn add(&mut self, member: &'v Member, shape: &'static Shape, findings: &mut Findings<'_>) {
        let given = &*member.key.value;
        let span = || member.key.span.clone();
        let path = self.at.path.key(given);
        let Some(key) = shape.keys.iter().find(|key| key.eq_ignore_ascii_case(given)).copied() else {
            if findings.is_full() {
                return findings.add(Rule::UnknownKey, span(), &path, "", "");
            }
            let what = format!("{} has no key {}", self.what, Quoted(given));
            return findings.add(Rule::UnknownKey, span(), &path, what, shape.advice(given));
        };
        if self.get(key).is_some() {
            let what = format!("the key {} stands twice in {}", Quoted(key), self.what);
            return findings.add(Rule::DuplicateKey, span(), &path, what, "keep one of them");
        }
        if key != given {
            let what = format!("the key {} is not in the documented case", Quoted(given));
            let fix = format!("write {}; the policy works, but the console may not show it", Quoted(key));
            findings.add(Rule::KeyCase, span(), &path, what, fix);
        }
        self.found.push((key, Located { value: &member.value, path }));
    }

    /// The value of a key, if it is there.
    pub(crate) fn get(&self, key: &str) -> Option<&Located<'v>> {
        self.found.iter().find(|(found, _)| *found == key).map(|(_, at)| at)
    }

    /// The value of a key that has to be there; a problem when it is not.
    pub(crate) fn required(
        &self,
        key: &'static str,
        example: &str,
        findings: &mut Findings<'_>,
    ) -> Option<&Located<'v>> {
        let found = self.get(key);
        if found.is_none() {
            let what = format!("{} lacks the key {}", self.what, Quoted(key));
            findings.add(
                Rule::MissingKey,
                self.at.opening(),
                &self.at.path,
                what,
                format!("add `{example}`"),
            );
        }
        found
    }

    /// The object itself.
    pub(crate) fn at(&self) -> &Located<'v> {
        &self.at
    }
}

impl Shape {
    /// What to write instead of a key that is not known here.
    fn advice(&self, given: &str) -> String {
        let foreign = self.foreign.iter().find(|(key, _)| key.eq_ignore_ascii_case(given));
        if let Some((_, why)) = foreign {
            return (*why).to_owned();
        }
        if let Some(near) = suggest::closest(given, self.keys.iter().copied()).first() {
            return format!("did you mean {}?", Quoted(near));
        }
        if self.keys.is_empty() {
            return "remove it".to_owned();
        }
        format!("use {}", super::quote::several(self.keys.iter().copied()))
    }
}

impl<'v> Located<'v> {
    /// The first byte of the value: an object is shown by its brace, not as a whole.
    pub(crate) fn opening(&self) -> std::ops::Range<usize> {
        self.value.span.start..self.value.span.start + 1
    }

    /// What to underline: the whole of a short value, the bracket of a list or object.
    pub(crate) fn span(&self) -> std::ops::Range<usize> {
        match self.value.node {
            Node::List(_) | Node::Object(_) => self.opening(),
            _ => self.value.span.clone(),
        }
    }

    /// The string, or a problem.
    pub(crate) fn string(&self, what: &str, findings: &mut Findings<'_>) -> Option<&'v super::json::Text> {
        match &self.value.node {
            Node::String(text) => Some(text),
            _ => {
                self.wrong_type(findings, what, "a string in double quotes");
                None
            }
        }
    }

    /// The elements of the list with their paths, or a problem.
    pub(crate) fn list(&self, what: &str, findings: &mut Findings<'_>) -> Option<Vec<Located<'v>>> {
        match &self.value.node {
            Node::List(values) => {
                let at = |(index, value)| Located { value, path: self.path.index(index) };
                Some(values.iter().enumerate().map(at).collect())
            }
            _ => {
                self.wrong_type(findings, what, "a list: `[ ... ]`");
                None
            }
        }
    }

    fn wrong_type(&self, findings: &mut Findings<'_>, what: &str, right: &str) {
        let what = format!("{what} is {}", self.value.node.kind());
        findings.add(Rule::ValueType, self.span(), &self.path, what, format!("write {right}"));
    }
}
