//! Whom does a grant allow what? Through the decision engine, as requests meet it.

use super::{House, NOW, account, context, text};
use sotto_arn::{Action, Partition, PrincipalArn};
use sotto_iam::{Context, Grants, Principal, Request, Resource};
use sotto_kms::keys::{ConstraintKind, Grant, GrantOperation, KeySpec, KeyUsage, KeysError, NewGrant};
use sotto_kms::{EncryptionContext, KeyArn};
use sotto_public::Public;
use std::sync::Arc;

const ROLE: &str = "arn:aws:iam::111122223333:role/reader";

#[expect(clippy::disallowed_methods, reason = "a test's own literals")]
fn public(text: &str) -> Public<String> {
    Public::from_pinned_text(text.to_owned())
}

fn new(arn: &KeyArn, operations: &[GrantOperation]) -> NewGrant {
    NewGrant {
        key: arn.clone(),
        name: None,
        grantee: public(ROLE),
        grantee_id: None,
        retiring: None,
        operations: operations.iter().copied().collect(),
        constraint: None,
        issuing: public("arn:aws:iam::111122223333:root"),
    }
}

fn create(house: &mut House, new: &NewGrant) -> Result<Arc<Grant>, KeysError> {
    let made = house.with(|vault, entropy| vault.new_grant(new, NOW, entropy))?;
    house.change(|draft| draft.create_grant(new, &made))
}

fn session(role: &str) -> Principal {
    Principal::assumed_role(&PrincipalArn::parse(role).unwrap(), "session")
        .unwrap()
        .with_unique_id("AROAEXAMPLE")
}

fn asked(house: &House, principal: Principal, action: &str, arn: &KeyArn, pairs: &[(&str, &str)]) -> bool {
    with_context(house, principal, action, arn, (pairs, Context::new()))
}

fn with_context(
    house: &House,
    principal: Principal,
    action: &str,
    arn: &KeyArn,
    (pairs, context): (&[(&str, &str)], Context),
) -> bool {
    let resource = || Resource::new(&arn.to_string());
    let pairs = pairs.iter().map(|(name, value)| (text(name), text(value))).collect();
    let action = Action::parse(action).unwrap();
    let request = Request::new(principal, action, resource(), context).with_encryption_context(pairs);
    house.keys.allows(&request, &resource())
}

#[test]
fn a_grant_allows_its_grantee_its_operations_on_its_key() {
    let mut house = House::new();
    let [arn, other] = [house.symmetric(), house.symmetric()];
    let grant =
        create(&mut house, &new(&arn, &[GrantOperation::Decrypt, GrantOperation::DescribeKey])).unwrap();
    let asks =
        |house: &House, principal, action: &str, arn: &KeyArn| asked(house, principal, action, arn, &[]);
    assert!(asks(&house, session(ROLE), "kms:Decrypt", &arn));
    assert!(asks(&house, session(ROLE), "kms:DescribeKey", &arn));
    assert!(!asks(&house, session(ROLE), "kms:Encrypt", &arn));
    assert!(!asks(&house, session(ROLE), "kms:ScheduleKeyDeletion", &arn));
    assert!(!asks(&house, session(ROLE), "s3:Decrypt", &arn));
    assert!(!asks(&house, session(ROLE), "kms:Decrypt", &other));
    assert!(!asks(&house, session("arn:aws:iam::111122223333:role/readers"), "kms:Decrypt", &arn));
    assert!(!asks(&house, session("arn:aws:iam::444455556666:role/reader"), "kms:Decrypt", &arn));
    assert!(!asks(&house, Principal::root(Partition::Aws, &account()), "kms:Decrypt", &arn));
    assert!(!asks(&house, Principal::anonymous(), "kms:Decrypt", &arn));
    house.change(|draft| draft.delete_grant(&arn, &grant.id)).unwrap();
    assert!(!asks(&house, session(ROLE), "kms:Decrypt", &arn));
    let again = house.change(|draft| draft.delete_grant(&arn, &grant.id));
    assert!(matches!(again, Err(KeysError::NotFound(_))));
}

#[test]
fn a_grantee_is_told_from_a_later_one_of_the_same_name() {
    let mut house = House::new();
    let arn = house.symmetric();
    let bound = NewGrant { grantee_id: Some(public("AROAEXAMPLE")), ..new(&arn, &[GrantOperation::Decrypt]) };
    create(&mut house, &bound).unwrap();
    assert!(asked(&house, session(ROLE), "kms:Decrypt", &arn, &[]));
    let later = session(ROLE).with_unique_id("AROALATER");
    assert!(!asked(&house, later, "kms:Decrypt", &arn, &[]));
}

