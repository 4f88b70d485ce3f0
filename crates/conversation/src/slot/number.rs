//! Which number is this? "AMAZON.Number" of the Lex V2 Developer Guide.
//!
//! Decimals are kept as digits, never as floating point: a long account number is not rounded, and `3.50` stays so.

use super::pieces::{Kind, Pieces};
use super::spoken::{self, Term};

/// A number in digits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Decimal {
    pub(crate) negative: bool,
    pub(crate) whole: String,
    pub(crate) part: String,
}

/// Most digits of a number; more is no number that anybody says.
const DIGITS_MAX: usize = 60;

impl Decimal {
    /// As Lex writes it: no superfluous zeros in front.
    pub(crate) fn text(&self) -> String {
        let whole = match self.whole.trim_start_matches('0') {
            "" => "0",
            whole => whole,
        };
        let zero = whole == "0" && self.part.chars().all(|digit| digit == '0');
        let sign = if self.negative && !zero { "-" } else { "" };
        let point = if self.part.is_empty() { "" } else { "." };
        format!("{sign}{whole}{point}{}", self.part)
    }

    /// Hundredths, cut behind the second digit; nothing when it is too large.
    pub(crate) fn hundredths(&self) -> Option<i128> {
        let mut part = self.part.clone();
        part.push_str("00");
        let cents: i128 = part.get(..2)?.parse().ok()?;
        let whole: i128 = if self.whole.is_empty() { 0 } else { self.whole.parse().ok()? };
        whole.checked_mul(100)?.checked_add(cents).map(|sum| if self.negative { -sum } else { sum })
    }

    /// As a whole number that fits calendars and clocks.
    pub(crate) fn small(&self) -> Option<i64> {
        if !self.part.is_empty() || self.negative || self.whole.len() > 9 {
            return None;
        }
        self.whole.parse().ok()
    }

    fn scaled(mut self, zeros: usize) -> Self {
        for _ in 0..zeros {
            match self.part.is_empty() {
                true => self.whole.push('0'),
                false => self.whole.push(self.part.remove(0)),
            }
        }
        self
    }
}

/// The number that begins at a piece, and how many pieces it takes.
pub(crate) fn read(p: &Pieces<'_>, at: usize) -> Option<(Decimal, usize)> {
    let negative = p.is_any(at, &["minus", "negative"]) || (p.is(at, "-") && p.glued(at + 1) && !p.glued(at));
    let from = at + usize::from(negative);
    let (mut decimal, len) = unsigned(p, from)?;
    decimal.negative = negative;
    (decimal.whole.len() + decimal.part.len() <= DIGITS_MAX).then_some((decimal, from + len - at))
}

fn unsigned(p: &Pieces<'_>, at: usize) -> Option<(Decimal, usize)> {
    if let Some((decimal, len)) = piled(p, at) {
        return Some((decimal, len));
    }
    let mut here = at;
    let mut decimal = Decimal::default();
    while let Some((group, len)) = group(p, here) {
        decimal.whole.push_str(&group.whole);
        here += len;
        if !group.part.is_empty() || decimal.whole.len() > DIGITS_MAX {
            decimal.part = group.part;
            return Some((decimal, here - at));
        }
    }
    let (part, len) = fraction(p, here, here > at).unwrap_or_default();
    decimal.part = part;
    (here + len > at).then_some((decimal, here + len - at))
}

/// A dozen, two dozen, a couple, half.
fn piled(p: &Pieces<'_>, at: usize) -> Option<(Decimal, usize)> {
    let whole = |value: u128| Decimal { whole: value.to_string(), ..Decimal::default() };
    let (count, len) = match p.is_any(at, &["a", "an"]) {
        true => (1, 1),
        false => spoken::cardinal(p, at)
            .or_else(|| Some((u128::try_from(p.number(at)?).ok()?, 1)))
            .unwrap_or((1, 0)),
    };
    match p.word(at + len) {
        "dozen" => Some((whole(count.saturating_mul(12)), len + 1)),
        "couple" if len <= 1 => Some((whole(2), len + 1)),
        "half" if p.is(at, "half") => Some((Decimal { part: "5".to_owned(), ..Decimal::default() }, 1)),
        _ => None,
    }
}

