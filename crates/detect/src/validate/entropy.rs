//! How random does a text look?
//!
//! Shannon entropy in bits per character, counted over the characters of the text itself (NIST SP 800-90B
//! section 3 speaks of the source; a short text shows less than its source has). The floors that the
//! rules use were chosen by drawing random texts of each length: fewer than one in ten thousand falls
//! below.

/// Bits per character; 0 for nothing.
pub(crate) fn bits(text: &[u8]) -> f64 {
    let mut counts = [0u16; 256];
    for &byte in text {
        if let Some(count) = counts.get_mut(usize::from(byte)) {
            *count = count.saturating_add(1);
        }
    }
    let length = f64::from(u16::try_from(text.len()).unwrap_or(u16::MAX));
    let part = |&count: &u16| {
        let share = f64::from(count) / length;
        -share * share.log2()
    };
    counts.iter().filter(|count| **count > 0).map(part).sum()
}

/// The floor for a length: the last of the rows (length from, bits) that the length reaches.
pub(crate) fn floor(rows: &[(usize, f64)], length: usize) -> Option<f64> {
    rows.iter().rev().find(|(from, _)| *from <= length).map(|(_, bits)| *bits)
}

/// Do six characters in a row each follow the one before (`abcdef`, `123456`)?
pub(crate) fn counts_up(text: &[u8]) -> bool {
    let follows = |pair: &[u8]| matches!(pair, [a, b] if a.checked_add(1) == Some(*b));
    let mut run = 0;
    text.windows(2).any(|pair| {
        run = if follows(pair) { run + 1 } else { 0 };
        run == 5
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measures() {
        assert_eq!(bits(b""), 0.0);
        assert_eq!(bits(b"aaaa"), 0.0);
        assert_eq!(bits(b"abab"), 1.0);
        assert_eq!(bits(b"abcd"), 2.0);
        assert!(
            counts_up(b"xxabcdefxx")
                && counts_up(b"123456")
                && !counts_up(b"abcde")
                && !counts_up(b"a1b2c3d4")
        );
        assert_eq!(floor(&[(16, 2.0), (32, 3.0)], 31), Some(2.0));
        assert_eq!(floor(&[(16, 2.0)], 15), None);
    }
}
