//! Do stored records become decisions and permits, and does a change reach the next decision?

use crate::world::{account, principal};
use sotto_arn::{Action, PrincipalArn};
use sotto_iam::{
    Attached, Call, Context, Decision, DocumentRecord, LevelRecord, Outcome, PERMIT_SECONDS_MAX, PermitError,
    Policy, PolicyKind, PolicyRecord, PolicySet, PolicySnapshot, Principal, RecordKey, Request, Resource,
    SnapshotError, Unmask,
};
use sotto_public::Public;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

const ANA: &str = "arn:aws:iam::111122223333:user/Ana";
const ROLE: &str = "arn:aws:iam::111122223333:role/ops/Night";
const SESSION: &str = "arn:aws:sts::111122223333:assumed-role/Night/s-1";
const STAFF: &str = "arn:aws:iam::111122223333:group/Staff";
const GROUP: &str = "arn:aws:logs:eu-central-1:111122223333:log-group:app:log-stream:";
const KEY: &str = "arn:aws:kms:eu-central-1:111122223333:key/k-1";

fn text(text: &str) -> Public<String> {
    Public::from_pinned_text(text.to_owned())
}

fn document(name: &str, statement: &str) -> DocumentRecord {
    let document = format!("{{\"Version\":\"2012-10-17\",\"Statement\":{statement}}}");
    DocumentRecord { name: text(name), arn: None, text: text(&document) }
}

fn allow(action: &str) -> DocumentRecord {
    document(action, &format!("{{\"Effect\":\"Allow\",\"Action\":\"{action}\",\"Resource\":\"*\"}}"))
}

fn deny(action: &str) -> DocumentRecord {
    document(action, &format!("{{\"Effect\":\"Deny\",\"Action\":\"{action}\",\"Resource\":\"*\"}}"))
}

fn arn(text: &str) -> PrincipalArn {
    PrincipalArn::parse(text).unwrap()
}

fn level(target: &str, policies: Vec<DocumentRecord>) -> LevelRecord {
    LevelRecord { target: text(target), policies }
}

fn records() -> Vec<PolicyRecord> {
    let trust = r#"{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"sts:AssumeRole"}"#;
    let delegate = r#"{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"kms:*","Resource":"*"}"#;
    let scps = vec![
        level("r-ab12", vec![allow("*")]),
        level("111122223333", vec![allow("*"), deny("s3:DeleteBucket")]),
    ];
    vec![
        PolicyRecord::Account { id: account("111122223333"), management: false, scps, rcps: vec![] },
        PolicyRecord::User {
            arn: arn(ANA),
            unique_id: text("AIDAEXAMPLEUSER12345"),
            policies: vec![allow("s3:*")],
            groups: vec![arn(STAFF)],
            boundary: None,
        },
        PolicyRecord::Group { arn: arn(STAFF), policies: vec![allow("logs:*")] },
        PolicyRecord::Role {
            arn: arn(ROLE),
            unique_id: text("AROAEXAMPLEROLE12345"),
            policies: vec![allow("kms:Decrypt"), allow("s3:*")],
            boundary: Some(allow("kms:*")),
            trust: document("trust", trust),
        },
        PolicyRecord::Service { name: text("logs.sotto"), policies: vec![allow("logs:DeleteLogGroup")] },
        PolicyRecord::Resource { arn: text(KEY), key: true, policies: vec![document("key", delegate)] },
    ]
}

fn snapshot() -> PolicySnapshot {
    PolicySnapshot::from_pinned_records(7, records()).unwrap()
}

fn request(who: Principal, action: &str, resource: &str) -> Request {
    Request::new(who, Action::parse(action).unwrap(), Resource::new(resource), Context::new())
}

fn outcome(snapshot: &PolicySnapshot, who: Principal, action: &str, resource: &str) -> Outcome {
    snapshot.evaluate(&request(who, action, resource)).outcome()
}

fn ana() -> Principal {
    principal(ANA, None)
}

