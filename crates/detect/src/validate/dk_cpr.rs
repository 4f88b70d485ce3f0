//! Could this be a Danish personal number (CPR)?
//!
//! Birth as DDMMYY and four digits, the first of which gives the century. Since October 2007 numbers are
//! given without the old modulus 11 check (CPR-kontoret, "Personnummeret i CPR"), so only the date counts.

use super::calendar::is_date;
use super::digits::{GROUPED, exactly, number};

/// Ten digits, a hyphen or space before the last four or none.
pub(crate) fn valid(value: &[u8]) -> bool {
    exactly::<10>(value, GROUPED).is_some_and(|cpr| {
        let (day, month, year) = (number(&cpr[..2]), number(&cpr[2..4]), number(&cpr[4..6]));
        let century = match (cpr[6], year) {
            (0..=3, _) | (4 | 9, 37..) => 1900,
            (5..=8, 58..) => 1800,
            _ => 2000,
        };
        is_date(century + year, month, day)
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        let good = ["211062-5629", "0707610 025", "0912429344", "290200-4000"];
        let bad =
            ["321062-5629", "211362-5629", "290201-4000", "211062-562", "211062-56299", "", "000000-0000"];
        crate::validate::testing::check("dk-cpr", &good, &bad);
    }
}
