//! Could this be a US postal code?
//!
//! Five digits from 00501 (Holtsville) to 99950 (Ketchikan), perhaps with a hyphen and four digits of the
//! delivery point, not all zero (USPS Publication 28, section 227, and the City State file). There is no
//! check digit.

use super::digits::{fits, numeral};

/// `NNNNN`, `NNNNN-NNNN`, `NNNNN NNNN` or nine digits.
pub(crate) fn valid(value: &[u8]) -> bool {
    let Some((zip, more)) = value.split_first_chunk::<5>() else {
        return false;
    };
    let more = more.strip_prefix(b"-").or(more.strip_prefix(b" ")).unwrap_or(more);
    let point = value.len() == 5 || (fits("n4", more) && more != b"0000");
    point && numeral(zip).is_some_and(|zip| (501..=99_950).contains(&zip))
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        let good = ["98101", "00501", "99950-1234", "10118 0110", "606010001"];
        let bad = ["00500", "99951", "9810", "98101-", "98101-0000", "98101-123", "", "9810A", "98101_1234"];
        crate::validate::testing::check("us-zip", &good, &bad);
    }
}
