//! Is this a Luxembourg national identification number?
//!
//! Birth as YYYYMMDD, three digits, then a Luhn digit and a Verhoeff digit, both over the first eleven (Loi
//! du 19 juin 2013, article 1; Centre des technologies de l'information de l'Etat).

use super::calendar::is_date;
use super::checks::{luhn, verhoeff};
use super::digits::{GROUPED, exactly, number};

/// Thirteen digits, grouped by spaces or hyphens.
pub(crate) fn valid(value: &[u8]) -> bool {
    exactly::<13>(value, GROUPED).is_some_and(|id| {
        let [a, b, c, d, e, f, g, h, i, j, k, _, second] = id;
        let year = number(&id[..4]);
        let born = (1850..2050).contains(&year) && is_date(year, number(&id[4..6]), number(&id[6..8]));
        born && luhn(&id[..12]) && verhoeff(&[a, b, c, d, e, f, g, h, i, j, k, second])
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        // 1893120105732 is the example printed by the Centre; the others are arithmetic.
        let good = ["1893120105732", "1985041212393", "2001010100111", "1963123077766"];
        let bad = [
            "1893120105733",
            "1893120105742",
            "1893130105732",
            "189312010573",
            "18931201057322",
            "",
            "0000000000000",
        ];
        crate::validate::testing::check("lu-id", &good, &bad);
    }
}
