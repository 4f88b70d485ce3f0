//! Which options have the verbs around functions?

use super::{PlainFormat, RemoteArgs, TableFormat};
use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

/// `sotto functions`.
#[derive(Subcommand)]
pub(crate) enum FunctionsVerb {
    /// List functions
    List(FunctionsListArgs),
    /// Make a function of a file or a folder, or put new code into it
    Create(Box<FunctionsCreateArgs>),
    /// Run a function on an event and write its answer to standard output
    Invoke(FunctionsInvokeArgs),
    /// Look for the five faults of code hooks, without a server: the hook is run on made-up events
    Check(FunctionsCheckArgs),
    /// Named test events: list them, make one for a code hook
    #[command(subcommand, arg_required_else_help = true)]
    Events(EventsVerb),
    /// Put new code into a function whenever a file is saved
    Dev(FunctionsDevArgs),
}

/// `sotto functions list`.
#[derive(Args)]
pub(crate) struct FunctionsListArgs {
    /// Form of the list
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: TableFormat,
    #[command(flatten)]
    pub(crate) remote: RemoteArgs,
}

/// A function of the server's own.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum BuiltInWord {
    /// Encrypts the value of a slot
    Encrypt,
    /// Decrypts what the other one encrypted
    Decrypt,
}

/// `sotto functions create`.
#[derive(Args)]
pub(crate) struct FunctionsCreateArgs {
    /// Name of the function
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
    /// A file, a folder or a ZIP archive with its code
    #[arg(long, value_name = "PATH", required_unless_present = "builtin")]
    pub(crate) code: Option<PathBuf>,
    /// No code, but a function of the server's own
    #[arg(long, value_name = "WHICH", conflicts_with_all = ["code", "runtime", "handler", "replace"], requires = "key")]
    pub(crate) builtin: Option<BuiltInWord>,
    /// ARN of the KMS key of a function of the server's own
    #[arg(long, value_name = "ARN", requires = "builtin")]
    pub(crate) key: Option<String>,
    /// What it was written for [default: by the file's ending]
    #[arg(long, value_name = "NAME")]
    pub(crate) runtime: Option<String>,
    /// What is called, as module.function [default: by the file's name]
    #[arg(long, value_name = "NAME")]
    pub(crate) handler: Option<String>,
    /// ARN of its role
    #[arg(long, value_name = "ARN")]
    pub(crate) role: String,
    /// Seconds that an invocation may take
    #[arg(long, value_name = "SECONDS")]
    pub(crate) timeout: Option<u32>,
    /// Memory in MiB
    #[arg(long, value_name = "MIB")]
    pub(crate) memory: Option<u32>,
    /// A variable of its environment; may be given more than once
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) env: Vec<String>,
    /// Put new code into the function when it is there
    #[arg(long)]
    pub(crate) replace: bool,
    #[command(flatten)]
    pub(crate) remote: RemoteArgs,
}

/// `sotto functions invoke`.
#[derive(Args)]
pub(crate) struct FunctionsInvokeArgs {
    /// Name or ARN of the function
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
    /// A file with the event, `-` for standard input, or the name of a test event [default: an empty object]
    #[arg(long, value_name = "FILE")]
    pub(crate) event: Option<String>,
    /// Folder of named test events
    #[arg(long, value_name = "DIR", default_value = "events")]
    pub(crate) events: PathBuf,
    /// Write the end of its log to standard error, masked as the log group is
    #[arg(long)]
    pub(crate) log: bool,
    /// Do not wait for the answer
    #[arg(long, conflicts_with = "log")]
    pub(crate) later: bool,
    #[command(flatten)]
    pub(crate) remote: RemoteArgs,
}

/// `sotto functions check`.
#[derive(Args)]
#[command(after_help = "\
The faults: says-value (a slot's value stands in a message, where no obfuscation reaches it), not-loaded (it does not parse),
empty-slot (it fails while a slot is empty), asks-while-closing (a question with the action Close), fulfils-unknown (Fulfilled
to an intent that it does not know); and shape (an answer that Lex does not take). Exit code 1 when there is one.")]
pub(crate) struct FunctionsCheckArgs {
    /// A Python or JavaScript file, or a folder with it
    #[arg(value_name = "PATH")]
    pub(crate) path: PathBuf,
    /// What is called, as module.function [default: by the file's name]
    #[arg(long, value_name = "NAME")]
    pub(crate) handler: Option<String>,
    /// A folder with Python packages that it imports
    #[arg(long, value_name = "DIR")]
    pub(crate) packages: Option<PathBuf>,
    /// Form of the findings
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: PlainFormat,
}

/// `sotto functions events`.
#[derive(Subcommand)]
pub(crate) enum EventsVerb {
    /// List named test events
    List(EventsListArgs),
    /// Make an event of a code hook, for standard output or a name
    Make(EventsMakeArgs),
}

/// `sotto functions events list`.
#[derive(Args)]
pub(crate) struct EventsListArgs {
    /// Folder of named test events
    #[arg(long, value_name = "DIR", default_value = "events")]
    pub(crate) events: PathBuf,
}

/// `sotto functions events make`.
#[derive(Args)]
pub(crate) struct EventsMakeArgs {
    /// The intent
    #[arg(long, value_name = "NAME")]
    pub(crate) intent: String,
    /// A slot with what it was filled with, or without where it is empty; may be given more than once
    #[arg(long, value_name = "NAME[=VALUE]")]
    pub(crate) slot: Vec<String>,
    /// The slot that is asked for
    #[arg(long, value_name = "NAME")]
    pub(crate) elicit: Option<String>,
    /// An attribute of the session; may be given more than once
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) attribute: Vec<String>,
    /// What was said
    #[arg(long, value_name = "TEXT")]
    pub(crate) said: Option<String>,
    /// The bot's name
    #[arg(long, value_name = "NAME")]
    pub(crate) bot: Option<String>,
    /// The locale
    #[arg(long, value_name = "NAME")]
    pub(crate) locale: Option<String>,
    /// An event of fulfilment instead of one in the middle of the dialog
    #[arg(long)]
    pub(crate) fulfillment: bool,
    /// Keep it under this name
    #[arg(long, value_name = "NAME")]
    pub(crate) save: Option<String>,
    /// Folder of named test events
    #[arg(long, value_name = "DIR", default_value = "events")]
    pub(crate) events: PathBuf,
}

/// `sotto functions dev`.
#[derive(Args)]
pub(crate) struct FunctionsDevArgs {
    /// Name of the function, which is there
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
    /// A file or a folder with its code
    #[arg(long, value_name = "PATH")]
    pub(crate) code: PathBuf,
    /// A file with an event, or the name of a test event, that it is run on after each save
    #[arg(long, value_name = "FILE")]
    pub(crate) event: Option<String>,
    /// Folder of named test events
    #[arg(long, value_name = "DIR", default_value = "events")]
    pub(crate) events: PathBuf,
    #[command(flatten)]
    pub(crate) remote: RemoteArgs,
}
