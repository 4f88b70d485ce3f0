//! Do signatures, codes and shared secrets hold, and nothing else?

use super::{House, bytes, raw};
use sotto_kms::crypto::{Curve, EcKey, EcPublic, Hash, RsaPublic, RsaScheme};
use sotto_kms::keys::{KeySpec, KeyUsage, KeysError, MacAlgorithm, MessageType, SigningAlgorithm};

fn hash_of(algorithm: SigningAlgorithm) -> Hash {
    match algorithm.as_str() {
        name if name.ends_with("256") => Hash::Sha256,
        name if name.ends_with("384") => Hash::Sha384,
        _ => Hash::Sha512,
    }
}

fn signing_keys() -> impl Iterator<Item = KeySpec> {
    KeySpec::ALL.iter().copied().filter(|spec| spec.usages().contains(&KeyUsage::SignVerify))
}

#[test]
fn every_algorithm_of_every_spec_signs_messages_and_digests() {
    let mut house = House::new();
    for spec in signing_keys().filter(|spec| *spec != KeySpec::Rsa3072 && *spec != KeySpec::Rsa4096) {
        let arn = house.create(house.wanted(spec, Some(KeyUsage::SignVerify)));
        let (key, vault) = (house.key(&arn), house.vault());
        for algorithm in spec.signing_algorithms() {
            let (algorithm, message) = (*algorithm, raw(b"canary"));
            let digest = raw(hash_of(algorithm).of(b"canary").as_bytes());
            let signature = vault.sign(&key, algorithm, &message, MessageType::Raw).unwrap();
            let verify = |message: &sotto_sensitive::RawBytes, kind, signature: &[u8]| {
                vault.verify(&key, algorithm, message, kind, &raw(signature))
            };
            assert_eq!(verify(&message, MessageType::Raw, signature.as_bytes()), Ok(()), "{algorithm}");
            assert_eq!(
                verify(&raw(b"other"), MessageType::Raw, signature.as_bytes()),
                Err(KeysError::InvalidSignature)
            );
            assert_eq!(
                verify(&message, MessageType::Raw, &signature.as_bytes()[1..]),
                Err(KeysError::InvalidSignature)
            );
            if matches!(algorithm, SigningAlgorithm::Ed25519 | SigningAlgorithm::MlDsa) {
                let refused = vault.sign(&key, algorithm, &digest, MessageType::Digest);
                assert!(matches!(refused, Err(KeysError::Validation(_))));
                continue;
            }
            assert_eq!(verify(&digest, MessageType::Digest, signature.as_bytes()), Ok(()));
            let of_digest = vault.sign(&key, algorithm, &digest, MessageType::Digest).unwrap();
            assert_eq!(verify(&message, MessageType::Raw, of_digest.as_bytes()), Ok(()));
            let short = vault.sign(&key, algorithm, &raw(b"short"), MessageType::Digest);
            assert!(matches!(short, Err(KeysError::Validation(_))));
        }
        for (length, fine) in [(4_096, true), (4_097, false)] {
            let algorithm = spec.signing_algorithms()[0];
            let signed = vault.sign(&key, algorithm, &raw(&vec![7; length]), MessageType::Raw);
            assert_eq!(signed.is_ok(), fine, "{length}");
        }
    }
}

#[test]
fn public_keys_verify_elsewhere() {
    let mut house = House::new();
    let rsa = house.create(house.wanted(KeySpec::Rsa2048, Some(KeyUsage::SignVerify)));
    let curve = house.create(house.wanted(KeySpec::P384, Some(KeyUsage::SignVerify)));
    let (vault, message) = (house.vault(), raw(b"canary"));
    let public = vault.public_key(&house.key(&rsa)).unwrap();
    let signature =
        vault.sign(&house.key(&rsa), SigningAlgorithm::PssSha256, &message, MessageType::Raw).unwrap();
    let public = RsaPublic::read(public.as_bytes()).unwrap();
    assert_eq!(public.verify(RsaScheme::Pss, Hash::Sha256, b"canary", signature.as_bytes()), Ok(()));
    let public = vault.public_key(&house.key(&curve)).unwrap();
    let signature =
        vault.sign(&house.key(&curve), SigningAlgorithm::EcdsaSha384, &message, MessageType::Raw).unwrap();
    let public = EcPublic::read(Curve::P384, public.as_bytes()).unwrap();
    assert_eq!(public.verify(b"canary", signature.as_bytes()), Ok(()));
    let arn = house.symmetric();
    assert!(matches!(house.vault().public_key(&house.key(&arn)), Err(KeysError::Unsupported(_))));
}

