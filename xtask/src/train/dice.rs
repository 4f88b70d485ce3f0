//! Where does the chance of training come from? A generator of integers (SplitMix64), seeded by a constant: the same
//! throws on every machine.

/// A generator of throws.
#[derive(Clone)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Any 64 bits. Steele, Lea, Flood, "Fast splittable pseudorandom number generators" (2014), section 3.
    pub(crate) fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ mixed >> 31
    }

    /// A number below `bound`; 0 when it is 0.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        if bound == 0 { 0 } else { (self.roll() % bound as u64) as usize }
    }

    /// True in so many of a hundred throws.
    pub(crate) fn percent(&mut self, share: usize) -> bool {
        self.below(100) < share
    }

    /// One of these; the empty word when there are none.
    pub(crate) fn pick<'a, T: AsRef<str>>(&mut self, from: &'a [T]) -> &'a str {
        from.get(self.below(from.len())).map_or("", AsRef::as_ref)
    }

    /// A number of so many digits.
    pub(crate) fn digits(&mut self, count: usize) -> String {
        (0..count).map(|_| char::from(b'0' + (self.roll() % 10) as u8)).collect()
    }

    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for at in (1..items.len()).rev() {
            items.swap(at, self.below(at + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn throws_are_the_same_everywhere() {
        // The first values of SplitMix64 with seed 1234567, as published with the reference implementation.
        let mut dice = Dice::new(1_234_567);
        assert_eq!([dice.roll(), dice.roll()], [6_457_827_717_110_365_317, 3_203_168_211_198_807_973]);
        assert_eq!(dice.below(0), 0);
        assert!((0..1_000).all(|_| dice.below(7) < 7));
        assert_eq!(dice.digits(5).len(), 5);
        assert_eq!(dice.pick::<&str>(&[]), "");
    }

    #[test]
    fn shuffling_loses_nothing() {
        let mut items: Vec<usize> = (0..100).collect();
        Dice::new(1).shuffle(&mut items);
        assert_ne!(items, (0..100).collect::<Vec<_>>());
        items.sort_unstable();
        assert_eq!(items, (0..100).collect::<Vec<_>>());
    }
}
