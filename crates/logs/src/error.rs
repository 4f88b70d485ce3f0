//! Why does `logs` refuse? One cause each; the words are literals, so that nothing a caller sent can be in them.
//!
//! Messages follow what CloudWatch Logs answers (API reference, "Errors" of each action; public test suites that recorded
//! answers). Which wire code a cause becomes is decided in `api`.

use crate::Uid;
use sotto_public::Malformed;
use sotto_segment::SegmentError;
use sotto_storage::StorageError;

/// Why something did not happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LogsError {
    /// No such group, stream, filter, policy or query.
    #[error("{0}")]
    NotFound(&'static str),
    /// The name is taken.
    #[error("{0}")]
    AlreadyExists(&'static str),
    /// A value cannot be taken.
    #[error("{0}")]
    InvalidParameter(&'static str),
    /// A quota is reached.
    #[error("{0}")]
    LimitExceeded(&'static str),
    /// What is asked does not go with the state of things.
    #[error("{0}")]
    InvalidOperation(&'static str),
    /// A destination of a kind that this release does not have.
    #[error(
        "destinations of the kind `{0}` are not available in this release; name a log group, an HTTP endpoint or a file"
    )]
    DestinationKind(&'static str),
    /// Storage did not do what it was asked.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// More is waiting to be stored than memory is kept for; nothing was done.
    #[error("more events are waiting to be stored than may wait; try again")]
    Busy,
    /// The key under which a group's data rest is not at hand.
    #[error("the key of the log group's data is not available")]
    Key {
        /// The group.
        group: Uid,
        /// The number of the key.
        number: u64,
    },
    /// A segment cannot be written or read.
    #[error(transparent)]
    Segment(#[from] SegmentError),
    /// What is stored cannot be read.
    #[error("stored events cannot be read: {0}")]
    Damaged(Malformed),
}

impl From<Malformed> for LogsError {
    fn from(error: Malformed) -> Self {
        Self::Damaged(error)
    }
}

/// What transitions give.
pub type Outcome<T> = Result<T, LogsError>;

/// There is no such group.
pub(crate) const NO_GROUP: LogsError = LogsError::NotFound("The specified log group does not exist.");
/// There is no such stream.
pub(crate) const NO_STREAM: LogsError = LogsError::NotFound("The specified log stream does not exist.");
/// A quota without a message of its own.
pub(crate) const LIMIT: LogsError = LogsError::LimitExceeded("Resource limit exceeded.");
