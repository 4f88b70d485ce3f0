//! How do two values compare? As numbers where both are, as text otherwise.
//!
//! A number in the query makes the comparison one of numbers; a text in quotes makes it one of texts, as does a field that
//! is known to hold text. Two fields that may hold either compare as numbers in those rows where both do. A missing value
//! compares with nothing: neither `=` nor `!=` holds for it.

use super::value::{Kind, Value, either};
use datafusion::common::Result;
use datafusion::logical_expr::Expr;
use datafusion::prelude::lit;
use sotto_query::insights::BinaryOperator as Op;

/// Whether the comparison holds.
pub(crate) fn compare(operator: Op, left: Value, right: Value) -> Result<Expr> {
    if let Some((condition, expected)) = truth(&left, &right) {
        return Ok(apply(operator, condition, lit(expected)));
    }
    let by_number = |value: &Value| matches!(value.kind, Kind::Number | Kind::Time | Kind::Condition);
    let may = |value: &Value| by_number(value) || value.may_be_number() || is_number_text(value);
    Ok(match (by_number(&left), by_number(&right)) {
        (true, true) => apply(operator, left.number(), right.number()),
        (true, false) if may(&right) => apply(operator, left.number(), right.number()),
        (false, true) if may(&left) => apply(operator, left.number(), right.number()),
        (false, false) if left.may_be_number() && right.may_be_number() => {
            let (a, b) = (left.clone().number(), right.clone().number());
            let both = a.clone().is_not_null().and(b.clone().is_not_null());
            either(both, apply(operator, a, b), apply(operator, left.text(), right.text()))?
        }
        _ => apply(operator, left.text(), right.text()),
    })
}

/// A condition compared with the word `true` or `false`.
fn truth(left: &Value, right: &Value) -> Option<(Expr, bool)> {
    let word = |value: &Value| match &value.expr {
        Expr::Literal(datafusion::common::ScalarValue::Utf8(Some(text)), _) if text == "true" => Some(true),
        Expr::Literal(datafusion::common::ScalarValue::Utf8(Some(text)), _) if text == "false" => Some(false),
        _ => None,
    };
    match (left.kind, right.kind) {
        (Kind::Condition, Kind::Text) => word(right).map(|expected| (left.expr.clone(), expected)),
        (Kind::Text, Kind::Condition) => word(left).map(|expected| (right.expr.clone(), expected)),
        _ => None,
    }
}

/// Whether a text of the query spells a number.
fn is_number_text(value: &Value) -> bool {
    let spelled = match &value.expr {
        Expr::Literal(datafusion::common::ScalarValue::Utf8(Some(text)), _) => text.parse::<f64>().is_ok(),
        _ => false,
    };
    value.kind == Kind::Text && spelled
}

fn apply(operator: Op, left: Expr, right: Expr) -> Expr {
    match operator {
        Op::NotEqual => left.not_eq(right),
        Op::Less => left.lt(right),
        Op::LessOrEqual => left.lt_eq(right),
        Op::Greater => left.gt(right),
        Op::GreaterOrEqual => left.gt_eq(right),
        _ => left.eq(right),
    }
}
