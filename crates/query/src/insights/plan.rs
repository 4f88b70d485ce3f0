//! What is a checked query? Commands in their order, expressions over fields, and what is shown in the end.
//!
//! The plan travels to the engine's process, so it serialises, with a version: an engine of another version refuses it
//! rather than misread it. Its texts come from the caller's screened query; it is neither stored nor logged, and its
//! `Debug` shows its shape only.

use super::function::{Aggregate, Function};
use super::period::Period;
use crate::error::QueryError;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Version of the plan's form. Raised with every change that an older engine would misread.
pub const PLAN_VERSION: u16 = 1;

/// A checked query.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// The form it has.
    pub version: u16,
    /// Log groups that the query itself names, where it does.
    pub source: Option<Source>,
    /// What is done, in order.
    pub commands: Vec<Command>,
    /// Most rows of the result.
    pub rows_max: u64,
    /// Result columns that show `@message` as it came, for a caller that may see it.
    pub unmasked: Vec<String>,
}

impl Plan {
    /// Reads a query.
    ///
    /// # Errors
    /// Where it breaks the grammar, a rule or a bound, with the place.
    pub fn compile(text: &str) -> Result<Self, QueryError> {
        super::commands::compile(text)
    }

    /// Whether the result shows originals: only for a caller with the right, asked for when the result is fetched.
    pub fn asks_unmask(&self) -> bool {
        !self.unmasked.is_empty()
    }
}

impl fmt::Debug for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.commands.len();
        f.debug_struct("Plan")
            .field("commands", &count)
            .field("unmasked", &self.unmasked.len())
            .finish_non_exhaustive()
    }
}

/// Log groups that a query names itself (page "SOURCE").
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Groups by name or ARN.
    pub groups: Vec<String>,
    /// Groups by how their names begin.
    pub name_prefixes: Vec<String>,
    /// Accounts whose groups are meant.
    pub accounts: Vec<String>,
    /// Classes of groups that are meant.
    pub classes: Vec<String>,
}

/// A step of a query.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub enum Command {
    /// Shows these columns, beside those shown already, and makes their names known.
    Fields(Vec<Column>),
    /// Shows these columns and no others.
    Display(Vec<Column>),
    /// Keeps the rows for which it holds.
    Filter(Expr),
    /// Replaces the rows by one for each group.
    Stats {
        /// What is computed for each group.
        columns: Vec<Column>,
        /// What makes a group.
        by: Vec<Column>,
    },
    /// Orders the rows.
    Sort(Vec<SortKey>),
    /// Keeps that many rows.
    Limit(u64),
    /// Reads texts out of a text into new fields.
    Parse {
        /// Where they are read from.
        from: Expr,
        /// A regular expression whose group of the same position or name holds the field.
        regex: String,
        /// The fields' names, in the order of the groups.
        names: Vec<String>,
    },
    /// Keeps one row for each combination of values: the first in the order of the rows.
    Dedup(Vec<Expr>),
    /// Makes a row for each item of a list.
    Unnest {
        /// The list.
        from: Expr,
        /// The name of its item.
        into: String,
    },
    /// Groups rows by the text they share.
    Pattern(Expr),
    /// Adds sums.
    AddTotals(Totals),
}

/// A column: its name in the result and later commands, and its value.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Column {
    /// Its name: the alias, the field's name, or the expression as it was written.
    pub name: String,
    /// Its value.
    pub value: Expr,
}

/// What rows are ordered by.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct SortKey {
    /// The value.
    pub by: Expr,
    /// From large to small.
    pub descending: bool,
}

/// Sums that `addtotals` adds (page "addtotals").
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// The name of a row's sum.
    pub name: String,
    /// Whether each row gets a sum.
    pub row: bool,
    /// Whether a last row sums the columns.
    pub column: bool,
    /// Fields that are summed; all with numbers when empty.
    pub fields: Vec<String>,
}

/// An expression over the fields of a row.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub enum Expr {
    /// A field, by its dotted name.
    Field(String),
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
    /// A length of time, as an argument.
    Period(Period),
    /// `-x`.
    Negate(Box<Expr>),
    /// `not x`.
    Not(Box<Expr>),
    /// Two operands.
    Binary(BinaryOperator, Box<Expr>, Box<Expr>),
    /// `x in [a, b]`.
    In(Box<Expr>, Vec<Expr>),
    /// `x like "part"` or `x =~ /expression/`.
    Like(Box<Expr>, Pattern),
    /// A function of a row.
    Call(Function, Vec<Expr>),
    /// A function of a group of rows; `stats` only. No argument stands for `*`.
    Aggregate(Aggregate, Vec<Expr>),
    /// `@message`, to be shown as it came to who may see it; a whole column of the last projection only.
    Unmasked,
}

/// What `like` looks for.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Pattern {
    /// A part of the text.
    Part(String),
    /// A regular expression.
    Regex(String),
}

/// An operator between two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum BinaryOperator {
    /// `or`
    Or,
    /// `and`
    And,
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `%`
    Remainder,
    /// `^`
    Power,
}

impl Expr {
    /// Whether its value is true or false.
    pub fn is_condition(&self) -> bool {
        use BinaryOperator as Op;
        match self {
            Self::Not(_) | Self::In(..) | Self::Like(..) => true,
            Self::Binary(operator, ..) => !matches!(
                operator,
                Op::Add | Op::Subtract | Op::Multiply | Op::Divide | Op::Remainder | Op::Power
            ),
            Self::Call(function, _) => function.is_condition(),
            _ => false,
        }
    }

    /// The expressions it is made of.
    pub fn parts(&self) -> Vec<&Self> {
        match self {
            Self::Field(_) | Self::Number(_) | Self::Text(_) | Self::Period(_) | Self::Unmasked => Vec::new(),
            Self::Negate(of) | Self::Not(of) | Self::Like(of, _) => vec![of],
            Self::Binary(_, left, right) => vec![left, right],
            Self::In(of, list) => std::iter::once(&**of).chain(list).collect(),
            Self::Call(_, arguments) | Self::Aggregate(_, arguments) => arguments.iter().collect(),
        }
    }

    /// Whether it or a part of it fits.
    pub fn any(&self, fits: &impl Fn(&Self) -> bool) -> bool {
        fits(self) || self.parts().into_iter().any(|part| part.any(fits))
    }
}
