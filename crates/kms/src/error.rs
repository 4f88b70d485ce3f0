//! What can go wrong with keys. Never says what was inside.

use sotto_public::Foreign;

/// Why a key could not be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KmsError {
    /// Another key than the one that this data was made with.
    #[error(
        "the root key is not the one that this data was made with: give back the right one; a second key cannot open it"
    )]
    RootKeyChanged,
    /// Nothing at the path.
    #[error("the root key file is missing: put it back; without it nothing that is sealed can be opened")]
    RootKeyMissing,
    /// A key is there already.
    #[error("there is a root key file already: it is never written over")]
    RootKeyExists,
    /// Others may read the file.
    #[error(
        "the root key file has mode {mode:03o}: others may read it; make it 600 (or 400) and owned by whoever runs sotto"
    )]
    RootKeyMode {
        /// The permission bits that were found.
        mode: u32,
    },
    /// The file is not a root key file.
    #[error(
        "the root key file is malformed: one line is expected, `sotto-root-key-1` and 64 hexadecimal digits"
    )]
    RootKeyMalformed,
    /// The file system said no.
    #[error("the root key file cannot be used ({0})")]
    File(Foreign),
    /// The new root key is the old one.
    #[error("the new root key is the one that keeps this data already")]
    RootKeySame,
    /// Another change of the root key has not come to its end.
    #[error("the root key is being changed to another one: finish that change, or give it up")]
    RootKeyChanging,
    /// The device that holds the root key did not do it.
    #[error("{0}")]
    Device(crate::DeviceError),
    /// The key of a data subject was destroyed.
    #[error("the key of this data subject was destroyed: what it sealed is erased")]
    SubjectErased,
    /// Too short to resist guessing.
    #[error("the passphrase has {bytes} bytes; at least {least} are needed")]
    PassphraseShort {
        /// How many it has.
        bytes: usize,
        /// How many it needs.
        least: usize,
    },
    /// Settings of the derivation that are out of bounds.
    #[error("the stored settings of the passphrase are out of bounds")]
    PassphraseSetting,
    /// A sealed value that was changed, moved, or sealed by another key.
    #[error("a sealed value does not open: it was changed, moved, or sealed under another key")]
    DoesNotOpen,
    /// Not the form of a sealed value.
    #[error("this is not a sealed value")]
    NotSealed,
    /// Too much for one seal.
    #[error("{bytes} bytes are too many for one seal; at most {most}")]
    TooLong {
        /// How many were given.
        bytes: usize,
        /// How many are allowed.
        most: usize,
    },
    /// No length of a key of this kind.
    #[error("a key of {bytes} bytes is none of this kind")]
    KeyLength {
        /// How many bytes.
        bytes: usize,
    },
    /// No encoding of a key of this kind.
    #[error("the key cannot be read: it is malformed, or of another kind")]
    KeyMalformed,
    /// A hash of another length.
    #[error("the digest has {bytes} bytes; its hash function makes {expected}")]
    DigestLength {
        /// How many were given.
        bytes: usize,
        /// How many there would be.
        expected: usize,
    },
    /// A signature that this key did not make of this message.
    #[error("the signature is none of this message by this key")]
    SignatureWrong,
    /// A code of authentication that this key did not make of this message.
    #[error("the code is none of this message by this key")]
    CodeWrong,
    /// The cryptographic library refused; it has no further words.
    #[error("the cryptographic library refused")]
    Refused,
}
