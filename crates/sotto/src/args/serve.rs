//! Which options have the verbs around the server?
//!
//! Everything of `sotto serve` but `--config` can stand in the section `[serve]` of a file of settings as well; what the
//! command line says wins. Secrets are never options: they come from the environment or from files.

use super::PlainFormat;
use clap::{Args, Subcommand, ValueEnum};
use std::net::SocketAddr;
use std::path::PathBuf;

/// `sotto serve`.
#[derive(Args, Default)]
#[command(after_help = SERVE_ENVIRONMENT)]
pub(crate) struct ServeArgs {
    /// Address and port; several may be given [default: 127.0.0.1:4566]
    #[arg(long, value_name = "ADDR")]
    pub(crate) listen: Vec<SocketAddr>,
    /// Directory of the root key, the certificates and the embedded store; made where it is missing
    #[arg(long, value_name = "DIR", env = "SOTTO_DATA", hide_env_values = true)]
    pub(crate) data: Option<PathBuf>,
    /// `postgres://USER@HOST/DATABASE` instead of the embedded store
    #[arg(long, value_name = "URL")]
    pub(crate) storage: Option<String>,
    /// File of the root key [default: root.key in the data directory, or the credential sotto-root-key]
    #[arg(long, value_name = "FILE")]
    pub(crate) root_key_file: Option<PathBuf>,
    /// ARN of an asymmetric KMS key that signs checkpoints of the trail
    #[arg(long, value_name = "ARN")]
    pub(crate) trail_key: Option<String>,
    /// Seconds between two checkpoints [default: 3600]
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(10..=86_400))]
    pub(crate) checkpoint_every: Option<u64>,
    /// File or address that gets every checkpoint; several may be given
    #[arg(long, value_name = "FILE|URL")]
    pub(crate) checkpoint_to: Vec<String>,
    /// Account id of the management account, at the first start only [default: generated]
    #[arg(long, value_name = "ID")]
    pub(crate) account: Option<String>,
    /// Answer plain HTTP on addresses other than loopback, too
    #[arg(long)]
    pub(crate) allow_plain: bool,
    /// Further DNS names or addresses for the certificate
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Vec<String>,
    /// Certificate chain of your own (PEM) instead of the one that is made
    #[arg(long, value_name = "FILE", requires = "key")]
    pub(crate) cert: Option<PathBuf>,
    /// Key of that certificate (PEM)
    #[arg(long, value_name = "FILE", requires = "cert")]
    pub(crate) key: Option<PathBuf>,
    /// Refuse TLS clients without a certificate of the local authority
    #[arg(long)]
    pub(crate) require_client_cert: bool,
    /// Signing keys of an OIDC issuer: `https://ISSUER=FILE` with a JWKS document; several may be given
    #[arg(long, value_name = "ISSUER=FILE")]
    pub(crate) jwks: Vec<String>,
    /// File with the bearer token that reads /metrics from other machines
    #[arg(long, value_name = "FILE")]
    pub(crate) metrics_token_file: Option<PathBuf>,
    /// Names (of users, tags, sessions ...) that hold a card or telephone number and the like [default: accept]
    #[arg(long, value_enum, value_name = "ANSWER")]
    pub(crate) sensitive_names: Option<NamesAnswer>,
    /// Directory of log segments, or s3://BUCKET/PREFIX, shared by all servers of one database [default: objects in the data directory]
    #[arg(long, value_name = "DIR")]
    pub(crate) objects: Option<PathBuf>,
    /// The query engine's program [default: sotto-insights beside sotto, where it is there]
    #[arg(long, value_name = "FILE")]
    pub(crate) insights: Option<PathBuf>,
    /// What addresses of deliveries may begin with, as `https://collector.example/logs`, perhaps of one account; a file needs its
    /// account, as `111122223333=file:NAME` or `*=file:*`; several may be given
    #[arg(long, value_name = "[ACCOUNT=]ADDRESS")]
    pub(crate) deliver_to: Vec<String>,
    /// Who hears at once of findings and of every unmask: https://..., syslogs://HOST:PORT, file:NAME
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) alarm_to: Option<String>,
    /// Certificates (PEM) that deliveries believe instead of the system's
    #[arg(long, value_name = "FILE")]
    pub(crate) deliver_ca: Option<PathBuf>,
    /// Store log events of groups without any data protection policy as they come, as AWS does
    #[arg(long)]
    pub(crate) no_default_policy: bool,
    /// Do not answer the page at /console
    #[arg(long)]
    pub(crate) no_console: bool,
    /// Requests that are worked on at one time; one account gets half of them at most [default: 2048]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) requests_max: Option<u16>,
    /// Threads that answer [default: one per processor]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,
    /// Seconds that running requests get when the server is asked to end [default: 20]
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(0..=3600))]
    pub(crate) grace: Option<u64>,
    /// How much is logged to standard error [default: info]
    #[arg(long, value_enum, value_name = "LEVEL")]
    pub(crate) log: Option<LogLevel>,
    /// Settings; see docs/configuration.md
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

