//! Is this a French tax number (numéro fiscal, SPI)?
//!
//! Thirteen digits beginning with 0 to 3; the last three are the first ten modulo 511 (Direction générale
//! des Finances publiques; OECD, "Tax identification numbers: France").

use super::digits::{GROUPED, exactly, number};

/// Thirteen digits, grouped by spaces or hyphens.
pub(crate) fn valid(value: &[u8]) -> bool {
    exactly::<13>(value, GROUPED).is_some_and(|spi| {
        let payload = number(&spi[..10]);
        spi[0] < 4 && payload > 0 && payload % 511 == number(&spi[10..])
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        // The first is the example of the OECD page.
        let good = ["30 23 217 600 053", "0701987765493", "1234567890066", "2000000000166"];
        let bad = [
            "3023217600054",
            "0000000000000",
            "4000000000202",
            "302321760005",
            "30232176000530",
            "",
            "302321760005x",
        ];
        crate::validate::testing::check("fr-spi", &good, &bad);
    }
}
