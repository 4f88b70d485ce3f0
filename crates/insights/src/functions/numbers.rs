//! How do numbers compute and how are they shown? All numbers are doubles; what is no finite number has no value.

use super::call;
use datafusion::arrow::array::{AsArray, Float64Array, StringBuilder};
use datafusion::arrow::datatypes::{DataType, Float64Type};
use datafusion::common::{DataFusionError, Result};
use datafusion::logical_expr::Expr;
use std::sync::Arc;

/// From here on a whole number is shown with its exponent left to the shortest form: doubles above it have gaps.
const WHOLE_MAX: f64 = 9_007_199_254_740_992.0;

fn numbers(arrays: &[datafusion::arrow::array::ArrayRef], at: usize) -> Result<&Float64Array> {
    let array = arrays.get(at).and_then(|array| array.as_primitive_opt::<Float64Type>());
    array.ok_or_else(|| DataFusionError::Internal("an argument is no number".to_owned()))
}

/// A function from a number to a number; what is not finite is no value.
pub(crate) fn numeric(name: &str, argument: Expr, compute: fn(f64) -> f64) -> Expr {
    call(name, &[DataType::Float64], DataType::Float64, vec![argument], move |arrays| {
        let computed =
            numbers(arrays, 0)?.iter().map(|number| number.map(compute).filter(|number| number.is_finite()));
        Ok(Arc::new(computed.collect::<Float64Array>()))
    })
}

/// `base ^ exponent`.
pub(crate) fn power(base: Expr, exponent: Expr) -> Expr {
    let inputs = [DataType::Float64, DataType::Float64];
    call("power", &inputs, DataType::Float64, vec![base, exponent], |arrays| {
        let pairs = numbers(arrays, 0)?.iter().zip(numbers(arrays, 1)?.iter());
        let computed =
            pairs.map(|(base, exponent)| Some(base?.powf(exponent?)).filter(|number| number.is_finite()));
        Ok(Arc::new(computed.collect::<Float64Array>()))
    })
}

/// A number as results show it.
pub(crate) fn number_text(argument: Expr) -> Expr {
    call("number_text", &[DataType::Float64], DataType::Utf8, vec![argument], |arrays| {
        let numbers = numbers(arrays, 0)?;
        let mut out = StringBuilder::with_capacity(numbers.len(), numbers.len() * 8);
        numbers.iter().for_each(|number| out.append_option(number.and_then(show)));
        Ok(Arc::new(out.finish()))
    })
}

/// Whole numbers without a point, others in the shortest form that reads back the same.
pub(crate) fn show(number: f64) -> Option<String> {
    match number {
        number if !number.is_finite() => None,
        // Adding zero turns a negative zero into zero.
        number if number.fract() == 0.0 && number.abs() <= WHOLE_MAX => Some(format!("{:.0}", number + 0.0)),
        number => Some(number.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_shown_short() {
        let cases = [
            (5.0, "5"),
            (-3.0, "-3"),
            (0.0, "0"),
            (-0.0, "0"),
            (1.5, "1.5"),
            (1e15, "1000000000000000"),
            (0.1, "0.1"),
            (10.0, "10"),
        ];
        cases.iter().for_each(|(number, text)| assert_eq!(show(*number).as_deref(), Some(*text)));
        [f64::NAN, f64::INFINITY].iter().for_each(|number| assert_eq!(show(*number), None));
    }
}