const SERVE_ENVIRONMENT: &str = "\
First start, in an empty directory only: a root key, a management account and root credentials are made. Credentials are
taken from SOTTO_ROOT_ACCESS_KEY_ID and SOTTO_ROOT_SECRET_ACCESS_KEY where both are set, else generated and shown once.
SOTTO_PASSPHRASE protects the root key by a passphrase, and is then needed at every start.

/health and /ready answer without a signature, /metrics to this machine or with the token. /console is a page for browsers, over
HTTPS or on this machine.";

/// What happens to a name that holds something sensitive.
#[derive(Clone, Copy, ValueEnum, PartialEq, Eq, Debug)]
pub(crate) enum NamesAnswer {
    /// Accepted, masked in the trail, counted in the metrics.
    Accept,
    /// Refused as not valid.
    Refuse,
}

/// How much is logged.
#[derive(Clone, Copy, ValueEnum, Default, PartialEq, Eq, Debug)]
pub(crate) enum LogLevel {
    /// Nothing.
    Off,
    /// What failed here.
    Error,
    /// And what deserves a look.
    Warn,
    /// And start, end and changes of the server itself.
    #[default]
    Info,
    /// And one line per request.
    Debug,
}

/// `sotto certs`.
#[derive(Subcommand)]
pub(crate) enum CertsVerb {
    /// Show the authority and the server's certificate: names, end, fingerprint
    Show(CertsShowArgs),
    /// Write the authority's certificate (PEM) to standard output, for AWS_CA_BUNDLE
    Export(CertsFolder),
    /// Make a new certificate for the server; a running one takes it over within a minute
    Renew(CertsRenewArgs),
    /// Make a certificate for a client
    Client(CertsClientArgs),
}

/// Where the certificates are.
#[derive(Args)]
pub(crate) struct CertsFolder {
    /// Directory of the server's data
    #[arg(long, value_name = "DIR", env = "SOTTO_DATA", hide_env_values = true)]
    pub(crate) data: PathBuf,
}

/// `sotto certs show`.
#[derive(Args)]
pub(crate) struct CertsShowArgs {
    #[command(flatten)]
    pub(crate) folder: CertsFolder,
    /// Form of the answer
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: PlainFormat,
}

/// `sotto certs renew`.
#[derive(Args)]
pub(crate) struct CertsRenewArgs {
    #[command(flatten)]
    pub(crate) folder: CertsFolder,
    /// DNS names or addresses beside localhost; those of the present certificate where none is given
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Vec<String>,
    /// A new authority too: clients need the new export
    #[arg(long)]
    pub(crate) authority: bool,
}

/// `sotto certs client`.
#[derive(Args)]
pub(crate) struct CertsClientArgs {
    #[command(flatten)]
    pub(crate) folder: CertsFolder,
    /// Name of the client: 1 to 64 of A-Z a-z 0-9 . _ - @
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
    /// Directory for NAME.pem and NAME.key; made where it is missing
    #[arg(long, value_name = "DIR")]
    pub(crate) output: PathBuf,
    /// Days until it ends
    #[arg(long, value_name = "DAYS", default_value_t = 90, value_parser = clap::value_parser!(u16).range(1..=825))]
    pub(crate) days: u16,
}
