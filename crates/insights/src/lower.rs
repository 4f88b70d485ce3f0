//! Which logical plan of the query library does what a plan of the language asks? One command after the other.
//!
//! Commands become operators over columns with names of our own (`c0`, `c1`, ...): what callers call things is never a
//! name in the library, and no text of theirs is read as SQL. The order of rows is kept as an intention and laid down
//! where it counts (before `limit` and `dedup`, and at the end), because operators in between are free to lose it. Rows
//! that stand for events come newest first unless the query says otherwise.

mod compare;
mod expressions;
mod groups;
mod rows;
mod scope;
mod value;

use crate::events::column;
use crate::functions::{captures, json_items_of, severity, shape};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Column, Result};
use datafusion::functions::core::expr_fn::{coalesce, get_field};
use datafusion::functions_aggregate::expr_fn::count;
use datafusion::functions_aggregate::sum::sum_udaf;
use datafusion::functions_window::expr_fn::row_number;
use datafusion::logical_expr::expr::WindowFunction;
use datafusion::logical_expr::{
    Expr, ExprFunctionExt, LogicalPlan, LogicalPlanBuilder, SortExpr, WindowFunctionDefinition, cast,
};
use datafusion::prelude::{ident, lit};
use expressions::Builder;
use scope::Scope;
use sotto_query::Plan;
use sotto_query::engine::Group;
use sotto_query::insights::{Column as Asked, Command, Expr as AskedExpr, SortKey, Totals};
use std::collections::{BTreeMap, BTreeSet};
use value::{Kind, Value, either};

/// A plan of the library, and what its columns are.
pub(crate) struct Lowered {
    /// The operators.
    pub(crate) plan: LogicalPlan,
    /// The names of the result's columns: the first columns of the plan, all texts.
    pub(crate) columns: Vec<String>,
    /// Whether the group, stream and event of each row follow.
    pub(crate) of_events: bool,
    /// Result columns that a last row sums.
    pub(crate) summed: Vec<usize>,
}

/// The names of groups, account first, by the number of each row's group.
pub(crate) fn group_texts(groups: &[Group]) -> Expr {
    Scope::new(groups.to_vec()).field("@log").text()
}

/// The names of fields that a plan may read from events.
pub(crate) fn fields_of(plan: &Plan) -> Vec<String> {
    let mut names = BTreeSet::new();
    for expression in plan.commands.iter().flat_map(expressions_of) {
        collect(expression, &mut names);
    }
    for command in &plan.commands {
        if let Command::AddTotals(totals) = command {
            names.extend(totals.fields.iter().cloned());
        }
    }
    names.into_iter().filter(|name| !sotto_query::SYSTEM_FIELDS.contains(&name.as_str())).collect()
}

fn expressions_of(command: &Command) -> Vec<&AskedExpr> {
    match command {
        Command::Fields(columns) | Command::Display(columns) => {
            columns.iter().map(|column| &column.value).collect()
        }
        Command::Stats { columns, by } => columns.iter().chain(by).map(|column| &column.value).collect(),
        Command::Filter(of) | Command::Pattern(of) => vec![of],
        Command::Parse { from, .. } | Command::Unnest { from, .. } => vec![from],
        Command::Sort(keys) => keys.iter().map(|key| &key.by).collect(),
        Command::Dedup(of) => of.iter().collect(),
        Command::Limit(_) | Command::AddTotals(_) => Vec::new(),
    }
}

fn collect(expression: &AskedExpr, names: &mut BTreeSet<String>) {
    if let AskedExpr::Field(name) = expression {
        names.insert(name.clone());
    }
    expression.parts().into_iter().for_each(|part| collect(part, names));
}

/// Lowers a plan over the table of events.
pub(crate) fn lower(
    asked: &Plan,
    events: LogicalPlan,
    groups: Vec<Group>,
    now_ms: i64,
    rows_max: u64,
) -> Result<Lowered> {
    let mut lowering = Lowering::new(events, groups, now_ms);
    for command in &asked.commands {
        lowering.command(command)?;
    }
    lowering.finish(asked.rows_max.min(rows_max))
}

struct Lowering {
    plan: LogicalPlan,
    scope: Scope,
    now_ms: i64,
    /// Names of our own, counted.
    made: usize,
    /// Result columns so far, when a command named any.
    shown: Vec<String>,
    /// Columns that commands made before any was named.
    found: Vec<String>,
    order: Option<Vec<SortExpr>>,
    summed: Option<Totals>,
}

