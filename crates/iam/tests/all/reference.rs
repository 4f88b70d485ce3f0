//! What would the simplest reading of AWS's pages decide?
//!
//! A second evaluator, written for being read rather than for speed, over the JSON of the documents themselves: no index, no
//! compiled patterns, no sharing with the crate. It knows what `agreement` generates, and no more.

use serde_json::Value as Json;
use std::collections::BTreeMap;

/// What asks, in plain text.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    /// `user`, `session`, `federated` or `root`.
    pub(crate) kind: &'static str,
    pub(crate) account: String,
    /// The ARN it acts as.
    pub(crate) arn: String,
    /// The user or role behind it.
    pub(crate) entity: String,
    pub(crate) action: String,
    pub(crate) resource: String,
    pub(crate) resource_account: String,
    pub(crate) context: BTreeMap<String, Vec<String>>,
}

/// All documents that apply.
#[derive(Clone, Debug, Default)]
pub(crate) struct Documents {
    pub(crate) identity: Vec<Json>,
    pub(crate) boundary: Option<Json>,
    pub(crate) session: Option<Vec<Json>>,
    pub(crate) scps: Vec<Vec<Json>>,
    pub(crate) resource: Vec<Json>,
    /// Whether the policy of the resource must allow: keys and roles.
    pub(crate) must: bool,
}

/// `allow`, `explicit` or `implicit`.
pub(crate) fn decide(documents: &Documents, ask: &Ask) -> &'static str {
    let everything =
        documents.identity.iter().chain(&documents.boundary).chain(documents.session.iter().flatten());
    let everything = everything.chain(documents.scps.iter().flatten()).chain(&documents.resource);
    if everything.into_iter().any(|document| speaks(document, "Deny", ask) > 0) {
        return "explicit";
    }
    let allows = |documents: &[Json]| documents.iter().any(|document| speaks(document, "Allow", ask) > 0);
    if !documents.scps.iter().all(|level| allows(level)) {
        return "implicit";
    }
    let named = documents.resource.iter().map(|document| speaks(document, "Allow", ask)).max().unwrap_or(0);
    let identity = ask.kind == "root" || allows(&documents.identity);
    let boundary = documents.boundary.as_ref().is_none_or(|boundary| allows(std::slice::from_ref(boundary)));
    let session = documents.session.as_ref().map_or(ask.kind != "federated", |session| allows(session));
    let allowed = if ask.account != ask.resource_account {
        named > 0 && identity && boundary && session
    } else if named == 3 {
        true
    } else if documents.must && named == 0 {
        false
    } else {
        (identity || named == 2) && boundary && session
    };
    if allowed { "allow" } else { "implicit" }
}

/// How a document speaks of a request: 0 not at all, 1 by the account, 2 by the role or user behind, 3 by itself.
fn speaks(document: &Json, effect: &str, ask: &Ask) -> u8 {
    let statements = document["Statement"].as_array().unwrap();
    let variables = document["Version"] == "2012-10-17";
    let speaks = |statement: &Json| {
        let fits = statement["Effect"] == effect
            && listed(statement, "Action", |text| {
                glob(&text.to_lowercase(), &ask.action.to_lowercase(), true)
            })
            && listed(statement, "Resource", |text| {
                fill(text, ask, variables).is_some_and(|pattern| glob_pieces(&pattern, &ask.resource, false))
            })
            && conditions(statement, ask, variables);
        if fits { principals(statement, effect, ask) } else { 0 }
    };
    statements.iter().map(speaks).max().unwrap_or(0)
}

fn texts(value: &Json) -> Vec<String> {
    match value {
        Json::String(text) => vec![text.clone()],
        Json::Array(items) => items.iter().map(|item| item.as_str().unwrap().to_owned()).collect(),
        _ => Vec::new(),
    }
}

/// An element or its negation.
fn listed(statement: &Json, element: &str, fits: impl Fn(&str) -> bool) -> bool {
    match statement.get(element) {
        Some(value) => texts(value).iter().any(|text| fits(text)),
        None => !texts(&statement[format!("Not{element}")]).iter().any(|text| fits(text)),
    }
}

fn principals(statement: &Json, effect: &str, ask: &Ask) -> u8 {
    let root = format!("arn:aws:iam::{}:root", ask.account);
    let is_account = |text: &str| text == root || text == ask.account;
    if let Some(value) = statement.get("NotPrincipal") {
        let entries = texts(&value["AWS"]);
        let has = |arn: &str| entries.iter().any(|entry| entry == arn || entry == "*");
        let account = entries.iter().any(|entry| is_account(entry) || entry == "*");
        let steps = match ask.kind {
            "root" => vec![account],
            "user" => vec![account, has(&ask.arn)],
            _ => vec![account, has(&ask.entity), has(&ask.arn)],
        };
        let spared =
            if effect == "Deny" { steps.iter().all(|step| *step) } else { steps.iter().any(|step| *step) };
        return if spared { 0 } else { 3 };
    }
    let Some(value) = statement.get("Principal") else { return 3 };
    let entries = if value == "*" { vec!["*".to_owned()] } else { texts(&value["AWS"]) };
    let named = |entry: &String| match entry.as_str() {
        "*" => 3,
        text if text == ask.arn => 3,
        text if is_account(text) => {
            if ask.kind == "root" {
                3
            } else {
                1
            }
        }
        text if text == ask.entity => 2,
        _ => 0,
    };
    entries.iter().map(named).max().unwrap_or(0)
}

