//! What may be done in which state? The table of the KMS Developer Guide, "Key states of AWS KMS keys", row by row.
//!
//! Columns: enabled, disabled, pending import, pending deletion, pending replica deletion, unavailable. `+` it is done, `D`
//! DisabledException, `S` KMSInvalidStateException, `U` UnsupportedOperationException, `.` no such key in this state.

use super::{DAY, House, NOW, context, raw, region, text};
use sotto_kms::keys::{
    AliasName, DELETION_DAYS, Draft, EncryptionAlgorithm, Expiry, ImportKind, Imported, KeySpec, KeyState,
    KeyTag, KeyUsage, KeysError, MessageType, NewGrant, NewReplica, Outcome, RotationKind, SigningAlgorithm,
    WantedKey, WrappingAlgorithm, WrappingSpec,
};
use sotto_kms::{KeyArn, keys::GrantOperation, keys::MacAlgorithm};
use sotto_public::Public;

const STATES: [KeyState; 6] = [
    KeyState::Enabled,
    KeyState::Disabled,
    KeyState::PendingImport,
    KeyState::PendingDeletion,
    KeyState::PendingReplicaDeletion,
    KeyState::Unavailable,
];

/// A symmetric key in this state.
fn key_in(state: KeyState) -> (House, KeyArn) {
    let mut house = House::new();
    let arn = match state {
        KeyState::PendingImport => house.external(KeySpec::Symmetric, None),
        KeyState::PendingReplicaDeletion => house.multi_region(),
        KeyState::Unavailable => house.in_store(),
        _ => house.symmetric(),
    };
    into_state(&mut house, &arn, state);
    (house, arn)
}

fn into_state(house: &mut House, arn: &KeyArn, state: KeyState) {
    match state {
        KeyState::Enabled | KeyState::PendingImport => {}
        KeyState::Disabled => house.change(|draft| draft.disable_key(arn)).unwrap(),
        KeyState::PendingDeletion => {
            house.change(|draft| draft.schedule_deletion(arn, 7, NOW)).map(drop).unwrap();
        }
        KeyState::PendingReplicaDeletion => {
            house.change(|draft| draft.replicate(arn, replica("us-east-1"), NOW)).map(drop).unwrap();
            house.change(|draft| draft.schedule_deletion(arn, 7, NOW)).map(drop).unwrap();
        }
        KeyState::Unavailable => {
            let store = house.keys.store_of(&house.key(arn)).unwrap().clone();
            house.change(|draft| draft.set_connected(&store, false)).unwrap();
        }
    }
    assert_eq!(house.state(arn), state);
}

fn replica(name: &str) -> NewReplica {
    NewReplica { region: region(name), policy: Public::from("{}"), description: None, tags: Vec::new() }
}

fn letter<T>(outcome: Outcome<T>) -> char {
    match outcome {
        Ok(_) => '+',
        Err(KeysError::Disabled(words)) => {
            assert!(words.get().ends_with(" is disabled."));
            'D'
        }
        Err(KeysError::InvalidState(_)) => 'S',
        Err(KeysError::Unsupported(_)) => 'U',
        Err(other) => panic!("{other:?}"),
    }
}

fn changed(change: impl Fn(&mut Draft, &KeyArn) -> Outcome<()>) -> impl Fn(&mut House, &KeyArn) -> char {
    move |house, arn| letter(house.change(|draft| change(draft, arn)))
}

fn check(operation: &str, wanted: &str, act: impl Fn(&mut House, &KeyArn) -> char) {
    let got: String = STATES
        .into_iter()
        .map(|state| {
            let (mut house, arn) = key_in(state);
            act(&mut house, &arn)
        })
        .collect();
    assert_eq!(got, wanted, "{operation}");
}