#[test]
fn sessions_and_services_may_be_grantees_too() {
    let mut house = House::new();
    let arn = house.symmetric();
    let one = "arn:aws:sts::111122223333:assumed-role/reader/session";
    for grantee in [one, "logs.eu-central-1.amazonaws.com"] {
        create(&mut house, &NewGrant { grantee: public(grantee), ..new(&arn, &[GrantOperation::Decrypt]) })
            .unwrap();
    }
    assert!(asked(&house, session(ROLE), "kms:Decrypt", &arn, &[]));
    let other = Principal::assumed_role(&PrincipalArn::parse(ROLE).unwrap(), "another").unwrap();
    assert!(!asked(&house, other, "kms:Decrypt", &arn, &[]));
    assert!(asked(&house, Principal::service("logs.eu-central-1.amazonaws.com"), "kms:Decrypt", &arn, &[]));
    assert!(!asked(&house, Principal::service("logs.us-east-1.amazonaws.com"), "kms:Decrypt", &arn, &[]));
}

#[test]
fn constraints_hold_against_the_encryption_context() {
    let pairs = [("team", "blue"), ("stage", "dev")];
    let more = [("team", "blue"), ("stage", "dev"), ("extra", "1")];
    type Case<'c> = (&'c [(&'c str, &'c str)], bool, bool);
    let cases: [Case<'_>; 6] = [
        (&pairs, true, true),
        (&[("stage", "dev"), ("team", "blue")], true, true),
        (&more, false, true),
        (&pairs[..1], false, false),
        (&[("Team", "blue"), ("stage", "dev")], false, false),
        (&[], false, false),
    ];
    for (kind, column) in [(ConstraintKind::Equals, 0), (ConstraintKind::Subset, 1)] {
        let mut house = House::new();
        let arn = house.symmetric();
        let operations =
            [GrantOperation::Decrypt, GrantOperation::ReEncryptFrom, GrantOperation::DescribeKey];
        create(&mut house, &NewGrant { constraint: Some((kind, context(&pairs))), ..new(&arn, &operations) })
            .unwrap();
        for (brought, equals, subset) in cases {
            let wanted = if column == 0 { equals } else { subset };
            assert_eq!(
                asked(&house, session(ROLE), "kms:Decrypt", &arn, brought),
                wanted,
                "{kind} {brought:?}"
            );
            assert_eq!(asked(&house, session(ROLE), "kms:ReEncryptFrom", &arn, brought), wanted);
        }
        assert!(asked(&house, session(ROLE), "kms:DescribeKey", &arn, &[]), "operations without a context");
        // Without the store key the constraint cannot be opened, and the grant allows nothing that it would bind.
        house.keys = sotto_kms::Keys::load(house.keys.records());
        assert!(!asked(&house, session(ROLE), "kms:Decrypt", &arn, &pairs));
        assert!(!format!("{:?}", house.keys).contains("blue"), "constraints are sealed");
    }
}

#[test]
fn a_grantee_gives_on_no_more_than_it_has() {
    let mut house = House::new();
    let arn = house.symmetric();
    let operations = [GrantOperation::Decrypt, GrantOperation::CreateGrant];
    create(&mut house, &new(&arn, &operations)).unwrap();
    let gives = |house: &House, operations: &[&str], kind: Option<&str>, pairs: &[(&str, &str)]| {
        let mut context = Context::new().with_all("kms:GrantOperations", operations.iter().copied());
        if let Some(kind) = kind {
            context = context.with("kms:GrantConstraintType", kind);
        }
        with_context(house, session(ROLE), "kms:CreateGrant", &arn, (pairs, context))
    };
    assert!(gives(&house, &["Decrypt"], None, &[]) && gives(&house, &["Decrypt", "CreateGrant"], None, &[]));
    assert!(!gives(&house, &["Decrypt", "Encrypt"], None, &[]) && !gives(&house, &[], None, &[]));

    let mut house = House::new();
    let arn = house.symmetric();
    let pairs = [("team", "blue")];
    let bound = Some((ConstraintKind::Subset, context(&pairs)));
    create(&mut house, &NewGrant { constraint: bound, ..new(&arn, &operations) }).unwrap();
    let gives = |kind: Option<&str>, pairs: &[(&str, &str)]| {
        let mut context = Context::new().with("kms:GrantOperations", "Decrypt");
        if let Some(kind) = kind {
            context = context.with("kms:GrantConstraintType", kind);
        }
        with_context(&house, session(ROLE), "kms:CreateGrant", &arn, (pairs, context))
    };
    assert!(gives(Some("EncryptionContextSubset"), &pairs) && gives(Some("EncryptionContextEquals"), &pairs));
    assert!(gives(Some("EncryptionContextSubset"), &[("team", "blue"), ("more", "1")]));
    assert!(!gives(None, &pairs), "without a constraint of its own it would give more");
    assert!(!gives(Some("EncryptionContextSubset"), &[("team", "red")]));
}

