//! What can be done with log groups from the shell? Protect them, list them, put events, follow them, query them.
//!
//! Every verb asks AWS operations of CloudWatch Logs, on sotto's own server or on an account of AWS, but for those of which their
//! help says otherwise: these ask operations of our own.

mod list;
mod protect;
mod put;
mod query;
mod retroactive;
mod settings;
mod span;
mod tail;

pub(crate) use protect::document_of;
pub(crate) use put::put;
pub(crate) use query::query;
pub(crate) use span::{instant, now_ms};
pub(crate) use tail::tail;

use crate::args::LogsVerb;
use crate::fault::Verdict;
use anyhow::Result;

/// `sotto logs`.
pub(crate) fn run(verb: &LogsVerb) -> Result<Verdict> {
    match verb {
        LogsVerb::Protect(args) => protect::run(args),
        LogsVerb::List(args) => list::run(args),
        LogsVerb::Retroactive(verb) => retroactive::run(verb),
        LogsVerb::Settings(args) => settings::run(args),
    }
}
