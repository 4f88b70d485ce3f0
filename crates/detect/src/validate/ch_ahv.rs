//! Is this a Swiss social insurance number (AHV, AVS)?
//!
//! Thirteen digits beginning with 756 and ending with the check digit of EAN-13 (Zentrale Ausgleichsstelle,
//! "Die AHV-Nummer"; GS1 General Specifications 7.9).

use super::digits::{POINTED, exactly, number, weighted};

/// Thirteen digits, grouped 3.4.4.2 by points, spaces or hyphens or not at all.
pub(crate) fn valid(value: &[u8]) -> bool {
    exactly::<13>(value, POINTED).is_some_and(|ahv| {
        let sum = weighted(&ahv, &[1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]);
        number(&ahv[..3]) == 756 && sum.is_multiple_of(10)
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        // The first is the specimen of the Zentrale Ausgleichsstelle.
        let good = ["756.9217.0769.85", "7565693296640", "756 2436 7333 94", "756.0040.6868.77"];
        let bad = [
            "756.9217.0769.84",
            "757.9217.0769.82",
            "756921707698",
            "75692170769855",
            "",
            "756.9217.076x.85",
        ];
        crate::validate::testing::check("ch-ahv", &good, &bad);
    }
}
