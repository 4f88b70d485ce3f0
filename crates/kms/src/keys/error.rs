//! Why does a transition or an operation on a key not happen? One cause each, with the message that AWS's clients are used to.
//!
//! The causes are the exceptions of the KMS API Reference; which wire code a cause becomes is decided in `api`. Messages hold
//! ids, ARNs and words of the API only (KMS Developer Guide, "Key states of AWS KMS keys", the notes below its table).

use super::names::KeyArn;
use super::own;
use crate::{DeviceError, KmsError};
use sotto_public::Public;
use std::fmt;

/// What a transition or an operation gives.
pub type Outcome<T> = Result<T, KeysError>;

/// Why it does not happen.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeysError {
    /// NotFoundException.
    #[error("{0}")]
    NotFound(Public<String>),
    /// AlreadyExistsException.
    #[error("{0}")]
    AlreadyExists(Public<String>),
    /// DisabledException.
    #[error("{0}")]
    Disabled(Public<String>),
    /// KMSInvalidStateException.
    #[error("{0}")]
    InvalidState(Public<String>),
    /// InvalidKeyUsageException.
    #[error("{0}")]
    InvalidKeyUsage(Public<String>),
    /// UnsupportedOperationException.
    #[error("{0}")]
    Unsupported(Public<String>),
    /// LimitExceededException.
    #[error("{0}")]
    LimitExceeded(Public<String>),
    /// ValidationException.
    #[error("{0}")]
    Validation(Public<String>),
    /// TagException.
    #[error("{0}")]
    Tag(Public<String>),
    /// ConflictException.
    #[error("{0}")]
    Conflict(Public<String>),
    /// InvalidAliasNameException.
    #[error("{0}")]
    InvalidAlias(Public<String>),
    /// InvalidGrantIdException.
    #[error("the grant's id is not valid")]
    InvalidGrantId,
    /// InvalidGrantTokenException.
    #[error("the grant token is not valid")]
    InvalidGrantToken,
    /// InvalidCiphertextException: changed, foreign, or under another context; these look alike on purpose.
    #[error("the ciphertext does not open")]
    InvalidCiphertext,
    /// IncorrectKeyException.
    #[error("The key ID in the request does not identify a CMK that can perform this operation.")]
    IncorrectKey,
    /// KMSInvalidSignatureException.
    #[error("the signature is not valid")]
    InvalidSignature,
    /// KMSInvalidMacException.
    #[error("the code is not valid")]
    InvalidMac,
    /// IncorrectKeyMaterialException.
    #[error("{0}")]
    IncorrectMaterial(Public<String>),
    /// ExpiredImportTokenException.
    #[error("the import token has expired, get another one")]
    ExpiredImportToken,
    /// InvalidImportTokenException.
    #[error("the import token is not valid, or belongs to another key")]
    InvalidImportToken,
    /// An exception of custom key stores.
    #[error("{1}")]
    Store(StoreFault, Public<String>),
    /// KeyUnavailableException, or the cause that a device names.
    #[error("{0}")]
    Device(DeviceError),
    /// KMSInternalException.
    #[error("{0}")]
    Crypto(KmsError),
}

/// The exceptions of custom key stores (KMS API Reference, "CreateCustomKeyStore" and its siblings).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreFault {
    /// CustomKeyStoreNotFoundException.
    NotFound,
    /// CustomKeyStoreNameInUseException.
    NameInUse,
    /// CloudHsmClusterInUseException.
    ClusterInUse,
    /// CloudHsmClusterNotFoundException.
    ClusterNotFound,
    /// CustomKeyStoreInvalidStateException.
    InvalidState,
    /// CustomKeyStoreHasCMKsException.
    HasKeys,
}

impl From<KmsError> for KeysError {
    fn from(error: KmsError) -> Self {
        match error {
            KmsError::Device(error) => Self::Device(error),
            error => Self::Crypto(error),
        }
    }
}

impl From<DeviceError> for KeysError {
    fn from(error: DeviceError) -> Self {
        Self::Device(error)
    }
}

/// A sentence of public parts.
pub(crate) fn said(sentence: fmt::Arguments<'_>) -> Public<String> {
    own(sentence.to_string())
}

/// That there is no such key.
pub(crate) fn no_key(arn: &KeyArn) -> KeysError {
    KeysError::NotFound(said(format_args!("Key '{arn}' does not exist")))
}
