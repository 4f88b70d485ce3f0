//! Do keys obey AWS's states, limits and errors, open what they sealed and nothing else, and come back from storage?
#![cfg(test)]

mod device;
mod encrypt;
mod grants;
mod imports;
mod misuse;
mod records;
mod regions;
mod rotation;
mod sign;
mod states;
mod stores;

use device::Token;
use sotto_arn::{AccountId, Region};
use sotto_kms::keys::{
    Change, Draft, KeySpec, KeyState, KeyStoreId, KeyUsage, NewKeyStore, Origin, Outcome, Record, WantedKey,
};
use sotto_kms::{
    ClusterId, Devices, EncryptionContext, Entropy, Key, KeyArn, Keys, Sealed, StoreKey, Vault, drawn,
};
use sotto_public::{Place, Public, Stored};
use sotto_sensitive::{RawBytes, RawText};
use std::sync::Arc;

pub(crate) const NOW: u64 = 1_700_000_000;
pub(crate) const DAY: u64 = 86_400;

/// Counts; everything drawn is new.
pub(crate) struct Counter(pub(crate) u64);

impl Entropy for Counter {
    fn fill(&mut self, place: &mut [u8]) {
        for byte in place {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            *byte = (self.0 >> 56) as u8;
        }
    }
}

pub(crate) fn account() -> AccountId {
    AccountId::parse("111122223333").unwrap()
}

pub(crate) fn region(name: &str) -> Region {
    Region::parse(name).unwrap()
}

pub(crate) fn home() -> Region {
    region("eu-central-1")
}

pub(crate) fn raw(bytes: &[u8]) -> RawBytes {
    RawBytes::new(bytes.to_vec())
}

pub(crate) fn text(text: &str) -> RawText {
    RawText::new(text.to_owned())
}

pub(crate) fn context(pairs: &[(&str, &str)]) -> EncryptionContext {
    EncryptionContext::new(pairs.iter().map(|(name, value)| (text(name), text(value))).collect()).unwrap()
}

#[expect(clippy::disallowed_methods, reason = "canary data is compared")]
pub(crate) fn bytes(raw: &RawBytes) -> &[u8] {
    raw.expose()
}

/// Keys with the key of their store, a token, and entropy: what a server has.
pub(crate) struct House {
    pub(crate) keys: Keys,
    pub(crate) store: Arc<StoreKey>,
    pub(crate) token: Arc<Token>,
    devices: Devices,
    pub(crate) entropy: Counter,
}

impl House {
    pub(crate) fn new() -> Self {
        let mut entropy = Counter(7);
        let store = Arc::new(StoreKey::generate(&mut entropy));
        let token = Arc::new(Token::default());
        let cluster: ClusterId = "cluster-2a23b4cdefg".parse().unwrap();
        let devices = Devices::from([(cluster, Arc::clone(&token) as Arc<dyn sotto_kms::Device>)]);
        Self { keys: Keys::default().opened_by(Arc::clone(&store)), store, token, devices, entropy }
    }

    pub(crate) fn vault(&self) -> Vault<'_> {
        Vault { keys: &self.keys, store: &self.store, devices: &self.devices }
    }

    /// What a vault and entropy do together.
    pub(crate) fn with<T>(&mut self, act: impl FnOnce(Vault<'_>, &mut Counter) -> T) -> T {
        let mut entropy = Counter(drawn::<1>(&mut self.entropy)[0].into());
        entropy.0 ^= u64::from_be_bytes(drawn(&mut self.entropy));
        act(self.vault(), &mut entropy)
    }

    /// Decides, stores and shows: the change goes through the form that storage keeps.
    pub(crate) fn change<T>(&mut self, decide: impl FnOnce(&mut Draft) -> Outcome<T>) -> Outcome<T> {
        let mut draft = self.keys.draft();
        let answer = decide(&mut draft)?;
        let drafted = listed(draft.keys());
        let change = draft.finish();
        self.keys = self.keys.apply(&change);
        assert_eq!(listed(&self.keys), drafted, "the draft and the change agree");
        check_places(&change);
        let stored =
            self.keys.records().into_iter().map(|record| Stored::of(&record).read::<Record>().unwrap());
        self.keys = Keys::load(stored).opened_by(Arc::clone(&self.store));
        assert_eq!(listed(&self.keys), drafted, "what storage keeps is all there is");
        Ok(answer)
    }

    pub(crate) fn wanted(&self, spec: KeySpec, usage: Option<KeyUsage>) -> WantedKey {
        WantedKey {
            account: account(),
            region: home(),
            spec,
            usage,
            origin: Origin::Kms,
            multi_region: false,
            policy: Public::from("{}"),
            description: None,
            tags: Vec::new(),
            key_store: None,
        }
    }

    pub(crate) fn create(&mut self, wanted: WantedKey) -> KeyArn {
        let new = self.with(|vault, entropy| vault.new_key(wanted, NOW, entropy)).unwrap();
        self.change(|draft| draft.create_key(&new)).unwrap().arn.clone()
    }

    pub(crate) fn symmetric(&mut self) -> KeyArn {
        self.create(self.wanted(KeySpec::Symmetric, None))
    }

    pub(crate) fn external(&mut self, spec: KeySpec, usage: Option<KeyUsage>) -> KeyArn {
        self.create(WantedKey { origin: Origin::External, ..self.wanted(spec, usage) })
    }

    pub(crate) fn multi_region(&mut self) -> KeyArn {
        self.create(WantedKey { multi_region: true, ..self.wanted(KeySpec::Symmetric, None) })
    }

    /// A connected custom key store.
    pub(crate) fn key_store(&mut self) -> KeyStoreId {
        let cluster = "cluster-2a23b4cdefg".parse().unwrap();
        let new = NewKeyStore {
            account: account(),
            region: home(),
            name: "store".into(),
            cluster,
            pin: text("1234"),
        };
        let store = self.with(|vault, entropy| vault.new_store(new, NOW, entropy)).unwrap();
        self.change(|draft| draft.create_store(&store)).unwrap();
        self.vault().sign_in(&store).unwrap();
        self.change(|draft| draft.set_connected(&store, true)).unwrap();
        store.id
    }

    pub(crate) fn in_store(&mut self) -> KeyArn {
        let store = self.key_store();
        let wanted = WantedKey {
            origin: Origin::Device,
            key_store: Some(store),
            ..self.wanted(KeySpec::Symmetric, None)
        };
        self.create(wanted)
    }

    pub(crate) fn key(&self, arn: &KeyArn) -> Arc<Key> {
        Arc::clone(self.keys.key(arn).unwrap())
    }

    pub(crate) fn state(&self, arn: &KeyArn) -> KeyState {
        self.keys.state(&self.key(arn))
    }

    pub(crate) fn sealed(&self, content: &str) -> Sealed {
        self.store.seal_text(&Place::new("test"), text(content), [9; 28]).unwrap()
    }
}

/// All records in their stored form.
fn listed(keys: &Keys) -> Vec<Vec<u8>> {
    keys.records().iter().map(|record| Stored::of(record).as_bytes().to_vec()).collect()
}

/// Every record of a change has a place of its own below that of all keys.
fn check_places(change: &Change) {
    let places: std::collections::BTreeSet<_> = change.records().iter().map(|(key, _)| key.place()).collect();
    assert_eq!(places.len(), change.records().len());
    assert!(places.iter().all(|place| sotto_kms::keys::keys_place().holds(place)));
}
