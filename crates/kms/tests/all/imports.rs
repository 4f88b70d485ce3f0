//! Does somebody's own material come in by every way, stay the same, end, and rotate?

use super::{DAY, House, NOW, bytes, context, raw, region};
use sotto_kms::KeyArn;
use sotto_kms::crypto::{AesWrap, Curve, EcKey, RsaBits, RsaKey, RsaPadding, RsaPublic};
use sotto_kms::keys::{
    EncryptionAlgorithm, Expiry, IMPORT_SECONDS, ImportKind, ImportParameters, Imported, KeySpec, KeyState,
    KeyUsage, KeysError, NewReplica, OpenedImport, Outcome, RotationKind, WrappingAlgorithm, WrappingSpec,
};
use sotto_public::Public;
use sotto_sensitive::KeyBytes;

fn parameters(
    house: &mut House,
    arn: &KeyArn,
    algorithm: WrappingAlgorithm,
    spec: WrappingSpec,
) -> ImportParameters {
    let key = house.key(arn);
    house.with(|vault, entropy| vault.import_parameters(&key, algorithm, spec, NOW, entropy)).unwrap()
}

/// Wraps as the other side does.
fn wrapped(algorithm: WrappingAlgorithm, public: &[u8], secret: &KeyBytes) -> Vec<u8> {
    let public = RsaPublic::read(public).unwrap();
    let (padding, two) = match algorithm {
        WrappingAlgorithm::OaepSha1 => (RsaPadding::OaepSha1, false),
        WrappingAlgorithm::OaepSha256 => (RsaPadding::OaepSha256, false),
        WrappingAlgorithm::AesSha1 => (RsaPadding::OaepSha1, true),
        WrappingAlgorithm::AesSha256 => (RsaPadding::OaepSha256, true),
    };
    if !two {
        return public.wrap(padding, secret).unwrap();
    }
    let kek = KeyBytes::copied(&[0x11; 32]);
    [public.wrap(padding, &kek).unwrap(), AesWrap::new(&kek).unwrap().wrap(secret).unwrap()].concat()
}

fn open(house: &mut House, arn: &KeyArn, secret: &KeyBytes) -> Outcome<OpenedImport> {
    let algorithm = WrappingAlgorithm::AesSha256;
    let given = parameters(house, arn, algorithm, WrappingSpec::Rsa2048);
    let encrypted = raw(&wrapped(algorithm, given.public.as_bytes(), secret));
    house.vault().open_import(&house.key(arn), &raw(given.token.as_bytes()), &encrypted, NOW)
}

/// Material that came in for a key.
pub(crate) fn opened(house: &mut House, arn: &KeyArn, secret: &[u8]) -> OpenedImport {
    open(house, arn, &KeyBytes::copied(secret)).unwrap()
}

fn import(house: &mut House, arn: &KeyArn, secret: &[u8], kind: Option<ImportKind>) -> Outcome<()> {
    let material = opened(house, arn, secret);
    let new = Imported { material, kind, expiry: Expiry::Never, description: None };
    house.change(|draft| draft.import_material(arn, &new, NOW))
}

fn seal(house: &mut House, arn: &KeyArn) -> Outcome<Vec<u8>> {
    let (key, plain) = (house.key(arn), raw(b"canary"));
    let sealed = house.with(|vault, entropy| {
        vault.encrypt(&key, EncryptionAlgorithm::Symmetric, &plain, &context(&[]), entropy)
    })?;
    Ok(sealed.as_bytes().to_vec())
}

fn opens(house: &House, arn: &KeyArn, sealed: &[u8]) -> bool {
    let key = house.key(arn);
    house.vault().decrypt(&key, EncryptionAlgorithm::Symmetric, &raw(sealed), &context(&[])).is_ok()
}

