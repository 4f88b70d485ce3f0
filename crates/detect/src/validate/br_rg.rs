//! Could this be a Brazilian identity card number (RG)?
//!
//! The states number their cards: seven to nine characters, digits with a last digit that may be X
//! (Lei 7.116/1983 leaves the form to the states). São Paulo's check digit is modulus 11, other states
//! have none, so only the format counts; equal digits are refused.

use super::digits::{all_same, fits, symbols};

/// Seven to nine characters, grouped by points, hyphen or spaces.
pub(crate) fn valid(value: &[u8]) -> bool {
    symbols::<9>(value, b" -.").is_some_and(|rg| {
        let Some((&last, head)) = rg.split_last() else {
            return false;
        };
        rg.len() > 6
            && head.iter().all(u8::is_ascii_digit)
            && (fits("n", &[last]) || last == b'X')
            && !all_same(&rg)
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        let good = ["24.678.131-4", "1234567", "39.663.471-X", "12345678", "39663471x"];
        let bad = ["111111111", "123456", "1234567890", "12X45678", "", "12.345.67Y", "XXXXXXX"];
        crate::validate::testing::check("br-rg", &good, &bad);
    }
}
