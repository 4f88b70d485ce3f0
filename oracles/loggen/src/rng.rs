//! Where does every choice come from? From one small generator (SplitMix64, Steele, Lea and Flood, OOPSLA 2014)
//! seeded by the command line, so that the same seed writes the same bytes on every machine.

/// A deterministic source of choices.
pub struct Rng(u64);

impl Rng {
    /// A generator for one record: different records of one seed are independent.
    pub fn for_record(seed: u64, record: u64) -> Self {
        let mut rng =
            Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ record.wrapping_mul(0xD1B5_4A32_D192_ED03));
        rng.next();
        rng.next();
        rng
    }

    /// The next 64 bits.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `n` (0 when `n` is 0).
    pub fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.next()) * n as u128) >> 64) as usize
    }

    /// A number from `lo` to `hi`, both included.
    pub fn range(&mut self, lo: u64, hi: u64) -> u64 {
        lo + self.below((hi - lo + 1) as usize) as u64
    }

    /// True in `percent` of a hundred cases.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of `items`.
    pub fn pick<T: Copy + Default>(&mut self, items: &[T]) -> T {
        let k = self.below(items.len());
        items.get(k).copied().unwrap_or_default()
    }

    /// One of `items`, for things without a default.
    pub fn pick_ref<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        let k = self.below(items.len());
        items.get(k)
    }

    /// `n` characters of an ASCII `set`.
    pub fn of(&mut self, set: &str, n: usize) -> String {
        let set: Vec<char> = set.chars().collect();
        (0..n).map(|_| self.pick(&set)).collect()
    }

    /// `n` digits.
    pub fn digits(&mut self, n: usize) -> String {
        self.of("0123456789", n)
    }

    /// `n` digits of which the first is not 0.
    pub fn number(&mut self, n: usize) -> String {
        self.of("123456789", 1) + &self.digits(n.saturating_sub(1))
    }

    /// `n` lower-case hexadecimal digits.
    pub fn hex(&mut self, n: usize) -> String {
        self.of("0123456789abcdef", n)
    }

    /// Fills a shape: `#` a digit, `%` a digit but 0, `@` a capital letter, `?` a digit or a capital letter, anything else itself.
    pub fn shape(&mut self, shape: &str) -> String {
        shape.chars().map(|c| self.cell(c)).collect()
    }

    fn cell(&mut self, c: char) -> char {
        let set = match c {
            '#' => "0123456789",
            '%' => "123456789",
            '@' => "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
            '?' => "0123456789ABCDEFGHJKLMNPRSTUVWXYZ",
            other => return other,
        };
        self.of(set, 1).chars().next().unwrap_or(c)
    }
}
