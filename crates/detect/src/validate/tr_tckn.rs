//! Is this a Turkish identification number?
//!
//! Eleven digits, the first not 0; the tenth is seven times the sum of the odd places minus the sum of the
//! even ones, modulo ten, the last the sum of the first ten modulo ten (Nüfus ve Vatandaşlık İşleri Genel
//! Müdürlüğü).

use super::digits::{GROUPED, exactly, weighted};

/// Eleven digits.
pub(crate) fn valid(value: &[u8]) -> bool {
    exactly::<11>(value, GROUPED).is_some_and(|id| {
        // Minus one is nine, modulo ten.
        let tenth = weighted(&id[..9], &[7, 9, 7, 9, 7, 9, 7, 9, 7]) % 10;
        let last = weighted(&id[..10], &[1; 10]) % 10;
        id[0] > 0 && tenth == u32::from(id[9]) && last == u32::from(id[10])
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        let good = ["10000000146", "83561311334", "70077984732", "18537328726"];
        let bad =
            ["10000000145", "10000000156", "00000000000", "1000000014", "100000001466", "", "1000000014x"];
        crate::validate::testing::check("tr-tckn", &good, &bad);
    }
}
