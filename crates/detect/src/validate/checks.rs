//! Which check-digit systems are used by many numbers?
//!
//! Luhn (ISO/IEC 7812-1 annex B), the pure and hybrid systems of ISO/IEC 7064:2003, and Verhoeff's
//! dihedral scheme (J. Verhoeff, "Error Detecting Decimal Codes", Mathematical Centre Tract 29, 1969).
//! Each takes the whole number with its check symbol at the end.

use super::digits::rank;

/// Luhn: every second digit from the right is doubled, nines cast out, the sum is a multiple of ten.
pub(crate) fn luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits.iter().rev().enumerate().map(|(at, &digit)| luhn_part(at, digit)).sum();
    sum.is_multiple_of(10) && !digits.is_empty()
}

fn luhn_part(position: usize, digit: u8) -> u32 {
    let digit = u32::from(digit);
    match position % 2 {
        0 => digit,
        _ if digit > 4 => 2 * digit - 9,
        _ => 2 * digit,
    }
}

/// ISO 7064 MOD 97-10 over digits and letters (a letter counts as two digits, A = 10): remainder 1.
pub(crate) fn mod97_10<'a>(symbols: impl IntoIterator<Item = &'a u8>) -> bool {
    remainder_97(symbols) == 1
}

/// The alphanumeric text read as one decimal number, modulo 97; divided only when the sum grows long.
pub(crate) fn remainder_97<'a>(symbols: impl IntoIterator<Item = &'a u8>) -> u64 {
    let sum = symbols.into_iter().fold(0u64, |sum, &symbol| {
        let rank = u64::from(rank(symbol));
        let short = if sum < 1 << 56 { sum } else { sum % 97 };
        short * if rank > 9 { 100 } else { 10 } + rank
    });
    sum % 97
}

/// ISO 7064 MOD 11,10, the hybrid system over digits.
pub(crate) fn mod11_10(digits: &[u8]) -> bool {
    let Some((&check, payload)) = digits.split_last() else {
        return false;
    };
    let product = payload.iter().fold(10, |product, &digit| {
        let sum = (product + u32::from(digit)) % 10;
        (if sum == 0 { 10 } else { sum }) * 2 % 11
    });
    (product + u32::from(check)) % 10 == 1 && !payload.is_empty()
}

/// ISO 7064 MOD 11-2, the pure system over digits whose check symbol may be X (given here as 10).
pub(crate) fn mod11_2(digits: &[u8]) -> bool {
    let sum = digits.iter().fold(0, |sum, &digit| (sum * 2 + u32::from(digit)) % 11);
    sum == 1
}

/// Verhoeff's scheme: multiplication in the dihedral group of order ten, each position permuted.
pub(crate) fn verhoeff(digits: &[u8]) -> bool {
    let end = digits
        .iter()
        .rev()
        .enumerate()
        .fold(0, |sum, (position, &digit)| dihedral(sum, permuted(position, digit)));
    end == 0 && !digits.is_empty()
}

/// Product in the dihedral group D5: 0 to 4 are rotations, 5 to 9 reflections.
fn dihedral(left: u8, right: u8) -> u8 {
    let (a, b) = (left % 5, right % 5);
    match (left < 5, right < 5) {
        (true, true) => (a + b) % 5,
        (true, false) => (a + b) % 5 + 5,
        (false, true) => (a + 5 - b) % 5 + 5,
        (false, false) => (a + 5 - b) % 5,
    }
}

/// Verhoeff's permutation, applied `position` times (it has order eight).
fn permuted(position: usize, digit: u8) -> u8 {
    const ONCE: [u8; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
    (0..position % 8).fold(digit, |digit, _| ONCE.get(usize::from(digit)).copied().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_examples() {
        // ISO/IEC 7812-1 annex B; ISO 7064's own worked examples; Verhoeff's 236 with check digit 3.
        assert!(luhn(&[7, 9, 9, 2, 7, 3, 9, 8, 7, 1, 3]) && !luhn(&[7, 9, 9, 2, 7, 3, 9, 8, 7, 1, 4]));
        assert!(mod97_10(b"79444") && !mod97_10(b"79445"));
        assert!(mod11_10(&[0, 7, 9, 4, 5]) && !mod11_10(&[0, 7, 9, 4, 6]));
        assert!(mod11_2(&[0, 7, 9, 4, 0]) && !mod11_2(&[0, 7, 9, 4, 1]) && mod11_2(&[0, 7, 9, 10]));
        assert!(verhoeff(&[2, 3, 6, 3]) && !verhoeff(&[2, 3, 6, 4]) && !verhoeff(&[3, 2, 6, 3]));
    }

    #[test]
    fn nothing_is_never_valid() {
        assert!(!luhn(&[]) && !mod97_10(b"") && !mod11_10(&[]) && !mod11_2(&[]) && !verhoeff(&[]));
    }
}
