//! Which telephone number is this? "AMAZON.PhoneNumber": its digits without punctuation, a plus in front kept.

use super::pieces::Pieces;
use super::spoken;

/// Fewest digits of a number that somebody would dial.
pub(crate) const DIGITS_MIN: usize = 3;
/// Most digits: 15 by ITU-T E.164, with room for prefixes that are dialled.
pub(crate) const DIGITS_MAX: usize = 20;

/// What may stand between digits.
const MARKS: [&str; 6] = ["-", ".", "(", ")", "/", ","];

/// The number that begins at a piece, and how many pieces it takes.
pub(crate) fn read(p: &Pieces<'_>, at: usize) -> Option<(String, usize)> {
    let from = (at..p.len()).find(|here| !p.is(*here, "("))?;
    let plus = p.is_any(from, &["+", "plus"]);
    let from = from + usize::from(plus);
    let (digits, len) = spoken::digits(p, from, &MARKS)?;
    let all = digits.bytes().all(|digit| digit.is_ascii_digit());
    if !all || !(DIGITS_MIN..=DIGITS_MAX).contains(&digits.len()) {
        return None;
    }
    Some((if plus { format!("+{digits}") } else { digits }, from + len - at))
}

#[cfg(test)]
mod tests {
    use super::super::pieces::pieces;
    use super::*;

    #[test]
    fn both_bounds_hold() {
        for (count, read_too) in
            [(DIGITS_MIN - 1, false), (DIGITS_MIN, true), (DIGITS_MAX, true), (DIGITS_MAX + 1, false)]
        {
            assert_eq!(read(&pieces(&"5".repeat(count)), 0).is_some(), read_too, "{count}");
        }
    }
}
