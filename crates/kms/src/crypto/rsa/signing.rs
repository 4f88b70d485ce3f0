//! How does RSA sign? PSS (RFC 8017, section 8.1) and v1.5 (8.2) with SHA-2.

use super::{RsaKey, RsaPublic};
use crate::KmsError;
use crate::crypto::{Hash, HashValue};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{self, RsaEncoding, RsaParameters, UnparsedPublicKey};

/// How a signature is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RsaScheme {
    /// RSASSA-PKCS1-v1_5.
    Pkcs1,
    /// RSASSA-PSS, with a salt as long as the hash.
    Pss,
}

fn signing(scheme: RsaScheme, hash: Hash) -> &'static dyn RsaEncoding {
    match (scheme, hash) {
        (RsaScheme::Pkcs1, Hash::Sha256) => &signature::RSA_PKCS1_SHA256,
        (RsaScheme::Pkcs1, Hash::Sha384) => &signature::RSA_PKCS1_SHA384,
        (RsaScheme::Pkcs1, Hash::Sha512) => &signature::RSA_PKCS1_SHA512,
        (RsaScheme::Pss, Hash::Sha256) => &signature::RSA_PSS_SHA256,
        (RsaScheme::Pss, Hash::Sha384) => &signature::RSA_PSS_SHA384,
        (RsaScheme::Pss, Hash::Sha512) => &signature::RSA_PSS_SHA512,
    }
}

fn verifying(scheme: RsaScheme, hash: Hash) -> &'static RsaParameters {
    match (scheme, hash) {
        (RsaScheme::Pkcs1, Hash::Sha256) => &signature::RSA_PKCS1_2048_8192_SHA256,
        (RsaScheme::Pkcs1, Hash::Sha384) => &signature::RSA_PKCS1_2048_8192_SHA384,
        (RsaScheme::Pkcs1, Hash::Sha512) => &signature::RSA_PKCS1_2048_8192_SHA512,
        (RsaScheme::Pss, Hash::Sha256) => &signature::RSA_PSS_2048_8192_SHA256,
        (RsaScheme::Pss, Hash::Sha384) => &signature::RSA_PSS_2048_8192_SHA384,
        (RsaScheme::Pss, Hash::Sha512) => &signature::RSA_PSS_2048_8192_SHA512,
    }
}

impl RsaKey {
    /// Signs a message.
    ///
    /// # Errors
    /// When the library refuses.
    pub fn sign(&self, scheme: RsaScheme, hash: Hash, message: &[u8]) -> Result<Vec<u8>, KmsError> {
        let mut signature = vec![0; self.bits.bytes()];
        let signed = self.pair.sign(signing(scheme, hash), &SystemRandom::new(), message, &mut signature);
        signed.map(|()| signature).map_err(|_| KmsError::Refused)
    }

    /// Signs what was hashed already.
    ///
    /// # Errors
    /// When the library refuses.
    pub fn sign_value(&self, scheme: RsaScheme, value: &HashValue) -> Result<Vec<u8>, KmsError> {
        let mut signature = vec![0; self.bits.bytes()];
        let signed = self.pair.sign_digest(signing(scheme, value.hash()), value.digest(), &mut signature);
        signed.map(|()| signature).map_err(|_| KmsError::Refused)
    }
}

impl RsaPublic {
    /// That a signature is one of a message.
    ///
    /// # Errors
    /// [`KmsError::SignatureWrong`] otherwise.
    pub fn verify(
        &self,
        scheme: RsaScheme,
        hash: Hash,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), KmsError> {
        let key = UnparsedPublicKey::new(verifying(scheme, hash), self.as_der());
        key.verify(message, signature).map_err(|_| KmsError::SignatureWrong)
    }

    /// That a signature is one of what was hashed already.
    ///
    /// # Errors
    /// [`KmsError::SignatureWrong`] otherwise.
    pub fn verify_value(
        &self,
        scheme: RsaScheme,
        value: &HashValue,
        signature: &[u8],
    ) -> Result<(), KmsError> {
        let key = UnparsedPublicKey::new(verifying(scheme, value.hash()), self.as_der());
        key.verify_digest(value.digest(), signature).map_err(|_| KmsError::SignatureWrong)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::RsaBits;

    #[test]
    fn what_one_half_signs_the_other_verifies() {
        let key = RsaKey::generate(RsaBits::Rsa2048).unwrap();
        let public = key.public().unwrap();
        for scheme in [RsaScheme::Pkcs1, RsaScheme::Pss] {
            for hash in [Hash::Sha256, Hash::Sha384, Hash::Sha512] {
                let signature = key.sign(scheme, hash, b"canary").unwrap();
                assert_eq!(public.verify(scheme, hash, b"canary", &signature), Ok(()));
                let value = hash.of(b"canary");
                assert_eq!(public.verify_value(scheme, &value, &signature), Ok(()));
                let of_value = key.sign_value(scheme, &value).unwrap();
                assert_eq!(public.verify(scheme, hash, b"canary", &of_value), Ok(()));
                let wrong = Err(KmsError::SignatureWrong);
                assert_eq!(public.verify(scheme, hash, b"canarz", &signature), wrong);
                let other = if scheme == RsaScheme::Pss { RsaScheme::Pkcs1 } else { RsaScheme::Pss };
                assert_eq!(public.verify(other, hash, b"canary", &signature), wrong);
            }
        }
    }
}
