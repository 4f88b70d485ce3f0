//! Where do words and tokens begin and end? Read off the bit masks, sixty-four bytes at a time.

use crate::classes::{BLOCK, Block};
use crate::matchers::{byte_at, byte_before};
use crate::shape::Kind;

/// Takes punctuation outside ASCII out of a block's letters: the first half of Latin-1 (`¿`, `«`), general punctuation,
/// and that of Chinese, Japanese and Korean.
#[cold]
pub(crate) fn clear_marks(block: &mut Block, text: &[u8], at: usize) {
    let mut left = block.high;
    while left != 0 {
        let bit = left.trailing_zeros();
        left &= left - 1;
        let mut lead = at + bit as usize;
        while lead > 0 && at + bit as usize - lead < 2 && byte_at(text, lead) & 0xC0 == 0x80 {
            lead -= 1;
        }
        if is_mark(text, lead) {
            block.high &= !(1 << bit);
        }
    }
}

/// Whether the character at a place is a mark outside ASCII, not a letter.
pub(crate) fn is_mark(text: &[u8], at: usize) -> bool {
    match (byte_at(text, at), byte_at(text, at + 1)) {
        (0xC2, second) => !matches!(second, 0xAA | 0xB5 | 0xBA),
        (0xE2 | 0xE3, 0x80) => byte_at(text, at + 2) != 0x99,
        (0xEF, 0xBC | 0xBB) => true,
        _ => false,
    }
}

/// Takes the colour codes that begin in a block out of its classes; those that reach over are `until` of the next.
#[cold]
pub(crate) fn clear_colours(block: &mut Block, text: &[u8], at: usize, until: usize) -> usize {
    clear(block, at, at, until);
    let mut until = until;
    let mut left = block.escape;
    while left != 0 {
        let start = at + left.trailing_zeros() as usize;
        left &= left - 1;
        if byte_at(text, start) == 0x1B {
            until = until.max(colour_end(text, start + 1).unwrap_or(0));
        }
        clear(block, at, start, until);
    }
    until
}

fn clear(block: &mut Block, at: usize, from: usize, until: usize) {
    for place in from..until.min(at + BLOCK) {
        let keep = !(1_u64 << (place - at));
        block.letter &= keep;
        block.upper &= keep;
        block.digit &= keep;
    }
}

/// The end of a colour code behind its control character: `[`, numbers, a letter (ECMA-48, 8.3.117).
fn colour_end(text: &[u8], at: usize) -> Option<usize> {
    const NUMBERS_MAX: usize = 16;
    let numbers = text
        .get(at + 1..)?
        .iter()
        .take(NUMBERS_MAX)
        .take_while(|byte| byte.is_ascii_digit() || **byte == b';');
    let letter = at + 1 + numbers.count();
    (byte_at(text, at) == b'[' && byte_at(text, letter).is_ascii_alphabetic()).then_some(letter + 1)
}

/// What is escaped where a block begins.
#[derive(Clone, Copy, Default)]
pub(crate) struct Escape {
    /// The byte before the block is a backslash.
    pub(crate) letter: bool,
    /// Bytes at the beginning of the block that belong to a `\uXXXX`.
    pub(crate) rest: u64,
}

impl Escape {
    /// Takes letters and digits of escapes (`\n`, `\u00e9`) out of a block's classes.
    #[cold]
    pub(crate) fn apply(self, block: &mut Block, text: &[u8], at: usize) -> Self {
        let mut taken = u128::from(block.backslash) << 1 | u128::from(self.letter) | u128::from(self.rest);
        let starts = u128::from(block.backslash) << 1 | u128::from(self.letter);
        let mut left = starts;
        while left != 0 {
            let bit = left.trailing_zeros();
            left &= left - 1;
            let after = at + bit as usize;
            let hex =
                text.get(after + 1..after + 5).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit));
            if byte_at(text, after) == b'u' && hex {
                taken |= 0x1F << bit;
            }
            let is_control =
                text.get(after..after + 5).is_some_and(|code| code.eq_ignore_ascii_case(b"u001b"));
            if let Some(end) = colour_end(text, after + 5).filter(|_| is_control) {
                taken |= ((1_u128 << (end - after)) - 1) << bit;
            }
        }
        // A digit behind a backslash stays: escapes begin with letters.
        let unicode = taken & !starts;
        let low = taken as u64;
        block.letter &= !low;
        block.upper &= !low;
        block.digit &= !(unicode as u64);
        Self { letter: block.backslash >> 63 == 1, rest: (unicode >> 64) as u64 }
    }
}

/// The last byte of a block, as the next one needs it.
#[derive(Clone, Copy, Default)]
pub(crate) struct Edge {
    letter: u64,
    lower: u64,
    upper: u64,
    digit: u64,
}

impl Edge {
    pub(crate) fn of(block: &Block) -> Self {
        let letter = block.letter | block.high;
        Self {
            letter: letter >> 63,
            lower: (letter & !block.upper) >> 63,
            upper: block.upper >> 63,
            digit: block.digit >> 63,
        }
    }
}

/// Where words start in a block, and what is no letter.
pub(crate) struct WordStarts {
    pub(crate) starts: u64,
    pub(crate) ends: u64,
    pub(crate) humps: u64,
}

impl WordStarts {
    #[inline]
    pub(crate) fn of(block: &Block, next: &Block, before: &Edge) -> Self {
        let letter = block.letter | block.high;
        let lower = letter & !block.upper;
        let next_lower = (next.letter | next.high) & !next.upper;
        let first = letter & !(letter << 1 | before.letter) & !(block.digit << 1 | before.digit);
        let lower_before = lower << 1 | before.lower;
        let capital_before = block.upper << 1 | before.upper;
        let humps = block.upper & (lower_before | (capital_before & (lower >> 1 | next_lower << 63)));
        Self { starts: first | humps, ends: !letter, humps }
    }
}

