//! Is this a citizen's number of the countries that were Yugoslavia (JMBG, EMŠO)?
//!
//! Birth as DDMMYYY, region 2, order 3, check digit: weights 7 to 2 twice modulo eleven, taken from eleven;
//! 10 and 11 are 0 (Slovenia: Zakon o centralnem registru prebivalstva; Serbia, Bosnia, Montenegro and
//! North Macedonia alike).

use super::calendar::is_date;
use super::digits::{GROUPED, exactly, number, weighted};

/// Thirteen digits.
pub(crate) fn valid(value: &[u8]) -> bool {
    exactly::<13>(value, GROUPED).is_some_and(|id| {
        let year = number(&id[4..7]);
        let year = if year < 800 { 2000 + year } else { 1000 + year };
        let sum = weighted(&id, &[7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]);
        year < 2100
            && is_date(year, number(&id[2..4]), number(&id[..2]))
            && (11 - sum % 11) % 11 % 10 == u32::from(id[12])
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        let good = ["0101006500006", "2106995506386", "0808955504051", "0104976500873"];
        let bad = [
            "0101006500007",
            "3201006500006",
            "0113006500006",
            "010100650000",
            "01010065000066",
            "",
            "0000000000000",
        ];
        crate::validate::testing::check("jmbg", &good, &bad);
    }
}
