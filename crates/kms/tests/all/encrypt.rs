//! Does a key open what it sealed, under the same context, and nothing else?

use super::{House, NOW, bytes, context, home, raw, region};
use proptest::prelude::*;
use sotto_kms::keys::{
    DATA_KEY_BYTES_MAX, EncryptionAlgorithm, KeySpec, KeyUsage, KeysError, PLAINTEXT_BYTES_MAX, RotationKind,
    material_of,
};
use sotto_kms::{BLOB_ENTROPY_BYTES, BlobOpener, DataKey, EncryptionContext, KeyArn, open_blob, seal_blob};
use sotto_public::Opaque;
use sotto_sensitive::RawBytes;

const SYMMETRIC: EncryptionAlgorithm = EncryptionAlgorithm::Symmetric;

fn encrypt(
    house: &mut House,
    arn: &KeyArn,
    plain: &RawBytes,
    with: &EncryptionContext,
) -> Result<Opaque, KeysError> {
    let key = house.key(arn);
    house.with(|vault, entropy| vault.encrypt(&key, SYMMETRIC, plain, with, entropy))
}

fn decrypt(
    house: &House,
    arn: &KeyArn,
    sealed: &[u8],
    with: &EncryptionContext,
) -> Result<RawBytes, KeysError> {
    house.vault().decrypt(&house.key(arn), SYMMETRIC, &raw(sealed), with)
}

#[test]
fn a_ciphertext_opens_under_its_context_only_and_names_its_key() {
    let mut house = House::new();
    let [arn, other] = [house.symmetric(), house.symmetric()];
    let with = context(&[("team", "blue"), ("stage", "dev")]);
    let sealed = encrypt(&mut house, &arn, &raw(b"canary 4111111111111111"), &with).unwrap();
    let opened = decrypt(&house, &arn, sealed.as_bytes(), &context(&[("stage", "dev"), ("team", "blue")]));
    assert_eq!(bytes(&opened.unwrap()), b"canary 4111111111111111");
    assert!(!sealed.as_bytes().windows(6).any(|part| part == b"canary"));
    for wrong in [context(&[]), context(&[("team", "blue")]), context(&[("Team", "blue"), ("stage", "dev")])]
    {
        let refused = decrypt(&house, &arn, sealed.as_bytes(), &wrong).err();
        assert_eq!(refused, Some(KeysError::InvalidCiphertext));
    }
    let made_by = house.key(&arn).current().map(|material| material.id.clone());
    assert_eq!(material_of(&raw(sealed.as_bytes())).ok(), made_by);
    assert_eq!(material_of(&raw(b"canary")), Err(KeysError::InvalidCiphertext));
    let found = house.keys.key_of(&home(), &raw(sealed.as_bytes())).unwrap();
    assert_eq!(found.arn, arn);
    assert!(house.keys.key_of(&region("us-east-1"), &raw(sealed.as_bytes())).is_err());
    assert_eq!(decrypt(&house, &other, sealed.as_bytes(), &with).err(), Some(KeysError::IncorrectKey));
    let again = encrypt(&mut house, &arn, &raw(b"canary 4111111111111111"), &with).unwrap();
    assert_ne!(again, sealed, "salt and nonce are new each time");
}

#[test]
fn nothing_that_was_changed_cut_or_lengthened_opens() {
    let mut house = House::new();
    let arns = [house.symmetric(), house.in_store()];
    let none = EncryptionContext::none();
    for arn in arns {
        let sealed = encrypt(&mut house, &arn, &raw(b"canary"), &none).unwrap().as_bytes().to_vec();
        assert_eq!(bytes(&decrypt(&house, &arn, &sealed, &none).unwrap()), b"canary");
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(decrypt(&house, &arn, &changed, &none).is_err(), "byte {at}");
            assert!(decrypt(&house, &arn, &sealed[..at], &none).is_err(), "cut to {at}");
        }
        let longer = [&sealed[..], &[0]].concat();
        assert_eq!(decrypt(&house, &arn, &longer, &none).err(), Some(KeysError::InvalidCiphertext));
        assert_eq!(
            decrypt(&house, &arn, &[sealed.clone(), sealed].concat(), &none).err(),
            Some(KeysError::InvalidCiphertext)
        );
        assert!(decrypt(&house, &arn, &vec![1; 7_000], &none).is_err());
    }
}

