//! How is data hashed? SHA-2 (FIPS 180-4), at once or as it comes.

use crate::KmsError;
use aws_lc_rs::digest::{self, Context, Digest};
use std::fmt;

/// A hash function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Hash {
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

impl Hash {
    /// The hash of data.
    pub fn of(self, data: &[u8]) -> HashValue {
        HashValue { hash: self, digest: digest::digest(self.algorithm(), data) }
    }

    /// Bytes of a value.
    pub const fn value_bytes(self) -> usize {
        match self {
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    /// A value that the caller computed.
    ///
    /// # Errors
    /// [`KmsError::DigestLength`] when it has another length.
    pub fn value(self, bytes: &[u8]) -> Result<HashValue, KmsError> {
        let digest = Digest::import_less_safe(bytes, self.algorithm());
        let wrong = KmsError::DigestLength { bytes: bytes.len(), expected: self.value_bytes() };
        digest.map(|digest| HashValue { hash: self, digest }).map_err(|_| wrong)
    }

    pub(super) fn algorithm(self) -> &'static digest::Algorithm {
        match self {
            Self::Sha256 => &digest::SHA256,
            Self::Sha384 => &digest::SHA384,
            Self::Sha512 => &digest::SHA512,
        }
    }
}

/// The hash of something.
#[derive(Clone)]
pub struct HashValue {
    hash: Hash,
    digest: Digest,
}

impl HashValue {
    /// By which function.
    pub fn hash(&self) -> Hash {
        self.hash
    }

    /// Its bytes.
    pub fn as_bytes(&self) -> &[u8] {
        self.digest.as_ref()
    }

    pub(super) fn digest(&self) -> &Digest {
        &self.digest
    }
}

impl fmt::Debug for HashValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HashValue({:?})", self.hash)
    }
}

/// Hashes data as it comes.
#[derive(Clone)]
pub struct Hasher {
    hash: Hash,
    context: Context,
}

impl Hasher {
    /// Nothing hashed yet.
    pub fn new(hash: Hash) -> Self {
        Self { hash, context: Context::new(hash.algorithm()) }
    }

    /// Takes more data.
    pub fn update(&mut self, data: &[u8]) {
        self.context.update(data);
    }

    /// The hash of all data.
    pub fn finish(self) -> HashValue {
        HashValue { hash: self.hash, digest: self.context.finish() }
    }
}

impl fmt::Debug for Hasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hasher({:?})", self.hash)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::hex;

    /// The hashes of "abc" in NIST's "Examples with Intermediate Values" for FIPS 180-4.
    #[test]
    fn published_values_come_out_at_once_and_in_pieces() {
        let cases = [
            (Hash::Sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                Hash::Sha384,
                "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7",
            ),
            (
                Hash::Sha512,
                "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd\
                 454d4423643ce80e2a9ac94fa54ca49f",
            ),
        ];
        for (hash, wanted) in cases {
            assert_eq!(hex(hash.of(b"abc").as_bytes()), wanted);
            let mut hasher = Hasher::new(hash);
            hasher.update(b"a");
            hasher.update(b"bc");
            assert_eq!(hasher.finish().as_bytes(), hash.of(b"abc").as_bytes());
            assert!(hash.value(hash.of(b"abc").as_bytes()).is_ok());
            for length in [hash.value_bytes() - 1, hash.value_bytes() + 1] {
                let wrong = KmsError::DigestLength { bytes: length, expected: hash.value_bytes() };
                assert_eq!(hash.value(&vec![0; length]).err(), Some(wrong));
            }
        }
    }
}
