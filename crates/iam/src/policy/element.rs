//! How are the elements of a document taken apart, and problems gathered on the way?

use super::json::{Member, Node, Value};
use super::problem::{Problem, quoted};
use super::{Lines, Place, PolicyKind, Rule};
use crate::policy::PolicyProblems;

const SYNTAX: &str = "Syntax errors in policy.";

/// Gathers the problems of one document.
pub(super) struct Reading<'t> {
    pub(super) kind: PolicyKind,
    pub(super) lines: Lines<'t>,
    /// Whether the language has variables.
    pub(super) variables: bool,
    problems: Vec<Problem>,
}

/// A text of the document, its place, and its path.
pub(super) struct Text<'v> {
    pub(super) text: &'v str,
    pub(super) place: Place,
    pub(super) path: String,
}

impl<'t> Reading<'t> {
    pub(super) fn new(text: &'t str, kind: PolicyKind) -> Self {
        Self { kind, lines: Lines::of(text), variables: false, problems: Vec::new() }
    }

    pub(super) fn place(&self, value: &Value) -> Place {
        self.lines.place(value.span.start)
    }

    /// Notes a problem with AWS's sentence for it, or without.
    pub(super) fn note(
        &mut self,
        rule: Rule,
        (place, path): (Place, &str),
        message: String,
        aws: Option<String>,
    ) {
        if self.problems.len() < super::PROBLEMS_MAX {
            self.problems.push(Problem { rule, place, path: path.to_owned(), message, aws });
        }
    }

    pub(super) fn syntax(&mut self, at: (Place, &str), message: impl Into<String>) {
        self.note(Rule::Syntax, at, message.into(), Some(SYNTAX.to_owned()));
    }

    pub(super) fn finish(self) -> Result<(), PolicyProblems> {
        if self.problems.is_empty() { Ok(()) } else { Err(PolicyProblems::new(self.problems)) }
    }

    /// The members of an object, each key once and known; others are noted.
    pub(super) fn members<'v>(
        &mut self,
        value: &'v Value,
        path: &str,
        known: &[&str],
    ) -> Option<&'v [Member]> {
        let Node::Object(members) = &value.node else {
            let place = self.place(value);
            self.syntax((place, path), "an object is expected here");
            return None;
        };
        self.repeated(members, path);
        for member in members.iter().filter(|member| !known.contains(&member.key.as_str())) {
            let place = self.lines.place(member.key_span.start);
            let message = format!("`{}` is no element here, expected {}", quoted(&member.key), list(known));
            self.syntax((place, &below(path, &member.key)), message);
        }
        Some(members)
    }

    /// Notes keys that stand twice in an object.
    pub(super) fn repeated(&mut self, members: &[Member], path: &str) {
        for (index, member) in members.iter().enumerate() {
            if members.iter().take(index).any(|earlier| earlier.key == member.key) {
                let place = self.lines.place(member.key_span.start);
                let message = format!("`{}` stands twice, once is allowed", quoted(&member.key));
                self.syntax((place, &below(path, &member.key)), message);
            }
        }
    }

    /// A text, or nothing with a note.
    pub(super) fn text<'v>(&mut self, value: &'v Value, path: &str) -> Option<&'v str> {
        if let Node::Text(text) = &value.node {
            return Some(text);
        }
        let place = self.place(value);
        self.syntax((place, path), "text in double quotes is expected here");
        None
    }

    /// One text or a list of texts.
    pub(super) fn texts<'v>(&mut self, value: &'v Value, path: &str) -> Vec<Text<'v>> {
        let Node::List(items) = &value.node else {
            let place = self.place(value);
            let text = self.text(value, path);
            return text.map(|text| Text { text, place, path: path.to_owned() }).into_iter().collect();
        };
        let mut texts = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            let path = format!("{path}[{index}]");
            let place = self.place(item);
            texts.extend(self.text(item, &path).map(|text| Text { text, place, path }));
        }
        texts
    }
}

/// The path of a member.
pub(super) fn below(path: &str, key: &str) -> String {
    if path.is_empty() { quoted(key) } else { format!("{path}.{}", quoted(key)) }
}

fn list(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

/// The value of a member.
pub(super) fn member<'v>(members: &'v [Member], key: &str) -> Option<&'v Value> {
    members.iter().find(|member| member.key == key).map(|member| &member.value)
}
