//! Is this a Spanish tax number of a natural person (NIF)?
//!
//! The DNI form, or K (children), L (Spaniards abroad) or M (foreigners without NIE) with seven digits
//! and the DNI's control letter over them (Orden EHA/451/2008; Agencia Tributaria, "NIF de personas
//! físicas"). Older K, L and M numbers end with the letter that companies use; both are taken.

use super::digits::{POINTED, exactly_symbols, numeral};
use super::{es_cif, es_dni};

/// Nine characters, grouped by spaces, hyphens, points or slashes; a leading `ES` of a VAT number is allowed.
pub(crate) fn valid(value: &[u8]) -> bool {
    let value = value.strip_prefix(b"ES").unwrap_or(value);
    es_dni::valid(value) || exactly_symbols::<9>(value, POINTED).is_some_and(|nif| is_special(&nif))
}

fn is_special(nif: &[u8; 9]) -> bool {
    let Some(number) = numeral(&nif[1..8]) else {
        return false;
    };
    let control = nif[8];
    matches!(nif[0], b'K' | b'L' | b'M')
        && (es_dni::is_control(number, control)
            || es_cif::control(&nif[1..8]).is_some_and(|(_, letter)| letter == control))
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        let good = ["12345678Z", "M1234567L", "54362315-K", "ES54362315K", "K1234567L", "L1234567L"];
        let bad = ["12345678A", "M1234567X", "N1234567L", "M123456L", "", "M12345678L", "ESES54362315K"];
        crate::validate::testing::check("es-nif", &good, &bad);
    }
}
