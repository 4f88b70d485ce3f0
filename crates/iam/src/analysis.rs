//! What does this policy really do, before anybody relies on it?
//!
//! - [`lint`] reads one document and names what it gets wrong or leaves open: statements that can never match, grants wider than
//!   they look, guardrails that can be walked round.
//! - [`Estate`] is a set of policies with the principals that they bind; [`Estate::decide`] is one cell of a matrix of who can do
//!   what, and [`diff`] compares two estates and proves each difference with a request.
//!
//! Every claim is checked: what a finding says can never match is held against the engine in tests, and a difference is reported
//! only with a request that the engine decides differently. Nothing here makes a permit.

mod candidates;
mod diff;
mod estate;
mod export;
mod finding;
mod language;
mod lint;
mod reach;
mod scope;
mod values;

pub use diff::{Comparison, Difference, REQUESTS_MAX, diff};
pub use estate::{Estate, Question, QuestionError, Subject};
pub use export::{EXPORT_BYTES_MAX, ExportError};
pub use finding::{Finding, LintRule, Severity};
pub use lint::{Lint, guess, lint};
pub use reach::{Reach, reach};
