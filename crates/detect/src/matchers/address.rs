//! Is it a postal address? A house number, a street, and a place with a postal code.
//!
//! A simple matcher for addresses as they are written in the United States and, with the code before the place, in
//! much of Europe; a grammar and a model are to take its place. As AWS's does, it asks for a place and a code.

use super::{byte_at, forward};

/// Longest address.
const ADDRESS_BYTES_MAX: usize = 120;
/// Words that end a street's name.
const STREETS: [&str; 26] = [
    "street",
    "st",
    "avenue",
    "ave",
    "road",
    "rd",
    "drive",
    "dr",
    "lane",
    "ln",
    "boulevard",
    "blvd",
    "court",
    "ct",
    "way",
    "place",
    "pl",
    "terrace",
    "square",
    "sq",
    "parkway",
    "pkwy",
    "circle",
    "cir",
    "highway",
    "close",
];

/// The address whose house number begins at `start`.
pub(crate) fn find(text: &[u8], start: usize) -> Option<(usize, usize)> {
    let bound =
        forward(text, start, ADDRESS_BYTES_MAX, |byte| matches!(byte, b'\n' | b'"' | b';' | b'|' | b'{'));
    let mut at = forward(text, start, 7, |byte| byte == b' ') + 1;
    let mut street_seen = false;
    for _ in 0..14 {
        let end = forward(text, at, bound.saturating_sub(at), |byte| matches!(byte, b' ' | b','));
        let word = text.get(at..end)?;
        street_seen |= is_street(word);
        if let Some(code_end) = postal_code_end(text, at).filter(|_| street_seen) {
            return (code_end <= bound).then_some((start, code_end));
        }
        at = forward(text, end, 3, |byte| !matches!(byte, b' ' | b','));
        if at >= bound {
            return None;
        }
    }
    None
}

fn is_street(word: &[u8]) -> bool {
    let word = word.strip_suffix(b".").unwrap_or(word);
    STREETS.iter().any(|street| word.eq_ignore_ascii_case(street.as_bytes()))
}

/// Where a postal code of five digits, perhaps with four more, ends.
fn postal_code_end(text: &[u8], at: usize) -> Option<usize> {
    let digits =
        |from: usize, count: usize| (from..from + count).all(|place| byte_at(text, place).is_ascii_digit());
    let five = digits(at, 5).then_some(at + 5)?;
    let end = if byte_at(text, five) == b'-' && digits(five + 1, 4) { five + 5 } else { five };
    (!byte_at(text, end).is_ascii_alphanumeric()).then_some(end)
}

#[cfg(test)]
#[expect(clippy::string_slice, reason = "the places in these texts are known")]
mod tests {
    use super::*;

    #[test]
    fn addresses_with_place_and_code() {
        let check = |text: &str| find(text.as_bytes(), 0).map(|(start, end)| text[start..end].to_owned());
        assert_eq!(
            check("742 Elm Street, Springfield, IL 62704 ok"),
            Some("742 Elm Street, Springfield, IL 62704".into())
        );
        assert_eq!(
            check("1 Long Hill Rd. Apt 4 Dover 19901-1234."),
            Some("1 Long Hill Rd. Apt 4 Dover 19901-1234".into())
        );
        for text in [
            "742 Elm Street",
            "12 First Street took 62704ms",
            "12 requests in 62704 ms",
            "742 Elm, 62704",
            "3 st",
        ] {
            assert_eq!(check(text), None, "in {text}");
        }
    }
}
