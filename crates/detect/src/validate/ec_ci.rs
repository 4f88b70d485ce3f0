//! Is this an Ecuadorian citizen's identity card number?
//!
//! Province 01 to 24 or 30, a digit to 6, six digits, Luhn check digit (Dirección General de Registro Civil).

use super::checks::luhn;
use super::digits::{GROUPED, exactly, number};

/// Ten digits, a hyphen before the last or none.
pub(crate) fn valid(value: &[u8]) -> bool {
    exactly::<10>(value, GROUPED)
        .is_some_and(|ci| matches!(number(&ci[..2]), 1..=24 | 30) && ci[2] < 7 && luhn(&ci))
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        let good = ["171430710-3", "1759427881", "1737781813", "1759635988"];
        let bad = ["1714307104", "2514307103", "1770000003", "171430710", "17143071033", "", "171430710x"];
        crate::validate::testing::check("ec-ci", &good, &bad);
    }
}
