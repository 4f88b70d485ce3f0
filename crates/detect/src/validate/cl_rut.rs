//! Is this a Chilean RUT or RUN?
//!
//! Seven or eight digits and a check character: weights 2 to 7 from the right, repeated, taken from eleven;
//! 11 is 0, 10 is K (Servicio de Registro Civil e Identificación; Servicio de Impuestos Internos).

use super::digits::{POINTED, numeral, symbols};

/// Eight or nine characters, grouped by points, hyphen or spaces.
pub(crate) fn valid(value: &[u8]) -> bool {
    symbols::<9>(value, POINTED).is_some_and(|rut| {
        let Some((&check, number)) = rut.split_last() else {
            return false;
        };
        let weights = [2, 3, 4, 5, 6, 7].into_iter().cycle();
        let sum: u32 =
            number.iter().rev().zip(weights).map(|(&digit, weight)| u32::from(digit & 15) * weight).sum();
        let expected = match 11 - sum % 11 {
            11 => b'0',
            10 => b'K',
            digit => u8::try_from(digit).unwrap_or(0) + b'0',
        };
        number.len() > 6 && numeral(number).is_some_and(|number| number > 0) && check == expected
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        let good = ["12.531.909-2", "76086428-5", "20.281.491-3", "13048304-6", "6.000.000-k"];
        let bad = ["12.531.909-3", "125319-2", "1234567890", "00000000-0", "", "12.531.9K9-2", "6.000.000-X"];
        crate::validate::testing::check("cl-rut", &good, &bad);
    }
}
