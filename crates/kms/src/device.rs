//! What does sotto ask of a device that holds keys? [`Device`]: little enough that every PKCS#11 token can do it.
//!
//! A key that was made in a device never leaves it: others name it ([`DeviceKey`]) and let the device seal, open, wrap and
//! unwrap. All calls block, but never longer than the device's own bound: whoever must not block asks from a thread of its
//! own. Entropy and names are arguments here, too; where a device lets nobody choose a nonce, it ignores the one that is given,
//! and what it gives back is opaque in any case.
//!
//! Errors are causes, one for each thing that an operator would do about it: plug the token in, mind the PIN, restore the key.

use sotto_public::{Foreign, LogSafe, Opaque, Storable};
use sotto_sensitive::{RawBytes, RawText};
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// Random bytes that one [`Device::encrypt`] takes.
pub const DEVICE_ENTROPY_BYTES: usize = 12;

/// Most bytes in one call of a device: what KMS takes in one call, and some room.
pub const DEVICE_BYTES_MAX: usize = 8 * 1024;

/// Characters of a key's name.
const KEY_CHARS_MAX: usize = 64;

/// A device that makes keys and uses them without giving them away.
pub trait Device: Send + Sync {
    /// Whether token and PIN are there, and what the token can do.
    ///
    /// # Errors
    /// Why it cannot be used.
    fn status(&self) -> Result<DeviceStatus, DeviceError>;

    /// Takes a PIN for this run and tries it, as ConnectCustomKeyStore does with the store's password.
    ///
    /// # Errors
    /// [`DeviceError::PinWrong`], [`DeviceError::PinLocked`], or why the token cannot be asked. The PIN before stays.
    fn sign_in(&self, pin: &RawText) -> Result<(), DeviceError>;

    /// Makes an AES-256 key that cannot be read or taken out, for one use alone: a key that both wraps and decrypts would
    /// unwrap other keys for whoever asks it to decrypt them.
    ///
    /// # Errors
    /// [`DeviceError::KeyExists`] where there is one of this name; it is never replaced.
    fn generate_key(&self, key: &DeviceKey, used: DeviceUse) -> Result<(), DeviceError>;

    /// Whether there is a key of this name.
    ///
    /// # Errors
    /// Why the token cannot be asked.
    fn holds_key(&self, key: &DeviceKey) -> Result<bool, DeviceError>;

    /// Destroys a key for ever. One that is not there is fine.
    ///
    /// # Errors
    /// Why the token cannot be asked.
    fn destroy_key(&self, key: &DeviceKey) -> Result<(), DeviceError>;

    /// Encrypts and authenticates (AES-256-GCM in the device); `associated` must be given again to open.
    ///
    /// # Errors
    /// [`DeviceError::KeyAbsent`], [`DeviceError::KeyLost`], [`DeviceError::TooLong`], or why the token cannot be asked.
    fn encrypt(
        &self,
        key: &DeviceKey,
        associated: &[u8],
        raw: &RawBytes,
        entropy: [u8; DEVICE_ENTROPY_BYTES],
    ) -> Result<Opaque, DeviceError>;

    /// Opens what [`Device::encrypt`] made.
    ///
    /// # Errors
    /// [`DeviceError::DoesNotOpen`] when anything differs, else as for `encrypt`.
    fn decrypt(&self, key: &DeviceKey, associated: &[u8], sealed: &[u8]) -> Result<RawBytes, DeviceError>;

    /// Wraps the bytes of another key (AES key wrap with padding, RFC 5649; NIST SP 800-38F).
    ///
    /// # Errors
    /// As for [`Device::encrypt`].
    fn wrap(&self, key: &DeviceKey, secret: &RawBytes) -> Result<Opaque, DeviceError>;

    /// Unwraps what [`Device::wrap`] made.
    ///
    /// # Errors
    /// As for [`Device::decrypt`].
    fn unwrap(&self, key: &DeviceKey, wrapped: &[u8]) -> Result<RawBytes, DeviceError>;

    /// Fills the place with the device's random bytes.
    ///
    /// # Errors
    /// Why the token cannot be asked.
    fn random(&self, place: &mut [u8]) -> Result<(), DeviceError>;
}

/// What a key in a device is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, LogSafe, Storable)]
pub enum DeviceUse {
    /// [`Device::wrap`] and [`Device::unwrap`]: the root key.
    Wrap,
    /// [`Device::encrypt`] and [`Device::decrypt`]: the keys of a custom key store.
    Encrypt,
}

/// The devices of a configuration, by the cluster id under which a custom key store names them.
pub type Devices = BTreeMap<ClusterId, Arc<dyn Device>>;

/// What a device says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, LogSafe)]
pub struct DeviceStatus {
    /// A number made of the token's serial: another token with the same label has another one.
    pub token: u64,
    /// Whether it can encrypt and authenticate by itself (AES-GCM).
    pub seals: bool,
    /// Whether it can wrap keys (AES key wrap with padding).
    pub wraps: bool,
    /// Workers that answer.
    pub workers: usize,
    /// Workers that did not come back from the device.
    pub stuck: usize,
}

