//! Is this an Irish personal public service number?
//!
//! Seven digits, a check letter, and since 2013 perhaps a letter A to I (persons) or the old W: weights 8
//! to 2 and 9 for the last letter (A = 1, W = 0) modulo 23, looked up in W, A to V (Social Welfare
//! Consolidation Act 2005, section 262; Revenue, "PPS number check character").

use super::digits::{GROUPED, fits, letter, rank, symbols, weighted_ranks};

/// Eight or nine characters.
pub(crate) fn valid(value: &[u8]) -> bool {
    symbols::<9>(value, GROUPED).is_some_and(|pps| {
        let extra = match pps.get(8) {
            None | Some(b'W') => 0,
            Some(&second @ (b'A'..=b'I' | b'T' | b'X')) => rank(second) - 9,
            Some(_) => return false,
        };
        let sum = weighted_ranks(pps.get(..7).unwrap_or_default(), &[8, 7, 6, 5, 4, 3, 2]) + 9 * extra;
        let expected = letter(b"WABCDEFGHIJKLMNOPQRSTUV", (sum % 23).into());
        (fits("n7a", &pps) || fits("n7a2", &pps)) && pps.get(7).copied() == expected
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        let good = ["6433435F", "6433435fw", "9882481UW", "1234567FA"];
        let bad = ["6433435E", "643343F", "64334355F", "6433435FZ", "", "6433435", "A433435F"];
        crate::validate::testing::check("ie-pps", &good, &bad);
    }
}
