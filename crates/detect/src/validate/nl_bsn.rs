//! Is this a Dutch citizen service number (BSN)?
//!
//! Nine digits; weights 9 to 2 and minus one for the last give a multiple of eleven, the "elfproef"
//! (Rijksdienst voor Identiteitsgegevens, "Logisch ontwerp BSN"). Old numbers of eight digits have a zero
//! in front.

use super::digits::{POINTED, digits, exactly, weighted};

/// Nine digits or eight, grouped by points, spaces, hyphens or slashes.
pub(crate) fn valid(value: &[u8]) -> bool {
    let eight = digits::<8>(value, POINTED).filter(|run| run.len() == 8);
    let padded = eight
        .and_then(|run| run.first_chunk::<8>().map(|&[a, b, c, d, e, f, g, h]| [0, a, b, c, d, e, f, g, h]));
    exactly::<9>(value, POINTED).or(padded).is_some_and(|bsn| {
        let sum = weighted(&bsn[..8], &[9, 8, 7, 6, 5, 4, 3, 2]);
        sum > 0 && sum % 11 == u32::from(bsn[8])
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        let good = ["111222333", "1234.56.782", "355561876", "444 429 104", "10000008"];
        let bad = ["111222334", "000000000", "1112223", "1112223333", "", "11122233x", "111111111"];
        crate::validate::testing::check("nl-bsn", &good, &bad);
    }
}
