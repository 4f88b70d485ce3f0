//! How does Ed25519 sign (RFC 8032)? Whole messages only: the variant for hashed messages is not in the library.

use super::bytes;
use crate::KmsError;
use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, ParsedPublicKey, UnparsedPublicKey};
use sotto_sensitive::KeyBytes;
use std::fmt;

/// A private key.
pub struct EdwardsKey(Ed25519KeyPair);

impl EdwardsKey {
    /// A new one.
    ///
    /// # Errors
    /// When the library refuses.
    pub fn generate() -> Result<Self, KmsError> {
        Ed25519KeyPair::generate().map(Self).map_err(|_| KmsError::Refused)
    }

    /// Reads PKCS#8 (RFC 8410, section 7).
    ///
    /// # Errors
    /// [`KmsError::KeyMalformed`] when it is no private key of this kind.
    pub fn read(der: &KeyBytes) -> Result<Self, KmsError> {
        let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(bytes(der));
        pair.map(Self).map_err(|_| KmsError::KeyMalformed)
    }

    /// PKCS#8.
    ///
    /// # Errors
    /// When the library refuses.
    pub fn to_der(&self) -> Result<KeyBytes, KmsError> {
        let document = self.0.to_pkcs8v1().map_err(|_| KmsError::Refused)?;
        Ok(KeyBytes::copied(document.as_ref()))
    }

    /// The public half.
    ///
    /// # Errors
    /// When the library refuses.
    pub fn public(&self) -> Result<EdwardsPublic, KmsError> {
        EdwardsPublic::read(self.0.public_key().as_ref())
    }

    /// Signs a message.
    ///
    /// # Errors
    /// When the library refuses.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KmsError> {
        let signature = self.0.try_sign(message).map_err(|_| KmsError::Refused)?;
        Ok(signature.as_ref().to_vec())
    }
}

impl fmt::Debug for EdwardsKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EdwardsKey")
    }
}

/// A public key.
pub struct EdwardsPublic(ParsedPublicKey);

impl EdwardsPublic {
    /// Reads SubjectPublicKeyInfo or 32 bytes.
    ///
    /// # Errors
    /// [`KmsError::KeyMalformed`] when it is no public key of this kind.
    pub fn read(encoded: &[u8]) -> Result<Self, KmsError> {
        UnparsedPublicKey::new(&ED25519, encoded).parse().map(Self).map_err(|_| KmsError::KeyMalformed)
    }

    /// SubjectPublicKeyInfo.
    ///
    /// # Errors
    /// When the library refuses.
    pub fn to_der(&self) -> Result<Vec<u8>, KmsError> {
        let der: Result<PublicKeyX509Der<'_>, _> = self.0.as_der();
        der.map(|der| der.as_ref().to_vec()).map_err(|_| KmsError::Refused)
    }

    /// That a signature is one of a message.
    ///
    /// # Errors
    /// [`KmsError::SignatureWrong`] otherwise.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), KmsError> {
        self.0.verify_sig(message, signature).map_err(|_| KmsError::SignatureWrong)
    }
}

impl fmt::Debug for EdwardsPublic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EdwardsPublic")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{hex, unhex};

    /// RFC 8032, section 7.1, test 2; the key in the PKCS#8 of RFC 8410, section 7.
    #[test]
    fn the_published_signature_comes_out() {
        let seed = "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb";
        let der = unhex(&format!("302e020100300506032b657004220420{seed}"));
        let key = EdwardsKey::read(&KeyBytes::copied(&der)).unwrap();
        let wanted = "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c\
                      387b2eaeb4302aeeb00d291612bb0c00";
        assert_eq!(hex(&key.sign(&[0x72]).unwrap()), wanted);
        let public = EdwardsPublic::read(&key.public().unwrap().to_der().unwrap()).unwrap();
        assert_eq!(public.verify(&[0x72], &unhex(wanted)), Ok(()));
        assert_eq!(public.verify(&[0x73], &unhex(wanted)), Err(KmsError::SignatureWrong));
        assert_eq!(bytes(&key.to_der().unwrap()), der);
        assert!(EdwardsKey::read(&EdwardsKey::generate().unwrap().to_der().unwrap()).is_ok());
        assert!(EdwardsKey::read(&KeyBytes::copied(&der[1..])).is_err());
    }
}
