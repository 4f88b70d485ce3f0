//! Which statements add nothing: because another says the same already, or because a Deny takes all of it away?
//!
//! Both are claimed only where one statement certainly covers the other. A Deny that covers a Deny, or an Allow that covers an
//! Allow, makes the covered one redundant; a Deny that covers an Allow shadows it.

use super::super::finding::{Finding, LintRule, Severity};
use super::super::scope::covers;
use crate::policy::{Effect, Policy, Statement};

pub(super) fn check(policy: &Policy, _text: &str) -> Vec<Finding> {
    let all: Vec<&Statement> = policy.statements().collect();
    all.iter().filter_map(|inner| finding(inner, &all)).collect()
}

fn finding(inner: &Statement, all: &[&Statement]) -> Option<Finding> {
    let others = || all.iter().filter(|other| other.index != inner.index);
    let shadow = others()
        .find(|other| inner.effect == Effect::Allow && other.effect == Effect::Deny && covers(other, inner));
    if let Some(shadow) = shadow {
        let does = format!("nothing that this grants is granted: {} denies all of it", named(shadow));
        let fix = "drop one of the two, or narrow the Deny";
        return Some(
            Finding::at(LintRule::Shadowed, Severity::Error, inner, inner.place).does(does).fix(fix),
        );
    }
    // Of two that cover each other, the later one is redundant.
    let again = others().find(|other| {
        other.effect == inner.effect
            && covers(other, inner)
            && (other.index < inner.index || !covers(inner, other))
    })?;
    let does = format!("this adds nothing: {} says it already", named(again));
    let fix = "drop it";
    Some(Finding::at(LintRule::Redundant, Severity::Warning, inner, inner.place).does(does).fix(fix))
}

fn named(statement: &Statement) -> String {
    match &statement.sid {
        Some(sid) => format!("statement {} (`{sid}`)", statement.index + 1),
        None => format!("statement {}", statement.index + 1),
    }
}
