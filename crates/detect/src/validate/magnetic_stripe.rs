//! Is this the content of track 1 or 2 of a payment card's magnetic stripe?
//!
//! ISO/IEC 7813. Track 1: `%B`, number, `^`, name, `^`, expiry as YYMM, service code, more, `?`. Track 2:
//! `;`, number, `=`, expiry, service code, more, `?`; chips write track 2 with D in place of `=` (EMV book
//! 3, tag 57). The sentinels may be missing where the number obeys Luhn.

use super::checks::luhn;
use super::digits::{digits, numeral};

/// One track, its sentinels included or not.
pub(crate) fn valid(value: &[u8]) -> bool {
    let begun = value.strip_prefix(b"%").or(value.strip_prefix(b";"));
    let framed = begun.is_some() && value.contains(&b'?');
    let track = begun.unwrap_or(value);
    match track.strip_prefix(b"B").or(track.strip_prefix(b"b")) {
        Some(track) => is_first(track, framed),
        None => is_second(track, framed),
    }
}

fn is_first(track: &[u8], framed: bool) -> bool {
    let mut fields = track.split(|&byte| byte == b'^');
    let (number, name, rest) = (fields.next(), fields.next(), fields.next());
    let named = name.is_some_and(|name| {
        (2..=26).contains(&name.len()) && name.iter().all(|byte| matches!(byte, b' '..=b'~'))
    });
    named && is_number(number.unwrap_or_default(), framed) && is_tail(rest.unwrap_or_default())
}

fn is_second(track: &[u8], framed: bool) -> bool {
    let mut fields = track.splitn(2, |&byte| matches!(byte, b'=' | b'D' | b'd'));
    match (fields.next(), fields.next()) {
        (Some(number), Some(rest)) => is_number(number, framed) && is_tail(rest),
        _ => false,
    }
}

fn is_number(text: &[u8], framed: bool) -> bool {
    digits::<19>(text, b" ").is_some_and(|number| number.len() > 11 && (framed || luhn(&number)))
}

/// Expiry as YYMM with a month of the year, then a service code of three digits.
fn is_tail(text: &[u8]) -> bool {
    let Some((dates, _)) = text.split_first_chunk::<7>() else {
        return false;
    };
    numeral(&dates[2..4]).is_some_and(|month| (1..=12).contains(&month)) && numeral(dates).is_some()
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        let good = [
            "%B4111111111111111^DOE/JANE^27121010000000000?",
            ";4111111111111111=27121010000000000?",
            "B5555555555554444^ROE/RICHARD M^2803201",
            "4111111111111111D27121010000012300000F",
            ";1234567890123456=2901101?",
        ];
        let bad = [
            "%B4111111111111111^DOE/JANE^27131010000000000?",
            ";4111111111111111=27001010000000000?",
            "1234567890123456=2901101",
            "4111111111111111=2901",
            "4111111111111111",
            "",
            "%B4111111111111111^D^2712101?",
            ";41111=2712101?",
        ];
        crate::validate::testing::check("magnetic-stripe", &good, &bad);
    }
}
