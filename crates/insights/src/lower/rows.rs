//! Which expression computes a function of a row?

use super::expressions::Builder;
use super::value::{Kind, Value};
use crate::functions::{
    AddressFamily, Side, in_subnet, is_address, json_parse, numeric, period_ceil, period_floor, trim,
};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::functions::core::expr_fn::{coalesce, greatest, least};
use datafusion::functions::string::expr_fn::{concat, contains, lower, replace, upper};
use datafusion::functions::unicode::expr_fn::{character_length, substr, substring};
use datafusion::logical_expr::{Expr, cast, try_cast};
use datafusion::prelude::lit;
use sotto_query::insights::{Expr as Asked, Function, Period, Unit};

/// The value of a call. The plan is checked: what could not stand here does not.
pub(crate) fn call(builder: &Builder<'_>, function: Function, arguments: &[Asked]) -> Result<Value> {
    let call = Call { builder, arguments };
    use Function as F;
    match function {
        F::Abs | F::Ceil | F::Floor | F::Log | F::Sqrt | F::Greatest | F::Least => call.of_numbers(function),
        F::IsPresent | F::IsEmpty | F::IsBlank | F::Coalesce => call.of_presence(function),
        F::Concat
        | F::LeftTrim
        | F::RightTrim
        | F::Trim
        | F::ToUpper
        | F::ToLower
        | F::Substring
        | F::Replace => call.to_text(function),
        F::StringLength | F::StringContains => call.of_text(function),
        F::Bin | F::DateFloor | F::DateCeil | F::FromMillis | F::ToMillis | F::Now => call.of_times(function),
        F::JsonParse => Ok(Value::new(json_parse(call.text(0)?), Kind::Json)),
        F::JsonStringify => Ok(Value::new(call.text(0)?, Kind::Text)),
        F::IsValidIp
        | F::IsValidIpV4
        | F::IsValidIpV6
        | F::IsIpInSubnet
        | F::IsIpV4InSubnet
        | F::IsIpV6InSubnet => call.of_addresses(function),
    }
}

struct Call<'a> {
    builder: &'a Builder<'a>,
    arguments: &'a [Asked],
}

