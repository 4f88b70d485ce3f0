//! Is this a Taiwanese national or resident identity number?
//!
//! A letter and nine digits, the first 1 or 2 (citizens) or 8 or 9 (residents since 2021): the letter
//! stands for a number from 10 to 35, whose digits and the nine, with weights 1, 9, 8 ... 1, 1, give a
//! multiple of ten (Ministry of the Interior, Department of Household Registration).

use super::digits::{exactly_symbols, fits, weighted_ranks};

/// The letters in the order of their numbers from 10.
const ORDER: &[u8] = b"ABCDEFGHJKLMNPQRSTUVXYWZIO";

/// Ten characters.
pub(crate) fn valid(value: &[u8]) -> bool {
    exactly_symbols::<10>(value, b"").is_some_and(|id| {
        let Some(place) = ORDER.iter().position(|letter| *letter == id[0]) else {
            return false;
        };
        let head = (place + 10) / 10 + (place + 10) % 10 * 9;
        let sum = weighted_ranks(&id[1..], &[8, 7, 6, 5, 4, 3, 2, 1, 1]);
        let kind = matches!(id[1], b'1' | b'2' | b'8' | b'9');
        fits("an9", &id) && kind && u32::try_from(head).is_ok_and(|head| (head + sum).is_multiple_of(10))
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        let good = ["A123456789", "a123456789", "F131104093", "A800000014", "B200000004"];
        let bad = ["A123456788", "A323456789", "1123456789", "A12345678", "A1234567890", "", "AB23456789"];
        crate::validate::testing::check("tw-id", &good, &bad);
    }
}
