//! Is this a German tax identification number (Steuer-Identifikationsnummer)?
//!
//! Eleven digits, the first not 0, the last by ISO 7064 MOD 11,10. Among the first ten exactly one digit
//! stands twice or three times, but not three times in a row, and the others at most once (Bundeszentralamt
//! für Steuern, "Steuerliche Identifikationsnummer: Aufbau"; the three since 2016).

use super::checks::mod11_10;
use super::digits::{POINTED, exactly};

/// Eleven digits, grouped by spaces, hyphens, points or slashes.
pub(crate) fn valid(value: &[u8]) -> bool {
    exactly::<11>(value, POINTED).is_some_and(|id| id[0] != 0 && is_spread(&id[..10]) && mod11_10(&id))
}

fn is_spread(digits: &[u8]) -> bool {
    let count = |digit: u8| digits.iter().filter(|&&other| other == digit).count();
    let repeated = (0..10).filter(|&digit| count(digit) > 1).count();
    let most = (0..10).map(count).max().unwrap_or(0);
    let in_a_row = digits.windows(3).any(super::digits::all_same);
    repeated == 1 && most < 4 && !in_a_row
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        // The first two are examples of the Bundeszentralamt; the rest are arithmetic on made-up digits.
        let good = ["86095742719", "65929970489", "36 574 261 809", "47/036/892/816"];
        let bad = [
            "36574261808",
            "06574261809",
            "12345678901",
            "11111111111",
            "3657426180",
            "",
            "3657426180x",
            "12345678903",
        ];
        crate::validate::testing::check("de-tax-id", &good, &bad);
    }
}
