//! Which functions does the language have, and how many arguments do they take?
//!
//! Page "Boolean, comparison, numeric, datetime, and other functions" and page "stats". Names are found in any case: the
//! pages themselves write `ispresent` and `isPresent`.

use serde::{Deserialize, Serialize};

/// A function of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names are the language's own, explained on its page")]
pub enum Function {
    Abs,
    Ceil,
    Floor,
    Greatest,
    Least,
    Log,
    Sqrt,
    IsPresent,
    Coalesce,
    IsEmpty,
    IsBlank,
    Concat,
    LeftTrim,
    RightTrim,
    Trim,
    StringLength,
    ToUpper,
    ToLower,
    Substring,
    Replace,
    StringContains,
    Bin,
    DateFloor,
    DateCeil,
    FromMillis,
    ToMillis,
    Now,
    JsonParse,
    JsonStringify,
    IsValidIp,
    IsValidIpV4,
    IsValidIpV6,
    IsIpInSubnet,
    IsIpV4InSubnet,
    IsIpV6InSubnet,
}

/// A function of a group of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names are the language's own, explained on its page")]
pub enum Aggregate {
    Average,
    Count,
    CountDistinct,
    Maximum,
    Minimum,
    Percentile,
    StandardDeviation,
    Sum,
    Median,
    Earliest,
    Latest,
    SortsFirst,
    SortsLast,
}

/// Any number of arguments.
const MANY: usize = usize::MAX;

const FUNCTIONS: &[(&str, Function, usize, usize)] = &[
    ("abs", Function::Abs, 1, 1),
    ("ceil", Function::Ceil, 1, 1),
    ("floor", Function::Floor, 1, 1),
    ("greatest", Function::Greatest, 1, MANY),
    ("least", Function::Least, 1, MANY),
    ("log", Function::Log, 1, 1),
    ("sqrt", Function::Sqrt, 1, 1),
    ("ispresent", Function::IsPresent, 1, 1),
    ("coalesce", Function::Coalesce, 1, MANY),
    ("isempty", Function::IsEmpty, 1, 1),
    ("isblank", Function::IsBlank, 1, 1),
    ("concat", Function::Concat, 1, MANY),
    ("ltrim", Function::LeftTrim, 1, 2),
    ("rtrim", Function::RightTrim, 1, 2),
    ("trim", Function::Trim, 1, 2),
    ("strlen", Function::StringLength, 1, 1),
    ("toupper", Function::ToUpper, 1, 1),
    ("tolower", Function::ToLower, 1, 1),
    ("substr", Function::Substring, 2, 3),
    ("replace", Function::Replace, 3, 3),
    ("strcontains", Function::StringContains, 2, 2),
    ("bin", Function::Bin, 1, 1),
    ("datefloor", Function::DateFloor, 2, 2),
    ("dateceil", Function::DateCeil, 2, 2),
    ("frommillis", Function::FromMillis, 1, 1),
    ("tomillis", Function::ToMillis, 1, 1),
    ("now", Function::Now, 0, 0),
    ("jsonparse", Function::JsonParse, 1, 1),
    ("jsonstringify", Function::JsonStringify, 1, 1),
    ("isvalidip", Function::IsValidIp, 1, 1),
    ("isvalidipv4", Function::IsValidIpV4, 1, 1),
    ("isvalidipv6", Function::IsValidIpV6, 1, 1),
    ("isipinsubnet", Function::IsIpInSubnet, 2, 2),
    ("isipv4insubnet", Function::IsIpV4InSubnet, 2, 2),
    ("isipv6insubnet", Function::IsIpV6InSubnet, 2, 2),
];

const AGGREGATES: &[(&str, Aggregate, usize, usize)] = &[
    ("avg", Aggregate::Average, 1, 1),
    ("count", Aggregate::Count, 0, 1),
    ("count_distinct", Aggregate::CountDistinct, 1, 1),
    ("max", Aggregate::Maximum, 1, 1),
    ("min", Aggregate::Minimum, 1, 1),
    ("pct", Aggregate::Percentile, 2, 2),
    ("stddev", Aggregate::StandardDeviation, 1, 1),
    ("sum", Aggregate::Sum, 1, 1),
    ("median", Aggregate::Median, 1, 1),
    ("earliest", Aggregate::Earliest, 1, 1),
    ("latest", Aggregate::Latest, 1, 1),
    ("sortsfirst", Aggregate::SortsFirst, 1, 1),
    ("sortslast", Aggregate::SortsLast, 1, 1),
];

/// A function and how many arguments it takes, at least and at most.
pub(super) type Entry<F> = (F, usize, usize);

fn find<F: Copy>(table: &[(&str, F, usize, usize)], name: &str) -> Option<Entry<F>> {
    table
        .iter()
        .find(|(known, ..)| known.eq_ignore_ascii_case(name))
        .map(|(_, function, min, max)| (*function, *min, *max))
}

impl Function {
    /// The function of a name.
    pub(super) fn named(name: &str) -> Option<Entry<Self>> {
        find(FUNCTIONS, name)
    }

    /// Whether its value is true or false.
    pub fn is_condition(self) -> bool {
        matches!(
            self,
            Self::IsPresent
                | Self::IsEmpty
                | Self::IsBlank
                | Self::IsValidIp
                | Self::IsValidIpV4
                | Self::IsValidIpV6
                | Self::IsIpInSubnet
                | Self::IsIpV4InSubnet
                | Self::IsIpV6InSubnet
        )
    }

    /// Which of its arguments is a length of time.
    pub(super) fn period_at(self) -> Option<usize> {
        match self {
            Self::Bin => Some(0),
            Self::DateFloor | Self::DateCeil => Some(1),
            _ => None,
        }
    }
}

impl Aggregate {
    /// The function of a name.
    pub(super) fn named(name: &str) -> Option<Entry<Self>> {
        find(AGGREGATES, name)
    }
}
