//! Is this a Latvian personal code?
//!
//! Until 2017 birth as DDMMYY, century 0 to 2, three digits, check digit: weights 1, 6, 3, 7, 9, 10, 5, 8,
//! 4, 2 taken from 1101, modulo eleven and then ten. Codes since then begin with 32 and hold no date
//! (Fizisko personu reģistra likums; Ministru kabineta noteikumi).

use super::calendar::is_date;
use super::digits::{GROUPED, exactly, number, weighted};

/// Eleven digits, a hyphen after the sixth or none.
pub(crate) fn valid(value: &[u8]) -> bool {
    exactly::<11>(value, GROUPED).is_some_and(|code| {
        let year = 1800 + 100 * u64::from(code[6]) + number(&code[4..6]);
        let born = code[6] < 3 && is_date(year, number(&code[2..4]), number(&code[..2]));
        let check = (1101 - weighted(&code[..10], &[1, 6, 3, 7, 9, 10, 5, 8, 4, 2])) % 11 % 10;
        let new = code[0] == 3 && code[1] >= 2;
        new || (born && check == u32::from(code[10]))
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        let good = ["161175-19997", "05084914259", "080382-14909", "220244-13140", "328673-00679"];
        let bad = [
            "161175-19996",
            "161375-19997",
            "161175-39997",
            "161175-1999",
            "161175-199977",
            "",
            "16117x-19997",
        ];
        crate::validate::testing::check("lv-pk", &good, &bad);
    }
}