#[test]
fn cryptographic_operations_need_an_enabled_key() {
    let none = || context(&[]);
    check("Encrypt", "+DSSSS", |house, arn| {
        let key = house.key(arn);
        let plain = raw(b"canary");
        letter(house.with(|vault, entropy| {
            vault.encrypt(&key, EncryptionAlgorithm::Symmetric, &plain, &none(), entropy)
        }))
    });
    check("GenerateDataKey", "+DSSSS", |house, arn| {
        let key = house.key(arn);
        letter(house.with(|vault, entropy| vault.data_key(&key, 32, &none(), entropy)))
    });
    check("GenerateDataKeyPair", "+DSSSS", |house, arn| {
        let key = house.key(arn);
        letter(house.with(|vault, entropy| vault.data_key_pair(&key, KeySpec::P256, &none(), entropy)))
    });
}

#[test]
fn what_was_sealed_opens_in_the_enabled_state_only() {
    for state in STATES.into_iter().filter(|state| *state != KeyState::PendingImport) {
        let mut house = House::new();
        let arn = match state {
            KeyState::PendingReplicaDeletion => house.multi_region(),
            KeyState::Unavailable => house.in_store(),
            _ => house.symmetric(),
        };
        let (key, none, plain) = (house.key(&arn), context(&[]), raw(b"canary"));
        let sealed = house
            .with(|vault, entropy| {
                vault.encrypt(&key, EncryptionAlgorithm::Symmetric, &plain, &none, entropy)
            })
            .unwrap();
        into_state(&mut house, &arn, state);
        let key = house.key(&arn);
        let opened =
            house.vault().decrypt(&key, EncryptionAlgorithm::Symmetric, &raw(sealed.as_bytes()), &none);
        let wanted = match state {
            KeyState::Enabled => '+',
            KeyState::Disabled => 'D',
            _ => 'S',
        };
        assert_eq!(letter(opened), wanted, "{state}");
    }
}

#[test]
fn other_kinds_of_keys_obey_the_same_states() {
    for (state, wanted) in
        [(KeyState::Enabled, '+'), (KeyState::Disabled, 'D'), (KeyState::PendingDeletion, 'S')]
    {
        let mut house = House::new();
        let signing = house.create(house.wanted(KeySpec::P256, Some(KeyUsage::SignVerify)));
        let mac = house.create(house.wanted(KeySpec::Hmac256, Some(KeyUsage::GenerateVerifyMac)));
        let agreeing = house.create(house.wanted(KeySpec::P256, Some(KeyUsage::KeyAgreement)));
        let message = raw(b"canary");
        let vault = house.vault();
        let algorithm = SigningAlgorithm::EcdsaSha256;
        let signature = vault.sign(&house.key(&signing), algorithm, &message, MessageType::Raw).unwrap();
        let code = vault.mac(&house.key(&mac), MacAlgorithm::Hmac256, &message).unwrap();
        let other = vault.public_key(&house.key(&agreeing)).unwrap();
        for arn in [&signing, &mac, &agreeing] {
            into_state(&mut house, arn, state);
        }
        let [signing, mac, agreeing] = [&signing, &mac, &agreeing].map(|arn| house.key(arn));
        let vault = house.vault();
        let got = [
            letter(vault.sign(&signing, algorithm, &message, MessageType::Raw)),
            letter(vault.verify(&signing, algorithm, &message, MessageType::Raw, &raw(signature.as_bytes()))),
            letter(vault.public_key(&signing)),
            letter(vault.mac(&mac, MacAlgorithm::Hmac256, &message)),
            letter(vault.verify_mac(&mac, MacAlgorithm::Hmac256, &message, &raw(code.as_bytes()))),
            letter(vault.agree(&agreeing, &raw(other.as_bytes()))),
        ];
        assert_eq!(got, [wanted; 6], "{state}");
    }
}

