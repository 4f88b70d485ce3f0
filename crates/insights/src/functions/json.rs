//! What does a JSON text hold? For `jsonParse`, its attributes and `unnest`.
//!
//! A structure travels as its JSON text: attributes are read from it where they are named, so a query pays for what it
//! uses.

use super::{call, first, text_to_text};
use datafusion::arrow::array::{ListBuilder, StringBuilder};
use datafusion::arrow::datatypes::{DataType, Field};
use datafusion::logical_expr::Expr;
use sotto_query::{json_items, json_value};
use std::sync::Arc;

/// The text when it is JSON.
pub(crate) fn json_parse(text: Expr) -> Expr {
    text_to_text("json_parse", text, |text| json_value(text, ""))
}

/// The value at a dotted path.
pub(crate) fn json_value_at(text: Expr, path: &str) -> Expr {
    let path = path.to_owned();
    text_to_text("json_value", text, move |text| json_value(text, &path))
}

/// The items of a list; any other value is a list of itself.
pub(crate) fn json_items_of(text: Expr) -> Expr {
    let item = Field::new_list_field(DataType::Utf8, true);
    let output = DataType::List(Arc::new(item.clone()));
    call("json_items", &[DataType::Utf8], output, vec![text], move |arrays| {
        let mut lists = ListBuilder::new(StringBuilder::new()).with_field(item.clone());
        for text in first(arrays)?.iter() {
            match text {
                Some(text) => {
                    json_items(text).into_iter().for_each(|item| lists.values().append_value(item));
                    lists.append(true);
                }
                None => lists.append(false),
            }
        }
        Ok(Arc::new(lists.finish()))
    })
}
