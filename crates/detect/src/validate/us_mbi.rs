//! Could this be a US Medicare beneficiary identifier?
//!
//! Eleven characters, each place with its own set: 1 to 9; letter; letter or digit; digit; letter;
//! letter or digit; digit; letter; letter; digit; digit. Letters leave out S, L, O, I, B and Z. There is
//! no check digit. Source: CMS, "Understanding the Medicare Beneficiary Identifier (MBI) format".

use super::digits::{GROUPED, exactly_symbols, fits};

/// Eleven characters, grouped 4-3-4 by hyphens or spaces or not at all.
pub(crate) fn valid(value: &[u8]) -> bool {
    exactly_symbols::<11>(value, GROUPED).is_some_and(|mbi| {
        fits("nacnacna2n2", &mbi) && mbi[0] != b'0' && !mbi.iter().any(|symbol| b"SLOIBZ".contains(symbol))
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        // The first two are CMS's own examples.
        let good = ["1EG4-TE5-MK73", "1EG4TE5MK72", "2a22-a22-aa22", "9XX9 XX9 XX99"];
        let bad = [
            "0EG4-TE5-MK73",
            "1SG4-TE5-MK73",
            "1EG4-TE5-MK7",
            "1EG4TE5MK733",
            "1E4G-TE5-MK73",
            "",
            "1EG4-TE5-7K73",
        ];
        crate::validate::testing::check("us-mbi", &good, &bad);
    }
}
