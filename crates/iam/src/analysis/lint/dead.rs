//! Which actions of a statement can no request ever meet?
//!
//! Each action is decided on resources of stated types, or on none (service authorization reference, "Actions, resources, and
//! condition keys for AWS services"). A statement whose resources are of other types never speaks of that action, whatever its
//! effect. A name that no action has speaks of nothing at all.

use super::super::finding::{Finding, LintRule, Severity, listed};
use super::super::scope::{KnownAction, known_actions, may_concern};
use crate::policy::{ActionPattern, Effect, Policy, Statement};
use sotto_aws_model as model;

pub(super) fn check(policy: &Policy, _text: &str) -> Vec<Finding> {
    policy
        .statements()
        .flat_map(|statement| unknown(statement).into_iter().chain(without_effect(statement)))
        .collect()
}

/// Names and patterns of services with a table that no action has.
fn unknown(statement: &Statement) -> Vec<Finding> {
    let nameless =
        statement.actions.patterns.iter().filter(|pattern| tabled(pattern) && !has_actions(pattern));
    let old_lex = |pattern: &&ActionPattern| !super::lex::is_v1(&pattern.folded);
    nameless.filter(old_lex).map(|pattern| unknown_action(statement, pattern)).collect()
}

fn tabled(pattern: &ActionPattern) -> bool {
    pattern.folded.split_once(':').is_some_and(|(service, _)| model::action_prefixes().contains(&service))
}

fn has_actions(pattern: &ActionPattern) -> bool {
    KnownAction::all().any(|known| pattern.matches(&known.name().to_ascii_lowercase()))
}

fn unknown_action(statement: &Statement, pattern: &ActionPattern) -> Finding {
    let does = format!("no action is called `{}`: it {}", pattern.text, nothing(statement.effect));
    let fix = match nearest(&pattern.folded) {
        Some(name) => format!("did you mean `{name}`?"),
        None => "see the actions of the service in AWS's service authorization reference".to_owned(),
    };
    Finding::at(LintRule::UnknownAction, Severity::Error, statement, pattern.place).does(does).fix(fix)
}

fn nothing(effect: Effect) -> &'static str {
    match effect {
        Effect::Allow => "grants nothing",
        Effect::Deny => "denies nothing",
    }
}

/// The known action that is spelled most alike, if any is near.
fn nearest(folded: &str) -> Option<String> {
    const DISTANCE_MAX: usize = 3;
    let service = folded.split(':').next().unwrap_or_default();
    let of_service = KnownAction::all().filter(|known| known.prefix == service);
    let measured = of_service.map(|known| (distance(folded, &known.name().to_ascii_lowercase()), known));
    let (distance, known) = measured.min_by_key(|(distance, _)| *distance)?;
    (distance <= DISTANCE_MAX).then(|| known.name())
}

