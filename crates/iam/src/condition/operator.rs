//! Which operator is this word? `ForAnyValue:StringNotLikeIfExists` and all its shorter relatives.

/// How the values of a key are joined (IAM User Guide, "Creating a condition with multiple keys or values").
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Qualifier {
    /// None: the key is meant to have one value.
    None,
    /// `ForAllValues:`
    AllValues,
    /// `ForAnyValue:`
    AnyValue,
}

/// What an operator compares, without negation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Comparison {
    /// `StringEquals`
    StringEquals,
    /// `StringEqualsIgnoreCase`
    StringEqualsIgnoreCase,
    /// `StringLike`
    StringLike,
    /// `NumericEquals`
    NumericEquals,
    /// `NumericLessThan`
    NumericLessThan,
    /// `NumericLessThanEquals`
    NumericLessThanEquals,
    /// `NumericGreaterThan`
    NumericGreaterThan,
    /// `NumericGreaterThanEquals`
    NumericGreaterThanEquals,
    /// `DateEquals`
    DateEquals,
    /// `DateLessThan`
    DateLessThan,
    /// `DateLessThanEquals`
    DateLessThanEquals,
    /// `DateGreaterThan`
    DateGreaterThan,
    /// `DateGreaterThanEquals`
    DateGreaterThanEquals,
    /// `Bool`
    Bool,
    /// `BinaryEquals`
    BinaryEquals,
    /// `IpAddress`
    IpAddress,
    /// `ArnEquals` and `ArnLike`, which are the same
    Arn,
    /// `Null`
    Null,
}

impl Comparison {
    /// Whether it compares dates.
    pub fn is_date(self) -> bool {
        matches!(
            self,
            Self::DateEquals
                | Self::DateLessThan
                | Self::DateLessThanEquals
                | Self::DateGreaterThan
                | Self::DateGreaterThanEquals
        )
    }
}

/// An operator of a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Operator {
    /// What it compares.
    pub comparison: Comparison,
    /// Whether it asks for the opposite.
    pub negated: bool,
    /// Whether an absent key meets it.
    pub if_exists: bool,
    /// How several values are joined.
    pub qualifier: Qualifier,
}

/// Names in lower case, what they compare, and whether they negate it.
const NAMES: &[(&str, Comparison, bool)] = &[
    ("stringequals", Comparison::StringEquals, false),
    ("stringnotequals", Comparison::StringEquals, true),
    ("stringequalsignorecase", Comparison::StringEqualsIgnoreCase, false),
    ("stringnotequalsignorecase", Comparison::StringEqualsIgnoreCase, true),
    ("stringlike", Comparison::StringLike, false),
    ("stringnotlike", Comparison::StringLike, true),
    ("numericequals", Comparison::NumericEquals, false),
    ("numericnotequals", Comparison::NumericEquals, true),
    ("numericlessthan", Comparison::NumericLessThan, false),
    ("numericlessthanequals", Comparison::NumericLessThanEquals, false),
    ("numericgreaterthan", Comparison::NumericGreaterThan, false),
    ("numericgreaterthanequals", Comparison::NumericGreaterThanEquals, false),
    ("dateequals", Comparison::DateEquals, false),
    ("datenotequals", Comparison::DateEquals, true),
    ("datelessthan", Comparison::DateLessThan, false),
    ("datelessthanequals", Comparison::DateLessThanEquals, false),
    ("dategreaterthan", Comparison::DateGreaterThan, false),
    ("dategreaterthanequals", Comparison::DateGreaterThanEquals, false),
    ("bool", Comparison::Bool, false),
    ("binaryequals", Comparison::BinaryEquals, false),
    ("ipaddress", Comparison::IpAddress, false),
    ("notipaddress", Comparison::IpAddress, true),
    ("arnequals", Comparison::Arn, false),
    ("arnlike", Comparison::Arn, false),
    ("arnnotequals", Comparison::Arn, true),
    ("arnnotlike", Comparison::Arn, true),
    ("null", Comparison::Null, false),
];

impl Operator {
    /// Reads the name of an operator; `None` for a word that is none. `Null` takes no `IfExists`.
    pub fn parse(text: &str) -> Option<Self> {
        let folded = text.to_ascii_lowercase();
        let (qualifier, rest) = match folded.split_once(':') {
            None => (Qualifier::None, folded.as_str()),
            Some(("forallvalues", rest)) => (Qualifier::AllValues, rest),
            Some(("foranyvalue", rest)) => (Qualifier::AnyValue, rest),
            Some(_) => return None,
        };
        let (name, if_exists) = rest.strip_suffix("ifexists").map_or((rest, false), |name| (name, true));
        let (_, comparison, negated) = NAMES.iter().find(|(known, ..)| *known == name)?;
        let null = *comparison == Comparison::Null;
        let operator = Self { comparison: *comparison, negated: *negated, if_exists, qualifier };
        (!(null && if_exists)).then_some(operator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        let parse = |text| Operator::parse(text).map(|o| (o.comparison, o.negated, o.if_exists, o.qualifier));
        use Comparison::*;
        for (text, wanted) in [
            ("StringEquals", Some((StringEquals, false, false, Qualifier::None))),
            ("StringNotLikeIfExists", Some((StringLike, true, true, Qualifier::None))),
            ("ForAnyValue:StringEqualsIfExists", Some((StringEquals, false, true, Qualifier::AnyValue))),
            ("ForAllValues:ArnNotLike", Some((Arn, true, false, Qualifier::AllValues))),
            ("ArnEquals", Some((Arn, false, false, Qualifier::None))),
            ("NotIpAddress", Some((IpAddress, true, false, Qualifier::None))),
            ("Null", Some((Null, false, false, Qualifier::None))),
            ("NullIfExists", None),
            ("ForAnyValue::StringEquals", None),
            ("ForSomeValues:StringEquals", None),
            ("StringMatches", None),
            ("", None),
        ] {
            assert_eq!(parse(text), wanted, "{text}");
        }
    }
}
