//! Do keys in a device work while it is there, and do their errors say what is missing?

use super::{House, NOW, account, bytes, context, home, raw, text};
use sotto_kms::keys::KeySpec;
use sotto_kms::keys::{
    EncryptionAlgorithm, KeyState, KeyStoreId, KeysError, NewKeyStore, Origin, StoreFault, StoreUpdate,
    WantedKey,
};
use sotto_kms::{ClusterId, DeviceError, Keeping, KmsError, Root, RootKey, RootSource};
use sotto_public::Public;
use std::sync::Arc;
use std::sync::atomic::Ordering;

fn fault<T: std::fmt::Debug>(outcome: Result<T, KeysError>) -> StoreFault {
    match outcome {
        Err(KeysError::Store(fault, _)) => fault,
        other => panic!("{other:?}"),
    }
}

#[test]
fn keys_in_a_device_seal_and_open_and_say_when_it_is_gone() {
    let mut house = House::new();
    let arn = house.in_store();
    let (key, plain, with) = (house.key(&arn), raw(b"canary"), context(&[("a", "b")]));
    assert!(key.materials.iter().all(|material| material.wrapped.is_none() && material.device.is_some()));
    let sealed = house
        .with(|vault, entropy| vault.encrypt(&key, EncryptionAlgorithm::Symmetric, &plain, &with, entropy))
        .unwrap();
    let opens = |house: &House, with: &sotto_kms::EncryptionContext| {
        house.vault().decrypt(&house.key(&arn), EncryptionAlgorithm::Symmetric, &raw(sealed.as_bytes()), with)
    };
    assert_eq!(bytes(&opens(&house, &with).unwrap()), b"canary");
    assert_eq!(opens(&house, &context(&[])).err(), Some(KeysError::InvalidCiphertext));
    house.token.gone.store(true, Ordering::Relaxed);
    assert_eq!(opens(&house, &with).err(), Some(KeysError::Device(DeviceError::Gone)));
    house.token.gone.store(false, Ordering::Relaxed);
    let store = house.keys.store_of(&key).unwrap().clone();
    house.change(|draft| draft.set_connected(&store, false)).unwrap();
    assert_eq!(house.state(&arn), KeyState::Unavailable);
    assert!(matches!(opens(&house, &with), Err(KeysError::InvalidState(_))));
    house.change(|draft| draft.set_connected(&store, true)).unwrap();
    assert!(opens(&house, &with).is_ok());
}

#[test]
fn a_deleted_key_names_what_is_left_of_it_in_the_device() {
    let mut house = House::new();
    let arn = house.in_store();
    house.change(|draft| draft.schedule_deletion(&arn, 7, NOW)).unwrap();
    let gone = house.change(|draft| Ok(draft.delete_due(NOW + 8 * super::DAY))).unwrap();
    let [deleted] = gone.as_slice() else { panic!("{gone:?}") };
    let [(cluster, name)] = deleted.in_devices.as_slice() else { panic!("{deleted:?}") };
    assert_eq!((cluster.as_str(), name.as_str()), ("cluster-2a23b4cdefg", arn.id().as_str()));
}

#[test]
fn stores_have_names_of_their_own_and_devices_of_their_own() {
    let mut house = House::new();
    let id = house.key_store();
    let new = |name: &'static str, cluster: &str| NewKeyStore {
        account: account(),
        region: home(),
        name: Public::from(name),
        cluster: ClusterId::parse(cluster).unwrap(),
        pin: text("1234"),
    };
    let unknown = house.with(|vault, entropy| vault.new_store(new("b", "cluster-77777777777"), NOW, entropy));
    assert_eq!(fault(unknown), StoreFault::ClusterNotFound);
    for (name, wanted) in [("store", StoreFault::NameInUse), ("other", StoreFault::ClusterInUse)] {
        let made = house
            .with(|vault, entropy| vault.new_store(new(name, "cluster-2a23b4cdefg"), NOW, entropy))
            .unwrap();
        assert_eq!(fault(house.change(|draft| draft.create_store(&made))), wanted);
    }
    let store = house.keys.account(&account(), &home()).unwrap().store(id.as_str()).unwrap().clone();
    assert_eq!(fault(house.change(|draft| draft.set_connected(&store, true))), StoreFault::InvalidState);
    let renamed = || StoreUpdate { name: Some(Public::from("renamed")), ..StoreUpdate::default() };
    assert_eq!(fault(house.change(|draft| draft.update_store(&store, renamed()))), StoreFault::InvalidState);
    assert_eq!(fault(house.change(|draft| draft.delete_store(&store))), StoreFault::InvalidState);
    house.change(|draft| draft.set_connected(&store, false)).unwrap();
    house.change(|draft| draft.update_store(&store, renamed())).unwrap();
    house.change(|draft| draft.delete_store(&store)).unwrap();
    assert_eq!(fault(house.change(|draft| draft.delete_store(&store))), StoreFault::NotFound);
    let wanted =
        WantedKey { origin: Origin::Device, key_store: Some(id), ..house.wanted(KeySpec::Symmetric, None) };
    let refused = house.with(|vault, entropy| vault.new_key(wanted, NOW, entropy).map(drop));
    assert_eq!(fault(refused), StoreFault::NotFound);
}

