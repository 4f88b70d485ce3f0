//! Which expression of the query library computes an expression of the language?

use super::scope::Scope;
use super::value::{Kind, Value, either};
use super::{compare, rows};
use crate::functions::matches_regex;
use datafusion::common::Result;
use datafusion::functions::core::expr_fn::nullif;
use datafusion::functions::string::expr_fn::contains;
use datafusion::logical_expr::Expr;
use datafusion::prelude::lit;
use sotto_query::insights::{BinaryOperator as Op, Expr as Asked, Pattern};

/// Builds expressions where these names are known.
pub(crate) struct Builder<'a> {
    pub(crate) scope: &'a Scope,
    /// When the query was started, in milliseconds since 1970.
    pub(crate) now_ms: i64,
    /// What functions of groups have come to, for the columns of `stats`.
    pub(crate) aggregates: &'a [(Asked, Value)],
}

impl Builder<'_> {
    /// The value of an expression.
    pub(crate) fn value(&self, asked: &Asked) -> Result<Value> {
        Ok(match asked {
            Asked::Field(name) => self.scope.field(name),
            Asked::Number(number) => Value::new(lit(*number), Kind::Number),
            Asked::Text(text) => Value::new(lit(text.as_str()), Kind::Text),
            Asked::Negate(of) => Value::new(-self.value(of)?.number(), Kind::Number),
            Asked::Not(of) => {
                Value::new(datafusion::logical_expr::not(self.value(of)?.condition()), Kind::Condition)
            }
            Asked::Binary(operator, left, right) => self.binary(*operator, left, right)?,
            Asked::In(of, list) => self.is_in(of, list)?,
            Asked::Like(of, pattern) => Value::new(self.like(of, pattern)?, Kind::Condition),
            Asked::Call(function, arguments) => rows::call(self, *function, arguments)?,
            Asked::Unmasked => self.scope.field("@message"),
            Asked::Aggregate(..) => self.aggregate(asked),
            Asked::Period(_) => Value::missing(),
        })
    }

    fn aggregate(&self, asked: &Asked) -> Value {
        let found = self.aggregates.iter().find(|(own, _)| own == asked);
        found.map_or_else(Value::missing, |(_, value)| value.clone())
    }

    fn binary(&self, operator: Op, left: &Asked, right: &Asked) -> Result<Value> {
        let (left, right) = (self.value(left)?, self.value(right)?);
        let arithmetic = |compute: fn(Expr, Expr) -> Expr| {
            Value::new(compute(left.clone().number(), right.clone().number()), Kind::Number)
        };
        Ok(match operator {
            Op::And => Value::new(left.condition().and(right.condition()), Kind::Condition),
            Op::Or => Value::new(left.condition().or(right.condition()), Kind::Condition),
            Op::Add => arithmetic(|a, b| a + b),
            Op::Subtract => arithmetic(|a, b| a - b),
            Op::Multiply => arithmetic(|a, b| a * b),
            Op::Divide => arithmetic(|a, b| a / nullif(b, lit(0.0))),
            Op::Remainder => arithmetic(|a, b| a % nullif(b, lit(0.0))),
            Op::Power => arithmetic(crate::functions::power),
            _ => Value::new(compare::compare(operator, left, right)?, Kind::Condition),
        })
    }

    /// Rows of `or`; lists of texts or of numbers alone are looked up at once.
    fn is_in(&self, of: &Asked, list: &[Asked]) -> Result<Value> {
        let value = self.value(of)?;
        let texts = list.iter().all(|item| matches!(item, Asked::Text(_)));
        let numbers = list.iter().all(|item| matches!(item, Asked::Number(_)));
        let items: Vec<Value> = list.iter().map(|item| self.value(item)).collect::<Result<_>>()?;
        let found = match (texts, numbers) {
            (true, _) if matches!(value.kind, Kind::Any | Kind::Text | Kind::Json) => {
                value.text().in_list(items.into_iter().map(Value::text).collect(), false)
            }
            (_, true) if value.kind != Kind::Text => {
                value.number().in_list(items.into_iter().map(Value::number).collect(), false)
            }
            _ => {
                let mut any = lit(false);
                for item in items {
                    any = any.or(compare::compare(Op::Equal, value.clone(), item)?);
                }
                any
            }
        };
        Ok(Value::new(found, Kind::Condition))
    }

    fn like(&self, of: &Asked, pattern: &Pattern) -> Result<Expr> {
        let text = self.value(of)?.text();
        match pattern {
            Pattern::Part(part) => Ok(contains(text, lit(part.as_str()))),
            Pattern::Regex(source) => matches_regex(text, source),
        }
    }

    /// A number where a condition holds and another where it does not; none where it is unknown.
    pub(crate) fn counted(&self, condition: Expr) -> Result<Value> {
        let counted = either(condition.clone(), lit(1.0), lit(0.0))?;
        let none = lit(datafusion::common::ScalarValue::Float64(None));
        Ok(Value::new(either(condition.is_null(), none, counted)?, Kind::Number))
    }
}
