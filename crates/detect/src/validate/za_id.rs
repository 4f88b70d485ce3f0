//! Is this a South African identity number?
//!
//! Birth as YYMMDD, sex 4, citizenship 0 to 2, a digit, Luhn check digit (Identification Act 68 of 1997;
//! Department of Home Affairs).

use super::calendar::is_date;
use super::checks::luhn;
use super::digits::{GROUPED, exactly, number};

/// Thirteen digits, grouped by spaces or hyphens.
pub(crate) fn valid(value: &[u8]) -> bool {
    exactly::<13>(value, GROUPED).is_some_and(|id| {
        is_date(2000 + number(&id[..2]), number(&id[2..4]), number(&id[4..6])) && id[10] < 3 && luhn(&id)
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        let good = ["9809218951080", "550503 8794 080", "9404187433086", "4511022102083"];
        let bad = [
            "9809218951081",
            "9813218951080",
            "9809328951080",
            "980921895108",
            "98092189510800",
            "",
            "0000000000000",
        ];
        crate::validate::testing::check("za-id", &good, &bad);
    }
}
