//! What is the key of keys, and how do we know that it is still the same? [`RootKey`] and its [`KeyCheck`]; or a key that never
//! leaves a device. Either is a [`Root`].
//!
//! 32 bytes, from a file ([`KeyFile`]) or a passphrase ([`PassphraseSetting`]). Beside the data rests a check value that
//! only this key gives and that says nothing about it: with a missing or another key sotto stops with an exact error and
//! never makes a second one. The root key wraps the store key ([`crate::Keeping`]) and does nothing else.

mod device;
mod file;
mod passphrase;

use crate::KmsError;
use crate::crypto::equal;
use crate::store_key::authenticate;
use sotto_public::{Opaque, Storable, StoredRecord};
use sotto_sensitive::KeyBytes;
use std::fmt;
use zeroize::Zeroizing;

pub use device::Root;
pub use file::KeyFile;
pub use passphrase::PassphraseSetting;

pub(crate) use crate::store_key::KEY_BYTES;

/// The key of keys. Wiped when dropped; cannot be cloned, compared or printed.
pub struct RootKey(KeyBytes);

impl RootKey {
    /// From 32 random bytes.
    pub fn new(bytes: Zeroizing<[u8; KEY_BYTES]>) -> Self {
        Self(KeyBytes::copied(bytes.as_slice()))
    }

    pub(crate) fn key(&self) -> &KeyBytes {
        &self.0
    }

    /// What rests beside the data to recognise this key.
    #[expect(clippy::disallowed_methods, reason = "a code of authentication says nothing without the key")]
    pub fn check_value(&self) -> KeyCheck {
        KeyCheck(Opaque::from_pinned_bytes(self.check_code().to_vec()))
    }

    /// That this is the key that the data was made with.
    ///
    /// # Errors
    /// [`KmsError::RootKeyChanged`] otherwise.
    pub fn confirm(&self, check: &KeyCheck) -> Result<(), KmsError> {
        match equal(&self.check_code(), check.0.as_bytes()) {
            true => Ok(()),
            false => Err(KmsError::RootKeyChanged),
        }
    }

    fn check_code(&self) -> [u8; 32] {
        authenticate(&self.0, "sotto root key check 1", &[])
    }
}

impl fmt::Debug for RootKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RootKey")
    }
}

/// Recognises a root key, and says nothing about it.
#[derive(Clone, Debug, PartialEq, Eq, Storable)]
pub struct KeyCheck(Opaque);

impl StoredRecord for KeyCheck {
    const KIND: &'static str = "root-key-check";
}

#[cfg(test)]
mod tests {
    use super::*;
    use sotto_public::Stored;

    fn key(byte: u8) -> RootKey {
        RootKey::new(Zeroizing::new([byte; KEY_BYTES]))
    }

    #[test]
    fn a_key_is_recognised_and_another_one_is_an_error() {
        let stored = Stored::of(&key(1).check_value());
        let check = stored.read::<KeyCheck>().unwrap();
        assert_eq!(key(1).confirm(&check), Ok(()));
        assert_eq!(key(2).confirm(&check), Err(KmsError::RootKeyChanged));
        assert!(
            !stored.as_bytes().windows(4).any(|window| window == [1; 4]),
            "it says nothing about the key"
        );
        assert_eq!(format!("{:?}", key(1)), "RootKey");
    }
}
