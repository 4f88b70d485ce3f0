//! Does a run of digits end with its Verhoeff check digit?
//!
//! J. Verhoeff, "Error Detecting Decimal Codes" (1969); used by Aadhaar and by the national numbers of
//! Luxembourg. A run of zeros passes the sum but is refused.

use super::checks;
use super::digits::{GROUPED, digits};

/// Two to 32 digits, grouped by spaces or hyphens.
pub(crate) fn valid(value: &[u8]) -> bool {
    digits::<32>(value, GROUPED)
        .is_some_and(|run| run.len() > 1 && run.iter().any(|&digit| digit > 0) && checks::verhoeff(&run))
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        let good = ["2363", "123451", "38018103", "2844 6948"];
        let bad = ["2364", "3263", "123450", "0000", "", "38018104", "236x"];
        crate::validate::testing::check("verhoeff", &good, &bad);
    }
}
