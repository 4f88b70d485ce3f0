//! How does a device become a custom key store? KMS API Reference: CreateCustomKeyStore, ConnectCustomKeyStore and their siblings.
//!
//! The cluster's id names a device of the server's configuration, and the store's password is the device's PIN. Keys of a
//! store that is not connected are `Unavailable`.

use super::draft::{Draft, limit};
use super::error::{KeysError, Outcome, StoreFault, said};
use super::model::{KeyStore, Seconds};
use super::names::KeyStoreId;
use super::record::Entity;
use super::vault::Vault;
use crate::{ClusterId, Entropy, Sealed, drawn};
use sotto_arn::{AccountId, Region};
use sotto_public::Public;
use sotto_sensitive::RawText;
use std::sync::Arc;

/// Custom key stores of an account in a Region (KMS Developer Guide, "Resource quotas").
pub const KEY_STORES_MAX: usize = 10;

/// What a new custom key store is to be like.
#[derive(Debug)]
pub struct NewKeyStore {
    /// Whose.
    pub account: AccountId,
    /// Where.
    pub region: Region,
    /// Its name.
    pub name: Public<String>,
    /// The device.
    pub cluster: ClusterId,
    /// The device's PIN.
    pub pin: RawText,
}

impl Vault<'_> {
    /// Draws the id of a new store and seals its PIN.
    ///
    /// # Errors
    /// When the configuration has no such device.
    pub fn new_store(&self, new: NewKeyStore, now: Seconds, entropy: &mut dyn Entropy) -> Outcome<KeyStore> {
        let id = KeyStoreId::generate(entropy);
        let place = KeyStore::pin_place_of(&new.account, &id);
        let NewKeyStore { account, region, name, cluster, pin } = new;
        let pin = self.store.seal_text(&place, pin, drawn(entropy))?;
        let store = KeyStore { account, region, id, name, cluster, pin, created: now, connected: false };
        self.device(&store)?;
        Ok(store)
    }

    /// Seals another PIN for a store.
    ///
    /// # Errors
    /// When the library refuses.
    pub fn new_pin(&self, store: &KeyStore, pin: RawText, entropy: &mut dyn Entropy) -> Outcome<Sealed> {
        Ok(self.store.seal_text(&store.pin_place(), pin, drawn(entropy))?)
    }
}

/// What is to be changed about a store.
#[derive(Clone, Debug, Default)]
pub struct StoreUpdate {
    /// Another name.
    pub name: Option<Public<String>>,
    /// Another device, which must hold the same keys.
    pub cluster: Option<ClusterId>,
    /// Another PIN, sealed.
    pub pin: Option<Sealed>,
}

impl Draft {
    /// CreateCustomKeyStore.
    ///
    /// # Errors
    /// When name or device are another store's, or there are too many.
    pub fn create_store(&mut self, store: &KeyStore) -> Outcome<()> {
        let held: Vec<_> = self.stores(&store.account, &store.region);
        if held.len() >= KEY_STORES_MAX {
            return Err(limit(format_args!("At most {KEY_STORES_MAX} custom key stores are allowed")));
        }
        self.is_free(store)?;
        self.put(Entity::Store(Arc::new(store.clone())));
        Ok(())
    }

    fn is_free(&self, store: &KeyStore) -> Outcome<()> {
        let others = self.stores(&store.account, &store.region);
        let others: Vec<_> = others.into_iter().filter(|other| other.id != store.id).collect();
        if others.iter().any(|other| other.name == store.name) {
            let words = "Another custom key store has this name";
            return Err(KeysError::Store(StoreFault::NameInUse, words.into()));
        }
        if others.iter().any(|other| other.cluster == store.cluster) {
            let sentence = format_args!("Another custom key store uses {}", store.cluster);
            return Err(KeysError::Store(StoreFault::ClusterInUse, said(sentence)));
        }
        Ok(())
    }

    fn stores(&self, account: &AccountId, region: &Region) -> Vec<Arc<KeyStore>> {
        self.held(account, region).map(|held| held.stores().cloned().collect()).unwrap_or_default()
    }

    /// A custom key store.
    ///
    /// # Errors
    /// [`StoreFault::NotFound`].
    pub fn store(&self, account: &AccountId, region: &Region, id: &KeyStoreId) -> Outcome<Arc<KeyStore>> {
        let found = self.held(account, region).and_then(|held| held.store(id.as_str())).cloned();
        found.ok_or_else(|| {
            KeysError::Store(StoreFault::NotFound, said(format_args!("Custom key store {id} is not found.")))
        })
    }

    /// ConnectCustomKeyStore, after the device took the PIN ([`Vault::sign_in`]), and DisconnectCustomKeyStore.
    ///
    /// # Errors
    /// When the store is not there, or to be connected and connected already.
    pub fn set_connected(&mut self, store: &KeyStore, connected: bool) -> Outcome<()> {
        let held = self.store(&store.account, &store.region, &store.id)?;
        if held.connected && connected {
            let sentence = format_args!("Custom key store {} is connected already.", store.id);
            return Err(KeysError::Store(StoreFault::InvalidState, said(sentence)));
        }
        self.put(Entity::Store(Arc::new(KeyStore { connected, ..KeyStore::clone(&held) })));
        Ok(())
    }

    /// UpdateCustomKeyStore: of a store that is not connected.
    ///
    /// # Errors
    /// When the store is not there or connected, or the name or device are another one's.
    pub fn update_store(&mut self, store: &KeyStore, update: StoreUpdate) -> Outcome<()> {
        let held = self.store(&store.account, &store.region, &store.id)?;
        disconnected(&held)?;
        let mut next = KeyStore::clone(&held);
        next.name = update.name.unwrap_or(next.name);
        next.cluster = update.cluster.unwrap_or(next.cluster);
        next.pin = update.pin.unwrap_or(next.pin);
        self.is_free(&next)?;
        self.put(Entity::Store(Arc::new(next)));
        Ok(())
    }

    /// DeleteCustomKeyStore: of a store without keys that is not connected.
    ///
    /// # Errors
    /// When the store is not there, connected, or holds keys.
    pub fn delete_store(&mut self, store: &KeyStore) -> Outcome<()> {
        let held = self.store(&store.account, &store.region, &store.id)?;
        disconnected(&held)?;
        let all = self.held(&store.account, &store.region);
        if all.is_some_and(|all| all.keys().any(|key| key.key_store.as_ref() == Some(&store.id))) {
            let sentence = format_args!("Custom key store {} still holds keys.", store.id);
            return Err(KeysError::Store(StoreFault::HasKeys, said(sentence)));
        }
        self.delete(&Entity::Store(held));
        Ok(())
    }
}

fn disconnected(store: &KeyStore) -> Outcome<()> {
    match store.connected {
        false => Ok(()),
        true => {
            let sentence = format_args!("Custom key store {} is connected: disconnect it first.", store.id);
            Err(KeysError::Store(StoreFault::InvalidState, said(sentence)))
        }
    }
}
