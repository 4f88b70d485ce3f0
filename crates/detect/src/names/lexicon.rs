//! What is known of a word by itself? Whether people, places or companies are called so, and whether it is a common word.
//!
//! A table of fingerprints, not of words: 2^15 buckets of eight entries, each 16 bits of the word's hash and 16 bits of
//! what is known. A word that is in no list meets a foreign fingerprint about once in 8,000 looks; that costs less than
//! four times the bytes would.

/// Entries of a bucket.
pub(crate) const BUCKET: usize = 8;
/// Buckets, as a power of two.
pub(crate) const BUCKETS_LOG2: u32 = 15;
/// Bytes of the whole table.
pub(crate) const LEXICON_BYTES: usize = (BUCKET * 4) << BUCKETS_LOG2;

/// What is known of a word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Class(pub(crate) u16);

impl Class {
    pub(crate) const TITLE: u16 = 1 << 8;
    pub(crate) const PARTICLE: u16 = 1 << 9;
    /// Days, months, nations, languages: capitalised without being a name.
    pub(crate) const PROPER: u16 = 1 << 10;
    /// `Inc`, `GmbH`, `Bank`.
    pub(crate) const COMPANY: u16 = 1 << 11;
    /// `Street`, `rue`, `Platz`.
    pub(crate) const STREET: u16 = 1 << 12;
    /// What a person is: `doctor`, `patient`, `wife`.
    pub(crate) const ROLE: u16 = 1 << 13;
    /// What bears a name and is no person: `hotel`, `movie`, `museum`.
    pub(crate) const THING: u16 = 1 << 14;

    /// How usual it is as a first name, 0 to 3.
    pub(crate) fn first(self) -> u16 {
        self.0 & 3
    }

    /// How usual it is as a surname, 0 to 3.
    pub(crate) fn last(self) -> u16 {
        self.0 >> 2 & 3
    }

    /// How common it is as a word, 0 to 3.
    pub(crate) fn common(self) -> u16 {
        self.0 >> 4 & 3
    }

    /// How known it is as a place, 0 to 3.
    pub(crate) fn place(self) -> u16 {
        self.0 >> 6 & 3
    }

    /// Whether one of these marks is set.
    pub(crate) fn has(self, mark: u16) -> bool {
        self.0 & mark != 0
    }
}

/// The bucket that a hash belongs to.
pub(crate) fn bucket_of(hash: u32) -> usize {
    (hash >> (32 - BUCKETS_LOG2)) as usize
}

/// The fingerprint of a hash.
pub(crate) fn print_of(hash: u32) -> u16 {
    (hash & 0xFFFF) as u16
}

/// The class of the word with this hash, in the buckets of a lexicon.
#[inline]
pub(crate) fn class_of(buckets: &[[u8; BUCKET * 4]], hash: u32) -> u16 {
    let [low, high] = print_of(hash).to_le_bytes();
    let Some(bucket) = buckets.get(bucket_of(hash)) else { return 0 };
    let (entries, _) = bucket.as_chunks::<4>();
    let found = entries.iter().filter(|entry| entry[0] == low && entry[1] == high);
    found.fold(0, |class, entry| class | u16::from_le_bytes([entry[2], entry[3]]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_known_by_its_print_in_its_bucket() {
        let hash = 0xABCD_1234_u32;
        let mut buckets = vec![[0_u8; BUCKET * 4]; 1 << BUCKETS_LOG2];
        let [a, b] = print_of(hash).to_le_bytes();
        let [c, d] = (Class::TITLE | 0b10_01_11).to_le_bytes();
        buckets[bucket_of(hash)][4..8].copy_from_slice(&[a, b, c, d]);
        let class = Class(class_of(&buckets, hash));
        assert_eq!((class.first(), class.last(), class.common(), class.place()), (3, 1, 2, 0));
        assert!(class.has(Class::TITLE) && !class.has(Class::PARTICLE));
        for other in [hash ^ 1, hash ^ 0x8000_0000, 0] {
            assert_eq!(class_of(&buckets, other), 0);
        }
        assert_eq!(class_of(&[], hash), 0);
    }
}
