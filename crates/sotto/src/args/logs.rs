//! Which options have the verbs around log groups?
//!
//! They ask AWS operations, so they work on sotto's own server and on an account of AWS alike; where that is, [`RemoteArgs`]
//! says, and what it leaves open is found as AWS's own tools find it.

use super::ExampleArg;
use clap::{Args, Subcommand, ValueEnum};
use std::net::SocketAddr;
use std::path::PathBuf;

/// Which server, as whom.
#[derive(Args, Clone, Default)]
#[command(next_help_heading = "Server")]
pub(crate) struct RemoteArgs {
    /// Endpoint; sotto's own or AWS's [default: as AWS's tools find it]
    #[arg(long, value_name = "URL")]
    pub(crate) endpoint_url: Option<String>,
    /// Profile of the shared AWS files
    #[arg(long, value_name = "NAME")]
    pub(crate) profile: Option<String>,
    /// Region
    #[arg(long, value_name = "NAME")]
    pub(crate) region: Option<String>,
}

/// Why originals are asked for.
#[derive(Args)]
pub(crate) struct WhyArgs {
    /// Why originals are asked for; policies see it as sotto:Reason, and it is recorded
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Option<String>,
    /// Assume this role with the reason as session tag sotto:Reason; for AWS, which knows no other way
    #[arg(long, value_name = "ARN", requires = "reason")]
    pub(crate) reason_role: Option<String>,
}

/// `sotto logs`.
#[derive(Subcommand)]
pub(crate) enum LogsVerb {
    /// Write a data protection policy for a log group, by kinds of data
    Protect(ProtectArgs),
    /// List log groups and what protects them
    List(GroupsArgs),
    /// Policies applied to what was stored before them: list, look, stop (sotto only)
    #[command(subcommand)]
    Retroactive(RetroactiveVerb),
    /// How a log group replaces values, and which fields are looked at (sotto only)
    Settings(SettingsArgs),
}

/// `sotto logs retroactive`.
#[derive(Subcommand)]
pub(crate) enum RetroactiveVerb {
    /// List retroactive protections, newest first
    List(RetroactiveListArgs),
    /// How far one is, what it found, and what it cannot reach
    Status(RetroactiveArgs),
    /// Stop one; what it masked stays masked
    Stop(RetroactiveArgs),
}

/// `sotto logs retroactive list`.
#[derive(Args)]
pub(crate) struct RetroactiveListArgs {
    /// Name or ARN of a log group; all where there is none
    #[arg(value_name = "GROUP")]
    pub(crate) group: Option<String>,
    /// Form of the list
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: TableFormat,
    #[command(flatten)]
    pub(crate) remote: RemoteArgs,
}

/// `sotto logs retroactive status` and `stop`.
#[derive(Args)]
pub(crate) struct RetroactiveArgs {
    /// Id of the retroactive protection
    #[arg(value_name = "ID")]
    pub(crate) id: String,
    /// Wait until everything is masked
    #[arg(long)]
    pub(crate) wait: bool,
    #[command(flatten)]
    pub(crate) remote: RemoteArgs,
}

/// `sotto logs settings`.
#[derive(Args)]
#[command(after_help = "\
Without options the settings are shown. What is given takes the place of all settings; events that are stored already stay as
they are. Styles are asterisks, label, last-four and token; a token is the same for the same value in one group, so that
`stats count(*) by` works, and is refused for values of which there are few. Card security codes, track data and PINs are
asterisks in every style.")]
pub(crate) struct SettingsArgs {
    /// Name or ARN of the log group
    #[arg(value_name = "GROUP")]
    pub(crate) group: String,
    /// Style for all identifiers that have none of their own
    #[arg(long, value_enum, value_name = "STYLE")]
    pub(crate) style: Option<GroupStyle>,
    /// Style for one identifier; may be given more than once
    #[arg(long, value_name = "IDENTIFIER=STYLE")]
    pub(crate) replace: Vec<String>,
    /// JSON field that alone is looked at, as user.note; may be given more than once
    #[arg(long, value_name = "PATH")]
    pub(crate) only_field: Vec<String>,
    /// JSON field that is left out: nothing in it is protected; may be given more than once
    #[arg(long, value_name = "PATH")]
    pub(crate) without_field: Vec<String>,
    /// Seal originals of card security codes and track data, too: for issuers alone (PCI DSS 3.3.3)
    #[arg(long)]
    pub(crate) keep_card_codes: bool,
    /// Make tokens with a new key: they agree with none that were made before
    #[arg(long)]
    pub(crate) new_token_key: bool,
    /// Take all settings away
    #[arg(long, conflicts_with_all = ["style", "replace", "only_field", "without_field", "keep_card_codes", "new_token_key"])]
    pub(crate) clear: bool,
    /// Form in which settings are shown
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: TableFormat,
    #[command(flatten)]
    pub(crate) remote: RemoteArgs,
}

