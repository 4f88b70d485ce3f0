//! Could this be a number of a Polish driving licence?
//!
//! Serial of five digits, year of two, and the four digits of the issuing district, whose first two are the
//! voivodeship (even, 02 to 32); written with slashes (Rozporządzenie of the Minister of Infrastructure on
//! documents confirming the right to drive, annex on the licence's field 5). There is no check digit.

use super::digits::{exactly, number};

/// `NNNNN/YY/NNNN`, with slashes, spaces or hyphens or none.
pub(crate) fn valid(value: &[u8]) -> bool {
    exactly::<11>(value, b"/ -").is_some_and(|licence| {
        let voivodeship = number(&licence[7..9]);
        number(&licence[..5]) > 0 && voivodeship.is_multiple_of(2) && (2..=32).contains(&voivodeship)
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        let good = ["00001/06/0202", "12345 19 1465", "98765-20-3261", "00042231206"];
        let bad = [
            "00000/06/0202",
            "00001/06/0102",
            "00001/06/3402",
            "00001/06/020",
            "00001/06/02022",
            "",
            "0000A/06/0202",
        ];
        crate::validate::testing::check("pl-driver", &good, &bad);
    }
}
