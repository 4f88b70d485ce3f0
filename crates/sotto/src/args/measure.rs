//! Which options have the verbs that look at identifiers and labelled data?

use super::LookArgs;
use clap::{Args, Subcommand, ValueEnum};
use clap_complete::Shell;
use std::path::PathBuf;

/// `sotto identifiers`.
#[derive(Subcommand)]
pub(crate) enum IdentifiersVerb {
    /// List the built-in identifiers
    List(ListArgs),
    /// Show one: shapes, keywords, sources, examples
    Show(ShowArgs),
    /// Run all examples and counter-examples, of the built-in identifiers or of your own files
    Check(CheckArgs),
    /// List the validators that identifiers can name
    Validators,
}

/// `sotto identifiers list`.
#[derive(Args)]
pub(crate) struct ListArgs {
    /// Form of the list
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: PlainFormat,
    /// One category: financial, phi, pii, credentials or device
    #[arg(long, value_name = "NAME")]
    pub(crate) category: Option<String>,
    /// The managed identifiers of CloudWatch Logs only
    #[arg(long)]
    pub(crate) aws: bool,
}

/// `sotto identifiers show`.
#[derive(Args)]
pub(crate) struct ShowArgs {
    /// Its name; case does not matter
    #[arg(value_name = "ID")]
    pub(crate) id: String,
    /// Form of the answer
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: PlainFormat,
}

/// `sotto identifiers check`.
#[derive(Args)]
pub(crate) struct CheckArgs {
    /// Identifier files, or configurations whose patterns are to be measured; nothing is all built-in ones
    #[arg(value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Measure how fast each of your own is, and name the slow ones
    #[arg(long)]
    pub(crate) bench: bool,
    /// Form of the report
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: PlainFormat,
}

/// Text or JSON.
#[derive(Clone, Copy, ValueEnum, Default, PartialEq, Eq)]
pub(crate) enum PlainFormat {
    #[default]
    Text,
    Json,
}

/// `sotto eval`.
#[derive(Args)]
pub(crate) struct EvalArgs {
    /// Lines {"text","spans":[{"start","end","label"}]}; offsets count characters
    #[arg(value_name = "DATA", required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// Compare labels up to the first hyphen: PhoneNumber-US is PhoneNumber
    #[arg(long)]
    pub(crate) family: bool,
    /// Score these labels only; several with commas
    #[arg(long, value_name = "LABEL", value_delimiter = ',')]
    pub(crate) labels: Vec<String>,
    /// JSON object from identifiers to labels of the data; null leaves findings out
    #[arg(long, value_name = "FILE")]
    pub(crate) map: Option<PathBuf>,
    /// Form of the report
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: PlainFormat,
    #[command(flatten)]
    pub(crate) look: LookArgs,
}

/// `sotto completions`.
#[derive(Args)]
pub(crate) struct CompletionsArgs {
    /// bash, elvish, fish, powershell or zsh
    #[arg(value_name = "SHELL")]
    pub(crate) shell: Shell,
}
