//! Under which key does a whole store rest? Under its [`StoreKey`]: 32 random bytes, made with the store and never changed.
//!
//! It seals small values (secrets of access keys, tags, descriptions), wraps the materials of KMS keys and the data keys of
//! stores, and authenticates what must not be rolled back. It rests wrapped under the root key alone ([`crate::Keeping`]), so
//! that another root key means another wrapping of this one key, and nothing else has to be rewritten.

use crate::crypto::{AesGcm, Hash, Hkdf, Mac, MacKey, random_key};
use crate::sealed::{Values, seals};
use crate::{Entropy, KmsError, WrappedKey};
use sotto_public::Place;
use sotto_sensitive::KeyBytes;
use std::fmt;

/// Bytes of the key.
pub(crate) const KEY_BYTES: usize = 32;

const PURPOSE: &[u8] = b"sotto seal 1";

/// The key that a store rests under. Wiped when dropped; cannot be cloned, compared or printed.
pub struct StoreKey(KeyBytes);

impl StoreKey {
    /// A new one.
    pub fn generate(entropy: &mut dyn Entropy) -> Self {
        Self(random_key(KEY_BYTES, entropy))
    }

    /// From its 32 bytes.
    ///
    /// # Errors
    /// [`KmsError::KeyLength`] for another length.
    pub fn new(key: KeyBytes) -> Result<Self, KmsError> {
        match key.length() {
            KEY_BYTES => Ok(Self(key)),
            bytes => Err(KmsError::KeyLength { bytes }),
        }
    }

    /// Wraps a key that stands at a place.
    ///
    /// # Errors
    /// When it is empty or too long.
    pub fn wrap(&self, place: &Place, key: &KeyBytes) -> Result<WrappedKey, KmsError> {
        WrappedKey::under(&self.0, place, key)
    }

    /// The key again.
    ///
    /// # Errors
    /// [`KmsError::DoesNotOpen`] when it was changed, moved or wrapped under another key.
    pub fn unwrap(&self, place: &Place, wrapped: &WrappedKey) -> Result<KeyBytes, KmsError> {
        wrapped.open(&self.0, place)
    }

    /// A code that only this key gives: HMAC-SHA256 (RFC 2104) under a key of its own for each purpose.
    pub fn authenticate(&self, purpose: &'static str, message: &[u8]) -> [u8; 32] {
        authenticate(&self.0, purpose, message)
    }

    pub(crate) fn key(&self) -> &KeyBytes {
        &self.0
    }
}

seals!(StoreKey);

impl Values for StoreKey {
    const VERSION: u8 = 1;

    fn value_key(&self, salt: &[u8]) -> Result<AesGcm, KmsError> {
        AesGcm::new(&Hkdf::extract(Hash::Sha256, salt, &self.0).expand(&[PURPOSE], KEY_BYTES)?)
    }
}

/// A code under a key of its own for each purpose.
pub(crate) fn authenticate(key: &KeyBytes, purpose: &'static str, message: &[u8]) -> [u8; 32] {
    let own = KeyBytes::taken(MacKey::new(Mac::Sha256, key).code(purpose.as_bytes()));
    let mut code = [0; 32];
    let made = MacKey::new(Mac::Sha256, &own).code(message);
    code.iter_mut().zip(made).for_each(|(to, from)| *to = from);
    code
}

impl fmt::Debug for StoreKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StoreKey")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8) -> StoreKey {
        StoreKey::new(KeyBytes::copied(&[byte; KEY_BYTES])).unwrap()
    }

    #[test]
    fn codes_differ_by_key_purpose_and_message() {
        let code = key(1).authenticate("one", b"message");
        assert_eq!(code, key(1).authenticate("one", b"message"));
        assert_ne!(code, key(2).authenticate("one", b"message"));
        assert_ne!(code, key(1).authenticate("two", b"message"));
        assert_ne!(code, key(1).authenticate("one", b"massage"));
        assert_eq!(format!("{:?}", key(1)), "StoreKey");
        assert_eq!(StoreKey::new(KeyBytes::zeroed(31)).err(), Some(KmsError::KeyLength { bytes: 31 }));
    }
}
