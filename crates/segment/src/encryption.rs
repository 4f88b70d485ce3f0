//! How does a segment rest under a customer's key? Encrypted as a whole, footer included (Parquet modular encryption).
//!
//! AES-GCM with 128 or 256 bits under the column key of the log group and its time window, bound to a place by the prefix
//! of its associated data: a file that is moved to another group does not open. The prefix is not stored. Other engines
//! read such a file when they are given the key and that prefix. The library copies the key; where it wipes it is beyond
//! us, which is why this key opens masked columns alone and never originals.

use crate::SegmentError;
use parquet::encryption::decrypt::FileDecryptionProperties;
use parquet::encryption::encrypt::FileEncryptionProperties;
use sotto_public::Place;
use sotto_sensitive::KeyBytes;
use std::fmt;
use std::sync::Arc;

/// The key of a segment's columns, and what the segment is bound to.
pub struct ColumnKey<'a> {
    key: &'a KeyBytes,
    place: &'a Place,
}

impl<'a> ColumnKey<'a> {
    /// A key of 16 or 32 bytes, at a place.
    ///
    /// # Errors
    /// When the key has another length.
    pub fn new(key: &'a KeyBytes, place: &'a Place) -> Result<Self, SegmentError> {
        match key.length() {
            16 | 32 => Ok(Self { key, place }),
            bytes => Err(SegmentError::KeyLength { bytes }),
        }
    }

    #[expect(clippy::disallowed_methods, reason = "the library of the format takes the key as bytes")]
    fn bytes(&self) -> Vec<u8> {
        self.key.expose().to_vec()
    }

    pub(crate) fn encryption(&self) -> Result<Arc<FileEncryptionProperties>, SegmentError> {
        let properties = FileEncryptionProperties::builder(self.bytes())
            .with_aad_prefix(self.place.as_bytes().to_vec())
            .with_aad_prefix_storage(false);
        Ok(properties.build()?)
    }

    pub(crate) fn decryption(&self) -> Result<Arc<FileDecryptionProperties>, SegmentError> {
        let properties = FileDecryptionProperties::builder(self.bytes());
        Ok(properties.with_aad_prefix(self.place.as_bytes().to_vec()).build()?)
    }
}

impl fmt::Debug for ColumnKey<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ColumnKey")
    }
}
