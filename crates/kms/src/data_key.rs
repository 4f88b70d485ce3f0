//! Under which key does data rest? Under a [`DataKey`]: one per store and time window, wrapped under the store key or a KMS key.
//!
//! It seals in two forms: small values, each alone (spans of log events: [`DataKey::seal`]), and blobs in blocks
//! ([`crate::BlobSealer`]). Each form and each purpose works under a key derived from it, so that nothing that is sealed in one
//! form can be taken for the other.

use crate::crypto::{AesGcm, Hash, Hkdf, Mac, MacKey, random_key};
use crate::sealed::{Values, seals};
use crate::store_key::KEY_BYTES;
use crate::{Entropy, KmsError, StoreKey, WrappedKey};
use sotto_public::Place;
use sotto_sensitive::KeyBytes;
use std::fmt;

/// A key that data is sealed under. Wiped when dropped; cannot be cloned, compared or printed.
pub struct DataKey {
    key: KeyBytes,
    values: MacKey,
}

impl DataKey {
    /// A new one.
    ///
    /// # Errors
    /// When the library refuses.
    pub fn generate(entropy: &mut dyn Entropy) -> Result<Self, KmsError> {
        Self::new(random_key(KEY_BYTES, entropy))
    }

    /// From its 32 bytes, as a KMS key opened them.
    ///
    /// # Errors
    /// [`KmsError::KeyLength`] for another length.
    pub fn new(key: KeyBytes) -> Result<Self, KmsError> {
        if key.length() != KEY_BYTES {
            return Err(KmsError::KeyLength { bytes: key.length() });
        }
        let values = Hkdf::extract(Hash::Sha256, &[], &key).expand(&[b"sotto values 2"], KEY_BYTES)?;
        Ok(Self { values: MacKey::new(Mac::Sha256, &values), key })
    }

    /// A key of its own for a purpose, as for columns beside spans.
    ///
    /// # Errors
    /// When the library refuses.
    pub fn derive(&self, purpose: &'static str) -> Result<Self, KmsError> {
        let secret = Hkdf::extract(Hash::Sha256, &[], &self.key);
        Self::new(secret.expand(&[b"sotto derived 1", purpose.as_bytes()], KEY_BYTES)?)
    }

    /// Wraps it under the key of the store.
    ///
    /// # Errors
    /// When the library refuses.
    pub fn wrap(&self, store: &StoreKey, place: &Place) -> Result<WrappedKey, KmsError> {
        store.wrap(place, &self.key)
    }

    /// The key again.
    ///
    /// # Errors
    /// [`KmsError::DoesNotOpen`] when it was changed, moved or wrapped under another key.
    pub fn unwrap(store: &StoreKey, place: &Place, wrapped: &WrappedKey) -> Result<Self, KmsError> {
        Self::new(store.unwrap(place, wrapped)?)
    }

    /// Its bytes, to be encrypted under a KMS key or handed to a writer of encrypted columns.
    pub fn key(&self) -> &KeyBytes {
        &self.key
    }
}

seals!(DataKey);

impl Values for DataKey {
    const VERSION: u8 = 2;

    fn value_key(&self, salt: &[u8]) -> Result<AesGcm, KmsError> {
        AesGcm::new(&KeyBytes::taken(self.values.code(salt)))
    }
}

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DataKey")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::drawn;
    use crate::entropy::tests::Counter;
    use sotto_sensitive::RawBytes;

    fn store() -> StoreKey {
        StoreKey::generate(&mut Counter(1))
    }

    fn canary() -> RawBytes {
        RawBytes::new(b"canary 4111111111111111".to_vec())
    }

    #[test]
    fn a_wrapped_key_opens_what_the_key_sealed() {
        let (place, event) = (Place::new("group").with(&1_u64), Place::new("event").with(&7_u64));
        let key = DataKey::generate(&mut Counter(2)).unwrap();
        let wrapped = key.wrap(&store(), &place).unwrap();
        let sealed = key.seal(&event, &canary(), drawn(&mut Counter(3))).unwrap();
        let again = DataKey::unwrap(&store(), &place, &wrapped).unwrap();
        assert_eq!(again.open(&event, &sealed).unwrap().length(), canary().length());
        assert_eq!(again.open(&place, &sealed).err(), Some(KmsError::DoesNotOpen));
        assert!(DataKey::unwrap(&store(), &event, &wrapped).is_err());
        let another = DataKey::generate(&mut Counter(4)).unwrap();
        assert_eq!(another.open(&event, &sealed).err(), Some(KmsError::DoesNotOpen));
        assert_eq!(another.key().length(), KEY_BYTES);
        assert_eq!(key.derive("columns").unwrap().open(&event, &sealed).err(), Some(KmsError::DoesNotOpen));
        assert_eq!(store().open(&event, &sealed).err(), Some(KmsError::DoesNotOpen), "another version");
        assert_eq!(format!("{key:?}"), "DataKey");
    }

    #[test]
    fn no_changed_bit_opens() {
        let key = DataKey::generate(&mut Counter(2)).unwrap();
        let here = Place::new("here");
        let sealed = key.seal(&here, &canary(), drawn(&mut Counter(3))).unwrap();
        for at in 0..sealed.as_bytes().len() {
            let mut changed = sealed.as_bytes().to_vec();
            changed[at] ^= 1;
            let opened = crate::Sealed::parse(&changed).and_then(|changed| key.open(&here, &changed));
            assert!(opened.is_err(), "byte {at}");
        }
    }
}
