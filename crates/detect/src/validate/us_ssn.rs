//! Could this be a US social security number?
//!
//! There is no check digit. Area 000, 666 and 900 to 999, group 00 and serial 0000 are never assigned
//! (Social Security Administration, RM 10201.030 and "SSN randomization",
//! <https://www.ssa.gov/employer/randomization.html>). Numbers that became known through advertisements
//! (078-05-1120) have the shape of a real one and were issued once: they pass.

use super::digits::{exactly, number};

/// Three, two and four digits, with spaces, hyphens or points between or nothing.
pub(crate) fn valid(value: &[u8]) -> bool {
    exactly::<9>(value, b" -.").is_some_and(|ssn| {
        let (area, group, serial) = (number(&ssn[..3]), number(&ssn[3..5]), number(&ssn[5..]));
        !matches!(area, 0 | 666 | 900..) && group != 0 && serial != 0
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        let good = ["219-09-9999", "078-05-1120", "536904399", "123 45 6789", "899-99-9999"];
        let bad = [
            "000-12-3456",
            "666-12-3456",
            "900-12-3456",
            "123-00-4567",
            "123-45-0000",
            "123-45-678",
            "123-45-67890",
            "",
        ];
        crate::validate::testing::check("us-ssn", &good, &bad);
    }
}
