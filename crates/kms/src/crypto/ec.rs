//! How do elliptic curves sign and agree? ECDSA (FIPS 186-5) and ECDH (NIST SP 800-56A) over NIST's curves, and ECDSA over
//! secp256k1 (SEC 2).
//!
//! Each curve has the hash that KMS and the Encryption SDK sign with. Signatures are DER (RFC 3279, section 2.2.3), private
//! keys PKCS#8 (RFC 5208), public keys SubjectPublicKeyInfo (RFC 5280) or points (SEC 1, section 2.3.3).

use super::{Hash, HashValue, bytes};
use crate::KmsError;
use aws_lc_rs::agreement;
use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{self, EcdsaKeyPair, EcdsaSigningAlgorithm, EcdsaVerificationAlgorithm, KeyPair};
use aws_lc_rs::signature::{ParsedPublicKey, UnparsedPublicKey};
use sotto_sensitive::KeyBytes;
use std::fmt;

/// A curve.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Curve {
    /// NIST P-256, with SHA-256.
    P256,
    /// NIST P-384, with SHA-384.
    P384,
    /// NIST P-521, with SHA-512.
    P521,
    /// secp256k1, with SHA-256; it signs only.
    Secp256k1,
}

impl Curve {
    /// The hash that it signs with.
    pub const fn hash(self) -> Hash {
        match self {
            Self::P256 | Self::Secp256k1 => Hash::Sha256,
            Self::P384 => Hash::Sha384,
            Self::P521 => Hash::Sha512,
        }
    }

    /// Bytes of a coordinate.
    pub const fn coordinate_bytes(self) -> usize {
        match self {
            Self::P256 | Self::Secp256k1 => 32,
            Self::P384 => 48,
            Self::P521 => 66,
        }
    }

    fn signing(self) -> &'static EcdsaSigningAlgorithm {
        match self {
            Self::P256 => &signature::ECDSA_P256_SHA256_ASN1_SIGNING,
            Self::P384 => &signature::ECDSA_P384_SHA384_ASN1_SIGNING,
            Self::P521 => &signature::ECDSA_P521_SHA512_ASN1_SIGNING,
            Self::Secp256k1 => &signature::ECDSA_P256K1_SHA256_ASN1_SIGNING,
        }
    }

    fn verifying(self) -> &'static EcdsaVerificationAlgorithm {
        match self {
            Self::P256 => &signature::ECDSA_P256_SHA256_ASN1,
            Self::P384 => &signature::ECDSA_P384_SHA384_ASN1,
            Self::P521 => &signature::ECDSA_P521_SHA512_ASN1,
            Self::Secp256k1 => &signature::ECDSA_P256K1_SHA256_ASN1,
        }
    }

    fn agreeing(self) -> Result<&'static agreement::Algorithm, KmsError> {
        match self {
            Self::P256 => Ok(&agreement::ECDH_P256),
            Self::P384 => Ok(&agreement::ECDH_P384),
            Self::P521 => Ok(&agreement::ECDH_P521),
            Self::Secp256k1 => Err(KmsError::Refused),
        }
    }
}

/// A private key.
pub struct EcKey {
    curve: Curve,
    pair: EcdsaKeyPair,
}

impl EcKey {
    /// A new one.
    ///
    /// # Errors
    /// When the library refuses.
    pub fn generate(curve: Curve) -> Result<Self, KmsError> {
        let pair = EcdsaKeyPair::generate(curve.signing()).map_err(|_| KmsError::Refused)?;
        Ok(Self { curve, pair })
    }

    /// Reads PKCS#8 (RFC 5208), or what RFC 5915 writes.
    ///
    /// # Errors
    /// [`KmsError::KeyMalformed`] when it is no private key of this curve.
    pub fn read(curve: Curve, der: &KeyBytes) -> Result<Self, KmsError> {
        let pair = EcdsaKeyPair::from_private_key_der(curve.signing(), bytes(der));
        pair.map(|pair| Self { curve, pair }).map_err(|_| KmsError::KeyMalformed)
    }

    /// PKCS#8.
    ///
    /// # Errors
    /// When the library refuses.
    pub fn to_der(&self) -> Result<KeyBytes, KmsError> {
        let document = self.pair.to_pkcs8v1().map_err(|_| KmsError::Refused)?;
        Ok(KeyBytes::copied(document.as_ref()))
    }

