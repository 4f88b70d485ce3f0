//! Is this a Swedish personal identity number or coordination number?
//!
//! Birth as YYMMDD or YYYYMMDD, a hyphen (a plus from the hundredth birthday on), three digits, and the Luhn
//! digit over the ten (Folkbokföringslagen 1991:481, section 18; Skatteverket SKV 704). A coordination
//! number has 60 added to the day (SKV 707).

use super::calendar::is_date;
use super::checks::luhn;
use super::digits::{digits, number};

/// Ten or twelve digits, with hyphen, plus, space or nothing.
pub(crate) fn valid(value: &[u8]) -> bool {
    let Some(run) = digits::<12>(value, b"-+ ") else {
        return false;
    };
    let Some((century, ten)) = run.split_last_chunk::<10>() else {
        return false;
    };
    let (year, month, day) = (number(&ten[..2]), number(&ten[2..4]), number(&ten[4..6]));
    let day = if day > 60 { day - 60 } else { day };
    let born = match century {
        [] => is_date(2000 + year, month, day),
        [1, 8 | 9] | [2, 0] => is_date(number(century) * 100 + year, month, day),
        _ => false,
    };
    born && luhn(ten)
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        let good = ["811228-9874", "19811228-9874", "670919-9530", "701063-2391", "121212+1212"];
        let bad =
            ["811228-9873", "811328-9874", "811232-9874", "17811228-9874", "811228-987", "", "811228/9874"];
        crate::validate::testing::check("se-personnummer", &good, &bad);
    }
}
