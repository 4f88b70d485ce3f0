//! What does one statement say: for whom, what, on what, and under which conditions?

use super::element::{Reading, below, member};
use super::json::{Member, Node, Value};
use super::problem::quoted;
use super::{Actions, Place, PolicyKind, Principals, Resources, Rule, action, principal, resource};
use crate::condition::{Condition, ConditionValue, Operator};
use crate::context::Key;

const ELEMENTS: &[&str] = &[
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
];

/// AWS's words for what an older parser of its own refuses.
pub(super) const LEGACY: &str = "The policy failed legacy parsing";

/// Whether a statement grants or refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, sotto_public::LogSafe)]
pub enum Effect {
    /// It grants.
    Allow,
    /// It refuses, whatever else grants.
    Deny,
}

/// One statement of a policy.
#[derive(Debug)]
pub struct Statement {
    pub(crate) sid: Option<Box<str>>,
    /// Which statement of the document, from 0.
    pub(crate) index: usize,
    pub(crate) place: Place,
    pub(crate) effect: Effect,
    /// `None` where the kind of policy names none: then it is for whoever the policy is attached to.
    pub(crate) principals: Option<Principals>,
    pub(crate) actions: Actions,
    /// `None` where a resource-based policy leaves it out: then it is for the resource that the policy is attached to.
    pub(crate) resources: Option<Resources>,
    pub(crate) conditions: Vec<Condition>,
}

impl Statement {
    /// Its `Sid`.
    pub fn sid(&self) -> Option<&str> {
        self.sid.as_deref()
    }

    /// Which statement of the document, from 0.
    pub fn index(&self) -> usize {
        self.index
    }

    /// Where it begins.
    pub fn place(&self) -> Place {
        self.place
    }

    /// Whether it grants or refuses.
    pub fn effect(&self) -> Effect {
        self.effect
    }

    /// Its principals; `None` where the kind of policy names none.
    pub fn principals(&self) -> Option<&Principals> {
        self.principals.as_ref()
    }

    /// Its actions.
    pub fn actions(&self) -> &Actions {
        &self.actions
    }

    /// Its resources; `None` where a policy of a resource leaves them out.
    pub fn resources(&self) -> Option<&Resources> {
        self.resources.as_ref()
    }

    /// Its conditions, all of which must be met.
    pub fn conditions(&self) -> &[Condition] {
        &self.conditions
    }

    /// The condition keys it asks for, in conditions and variables.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &str> {
        let conditions = self.conditions.iter().map(|condition| condition.key.as_str());
        let values = self.conditions.iter().flat_map(|condition| &condition.values);
        let in_values = values.flat_map(ConditionValue::variables);
        let in_resources = self.resources.iter().flat_map(Resources::variables);
        conditions.chain(in_values.chain(in_resources).map(|variable| variable.key.as_str()))
    }
}

pub(super) fn read(reading: &mut Reading<'_>, value: &Value, index: usize, path: &str) -> Option<Statement> {
    let members = reading.members(value, path, ELEMENTS)?;
    let place = reading.place(value);
    let sid = member(members, "Sid").and_then(|sid| reading.text(sid, &below(path, "Sid"))).map(Into::into);
    let effect = effect(reading, members, (place, path));
    let principals = principal::read(reading, members, (place, path));
    let actions = action::read(reading, members, (place, path));
    let resources = resource::read(reading, members, (place, path));
    let conditions = member(members, "Condition")
        .map_or_else(Vec::new, |value| conditions(reading, value, &below(path, "Condition")));
    let (effect, actions) = (effect?, actions?);
    Some(Statement { sid, index, place, effect, principals, actions, resources, conditions })
}

