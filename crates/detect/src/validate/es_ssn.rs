//! Is this a Spanish social security number (número de afiliación)?
//!
//! Province 2, number 8, check 2: the check is the first ten digits modulo 97. Where the number begins
//! with 0, the Tesorería drops that zero before it puts the province in front, so province 28 and number
//! 01234567 are computed as 281234567 (Tesorería General de la Seguridad Social, "Número de seguridad
//! social"). Other software does not drop it; both are taken.

use super::digits::{POINTED, exactly, number};

/// Twelve digits, grouped by spaces, hyphens, points or slashes.
pub(crate) fn valid(value: &[u8]) -> bool {
    exactly::<12>(value, POINTED).is_some_and(|ssn| {
        let (province, serial, check) = (number(&ssn[..2]), number(&ssn[2..10]), number(&ssn[10..]));
        let short = serial < 10_000_000 && (province * 10_000_000 + serial) % 97 == check;
        matches!(province, 1..=66) && serial > 0 && (short || number(&ssn[..10]) % 97 == check)
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        let good = ["281234567840", "28/12345678/40", "28 01234567 42", "03 98765432 81", "280123456785"];
        let bad = [
            "281234567841",
            "001234567888",
            "991234567827",
            "28123456784",
            "2812345678400",
            "",
            "28123456784x",
        ];
        crate::validate::testing::check("es-ssn", &good, &bad);
    }
}
