//! Which options have the verbs that look at policies: documents that protect data, and documents that say who may?

use super::PlainFormat;
use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

/// `sotto policy`.
#[derive(Subcommand)]
pub(crate) enum PolicyVerb {
    /// Data protection policies: read them as CloudWatch Logs does and say what is wrong, where, and what would be right
    Check(PolicyCheckArgs),
    /// IAM policies, SCPs and policies of resources: what they really do, what they leave open
    Lint(LintArgs),
    /// Why a request is allowed or denied; with --against, which existing resources each ARN matches
    Explain(ExplainArgs),
    /// Who can do what on which resource, as a matrix
    Simulate(SimulateArgs),
    /// What changed in effect between two sets of policies, with a request that proves each difference
    Diff(DiffArgs),
}

/// `sotto policy check`.
#[derive(Args)]
pub(crate) struct PolicyCheckArgs {
    /// Policy documents; `-` is standard input
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// Form of the report
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: PolicyFormat,
}

/// Form of a policy report.
#[derive(Clone, Copy, ValueEnum, Default)]
pub(crate) enum PolicyFormat {
    #[default]
    Text,
    Json,
    Sarif,
}

/// Kind of a policy document.
#[derive(Clone, Copy, ValueEnum, PartialEq, Eq, Debug)]
pub(crate) enum KindArg {
    Identity,
    Boundary,
    Session,
    Resource,
    Trust,
    Key,
    Scp,
    Rcp,
}

/// From which severity on a finding makes the exit code 1.
#[derive(Clone, Copy, ValueEnum, Default)]
pub(crate) enum LintFailArg {
    Note,
    Warning,
    #[default]
    Error,
    Never,
}

const KINDS: &str = "\
Of a directory all `.json` files are taken. What kind of policy a document is, is
told by the end of its name, `NAME.scp.json`, and likewise identity, boundary,
session, resource, trust, key and rcp; otherwise its shape tells, which cannot tell
an SCP from an identity policy.";

const SETS: &str = "\
A set is a file or a directory of `.json` files. What kind of policy a document is,
is told by the end of its name, `NAME.scp.json`, and likewise identity, boundary,
session, resource, trust, key and rcp; otherwise its shape tells, which cannot tell
an SCP from an identity policy. A file that
`aws iam get-account-authorization-details` printed brings its users and roles.";

/// `sotto policy lint`.
#[derive(Args)]
#[command(after_help = KINDS)]
pub(crate) struct LintArgs {
    /// Documents or directories of them; `-` is standard input
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// Kind of all documents, instead of guessing
    #[arg(long, value_enum)]
    pub(crate) kind: Option<KindArg>,
    /// Exit with 1 from this severity on
    #[arg(long, value_enum, default_value_t, value_name = "SEVERITY")]
    pub(crate) fail_on: LintFailArg,
    /// Form of the report
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: PolicyFormat,
}

/// What is asked.
#[derive(Args)]
pub(crate) struct AskArgs {
    /// Key of the request with its value; give it again for further values
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) context: Vec<String>,
    /// Kind of documents whose name does not tell it, instead of guessing
    #[arg(long, value_enum)]
    pub(crate) kind: Option<KindArg>,
}

/// `sotto policy explain`.
#[derive(Args)]
#[command(after_help = SETS)]
pub(crate) struct ExplainArgs {
    /// The policies that apply: files or directories
    #[arg(value_name = "SET", required = true)]
    pub(crate) sets: Vec<PathBuf>,
    /// Who asks: ARN of a user, a role or a root
    #[arg(long, value_name = "ARN", default_value = "arn:aws:iam::111122223333:user/somebody")]
    pub(crate) principal: String,
    /// What for, as `logs:Unmask`
    #[arg(long, required_unless_present = "against")]
    pub(crate) action: Option<String>,
    /// On what
    #[arg(long, value_name = "ARN", default_value = "*")]
    pub(crate) resource: String,
    #[command(flatten)]
    pub(crate) ask: AskArgs,
    /// What each ARN of the policies matches of all that exists there: `http://HOST:PORT`
    #[arg(long, value_name = "ENDPOINT", conflicts_with_all = ["action", "principal", "resource", "context"])]
    pub(crate) against: Option<String>,
    /// Profile of the shared AWS files, for --against
    #[arg(long, value_name = "NAME", requires = "against")]
    pub(crate) profile: Option<String>,
    /// Region, for --against
    #[arg(long, value_name = "NAME", requires = "against")]
    pub(crate) region: Option<String>,
    /// Form of the answer
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: PlainFormat,
}

/// `sotto policy simulate`.
#[derive(Args)]
#[command(after_help = SETS)]
pub(crate) struct SimulateArgs {
    /// The policies that apply: files or directories
    #[arg(value_name = "SET", required = true)]
    pub(crate) sets: Vec<PathBuf>,
    /// Who asks; without any, everybody whom an account export names, or somebody
    #[arg(long, value_name = "ARN")]
    pub(crate) principal: Vec<String>,
    /// What for
    #[arg(long, required = true)]
    pub(crate) action: Vec<String>,
    /// On what; `*` is no resource
    #[arg(long, value_name = "ARN", default_value = "*")]
    pub(crate) resource: Vec<String>,
    #[command(flatten)]
    pub(crate) ask: AskArgs,
    /// Form of the matrix
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: MatrixFormat,
}

/// Form of a matrix.
#[derive(Clone, Copy, ValueEnum, Default)]
pub(crate) enum MatrixFormat {
    #[default]
    Text,
    Json,
    Csv,
}

/// `sotto policy diff`.
#[derive(Args)]
#[command(after_help = SETS)]
pub(crate) struct DiffArgs {
    /// The set before
    #[arg(value_name = "OLD")]
    pub(crate) before: PathBuf,
    /// The set after
    #[arg(value_name = "NEW")]
    pub(crate) after: PathBuf,
    /// Kind of documents whose name does not tell it, instead of guessing
    #[arg(long, value_enum)]
    pub(crate) kind: Option<KindArg>,
    /// Form of the answer
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: PlainFormat,
}
