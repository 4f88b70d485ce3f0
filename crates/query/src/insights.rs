//! What does a Logs Insights query ask for? A [`Plan`]: checked commands, which the query engine runs as they stand.
//!
//! Page "CloudWatch Logs Insights language query syntax" and its children, one per command. A query is read once, from left
//! to right, straight into the plan; every mistake has its place. Nothing of it becomes SQL: the engine builds its own
//! operators from the plan, so that no text of a caller is ever read as another language.
//!
//! `unmask` is read here and only marked: the engine runs over stored text and has no key that would open an original.

mod commands;
mod expressions;
mod function;
mod period;
mod plan;
mod reader;
mod templates;
mod tests;

pub use function::{Aggregate, Function};
pub use period::{Period, Unit, show_instant};
pub use plan::{BinaryOperator, Column, Command, Expr, PLAN_VERSION, Pattern, Plan, SortKey, Source, Totals};
pub use templates::compile_regex;

/// Longest query, in characters (API reference, "StartQuery").
pub const QUERY_CHARS_MAX: usize = 10_000;
/// Rows of a query that names no limit (page "limit").
pub const ROWS_DEFAULT: u64 = 10_000;
/// Most rows of a query (page "CloudWatch Logs quotas").
pub const ROWS_MAX: u64 = 100_000;
/// Most commands of a query.
pub const COMMANDS_MAX: usize = 100;
/// Deepest expression: what reads a plan again goes three levels of JSON down for each, and stops at 128.
pub const EXPRESSION_DEPTH_MAX: usize = 32;