#[test]
fn a_grant_allows_only_what_the_key_does() {
    let mut house = House::new();
    let signing = house.create(house.wanted(KeySpec::P256, Some(KeyUsage::SignVerify)));
    let symmetric = house.symmetric();
    let fits = |house: &mut House, arn: &KeyArn, operation| create(house, &new(arn, &[operation])).is_ok();
    assert!(
        fits(&mut house, &signing, GrantOperation::Sign)
            && fits(&mut house, &signing, GrantOperation::GetPublicKey)
    );
    assert!(!fits(&mut house, &signing, GrantOperation::Decrypt));
    assert!(
        !fits(&mut house, &symmetric, GrantOperation::Sign)
            && fits(&mut house, &symmetric, GrantOperation::ReEncryptTo)
    );
    assert!(matches!(create(&mut house, &new(&symmetric, &[])), Err(KeysError::Validation(_))));
}

#[test]
fn a_named_grant_is_made_once() {
    let mut house = House::new();
    let arn = house.symmetric();
    let named = |pairs: &[(&str, &str)]| NewGrant {
        name: Some(public("once")),
        constraint: Some((ConstraintKind::Equals, context(pairs))),
        ..new(&arn, &[GrantOperation::Decrypt])
    };
    let first = create(&mut house, &named(&[("a", "1"), ("b", "2")])).unwrap();
    let again = create(&mut house, &named(&[("b", "2"), ("a", "1")])).unwrap();
    let other = create(&mut house, &named(&[("a", "1")])).unwrap();
    assert!(first.id == again.id && first.id != other.id);
    let unnamed =
        [(); 2].map(|()| create(&mut house, &new(&arn, &[GrantOperation::Decrypt])).unwrap().id.clone());
    assert_ne!(unnamed[0], unnamed[1]);
    assert_eq!(house.keys.account(&account(), arn.region()).unwrap().grant_count(arn.id()), 4);
    let opened: Option<EncryptionContext> = first.constraint_pairs(&house.store).unwrap();
    assert_eq!(opened.map(|pairs| pairs.pairs().len()), Some(2));
}

#[test]
fn tokens_name_their_grant_and_cannot_be_made_up() {
    let mut house = House::new();
    let arn = house.symmetric();
    let grant = create(&mut house, &new(&arn, &[GrantOperation::Decrypt])).unwrap();
    let token = house.with(|vault, entropy| vault.grant_token(&grant, entropy)).unwrap();
    assert_eq!(house.vault().grant_of_token(&token), Ok((arn, grant.id.clone())));
    let cut: String = token.get().chars().skip(2).collect();
    for wrong in ["", "0", "zz", &cut, &format!("{token}00"), "ü"] {
        assert_eq!(
            house.vault().grant_of_token(&public(wrong)),
            Err(KeysError::InvalidGrantToken),
            "{wrong}"
        );
    }
}

#[test]
fn who_may_retire_is_named() {
    let mut house = House::new();
    let arn = house.symmetric();
    let retiring = "arn:aws:iam::111122223333:role/cleaner";
    let plain = NewGrant { retiring: Some(public(retiring)), ..new(&arn, &[GrantOperation::Decrypt]) };
    let grant = create(&mut house, &plain).unwrap();
    assert!(grant.is_retired_by(&session(retiring)) && !grant.is_retired_by(&session(ROLE)));
    let own = create(&mut house, &new(&arn, &[GrantOperation::RetireGrant])).unwrap();
    assert!(own.is_retired_by(&session(ROLE)) && !own.is_retired_by(&session(retiring)));
}
