//! Is this a US national provider identifier?
//!
//! Ten digits, the first 1 or 2, ending with the Luhn digit of the number with the card issuer prefix
//! 80840 in front (45 CFR 162.406; CMS, "Requirements for National Provider Identifier and NPI check
//! digit").

use super::checks::luhn;
use super::digits::{GROUPED, exactly};

/// Ten digits, grouped by spaces or hyphens.
pub(crate) fn valid(value: &[u8]) -> bool {
    exactly::<10>(value, GROUPED).is_some_and(|npi| {
        let [a, b, c, d, e, f, g, h, i, j] = npi;
        matches!(a, 1 | 2) && luhn(&[8, 0, 8, 4, 0, a, b, c, d, e, f, g, h, i, j])
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        // The first is CMS's own example; the rest are arithmetic on made-up digits.
        let good = ["1234567893", "1245319599", "2000000002", "1-234-567-893"];
        let bad = ["1234567890", "3234567896", "0234567899", "123456789", "12345678930", "", "123456789x"];
        crate::validate::testing::check("us-npi", &good, &bad);
    }
}
