//! Who wraps a data key, and who unwraps it? A [`Keyring`]: keys of KMS, raw keys, or several of them.
//!
//! Specification, "Keyring Interface". A keyring that writes makes the data key when there is none yet, and adds what its
//! wrapping keys make of it. One that reads tries those encrypted data keys that are its own. Rejected: master key providers,
//! which the specification calls legacy; what they wrote is read all the same.

mod discovery;
mod key_name;
mod kms;
mod multi;
mod raw_aes;
mod raw_rsa;

pub use discovery::{DiscoveryFilter, KmsDiscoveryKeyring};
pub use key_name::{KmsKeyArn, KmsKeyName};
pub use kms::{Generated, KmsClient, KmsFault, KmsKeyring, Wrapped};
pub use multi::MultiKeyring;
pub use raw_aes::RawAesKeyring;
pub use raw_rsa::RawRsaKeyring;

use crate::context::EncryptionContext;
use crate::header::EncryptedDataKey;
use crate::{MessageError, Suite};
use sotto_kms::Entropy;
use sotto_kms::crypto::random_key;
use sotto_sensitive::{KeyBytes, RawText};

/// The provider of KMS's data keys; raw keys must not take the name.
pub(crate) const KMS_PROVIDER: &[u8] = b"aws-kms";

/// A data key on its way into a message.
#[derive(Debug)]
pub struct DataKeys<'a> {
    pub(crate) suite: Suite,
    pub(crate) context: &'a EncryptionContext,
    pub(crate) plain: Option<KeyBytes>,
    pub(crate) encrypted: Vec<EncryptedDataKey>,
}

impl<'a> DataKeys<'a> {
    pub(crate) const fn new(suite: Suite, context: &'a EncryptionContext) -> Self {
        Self { suite, context, plain: None, encrypted: Vec::new() }
    }

    /// The data key, made now when there is none.
    pub(crate) fn plain_or_new(&mut self, entropy: &mut dyn Entropy) -> &KeyBytes {
        let bytes = self.suite.key_bytes();
        self.plain.get_or_insert_with(|| random_key(bytes, entropy))
    }
}

/// The encrypted data keys of a message that is opened.
#[derive(Clone, Copy, Debug)]
pub struct Locked<'a> {
    pub(crate) suite: Suite,
    pub(crate) context: &'a EncryptionContext,
    pub(crate) encrypted: &'a [EncryptedDataKey],
}

impl<'a> Locked<'a> {
    /// Those of one provider.
    pub(crate) fn of_provider(self, provider: &[u8]) -> impl Iterator<Item = &'a EncryptedDataKey> {
        self.encrypted.iter().filter(move |key| key.provider == provider)
    }
}

/// What came of the attempt to unwrap.
#[derive(Debug, Default)]
pub struct Attempt {
    pub(crate) opened: Option<KeyBytes>,
    pub(crate) tried: usize,
    pub(crate) last: Option<KmsFault>,
}

impl Attempt {
    /// A key that was unwrapped.
    pub const fn with_key(key: KeyBytes) -> Self {
        Self { opened: Some(key), tried: 1, last: None }
    }
}

/// Wraps and unwraps data keys.
pub trait Keyring: Send + Sync {
    /// Makes the data key when there is none, and wraps it.
    ///
    /// # Errors
    /// When a key cannot be used; nothing is written then.
    fn wrap(&self, keys: &mut DataKeys<'_>, entropy: &mut dyn Entropy) -> Result<(), MessageError>;

    /// Tries the encrypted data keys that are its own, in order.
    ///
    /// # Errors
    /// When the keyring cannot read at all. A key that does not open is no error but an [`Attempt`] without a key.
    fn unwrap(&self, locked: Locked<'_>) -> Result<Attempt, MessageError>;
}

/// Namespace and name of a raw key.
#[derive(Debug)]
pub(crate) struct RawName {
    pub(crate) namespace: Vec<u8>,
    pub(crate) name: Vec<u8>,
}

impl RawName {
    /// # Errors
    /// When the namespace is KMS's, or one of both is too long.
    #[expect(clippy::disallowed_methods, reason = "names of keys are written into messages as they are")]
    pub(crate) fn new(namespace: &RawText, name: &RawText) -> Result<Self, MessageError> {
        let (namespace, name) = (namespace.expose().as_bytes(), name.expose().as_bytes());
        let most = usize::from(u16::MAX) - 64;
        if namespace == KMS_PROVIDER {
            return Err(MessageError::Setting { what: "the namespace `aws-kms` belongs to KMS" });
        }
        if namespace.is_empty() || namespace.len().max(name.len()) > most {
            return Err(MessageError::Setting {
                what: "the namespace or name of a key is empty or too long",
            });
        }
        Ok(Self { namespace: namespace.to_vec(), name: name.to_vec() })
    }
}
