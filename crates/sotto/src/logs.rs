//! What can be done with log groups from the shell? Protect them, list them, put events, follow them, query them.
//!
//! Every verb asks AWS operations of CloudWatch Logs, on sotto's own server or on an account of AWS.

mod list;
mod protect;
mod put;
mod query;
mod span;
mod tail;

pub(crate) use protect::document_of;
pub(crate) use put::put;
pub(crate) use query::query;
pub(crate) use span::now_ms;
pub(crate) use tail::tail;

use crate::args::LogsVerb;
use crate::fault::Verdict;
use anyhow::Result;

/// `sotto logs`.
pub(crate) fn run(verb: &LogsVerb) -> Result<Verdict> {
    match verb {
        LogsVerb::Protect(args) => protect::run(args),
        LogsVerb::List(args) => list::run(args),
    }
}
