//! What changed in effect between two estates? Each difference comes with a request that one allows and the other does not.
//!
//! The space of requests is cut into classes by the patterns that stand in either estate: actions by which action patterns take
//! them in, resources by which resource patterns do (within the ARNs that the action is decided on), principals and values of
//! context keys likewise. One request of each combination is asked of both. So a difference is always real, since the engine
//! itself decided; and where no bound was met there is no other, up to variables, values of several parts at once and actions of
//! services without a table.

use super::candidates::{Candidates, Keyed};
use super::estate::{Estate, Question};
use crate::{Outcome, Verdict, evaluate};

/// Most requests that one comparison asks.
pub const REQUESTS_MAX: usize = 2_000_000;

/// A change in effect.
#[derive(Clone, Debug)]
pub struct Difference {
    /// Whether the second estate allows what the first does not.
    pub gained: bool,
    /// A request that is decided differently.
    pub witness: Question,
    /// Other known actions for which the same holds.
    pub alike: Vec<String>,
    /// What the first says.
    pub before: Verdict,
    /// What the second says.
    pub after: Verdict,
}

/// Two estates compared.
#[derive(Clone, Debug, Default)]
pub struct Comparison {
    /// One for each direction, principal, context and reason.
    pub differences: Vec<Difference>,
    /// How many requests were asked of both.
    pub requests: usize,
    /// Whether every class of requests was asked: no bound was met, and nothing changed for principals that cannot ask.
    pub complete: bool,
}

/// Compares two estates.
pub fn diff(before: &Estate, after: &Estate) -> Comparison {
    let candidates = Candidates::of(&[before, after]);
    let complete = candidates.complete() && before.unasked() == after.unasked();
    let mut comparison = Comparison { complete, ..Comparison::default() };
    let same_kinds = before.kinds() == after.kinds();
    for keyed in candidates.actions() {
        let folded = keyed.action.folded();
        if same_kinds && before.said_of(folded) == after.said_of(folded) {
            continue;
        }
        let asked = compare(before, after, (&candidates, keyed), &mut comparison);
        if !asked {
            comparison.complete = false;
            break;
        }
    }
    comparison
}

