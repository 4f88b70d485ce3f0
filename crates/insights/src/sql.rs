//! What may somebody ask in SQL? One `SELECT` over one table, `logs`, and nothing that changes, defines or reaches out.
//!
//! The statement is parsed, and refused unless it is a single query; then it is planned in a session whose only table is
//! the view of the masked events. Statements of definition, change and session are switched off in the planner as well,
//! so that both would have to err. Columns have the names of the Insights language (`"@timestamp"`, `"@message"`, fields
//! by their dotted names), in double quotes.

use crate::events::{Events, column};
use crate::failure::cause_in_sql;
use crate::lower::group_texts;
use datafusion::arrow::datatypes::{DataType, TimeUnit};
use datafusion::datasource::{ViewTable, provider_as_source};
use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder, cast};
use datafusion::prelude::{SQLOptions, SessionContext, ident};
use datafusion::sql::parser::{DFParser, Statement};
use datafusion::sql::sqlparser::ast::Statement as SqlStatement;
use sotto_query::engine::{Failure, Group};
use std::sync::Arc;

/// Longest SQL text, in characters: as long as an Insights query.
const SQL_CHARS_MAX: usize = sotto_query::insights::QUERY_CHARS_MAX;

/// The plan of an SQL text over the events.
pub(crate) async fn plan(
    context: &SessionContext,
    text: &str,
    events: Arc<Events>,
    fields: &[String],
    groups: &[Group],
) -> Result<LogicalPlan, Failure> {
    let statement = single_query(text)?;
    let view = view(events, fields, groups).map_err(|error| cause_in_sql(&error))?;
    context.register_table("logs", Arc::new(view)).map_err(|error| cause_in_sql(&error))?;
    let planned = context.state().statement_to_plan(statement).await.map_err(|error| cause_in_sql(&error))?;
    let options = SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
    options.verify_plan(&planned).map_err(|error| cause_in_sql(&error))?;
    Ok(planned)
}

/// The one statement of the text, when it is a query.
fn single_query(text: &str) -> Result<Statement, Failure> {
    if text.chars().count() > SQL_CHARS_MAX {
        return Err(Failure::Sql);
    }
    let mut statements = DFParser::parse_sql(text).map_err(|_| Failure::Sql)?;
    match (statements.pop_front(), statements.is_empty()) {
        (Some(Statement::Statement(statement)), true) if matches!(*statement, SqlStatement::Query(_)) => {
            Ok(Statement::Statement(statement))
        }
        _ => Err(Failure::Sql),
    }
}

/// The events under the names of the language.
fn view(events: Arc<Events>, fields: &[String], groups: &[Group]) -> datafusion::common::Result<ViewTable> {
    let time = |name: &str| cast(ident(name), DataType::Timestamp(TimeUnit::Millisecond, None));
    let mut columns: Vec<Expr> = vec![
        time(column::TIMESTAMP).alias("@timestamp"),
        time(column::INGESTION).alias("@ingestionTime"),
        ident(column::STREAM).alias("@logStream"),
        group_texts(groups).alias("@log"),
        ident(column::MESSAGE).alias("@message"),
        ident(column::MASKED).alias("@masked"),
    ];
    let own = |name: &String| {
        ["@timestamp", "@ingestionTime", "@logStream", "@log", "@message", "@masked"].contains(&name.as_str())
    };
    let discovered = fields.iter().filter(|name| !own(name));
    columns.extend(discovered.map(|name| ident(format!("{}{name}", column::FIELD_PREFIX)).alias(name)));
    let scan = LogicalPlanBuilder::scan("events", provider_as_source(events), None)?;
    Ok(ViewTable::new(scan.project(columns)?.build()?, None))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_query_is_a_query() {
        let good = [
            "select 1",
            "SELECT \"@message\" FROM logs;",
            "with a as (select 1) select * from a",
            "select 1 union select 2",
        ];
        let bad = [
            "",
            "select 1; select 2",
            "drop table logs",
            "insert into logs values (1)",
            "copy logs to 'x'",
            "explain select 1",
            "create external table t stored as parquet location '/'",
            "set a = 1",
            "show tables",
            "describe logs",
            "values",
            "delete from logs",
            "update logs set a = 1",
            "select",
            "prepare p as select 1",
            "reset a",
        ];
        good.iter().for_each(|text| assert!(single_query(text).is_ok(), "{text}"));
        bad.iter().for_each(|text| assert!(single_query(text).is_err(), "{text}"));
        assert!(single_query(&format!("select 1{}", " ".repeat(SQL_CHARS_MAX - 8))).is_ok());
        assert!(single_query(&format!("select 1{}", " ".repeat(SQL_CHARS_MAX - 7))).is_err());
    }
}
