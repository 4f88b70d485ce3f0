//! Do transitions hold their quotas, and does any sequence of them come back from storage as it was?

use super::{House, NOW, home, region};
use proptest::prelude::*;
use sotto_kms::KeyArn;
use sotto_kms::keys::{ALIASES_PER_KEY_MAX, AliasName, KeyTag, KeysError, NewReplica, TAGS_PER_KEY_MAX};
use sotto_public::Public;

fn alias(name: &str) -> AliasName {
    AliasName::parse(&format!("alias/{name}")).unwrap()
}

#[expect(clippy::disallowed_methods, reason = "a test's own literals")]
fn public(text: String) -> Public<String> {
    Public::from_pinned_text(text)
}

#[test]
fn aliases_name_one_key_and_are_counted() {
    let mut house = House::new();
    let [arn, other] = [house.symmetric(), house.symmetric()];
    for number in 0..ALIASES_PER_KEY_MAX {
        house.change(|draft| draft.create_alias(alias(&number.to_string()), &arn, NOW)).unwrap();
    }
    let full = house.change(|draft| draft.create_alias(alias("more"), &arn, NOW));
    assert!(matches!(full, Err(KeysError::LimitExceeded(_))));
    let taken = house.change(|draft| draft.create_alias(alias("0"), &other, NOW));
    assert!(matches!(taken, Err(KeysError::AlreadyExists(_))));
    house.change(|draft| draft.update_alias(&alias("0"), &other, NOW + 1)).unwrap();
    let named = |name: &str| house.keys.by_alias(arn.account(), &home(), name).map(|key| key.arn.clone());
    assert_eq!(
        (named("alias/0"), named("alias/1"), named("alias/none")),
        (Some(other), Some(arn.clone()), None)
    );
    house.change(|draft| draft.create_alias(alias("more"), &arn, NOW)).unwrap();
    let missing = house.change(|draft| draft.delete_alias(arn.account(), &home(), &alias("none")));
    assert!(matches!(missing, Err(KeysError::NotFound(_))));
}

#[test]
fn an_alias_stays_with_keys_of_one_kind() {
    let mut house = House::new();
    let arn = house.symmetric();
    let spec = sotto_kms::keys::KeySpec::P256;
    let signing = house.create(house.wanted(spec, Some(sotto_kms::keys::KeyUsage::SignVerify)));
    house.change(|draft| draft.create_alias(alias("a"), &arn, NOW)).unwrap();
    let refused = house.change(|draft| draft.update_alias(&alias("a"), &signing, NOW));
    assert!(matches!(refused, Err(KeysError::Validation(_))));
}

#[test]
fn tags_are_replaced_and_counted() {
    let mut house = House::new();
    let arn = house.symmetric();
    let tag = |house: &House, name: String| KeyTag { key: public(name), value: house.sealed("canary") };
    let tags = (0..TAGS_PER_KEY_MAX).map(|number| tag(&house, number.to_string())).collect();
    house.change(|draft| draft.tag(&arn, tags)).unwrap();
    let [again, more, twice] = ["0", "more", "0"].map(|name| tag(&house, name.to_owned()));
    house.change(|draft| draft.tag(&arn, vec![again.clone()])).unwrap();
    assert!(matches!(house.change(|draft| draft.tag(&arn, vec![more])), Err(KeysError::LimitExceeded(_))));
    assert!(matches!(house.change(|draft| draft.tag(&arn, vec![again, twice])), Err(KeysError::Tag(_))));
    house.change(|draft| draft.untag(&arn, &[public("0".into()), public("none".into())])).unwrap();
    assert_eq!(house.key(&arn).tags.len(), TAGS_PER_KEY_MAX - 1);
}

/// One step of many.
fn step(house: &mut House, arns: &mut Vec<KeyArn>, (kind, which): (u8, usize)) {
    let arn = arns.get(which % arns.len().max(1)).cloned();
    let Some(arn) = arn.filter(|_| kind > 0) else {
        arns.push(if which % 2 == 0 { house.symmetric() } else { house.multi_region() });
        return;
    };
    let name = alias(&(which % 5).to_string());
    let region = region(["us-east-1", "us-west-2"][which % 2]);
    let new = NewReplica { region, policy: Public::from("{}"), description: None, tags: Vec::new() };
    let _ = house.change(|draft| match kind {
        1 => draft.disable_key(&arn),
        2 => draft.enable_key(&arn),
        3 => draft.create_alias(name, &arn, NOW),
        4 => draft.delete_alias(arn.account(), arn.region(), &name),
        5 => draft.schedule_deletion(&arn, 7, NOW).map(drop),
        6 => draft.cancel_deletion(&arn),
        7 => draft.replicate(&arn, new, NOW).map(|key| arns.push(key.arn.clone())),
        8 => {
            draft.delete_due(NOW + 7 * super::DAY + which as u64);
            Ok(())
        }
        _ => draft.enable_rotation(&arn, 365, NOW),
    });
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    /// `House::change` compares, after each step, what the draft showed, what the change makes, and what storage gives back.
    #[test]
    fn any_sequence_comes_back_from_storage(steps in proptest::collection::vec((0..10_u8, 0..40_usize), 1..30)) {
        let (mut house, mut arns) = (House::new(), Vec::new());
        steps.into_iter().for_each(|one| step(&mut house, &mut arns, one));
        let aliases: Vec<_> = house.keys.accounts().flat_map(|held| held.aliases().cloned()).collect();
        for alias in aliases {
            let found = house.keys.by_alias(&alias.account, &alias.region, alias.name.as_str());
            prop_assert!(found.is_some(), "no alias outlives its key");
        }
    }
}
