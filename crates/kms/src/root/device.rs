//! Where may the root key be? In our memory, or in a device that wraps and unwraps for us and never gives it away.
//!
//! A device wraps bytes and knows no place, so the hash of the place is wrapped along and compared: what is moved does not
//! unwrap.

use super::{KEY_BYTES, RootKey};
use crate::crypto::{Hash, bytes, equal};
use crate::{Device, DeviceError, DeviceKey, DeviceUse, KmsError, WrappedKey};
use sotto_public::Place;
use sotto_sensitive::{KeyBytes, RawBytes};
use std::fmt;
use std::sync::Arc;

/// The key of keys, wherever it is.
pub enum Root {
    /// In our memory.
    Key(RootKey),
    /// In a device.
    Device {
        /// The device.
        device: Arc<dyn Device>,
        /// The key's name there.
        key: DeviceKey,
    },
}

impl Root {
    /// Wraps the key of a store.
    pub(crate) fn wrap(&self, place: &Place, key: &KeyBytes) -> Result<WrappedKey, KmsError> {
        match self {
            Self::Key(root) => WrappedKey::under(root.key(), place, key),
            Self::Device { device, key: name } => {
                let both = RawBytes::new([bytes(key), Hash::Sha256.of(place.as_bytes()).as_bytes()].concat());
                let wrapped = device.wrap(name, &both).map_err(KmsError::Device)?;
                Ok(WrappedKey::of(wrapped.as_bytes().to_vec()))
            }
        }
    }

    /// The key of a store again.
    pub(crate) fn unwrap(&self, place: &Place, wrapped: &WrappedKey) -> Result<KeyBytes, KmsError> {
        match self {
            Self::Key(root) => wrapped.open(root.key(), place),
            Self::Device { device, key } => {
                let both = KeyBytes::from(device.unwrap(key, wrapped.as_bytes()).map_err(unwrapped)?);
                let (key, hash) = bytes(&both).split_at_checked(KEY_BYTES).ok_or(KmsError::DoesNotOpen)?;
                match equal(hash, Hash::Sha256.of(place.as_bytes()).as_bytes()) {
                    true => Ok(KeyBytes::copied(key)),
                    false => Err(KmsError::DoesNotOpen),
                }
            }
        }
    }

    /// Makes the key in a device where it is not there yet; a key in memory is there.
    ///
    /// # Errors
    /// Why the device does not make it.
    pub fn prepare(&self) -> Result<(), KmsError> {
        match self {
            Self::Key(_) => Ok(()),
            Self::Device { device, key } => prepare(&**device, key).map_err(KmsError::Device),
        }
    }
}

fn prepare(device: &dyn Device, key: &DeviceKey) -> Result<(), DeviceError> {
    match device.holds_key(key)? {
        true => Ok(()),
        false => device.generate_key(key, DeviceUse::Wrap),
    }
}

/// A device that unwraps nothing with this key holds another one than that which wrapped.
fn unwrapped(error: DeviceError) -> KmsError {
    match error {
        DeviceError::DoesNotOpen => KmsError::DoesNotOpen,
        other => KmsError::Device(other),
    }
}

impl fmt::Debug for Root {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(key) => key.fmt(f),
            Self::Device { key, .. } => write!(f, "Root(device key {key})"),
        }
    }
}
