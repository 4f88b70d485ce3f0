//! Is this an Australian business number?
//!
//! Eleven digits; one taken from the first, weights 10, 1, 3, 5 ... 19, a multiple of 89 (Australian Business
//! Register, "Format of the ABN").

use super::digits::{GROUPED, exactly, weighted};

/// Eleven digits, grouped 2-3-3-3 by spaces or hyphens or not at all.
pub(crate) fn valid(value: &[u8]) -> bool {
    exactly::<11>(value, GROUPED).is_some_and(|abn| {
        let sum = weighted(&abn, &[10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19]);
        abn[0] > 0 && sum % 89 == 10
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        // The first is the register's own example.
        let good = ["51 824 753 556", "83797884413", "29-133-640-462", "66 161 594 220"];
        let bad =
            ["51 824 753 557", "00000000000", "5182475355", "518247535566", "", "5182475355x", "15824753556"];
        crate::validate::testing::check("au-abn", &good, &bad);
    }
}