/// Whether a byte joins tokens into a long row; a row is tried at its first token only.
pub(crate) const fn is_joint(byte: u8) -> bool {
    matches!(byte, b'-' | b'_' | b'/' | b'+')
}

/// What of the block before matters to the tokens of this one.
pub(crate) struct Carry {
    pub(crate) token: u64,
    pub(crate) dash: u64,
}

impl Carry {
    /// The first digit of each token that holds one. Adding the tokens' starts to the letters runs through the letters
    /// before the first digit, or through the whole token where there is none.
    #[inline]
    pub(crate) fn first_digits(&mut self, block: &Block) -> u64 {
        let token = block.digit | block.letter;
        let starts = token & !(token << 1) | token & self.token;
        (self.token, self.dash) = (token >> 63, block.dash >> 63);
        let mut digits = block.letter.wrapping_add(starts & block.letter) & !block.letter & block.digit;
        digits |= starts & block.digit;
        digits
    }
}

/// Offsets in a piece, taken out of bit masks in one go: a loop over the bits of each mask could not foresee its end.
#[derive(Default)]
pub(crate) struct Places {
    at: Vec<u32>,
    count: usize,
}

impl Places {
    pub(crate) fn clear(&mut self) {
        self.count = 0;
    }

    /// Adds the places of a mask's bits.
    #[inline]
    pub(crate) fn add(&mut self, mask: u64, at: u32) {
        const STEP: usize = 8;
        let end = self.count + mask.count_ones() as usize;
        if self.at.len() < self.count + BLOCK + STEP {
            self.at.resize(2 * self.count + BLOCK + STEP, 0);
        }
        let (mut left, mut from) = (mask, self.count);
        while from < end {
            if let Some(slots) = self.at.get_mut(from..).and_then(|rest| rest.first_chunk_mut::<STEP>()) {
                for slot in slots {
                    *slot = at + left.trailing_zeros();
                    left &= left.wrapping_sub(1);
                }
            }
            from += STEP;
        }
        self.count = end;
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.at.get(..self.count).unwrap_or_default().iter().map(|&place| place as usize)
    }
}

/// The 64 bits of a row of masks that begin at a place.
#[inline]
pub(crate) fn window(masks: &[u64], place: usize) -> u64 {
    let (index, bit) = (place / BLOCK, (place % BLOCK) as u32);
    let [now, next] =
        masks.get(index..index + 2).and_then(|pair| pair.first_chunk::<2>()).copied().unwrap_or_default();
    now >> bit | (next << 1) << (63 - bit)
}

/// Letters of a word up to the first stop behind it, eight at most; bit 0 of `stops` is the word's first letter.
#[inline]
pub(crate) const fn letters_before(stops: u64) -> u32 {
    (stops >> 1 | 0x80).trailing_zeros() + 1
}

/// Eight bytes from a place on, the first in the lowest; zeros behind the end.
#[inline]
pub(crate) fn eight(text: &[u8], at: usize) -> u64 {
    match text.get(at..at + 8).and_then(|bytes| bytes.first_chunk::<8>()) {
        Some(bytes) => u64::from_le_bytes(*bytes),
        None => {
            text.get(at..).unwrap_or_default().iter().rev().fold(0, |all, &byte| all << 8 | u64::from(byte))
        }
    }
}

/// A run of ASCII letters and digits that holds a digit.
pub(crate) struct Token {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) kind: Kind,
}

impl Token {
    /// The token whose first digit is `bit` of block `index`.
    #[inline]
    pub(crate) fn around(text: &[u8], blocks: &[Block], base: usize, index: usize, bit: usize) -> Self {
        let block = blocks.get(index).copied().unwrap_or_default();
        let (place, token) = (base + index * BLOCK + bit, block.digit | block.letter);
        let behind = (token << (BLOCK - 1 - bit)).leading_ones() as usize;
        let ahead = (token >> bit).trailing_ones() as usize;
        let digits = (block.digit >> bit).trailing_ones() as usize;
        let start =
            if behind <= bit { place + 1 - behind } else { Self::far_start(text, place + 1 - behind) };
        if bit + ahead < BLOCK {
            let kind = if start == place && digits == ahead { Kind::Digits } else { Kind::Mixed };
            return Self { start, end: place + ahead, kind };
        }
        let end = Self::far_end(blocks, base, index, |block| block.digit | block.letter).min(text.len());
        let all_digits = bit + digits == BLOCK
            && Self::far_end(blocks, base, index, |block| block.digit).min(text.len()) == end;
        let kind = if start == place && all_digits { Kind::Digits } else { Kind::Mixed };
        Self { start, end, kind }
    }

    /// The start of a token that reaches into the block before.
    #[cold]
    fn far_start(text: &[u8], from: usize) -> usize {
        let mut start = from;
        let escaped = |at: usize| {
            at >= 2 && byte_before(text, at - 1) == b'\\' && byte_before(text, at).is_ascii_alphabetic()
        };
        while start > 0
            && from - start < 2 * BLOCK
            && byte_before(text, start).is_ascii_alphanumeric()
            && !escaped(start)
        {
            start -= 1;
        }
        start
    }

    /// The end of a run that reaches the end of its block.
    #[cold]
    fn far_end(blocks: &[Block], base: usize, index: usize, of: impl Fn(&Block) -> u64) -> usize {
        for next in index + 1.. {
            let run = blocks.get(next).map_or(0, |block| of(block).trailing_ones() as usize);
            if run < BLOCK {
                return base + next * BLOCK + run;
            }
        }
        base
    }
}
