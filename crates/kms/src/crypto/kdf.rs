//! How does one secret become several? HKDF (RFC 5869) with SHA-256, SHA-384 or SHA-512.

use super::{Hash, bytes, bytes_mut};
use crate::KmsError;
use aws_lc_rs::hkdf::{self, KeyType, Prk, Salt};
use sotto_sensitive::KeyBytes;
use std::fmt;

/// A secret that others are derived from.
pub struct Hkdf(Prk);

struct Length(usize);

impl KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

impl Hkdf {
    /// Extracts (RFC 5869, section 2.2). An empty salt is that many zero bytes as the hash has.
    pub fn extract(hash: Hash, salt: &[u8], secret: &KeyBytes) -> Self {
        let algorithm = match hash {
            Hash::Sha256 => hkdf::HKDF_SHA256,
            Hash::Sha384 => hkdf::HKDF_SHA384,
            Hash::Sha512 => hkdf::HKDF_SHA512,
        };
        Self(Salt::new(algorithm, salt).extract(bytes(secret)))
    }

    /// Expands (RFC 5869, section 2.3): a secret of that many bytes for a purpose, whose pieces are joined.
    ///
    /// # Errors
    /// When more is asked for than 255 times the hash.
    pub fn expand(&self, purpose: &[&[u8]], length: usize) -> Result<KeyBytes, KmsError> {
        let mut key = KeyBytes::zeroed(length);
        let expanded = self.0.expand(purpose, Length(length)).map_err(|_| KmsError::Refused)?;
        expanded.fill(bytes_mut(&mut key)).map_err(|_| KmsError::Refused)?;
        Ok(key)
    }
}

impl fmt::Debug for Hkdf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hkdf")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{hex, unhex};

    /// RFC 5869, appendix A.1 and A.3.
    #[test]
    fn published_keys_come_out() {
        let secret = KeyBytes::copied(&[0x0b; 22]);
        let with_salt = Hkdf::extract(Hash::Sha256, &unhex("000102030405060708090a0b0c"), &secret);
        let purpose = unhex("f0f1f2f3f4f5f6f7f8f9");
        let wanted = "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865";
        assert_eq!(hex(bytes(&with_salt.expand(&[&purpose], 42).unwrap())), wanted);
        let (one, other) = purpose.split_at(3);
        assert_eq!(hex(bytes(&with_salt.expand(&[one, other], 42).unwrap())), wanted);
        let bare = Hkdf::extract(Hash::Sha256, &[], &secret);
        let wanted = "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8";
        assert_eq!(hex(bytes(&bare.expand(&[], 42).unwrap())), wanted);
        assert_eq!(bytes(&bare.expand(&[], 42).unwrap()), bytes(&bare.expand(&[b""], 42).unwrap()));
    }

    #[test]
    fn lengths_are_bounded() {
        for hash in [Hash::Sha256, Hash::Sha384, Hash::Sha512] {
            let secret = Hkdf::extract(hash, b"salt", &KeyBytes::zeroed(32));
            let most = 255 * hash.value_bytes();
            assert!(secret.expand(&[], most).is_ok() && secret.expand(&[], most + 1).is_err());
        }
    }
}
