//! Does each member hold what the model asks of it? Presence, length, range, pattern, enum; answered in AWS's words.
//!
//! `N validation errors detected: Value at 'userName' failed to satisfy constraint: Member must ...`. AWS repeats the value
//! between `Value` and `at`, but for sensitive members; here it is never repeated: a text that fails its pattern is none of
//! the names that would make it public. Numbers are repeated. Patterns are Java's; those that the engine here does not have
//! (look-around) are not checked, and a test lists them.

use super::names::small;
use crate::fault::{Common, Fault};
use crate::input::{Key, Node};
use crate::{Message, message};
use regex::Regex;
use sotto_aws_model::{Kind, Service, ShapeId, Structure, TextShape};
use sotto_public::Public;
use sotto_sensitive::RawText;
use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::sync::{OnceLock, PoisonError, RwLock};

/// Problems that one answer names at most.
const PROBLEMS_MAX: usize = 10;

/// What is wrong with a request's members.
#[derive(Debug, Default)]
pub(crate) struct Problems {
    found: Vec<Message>,
}

/// Codes of services that do not say `ValidationException` or `ValidationError`.
const CODES: &[(&str, &str)] = &[("logs", "InvalidParameterException"), ("s3", "InvalidArgument")];

impl Problems {
    pub(crate) fn fault(self, table: &str) -> Fault {
        let count = self.found.len();
        let parts = self.found.iter().map(ToString::to_string);
        // The parts are messages already: joining them adds nothing but a separator.
        let joined = parts.collect::<Vec<_>>().join("; ");
        let words = match count {
            1 => said("1 validation error detected: ", &joined),
            2 => said("2 validation errors detected: ", &joined),
            _ => said(&format!("{count} validation errors detected: "), &joined),
        };
        match CODES.iter().find(|(name, _)| *name == table) {
            Some((_, code)) => Fault::new(code, words).with_status(400),
            None => Fault::common(Common::Validation, words),
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "joins messages, which hold no captured text")]
fn said(head: &str, joined: &str) -> Message {
    Public::from_pinned_text(format!("{head}{joined}")).into()
}

/// Checks a decoded request.
pub(crate) fn check(service: &Service, shape: ShapeId, node: &Node) -> Result<(), Problems> {
    let mut check = Check { service, path: Vec::new(), problems: Problems::default() };
    check.value(shape, node);
    if check.problems.found.is_empty() { Ok(()) } else { Err(check.problems) }
}

struct Check<'a> {
    service: &'a Service,
    path: Vec<Step<'a>>,
    problems: Problems,
}

#[derive(Clone, Copy)]
enum Step<'a> {
    Member(&'a str),
    Item(usize),
    Key,
    Value,
}

impl<'a> Check<'a> {
    fn value(&mut self, shape: ShapeId, node: &Node) {
        let service = self.service;
        let Some(shape) = service.shape(shape) else { return };
        match (&shape.kind, node) {
            (Kind::Structure(structure), Node::Structure(members)) => self.structure(structure, members),
            (Kind::List(list), Node::List(items)) => {
                self.size(&list.length, items.len());
                for (index, item) in items.iter().enumerate() {
                    self.below(Step::Item(index + 1), |check| check.value(list.item, item));
                }
            }
            (Kind::Map(map), Node::Map(entries)) => {
                self.size(&map.length, entries.len());
                for (key, value) in entries {
                    self.below(Step::Key, |check| check.key(map.key, key));
                    self.below(Step::Value, |check| check.value(map.value, value));
                }
            }
            (Kind::Text(text), Node::Public(value)) => self.text(text, value.get()),
            (Kind::Text(text), Node::Raw(value)) => self.raw(text, value),
            (Kind::Blob(length), Node::Bytes(bytes)) => self.length(length, bytes.length()),
            (Kind::Integer(range), Node::Integer(number)) => self.range(range, *number),
            _ => {}
        }
    }

    fn below(&mut self, step: Step<'a>, check: impl FnOnce(&mut Self)) {
        self.path.push(step);
        check(self);
        self.path.pop();
    }

