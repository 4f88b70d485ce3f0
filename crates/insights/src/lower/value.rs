//! What kind of value does an expression have, and how does it become another kind?
//!
//! Discovered fields are text that may spell a number; the language compares and sums them as numbers where they do. The
//! kind of each value is known while the plan is built, so that only what may be either pays for being either.

use crate::functions::{number_text, time_text};
use datafusion::arrow::datatypes::DataType;
use datafusion::logical_expr::{Expr, cast, try_cast, when};
use datafusion::prelude::lit;

/// A kind of value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Text that may spell a number.
    Any,
    /// Text.
    Text,
    /// Text that is JSON, with attributes.
    Json,
    /// A number.
    Number,
    /// An instant, in milliseconds since 1970.
    Time,
    /// True or false.
    Condition,
}

/// An expression and its kind.
#[derive(Clone, Debug)]
pub(crate) struct Value {
    pub(crate) expr: Expr,
    pub(crate) kind: Kind,
}

impl Value {
    pub(crate) fn new(expr: Expr, kind: Kind) -> Self {
        Self { expr, kind }
    }

    /// No value.
    pub(crate) fn missing() -> Self {
        Self::new(cast(lit(datafusion::common::ScalarValue::Null), DataType::Utf8), Kind::Text)
    }

    /// Whether its text may spell a number.
    pub(crate) fn may_be_number(&self) -> bool {
        matches!(self.kind, Kind::Any | Kind::Json)
    }

    /// Its number; none when it has none.
    pub(crate) fn number(self) -> Expr {
        match self.kind {
            Kind::Number => self.expr,
            Kind::Time => cast(self.expr, DataType::Float64),
            Kind::Condition => cast(cast(self.expr, DataType::Int8), DataType::Float64),
            Kind::Any | Kind::Text | Kind::Json => match spelled(&self.expr) {
                Some(number) => lit(number),
                None => try_cast(self.expr, DataType::Float64),
            },
        }
    }

    /// Its text.
    pub(crate) fn text(self) -> Expr {
        match self.kind {
            Kind::Any | Kind::Text | Kind::Json => self.expr,
            Kind::Number => number_text(self.expr),
            Kind::Time => time_text(self.expr),
            Kind::Condition => cast(cast(self.expr, DataType::Int8), DataType::Utf8),
        }
    }

    /// Its instant in milliseconds; a number counts as one.
    pub(crate) fn instant(self) -> Expr {
        match self.kind {
            Kind::Time => self.expr,
            _ => try_cast(self.number(), DataType::Int64),
        }
    }

    /// Whether it is true; a missing value is neither true nor false.
    pub(crate) fn condition(self) -> Expr {
        match self.kind {
            Kind::Condition => self.expr,
            _ => self.number().not_eq(lit(0.0)),
        }
    }
}

/// The number that a text of the query spells.
fn spelled(expr: &Expr) -> Option<f64> {
    match expr {
        Expr::Literal(datafusion::common::ScalarValue::Utf8(Some(text)), _) => text.parse().ok(),
        _ => None,
    }
}

/// A value for those rows for which a condition holds, another for the others.
pub(crate) fn either(condition: Expr, then: Expr, otherwise: Expr) -> datafusion::common::Result<Expr> {
    when(condition, then).otherwise(otherwise)
}
