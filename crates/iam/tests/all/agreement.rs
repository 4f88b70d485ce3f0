//! Do the engine and the naive reference agree, over policies and requests that nobody thought of?

use crate::reference::{Ask, Documents, decide};
use crate::world::{account, kind, principal};
use proptest::prelude::*;
use serde_json::{Map, Value as Json, json};
use sotto_arn::Action;
use sotto_iam::{
    Attached, Context, Guardrails, Level, Outcome, Policies, Policy, PolicySet, Request, Resource,
    ResourcePolicy, evaluate,
};
use std::collections::BTreeMap;
use std::sync::Arc;

const OURS: &str = "111122223333";
const THEIRS: &str = "444455556666";
const ACTIONS: &[&str] = &["s3:GetObject", "s3:PutObject", "logs:Unmask"];
const ACTION_PATTERNS: &[&str] =
    &["*", "s3:*", "s3:Get*", "S3:getobject", "logs:Unmask", "logs:*Mask", "s3:?etObject", "l*:Unmask"];
const RESOURCES: &[&str] = &[
    "arn:aws:s3:::b/x",
    "arn:aws:s3:::b/ana/y",
    "arn:aws:logs:r-a-1:111122223333:log-group:g:log-stream:s",
    "*",
];
const RESOURCE_PATTERNS: &[&str] = &[
    "*",
    "arn:aws:s3:::b/*",
    "arn:aws:s3:::b/${aws:username}/*",
    "arn:aws:s3:::b/${*}",
    "arn:aws:s3:::b/?",
    "arn:aws:s3:::*/y",
    "arn:aws:logs:*:log-group:g*",
    "arn:aws:logs:r-*-1:*:log-group:g:*",
    "arn:aws:logs:r?a-1:111122223333:l*p:*",
    "arn:aws:logs:r*3:log-group:g:*",
];
const PRINCIPALS: &[&str] = &[
    "*",
    "111122223333",
    "arn:aws:iam::444455556666:root",
    "arn:aws:iam::111122223333:user/ana",
    "arn:aws:iam::111122223333:role/R",
    "arn:aws:sts::111122223333:assumed-role/R/s",
    "arn:aws:sts::111122223333:federated-user/ana",
];
const QUALIFIERS: &[&str] = &["", "ForAllValues:", "ForAnyValue:"];
const OPERATORS: &[&str] = &[
    "StringEquals",
    "StringNotEquals",
    "StringLike",
    "StringNotLike",
    "StringEqualsIgnoreCase",
    "StringNotEqualsIgnoreCase",
    "NumericLessThan",
    "NumericGreaterThanEquals",
    "NumericNotEquals",
    "Bool",
    "ArnLike",
    "ArnNotEquals",
];
const KEYS: &[&str] = &["aws:TagKeys", "AWS:username", "k:n", "k:arn"];
const VALUES: &[&str] = &[
    "ana",
    "Ana",
    "a*",
    "10",
    "9.5",
    "true",
    "",
    "${aws:username}",
    "arn:aws:s3:::b/*",
    "arn:aws:s3:::b/x",
    "arn:*:s3:::?/x",
];

fn pick(from: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop::sample::select(from).prop_map(str::to_owned)
}

fn some(from: &'static [&'static str]) -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(pick(from), 1..3)
}

fn condition() -> impl Strategy<Value = (String, String, Vec<String>)> {
    let name = (pick(QUALIFIERS), pick(OPERATORS), prop::bool::ANY);
    let name = name.prop_map(|(qualifier, operator, exists)| {
        format!("{qualifier}{operator}{}", if exists { "IfExists" } else { "" })
    });
    let ordinary = (name, pick(KEYS), prop::collection::vec(pick(VALUES), 0..3));
    let null = (Just("Null".to_owned()), pick(KEYS), pick(&["true", "false"]).prop_map(|word| vec![word]));
    prop_oneof![4 => ordinary, 1 => null]
}

fn statement(principals: bool) -> impl Strategy<Value = Json> {
    let base = (prop::bool::weighted(0.75), some(ACTION_PATTERNS), prop::bool::weighted(0.15));
    let resources = (some(RESOURCE_PATTERNS), prop::bool::weighted(0.15));
    let whom = (some(PRINCIPALS), prop::bool::weighted(0.15));
    (base, resources, prop::option::of(condition()), whom).prop_map(
        move |((allow, actions, not_action), (resources, not_resource), condition, (whom, not_principal))| {
            let mut out = Map::new();
            out.insert("Effect".to_owned(), json!(if allow { "Allow" } else { "Deny" }));
            out.insert(if not_action { "NotAction" } else { "Action" }.to_owned(), json!(actions));
            out.insert(if not_resource { "NotResource" } else { "Resource" }.to_owned(), json!(resources));
            if let Some((operator, key, values)) = condition {
                out.insert("Condition".to_owned(), json!({ operator: { key: values } }));
            }
            if principals {
                out.insert(
                    if not_principal { "NotPrincipal" } else { "Principal" }.to_owned(),
                    json!({ "AWS": whom }),
                );
            }
            Json::Object(out)
        },
    )
}

