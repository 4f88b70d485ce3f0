//! Is this a serial number of a German identity card?
//!
//! Nine characters of the digits and the letters C F G H J K L M N P R T V W X Y Z, the first one of
//! L M N P R T V W X Y; a check digit may follow: weights 7, 3, 1 over digits and letters (A = 10) modulo
//! ten, as in ICAO Doc 9303 part 3, and then the letter D. Cards before November 2010 have ten digits, the
//! last being the check digit. Source: Personalausweisverordnung and Bundesministerium des Innern, "Die
//! Seriennummer".

use super::digits::{GROUPED, symbols, weighted_ranks};

const ALPHABET: &[u8] = b"0123456789CFGHJKLMNPRTVWXYZ";

/// Nine characters, ten with the check digit, eleven with the D, grouped by spaces or hyphens.
pub(crate) fn valid(value: &[u8]) -> bool {
    symbols::<11>(value, GROUPED).is_some_and(|run| {
        let old = run.len() > 9
            && run.iter().take(9).all(u8::is_ascii_digit)
            && run.iter().any(|&digit| digit != b'0');
        let first = matches!(run.first(), Some(b'L'..=b'N' | b'P' | b'R' | b'T' | b'V'..=b'Y'));
        (old || first) && is_document(&run)
    })
}

/// Serial of nine characters, perhaps with its check digit, perhaps with the D of the nationality.
pub(crate) fn is_document(run: &[u8]) -> bool {
    let Some((serial, rest)) = run.split_first_chunk::<9>() else {
        return false;
    };
    let sum = weighted_ranks(serial, &[7, 3, 1, 7, 3, 1, 7, 3, 1]) % 10;
    let checked = match rest {
        [] => true,
        [check] | [check, b'D'] => check.is_ascii_digit() && sum == u32::from(check & 15),
        _ => false,
    };
    checked && serial.iter().any(u8::is_ascii_digit) && serial.iter().all(|symbol| ALPHABET.contains(symbol))
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        // The specimens that the ministry prints: T22000129 3, L01X00T47 1; and an old number.
        let good = ["T220001293", "L01X00T47", "L01X00T471", "l01x00t471d", "1220001297D"];
        let bad = [
            "L01X00T472",
            "A01X00T47",
            "LAB000T47",
            "L01X00T4",
            "L01X00T471DD",
            "",
            "LLLLLLLLL",
            "0000000000",
            "122000129",
        ];
        crate::validate::testing::check("de-id-card", &good, &bad);
    }
}
