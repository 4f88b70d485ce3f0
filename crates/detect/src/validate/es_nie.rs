//! Is this a Spanish foreigner's identity number (NIE)?
//!
//! X, Y or Z (0, 1, 2), seven digits, and the control letter of the DNI over all eight (Orden
//! INT/2058/2008; Ministerio del Interior, "Cálculo del dígito de control del NIF/NIE").

use super::digits::{POINTED, exactly_symbols, numeral};
use super::es_dni::is_control;

/// Nine characters, grouped by spaces, hyphens, points or slashes.
pub(crate) fn valid(value: &[u8]) -> bool {
    exactly_symbols::<9>(value, POINTED).is_some_and(|nie| {
        let first = match nie[0] {
            letter @ b'X'..=b'Z' => u64::from(letter - b'X'),
            _ => return false,
        };
        numeral(&nie[1..8]).is_some_and(|number| is_control(first * 10_000_000 + number, nie[8]))
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        let good = ["X1234567L", "x-2482300-w", "Y1234567X", "Z1234567R", "X 5253868 R"];
        let bad =
            ["X1234567M", "A1234567L", "X123456L", "X12345678L", "", "12345678Z", "X1234567", "XX234567L"];
        crate::validate::testing::check("es-nie", &good, &bad);
    }
}