/// What stands in the place of a value.
#[derive(Clone, Copy, ValueEnum, PartialEq, Eq, Debug)]
pub(crate) enum GroupStyle {
    /// One asterisk for each character.
    Asterisks,
    /// The identifier's name.
    Label,
    /// Asterisks and the last four letters or digits.
    LastFour,
    /// A keyed token.
    Token,
}

/// `sotto logs protect`.
#[derive(Args)]
#[command(after_help = "\
Without --identifiers everything that CloudWatch Logs knows is protected. What is there already is replaced; events that were
stored before stay as they are, unless --retroactive is said: then the policy that holds is applied to them, too, in the
background, after a new one was written where --identifiers or --policy says so. Its id is written to standard output. A dry run
of it (--retroactive --dry-run) goes by the policy that these options name, without writing it, or by the one that holds.")]
pub(crate) struct ProtectArgs {
    /// Name or ARN of the log group
    #[arg(value_name = "GROUP")]
    pub(crate) group: String,
    /// What to protect: all, category:NAME (credentials, device, financial, phi, pii), or names of identifiers
    #[arg(long, value_name = "WORD", value_delimiter = ',', conflicts_with = "policy")]
    pub(crate) identifiers: Vec<String>,
    /// File of a policy document, as AWS writes it, instead of one that is made here
    #[arg(long, value_name = "FILE", conflicts_with = "findings_to")]
    pub(crate) policy: Option<PathBuf>,
    /// Log group that gets the findings; it must exist
    #[arg(long, value_name = "GROUP")]
    pub(crate) findings_to: Option<String>,
    /// Name of the policy
    #[arg(long, value_name = "NAME", default_value = "sotto-protect")]
    pub(crate) name: String,
    /// Take the policy away
    #[arg(long, conflicts_with_all = ["identifiers", "policy", "findings_to", "dry_run"])]
    pub(crate) remove: bool,
    /// Write the document to standard output and change nothing; with --retroactive, count what it would mask, written or not
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Apply the policy to stored events, too (sotto only)
    #[arg(long, conflicts_with = "remove")]
    pub(crate) retroactive: bool,
    /// With --retroactive: wait until everything is masked, and say what was
    #[arg(long, requires = "retroactive")]
    pub(crate) wait: bool,
    #[command(flatten)]
    pub(crate) remote: RemoteArgs,
}

/// `sotto logs list`.
#[derive(Args)]
pub(crate) struct GroupsArgs {
    /// What names begin with
    #[arg(value_name = "PREFIX")]
    pub(crate) prefix: Option<String>,
    /// Form of the list
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: TableFormat,
    #[command(flatten)]
    pub(crate) remote: RemoteArgs,
}

/// A table, JSON or CSV.
#[derive(Clone, Copy, ValueEnum, Default, PartialEq, Eq, Debug)]
pub(crate) enum TableFormat {
    /// Columns for people.
    #[default]
    Table,
    /// One JSON document.
    Json,
    /// Comma-separated values with a first line of names.
    Csv,
}

