//! Is this a Russian insurance account number (SNILS)?
//!
//! Nine digits and two of check: weights 9 to 1, modulo 101, a hundred written as 00; numbers up to
//! 001-001-998 have none (Resolution of the Pension Fund board 192p of 2006).

use super::digits::{GROUPED, exactly, number, weighted};

/// Eleven digits, grouped 3-3-3-2 by hyphens or spaces or not at all.
pub(crate) fn valid(value: &[u8]) -> bool {
    exactly::<11>(value, GROUPED).is_some_and(|snils| {
        let sum = weighted(&snils[..9], &[9, 8, 7, 6, 5, 4, 3, 2, 1]);
        number(&snils[..9]) > 1_001_998 && u64::from(sum % 101 % 100) == number(&snils[9..])
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        let good = ["112-233-445 95", "08765430300", "112 233 445-95", "123-456-789 64"];
        let bad = ["112-233-445 96", "000-000-000 00", "1122334459", "112233445955", "", "11223344x95"];
        crate::validate::testing::check("ru-snils", &good, &bad);
    }
}