#[test]
fn management_obeys_the_table() {
    check("EnableKey", "++SSS+", changed(|draft, arn| draft.enable_key(arn)));
    check("DisableKey", "++SSS+", changed(|draft, arn| draft.disable_key(arn)));
    check("UpdateKeyDescription", "+++SS+", changed(|draft, arn| draft.update_description(arn, None)));
    check("PutKeyPolicy", "++++++", changed(|draft, arn| draft.put_policy(arn, Public::from("{}"))));
    check(
        "ScheduleKeyDeletion",
        "+++SS+",
        changed(|draft, arn| draft.schedule_deletion(arn, 7, NOW).map(drop)),
    );
    check("CancelKeyDeletion", "SSS++S", changed(|draft, arn| draft.cancel_deletion(arn)));
    check("TagResource", "+++SS+", |house, arn| {
        let tag = KeyTag { key: Public::from("team"), value: house.sealed("canary") };
        letter(house.change(|draft| draft.tag(arn, vec![tag])))
    });
    check("UntagResource", "+++SS+", changed(|draft, arn| draft.untag(arn, &[Public::from("team")])));
    check("CreateAlias", "+++SS+", changed(|draft, arn| draft.create_alias(alias("one"), arn, NOW)));
    check("UpdateAlias", "+++SS+", |house, arn| {
        let other = house.symmetric();
        house.change(|draft| draft.create_alias(alias("one"), &other, NOW)).unwrap();
        letter(house.change(|draft| draft.update_alias(&alias("one"), arn, NOW)))
    });
    for state in STATES {
        let (mut house, arn) = state_with_alias(state);
        let deleted = house.change(|draft| draft.delete_alias(arn.account(), arn.region(), &alias("one")));
        assert_eq!(letter(deleted), '+', "DeleteAlias {state}");
    }
}

fn alias(name: &str) -> AliasName {
    AliasName::parse(&format!("alias/{name}")).unwrap()
}

/// A key in a state that had an alias before.
fn state_with_alias(state: KeyState) -> (House, KeyArn) {
    let mut house = House::new();
    let arn = match state {
        KeyState::PendingImport => house.external(KeySpec::Symmetric, None),
        KeyState::PendingReplicaDeletion => house.multi_region(),
        KeyState::Unavailable => house.in_store(),
        _ => house.symmetric(),
    };
    house.change(|draft| draft.create_alias(alias("one"), &arn, NOW)).unwrap();
    into_state(&mut house, &arn, state);
    (house, arn)
}

#[test]
fn grants_and_rotation_obey_the_table() {
    check("CreateGrant", "+DSSS+", |house, arn| {
        let new = NewGrant {
            key: arn.clone(),
            name: None,
            grantee: Public::from("arn:aws:iam::111122223333:role/r"),
            grantee_id: None,
            retiring: None,
            operations: [GrantOperation::Decrypt].into(),
            constraint: None,
            issuing: Public::from("arn:aws:iam::111122223333:root"),
        };
        let made = house.with(|vault, entropy| vault.new_grant(&new, NOW, entropy)).unwrap();
        letter(house.change(|draft| draft.create_grant(&new, &made)))
    });
    check("EnableKeyRotation", "+DUSSU", changed(|draft, arn| draft.enable_rotation(arn, 365, NOW)));
    check("DisableKeyRotation", "+DUSSU", changed(|draft, arn| draft.disable_rotation(arn)));
    check("RotateKeyOnDemand", "+DSSSU", |house, arn| {
        let key = house.key(arn);
        let material = match house.state(arn) {
            KeyState::Unavailable => None,
            _ => Some(
                house
                    .with(|vault, entropy| vault.rotated(&key, RotationKind::OnDemand, NOW, entropy))
                    .unwrap(),
            ),
        };
        letter(house.change(|draft| draft.rotate(arn, RotationKind::OnDemand, material.as_ref(), NOW)))
    });
    check("GetKeyRotationStatus", "+++++U", |house, arn| letter(house.keys.rotates(&house.key(arn))));
}

