//! What can go wrong with a segment? Causes; never a cell of it, which the libraries' own words would quote.

use parquet::errors::ParquetError;
use sotto_public::{Foreign, LogSafe, Malformed};

/// Why a segment is not written or read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error, LogSafe)]
pub enum SegmentError {
    /// Nothing to write.
    #[error("a segment has at least one event")]
    Empty,
    /// Too much for one segment.
    #[error("{bytes} bytes of text are too many for one segment; at most {most}")]
    TooLarge {
        /// How many were given.
        bytes: u64,
        /// How many are allowed.
        most: u64,
    },
    /// The library of the format refused.
    #[error("the segment cannot be used: {0}")]
    Format(Foreign),
    /// It is no segment of ours.
    #[error("this is no segment, or one of a newer release: column `{column}` is missing or of another type")]
    Column {
        /// The column that is not there.
        column: &'static str,
    },
    /// A cell is not what was written.
    #[error("the segment is damaged: {0}")]
    Malformed(Malformed),
    /// The object of originals is not one.
    #[error("the object of sealed originals is damaged or of another kind")]
    Sealed,
    /// The originals of an event are not where they should be.
    #[error("the sealed originals of an event are missing")]
    OriginalsMissing,
    /// The source gave fewer bytes than it has.
    #[error("the segment could not be read: {0}")]
    Source(Foreign),
    /// The key of the columns has a length that the format does not take.
    #[error("the key of encrypted columns has {bytes} bytes; 16 or 32 are right")]
    KeyLength {
        /// How many it has.
        bytes: usize,
    },
}

impl From<ParquetError> for SegmentError {
    /// By kind: the words may quote cells.
    fn from(error: ParquetError) -> Self {
        Self::Format(Foreign::new(
            "parquet",
            match error {
                ParquetError::General(_) => "malformed, or encrypted under another key",
                ParquetError::NYI(_) => "a part of the format that is not supported",
                ParquetError::EOF(_) => "it ends too early",
                ParquetError::ArrowError(_) => "columns do not fit",
                ParquetError::IndexOutOfBound(..) => "an index is out of bounds",
                ParquetError::External(_) => "the source failed",
                _ => "more data is needed",
            },
        ))
    }
}

impl From<arrow_schema::ArrowError> for SegmentError {
    fn from(_: arrow_schema::ArrowError) -> Self {
        Self::Format(Foreign::new("arrow", "columns do not fit"))
    }
}

impl From<Malformed> for SegmentError {
    fn from(error: Malformed) -> Self {
        Self::Malformed(error)
    }
}
