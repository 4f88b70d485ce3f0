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

#[cfg(test)]
mod tests {
    use super::*;

    fn root(first: u8) -> RootKey {
        let mut bytes = Zeroizing::new([0; 32]);
        bytes.iter_mut().zip(first..).for_each(|(byte, value)| *byte = value);
        RootKey::new(bytes)
    }

    fn entropy(first: u8) -> [u8; SEAL_ENTROPY_BYTES] {
        let mut bytes = [0; SEAL_ENTROPY_BYTES];
        bytes.iter_mut().zip(first..).for_each(|(byte, value)| *byte = value);
        bytes
    }

    fn here() -> Place {
        Place::new("test").with(&"here")
    }

    fn canary() -> RawBytes {
        RawBytes::new(b"canary 4111111111111111".to_vec())
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "canary data is compared")]
    fn what_is_sealed_opens_at_its_place_only() {
        let sealed = root(0).seal(&here(), &canary(), entropy(1)).unwrap();
        assert_eq!(root(0).open(&here(), &sealed).unwrap().expose(), canary().expose());
        for elsewhere in [Place::new("test"), here().with(&1_u64), Place::new("test").with(&"there")] {
            assert_eq!(root(0).open(&elsewhere, &sealed).err(), Some(KmsError::DoesNotOpen));
        }
        assert_eq!(root(1).open(&here(), &sealed).err(), Some(KmsError::DoesNotOpen));
        let text = sealed.as_bytes().windows(6).any(|window| window == b"canary");
        assert!(!text && !format!("{sealed:?}").contains("canary"));
        let other = root(0).seal(&here(), &canary(), entropy(2)).unwrap();
        assert_ne!(sealed, other);
        assert_eq!(sealed.as_bytes().len(), HEAD_BYTES + canary().length() + TAG_BYTES);
    }

    #[test]
    fn no_changed_bit_opens() {
        let sealed = root(0).seal(&here(), &canary(), entropy(1)).unwrap();
        for at in 0..sealed.as_bytes().len() {
            let mut changed = sealed.as_bytes().to_vec();
            changed[at] ^= 1;
            let opened = Sealed::parse(&changed).and_then(|changed| root(0).open(&here(), &changed));
            assert!(opened.is_err(), "byte {at}");
        }
        for length in 0..sealed.as_bytes().len() {
            let cut = Sealed::parse(&sealed.as_bytes()[..length]);
            assert!(cut.and_then(|cut| root(0).open(&here(), &cut)).is_err(), "cut to {length}");
        }
    }

    #[test]
    fn the_form_and_the_length_are_bounded() {
        let of = |length: usize| root(0).seal(&here(), &RawBytes::new(vec![7; length]), entropy(3));
        assert!(of(0).is_ok() && of(SEAL_BYTES_MAX).is_ok());
        let too_long = KmsError::TooLong { bytes: SEAL_BYTES_MAX + 1, most: SEAL_BYTES_MAX };
        assert_eq!(of(SEAL_BYTES_MAX + 1).unwrap_err(), too_long);
        let form = |length: usize| Sealed::parse(&vec![VERSION; length]).is_ok();
        let (least, most) = (HEAD_BYTES + TAG_BYTES, HEAD_BYTES + TAG_BYTES + SEAL_BYTES_MAX);
        assert!(!form(least - 1) && form(least) && form(most) && !form(most + 1));
        assert!(Sealed::parse(&[2; 99]).is_err(), "another version");
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "canary data is compared")]
    fn text_comes_back_as_text() {
        let sealed = root(0).seal_text(&here(), RawText::new("canary ü".into()), entropy(1)).unwrap();
        assert_eq!(root(0).open_text(&here(), &sealed).unwrap().expose(), "canary ü");
        let bytes = root(0).seal(&here(), &RawBytes::new(vec![0xff]), entropy(1)).unwrap();
        assert_eq!(root(0).open_text(&here(), &bytes).err(), Some(KmsError::DoesNotOpen));
    }

    /// What an earlier release sealed must open for ever. Made with an implementation that shares nothing with this one
    /// (Python's `cryptography`: HKDF with SHA-256, AESGCM): key 00..1f, salt and nonce 20..3b, place `test`, `here`.
    #[test]
    fn the_format_does_not_change() {
        let known = "01202122232425262728292a2b2c2d2e2f303132333435363738393a3b05fc79f32f3194ec693f85ce1e4a7912\
                     dfed4880810ee053c0bcfbfa281195b1ad39ed75cf397e";
        let sealed = root(0).seal(&here(), &canary(), entropy(0x20)).unwrap();
        let shown: String = sealed.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(shown, known);
    }
}