impl Lowering {
    fn new(plan: LogicalPlan, groups: Vec<Group>, now_ms: i64) -> Self {
        let scope = Scope::new(groups);
        Self { plan, scope, now_ms, made: 0, shown: Vec::new(), found: Vec::new(), order: None, summed: None }
    }

    fn command(&mut self, command: &Command) -> Result<()> {
        match command {
            Command::Fields(columns) => self.fields(columns, false),
            Command::Display(columns) => self.fields(columns, true),
            Command::Filter(condition) => {
                let holds = self.value(condition)?.condition();
                self.build(|plan| plan.filter(holds))
            }
            Command::Stats { columns, by } => self.stats(columns, by),
            Command::Sort(keys) => self.sort(keys),
            Command::Limit(rows) => self.limit(*rows),
            Command::Parse { from, regex, names } => self.parse(from, regex, names),
            Command::Dedup(of) => self.dedup(of),
            Command::Unnest { from, into } => self.unnest(from, into),
            Command::Pattern(of) => self.pattern(of),
            Command::AddTotals(totals) => self.totals(totals),
        }
    }

    fn build(&mut self, step: impl FnOnce(LogicalPlanBuilder) -> Result<LogicalPlanBuilder>) -> Result<()> {
        self.plan = step(LogicalPlanBuilder::from(self.plan.clone()))?.build()?;
        Ok(())
    }

    fn value(&self, asked: &AskedExpr) -> Result<Value> {
        Builder { scope: &self.scope, now_ms: self.now_ms, aggregates: &[] }.value(asked)
    }

    fn fresh(&mut self) -> String {
        self.made += 1;
        format!("c{}", self.made)
    }

    /// Adds columns beside those there are; gives them by their new names.
    fn extend(&mut self, values: Vec<Value>) -> Result<Vec<Value>> {
        let mut columns: Vec<Expr> = self.plan.schema().columns().into_iter().map(Expr::Column).collect();
        let mut added = Vec::new();
        for value in values {
            match &value.expr {
                Expr::Column(_) => added.push(value),
                _ => {
                    let name = self.fresh();
                    columns.push(value.expr.alias(&name));
                    added.push(Value::new(ident(name), value.kind));
                }
            }
        }
        if columns.len() > self.plan.schema().fields().len() {
            self.build(|plan| plan.project(columns))?;
        }
        Ok(added)
    }

    fn fields(&mut self, columns: &[Asked], only: bool) -> Result<()> {
        let values = columns.iter().map(|column| self.value(&column.value)).collect::<Result<_>>()?;
        let values = self.extend(values)?;
        if only {
            self.shown.clear();
            self.found.clear();
        }
        for (column, value) in columns.iter().zip(values) {
            self.scope.name(&column.name, value);
            self.show(&column.name);
        }
        Ok(())
    }

    fn show(&mut self, name: &str) {
        if !self.shown.iter().any(|shown| shown == name) {
            self.shown.push(name.to_owned());
        }
    }

    /// Shows what a command made beside what commands name.
    fn show_found(&mut self, name: &str) {
        match self.shown.is_empty() {
            true => self.found.push(name.to_owned()),
            false => self.show(name),
        }
    }

    fn parse(&mut self, from: &AskedExpr, regex: &str, names: &[String]) -> Result<()> {
        let text = self.value(from)?.text();
        let groups = self.extend(vec![Value::new(captures(text, regex, names)?, Kind::Text)])?;
        let Some(groups) = groups.into_iter().next() else { return Ok(()) };
        let parts =
            (0..names.len()).map(|at| Value::new(get_field(groups.expr.clone(), at.to_string()), Kind::Any));
        let parts = self.extend(parts.collect())?;
        for (name, part) in names.iter().zip(parts) {
            self.scope.name(name, part);
            self.show_found(name);
        }
        Ok(())
    }

    fn unnest(&mut self, from: &AskedExpr, into: &str) -> Result<()> {
        let list = json_items_of(self.value(from)?.text());
        let added = self.extend(vec![Value::new(list, Kind::Json)])?;
        let Some(Value { expr: Expr::Column(items), .. }) = added.into_iter().next() else { return Ok(()) };
        self.build(|plan| plan.unnest_column(Column::from_name(items.name())))?;
        self.scope.name(into, Value::new(ident(items.name()), Kind::Json));
        self.show_found(into);
        Ok(())
    }