fn conditions(statement: &Json, ask: &Ask, variables: bool) -> bool {
    let Some(block) = statement.get("Condition") else { return true };
    block.as_object().unwrap().iter().all(|(operator, keys)| {
        keys.as_object()
            .unwrap()
            .iter()
            .all(|(key, values)| condition(operator, key, &texts(values), ask, variables))
    })
}

fn condition(operator: &str, key: &str, wanted: &[String], ask: &Ask, variables: bool) -> bool {
    let (qualifier, rest) =
        operator.split_once(':').map_or(("", operator), |(qualifier, rest)| (qualifier, rest));
    let (name, if_exists) = rest.strip_suffix("IfExists").map_or((rest, false), |name| (name, true));
    let given: Vec<String> = ask.context.get(&key.to_lowercase()).cloned().unwrap_or_default();
    if name == "Null" {
        return wanted.iter().any(|word| (word == "true") == given.is_empty());
    }
    let negated = name.contains("Not");
    if given.is_empty() {
        return if_exists || qualifier == "ForAllValues" || (qualifier.is_empty() && negated);
    }
    let name = name.replace("Not", "");
    let equal = |value: &String| wanted.iter().any(|text| compare(&name, text, value, ask, variables));
    let fits = |value: &String| equal(value) != negated;
    match qualifier {
        "ForAllValues" => given.iter().all(fits),
        "ForAnyValue" => given.iter().any(fits),
        _ if negated => given.iter().all(fits),
        _ => given.iter().any(fits),
    }
}

fn compare(name: &str, text: &str, value: &str, ask: &Ask, variables: bool) -> bool {
    let number = |text: &str| text.parse::<f64>().ok();
    if let Some(order) = name.strip_prefix("Numeric") {
        let (Some(limit), Some(value)) = (number(text), number(value)) else { return false };
        return match order {
            "Equals" => value == limit,
            "LessThan" => value < limit,
            "LessThanEquals" => value <= limit,
            "GreaterThan" => value > limit,
            _ => value >= limit,
        };
    }
    let Some(pattern) = fill(text, ask, variables) else { return false };
    let plain: String = pattern.iter().map(|(c, _)| *c).collect();
    match name {
        "StringEquals" => plain == value,
        "StringEqualsIgnoreCase" | "Bool" => plain.to_lowercase() == value.to_lowercase(),
        "StringLike" => glob_pieces(&pattern, value, true),
        _ => arn_like(&pattern, value),
    }
}

fn arn_like(pattern: &[(char, bool)], value: &str) -> bool {
    let parts: Vec<&[(char, bool)]> = pattern.splitn(6, |(c, _)| *c == ':').collect();
    let values: Vec<&str> = value.splitn(6, ':').collect();
    parts.len() == 6
        && values.len() == 6
        && parts.iter().zip(values).all(|(part, value)| glob_pieces(part, value, true))
}

/// A pattern with its variables filled in: each character, and whether it is special. `None` without a value.
fn fill(text: &str, ask: &Ask, variables: bool) -> Option<Vec<(char, bool)>> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if variables
            && let Some(after) = rest.strip_prefix("${")
            && let Some((inside, tail)) = after.split_once('}')
        {
            let value = match inside {
                "*" | "?" | "$" => inside.to_owned(),
                key => match ask.context.get(&key.to_lowercase()).map(Vec::as_slice) {
                    Some([value]) => value.clone(),
                    _ => return None,
                },
            };
            out.extend(value.chars().map(|c| (c, false)));
            rest = tail;
        } else {
            out.push((c, c == '*' || c == '?'));
            rest = &rest[c.len_utf8()..];
        }
    }
    Some(out)
}

fn glob(pattern: &str, text: &str, crosses: bool) -> bool {
    let pieces: Vec<(char, bool)> = pattern.chars().map(|c| (c, c == '*' || c == '?')).collect();
    glob_pieces(&pieces, text, crosses)
}

/// By trying everything. Where wildcards do not cross colons, a star at a segment's end still does.
fn glob_pieces(pattern: &[(char, bool)], text: &str, crosses: bool) -> bool {
    let Some(((c, special), rest)) = pattern.split_first() else { return text.is_empty() };
    match (c, special) {
        ('*', true) => {
            let ends = rest.iter().find(|piece| **piece != ('*', true)).is_none_or(|(next, _)| *next == ':');
            let mut tail = text;
            loop {
                if glob_pieces(rest, tail, crosses) {
                    return true;
                }
                match tail.chars().next() {
                    Some(next) if crosses || ends || next != ':' => tail = &tail[next.len_utf8()..],
                    _ => return false,
                }
            }
        }
        ('?', true) => match text.chars().next() {
            Some(next) if crosses || next != ':' => glob_pieces(rest, &text[next.len_utf8()..], crosses),
            _ => false,
        },
        _ => text.strip_prefix(*c).is_some_and(|tail| glob_pieces(rest, tail, crosses)),
    }
}
