//! What is a message made with, and opened with? Data key, context and signing key, from a [`MaterialsSource`].
//!
//! Specification, "Cryptographic Materials Manager Interface", "Default CMM" and "Required Encryption Context CMM". A source
//! stands before a keyring: the plain one asks it every time, [`Caching`](crate::Caching) keeps what it gave, and
//! [`RequiredContext`] keeps pairs out of the message that both sides must know.

use crate::context::{EncryptionContext, PUBLIC_KEY};
use crate::header::EncryptedDataKey;
use crate::keyring::{DataKeys, Keyring, Locked};
use crate::sign::SigningKey;
use crate::{MessageError, Suite};
use sotto_kms::Entropy;
use sotto_sensitive::{KeyBytes, RawText};
use std::sync::Arc;
use std::time::Instant;

/// What is asked for to write a message.
#[derive(Clone, Copy, Debug)]
pub struct ToWrite<'a> {
    pub(crate) suite: Suite,
    pub(crate) context: &'a EncryptionContext,
    /// Length of the plaintext, where it is known.
    pub(crate) plain_bytes: Option<u64>,
    pub(crate) now: Instant,
}

/// What is asked for to open a message.
#[derive(Clone, Copy, Debug)]
pub struct ToOpen<'a> {
    pub(crate) suite: Suite,
    /// As the message holds it.
    pub(crate) context: &'a EncryptionContext,
    pub(crate) data_keys: &'a [EncryptedDataKey],
    /// What the reader knows.
    pub(crate) expected: &'a EncryptionContext,
    pub(crate) now: Instant,
}

/// What a message is written with.
#[derive(Clone, Debug)]
pub struct WriteMaterials {
    pub(crate) data_key: Arc<KeyBytes>,
    pub(crate) data_keys: Vec<EncryptedDataKey>,
    /// With the key to verify with, where it is signed.
    pub(crate) context: Arc<EncryptionContext>,
    /// Keys of pairs that are authenticated but not stored.
    pub(crate) hidden: Option<Arc<EncryptionContext>>,
    pub(crate) signing: Option<SigningKey>,
}

/// What a message is opened with.
#[derive(Clone, Debug)]
pub struct OpenMaterials {
    pub(crate) data_key: Arc<KeyBytes>,
    /// All pairs: the message's and the reader's.
    pub(crate) context: Arc<EncryptionContext>,
    /// Pairs that the reader knows and the message does not hold.
    pub(crate) hidden: Arc<EncryptionContext>,
}

/// Where materials come from.
pub trait MaterialsSource: Send + Sync {
    /// # Errors
    /// When no key can be had.
    fn to_write(
        &self,
        asked: &ToWrite<'_>,
        entropy: &mut dyn Entropy,
    ) -> Result<WriteMaterials, MessageError>;

    /// # Errors
    /// When no key opens, or the contexts differ.
    fn to_open(&self, asked: &ToOpen<'_>) -> Result<OpenMaterials, MessageError>;
}

/// Asks a keyring every time.
impl<K: Keyring> MaterialsSource for K {
    fn to_write(
        &self,
        asked: &ToWrite<'_>,
        entropy: &mut dyn Entropy,
    ) -> Result<WriteMaterials, MessageError> {
        let signing = asked.suite.curve().map(SigningKey::generate).transpose()?;
        let context = match &signing {
            Some(key) => asked.context.with(PUBLIC_KEY, key.public_text().as_bytes())?,
            None => asked.context.joined(&EncryptionContext::default())?,
        };
        let mut keys = DataKeys::new(asked.suite, &context);
        self.wrap(&mut keys, entropy)?;
        let DataKeys { plain, encrypted, .. } = keys;
        let data_key = plain.filter(|_| !encrypted.is_empty()).ok_or(MessageError::DataKeysNone)?;
        Ok(WriteMaterials {
            data_key: Arc::new(data_key),
            data_keys: encrypted,
            context: Arc::new(context),
            hidden: None,
            signing,
        })
    }

    fn to_open(&self, asked: &ToOpen<'_>) -> Result<OpenMaterials, MessageError> {
        if asked.suite.is_signed() != asked.context.value(PUBLIC_KEY).is_some() {
            return Err(MessageError::VerificationKey);
        }
        let context = asked.context.joined(asked.expected)?;
        let locked = Locked { suite: asked.suite, context: &context, encrypted: asked.data_keys };
        let attempt = self.unwrap(locked)?;
        let count = asked.data_keys.len();
        let no_key = MessageError::NoKeyOpens { tried: attempt.tried, count, last: attempt.last };
        let data_key = Arc::new(attempt.opened.ok_or(no_key)?);
        let hidden = Arc::new(asked.expected.without(asked.context));
        Ok(OpenMaterials { data_key, context: Arc::new(context), hidden })
    }
}

/// Pairs that a message is bound to without holding them: who reads must know them.
#[derive(Debug)]
pub struct RequiredContext<S> {
    source: S,
    /// The keys, each with an empty value.
    keys: Arc<EncryptionContext>,
}

impl<S: MaterialsSource> RequiredContext<S> {
    /// The keys of these pairs.
    ///
    /// # Errors
    /// When there are none, one stands twice or is the format's own.
    pub fn new(source: S, keys: Vec<RawText>) -> Result<Self, MessageError> {
        let keys: Vec<_> = keys.into_iter().map(|key| (key, RawText::default())).collect();
        let keys = Arc::new(EncryptionContext::new(&keys)?);
        match keys.is_empty() {
            true => Err(MessageError::Setting { what: "at least one key of the context must be required" }),
            false => Ok(Self { source, keys }),
        }
    }
}

impl<S: MaterialsSource> MaterialsSource for RequiredContext<S> {
    fn to_write(
        &self,
        asked: &ToWrite<'_>,
        entropy: &mut dyn Entropy,
    ) -> Result<WriteMaterials, MessageError> {
        asked.context.only(&self.keys)?;
        let materials = self.source.to_write(asked, entropy)?;
        Ok(WriteMaterials { hidden: Some(Arc::clone(&self.keys)), ..materials })
    }

    fn to_open(&self, asked: &ToOpen<'_>) -> Result<OpenMaterials, MessageError> {
        asked.expected.only(&self.keys)?;
        self.source.to_open(asked)
    }
}
