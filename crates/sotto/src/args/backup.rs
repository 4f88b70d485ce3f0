//! Which options have the verbs that copy a store and make one of a copy?

use super::Progress;
use clap::Args;
use std::path::PathBuf;

/// `sotto backup`.
#[derive(Args)]
#[command(after_help = BACKUP)]
pub(crate) struct BackupArgs {
    /// Directory of the server's data
    #[arg(long, value_name = "DIR", env = "SOTTO_DATA", hide_env_values = true)]
    pub(crate) data: PathBuf,
    /// Directory for the copy of the data; must be absent or empty, or hold what an interrupted backup left
    #[arg(long, value_name = "DIR")]
    pub(crate) to: PathBuf,
    /// Directory for copies of keys, at another place; those that have ended are deleted
    #[arg(long, value_name = "DIR")]
    pub(crate) keys_to: PathBuf,
    /// Days that this copy of keys is kept [default: `subject_backup_days` of the settings, or 30]
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u16).range(1..=3650))]
    pub(crate) keys_days: Option<u16>,
    /// Directory of log segments, or s3://BUCKET/PREFIX [default: that of the settings, or objects in the data directory]
    #[arg(long, value_name = "DIR")]
    pub(crate) objects: Option<PathBuf>,
    /// The server's settings
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// When to show progress [default: on a terminal]
    #[arg(long, value_enum, value_name = "WHEN")]
    pub(crate) progress: Option<Progress>,
}

const BACKUP: &str = "\
For the embedded store; the server may run meanwhile. What was confirmed before the backup began is in it. The root key is not:
keep it at a third place. See docs/backup.md, also for PostgreSQL.";

/// `sotto restore`.
#[derive(Args)]
#[command(after_help = RESTORE)]
pub(crate) struct RestoreArgs {
    /// Directory that `sotto backup --to` made
    #[arg(long, value_name = "DIR")]
    pub(crate) from: PathBuf,
    /// A copy of keys, or the directory of several: then the newest one; `none` for masked texts without originals
    #[arg(long, value_name = "FILE|DIR|none")]
    pub(crate) keys: PathBuf,
    /// Directory for the server's data; it must hold no store
    #[arg(long, value_name = "DIR", env = "SOTTO_DATA", hide_env_values = true)]
    pub(crate) data: PathBuf,
    /// Directory of log segments, or s3://BUCKET/PREFIX [default: that of the settings, or objects in the data directory]
    #[arg(long, value_name = "DIR")]
    pub(crate) objects: Option<PathBuf>,
    /// File of the root key [default: root.key in the data directory, or the credential sotto-root-key]
    #[arg(long, value_name = "FILE")]
    pub(crate) root_key_file: Option<PathBuf>,
    /// The server's settings: they name its devices
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Look at every byte and at the root key, and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// When to show progress [default: on a terminal]
    #[arg(long, value_enum, value_name = "WHEN")]
    pub(crate) progress: Option<Progress>,
}

const RESTORE: &str = "\
The root key must be there before: a backup that it does not open is refused. Interrupted, the same command goes on.";