fn night() -> Principal {
    principal(SESSION, Some(ROLE))
}

#[test]
fn records_decide() {
    use Outcome::*;
    let snapshot = snapshot();
    let root = || principal("arn:aws:iam::111122223333:root", None);
    for (who, action, resource, wanted) in [
        (ana(), "logs:Unmask", GROUP, Allow),
        (ana(), "s3:GetObject", "*", Allow),
        (ana(), "s3:DeleteBucket", "*", ExplicitDeny),
        (ana(), "kms:Decrypt", KEY, ImplicitDeny),
        (ana(), "sts:AssumeRole", ROLE, ImplicitDeny),
        (night(), "kms:Decrypt", KEY, Allow),
        (night(), "s3:GetObject", "*", ImplicitDeny),
        (root(), "kms:Decrypt", KEY, Allow),
        (root(), "s3:DeleteBucket", "*", ExplicitDeny),
        (principal("arn:aws:iam::444455556666:root", None), "s3:GetObject", "*", ImplicitDeny),
        (Principal::service("logs.sotto"), "logs:DeleteLogGroup", GROUP, Allow),
        (Principal::service("logs.sotto"), "logs:Unmask", GROUP, ImplicitDeny),
        (Principal::service("other.sotto"), "logs:DeleteLogGroup", GROUP, ImplicitDeny),
        (principal("arn:aws:iam::111122223333:user/Gone", None), "s3:GetObject", "*", ImplicitDeny),
        (Principal::anonymous(), "s3:GetObject", "*", ImplicitDeny),
    ] {
        let shown = format!("{who:?} {action}");
        assert_eq!(outcome(&snapshot, who, action, resource), wanted, "{shown}");
    }
}

#[test]
fn another_of_the_same_name_is_a_stranger() {
    let snapshot = snapshot();
    let of = |id: &str| outcome(&snapshot, ana().with_unique_id(id), "s3:GetObject", "*");
    assert_eq!(of("AIDAEXAMPLEUSER12345"), Outcome::Allow);
    assert_eq!(of("AIDAEXAMPLEUSER99999"), Outcome::ImplicitDeny);
}

#[test]
fn session_policies_travel_with_the_principal() {
    let text =
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"kms:Encrypt","Resource":"*"}}"#;
    let policy = Policy::parse(text, PolicyKind::Session).unwrap();
    let limited = night().with_session_policies(Arc::new(PolicySet::of(Attached::inline("session", policy))));
    assert_eq!(outcome(&snapshot(), limited, "kms:Decrypt", KEY), Outcome::ImplicitDeny);
}

#[test]
fn changes_make_the_next_epoch_and_leave_the_old_one() {
    let old = snapshot();
    let group = PolicyRecord::Group { arn: arn(STAFF), policies: vec![deny("logs:Unmask")] };
    let new = old.with_pinned_changes(8, [group], [RecordKey::Principal(arn(ROLE))]).unwrap();
    assert_eq!((old.epoch(), new.epoch()), (7, 8));
    assert_eq!(outcome(&old, ana(), "logs:Unmask", GROUP), Outcome::Allow);
    assert_eq!(outcome(&new, ana(), "logs:Unmask", GROUP), Outcome::ExplicitDeny);
    assert_eq!(outcome(&old, night(), "kms:Decrypt", KEY), Outcome::Allow);
    assert_eq!(outcome(&new, night(), "kms:Decrypt", KEY), Outcome::ImplicitDeny);
    let gone = new.with_pinned_changes(
        9,
        [],
        [RecordKey::Principal(arn(STAFF)), RecordKey::Resource(KEY.to_owned())],
    );
    assert_eq!(outcome(&gone.unwrap(), ana(), "logs:Unmask", GROUP), Outcome::ImplicitDeny);
}

