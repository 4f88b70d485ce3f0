//! What is the key of keys, and how do we know that it is still the same? [`RootKey`] and its [`KeyCheck`].
//!
//! 32 bytes, from a file ([`KeyFile`]) or a passphrase ([`PassphraseSetting`]). Beside the data rests a check value that
//! only this key gives and that says nothing about it: with a missing or another key sotto stops with an exact error and
//! never makes a second one.

mod file;
mod passphrase;

use crate::KmsError;
use aws_lc_rs::{constant_time, hmac};
use sotto_public::{Opaque, Storable, StoredRecord};
use std::fmt;
use zeroize::Zeroizing;

pub use file::KeyFile;
pub use passphrase::PassphraseSetting;

/// Length of the root key.
pub(crate) const KEY_BYTES: usize = 32;

/// The key of keys. Wiped when dropped; cannot be cloned, compared or printed.
pub struct RootKey(Zeroizing<[u8; KEY_BYTES]>);

impl RootKey {
    /// From 32 random bytes.
    pub fn new(bytes: Zeroizing<[u8; KEY_BYTES]>) -> Self {
        Self(bytes)
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        self.0.as_slice()
    }

    /// What rests beside the data to recognise this key.
    #[expect(clippy::disallowed_methods, reason = "a code of authentication says nothing without the key")]
    pub fn check_value(&self) -> KeyCheck {
        KeyCheck(Opaque::from_pinned_bytes(self.authenticate("sotto root key check 1", &[]).to_vec()))
    }

    /// That this is the key that the data was made with.
    ///
    /// # Errors
    /// [`KmsError::RootKeyChanged`] otherwise.
    pub fn confirm(&self, check: &KeyCheck) -> Result<(), KmsError> {
        let own = self.authenticate("sotto root key check 1", &[]);
        constant_time::verify_slices_are_equal(&own, check.0.as_bytes()).map_err(|_| KmsError::RootKeyChanged)
    }

    /// A code that only this key gives: HMAC-SHA256 (RFC 2104) under a key of its own for each purpose.
    pub fn authenticate(&self, purpose: &'static str, message: &[u8]) -> [u8; 32] {
        let own = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, self.bytes()), purpose.as_bytes());
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, own.as_ref()), message);
        let mut code = [0; 32];
        code.iter_mut().zip(tag.as_ref()).for_each(|(to, from)| *to = *from);
        code
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

    #[test]
    fn codes_differ_by_key_purpose_and_message() {
        let code = key(1).authenticate("one", b"message");
        assert_eq!(code, key(1).authenticate("one", b"message"));
        assert_ne!(code, key(2).authenticate("one", b"message"));
        assert_ne!(code, key(1).authenticate("two", b"message"));
        assert_ne!(code, key(1).authenticate("one", b"massage"));
    }
}
