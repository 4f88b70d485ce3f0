//! Is this a Polish PESEL number?
//!
//! Birth as YYMMDD with the century in the month (80 for the 1800s, 0, 20, 40, 60), four digits, and a
//! check digit: weights 1, 3, 7, 9 repeated, modulo ten (Ustawa o ewidencji ludności of 24 September 2010,
//! article 15).

use super::calendar::is_date;
use super::digits::{GROUPED, exactly, number, weighted};

/// Eleven digits.
pub(crate) fn valid(value: &[u8]) -> bool {
    exactly::<11>(value, GROUPED).is_some_and(|pesel| {
        let (year, month, day) = (number(&pesel[..2]), number(&pesel[2..4]), number(&pesel[4..6]));
        let century = [1900, 2000, 2100, 2200, 1800].into_iter().zip([0, 20, 40, 60, 80]);
        let born =
            century.into_iter().any(|(start, add)| month > add && is_date(start + year, month - add, day));
        born && weighted(&pesel, &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]).is_multiple_of(10)
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        let good = ["44051401359", "02070803628", "76082644900", "65112407976"];
        let bad =
            ["44051401358", "44131401359", "44053201359", "4405140135", "440514013599", "", "00000000000"];
        crate::validate::testing::check("pl-pesel", &good, &bad);
    }
}
