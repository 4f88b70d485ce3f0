//! Where does a period begin, and how is an instant shown? Instants are milliseconds since 1970.

use super::{call, nth, text_to_text};
use datafusion::arrow::array::{AsArray, Int64Array, StringBuilder};
use datafusion::arrow::datatypes::{DataType, Int64Type};
use datafusion::common::{DataFusionError, Result};
use datafusion::logical_expr::Expr;
use datafusion::prelude::lit;
use sotto_query::insights::{Period, Unit, show_instant};
use std::sync::Arc;

fn instants(arrays: &[datafusion::arrow::array::ArrayRef]) -> Result<&Int64Array> {
    let array = arrays.first().and_then(|array| array.as_primitive_opt::<Int64Type>());
    array.ok_or_else(|| DataFusionError::Internal("an argument is no instant".to_owned()))
}

fn map(name: &str, instant: Expr, compute: impl Fn(i64) -> i64 + Send + Sync + 'static) -> Expr {
    call(name, &[DataType::Int64], DataType::Int64, vec![instant], move |arrays| {
        Ok(Arc::new(instants(arrays)?.unary::<_, Int64Type>(&compute)))
    })
}

/// The start of the period that holds an instant. Lengths of the clock are plain arithmetic, which the engine runs over
/// whole vectors; events are never before 1970, so dividing towards zero is dividing down.
pub(crate) fn period_floor(instant: Expr, period: Period) -> Expr {
    match period.millis().filter(|_| period.unit != Unit::Week) {
        Some(length) => instant.clone() - instant % lit(length),
        None => {
            map(&format!("floor_{}_{:?}", period.count, period.unit), instant, move |at| period.floor(at))
        }
    }
}

/// The first start of a period that does not lie before an instant.
pub(crate) fn period_ceil(instant: Expr, period: Period) -> Expr {
    map(&format!("ceil_{}_{:?}", period.count, period.unit), instant, move |at| period.ceil(at))
}

/// Digits of an instant in front of a text.
const STAMP_DIGITS: usize = 20;

/// A text with its time in front, so that texts sort by time.
pub(crate) fn stamped(instant: Expr, text: Expr) -> Expr {
    let inputs = [DataType::Int64, DataType::Utf8];
    call("stamped", &inputs, DataType::Utf8, vec![instant, text], |arrays| {
        let mut out = StringBuilder::new();
        for (at, text) in instants(arrays)?.iter().zip(nth(arrays, 1)?.iter()) {
            out.append_option(at.zip(text).map(|(at, text)| format!("{:0STAMP_DIGITS$}{text}", at.max(0))));
        }
        Ok(Arc::new(out.finish()))
    })
}

/// The text without the time in front of it.
pub(crate) fn unstamped(text: Expr) -> Expr {
    text_to_text("unstamped", text, |text| text.get(STAMP_DIGITS..).map(str::to_owned))
}

/// An instant as results show it.
pub(crate) fn time_text(instant: Expr) -> Expr {
    call("time_text", &[DataType::Int64], DataType::Utf8, vec![instant], |arrays| {
        let mut out = StringBuilder::new();
        instants(arrays)?.iter().for_each(|at| out.append_option(at.map(show_instant)));
        Ok(Arc::new(out.finish()))
    })
}
