//! Which options has `sotto scan`, and which has it in common with `sotto mask`?

use super::{Progress, WalkArgs};
use clap::{Args, ValueEnum};
use std::num::NonZeroUsize;
use std::path::PathBuf;

/// What to look for.
#[derive(Args, Clone, Default)]
#[command(next_help_heading = "What to look for")]
pub(crate) struct LookArgs {
    /// all, structured (no names, no postal addresses), category:NAME, or names; joined with commas [default: all]
    ///
    /// Categories are financial, phi, pii, credentials and device.
    #[arg(long, value_name = "WHAT", value_delimiter = ',', conflicts_with = "policy")]
    pub(crate) identifiers: Vec<String>,
    /// Look for what this data protection policy names, by the rules of CloudWatch Logs
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,
    /// Settings of your own: identifiers, patterns, allow lists, fields (see docs/configuration.md)
    #[arg(long, value_name = "FILE", conflicts_with = "policy")]
    pub(crate) config: Option<PathBuf>,
    /// Whether published test card numbers are reported [default: report; a policy ignores them]
    #[arg(long, value_name = "WHAT")]
    pub(crate) test_cards: Option<TestCardsArg>,
    /// Whether values are looked for behind encodings, look-alike characters and words [default: on]
    #[arg(long, value_name = "WHAT")]
    pub(crate) disguises: Option<DisguisesArg>,
    /// Leave out findings with a lower score, 0 to 1
    #[arg(long, value_name = "SCORE", value_parser = score)]
    pub(crate) min_score: Option<f64>,
}

fn score(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(score) if (0.0..=1.0).contains(&score) => Ok(score),
        _ => Err("give a number from 0 to 1, such as 0.8".to_owned()),
    }
}

/// What happens to published test cards.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum TestCardsArg {
    Report,
    Ignore,
}

/// Whether values in disguise are looked for.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum DisguisesArg {
    On,
    Off,
}

/// How a file is understood.
#[derive(Clone, Copy, ValueEnum, Default, PartialEq, Eq)]
pub(crate) enum SyntaxArg {
    /// By the file's name: .csv and .tsv are records, .json is JSON, others are text
    #[default]
    Auto,
    /// Text only
    Text,
    /// One or more JSON documents
    Json,
    /// Delimited records
    Csv,
}

/// `sotto scan`.
#[derive(Args)]
pub(crate) struct ScanArgs {
    /// Files and directories; `-` or nothing is standard input
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// How files are understood
    #[arg(long, value_enum, default_value_t, value_name = "SYNTAX")]
    pub(crate) syntax: SyntaxArg,
    /// Form of the report
    #[arg(long, value_enum, default_value_t, conflicts_with = "jsonl")]
    pub(crate) format: Format,
    /// Read lines {"id","text"}, write lines {"id","spans":[{"start","end","label","score"}]} in the same order
    #[arg(long, conflicts_with_all = ["explain", "reveal", "fail_on", "max_findings"])]
    pub(crate) jsonl: bool,
    /// What --jsonl counts
    #[arg(long, value_enum, default_value_t, requires = "jsonl")]
    pub(crate) offsets: Offsets,
    /// Exit with 1 when one of these is found: any, identifiers by name, category:NAME; several with commas
    #[arg(long, value_name = "WHAT", value_delimiter = ',')]
    pub(crate) fail_on: Vec<String>,
    /// Show why: rule, shape, keyword, checksum, score, rivals
    #[arg(long)]
    pub(crate) explain: bool,
    /// Show the values that were found
    #[arg(long)]
    pub(crate) reveal: bool,
    /// List at most so many findings; all are counted
    #[arg(long, value_name = "COUNT")]
    pub(crate) max_findings: Option<u64>,
    /// How many threads work [default: one for each core]
    #[arg(long, value_name = "COUNT")]
    pub(crate) threads: Option<NonZeroUsize>,
    /// Say nothing on standard error but errors
    #[arg(long, short)]
    pub(crate) quiet: bool,
    /// When to show progress [default: on a terminal]
    #[arg(long, value_enum, value_name = "WHEN")]
    pub(crate) progress: Option<Progress>,
    #[command(flatten)]
    pub(crate) look: LookArgs,
    #[command(flatten)]
    pub(crate) walk: WalkArgs,
}

/// Form of a report.
#[derive(Clone, Copy, ValueEnum, Default, PartialEq, Eq)]
pub(crate) enum Format {
    /// For people: path:line:column, and totals
    #[default]
    Text,
    /// One document
    Json,
    /// A line for each finding and file, and one with the totals
    Jsonl,
    /// A row for each finding
    Csv,
    /// SARIF 2.1.0, for code hosts and editors
    Sarif,
}

/// Unit of offsets.
#[derive(Clone, Copy, ValueEnum, Default, PartialEq, Eq)]
pub(crate) enum Offsets {
    /// Unicode characters
    #[default]
    Chars,
    /// Bytes of UTF-8
    Bytes,
}
