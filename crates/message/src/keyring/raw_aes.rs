//! How does a key that the caller holds wrap data keys? AES-GCM with the context as associated data.
//!
//! Specification, "Raw AES Keyring". The provider's information is the key's name, the lengths of tag (in bits) and IV, and
//! the IV; the ciphertext has its tag behind it.

use super::{Attempt, DataKeys, Keyring, Locked, RawName};
use crate::MessageError;
use crate::header::{EncryptedDataKey, IV_BYTES, TAG_BYTES};
use sotto_kms::crypto::AesGcm;
use sotto_kms::{Entropy, drawn};
use sotto_sensitive::{KeyBytes, RawText};

/// What stands behind the name: 128 bits of tag, 12 bytes of IV.
const LENGTHS: [u8; 8] = [0, 0, 0, TAG_BYTES as u8 * 8, 0, 0, 0, IV_BYTES as u8];

/// An AES key and its name.
#[derive(Debug)]
pub struct RawAesKeyring {
    name: RawName,
    key: AesGcm,
}

impl RawAesKeyring {
    /// A key of 16, 24 or 32 bytes.
    ///
    /// # Errors
    /// When the key has another length, or the names cannot be.
    pub fn new(namespace: &RawText, name: &RawText, key: &KeyBytes) -> Result<Self, MessageError> {
        let wrong = |_| MessageError::WrappingKey { what: "a raw AES key has 16, 24 or 32 bytes" };
        Ok(Self { name: RawName::new(namespace, name)?, key: AesGcm::new(key).map_err(wrong)? })
    }

    /// The IV, when the information is that of this key.
    fn iv(&self, info: &[u8]) -> Option<[u8; IV_BYTES]> {
        info.strip_prefix(self.name.name.as_slice())?.strip_prefix(&LENGTHS)?.try_into().ok()
    }
}

impl Keyring for RawAesKeyring {
    fn wrap(&self, keys: &mut DataKeys<'_>, entropy: &mut dyn Entropy) -> Result<(), MessageError> {
        let associated = keys.context.serialised();
        let iv: [u8; IV_BYTES] = drawn(entropy);
        let ciphertext = self.key.seal_key(iv, &associated, keys.plain_or_new(entropy))?;
        keys.encrypted.push(EncryptedDataKey {
            provider: self.name.namespace.clone(),
            info: [self.name.name.as_slice(), &LENGTHS, &iv].concat(),
            ciphertext,
        });
        Ok(())
    }

    fn unwrap(&self, locked: Locked<'_>) -> Result<Attempt, MessageError> {
        let associated = locked.context.serialised();
        let mut attempt = Attempt::default();
        for key in locked.of_provider(&self.name.namespace) {
            let Some(iv) = self.iv(&key.info) else { continue };
            attempt.tried += 1;
            let opened = self.key.open_key(iv, &associated, &key.ciphertext).ok();
            attempt.opened = opened.filter(|key| key.length() == locked.suite.key_bytes());
            if attempt.opened.is_some() {
                break;
            }
        }
        Ok(attempt)
    }
}
