//! How is a blob read? As a stream, each block as soon as it is whole, or block by block in any order.
//!
//! What came out before an error is genuine as far as it goes; that the end was reached is known when `finish` says so.

use super::{BLOB_ENTROPY_BYTES, BLOB_HEAD_BYTES, Blocks, MARK, SEALED_BLOCK_BYTES};
use crate::crypto::{TAG_BYTES, equal};
use crate::{DataKey, KmsError};
use sotto_public::Place;
use sotto_sensitive::RawBytes;

/// Opens a blob.
pub struct BlobOpener {
    blocks: Blocks,
    number: u64,
    held: Vec<u8>,
}

impl BlobOpener {
    /// Reads the header of a blob at a place.
    ///
    /// # Errors
    /// [`KmsError::NotSealed`] when it is none; [`KmsError::DoesNotOpen`] when it commits to another key or place.
    pub fn new(key: &DataKey, place: &Place, head: &[u8; BLOB_HEAD_BYTES]) -> Result<Self, KmsError> {
        let rest = head.strip_prefix(MARK.as_slice()).ok_or(KmsError::NotSealed)?;
        let (entropy, _) = rest.split_at_checked(BLOB_ENTROPY_BYTES).ok_or(KmsError::NotSealed)?;
        let blocks = Blocks::new(key, place, entropy)?;
        match equal(&blocks.head, head) {
            true => Ok(Self { blocks, number: 0, held: Vec::new() }),
            false => Err(KmsError::DoesNotOpen),
        }
    }

    /// Takes more sealed bytes, after the header, and appends what blocks hold that are whole.
    ///
    /// # Errors
    /// [`KmsError::DoesNotOpen`] when a block was changed, moved, or is another blob's.
    #[expect(
        clippy::disallowed_methods,
        reason = "what was opened goes where the caller keeps captured bytes"
    )]
    pub fn push(&mut self, mut sealed: &[u8], out: &mut RawBytes) -> Result<(), KmsError> {
        while !sealed.is_empty() {
            // A full block is opened when more follows: it might be the last one.
            if self.held.len() == SEALED_BLOCK_BYTES {
                out.push(self.open(false)?.expose());
            }
            let room = SEALED_BLOCK_BYTES - self.held.len();
            let (taken, left) = sealed.split_at_checked(room).unwrap_or((sealed, &[]));
            self.held.extend_from_slice(taken);
            sealed = left;
        }
        Ok(())
    }

    /// Appends what the last block holds.
    ///
    /// # Errors
    /// [`KmsError::DoesNotOpen`] when the end was cut off or changed.
    #[expect(
        clippy::disallowed_methods,
        reason = "what was opened goes where the caller keeps captured bytes"
    )]
    pub fn finish(mut self, out: &mut RawBytes) -> Result<(), KmsError> {
        let block = self.open(true)?;
        // A blob has one form: an empty block stands in an empty blob only.
        if block.is_empty() && self.number > 1 {
            return Err(KmsError::DoesNotOpen);
        }
        out.push(block.expose());
        Ok(())
    }

    fn open(&mut self, last: bool) -> Result<RawBytes, KmsError> {
        let block = self.blocks.open(self.number, last, &self.held)?;
        self.number += 1;
        self.held.clear();
        Ok(block)
    }

    /// One block alone, by its number from 0 and whether it is the last one; for reading a part.
    ///
    /// # Errors
    /// [`KmsError::DoesNotOpen`] when it is not that block.
    pub fn block(&self, number: u64, last: bool, sealed: &[u8]) -> Result<RawBytes, KmsError> {
        if sealed.len() > SEALED_BLOCK_BYTES || sealed.len() < TAG_BYTES {
            return Err(KmsError::DoesNotOpen);
        }
        self.blocks.open(number, last, sealed)
    }
}

/// Opens a blob at once.
///
/// # Errors
/// As for [`BlobOpener`].
pub fn open_blob(key: &DataKey, place: &Place, sealed: &[u8]) -> Result<RawBytes, KmsError> {
    let (head, rest) = sealed.split_first_chunk().ok_or(KmsError::NotSealed)?;
    let mut opener = BlobOpener::new(key, place, head)?;
    let mut out = RawBytes::default();
    opener.push(rest, &mut out)?;
    opener.finish(&mut out)?;
    Ok(out)
}

impl std::fmt::Debug for BlobOpener {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "BlobOpener(block {})", self.number)
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "canary data is compared")]
mod tests {
    use super::*;
    use crate::blob::{BLOCK_BYTES, BlobSealer, seal_blob};
    use crate::entropy::tests::Counter;

    fn key(seed: u64) -> DataKey {
        DataKey::generate(&mut Counter(seed)).unwrap()
    }

    fn place() -> Place {
        Place::new("recording").with(&7_u64)
    }

    fn raw(length: usize) -> RawBytes {
        RawBytes::new((0..length).map(|at| (at % 251) as u8).collect())
    }

    fn sealed(length: usize) -> Vec<u8> {
        seal_blob(&key(1), &place(), &raw(length), [9; BLOB_ENTROPY_BYTES]).unwrap()
    }

