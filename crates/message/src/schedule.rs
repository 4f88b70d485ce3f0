//! How does the key of a message come from its data key? Derivation, commitment, and the cipher that seals its pieces.
//!
//! Specification, "Algorithm Suites Reference"; HKDF is RFC 5869, AES-GCM NIST SP 800-38D. A key that opens is not yet the
//! key that was meant: GCM alone lets one ciphertext open under two keys, so where the suite commits, the commitment is
//! compared first, in constant time.

use crate::MessageError;
use crate::header::{Header, HeaderTag, IV_BYTES, MessageId};
use crate::suite::{Derivation, Suite};
use sotto_kms::crypto::{AesGcm, Hash, Hkdf, equal};
use sotto_sensitive::KeyBytes;

/// The key of one message.
pub(crate) struct MessageKey {
    pub(crate) cipher: AesGcm,
    pub(crate) commitment: Option<[u8; 32]>,
}

impl MessageKey {
    /// # Errors
    /// When the data key has another length than the suite's.
    pub(crate) fn derive(suite: Suite, key: &KeyBytes, id: &MessageId) -> Result<Self, MessageError> {
        if key.length() != suite.key_bytes() {
            return Err(MessageError::DataKeyLength);
        }
        let suite_id = suite.id().to_be_bytes();
        let by_id: [&[u8]; 2] = [&suite_id, id.as_bytes()];
        let (secret, purpose) = match suite.derivation() {
            Derivation::Identity => return Ok(Self { cipher: AesGcm::new(key)?, commitment: None }),
            // No salt is a salt of zeros (RFC 5869, section 2.2).
            Derivation::Sha256 => (Hkdf::extract(Hash::Sha256, &[], key), by_id),
            Derivation::Sha384 => (Hkdf::extract(Hash::Sha384, &[], key), by_id),
            Derivation::Commitment => {
                (Hkdf::extract(Hash::Sha512, id.as_bytes(), key), [suite_id.as_slice(), b"DERIVEKEY"])
            }
        };
        let cipher = AesGcm::new(&secret.expand(&purpose, suite.key_bytes())?)?;
        let commitment = suite.is_committing().then(|| commitment(&secret)).transpose()?;
        Ok(Self { cipher, commitment })
    }

    /// That the header commits to this key, where its suite does that.
    pub(crate) fn confirm(&self, header: &Header) -> Result<(), MessageError> {
        let same = match (&self.commitment, &header.commitment) {
            (Some(own), Some(stated)) => equal(own, stated),
            (None, None) => true,
            _ => false,
        };
        if same { Ok(()) } else { Err(MessageError::CommitmentDiffers) }
    }

    /// The tag over a header's bytes and what is authenticated but not stored.
    pub(crate) fn seal_header(&self, header: &[u8], hidden: &[u8]) -> Result<HeaderTag, MessageError> {
        let iv = [0; IV_BYTES];
        Ok(HeaderTag { iv, tag: self.cipher.seal(iv, &[header, hidden].concat(), &mut [])? })
    }

    /// That header and tag belong together.
    pub(crate) fn open_header(
        &self,
        header: &[u8],
        hidden: &[u8],
        tag: &HeaderTag,
    ) -> Result<(), MessageError> {
        let opened = self.cipher.open(tag.iv, &[header, hidden].concat(), &mut [], &tag.tag);
        opened.map_err(|_| MessageError::HeaderNotGenuine)
    }
}

/// What the header shows of the key: says nothing about it, and no other key gives it.
#[expect(clippy::disallowed_methods, reason = "a commitment is made to be shown")]
fn commitment(secret: &Hkdf) -> Result<[u8; 32], MessageError> {
    secret.expand(&[b"COMMITKEY"], 32)?.expose().try_into().map_err(|_| MessageError::Refused)
}
