//! Is this an Israeli identity number (Mispar Zehut)?
//!
//! Nine digits, shorter ones filled with zeros, with a Luhn check digit (Population and Immigration
//! Authority).

use super::checks::luhn;
use super::digits::{GROUPED, exactly};

/// Nine digits, grouped by spaces or hyphens.
pub(crate) fn valid(value: &[u8]) -> bool {
    exactly::<9>(value, GROUPED).is_some_and(|id| id != [0; 9] && luhn(&id))
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        let good = ["123456782", "47982653-9", "968184531", "000000018"];
        let bad = ["123456783", "12345678", "1234567822", "", "12345678x", "000000000"];
        crate::validate::testing::check("il-id", &good, &bad);
    }
}