/// One group: digits with their thousands and their fraction, or words that make one number; with scales behind.
fn group(p: &Pieces<'_>, at: usize) -> Option<(Decimal, usize)> {
    if p.kind(at) == Some(Kind::Digits) {
        let (decimal, len) = numeral(p, at);
        return Some(match spoken::term(p.word(at + len)) {
            Some(Term::Scale(zeros)) => (decimal.scaled(zeros as usize), len + 1),
            Some(Term::Hundred) => (decimal.scaled(2), len + 1),
            _ if p.glued(at + len) && p.is(at + len, "k") => (decimal.scaled(3), len + 1),
            _ => (decimal, len),
        });
    }
    let (value, len) = spoken::cardinal(p, at)?;
    Some((Decimal { whole: value.to_string(), ..Decimal::default() }, len))
}

/// `1,234.5`: commas before three digits part thousands, a point before digits parts the fraction.
pub(crate) fn numeral(p: &Pieces<'_>, at: usize) -> (Decimal, usize) {
    let mut whole = p.word(at).to_owned();
    let mut here = at + 1;
    while whole.len() <= DIGITS_MAX && touches(p, here, ",") && p.word(here + 1).len() == 3 {
        whole.push_str(p.word(here + 1));
        here += 2;
    }
    let mut part = String::new();
    if touches(p, here, ".") && !touches(p, here + 2, ".") {
        part.push_str(p.word(here + 1));
        here += 2;
    }
    (Decimal { negative: false, whole, part }, here - at)
}

/// Whether this mark stands here with digits touching it on both sides.
fn touches(p: &Pieces<'_>, at: usize, mark: &str) -> bool {
    p.is(at, mark) && p.glued(at) && p.glued(at + 1) && p.kind(at + 1) == Some(Kind::Digits)
}

/// What is said behind the point, or the half at the end.
fn fraction(p: &Pieces<'_>, at: usize, begun: bool) -> Option<(String, usize)> {
    if begun {
        let halves = [
            ("and a half", "5"),
            ("and one half", "5"),
            ("and a quarter", "25"),
            ("and three quarters", "75"),
        ];
        let found = halves.iter().find_map(|(phrase, part)| p.phrase(at, phrase).map(|len| (*part, len)));
        if let Some((part, len)) = found {
            return Some((part.to_owned(), len));
        }
    }
    let mark = p.is(at, ".") && !begun && p.glued(at + 1);
    if !(mark || p.is_any(at, &["point", "dot"])) {
        return None;
    }
    let (digits, len) = spoken::digits(p, at + 1, &[])?;
    Some((digits, len + 1))
}

#[cfg(test)]
mod tests {
    use super::super::pieces::pieces;
    use super::*;

    fn check(text: &str, wanted: Option<&str>) {
        let p = pieces(text);
        assert_eq!(read(&p, 0).map(|found| found.0.text()).as_deref(), wanted, "{text}");
    }

    #[test]
    fn numbers_are_kept_as_digits() {
        check("one hundred twenty three point four five", Some("123.45"));
        check("point forty two", Some("0.42"));
        check(".5", Some("0.5"));
        check("minus 15", Some("-15"));
        check("-0", Some("0"));
        check("1,234,567.80", Some("1234567.80"));
        check("two and a half", Some("2.5"));
        check("2.5 million", Some("2500000"));
        check("1.25k", Some("1250"));
        check("three dozen", Some("36"));
        check("007", Some("7"));
        check("12345678901234567890123", Some("12345678901234567890123"));
        check(&"1".repeat(DIGITS_MAX), Some(&"1".repeat(DIGITS_MAX)));
        check(&"1".repeat(DIGITS_MAX + 1), None);
        check("hello", None);
    }

    #[test]
    fn hundredths_are_exact() {
        let (decimal, _) = read(&pieces("minus 5.157"), 0).unwrap();
        assert_eq!((decimal.hundredths(), decimal.small()), (Some(-515), None));
        assert_eq!(read(&pieces("12"), 0).unwrap().0.small(), Some(12));
    }
}