#[test]
fn material_comes_in_by_every_wrapping() {
    for algorithm in WrappingAlgorithm::ALL {
        let mut house = House::new();
        let arn = house.external(KeySpec::Symmetric, None);
        let given = parameters(&mut house, &arn, *algorithm, WrappingSpec::Rsa3072);
        let encrypted = wrapped(*algorithm, given.public.as_bytes(), &KeyBytes::copied(&[7; 32]));
        let (key, token) = (house.key(&arn), raw(given.token.as_bytes()));
        let material =
            house.vault().open_import(&key, &token, &raw(&encrypted), NOW + IMPORT_SECONDS).unwrap();
        let late = house.vault().open_import(&key, &token, &raw(&encrypted), NOW + IMPORT_SECONDS + 1);
        assert_eq!(late.err(), Some(KeysError::ExpiredImportToken));
        for at in [0, encrypted.len() / 2, encrypted.len() - 1] {
            let mut changed = encrypted.clone();
            changed[at] ^= 1;
            let refused = house.vault().open_import(&key, &token, &raw(&changed), NOW);
            assert_eq!(refused.err(), Some(KeysError::InvalidCiphertext), "{algorithm} {at}");
        }
        let new = Imported { material, kind: None, expiry: Expiry::Never, description: None };
        house.change(|draft| draft.import_material(&arn, &new, NOW)).unwrap();
        assert_eq!(house.state(&arn), KeyState::Enabled);
        let sealed = seal(&mut house, &arn).unwrap();
        assert!(opens(&house, &arn, &sealed));
    }
}

#[test]
fn a_token_belongs_to_one_key() {
    let mut house = House::new();
    let [arn, other] = [(); 2].map(|()| house.external(KeySpec::Symmetric, None));
    let algorithm = WrappingAlgorithm::OaepSha256;
    let given = parameters(&mut house, &arn, algorithm, WrappingSpec::Rsa2048);
    let encrypted = raw(&wrapped(algorithm, given.public.as_bytes(), &KeyBytes::copied(&[7; 32])));
    let refused =
        house.vault().open_import(&house.key(&other), &raw(given.token.as_bytes()), &encrypted, NOW);
    assert_eq!(refused.err(), Some(KeysError::InvalidImportToken));
    let refused = house.vault().open_import(&house.key(&arn), &raw(b"no token"), &encrypted, NOW);
    assert_eq!(refused.err(), Some(KeysError::InvalidImportToken));
}

#[test]
fn material_has_the_form_of_its_spec() {
    let mut house = House::new();
    let rsa = RsaKey::generate(RsaBits::Rsa2048).unwrap().to_der().unwrap();
    let curve = EcKey::generate(Curve::P256).unwrap().to_der().unwrap();
    let cases = [
        (KeySpec::Symmetric, None, KeyBytes::zeroed(31), false),
        (KeySpec::Symmetric, None, KeyBytes::zeroed(33), false),
        (KeySpec::Hmac384, Some(KeyUsage::GenerateVerifyMac), KeyBytes::copied(&[7; 48]), true),
        (KeySpec::Hmac384, Some(KeyUsage::GenerateVerifyMac), KeyBytes::copied(&[7; 47]), false),
        (KeySpec::P256, Some(KeyUsage::SignVerify), KeyBytes::from(curve.to_raw()), true),
        (KeySpec::P384, Some(KeyUsage::SignVerify), curve, false),
        (KeySpec::Rsa2048, Some(KeyUsage::SignVerify), KeyBytes::from(rsa.to_raw()), true),
        (KeySpec::Rsa3072, Some(KeyUsage::SignVerify), rsa, false),
    ];
    for (spec, usage, secret, fine) in cases {
        let arn = house.external(spec, usage);
        match open(&mut house, &arn, &secret) {
            Ok(material) => {
                let new = Imported { material, kind: None, expiry: Expiry::Never, description: None };
                house.change(|draft| draft.import_material(&arn, &new, NOW)).unwrap();
                let public = house.vault().public_key(&house.key(&arn));
                assert_eq!(public.is_ok(), spec.is_asymmetric());
                assert!(fine, "{spec}");
            }
            Err(KeysError::IncorrectMaterial(_)) => assert!(!fine, "{spec}"),
            Err(other) => panic!("{spec}: {other:?}"),
        }
    }
}

#[test]
fn what_is_brought_again_must_be_the_same() {
    let mut house = House::new();
    let arn = house.external(KeySpec::Symmetric, None);
    import(&mut house, &arn, &[7; 32], None).unwrap();
    let sealed = seal(&mut house, &arn).unwrap();
    let other = import(&mut house, &arn, &[8; 32], Some(ImportKind::Existing));
    assert!(matches!(other, Err(KeysError::IncorrectMaterial(_))));
    house.change(|draft| draft.delete_imported(&arn, None)).unwrap();
    assert_eq!(house.state(&arn), KeyState::PendingImport);
    assert!(!opens(&house, &arn, &sealed));
    house.change(|draft| draft.delete_imported(&arn, None)).unwrap();
    assert!(matches!(import(&mut house, &arn, &[8; 32], None), Err(KeysError::IncorrectMaterial(_))));
    import(&mut house, &arn, &[7; 32], None).unwrap();
    assert_eq!((house.state(&arn), opens(&house, &arn, &sealed)), (KeyState::Enabled, true));
    assert_eq!(house.key(&arn).materials.len(), 1);
}

