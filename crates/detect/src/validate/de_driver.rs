//! Is this a number of a German driving licence?
//!
//! Eleven characters: four for the authority (a letter or digit and three digits or letters), five for
//! the serial, a check character, and the number of the copy. The check character is the sum of ranks
//! (A = 10) times 9 to 1 modulo 11, X for ten. Source: Fahrerlaubnis-Verordnung, annex 8, and the
//! Kraftfahrt-Bundesamt's numbering; confirmed on the specimens of that annex.

use super::digits::{GROUPED, exactly_symbols, numeral, weighted_ranks};

/// Eleven characters, grouped by spaces or hyphens.
pub(crate) fn valid(value: &[u8]) -> bool {
    exactly_symbols::<11>(value, GROUPED).is_some_and(|licence| {
        let remainder = weighted_ranks(&licence[..9], &[9, 8, 7, 6, 5, 4, 3, 2, 1]) % 11;
        let check = match licence[9] {
            b'X' => Some(10),
            digit => numeral(&[digit]),
        };
        check == Some(u64::from(remainder)) && licence[1..4].iter().any(u8::is_ascii_digit)
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        // Specimens printed with annex 8 and on the union's model card; then arithmetic.
        let good = ["B072RRE2I55", "J010000SD51", "b072-rre2i-55", "A0000000021"];
        let bad =
            ["B072RRE2I65", "B072RRE2I5", "B072RRE2I555", "", "BXYZRRE2I55", "B072RRE2IA5", "J010000SD61"];
        crate::validate::testing::check("de-driver", &good, &bad);
    }
}
