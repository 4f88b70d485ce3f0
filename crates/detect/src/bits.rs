//! Which identifiers? A set of up to 256 small numbers, in four words.

/// A set of identifier numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Bits([u64; 4]);

impl Bits {
    /// How many numbers there can be.
    pub(crate) const CAPACITY: usize = 256;

    /// Puts a number in; one beyond the capacity is ignored (the plan refuses to have that many).
    pub(crate) fn insert(&mut self, number: usize) {
        if let Some(word) = self.0.get_mut(number / 64) {
            *word |= 1 << (number % 64);
        }
    }

    /// Whether a number is in.
    pub(crate) fn contains(&self, number: usize) -> bool {
        self.0.get(number / 64).is_some_and(|word| word >> (number % 64) & 1 == 1)
    }

    /// How many numbers of the set are smaller than this one.
    #[inline]
    pub(crate) fn rank(&self, number: usize) -> usize {
        let whole: u32 = self.0.iter().take(number / 64).map(|word| word.count_ones()).sum();
        let part = self.0.get(number / 64).map_or(0, |word| (word & ((1 << (number % 64)) - 1)).count_ones());
        (whole + part) as usize
    }

    /// The numbers, smallest first.
    #[inline]
    pub(crate) fn numbers(self) -> impl Iterator<Item = usize> {
        self.0.into_iter().enumerate().flat_map(|(index, word)| {
            std::iter::successors(Some(word), |left| Some(left & left.wrapping_sub(1)))
                .take_while(|left| *left != 0)
                .map(move |left| index * 64 + left.trailing_zeros() as usize)
        })
    }

    /// Both sets together.
    pub(crate) fn or(self, other: Self) -> Self {
        let ([a, b, c, d], [e, f, g, h]) = (self.0, other.0);
        Self([a | e, b | f, c | g, d | h])
    }

    /// What both sets share.
    pub(crate) fn and(self, other: Self) -> Self {
        let ([a, b, c, d], [e, f, g, h]) = (self.0, other.0);
        Self([a & e, b & f, c & g, d & h])
    }

    /// Whether nothing is in.
    pub(crate) fn is_empty(self) -> bool {
        let [a, b, c, d] = self.0;
        a | b | c | d == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_of_numbers() {
        let (mut a, mut b) = (Bits::default(), Bits::default());
        for number in [0, 63, 64, 255, 256] {
            a.insert(number);
        }
        b.insert(64);
        assert!(a.contains(255) && !a.contains(256) && !a.contains(1));
        assert_eq!(a.numbers().collect::<Vec<_>>(), [0, 63, 64, 255]);
        assert_eq!((a.rank(0), a.rank(64), a.rank(65), a.rank(255)), (0, 2, 3, 3));
        assert_eq!(a.and(b), b);
        assert_eq!(a.or(b), a);
        assert!(Bits::default().is_empty() && !a.is_empty());
    }
}
