//! Which options have the verbs around the trail?
//!
//! A trail is read from the server's own store, or from an export that somebody was given: the two ways of `verify` want
//! different things at hand, and each says so when one is missing.

use super::{KeysStore, PlainFormat};
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// `sotto trail`.
#[derive(Subcommand)]
pub(crate) enum TrailVerb {
    /// List records, newest first
    List(TrailListArgs),
    /// Prove that no record was changed, taken out or put in
    Verify(TrailVerifyArgs),
    /// Write all records in the form of CloudTrail's log files to standard output
    Export(TrailExportArgs),
}

/// `sotto trail list`.
#[derive(Args)]
pub(crate) struct TrailListArgs {
    #[command(flatten)]
    pub(crate) store: KeysStore,
    /// At most so many
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) limit: u32,
    /// Form of the list
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: PlainFormat,
}

/// `sotto trail export`.
#[derive(Args)]
pub(crate) struct TrailExportArgs {
    #[command(flatten)]
    pub(crate) store: KeysStore,
    /// Signed checkpoints and chained rows, for `verify --public-key`, instead of CloudTrail's form
    #[arg(long)]
    pub(crate) proof: bool,
}

/// `sotto trail verify`.
#[derive(Args)]
#[command(after_help = VERIFY)]
pub(crate) struct TrailVerifyArgs {
    /// What `export --proof` wrote; - is standard input
    #[arg(value_name = "EXPORT", requires = "public_key")]
    pub(crate) export: Option<PathBuf>,
    /// Public key of the checkpoints (PEM, or what KMS's GetPublicKey gives)
    #[arg(long, value_name = "FILE", requires = "export")]
    pub(crate) public_key: Option<PathBuf>,
    /// File with checkpoints that were kept elsewhere; several may be given
    #[arg(long, value_name = "FILE", requires = "export")]
    pub(crate) kept: Vec<PathBuf>,
    /// Directory of the server's data
    #[arg(
        long,
        value_name = "DIR",
        env = "SOTTO_DATA",
        hide_env_values = true,
        required_unless_present = "export"
    )]
    pub(crate) data: Option<PathBuf>,
    /// `postgres://USER@HOST/DATABASE` where the server keeps its records there
    #[arg(long, value_name = "URL")]
    pub(crate) storage: Option<String>,
    /// File of the root key [default: root.key in the data directory, or the credential sotto-root-key]
    #[arg(long, value_name = "FILE")]
    pub(crate) root_key_file: Option<PathBuf>,
    /// The server's settings: they name its devices
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Form of the answer
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: PlainFormat,
}

const VERIFY: &str = "\
With --data the server's own store is proven, under its root key. With --public-key an export is proven by its checkpoints:
nothing else is needed, and whoever kept a checkpoint elsewhere sees an older state and a trail that was written anew.";
