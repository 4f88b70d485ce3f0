//! What can be asked for on the command line? The verbs and their options; their words are the help texts.
//!
//! Parsing ends here: the verbs take these structures. Wrong usage ends with exit code 2 and a message that names a way out.

#[cfg(feature = "server")]
mod backup;
#[cfg(feature = "server")]
mod bots;
#[cfg(feature = "server")]
mod functions;
#[cfg(feature = "server")]
mod keys;
#[cfg(feature = "server")]
mod logs;
mod measure;
#[cfg(feature = "server")]
mod messages;
mod policy;
mod scan;
#[cfg(feature = "server")]
mod serve;
#[cfg(feature = "server")]
mod trail;
mod tree;

#[cfg(feature = "server")]
pub(crate) use backup::{BackupArgs, RestoreArgs};
#[cfg(feature = "server")]
pub(crate) use bots::{
    BotsClassifyArgs, BotsExampleArgs, BotsInventoryArgs, BotsProtectArgs, BotsTestArgs, BotsVerb, ChatArgs,
    ExampleArg, InventoryFailOn, InventoryFormat, LevelArg, LogModeArg, TestFormat,
};
#[cfg(feature = "server")]
pub(crate) use functions::{
    BuiltInWord, EventsListArgs, EventsMakeArgs, EventsVerb, FunctionsCheckArgs, FunctionsCreateArgs,
    FunctionsDevArgs, FunctionsInvokeArgs, FunctionsListArgs, FunctionsVerb,
};
#[cfg(feature = "server")]
pub(crate) use keys::{DoctorArgs, KeysInitArgs, KeysRotateArgs, KeysStatusArgs, KeysStore, KeysVerb};
#[cfg(feature = "server")]
pub(crate) use logs::{
    GroupStyle, GroupsArgs, LogsVerb, ProtectArgs, PutArgs, QueryArgs, QuickstartArgs, RemoteArgs,
    RetroactiveArgs, RetroactiveListArgs, RetroactiveVerb, SettingsArgs, TableFormat, TailArgs, WhyArgs,
};
pub(crate) use measure::{CheckArgs, CompletionsArgs, EvalArgs, IdentifiersVerb, ListArgs};
pub(crate) use measure::{PlainFormat, ShowArgs};
#[cfg(feature = "server")]
pub(crate) use messages::{
    CallerInputListArgs, CallerInputMakeArgs, CallerInputRetireArgs, CallerInputVerb, DecryptArgs,
    EncryptArgs, KmsArgs, MessageArgs, PaddingArg, PolicyArg,
};
pub(crate) use policy::{AskArgs, DiffArgs, ExplainArgs, KindArg, LintArgs, LintFailArg, MatrixFormat};
pub(crate) use policy::{PolicyCheckArgs, PolicyFormat, PolicyVerb, SimulateArgs};
pub(crate) use scan::{DisguisesArg, Format, LookArgs, Offsets, ScanArgs, SyntaxArg, TestCardsArg};
#[cfg(feature = "server")]
pub(crate) use serve::{
    CertsClientArgs, CertsRenewArgs, CertsShowArgs, CertsVerb, LogLevel, NamesAnswer, ServeArgs,
};
#[cfg(feature = "server")]
pub(crate) use trail::{TrailListArgs, TrailVerb, TrailVerifyArgs};
pub(crate) use tree::{MaskArgs, Progress, StyleArg, WalkArgs};

use clap::{Parser, Subcommand};

/// Finds sensitive data in logs, conversations and files, and masks it.
#[derive(Parser)]
#[command(name = "sotto", version, arg_required_else_help = true, after_help = EXIT_CODES)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

const EXIT_CODES: &str = "\
Exit codes: 0 fine; 1 findings that --fail-on asked for, a policy that is not valid, a failing example;
2 wrong usage; 3 something could not be read or written; 130 interrupted.

Results go to standard output, everything else to standard error. A value that was found is shown with
`scan --reveal` only.";