    fn opens(sealed: &[u8]) -> Result<(), KmsError> {
        open_blob(&key(1), &place(), sealed).map(|_| ())
    }

    #[test]
    fn blobs_come_back_however_they_are_cut() {
        for length in [0, 1, 100, BLOCK_BYTES - 1, BLOCK_BYTES, BLOCK_BYTES + 1, 3 * BLOCK_BYTES, 200_000] {
            let whole = sealed(length);
            assert_eq!(open_blob(&key(1), &place(), &whole).unwrap().expose(), raw(length).expose());
            for step in [997, 65_536, 65_552, 100_000] {
                let mut out = Vec::new();
                let mut sealer =
                    BlobSealer::new(&key(1), &place(), [9; BLOB_ENTROPY_BYTES], &mut out).unwrap();
                for piece in raw(length).expose().chunks(step) {
                    sealer.push(&RawBytes::new(piece.to_vec()), &mut out).unwrap();
                }
                sealer.finish(&mut out).unwrap();
                assert_eq!(out, whole, "{length} by {step}");
                let (head, rest) = whole.split_first_chunk().unwrap();
                let (mut opener, mut opened) =
                    (BlobOpener::new(&key(1), &place(), head).unwrap(), RawBytes::default());
                rest.chunks(step).for_each(|piece| opener.push(piece, &mut opened).unwrap());
                opener.finish(&mut opened).unwrap();
                assert_eq!(opened.expose(), raw(length).expose());
            }
        }
    }

    #[test]
    fn blocks_open_alone_at_their_number_only() {
        let whole = sealed(2 * BLOCK_BYTES + 5);
        let (head, rest) = whole.split_first_chunk().unwrap();
        let opener = BlobOpener::new(&key(1), &place(), head).unwrap();
        let blocks: Vec<_> = rest.chunks(SEALED_BLOCK_BYTES).collect();
        for (number, block) in blocks.iter().enumerate() {
            let last = number == 2;
            let opened = opener.block(number as u64, last, block).unwrap();
            assert_eq!(
                opened.expose(),
                &raw(2 * BLOCK_BYTES + 5).expose()[number * BLOCK_BYTES..][..opened.length()]
            );
            assert!(opener.block(number as u64, !last, block).is_err());
            assert!(opener.block(number as u64 + 1, last, block).is_err());
        }
    }

    #[test]
    fn nothing_that_was_cut_moved_doubled_or_spliced_opens() {
        let whole = sealed(3 * BLOCK_BYTES);
        assert_eq!(opens(&whole), Ok(()));
        let block = |number: usize| BLOB_HEAD_BYTES + number * SEALED_BLOCK_BYTES;
        for end in [0, 8, BLOB_HEAD_BYTES, block(1) - 1, block(1), block(2), block(3) - 1] {
            assert!(opens(&whole[..end]).is_err(), "cut to {end}");
        }
        let mut swapped = whole.clone();
        swapped[block(0)..block(2)].rotate_left(SEALED_BLOCK_BYTES);
        let doubled = [&whole[..block(1)], &whole[block(0)..]].concat();
        let dropped = [&whole[..block(1)], &whole[block(2)..]].concat();
        let trailing = [&whole[..], &[0]].concat();
        let other = seal_blob(&key(1), &place(), &raw(3 * BLOCK_BYTES), [8; BLOB_ENTROPY_BYTES]).unwrap();
        let spliced = [&whole[..block(1)], &other[block(1)..]].concat();
        for changed in [swapped, doubled, dropped, trailing, spliced] {
            assert_eq!(opens(&changed), Err(KmsError::DoesNotOpen));
        }
    }

    #[test]
    fn no_changed_bit_opens() {
        let whole = sealed(40);
        for at in 0..whole.len() {
            for bit in [1, 128] {
                let mut changed = whole.clone();
                changed[at] ^= bit;
                assert!(opens(&changed).is_err(), "byte {at}");
            }
        }
    }

    #[test]
    fn another_key_or_place_is_seen_in_the_header() {
        let whole = sealed(40);
        let elsewhere = place().with(&1_u64);
        assert_eq!(open_blob(&key(2), &place(), &whole).err(), Some(KmsError::DoesNotOpen));
        assert_eq!(open_blob(&key(1), &elsewhere, &whole).err(), Some(KmsError::DoesNotOpen));
        assert_eq!(
            opens(b"something else that is long enough to be a header, yes, it is, really"),
            Err(KmsError::NotSealed)
        );
    }

    /// An empty last block behind a full one would be a second form of the same blob.
    #[test]
    fn an_empty_block_stands_in_an_empty_blob_only() {
        let (mut out, blocks) =
            (Vec::new(), Blocks::new(&key(1), &place(), &[9; BLOB_ENTROPY_BYTES]).unwrap());
        out.extend_from_slice(&blocks.head);
        blocks.seal(0, false, &[7; BLOCK_BYTES], &mut out).unwrap();
        blocks.seal(1, true, &[], &mut out).unwrap();
        assert_eq!(opens(&out), Err(KmsError::DoesNotOpen));
    }
}
