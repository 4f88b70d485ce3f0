//! What is wrong with this document although it is well formed?
//!
//! Each rule is a function over the parsed policy and answers findings; a document that is no policy answers its problems. Rules
//! that speak of actions know those of the tables (`logs`, `lex`, `kms`, `iam`, ...) and are silent about other services.

mod aim;
mod conditions;
mod dead;
mod exempt;
mod factor;
mod grants;
#[cfg(test)]
mod laws;
mod lex;
mod log_groups;
mod overlap;
mod public;
mod size;
mod values;
#[cfg(test)]
mod vectors;

use super::finding::{Finding, LintRule, Severity};
use crate::policy::{Effect, Policy, PolicyKind, Statement, json};

/// What the linter says of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lint {
    /// As which kind it was read.
    pub kind: PolicyKind,
    /// Whether it is a policy at all.
    pub well_formed: bool,
    /// In the order of the document, worst first at one place.
    pub findings: Vec<Finding>,
}

/// A rule: what it finds in a policy of some text.
type Check = fn(&Policy, &str) -> Vec<Finding>;

const CHECKS: &[Check] = &[
    exempt::check,
    log_groups::check,
    lex::check,
    aim::check,
    dead::check,
    conditions::check,
    values::check,
    factor::check,
    overlap::check,
    grants::check,
    public::check,
    size::check,
];

/// Reads a document and says what is wrong with it. Without a kind the document's own shape tells: see [`guess`].
pub fn lint(text: &str, kind: Option<PolicyKind>) -> Lint {
    let kind = kind.unwrap_or_else(|| guess(text));
    match Policy::parse(text, kind) {
        Ok(policy) => {
            let mut findings: Vec<Finding> = CHECKS.iter().flat_map(|check| check(&policy, text)).collect();
            findings.sort_by(|a, b| (a.place, b.severity, a.rule).cmp(&(b.place, a.severity, b.rule)));
            findings.dedup();
            Lint { kind, well_formed: true, findings }
        }
        Err(problems) => {
            let aws = problems.aws_message();
            let findings = problems.iter().map(|problem| malformed(problem, aws)).collect();
            Lint { kind, well_formed: false, findings }
        }
    }
}

fn malformed(problem: &crate::policy::Problem, first: &str) -> Finding {
    let message = problem.aws.clone().unwrap_or_else(|| first.to_owned());
    let mut finding = Finding::of_document(LintRule::Malformed, Severity::Error, problem.place)
        .does(problem.message.clone())
        .fix(format!("AWS refuses it: MalformedPolicyDocument: {message}"));
    finding.aws = Some(message);
    finding
}

/// What kind of policy a document looks like: one that names principals belongs to a role when all its actions are those of STS,
/// to a key when they are those of KMS, to some resource otherwise; one that names none is an identity policy. A service control
/// policy looks like an identity policy, so its kind must be told.
pub fn guess(text: &str) -> PolicyKind {
    let Ok(document) = json::read(text) else { return PolicyKind::Identity };
    let mut shape = Shape::default();
    for statement in members(&document, "Statement") {
        shape.see(statement);
    }
    match shape {
        Shape { principals: false, .. } => PolicyKind::Identity,
        Shape { actions, .. } if all_begin(&actions, "sts:") => PolicyKind::Trust,
        Shape { actions, .. } if all_begin(&actions, "kms:") => PolicyKind::KeyPolicy,
        _ => PolicyKind::Resource,
    }
}

#[derive(Default)]
struct Shape<'v> {
    principals: bool,
    actions: Vec<&'v str>,
}

impl<'v> Shape<'v> {
    fn see(&mut self, statement: &'v json::Value) {
        let json::Node::Object(members) = &statement.node else { return };
        for member in members {
            match member.key.as_str() {
                "Principal" | "NotPrincipal" => self.principals = true,
                "Action" | "NotAction" => self.actions.extend(texts(&member.value)),
                _ => {}
            }
        }
    }
}

fn all_begin(actions: &[&str], prefix: &str) -> bool {
    let begins =
        |action: &&str| action.get(..prefix.len()).is_some_and(|head| head.eq_ignore_ascii_case(prefix));
    !actions.is_empty() && actions.iter().all(begins)
}

/// The items of a member that is a list, or the member itself.
fn members<'v>(document: &'v json::Value, key: &str) -> Vec<&'v json::Value> {
    let json::Node::Object(members) = &document.node else { return Vec::new() };
    let Some(member) = members.iter().find(|member| member.key == key) else { return Vec::new() };
    match &member.value.node {
        json::Node::List(items) => items.iter().collect(),
        _ => vec![&member.value],
    }
}

fn texts(value: &json::Value) -> Vec<&str> {
    match &value.node {
        json::Node::Text(text) => vec![text],
        json::Node::List(items) => items.iter().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}

/// Statements of one effect.
fn of_effect(policy: &Policy, effect: Effect) -> impl Iterator<Item = &Statement> {
    policy.statements().filter(move |statement| statement.effect == effect)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_guessed_from_the_shape() {
        let of = |body: &str| guess(&format!(r#"{{"Version":"2012-10-17","Statement":[{{{body}}}]}}"#));
        for (body, wanted) in [
            (r#""Effect":"Allow","Action":"*","Resource":"*""#, PolicyKind::Identity),
            (
                r#""Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"*""#,
                PolicyKind::Resource,
            ),
            (r#""Effect":"Allow","Principal":"*","Action":["STS:AssumeRole"]"#, PolicyKind::Trust),
            (r#""Effect":"Allow","Principal":"*","Action":"kms:*","Resource":"*""#, PolicyKind::KeyPolicy),
        ] {
            assert_eq!(of(body), wanted, "{body}");
        }
        assert_eq!(guess("no json"), PolicyKind::Identity);
    }

    #[test]
    fn what_is_no_policy_says_where_and_what_aws_answers() {
        let lint =
            lint("{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [{\"Effect\": \"Allow\"}]\n}", None);
        assert!(!lint.well_formed);
        let finding = lint.findings.first().unwrap();
        assert_eq!((finding.rule, finding.place.line), (LintRule::Malformed, 3));
        assert!(
            finding.aws.as_deref().is_some_and(|aws| aws.starts_with("Policy statement must contain")),
            "{finding}"
        );
    }
}
