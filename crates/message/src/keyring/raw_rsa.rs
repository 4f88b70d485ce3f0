//! How does a public key wrap data keys for somebody who alone can open them? RSA, PKCS#1 v1.5 or OAEP.
//!
//! Specification, "Raw RSA Keyring"; RFC 8017. The provider's information is the key's name and nothing else. The context is
//! not bound to the wrapped key here, only to the message: RSA has no associated data.

use super::{Attempt, DataKeys, Keyring, Locked, RawName};
use crate::MessageError;
use crate::header::EncryptedDataKey;
use sotto_kms::Entropy;
use sotto_kms::crypto::{RsaKey, RsaPadding, RsaPublic};
use sotto_sensitive::RawText;
use std::fmt;

/// One or both halves of an RSA key, its name, and how it pads.
pub struct RawRsaKeyring {
    name: RawName,
    padding: RsaPadding,
    public: Option<RsaPublic>,
    private: Option<RsaKey>,
    any_name: bool,
}

impl RawRsaKeyring {
    /// A key of a name; halves are given with [`Self::with_public`] and [`Self::with_private`].
    ///
    /// # Errors
    /// When the names cannot be.
    pub fn new(namespace: &RawText, name: &RawText, padding: RsaPadding) -> Result<Self, MessageError> {
        Ok(Self {
            name: RawName::new(namespace, name)?,
            padding,
            public: None,
            private: None,
            any_name: false,
        })
    }

    /// The half that writes.
    #[must_use]
    pub fn with_public(mut self, key: RsaPublic) -> Self {
        self.public = Some(key);
        self
    }

    /// The half that reads.
    #[must_use]
    pub fn with_private(mut self, key: RsaKey) -> Self {
        self.private = Some(key);
        self
    }

    /// Reads what names any key of the namespace: for whoever has the private key, and not the name that it was given.
    #[must_use]
    pub const fn with_any_name(mut self) -> Self {
        self.any_name = true;
        self
    }
}

impl Keyring for RawRsaKeyring {
    fn wrap(&self, keys: &mut DataKeys<'_>, entropy: &mut dyn Entropy) -> Result<(), MessageError> {
        let wrong = MessageError::WrappingKey { what: "the public half of the RSA key is needed to encrypt" };
        let public = self.public.as_ref().ok_or(wrong)?;
        let ciphertext = public.wrap(self.padding, keys.plain_or_new(entropy))?;
        let (provider, info) = (self.name.namespace.clone(), self.name.name.clone());
        keys.encrypted.push(EncryptedDataKey { provider, info, ciphertext });
        Ok(())
    }

    fn unwrap(&self, locked: Locked<'_>) -> Result<Attempt, MessageError> {
        let wrong =
            MessageError::WrappingKey { what: "the private half of the RSA key is needed to decrypt" };
        let private = self.private.as_ref().ok_or(wrong)?;
        let mut attempt = Attempt::default();
        let named = |key: &&EncryptedDataKey| self.any_name || key.info == self.name.name;
        for key in locked.of_provider(&self.name.namespace).filter(named) {
            attempt.tried += 1;
            let opened = private.decrypt(self.padding, &key.ciphertext).ok();
            attempt.opened = opened.filter(|key| key.length() == locked.suite.key_bytes());
            if attempt.opened.is_some() {
                break;
            }
        }
        Ok(attempt)
    }
}

impl fmt::Debug for RawRsaKeyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RawRsaKeyring({:?})", self.padding)
    }
}
