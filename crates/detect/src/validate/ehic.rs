//! Could this be the number of a European health insurance card?
//!
//! Twenty digits: 80 for health, the ISO 3166-1 number of a country that issues the card, five for the
//! institution, ten for the card (Decision S2 of the Administrative Commission, 2010/C 106/09, annex; EN
//! 1867). No common check digit is laid down.

use super::digits::{GROUPED, all_same, exactly, number};

/// Countries of the union, the European Economic Area, Switzerland and the United Kingdom.
const COUNTRIES: [u64; 32] = [
    40, 56, 100, 191, 196, 203, 208, 233, 246, 250, 276, 300, 348, 352, 372, 380, 428, 438, 440, 442, 470,
    528, 578, 616, 620, 642, 703, 705, 724, 752, 756, 826,
];

/// Twenty digits, grouped by spaces or hyphens.
pub(crate) fn valid(value: &[u8]) -> bool {
    exactly::<20>(value, GROUPED).is_some_and(|card| {
        number(&card[..2]) == 80 && COUNTRIES.contains(&number(&card[2..5])) && !all_same(&card[5..])
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        let good = [
            "80246802460123456789",
            "80040000001234567890",
            "80276 88100 0012345678",
            "8025-0000-0112-3456-7890",
        ];
        let bad = [
            "81246802460123456789",
            "80840802460123456789",
            "8024680246012345678",
            "802468024601234567890",
            "80246000000000000000",
            "",
            "8024680246012345678x",
        ];
        crate::validate::testing::check("ehic", &good, &bad);
    }
}
