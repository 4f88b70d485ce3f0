//! Any text as a policy of each kind: it is read or refused within bounds, and what is read decides without a panic, the same
//! way twice, and as its explanation says.

use sotto_arn::{Action, PrincipalArn};
use sotto_iam::{
    Attached, Context, Outcome, Policies, Policy, PolicyKind, PolicySet, Principal, Request, Resource,
    ResourcePolicy, evaluate, explain,
};
use std::sync::Arc;

const KINDS: [PolicyKind; 8] = [
    PolicyKind::Identity,
    PolicyKind::Boundary,
    PolicyKind::Session,
    PolicyKind::Resource,
    PolicyKind::Trust,
    PolicyKind::KeyPolicy,
    PolicyKind::Scp,
    PolicyKind::Rcp,
];

/// Reads the input as a policy of each kind and decides with it.
pub fn policy(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    for kind in KINDS {
        match Policy::parse(text, kind) {
            Ok(policy) => decide(policy, kind),
            Err(problems) => assert!(problems.iter().len() > 0 && !problems.aws_message().is_empty()),
        }
    }
}

fn decide(policy: Policy, kind: PolicyKind) {
    let set = Arc::new(PolicySet::of(Attached::inline("fuzz", policy)));
    let policies = match kind.names_principals() {
        true => Policies { resource: Some(ResourcePolicy::new(set)), ..Policies::default() },
        false => Policies { identity: vec![set], ..Policies::default() },
    };
    for (action, resource) in [
        ("s3:GetObject", "arn:aws:s3:::bucket/a:b/ana"),
        ("sts:AssumeRole", "arn:aws:iam::111122223333:role/r"),
        ("logs:Unmask", "*"),
    ] {
        let request = request(action, resource);
        let verdict = evaluate(&policies, &request);
        let explained = explain(&policies, &request);
        assert_eq!(verdict, explained.verdict);
        assert_eq!(verdict.outcome() == Outcome::ImplicitDeny, !verdict.missing().is_empty());
        let spoke = !explained.matches.is_empty();
        assert!(spoke || verdict.outcome() == Outcome::ImplicitDeny);
        let _ = format!("{verdict} {}", verdict.message(&request));
    }
}

fn request(action: &str, resource: &str) -> Request {
    let arn = PrincipalArn::parse("arn:aws:iam::111122223333:user/ana").expect("an ARN");
    let context = Context::new()
        .with("aws:SourceIp", "203.0.113.9")
        .with("aws:CurrentTime", "2026-01-01T00:00:00Z")
        .with_all("aws:TagKeys", ["a", "b"]);
    let principal = Principal::user(&arn).expect("a user");
    Request::new(principal, Action::parse(action).expect("an action"), Resource::new(resource), context)
}
