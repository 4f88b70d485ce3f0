//! Is this an NHS number of England, Wales, Northern Ireland or Scotland (CHI)?
//!
//! Ten digits; weights 10 to 2, eleven minus the remainder modulo 11 is the last digit, 11 counts as 0
//! and 10 is never given (NHS Data Dictionary, attribute "NHS number"). Ten equal digits satisfy the sum
//! but are refused.

use super::digits::{GROUPED, all_same, exactly, weighted};

/// Ten digits, grouped 3-3-4 by spaces or hyphens or not at all.
pub(crate) fn valid(value: &[u8]) -> bool {
    exactly::<10>(value, GROUPED).is_some_and(|nhs| {
        weighted(&nhs, &[10, 9, 8, 7, 6, 5, 4, 3, 2, 1]).is_multiple_of(11) && !all_same(&nhs)
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        // The first is the example of the NHS Data Dictionary; 999 is the range reserved for tests.
        let good = ["943 476 5919", "9434765919", "987-654-3210", "999 000 0018"];
        let bad =
            ["943 476 5918", "2222222222", "0000000000", "943 476 591", "943 476 59190", "", "943.476.5919"];
        crate::validate::testing::check("gb-nhs", &good, &bad);
    }
}
