//! Do transitions hold their quotas, and does any sequence of them come back from storage as it was?

use super::{House, NOW, account, home, region};
use proptest::prelude::*;
use sotto_kms::keys::{
    ALIASES_PER_KEY_MAX, AliasName, Entity, GRANTS_PER_KEY_MAX, GrantOperation, KEY_STORES_MAX,
    KEYS_PER_REGION_MAX, KeySpec, KeyStore, KeyStoreId, KeyTag, KeyUsage, KeysError, NewGrant, NewReplica,
    Record, TAGS_PER_KEY_MAX,
};
use sotto_kms::{Key, KeyArn, KeyId, Keys};
use sotto_public::Public;
use std::sync::Arc;

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
    let signing = house.create(house.wanted(KeySpec::P256, Some(KeyUsage::SignVerify)));
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

/// As many records as there may be, and one less, without making each by a transition.
fn filled(house: &mut House, records: impl Iterator<Item = Entity>) {
    let all = house.keys.records().into_iter().chain(records.map(|entity| Record { entity }));
    house.keys = Keys::load(all).opened_by(Arc::clone(&house.store));
}

#[test]
fn keys_of_a_region_are_counted() {
    let mut house = House::new();
    let arn = house.symmetric();
    let template = house.key(&arn);
    let mut entropy = super::Counter(99);
    let more = (0..KEYS_PER_REGION_MAX - 2).map(|_| {
        let arn = KeyArn::new(account(), home(), KeyId::generate(false, &mut entropy));
        Entity::Key(Arc::new(Key { arn, ..Key::clone(&template) }))
    });
    filled(&mut house, more);
    let wanted = || house.wanted(KeySpec::Symmetric, None);
    let [last, beyond] =
        [1, 2].map(|seed| house.vault().new_key(wanted(), NOW, &mut super::Counter(seed)).unwrap());
    let mut draft = house.keys.draft();
    assert!(draft.create_key(&last).is_ok());
    assert!(matches!(draft.create_key(&beyond), Err(KeysError::LimitExceeded(_))));
}

#[test]
fn grants_of_a_key_are_counted() {
    let mut house = House::new();
    let arn = house.symmetric();
    let new = NewGrant {
        key: arn,
        name: None,
        grantee: Public::from("arn:aws:iam::111122223333:role/reader"),
        grantee_id: None,
        retiring: None,
        operations: [GrantOperation::Decrypt].into(),
        constraint: None,
        issuing: Public::from("arn:aws:iam::111122223333:root"),
    };
    let mut entropy = super::Counter(99);
    let made: Vec<_> =
        (0..=GRANTS_PER_KEY_MAX).map(|_| house.vault().new_grant(&new, NOW, &mut entropy).unwrap()).collect();
    let [most @ .., last, beyond] = made.as_slice() else { panic!("too few") };
    filled(&mut house, most.iter().cloned().map(Arc::new).map(Entity::Grant));
    let mut draft = house.keys.draft();
    assert!(draft.create_grant(&new, last).is_ok());
    assert!(matches!(draft.create_grant(&new, beyond), Err(KeysError::LimitExceeded(_))));
}

/// One cluster for each store, and one more.
const LETTERS: [char; KEY_STORES_MAX + 1] = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k'];

#[test]
fn key_stores_of_a_region_are_counted() {
    let mut house = House::new();
    let pin = house.sealed("1234");
    let mut entropy = super::Counter(99);
    let mut store = |number: usize| KeyStore {
        account: account(),
        region: home(),
        id: KeyStoreId::generate(&mut entropy),
        name: public(format!("store-{number}")),
        cluster: format!("cluster-aaaaaaaaaa{}", LETTERS[number]).parse().unwrap(),
        pin: pin.clone(),
        created: NOW,
        connected: false,
    };
    for number in 0..KEY_STORES_MAX {
        let store = store(number);
        house.change(|draft| draft.create_store(&store)).unwrap();
    }
    let beyond = store(KEY_STORES_MAX);
    assert!(matches!(house.change(|draft| draft.create_store(&beyond)), Err(KeysError::LimitExceeded(_))));
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
