//! How is a small value sealed? AES-256-GCM (NIST SP 800-38D) under a key of its own, bound to its place.
//!
//! Layout: version 1 || salt 16 || nonce 12 || ciphertext || tag 16. The key is HKDF-SHA256 (RFC 5869) of the root key with
//! that salt, so that salt and nonce together are 224 random bits: a repetition is out of question however many values are
//! sealed, where plain random nonces end at 2^32 (SP 800-38D, 8.3). Associated data: everything before the ciphertext,
//! and the place. One key for all values with random nonces was rejected for that bound.

use crate::{KmsError, RootKey};
use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::hkdf;
use sotto_public::{Opaque, Place, Storable};
use sotto_sensitive::{RawBytes, RawText};
use zeroize::Zeroizing;

/// How many random bytes one seal takes.
pub const SEAL_ENTROPY_BYTES: usize = SALT_BYTES + NONCE_BYTES;

/// Most bytes under one seal: small values only.
pub const SEAL_BYTES_MAX: usize = 1024 * 1024;

const VERSION: u8 = 1;
const SALT_BYTES: usize = 16;
const NONCE_BYTES: usize = 12;
const TAG_BYTES: usize = 16;
const HEAD_BYTES: usize = 1 + SALT_BYTES + NONCE_BYTES;
const PURPOSE: &[u8] = b"sotto seal 1";

/// A value under seal: may rest anywhere, says nothing but its length.
#[derive(Clone, Debug, PartialEq, Eq, Storable)]
pub struct Sealed(Opaque);

impl Sealed {
    /// The bytes, as for a session token.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// Reads bytes that somebody brought back. Whether they are genuine shows when they are opened.
    ///
    /// # Errors
    /// When they cannot be a sealed value.
    #[expect(clippy::disallowed_methods, reason = "has the form of a sealed value; opening decides")]
    pub fn parse(bytes: &[u8]) -> Result<Self, KmsError> {
        let fits = bytes.first() == Some(&VERSION)
            && (HEAD_BYTES + TAG_BYTES..=HEAD_BYTES + TAG_BYTES + SEAL_BYTES_MAX).contains(&bytes.len());
        match fits {
            true => Ok(Self(Opaque::from_pinned_bytes(bytes.to_vec()))),
            false => Err(KmsError::NotSealed),
        }
    }
}

impl RootKey {
    /// Seals bytes at a place. The entropy must be fresh random bytes, never used again.
    ///
    /// # Errors
    /// When the value is longer than [`SEAL_BYTES_MAX`].
    #[expect(clippy::disallowed_methods, reason = "encryption reads captured bytes; only ciphertext leaves")]
    pub fn seal(
        &self,
        place: &Place,
        raw: &RawBytes,
        entropy: [u8; SEAL_ENTROPY_BYTES],
    ) -> Result<Sealed, KmsError> {
        if raw.length() > SEAL_BYTES_MAX {
            return Err(KmsError::TooLong { bytes: raw.length(), most: SEAL_BYTES_MAX });
        }
        let mut sealed = Vec::with_capacity(HEAD_BYTES + raw.length() + TAG_BYTES);
        sealed.push(VERSION);
        sealed.extend_from_slice(&entropy);
        let (key, nonce) = self.value_key(&sealed)?;
        let mut body = Zeroizing::new(raw.expose().to_vec());
        let tag = key.seal_in_place_separate_tag(nonce, Aad::from(associated(&sealed, place)), &mut body);
        let tag = tag.map_err(|_| KmsError::Refused)?;
        sealed.extend_from_slice(&body);
        sealed.extend_from_slice(tag.as_ref());
        Ok(Sealed(Opaque::from_pinned_bytes(sealed)))
    }

    /// Seals text at a place.
    ///
    /// # Errors
    /// As for [`RootKey::seal`].
    pub fn seal_text(
        &self,
        place: &Place,
        raw: RawText,
        entropy: [u8; SEAL_ENTROPY_BYTES],
    ) -> Result<Sealed, KmsError> {
        self.seal(place, &raw.into_bytes(), entropy)
    }

    /// Opens what was sealed at this place under this key.
    ///
    /// # Errors
    /// [`KmsError::DoesNotOpen`] when it was changed, moved or sealed under another key: these look alike on purpose.
    pub fn open(&self, place: &Place, sealed: &Sealed) -> Result<RawBytes, KmsError> {
        let (head, body) = sealed.as_bytes().split_at_checked(HEAD_BYTES).ok_or(KmsError::NotSealed)?;
        let (key, nonce) = self.value_key(head)?;
        let mut opened = Zeroizing::new(body.to_vec());
        let text = key
            .open_in_place(nonce, Aad::from(associated(head, place)), &mut opened)
            .map_err(|_| KmsError::DoesNotOpen)?;
        Ok(RawBytes::new(text.to_vec()))
    }

    /// Opens text.
    ///
    /// # Errors
    /// As for [`RootKey::open`], and when what was sealed is not text.
    pub fn open_text(&self, place: &Place, sealed: &Sealed) -> Result<RawText, KmsError> {
        RawText::from_bytes(self.open(place, sealed)?).map_err(|_| KmsError::DoesNotOpen)
    }

    /// The key and the nonce of one value, from the head of its sealed form.
    fn value_key(&self, head: &[u8]) -> Result<(LessSafeKey, Nonce), KmsError> {
        let (version, rest) = head.split_first().ok_or(KmsError::NotSealed)?;
        let (salt, nonce) = rest.split_at_checked(SALT_BYTES).ok_or(KmsError::NotSealed)?;
        if *version != VERSION {
            return Err(KmsError::NotSealed);
        }
        let secret = hkdf::Salt::new(hkdf::HKDF_SHA256, salt).extract(self.bytes());
        let expanded = secret.expand(&[PURPOSE], &AES_256_GCM).map_err(|_| KmsError::Refused)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| KmsError::NotSealed)?;
        Ok((LessSafeKey::new(UnboundKey::from(expanded)), nonce))
    }
}

/// What is not secret but must not change: the head and the place. The head's length is fixed.
fn associated(head: &[u8], place: &Place) -> Vec<u8> {
    [head, place.as_bytes()].concat()
}
