//! Who opens the material of a key? The [`Vault`]: the keys of one moment, the store key, and the devices of the configuration.
//!
//! Every operation asks the key's state, its usage and its algorithm first, whoever calls: callers decide who may, this room
//! what can be.

use super::error::{KeysError, Outcome, StoreFault, said};
use super::model::{Key, KeyStore, Material};
use super::names::KeyStoreId;
use super::snapshot::Keys;
use super::words::{KeyUsage, Origin};
use crate::{Device, DeviceError, DeviceKey, Devices, StoreKey};
use sotto_arn::AccountId;
use sotto_public::Place;
use sotto_sensitive::KeyBytes;
use std::fmt;

/// What opens materials.
#[derive(Clone, Copy)]
pub struct Vault<'a> {
    /// The keys.
    pub keys: &'a Keys,
    /// The key of the store.
    pub store: &'a StoreKey,
    /// Devices by cluster id.
    pub devices: &'a Devices,
}

impl Vault<'_> {
    /// Refuses a key that cannot be used so now, and gives the material that works.
    pub(crate) fn ready<'k>(
        &self,
        key: &'k Key,
        usage: KeyUsage,
        operation: &'static str,
    ) -> Outcome<&'k Material> {
        self.keys.usable(key)?;
        key.used_for(usage, operation)?;
        key.current().ok_or(KeysError::Crypto(crate::KmsError::DoesNotOpen))
    }

    /// The secret of a material.
    pub(crate) fn secret(&self, key: &Key, material: &Material) -> Outcome<KeyBytes> {
        let wrapped = material.wrapped.as_ref().ok_or(KeysError::InvalidCiphertext)?;
        Ok(self.store.unwrap(&Material::place(&key.arn, &material.id), wrapped)?)
    }

    /// Asks the device that holds a key, by the material's name there.
    pub(crate) fn in_device<T>(
        &self,
        key: &Key,
        material: &Material,
        ask: impl Fn(&dyn Device, &DeviceKey) -> Result<T, DeviceError>,
    ) -> Outcome<T> {
        let store = self.keys.store_of(key).ok_or_else(no_cluster)?;
        let name = material.device.as_ref().ok_or_else(no_cluster)?;
        self.ask(store, |device| ask(device, name))
    }

    /// Asks the device of a custom key store. After a new start it has no PIN yet: it gets the store's, once.
    pub(crate) fn ask<T>(
        &self,
        store: &KeyStore,
        ask: impl Fn(&dyn Device) -> Result<T, DeviceError>,
    ) -> Outcome<T> {
        match ask(self.device(store)?) {
            Err(DeviceError::PinMissing) => {
                self.sign_in(store)?;
                Ok(ask(self.device(store)?)?)
            }
            done => Ok(done?),
        }
    }

    /// The device of a custom key store.
    pub(crate) fn device(&self, store: &KeyStore) -> Outcome<&dyn Device> {
        self.devices.get(&store.cluster).map(|device| &**device).ok_or_else(no_cluster)
    }

    /// Gives a custom key store's PIN to its device, as before ConnectCustomKeyStore.
    ///
    /// # Errors
    /// Why the device refuses.
    pub fn sign_in(&self, store: &KeyStore) -> Outcome<()> {
        let pin = self.store.open_text(&store.pin_place(), &store.pin)?;
        Ok(self.device(store)?.sign_in(&pin)?)
    }
}

impl KeyStore {
    /// Where the PIN of this store belongs.
    pub fn pin_place(&self) -> Place {
        Self::pin_place_of(&self.account, &self.id)
    }

    pub(crate) fn pin_place_of(account: &AccountId, id: &KeyStoreId) -> Place {
        Place::new("key store pin").with(account).with(id)
    }
}

impl Key {
    /// Whether its material stays in a device.
    pub(crate) fn is_in_device(&self) -> bool {
        self.origin == Origin::Device
    }
}

fn no_cluster() -> KeysError {
    let sentence = format_args!("the cluster of the custom key store is not in the server's configuration");
    KeysError::Store(StoreFault::ClusterNotFound, said(sentence))
}

impl fmt::Debug for Vault<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Vault")
    }
}