    fn stats(&mut self, columns: &[Asked], by: &[Asked]) -> Result<()> {
        let keys = by.iter().map(|column| self.value(&column.value)).collect::<Result<_>>()?;
        let keys = self.extend(keys)?;
        let calls = calls_of(columns);
        let mut computed = Vec::new();
        let mut made = Vec::new();
        for call in &calls {
            let AskedExpr::Aggregate(function, arguments) = call else { continue };
            let builder = Builder { scope: &self.scope, now_ms: self.now_ms, aggregates: &[] };
            let call = groups::computed(&builder, *function, arguments)?;
            let names: Vec<String> = call.columns.iter().map(|_| self.fresh()).collect();
            made.extend(call.columns.iter().zip(&names).map(|(column, name)| column.clone().alias(name)));
            computed.push((call, names));
        }
        let key_columns: Vec<Expr> = keys.iter().map(|key| key.expr.clone()).collect();
        self.build(|plan| plan.aggregate(key_columns, made))?;
        let mut values = Vec::new();
        for (asked, (call, names)) in calls.into_iter().zip(&computed) {
            let columns: Vec<Expr> = names.iter().map(ident).collect();
            values.push((asked, (call.value)(&columns)?));
        }
        let builder = Builder { scope: &self.scope, now_ms: self.now_ms, aggregates: &values };
        let results = columns.iter().map(|column| builder.value(&column.value)).collect::<Result<_>>()?;
        let results = self.extend(results)?;
        self.leave_events(by.iter().zip(keys).chain(columns.iter().zip(results)))
    }