fn document(principals: bool) -> impl Strategy<Value = Json> {
    let version = prop_oneof![4 => Just("2012-10-17"), 1 => Just("2008-10-17")];
    (version, prop::collection::vec(statement(principals), 1..4))
        .prop_map(|(version, statements)| json!({ "Version": version, "Statement": statements }))
}

fn documents() -> impl Strategy<Value = Documents> {
    let several = |principals| prop::collection::vec(document(principals), 0..3);
    let levels = prop::collection::vec(prop::collection::vec(document(false), 0..3), 0..3);
    let limits = (prop::option::weighted(0.3, document(false)), prop::option::weighted(0.3, several(false)));
    (
        several(false),
        limits,
        prop_oneof![2 => Just(Vec::new()), 1 => levels],
        several(true),
        prop::bool::weighted(0.2),
    )
        .prop_map(|(identity, (boundary, session), scps, resource, must)| {
            let must = must && !resource.is_empty();
            Documents { identity, boundary, session, scps, resource, must }
        })
}

fn ask() -> impl Strategy<Value = Ask> {
    let who = prop::sample::select(vec![
        ("user", OURS, "arn:aws:iam::111122223333:user/ana", "arn:aws:iam::111122223333:user/ana"),
        ("user", THEIRS, "arn:aws:iam::444455556666:user/bob", "arn:aws:iam::444455556666:user/bob"),
        ("session", OURS, "arn:aws:sts::111122223333:assumed-role/R/s", "arn:aws:iam::111122223333:role/R"),
        (
            "federated",
            OURS,
            "arn:aws:sts::111122223333:federated-user/ana",
            "arn:aws:iam::111122223333:user/ana",
        ),
        ("root", OURS, "arn:aws:iam::111122223333:root", "arn:aws:iam::111122223333:root"),
    ]);
    let values =
        prop::collection::vec(pick(&["ana", "Ana", "10", "9.4", "true", "arn:aws:s3:::b/x", "*"]), 0..3);
    let context = prop::collection::btree_map(pick(&["aws:tagkeys", "k:n", "k:arn"]), values, 0..3);
    (who, pick(ACTIONS), pick(RESOURCES), context).prop_map(
        |((kind, account, arn, entity), action, resource, mut context)| {
            if kind == "user" {
                context.insert(
                    "aws:username".to_owned(),
                    vec![arn.rsplit('/').next().unwrap_or_default().to_owned()],
                );
            }
            let owned = |text: &str| text.to_owned();
            Ask {
                kind,
                account: owned(account),
                arn: owned(arn),
                entity: owned(entity),
                action,
                resource,
                resource_account: owned(OURS),
                context,
            }
        },
    )
}

fn set(documents: &[Json], word: &str) -> Arc<PolicySet> {
    let attach = |document: &Json| {
        let policy = Policy::parse(&document.to_string(), kind(word));
        Attached::inline("p", policy.unwrap_or_else(|problems| panic!("{document}: {problems}")))
    };
    Arc::new(documents.iter().map(attach).collect())
}

fn engine(documents: &Documents, ask: &Ask) -> &'static str {
    let level = |level: &Vec<Json>| Level::new("level", set(level, "scp"));
    let word = if documents.must { "key" } else { "resource" };
    let policies = Policies {
        identity: vec![set(&documents.identity, "identity")],
        boundary: documents.boundary.as_ref().map(|boundary| set(std::slice::from_ref(boundary), "boundary")),
        session: documents.session.as_ref().map(|session| set(session, "session")),
        scps: Guardrails { levels: documents.scps.iter().map(level).collect(), management: false },
        resource: (!documents.resource.is_empty())
            .then(|| ResourcePolicy::new(set(&documents.resource, word))),
        ..Policies::default()
    };
    let context: &BTreeMap<String, Vec<String>> = &ask.context;
    let context = context
        .iter()
        .fold(Context::new(), |all, (key, values)| all.with_all(key, values.iter().map(String::as_str)));
    let resource = Resource::new(&ask.resource).of_account(&account(&ask.resource_account));
    let who = principal(&ask.arn, Some(&ask.entity));
    let verdict =
        evaluate(&policies, &Request::new(who, Action::parse(&ask.action).unwrap(), resource, context));
    match verdict.outcome() {
        Outcome::Allow => "allow",
        Outcome::ExplicitDeny => "explicit",
        Outcome::ImplicitDeny => "implicit",
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn engine_and_reference_agree(documents in documents(), ask in ask()) {
        prop_assert_eq!(engine(&documents, &ask), decide(&documents, &ask));
    }

    #[test]
    fn any_text_is_read_or_refused(text in "[\\[\\]{}\":, a-zA-Z0-9*$'\\\\]{0,80}") {
        for word in ["identity", "trust", "resource", "rcp"] {
            let _ = Policy::parse(&text, kind(word)).map_err(|problems| problems.aws_message().to_owned());
        }
    }
}
