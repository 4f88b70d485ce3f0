//! Who is let in by a policy of a resource or role: anybody?
//!
//! `Principal: "*"` in an Allow is everybody on earth unless a condition says who (IAM User Guide, "AWS JSON policy elements:
//! Principal"). A trust policy for a provider of identities that does not check `sub` lets in everybody whom that provider knows.

use super::super::finding::{Finding, LintRule, Severity};
use super::of_effect;
use crate::condition::{Operator, Qualifier};
use crate::policy::{Effect, Policy, PolicyKind, Statement, Who};

/// Keys that tell callers of all accounts apart. Names of users and tags of principals do not: anybody can give them in an account
/// of his own. Nor does `kms:ViaService`: any account uses a service.
const CONFINES: &[&str] = &[
    "aws:principalarn",
    "aws:principalaccount",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:principalservicename",
    "aws:sourcearn",
    "aws:sourceaccount",
    "aws:sourceorgid",
    "aws:sourceip",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:vpcsourceip",
    "aws:userid",
    "kms:calleraccount",
    "s3:dataaccesspointaccount",
];

pub(super) fn check(policy: &Policy, _text: &str) -> Vec<Finding> {
    let named = policy.kind().names_principals() && policy.kind() != PolicyKind::Rcp;
    let statements = of_effect(policy, Effect::Allow).filter(|_| named);
    statements.filter_map(|statement| open(statement).or_else(|| federation(statement))).collect()
}

fn open(statement: &Statement) -> Option<Finding> {
    let principals = statement.principals.as_ref()?;
    let everyone = principals.patterns.iter().find(|one| one.who == Who::Everyone);
    let (place, said) = match (everyone, principals.negated) {
        (Some(one), false) => (one.place, "everybody"),
        (_, true) => (statement.place, "everybody but those listed"),
        (None, false) => return None,
    };
    if is_confined(statement) {
        return None;
    }
    let does = format!("this lets in {said}, from any account, without a condition on who asks");
    let fix = "name the principals, or add a condition as `aws:PrincipalOrgID` or `aws:SourceArn`";
    Some(Finding::at(LintRule::PublicPrincipal, Severity::Error, statement, place).does(does).fix(fix))
}

/// Whether a condition that an absent key does not meet tells callers apart, by more than `*`.
fn is_confined(statement: &Statement) -> bool {
    statement.conditions.iter().any(|condition| {
        let operator = condition.operator;
        let asks = !operator.negated && !operator.if_exists && operator.qualifier != Qualifier::AllValues;
        let key = condition.key.as_str();
        asks && CONFINES.contains(&key) && !condition.values.iter().any(|value| is_open(&value.text))
    })
}

/// Whether a value leaves the account open: `*`, every address, or an ARN with a wildcard for its account.
fn is_open(text: &str) -> bool {
    let account = text.strip_prefix("arn:").and_then(|rest| rest.split(':').nth(3));
    matches!(text, "*" | "*:*" | "0.0.0.0/0" | "::/0" | "arn:*") || account == Some("*")
}

fn federation(statement: &Statement) -> Option<Finding> {
    let principals = statement.principals.as_ref()?;
    let web = statement.actions.matches("sts:assumerolewithwebidentity");
    let provider = principals.patterns.iter().find(|one| matches!(one.who, Who::Federated(_)))?;
    let subject = |key: &str| key.ends_with(":sub") || key.ends_with(":amr");
    let checked = statement.conditions.iter().find(|condition| {
        let Operator { negated, if_exists, qualifier, .. } = condition.operator;
        let asks = !negated && !if_exists && qualifier != Qualifier::AllValues;
        subject(condition.key.as_str())
            && asks
            && condition.values.iter().all(|value| !is_any_subject(&value.text))
    });
    if !web || checked.is_some() {
        return None;
    }
    let does = format!("any identity that `{}` vouches for may assume the role", provider.text);
    let fix = "add a condition on the provider's `:sub` (and `:aud`) whose values name the owner, as `repo:OWNER/REPOSITORY:*`";
    Some(
        Finding::at(LintRule::OpenFederation, Severity::Error, statement, provider.place).does(does).fix(fix),
    )
}

/// Providers that serve everybody write an owner behind one of these words, and then a slash or a colon.
const OWNERS: &[(&str, char)] = &[("repo:", '/'), ("project_path:", '/'), ("organization:", ':')];

/// Whether a subject names nobody: nothing stands before its first wildcard, or the owner has one. Anybody registers an owner whose
/// name begins alike.
fn is_any_subject(text: &str) -> bool {
    let Some((head, _)) = text.split_once(['*', '?']) else { return false };
    let open =
        |(word, end): &(&str, char)| head.strip_prefix(word).is_some_and(|owner| !owner.contains(*end));
    head.is_empty() || OWNERS.iter().any(open)
}
