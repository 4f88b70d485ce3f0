//! What can one ask a store? Records by place, batches, what changed since, and rows of chained logs.
//!
//! All reads see every batch that was acknowledged before they began. Lists come in pages with a bound; the next page
//! begins after the last place of the one before. A generic parameter per back end was rejected: it would spread through
//! every service for two implementations.

use crate::{Batch, Committed, Epoch, Log, StorageError};
use sotto_public::{ChainHead, ChainId, ChainRow, Malformed, Place, Stored, StoredRecord};
use std::future::Future;
use std::pin::Pin;
use tokio::sync::watch;

/// Most rows in one page.
pub const PAGE_ROWS_MAX: usize = 1_000;

/// An answer that comes later.
pub type Reply<'a, T> = Pin<Box<dyn Future<Output = Result<T, StorageError>> + Send + 'a>>;

/// Where records stay. One value per process; shared behind `Arc<dyn Store>`.
pub trait Store: Send + Sync + 'static {
    /// The record at a place.
    fn get(&self, place: Place) -> Reply<'_, Option<Row>>;

    /// Records in the order of their places.
    fn range(&self, scan: Scan) -> Reply<'_, Vec<Row>>;

    /// Does the batch, durably, or nothing of it. [`StorageError::Unknown`] says that it could not be found out which.
    fn commit(&self, batch: Batch) -> Reply<'_, Committed>;

    /// What was put or deleted after an epoch, oldest first, at most a page of it.
    fn changes(&self, after: Epoch, limit: usize) -> Reply<'_, Changes>;

    /// The newest epoch that this process has heard of, from itself and from others. In a cluster it may be some
    /// hundred milliseconds behind what others committed; [`Store::changes`] never is.
    fn watch(&self) -> watch::Receiver<Epoch>;

    /// Rows of one chain after a number, in order.
    fn chain(&self, log: Log, chain: ChainId, after: u64, limit: usize) -> Reply<'_, Vec<ChainRow>>;

    /// Where the chains of a log end, in the order of their ids.
    fn heads(&self, log: Log) -> Reply<'_, Vec<ChainHead>>;

    /// Rows of a log by their index places.
    fn find(&self, log: Log, scan: Scan) -> Reply<'_, Vec<Found>>;

    /// Which chain this process writes.
    fn own_chain(&self) -> ChainId;

    /// Finishes what was accepted and takes nothing more.
    fn close(&self) -> Reply<'_, ()>;
}

/// A stored record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Where it is.
    pub place: Place,
    /// When it was written last.
    pub version: Epoch,
    /// The record.
    pub record: Stored,
}

impl Row {
    /// The record, decoded.
    ///
    /// # Errors
    /// When it is of another kind, damaged, or written by a newer release.
    pub fn read<R: StoredRecord>(&self) -> Result<R, Malformed> {
        self.record.read()
    }
}

/// A row of a log, found by one of its index places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The index place.
    pub place: Place,
    /// The row.
    pub row: ChainRow,
}

/// What changed after an epoch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Changes {
    /// Records put (`Some`) and deleted (`None`), and the epoch up to which this is everything. A place stands here once,
    /// with what is there now.
    Since {
        /// Places and what is there now, in the order of their last write.
        records: Vec<(Place, Epoch, Option<Stored>)>,
        /// Nothing up to here is missing; ask again from here.
        through: Epoch,
        /// Whether there was more than fits a page.
        more: bool,
    },
    /// Too long ago: deletions are remembered for a bounded time. Read everything again.
    TooOld,
}

/// Which part of an ordered list is read.
#[derive(Clone, Debug)]
pub struct Scan {
    pub(crate) low: Vec<u8>,
    pub(crate) high: Vec<u8>,
    pub(crate) backwards: bool,
    pub(crate) limit: usize,
}

/// Parts of places begin with 1 or 2: this stands behind all that continue a place.
const BEHIND: u8 = 0xff;

fn behind(place: &Place) -> Vec<u8> {
    let mut bytes = place.as_bytes().to_vec();
    bytes.push(BEHIND);
    bytes
}

impl Scan {
    /// Everything at a place and below it.
    pub fn below(place: &Place) -> Self {
        Self { low: place.as_bytes().to_vec(), high: behind(place), backwards: false, limit: PAGE_ROWS_MAX }
    }

    /// Only from this place on, itself included.
    #[must_use]
    pub fn from(mut self, place: &Place) -> Self {
        self.low = self.low.max(place.as_bytes().to_vec());
        self
    }

    /// Only up to this place and what is below it.
    #[must_use]
    pub fn through(mut self, place: &Place) -> Self {
        self.high = self.high.min(behind(place));
        self
    }

    /// Only what stands before this place.
    #[must_use]
    pub fn before(mut self, place: &Place) -> Self {
        self.high = self.high.min(place.as_bytes().to_vec());
        self
    }

    /// Last ones first. Say this before [`Scan::after`].
    #[must_use]
    pub fn backwards(mut self) -> Self {
        self.backwards = true;
        self
    }

    /// Continues a page: what comes after this place in the order of the scan.
    #[must_use]
    pub fn after(mut self, place: &Place) -> Self {
        if self.backwards {
            return self.before(place);
        }
        let mut next = place.as_bytes().to_vec();
        next.push(0);
        self.low = self.low.max(next);
        self
    }

    /// At most so many, and never more than [`PAGE_ROWS_MAX`].
    #[must_use]
    pub fn limit(mut self, rows: usize) -> Self {
        self.limit = rows.min(PAGE_ROWS_MAX);
        self
    }
}
