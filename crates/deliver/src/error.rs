//! What can be wrong with a destination or an outbox? Causes, without the text that was given.

use sotto_public::LogSafe;
use sotto_storage::StorageError;

/// Why something is not delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DeliverError {
    /// A kind of destination that this release does not have.
    #[error(
        "destinations of the kind `{0}` are not available in this release; name a log group, an HTTP endpoint or a file"
    )]
    Kind(&'static str),
    /// An address that is none.
    #[error(
        "the destination is none of `https://HOST[:PORT]/PATH`, `file:NAME`, `syslog://HOST:PORT` and `syslogs://HOST:PORT`"
    )]
    Address,
    /// A setting that allows nothing.
    #[error(
        "an allowance is `[ACCOUNT=]ADDRESS` with an address others may begin with, or `ACCOUNT=file:NAME`; the account is 12 digits, or `*` for all"
    )]
    Allowance,
    /// Storage did not do what it was asked.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Why a parcel did not arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, LogSafe, thiserror::Error)]
pub enum NotCarried {
    /// It may arrive later: nobody answers, or too busy.
    #[error("it has not arrived yet")]
    Later,
    /// It never will: the receiver refuses it, or the operator allows no such destination.
    #[error("the receiver refuses it")]
    Never,
}
