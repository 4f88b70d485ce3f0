//! Could this be a US employer identification number?
//!
//! Two and seven digits; the first two are a prefix that the IRS gives out (IRS, "How EINs are assigned and
//! valid EIN prefixes"). There is no check digit.

use super::digits::{GROUPED, exactly, number};

/// Nine digits, a hyphen or space after the second or none.
pub(crate) fn valid(value: &[u8]) -> bool {
    exactly::<9>(value, GROUPED).is_some_and(|ein| {
        let prefix = number(&ein[..2]);
        let given = matches!(
            prefix,
            1..=6 | 10..=16 | 20..=27 | 30..=48 | 50..=68 | 71..=77 | 80..=88 | 90..=95 | 98 | 99
        );
        given && number(&ein[2..]) > 0
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        let good = ["12-3456789", "911144442", "01 0000001", "98-7654321"];
        let bad = [
            "00-3456789",
            "07-3456789",
            "12-0000000",
            "12-345678",
            "12-34567890",
            "",
            "12-345678x",
            "96-3456789",
        ];
        crate::validate::testing::check("us-ein", &good, &bad);
    }
}
