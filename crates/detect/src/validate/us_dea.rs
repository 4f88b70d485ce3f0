//! Is this a US Drug Enforcement Administration registration number?
//!
//! Two letters and seven digits. The first letter is the kind of registrant, the second the first letter
//! of the name, or 9 for a business address. Digits one, three and five plus twice digits two, four and
//! six end with digit seven (DEA, "Diversion Control Division Pharmacist's Manual", section on
//! verification of registration).

use super::digits::{GROUPED, exactly_symbols, fits, weighted_ranks};

/// Nine characters, grouped by spaces or hyphens; a hospital's suffix is not part of it.
pub(crate) fn valid(value: &[u8]) -> bool {
    exactly_symbols::<9>(value, GROUPED).is_some_and(|dea| {
        let [kind, initial, .., check] = dea;
        matches!(kind, b'A'..=b'H' | b'J'..=b'M' | b'P'..=b'U' | b'X')
            && (initial.is_ascii_uppercase() || initial == b'9')
            && fits("n7", &dea[2..])
            && weighted_ranks(&dea[2..8], &[1, 2, 1, 2, 1, 2]) % 10 == u32::from(check & 15)
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        let good = ["AB1234563", "ap5836727", "F91234563", "BB-1388568", "MJ0000000"];
        let bad =
            ["AB1234564", "IB1234563", "A11234563", "AB123456", "AB12345633", "", "1B1234563", "ABC234563"];
        crate::validate::testing::check("us-dea", &good, &bad);
    }
}
