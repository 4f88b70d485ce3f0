//! When does a key get a new material, and how often?

use super::{DAY, House, NOW};
use sotto_kms::KeyArn;
use sotto_kms::keys::{
    Draft, KeySpec, KeyUsage, KeysError, MaterialState, ON_DEMAND_ROTATIONS_MAX, Outcome, ROTATION_DAYS,
    RotationKind,
};

fn rotate(house: &mut House, arn: &KeyArn, kind: RotationKind, now: u64) -> Outcome<()> {
    let key = house.key(arn);
    let material = house.with(|vault, entropy| vault.rotated(&key, kind, now, entropy))?;
    house.change(|draft: &mut Draft| draft.rotate(arn, kind, Some(&material), now))
}

#[test]
fn periods_are_bounded_and_come_round() {
    let mut house = House::new();
    let arn = house.symmetric();
    for (days, fine) in [(89, false), (90, true), (2560, true), (2561, false)] {
        assert_eq!(house.change(|draft| draft.enable_rotation(&arn, days, NOW)).is_ok(), fine, "{days}");
    }
    house.change(|draft| draft.enable_rotation(&arn, *ROTATION_DAYS.start(), NOW)).unwrap();
    let due = NOW + 90 * DAY;
    assert_eq!(
        (house.keys.due_rotations(due - 1), house.keys.due_rotations(due)),
        (vec![], vec![arn.clone()])
    );
    // The same period again moves nothing.
    house.change(|draft| draft.enable_rotation(&arn, 90, NOW + DAY)).unwrap();
    assert_eq!(house.keys.due_rotations(due), std::slice::from_ref(&arn));
    rotate(&mut house, &arn, RotationKind::Automatic, due).unwrap();
    assert_eq!(house.keys.due_rotations(due + 90 * DAY - 1), []);
    assert_eq!(house.keys.due_rotations(due + 90 * DAY), std::slice::from_ref(&arn));
    house.change(|draft| draft.disable_key(&arn)).unwrap();
    assert_eq!(house.keys.due_rotations(due + 90 * DAY), [], "a disabled key waits");
    house.change(|draft| draft.enable_key(&arn)).unwrap();
    house.change(|draft| draft.disable_rotation(&arn)).unwrap();
    assert_eq!(house.keys.due_rotations(due + 900 * DAY), []);
}

#[test]
fn a_rotation_adds_a_material_and_rewrites_none() {
    let mut house = House::new();
    let arn = house.symmetric();
    let first = house.key(&arn).materials[0].clone();
    rotate(&mut house, &arn, RotationKind::OnDemand, NOW + 5).unwrap();
    let key = house.key(&arn);
    let [old, new] = key.materials.as_slice() else { panic!("{}", key.materials.len()) };
    assert_eq!((old.id.clone(), old.wrapped.clone(), old.created), (first.id, first.wrapped, NOW));
    assert_eq!((old.state, new.state), (MaterialState::NonCurrent, MaterialState::Current));
    assert_eq!((old.kind, new.kind, new.created), (RotationKind::First, RotationKind::OnDemand, NOW + 5));
    assert_eq!(key.current().map(|material| &material.id), Some(&new.id));
}

#[test]
fn rotations_on_demand_are_counted() {
    let mut house = House::new();
    let arn = house.symmetric();
    for _ in 0..ON_DEMAND_ROTATIONS_MAX {
        rotate(&mut house, &arn, RotationKind::OnDemand, NOW).unwrap();
    }
    assert!(matches!(
        rotate(&mut house, &arn, RotationKind::OnDemand, NOW),
        Err(KeysError::LimitExceeded(_))
    ));
    assert!(rotate(&mut house, &arn, RotationKind::Automatic, NOW).is_ok(), "automatic ones are not");
}

#[test]
fn only_symmetric_keys_rotate() {
    let mut house = House::new();
    let signing = house.create(house.wanted(KeySpec::P256, Some(KeyUsage::SignVerify)));
    let mac = house.create(house.wanted(KeySpec::Hmac256, Some(KeyUsage::GenerateVerifyMac)));
    for arn in [signing, mac] {
        let refused = house.change(|draft| draft.enable_rotation(&arn, 365, NOW));
        assert!(matches!(refused, Err(KeysError::Unsupported(_))));
        assert!(matches!(
            rotate(&mut house, &arn, RotationKind::OnDemand, NOW),
            Err(KeysError::Unsupported(_))
        ));
    }
}
