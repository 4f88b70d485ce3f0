//! How is something small encrypted for whoever holds the private half? OAEP (RFC 8017, section 7.1), or v1.5 (7.2) for what
//! is old.
//!
//! v1.5 tells an attacker who may ask often whether a padding was right (Bleichenbacher 1998): it is here for keyrings of
//! files, never for a server's answer.

use super::{RsaKey, RsaPublic};
use crate::KmsError;
use crate::crypto::bytes;
use aws_lc_rs::rsa::{
    OAEP_SHA1_MGF1SHA1, OAEP_SHA256_MGF1SHA256, OAEP_SHA384_MGF1SHA384, OAEP_SHA512_MGF1SHA512,
    OaepAlgorithm, OaepPrivateDecryptingKey, OaepPublicEncryptingKey, Pkcs1PrivateDecryptingKey,
    Pkcs1PublicEncryptingKey,
};
use sotto_sensitive::KeyBytes;
use zeroize::Zeroizing;

/// How a message is padded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RsaPadding {
    /// PKCS#1 v1.5.
    Pkcs1,
    /// OAEP with SHA-1.
    OaepSha1,
    /// OAEP with SHA-256.
    OaepSha256,
    /// OAEP with SHA-384.
    OaepSha384,
    /// OAEP with SHA-512.
    OaepSha512,
}

impl RsaPadding {
    fn oaep(self) -> Option<&'static OaepAlgorithm> {
        match self {
            Self::Pkcs1 => None,
            Self::OaepSha1 => Some(&OAEP_SHA1_MGF1SHA1),
            Self::OaepSha256 => Some(&OAEP_SHA256_MGF1SHA256),
            Self::OaepSha384 => Some(&OAEP_SHA384_MGF1SHA384),
            Self::OaepSha512 => Some(&OAEP_SHA512_MGF1SHA512),
        }
    }

    /// Bytes that it takes from the length of the modulus (RFC 8017, 7.1.1 and 7.2.1).
    pub const fn overhead_bytes(self) -> usize {
        match self {
            Self::Pkcs1 => 11,
            Self::OaepSha1 => 42,
            Self::OaepSha256 => 66,
            Self::OaepSha384 => 98,
            Self::OaepSha512 => 130,
        }
    }
}

impl RsaPublic {
    /// Most bytes of one message.
    pub const fn message_bytes_max(&self, padding: RsaPadding) -> usize {
        self.bits.bytes() - padding.overhead_bytes()
    }

    /// Encrypts a message.
    ///
    /// # Errors
    /// [`KmsError::TooLong`].
    pub fn encrypt(&self, padding: RsaPadding, message: &[u8]) -> Result<Vec<u8>, KmsError> {
        let most = self.message_bytes_max(padding);
        if message.len() > most {
            return Err(KmsError::TooLong { bytes: message.len(), most });
        }
        let mut room = vec![0; self.bits.bytes()];
        let written = match padding.oaep() {
            Some(algorithm) => OaepPublicEncryptingKey::new(self.key.clone())
                .and_then(|key| key.encrypt(algorithm, message, &mut room, None).map(|text| text.len())),
            None => Pkcs1PublicEncryptingKey::new(self.key.clone())
                .and_then(|key| key.encrypt(message, &mut room).map(|text| text.len())),
        };
        room.truncate(written.map_err(|_| KmsError::Refused)?);
        Ok(room)
    }

    /// Encrypts a key.
    ///
    /// # Errors
    /// As for [`RsaPublic::encrypt`].
    pub fn wrap(&self, padding: RsaPadding, key: &KeyBytes) -> Result<Vec<u8>, KmsError> {
        self.encrypt(padding, bytes(key))
    }
}

impl RsaKey {
    /// Decrypts a message.
    ///
    /// # Errors
    /// [`KmsError::DoesNotOpen`] when it was changed, or made for another key or padding.
    pub fn decrypt(&self, padding: RsaPadding, ciphertext: &[u8]) -> Result<KeyBytes, KmsError> {
        let mut room = Zeroizing::new(vec![0; self.bits.bytes()]);
        let opening = self.opening()?;
        let opened = match padding.oaep() {
            Some(algorithm) => OaepPrivateDecryptingKey::new(opening)
                .and_then(|key| key.decrypt(algorithm, ciphertext, &mut room, None).map(|text| text.len())),
            None => Pkcs1PrivateDecryptingKey::new(opening)
                .and_then(|key| key.decrypt(ciphertext, &mut room).map(|text| text.len())),
        };
        let length = opened.map_err(|_| KmsError::DoesNotOpen)?;
        Ok(KeyBytes::copied(room.get(..length).unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::RsaBits;

    const PADDINGS: [RsaPadding; 5] = [
        RsaPadding::Pkcs1,
        RsaPadding::OaepSha1,
        RsaPadding::OaepSha256,
        RsaPadding::OaepSha384,
        RsaPadding::OaepSha512,
    ];

    #[test]
    fn messages_come_back_up_to_the_bound() {
        let key = RsaKey::generate(RsaBits::Rsa2048).unwrap();
        let public = key.public().unwrap();
        for padding in PADDINGS {
            let most = public.message_bytes_max(padding);
            for length in [0, 1, most] {
                let message = vec![0x5a; length];
                let ciphertext = public.encrypt(padding, &message).unwrap();
                assert_eq!(
                    bytes(&key.decrypt(padding, &ciphertext).unwrap()),
                    message,
                    "{padding:?} {length}"
                );
            }
            let too_long = KmsError::TooLong { bytes: most + 1, most };
            assert_eq!(public.encrypt(padding, &vec![0; most + 1]).err(), Some(too_long));
        }
        assert_eq!(public.message_bytes_max(RsaPadding::OaepSha256), 190, "KMS API reference, Encrypt");
    }

    #[test]
    fn another_key_or_padding_opens_nothing() {
        let [key, other] = [(); 2].map(|()| RsaKey::generate(RsaBits::Rsa2048).unwrap());
        let ciphertext = key.public().unwrap().wrap(RsaPadding::OaepSha512, &KeyBytes::zeroed(32)).unwrap();
        for padding in PADDINGS.into_iter().filter(|padding| *padding != RsaPadding::OaepSha512) {
            assert_eq!(key.decrypt(padding, &ciphertext).err(), Some(KmsError::DoesNotOpen), "{padding:?}");
        }
        assert!(other.decrypt(RsaPadding::OaepSha512, &ciphertext).is_err());
        assert!(key.decrypt(RsaPadding::OaepSha512, &ciphertext[1..]).is_err());
        assert!(key.decrypt(RsaPadding::OaepSha512, &ciphertext).is_ok());
    }
}
