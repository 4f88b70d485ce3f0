//! What is left of a text when its ends are trimmed, and which of a few texts belongs to a number?

use super::{call, first, nth};
use datafusion::arrow::array::{AsArray, StringArray, StringBuilder};
use datafusion::arrow::datatypes::{DataType, UInt32Type};
use datafusion::common::DataFusionError;
use datafusion::logical_expr::Expr;
use std::sync::Arc;

/// Which end is trimmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// The start.
    Left,
    /// The end.
    Right,
    /// Both.
    Both,
}

/// Trims the characters of a second text, or white space, from a text.
pub(crate) fn trim(text: Expr, characters: Option<Expr>, side: Side) -> Expr {
    let name = format!("trim_{side:?}");
    let inputs = vec![DataType::Utf8; 1 + usize::from(characters.is_some())];
    let arguments = std::iter::once(text).chain(characters).collect();
    call(&name, &inputs, DataType::Utf8, arguments, move |arrays| {
        let texts = first(arrays)?;
        let trimmed: StringArray = match arrays.len() {
            1 => texts.iter().map(|text| Some(cut(text?, side, char::is_whitespace))).collect(),
            _ => {
                let pairs = texts.iter().zip(nth(arrays, 1)?.iter());
                pairs
                    .map(|(text, set)| set.and_then(|set| Some(cut(text?, side, |c| set.contains(c)))))
                    .collect()
            }
        };
        Ok(Arc::new(trimmed))
    })
}

fn cut(text: &str, side: Side, goes: impl Fn(char) -> bool) -> &str {
    let text = if side == Side::Right { text } else { text.trim_start_matches(&goes) };
    if side == Side::Left { text } else { text.trim_end_matches(&goes) }
}

/// The text at a number's place: what is known of each group.
pub(crate) fn choose_text(name: &str, number: Expr, texts: Vec<String>) -> Expr {
    call(name, &[DataType::UInt32], DataType::Utf8, vec![number], move |arrays| {
        let numbers = arrays.first().and_then(|array| array.as_primitive_opt::<UInt32Type>());
        let numbers =
            numbers.ok_or_else(|| DataFusionError::Internal("an argument is no number".to_owned()))?;
        let mut out = StringBuilder::new();
        numbers
            .iter()
            .for_each(|number| out.append_option(number.and_then(|number| texts.get(number as usize))));
        Ok(Arc::new(out.finish()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Examples of the page on string functions.
    #[test]
    fn ends_are_trimmed_as_documented() {
        let in_set = |c: char| "xyZ".contains(c);
        assert_eq!(cut("xyZfooxyZ", Side::Left, in_set), "fooxyZ");
        assert_eq!(cut("xyZfooxyZ", Side::Right, in_set), "xyZfoo");
        assert_eq!(cut("xyZfooxyZ", Side::Both, in_set), "foo");
        assert_eq!(cut(" \t a \n", Side::Both, char::is_whitespace), "a");
    }
}
