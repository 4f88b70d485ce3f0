//! Does a value of the request equal, resemble, exceed or lie in what the policy names?
//!
//! What the policy says is read once into the type that its operator compares. A value that is not of that type can match
//! nothing; a value of the request that is not of that type matches nothing either. Variables are taken by operators on
//! strings, ARNs and booleans only.

use super::operator::Comparison;
use super::{base64, date, decimal, ip};
use crate::glob::{Dialect, Glob};
use crate::variable::{Lookup, Variable};
use std::cmp::Ordering;

/// What the policy names, ready to be compared.
#[derive(Debug)]
pub(super) enum Operand {
    /// Text, perhaps with wildcards and variables.
    Text(Glob),
    /// Text that is compared without regard to case.
    Folded(Box<str>),
    /// The same, with variables: resolved piece by piece when it is compared.
    FoldedParts(Box<[FoldedPart]>),
    Number(decimal::Decimal),
    Date(date::Instant),
    Bytes(Vec<u8>),
    Range(ip::Range),
    /// Six patterns, one for each part of an ARN.
    Arn(Box<[Glob; 6]>),
    /// A whole ARN that comes from a variable.
    WholeArn(Glob),
    /// Not of the operator's type.
    Never,
}

/// A piece of text that is compared without regard to case.
#[derive(Debug)]
pub(super) enum FoldedPart {
    Text(Box<str>),
    Variable(Variable),
}

impl Operand {
    pub(super) fn new(text: &str, comparison: Comparison, variables: bool) -> Self {
        use Comparison::*;
        match comparison {
            StringEquals => Self::Text(Glob::new(text, Dialect::Plain, variables)),
            StringLike => Self::Text(Glob::new(text, Dialect::Like, variables)),
            StringEqualsIgnoreCase | Bool => Self::folded(text, variables),
            Null => Self::Folded(text.to_lowercase().into()),
            NumericEquals
            | NumericLessThan
            | NumericLessThanEquals
            | NumericGreaterThan
            | NumericGreaterThanEquals => decimal::Decimal::parse(text).map_or(Self::Never, Self::Number),
            DateEquals | DateLessThan | DateLessThanEquals | DateGreaterThan | DateGreaterThanEquals => {
                date::Instant::parse(text).map_or(Self::Never, Self::Date)
            }
            BinaryEquals => base64::decode(text).map_or(Self::Never, Self::Bytes),
            IpAddress => ip::Range::parse(text).map_or(Self::Never, Self::Range),
            Arn => Self::arn(text, variables),
        }
    }

    fn folded(text: &str, variables: bool) -> Self {
        match Glob::new(text, Dialect::Plain, variables) {
            Glob::Exact(text) => Self::Folded(text.to_lowercase().into()),
            Glob::Pieces(pieces) => {
                Self::FoldedParts(pieces.into_iter().filter_map(FoldedPart::of).collect())
            }
            Glob::Any | Glob::Prefix(_) => Self::Never,
        }
    }

    /// Six parts, each with wildcards of its own; `*` alone is any ARN.
    fn arn(text: &str, variables: bool) -> Self {
        if text == "*" {
            return Self::Text(Glob::Any);
        }
        let parts = split_outside_braces(text);
        let mut globs = parts.into_iter().map(|part| Glob::new(part, Dialect::Like, variables));
        let six = [globs.next(), globs.next(), globs.next(), globs.next(), globs.next(), globs.next()];
        match six {
            [Some(a), Some(b), Some(c), Some(d), Some(e), Some(f)] => Self::Arn(Box::new([a, b, c, d, e, f])),
            // A whole ARN may come from one variable, as in `${aws:PrincipalArn}`.
            [Some(whole @ Glob::Pieces(_)), None, ..] if text.starts_with("${") => Self::WholeArn(whole),
            _ => Self::Never,
        }
    }

