//! Does a Deny hold only for those whom it means to exempt?
//!
//! A pattern that circulates for protecting bots and log groups denies when `aws:PrincipalArn` **equals** a role and says in its
//! name that only this role may. Conditions say when a statement holds, so it denies that role and nobody else (IAM User Guide,
//! "IAM JSON policy elements: Condition").

use super::super::finding::{Finding, LintRule, Severity, listed};
use super::of_effect;
use crate::condition::{Comparison, Condition};
use crate::policy::{Effect, Policy, PolicyKind, Statement};

/// Keys that say who asks.
const WHO: &[&str] =
    &["aws:principalarn", "aws:userid", "aws:username", "aws:principalaccount", "aws:principalorgid"];
/// Words of a `Sid` that claim an exemption.
const CLAIMS: &[&str] =
    &["except", "exempt", "only", "unless", "allow", "restrict", "other", "non", "outside", "limit"];

pub(super) fn check(policy: &Policy, _text: &str) -> Vec<Finding> {
    let deny = of_effect(policy, Effect::Deny);
    deny.filter_map(|statement| finding(policy.kind(), statement)).collect()
}

fn finding(kind: PolicyKind, statement: &Statement) -> Option<Finding> {
    let condition = statement.conditions.iter().find(|condition| names_who(condition))?;
    let claims = statement.sid.as_deref().is_some_and(claims);
    // An identity policy that denies by the caller's own ARN is odd, but may be meant: one policy for several roles.
    let severity = if claims || kind == PolicyKind::Scp { Severity::Error } else { Severity::Warning };
    let values: Vec<&str> = condition.values.iter().map(|value| &*value.text).collect();
    let (key, values) = (condition.key(), listed(&values));
    let does = format!("this denies only principals whose `{key}` is {values}; everybody else is not denied");
    let fix =
        format!("to exempt them, write `{}` in place of the operator", turned(condition.operator.comparison));
    Some(Finding::at(LintRule::DeniesTheExempt, severity, statement, condition.place).does(does).fix(fix))
}

fn names_who(condition: &Condition) -> bool {
    let compares = matches!(
        condition.operator.comparison,
        Comparison::StringEquals
            | Comparison::StringEqualsIgnoreCase
            | Comparison::StringLike
            | Comparison::Arn
    );
    let who =
        WHO.contains(&condition.key.as_str()) || condition.key.as_str().starts_with("aws:principaltag/");
    compares && !condition.operator.negated && who
}

fn claims(sid: &str) -> bool {
    let sid = sid.to_ascii_lowercase();
    CLAIMS.iter().any(|word| sid.contains(word))
}

/// The operator that asks for the opposite.
fn turned(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::StringLike => "StringNotLike",
        Comparison::StringEqualsIgnoreCase => "StringNotEqualsIgnoreCase",
        Comparison::Arn => "ArnNotLike",
        _ => "StringNotEquals",
    }
}
