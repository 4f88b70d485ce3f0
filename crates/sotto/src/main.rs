//! The command `sotto`: reads the command line, does what it says, ends with an exit code that scripts can trust.

mod amount;
mod args;
mod config;
mod eval;
mod fault;
mod fields;
mod files;
mod finder;
mod identifiers;
mod inputs;
mod jsonl;
mod look;
mod mask;
mod ordered;
mod out;
mod policy;
mod progress;
mod report;
mod scan;
mod signals;
mod syntax;

use args::{Cli, IdentifiersVerb, PolicyVerb, Verb};
use clap::{CommandFactory, Parser, error::ErrorKind};
use fault::{Fault, Verdict};
use std::process::ExitCode;

fn main() -> ExitCode {
    sotto_public::quiet_panics();
    let done = match Cli::try_parse() {
        Ok(cli) => run(cli.verb),
        Err(error) => return usage(&error),
    };
    match done {
        _ if signals::interrupted() => ended(&Fault::Interrupted.into()),
        Ok(verdict) => verdict.code(),
        Err(_) if out::reader_gone() => ExitCode::SUCCESS,
        Err(error) => ended(&error),
    }
}

fn run(verb: Verb) -> anyhow::Result<Verdict> {
    match verb {
        Verb::Scan(args) => scan::run(&args),
        Verb::Mask(args) => mask::run(&args),
        Verb::Policy(PolicyVerb::Check(args)) => policy::check(&args),
        Verb::Identifiers(IdentifiersVerb::List(args)) => identifiers::list(&args),
        Verb::Identifiers(IdentifiersVerb::Show(args)) => identifiers::show(&args),
        Verb::Identifiers(IdentifiersVerb::Check(args)) => identifiers::check(&args),
        Verb::Identifiers(IdentifiersVerb::Validators) => identifiers::validators(),
        Verb::Eval(args) => eval::run(&args),
        Verb::Completions(args) => {
            clap_complete::generate(args.shell, &mut Cli::command(), "sotto", &mut out::buffered());
            Ok(Verdict::Fine)
        }
        Verb::Man => man(),
    }
}

fn man() -> anyhow::Result<Verdict> {
    clap_mangen::Man::new(Cli::command())
        .render(&mut out::plain())
        .map_err(|error| Fault::output(&error))?;
    Ok(Verdict::Fine)
}

fn ended(error: &anyhow::Error) -> ExitCode {
    out::say(&format!("sotto: {error:#}"));
    fault::code_of(error)
}

/// Help and version are results, everything else is wrong usage.
fn usage(error: &clap::Error) -> ExitCode {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            let _ = std::io::Write::write_all(&mut out::plain(), error.to_string().as_bytes());
            ExitCode::SUCCESS
        }
        _ => {
            out::say(error.to_string().trim_end());
            ExitCode::from(2)
        }
    }
}
