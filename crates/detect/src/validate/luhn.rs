//! Does a run of digits end with its Luhn check digit?
//!
//! ISO/IEC 7812-1 annex B ("modulus 10 double-add-double"). Two digits at least; a run of zeros passes
//! the sum but is no number that anybody was given, so it is refused.

use super::checks;
use super::digits::{GROUPED, digits};

/// At most 32 digits, grouped by spaces or hyphens.
pub(crate) fn valid(value: &[u8]) -> bool {
    digits::<32>(value, GROUPED)
        .is_some_and(|run| run.len() > 1 && run.iter().any(|&digit| digit > 0) && checks::luhn(&run))
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        // The first is the example of ISO/IEC 7812-1 annex B; the last are arithmetic on made-up digits.
        let good = ["79927398713", "49-015420-323751-8", "18", "4539 1488 0343 6467", "1234567812345670"];
        let bad = ["79927398710", "0", "0000000000", "", "7992739871x", "1234567812345678", "8"];
        crate::validate::testing::check("luhn", &good, &bad);
    }
}
