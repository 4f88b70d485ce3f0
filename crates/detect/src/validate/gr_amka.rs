//! Is this a Greek social security number (AMKA)?
//!
//! Birth as DDMMYY, four digits, Luhn check digit (Law 3655/2008, article 153; IDIKA).

use super::calendar::is_date;
use super::checks::luhn;
use super::digits::{GROUPED, exactly, number};

/// Eleven digits, grouped by spaces or hyphens.
pub(crate) fn valid(value: &[u8]) -> bool {
    exactly::<11>(value, GROUPED).is_some_and(|amka| {
        is_date(2000 + number(&amka[4..6]), number(&amka[2..4]), number(&amka[..2])) && luhn(&amka)
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        let good = ["27094886416", "050650 46863", "220288-62666", "07059319280"];
        let bad =
            ["27094886415", "32094886416", "27134886416", "2709488641", "270948864166", "", "00000000000"];
        crate::validate::testing::check("gr-amka", &good, &bad);
    }
}
