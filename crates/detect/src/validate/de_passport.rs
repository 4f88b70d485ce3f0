//! Is this a serial number of a German passport?
//!
//! Nine characters of the digits and the letters C F G H J K L M N P R T V W X Y Z, the first one of
//! C F G H J K; a check digit may follow: weights 7, 3, 1 modulo ten (ICAO Doc 9303 part 3), and then the
//! letter D. Source: Passverordnung and Bundesministerium des Innern, "Die Seriennummer".

use super::de_id_card::is_document;
use super::digits::{GROUPED, symbols};

/// Nine characters, ten with the check digit, eleven with the D, grouped by spaces or hyphens.
pub(crate) fn valid(value: &[u8]) -> bool {
    symbols::<11>(value, GROUPED).is_some_and(|run| {
        matches!(run.first(), Some(b'C' | b'F' | b'G' | b'H' | b'J' | b'K')) && is_document(&run)
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        // C01X00T47 with check digit 8 is the ministry's specimen.
        let good = ["C01X00T47", "C01X00T478", "c01x00t478d", "F12345678", "CH1234567"];
        let bad =
            ["C01X00T479", "L01X00T47", "C01X00A47", "C01X00T4", "CFGHJKLMN", "", "C01X00T478F", "123456789"];
        crate::validate::testing::check("de-passport", &good, &bad);
    }
}
