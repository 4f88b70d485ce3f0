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
/// Words of a `Sid` that claim an exemption, whatever the condition names.
const CLAIMS: &[&str] = &["except", "exempt", "only", "unless", "outside"];
/// Words that may also speak of those whom the condition names: `RestrictRootUser` means the root user.
const MAYBE_CLAIMS: &[&str] = &["allow", "restrict", "other", "limit"];
/// Words that hold one of the words above and claim nothing.
const NO_CLAIMS: &[&str] = &["disallow"];

pub(super) fn check(policy: &Policy, _text: &str) -> Vec<Finding> {
    let deny = of_effect(policy, Effect::Deny);
    deny.filter_map(|statement| finding(policy.kind(), statement)).collect()
}

fn finding(kind: PolicyKind, statement: &Statement) -> Option<Finding> {
    let condition = statement.conditions.iter().find(|condition| names_who(condition))?;
    let sid = statement.sid.as_deref().unwrap_or_default();
    // The root user, and whoever is tagged for it, are denied on purpose, unless the name of the statement says otherwise.
    let claims = says(sid, CLAIMS) || says(sid, MAYBE_CLAIMS);
    if is_root(condition) && !says(sid, CLAIMS) || is_tag(condition) && !claims {
        return None;
    }
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
    let who = WHO.contains(&condition.key.as_str()) || is_tag(condition);
    compares && !condition.operator.negated && who
}

fn is_tag(condition: &Condition) -> bool {
    condition.key.as_str().starts_with("aws:principaltag/")
}

fn is_root(condition: &Condition) -> bool {
    condition.values.iter().all(|value| value.text.ends_with(":root"))
}

fn says(sid: &str, words: &[&str]) -> bool {
    let mut sid = sid.to_ascii_lowercase();
    for word in NO_CLAIMS {
        sid = sid.replace(word, "");
    }
    words.iter().any(|word| sid.contains(word))
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
