//! Is this a Hong Kong identity card number?
//!
//! One or two letters, six digits, a check digit or A in brackets: weights 9 to 2 (one letter counts as a
//! space, 36, in front) and 1 for the check, a multiple of eleven (Immigration Department, Registration of
//! Persons Regulations).

use super::digits::{fits, rank, symbols};

/// Eight or nine characters, the last perhaps in brackets.
pub(crate) fn valid(value: &[u8]) -> bool {
    symbols::<9>(value, b"() ").is_some_and(|card| {
        let formed =
            ["an6", "a2n6"].iter().any(|mask| card.split_last().is_some_and(|(_, head)| fits(mask, head)));
        let checked = matches!(card.last(), Some(b'0'..=b'9' | b'A'));
        let weights = 1u32..;
        let sum: u32 = card.iter().rev().zip(weights).map(|(&symbol, weight)| rank(symbol) * weight).sum();
        let space = if card.len() == 8 { 36 * 9 } else { 0 };
        formed && checked && (sum + space).is_multiple_of(11)
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        // A123456(3) and G123456(A) are the usual worked examples.
        let good = ["A123456(3)", "G123456(A)", "a1234563", "AB987654(3)"];
        let bad = ["A123456(4)", "1234567(3)", "A12345(3)", "ABC123456(3)", "", "A123456(B)", "A123456"];
        crate::validate::testing::check("hk-id", &good, &bad);
    }
}
