//! Where do random bytes come from? From the caller: core rooms draw none.

/// Where random bytes come from. The edge fills this with the operating system's generator, tests with a counter.
pub trait Entropy {
    /// Fills the place with random bytes.
    fn fill(&mut self, place: &mut [u8]);
}

/// That many random bytes.
pub fn drawn<const N: usize>(entropy: &mut dyn Entropy) -> [u8; N] {
    let mut bytes = [0; N];
    entropy.fill(&mut bytes);
    bytes
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Counts; everything drawn is new.
    pub(crate) struct Counter(pub(crate) u64);

    impl Entropy for Counter {
        fn fill(&mut self, place: &mut [u8]) {
            for byte in place {
                self.0 =
                    self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                *byte = (self.0 >> 56) as u8;
            }
        }
    }

    #[test]
    fn draws_differ() {
        let mut counter = Counter(1);
        assert_ne!(drawn::<16>(&mut counter), drawn::<16>(&mut counter));
    }
}