    /// Whether a value of the request compares as the operator asks, negation left aside.
    pub(super) fn equals(&self, comparison: Comparison, value: &str, lookup: &impl Lookup) -> bool {
        match self {
            Self::Text(glob) => glob.matches(value, lookup),
            Self::Folded(text) => equal_folded(text, value),
            Self::FoldedParts(parts) => equal_parts(parts, value, lookup),
            Self::Number(limit) => {
                decimal::Decimal::parse(value).is_some_and(|number| ordered(comparison, number.cmp(limit)))
            }
            Self::Date(limit) => {
                date::Instant::parse(value).is_some_and(|instant| ordered(comparison, instant.cmp(limit)))
            }
            Self::Bytes(bytes) => base64::decode(value).is_some_and(|value| value == *bytes),
            Self::Range(range) => range.holds(value),
            Self::Arn(globs) => {
                let mut parts = value.splitn(6, ':');
                globs.iter().all(|glob| parts.next().is_some_and(|part| glob.matches(part, lookup)))
            }
            Self::WholeArn(glob) => value.splitn(6, ':').count() == 6 && glob.matches(value, lookup),
            Self::Never => false,
        }
    }

    pub(super) fn variables(&self) -> impl Iterator<Item = &Variable> {
        let globs: &[Glob] = match self {
            Self::Text(glob) | Self::WholeArn(glob) => std::slice::from_ref(glob),
            Self::Arn(globs) => globs.as_slice(),
            _ => &[],
        };
        let parts: &[FoldedPart] = match self {
            Self::FoldedParts(parts) => parts,
            _ => &[],
        };
        let folded = parts.iter().filter_map(|part| match part {
            FoldedPart::Variable(variable) => Some(variable),
            FoldedPart::Text(_) => None,
        });
        globs.iter().flat_map(Glob::variables).chain(folded)
    }
}

impl FoldedPart {
    fn of(piece: crate::glob::Piece) -> Option<Self> {
        match piece {
            crate::glob::Piece::Text(text) => Some(Self::Text(text)),
            crate::glob::Piece::Variable(variable) => Some(Self::Variable(variable)),
            crate::glob::Piece::Star { .. } | crate::glob::Piece::One { .. } => None,
        }
    }
}

/// Whether a comparison by size is met.
fn ordered(comparison: Comparison, order: Ordering) -> bool {
    use Comparison::*;
    match comparison {
        NumericLessThan | DateLessThan => order.is_lt(),
        NumericLessThanEquals | DateLessThanEquals => order.is_le(),
        NumericGreaterThan | DateGreaterThan => order.is_gt(),
        NumericGreaterThanEquals | DateGreaterThanEquals => order.is_ge(),
        _ => order.is_eq(),
    }
}

/// Whether a text equals another that is in lower case already.
fn equal_folded(folded: &str, value: &str) -> bool {
    folded.chars().eq(value.chars().flat_map(char::to_lowercase))
}

fn equal_parts(parts: &[FoldedPart], value: &str, lookup: &impl Lookup) -> bool {
    let mut text = String::new();
    for part in parts {
        match part {
            FoldedPart::Text(piece) => text.push_str(piece),
            FoldedPart::Variable(variable) => match variable.value(lookup) {
                Some(piece) => text.push_str(piece),
                None => return false,
            },
        }
    }
    equal_folded(&text.to_lowercase(), value)
}

/// Cuts at the first five colons that stand outside of `${...}`: names of variables hold colons.
fn split_outside_braces(text: &str) -> Vec<&str> {
    let (mut parts, mut from, mut inside) = (Vec::new(), 0, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' if text.get(..at).is_some_and(|before| before.ends_with('$')) => inside = true,
            b'}' => inside = false,
            b':' if !inside && parts.len() < 5 => {
                parts.push(text.get(from..at).unwrap_or_default());
                from = at + 1;
            }
            _ => {}
        }
    }
    parts.push(text.get(from..).unwrap_or_default());
    parts
}

#[cfg(test)]
mod tests {
    use super::super::operator::Operator;
    use super::*;
    use crate::context::Key;

    struct Ana;

    impl Lookup for Ana {
        fn single(&self, key: &Key) -> Option<&str> {
            match key.as_str() {
                "aws:username" => Some("Ana"),
                "aws:principalarn" => Some("arn:aws:iam::111122223333:user/Ana"),
                "flag" => Some("true"),
                _ => None,
            }
        }
    }

