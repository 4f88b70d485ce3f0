//! How does a verb end? With an exit code that scripts can trust, and a message without captured text.
//!
//! 0 fine, 1 findings or a refusal, 2 wrong usage, 3 something could not be read or written, 130 interrupted. Messages are
//! made of names that the user wrote, places and counts; errors of libraries come as [`sotto_public::Foreign`].

use sotto_public::Foreign;
use std::path::Path;
use std::process::ExitCode;

/// What a verb that worked found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Exit code 0.
    Fine,
    /// Exit code 1: what was asked to fail was found.
    Found,
    /// Exit code 3: done, but not everything could be read; standard error says what.
    Incomplete,
}

/// Why a verb did not work.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    /// Exit code 2: the command line or a file of settings is wrong.
    #[error("{0}")]
    Usage(String),
    /// Exit code 1: a policy says no.
    #[cfg(feature = "server")]
    #[error("{0}")]
    Denied(String),
    /// Exit code 3: something cannot be read or written.
    #[error("{0}")]
    Unavailable(String),
    /// Exit code 130: Ctrl-C or a request to end.
    #[error("interrupted; nothing is left half written")]
    Interrupted,
}

impl Fault {
    /// Wrong usage.
    pub(crate) fn usage(message: impl Into<String>) -> anyhow::Error {
        Self::Usage(message.into()).into()
    }

    /// A policy says no.
    #[cfg(feature = "server")]
    pub(crate) fn denied(message: impl Into<String>) -> anyhow::Error {
        Self::Denied(message.into()).into()
    }

    /// Something cannot be read or written.
    pub(crate) fn unavailable(message: impl Into<String>) -> anyhow::Error {
        Self::Unavailable(message.into()).into()
    }

    /// A file cannot be read or written, for a reason of the system.
    pub(crate) fn file(path: &Path, error: &std::io::Error) -> anyhow::Error {
        Self::unavailable(format!("`{}`: {}", path.display(), reason(error)))
    }

    /// Standard output cannot be written.
    pub(crate) fn output(error: &std::io::Error) -> anyhow::Error {
        Self::unavailable(format!("standard output: {}", reason(error)))
    }
}

/// What the system says, in words of ours.
pub(crate) fn reason(error: &std::io::Error) -> String {
    let text = Foreign::io(error).to_string();
    text.strip_prefix("system: ").map_or(text.clone(), str::to_owned)
}

impl Verdict {
    /// The exit code.
    pub(crate) fn code(self) -> ExitCode {
        ExitCode::from(match self {
            Self::Fine => 0,
            Self::Found => 1,
            Self::Incomplete => 3,
        })
    }
}

/// The exit code of an error.
pub(crate) fn code_of(error: &anyhow::Error) -> ExitCode {
    ExitCode::from(match error.downcast_ref() {
        #[cfg(feature = "server")]
        Some(Fault::Denied(_)) => 1,
        Some(Fault::Usage(_)) => 2,
        Some(Fault::Interrupted) => 130,
        Some(Fault::Unavailable(_)) | None => 3,
    })
}
