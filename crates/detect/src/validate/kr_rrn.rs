//! Is this a South Korean resident or foreigner registration number?
//!
//! Birth as YYMMDD, sex and century 0 to 9, six digits, the last by weights 2 to 9 and 2 to 5 modulo eleven
//! (Resident Registration Act, enforcement rules). Numbers given since October 2020 have random digits, so
//! births from 2020 on pass without.

use super::calendar::is_date;
use super::digits::{GROUPED, exactly, number, weighted};

/// Thirteen digits, a hyphen after the sixth or none.
pub(crate) fn valid(value: &[u8]) -> bool {
    exactly::<13>(value, GROUPED).is_some_and(|id| {
        let century = match id[6] {
            9 | 0 => 1800,
            1 | 2 | 5 | 6 => 1900,
            _ => 2000,
        };
        let year = century + number(&id[..2]);
        let remainder = weighted(&id[..12], &[2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]) % 11;
        // Foreigners' numbers (5 to 8) add two before the last digit is taken.
        let shift = if matches!(id[6], 5..=8) { 2 } else { 0 };
        let checked = (11 - remainder + shift) % 10 == u32::from(id[12]);
        is_date(year, number(&id[2..4]), number(&id[4..6])) && year < 2050 && (checked || year >= 2020)
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        let good = ["401213-1535355", "5212211526237", "600222-1885186", "790611 1769010", "211005-3123456"];
        let bad = [
            "401213-1535354",
            "401313-1535355",
            "401232-1535355",
            "401213-153535",
            "401213-15353555",
            "",
            "401213-153535x",
        ];
        crate::validate::testing::check("kr-rrn", &good, &bad);
    }
}
