//! Is this an Italian VAT number (partita IVA, also the codice fiscale of companies)?
//!
//! Eleven digits: number 7, province office 3 (001 to 100, 120, 121, 888 and 999), Luhn check digit
//! (Decreto ministeriale 23 dicembre 1976; Agenzia delle Entrate, "Partita IVA"). The prefix IT is allowed.

use super::checks::luhn;
use super::digits::{GROUPED, exactly, number};

/// Eleven digits, grouped by spaces or hyphens.
pub(crate) fn valid(value: &[u8]) -> bool {
    let value = value.strip_prefix(b"IT").or(value.strip_prefix(b"it")).unwrap_or(value);
    exactly::<11>(value, GROUPED).is_some_and(|vat| {
        let office = number(&vat[7..10]);
        number(&vat[..7]) > 0 && matches!(office, 1..=100 | 120 | 121 | 888 | 999) && luhn(&vat)
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        let good = ["00743110157", "IT 00743110157", "it12345670017", "0074311-0157"];
        let bad =
            ["00743110158", "00000000000", "12345671221", "0074311015", "007431101570", "", "0074311015x"];
        crate::validate::testing::check("it-vat", &good, &bad);
    }
}
