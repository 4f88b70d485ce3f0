//! Could this be a US healthcare procedure code?
//!
//! Level II is a letter A to V and four digits (CMS, "HCPCS general information"). Level I is CPT of the
//! American Medical Association: five digits from 00100, or four digits with F, T, U or M. There is no
//! check digit; a two-character modifier is not part of it.

use super::digits::{exactly_symbols, fits, numeral};

/// Five characters.
pub(crate) fn valid(value: &[u8]) -> bool {
    exactly_symbols::<5>(value, b"").is_some_and(|code| {
        let level_two = fits("an4", &code) && code[0] <= b'V';
        let category = fits("n4a", &code) && b"FTUM".contains(&code[4]);
        level_two || category || numeral(&code).is_some_and(|cpt| cpt >= 100)
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        let good = ["J3490", "99213", "g0008", "0503F", "00100", "V2020", "0042T"];
        let bad = ["W1234", "00099", "J349", "J34900", "", "JJ490", "1234A", "99-13"];
        crate::validate::testing::check("us-hcpcs", &good, &bad);
    }
}
