//! Is this a Ukrainian taxpayer registration number (RNOKPP)?
//!
//! Ten digits: days since the end of 1899, order, check digit: weights -1, 5, 7, 9, 4, 6, 10, 5, 7 modulo
//! eleven and then ten (State Tax Service; Tax Code, article 70).

use super::digits::{GROUPED, exactly, number, weighted};

/// Ten digits.
pub(crate) fn valid(value: &[u8]) -> bool {
    exactly::<10>(value, GROUPED).is_some_and(|id| {
        // Minus one is ten, modulo eleven.
        let sum = weighted(&id[..9], &[10, 5, 7, 9, 4, 6, 10, 5, 7]);
        number(&id[..5]) > 0 && sum % 11 % 10 == u32::from(id[9])
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        let good = ["1759013776", "1580010383", "4694397856", "5187222677"];
        let bad = ["1759013770", "0000000000", "175901377", "17590137766", "", "175901377x"];
        crate::validate::testing::check("ua-rntrc", &good, &bad);
    }
}
