//! Is this a British unique taxpayer reference?
//!
//! Ten digits, sometimes with the letter K before or after. The first digit checks the other nine:
//! weights 6, 7, 8, 9, 10, 5, 4, 3, 2 modulo 11, looked up in 2 1 9 8 7 6 5 4 3 2 1 (HMRC, "Unique
//! taxpayer reference specification" for software developers).

use super::digits::{GROUPED, exactly, letter, weighted};

/// Ten digits, grouped by spaces or hyphens.
pub(crate) fn valid(value: &[u8]) -> bool {
    let value = value.strip_suffix(b"K").or(value.strip_prefix(b"K")).unwrap_or(value);
    exactly::<10>(value, GROUPED).is_some_and(|utr| {
        let [check, payload @ ..] = utr;
        let remainder = weighted(&payload, &[6, 7, 8, 9, 10, 5, 4, 3, 2]) % 11;
        payload != [0; 9] && letter(&[2, 1, 9, 8, 7, 6, 5, 4, 3, 2, 1], remainder.into()) == Some(check)
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        let good = ["1955839661", "19558 39661", "1955839661K", "K1955839661", "2234567890"];
        let bad = ["2955839661", "2000000000", "195583966", "19558396610", "", "195583966A", "KK1955839661"];
        crate::validate::testing::check("gb-utr", &good, &bad);
    }
}
