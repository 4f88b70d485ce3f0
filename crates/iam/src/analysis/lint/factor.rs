//! Does a condition on a second factor also hold for credentials that can have none?
//!
//! Requests with long-term access keys carry no `aws:MultiFactorAuthPresent` at all (IAM User Guide, "AWS global condition context
//! keys"). So a Deny by `Bool` `false` passes them by, and an Allow by `BoolIfExists` `true` lets them in.

use super::super::finding::{Finding, LintRule, Severity};
use crate::condition::{Comparison, Condition, Operator};
use crate::policy::{Effect, Policy, Statement};

const KEY: &str = "aws:multifactorauthpresent";

pub(super) fn check(policy: &Policy, _text: &str) -> Vec<Finding> {
    policy
        .statements()
        .flat_map(|statement| statement.conditions.iter().filter_map(move |one| finding(statement, one)))
        .collect()
}

fn finding(statement: &Statement, condition: &Condition) -> Option<Finding> {
    let Operator { comparison, if_exists, .. } = condition.operator;
    let [value] = condition.values.as_slice() else { return None };
    if condition.key.as_str() != KEY || comparison != Comparison::Bool {
        return None;
    }
    let truth = value.text.eq_ignore_ascii_case("true");
    let (does, fix) = match (statement.effect, truth, if_exists) {
        (Effect::Deny, false, false) => ("are not denied", "write `BoolIfExists`"),
        (Effect::Allow, true, true) => ("are let in without a second factor", "write `Bool`"),
        _ => return None,
    };
    let does = format!("requests with long-term access keys carry no `{}` and {does}", condition.key());
    let rule = LintRule::AbsentSecondFactor;
    Some(Finding::at(rule, Severity::Warning, statement, condition.place).does(does).fix(fix))
}
