//! Why does a function not run? Causes with typed data; what the function itself says is no error of ours but its answer.

use crate::archive::ArchiveFault;
use sotto_public::Foreign;

/// Why a function does not run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FunctionsError {
    /// The archive cannot be unpacked.
    #[error("the archive cannot be used: {0}")]
    Archive(ArchiveFault),
    /// Nothing here runs what the function was written for.
    #[error("no interpreter for {0} functions is configured or found")]
    NoInterpreter(&'static str),
    /// All processes are busy, and the wait was long enough.
    #[error("too many invocations at one time")]
    TooMany,
    /// The process cannot be started.
    #[error("the process cannot be started: {0}")]
    Start(Foreign),
    /// A place for the process cannot be made.
    #[error("a place for the process cannot be made: {0}")]
    Place(Foreign),
    /// A payload is too large.
    #[error("a payload has at most {most} bytes")]
    Payload {
        /// How many it may have.
        most: usize,
    },
    /// Code, settings or credentials could not be had.
    #[error("code, settings or credentials of the function cannot be had now")]
    Unavailable,
    /// Functions are switched off, or the server ends.
    #[error("functions are not run here")]
    Closed,
}

impl FunctionsError {
    /// The place of a process could not be made.
    pub(crate) fn place(error: &std::io::Error) -> Self {
        Self::Place(Foreign::io(error))
    }

    /// The process could not be started.
    pub(crate) fn start(error: &std::io::Error) -> Self {
        Self::Start(Foreign::io(error))
    }
}

impl From<ArchiveFault> for FunctionsError {
    fn from(fault: ArchiveFault) -> Self {
        Self::Archive(fault)
    }
}
