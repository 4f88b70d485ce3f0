//! How many percent? "AMAZON.Percentage": a number with its sign; a number alone stays a number.

use super::number;
use super::pieces::Pieces;

/// The percentage that begins at a piece, and how many pieces it takes.
pub(crate) fn read(p: &Pieces<'_>, at: usize) -> Option<(String, usize)> {
    let half = p.phrase(at, "half a").or_else(|| p.phrase(at, "a half"));
    let (mut text, len) = match half {
        Some(len) => ("0.5".to_owned(), len),
        None => number::read(p, at).map(|(decimal, len)| (decimal.text(), len))?,
    };
    let sign =
        ["percent", "%", "per cent", "pct", "percents"].iter().find_map(|sign| p.phrase(at + len, sign));
    match (sign, half) {
        (None, Some(_)) => None,
        (None, None) => Some((text, len)),
        (Some(more), _) => {
            text.push('%');
            Some((text, len + more))
        }
    }
}
