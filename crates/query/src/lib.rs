//! Filter patterns and the Insights language: what somebody typed becomes a checked matcher or a checked plan.
//!
//! ```text
//! filter pattern (screened) ──FilterPattern──> matches, extracted values     (pure, over stored text)
//! Insights query (screened) ──Plan::compile──> Plan ──serde──> the query engine, another program
//! Plan, segments, hot rows  ──engine──> frames between the server and that program
//! stored message            ──discover──> names and values of its fields
//! ```
//!
//! Which question does this crate answer? *What does somebody want to see of the stored text?* It finds mistakes with
//! their place ([`QueryError`]), never with the words: what callers type may itself be sensitive. It knows no groups, no
//! storage and no callers, and runs no plan: that is the work of the program `sotto-insights`.
//!
//! **Invariant of absence:** `unmask` is a mark on the last projection of a plan and nothing else; in a filter, a sort, a
//! group or an argument it does not compile. What opens originals is elsewhere, for a permit.

mod cursor;
mod discover;
pub mod engine;
mod error;
pub mod insights;
mod json;
mod pattern;

pub use discover::{
    EVENT_FIELDS_MAX, Field, GROUP_FIELDS_MAX, SYSTEM_FIELDS, discover, json_items, json_value,
};
pub use error::QueryError;
pub use insights::Plan;
pub use pattern::{
    Extracted, FilterPattern, MetricValue, PATTERN_CHARS_MAX, REGEX_COUNT_MAX, Selector, TestedEvent,
    test_events,
};
