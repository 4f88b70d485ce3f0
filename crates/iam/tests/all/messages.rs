//! Does a denial speak as AWS does, and does a verdict keep names of people and things out of logs?
//!
//! IAM User Guide, "Troubleshoot access denied error messages"; Cloudwatch spec's examples are of the same form.

use crate::world::principal;
use sotto_arn::Action;
use sotto_iam::{
    Attached, Context, Guardrails, Level, Policies, Policy, PolicyKind, PolicySet, Request, Resource,
    ResourcePolicy, evaluate,
};
use sotto_public::Safe;
use std::sync::Arc;

const ALLOW: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;
const DENY: &str =
    r#"{"Version":"2012-10-17","Statement":{"Sid":"Stop","Effect":"Deny","Action":"*","Resource":"*"}}"#;
const NOTHING: &str =
    r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sqs:*","Resource":"*"}}"#;
const DENY_ALL: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Deny","Principal":"*","Action":"logs:*","Resource":"*"}}"#;
const GROUP: &str = "arn:aws:logs:eu-central-1:111122223333:log-group:canary-group:log-stream:";

fn set(text: &str, kind: PolicyKind) -> Arc<PolicySet> {
    Arc::new(PolicySet::of(Attached::inline("the-policy", Policy::parse(text, kind).unwrap())))
}

fn with(change: impl FnOnce(&mut Policies)) -> Policies {
    let mut policies = Policies { identity: vec![set(ALLOW, PolicyKind::Identity)], ..Policies::default() };
    change(&mut policies);
    policies
}

fn guard(text: &str) -> Guardrails {
    Guardrails { levels: vec![Level::new("ou-ab12-11111111", set(text, PolicyKind::Scp))], management: false }
}

fn request(resource: &str) -> Request {
    let who = principal("arn:aws:iam::111122223333:user/Ana", None);
    Request::new(who, Action::parse("logs:Unmask").unwrap(), Resource::new(resource), Context::new())
}

#[test]
fn sentences() {
    let user = "User: arn:aws:iam::111122223333:user/Ana is not authorized to perform: logs:Unmask";
    let cases = [
        (with(|p| p.identity.clear()), "because no identity-based policy allows the logs:Unmask action"),
        (
            with(|p| p.identity.push(set(DENY, PolicyKind::Identity))),
            "with an explicit deny in an identity-based policy",
        ),
        (with(|p| p.scps = guard(DENY)), "with an explicit deny in a service control policy"),
        (
            with(|p| p.scps = guard(NOTHING)),
            "because no service control policy allows the logs:Unmask action",
        ),
        (
            with(|p| p.boundary = Some(set(NOTHING, PolicyKind::Boundary))),
            "because no permissions boundary allows the logs:Unmask action",
        ),
        (
            with(|p| p.boundary = Some(set(DENY, PolicyKind::Boundary))),
            "with an explicit deny in a permissions boundary",
        ),
        (
            with(|p| p.session = Some(set(NOTHING, PolicyKind::Session))),
            "because no session policy allows the logs:Unmask action",
        ),
        (
            with(|p| p.session = Some(set(DENY, PolicyKind::Session))),
            "with an explicit deny in a session policy",
        ),
        (
            with(|p| p.resource = Some(ResourcePolicy::new(set(DENY_ALL, PolicyKind::Resource)))),
            "with an explicit deny in a resource-based policy",
        ),
        (
            with(|p| p.resource = Some(ResourcePolicy::new(set(DENY_ALL, PolicyKind::KeyPolicy)))),
            "with an explicit deny in a resource-based policy",
        ),
        (
            with(|p| p.endpoint = Some(set(DENY_ALL, PolicyKind::Resource))),
            "with an explicit deny in a VPC endpoint policy",
        ),
    ];
    for (policies, wanted) in cases {
        for (resource, middle) in [(GROUP, format!(" on resource: {GROUP}")), ("*", String::new())] {
            let request = request(resource);
            let verdict = evaluate(&policies, &request);
            assert_eq!(verdict.message(&request).to_string(), format!("{user}{middle} {wanted}"));
        }
    }
}

#[test]
fn a_verdict_names_policies_and_neither_people_nor_things() {
    let verdict = evaluate(&with(|p| p.scps = guard(DENY)), &request(GROUP));
    let shown = Safe(&verdict).to_string();
    assert_eq!(
        shown,
        "explicitDeny by service control policy at ou-ab12-11111111, `the-policy` statement 1 (`Stop`) at 1:37"
    );
    let verdict = evaluate(&with(|p| p.identity.clear()), &request(GROUP));
    assert_eq!(
        Safe(&verdict).to_string(),
        "implicitDeny by identity-based policy, missing: identity-based policy"
    );
    assert!(!format!("{:?}", request(GROUP)).contains("canary"));
}