#[test]
fn a_stored_document_that_is_none_is_an_error() {
    let bad = PolicyRecord::Group { arn: arn(STAFF), policies: vec![document("bad", "[]")] };
    let error = PolicySnapshot::from_pinned_records(1, [bad]).unwrap_err();
    assert!(matches!(error, SnapshotError::Unreadable { ref policy, .. } if policy == "bad"), "{error}");
}

#[test]
fn a_permit_holds_for_its_resource_its_epoch_and_a_while() {
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
    let after = |seconds| now + Duration::from_secs(seconds);
    let decision: Decision<Unmask> = snapshot().authorize(&request(ana(), "logs:Unmask", GROUP), now);
    let permit = decision.into_permit().unwrap();
    assert_eq!(permit.check(GROUP, 7, now), Ok(()));
    assert_eq!(permit.check(GROUP, 7, after(PERMIT_SECONDS_MAX)), Ok(()));
    assert_eq!(permit.check(GROUP, 7, after(PERMIT_SECONDS_MAX + 1)), Err(PermitError::Expired));
    assert_eq!(permit.check(GROUP, 8, now), Err(PermitError::Epoch { given: 7, now: 8 }));
    assert_eq!(
        permit.check("arn:aws:logs:eu-central-1:111122223333:log-group:other:*", 7, now),
        Err(PermitError::Resource)
    );
    assert_eq!((permit.principal(), permit.epoch(), permit.action().name()), (ANA, 7, "Unmask"));
    assert_eq!(permit.resources().collect::<Vec<_>>(), [GROUP]);
    assert!(permit.verdict().statement().is_some() && permit.deadline() == after(PERMIT_SECONDS_MAX));
}

#[test]
fn a_permit_is_not_given_in_the_name_of_another_act() {
    let (snapshot, now) = (snapshot(), SystemTime::UNIX_EPOCH);
    let asked = request(ana(), "logs:GetLogEvents", GROUP);
    assert!(matches!(snapshot.authorize::<Unmask>(&asked, now), Decision::ImplicitDeny(_)));
    assert!(matches!(snapshot.authorize::<Call>(&asked, now), Decision::Allow(_)));
    let refused = request(ana(), "s3:DeleteBucket", "*");
    assert!(matches!(snapshot.authorize::<Call>(&refused, now), Decision::ExplicitDeny(_)));
}

#[test]
fn every_resource_must_be_allowed() {
    let bucket =
        r#"{"Effect":"Deny","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::closed/*"}"#;
    let record = PolicyRecord::Resource {
        arn: text("arn:aws:s3:::closed"),
        key: false,
        policies: vec![document("b", bucket)],
    };
    let snapshot = snapshot().with_pinned_changes(8, [record], []).unwrap();
    let on = |arns: &[&str]| {
        let resources = arns.iter().map(|arn| Resource::new(arn)).collect();
        let action = Action::parse("s3:GetObject").unwrap();
        let verdict = snapshot.evaluate(&Request::on(ana(), action, resources, Context::new()));
        (verdict.outcome(), verdict.resource())
    };
    assert_eq!(on(&["arn:aws:s3:::open/a", "arn:aws:s3:::open/b"]), (Outcome::Allow, 1));
    assert_eq!(on(&["arn:aws:s3:::open/a", "arn:aws:s3:::closed/b"]), (Outcome::ExplicitDeny, 1));
    assert_eq!(on(&[]), (Outcome::Allow, 0));
}

#[test]
fn what_applies_can_be_looked_at() {
    let snapshot = snapshot();
    let action = Action::parse("kms:Decrypt").unwrap();
    let policies = snapshot.policies(&night(), &action, &Resource::new(KEY));
    assert_eq!(
        (policies.identity.len(), policies.boundary.is_some(), policies.scps.levels.len()),
        (1, true, 2)
    );
    let request = request(night(), "kms:Decrypt", KEY);
    assert_eq!(sotto_iam::evaluate(&policies, &request), snapshot.evaluate(&request));
}

