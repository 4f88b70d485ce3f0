//! How is a blob written? Bytes go in as they come, sealed blocks come out; only a block is held.

use super::{BLOB_ENTROPY_BYTES, BLOCK_BYTES, Blocks};
use crate::{DataKey, KmsError};
use sotto_public::Place;
use sotto_sensitive::RawBytes;

/// Seals a blob as it comes.
pub struct BlobSealer {
    blocks: Blocks,
    number: u64,
    held: RawBytes,
}

impl BlobSealer {
    /// Begins a blob at a place and appends its header. The entropy must be fresh random bytes.
    ///
    /// # Errors
    /// When the library refuses.
    pub fn new(
        key: &DataKey,
        place: &Place,
        entropy: [u8; BLOB_ENTROPY_BYTES],
        out: &mut Vec<u8>,
    ) -> Result<Self, KmsError> {
        let blocks = Blocks::new(key, place, &entropy)?;
        out.extend_from_slice(&blocks.head);
        Ok(Self { blocks, number: 0, held: RawBytes::default() })
    }

    /// Takes more bytes and appends the blocks that are full.
    ///
    /// # Errors
    /// When the blob has too many blocks.
    #[expect(clippy::disallowed_methods, reason = "encryption reads captured bytes; only ciphertext leaves")]
    pub fn push(&mut self, raw: &RawBytes, out: &mut Vec<u8>) -> Result<(), KmsError> {
        let mut rest = raw.expose();
        while !rest.is_empty() {
            // A full block is sealed when more follows: it might be the last one.
            if self.held.length() == BLOCK_BYTES {
                self.seal(false, out)?;
            }
            let room = BLOCK_BYTES - self.held.length();
            let (taken, left) = rest.split_at_checked(room).unwrap_or((rest, &[]));
            self.held.push(taken);
            rest = left;
        }
        Ok(())
    }

    /// Appends the last block.
    ///
    /// # Errors
    /// When the blob has too many blocks.
    pub fn finish(mut self, out: &mut Vec<u8>) -> Result<(), KmsError> {
        self.seal(true, out)
    }

    #[expect(clippy::disallowed_methods, reason = "encryption reads captured bytes; only ciphertext leaves")]
    fn seal(&mut self, last: bool, out: &mut Vec<u8>) -> Result<(), KmsError> {
        self.blocks.seal(self.number, last, self.held.expose(), out)?;
        self.number += 1;
        self.held.clear();
        Ok(())
    }
}

/// Seals a blob at once.
///
/// # Errors
/// When the library refuses.
pub fn seal_blob(
    key: &DataKey,
    place: &Place,
    raw: &RawBytes,
    entropy: [u8; BLOB_ENTROPY_BYTES],
) -> Result<Vec<u8>, KmsError> {
    let length = super::sealed_blob_bytes(raw.length() as u64);
    let mut out = Vec::with_capacity(usize::try_from(length).unwrap_or_default());
    let mut sealer = BlobSealer::new(key, place, entropy, &mut out)?;
    sealer.push(raw, &mut out)?;
    sealer.finish(&mut out)?;
    Ok(out)
}

impl std::fmt::Debug for BlobSealer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "BlobSealer(block {})", self.number)
    }
}
