//! Is the document larger than the service takes?
//!
//! IAM and STS quotas: managed policies 6,144 characters, trust policies 2,048, whitespace not counted. AWS Organizations quotas:
//! service control policies 10,240 characters since May 2026, resource control policies 5,120, whitespace counted unless the
//! console takes it out.

use super::super::finding::{Finding, LintRule, Severity};
use crate::policy::{Place, Policy, PolicyKind};

/// What a kind of policy may measure, whether whitespace counts, and how sure it is that this bound holds.
fn bound(kind: PolicyKind) -> Option<(usize, bool, Severity)> {
    match kind {
        PolicyKind::Identity | PolicyKind::Boundary => Some((6_144, false, Severity::Warning)),
        PolicyKind::Trust => Some((2_048, false, Severity::Warning)),
        PolicyKind::Session => Some((2_048, true, Severity::Error)),
        PolicyKind::Scp => Some((10_240, true, Severity::Error)),
        PolicyKind::Rcp => Some((5_120, true, Severity::Error)),
        PolicyKind::KeyPolicy => Some((32_768, true, Severity::Error)),
        PolicyKind::Resource => None,
    }
}

pub(super) fn check(policy: &Policy, text: &str) -> Vec<Finding> {
    let Some((chars_max, whitespace, severity)) = bound(policy.kind()) else { return Vec::new() };
    let chars = text.trim().chars().filter(|c| whitespace || !c.is_whitespace()).count();
    if chars <= chars_max {
        return Vec::new();
    }
    let without = if whitespace { "" } else { ", whitespace left out" };
    let does = format!("the document has {chars} characters{without}; at most {chars_max} are taken");
    let finding = Finding::of_document(LintRule::TooLarge, severity, Place { line: 1, column: 1 });
    vec![finding.does(does).fix("split it, or take out what is redundant")]
}