/// `sotto put`.
#[derive(Args)]
#[command(after_help = "\
Each line becomes an event of the present time; with --jsonl each line is {\"timestamp\": MILLISECONDS, \"message\": TEXT}. Events
that were taken are counted on standard error; what the service refuses ends the command with exit code 1 and is counted.")]
pub(crate) struct PutArgs {
    /// Log group
    #[arg(value_name = "GROUP")]
    pub(crate) group: String,
    /// Log stream
    #[arg(value_name = "STREAM")]
    pub(crate) stream: String,
    /// File to read; nothing or - is standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    /// Make the group and the stream where they are missing
    #[arg(long)]
    pub(crate) create: bool,
    /// Lines are JSON objects with a time and a message
    #[arg(long)]
    pub(crate) jsonl: bool,
    /// Say nothing but errors
    #[arg(long, short)]
    pub(crate) quiet: bool,
    #[command(flatten)]
    pub(crate) remote: RemoteArgs,
}

/// `sotto tail`.
#[derive(Args)]
pub(crate) struct TailArgs {
    /// Log group
    #[arg(value_name = "GROUP")]
    pub(crate) group: String,
    /// Only streams whose name begins so
    #[arg(long, value_name = "PREFIX")]
    pub(crate) stream_prefix: Option<String>,
    /// Filter pattern of CloudWatch Logs
    #[arg(long, value_name = "PATTERN")]
    pub(crate) filter: Option<String>,
    /// From when on: a span as 90s, 10m, 2h, 3d before now, or milliseconds since 1970
    #[arg(long, value_name = "TIME", default_value = "10m")]
    pub(crate) since: String,
    /// Go on with what comes, until Ctrl-C
    #[arg(long, short)]
    pub(crate) follow: bool,
    /// Show originals; needs logs:Unmask, and is recorded
    #[arg(long)]
    pub(crate) unmask: bool,
    #[command(flatten)]
    pub(crate) why: WhyArgs,
    /// Form of the events
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: TableFormat,
    #[command(flatten)]
    pub(crate) remote: RemoteArgs,
}

/// `sotto query`.
#[derive(Args)]
pub(crate) struct QueryArgs {
    /// Query in the Insights language; - reads it from standard input
    #[arg(value_name = "QUERY")]
    pub(crate) query: String,
    /// Log group; several may be given
    #[arg(long, short, value_name = "GROUP", required = true)]
    pub(crate) group: Vec<String>,
    /// From when on: a span as 90s, 10m, 2h, 3d before now, or milliseconds since 1970
    #[arg(long, value_name = "TIME", default_value = "1h")]
    pub(crate) since: String,
    /// Until when, likewise [default: now]
    #[arg(long, value_name = "TIME")]
    pub(crate) until: Option<String>,
    /// Most rows
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) limit: Option<u32>,
    /// The query is SQL
    #[arg(long)]
    pub(crate) sql: bool,
    #[command(flatten)]
    pub(crate) why: WhyArgs,
    /// Form of the rows
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: TableFormat,
    #[command(flatten)]
    pub(crate) remote: RemoteArgs,
}

/// `sotto quickstart`.
#[derive(Args)]
#[command(after_help = "\
It starts a server on an embedded store, makes a member account with a log group and a policy, puts events with invented values,
reads them masked, has an unmask denied by a service control policy and then allowed, and prints what to go on with. The server
runs until Ctrl-C; `sotto serve --data DIR` starts it again. With --bot it makes an example bot as `sotto bots example` does, on a
server that runs functions; where that is not root, the settings that allow it are in DIR/quickstart.toml.")]
pub(crate) struct QuickstartArgs {
    /// Directory of the data; it must be empty or missing
    #[arg(long, value_name = "DIR", default_value = "sotto-quickstart")]
    pub(crate) data: PathBuf,
    /// Make an example bot instead, with all that it needs, ready to be talked with
    #[arg(long, value_name = "BOT", value_enum)]
    pub(crate) bot: Option<ExampleArg>,
    /// Address and port
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:4566")]
    pub(crate) listen: SocketAddr,
    /// End when the story is told, instead of serving on
    #[arg(long)]
    pub(crate) once: bool,
}
