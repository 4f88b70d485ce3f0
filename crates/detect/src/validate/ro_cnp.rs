//! Is this a Romanian personal numeric code (CNP)?
//!
//! Sex and century 1 to 9, birth as YYMMDD, county 2, order 3, check digit: weights 2, 7, 9, 1, 4, 6, 3, 5,
//! 8, 2, 7, 9 modulo eleven, ten written as 1 (Legea 105/1996; HG 64/2011).

use super::calendar::is_date;
use super::digits::{GROUPED, exactly, number, weighted};

/// Thirteen digits.
pub(crate) fn valid(value: &[u8]) -> bool {
    exactly::<13>(value, GROUPED).is_some_and(|cnp| {
        let (year, month, day) = (number(&cnp[1..3]), number(&cnp[3..5]), number(&cnp[5..7]));
        let born = match cnp[0] {
            1 | 2 => is_date(1900 + year, month, day),
            3 | 4 => is_date(1800 + year, month, day),
            5 | 6 => is_date(2000 + year, month, day),
            7..=9 => is_date(2000 + year, month, day),
            _ => false,
        };
        let check = weighted(&cnp[..12], &[2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11;
        let county = matches!(number(&cnp[7..9]), 1..=52 | 70 | 80..=83);
        born && county && u32::from(cnp[12]) == if check == 10 { 1 } else { check }
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        let good = ["1630615123457", "1421119125111", "1980917125799", "1520407128382"];
        let bad = [
            "1630615123458",
            "0630615123457",
            "1631315123457",
            "163061512345",
            "16306151234577",
            "",
            "1630632123457",
        ];
        crate::validate::testing::check("ro-cnp", &good, &bad);
    }
}
