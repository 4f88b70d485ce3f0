//! Which values of conditions is a key never equal to?
//!
//! `StringEquals` and its kin compare letter by letter; only `StringLike` and the operators for ARNs know `*` (IAM User Guide, "IAM
//! JSON policy elements: Condition operators"). And `aws:PrincipalArn` of a session is the ARN of its role, never
//! `...:assumed-role/...` (IAM User Guide, "AWS global condition context keys"). Both mistakes turn a guardrail round: an exemption
//! exempts nobody, a Deny denies nobody.

use super::super::finding::{Finding, LintRule, Severity, listed};
use crate::condition::{Comparison, Condition};
use crate::policy::{Policy, Statement};

pub(super) fn check(policy: &Policy, _text: &str) -> Vec<Finding> {
    let of = |statement| {
        let all = |condition| wildcard(statement, condition).into_iter().chain(session(statement, condition));
        statement.conditions.iter().flat_map(all).collect::<Vec<_>>()
    };
    policy.statements().flat_map(of).collect()
}

/// `*` where the operator knows none.
fn wildcard(statement: &Statement, condition: &Condition) -> Option<Finding> {
    let turned = match (condition.operator.comparison, condition.operator.negated) {
        (Comparison::StringEquals | Comparison::StringEqualsIgnoreCase, false) => "StringLike",
        (Comparison::StringEquals | Comparison::StringEqualsIgnoreCase, true) => "StringNotLike",
        _ => return None,
    };
    let starred = |text: &str| text.replace("${*}", "").contains('*');
    let values = never(condition, starred)?;
    let does = format!(
        "the operator takes `*` as a plain character, and `{}` is never {values}: {}",
        condition.key(),
        outcome(condition, starred)
    );
    let fix = format!("write `{turned}`");
    let rule = LintRule::LiteralWildcard;
    // What people write themselves, as tags or prefixes, may hold an asterisk.
    let severity = if is_of_aws(condition.key.as_str()) { Severity::Error } else { Severity::Warning };
    Some(Finding::at(rule, severity, statement, condition.place).does(does).fix(fix))
}

fn is_of_aws(key: &str) -> bool {
    let free = [
        "aws:principaltag/",
        "aws:requesttag/",
        "aws:resourcetag/",
        "aws:tagkeys",
        "aws:useragent",
        "aws:referer",
    ];
    key.starts_with("aws:") && !free.iter().any(|one| key.starts_with(one)) || key.ends_with(":sub")
}

/// A session where the key holds the role.
fn session(statement: &Statement, condition: &Condition) -> Option<Finding> {
    let comparison = condition.operator.comparison;
    if condition.key.as_str() != "aws:principalarn" || comparison == Comparison::Null {
        return None;
    }
    let is_session = |text: &str| text.contains(":assumed-role/");
    let values = never(condition, is_session)?;
    let does = format!(
        "`{}` of a session is the ARN of its role, never {values}: {}",
        condition.key(),
        outcome(condition, is_session)
    );
    let fix = "write the role, `arn:aws:iam::ACCOUNT:role/NAME`; for one session, use `aws:userid`";
    Some(
        Finding::at(LintRule::ImpossibleValue, Severity::Error, statement, condition.place)
            .does(does)
            .fix(fix),
    )
}

/// The values that the key never has.
fn never(condition: &Condition, is_never: impl Fn(&str) -> bool) -> Option<String> {
    let values: Vec<&str> =
        condition.values.iter().map(|value| &*value.text).filter(|text| is_never(text)).collect();
    (!values.is_empty()).then(|| listed(&values))
}

/// What becomes of the condition.
fn outcome(condition: &Condition, is_never: impl Fn(&str) -> bool) -> &'static str {
    let all = condition.values.iter().all(|value| is_never(&value.text));
    match (all, condition.operator.negated) {
        (false, false) => "the value adds nothing",
        (false, true) => "the value exempts nobody",
        (true, false) => "the condition is never met",
        (true, true) => "the condition is always met",
    }
}
