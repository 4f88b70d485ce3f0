//! Is this a Polish tax number (NIP)?
//!
//! Ten digits; weights 6, 5, 7, 2, 3, 4, 5, 6, 7 modulo eleven is the last digit, ten is not given (Ustawa o
//! zasadach ewidencji i identyfikacji podatników of 13 October 1995). The prefix PL is allowed.

use super::digits::{GROUPED, exactly, weighted};

/// Ten digits, grouped by hyphens or spaces.
pub(crate) fn valid(value: &[u8]) -> bool {
    let value = value.strip_prefix(b"PL").unwrap_or(value);
    exactly::<10>(value, GROUPED).is_some_and(|nip| {
        let sum = weighted(&nip[..9], &[6, 5, 7, 2, 3, 4, 5, 6, 7]);
        sum > 0 && sum % 11 == u32::from(nip[9])
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        let good = ["856-734-62-15", "PL 2438608360", "9551729256", "834-74-69-105"];
        let bad = ["856-734-62-16", "0000000000", "856734621", "85673462155", "", "856734621x"];
        crate::validate::testing::check("pl-nip", &good, &bad);
    }
}
