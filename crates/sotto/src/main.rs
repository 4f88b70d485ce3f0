//! The command `sotto`: reads the command line, does what it says, ends with an exit code that scripts can trust.

mod amount;
mod args;
#[cfg(feature = "server")]
mod backup;
#[cfg(feature = "server")]
mod bots;
#[cfg(feature = "server")]
mod certs;
#[cfg(feature = "server")]
mod chat;
#[cfg(feature = "server")]
mod clock;
mod config;
#[cfg(feature = "server")]
mod doctor;
mod eval;
mod fault;
mod files;
mod finder;
#[cfg(feature = "server")]
mod functions;
#[cfg(feature = "server")]
mod hygiene;
mod identifiers;
mod inputs;
mod jsonl;
#[cfg(feature = "server")]
mod keys;
#[cfg(feature = "server")]
mod logs;
mod look;
mod mask;
#[cfg(feature = "server")]
mod messages;
mod ordered;
mod out;
mod policy;
#[cfg(feature = "server")]
mod private;
mod progress;
#[cfg(feature = "server")]
mod quickstart;
#[cfg(feature = "server")]
mod remote;
mod report;
#[cfg(feature = "server")]
mod restore;
mod scan;
#[cfg(feature = "server")]
mod serve;
mod signals;
mod syntax;
#[cfg(feature = "server")]
mod table;

use args::{Cli, IdentifiersVerb, Verb};
use clap::{CommandFactory, Parser, error::ErrorKind};
use fault::{Fault, Verdict};
use std::io::{self, Write};
use std::process::ExitCode;

fn main() -> ExitCode {
    sotto_public::quiet_panics();
    #[cfg(feature = "server")]
    let _ = hygiene::leave_no_cores();
    // Between the server and a function: no verb for people.
    #[cfg(feature = "server")]
    if std::env::args_os().nth(1).is_some_and(|word| word == functions::SUPERVISOR) {
        return sotto_functions::supervise();
    }
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
        Verb::Policy(verb) => policy::run(&verb),
        Verb::Identifiers(IdentifiersVerb::List(args)) => identifiers::list(&args),
        Verb::Identifiers(IdentifiersVerb::Show(args)) => identifiers::show(&args),
        Verb::Identifiers(IdentifiersVerb::Check(args)) => identifiers::check(&args),
        Verb::Identifiers(IdentifiersVerb::Validators) => identifiers::validators(),
        Verb::Eval(args) => eval::run(&args),
        #[cfg(feature = "server")]
        Verb::Quickstart(args) => quickstart::run(&args),
        #[cfg(feature = "server")]
        Verb::Logs(verb) => logs::run(&verb),
        #[cfg(feature = "server")]
        Verb::Functions(verb) => functions::run(&verb),
        #[cfg(feature = "server")]
        Verb::Bots(verb) => bots::run(&verb),
        #[cfg(feature = "server")]
        Verb::Chat(args) => chat::run(&args),
        #[cfg(feature = "server")]
        Verb::Put(args) => logs::put(&args),
        #[cfg(feature = "server")]
        Verb::Tail(args) => logs::tail(&args),
        #[cfg(feature = "server")]
        Verb::Query(args) => logs::query(&args),
        #[cfg(feature = "server")]
        Verb::Serve(args) => serve::run(*args),
        #[cfg(feature = "server")]
        Verb::Doctor(args) => doctor::run(&args),
        #[cfg(feature = "server")]
        Verb::Backup(args) => backup::run(&args),
        #[cfg(feature = "server")]
        Verb::Restore(args) => restore::run(&args),
        #[cfg(feature = "server")]
        Verb::Keys(verb) => keys::run(&verb),
        #[cfg(feature = "server")]
        Verb::Encrypt(args) => messages::encrypt(&args),
        #[cfg(feature = "server")]
        Verb::Decrypt(args) => messages::decrypt(&args),
        #[cfg(feature = "server")]
        Verb::Certs(verb) => certs::run(&verb),
        #[cfg(feature = "server")]
        Verb::Trail(verb) => serve::trail::run(&verb),
        Verb::Completions(args) => {
            clap_complete::generate(args.shell, &mut Cli::command(), "sotto", &mut out::buffered());
            Ok(Verdict::Fine)
        }
        Verb::Man => man(),
    }
}

/// The manual: a page for the command and one for each verb, behind each other.
fn man() -> anyhow::Result<Verdict> {
    let mut command = Cli::command();
    command.build();
    write_pages(&command, &mut out::buffered()).map_err(|error| Fault::output(&error))?;
    Ok(Verdict::Fine)
}

fn write_pages(command: &clap::Command, out: &mut impl Write) -> io::Result<()> {
    clap_mangen::Man::new(command.clone()).render(out)?;
    let verbs = command.get_subcommands().filter(|verb| !verb.is_hide_set() && verb.get_name() != "help");
    verbs.into_iter().try_for_each(|verb| write_pages(verb, out))?;
    out.flush()
}

fn ended(error: &anyhow::Error) -> ExitCode {
    out::say(&format!("sotto: {error:#}"));
    fault::code_of(error)
}

/// Help and version are results, everything else is wrong usage.
fn usage(error: &clap::Error) -> ExitCode {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            let _ = out::plain().write_all(error.to_string().as_bytes());
            ExitCode::SUCCESS
        }
        _ => {
            out::say(error.to_string().trim_end());
            ExitCode::from(2)
        }
    }
}
