//! What do the language's functions compute that the query library has no like of? Small pure functions over arrays.
//!
//! Every one takes text or numbers and gives none for what it cannot read, so that no value of one row fails a query over
//! many. A pattern or path is fixed for a whole query and compiled once.

mod captures;
mod json;
mod network;
mod numbers;
mod shape;
mod texts;
mod times;

pub(crate) use captures::{captures, matches_regex};
pub(crate) use json::{json_items_of, json_parse, json_value_at};
pub(crate) use network::{AddressFamily, in_subnet, is_address};
pub(crate) use numbers::{number_text, numeric, power, show as show_number};
pub(crate) use shape::{severity, shape};
pub(crate) use texts::{Side, choose_text, trim};
pub(crate) use times::{period_ceil, period_floor, stamped, time_text, unstamped};

use datafusion::arrow::array::{Array, ArrayRef, AsArray, StringArray, StringBuilder};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::{ColumnarValue, Expr, Volatility, create_udf};
use std::sync::Arc;

/// A call of a function over arrays.
pub(crate) fn call(
    name: &str,
    inputs: &[DataType],
    output: DataType,
    arguments: Vec<Expr>,
    compute: impl Fn(&[ArrayRef]) -> Result<ArrayRef> + Send + Sync + 'static,
) -> Expr {
    let run = move |values: &[ColumnarValue]| {
        let arrays = ColumnarValue::values_to_arrays(values)?;
        let computed = compute(&arrays)?;
        match values.iter().all(|value| matches!(value, ColumnarValue::Scalar(_))) && computed.len() == 1 {
            true => ScalarValue::try_from_array(&computed, 0).map(ColumnarValue::Scalar),
            false => Ok(ColumnarValue::Array(computed)),
        }
    };
    create_udf(name, inputs.to_vec(), output, Volatility::Immutable, Arc::new(run)).call(arguments)
}

/// A function from a text to a text.
pub(crate) fn text_to_text(
    name: &str,
    argument: Expr,
    compute: impl Fn(&str) -> Option<String> + Send + Sync + 'static,
) -> Expr {
    call(name, &[DataType::Utf8], DataType::Utf8, vec![argument], move |arrays| {
        Ok(Arc::new(map_texts(first(arrays)?, &compute)))
    })
}

fn map_texts(texts: &StringArray, compute: &impl Fn(&str) -> Option<String>) -> StringArray {
    let mut out = StringBuilder::with_capacity(texts.len(), texts.value_data().len());
    texts.iter().for_each(|text| out.append_option(text.and_then(compute)));
    out.finish()
}

/// The first argument as texts.
fn first(arrays: &[ArrayRef]) -> Result<&StringArray> {
    nth(arrays, 0)
}

/// An argument as texts.
fn nth(arrays: &[ArrayRef], at: usize) -> Result<&StringArray> {
    let array = arrays.get(at).and_then(|array| array.as_string_opt::<i32>());
    array.ok_or_else(|| datafusion::common::DataFusionError::Internal("an argument is no text".to_owned()))
}
