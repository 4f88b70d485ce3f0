//! Is this a Spanish tax number of a company or other body (CIF, now NIF of legal persons)?
//!
//! A letter for the kind, seven digits and a control: Luhn's digit over the seven, written as a digit or as
//! a letter of JABCDEFGHI. P, Q, R, S, N and W write the letter, A, B, E and H the digit, the others either
//! (Orden EHA/451/2008; Real Decreto 1065/2007 article 22). Bodies of foreign origin write the letter too,
//! so the rule is applied as the order has it but kinds A, B, E, H with a letter stay refused.

use super::digits::{POINTED, exactly_symbols, letter, numeral};

/// Nine characters, grouped by spaces, hyphens, points or slashes; a leading `ES` of a VAT number is allowed.
pub(crate) fn valid(value: &[u8]) -> bool {
    let value = value.strip_prefix(b"ES").unwrap_or(value);
    exactly_symbols::<9>(value, POINTED).is_some_and(|cif| {
        let Some((digit, letter)) = control(&cif[1..8]) else {
            return false;
        };
        match cif[0] {
            b'A' | b'B' | b'E' | b'H' => cif[8] == digit,
            b'N' | b'P'..=b'S' | b'W' => cif[8] == letter,
            b'C' | b'D' | b'F' | b'G' | b'J' | b'U' | b'V' => cif[8] == digit || cif[8] == letter,
            _ => false,
        }
    })
}

/// The control of seven digit characters, as a digit and as a letter.
pub(crate) fn control(digits: &[u8]) -> Option<(u8, u8)> {
    numeral(digits)?;
    let doubled = |digit: u8| if digit > 4 { 2 * digit - 9 } else { 2 * digit };
    let part = |(at, &character): (usize, &u8)| match at % 2 {
        0 => doubled(character & 15),
        _ => character & 15,
    };
    let sum: u8 = digits.iter().take(7).enumerate().map(part).sum();
    let check = (10 - sum % 10) % 10;
    Some((b'0' + check, letter(b"JABCDEFGHI", check.into())?))
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        let good = ["A58818501", "ESB58378431", "J99216582", "q-2876031-b", "P4621840J", "B64717838"];
        let bad =
            ["A58818502", "A5881850A", "Q28760312", "K58818501", "A5881850", "", "A588185011", "I58818501"];
        crate::validate::testing::check("es-cif", &good, &bad);
    }
}
