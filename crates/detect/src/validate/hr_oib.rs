//! Is this a Croatian personal identification number (OIB)?
//!
//! Eleven digits, the last by ISO 7064 MOD 11,10 (Zakon o osobnom identifikacijskom broju, NN 60/2008). The
//! prefix HR is allowed.

use super::checks::mod11_10;
use super::digits::{GROUPED, exactly};

/// Eleven digits, grouped by spaces or hyphens.
pub(crate) fn valid(value: &[u8]) -> bool {
    let value = value.strip_prefix(b"HR").unwrap_or(value);
    exactly::<11>(value, GROUPED).is_some_and(|oib| oib != [0; 11] && mod11_10(&oib))
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        let good = ["33392005961", "HR86068380704", "263 257 011 00", "93324388120"];
        let bad = ["33392005962", "3339200596", "333920059611", "", "3339200596x", "00000000000"];
        crate::validate::testing::check("hr-oib", &good, &bad);
    }
}
