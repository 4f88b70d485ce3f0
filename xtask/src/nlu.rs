//! How good is the reader of utterances? `cargo xtask nlu evaluate` measures it on public sets.
//!
//! The measuring itself is an example of the room `conversation`, so that the chores need not be built with all that a
//! conversation needs; this starts it, optimised.

use crate::workspace::Workspace;
use anyhow::{Context, Result, bail};
use std::process::Command;

/// Runs `nlu evaluate` with its arguments.
pub(crate) fn run(arguments: &[&str]) -> Result<bool> {
    let ["evaluate", rest @ ..] = arguments else {
        bail!("usage: nlu evaluate [--shots N] [--seeds N] [SET=PATH ...]")
    };
    let example = ["run", "--quiet", "--release", "-p", "sotto-conversation", "--example", "nlu", "--"];
    let root = Workspace::read()?.root;
    let status = Command::new("cargo").args(example).args(rest).current_dir(root).status();
    Ok(status.context("cannot start cargo")?.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_evaluation_is_there() {
        assert!(run(&["guess"]).unwrap_err().to_string().starts_with("usage"));
        assert!(run(&[]).is_err());
    }
}
