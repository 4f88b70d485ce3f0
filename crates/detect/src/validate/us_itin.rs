//! Could this be a US individual taxpayer identification number?
//!
//! Nine digits beginning with 9; the group (fourth and fifth digit) lies in 50 to 65, 70 to 88, 90 to 92
//! or 94 to 99 (IRS, Publication 4757 and IRM 3.21.263). There is no check digit. Group 93 is the ATIN's.

use super::digits::{exactly, number};

/// Three, two and four digits, with spaces, hyphens or points between or nothing.
pub(crate) fn valid(value: &[u8]) -> bool {
    exactly::<9>(value, b" -.").is_some_and(|itin| {
        itin[0] == 9 && matches!(number(&itin[3..5]), 50..=65 | 70..=88 | 90..=92 | 94..=99)
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        let good = ["912-90-3456", "900700000", "999 88 1234", "950-50-0001", "901-65-4321"];
        let bad =
            ["912-93-3456", "812-90-3456", "912-89-3456", "912-66-3456", "912-49-3456", "912-90-345", ""];
        crate::validate::testing::check("us-itin", &good, &bad);
    }
}
