//! What can go wrong with storage, as a caller has to tell it apart: try again, read again, or give up.

use sotto_public::{Foreign, Malformed};

/// Why storage did not do what it was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StorageError {
    /// Something else was written in the meantime: nothing of the batch was done. Read again and decide again.
    #[error("requirement {requirement} of the batch does not hold: another writer was faster")]
    Conflict {
        /// Which requirement, counted from 0 in the order in which they were added.
        requirement: usize,
    },
    /// A newer state of things was demanded meanwhile than the one that decided about the frame: nothing was appended. Decide again.
    #[error("what decided about this has been replaced meanwhile; decide again")]
    Fenced,
    /// The batch may have been done or not, and that could not be found out. Never to be answered as success.
    #[error("whether the batch was stored is unknown: the store went away while it was committing")]
    Unknown,
    /// Too much is waiting; nothing was done.
    #[error("the store has more to do than it can take; try again")]
    Busy,
    /// The store does not answer or refuses; nothing was done.
    #[error("the store is not available ({0})")]
    Unavailable(Foreign),
    /// The batch is larger than a batch may be; nothing was done.
    #[error("the batch has {found} {what}; at most {most} are allowed")]
    TooLarge {
        /// What is counted.
        what: &'static str,
        /// How many there are.
        found: usize,
        /// How many may be.
        most: usize,
    },
    /// What was read back is not what was written.
    #[error("a stored record is damaged: {0}")]
    Damaged(Malformed),
    /// Another process has the data directory.
    #[error("another process is using the data directory; stop it first")]
    InUse,
    /// A newer release wrote this store.
    #[error("the store has layout {found}, this release knows layouts up to {known}: use a newer release")]
    NewerLayout {
        /// The layout found.
        found: u32,
        /// The newest one known.
        known: u32,
    },
    /// The data directory cannot be used.
    #[error("the data directory cannot be used ({0})")]
    Directory(Foreign),
    /// The address of the PostgreSQL server is not usable.
    #[error("the address of the PostgreSQL server is not usable: {0}")]
    Address(&'static str),
    /// The store was closed.
    #[error("the store is closed")]
    Closed,
}

impl From<Malformed> for StorageError {
    fn from(error: Malformed) -> Self {
        Self::Damaged(error)
    }
}
