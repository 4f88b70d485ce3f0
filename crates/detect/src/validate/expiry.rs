//! Could this be the expiry month of a payment card?
//!
//! Month 01 to 12 and year, in two or four digits (ISO/IEC 7813 embosses MM/YY), together or parted by a
//! slash, hyphen, point or space; the month may be written as an English name; a four-digit year, 2000 to
//! 2099, may come first.

use super::calendar::month_named;
use super::digits::numeral;

/// `MM/YY`, `MM/YYYY`, `MMYY`, `YYYY-MM`, `Mar 2027` and their kin.
pub(crate) fn valid(value: &[u8]) -> bool {
    let mut parts = value.split(|byte| b"/-. ".contains(byte)).filter(|part| !part.is_empty());
    match (parts.next(), parts.next(), parts.next()) {
        (Some(month), Some(year), None) if is_year(year) && is_month(month) => true,
        (Some(year), Some(month), None) => {
            year.len() == 4 && is_year(year) && month.len() == 2 && is_month(month)
        }
        (Some(both), None, _) if both.len() == 4 || both.len() == 6 => {
            let (month, year) = both.split_at_checked(2).unwrap_or_default();
            is_year(year) && is_month(month)
        }
        _ => false,
    }
}

fn is_month(text: &[u8]) -> bool {
    match text.len() {
        1 | 2 => matches!(numeral(text), Some(1..=12)),
        _ => month_named(text).is_some(),
    }
}

fn is_year(text: &[u8]) -> bool {
    match text.len() {
        2 => numeral(text).is_some(),
        4 => matches!(numeral(text), Some(2000..=2099)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        let good = ["04/27", "12-2029", "0427", "2028-03", "Mar 2027", "1 / 26", "september/31"];
        let bad = ["13/27", "00/27", "2024", "04/1999", "04/27/28", "", "Foo 2027", "427", "04/2"];
        crate::validate::testing::check("expiry", &good, &bad);
    }
}
