//! Is this a Hungarian social security number (TAJ)?
//!
//! Nine digits; weights 3 and 7 in turn over the first eight, modulo ten (1996. évi XX. törvény, annex).

use super::digits::{GROUPED, exactly, weighted};

/// Nine digits, grouped 3-3-3 by spaces or hyphens or not at all.
pub(crate) fn valid(value: &[u8]) -> bool {
    exactly::<9>(value, GROUPED).is_some_and(|taj| {
        let sum = weighted(&taj[..8], &[3, 7, 3, 7, 3, 7, 3, 7]);
        sum > 0 && sum % 10 == u32::from(taj[8])
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        let good = ["111 111 110", "123-456-788", "037 687 210", "200000006"];
        let bad = ["111 111 111", "000000000", "11111111", "1111111100", "", "11111111x"];
        crate::validate::testing::check("hu-taj", &good, &bad);
    }
}
