//! Is this a US bank routing number?
//!
//! Nine digits; weights 3, 7, 1 repeated give a multiple of ten. The first two digits are a Federal
//! Reserve district (01 to 12), a thrift (21 to 32), electronic (61 to 72), traveller's cheques (80) or
//! the government (00). Source: American Bankers Association, "Routing Number Policy and Procedures".

use super::digits::{GROUPED, exactly, number, weighted};

/// Nine digits, grouped by spaces or hyphens.
pub(crate) fn valid(value: &[u8]) -> bool {
    exactly::<9>(value, GROUPED).is_some_and(|routing| {
        let sum = weighted(&routing, &[3, 7, 1, 3, 7, 1, 3, 7, 1]);
        let district = number(&routing[..2]);
        sum > 0 && sum.is_multiple_of(10) && matches!(district, 0..=12 | 21..=32 | 61..=72 | 80)
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        // Routing numbers that banks print on their own pages.
        let good = ["021000021", "011401533", "1110-0002-5", "322271627", "091000019"];
        let bad = ["021000022", "000000000", "131000000", "02100002", "0210000210", "", "02100002x"];
        crate::validate::testing::check("aba-routing", &good, &bad);
    }
}
