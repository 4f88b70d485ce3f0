//! Which postcode of the United Kingdom is it? "AMAZON.UKPostalCode".
//!
//! The shapes are those of the Royal Mail's Postcode Address File (`A9 9AA`, `A99 9AA`, `AA9 9AA`, `AA99 9AA`, `A9A 9AA`,
//! `AA9A 9AA`); a space stands before the last three characters.

use super::Spelling;
use super::letters;
use super::pieces::Pieces;

/// Longest postcode in pieces: seven characters, each `b as in boy`.
const PIECES_MAX: usize = 28;

/// The postcode in pieces `from..to`, with the pieces that hold it.
pub(crate) fn find(
    p: &Pieces<'_>,
    (from, to): (usize, usize),
    spelling: Spelling,
) -> Option<(String, usize, usize)> {
    for start in from..to {
        for end in (start + 1..=to.min(start + PIECES_MAX)).rev() {
            let value = compact(p, start, end, spelling);
            if let Some(code) = value.and_then(|value| shaped(&value)) {
                return Some((code, start, end));
            }
        }
    }
    None
}

/// The letters and digits of some pieces without spaces, in capitals.
fn compact(p: &Pieces<'_>, from: usize, to: usize, spelling: Spelling) -> Option<String> {
    if to - from > 12 {
        return letters::spelled(p, from, to, spelling).map(|value| value.to_uppercase());
    }
    let plain: String = (from..to).map(|at| p.word(at)).collect();
    let plain = plain.to_uppercase();
    if shaped(&plain).is_some() {
        return Some(plain);
    }
    letters::spelled(p, from, to, spelling).map(|value| value.to_uppercase())
}

/// The code with its space, when it has a shape of postcodes.
fn shaped(code: &str) -> Option<String> {
    if !code.is_ascii() || !(5..=7).contains(&code.len()) {
        return None;
    }
    let (outward, inward) = code.split_at_checked(code.len() - 3)?;
    let kinds = |text: &str| -> String {
        let kind = |letter: char| {
            if letter.is_ascii_digit() {
                '9'
            } else if letter.is_ascii_alphabetic() {
                'A'
            } else {
                '?'
            }
        };
        text.chars().map(kind).collect()
    };
    let fits = matches!(kinds(outward).as_str(), "A9" | "A99" | "AA9" | "AA99" | "A9A" | "AA9A");
    (fits && kinds(inward) == "9AA").then(|| format!("{outward} {inward}"))
}
