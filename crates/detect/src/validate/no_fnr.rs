//! Is this a Norwegian national identity number or D number?
//!
//! Birth as DDMMYY (day plus 40 in a D number), three digits whose range tells the century, two check
//! digits by weights 3, 7, 6, 1, 8, 9, 4, 5, 2, 1 and 5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1, both sums multiples
//! of eleven (Skatteetaten, "The Norwegian national identity number"; Folkeregisterforskriften section
//! 2-2-1).

use super::calendar::is_date;
use super::digits::{GROUPED, exactly, number, weighted};

/// Eleven digits, a space or hyphen after the sixth or none.
pub(crate) fn valid(value: &[u8]) -> bool {
    exactly::<11>(value, GROUPED).is_some_and(|id| {
        let (day, month) = (number(&id[..2]), number(&id[2..4]));
        let Some(year) = year(number(&id[4..6]), number(&id[6..9])) else {
            return false;
        };
        let first = weighted(&id, &[3, 7, 6, 1, 8, 9, 4, 5, 2, 1]);
        let second = weighted(&id, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]);
        is_date(year, month, if day > 40 { day - 40 } else { day })
            && first.is_multiple_of(11)
            && second.is_multiple_of(11)
    })
}

/// The year that two digits and the individual number stand for.
fn year(short: u64, individual: u64) -> Option<u64> {
    match (individual, short) {
        (0..=499, _) | (900..=999, 40..) => Some(1900 + short),
        (500..=749, 54..) => Some(1800 + short),
        (500..=999, 0..=39) => Some(2000 + short),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        let good = ["19047574601", "180854 50618", "14029967165", "190881-13341", "41018500033"];
        let bad =
            ["19047574602", "19047574501", "32047574601", "19137574601", "1904757460", "", "190475746011"];
        crate::validate::testing::check("no-fnr", &good, &bad);
    }
}
