//! What can be done with functions from the shell? List, make and run them, try a code hook out, put new code in whenever it is saved.
//!
//! Verbs with a server ask AWS's own operations of Lambda, on sotto or on an account of AWS. `check` needs none: it runs a hook here,
//! in a process as bounded as the server's are.

mod check;
mod create;
mod dev;
mod events;
mod invoke;
mod list;
mod packed;

use crate::args::{EventsVerb, FunctionsVerb};
use crate::fault::Verdict;
use anyhow::Result;

/// The word by which this program is started as the one between the server and a function.
pub(crate) const SUPERVISOR: &str = "function-process";

/// `sotto functions`.
pub(crate) fn run(verb: &FunctionsVerb) -> Result<Verdict> {
    match verb {
        FunctionsVerb::List(args) => list::run(args),
        FunctionsVerb::Create(args) => create::run(args),
        FunctionsVerb::Invoke(args) => invoke::run(args),
        FunctionsVerb::Check(args) => check::run(args),
        FunctionsVerb::Events(EventsVerb::List(args)) => events::list(args),
        FunctionsVerb::Events(EventsVerb::Make(args)) => events::make(args),
        FunctionsVerb::Dev(args) => dev::run(args),
    }
}

/// Folders in which programs are looked for.
pub(crate) fn program_folders() -> Vec<std::path::PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let usual = ["/usr/local/bin", "/usr/bin", "/bin"].map(std::path::PathBuf::from);
    std::env::split_paths(&path).chain(usual).collect()
}
