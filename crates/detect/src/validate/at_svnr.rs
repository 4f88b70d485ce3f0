//! Is this an Austrian social insurance number?
//!
//! Three digits from 100, a check digit, birth as DDMMYY (months 13 to 15 where a day's numbers ran out):
//! weights 3, 7, 9 and, past the check digit, 5, 8, 4, 2, 1, 6 modulo eleven (ASVG section 30c; Dachverband
//! der Sozialversicherungsträger, "Die Sozialversicherungsnummer").

use super::calendar::is_date;
use super::digits::{GROUPED, exactly, number, weighted};

/// Ten digits, a space or hyphen after the fourth or none.
pub(crate) fn valid(value: &[u8]) -> bool {
    exactly::<10>(value, GROUPED).is_some_and(|svnr| {
        let (day, month) = (number(&svnr[4..6]), number(&svnr[6..8]));
        let born = is_date(2000 + number(&svnr[8..]), month, day)
            || (matches!(month, 13..=15) && (1..=31).contains(&day));
        let sum = weighted(&svnr, &[3, 7, 9, 0, 5, 8, 4, 2, 1, 6]);
        svnr[0] > 0 && born && sum % 11 == u32::from(svnr[3])
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        let good = ["1237 010180", "5599190981", "5435-220646", "7448 161066"];
        let bad =
            ["1238 010180", "1237 321380", "0237 010180", "123701018", "12370101800", "", "1237 01x180"];
        crate::validate::testing::check("at-svnr", &good, &bad);
    }
}
