//! Is this an Argentine tax or labour number (CUIT, CUIL)?
//!
//! Kind 2 (20, 23 to 27 persons, 30, 33, 34 bodies, 50, 51, 55 foreign), eight digits, check digit: weights
//! 5, 4, 3, 2, 7, 6, 5, 4, 3, 2 modulo eleven, taken from eleven, 11 written as 0 and 10 as 9 (AFIP,
//! Resolución General 1817; ANSES).

use super::digits::{POINTED, exactly, number, weighted};

/// Eleven digits, grouped 2-8-1 by hyphens, spaces or points or not at all.
pub(crate) fn valid(value: &[u8]) -> bool {
    exactly::<11>(value, POINTED).is_some_and(|cuit| {
        let kind = matches!(number(&cuit[..2]), 20 | 23..=27 | 30 | 33 | 34 | 50 | 51 | 55);
        let check = match 11 - weighted(&cuit[..10], &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11 {
            11 => 0,
            10 => 9,
            digit => digit,
        };
        kind && check == u32::from(cuit[10])
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        let good = ["20-05536168-2", "20642429060", "20 91631103 7", "20203217790"];
        let bad = ["20-05536168-3", "10-05536168-2", "20-05536168", "20-05536168-22", "", "20-0553616x-2"];
        crate::validate::testing::check("ar-cuit", &good, &bad);
    }
}
