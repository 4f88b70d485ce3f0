//! How does a key rest under another key? As a [`WrappedKey`]: AES key wrap (RFC 5649) under a key that belongs to one place.
//!
//! Key wrap has no associated data, so the place goes into the wrapping key: HKDF-SHA256 (RFC 5869) of the outer key, with the
//! place in its purpose. A wrapped key that is moved does not unwrap. Deterministic, so there is no nonce to repeat.

use crate::KmsError;
use crate::crypto::{AesWrap, Hash, Hkdf};
use sotto_public::{Opaque, Place, Storable};
use sotto_sensitive::KeyBytes;

const PURPOSE: &[u8] = b"sotto wrap 1";
const KEK_BYTES: usize = 32;

/// A key under another key: says nothing but its length.
#[derive(Clone, Debug, PartialEq, Eq, Storable)]
pub struct WrappedKey(Opaque);

impl WrappedKey {
    pub(crate) fn under(outer: &KeyBytes, place: &Place, key: &KeyBytes) -> Result<Self, KmsError> {
        Ok(Self::of(AesWrap::new(&kek(outer, place)?)?.wrap(key)?))
    }

    pub(crate) fn open(&self, outer: &KeyBytes, place: &Place) -> Result<KeyBytes, KmsError> {
        AesWrap::new(&kek(outer, place)?)?.unwrap(self.0.as_bytes())
    }

    /// What a wrapping made.
    #[expect(clippy::disallowed_methods, reason = "a wrapped key says nothing without the key around it")]
    pub(crate) fn of(wrapped: Vec<u8>) -> Self {
        Self(Opaque::from_pinned_bytes(wrapped))
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

fn kek(outer: &KeyBytes, place: &Place) -> Result<KeyBytes, KmsError> {
    Hkdf::extract(Hash::Sha256, &[], outer).expand(&[PURPOSE, place.as_bytes()], KEK_BYTES)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::bytes;

    #[test]
    fn a_wrapped_key_unwraps_at_its_place_only() {
        let [outer, key] = [1, 2].map(|byte| KeyBytes::copied(&[byte; 32]));
        let here = Place::new("key").with(&1_u64);
        let wrapped = WrappedKey::under(&outer, &here, &key).unwrap();
        assert_eq!(bytes(&wrapped.open(&outer, &here).unwrap()), bytes(&key));
        let elsewhere = Place::new("key").with(&2_u64);
        assert_eq!(wrapped.open(&outer, &elsewhere).err(), Some(KmsError::DoesNotOpen));
        assert_eq!(wrapped.open(&key, &here).err(), Some(KmsError::DoesNotOpen));
        assert_eq!(wrapped, WrappedKey::under(&outer, &here, &key).unwrap());
    }
}