    /// Its curve.
    pub fn curve(&self) -> Curve {
        self.curve
    }

    /// The public half.
    ///
    /// # Errors
    /// When the library refuses.
    pub fn public(&self) -> Result<EcPublic, KmsError> {
        EcPublic::read(self.curve, self.pair.public_key().as_ref())
    }

    /// The public point in short (SEC 1, section 2.3.3: which of two, and one coordinate).
    pub fn compressed_point(&self) -> Vec<u8> {
        let point = self.pair.public_key().as_ref();
        let odd = point.last().is_some_and(|last| last & 1 == 1);
        let x = point.get(1..=self.curve.coordinate_bytes()).unwrap_or_default();
        [&[2 + u8::from(odd)], x].concat()
    }

    /// Signs a message.
    ///
    /// # Errors
    /// When the library refuses.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KmsError> {
        let signature = self.pair.sign(&SystemRandom::new(), message).map_err(|_| KmsError::Refused)?;
        Ok(signature.as_ref().to_vec())
    }

    /// Signs what was hashed already.
    ///
    /// # Errors
    /// When it was hashed by another function than the curve's.
    pub fn sign_value(&self, value: &HashValue) -> Result<Vec<u8>, KmsError> {
        let signature = self.pair.sign_digest(value.digest()).map_err(|_| KmsError::Refused)?;
        Ok(signature.as_ref().to_vec())
    }

    /// The secret that only this key and the other's private key give: the first coordinate (NIST SP 800-56A, 5.7.1.2).
    ///
    /// # Errors
    /// When the curve does not agree, or the other key is of another one.
    pub fn agree(&self, other: &EcPublic) -> Result<KeyBytes, KmsError> {
        let algorithm = self.curve.agreeing()?;
        let der = self.to_der()?;
        let own = agreement::PrivateKey::from_private_key_der(algorithm, bytes(&der));
        let own = own.map_err(|_| KmsError::KeyMalformed)?;
        let other = agreement::UnparsedPublicKey::new(algorithm, other.to_der()?);
        agreement::agree(&own, other, KmsError::KeyMalformed, |secret| Ok(KeyBytes::copied(secret)))
    }
}

impl fmt::Debug for EcKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EcKey({:?})", self.curve)
    }
}

/// A public key.
pub struct EcPublic {
    curve: Curve,
    key: ParsedPublicKey,
}

impl EcPublic {
    /// Reads SubjectPublicKeyInfo or a point, whole or short.
    ///
    /// # Errors
    /// [`KmsError::KeyMalformed`] when it is no public key of this curve.
    pub fn read(curve: Curve, encoded: &[u8]) -> Result<Self, KmsError> {
        let key = UnparsedPublicKey::new(curve.verifying(), encoded).parse();
        key.map(|key| Self { curve, key }).map_err(|_| KmsError::KeyMalformed)
    }

    /// SubjectPublicKeyInfo.
    ///
    /// # Errors
    /// When the library refuses.
    pub fn to_der(&self) -> Result<Vec<u8>, KmsError> {
        let der: Result<PublicKeyX509Der<'_>, _> = self.key.as_der();
        der.map(|der| der.as_ref().to_vec()).map_err(|_| KmsError::Refused)
    }

    /// Its curve.
    pub fn curve(&self) -> Curve {
        self.curve
    }

    /// That a signature is one of a message.
    ///
    /// # Errors
    /// [`KmsError::SignatureWrong`] otherwise.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), KmsError> {
        self.key.verify_sig(message, signature).map_err(|_| KmsError::SignatureWrong)
    }

    /// That a signature is one of what was hashed already.
    ///
    /// # Errors
    /// [`KmsError::SignatureWrong`] otherwise.
    pub fn verify_value(&self, value: &HashValue, signature: &[u8]) -> Result<(), KmsError> {
        self.key.verify_digest_sig(value.digest(), signature).map_err(|_| KmsError::SignatureWrong)
    }
}