/// Whoever may reach some part is let in, whoever is let in without any question of parts may reach all of them.
#[test]
fn what_is_decided_before_parts_are_known_is_never_narrower_than_what_is_decided_of_them() {
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
    let statement = |effect: &str, condition: &str| {
        format!(r#"{{"Effect":"{effect}","Action":"logs:*","Resource":"*"{condition}}}"#)
    };
    let conditions = [
        "",
        r#","Condition":{"StringEquals":{"sotto:IdentifierType":"Card"}}"#,
        r#","Condition":{"StringNotEquals":{"sotto:IdentifierType":"Card"}}"#,
        r#","Condition":{"Null":{"sotto:FieldPath":"true"}}"#,
        r#","Condition":{"StringEquals":{"aws:PrincipalArn":"${sotto:IdentifierType}"}}"#,
        r#","Condition":{"StringEquals":{"aws:PrincipalArn":"nobody","sotto:IdentifierType":"Card"}}"#,
    ];
    let mut all: Vec<String> = conditions.iter().map(|condition| statement("Allow", condition)).collect();
    all.extend(conditions.iter().map(|condition| statement("Deny", condition)));
    let parts = [
        Context::new().with("sotto:IdentifierType", "Card"),
        Context::new().with("sotto:IdentifierType", "Card").with("sotto:FieldPath", "a"),
        Context::new().with("sotto:IdentifierType", "Mail"),
        Context::new().with("sotto:IdentifierType", ANA),
    ];
    let (mut let_in, mut differing) = (0, 0);
    for [one, other, guard] in all.iter().flat_map(|a| {
        all.iter().flat_map(move |b| conditions.map(|c| [a.clone(), b.clone(), statement("Allow", c)]))
    }) {
        let scps = vec![level("r-ab12", vec![document("guard", &guard)])];
        let known =
            PolicyRecord::Account { id: account("111122223333"), management: false, scps, rcps: vec![] };
        let user = PolicyRecord::User {
            arn: arn(ANA),
            unique_id: text("AIDAEXAMPLEUSER12345"),
            policies: vec![document("p", &format!("[{one},{other}]"))],
            groups: vec![],
            boundary: None,
        };
        let snapshot = PolicySnapshot::from_pinned_records(1, [known, user]).unwrap();
        let decided = |part: &Context| {
            // The same question with the part's keys in the request itself.
            let mut context = Context::new();
            for key in ["sotto:IdentifierType", "sotto:FieldPath"] {
                if part.has(key) {
                    let known =
                        ["Card", "Mail", "a", ANA].into_iter().find(|value| part.is_only(key, &[value]));
                    context.set(key, known);
                }
            }
            let asked =
                Request::new(ana(), Action::parse("logs:Unmask").unwrap(), Resource::new(GROUP), context);
            snapshot.evaluate(&asked).is_allowed()
        };
        let reached: Vec<bool> = parts.iter().map(decided).collect();
        match snapshot.authorize_parts::<Unmask>(request(ana(), "logs:Unmask", GROUP), now) {
            Ok(scoped) => {
                let reach = snapshot.reach(&scoped).unwrap();
                let held: Vec<bool> = parts.iter().map(|part| reach.holds_for(part)).collect();
                assert_eq!(held, reached, "{one} {other} {guard}");
                assert!(reach.differs() || held.iter().all(|held| *held), "{one} {other} {guard}");
                let_in += 1;
                differing += usize::from(reach.differs());
            }
            Err(_) => assert_eq!(reached, [false; 4], "{one} {other} {guard}"),
        }
    }
    assert!(let_in > 50 && differing > 20 && differing < let_in, "{let_in} {differing}");
    let later = snapshot().with_pinned_changes(8, [], []).unwrap();
    let scoped = snapshot().authorize_parts::<Unmask>(request(ana(), "logs:Unmask", GROUP), now).unwrap();
    assert_eq!(later.reach(&scoped).err(), Some(PermitError::Epoch { given: 7, now: 8 }));
    assert!(snapshot().authorize_parts::<Unmask>(request(ana(), "logs:GetLogEvents", GROUP), now).is_err());
}