#[test]
fn lengths_are_bounded_on_both_sides() {
    let mut house = House::new();
    let none = EncryptionContext::none();
    for arn in [house.symmetric(), house.in_store()] {
        for length in [1, PLAINTEXT_BYTES_MAX] {
            let sealed = encrypt(&mut house, &arn, &raw(&vec![7; length]), &none).unwrap();
            assert!(sealed.as_bytes().len() <= 6_144, "KMS API reference, Decrypt");
            assert_eq!(decrypt(&house, &arn, sealed.as_bytes(), &none).unwrap().length(), length);
        }
        let refused = encrypt(&mut house, &arn, &raw(&vec![7; PLAINTEXT_BYTES_MAX + 1]), &none);
        assert!(matches!(refused, Err(KeysError::Validation(_))));
        let key = house.key(&arn);
        for (length, fine) in
            [(0, false), (1, true), (DATA_KEY_BYTES_MAX, true), (DATA_KEY_BYTES_MAX + 1, false)]
        {
            let made = house.with(|vault, entropy| vault.data_key(&key, length, &none, entropy));
            assert_eq!(made.is_ok(), fine, "{length}");
        }
    }
}

#[test]
fn a_data_key_is_the_same_in_clear_and_sealed() {
    let mut house = House::new();
    for arn in [house.symmetric(), house.in_store()] {
        let (key, with) = (house.key(&arn), context(&[("a", "b")]));
        let (made, sealed) = house.with(|vault, entropy| vault.data_key(&key, 32, &with, entropy)).unwrap();
        assert_eq!(bytes(&decrypt(&house, &arn, sealed.as_bytes(), &with).unwrap()), bytes(&made.to_raw()));
        let (other, _) = house.with(|vault, entropy| vault.data_key(&key, 32, &with, entropy)).unwrap();
        assert_ne!(bytes(&other.to_raw()), bytes(&made.to_raw()));
    }
}

#[test]
fn pairs_of_data_keys_work_and_their_private_half_opens() {
    let mut house = House::new();
    let arn = house.symmetric();
    let (key, none) = (house.key(&arn), EncryptionContext::none());
    for spec in KeySpec::ALL.iter().filter(|spec| spec.makes_pairs()) {
        let pair = house.with(|vault, entropy| vault.data_key_pair(&key, *spec, &none, entropy)).unwrap();
        let opened = decrypt(&house, &arn, pair.sealed.as_bytes(), &none).unwrap();
        assert_eq!(bytes(&opened), bytes(&pair.private), "{spec}");
        assert!(pair.public.as_bytes().len() > 40);
    }
    for spec in [KeySpec::Symmetric, KeySpec::Hmac256, KeySpec::MlDsa44] {
        let refused = house.with(|vault, entropy| vault.data_key_pair(&key, spec, &none, entropy));
        assert!(matches!(refused, Err(KeysError::Validation(_))), "{spec}");
    }
    let in_store = house.in_store();
    let key = house.key(&in_store);
    let refused = house.with(|vault, entropy| vault.data_key_pair(&key, KeySpec::P256, &none, entropy));
    assert!(matches!(refused, Err(KeysError::Unsupported(_))));
}

#[test]
fn rsa_keys_encrypt_up_to_the_published_lengths() {
    let mut house = House::new();
    let arn = house.create(house.wanted(KeySpec::Rsa2048, Some(KeyUsage::EncryptDecrypt)));
    let (key, none) = (house.key(&arn), EncryptionContext::none());
    for (algorithm, most) in [(EncryptionAlgorithm::OaepSha1, 214), (EncryptionAlgorithm::OaepSha256, 190)] {
        let plain = raw(&vec![7; most]);
        let sealed =
            house.with(|vault, entropy| vault.encrypt(&key, algorithm, &plain, &none, entropy)).unwrap();
        let opened = house.vault().decrypt(&key, algorithm, &raw(sealed.as_bytes()), &none).unwrap();
        assert_eq!(bytes(&opened), bytes(&plain));
        let wrong = house.vault().decrypt(&key, algorithm, &raw(&sealed.as_bytes()[1..]), &none);
        assert_eq!(wrong.err(), Some(KeysError::InvalidCiphertext));
        let long = raw(&vec![7; most + 1]);
        let refused = house.with(|vault, entropy| vault.encrypt(&key, algorithm, &long, &none, entropy));
        assert!(matches!(refused, Err(KeysError::Validation(_))));
    }
    let with = context(&[("a", "b")]);
    let refused = house.with(|vault, entropy| {
        vault.encrypt(&key, EncryptionAlgorithm::OaepSha1, &raw(b"a"), &with, entropy)
    });
    assert!(matches!(refused, Err(KeysError::Validation(_))), "no context with asymmetric keys");
    let refused = house.with(|vault, entropy| vault.encrypt(&key, SYMMETRIC, &raw(b"a"), &none, entropy));
    assert!(matches!(refused, Err(KeysError::InvalidKeyUsage(_))));
}

