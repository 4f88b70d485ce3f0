//! Does the ARN of a log group match what AWS decides actions on?
//!
//! Actions on a group are decided on `...:log-group:NAME:log-stream:` (so printed in AWS's own refusals), those on a stream on
//! `...:log-stream:STREAM`; only the actions on tags are decided on plain `log-group:NAME`. So `NAME:*` and `NAME*` match, and
//! plain `NAME` does not: a Deny written so protects nothing, an Allow grants nothing.

use super::super::finding::{Finding, LintRule, Severity, listed};
use super::super::scope::{KnownAction, known_actions};
use crate::policy::{Effect, Policy, ResourcePattern, Statement};

pub(super) fn check(policy: &Policy, _text: &str) -> Vec<Finding> {
    policy.statements().flat_map(of_statement).collect()
}

fn of_statement(statement: &Statement) -> Vec<Finding> {
    let Some(resources) = &statement.resources else { return Vec::new() };
    let actions: Vec<KnownAction> = known_actions(statement).filter(KnownAction::is_on_streams).collect();
    if actions.is_empty() {
        return Vec::new();
    }
    let bare = resources.patterns.iter().filter(|pattern| is_bare(&pattern.text));
    bare.map(|pattern| finding(statement, pattern, &actions, resources.negated)).collect()
}

/// `arn:...:log-group:NAME` with nothing behind the name that could take in `:log-stream:`.
fn is_bare(arn: &str) -> bool {
    let mut parts = arn.splitn(7, ':');
    let service = parts.nth(2);
    let kind = parts.nth(2);
    let name = parts.next();
    let closed = name.is_some_and(|name| !name.contains(':') && !name.ends_with('*') && !name.ends_with('}'));
    service == Some("logs") && kind == Some("log-group") && closed
}

fn finding(
    statement: &Statement,
    pattern: &ResourcePattern,
    actions: &[KnownAction],
    negated: bool,
) -> Finding {
    let names: Vec<String> = actions.iter().map(KnownAction::name).collect();
    let effect = match (statement.effect, negated) {
        (Effect::Deny, false) => "denies nothing",
        (Effect::Allow, false) => "grants nothing",
        (Effect::Deny, true) => "exempts nothing",
        (Effect::Allow, true) => "leaves nothing out",
    };
    let does = format!(
        "`{}` {effect} for {}: AWS decides on `log-group:NAME:log-stream:...`, which this does not match",
        pattern.text,
        listed(&names)
    );
    let fix = format!("write `{}:*`", pattern.text);
    Finding::at(LintRule::LogGroupWithoutStar, Severity::Error, statement, pattern.place).does(does).fix(fix)
}
