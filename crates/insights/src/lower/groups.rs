//! Which expression computes a function of a group of rows?
//!
//! Percentiles and medians are exact: they hold the values of a group in memory, within the query's bound. The standard
//! deviation is that of a sample. The largest and smallest of a field that may be either are those of its numbers, and of
//! its texts in groups without any number.

use super::expressions::Builder;
use super::value::{Kind, Value, either};
use crate::functions::{number_text, stamped, unstamped};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::functions_aggregate::expr_fn::{
    avg, count, count_distinct, max, median, min, percentile_cont, stddev, sum,
};
use datafusion::logical_expr::{Expr, cast};
use datafusion::prelude::lit;
use sotto_query::insights::{Aggregate, Expr as Asked};

/// Makes a value of columns.
type Compose = Box<dyn Fn(&[Expr]) -> Result<Value>>;

/// Functions of the query library, by the names of their columns, and the value that is made of these columns.
pub(crate) struct Computed {
    pub(crate) columns: Vec<Expr>,
    pub(crate) value: Compose,
}

impl Computed {
    fn one(column: Expr, kind: Kind) -> Self {
        Self { columns: vec![column], value: Box::new(move |columns| Ok(pick(columns, 0, kind))) }
    }

    fn number(column: Expr) -> Self {
        Self::one(column, Kind::Number)
    }

    /// A whole number of the library, as a number of the language.
    fn whole(column: Expr) -> Self {
        let number = |columns: &[Expr]| {
            let value = pick(columns, 0, Kind::Number);
            Ok(Value::new(cast(value.expr, DataType::Float64), Kind::Number))
        };
        Self { columns: vec![column], value: Box::new(number) }
    }
}

fn pick(columns: &[Expr], at: usize, kind: Kind) -> Value {
    columns.get(at).map_or_else(Value::missing, |column| Value::new(column.clone(), kind))
}

/// What computes a function over the values of its arguments.
pub(crate) fn computed(builder: &Builder<'_>, aggregate: Aggregate, arguments: &[Asked]) -> Result<Computed> {
    let Some(argument) = arguments.first() else {
        return Ok(Computed::whole(count(lit(1_i64))));
    };
    let value = builder.value(argument)?;
    Ok(match aggregate {
        Aggregate::Average => Computed::number(avg(value.number())),
        Aggregate::Count => Computed::whole(count(value.expr)),
        Aggregate::CountDistinct => Computed::whole(count_distinct(value.expr)),
        Aggregate::Sum => Computed::number(sum(value.number())),
        Aggregate::Median => Computed::number(median(value.number())),
        Aggregate::StandardDeviation => Computed::number(stddev(value.number())),
        Aggregate::Percentile => {
            Computed::number(percentile_cont(value.number().sort(true, false), percent(arguments)))
        }
        Aggregate::Maximum => extreme(value, max),
        Aggregate::Minimum => extreme(value, min),
        Aggregate::SortsFirst => Computed::one(min(value.text()), Kind::Any),
        Aggregate::SortsLast => Computed::one(max(value.text()), Kind::Any),
        Aggregate::Earliest => by_time(builder, value, min),
        Aggregate::Latest => by_time(builder, value, max),
    })
}

fn percent(arguments: &[Asked]) -> Expr {
    match arguments.get(1) {
        Some(Asked::Number(percent)) => lit(percent / 100.0),
        _ => lit(0.5),
    }
}

fn extreme(value: Value, of: fn(Expr) -> Expr) -> Computed {
    match value.kind {
        Kind::Number | Kind::Condition => Computed::number(of(value.number())),
        Kind::Time => Computed::one(of(value.expr), Kind::Time),
        Kind::Text => Computed::one(of(value.expr), Kind::Text),
        Kind::Any | Kind::Json => Computed {
            columns: vec![of(value.clone().number()), of(value.text())],
            value: Box::new(|columns| {
                let (number, text) = (pick(columns, 0, Kind::Number), pick(columns, 1, Kind::Any));
                let shown = number_text(number.expr.clone());
                either(number.expr.is_not_null(), shown, text.expr).map(|expr| Value::new(expr, Kind::Any))
            }),
        },
    }
}

/// The value of the event that comes first or last, of those that have one: the smallest or largest of values with their
/// time in front. (The library's `first_value` with an order and a filter was found to pick others; a comparison with
/// DuckDB keeps watch.)
fn by_time(builder: &Builder<'_>, value: Value, of: fn(Expr) -> Expr) -> Computed {
    let at = builder.scope.field("@timestamp").instant();
    Computed {
        columns: vec![of(stamped(at, value.text()))],
        value: Box::new(|columns| Ok(Value::new(unstamped(pick(columns, 0, Kind::Text).expr), Kind::Any))),
    }
}
