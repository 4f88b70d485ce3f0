//! Which symbols does a written number hold, and what do they add up to?
//!
//! Every validator begins by reading the matched bytes into a fixed buffer: separators that the format
//! allows are passed over, letters are folded to upper case, anything else ends the check. Nothing here
//! allocates. The sums at the end are the parts that many check-digit rules share.

use std::ops::Deref;

/// Separators of numbers that are printed in groups: space and hyphen.
pub(crate) const GROUPED: &[u8] = b" -";
/// Separators of numbers that are printed with points, slashes, hyphens or spaces.
pub(crate) const POINTED: &[u8] = b" -./";

/// Up to `N` symbols in a fixed buffer; reads as a slice.
#[derive(Clone, Copy)]
pub(crate) struct Run<const N: usize> {
    buffer: [u8; N],
    len: usize,
}

impl<const N: usize> Run<N> {
    fn empty() -> Self {
        Run { buffer: [0; N], len: 0 }
    }

    fn push(&mut self, symbol: u8) -> Option<()> {
        *self.buffer.get_mut(self.len)? = symbol;
        self.len += 1;
        Some(())
    }
}

impl<const N: usize> Deref for Run<N> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.buffer.get(..self.len).unwrap_or_default()
    }
}

/// The decimal digits of `value` as numbers 0 to 9, at most `N`; `None` for any byte that is neither a
/// digit nor one of `separators`.
pub(crate) fn digits<const N: usize>(value: &[u8], separators: &[u8]) -> Option<Run<N>> {
    let mut run = Run::empty();
    for byte in value {
        match byte {
            b'0'..=b'9' => run.push(byte - b'0')?,
            _ if separators.contains(byte) => {}
            _ => return None,
        }
    }
    Some(run)
}

/// Exactly `N` decimal digits as numbers 0 to 9.
pub(crate) fn exactly<const N: usize>(value: &[u8], separators: &[u8]) -> Option<[u8; N]> {
    let run = digits::<N>(value, separators)?;
    (run.len == N).then_some(run.buffer)
}

/// The ASCII letters (folded to upper case) and digits of `value` as characters, at most `N`.
pub(crate) fn symbols<const N: usize>(value: &[u8], separators: &[u8]) -> Option<Run<N>> {
    let mut run = Run::empty();
    for byte in value {
        match byte {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => run.push(byte.to_ascii_uppercase())?,
            _ if separators.contains(byte) => {}
            _ => return None,
        }
    }
    Some(run)
}

/// Exactly `N` letters (folded to upper case) and digits, as characters.
pub(crate) fn exactly_symbols<const N: usize>(value: &[u8], separators: &[u8]) -> Option<[u8; N]> {
    let run = symbols::<N>(value, separators)?;
    (run.len == N).then_some(run.buffer)
}

/// Do the symbols have the structure that `mask` states in the notation of ISO 13616: `n` digit,
/// `a` upper-case letter, `c` either, each followed by a count where it is not one?
pub(crate) fn fits(mask: &str, symbols: &[u8]) -> bool {
    let mut rest = symbols.iter();
    let mut parts = mask.bytes().peekable();
    while let Some(kind) = parts.next() {
        let mut count = 0;
        while let Some(digit) = parts.next_if(u8::is_ascii_digit) {
            count = count * 10 + usize::from(digit - b'0');
        }
        if !(0..count.max(1)).all(|_| rest.next().is_some_and(|&symbol| is_kind(kind, symbol))) {
            return false;
        }
    }
    rest.next().is_none()
}

fn is_kind(kind: u8, symbol: u8) -> bool {
    match kind {
        b'n' => symbol.is_ascii_digit(),
        b'a' => symbol.is_ascii_uppercase(),
        _ => symbol.is_ascii_digit() || symbol.is_ascii_uppercase(),
    }
}

/// The number that a character stands for in ISO 7064, ICAO 9303 and their kin: a digit is itself,
/// A is 10, Z is 35.
pub(crate) fn rank(symbol: u8) -> u32 {
    match symbol {
        b'0'..=b'9' => u32::from(symbol - b'0'),
        b'A'..=b'Z' => u32::from(symbol - b'A') + 10,
        _ => 0,
    }
}

/// A run of numbers 0 to 9 read as one decimal number.
pub(crate) fn number(digits: &[u8]) -> u64 {
    digits.iter().fold(0, |sum: u64, &digit| sum.wrapping_mul(10).wrapping_add(u64::from(digit)))
}

/// A run of digit characters read as one decimal number; `None` when one is not a digit.
pub(crate) fn numeral(characters: &[u8]) -> Option<u64> {
    characters.iter().all(u8::is_ascii_digit).then(|| {
        characters.iter().fold(0, |sum: u64, &c| sum.wrapping_mul(10).wrapping_add(u64::from(c & 15)))
    })
}

/// Sum of digit times weight, position by position; the shorter of both ends it.
pub(crate) fn weighted(digits: &[u8], weights: &[u8]) -> u32 {
    digits.iter().zip(weights).map(|(&digit, &weight)| u32::from(digit) * u32::from(weight)).sum()
}

/// Sum of rank times weight over characters.
pub(crate) fn weighted_ranks(symbols: &[u8], weights: &[u8]) -> u32 {
    symbols.iter().zip(weights).map(|(&symbol, &weight)| rank(symbol) * u32::from(weight)).sum()
}

/// Are all symbols the same (also true of none)?
pub(crate) fn all_same(symbols: &[u8]) -> bool {
    symbols.windows(2).all(|pair| matches!(pair, [a, b] if a == b))
}

/// The character at `index` of a table of check characters.
pub(crate) fn letter(table: &[u8], index: u64) -> Option<u8> {
    usize::try_from(index).ok().and_then(|index| table.get(index)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading() {
        assert_eq!(exactly::<3>(b"1-2 3", GROUPED), Some([1, 2, 3]));
        assert_eq!(exactly::<3>(b"1.23", GROUPED), None);
        assert_eq!(exactly::<3>(b"12", GROUPED), None);
        assert_eq!(exactly::<3>(b"1234", GROUPED), None);
        assert_eq!(exactly_symbols::<3>(b"a-1z", GROUPED), Some(*b"A1Z"));
        assert!(symbols::<4>("é1".as_bytes(), GROUPED).is_none());
        assert_eq!(&*symbols::<4>(b"x9", b"").unwrap(), b"X9");
    }

    #[test]
    fn masks() {
        assert!(fits("a2n3c", b"AB123Z") && fits("a2n3c", b"AB1239") && fits("n10", b"0123456789"));
        assert!(
            !fits("a2n3", b"AB12") && !fits("a2n3", b"AB1234") && !fits("a2n3", b"A1123") && !fits("n", b"")
        );
    }

    #[test]
    fn sums() {
        assert_eq!(number(&[0, 4, 2]), 42);
        assert_eq!(numeral(b"042"), Some(42));
        assert_eq!(numeral(b"04x"), None);
        assert_eq!(weighted(&[1, 2, 3], &[3, 2, 1]), 10);
        assert_eq!(rank(b'Z'), 35);
        assert!(all_same(&[7, 7, 7]) && !all_same(&[7, 7, 8]));
    }
}