#[test]
fn an_algorithm_of_another_spec_or_use_is_refused() {
    let mut house = House::new();
    let arn = house.create(house.wanted(KeySpec::P256, Some(KeyUsage::SignVerify)));
    let key = house.key(&arn);
    let refused = house.vault().sign(&key, SigningAlgorithm::EcdsaSha384, &raw(b"a"), MessageType::Raw);
    assert!(matches!(refused, Err(KeysError::InvalidKeyUsage(_))));
    let refused = house.vault().agree(&key, &raw(b"a"));
    assert!(matches!(refused, Err(KeysError::InvalidKeyUsage(_))));
    let symmetric = house.symmetric();
    let refused = house.vault().sign(
        &house.key(&symmetric),
        SigningAlgorithm::EcdsaSha256,
        &raw(b"a"),
        MessageType::Raw,
    );
    let Err(KeysError::InvalidKeyUsage(words)) = refused else { panic!("{refused:?}") };
    assert_eq!(
        *words.get(),
        format!("{symmetric} key usage is ENCRYPT_DECRYPT which is not valid for Sign.")
    );
}

#[test]
fn codes_are_verified_and_bounded() {
    let mut house = House::new();
    for (spec, algorithm, length) in [
        (KeySpec::Hmac224, MacAlgorithm::Hmac224, 28),
        (KeySpec::Hmac256, MacAlgorithm::Hmac256, 32),
        (KeySpec::Hmac384, MacAlgorithm::Hmac384, 48),
        (KeySpec::Hmac512, MacAlgorithm::Hmac512, 64),
    ] {
        let arn = house.create(house.wanted(spec, Some(KeyUsage::GenerateVerifyMac)));
        let (key, vault, message) = (house.key(&arn), house.vault(), raw(b"canary"));
        let code = vault.mac(&key, algorithm, &message).unwrap();
        assert_eq!(code.as_bytes().len(), length);
        assert_eq!(vault.verify_mac(&key, algorithm, &message, &raw(code.as_bytes())), Ok(()));
        let wrong = vault.verify_mac(&key, algorithm, &raw(b"other"), &raw(code.as_bytes()));
        assert_eq!(wrong, Err(KeysError::InvalidMac));
        let other = if spec == KeySpec::Hmac256 { MacAlgorithm::Hmac512 } else { MacAlgorithm::Hmac256 };
        assert!(matches!(vault.mac(&key, other, &message), Err(KeysError::InvalidKeyUsage(_))));
        assert!(vault.mac(&key, algorithm, &raw(&[7; 4_096])).is_ok());
        assert!(matches!(vault.mac(&key, algorithm, &raw(&[7; 4_097])), Err(KeysError::Validation(_))));
    }
}

#[test]
fn a_secret_is_shared_with_the_other_side_only() {
    let mut house = House::new();
    for (spec, curve) in
        [(KeySpec::P256, Curve::P256), (KeySpec::P384, Curve::P384), (KeySpec::P521, Curve::P521)]
    {
        let arn = house.create(house.wanted(spec, Some(KeyUsage::KeyAgreement)));
        let (key, vault, other) = (house.key(&arn), house.vault(), EcKey::generate(curve).unwrap());
        let ours = vault.agree(&key, &raw(&other.public().unwrap().to_der().unwrap())).unwrap();
        let public = EcPublic::read(curve, vault.public_key(&key).unwrap().as_bytes()).unwrap();
        assert_eq!(bytes(&ours), bytes(&other.agree(&public).unwrap().to_raw()));
        assert!(matches!(vault.agree(&key, &raw(b"no key")), Err(KeysError::Validation(_))));
    }
}
