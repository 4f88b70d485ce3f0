//! Is this a Belgian national register number?
//!
//! Birth as YYMMDD, three digits of order, and 97 minus the nine digits modulo 97, with a 2 in front for
//! births from 2000 on (Koninklijk besluit of 3 April 1984). Month and day may be 00 where unknown; a "bis"
//! number has 20 or 40 added to the month. Births in the years from 2050 on are not taken.

use super::calendar::is_day;
use super::digits::{POINTED, exactly, number};

/// Eleven digits, grouped by points, hyphens, spaces or slashes.
pub(crate) fn valid(value: &[u8]) -> bool {
    exactly::<11>(value, POINTED).is_some_and(|nrn| {
        let (payload, check) = (number(&nrn[..9]), number(&nrn[9..]));
        let (month, day) = (number(&nrn[2..4]), number(&nrn[4..6]));
        let month = if month < 60 { month % 20 } else { month };
        let born = is_day(month, day) || (month == 0 && day < 32) || (day == 0 && month < 13);
        let since_2000 = number(&nrn[..2]) < 50 && 97 - (2_000_000_000 + payload) % 97 == check;
        born && number(&nrn[6..9]) > 0 && (since_2000 || 97 - payload % 97 == check)
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        let good = ["85.07.30-033.28", "97020220540", "49.11.10-594.18", "46022886551"];
        let bad = [
            "85.07.30-033.29",
            "85.13.30-033.28",
            "85.07.32-033.28",
            "8507300332",
            "850730033288",
            "",
            "8507300332x",
        ];
        crate::validate::testing::check("be-nrn", &good, &bad);
    }
}
