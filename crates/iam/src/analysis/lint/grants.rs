//! Which grants are wider than they look: originals shown by a wildcard, everything allowed, all but a list allowed?
//!
//! `logs:*` or `kms:*` read like administration and show or decrypt originals; so does a named action on every resource.

use super::super::finding::{Finding, LintRule, Severity, listed};
use super::of_effect;
use crate::policy::{Effect, Policy, PolicyKind, Statement};

/// Actions that let somebody see what masking and sealing hide.
const SENSITIVE: &[&str] = &["logs:Unmask", "kms:Decrypt", "kms:ReEncryptFrom", "kms:CreateGrant"];

pub(super) fn check(policy: &Policy, _text: &str) -> Vec<Finding> {
    // Control policies, boundaries and session policies grant nothing; a key policy speaks of its own key.
    let grants = matches!(policy.kind(), PolicyKind::Identity | PolicyKind::Resource | PolicyKind::KeyPolicy);
    let statements = of_effect(policy, Effect::Allow).filter(|_| grants);
    statements.flat_map(|statement| of_statement(policy.kind(), statement)).collect()
}

fn of_statement(kind: PolicyKind, statement: &Statement) -> Vec<Finding> {
    let delegates = kind == PolicyKind::KeyPolicy;
    let everything = everything(statement).filter(|_| !delegates);
    let found = match everything {
        Some(finding) => vec![finding],
        None if delegates => Vec::new(),
        None => sensitive(statement).into_iter().collect(),
    };
    found.into_iter().chain(all_but(statement)).collect()
}

fn everywhere(statement: &Statement) -> bool {
    statement
        .resources
        .as_ref()
        .is_none_or(|list| list.negated || list.patterns.iter().any(|one| &*one.text == "*"))
}

fn everything(statement: &Statement) -> Option<Finding> {
    let all = !statement.actions.negated
        && statement.actions.patterns.iter().any(|one| &*one.folded == "*" || &*one.folded == "*:*");
    let does = "this grants every action on every resource, unmasking and decrypting included".to_owned();
    let fix = "name the actions that are needed, or deny `logs:Unmask` and `kms:Decrypt` beside it";
    let unconditional = statement.conditions.is_empty();
    (all && everywhere(statement) && unconditional).then(|| {
        Finding::at(LintRule::GrantsEverything, Severity::Warning, statement, statement.place)
            .does(does)
            .fix(fix)
    })
}

fn sensitive(statement: &Statement) -> Option<Finding> {
    let matched = |action: &&str| statement.actions.matches(&action.to_ascii_lowercase());
    let granted: Vec<&str> = SENSITIVE.iter().copied().filter(|action| matched(action)).collect();
    let named =
        |action: &str| statement.actions.patterns.iter().any(|one| one.folded.eq_ignore_ascii_case(action));
    let hidden: Vec<&str> =
        granted.iter().copied().filter(|action| statement.actions.negated || !named(action)).collect();
    let rule = LintRule::WideSensitiveGrant;
    if !hidden.is_empty() {
        let does = format!("without naming it, this grants {}", listed(&hidden));
        let fix = format!("name the actions that are needed; where {} is meant, say so", listed(&hidden));
        return Some(Finding::at(rule, Severity::Warning, statement, statement.place).does(does).fix(fix));
    }
    let wide = !granted.is_empty() && everywhere(statement) && statement.conditions.is_empty();
    let does = format!("this grants {} on every resource of every account that lets it", listed(&granted));
    let fix = "name the log groups or keys, or add a condition";
    wide.then(|| Finding::at(rule, Severity::Warning, statement, statement.place).does(does).fix(fix))
}

fn all_but(statement: &Statement) -> Option<Finding> {
    let resources = statement.resources.as_ref().is_some_and(|list| list.negated);
    let element = match (statement.actions.negated, resources) {
        (true, _) => "NotAction",
        (false, true) => "NotResource",
        (false, false) => return None,
    };
    let does =
        format!("`Allow` with `{element}` grants everything that is not listed, also what is added later");
    let fix = "list what is needed instead";
    Some(
        Finding::at(LintRule::AllowsAllBut, Severity::Warning, statement, statement.place)
            .does(does)
            .fix(fix),
    )
}
