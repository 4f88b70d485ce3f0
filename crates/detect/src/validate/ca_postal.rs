//! Could this be a Canadian postal code?
//!
//! Letter digit letter, digit letter digit. D, F, I, O, Q and U are not used, W and Z not in the first
//! place (Canada Post, "Addressing guidelines", postal code). There is no check digit.

use super::digits::{GROUPED, exactly_symbols, fits};

/// Six characters, a space or hyphen in the middle or none.
pub(crate) fn valid(value: &[u8]) -> bool {
    exactly_symbols::<6>(value, GROUPED).is_some_and(|code| {
        fits("anan1an", &code)
            && !code.iter().any(|symbol| b"DFIOQU".contains(symbol))
            && !matches!(code[0], b'W' | b'Z')
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        let good = ["K1A 0B1", "k1a0b1", "H0H-0H0", "V6B 4Y8"];
        let bad = ["W1A 0B1", "Z1A 0B1", "D1A 0B1", "K1A 0O1", "K1A 0B", "K1A 0B12", "", "1KA 0B1"];
        crate::validate::testing::check("ca-postal", &good, &bad);
    }
}