impl fmt::Debug for EcPublic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EcPublic({:?})", self.curve)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{hex, unhex};

    const CURVES: [Curve; 4] = [Curve::P256, Curve::P384, Curve::P521, Curve::Secp256k1];

    #[test]
    fn what_one_half_signs_the_other_verifies() {
        for curve in CURVES {
            let key = EcKey::read(curve, &EcKey::generate(curve).unwrap().to_der().unwrap()).unwrap();
            let (public, value) = (key.public().unwrap(), curve.hash().of(b"canary"));
            let signature = key.sign(b"canary").unwrap();
            assert_eq!(public.verify(b"canary", &signature), Ok(()), "{curve:?}");
            assert_eq!(public.verify_value(&value, &key.sign_value(&value).unwrap()), Ok(()));
            assert_eq!(public.verify_value(&value, &signature), Ok(()));
            assert_eq!(public.verify(b"canarz", &signature), Err(KmsError::SignatureWrong));
            for form in [public.to_der().unwrap(), key.compressed_point()] {
                let read = EcPublic::read(curve, &form).unwrap();
                assert_eq!(read.verify(b"canary", &signature), Ok(()));
                assert_eq!(EcPublic::read(curve, &form[1..]).err(), Some(KmsError::KeyMalformed));
            }
            assert_eq!(key.compressed_point().len(), 1 + curve.coordinate_bytes());
            let other = if curve.hash() == Hash::Sha256 { Hash::Sha512 } else { Hash::Sha256 };
            assert!(key.sign_value(&other.of(b"canary")).is_err());
        }
    }

    #[test]
    fn keys_of_another_curve_are_refused() {
        for one in CURVES {
            let der = EcKey::generate(one).unwrap().to_der().unwrap();
            for other in CURVES.into_iter().filter(|other| *other != one) {
                assert_eq!(EcKey::read(other, &der).err(), Some(KmsError::KeyMalformed));
            }
        }
    }

    #[test]
    fn both_sides_agree() {
        for curve in [Curve::P256, Curve::P384, Curve::P521] {
            let [one, other] = [EcKey::generate(curve).unwrap(), EcKey::generate(curve).unwrap()];
            let secret = one.agree(&other.public().unwrap()).unwrap();
            assert_eq!(bytes(&secret), bytes(&other.agree(&one.public().unwrap()).unwrap()));
            assert_eq!(secret.length(), curve.coordinate_bytes());
            let stranger = if curve == Curve::P256 { Curve::P384 } else { Curve::P256 };
            assert!(one.agree(&EcKey::generate(stranger).unwrap().public().unwrap()).is_err());
        }
        let key = EcKey::generate(Curve::Secp256k1).unwrap();
        assert!(key.agree(&key.public().unwrap()).is_err());
    }

    /// RFC 6979, appendix A.2.5, with SHA-256 and the message "sample".
    #[test]
    fn a_published_signature_verifies() {
        let point = "0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6\
                     7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299";
        let signature = "3046022100efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716\
                         022100f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8";
        let public = EcPublic::read(Curve::P256, &unhex(point)).unwrap();
        assert_eq!(public.verify(b"sample", &unhex(signature)), Ok(()));
        assert_eq!(public.verify(b"simple", &unhex(signature)), Err(KmsError::SignatureWrong));
    }

    /// NIST CAVP, "KAS_ECC_CDH_PrimitiveTest", P-256, count 0; the private key in the form of RFC 5915.
    #[test]
    fn a_published_secret_comes_out() {
        let private = "303102010104207d7dc5f71eb29ddaf80d6214632eeae03d9058af1fb6d22ed80badb62bc1a534\
                       a00a06082a8648ce3d030107";
        let other = "04700c48f77f56584c5cc632ca65640db91b6bacce3a4df6b42ce7cc838833d287\
                     db71e509e3fd9b060ddb20ba5c51dcc5948d46fbf640dfe0441782cab85fa4ac";
        let key = EcKey::read(Curve::P256, &KeyBytes::copied(&unhex(private))).unwrap();
        let secret = key.agree(&EcPublic::read(Curve::P256, &unhex(other)).unwrap()).unwrap();
        let wanted = "46fc62106420ff012e54a434fbdd2d25ccc5852060561e68040dd7778997bd7b";
        assert_eq!(hex(bytes(&secret)), wanted);
    }
}