#[test]
fn a_store_with_keys_stays_and_takes_symmetric_keys_only() {
    let mut house = House::new();
    let arn = house.in_store();
    let store = house.keys.store_of(&house.key(&arn)).unwrap().clone();
    let wanted = |spec, multi_region| WantedKey {
        origin: Origin::Device,
        key_store: Some(store.id.clone()),
        multi_region,
        ..house.wanted(spec, Some(spec.usages()[0]))
    };
    for wanted in [wanted(KeySpec::Rsa2048, false), wanted(KeySpec::Symmetric, true)] {
        let mut entropy = super::Counter(1);
        assert!(matches!(house.vault().new_key(wanted, NOW, &mut entropy), Err(KeysError::Unsupported(_))));
    }
    house.change(|draft| draft.set_connected(&store, false)).unwrap();
    assert_eq!(fault(house.change(|draft| draft.delete_store(&store))), StoreFault::HasKeys);
    let id: &KeyStoreId = &store.id;
    let wanted = WantedKey {
        origin: Origin::Device,
        key_store: Some(id.clone()),
        ..house.wanted(KeySpec::Symmetric, None)
    };
    let refused = house.with(|vault, entropy| vault.new_key(wanted, NOW, entropy).map(drop));
    assert_eq!(fault(refused), StoreFault::InvalidState);
}

#[test]
fn a_wrong_pin_is_said_to_be_one() {
    let mut house = House::new();
    let id = house.key_store();
    let store = house.keys.account(&account(), &home()).unwrap().store(id.as_str()).unwrap().clone();
    house.change(|draft| draft.set_connected(&store, false)).unwrap();
    let pin = house.with(|vault, entropy| vault.new_pin(&store, text("9999"), entropy)).unwrap();
    house
        .change(|draft| draft.update_store(&store, StoreUpdate { pin: Some(pin), ..StoreUpdate::default() }))
        .unwrap();
    let store = house.keys.account(&account(), &home()).unwrap().store(id.as_str()).unwrap().clone();
    assert_eq!(house.vault().sign_in(&store), Err(KeysError::Device(DeviceError::PinWrong)));
}

#[test]
fn the_root_key_may_stay_in_a_device() {
    let house = House::new();
    let root = |name: &str| Root::Device {
        device: Arc::clone(&house.token) as Arc<dyn sotto_kms::Device>,
        key: name.parse().unwrap(),
    };
    let source = || RootSource::Device {
        cluster: "cluster-2a23b4cdefg".parse().unwrap(),
        key: "root".parse().unwrap(),
    };
    let device = root("root");
    let absent = Keeping::first(&device, source(), &mut super::Counter(1));
    assert_eq!(absent.err(), Some(KmsError::Device(DeviceError::KeyAbsent)));
    device.prepare().unwrap();
    device.prepare().unwrap();
    let (keeping, key) = Keeping::first(&device, source(), &mut super::Counter(1)).unwrap();
    let code = key.authenticate("test", b"");
    assert_eq!(keeping.open(&device).unwrap().authenticate("test", b""), code);
    let other = root("other");
    other.prepare().unwrap();
    assert_eq!(keeping.open(&other).err(), Some(KmsError::RootKeyChanged));
    let file = Root::Key(RootKey::new([5; 32].into()));
    assert_eq!(keeping.open(&file).err(), Some(KmsError::RootKeyChanged));

    // From the device to a file, and what happens while the device is away.
    let changing = keeping.begin(&device, &file, RootSource::File).unwrap();
    house.token.gone.store(true, Ordering::Relaxed);
    assert_eq!(changing.open(&device).err(), Some(KmsError::Device(DeviceError::Gone)));
    assert_eq!(changing.open(&file).unwrap().authenticate("test", b""), code);
    let changed = changing.finish(&file).unwrap();
    assert_eq!(changed.open(&file).unwrap().authenticate("test", b""), code);
}