#[test]
fn material_ends_when_it_was_said_to() {
    let mut house = House::new();
    let arn = house.external(KeySpec::Symmetric, None);
    let material = opened(&mut house, &arn, &[7; 32]);
    let with = |expiry| Imported { material: material.clone(), kind: None, expiry, description: None };
    for (at, fine) in [(NOW, false), (NOW + 1, true), (NOW + 365 * DAY, true), (NOW + 365 * DAY + 1, false)] {
        let imported = house.change(|draft| draft.import_material(&arn, &with(Expiry::At(at)), NOW));
        assert_eq!(imported.is_ok(), fine, "{at}");
    }
    let end = NOW + 365 * DAY;
    assert_eq!(house.change(|draft| Ok(draft.expire_imports(end - 1))).unwrap(), []);
    assert_eq!(house.state(&arn), KeyState::Enabled);
    assert_eq!(house.change(|draft| Ok(draft.expire_imports(end))).unwrap(), std::slice::from_ref(&arn));
    assert_eq!(house.state(&arn), KeyState::PendingImport);
    assert_eq!(house.change(|draft| Ok(draft.expire_imports(end))).unwrap(), [], "once");
}

#[test]
fn new_material_waits_for_its_rotation() {
    let mut house = House::new();
    let arn = house.external(KeySpec::Symmetric, None);
    import(&mut house, &arn, &[7; 32], None).unwrap();
    let old = seal(&mut house, &arn).unwrap();
    let nothing = house.change(|draft| draft.rotate(&arn, RotationKind::OnDemand, None, NOW));
    assert!(matches!(nothing, Err(KeysError::InvalidState(_))));
    import(&mut house, &arn, &[8; 32], Some(ImportKind::New)).unwrap();
    let second = import(&mut house, &arn, &[9; 32], Some(ImportKind::New));
    assert!(matches!(second, Err(KeysError::InvalidState(_))));
    let current = house.key(&arn).current().map(|material| material.id.clone());
    house.change(|draft| draft.rotate(&arn, RotationKind::OnDemand, None, NOW)).unwrap();
    assert_ne!(house.key(&arn).current().map(|material| material.id.clone()), current);
    let new = seal(&mut house, &arn).unwrap();
    assert!(opens(&house, &arn, &old) && opens(&house, &arn, &new));
    // A key that has lost any of its materials is of no use until it is brought again.
    house.change(|draft| draft.delete_imported(&arn, current.as_ref())).unwrap();
    assert_eq!(house.state(&arn), KeyState::PendingImport);
    import(&mut house, &arn, &[7; 32], None).unwrap();
    assert!(opens(&house, &arn, &old) && opens(&house, &arn, &new));
}

#[test]
fn a_replica_of_an_imported_key_takes_the_same_material_only() {
    let mut house = House::new();
    let wanted = house.wanted(KeySpec::Symmetric, None);
    let arn = house.create(sotto_kms::keys::WantedKey {
        multi_region: true,
        origin: sotto_kms::keys::Origin::External,
        ..wanted
    });
    import(&mut house, &arn, &[7; 32], None).unwrap();
    let new = NewReplica {
        region: region("us-east-1"),
        policy: Public::from("{}"),
        description: None,
        tags: Vec::new(),
    };
    let replica = house.change(|draft| draft.replicate(&arn, new, NOW)).unwrap().arn.clone();
    assert_eq!(house.state(&replica), KeyState::PendingImport);
    assert!(matches!(import(&mut house, &replica, &[8; 32], None), Err(KeysError::IncorrectMaterial(_))));
    import(&mut house, &replica, &[7; 32], None).unwrap();
    let sealed = seal(&mut house, &arn).unwrap();
    assert!(opens(&house, &replica, &sealed));
}

#[test]
fn the_ids_of_material_say_nothing_about_it() {
    let mut house = House::new();
    let [arn, other] = [(); 2].map(|()| house.external(KeySpec::Symmetric, None));
    let one = opened(&mut house, &arn, &[7; 32]);
    assert_eq!(one.id(), opened(&mut house, &arn, &[7; 32]).id());
    assert_ne!(one.id(), opened(&mut house, &other, &[7; 32]).id());
    assert!(!bytes(&raw(one.id().as_str().as_bytes())).windows(4).any(|part| part == [7; 4]));
}