    fn structure(&mut self, structure: &'a Structure, members: &[(u16, Node)]) {
        for (index, member) in (0_u16..).zip(&structure.members) {
            let found = members.iter().find(|(at, _)| *at == index).map(|(_, node)| node);
            self.below(Step::Member(&member.name), |check| match found {
                Some(node) => check.value(member.shape, node),
                None if member.required => check.absent(),
                None => {}
            });
        }
    }

    fn key(&mut self, shape: ShapeId, key: &Key) {
        if let Some(Kind::Text(text)) = self.service.shape(shape).map(|shape| &shape.kind) {
            match key {
                Key::Public(value) => self.text(text, value.get()),
                Key::Raw(value) => self.raw(text, value),
            }
        }
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "length and pattern of a raw text are checked; a yes or no leaves"
    )]
    fn raw(&mut self, shape: &'a TextShape, value: &RawText) {
        self.text(shape, value.expose());
    }

    fn text(&mut self, shape: &'a TextShape, value: &str) {
        if !shape.values.is_empty() {
            if !shape.values.iter().any(|allowed| **allowed == *value) {
                self.not_of(shape);
            }
            return;
        }
        if shape.length != (0..=u64::MAX) {
            self.length(&shape.length, value.chars().count());
        }
        if let Some(pattern) = &shape.pattern
            && !matches(pattern, value)
        {
            let words = said("Member must satisfy regular expression pattern: ", pattern);
            self.add(&format!("Value at '{}'", self.place()), words);
        }
    }

    fn not_of(&mut self, shape: &TextShape) {
        let words = said("Member must satisfy enum value set: ", &format!("[{}]", shape.values.join(", ")));
        self.add(&format!("Value at '{}'", self.place()), words);
    }

    fn absent(&mut self) {
        self.add(&format!("Value null at '{}'", self.place()), "Member must not be null".into());
    }

    /// Characters of a text, bytes of a blob.
    fn length(&mut self, allowed: &RangeInclusive<u64>, found: usize) {
        self.bounds(allowed, found, "have length");
    }

    /// Items of a list, entries of a map.
    fn size(&mut self, allowed: &RangeInclusive<u64>, found: usize) {
        self.bounds(allowed, found, "have length");
    }

    fn bounds(&mut self, allowed: &RangeInclusive<u64>, found: usize, verb: &'static str) {
        let found = u64::try_from(found).unwrap_or(u64::MAX);
        let value = format!("Value at '{}'", self.place());
        if found > *allowed.end() {
            self.add(&value, message!("Member must {} less than or equal to {}", verb, *allowed.end()));
        } else if found < *allowed.start() {
            self.add(&value, message!("Member must {} greater than or equal to {}", verb, *allowed.start()));
        }
    }

    fn range(&mut self, allowed: &RangeInclusive<i64>, found: i64) {
        let value = format!("Value '{found}' at '{}'", self.place());
        if found > *allowed.end() {
            self.add(&value, message!("Member must have value less than or equal to {}", *allowed.end()));
        } else if found < *allowed.start() {
            self.add(
                &value,
                message!("Member must have value greater than or equal to {}", *allowed.start()),
            );
        }
    }

    fn add(&mut self, value: &str, words: Message) {
        if self.problems.found.len() < PROBLEMS_MAX {
            let constraint = words.to_string();
            self.problems.found.push(said(value, &format!(" failed to satisfy constraint: {constraint}")));
        }
    }

    /// The path of the member, in the model's names: keys of maps are captured and stay out of it.
    fn place(&self) -> String {
        let steps = self.path.iter().map(|step| match step {
            Step::Member(name) => small(name),
            Step::Item(number) => format!("{number}.member"),
            Step::Key => "key".to_owned(),
            Step::Value => "value".to_owned(),
        });
        steps.collect::<Vec<_>>().join(".")
    }
}

