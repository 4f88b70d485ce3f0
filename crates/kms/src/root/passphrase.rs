//! How does a passphrase become the root key? By Argon2id (RFC 9106) with a salt and costs that rest beside the data.
//!
//! Costs are RFC 9106's second recommendation (section 4): 64 MiB, three passes, four lanes. They are stored, so that later
//! releases may raise them for new data; what is read back is bounded, so that a changed record cannot make the start take
//! hours.

use super::{KEY_BYTES, RootKey};
use crate::KmsError;
use argon2::{Algorithm, Argon2, Params, Version};
use sotto_public::{Opaque, Storable, StoredRecord};
use sotto_sensitive::RawText;
use zeroize::Zeroizing;

/// Shortest passphrase that is taken.
const PASSPHRASE_BYTES_MIN: usize = 12;

const SALT_BYTES: usize = 16;
const MEMORY_KIB: u32 = 64 * 1024;
const PASSES: u32 = 3;
const LANES: u32 = 4;
const MEMORY_KIB_MAX: u32 = 1024 * 1024;
const PASSES_MAX: u32 = 16;
const LANES_MAX: u32 = 16;

/// What is needed besides the passphrase: no secret, rests beside the data.
#[derive(Clone, Debug, PartialEq, Eq, Storable)]
pub struct PassphraseSetting {
    salt: Opaque,
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

impl StoredRecord for PassphraseSetting {
    const KIND: &'static str = "root-key-passphrase";
}

impl PassphraseSetting {
    /// A setting for new data. The salt must be random.
    #[expect(clippy::disallowed_methods, reason = "a salt is random bytes")]
    pub fn new(salt: [u8; SALT_BYTES]) -> Self {
        let salt = Opaque::from_pinned_bytes(salt.to_vec());
        Self { salt, memory_kib: MEMORY_KIB, passes: PASSES, lanes: LANES }
    }

    /// The root key of this passphrase. Takes some tenths of a second, on purpose.
    ///
    /// # Errors
    /// When the passphrase is too short, or the setting out of bounds.
    #[expect(clippy::disallowed_methods, reason = "the passphrase is read to derive the key")]
    pub fn derive(&self, passphrase: &RawText) -> Result<RootKey, KmsError> {
        let bytes = passphrase.length();
        if bytes < PASSPHRASE_BYTES_MIN {
            return Err(KmsError::PassphraseShort { bytes, least: PASSPHRASE_BYTES_MIN });
        }
        let mut key = Zeroizing::new([0; KEY_BYTES]);
        let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, self.costs()?);
        argon
            .hash_password_into(passphrase.expose().as_bytes(), self.salt.as_bytes(), key.as_mut_slice())
            .map_err(|_| KmsError::PassphraseSetting)?;
        Ok(RootKey::new(key))
    }

    fn costs(&self) -> Result<Params, KmsError> {
        let bounded =
            self.memory_kib <= MEMORY_KIB_MAX && self.passes <= PASSES_MAX && self.lanes <= LANES_MAX;
        if !bounded || self.salt.as_bytes().len() < SALT_BYTES {
            return Err(KmsError::PassphraseSetting);
        }
        Params::new(self.memory_kib, self.passes, self.lanes, Some(KEY_BYTES))
            .map_err(|_| KmsError::PassphraseSetting)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sotto_public::Stored;

    fn words(text: &str) -> RawText {
        RawText::new(text.to_owned())
    }

    #[test]
    fn the_same_words_and_setting_give_the_same_key() {
        let setting = PassphraseSetting::new([7; SALT_BYTES]);
        let stored = Stored::of(&setting).read::<PassphraseSetting>().unwrap();
        let check = setting.derive(&words("canary words")).unwrap().check_value();
        assert_eq!(stored.derive(&words("canary words")).unwrap().confirm(&check), Ok(()));
        let other = stored.derive(&words("canary wordS")).unwrap();
        assert_eq!(other.confirm(&check), Err(KmsError::RootKeyChanged));
    }

    #[test]
    fn words_and_costs_are_bounded() {
        let cheap = |memory_kib, passes, lanes| PassphraseSetting {
            memory_kib,
            passes,
            lanes,
            ..PassphraseSetting::new([7; SALT_BYTES])
        };
        let short = KmsError::PassphraseShort { bytes: 11, least: PASSPHRASE_BYTES_MIN };
        assert_eq!(cheap(64, 1, 1).derive(&words("canary word")).err(), Some(short));
        assert!(cheap(64, PASSES_MAX, 1).derive(&words("canary words")).is_ok());
        assert!(cheap(64 * LANES_MAX, 1, LANES_MAX).derive(&words("canary words")).is_ok());
        for costly in
            [cheap(MEMORY_KIB_MAX + 1, 1, 1), cheap(64, PASSES_MAX + 1, 1), cheap(999, 1, LANES_MAX + 1)]
        {
            assert_eq!(costly.derive(&words("canary words")).err(), Some(KmsError::PassphraseSetting));
        }
        assert!(cheap(0, 0, 0).derive(&words("canary words")).is_err());
    }
}
