//! Which options have the verbs around the root key?
//!
//! Passphrases and PINs are never options: they come from the environment or from files.

use super::{CallerInputVerb, PlainFormat};
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// `sotto keys`.
#[derive(Subcommand)]
pub(crate) enum KeysVerb {
    /// Make the root key of an empty store; `sotto serve` makes one in a file where there is none
    Init(KeysInitArgs),
    /// Change the root key; what is sealed stays as it is, and running servers go on
    RotateRoot(KeysRotateArgs),
    /// Show where the root key is, and how well keys are protected
    Status(KeysStatusArgs),
    /// RSA keys for what callers key in, as Amazon Connect takes them
    #[command(subcommand, arg_required_else_help = true)]
    CallerInput(CallerInputVerb),
}

/// Which store, and where its root key may be.
#[derive(Args, Clone)]
pub(crate) struct KeysStore {
    /// Directory of the server's data
    #[arg(long, value_name = "DIR", env = "SOTTO_DATA", hide_env_values = true)]
    pub(crate) data: PathBuf,
    /// `postgres://USER@HOST/DATABASE` where the server keeps its records there
    #[arg(long, value_name = "URL")]
    pub(crate) storage: Option<String>,
    /// File of the root key [default: root.key in the data directory, or the credential sotto-root-key]
    #[arg(long, value_name = "FILE")]
    pub(crate) root_key_file: Option<PathBuf>,
    /// The server's settings: they name its devices
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

/// `sotto keys init`.
#[derive(Args)]
#[command(after_help = SOURCES)]
pub(crate) struct KeysInitArgs {
    #[command(flatten)]
    pub(crate) store: KeysStore,
    /// Where the root key comes from
    #[arg(long, value_name = "SOURCE", default_value = "file")]
    pub(crate) source: String,
}

/// `sotto keys rotate-root`.
#[derive(Args)]
#[command(after_help = SOURCES)]
pub(crate) struct KeysRotateArgs {
    #[command(flatten)]
    pub(crate) store: KeysStore,
    /// Where the new root key comes from [default: the same kind as the present one]
    #[arg(long, value_name = "SOURCE")]
    pub(crate) to: Option<String>,
}

/// `sotto keys status`.
#[derive(Args)]
pub(crate) struct KeysStatusArgs {
    #[command(flatten)]
    pub(crate) store: KeysStore,
    /// Form of the answer
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: PlainFormat,
}

/// `sotto doctor`.
#[derive(Args)]
#[command(after_help = DOCTOR)]
pub(crate) struct DoctorArgs {
    #[command(flatten)]
    pub(crate) store: KeysStore,
    /// Directory of the copies of keys that `sotto backup --keys-to` makes
    #[arg(long, value_name = "DIR")]
    pub(crate) keys_copies: Option<PathBuf>,
    /// Form of the answer
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: PlainFormat,
}

const DOCTOR: &str = "\
Changes nothing. Ends with 1 when something is not safe. The store of a running server cannot be looked at.";

const SOURCES: &str = "\
Sources: `file`; `passphrase` (SOTTO_PASSPHRASE; for a change the new one is in SOTTO_NEW_PASSPHRASE);
`device:CLUSTER/KEY`, a key that is made in the PKCS#11 token which the settings name as [serve.devices.CLUSTER].";
