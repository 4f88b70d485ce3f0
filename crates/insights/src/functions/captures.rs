//! Which parts of a text does a regular expression find? For `like /.../` and `parse`.

use super::{call, first};
use datafusion::arrow::array::{ArrayRef, BooleanArray, StringBuilder, StructArray};
use datafusion::arrow::datatypes::{DataType, Field, Fields};
use datafusion::common::{DataFusionError, Result};
use datafusion::logical_expr::Expr;
use sotto_query::insights::compile_regex;
use std::sync::Arc;

fn compile(source: &str) -> Result<regex::Regex> {
    compile_regex(source)
        .ok_or_else(|| DataFusionError::Plan("a regular expression does not compile".to_owned()))
}

/// Whether an expression finds itself in a text.
pub(crate) fn matches_regex(text: Expr, source: &str) -> Result<Expr> {
    let regex = compile(source)?;
    Ok(call("like_regex", &[DataType::Utf8], DataType::Boolean, vec![text], move |arrays| {
        let found: BooleanArray = first(arrays)?.iter().map(|text| Some(regex.is_match(text?))).collect();
        Ok(Arc::new(found))
    }))
}

/// The groups of the first place where an expression finds itself: a struct of texts, named `0`, `1`, ... in the order of
/// `names`. Groups with names are found by them, others by their place. A text without such a place has none.
pub(crate) fn captures(text: Expr, source: &str, names: &[String]) -> Result<Expr> {
    let regex = compile(source)?;
    let by_name = regex.capture_names().flatten().next().is_some();
    let indexes: Vec<usize> = match by_name {
        true => {
            names.iter().filter_map(|name| regex.capture_names().position(|own| own == Some(name))).collect()
        }
        false => (1..=names.len()).collect(),
    };
    let fields: Fields =
        (0..names.len()).map(|at| Field::new(at.to_string(), DataType::Utf8, true)).collect();
    let output = DataType::Struct(fields.clone());
    Ok(call("parse", &[DataType::Utf8], output, vec![text], move |arrays| {
        let mut columns: Vec<StringBuilder> = indexes.iter().map(|_| StringBuilder::new()).collect();
        for text in first(arrays)?.iter() {
            let found = text.and_then(|text| regex.captures(text));
            for (column, index) in columns.iter_mut().zip(&indexes) {
                column.append_option(
                    found.as_ref().and_then(|found| found.get(*index)).map(|group| group.as_str()),
                );
            }
        }
        let arrays: Vec<ArrayRef> =
            columns.into_iter().map(|mut column| Arc::new(column.finish()) as ArrayRef).collect();
        Ok(Arc::new(StructArray::try_new(fields.clone(), arrays, None)?))
    }))
}
