//! What can be done with bots from the shell? See what of them is protected, protect it, say how sensitive slots are, test whole
//! conversations, make the examples.
//!
//! Verbs ask AWS's own operations, on sotto's server or on an account of AWS; what only sotto has (levels of slots, modes of logs) is
//! asked only where an endpoint was named, and where it is absent the defaults hold.

mod build;
mod classify;
mod example;
mod inventory;
mod lex;
mod places;
mod proposal;
mod protect;
mod record;
mod sinks;
mod stored;
mod survey;
mod test;

pub(crate) use example::Example;
pub(crate) use lex::{Lex, text};
pub(crate) use places::{LogPlaces, entries};

use crate::args::BotsVerb;
use crate::fault::Verdict;
use anyhow::Result;

/// `sotto bots`.
pub(crate) fn run(verb: &BotsVerb) -> Result<Verdict> {
    match verb {
        BotsVerb::Inventory(args) => inventory::run(args),
        BotsVerb::Protect(args) => protect::run(args),
        BotsVerb::Classify(args) => classify::run(args),
        BotsVerb::Test(args) => test::run(args),
        BotsVerb::Example(args) => example::run(args),
    }
}
