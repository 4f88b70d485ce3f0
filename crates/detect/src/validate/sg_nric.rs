//! Is this a Singapore identity card or foreign identification number (NRIC, FIN)?
//!
//! S, T, F, G or M, seven digits, a check letter: weights 2, 7, 6, 5, 4, 3, 2, plus 4 for T and G and 3 for
//! M, modulo eleven, looked up in the tables of citizens (JZIHGFEDCBA), foreigners (XWUTRQPNMLK) and, for
//! M, XWUTRQPNJLK. Source: Immigration and Checkpoints Authority for the form; the tables are common
//! knowledge.

use super::digits::{exactly_symbols, fits, letter, weighted_ranks};

/// Nine characters.
pub(crate) fn valid(value: &[u8]) -> bool {
    exactly_symbols::<9>(value, b"").is_some_and(|id| {
        let (add, table): (u32, &[u8]) = match id[0] {
            b'S' => (0, b"JZIHGFEDCBA"),
            b'T' => (4, b"JZIHGFEDCBA"),
            b'F' => (0, b"XWUTRQPNMLK"),
            b'G' => (4, b"XWUTRQPNMLK"),
            b'M' => (3, b"XWUTRQPNJLK"),
            _ => return false,
        };
        let sum = weighted_ranks(&id[1..8], &[2, 7, 6, 5, 4, 3, 2]) + add;
        fits("an7a", &id) && letter(table, (sum % 11).into()) == Some(id[8])
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        let good = ["S1234567D", "T1234567J", "F1234567N", "g1234567x", "S0000001I"];
        let bad = ["S1234567E", "A1234567D", "S123456D", "S12345678D", "", "SX234567D", "S12345671"];
        crate::validate::testing::check("sg-nric", &good, &bad);
    }
}
