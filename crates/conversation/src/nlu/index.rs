//! In which row of the weights does a feature stand? A set of 32-bit hashes with their rows.
//!
//! A feature that no sample had is left out rather than thrown into some row: noise that a bot of ten samples an intent cannot
//! afford. Hence an exact set instead of the usual masking of the hash.

/// Hashes and their rows.
#[derive(Clone, Debug, Default)]
pub(crate) struct Index {
    /// Hash and row; hash 0 is an empty place. A power of two of places, at most half of them taken.
    places: Vec<(u32, u32)>,
    /// The hashes by row.
    hashes: Vec<u32>,
}

impl Index {
    /// The index of some hashes; repeated ones count once, in the order of their first coming.
    pub(crate) fn of(hashes: impl Iterator<Item = u32>) -> Self {
        let mut index = Self::default();
        hashes.for_each(|hash| {
            index.add(hash);
        });
        index
    }

    /// The row of a hash, made when it is new.
    pub(crate) fn add(&mut self, hash: u32) -> u32 {
        if self.hashes.len() * 2 >= self.places.len() {
            self.grow();
        }
        match self.find(hash) {
            Ok(row) => row,
            Err(place) => {
                let row = u32::try_from(self.hashes.len()).unwrap_or(u32::MAX);
                self.hashes.push(hash);
                if let Some(free) = self.places.get_mut(place) {
                    *free = (hash, row);
                }
                row
            }
        }
    }

    fn grow(&mut self) {
        self.places = vec![(0, 0); (self.places.len() * 2).max(16)];
        for (row, hash) in (0_u32..).zip(std::mem::take(&mut self.hashes)) {
            if let Err(place) = self.find(hash)
                && let Some(free) = self.places.get_mut(place)
            {
                *free = (hash, row);
            }
            self.hashes.push(hash);
        }
    }

    /// The row of a hash, or the place where it would stand.
    fn find(&self, hash: u32) -> Result<u32, usize> {
        let mask = self.places.len().wrapping_sub(1);
        let mut at = (hash.wrapping_mul(0x9E37_79B1) >> 7) as usize & mask;
        while let Some((found, row)) = self.places.get(at) {
            if *found == hash {
                return Ok(*row);
            }
            if *found == 0 {
                break;
            }
            at = (at + 1) & mask;
        }
        Err(at)
    }

    /// The row of a hash that some sample had.
    pub(crate) fn row(&self, hash: u32) -> Option<u32> {
        if self.places.is_empty() { None } else { self.find(hash).ok() }
    }

    pub(crate) fn len(&self) -> usize {
        self.hashes.len()
    }

    pub(crate) fn hashes(&self) -> &[u32] {
        &self.hashes
    }

    /// Bytes in memory.
    pub(crate) fn bytes(&self) -> usize {
        self.places.len() * 8 + self.hashes.len() * 4
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_hash_has_its_row() {
        let hashes: Vec<u32> = (1..5_000_u32).map(|number| number.wrapping_mul(2_654_435_761)).collect();
        let index = Index::of(hashes.iter().chain(&hashes).copied());
        assert_eq!(index.len(), hashes.len());
        for (row, hash) in (0..).zip(&hashes) {
            assert_eq!(index.row(*hash), Some(row));
        }
        assert_eq!(index.row(7), None);
        assert_eq!(Index::default().row(7), None);
    }
}