/// What to do.
#[derive(Subcommand)]
pub(crate) enum Verb {
    /// Report where sensitive data stands in files, directories or standard input
    Scan(Box<ScanArgs>),
    /// Mask sensitive data: a filter, or copies of files and directories
    Mask(Box<MaskArgs>),
    /// Policies: those that protect data, and those that say who may
    #[command(subcommand, arg_required_else_help = true)]
    Policy(PolicyVerb),
    /// What can be found: list it, show it, check it
    #[command(subcommand, arg_required_else_help = true)]
    Identifiers(IdentifiersVerb),
    /// Measure detection on your own labelled data
    Eval(EvalArgs),
    /// See it work: a server, a log group, a card number that nobody reads without the right
    #[cfg(feature = "server")]
    Quickstart(QuickstartArgs),
    /// Answer AWS's clients: identities, policies and decisions behind AWS's own protocols
    #[cfg(feature = "server")]
    Serve(Box<ServeArgs>),
    /// Look whether keys, files, memory and trail are as safe as they should be
    #[cfg(feature = "server")]
    Doctor(DoctorArgs),
    /// Copy what a server keeps while it runs; keys apart from data
    #[cfg(feature = "server")]
    Backup(BackupArgs),
    /// Make a data directory of a backup
    #[cfg(feature = "server")]
    Restore(RestoreArgs),
    /// The root key: make it, change it, see where it is
    #[cfg(feature = "server")]
    #[command(subcommand, arg_required_else_help = true)]
    Keys(KeysVerb),
    /// Log groups: protect and list them
    #[cfg(feature = "server")]
    #[command(subcommand, arg_required_else_help = true)]
    Logs(LogsVerb),
    /// Functions: make, run and check them
    #[cfg(feature = "server")]
    #[command(subcommand, arg_required_else_help = true)]
    Functions(FunctionsVerb),
    /// Bots: what they protect, tests of conversations, examples
    #[cfg(feature = "server")]
    #[command(subcommand, arg_required_else_help = true)]
    Bots(BotsVerb),
    /// Talk with a bot
    #[cfg(feature = "server")]
    Chat(ChatArgs),
    /// Put lines of a file or a pipe into a log stream
    #[cfg(feature = "server")]
    Put(PutArgs),
    /// Show the events of a log group, and those that come
    #[cfg(feature = "server")]
    Tail(TailArgs),
    /// Ask log groups in the Insights language or SQL
    #[cfg(feature = "server")]
    Query(QueryArgs),
    /// Encrypt a file or a pipe as the AWS Encryption SDK does
    #[cfg(feature = "server")]
    Encrypt(Box<EncryptArgs>),
    /// Decrypt a message of the AWS Encryption SDK
    #[cfg(feature = "server")]
    Decrypt(Box<DecryptArgs>),
    /// The server's certificates
    #[cfg(feature = "server")]
    #[command(subcommand, arg_required_else_help = true)]
    Certs(CertsVerb),
    /// The server's trail of calls and decisions
    #[cfg(feature = "server")]
    #[command(subcommand, arg_required_else_help = true)]
    Trail(TrailVerb),
    /// Write a completion script for a shell to standard output
    Completions(CompletionsArgs),
    /// Write the manual page to standard output
    #[command(hide = true)]
    Man,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn contradictions_are_refused() {
        let refused = |line: &str| Cli::try_parse_from(line.split(' ')).is_err();
        for line in [
            "sotto scan --policy p.json --identifiers all x",
            "sotto scan --jsonl --format csv x",
            "sotto mask a b",
            "sotto mask --style rot13",
            "sotto scan --threads 0 x",
            "sotto scan --min-score 1.01 x",
            "sotto scan --progress sometimes x",
        ] {
            assert!(refused(line), "{line}");
        }
        for line in [
            "sotto scan",
            "sotto mask",
            "sotto mask --dry-run a b",
            "sotto mask --output d a",
            "sotto scan --min-score 1",
        ] {
            assert!(!refused(line), "{line}");
        }
    }
}