#[test]
fn imports_obey_the_table() {
    // Of keys with the origin EXTERNAL; a key of the store itself takes no imported material in any state.
    for (state, wanted) in [
        (KeyState::PendingImport, '+'),
        (KeyState::Enabled, '+'),
        (KeyState::Disabled, '+'),
        (KeyState::PendingDeletion, 'S'),
    ] {
        let mut house = House::new();
        let arn = house.external(KeySpec::Symmetric, None);
        let opened = super::imports::opened(&mut house, &arn, &[7; 32]);
        let imported =
            |kind| Imported { material: opened.clone(), kind, expiry: Expiry::Never, description: None };
        if state != KeyState::PendingImport {
            house.change(|draft| draft.import_material(&arn, &imported(None), NOW)).unwrap();
            into_state(&mut house, &arn, state);
        }
        let key = house.key(&arn);
        let (algorithm, spec) = (WrappingAlgorithm::OaepSha256, WrappingSpec::Rsa2048);
        let parameters =
            house.with(|vault, entropy| vault.import_parameters(&key, algorithm, spec, NOW, entropy));
        assert_eq!(letter(parameters), wanted, "GetParametersForImport {state}");
        let kind = Some(ImportKind::Existing);
        let again = house.change(|draft| draft.import_material(&arn, &imported(kind), NOW));
        assert_eq!(letter(again), wanted, "ImportKeyMaterial {state}");
        assert_eq!(letter(house.change(|draft| draft.delete_imported(&arn, None))), wanted, "{state}");
    }
    let mut house = House::new();
    let arn = house.symmetric();
    assert_eq!(letter(house.change(|draft| draft.delete_imported(&arn, None))), 'U');
    assert_eq!(letter(house.keys.imports(&house.key(&arn)).map(|()| text("never"))), 'U');
}

#[test]
fn a_cancelled_deletion_leaves_a_disabled_key() {
    let (mut house, arn) = key_in(KeyState::PendingDeletion);
    house.change(|draft| draft.cancel_deletion(&arn)).unwrap();
    assert_eq!(house.state(&arn), KeyState::Disabled);
    house.change(|draft| draft.enable_key(&arn)).unwrap();
    assert_eq!(house.state(&arn), KeyState::Enabled);
}

#[test]
fn waiting_periods_are_bounded_and_a_key_ends_when_they_do() {
    let mut house = House::new();
    for (days, fine) in [(6, false), (7, true), (30, true), (31, false)] {
        let arn = house.symmetric();
        let scheduled = house.change(|draft| draft.schedule_deletion(&arn, days, NOW));
        assert_eq!(scheduled.is_ok(), fine, "{days}");
        assert_eq!(scheduled.ok().and_then(|held| held.at), fine.then_some(NOW + u64::from(days) * DAY));
    }
    let arn = house.symmetric();
    house.change(|draft| draft.create_alias(alias("gone"), &arn, NOW)).unwrap();
    house.change(|draft| draft.schedule_deletion(&arn, *DELETION_DAYS.start(), NOW)).unwrap();
    let early = house.change(|draft| Ok(draft.delete_due(NOW + 7 * DAY - 1))).unwrap();
    assert!(early.is_empty() && house.keys.key(&arn).is_some());
    let due = house.change(|draft| Ok(draft.delete_due(NOW + 7 * DAY))).unwrap();
    assert!(due.iter().any(|deleted| deleted.arn == arn));
    assert!(house.keys.key(&arn).is_none());
    let held = house.keys.account(arn.account(), arn.region());
    assert!(held.is_none_or(|held| held.alias("alias/gone").is_none()), "its alias went with it");
}

#[test]
fn what_does_not_go_together_is_not_created() {
    let house = House::new();
    let refused = |wanted: WantedKey| {
        let mut house = House::new();
        house.with(|vault, entropy| vault.new_key(wanted, NOW, entropy)).map(drop)
    };
    let cases = [
        (house.wanted(KeySpec::Rsa2048, None), "Validation"),
        (house.wanted(KeySpec::P256, Some(KeyUsage::EncryptDecrypt)), "Validation"),
        (house.wanted(KeySpec::Symmetric, Some(KeyUsage::SignVerify)), "Validation"),
        (house.wanted(KeySpec::Edwards25519, Some(KeyUsage::KeyAgreement)), "Validation"),
        (
            WantedKey { origin: sotto_kms::keys::Origin::Device, ..house.wanted(KeySpec::Symmetric, None) },
            "Validation",
        ),
    ];
    for (wanted, cause) in cases {
        let shown = format!("{wanted:?}");
        let error = refused(wanted).unwrap_err();
        assert!(format!("{error:?}").starts_with(cause), "{shown}: {error:?}");
    }
    assert!(refused(house.wanted(KeySpec::Symmetric, None)).is_ok());
}