/// Compares all requests for one class of actions; `false` when the bound was met.
fn compare(
    before: &Estate,
    after: &Estate,
    (candidates, keyed): (&Candidates<'_>, &Keyed),
    comparison: &mut Comparison,
) -> bool {
    let (resources, contexts) = (candidates.resources(keyed), candidates.contexts(keyed));
    comparison.complete &= resources.complete && contexts.complete;
    let mut seen: Vec<(bool, String)> = Vec::new();
    for resource in &resources.texts {
        for principal in candidates.principals(resource) {
            let policies =
                [before.applying_to(&principal, resource), after.applying_to(&principal, resource)];
            for context in &contexts.lists {
                if comparison.requests == REQUESTS_MAX {
                    return false;
                }
                comparison.requests += 1;
                let action = keyed.action.clone();
                let (resource, context) = (resource.clone(), context.clone());
                let question = Question { principal: principal.clone(), action, resource, context };
                let Ok(request) = question.request() else { continue };
                let [one, other] = &policies;
                if let Some(found) = differ(evaluate(one, &request), evaluate(other, &request)) {
                    note(comparison, &mut seen, (found, question, keyed));
                }
            }
        }
    }
    true
}

fn differ(before: Verdict, after: Verdict) -> Option<(bool, Verdict, Verdict)> {
    let allowed = |verdict: &Verdict| verdict.outcome() == Outcome::Allow;
    (allowed(&before) != allowed(&after)).then(|| (allowed(&after), before, after))
}

/// Keeps the first difference of each direction and principal; actions that change in the same way share one.
fn note(
    comparison: &mut Comparison,
    seen: &mut Vec<(bool, String)>,
    ((gained, before, after), witness, keyed): ((bool, Verdict, Verdict), Question, &Keyed),
) {
    let key = (gained, witness.principal.to_string());
    if seen.contains(&key) {
        return;
    }
    seen.push(key);
    let same = |one: &&mut Difference| {
        let decided = one.gained == gained && one.before == before && one.after == after;
        decided && one.witness.principal == witness.principal && one.witness.context == witness.context
    };
    match comparison.differences.iter_mut().find(same) {
        Some(known) => {
            known.alike.push(witness.action.to_string());
            known.alike.extend(keyed.alike.iter().cloned());
        }
        None => {
            let alike = keyed.alike.clone();
            comparison.differences.push(Difference { gained, witness, alike, before, after });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Attached, Policy, PolicyKind};
    use proptest::prelude::*;

    fn estate(documents: &[(PolicyKind, &str)]) -> Estate {
        let attached = documents.iter().map(|(kind, statements)| {
            let text = format!("{{\"Version\":\"2012-10-17\",\"Statement\":[{statements}]}}");
            Attached::inline("p", Policy::parse(&text, *kind).unwrap())
        });
        Estate::of(attached.collect())
    }

    const READ: &str =
        r#"{"Effect":"Allow","Action":"logs:Get*","Resource":"arn:aws:logs:*:*:log-group:app:*"}"#;

    fn shown(before: &[(PolicyKind, &str)], after: &[(PolicyKind, &str)]) -> (Vec<String>, bool) {
        let compared = diff(&estate(before), &estate(after));
        let line = |one: &Difference| format!("{}{}", if one.gained { "+" } else { "-" }, one.witness);
        (compared.differences.iter().map(line).collect(), compared.complete)
    }

    #[test]
    fn nothing_changes_between_equals() {
        let spelled =
            r#"{"Effect":"Allow","Action":["logs:get*"],"Resource":["arn:aws:logs:*:*:log-group:app:*"]}"#;
        assert_eq!(
            shown(&[(PolicyKind::Identity, READ)], &[(PolicyKind::Identity, spelled)]),
            (vec![], true)
        );
    }

    #[test]
    fn a_wildcard_more_is_proven_by_a_request() {
        let wide = r#"{"Effect":"Allow","Action":"logs:*","Resource":"arn:aws:logs:*:*:log-group:app:*"}"#;
        let compared =
            diff(&estate(&[(PolicyKind::Identity, READ)]), &estate(&[(PolicyKind::Identity, wide)]));
        assert!(compared.complete && compared.differences.iter().all(|one| one.gained));
        let names = |one: &Difference| [vec![one.witness.action.to_string()], one.alike.clone()].concat();
        let gained: Vec<String> = compared.differences.iter().flat_map(names).collect();
        assert!(gained.iter().any(|name| name == "logs:Unmask"), "{gained:?}");
        assert!(!gained.iter().any(|name| name == "logs:GetLogEvents"), "{gained:?}");
    }

    #[test]
    fn a_guardrail_takes_away_and_a_condition_gives_back() {
        let allow = r#"{"Effect":"Allow","Action":"logs:Unmask","Resource":"*"}"#;
        let deny = r#"{"Effect":"Deny","Action":"logs:Unmask","Resource":"*","Condition":{"ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/Auditor"}}}"#;
        let (lines, complete) = shown(
            &[(PolicyKind::Identity, allow)],
            &[(PolicyKind::Identity, allow), (PolicyKind::Scp, deny)],
        );
        assert!(complete);
        let lost = "-arn:aws:iam::111122223333:user/somebody logs:Unmask on arn:aws:logs:eu-central-1:111122223333:log-group:x:log-stream:";
        assert_eq!(lines, [lost]);
    }

    #[test]
    fn contexts_are_part_of_the_witness() {
        let always = r#"{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"}"#;
        let with = |condition: &str| {
            format!(
                r#"{{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*","Condition":{condition}}}"#
            )
        };
        for (condition, wanted) in [
            (
                r#"{"IpAddress":{"aws:SourceIp":"192.0.2.0/24"}}"#,
                vec!["-arn:aws:iam::111122223333:user/somebody s3:GetObject on arn:aws:s3:::b/x"],
            ),
            (
                r#"{"NumericLessThan":{"aws:MultiFactorAuthAge":"300"}}"#,
                vec!["-arn:aws:iam::111122223333:user/somebody s3:GetObject on arn:aws:s3:::b/x"],
            ),
            (
                r#"{"Bool":{"aws:SecureTransport":"true"}}"#,
                vec!["-arn:aws:iam::111122223333:user/somebody s3:GetObject on arn:aws:s3:::b/x"],
            ),
            (
                r#"{"StringNotEquals":{"aws:SourceVpc":"vpc-1"}}"#,
                vec![
                    "-arn:aws:iam::111122223333:user/somebody s3:GetObject on arn:aws:s3:::b/x with aws:SourceVpc=vpc-1",
                ],
            ),
            (
                r#"{"StringEqualsIfExists":{"aws:SourceVpc":"vpc-1"}}"#,
                vec![
                    "-arn:aws:iam::111122223333:user/somebody s3:GetObject on arn:aws:s3:::b/x with aws:SourceVpc=other",
                ],
            ),
        ] {
            let (lines, complete) =
                shown(&[(PolicyKind::Identity, always)], &[(PolicyKind::Identity, &with(condition))]);
            assert!(complete);
            assert_eq!(lines, wanted, "{condition}");
        }
    }

    #[test]
    fn web_identities_ask_and_services_are_said_not_to() {
        let trust = |subject: &str| {
            format!(
                r#"{{"Effect":"Allow","Principal":{{"Federated":"arn:aws:iam::111122223333:oidc-provider/id.example"}},"Action":"sts:AssumeRoleWithWebIdentity","Condition":{{"StringLike":{{"id.example:sub":"{subject}"}}}}}}"#
            )
        };
        let (narrow, wide) = (trust("repo:owner/*"), trust("repo:*"));
        let (lines, complete) = shown(&[(PolicyKind::Trust, &narrow)], &[(PolicyKind::Trust, &wide)]);
        assert!(complete && lines.len() == 1, "{lines:?}");
        assert!(
            lines[0].starts_with(
                "+arn:aws:iam::111122223333:oidc-provider/id.example sts:AssumeRoleWithWebIdentity on"
            ),
            "{lines:?}"
        );
        let service = |name: &str| {
            format!(
                r#"{{"Effect":"Allow","Principal":{{"Service":"{name}.amazonaws.com"}},"Action":"sts:AssumeRole"}}"#
            )
        };
        let (one, other) = (service("lambda"), service("lexv2"));
        assert_eq!(shown(&[(PolicyKind::Trust, &one)], &[(PolicyKind::Trust, &other)]), (vec![], false));
        assert_eq!(shown(&[(PolicyKind::Trust, &one)], &[(PolicyKind::Trust, &one)]), (vec![], true));
    }

    #[test]
    fn guardrails_alone_show_what_they_take_away() {
        let deny = r#"{"Effect":"Deny","Action":"logs:Unmask","Resource":"*"}"#;
        let (one, other) = (estate(&[(PolicyKind::Scp, deny)]), estate(&[(PolicyKind::Scp, READ)]));
        assert!(one.only_takes_away() && !estate(&[(PolicyKind::Identity, READ)]).only_takes_away());
        let compared = diff(&one.clone().granting_everything(), &other.granting_everything());
        let lost = |one: &Difference| !one.gained && one.witness.action.as_str() == "logs:CreateLogGroup";
        assert!(
            !compared.differences.is_empty()
                && !compared
                    .differences
                    .iter()
                    .any(|one| one.gained && one.witness.action.as_str() == "logs:Unmask")
        );
        assert!(
            compared
                .differences
                .iter()
                .any(|one| lost(one) || one.alike.iter().any(|name| name == "logs:CreateLogGroup"))
        );
    }

    const STATEMENTS: &[&str] = &[
        r#"{"Effect":"Allow","Action":"s3:Get*","Resource":"arn:aws:s3:::b/*"}"#,
        r#"{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/x*"}"#,
        r#"{"Effect":"Deny","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/xy"}"#,
        r#"{"Effect":"Deny","NotAction":"s3:Get*","Resource":"*"}"#,
        r#"{"Effect":"Allow","Action":"*","NotResource":"arn:aws:s3:::b/*"}"#,
        r#"{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"StringLike":{"aws:SourceVpc":"v*"}}}"#,
        r#"{"Effect":"Deny","Action":"s3:*","Resource":"*","Condition":{"StringEquals":{"aws:SourceVpc":"v2"}}}"#,
    ];

    fn question(object: &str, vpc: Option<&str>) -> Question {
        Question {
            principal: sotto_arn::PrincipalArn::parse("arn:aws:iam::111122223333:user/ana").unwrap(),
            action: sotto_arn::Action::parse("s3:GetObject").unwrap(),
            resource: format!("arn:aws:s3:::{object}"),
            context: vpc.map(|vpc| ("aws:SourceVpc".to_owned(), vec![vpc.to_owned()])).into_iter().collect(),
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn every_request_that_differs_has_its_difference(
            before in prop::sample::subsequence(STATEMENTS, 1..4),
            after in prop::sample::subsequence(STATEMENTS, 1..4),
        ) {
            let (before, after) = (before.join(","), after.join(","));
            let (one, other) = (estate(&[(PolicyKind::Identity, &before)]), estate(&[(PolicyKind::Identity, &after)]));
            let compared = diff(&one, &other);
            prop_assert!(compared.complete);
            for found in &compared.differences {
                let decided = [&one, &other].map(|estate| estate.decide(&found.witness).unwrap().is_allowed());
                prop_assert_eq!(decided, [!found.gained, found.gained], "{}", &found.witness);
            }
            let objects = ["b/", "b/x", "b/xy", "b/xyz", "b/z", "c/x"];
            let asked = objects.iter().flat_map(|object| [None, Some("v1"), Some("v2"), Some("w")].map(|vpc| question(object, vpc)));
            for question in asked {
                let [was, is] = [&one, &other].map(|estate| estate.decide(&question).unwrap().is_allowed());
                let told = compared.differences.iter().any(|found| {
                    let names = found.witness.action.to_string() == "s3:GetObject" || found.alike.iter().any(|name| name == "s3:GetObject");
                    names && found.gained == is
                });
                prop_assert!(was == is || told, "{} in {} against {}", question, before, after);
            }
        }
    }
}
