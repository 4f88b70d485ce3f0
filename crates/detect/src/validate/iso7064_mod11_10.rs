//! Does a run of digits end with its ISO 7064 MOD 11,10 check digit?
//!
//! ISO/IEC 7064:2003, the hybrid system for digits; used by German, Croatian and other numbers.

use super::checks::mod11_10;
use super::digits::{GROUPED, digits};

/// Two to 32 digits, grouped by spaces or hyphens.
pub(crate) fn valid(value: &[u8]) -> bool {
    digits::<32>(value, GROUPED).is_some_and(|run| mod11_10(&run))
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        // 07945 is the standard's own example.
        let good = ["07945", "0794-5", "23328655", "13361199"];
        let bad = ["07946", "7", "", "23328654", "2332865x", "23318655"];
        crate::validate::testing::check("iso7064-mod11-10", &good, &bad);
    }
}
