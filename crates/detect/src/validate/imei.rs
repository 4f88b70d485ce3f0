//! Is this the serial number of a mobile phone (IMEI)?
//!
//! Fifteen digits with a Luhn check digit (3GPP TS 23.003, section 6.2 and annex B). The first two are the
//! reporting body (01, 10, 30, 33, 35, 44, 45, 49 to 54, 86, 91, 98, 99 ...), so zeros and the like do not
//! pass.

use super::checks::luhn;
use super::digits::{POINTED, exactly, number};

/// Fifteen digits, grouped by spaces, hyphens, points or slashes.
pub(crate) fn valid(value: &[u8]) -> bool {
    exactly::<15>(value, POINTED).is_some_and(|imei| {
        let body =
            matches!(number(&imei[..2]), 1 | 10 | 30 | 33 | 35 | 44 | 45 | 49..=54 | 86 | 91 | 98 | 99);
        body && luhn(&imei)
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        let good = ["490154203237518", "35-771115-959321-0", "357804965493095", "352591841209580"];
        let bad = [
            "490154203237517",
            "000000000000000",
            "49015420323751",
            "4901542032375188",
            "",
            "200000000000006",
        ];
        crate::validate::testing::check("imei", &good, &bad);
    }
}
