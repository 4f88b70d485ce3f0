//! What the linter claims, held against the engine: leaving out a statement that is said to add nothing, to be shadowed or never
//! to match changes no decision.

use super::super::finding::LintRule;
use super::lint;
use crate::{
    Attached, Context, Policies, Policy, PolicyKind, PolicySet, Principal, Request, Resource, evaluate,
};
use proptest::prelude::*;
use sotto_arn::{Action, PrincipalArn};
use std::sync::Arc;

const ACTIONS: &[&str] = &[
    "*",
    "s3:*",
    "s3:Get*",
    "s3:GetObject",
    "s3:PutObject",
    "s3:ListBucket",
    "logs:*",
    "logs:GetLogEvents",
    "logs:Unmask",
    "iam:GetRole",
];
const RESOURCES: &[&str] = &[
    "*",
    "arn:aws:s3:::b/*",
    "arn:aws:s3:::b/x",
    "arn:aws:s3:::b",
    "arn:aws:s3:::*",
    "arn:aws:logs:*:*:log-group:a",
    "arn:aws:logs:*:*:log-group:a:*",
    "arn:aws:logs:*:*:log-group:*",
    "arn:aws:iam::111122223333:role/r",
    "arn:aws:s3:::b/${aws:username}",
];
const CONDITIONS: &[&str] = &[
    "",
    r#","Condition":{"StringEquals":{"aws:SourceVpc":["v1","v2"]}}"#,
    r#","Condition":{"StringEquals":{"aws:SourceVpc":"v1"}}"#,
    r#","Condition":{"StringNotEquals":{"aws:SourceVpc":["v1","v2"]}}"#,
    r#","Condition":{"StringNotEquals":{"aws:SourceVpc":"v1"}}"#,
    r#","Condition":{"Null":{"aws:SourceVpc":"true"},"StringLike":{"aws:SourceVpc":"v*"}}"#,
    r#","Condition":{"StringEquals":{"aws:SourceVpc":"v1"},"StringLike":{"aws:SourceVpc":"v*"}}"#,
];
/// Actions with a resource that AWS decides them on.
const ASKED: &[(&str, &[&str])] = &[
    ("s3:GetObject", &["arn:aws:s3:::b/x", "arn:aws:s3:::b/ana", "arn:aws:s3:::c/x"]),
    ("s3:PutObject", &["arn:aws:s3:::b/x"]),
    ("s3:ListBucket", &["arn:aws:s3:::b", "arn:aws:s3:::bb"]),
    ("logs:Unmask", &["arn:aws:logs:eu-central-1:111122223333:log-group:a:log-stream:"]),
    ("logs:GetLogEvents", &["arn:aws:logs:eu-central-1:111122223333:log-group:a:log-stream:s"]),
    ("iam:GetRole", &["arn:aws:iam::111122223333:role/r"]),
];

fn statement() -> impl Strategy<Value = String> {
    let pick = |from: &'static [&'static str]| prop::sample::select(from);
    let list = |from| {
        prop::collection::vec(pick(from), 1..3).prop_map(|list| format!("[\"{}\"]", list.join("\",\"")))
    };
    (any::<bool>(), any::<[bool; 2]>(), list(ACTIONS), list(RESOURCES), pick(CONDITIONS)).prop_map(
        |(allow, [not_action, not_resource], actions, resources, condition)| {
            let effect = if allow { "Allow" } else { "Deny" };
            let (action, resource) = (
                if not_action { "NotAction" } else { "Action" },
                if not_resource { "NotResource" } else { "Resource" },
            );
            format!(r#"{{"Effect":"{effect}","{action}":{actions},"{resource}":{resources}{condition}}}"#)
        },
    )
}

fn policies(statements: &[String]) -> Policies {
    let text = format!("{{\"Version\":\"2012-10-17\",\"Statement\":[{}]}}", statements.join(","));
    let sets =
        Policy::parse(&text, PolicyKind::Identity).map(|policy| PolicySet::of(Attached::inline("p", policy)));
    Policies { identity: sets.into_iter().map(Arc::new).collect(), ..Policies::default() }
}

fn request(action: &str, resource: &str, vpc: Option<&str>) -> Request {
    let user = PrincipalArn::parse("arn:aws:iam::111122223333:user/ana").unwrap();
    let account = user.account().clone();
    let mut context = Context::new();
    if let Some(vpc) = vpc {
        context.set("aws:SourceVpc", [vpc]);
    }
    let resource = Resource::new(resource).of_account(&account);
    Request::new(Principal::user(&user).unwrap(), Action::parse(action).unwrap(), resource, context)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]
    #[test]
    fn what_is_said_to_do_nothing_does_nothing(statements in prop::collection::vec(statement(), 1..4)) {
        let text = format!("{{\"Version\":\"2012-10-17\",\"Statement\":[{}]}}", statements.join(","));
        let nothing = [LintRule::Redundant, LintRule::Shadowed, LintRule::NeverMatches];
        for finding in lint(&text, Some(PolicyKind::Identity)).findings {
            let Some(index) = finding.statement.filter(|_| nothing.contains(&finding.rule)) else { continue };
            let mut rest = statements.clone();
            rest.remove(index);
            let (whole, rest) = (policies(&statements), policies(&rest));
            for (action, resources) in ASKED {
                for (resource, vpc) in resources.iter().flat_map(|resource| [None, Some("v1"), Some("v2"), Some("w")].map(|vpc| (resource, vpc))) {
                    let asked = request(action, resource, vpc);
                    prop_assert_eq!(
                        evaluate(&whole, &asked).outcome(), evaluate(&rest, &asked).outcome(),
                        "{} {} {:?}: {} in {}", action, resource, vpc, finding, text
                    );
                }
            }
        }
    }
}
