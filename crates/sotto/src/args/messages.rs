//! Which options have the verbs that write and read messages of the AWS Encryption SDK?
//!
//! Keys are files or names of keys of KMS, never values on the command line: other users of a machine can read those.

use super::{PlainFormat, Progress};
use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Where KMS is.
#[derive(Args, Clone)]
#[command(next_help_heading = "KMS")]
pub(crate) struct KmsArgs {
    /// Endpoint of KMS; sotto's own or AWS's [default: as AWS's tools find it]
    #[arg(long, value_name = "URL")]
    pub(crate) endpoint_url: Option<String>,
    /// Profile of the shared AWS files
    #[arg(long, value_name = "NAME")]
    pub(crate) profile: Option<String>,
    /// Region of a key that is not named by its ARN
    #[arg(long, value_name = "NAME")]
    pub(crate) region: Option<String>,
}

/// What both verbs share.
#[derive(Args)]
pub(crate) struct MessageArgs {
    /// File to read; nothing or `-` is standard input
    #[arg(value_name = "FILE")]
    pub(crate) input: Option<PathBuf>,
    /// File to write, complete or not at all; otherwise standard output
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Key of KMS: ARN, alias or id; several may be given, and each can decrypt
    #[arg(long, value_name = "KEY")]
    pub(crate) key: Vec<String>,
    /// The keys of --key are multi-Region keys: any replica decrypts
    #[arg(long, requires = "key")]
    pub(crate) multi_region: bool,
    /// File with an AES key, 16, 24 or 32 bytes [default name: sotto/key]
    #[arg(long, value_name = "[NAMESPACE/NAME=]FILE")]
    pub(crate) raw_key: Vec<String>,
    /// How RSA keys pad
    #[arg(long, value_enum, default_value_t)]
    pub(crate) padding: PaddingArg,
    /// Pair of the encryption context. It is authenticated and stands in the message in clear; to decrypt: what must be in it
    #[arg(long, short = 'c', value_name = "KEY=VALUE")]
    pub(crate) encryption_context: Vec<String>,
    /// Which algorithm suites are allowed
    #[arg(long, value_enum, default_value_t, value_name = "POLICY")]
    pub(crate) commitment_policy: PolicyArg,
    /// Encrypted data keys of a message at most
    #[arg(long, value_name = "COUNT", default_value_t = 100, value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) max_data_keys: u16,
    /// Say what the message is made of: JSON on standard output with --output, on standard error without
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: PlainFormat,
    /// Say nothing on standard error but errors
    #[arg(long, short)]
    pub(crate) quiet: bool,
    /// When to show progress [default: on a terminal]
    #[arg(long, value_enum, value_name = "WHEN")]
    pub(crate) progress: Option<Progress>,
}

/// `sotto encrypt`.
#[derive(Args)]
#[command(after_help = ENCRYPT_EXAMPLES)]
pub(crate) struct EncryptArgs {
    #[command(flatten)]
    pub(crate) message: MessageArgs,
    /// RSA key of whom it is for: PEM, a public key or a certificate
    #[arg(long, value_name = "[NAMESPACE/NAME=]FILE")]
    pub(crate) public_key: Vec<String>,
    /// Algorithm suite [default: the commitment policy's]
    #[arg(long, value_name = "ID", value_parser = ["0014", "0046", "0078", "0114", "0146", "0178", "0214", "0346", "0378", "0478", "0578"])]
    pub(crate) suite: Option<String>,
    /// Bytes of plaintext in a frame
    #[arg(long, value_name = "BYTES", default_value_t = 4096, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) frame_bytes: u32,
    /// Key of the encryption context that is authenticated and left out of the message: who decrypts must know the pair
    #[arg(long, value_name = "KEY")]
    pub(crate) required_context: Vec<String>,
    /// Write base64
    #[arg(long)]
    pub(crate) base64: bool,
    /// As Amazon Connect encrypts what callers key in (suite 0378, base64); needs --public-key and --key-id
    #[arg(long, requires = "public_key", requires = "key_id", conflicts_with_all = ["key", "raw_key", "suite", "encryption_context"])]
    pub(crate) connect: bool,
    /// Id of the security key, with --connect
    #[arg(long, value_name = "ID", requires = "connect")]
    pub(crate) key_id: Option<String>,
    #[command(flatten)]
    pub(crate) kms: KmsArgs,
}

