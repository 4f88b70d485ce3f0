//! Documents with what the linter must say of them, and documents of which it must say nothing.
//!
//! The first three are the shapes that circulate for protecting bots, log groups and masking, written anew.

use super::super::finding::{LintRule, Severity};
use super::lint;
use crate::policy::PolicyKind;

const BOTS: &str = r#"{
  "Version": "2012-10-17",
  "Statement": [{
    "Sid": "OnlyBotAdminsMayChangeBots",
    "Effect": "Deny",
    "Action": ["lex:PutBot", "lex:DeleteBot", "lex:PutIntent"],
    "Resource": "*",
    "Condition": {"StringEquals": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/BotAdmin"}}
  }]
}"#;

const GROUPS: &str = r#"{
  "Version": "2012-10-17",
  "Statement": [{
    "Sid": "ProtectConversationLogs",
    "Effect": "Deny",
    "Action": ["logs:DeleteLogGroup", "logs:PutRetentionPolicy"],
    "Resource": "arn:aws:logs:*:*:log-group:/conversations/card",
    "Condition": {"StringNotEquals": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/LogAdmin"}}
  }]
}"#;

const UNMASK: &str = r#"{
  "Version": "2012-10-17",
  "Statement": [{
    "Sid": "DenyUnmaskExceptForAuditor",
    "Effect": "Deny",
    "Action": "logs:Unmask",
    "Resource": "arn:aws:logs:*:*:log-group:/conversations/card:*",
    "Condition": {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/Auditor"}}
  }]
}"#;

fn rules(text: &str, kind: PolicyKind) -> Vec<(&'static str, u32)> {
    let lint = lint(text, Some(kind));
    lint.findings.iter().map(|finding| (finding.rule.id(), finding.place.line)).collect()
}

#[test]
fn the_three_shapes_that_circulate() {
    let wanted = [
        (BOTS, vec![("aim-defeated", 3), ("lex-v1", 6), ("lex-v1", 6), ("denies-the-exempt", 8)]),
        (GROUPS, vec![("aim-defeated", 3), ("never-matches", 7), ("log-group-without-star", 7)]),
        (UNMASK, vec![("aim-defeated", 3), ("denies-the-exempt", 8)]),
    ];
    for (text, wanted) in wanted {
        let mut found = rules(text, PolicyKind::Scp);
        found.sort_unstable();
        let mut wanted = wanted;
        wanted.sort_unstable();
        assert_eq!(found, wanted, "{text}");
    }
}

#[test]
fn what_is_said_of_them() {
    let said = |text: &str, rule: LintRule| {
        let found =
            lint(text, Some(PolicyKind::Scp)).findings.into_iter().find(|finding| finding.rule == rule);
        let found = found.unwrap();
        (found.severity, format!("{} | {}", found.does, found.fix))
    };
    let (severity, words) = said(UNMASK, LintRule::DeniesTheExempt);
    assert_eq!(severity, Severity::Error);
    assert!(
        words.contains("denies only principals whose `aws:PrincipalArn`") && words.contains("ArnNotLike"),
        "{words}"
    );
    let (_, words) = said(GROUPS, LintRule::LogGroupWithoutStar);
    assert!(words.contains("denies nothing") && words.contains("/conversations/card:*"), "{words}");
    let (_, words) = said(BOTS, LintRule::LexV1);
    assert!(words.contains("`lex:CreateBot` and `lex:UpdateBot`"), "{words}");
    let (_, words) = said(UNMASK, LintRule::AimDefeated);
    for open in [
        "logs:DeleteDataProtectionPolicy",
        "logs:PutDataProtectionPolicy",
        "logs:DeleteAccountPolicy",
        "logs:PutAccountPolicy",
        "logs:PutSubscriptionFilter",
        "logs:CreateExportTask",
        "logs:DisassociateKmsKey",
    ] {
        assert!(words.contains(open), "{open}: {words}");
    }
    assert!(!words.contains("`logs:Unmask`"), "{words}");
    let (_, words) = said(BOTS, LintRule::AimDefeated);
    for open in ["lex:UpdateBotAlias", "lex:UpdateSlot", "lex:StartImport"] {
        assert!(words.contains(open), "{open}: {words}");
    }
}

