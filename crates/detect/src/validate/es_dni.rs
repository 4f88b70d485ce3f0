//! Is this a Spanish national identity number (DNI)?
//!
//! Eight digits and a letter: the number modulo 23 as index into TRWAGMYFPDXBNJZSQVHLCKE (Real Decreto
//! 1553/2005; Ministerio del Interior, "Cálculo del dígito de control del NIF/NIE").

use super::digits::{POINTED, exactly_symbols, letter, numeral};

const LETTERS: &[u8] = b"TRWAGMYFPDXBNJZSQVHLCKE";

/// Nine characters, grouped by spaces, hyphens, points or slashes.
pub(crate) fn valid(value: &[u8]) -> bool {
    exactly_symbols::<9>(value, POINTED)
        .is_some_and(|dni| numeral(&dni[..8]).is_some_and(|number| number > 0 && is_control(number, dni[8])))
}

/// Does the control letter belong to the number?
pub(crate) fn is_control(number: u64, control: u8) -> bool {
    letter(LETTERS, number % 23) == Some(control)
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        let good = ["12345678Z", "54362315-K", "00000014z", "99.999.999-R"];
        let bad =
            ["12345678A", "1234567Z", "123456789Z", "00000000T", "", "X1234567L", "12345678", "12345678I"];
        crate::validate::testing::check("es-dni", &good, &bad);
    }
}