#[test]
fn a_rotated_key_opens_what_its_old_materials_sealed() {
    let mut house = House::new();
    let (arn, none) = (house.symmetric(), EncryptionContext::none());
    let mut sealed = Vec::new();
    for round in 0..4_u8 {
        sealed.push(encrypt(&mut house, &arn, &raw(&[round]), &none).unwrap());
        let key = house.key(&arn);
        let material =
            house.with(|vault, entropy| vault.rotated(&key, RotationKind::OnDemand, NOW, entropy)).unwrap();
        house.change(|draft| draft.rotate(&arn, RotationKind::OnDemand, Some(&material), NOW)).unwrap();
    }
    for (round, sealed) in sealed.iter().enumerate() {
        assert_eq!(bytes(&decrypt(&house, &arn, sealed.as_bytes(), &none).unwrap()), [round as u8]);
    }
    assert_eq!(house.key(&arn).materials.len(), 5);
}

#[test]
fn a_material_opens_at_its_key_only() {
    let mut house = House::new();
    let [arn, other] = [house.symmetric(), house.symmetric()];
    let none = EncryptionContext::none();
    let sealed = encrypt(&mut house, &arn, &raw(b"canary"), &none).unwrap();
    // A record whose material was put under another key: the wrapping does not open there.
    let mut stolen = sotto_kms::Key::clone(&house.key(&other));
    stolen.materials = house.key(&arn).materials.clone();
    let refused = house.with(|vault, entropy| vault.encrypt(&stolen, SYMMETRIC, &raw(b"a"), &none, entropy));
    assert!(matches!(refused, Err(KeysError::Crypto(_))));
    assert!(decrypt(&house, &arn, sealed.as_bytes(), &none).is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever comes, is refused with one word and reaches no key.
    #[test]
    fn bytes_from_anywhere_are_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200), head in 0..90_usize) {
        let mut house = House::new();
        let arn = house.symmetric();
        let none = EncryptionContext::none();
        let genuine = encrypt(&mut house, &arn, &raw(b"canary"), &none).unwrap();
        let spliced: Vec<u8> = genuine.as_bytes().iter().take(head).copied().chain(bytes.iter().copied()).collect();
        for foreign in [bytes, spliced] {
            prop_assume!(foreign != genuine.as_bytes());
            let refused = decrypt(&house, &arn, &foreign, &none).err();
            prop_assert!(matches!(refused, Some(KeysError::InvalidCiphertext | KeysError::IncorrectKey)), "{refused:?}");
        }
    }

    /// A blob opens however its bytes are cut, and not when any of them is another one.
    #[test]
    fn blobs_open_however_they_are_cut(
        length in 0..200_000_usize,
        cuts in proptest::collection::vec(1..70_000_usize, 1..6),
        changed in any::<proptest::sample::Index>(),
    ) {
        let key = DataKey::generate(&mut super::Counter(length as u64)).unwrap();
        let place = sotto_public::Place::new("blob");
        let plain = raw(&(0..length).map(|at| (at % 251) as u8).collect::<Vec<_>>());
        let mut sealed = seal_blob(&key, &place, &plain, [7; BLOB_ENTROPY_BYTES]).unwrap();
        let (head, mut rest) = sealed.split_first_chunk().unwrap();
        let (mut opener, mut opened) = (BlobOpener::new(&key, &place, head).unwrap(), RawBytes::default());
        for cut in cuts.iter().cycle() {
            let (piece, left) = rest.split_at((*cut).min(rest.len()));
            opener.push(piece, &mut opened).unwrap();
            rest = left;
            if rest.is_empty() {
                break;
            }
        }
        opener.finish(&mut opened).unwrap();
        prop_assert_eq!(bytes(&opened), bytes(&plain));
        let at = changed.index(sealed.len());
        sealed[at] ^= 0x10;
        prop_assert!(open_blob(&key, &place, &sealed).is_err());
    }
}
