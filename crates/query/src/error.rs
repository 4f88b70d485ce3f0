//! What is wrong with a pattern or a query, and where?
//!
//! Places count characters from 0, as `QueryCompileErrorLocation` does (page "QueryCompileErrorLocation" of the API
//! reference). The words are ours and constant: what somebody typed is never quoted, because people search for what they
//! must not have written down.

use thiserror::Error;

/// A pattern or a query that does not stand.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum QueryError {
    /// A filter pattern breaks its grammar.
    #[error("the filter pattern is malformed at character {start}: {problem}")]
    Pattern {
        /// First character of what is wrong, counted from 0.
        start: usize,
        /// The character after it.
        end: usize,
        /// What is wrong, and what would be right.
        problem: &'static str,
    },
    /// An Insights query breaks its grammar or its rules.
    #[error("the query does not compile at character {start}: {problem}")]
    Compile {
        /// First character of what is wrong, counted from 0.
        start: usize,
        /// The character after it.
        end: usize,
        /// What is wrong, and what would be right.
        problem: &'static str,
    },
    /// The value of a metric transformation is neither a number nor a selector of the pattern.
    #[error(
        "a metric value is a number, a `$` field of a space-delimited pattern or a `$.` selector of a JSON pattern"
    )]
    MetricValue,
}

impl QueryError {
    /// What is wrong, without its place.
    pub fn problem(&self) -> &'static str {
        match self {
            Self::Pattern { problem, .. } | Self::Compile { problem, .. } => problem,
            Self::MetricValue => "it is neither a number nor a selector",
        }
    }

    /// First character of what is wrong and the one after it, where a text was at fault.
    pub fn place(&self) -> Option<(usize, usize)> {
        match self {
            Self::Pattern { start, end, .. } | Self::Compile { start, end, .. } => Some((*start, *end)),
            Self::MetricValue => None,
        }
    }
}
