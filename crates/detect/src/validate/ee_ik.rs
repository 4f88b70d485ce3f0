//! Is this an Estonian or Lithuanian personal code (isikukood, asmens kodas)?
//!
//! Sex and century 1 to 8, birth as YYMMDD, three digits, check digit: weights 1 to 9, 1 modulo 11, for ten
//! again with 3 to 9, 1, 2, 3, and for ten again 0 (EVS 585:2007; Lithuanian Law on the Population Register,
//! article 8). Lithuania has codes beginning with 9 without a date.

use super::calendar::is_date;
use super::digits::{GROUPED, exactly, number, weighted};

/// Eleven digits.
pub(crate) fn valid(value: &[u8]) -> bool {
    exactly::<11>(value, GROUPED).is_some_and(|code| {
        let century = match code[0] {
            1 | 2 => 1800,
            3 | 4 => 1900,
            5 | 6 => 2000,
            7 | 8 => 2100,
            _ => return false,
        };
        let born = is_date(century + number(&code[1..3]), number(&code[3..5]), number(&code[5..7]));
        let first = weighted(&code, &[1, 2, 3, 4, 5, 6, 7, 8, 9, 1]) % 11;
        let second = weighted(&code, &[3, 4, 5, 6, 7, 8, 9, 1, 2, 3]) % 11;
        born && u32::from(code[10]) == if first < 10 { first } else { second % 10 }
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        let good = ["37605030299", "39609012346", "38009140729", "49304062326"];
        let bad =
            ["37605030298", "97605030299", "37613030299", "3760503029", "376050302999", "", "3760503029x"];
        crate::validate::testing::check("ee-ik", &good, &bad);
    }
}
