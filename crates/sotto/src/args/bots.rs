//! Which options have the verbs around bots?
//!
//! They ask operations of Lex V2, CloudWatch Logs and Lambda, so they work on sotto's own server and on an account of AWS alike;
//! where a verb needs more, its help says so.

use super::RemoteArgs;
use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

/// `sotto bots`.
#[derive(Subcommand)]
pub(crate) enum BotsVerb {
    /// List every slot: how sensitive it is, where its value gets to, and what of that is unprotected
    Inventory(BotsInventoryArgs),
    /// Obfuscate slots, build, and show the difference; or take that back
    Protect(BotsProtectArgs),
    /// Say how sensitive a slot's value is (sotto only)
    Classify(BotsClassifyArgs),
    /// Play conversations of test files, and look for their values in every log
    Test(Box<BotsTestArgs>),
    /// Make one of the two example bots, with all that it needs
    Example(BotsExampleArgs),
}

/// `sotto bots inventory`.
#[derive(Args)]
#[command(after_help = "\
A level is high, medium or low: the one that was set (sotto), otherwise by type and name. The proposed level also goes by what
detectors find in samples and in conversation logs; no value is shown. Versions are the draft and those that aliases point to.
unprotected: what is sensitive and stands, or can stand, in clear somewhere; the JSON and HTML forms say why, and list all sinks.")]
pub(crate) struct BotsInventoryArgs {
    /// Name or id of a bot; all where there is none
    #[arg(value_name = "BOT")]
    pub(crate) bots: Vec<String>,
    /// This version alone, as DRAFT or 3
    #[arg(long, value_name = "VERSION")]
    pub(crate) version: Option<String>,
    /// How many stored events of each conversation log are looked at; 0 for none
    #[arg(long, value_name = "N", default_value_t = 500, value_parser = clap::value_parser!(u32).range(0..=100_000))]
    pub(crate) events: u32,
    /// From when on stored events are looked at: a span as 90s, 10m, 2h, 3d before now, or milliseconds since 1970
    #[arg(long, value_name = "TIME", default_value = "7d")]
    pub(crate) since: String,
    /// Form of the inventory
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: InventoryFormat,
    /// When the exit code is 1
    #[arg(long, value_enum, value_name = "WHAT")]
    pub(crate) fail_on: Option<InventoryFailOn>,
    #[command(flatten)]
    pub(crate) remote: RemoteArgs,
}

/// Form of an inventory.
#[derive(Clone, Copy, Default, ValueEnum, PartialEq, Eq, Debug)]
pub(crate) enum InventoryFormat {
    /// Columns for people.
    #[default]
    Table,
    /// All of it.
    Json,
    /// One page that needs nothing else.
    Html,
}

/// When an inventory fails.
#[derive(Clone, Copy, ValueEnum, PartialEq, Eq, Debug)]
pub(crate) enum InventoryFailOn {
    /// Something sensitive is unprotected.
    Unprotected,
}

/// `sotto bots protect`.
#[derive(Args)]
#[command(after_help = "\
Only the draft is changed; a version has to be made of it before aliases at versions change. What is changed is written down first, in
FILE: names, ids and settings, no prompts and no values. --undo takes the last run in that file back, but for what somebody
changed since. All other settings of a slot stay as they are; whether they did is looked at after each change.")]
pub(crate) struct BotsProtectArgs {
    /// Name or id of the bot
    #[arg(value_name = "BOT")]
    pub(crate) bot: String,
    /// All slots whose level, set or proposed by type and name, is high or medium
    #[arg(long, conflicts_with = "undo")]
    pub(crate) all_sensitive: bool,
    /// A slot; may be given more than once
    #[arg(long, value_name = "INTENT.SLOT", conflicts_with = "undo")]
    pub(crate) slot: Vec<String>,
    /// This locale alone; may be given more than once
    #[arg(long, value_name = "LOCALE", conflicts_with = "undo")]
    pub(crate) locale: Vec<String>,
    /// Have conversation logs of aliases keep only what session attributes ask for
    #[arg(long, conflicts_with = "undo")]
    pub(crate) selective: bool,
    /// Have conversation logs of aliases follow values (strict) or be as Lex's, with its gaps (compat); sotto only
    #[arg(long, value_name = "MODE", value_enum, conflicts_with = "undo")]
    pub(crate) log_mode: Option<LogModeArg>,
    /// With --selective or --log-mode: this alias alone, by name or id; may be given more than once
    #[arg(long, value_name = "ALIAS", conflicts_with = "undo")]
    pub(crate) alias: Vec<String>,
    /// Show what would change
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Take back what the last run changed
    #[arg(long)]
    pub(crate) undo: bool,
    /// Leave the build to somebody else
    #[arg(long)]
    pub(crate) no_build: bool,
    /// File in which changes are written down [default: sotto-protect-BOTID.json]
    #[arg(long, value_name = "FILE")]
    pub(crate) record: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) remote: RemoteArgs,
}

