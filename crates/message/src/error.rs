//! Why is a message not written, or not opened? One cause each, with places and counts, never a byte of anybody's text.

use crate::keyring::KmsFault;
use crate::suite::Suite;
use sotto_kms::KmsError;

/// What is wrong with a message, its keys or its settings.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MessageError {
    /// The first bytes are those of base64.
    #[error("this is the base64 form of a message: decode it first")]
    Base64,
    /// The first byte is no version that is known.
    #[error("this is no message of the AWS Encryption SDK")]
    NotAMessage,
    /// An id that is no algorithm suite.
    #[error("the algorithm suite {id:04x} is unknown")]
    SuiteUnknown {
        /// As it stands in the message.
        id: u16,
    },
    /// A suite that the other version of the format belongs to.
    #[error("the algorithm suite {suite} does not belong to version {version} of the format")]
    SuiteVersion {
        /// The suite.
        suite: Suite,
        /// The version in the message.
        version: u8,
    },
    /// A field holds what it must not.
    #[error("the message is malformed: {what} (byte {at})")]
    Malformed {
        /// Which rule is broken.
        what: &'static str,
        /// Offset in the message.
        at: u64,
    },
    /// The input ended inside of the message.
    #[error("the message ends too early, after {at} bytes")]
    EndsEarly {
        /// How many bytes came.
        at: u64,
    },
    /// Bytes behind the end.
    #[error("the message ends at byte {at}, but more bytes follow")]
    LeftOver {
        /// Where the message ends.
        at: u64,
    },
    /// A header above the bound.
    #[error("the message's header has more than {most} bytes")]
    HeaderLarge {
        /// The bound.
        most: usize,
    },
    /// A frame, or a message in one piece, above the bound.
    #[error(
        "the message has {bytes} bytes in one piece; at most {most} are held in memory: raise the bound to open it"
    )]
    PieceLarge {
        /// How many it has.
        bytes: u64,
        /// The bound.
        most: u64,
    },
    /// More plaintext than is held back until the signature is verified.
    #[error("the message is signed and longer than the {most} bytes that are held back until the end")]
    HeldLarge {
        /// The bound.
        most: u64,
    },
    /// More plaintext than was announced, or than a message can have.
    #[error("the plaintext is longer than the {most} bytes that a message of this kind can have")]
    PlaintextLong {
        /// The bound.
        most: u64,
    },
    /// More encrypted data keys than are allowed.
    #[error("the message has {count} encrypted data keys; at most {most} are allowed")]
    DataKeysMany {
        /// How many there are.
        count: usize,
        /// How many may be.
        most: usize,
    },
    /// No keyring wrapped the data key.
    #[error("no key was given to encrypt under")]
    DataKeysNone,
    /// The commitment policy wants the other kind.
    #[error("the commitment policy does not allow the algorithm suite {suite} here")]
    Policy {
        /// The suite.
        suite: Suite,
    },
    /// Only unsigned messages were asked for.
    #[error("the message is signed (suite {suite}), and only unsigned ones were asked for")]
    Signed {
        /// The suite.
        suite: Suite,
    },
    /// A setting that cannot be.
    #[error("a setting is out of bounds: {what}")]
    Setting {
        /// Which.
        what: &'static str,
    },
    /// A key of the context that only the format itself may use.
    #[error("keys of an encryption context must not begin with `aws-crypto-`")]
    ContextReserved,
    /// A key of the context twice.
    #[error("a key stands twice in the encryption context")]
    ContextTwice,
    /// More context than the format takes.
    #[error("the encryption context is too long: at most 65535 bytes in all")]
    ContextLong,
    /// A pair that was required is not there.
    #[error("a key that the encryption context must have is missing")]
    ContextMissing,
    /// A pair has another value than the message says.
    #[error("the encryption context of the message differs from what was expected")]
    ContextDiffers,
    /// The suite is signed, the context holds no key to verify with, or the other way round.
    #[error("the encryption context and the signature of the algorithm suite do not belong together")]
    VerificationKey,
    /// No key opened any data key.
    #[error("no key opens the message ({tried} of its {count} encrypted data keys were tried){}", cause(.last))]
    NoKeyOpens {
        /// Encrypted data keys that a keyring tried.
        tried: usize,
        /// Encrypted data keys in the message.
        count: usize,
        /// What the last service said.
        last: Option<KmsFault>,
    },
    /// A service could not give or encrypt a data key.
    #[error("the key management service does not give a data key: {0}")]
    Kms(KmsFault),
    /// Not the name of a KMS key.
    #[error("this is not the id, the ARN or the alias of a KMS key")]
    KeyName,
    /// A data key of a wrong length.
    #[error("the data key has another length than the algorithm suite needs")]
    DataKeyLength,
    /// A wrapping key of a wrong length or form.
    #[error("the key cannot be used: {what}")]
    WrappingKey {
        /// What it would have to be.
        what: &'static str,
    },
    /// The header's tag is not that of the data key.
    #[error("the message's header was changed, or the encryption context is not the message's")]
    HeaderNotGenuine,
    /// The header commits to another key.
    #[error("the message does not commit to the key that opens it")]
    CommitmentDiffers,
    /// The tag of a piece of the body is wrong.
    #[error("the message was changed in frame {frame}")]
    BodyNotGenuine {
        /// Which frame, from 1.
        frame: u32,
    },
    /// The signature in the footer is wrong.
    #[error("the message's signature is not valid")]
    SignatureNotValid,
    /// Used after it failed or ended.
    #[error("the message failed or ended before")]
    Over,
    /// The cryptographic library refused; it has no further words.
    #[error("the cryptographic library refused")]
    Refused,
}

/// Causes that are told apart are mapped where they arise; what is left is the library's.
impl From<KmsError> for MessageError {
    fn from(_: KmsError) -> Self {
        Self::Refused
    }
}

fn cause(last: &Option<KmsFault>) -> String {
    last.as_ref().map_or_else(String::new, |fault| format!("; {fault}"))
}
