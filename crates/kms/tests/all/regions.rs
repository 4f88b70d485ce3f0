//! Are replicas of a key the same key elsewhere, and do they end in the right order?

use super::{DAY, House, NOW, bytes, context, home, raw, region};
use sotto_kms::KeyArn;
use sotto_kms::keys::{EncryptionAlgorithm, KeyState, KeysError, MultiRegion, NewReplica, RotationKind};
use sotto_public::Public;

fn replica(name: &str) -> NewReplica {
    NewReplica { region: region(name), policy: Public::from("{}"), description: None, tags: Vec::new() }
}

fn pair(house: &mut House) -> [KeyArn; 2] {
    let primary = house.multi_region();
    let other = house.change(|draft| draft.replicate(&primary, replica("us-east-1"), NOW)).unwrap();
    [primary, other.arn.clone()]
}

#[test]
fn what_one_seals_the_other_opens_also_after_rotation() {
    let mut house = House::new();
    let [primary, other] = pair(&mut house);
    assert_eq!(primary.id(), other.id());
    for _ in 0..2 {
        for [from, to] in [[&primary, &other], [&other, &primary]] {
            let (key, plain, none) = (house.key(from), raw(b"canary"), context(&[]));
            let sealed = house
                .with(|vault, entropy| {
                    vault.encrypt(&key, EncryptionAlgorithm::Symmetric, &plain, &none, entropy)
                })
                .unwrap();
            let sealed = raw(sealed.as_bytes());
            assert_eq!(house.keys.key_of(to.region(), &sealed).unwrap().arn, *to);
            let opened =
                house.vault().decrypt(&house.key(to), EncryptionAlgorithm::Symmetric, &sealed, &none);
            assert_eq!(bytes(&opened.unwrap()), b"canary");
        }
        let key = house.key(&primary);
        let material =
            house.with(|vault, entropy| vault.rotated(&key, RotationKind::OnDemand, NOW, entropy)).unwrap();
        house.change(|draft| draft.rotate(&primary, RotationKind::OnDemand, Some(&material), NOW)).unwrap();
        let refused =
            house.change(|draft| draft.rotate(&other, RotationKind::OnDemand, Some(&material), NOW));
        assert!(matches!(refused, Err(KeysError::Unsupported(_))), "rotation is the primary key's");
    }
    assert_eq!(house.key(&other).materials.len(), 3);
}

#[test]
fn only_a_primary_key_is_replicated_once_per_region() {
    let mut house = House::new();
    let [primary, other] = pair(&mut house);
    let single = house.symmetric();
    let mut refused =
        |arn: &KeyArn, name: &str| house.change(|draft| draft.replicate(arn, replica(name), NOW)).err();
    assert!(matches!(refused(&primary, "us-east-1"), Some(KeysError::AlreadyExists(_))));
    assert!(matches!(refused(&primary, "eu-central-1"), Some(KeysError::AlreadyExists(_))));
    assert!(matches!(refused(&primary, "cn-north-1"), Some(KeysError::Unsupported(_))));
    assert!(matches!(refused(&other, "us-west-2"), Some(KeysError::Unsupported(_))));
    assert!(matches!(refused(&single, "us-west-2"), Some(KeysError::Unsupported(_))));
    assert_eq!(refused(&primary, "us-west-2"), None);
    assert_eq!(house.keys.related(&house.key(&other)).len(), 3);
    assert_eq!(house.keys.related(&house.key(&single)).len(), 1);
    assert_eq!(house.keys.primary_of(&house.key(&other)).map(|key| key.arn.clone()), Some(primary));
}

#[test]
fn the_primary_region_changes_places_with_a_replica() {
    let mut house = House::new();
    let [primary, other] = pair(&mut house);
    let refused = house.change(|draft| draft.update_primary(&primary, region("us-west-2")));
    assert!(matches!(refused, Err(KeysError::NotFound(_))));
    assert!(house.change(|draft| draft.update_primary(&primary, home())).is_err());
    house.change(|draft| draft.update_primary(&primary, region("us-east-1"))).unwrap();
    assert_eq!(house.key(&primary).multi_region, Some(MultiRegion::Replica));
    assert_eq!(house.key(&other).multi_region, Some(MultiRegion::Primary));
    assert!(house.change(|draft| draft.update_primary(&primary, region("us-east-1"))).is_err());
}

#[test]
fn a_primary_key_waits_for_its_replicas_to_end() {
    let mut house = House::new();
    let [primary, other] = pair(&mut house);
    let deletion = house.change(|draft| draft.schedule_deletion(&primary, 7, NOW)).unwrap();
    assert!(deletion.waits_for_replicas());
    assert_eq!(house.state(&primary), KeyState::PendingReplicaDeletion);
    house.change(|draft| draft.schedule_deletion(&other, 10, NOW)).unwrap();
    let gone = house.change(|draft| Ok(draft.delete_due(NOW + 10 * DAY))).unwrap();
    assert_eq!(gone.iter().map(|deleted| &deleted.arn).collect::<Vec<_>>(), [&other]);
    assert_eq!(house.state(&primary), KeyState::PendingDeletion, "its own waiting begins now");
    assert!(house.change(|draft| Ok(draft.delete_due(NOW + 17 * DAY - 1))).unwrap().is_empty());
    assert_eq!(house.change(|draft| Ok(draft.delete_due(NOW + 17 * DAY))).unwrap().len(), 1);
    assert!(house.keys.key(&primary).is_none());
}
