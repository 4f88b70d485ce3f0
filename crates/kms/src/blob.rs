//! How is something large sealed? In blocks of 64 KiB, each alone, so that it can be written and read as a stream and in parts.
//!
//! The construction is STREAM (Hoang, Reyhanitabar, Rogaway, Vizár 2015), as age has it: the nonce of a block is a prefix of the
//! blob, the block's number, and whether it is the last one. So what is cut off, moved, doubled or taken from another blob
//! does not open. AES-GCM alone does not commit to its key (one ciphertext may open under two), hence a commitment in the
//! header, as in the newest suites of the AWS Encryption SDK.
//!
//! Layout: `sottob1` and a zero byte || salt 16 || prefix 7 || commitment 32, then blocks of 65,536 bytes and tag 16; the last
//! one holds 1 to 65,536 bytes, or none in an empty blob. Key and commitment come by HKDF-SHA512 from data key, salt and
//! place; the header is associated data of every block. A single AEAD over all was rejected: nothing could be read before the
//! end, and a recording does not fit into memory.

mod open;
mod seal;

pub use open::{BlobOpener, open_blob};
pub use seal::{BlobSealer, seal_blob};

use crate::crypto::{AesGcm, Hash, Hkdf, NONCE_BYTES, TAG_BYTES, bytes};
use crate::{DataKey, KmsError};
use sotto_public::Place;
use sotto_sensitive::RawBytes;

/// Bytes of a block before it is sealed.
pub const BLOCK_BYTES: usize = 64 * 1024;
/// Bytes of a sealed block.
pub const SEALED_BLOCK_BYTES: usize = BLOCK_BYTES + TAG_BYTES;
/// Random bytes that one blob takes.
pub const BLOB_ENTROPY_BYTES: usize = SALT_BYTES + PREFIX_BYTES;
/// Bytes of the header.
pub const BLOB_HEAD_BYTES: usize = MARK.len() + BLOB_ENTROPY_BYTES + COMMITMENT_BYTES;

/// Most blocks of one blob: numbers have 32 bits; 256 TiB.
#[cfg(test)]
const BLOCKS_MAX: u64 = 1 << 32;

const MARK: &[u8; 8] = b"sottob1\0";
const SALT_BYTES: usize = 16;
const PREFIX_BYTES: usize = 7;
const COMMITMENT_BYTES: usize = 32;
const KEY_BYTES: usize = 32;

/// How many bytes a sealed blob has.
pub const fn sealed_blob_bytes(raw_bytes: u64) -> u64 {
    let blocks = if raw_bytes == 0 { 1 } else { raw_bytes.div_ceil(BLOCK_BYTES as u64) };
    BLOB_HEAD_BYTES as u64 + raw_bytes + blocks * TAG_BYTES as u64
}

/// What the blocks of one blob are sealed under.
struct Blocks {
    gcm: AesGcm,
    head: Vec<u8>,
    prefix: [u8; PREFIX_BYTES],
}

impl Blocks {
    fn new(key: &DataKey, place: &Place, entropy: &[u8]) -> Result<Self, KmsError> {
        let (salt, prefix) = entropy.split_at_checked(SALT_BYTES).ok_or(KmsError::NotSealed)?;
        let prefix = prefix.try_into().map_err(|_| KmsError::NotSealed)?;
        let secret = Hkdf::extract(Hash::Sha512, salt, key.key());
        let commitment = secret.expand(&[b"sotto blob commitment 1", place.as_bytes()], COMMITMENT_BYTES)?;
        let gcm = AesGcm::new(&secret.expand(&[b"sotto blob key 1", place.as_bytes()], KEY_BYTES)?)?;
        let head = [MARK.as_slice(), entropy, bytes(&commitment)].concat();
        Ok(Self { gcm, head, prefix })
    }

    /// The nonce of a block.
    fn nonce(&self, number: u64, last: bool) -> Result<[u8; NONCE_BYTES], KmsError> {
        let number = u32::try_from(number).map_err(|_| KmsError::Refused)?.to_be_bytes();
        let [a, b, c, d, e, f, g] = self.prefix;
        let [h, i, j, k] = number;
        Ok([a, b, c, d, e, f, g, h, i, j, k, u8::from(last)])
    }

    /// Appends a sealed block.
    fn seal(&self, number: u64, last: bool, block: &[u8], out: &mut Vec<u8>) -> Result<(), KmsError> {
        let from = out.len();
        out.resize(from + block.len(), 0);
        let place = out.get_mut(from..).unwrap_or_default();
        let tag = self.gcm.seal_from(self.nonce(number, last)?, &self.head, block, place)?;
        out.extend_from_slice(&tag);
        Ok(())
    }

    /// A block again.
    fn open(&self, number: u64, last: bool, sealed: &[u8]) -> Result<RawBytes, KmsError> {
        let length = sealed.len().checked_sub(TAG_BYTES).ok_or(KmsError::DoesNotOpen)?;
        let (body, tag) = sealed.split_at_checked(length).ok_or(KmsError::DoesNotOpen)?;
        let mut block = zeroize::Zeroizing::new(vec![0; length]);
        self.gcm.open_from(self.nonce(number, last)?, &self.head, body, tag, &mut block)?;
        Ok(RawBytes::new(std::mem::take(&mut *block)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::tests::Counter;

    #[test]
    fn lengths_are_known_before() {
        let key = DataKey::generate(&mut Counter(1)).unwrap();
        for length in [0, 1, BLOCK_BYTES - 1, BLOCK_BYTES, BLOCK_BYTES + 1, 2 * BLOCK_BYTES] {
            let raw = RawBytes::new(vec![7; length]);
            let sealed = seal_blob(&key, &Place::new("blob"), &raw, [1; BLOB_ENTROPY_BYTES]).unwrap();
            assert_eq!(sealed.len() as u64, sealed_blob_bytes(length as u64), "{length}");
        }
    }

    #[test]
    fn numbers_of_blocks_are_bounded() {
        let key = DataKey::generate(&mut Counter(1)).unwrap();
        let blocks = Blocks::new(&key, &Place::new("blob"), &[1; BLOB_ENTROPY_BYTES]).unwrap();
        assert!(blocks.nonce(BLOCKS_MAX - 1, false).is_ok() && blocks.nonce(BLOCKS_MAX, false).is_err());
    }
}
