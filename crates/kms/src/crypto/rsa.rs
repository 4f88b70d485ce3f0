//! How does RSA sign and encrypt? PKCS#1 (RFC 8017) with keys of 2,048 to 4,096 bits: PSS and v1.5 signatures, OAEP and v1.5
//! encryption.
//!
//! The hash of OAEP is that of its mask, too; the salt of PSS is as long as the hash. Private keys are PKCS#8 (RFC 5208),
//! public keys SubjectPublicKeyInfo (RFC 5280).

mod encryption;
mod signing;

pub use encryption::RsaPadding;
pub use signing::RsaScheme;

use super::bytes;
use crate::KmsError;
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rsa::{KeyPair, KeySize, PrivateDecryptingKey, PublicEncryptingKey};
use aws_lc_rs::signature::KeyPair as _;
use sotto_sensitive::KeyBytes;
use std::fmt;

/// How many bits a key has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RsaBits {
    /// 2,048.
    Rsa2048,
    /// 3,072.
    Rsa3072,
    /// 4,096.
    Rsa4096,
}

impl RsaBits {
    /// Bytes of the modulus, of a signature and of a ciphertext.
    pub const fn bytes(self) -> usize {
        match self {
            Self::Rsa2048 => 256,
            Self::Rsa3072 => 384,
            Self::Rsa4096 => 512,
        }
    }

    const ALL: [Self; 3] = [Self::Rsa2048, Self::Rsa3072, Self::Rsa4096];

    fn of_bytes(length: usize) -> Result<Self, KmsError> {
        Self::ALL.into_iter().find(|bits| bits.bytes() == length).ok_or(KmsError::KeyMalformed)
    }

    fn size(self) -> KeySize {
        match self {
            Self::Rsa2048 => KeySize::Rsa2048,
            Self::Rsa3072 => KeySize::Rsa3072,
            Self::Rsa4096 => KeySize::Rsa4096,
        }
    }
}

/// A private key.
pub struct RsaKey {
    bits: RsaBits,
    pair: KeyPair,
}

impl RsaKey {
    /// A new one; takes a tenth of a second, or some.
    ///
    /// # Errors
    /// When the library refuses.
    pub fn generate(bits: RsaBits) -> Result<Self, KmsError> {
        let pair = KeyPair::generate(bits.size()).map_err(|_| KmsError::Refused)?;
        Ok(Self { bits, pair })
    }

    /// Reads PKCS#8.
    ///
    /// # Errors
    /// [`KmsError::KeyMalformed`] when it is no private key of a size that is supported.
    pub fn read(der: &KeyBytes) -> Result<Self, KmsError> {
        let pair = KeyPair::from_pkcs8(bytes(der)).map_err(|_| KmsError::KeyMalformed)?;
        Ok(Self { bits: RsaBits::of_bytes(pair.public_modulus_len())?, pair })
    }

    /// PKCS#8.
    ///
    /// # Errors
    /// When the library refuses.
    pub fn to_der(&self) -> Result<KeyBytes, KmsError> {
        pkcs8(&self.pair)
    }

    /// How many bits.
    pub fn bits(&self) -> RsaBits {
        self.bits
    }

    /// The public half.
    ///
    /// # Errors
    /// When the library refuses.
    pub fn public(&self) -> Result<RsaPublic, KmsError> {
        let der: Result<PublicKeyX509Der<'_>, _> = self.pair.public_key().as_der();
        RsaPublic::read(der.map_err(|_| KmsError::Refused)?.as_ref())
    }

    /// The library has a type of its own for decryption; signing, which is more frequent, is spared the second reading.
    fn opening(&self) -> Result<PrivateDecryptingKey, KmsError> {
        let der = self.to_der()?;
        PrivateDecryptingKey::from_pkcs8(bytes(&der)).map_err(|_| KmsError::KeyMalformed)
    }
}

fn pkcs8(pair: &KeyPair) -> Result<KeyBytes, KmsError> {
    let document: Result<Pkcs8V1Der<'_>, _> = pair.as_der();
    document.map(|document| KeyBytes::copied(document.as_ref())).map_err(|_| KmsError::Refused)
}

impl fmt::Debug for RsaKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RsaKey({:?})", self.bits)
    }
}

/// A public key.
pub struct RsaPublic {
    bits: RsaBits,
    key: PublicEncryptingKey,
    der: Vec<u8>,
}

impl RsaPublic {
    /// Reads SubjectPublicKeyInfo.
    ///
    /// # Errors
    /// [`KmsError::KeyMalformed`] when it is no public key of a size that is supported.
    pub fn read(der: &[u8]) -> Result<Self, KmsError> {
        Self::of(PublicEncryptingKey::from_der(der).map_err(|_| KmsError::KeyMalformed)?)
    }

    fn of(key: PublicEncryptingKey) -> Result<Self, KmsError> {
        let der: Result<PublicKeyX509Der<'_>, _> = key.as_der();
        let der = der.map(|der| der.as_ref().to_vec()).map_err(|_| KmsError::Refused)?;
        Ok(Self { bits: RsaBits::of_bytes(key.key_size_bytes())?, key, der })
    }

    /// SubjectPublicKeyInfo.
    pub fn as_der(&self) -> &[u8] {
        &self.der
    }

    /// How many bits.
    pub fn bits(&self) -> RsaBits {
        self.bits
    }
}

impl fmt::Debug for RsaPublic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RsaPublic({:?})", self.bits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_come_back_from_their_encodings() {
        for bits in RsaBits::ALL {
            let key = RsaKey::generate(bits).unwrap();
            let again = RsaKey::read(&key.to_der().unwrap()).unwrap();
            assert_eq!((again.bits(), key.bits()), (bits, bits));
            let public = RsaPublic::read(again.public().unwrap().as_der()).unwrap();
            assert_eq!(public.as_der(), key.public().unwrap().as_der());
            assert_eq!(public.bits(), bits);
            let der = key.to_der().unwrap();
            assert!(RsaKey::read(&KeyBytes::copied(&bytes(&der)[1..])).is_err());
            assert!(RsaPublic::read(&public.as_der()[1..]).is_err());
        }
        assert_eq!(RsaBits::of_bytes(1024).err(), Some(KmsError::KeyMalformed), "no size of ours");
    }
}