/// Letters to add, drop or change (Levenshtein).
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (index, letter) in one.chars().enumerate() {
        let mut diagonal = index;
        let mut left = index + 1;
        let mut next = vec![left];
        for (known, above) in other.iter().zip(row.iter().skip(1)) {
            left = (diagonal + usize::from(letter != *known)).min(above + 1).min(left + 1);
            diagonal = *above;
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

/// Known actions that the statement's resources leave without effect.
fn without_effect(statement: &Statement) -> Option<Finding> {
    if statement.actions.negated || statement.resources.is_none() {
        return None;
    }
    let concerned = |known: &KnownAction| may_concern(statement, *known);
    let all_known = statement.actions.patterns.iter().all(tabled);
    if all_known && !known_actions(statement).any(|known| concerned(&known)) {
        let dead: Vec<KnownAction> = known_actions(statement).collect();
        return if dead.is_empty() { None } else { Some(never(statement, &dead)) };
    }
    // A wildcard takes in actions that nobody thought of; only named ones are worth a word while others are alive.
    let named = statement.actions.patterns.iter().filter_map(|pattern| KnownAction::find(&pattern.folded));
    let dead: Vec<KnownAction> = named.filter(|known| !concerned(known)).collect();
    if dead.is_empty() { None } else { Some(partly(statement, &dead)) }
}

fn never(statement: &Statement, dead: &[KnownAction]) -> Finding {
    let names: Vec<String> = dead.iter().map(KnownAction::name).collect();
    let does = format!(
        "the statement never matches and {}: {} {} decided on {}",
        nothing(statement.effect),
        listed(&names),
        if names.len() == 1 { "is" } else { "are" },
        shapes(dead)
    );
    Finding::at(LintRule::NeverMatches, Severity::Error, statement, place(statement))
        .does(does)
        .fix(fix(statement, dead))
}

fn partly(statement: &Statement, dead: &[KnownAction]) -> Finding {
    let names: Vec<String> = dead.iter().map(KnownAction::name).collect();
    let does = format!(
        "the statement {} for {}: {} decided on {}",
        nothing(statement.effect),
        listed(&names),
        if names.len() == 1 { "it is" } else { "they are" },
        shapes(dead)
    );
    let rule = LintRule::ActionWithoutEffect;
    Finding::at(rule, Severity::Warning, statement, place(statement)).does(does).fix(fix(statement, dead))
}

/// What the actions are decided on, in ARNs.
fn shapes(dead: &[KnownAction]) -> String {
    let mut arns: Vec<String> = dead.iter().flat_map(decided_on).collect();
    arns.sort_unstable();
    arns.dedup();
    listed(&arns)
}

fn decided_on(known: &KnownAction) -> Vec<String> {
    // The table names the group; AWS decides on its streams.
    if known.is_on_streams() {
        return vec!["arn:aws:logs:REGION:ACCOUNT:log-group:NAME:*".to_owned()];
    }
    let table = model::actions(known.prefix);
    let arn = |resource: &model::ActionResource| Some(filled(&table?.resource(&resource.name)?.arn));
    let arns: Vec<String> = known.action.resources.iter().filter_map(arn).collect();
    if arns.is_empty() { vec!["*".to_owned()] } else { arns }
}

/// The template of an ARN with words in capitals for what varies, since `${...}` is a variable in a policy.
fn filled(template: &str) -> String {
    let template = template.replace("${Partition}", "aws");
    let mut parts = template.split("${");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_once('}').unwrap_or((part, ""));
        out.push_str(&capitals(name));
        out.push_str(rest);
    }
    out
}

/// `BotAliasId` as `BOT_ALIAS_ID`.
fn capitals(name: &str) -> String {
    let mut out = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.push(letter.to_ascii_uppercase());
    }
    out
}

fn fix(statement: &Statement, dead: &[KnownAction]) -> String {
    let on = |arn: &str| {
        statement.resources.iter().flat_map(|list| &list.patterns).any(|one| one.text.contains(arn))
    };
    let keys = dead.iter().any(|known| known.prefix == "kms") && on(":alias/");
    let alias = if keys {
        "; an alias is no key, see the condition keys `kms:RequestAlias` and `kms:ResourceAliases`"
    } else {
        ""
    };
    format!(
        "put {} into a statement whose `Resource` is {}{alias}",
        if dead.len() == 1 { "it" } else { "them" },
        shapes(dead)
    )
}

fn place(statement: &Statement) -> crate::policy::Place {
    let first = statement.resources.as_ref().and_then(|resources| resources.patterns.first());
    first.map_or(statement.place, |pattern| pattern.place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_offered() {
        assert_eq!(nearest("logs:unmsk").as_deref(), Some("logs:Unmask"));
        assert_eq!(nearest("logs:somethingelse"), None);
        assert_eq!(
            filled("arn:${Partition}:lex:${Region}:${Account}:bot-alias/${BotId}/${BotAliasId}"),
            "arn:aws:lex:REGION:ACCOUNT:bot-alias/BOT_ID/BOT_ALIAS_ID"
        );
        assert_eq!((distance("abc", "abc"), distance("abc", "ac"), distance("", "abc")), (0, 1, 3));
    }
}
