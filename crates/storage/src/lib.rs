//! Keeps ordered bytes, transactions, chained logs, a write-ahead log and large objects: embedded or clustered.
//!
//! ```text
//! Batch (requirements, puts, deletes, rows of logs) ── commit ──> durable ──> Committed (epoch, Recorded per row)
//!                              SQLite: one machine            PostgreSQL: many front ends
//! Stored ── append ──> Wal: durable frames in one order         files | rows at PostgreSQL
//! Blob ── put ──> Blobs: objects, whole or not at all           a directory | a bucket
//! ```
//!
//! Which question does this crate answer? *How do records stay, whole and in order, whatever happens?* Both back ends stand
//! behind one trait, [`Store`], and one conformance suite; callers cannot tell them apart. What a batch says is durable
//! when [`Store::commit`] returns, or none of it ever was, or the answer is [`StorageError::Unknown`].
//!
//! **Invariant of absence:** does not know what the bytes mean, and takes none but of [`sotto_public::Storable`] records:
//! a database remembers (free pages, write-ahead logs, backups), so what must not be read later never gets here.

mod batch;
mod blobs;
mod chain;
mod copies;
mod copy;
mod error;
mod faults;
mod group;
mod location;
mod lock;
mod plan;
mod postgres;
mod rows;
mod sqlite;
mod store;
mod wal;

pub use batch::{BATCH_BYTES_MAX, BATCH_ITEMS_MAX, Batch, Committed, Epoch, Log};
pub use blobs::{BLOB_BYTES_MAX, BlobEntry, BlobName, BlobNameError, Blobs, DirectoryBlobs};
pub use copies::{LocalCopies, LocalCopy};
pub use copy::{Copied, Part, copied_record, copy_store, join_apart, read_blob_file};
pub use error::StorageError;
pub use faults::{Fault, FaultyStore};
pub use location::Location;
pub use postgres::{PostgresAddress, PostgresStore};
pub use sqlite::SqliteStore;
pub use store::{Changes, Found, PAGE_ROWS_MAX, Reply, Row, Scan, Store};
pub use wal::{
    FRAME_BYTES_MAX, Fence, FileWal, PostgresWal, WAL_PAGE_BYTES_MAX, WAL_PAGE_FRAMES_MAX,
    WAL_QUEUE_BYTES_MAX, Wal, WalBounds, WalFrame, WalPosition,
};
