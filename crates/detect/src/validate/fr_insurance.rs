//! Could this be the number printed on a French health insurance card?
//!
//! Twenty-one digits, written as ten, ten and one, for which no check rule is published; a card with all
//! digits equal does not exist. Source: Microsoft Purview, "France health insurance number entity
//! definition".

use super::digits::{GROUPED, all_same, exactly};

/// 21 digits, grouped by spaces or hyphens.
pub(crate) fn valid(value: &[u8]) -> bool {
    exactly::<21>(value, GROUPED).is_some_and(|card| !all_same(&card))
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        let good = [
            "123456789012345678901",
            "1234567890 1234567890 1",
            "8025000001-0123456789-0",
            "100000000000000000000",
        ];
        let bad = [
            "12345678901234567890",
            "1234567890123456789012",
            "000000000000000000000",
            "",
            "12345678901234567890A",
            "1234567890.1234567890.1",
        ];
        crate::validate::testing::check("fr-insurance", &good, &bad);
    }
}