/// Why a device did not do it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DeviceError {
    /// The module cannot be loaded.
    #[error("the PKCS#11 module cannot be loaded: check its path in the settings")]
    ModuleAbsent,
    /// No token with this label in any slot.
    #[error("the token is absent: no slot holds one with the label that the settings name")]
    TokenAbsent,
    /// The PIN is not right; further tries may lock it.
    #[error("the token refused the PIN: it is wrong, and tokens lock it after some tries")]
    PinWrong,
    /// The PIN was tried too often.
    #[error("the PIN is locked: the token's security officer must set a new one")]
    PinLocked,
    /// Nobody gave a PIN.
    #[error("the token's PIN is missing: nobody gave it")]
    PinMissing,
    /// There never was such a key, as far as this run knows.
    #[error("the token holds no key of this name")]
    KeyAbsent,
    /// There was such a key, and now there is none.
    #[error("the key is gone from the token that held it: restore the token from its backup")]
    KeyLost,
    /// A key of this name is there already.
    #[error("the token holds a key of this name already: it is never replaced")]
    KeyExists,
    /// It answered before, and does not any more.
    #[error("the device is gone: it answered before, and does not any more")]
    Gone,
    /// It did not answer in time.
    #[error("the device did not answer within {millis} ms")]
    TimedOut {
        /// How long was waited.
        millis: u64,
    },
    /// All workers are busy, or stuck in the device.
    #[error("the device is busy: no worker was free within {millis} ms")]
    Busy {
        /// How long was waited.
        millis: u64,
    },
    /// Not one of the token's mechanisms.
    #[error("the token cannot do it: it lacks the mechanism {0}")]
    Unsupported(&'static str),
    /// Changed, moved, or made with another key.
    #[error("what the device was given does not open: it was changed, moved, or made with another key")]
    DoesNotOpen,
    /// Too much for one call.
    #[error("{bytes} bytes are too many for one call of the device; at most {most}")]
    TooLong {
        /// How many were given.
        bytes: usize,
        /// How many are allowed.
        most: usize,
    },
    /// It refused for another reason.
    #[error("the device refused ({0})")]
    Refused(Foreign),
}

/// Why a name was refused. Says where, never what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DeviceNameError {
    /// Not the name of a key in a device.
    #[error("a key in a device has a name of 1 to 64 letters, digits and `-`")]
    Key,
    /// Not the id of a cluster.
    #[error("a cluster id is `cluster-` and 11 to 16 letters and digits from 2 to 7")]
    Cluster,
}

/// The name of a key in a device: its label and id there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Storable)]
#[storable(text)]
pub struct DeviceKey(String);

impl DeviceKey {
    /// The name, checked: 1 to 64 letters, digits and hyphens.
    ///
    /// # Errors
    /// When it is another form.
    pub fn parse(text: &str) -> Result<Self, DeviceNameError> {
        let proper = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        match proper && (1..=KEY_CHARS_MAX).contains(&text.len()) {
            true => Ok(Self(text.to_owned())),
            false => Err(DeviceNameError::Key),
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The id of a CloudHSM cluster (pattern of botocore's KMS model: `cluster-[2-7a-zA-Z]{11,16}`), which here names a module.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Storable)]
#[storable(text)]
pub struct ClusterId(String);

impl ClusterId {
    /// The id, checked.
    ///
    /// # Errors
    /// When it is another form.
    pub fn parse(text: &str) -> Result<Self, DeviceNameError> {
        let rest = text.strip_prefix("cluster-").ok_or(DeviceNameError::Cluster)?;
        let proper = rest.bytes().all(|byte| byte.is_ascii_alphabetic() || (b'2'..=b'7').contains(&byte));
        match proper && (11..=16).contains(&rest.len()) {
            true => Ok(Self(text.to_owned())),
            false => Err(DeviceNameError::Cluster),
        }
    }

    /// The id.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

macro_rules! texts {
    ($($type:ty),*) => {$(
        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }
        impl FromStr for $type {
            type Err = DeviceNameError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::parse(text)
            }
        }
    )*};
}
texts!(DeviceKey, ClusterId);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_checked_on_both_sides_of_their_bounds() {
        let key = |length: usize| DeviceKey::parse(&"a".repeat(length)).is_ok();
        assert!(!key(0) && key(1) && key(KEY_CHARS_MAX) && !key(KEY_CHARS_MAX + 1));
        let cluster = |length: usize| ClusterId::parse(&format!("cluster-{}", "a".repeat(length))).is_ok();
        assert!(!cluster(10) && cluster(11) && cluster(16) && !cluster(17));
        for text in ["a b", "a/b", "a\0", "ä", "a_b"] {
            assert_eq!(DeviceKey::parse(text), Err(DeviceNameError::Key), "{text}");
        }
        for text in [
            "1a23b4cdefg",
            "cluster-1a23b4cdefg",
            "cluster-2a23b4cdef_",
            "cluster-aaaaaaaaaa-",
            "Cluster-aaaaaaaaaaa",
        ] {
            assert_eq!(ClusterId::parse(text), Err(DeviceNameError::Cluster), "{text}");
        }
        let id: ClusterId = "cluster-2a23b4cdefg".parse().unwrap();
        assert_eq!(id.to_string(), "cluster-2a23b4cdefg");
    }

    #[test]
    fn an_error_says_nothing_of_names() {
        let canary = DeviceKey::parse("4111 1111 1111 1111").unwrap_err();
        assert!(!format!("{canary} {canary:?}").contains("4111"));
    }
}
