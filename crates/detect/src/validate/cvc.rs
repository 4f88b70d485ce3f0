//! Could this be a card security code?
//!
//! Three digits, four on American Express (ISO/IEC 7811-6 leaves the code to the schemes: CVV2, CVC2, CID,
//! CVN2). There is no check digit. Four digits that are a year from 1980 to 2049 are taken for the year
//! that they much more often are: 70 of 10,000 codes are lost by that.

use super::digits::{exactly, number};

/// Three or four digits without separators.
pub(crate) fn valid(value: &[u8]) -> bool {
    let year = |code: [u8; 4]| matches!(number(&code), 1980..=2049);
    exactly::<3>(value, b"").is_some() || exactly::<4>(value, b"").is_some_and(|code| !year(code))
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        let good = ["123", "000", "4821", "1979", "2050"];
        let bad = ["12", "12345", "2024", "1999", "", "12a", "1 23"];
        crate::validate::testing::check("cvc", &good, &bad);
    }
}
