//! Is this a French business number (SIREN, SIRET)?
//!
//! Nine digits (SIREN) or fourteen (SIRET: SIREN and establishment), each with a Luhn check digit; the post
//! office's establishments (356000000) sum to a multiple of five instead (INSEE, "Numéro SIREN" and "Numéro
//! SIRET").

use super::checks::luhn;
use super::digits::{POINTED, digits, number};

/// Nine or fourteen digits, grouped by spaces, hyphens or points.
pub(crate) fn valid(value: &[u8]) -> bool {
    let Some(run) = digits::<14>(value, POINTED) else {
        return false;
    };
    let Some((siren, office)) = run.split_first_chunk::<9>() else {
        return false;
    };
    let post =
        number(siren) == 356_000_000 && run.iter().map(|&digit| u32::from(digit)).sum::<u32>() % 5 == 0;
    match office.len() {
        0 => number(siren) > 0 && luhn(siren),
        5 => number(siren) > 0 && luhn(siren) && (luhn(&run) || post),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        let good = ["732 829 320", "73282932000074", "356 000 000 00048", "051047439", "98904316141502"];
        let bad =
            ["732 829 321", "73282932000075", "000000000", "73282932", "7328293200007", "", "73282932x"];
        crate::validate::testing::check("fr-siren", &good, &bad);
    }
}
