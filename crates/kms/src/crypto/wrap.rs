//! How is a key wrapped under another key? AES key wrap with padding (RFC 5649; NIST SP 800-38F, KWP), with 128 or 256 bits.
//!
//! It needs no nonce, and what was changed does not unwrap.

use super::bytes;
use crate::KmsError;
use aws_lc_rs::key_wrap::{AES_128, AES_256, AesKek, KeyWrapPadded};
use sotto_sensitive::KeyBytes;
use std::fmt;
use zeroize::Zeroizing;

/// Room that wrapping adds at most: the check value and the padding.
const OVERHEAD_BYTES: usize = 16;

/// Longest key that is wrapped: the private half of the longest RSA key takes 2,400 bytes.
const WRAP_BYTES_MAX: usize = 16 * 1024;

/// A key that wraps keys.
pub struct AesWrap<'k>(&'k KeyBytes);

impl<'k> AesWrap<'k> {
    /// A key of 16 or 32 bytes.
    ///
    /// # Errors
    /// [`KmsError::KeyLength`] for another length.
    pub fn new(key: &'k KeyBytes) -> Result<Self, KmsError> {
        match key.length() {
            16 | 32 => Ok(Self(key)),
            length => Err(KmsError::KeyLength { bytes: length }),
        }
    }

    /// A key, wrapped.
    ///
    /// # Errors
    /// When it is empty or too long.
    pub fn wrap(&self, key: &KeyBytes) -> Result<Vec<u8>, KmsError> {
        if key.is_empty() || key.length() > WRAP_BYTES_MAX {
            return Err(KmsError::KeyLength { bytes: key.length() });
        }
        let mut room = vec![0; key.length() + OVERHEAD_BYTES];
        let wrapped = self.kek()?.wrap_with_padding(bytes(key), &mut room).map_err(|_| KmsError::Refused)?;
        Ok(wrapped.to_vec())
    }

    /// The key again.
    ///
    /// # Errors
    /// [`KmsError::DoesNotOpen`] when it was changed, or wrapped under another key.
    pub fn unwrap(&self, wrapped: &[u8]) -> Result<KeyBytes, KmsError> {
        if wrapped.len() > WRAP_BYTES_MAX + OVERHEAD_BYTES {
            return Err(KmsError::DoesNotOpen);
        }
        let mut room = Zeroizing::new(vec![0; wrapped.len()]);
        let key = self.kek()?.unwrap_with_padding(wrapped, &mut room).map_err(|_| KmsError::DoesNotOpen)?;
        Ok(KeyBytes::copied(key))
    }

    fn kek(&self) -> Result<AesKek, KmsError> {
        let cipher = if self.0.length() == 16 { &AES_128 } else { &AES_256 };
        AesKek::new(cipher, bytes(self.0)).map_err(|_| KmsError::Refused)
    }
}

impl fmt::Debug for AesWrap<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AesWrap")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::unhex;

    #[test]
    fn keys_of_any_length_come_back_and_changed_ones_do_not() {
        for kek in [16, 32] {
            let kek = KeyBytes::copied(&vec![7; kek]);
            let wrap = AesWrap::new(&kek).unwrap();
            for length in [1, 7, 8, 9, 16, 32, 33, 2_400] {
                let key = KeyBytes::copied(&vec![0xa5; length]);
                let wrapped = wrap.wrap(&key).unwrap();
                assert_eq!(bytes(&wrap.unwrap(&wrapped).unwrap()), bytes(&key));
                let mut changed = wrapped.clone();
                changed[length / 2] ^= 4;
                assert_eq!(wrap.unwrap(&changed).err(), Some(KmsError::DoesNotOpen));
            }
        }
        let kek = KeyBytes::zeroed(32);
        let wrap = AesWrap::new(&kek).unwrap();
        assert!(wrap.wrap(&KeyBytes::zeroed(0)).is_err() && wrap.unwrap(&[]).is_err());
        assert!(wrap.wrap(&KeyBytes::zeroed(WRAP_BYTES_MAX)).is_ok());
        assert!(wrap.wrap(&KeyBytes::zeroed(WRAP_BYTES_MAX + 1)).is_err());
        assert!(AesWrap::new(&KeyBytes::zeroed(24)).is_err());
    }

    /// A wrapped key that another implementation made (Python's `cryptography`, `aes_key_wrap_with_padding`).
    #[test]
    fn another_implementations_wrapping_opens() {
        let kek = KeyBytes::copied(&(0..32).collect::<Vec<u8>>());
        let key = AesWrap::new(&kek).unwrap().unwrap(&unhex(KNOWN)).unwrap();
        assert_eq!(bytes(&key), b"canary key of 23 bytes!");
    }

    const KNOWN: &str = "5a741b2df99e415d3ec1ef9d8f0533fa46979bd37e1e622ee6f4b537376f37a3";
}
