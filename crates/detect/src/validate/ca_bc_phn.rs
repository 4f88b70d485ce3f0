//! Is this a personal health number of British Columbia?
//!
//! Ten digits beginning with 9; digits two to nine times 2, 4, 8, 5, 10, 9, 7, 3 modulo 11, taken from
//! eleven, is the last digit; 10 and 11 are not given (BC Ministry of Health, "Teleplan specifications",
//! appendix on the PHN check digit).

use super::digits::{GROUPED, exactly, weighted};

/// Ten digits, grouped 4-3-3 by spaces or hyphens or not at all.
pub(crate) fn valid(value: &[u8]) -> bool {
    exactly::<10>(value, GROUPED).is_some_and(|phn| {
        let [first, payload @ .., check] = phn;
        first == 9 && 11 - weighted(&payload, &[2, 4, 8, 5, 10, 9, 7, 3]) % 11 == u32::from(check)
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        let good = ["9123 456 007", "9736-547-014", "9698658215", "9012372173"];
        let bad = ["9123 456 783", "8123456782", "912345678", "91234567822", "", "9123x56782", "9000000000"];
        crate::validate::testing::check("ca-bc-phn", &good, &bad);
    }
}
