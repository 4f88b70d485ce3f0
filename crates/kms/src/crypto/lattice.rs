//! How does ML-DSA sign (FIPS 204)? Whole messages, without a context; keys are made from a seed that the caller draws.

use super::bytes;
use crate::KmsError;
use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::signature::{
    KeyPair, ML_DSA_44, ML_DSA_44_SIGNING, ML_DSA_65, ML_DSA_65_SIGNING, ML_DSA_87, ML_DSA_87_SIGNING,
    ParsedPublicKey, PqdsaKeyPair, PqdsaSigningAlgorithm, PqdsaVerificationAlgorithm, UnparsedPublicKey,
};
use sotto_sensitive::KeyBytes;
use std::fmt;

/// Bytes of a seed (FIPS 204, algorithm 1).
pub const LATTICE_SEED_BYTES: usize = 32;

/// A set of parameters (FIPS 204, section 4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lattice {
    /// ML-DSA-44.
    MlDsa44,
    /// ML-DSA-65.
    MlDsa65,
    /// ML-DSA-87.
    MlDsa87,
}

impl Lattice {
    fn signing(self) -> &'static PqdsaSigningAlgorithm {
        match self {
            Self::MlDsa44 => &ML_DSA_44_SIGNING,
            Self::MlDsa65 => &ML_DSA_65_SIGNING,
            Self::MlDsa87 => &ML_DSA_87_SIGNING,
        }
    }

    fn verifying(self) -> &'static PqdsaVerificationAlgorithm {
        match self {
            Self::MlDsa44 => &ML_DSA_44,
            Self::MlDsa65 => &ML_DSA_65,
            Self::MlDsa87 => &ML_DSA_87,
        }
    }
}

/// A private key.
pub struct LatticeKey {
    lattice: Lattice,
    pair: PqdsaKeyPair,
}

impl LatticeKey {
    /// The key of a seed.
    ///
    /// # Errors
    /// [`KmsError::KeyMalformed`] when the seed has another length.
    pub fn of_seed(lattice: Lattice, seed: &KeyBytes) -> Result<Self, KmsError> {
        let pair = PqdsaKeyPair::from_seed(lattice.signing(), bytes(seed));
        pair.map(|pair| Self { lattice, pair }).map_err(|_| KmsError::KeyMalformed)
    }

    /// Reads PKCS#8.
    ///
    /// # Errors
    /// [`KmsError::KeyMalformed`] when it is no private key of these parameters.
    pub fn read(lattice: Lattice, der: &KeyBytes) -> Result<Self, KmsError> {
        let pair = PqdsaKeyPair::from_pkcs8(lattice.signing(), bytes(der));
        pair.map(|pair| Self { lattice, pair }).map_err(|_| KmsError::KeyMalformed)
    }

    /// PKCS#8, with the seed.
    ///
    /// # Errors
    /// When the key was read without its seed.
    pub fn to_der(&self) -> Result<KeyBytes, KmsError> {
        let document = self.pair.to_pkcs8v1().map_err(|_| KmsError::KeyMalformed)?;
        Ok(KeyBytes::copied(document.as_ref()))
    }

    /// The public half.
    ///
    /// # Errors
    /// When the library refuses.
    pub fn public(&self) -> Result<LatticePublic, KmsError> {
        LatticePublic::read(self.lattice, self.pair.public_key().as_ref())
    }

    /// Signs a message.
    ///
    /// # Errors
    /// When the library refuses.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KmsError> {
        let mut signature = vec![0; self.pair.algorithm().signature_len()];
        let length = self.pair.sign(message, &mut signature).map_err(|_| KmsError::Refused)?;
        signature.truncate(length);
        Ok(signature)
    }
}

impl fmt::Debug for LatticeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LatticeKey({:?})", self.lattice)
    }
}

/// A public key.
pub struct LatticePublic(ParsedPublicKey);

impl LatticePublic {
    /// Reads SubjectPublicKeyInfo, or the bare key.
    ///
    /// # Errors
    /// [`KmsError::KeyMalformed`] when it is no public key of these parameters.
    pub fn read(lattice: Lattice, encoded: &[u8]) -> Result<Self, KmsError> {
        let key = UnparsedPublicKey::new(lattice.verifying(), encoded).parse();
        key.map(Self).map_err(|_| KmsError::KeyMalformed)
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

impl fmt::Debug for LatticePublic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LatticePublic")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Lattice; 3] = [Lattice::MlDsa44, Lattice::MlDsa65, Lattice::MlDsa87];

    #[test]
    fn what_one_half_signs_the_other_verifies() {
        // Lengths: FIPS 204, table 2.
        for (lattice, signature_bytes) in ALL.into_iter().zip([2_420, 3_309, 4_627]) {
            let key = LatticeKey::of_seed(lattice, &KeyBytes::copied(&[7; LATTICE_SEED_BYTES])).unwrap();
            let again = LatticeKey::read(lattice, &key.to_der().unwrap()).unwrap();
            let public = LatticePublic::read(lattice, &again.public().unwrap().to_der().unwrap()).unwrap();
            let signature = key.sign(b"canary").unwrap();
            assert_eq!(signature.len(), signature_bytes);
            assert_eq!(public.verify(b"canary", &signature), Ok(()));
            assert_eq!(public.verify(b"canarz", &signature), Err(KmsError::SignatureWrong));
            assert_eq!(public.verify(b"canary", &signature[1..]), Err(KmsError::SignatureWrong));
            for other in ALL.into_iter().filter(|other| *other != lattice) {
                assert!(LatticeKey::read(other, &key.to_der().unwrap()).is_err());
            }
            let short = KeyBytes::zeroed(LATTICE_SEED_BYTES - 1);
            assert_eq!(LatticeKey::of_seed(lattice, &short).err(), Some(KmsError::KeyMalformed));
        }
    }
}
