//! What can go wrong while masking, and what to do about it? Causes and places; never a captured character.

use sotto_public::Foreign;

/// Why masking was refused or stopped.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MaskError {
    /// The key of a token is shorter than the digest it feeds (RFC 2104 section 3: not less than the hash's output).
    #[error("the token key has {given} bytes; give it at least {min}")]
    KeyTooShort {
        /// How many were given.
        given: usize,
        /// How many are needed.
        min: usize,
    },
    /// Every byte of the key is the same: an empty file or a placeholder.
    #[error("the token key repeats one byte; make it from random bytes")]
    KeyConstant,
    /// The name of a scope is empty or too long.
    #[error("the name of a token scope has {given} bytes; allowed are 1 to {max}")]
    ScopeName {
        /// How many were given.
        given: usize,
        /// The bound.
        max: usize,
    },
    /// A column that was asked for is not in the header.
    #[error(
        "there is no column `{column}` in the header; columns are named as the header writes them, or by number"
    )]
    NoSuchColumn {
        /// As the settings name it.
        column: String,
    },
    /// A CSV record is longer than can be held: most likely a quote is not closed.
    #[error("the record that begins at byte {at} is longer than {max} bytes; is a quote not closed?")]
    RecordTooLong {
        /// Offset of its first byte in the input.
        at: u64,
        /// The bound.
        max: usize,
    },
    /// Findings contradict each other or the text. What was held has been masked entirely.
    #[error(
        "findings near byte {at} contradict each other; everything held was masked and the stream was stopped"
    )]
    Inconsistent {
        /// Offset in the input.
        at: u64,
    },
    /// The stream was used after an error.
    #[error("the stream was stopped by an earlier error; begin a new one")]
    Stopped,
    /// The reader failed.
    #[error("reading failed: {0}")]
    Read(Foreign),
    /// The writer failed.
    #[error("writing failed: {0}")]
    Write(Foreign),
}

impl MaskError {
    pub(crate) fn read(error: &std::io::Error) -> Self {
        Self::Read(Foreign::io(error))
    }

    pub(crate) fn write(error: &std::io::Error) -> Self {
        Self::Write(Foreign::io(error))
    }
}
