//! Is this a Czech or Slovak birth number (rodné číslo)?
//!
//! Birth as YYMMDD with 50 (women), 20 or 70 added to the month, three digits, and a check digit that makes
//! the whole a multiple of eleven; where the nine digits leave ten, some numbers before 1986 end with 0.
//! Numbers of nine digits, before 1954, have no check digit (Zákon 133/2000 Sb., section 13).

use super::calendar::is_date;
use super::digits::{digits, number};

/// Nine or ten digits, a slash before the last three or four or none.
pub(crate) fn valid(value: &[u8]) -> bool {
    let Some(run) = digits::<10>(value, b"/ -") else {
        return false;
    };
    let Some((birth, rest)) = run.split_first_chunk::<6>() else {
        return false;
    };
    let (year, month, day) = (number(&birth[..2]), number(&birth[2..4]), number(&birth[4..]));
    let late = rest.len() == 4;
    let century = if late && year < 54 { 2000 } else { 1900 };
    let months = [0, 50, 20, 70].into_iter().filter(|&add| add % 50 == 0 || century == 2000);
    let born = months.into_iter().any(|add| month > add && is_date(century + year, month - add, day));
    let old = late
        && century == 1900
        && year < 86
        && number(&run).is_multiple_of(10)
        && number(&run) / 10 % 11 == 10;
    match rest.len() {
        4 => born && (number(&run).is_multiple_of(11) || old),
        3 => born && year < 54 && number(rest) > 0,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        let good = ["530828/8370", "681117/5338", "8003202548", "705617/4004", "705617/1090", "320406/123"];
        let bad = [
            "681117/5337",
            "681317/5338",
            "681132/5338",
            "681117/53",
            "681117/53388",
            "",
            "681117/533x",
            "990101/123",
        ];
        crate::validate::testing::check("cz-rc", &good, &bad);
    }
}