/// Kind, statement, the rules that must speak (all of them, in the order of the document).
const CASES: &[(PolicyKind, &str, &[&str])] = &[
    (
        PolicyKind::Identity,
        r#"{"Effect":"Allow","Action":"logs:GetLogEvents","Resource":"arn:aws:logs:*:*:log-group:a:*"}"#,
        &[],
    ),
    (
        PolicyKind::Identity,
        r#"{"Effect":"Allow","Action":"logs:GetLogEvents","Resource":"arn:aws:logs:*:*:log-group:a"}"#,
        &["never-matches", "log-group-without-star"],
    ),
    (
        PolicyKind::Identity,
        r#"{"Effect":"Allow","Action":"logs:TagResource","Resource":"arn:aws:logs:*:*:log-group:a"}"#,
        &[],
    ),
    (
        PolicyKind::Identity,
        r#"{"Effect":"Allow","Action":["logs:ListTagsForResource","logs:Unmask"],"Resource":"arn:aws:logs:*:*:log-group:a"}"#,
        &["log-group-without-star", "action-without-effect"],
    ),
    (
        PolicyKind::Identity,
        r#"{"Effect":"Allow","Action":"logs:*","Resource":"*"}"#,
        &["wide-sensitive-grant"],
    ),
    (
        PolicyKind::Identity,
        r#"{"Effect":"Allow","Action":"kms:Decrypt","Resource":"*"}"#,
        &["wide-sensitive-grant"],
    ),
    (
        PolicyKind::Identity,
        r#"{"Effect":"Allow","Action":"kms:De*","Resource":"arn:aws:kms:eu-central-1:111122223333:key/k"}"#,
        &["wide-sensitive-grant"],
    ),
    (
        PolicyKind::Identity,
        r#"{"Effect":"Allow","Action":"kms:Decrypt","Resource":"arn:aws:kms:eu-central-1:111122223333:key/k"}"#,
        &[],
    ),
    (PolicyKind::Identity, r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#, &["grants-everything"]),
    (PolicyKind::Scp, r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#, &[]),
    (
        PolicyKind::Identity,
        r#"{"Effect":"Allow","NotAction":"iam:*","Resource":"*"}"#,
        &["wide-sensitive-grant", "allows-all-but"],
    ),
    (PolicyKind::Identity, r#"{"Effect":"Allow","Action":"logs:Unmsk","Resource":"*"}"#, &["unknown-action"]),
    (PolicyKind::Identity, r#"{"Effect":"Allow","Action":"frobnicate:Do","Resource":"*"}"#, &[]),
    (
        PolicyKind::Identity,
        r#"{"Effect":"Allow","Action":"iam:GetRole","Resource":"arn:aws:s3:::bucket"}"#,
        &["never-matches"],
    ),
    (
        PolicyKind::Identity,
        r#"{"Effect":"Allow","Action":"iam:ListRoles","Resource":"arn:aws:iam::111122223333:role/x"}"#,
        &["never-matches"],
    ),
    (
        PolicyKind::Identity,
        r#"{"Effect":"Allow","Action":"iam:GetRole","Resource":"arn:aws:iam::111122223333:role/${aws:username}"}"#,
        &[],
    ),
    (
        PolicyKind::Identity,
        r#"{"Effect":"Allow","Action":"logs:GetLogEvents","Resource":"*","Condition":{"StringEquals":{"kms:ViaService":"x"}}}"#,
        &["key-never-present"],
    ),
    (
        PolicyKind::Identity,
        r#"{"Effect":"Allow","Action":"kms:Decrypt","Resource":"arn:aws:kms:*:*:key/*","Condition":{"StringEquals":{"kms:EncryptionContext:tenant":"x"}}}"#,
        &[],
    ),
    (
        PolicyKind::Identity,
        r#"{"Effect":"Allow","Action":"iam:GetUser","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalAccount":"1"},"StringEqualsIfExists":{"aws:PrincipalAccount":"2"}}}"#,
        &[],
    ),
    (
        PolicyKind::Identity,
        r#"{"Effect":"Allow","Action":"iam:GetUser","Resource":"*","Condition":{"Null":{"aws:SourceVpc":"true"},"StringLike":{"aws:SourceVpc":"vpc-*"}}}"#,
        &["never-matches"],
    ),
    (
        PolicyKind::Resource,
        r#"{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"}"#,
        &["public-principal"],
    ),
    (
        PolicyKind::Resource,
        r#"{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*","Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-1"}}}"#,
        &[],
    ),
    (
        PolicyKind::Resource,
        r#"{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*","Condition":{"StringEqualsIfExists":{"aws:PrincipalOrgID":"o-1"}}}"#,
        &["public-principal"],
    ),
    (
        PolicyKind::Resource,
        r#"{"Effect":"Deny","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"}"#,
        &[],
    ),
    (
        PolicyKind::Trust,
        r#"{"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::111122223333:oidc-provider/id.example.com"},"Action":"sts:AssumeRoleWithWebIdentity","Condition":{"StringEquals":{"id.example.com:aud":"x"}}}"#,
        &["open-federation"],
    ),
    (
        PolicyKind::Trust,
        r#"{"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::111122223333:oidc-provider/id.example.com"},"Action":"sts:AssumeRoleWithWebIdentity","Condition":{"StringLike":{"id.example.com:sub":"repo:x/*"}}}"#,
        &[],
    ),
    (
        PolicyKind::Identity,
        r#"{"Effect":"Allow","Action":"lex:RecognizeText","Resource":"arn:aws:lex:eu-west-1:111122223333:bot:Order:prod"}"#,
        &["never-matches", "lex-v1"],
    ),
    (
        PolicyKind::Scp,
        r#"{"Sid":"DenyOthers","Effect":"Deny","Action":"s3:*","Resource":"*","Condition":{"StringNotLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/A"}}}"#,
        &[],
    ),
    // The forms below came up when real-looking policies were tried.
    (
        PolicyKind::Identity,
        r#"{"Effect":"Allow","Action":"logs:PutLogEvents","Resource":"*","Condition":{"ArnEquals":{"lambda:SourceFunctionArn":"arn:aws:lambda:eu-west-1:111122223333:function:f"}}}"#,
        &[],
    ),
    (
        PolicyKind::Scp,
        r#"{"Sid":"RestrictRootUser","Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringLike":{"aws:PrincipalArn":"arn:aws:iam::*:root"}}}"#,
        &[],
    ),
    (
        PolicyKind::Scp,
        r#"{"Sid":"AllButRootOnly","Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringLike":{"aws:PrincipalArn":"arn:aws:iam::*:root"}}}"#,
        &["denies-the-exempt"],
    ),
    (
        PolicyKind::Scp,
        r#"{"Sid":"Suspended","Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalTag/state":"suspended"}}}"#,
        &[],
    ),
    (
        PolicyKind::Scp,
        r#"{"Sid":"RestrictToAuditors","Effect":"Deny","Action":"s3:*","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalTag/job":"auditor"}}}"#,
        &["denies-the-exempt"],
    ),
    (
        PolicyKind::Scp,
        r#"{"Effect":"Deny","Action":"s3:*","Resource":"*","Condition":{"StringNotEquals":{"aws:PrincipalArn":"arn:aws:iam::*:role/A"}}}"#,
        &["literal-wildcard"],
    ),
    (
        PolicyKind::Scp,
        r#"{"Effect":"Deny","Action":"s3:*","Resource":"*","Condition":{"ArnNotEquals":{"aws:PrincipalArn":"arn:aws:iam::*:role/A"}}}"#,
        &[],
    ),
    (
        PolicyKind::Scp,
        r#"{"Effect":"Deny","Action":"s3:*","Resource":"*","Condition":{"ArnNotLike":{"aws:PrincipalArn":"arn:aws:sts::*:assumed-role/A/*"}}}"#,
        &["impossible-value"],
    ),
    (
        PolicyKind::Identity,
        r#"{"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::b","Condition":{"StringEquals":{"s3:prefix":"${*}"}}}"#,
        &[],
    ),
    (
        PolicyKind::Identity,
        r#"{"Effect":"Allow","Action":["s3:GetObject","s3:ListBucket"],"Resource":"arn:aws:s3:::b/*"}"#,
        &["action-without-effect"],
    ),
    (
        PolicyKind::Identity,
        r#"{"Effect":"Allow","Action":["s3:GetObject","s3:ListBucket"],"Resource":["arn:aws:s3:::b","arn:aws:s3:::b/*"]}"#,
        &[],
    ),
    (
        PolicyKind::Identity,
        r#"{"Effect":"Allow","Action":["s3:GetObject","s3:ListBucket"],"Resource":"arn:aws:s3:::b*"}"#,
        &[],
    ),
    (
        PolicyKind::Identity,
        r#"{"Effect":"Allow","Action":["s3:ListAllMyBuckets","s3:GetBucketLocation"],"Resource":"arn:aws:s3:::*"}"#,
        &[],
    ),
    (
        PolicyKind::Identity,
        r#"{"Effect":"Allow","Action":"logs:DescribeLogGroups","Resource":"arn:aws:logs:*:*:log-group:*"}"#,
        &[],
    ),
    (
        PolicyKind::Identity,
        r#"{"Effect":"Allow","Action":"logs:DescribeLogGroups","Resource":"arn:aws:logs:*:*:log-group:a:*"}"#,
        &["never-matches"],
    ),
    (
        PolicyKind::Resource,
        r#"{"Effect":"Allow","Principal":{"Service":"connect.amazonaws.com"},"Action":"lex:*","Resource":"arn:aws:lex:eu-west-2:111122223333:bot-alias/ABCDEFGHIJ/TSTALIASID"}"#,
        &[],
    ),
    (
        PolicyKind::Identity,
        r#"{"Effect":"Allow","Action":"lex:RecognizeText","Resource":"arn:aws:lex:eu-west-2:111122223333:bot/ABCDEFGHIJ"}"#,
        &["never-matches"],
    ),
    (
        PolicyKind::Identity,
        r#"{"Effect":"Allow","Action":"kms:Encrypt","Resource":"arn:aws:kms:eu-west-2:111122223333:alias/a"}"#,
        &["never-matches"],
    ),
    (
        PolicyKind::Identity,
        r#"{"Effect":"Deny","NotAction":"iam:GetUser","Resource":"*","Condition":{"Bool":{"aws:MultiFactorAuthPresent":"false"}}}"#,
        &["absent-second-factor"],
    ),
    (
        PolicyKind::Identity,
        r#"{"Effect":"Deny","NotAction":"iam:GetUser","Resource":"*","Condition":{"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}}}"#,
        &[],
    ),
    (
        PolicyKind::Identity,
        r#"{"Effect":"Allow","Action":"iam:GetUser","Resource":"*","Condition":{"BoolIfExists":{"aws:MultiFactorAuthPresent":"true"}}}"#,
        &["absent-second-factor"],
    ),
    (
        PolicyKind::Trust,
        r#"{"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"},"Action":"sts:AssumeRoleWithWebIdentity","Condition":{"StringLike":{"token.actions.githubusercontent.com:sub":"repo:*"}}}"#,
        &["open-federation"],
    ),
    (
        PolicyKind::Trust,
        r#"{"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"},"Action":"sts:AssumeRoleWithWebIdentity","Condition":{"StringLike":{"token.actions.githubusercontent.com:sub":["project_path:group/bots:*","project_path:gro*/x:*"]}}}"#,
        &["open-federation"],
    ),
    (
        PolicyKind::Trust,
        r#"{"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"},"Action":"sts:AssumeRoleWithWebIdentity","Condition":{"StringEquals":{"token.actions.githubusercontent.com:sub":"repo:owner/bots:*"}}}"#,
        &["literal-wildcard"],
    ),
    (
        PolicyKind::KeyPolicy,
        r#"{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"kms:Decrypt","Resource":"*","Condition":{"StringEquals":{"kms:ViaService":"s3.eu-west-1.amazonaws.com"}}}"#,
        &["public-principal"],
    ),
    (
        PolicyKind::KeyPolicy,
        r#"{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"kms:Decrypt","Resource":"*","Condition":{"StringEquals":{"kms:CallerAccount":"111122223333","kms:ViaService":"s3.eu-west-1.amazonaws.com"}}}"#,
        &[],
    ),
    (
        PolicyKind::Resource,
        r#"{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*","Condition":{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/Reader"}}}"#,
        &["public-principal"],
    ),
];

#[test]
fn one_statement_each() {
    for (kind, statement, wanted) in CASES {
        let text = format!("{{\"Version\":\"2012-10-17\",\"Statement\":[{statement}]}}");
        let lint = lint(&text, Some(*kind));
        assert!(lint.well_formed, "{statement}: {:?}", lint.findings);
        let mut found: Vec<&str> = lint.findings.iter().map(|finding| finding.rule.id()).collect();
        let mut wanted = wanted.to_vec();
        found.sort_unstable();
        wanted.sort_unstable();
        assert_eq!(found, wanted, "{statement}\n{:#?}", lint.findings);
    }
}

#[test]
fn a_policy_of_a_user_leaves_open_what_it_allows_itself() {
    let deny = r#"{"Effect":"Deny","Action":"logs:Unmask","Resource":"*"}"#;
    let allow = |action: &str| format!(r#"{{"Effect":"Allow","Action":"{action}","Resource":"*"}},{deny}"#);
    let open = |statements: &str, kind| {
        let text = format!("{{\"Version\":\"2012-10-17\",\"Statement\":[{statements}]}}");
        let found = lint(&text, Some(kind)).findings.into_iter();
        let mut words = found.filter(|one| one.rule == LintRule::AimDefeated).map(|one| one.does);
        words.next().unwrap_or_default()
    };
    assert_eq!(open(&allow("logs:Get*"), PolicyKind::Identity), "");
    let words = open(&allow("logs:Put*"), PolicyKind::Identity);
    assert!(words.contains("PutSubscriptionFilter") && !words.contains("CreateExportTask"), "{words}");
    for (statements, kind) in [(deny, PolicyKind::Identity), (&allow("logs:Get*"), PolicyKind::Scp)] {
        assert!(open(statements, kind).contains("CreateExportTask"), "{kind:?}");
    }
}

#[test]
fn the_fix_for_a_group_is_one_that_matches() {
    let found = lint(GROUPS, Some(PolicyKind::Scp)).findings;
    let fixes: Vec<String> =
        found.iter().filter(|one| one.place.line == 7).map(|one| one.fix.clone()).collect();
    assert_eq!(fixes.len(), 2);
    for fix in fixes {
        assert!(fix.ends_with(":*`"), "{fix}");
    }
}

#[test]
fn a_deny_closes_where_it_holds() {
    let sign = r#"{"Effect":"Deny","Action":"logs:Unmask","Resource":"*","Condition":{"ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/A"}}}"#;
    let rest = |condition: &str| {
        let deny = format!(r#"{{"Effect":"Deny","NotAction":"iam:*","Resource":"*"{condition}}}"#);
        let text = format!("{{\"Version\":\"2012-10-17\",\"Statement\":[{sign},{deny}]}}");
        rules(&text, PolicyKind::Scp).contains(&("aim-defeated", 1))
    };
    for (condition, open) in [
        ("", false),
        (r#","Condition":{"ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/B"}}"#, false),
        (r#","Condition":{"StringNotEquals":{"aws:PrincipalTag/job":"admin"}}"#, false),
        (r#","Condition":{"StringEquals":{"aws:PrincipalTag/state":"suspended"}}"#, true),
        (r#","Condition":{"StringNotEquals":{"aws:RequestedRegion":"eu-central-1"}}"#, true),
    ] {
        assert_eq!(rest(condition), open, "{condition}");
    }
}

#[test]
fn statements_against_each_other() {
    let allow = |action: &str| format!(r#"{{"Effect":"Allow","Action":"{action}","Resource":"*"}}"#);
    let deny = |action: &str| format!(r#"{{"Effect":"Deny","Action":"{action}","Resource":"*"}}"#);
    let office = r#"{"Effect":"Deny","Action":"s3:*","Resource":"*","Condition":{"NotIpAddress":{"aws:SourceIp":"192.0.2.0/24"}}}"#;
    for (one, other, wanted) in [
        (allow("s3:Get*"), allow("s3:GetObject"), vec![("redundant", 1)]),
        (allow("s3:GetObject"), allow("s3:Get*"), vec![("redundant", 0)]),
        (allow("s3:GetObject"), allow("S3:getobject"), vec![("redundant", 1)]),
        (allow("s3:GetObject"), deny("s3:*"), vec![("shadowed", 0)]),
        (allow("s3:GetObject"), office.to_owned(), vec![]),
        (deny("s3:GetObject"), office.to_owned(), vec![]),
        (allow("s3:Get*"), deny("s3:GetObject"), vec![]),
    ] {
        let text = format!("{{\"Version\":\"2012-10-17\",\"Statement\":[{one},{other}]}}");
        let found: Vec<(&str, usize)> = lint(&text, Some(PolicyKind::Identity))
            .findings
            .iter()
            .filter_map(|finding| Some((finding.rule.id(), finding.statement?)))
            .collect();
        assert_eq!(found, wanted, "{text}");
    }
}

#[test]
fn sizes_and_versions() {
    let statement = r#"{"Effect":"Deny","Action":"s3:*","Resource":"arn:aws:s3:::b/${aws:username}"}"#;
    assert_eq!(
        rules(&format!("{{\"Statement\":{statement}}}"), PolicyKind::Scp),
        [("variables-in-old-version", 1)]
    );
    let fitting = |spaces: usize| {
        let text = format!("{{\"Version\":\"2012-10-17\",{}\"Statement\":{statement}}}", " ".repeat(spaces));
        (text.chars().count(), rules(&text, PolicyKind::Scp))
    };
    let (length, found) = fitting(0);
    assert!(found.is_empty());
    assert_eq!(fitting(10_240 - length), (10_240, vec![]));
    assert_eq!(fitting(10_241 - length), (10_241, vec![("too-large", 1)]));
}