fn effect(reading: &mut Reading<'_>, members: &[Member], (place, path): (Place, &str)) -> Option<Effect> {
    let Some(value) = member(members, "Effect") else {
        reading.syntax((place, path), "a statement needs an `Effect`, `Allow` or `Deny`");
        return None;
    };
    let path = below(path, "Effect");
    let place = reading.place(value);
    match reading.text(value, &path)? {
        "Allow" => Some(Effect::Allow),
        "Deny" => Some(Effect::Deny),
        other => {
            let message = format!("`{}` is no effect, expected `Allow` or `Deny`", quoted(other));
            let known = ["allow", "deny"].contains(&other.to_ascii_lowercase().as_str());
            match known {
                true => reading.note(Rule::Legacy, (place, &path), message, Some(LEGACY.to_owned())),
                false => reading.syntax((place, &path), message),
            }
            None
        }
    }
}

/// Exactly one of an element and its negation, if any; the flag says that it is the negated one.
pub(super) fn either<'v>(
    reading: &mut Reading<'_>,
    members: &'v [Member],
    (positive, negative): (&str, &str),
    (place, path): (Place, &str),
) -> Option<(&'v Value, bool, String)> {
    match (member(members, positive), member(members, negative)) {
        (Some(value), None) => Some((value, false, below(path, positive))),
        (None, Some(value)) => Some((value, true, below(path, negative))),
        (Some(_), Some(_)) => {
            reading.syntax((place, path), format!("`{positive}` and `{negative}` exclude each other"));
            None
        }
        (None, None) => None,
    }
}

fn conditions(reading: &mut Reading<'_>, value: &Value, path: &str) -> Vec<Condition> {
    let Node::Object(operators) = &value.node else {
        let place = reading.place(value);
        reading.syntax((place, path), "`Condition` is an object of operators");
        return Vec::new();
    };
    reading.repeated(operators, path);
    let mut all = Vec::new();
    for block in operators {
        all.extend(block_of(reading, block, &below(path, &block.key)));
    }
    all
}

/// One operator with its keys.
fn block_of(reading: &mut Reading<'_>, block: &Member, path: &str) -> Vec<Condition> {
    let place = reading.lines.place(block.key_span.start);
    let Node::Object(keys) = &block.value.node else {
        reading.syntax((place, path), "an operator takes an object of keys and values");
        return Vec::new();
    };
    reading.repeated(keys, path);
    let Some(operator) = Operator::parse(&block.key) else {
        // AWS takes an operator that does not exist as long as it has no keys.
        if !keys.is_empty() {
            let message = format!("`{}` is no condition operator", quoted(&block.key));
            reading.syntax((place, path), message);
        }
        return Vec::new();
    };
    keys.iter().map(|key| condition(reading, operator, key, &below(path, &key.key))).collect()
}

fn condition(reading: &mut Reading<'_>, operator: Operator, key: &Member, path: &str) -> Condition {
    let items = match &key.value.node {
        Node::List(items) => items.iter().collect(),
        _ => vec![&key.value],
    };
    let mut values = Vec::with_capacity(items.len());
    for item in items {
        let place = reading.place(item);
        let Some(text) = scalar(item) else {
            reading.syntax((place, path), "a condition's values are text, numbers, `true` or `false`");
            continue;
        };
        let value = ConditionValue::new(text, place, operator.comparison, reading.variables);
        dates(reading, operator, &value, path);
        values.push(value);
    }
    let place = reading.lines.place(key.key_span.start);
    Condition { operator, key: Key::new(&key.key), key_text: key.key.as_str().into(), values, place }
}

fn scalar(value: &Value) -> Option<&str> {
    match &value.node {
        Node::Text(text) | Node::Number(text) => Some(text),
        Node::Bool(true) => Some("true"),
        Node::Bool(false) => Some("false"),
        Node::Null | Node::List(_) | Node::Object(_) => None,
    }
}

/// A date that is none is refused in IAM's own policies.
fn dates(reading: &mut Reading<'_>, operator: Operator, value: &ConditionValue, path: &str) {
    let own = !matches!(
        reading.kind,
        PolicyKind::Resource | PolicyKind::KeyPolicy | PolicyKind::Rcp | PolicyKind::Scp
    );
    if own && operator.comparison.is_date() && !value.is_sound() {
        let message = format!("`{}` is no date, expected one as `2026-01-31T12:00:00Z`", quoted(&value.text));
        reading.note(Rule::Legacy, (value.place, path), message, Some(LEGACY.to_owned()));
    }
}