impl Call<'_> {
    fn value(&self, at: usize) -> Result<Value> {
        self.arguments.get(at).map_or_else(|| Ok(Value::missing()), |argument| self.builder.value(argument))
    }

    fn text(&self, at: usize) -> Result<Expr> {
        self.value(at).map(Value::text)
    }

    fn number(&self, at: usize) -> Result<Expr> {
        self.value(at).map(Value::number)
    }

    /// A place or length in a text, which is a whole number.
    fn whole(&self, at: usize) -> Result<Expr> {
        self.number(at).map(|number| try_cast(number, DataType::Int64))
    }

    fn all(&self, to: impl Fn(Value) -> Expr) -> Result<Vec<Expr>> {
        self.arguments.iter().map(|argument| self.builder.value(argument).map(&to)).collect()
    }

    fn period(&self, at: usize) -> Period {
        match self.arguments.get(at) {
            Some(Asked::Period(period)) => *period,
            _ => Period { count: 1, unit: Unit::Millisecond },
        }
    }

    fn of_numbers(&self, function: Function) -> Result<Value> {
        let number = match function {
            Function::Greatest => greatest(self.all(Value::number)?),
            Function::Least => least(self.all(Value::number)?),
            Function::Abs => numeric("abs", self.number(0)?, f64::abs),
            Function::Ceil => numeric("ceil", self.number(0)?, f64::ceil),
            Function::Floor => numeric("floor", self.number(0)?, f64::floor),
            Function::Log => numeric("log", self.number(0)?, f64::ln),
            _ => numeric("sqrt", self.number(0)?, f64::sqrt),
        };
        Ok(Value::new(number, Kind::Number))
    }

    fn of_presence(&self, function: Function) -> Result<Value> {
        if function == Function::Coalesce {
            return self.coalesce();
        }
        let value = self.value(0)?;
        let missing = value.expr.clone().is_null();
        Ok(Value::new(
            match function {
                Function::IsPresent => value.expr.is_not_null(),
                Function::IsEmpty => missing.or(value.text().eq(lit(""))),
                _ => missing.or(trim(value.text(), None, Side::Both).eq(lit(""))),
            },
            Kind::Condition,
        ))
    }

    /// The first value there is, of the kind they share or as text.
    fn coalesce(&self) -> Result<Value> {
        let values: Vec<Value> =
            self.arguments.iter().map(|argument| self.builder.value(argument)).collect::<Result<_>>()?;
        let first = values.first().map_or(Kind::Text, |value| value.kind);
        if values.iter().all(|value| value.kind == first) {
            return Ok(Value::new(coalesce(values.into_iter().map(|value| value.expr).collect()), first));
        }
        Ok(Value::new(coalesce(values.into_iter().map(Value::text).collect()), Kind::Any))
    }

    fn to_text(&self, function: Function) -> Result<Value> {
        let characters =
            || self.arguments.get(1).map(|set| self.builder.value(set).map(Value::text)).transpose();
        let text = match function {
            Function::Concat => concat(self.all(Value::text)?),
            Function::LeftTrim => trim(self.text(0)?, characters()?, Side::Left),
            Function::RightTrim => trim(self.text(0)?, characters()?, Side::Right),
            Function::Trim => trim(self.text(0)?, characters()?, Side::Both),
            Function::ToUpper => upper(self.text(0)?),
            Function::ToLower => lower(self.text(0)?),
            Function::Replace => replace(self.text(0)?, self.text(1)?, self.text(2)?),
            // The language counts from 0, the library from 1.
            _ if self.arguments.len() == 2 => substr(self.text(0)?, self.whole(1)? + lit(1_i64)),
            _ => substring(self.text(0)?, self.whole(1)? + lit(1_i64), self.whole(2)?),
        };
        Ok(Value::new(text, Kind::Any))
    }

    fn of_text(&self, function: Function) -> Result<Value> {
        match function {
            Function::StringLength => {
                Ok(Value::new(cast(character_length(self.text(0)?), DataType::Float64), Kind::Number))
            }
            _ => self.builder.counted(contains(self.text(0)?, self.text(1)?)),
        }
    }

    fn of_times(&self, function: Function) -> Result<Value> {
        let time = |expr| Ok(Value::new(expr, Kind::Time));
        match function {
            Function::Bin => {
                time(period_floor(self.builder.scope.field("@timestamp").instant(), self.period(0)))
            }
            Function::DateFloor => time(period_floor(self.value(0)?.instant(), self.period(1))),
            Function::DateCeil => time(period_ceil(self.value(0)?.instant(), self.period(1))),
            Function::FromMillis => time(self.value(0)?.instant()),
            Function::ToMillis => Ok(Value::new(self.value(0)?.number(), Kind::Number)),
            // Seconds, as its page says, not milliseconds.
            _ => Ok(Value::new(lit(self.builder.now_ms.div_euclid(1_000) as f64), Kind::Number)),
        }
    }

    fn of_addresses(&self, function: Function) -> Result<Value> {
        use AddressFamily as Family;
        let subnet = |family| {
            Ok::<_, datafusion::common::DataFusionError>(in_subnet(self.text(0)?, self.text(1)?, family))
        };
        let found = match function {
            Function::IsValidIp => is_address(self.text(0)?, Family::Any),
            Function::IsValidIpV4 => is_address(self.text(0)?, Family::V4),
            Function::IsValidIpV6 => is_address(self.text(0)?, Family::V6),
            Function::IsIpV4InSubnet => subnet(Family::V4)?,
            Function::IsIpV6InSubnet => subnet(Family::V6)?,
            _ => subnet(Family::Any)?,
        };
        Ok(Value::new(found, Kind::Condition))
    }
}
