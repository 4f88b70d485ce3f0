//! Which conditions can never be met together, or ask for a key that no request carries?
//!
//! Keys that begin with `aws:` are global; the others belong to a service, and each action carries those that the service
//! authorization reference names for it and its resources. Asking an action for another one is never met by an operator that
//! wants a value, and always met by a negated one.

use super::super::finding::{Finding, LintRule, Severity, listed};
use super::super::scope::{KnownAction, known_actions};
use crate::condition::{Comparison, Condition, Operator, Qualifier};
use crate::policy::{LanguageVersion, Policy, Statement};
use sotto_aws_model as model;

pub(super) fn check(policy: &Policy, _text: &str) -> Vec<Finding> {
    let old = policy.version() == LanguageVersion::V2008;
    let of = |statement| {
        let variables = old.then(|| plain_variables(statement)).into_iter().flatten();
        contradiction(statement)
            .into_iter()
            .chain(absent_keys(statement))
            .chain(variables)
            .collect::<Vec<_>>()
    };
    policy.statements().flat_map(of).collect()
}

/// Two conditions on one key with a single value that leave nothing over.
fn contradiction(statement: &Statement) -> Option<Finding> {
    let pairs = statement.conditions.iter().enumerate();
    let mut clashes = pairs.flat_map(|(index, one)| {
        statement
            .conditions
            .iter()
            .skip(index + 1)
            .filter(move |other| clash(one, other))
            .map(move |other| (one, other))
    });
    let (one, other) = clashes.next()?;
    let does = format!(
        "the statement never matches: its conditions on `{}` at {} and {} cannot both be met",
        one.key(),
        one.place,
        other.place
    );
    let fix = "values of one condition are joined by OR: put them into one list, or drop one of the two";
    Some(Finding::at(LintRule::NeverMatches, Severity::Error, statement, other.place).does(does).fix(fix))
}

fn clash(one: &Condition, other: &Condition) -> bool {
    if one.key != other.key {
        return false;
    }
    let nulls = (asks_absence(one), asks_absence(other));
    match nulls {
        (Some(absent), None) => absent && wants_value(other),
        (None, Some(absent)) => absent && wants_value(one),
        (Some(one), Some(other)) => one != other,
        (None, None) => exact(one) && exact(other) && disjoint(one, other),
    }
}

/// For `Null` with one plain value: whether the key must be absent.
fn asks_absence(condition: &Condition) -> Option<bool> {
    let [value] = condition.values.as_slice() else { return None };
    let truth = match value.text.to_ascii_lowercase().as_str() {
        "true" => true,
        "false" => false,
        _ => return None,
    };
    (condition.operator.comparison == Comparison::Null).then_some(truth)
}

/// Whether an absent key never meets it.
fn wants_value(condition: &Condition) -> bool {
    let Operator { comparison, negated, if_exists, qualifier } = condition.operator;
    comparison != Comparison::Null && !negated && !if_exists && qualifier != Qualifier::AllValues
}

/// Equality without variables on a key that has one value.
fn exact(condition: &Condition) -> bool {
    let plain = condition.values.iter().all(|value| value.variables().next().is_none());
    let single = !is_multivalued(condition.key.as_str());
    condition.operator.comparison == Comparison::StringEquals
        && condition.operator.qualifier == Qualifier::None
        && wants_value(condition)
        && plain
        && single
}

/// Keys that hold several values at once.
fn is_multivalued(key: &str) -> bool {
    matches!(
        key,
        "aws:tagkeys"
            | "aws:calledvia"
            | "aws:principalorgpaths"
            | "aws:resourceorgpaths"
            | "aws:principalservicenameslist"
            | "kms:encryptioncontextkeys"
    )
}

fn disjoint(one: &Condition, other: &Condition) -> bool {
    !one.values.iter().any(|value| other.values.iter().any(|known| known.text == value.text))
}

/// Keys of a service that none of the statement's known actions carries.
fn absent_keys(statement: &Statement) -> Vec<Finding> {
    if statement.actions.negated
        || !statement.actions.patterns.iter().all(|pattern| is_tabled(&pattern.folded))
    {
        return Vec::new();
    }
    let actions: Vec<KnownAction> = known_actions(statement).collect();
    let foreign = statement.conditions.iter().filter(|condition| is_of_table(condition.key.as_str()));
    let absent =
        foreign.filter(|condition| !actions.iter().any(|known| carries(*known, condition.key.as_str())));
    absent
        .filter(|_| !actions.is_empty())
        .map(|condition| absent_key(statement, condition, &actions))
        .collect()
}

fn is_tabled(folded: &str) -> bool {
    folded.split_once(':').is_some_and(|(service, _)| model::action_prefixes().contains(&service))
}

/// Whether the key is one that only actions of its own service carry. That of a calling function travels to every service (AWS
/// Lambda Developer Guide, "Working with Lambda execution environment credentials").
fn is_of_table(key: &str) -> bool {
    const TRAVELS: &str = "lambda:sourcefunctionarn";
    key != TRAVELS
        && key.split_once(':').is_some_and(|(service, _)| model::action_prefixes().contains(&service))
}

/// Whether an action carries a key: by itself or with one of its resources.
fn carries(known: KnownAction, key: &str) -> bool {
    let table = model::actions(known.prefix);
    let with_resources = known
        .action
        .resources
        .iter()
        .filter_map(|kind| table?.resource(&kind.name))
        .flat_map(|kind| &kind.keys);
    known.action.keys.iter().chain(with_resources).any(|documented| is_key(documented, key))
}

/// Whether a documented key, perhaps with `${...}` at its end, is this one.
fn is_key(documented: &str, key: &str) -> bool {
    let documented = documented.to_ascii_lowercase();
    match documented.split_once("${") {
        Some((head, _)) => key.starts_with(head),
        None => documented == key,
    }
}

fn absent_key(statement: &Statement, condition: &Condition, actions: &[KnownAction]) -> Finding {
    let names: Vec<String> = actions.iter().map(KnownAction::name).collect();
    let met = !wants_value(condition);
    let outcome = if met { "the condition is then always met" } else { "the statement then never matches" };
    let does = format!("AWS documents no key `{}` for {}: {outcome}", condition.key(), listed(&names));
    let severity = if met { Severity::Warning } else { Severity::Error };
    let fix = "use a key that AWS documents for the action, or a global one";
    Finding::at(LintRule::KeyNeverPresent, severity, statement, condition.place).does(does).fix(fix)
}

/// `${...}` where the version has no variables.
fn plain_variables(statement: &Statement) -> Vec<Finding> {
    let resources =
        statement.resources.iter().flat_map(|list| &list.patterns).map(|one| (&one.text, one.place));
    let values =
        statement.conditions.iter().flat_map(|condition| &condition.values).map(|one| (&one.text, one.place));
    let found = resources.chain(values).filter(|(text, _)| text.contains("${"));
    found
        .map(|(text, place)| {
            let does = format!(
                "without `\"Version\": \"2012-10-17\"`, `{text}` is plain text and stands for no value"
            );
            let fix = "add `\"Version\": \"2012-10-17\"`";
            Finding::at(LintRule::VariablesInOldVersion, Severity::Error, statement, place)
                .does(does)
                .fix(fix)
        })
        .collect()
}
