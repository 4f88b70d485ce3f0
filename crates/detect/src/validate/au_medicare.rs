//! Is this an Australian Medicare card number?
//!
//! Ten digits: eight of the card, the first 2 to 6, a check digit (weights 1, 3, 7, 9, 1, 3, 7, 9 modulo
//! ten), the number of the card 1 to 9; an eleventh digit 1 to 9 is the person's line (METeOR data element
//! "Medicare card number", Australian Institute of Health and Welfare).

use super::digits::{digits, weighted};

/// Ten or eleven digits, grouped by spaces, hyphens or a slash before the line.
pub(crate) fn valid(value: &[u8]) -> bool {
    let Some(run) = digits::<11>(value, b" -/") else {
        return false;
    };
    let Some((card, line)) = run.split_first_chunk::<10>() else {
        return false;
    };
    let sum = weighted(card, &[1, 3, 7, 9, 1, 3, 7, 9]) % 10;
    matches!(card[0], 2..=6) && sum == u32::from(card[8]) && card[9] > 0 && !line.contains(&0)
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        let good = ["2123 45670 1", "2123456701", "3234-56780-1", "2123 45670 1/2", "29505015111"];
        let bad =
            ["2123 45671 1", "1123456701", "2123456700", "212345670", "21234567010", "", "2123 45670 x"];
        crate::validate::testing::check("au-medicare", &good, &bad);
    }
}
