//! How does a value of a message compare with what a pattern names? As number, as text with wildcards, or by a regular
//! expression.
//!
//! Recorded answers of `TestMetricFilter`: a bare number compares as a number with numbers and as text with text; what
//! stands in quotes compares as text, the number's own spelling included; order exists for numbers only.

use super::PatternReader;
use crate::error::QueryError;
use std::borrow::Cow;

/// A comparison with a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// What a value is compared with.
#[derive(Clone)]
pub(super) enum Values {
    /// The same, or not.
    Same { expected: Expected, negated: bool },
    /// Before or after a number.
    Ordered(Order, f64),
}

/// What a value should be.
#[derive(Clone)]
pub(super) enum Expected {
    /// A text, `*` standing for any run of characters; a number as well when a bare word spells one.
    Text { pieces: Vec<String>, number: Option<f64> },
    /// Anything that the expression finds itself in.
    Regex(::regex::Regex),
}

impl Values {
    /// Whether a value fits. `is_number` says that the message holds it as a number.
    pub(super) fn holds(&self, value: &str, is_number: bool) -> bool {
        match self {
            Self::Same { expected, negated } => expected.is(value, is_number) != *negated,
            Self::Ordered(order, bound) => {
                is_number && number(value).is_some_and(|value| order.holds(value, *bound))
            }
        }
    }

    /// An operator and its value.
    pub(super) fn read(reader: &mut PatternReader) -> Result<Self, QueryError> {
        reader.cursor.skip_space();
        let start = reader.cursor.at();
        let order = [
            ("<=", Order::LessOrEqual),
            (">=", Order::GreaterOrEqual),
            ("<", Order::Less),
            (">", Order::Greater),
        ];
        if let Some((_, order)) = order.into_iter().find(|(sign, _)| reader.cursor.eat(sign)) {
            return bound(reader).map(|bound| Self::Ordered(order, bound));
        }
        // `=!` stands in older examples of the page for `!=`.
        let negated = match () {
            () if reader.cursor.eat("!=") || reader.cursor.eat("=!") => true,
            () if reader.cursor.eat("=") => false,
            () => return Err(reader.wrong(start, "an operator belongs here: = != < <= > >=")),
        };
        Ok(Self::Same { expected: Expected::read(reader)?, negated })
    }
}

fn bound(reader: &mut PatternReader) -> Result<f64, QueryError> {
    reader.cursor.skip_space();
    let start = reader.cursor.at();
    let word = bare(reader);
    number(&word).ok_or_else(|| reader.wrong(start, "only numbers have an order"))
}

impl Expected {
    fn read(reader: &mut PatternReader) -> Result<Self, QueryError> {
        reader.cursor.skip_space();
        match reader.cursor.peek() {
            Some('%') => reader.regex().map(Self::Regex),
            Some('"') => reader.quoted().map(|text| Self::text(&text, None)),
            _ => {
                let start = reader.cursor.at();
                match bare(reader) {
                    word if word.is_empty() => Err(reader.wrong(start, "a value belongs here")),
                    word => Ok(Self::text(&word, number(&word))),
                }
            }
        }
    }

    fn text(text: &str, number: Option<f64>) -> Self {
        Self::Text { pieces: text.split('*').map(str::to_owned).collect(), number }
    }

    #[expect(clippy::float_cmp, reason = "the service compares numbers exactly")]
    fn is(&self, value: &str, is_number: bool) -> bool {
        match self {
            Self::Regex(regex) => regex.is_match(value),
            Self::Text { number: Some(expected), .. } if is_number => {
                number(value).is_some_and(|value| value == *expected)
            }
            Self::Text { pieces, .. } => fits(pieces, value),
        }
    }
}

impl Order {
    fn holds(self, value: f64, bound: f64) -> bool {
        match self {
            Self::Less => value < bound,
            Self::LessOrEqual => value <= bound,
            Self::Greater => value > bound,
            Self::GreaterOrEqual => value >= bound,
        }
    }
}

/// A number: an integer, a decimal or either with an exponent, signed or not.
pub(super) fn number(text: &str) -> Option<f64> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    (plain && text.bytes().any(|byte| byte.is_ascii_digit())).then(|| text.parse().ok())?
}

/// A value without quotes: up to a space, a bracket, a comma or a connective.
fn bare(reader: &mut PatternReader) -> String {
    let mut word = String::new();
    while let Some(c) = reader.cursor.peek() {
        let connective = matches!(c, '&' | '|') && reader.cursor.peek_over(1) == Some(c);
        if connective || c.is_whitespace() || "(){}[],\"%".contains(c) {
            break;
        }
        word.push(c);
        reader.cursor.next();
    }
    word
}

/// Whether a value is the pieces with any runs of characters between them.
fn fits(pieces: &[String], value: &str) -> bool {
    let [first, middle @ .., last] = pieces else {
        return pieces.first().is_some_and(|only| only == value);
    };
    let rest = value.strip_prefix(first.as_str()).and_then(|rest| rest.strip_suffix(last.as_str()));
    // The leftmost place of each middle piece leaves most for the others, so no going back is needed.
    let found = rest.map(Cow::Borrowed).map(|rest| {
        let mut rest = &*rest;
        middle.iter().all(|piece| match rest.split_once(piece.as_str()) {
            Some((_, after)) => {
                rest = after;
                true
            }
            None => false,
        })
    });
    found == Some(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn naive(pattern: &[char], value: &[char]) -> bool {
        match (pattern.split_first(), value.split_first()) {
            (None, None) => true,
            (Some(('*', rest)), _) if naive(rest, value) => true,
            (Some(('*', _)), Some((_, tail))) => naive(pattern, tail),
            (Some((p, rest)), Some((v, tail))) if p == v => naive(rest, tail),
            _ => false,
        }
    }

    proptest! {
        #[test]
        fn wildcards_do_what_the_naive_matcher_does(pattern in "[ab*]{0,8}", value in "[ab]{0,10}") {
            let pieces: Vec<String> = pattern.split('*').map(str::to_owned).collect();
            let chars = |text: &str| text.chars().collect::<Vec<_>>();
            prop_assert_eq!(fits(&pieces, &value), naive(&chars(&pattern), &chars(&value)));
        }
    }

    #[test]
    fn numbers_are_spelled_as_documented() {
        let good = [("1", 1.0), ("-1.5", -1.5), ("+2e3", 2000.0), ("10e-3", 0.01), ("5.", 5.0)];
        good.iter().for_each(|(text, value)| assert_eq!(number(text), Some(*value), "{text}"));
        ["", "e", "inf", "NaN", "0x10", "1 2", "--1", "1e", "*"]
            .iter()
            .for_each(|text| assert_eq!(number(text), None, "{text}"));
    }
}
