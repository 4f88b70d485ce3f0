//! How is data authenticated with a secret? HMAC (RFC 2104, FIPS 198-1) with SHA-2.

use super::bytes;
use crate::KmsError;
use aws_lc_rs::hmac;
use sotto_sensitive::KeyBytes;
use std::fmt;

/// An HMAC, by its hash function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mac {
    /// HMAC with SHA-224.
    Sha224,
    /// HMAC with SHA-256.
    Sha256,
    /// HMAC with SHA-384.
    Sha384,
    /// HMAC with SHA-512.
    Sha512,
}

impl Mac {
    fn algorithm(self) -> hmac::Algorithm {
        match self {
            Self::Sha224 => hmac::HMAC_SHA224,
            Self::Sha256 => hmac::HMAC_SHA256,
            Self::Sha384 => hmac::HMAC_SHA384,
            Self::Sha512 => hmac::HMAC_SHA512,
        }
    }

    /// Bytes of a code.
    pub fn code_bytes(self) -> usize {
        self.algorithm().tag_len()
    }
}

/// A secret that authenticates.
pub struct MacKey(hmac::Key);

impl MacKey {
    /// Ready for many messages.
    pub fn new(mac: Mac, key: &KeyBytes) -> Self {
        Self(hmac::Key::new(mac.algorithm(), bytes(key)))
    }

    /// The code of a message.
    pub fn code(&self, message: &[u8]) -> Vec<u8> {
        hmac::sign(&self.0, message).as_ref().to_vec()
    }

    /// That a code is that of a message, in constant time.
    ///
    /// # Errors
    /// [`KmsError::CodeWrong`] otherwise.
    pub fn verify(&self, message: &[u8], code: &[u8]) -> Result<(), KmsError> {
        hmac::verify(&self.0, message, code).map_err(|_| KmsError::CodeWrong)
    }
}

impl fmt::Debug for MacKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MacKey")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::hex;

    /// RFC 4231, section 4.3, test case 2.
    #[test]
    fn published_codes_come_out() {
        let key = KeyBytes::copied(b"Jefe");
        let message = b"what do ya want for nothing?";
        let cases = [
            (Mac::Sha224, "a30e01098bc6dbbf45690f3a7e9e6d0f8bbea2a39e6148008fd05e44"),
            (Mac::Sha256, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
            (
                Mac::Sha384,
                "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649",
            ),
            (
                Mac::Sha512,
                "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fd\
                 caeab1a34d4a6b4b636e070a38bce737",
            ),
        ];
        for (mac, wanted) in cases {
            let key = MacKey::new(mac, &key);
            let code = key.code(message);
            assert_eq!((hex(&code), code.len()), (wanted.to_owned(), mac.code_bytes()));
            assert_eq!(key.verify(message, &code), Ok(()));
            assert_eq!(key.verify(b"another", &code), Err(KmsError::CodeWrong));
            assert_eq!(key.verify(message, &code[1..]), Err(KmsError::CodeWrong));
        }
    }
}
