//! Segments of stored text in columns, and the sealed originals beside them.
//!
//! ```text
//! Protected events ──write──> Segment { masked: a Parquet file, sealed: an object of originals, summary }
//! masked file      ──Reader──> StoredEvents, by stream and time
//! sealed object    ──SealedObject──> Originals of one event
//! ```
//!
//! Which question does this crate answer? *How do masked events rest so that other engines can read them and leak nothing?*
//! The Parquet file holds [`schema`]: times, stream, event id, stored text, `@masked`, and the discovered fields as columns
//! of their own. Originals are not in it, so whoever reads it with another engine cannot leak them; they stand in a sibling
//! object that is not even opened without a permit. Under a customer's key the whole file is encrypted, footer included.
//!
//! Statistics, dictionaries and page indexes are made of stored text alone. Bloom filters are not written at all: of an
//! encrypted column they would stand in clear, and of the others they would help no query that we run.
//!
//! **Invariant of absence:** makes no stored text but what it read; knows no policies, no callers, no storage, no query
//! engine.

mod columns;
mod encryption;
mod error;
mod hot;
mod merge;
mod reader;
pub mod schema;
mod sealed;
mod selection;
mod source;
mod summary;
mod writer;

pub use encryption::ColumnKey;
pub use error::SegmentError;
pub use hot::{HOT_BLOCK_TEXT_BYTES, hot_blocks};
pub use merge::{merge, rows_of};
pub use reader::Reader;
pub use sealed::{SEALED_HEAD_BYTES, SealedIndex, SealedObject};
pub use selection::Selection;
pub use source::Source;
pub use summary::{StreamSummary, Summary};
pub use writer::{Discover, SEGMENT_TEXT_BYTES_MAX, Segment, write};

use sotto_protect::{Protected, StoredEvent};
use std::sync::Arc;

/// An event of a stream, with its originals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The name of its stream.
    pub stream: Arc<str>,
    /// The event.
    pub event: Protected,
}

/// An event of a stream as the masked file holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MaskedRow {
    /// The name of its stream.
    pub stream: Arc<str>,
    /// The masked side of the event.
    pub event: StoredEvent,
}

impl MaskedRow {
    /// What a segment is sorted by: stream, time, id.
    pub fn key(&self) -> (&str, i64, sotto_public::EventId) {
        (&self.stream, self.event.timestamp_ms(), self.event.id())
    }
}
