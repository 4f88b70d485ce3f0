//! Which options has `sotto mask`, and how are files chosen?

use super::{LookArgs, PlainFormat, SyntaxArg};
use clap::{Args, ValueEnum};
use std::num::NonZeroUsize;
use std::path::PathBuf;

/// Which files of a directory.
#[derive(Args, Clone, Copy, Default)]
#[command(next_help_heading = "Which files")]
pub(crate) struct WalkArgs {
    /// Take files that .gitignore and its like leave out
    #[arg(long)]
    pub(crate) no_ignore: bool,
    /// Take files and directories whose names begin with a dot
    #[arg(long)]
    pub(crate) hidden: bool,
    /// Take binary files, which are left out and counted otherwise (a NUL in the first 8 KiB)
    #[arg(long)]
    pub(crate) binary: bool,
}

/// When to show progress.
#[derive(Clone, Copy, ValueEnum, PartialEq, Eq)]
pub(crate) enum Progress {
    Always,
    Never,
}

/// `sotto mask`.
#[derive(Args)]
pub(crate) struct MaskArgs {
    /// Files and directories to copy; nothing is standard input, masked to standard output
    #[arg(value_name = "PATH", requires = "where_to")]
    pub(crate) paths: Vec<PathBuf>,
    /// Directory for the masked copies
    #[arg(long, short, alias = "out", value_name = "DIR", group = "where_to", requires = "paths")]
    pub(crate) output: Option<PathBuf>,
    /// Write nothing but how much would be masked
    #[arg(long, group = "where_to")]
    pub(crate) dry_run: bool,
    /// Form of what --dry-run writes
    #[arg(long, value_enum, default_value_t, requires = "dry_run")]
    pub(crate) format: PlainFormat,
    /// What stands in the place of a value
    #[arg(long, value_enum, default_value_t)]
    pub(crate) style: StyleArg,
    /// File with the key of --style token, at least 32 bytes; otherwise environment variable SOTTO_TOKEN_KEY
    #[arg(long, alias = "key-file", value_name = "FILE")]
    pub(crate) token_key_file: Option<PathBuf>,
    /// How far tokens reach: document, document:NAME, conversation:NAME, group:NAME or tenant:NAME
    #[arg(long, value_name = "KIND[:NAME]", default_value = "group:default")]
    pub(crate) scope: String,
    /// How the input is understood; what is JSON or CSV stays valid
    #[arg(long, value_enum, default_value_t, value_name = "SYNTAX")]
    pub(crate) syntax: SyntaxArg,
    /// How many threads work on copies [default: one for each core]
    #[arg(long, value_name = "COUNT")]
    pub(crate) threads: Option<NonZeroUsize>,
    /// Say nothing on standard error but errors
    #[arg(long, short)]
    pub(crate) quiet: bool,
    /// When to show progress [default: on a terminal, for copies]
    #[arg(long, value_enum, value_name = "WHEN")]
    pub(crate) progress: Option<Progress>,
    #[command(flatten)]
    pub(crate) look: LookArgs,
    #[command(flatten)]
    pub(crate) walk: WalkArgs,
}

/// What replaces a value.
#[derive(Clone, Copy, ValueEnum, Default, PartialEq, Eq)]
pub(crate) enum StyleArg {
    /// One asterisk for each character
    #[default]
    Asterisks,
    /// [CreditCardNumber]
    Label,
    /// [CreditCardNumber_1]: the same number for the same value within a document
    Numbered,
    /// Asterisks, and the last four letters or digits of long values
    Last4,
    /// [CreditCardNumber:t1g:...]: the same token for the same value under the same key and scope
    Token,
}