/// What a conversation log makes of values.
#[derive(Clone, Copy, ValueEnum, PartialEq, Eq, Debug)]
pub(crate) enum LogModeArg {
    /// They are followed wherever they go.
    Strict,
    /// As Lex does.
    Compat,
}

/// `sotto bots classify`.
#[derive(Args)]
#[command(after_help = "\
The level stands with the slot in the draft: it is built, versioned and aliased with it, and policies ask by it
(sotto:Classification). Exports leave it out.")]
pub(crate) struct BotsClassifyArgs {
    /// Name or id of the bot
    #[arg(value_name = "BOT")]
    pub(crate) bot: String,
    /// The slot
    #[arg(value_name = "INTENT.SLOT")]
    pub(crate) slot: String,
    /// How sensitive its value is; default goes by type and name again
    #[arg(value_name = "LEVEL", value_enum)]
    pub(crate) level: LevelArg,
    /// This locale alone; may be given more than once
    #[arg(long, value_name = "LOCALE")]
    pub(crate) locale: Vec<String>,
    /// Build the locales, so that the draft talks with the new level
    #[arg(long)]
    pub(crate) build: bool,
    #[command(flatten)]
    pub(crate) remote: RemoteArgs,
}

/// How sensitive a value is.
#[derive(Clone, Copy, ValueEnum, PartialEq, Eq, Debug)]
pub(crate) enum LevelArg {
    /// Names, account numbers, phone numbers.
    High,
    /// Addresses, by post or mail.
    Medium,
    /// Everything else.
    Low,
    /// By type and name.
    Default,
}

/// `sotto bots test`.
#[derive(Args)]
#[command(after_help = "\
Files are TOML; docs/bots-verbs.md has the format. Each conversation is a session of its own. Afterwards the conversation logs of
the alias and the logs of its functions are read for values of obfuscated slots and for declared secrets: where one stands in clear,
the run fails. Values are shown with --reveal only. Exit code 1 when something is not as expected.")]
pub(crate) struct BotsTestArgs {
    /// Test files
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// Name or id of the bot, in place of the files'
    #[arg(long, value_name = "BOT")]
    pub(crate) bot: Option<String>,
    /// Name or id of the alias, in place of the files'
    #[arg(long, value_name = "ALIAS")]
    pub(crate) alias: Option<String>,
    /// Locale, in place of the files'
    #[arg(long, value_name = "LOCALE")]
    pub(crate) locale: Option<String>,
    /// Names sessions by this number, so that a run can be repeated [default: by chance]
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// Seconds that logs are waited for; AWS takes a while
    #[arg(long, value_name = "SECONDS", default_value_t = 20, value_parser = clap::value_parser!(u32).range(0..=900))]
    pub(crate) settle: u32,
    /// Leave out the search of the logs
    #[arg(long)]
    pub(crate) no_search: bool,
    /// Show values and messages that are not as expected
    #[arg(long)]
    pub(crate) reveal: bool,
    /// Form of the report
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: TestFormat,
    #[command(flatten)]
    pub(crate) remote: RemoteArgs,
}

/// Form of a test report.
#[derive(Clone, Copy, Default, ValueEnum, PartialEq, Eq, Debug)]
pub(crate) enum TestFormat {
    /// Lines for people.
    #[default]
    Text,
    /// One object.
    Json,
    /// What continuous integration reads.
    Junit,
}

/// `sotto bots example`.
#[derive(Args)]
#[command(after_help = "\
banking: a caller proves who he is with card number and zip, transfers money, and confirms a phone number; a Python function looks
the values up. flights: departure city, destination city and date, without a function. What is made: a log group with a data
protection policy, a role, a function, the bot, its version and an alias with conversation logs.")]
pub(crate) struct BotsExampleArgs {
    /// Which
    #[arg(value_name = "BOT", value_enum)]
    pub(crate) which: ExampleArg,
    /// Write the files of the bot into this folder instead
    #[arg(long, value_name = "DIR")]
    pub(crate) write: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) remote: RemoteArgs,
}

/// An example bot.
#[derive(Clone, Copy, ValueEnum, PartialEq, Eq, Debug)]
pub(crate) enum ExampleArg {
    /// A bank.
    Banking,
    /// Flights.
    Flights,
}

/// `sotto chat`.
#[derive(Args)]
#[command(after_help = "\
Lines of standard input are what is said. /session shows the session as its store kept it for the application, /log what the
conversation logs of the alias kept of it, /new begins another session, /quit ends.")]
pub(crate) struct ChatArgs {
    /// Name or id of the bot
    #[arg(value_name = "BOT")]
    pub(crate) bot: String,
    /// Name or id of the alias [default: the draft's own, TSTALIASID]
    #[arg(long, value_name = "ALIAS")]
    pub(crate) alias: Option<String>,
    /// Locale [default: the first that the alias talks in]
    #[arg(long, value_name = "LOCALE")]
    pub(crate) locale: Option<String>,
    /// Id of the session [default: a new one]
    #[arg(long, value_name = "ID")]
    pub(crate) session: Option<String>,
    #[command(flatten)]
    pub(crate) remote: RemoteArgs,
}
