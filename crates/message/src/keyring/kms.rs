//! How does KMS wrap data keys? By GenerateDataKey, Encrypt and Decrypt of a client that somebody else brings.
//!
//! Specification, "AWS KMS Keyring" and "AWS KMS MRK Keyring". What KMS answers is checked: the ARN must be that of the key
//! that was asked, and the data key must have the length of the suite. A message is opened with the configured key only,
//! never with whatever key its header names; whoever wants that takes a discovery keyring.

use super::{Attempt, DataKeys, KMS_PROVIDER, Keyring, KmsKeyArn, KmsKeyName, Locked};
use crate::MessageError;
use crate::context::EncryptionContext;
use crate::header::EncryptedDataKey;
use sotto_kms::Entropy;
use sotto_public::{Foreign, Public};
use sotto_sensitive::{KeyBytes, RawText};
use std::fmt;
use std::sync::Arc;

/// Why KMS did not do what was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KmsFault {
    /// It answered with an error of this code.
    Service(Public<String>),
    /// It could not be asked.
    Unavailable(Foreign),
    /// It answered something else than was asked for.
    Unexpected,
}

impl fmt::Display for KmsFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Service(code) => write!(f, "KMS answered `{}`", code.get()),
            Self::Unavailable(foreign) => write!(f, "KMS cannot be asked ({foreign})"),
            Self::Unexpected => f.write_str("KMS answered something else than was asked for"),
        }
    }
}

/// A data key as KMS encrypted it, and the ARN of the key that did.
#[derive(Debug)]
pub struct Wrapped {
    /// The answer's `KeyId`.
    pub key: RawText,
    /// The answer's `CiphertextBlob`.
    pub blob: Vec<u8>,
}

/// A data key that KMS made.
#[derive(Debug)]
pub struct Generated {
    /// The data key.
    pub plain: KeyBytes,
    /// The same, encrypted.
    pub wrapped: Wrapped,
}

/// Asks KMS. Whoever implements it brings credentials, Region and connection.
pub trait KmsClient: Send + Sync {
    /// GenerateDataKey with that many bytes.
    ///
    /// # Errors
    /// Why there is none.
    fn generate_data_key(
        &self,
        key: &KmsKeyName,
        bytes: usize,
        context: &EncryptionContext,
    ) -> Result<Generated, KmsFault>;

    /// Encrypt.
    ///
    /// # Errors
    /// Why it is not encrypted.
    fn encrypt(
        &self,
        key: &KmsKeyName,
        plain: &KeyBytes,
        context: &EncryptionContext,
    ) -> Result<Wrapped, KmsFault>;

    /// Decrypt under a key that is named; gives the ARN of the answer, too.
    ///
    /// # Errors
    /// Why it is not decrypted.
    fn decrypt(
        &self,
        key: &KmsKeyArn,
        blob: &[u8],
        context: &EncryptionContext,
    ) -> Result<(RawText, KeyBytes), KmsFault>;
}

/// A key of KMS.
pub struct KmsKeyring {
    client: Arc<dyn KmsClient>,
    key: KmsKeyName,
    replicas: bool,
}

impl KmsKeyring {
    /// Wraps with a key and opens what this very key wrapped; to read, the name must be an ARN of a key.
    pub fn new(client: Arc<dyn KmsClient>, key: KmsKeyName) -> Self {
        Self { client, key, replicas: false }
    }

    /// The same for a multi-Region key: opens what any of its replicas wrapped, too.
    #[must_use]
    pub const fn with_replicas(mut self) -> Self {
        self.replicas = true;
        self
    }
}

impl Keyring for KmsKeyring {
    fn wrap(&self, keys: &mut DataKeys<'_>, _: &mut dyn Entropy) -> Result<(), MessageError> {
        let wrapped = match &keys.plain {
            Some(plain) => self.client.encrypt(&self.key, plain, keys.context),
            None => {
                let bytes = keys.suite.key_bytes();
                let made = self.client.generate_data_key(&self.key, bytes, keys.context);
                made.and_then(|made| match made.plain.length() == bytes {
                    true => {
                        keys.plain = Some(made.plain);
                        Ok(made.wrapped)
                    }
                    false => Err(KmsFault::Unexpected),
                })
            }
        };
        let wrapped = wrapped.map_err(MessageError::Kms)?;
        let arn = answered(&wrapped.key).ok_or(MessageError::Kms(KmsFault::Unexpected))?;
        let (provider, info) = (KMS_PROVIDER.to_vec(), arn.as_str().as_bytes().to_vec());
        keys.encrypted.push(EncryptedDataKey { provider, info, ciphertext: wrapped.blob });
        Ok(())
    }

    fn unwrap(&self, locked: Locked<'_>) -> Result<Attempt, MessageError> {
        let named = MessageError::WrappingKey { what: "to decrypt, a KMS key is named by its ARN" };
        let own = self.key.arn().ok_or(named)?;
        let same = |arn: &KmsKeyArn| *arn == own || self.replicas && arn.matches(&own);
        open_with_kms(&*self.client, locked, |arn| same(arn).then(|| own.clone()))
    }
}

/// Lets KMS open the encrypted data keys for which `asked` names the key to ask for.
pub(super) fn open_with_kms(
    client: &dyn KmsClient,
    locked: Locked<'_>,
    asked: impl Fn(&KmsKeyArn) -> Option<KmsKeyArn>,
) -> Result<Attempt, MessageError> {
    let mut attempt = Attempt::default();
    for key in locked.of_provider(KMS_PROVIDER) {
        let malformed = MessageError::Malformed { what: "a data key of KMS names no key", at: 0 };
        let arn = KmsKeyArn::parse(&key.info).ok_or(malformed)?;
        let Some(asked) = asked(&arn) else { continue };
        attempt.tried += 1;
        match client.decrypt(&asked, &key.ciphertext, locked.context) {
            Ok((by, plain)) if answered(&by) == Some(asked) && plain.length() == locked.suite.key_bytes() => {
                attempt.opened = Some(plain);
                return Ok(attempt);
            }
            Ok(_) => attempt.last = Some(KmsFault::Unexpected),
            Err(fault) => attempt.last = Some(fault),
        }
    }
    Ok(attempt)
}

/// The ARN that an answer names.
#[expect(clippy::disallowed_methods, reason = "an answer's ARN is checked and becomes part of the message")]
fn answered(key: &RawText) -> Option<KmsKeyArn> {
    KmsKeyArn::parse(key.expose().as_bytes())
}

impl fmt::Debug for KmsKeyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KmsKeyring({:?})", self.key)
    }
}