    fn check(cases: &[(&str, &str, &str, bool)]) {
        for (operator, policy, value, wanted) in cases {
            let comparison = Operator::parse(operator).unwrap().comparison;
            let met = Operand::new(policy, comparison, true).equals(comparison, value, &Ana);
            assert_eq!(met, *wanted, "{operator} {policy} {value}");
        }
    }

    #[test]
    fn strings() {
        check(&[
            ("StringEquals", "a", "a", true),
            ("StringEquals", "a", "A", false),
            ("StringEquals", "a*", "ab", false),
            ("StringEquals", "${aws:username}", "Ana", true),
            ("StringEqualsIgnoreCase", "STRASSE", "strasse", true),
            ("StringEqualsIgnoreCase", "x-${aws:username}", "X-ANA", true),
            ("StringEqualsIgnoreCase", "${nobody}", "", false),
            ("StringLike", "a?c*", "abcd", true),
            ("StringLike", "*:user/*", "arn:aws:iam::1:user/x", true),
        ]);
    }

    #[test]
    fn numbers_and_dates() {
        check(&[
            ("NumericEquals", "10", "10.0", true),
            ("NumericLessThan", "10", "9.999", true),
            ("NumericLessThan", "10", "10", false),
            ("NumericLessThanEquals", "10", "10", true),
            ("NumericGreaterThan", "-1", "0", true),
            ("NumericEquals", "ten", "ten", false),
            ("NumericEquals", "9007199254740993", "9007199254740992", false),
            ("DateEquals", "2020-01-01T00:00:01Z", "1577836801", true),
            ("DateLessThan", "2020-01-01", "2019-12-31T23:59:59Z", true),
            ("DateGreaterThan", "2020-01-01T00:00:00+01:00", "2019-12-31T23:00:01Z", true),
            ("DateGreaterThanEquals", "1577836800", "2020-01-01T00:00:00Z", true),
            ("DateLessThan", "soon", "2020-01-01", false),
        ]);
    }

    #[test]
    fn other_types() {
        check(&[
            ("Bool", "true", "true", true),
            ("Bool", "True", "true", true),
            ("Bool", "${flag}", "true", true),
            ("Bool", "true", "false", false),
            ("BinaryEquals", "QmluYXJ5", "QmluYXJ5", true),
            ("BinaryEquals", "QmluYXJ5", "QmluYXJ6", false),
            ("IpAddress", "203.0.113.0/24", "203.0.113.77", true),
            ("IpAddress", "203.0.113.7", "203.0.113.8", false),
            ("IpAddress", "2001:DB8:1234:5678::/64", "2001:db8:1234:5678::1", true),
            ("IpAddress", "0.0.0.0/0", "2001:db8::1", false),
        ]);
    }

    #[test]
    fn arns_are_compared_part_by_part() {
        let value = "arn:aws:someservice:us-east-2:999999999999:store/abc:111122223333:finance/document.txt";
        check(&[
            ("ArnLike", "arn:aws:someservice:*:111122223333:finance/*", value, false),
            ("StringLike", "arn:aws:someservice:*:111122223333:finance/*", value, true),
            ("ArnLike", "arn:aws:someservice:*:*:store/*", value, true),
            ("ArnEquals", "arn:aws:iam::*:user/Ana", "arn:aws:iam::111122223333:user/Ana", true),
            (
                "ArnEquals",
                "arn:aws:iam::111122223333:user/${aws:username}",
                "arn:aws:iam::111122223333:user/Ana",
                true,
            ),
            ("ArnEquals", "${aws:PrincipalArn}", "arn:aws:iam::111122223333:user/Ana", true),
            (
                "ArnLike",
                "arn:aws:logs:us-east-1:111122223333:*",
                "arn:aws:logs:us-east-1:111122223333:log-group:a",
                true,
            ),
            ("ArnEquals", "${aws:username}", "Ana", false),
            ("ArnLike", "arn:aws:*", "arn:aws:iam::111122223333:user/Ana", false),
            ("ArnLike", "arn:aws:iam::111122223333:user/*", "user/Ana", false),
            ("ArnLike", "arn:aws:iam::111122223333:user/ana", "arn:aws:iam::111122223333:user/Ana", false),
        ]);
    }
}
