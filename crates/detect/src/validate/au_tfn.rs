//! Is this an Australian tax file number?
//!
//! Nine digits with weights 1, 4, 3, 7, 5, 8, 6, 9, 10, or eight (older, of organisations) with 10, 7, 8,
//! 4, 6, 3, 5, 1: the sum is a multiple of eleven (Australian Taxation Office, "TFN validation algorithm"
//! in its specifications for software developers).

use super::digits::{GROUPED, digits, weighted};

/// Eight or nine digits, grouped by spaces or hyphens.
pub(crate) fn valid(value: &[u8]) -> bool {
    digits::<9>(value, GROUPED).is_some_and(|tfn| {
        let sum = match tfn.len() {
            9 => weighted(&tfn, &[1, 4, 3, 7, 5, 8, 6, 9, 10]),
            8 => weighted(&tfn, &[10, 7, 8, 4, 6, 3, 5, 1]),
            _ => 0,
        };
        sum > 0 && sum.is_multiple_of(11)
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        let good = ["123 456 782", "269953768", "286-226-527", "37118629", "10000001"];
        let bad = ["123 456 783", "000000000", "1234567", "1234567822", "", "12345678x", "37118628"];
        crate::validate::testing::check("au-tfn", &good, &bad);
    }
}
