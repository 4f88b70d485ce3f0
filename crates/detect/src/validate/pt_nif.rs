//! Is this a Portuguese tax number (NIF)?
//!
//! Nine digits; weights 9 to 2 modulo 11, taken from eleven, 10 and 11 written as 0. The first digits tell
//! the kind: 1, 2, 3 persons, 5, 6 bodies, 8 sole traders, 45 non-residents, 70 to 79, 90, 91, 98, 99
//! (Decreto-Lei 14/2013, article 7; Autoridade Tributária). The prefix PT is allowed.

use super::br_cpf::check;
use super::digits::{POINTED, exactly, weighted};

/// Nine digits, grouped by spaces, hyphens, points or slashes.
pub(crate) fn valid(value: &[u8]) -> bool {
    let value = value.strip_prefix(b"PT").unwrap_or(value);
    exactly::<9>(value, POINTED).is_some_and(|nif| {
        let kind = matches!((nif[0], nif[1]), (1..=3 | 5 | 6 | 8, _) | (4, 5) | (7, _) | (9, 0 | 1 | 8 | 9));
        kind && check(weighted(&nif[..8], &[9, 8, 7, 6, 5, 4, 3, 2])) == u32::from(nif[8])
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        let good = ["501964843", "PT501964843", "292 675 593", "223824275", "PT 249.530.090"];
        let bad = ["501964842", "001964840", "401964848", "50196484", "5019648433", "", "50196484x"];
        crate::validate::testing::check("pt-nif", &good, &bad);
    }
}
