//! How does Amazon Connect encrypt what a caller keys in? A message that its own clients open, and that we write and open too.
//!
//! Amazon Connect Administrator Guide, "Encrypt sensitive customer input"; the form is that of two messages that Amazon
//! Connect made: version 1, suite 0378, one data key of the provider `AmazonConnect` whose information is the security key's
//! id, RSA-OAEP with SHA-512 (and MGF1 with SHA-512), frames of 4096 bytes with random IVs, no context but the key to verify
//! with. Clients open it under the policy FORBID_ENCRYPT_ALLOW_DECRYPT: suite 0578 would be refused by those in the field.

use crate::keyring::RawRsaKeyring;
use crate::read::{Opened, Reading, decrypt};
use crate::write::{FrameIvs, Writing, encrypt};
use crate::{CommitmentPolicy, EncryptionContext, MessageError, Suite};
use sotto_kms::Entropy;
use sotto_kms::crypto::{RsaKey, RsaPadding, RsaPublic};
use sotto_sensitive::{RawBytes, RawText};
use std::time::Instant;

/// The provider that Amazon Connect names.
pub const CONNECT_PROVIDER: &str = "AmazonConnect";

/// Bytes of one input at most. What is keyed in has a few dozen.
pub const CONNECT_INPUT_BYTES_MAX: usize = 4096;

/// A keyring for one security key, with neither half yet.
///
/// # Errors
/// When the id is empty or too long.
pub fn connect_keyring(key_id: &RawText) -> Result<RawRsaKeyring, MessageError> {
    RawRsaKeyring::new(&RawText::new(CONNECT_PROVIDER.to_owned()), key_id, RsaPadding::OaepSha512)
}

/// Encrypts what a caller keyed in, as Amazon Connect does.
///
/// # Errors
/// When the input is too long, or the key is.
pub fn encrypt_input(
    key_id: &RawText,
    public: RsaPublic,
    input: &RawBytes,
    now: Instant,
    entropy: &mut dyn Entropy,
) -> Result<Vec<u8>, MessageError> {
    if input.length() > CONNECT_INPUT_BYTES_MAX {
        return Err(MessageError::PlaintextLong { most: CONNECT_INPUT_BYTES_MAX as u64 });
    }
    let keyring = connect_keyring(key_id)?.with_public(public);
    let context = EncryptionContext::default();
    encrypt(&connect_writing(&keyring, &context, now), input, entropy)
}

/// Opens what Amazon Connect, or [`encrypt_input`], encrypted.
///
/// # Errors
/// When it is changed, or for another key.
pub fn decrypt_input(
    key_id: &RawText,
    private: RsaKey,
    message: &[u8],
    now: Instant,
) -> Result<(RawBytes, Opened), MessageError> {
    let keyring = connect_keyring(key_id)?.with_private(private);
    let context = EncryptionContext::default();
    let reading = Reading::new(&keyring, &context, now);
    decrypt(&Reading { policy: CommitmentPolicy::ForbidToWrite, ..reading }, message)
}

/// How Amazon Connect writes.
pub fn connect_writing<'a>(
    keyring: &'a RawRsaKeyring,
    context: &'a EncryptionContext,
    now: Instant,
) -> Writing<'a> {
    Writing {
        policy: CommitmentPolicy::ForbidToWrite,
        suite: Some(Suite::Signed256),
        ivs: FrameIvs::Random,
        ..Writing::new(keyring, context, now)
    }
}