/// Whether a text matches a pattern of the model; a pattern that cannot be checked matches.
fn matches(pattern: &str, text: &str) -> bool {
    static COMPILED: OnceLock<RwLock<HashMap<Box<str>, Option<Regex>>>> = OnceLock::new();
    let compiled = COMPILED.get_or_init(RwLock::default);
    if let Some(found) = compiled.read().unwrap_or_else(PoisonError::into_inner).get(pattern) {
        return found.as_ref().is_none_or(|regex| regex.is_match(text));
    }
    let regex = compile(pattern);
    let is_match = regex.as_ref().is_none_or(|regex| regex.is_match(text));
    compiled.write().unwrap_or_else(PoisonError::into_inner).insert(pattern.into(), regex);
    is_match
}

/// A pattern of the models, as an engine without look-around takes it.
fn compile(pattern: &str) -> Option<Regex> {
    let whole = format!(r"\A(?s:(?:{}))\z", translated(pattern));
    regex::RegexBuilder::new(&whole).size_limit(32 << 20).build().ok()
}

/// Java's `\w`, `\d` and `\uXXXX` in the words of the engine: its classes are ASCII, its code units are 16 bits wide.
fn translated(pattern: &str) -> String {
    let pattern = pattern.replace(r"\uD800\uDC00-\uDBFF\uDFFF", r"\x{10000}-\x{10FFFF}");
    let mut out = String::with_capacity(pattern.len());
    let (mut chars, mut in_class) = (pattern.chars().peekable(), false);
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('w') => out.push_str(if in_class { "0-9A-Za-z_" } else { "[0-9A-Za-z_]" }),
                Some('d') => out.push_str(if in_class { "0-9" } else { "[0-9]" }),
                Some('u') => {
                    out.push_str(r"\x{");
                    out.extend(chars.by_ref().take(4));
                    out.push('}');
                }
                Some(other) => out.extend(['\\', other]),
                None => out.push('\\'),
            },
            '[' if in_class => out.push_str(r"\["),
            '[' => {
                in_class = true;
                out.push('[');
                // A bracket or a caret at once behind the first one.
                while let Some(first @ ('^' | ']')) = chars.peek().copied() {
                    out.push_str(if first == ']' { r"\]" } else { "^" });
                    chars.next();
                }
            }
            ']' => {
                in_class = false;
                out.push(']');
            }
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use sotto_aws_model::{SERVED, service};
    use std::collections::BTreeSet;

    /// Patterns with look-around, which the engine does not have: they are not checked.
    const UNCHECKED: &[&str] = &[
        "comprehend EntityTypeName",
        "iam accountAliasType",
        "lambda Alias",
        "lambda CollectionName",
        "lambda FunctionUrlFunctionName",
        "lambda FunctionUrlQualifier",
        "lambda S3Bucket",
        "lexv2-models OSIndexName",
    ];

    #[test]
    fn every_pattern_compiles_but_those_that_look_around() {
        let mut failed = BTreeSet::new();
        for table in SERVED {
            for shape in &service(table).unwrap().shapes {
                if let Kind::Text(text) = &shape.kind
                    && let Some(pattern) = &text.pattern
                    && compile(pattern).is_none()
                {
                    failed.insert(format!("{table} {}", shape.name));
                }
            }
        }
        let listed: BTreeSet<String> = UNCHECKED.iter().map(|name| (*name).to_owned()).collect();
        assert_eq!(failed, listed);
    }

    #[test]
    fn java_s_classes_are_ascii_and_match_the_whole_text() {
        let cases = [
            (r"[\w+=,.@-]+", "a_1+=,.@-", true),
            (r"[\w+=,.@-]+", "ü", false),
            (r"[\w+=,.@-]+", "a b", false),
            (r"\d{12}", "123456789012", true),
            (r"\d{12}", "1234567890123", false),
            (r"[\u0009\u000A\u000D\u0020-\u00FF]+", "a\tü\n", true),
            (r"[\u0009\u000A\u000D\u0020-\u00FF]+", "\u{100}", false),
            (r"[\p{L}\p{Z}\p{N}_.:/=+\-@]*", "tag über 1", true),
            (r"[^:*]*", "a:b", false),
            (r"(?!x)y", "anything: it is not checked", true),
        ];
        for (pattern, text, expected) in cases {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }
}
