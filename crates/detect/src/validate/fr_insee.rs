//! Is this a French social security number (NIR, "numéro INSEE")?
//!
//! Sex, year, month, department (2A and 2B are Corsica), commune, order number: thirteen characters, and
//! a key of two digits, 97 minus the rest modulo 97, with 2A counted as 19 and 2B as 18. Months 20 to 42
//! and from 50 stand for unknown or foreign birth certificates. Source: INSEE, "Numéro d'inscription au
//! répertoire"; code de la sécurité sociale R. 115-1. The key is often left out; then the format decides.

use super::digits::{POINTED, exactly_symbols, numeral, symbols};

/// 13 characters or 15 with the key, grouped by spaces, hyphens, points or slashes.
pub(crate) fn valid(value: &[u8]) -> bool {
    let Some(run) = symbols::<15>(value, POINTED) else {
        return false;
    };
    let Some((nir, key)) = run.split_first_chunk::<13>() else {
        return false;
    };
    let Some(number) = plain(nir) else { return false };
    let keyed = key.len() == 2 && numeral(key) == Some(97 - number % 97);
    is_formed(nir) && (key.is_empty() || keyed)
}

/// The thirteen characters as one number, Corsica replaced.
fn plain(nir: &[u8; 13]) -> Option<u64> {
    let mut digits = exactly_symbols::<13>(nir, b"")?;
    match &nir[5..7] {
        b"2A" => digits[5..7].copy_from_slice(b"19"),
        b"2B" => digits[5..7].copy_from_slice(b"18"),
        _ => {}
    }
    numeral(&digits)
}

fn is_formed(nir: &[u8; 13]) -> bool {
    let sex = matches!(nir[0], b'1'..=b'4' | b'7' | b'8');
    let month = matches!(numeral(&nir[3..5]), Some(1..=12 | 20..=42 | 50..=99));
    let absent = |part: &[u8]| numeral(part) == Some(0);
    sex && month && !absent(&nir[5..7]) && !absent(&nir[7..10]) && !absent(&nir[10..13])
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        // The first is the specimen of the carte Vitale; the rest are arithmetic on made-up fields.
        let good = [
            "2 69 05 49 588 157 80",
            "255081416802538",
            "253072B07300470",
            "1 85 05 78 006 084 91",
            "2690549588157",
        ];
        let bad = [
            "269054958815781",
            "569054958815780",
            "269134958815780",
            "269050058815780",
            "26905495881578",
            "",
            "2690549000157",
            "26905495881578012",
            "2 69 05 2C 588 157 80",
        ];
        crate::validate::testing::check("fr-insee", &good, &bad);
    }
}