/// `sotto decrypt`.
#[derive(Args)]
#[command(after_help = DECRYPT_EXAMPLES)]
pub(crate) struct DecryptArgs {
    #[command(flatten)]
    pub(crate) message: MessageArgs,
    /// RSA key: PEM (PKCS#8); several may be given
    #[arg(long, value_name = "[NAMESPACE/NAME=]FILE")]
    pub(crate) private_key: Vec<String>,
    /// Keys of KMS of these accounts may decrypt, whichever the message names; `any` trusts every account
    #[arg(long, value_name = "ACCOUNT", conflicts_with = "key")]
    pub(crate) discovery: Vec<String>,
    /// Partition of those accounts
    #[arg(long, value_name = "NAME", default_value = "aws", requires = "discovery")]
    pub(crate) partition: String,
    /// A message that Amazon Connect encrypted: any of the private keys, whatever its id
    #[arg(long, requires = "private_key", conflicts_with_all = ["key", "raw_key", "discovery"])]
    pub(crate) connect: bool,
    /// Refuse signed messages
    #[arg(long, conflicts_with = "release_unverified")]
    pub(crate) unsigned_only: bool,
    /// Give out plaintext of a signed message before its signature is verified; if it fails, all of it was worth nothing
    #[arg(long)]
    pub(crate) release_unverified: bool,
    /// Bytes of one frame, or of a message in one piece, at most: they are in memory at once
    #[arg(long, value_name = "BYTES", default_value_t = 64 << 20)]
    pub(crate) max_piece_bytes: u64,
    #[command(flatten)]
    pub(crate) kms: KmsArgs,
}

/// `sotto keys caller-input`.
#[derive(Subcommand)]
pub(crate) enum CallerInputVerb {
    /// Make a key pair and its certificate; at most two are active at a time, so that one can follow another
    Make(CallerInputMakeArgs),
    /// List the keys
    List(CallerInputListArgs),
    /// Retire a key: it decrypts what it was used for, and a new one may be made
    Retire(CallerInputRetireArgs),
}

/// `sotto keys caller-input make`.
#[derive(Args)]
pub(crate) struct CallerInputMakeArgs {
    /// Directory of the keys; made where it is missing
    #[arg(long, value_name = "DIR")]
    pub(crate) dir: PathBuf,
    /// Id of the key, as Amazon Connect gave it [default: a new one]
    #[arg(long, value_name = "ID")]
    pub(crate) key_id: Option<String>,
    /// Bits of the key
    #[arg(long, value_name = "BITS", default_value = "4096", value_parser = ["2048", "3072", "4096"])]
    pub(crate) bits: String,
    /// Days that the certificate holds
    #[arg(long, value_name = "DAYS", default_value_t = 730, value_parser = clap::value_parser!(u16).range(1..=3650))]
    pub(crate) days: u16,
}

/// `sotto keys caller-input list`.
#[derive(Args)]
pub(crate) struct CallerInputListArgs {
    /// Directory of the keys
    #[arg(long, value_name = "DIR")]
    pub(crate) dir: PathBuf,
    /// Form of the list
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: PlainFormat,
}

/// `sotto keys caller-input retire`.
#[derive(Args)]
pub(crate) struct CallerInputRetireArgs {
    /// Directory of the keys
    #[arg(long, value_name = "DIR")]
    pub(crate) dir: PathBuf,
    /// Id of the key
    #[arg(value_name = "ID")]
    pub(crate) key_id: String,
}

/// How RSA pads.
#[derive(Clone, Copy, ValueEnum, Default)]
pub(crate) enum PaddingArg {
    Pkcs1,
    OaepSha1,
    #[default]
    OaepSha256,
    OaepSha384,
    OaepSha512,
}

/// Commitment policies, as AWS calls them.
#[derive(Clone, Copy, ValueEnum, Default)]
#[expect(clippy::enum_variant_names, reason = "these are AWS's names, and the words of the option")]
pub(crate) enum PolicyArg {
    #[default]
    RequireEncryptRequireDecrypt,
    RequireEncryptAllowDecrypt,
    ForbidEncryptAllowDecrypt,
}

const ENCRYPT_EXAMPLES: &str = "\
Examples:
  sotto encrypt --key alias/recordings -c call=8841 call.wav --output call.wav.enc
  head -c 32 /dev/urandom > my.key; sotto encrypt --raw-key my.key < notes.txt > notes.enc";

const DECRYPT_EXAMPLES: &str = "\
Nothing of a signed message (suite 0578 is the default) is given out before its signature is verified: a file is read twice,
what comes through a pipe rests sealed under a key of the moment in a file without a name (in TMPDIR) until its end.
Messages in base64 are recognised.

Examples:
  sotto decrypt --key arn:aws:kms:eu-west-1:111122223333:key/KEY call.wav.enc --output call.wav
  sotto decrypt --connect --private-key keys/ID.private.pem < stored-customer-input.txt";
