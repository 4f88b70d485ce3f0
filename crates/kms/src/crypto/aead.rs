//! How is data encrypted so that no change goes unseen? AES-GCM with 128, 192 or 256 bits (NIST SP 800-38D).
//!
//! The nonce is given: formats decide what it is made of, and that it never comes twice under one key. In place for data that
//! the caller owns, from one place to another for data that only passes through.

use super::{bytes, bytes_mut};
use crate::KmsError;
use aws_lc_rs::aead::{AES_128_GCM, AES_192_GCM, AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use sotto_sensitive::KeyBytes;
use std::fmt;

/// Bytes of a nonce.
pub const NONCE_BYTES: usize = 12;
/// Bytes of a tag.
pub const TAG_BYTES: usize = 16;

/// An AES-GCM key, ready for many messages.
pub struct AesGcm(LessSafeKey);

impl AesGcm {
    /// A key of 16, 24 or 32 bytes.
    ///
    /// # Errors
    /// [`KmsError::KeyLength`] for another length.
    pub fn new(key: &KeyBytes) -> Result<Self, KmsError> {
        let algorithm = match key.length() {
            16 => &AES_128_GCM,
            24 => &AES_192_GCM,
            32 => &AES_256_GCM,
            length => return Err(KmsError::KeyLength { bytes: length }),
        };
        UnboundKey::new(algorithm, bytes(key))
            .map(|key| Self(LessSafeKey::new(key)))
            .map_err(|_| KmsError::Refused)
    }

    /// Encrypts in place and gives the tag.
    ///
    /// # Errors
    /// When there is more than AES-GCM takes.
    pub fn seal(
        &self,
        nonce: [u8; NONCE_BYTES],
        associated: &[u8],
        in_out: &mut [u8],
    ) -> Result<[u8; TAG_BYTES], KmsError> {
        let nonce = Nonce::assume_unique_for_key(nonce);
        let tag = self.0.seal_in_place_separate_tag(nonce, Aad::from(associated), in_out);
        tag.ok().and_then(|tag| tag.as_ref().try_into().ok()).ok_or(KmsError::Refused)
    }

    /// Decrypts in place.
    ///
    /// # Errors
    /// [`KmsError::DoesNotOpen`] when anything was changed; the bytes are then of no use.
    pub fn open(
        &self,
        nonce: [u8; NONCE_BYTES],
        associated: &[u8],
        in_out: &mut [u8],
        tag: &[u8],
    ) -> Result<(), KmsError> {
        let nonce = Nonce::assume_unique_for_key(nonce);
        let opened = self.0.open_in_place_separate_tag(nonce, Aad::from(associated), tag, in_out);
        opened.map(|_| ()).map_err(|_| KmsError::DoesNotOpen)
    }

    /// Encrypts from one place to another of the same length, and gives the tag.
    ///
    /// # Errors
    /// When the places differ in length.
    pub fn seal_from(
        &self,
        nonce: [u8; NONCE_BYTES],
        associated: &[u8],
        from: &[u8],
        to: &mut [u8],
    ) -> Result<[u8; TAG_BYTES], KmsError> {
        let (nonce, mut tag) = (Nonce::assume_unique_for_key(nonce), [0; TAG_BYTES]);
        let sealed = self.0.seal_out_of_place_scatter(nonce, Aad::from(associated), from, to, &[], &mut tag);
        sealed.map(|()| tag).map_err(|_| KmsError::Refused)
    }

    /// Decrypts from one place to another of the same length.
    ///
    /// # Errors
    /// [`KmsError::DoesNotOpen`] when anything was changed; what was written is then of no use.
    pub fn open_from(
        &self,
        nonce: [u8; NONCE_BYTES],
        associated: &[u8],
        from: &[u8],
        tag: &[u8],
        to: &mut [u8],
    ) -> Result<(), KmsError> {
        let nonce = Nonce::assume_unique_for_key(nonce);
        let opened = self.0.open_separate_gather(nonce, Aad::from(associated), from, tag, to);
        opened.map_err(|_| KmsError::DoesNotOpen)
    }

    /// Another key, encrypted, with the tag behind it.
    ///
    /// # Errors
    /// As for [`AesGcm::seal`].
    pub fn seal_key(
        &self,
        nonce: [u8; NONCE_BYTES],
        associated: &[u8],
        key: &KeyBytes,
    ) -> Result<Vec<u8>, KmsError> {
        let mut sealed = vec![0; key.length()];
        let tag = self.seal_from(nonce, associated, bytes(key), &mut sealed)?;
        sealed.extend_from_slice(&tag);
        Ok(sealed)
    }

    /// The key again.
    ///
    /// # Errors
    /// As for [`AesGcm::open`].
    pub fn open_key(
        &self,
        nonce: [u8; NONCE_BYTES],
        associated: &[u8],
        sealed: &[u8],
    ) -> Result<KeyBytes, KmsError> {
        let length = sealed.len().checked_sub(TAG_BYTES).ok_or(KmsError::DoesNotOpen)?;
        let (body, tag) = sealed.split_at_checked(length).ok_or(KmsError::DoesNotOpen)?;
        let mut key = KeyBytes::zeroed(length);
        self.open_from(nonce, associated, body, tag, bytes_mut(&mut key))?;
        Ok(key)
    }
}

impl fmt::Debug for AesGcm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AesGcm")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::unhex;

    fn key(hex: &str) -> AesGcm {
        AesGcm::new(&KeyBytes::copied(&unhex(hex))).unwrap()
    }

    /// The test cases of McGrew and Viega, "The Galois/Counter Mode of Operation (GCM)", appendix B: 4, 10 and 16.
    #[test]
    fn published_cases_come_out() {
        let plain = "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525\
                     b16aedf5aa0de657ba637b39";
        let associated = unhex("feedfacedeadbeeffeedfacedeadbeefabaddad2");
        let cases = [
            (
                "feffe9928665731c6d6a8f9467308308",
                "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84aa05\
                 1ba30b396a0aac973d58e091",
                "5bc94fbc3221a5db94fae95ae7121a47",
            ),
            (
                "feffe9928665731c6d6a8f9467308308feffe9928665731c",
                "3980ca0b3c00e841eb06fac4872a2757859e1ceaa6efd984628593b40ca1e19c7d773d00c144c525ac619d18c84a3f47\
                 18e2448b2fe324d9ccda2710",
                "2519498e80f1478f37ba55bd6d27618c",
            ),
            (
                "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
                "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838\
                 c5f61e6393ba7a0abcc9f662",
                "76fc6ece0f4e1768cddf8853bb2d551b",
            ),
        ];
        let nonce: [u8; 12] = unhex("cafebabefacedbaddecaf888").try_into().unwrap();
        for (secret, ciphertext, tag) in cases {
            let (gcm, mut text) = (key(secret), unhex(plain));
            let made = gcm.seal(nonce, &associated, &mut text).unwrap();
            assert_eq!((&text, made.to_vec()), (&unhex(ciphertext), unhex(tag)), "{} bits", secret.len() * 4);
            let mut elsewhere = vec![0; text.len()];
            assert_eq!(gcm.seal_from(nonce, &associated, &unhex(plain), &mut elsewhere).unwrap(), made);
            assert_eq!(elsewhere, text);
            gcm.open_from(nonce, &associated, &text, &made, &mut elsewhere).unwrap();
            gcm.open(nonce, &associated, &mut text, &made).unwrap();
            assert_eq!((&text, &elsewhere), (&unhex(plain), &unhex(plain)));
        }
    }

    #[test]
    fn nothing_that_was_changed_opens() {
        let gcm = key(&"07".repeat(32));
        let sealed = gcm.seal_key([1; 12], b"here", &KeyBytes::copied(b"canary")).unwrap();
        assert_eq!(bytes(&gcm.open_key([1; 12], b"here", &sealed).unwrap()), b"canary");
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert_eq!(gcm.open_key([1; 12], b"here", &changed).err(), Some(KmsError::DoesNotOpen), "{at}");
            assert!(gcm.open_key([1; 12], b"here", &sealed[..at]).is_err());
        }
        assert!(gcm.open_key([2; 12], b"here", &sealed).is_err());
        assert!(gcm.open_key([1; 12], b"there", &sealed).is_err());
        assert_eq!(AesGcm::new(&KeyBytes::zeroed(31)).err(), Some(KmsError::KeyLength { bytes: 31 }));
        assert!(gcm.seal_from([0; 12], b"", b"12", &mut [0; 3]).is_err());
    }
}
