//! Is this a Bulgarian personal number (EGN)?
//!
//! Birth as YYMMDD with 20 (1800s) or 40 (2000s) added to the month, three digits, a check digit: weights
//! 2, 4, 8, 5, 10, 9, 7, 3, 6 modulo 11, ten written as 0 (Law on Civil Registration, article 11; GRAO).

use super::calendar::is_date;
use super::digits::{GROUPED, exactly, number, weighted};

/// Ten digits.
pub(crate) fn valid(value: &[u8]) -> bool {
    exactly::<10>(value, GROUPED).is_some_and(|egn| {
        let (year, month, day) = (number(&egn[..2]), number(&egn[2..4]), number(&egn[4..6]));
        let born = match month {
            0..=12 => is_date(1900 + year, month, day),
            20..=32 => is_date(1800 + year, month - 20, day),
            40..=52 => is_date(2000 + year, month - 40, day),
            _ => false,
        };
        born && weighted(&egn[..9], &[2, 4, 8, 5, 10, 9, 7, 3, 6]) % 11 % 10 == u32::from(egn[9])
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        let good = ["9903149609", "4802181481", "9005080237", "8806233019"];
        let bad = ["9903149608", "9913149609", "9903329609", "990314960", "99031496099", "", "990314960x"];
        crate::validate::testing::check("bg-egn", &good, &bad);
    }
}