    /// Rows are no events any more: what is known and shown are these columns.
    fn leave_events<'a>(&mut self, columns: impl Iterator<Item = (&'a Asked, Value)>) -> Result<()> {
        self.shown.clear();
        self.found.clear();
        self.order = None;
        let mut known = BTreeMap::new();
        for (column, value) in columns {
            self.show(&column.name);
            known.insert(column.name.clone(), value);
        }
        self.scope.leave_events(known);
        Ok(())
    }

    /// Texts that may spell numbers come after numbers, missing values last.
    fn sort(&mut self, keys: &[SortKey]) -> Result<()> {
        let mut order = Vec::new();
        for key in keys {
            let value = self.value(&key.by)?;
            let parts = match value.kind {
                Kind::Any | Kind::Json => {
                    vec![
                        Value::new(value.clone().number(), Kind::Number),
                        Value::new(value.text(), Kind::Text),
                    ]
                }
                _ => vec![value],
            };
            let parts = self.extend(parts)?;
            order.extend(parts.into_iter().map(|part| part.expr.sort(!key.descending, false)));
        }
        self.order = Some(order);
        Ok(())
    }

    /// The order that is asked for, or newest first for events.
    fn ordered(&self) -> Vec<SortExpr> {
        let newest =
            || vec![ident(column::TIMESTAMP).sort(false, false), ident(column::EVENT).sort(false, false)];
        match (&self.order, self.scope.of_events) {
            (Some(order), _) => order.clone(),
            (None, true) => newest(),
            (None, false) => Vec::new(),
        }
    }

    fn limit(&mut self, rows: u64) -> Result<()> {
        let order = self.ordered();
        let rows = usize::try_from(rows).unwrap_or(usize::MAX);
        self.build(|plan| match order.is_empty() {
            true => plan.limit(0, Some(rows)),
            false => plan.sort(order)?.limit(0, Some(rows)),
        })
    }

    /// Rows without a value in one of the fields are all kept (page "dedup").
    fn dedup(&mut self, of: &[AskedExpr]) -> Result<()> {
        let keys = of.iter().map(|field| self.value(field)).collect::<Result<_>>()?;
        let keys: Vec<Expr> = self.extend(keys)?.into_iter().map(|key| key.expr).collect();
        let first = self.fresh();
        let mut numbered = row_number().partition_by(keys.clone());
        let order = self.ordered();
        if !order.is_empty() {
            numbered = numbered.order_by(order);
        }
        let numbered = numbered.build()?.alias(&first);
        self.build(|plan| plan.window(vec![numbered]))?;
        let missing = keys.into_iter().fold(lit(false), |any, key| any.or(key.is_null()));
        self.build(|plan| plan.filter(ident(first).eq(lit(1_u64)).or(missing)))
    }

    fn pattern(&mut self, of: &AskedExpr) -> Result<()> {
        let text = self.value(of)?.text();
        let shapes = self.extend(vec![Value::new(shape(text), Kind::Text)])?;
        let Some(shape) = shapes.into_iter().next() else { return Ok(()) };
        let (counted, all) = (self.fresh(), self.fresh());
        let whole = |name: &String| cast(ident(name), DataType::Float64);
        let rows = count(lit(1_i64)).alias(&counted);
        self.build(|plan| plan.aggregate(vec![shape.expr.clone()], vec![rows]))?;
        let total =
            WindowFunction::new(WindowFunctionDefinition::AggregateUDF(sum_udaf()), vec![ident(&counted)]);
        let total = Expr::from(total).alias(&all);
        self.build(|plan| plan.window(vec![total]))?;
        let made = vec![
            shape.clone(),
            Value::new(whole(&counted) / whole(&all), Kind::Number),
            Value::new(whole(&counted), Kind::Number),
            Value::new(severity(shape.expr.clone()), Kind::Text),
        ];
        let made = self.extend(made)?;
        let names = ["@pattern", "@ratio", "@sampleCount", "@severityLabel"];
        let columns: Vec<Asked> = names
            .map(|name| Asked { name: name.to_owned(), value: AskedExpr::Field(name.to_owned()) })
            .into();
        self.leave_events(columns.iter().zip(made))?;
        self.order = Some(vec![ident(counted).sort(false, false), shape.expr.sort(true, false)]);
        Ok(())
    }

    fn totals(&mut self, totals: &Totals) -> Result<()> {
        let fields = match totals.fields.is_empty() {
            true => self.shown_columns(),
            false => totals.fields.clone(),
        };
        if totals.row {
            let numeric = fields.iter().map(|name| self.scope.field(name));
            let numbers: Vec<Expr> = numeric
                .filter(|value| matches!(value.kind, Kind::Any | Kind::Json | Kind::Number))
                .map(Value::number)
                .collect();
            let some = numbers.iter().fold(lit(false), |any, number| any.or(number.clone().is_not_null()));
            let sum =
                numbers.into_iter().fold(lit(0.0), |sum, number| sum + coalesce(vec![number, lit(0.0)]));
            let none = lit(datafusion::common::ScalarValue::Float64(None));
            let added = self.extend(vec![Value::new(either(some, sum, none)?, Kind::Number)])?;
            if let Some(value) = added.into_iter().next() {
                self.scope.name(&totals.name, value);
                if self.shown.is_empty() {
                    self.shown = fields.clone();
                }
                self.show(&totals.name);
            }
        }
        self.summed = totals.column.then(|| Totals { fields, ..totals.clone() });
        Ok(())
    }

    /// What the result shows: what commands named, or the time and text of each event and what was found in it.
    fn shown_columns(&self) -> Vec<String> {
        match self.shown.is_empty() {
            false => self.shown.clone(),
            true => ["@timestamp", "@message"]
                .map(str::to_owned)
                .into_iter()
                .chain(self.found.iter().cloned())
                .collect(),
        }
    }

    fn finish(mut self, rows_max: u64) -> Result<Lowered> {
        self.limit(rows_max)?;
        let columns = self.shown_columns();
        let mut out = Vec::new();
        for (at, name) in columns.iter().enumerate() {
            out.push(self.scope.field(name).text().alias(format!("o{at}")));
        }
        let of_events = self.scope.of_events;
        if of_events {
            let own = [column::GROUP, column::STREAM, column::EVENT];
            out.extend(own.map(|name| ident(name).alias(format!("own_{name}"))));
        }
        self.build(|plan| plan.project(out))?;
        let summed = self.summed.take().map(|totals| {
            let is_summed =
                |name: &String| totals.fields.contains(name) || (totals.row && *name == totals.name);
            columns.iter().enumerate().filter(|(_, name)| is_summed(name)).map(|(at, _)| at).collect()
        });
        Ok(Lowered { plan: self.plan, columns, of_events, summed: summed.unwrap_or_default() })
    }
}

/// The functions of groups that the columns of `stats` use, each once.
fn calls_of(columns: &[Asked]) -> Vec<AskedExpr> {
    let mut calls: Vec<AskedExpr> = Vec::new();
    columns.iter().for_each(|column| find_calls(&column.value, &mut calls));
    calls
}

fn find_calls(expression: &AskedExpr, calls: &mut Vec<AskedExpr>) {
    match expression {
        AskedExpr::Aggregate(..) if !calls.contains(expression) => calls.push(expression.clone()),
        AskedExpr::Aggregate(..) => {}
        other => other.parts().into_iter().for_each(|part| find_calls(part, calls)),
    }
}
