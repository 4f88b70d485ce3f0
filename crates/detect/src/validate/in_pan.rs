//! Could this be an Indian permanent account number?
//!
//! Five letters, four digits, a letter; the fourth letter is the kind of holder: A, B, C, F, G, H, J, K, L,
//! P, T (Income Tax Rules 1962, rule 114; Income Tax Department). How the last letter is computed is not
//! published.

use super::digits::{exactly_symbols, fits};

/// Ten characters.
pub(crate) fn valid(value: &[u8]) -> bool {
    exactly_symbols::<10>(value, b"")
        .is_some_and(|pan| fits("a5n4a", &pan) && b"ABCFGHJKLPT".contains(&pan[3]) && &pan[5..9] != b"0000")
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        let good = ["ABCPE1234F", "aaapl1234c", "ZZZCZ9999Z", "ABCTK0001A"];
        let bad = ["ABCDE1234F", "ABCPE123F", "ABCPE12345", "ABCPE0000F", "", "1BCPE1234F", "ABCPE1234FF"];
        crate::validate::testing::check("in-pan", &good, &bad);
    }
}
