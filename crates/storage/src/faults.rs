//! What if storage fails in the worst moment? [`FaultyStore`] makes it happen when a test says so.
//!
//! Wraps any store. Faults are queued, one for each coming commit; without one the commit goes through. Reads can be slowed
//! down and refused as well. Services are tested over this: whatever happens below, an answer is never a lie.

use crate::{Batch, Changes, Committed, Epoch, Found, Log, Reply, Row, Scan, StorageError, Store};
use sotto_public::{ChainHead, ChainId, ChainRow, Foreign, Place};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::watch;

/// What happens to one commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It fails before anything is done.
    Before,
    /// It is done, and nobody learns of it: [`StorageError::Unknown`].
    After,
    /// It is not done, and nobody learns of that: [`StorageError::Unknown`].
    Lost,
    /// It is done after a while.
    Delay(Duration),
    /// Nothing: it goes through.
    None,
}

/// A store that fails on request.
pub struct FaultyStore {
    inner: Arc<dyn Store>,
    commits: Mutex<VecDeque<Fault>>,
    refuse_reads: Mutex<bool>,
}

const BROKEN: StorageError = StorageError::Unavailable(Foreign::new("faults", "a test asked for it"));

impl FaultyStore {
    /// Around a store that works.
    pub fn new(inner: Arc<dyn Store>) -> Self {
        Self { inner, commits: Mutex::default(), refuse_reads: Mutex::default() }
    }

    /// What happens to the commit after those that were said already.
    pub fn next_commit(&self, fault: Fault) {
        self.commits.lock().unwrap_or_else(PoisonError::into_inner).push_back(fault);
    }

    /// Whether reads are refused from now on.
    pub fn refuse_reads(&self, refuse: bool) {
        *self.refuse_reads.lock().unwrap_or_else(PoisonError::into_inner) = refuse;
    }

    fn take(&self) -> Fault {
        let next = self.commits.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        next.unwrap_or(Fault::None)
    }

    fn read<'a, T: Send + 'a>(&self, inner: Reply<'a, T>) -> Reply<'a, T> {
        match *self.refuse_reads.lock().unwrap_or_else(PoisonError::into_inner) {
            true => Box::pin(async { Err(BROKEN) }),
            false => inner,
        }
    }
}

impl Store for FaultyStore {
    fn get(&self, place: Place) -> Reply<'_, Option<Row>> {
        self.read(self.inner.get(place))
    }

    fn range(&self, scan: Scan) -> Reply<'_, Vec<Row>> {
        self.read(self.inner.range(scan))
    }

    fn commit(&self, batch: Batch) -> Reply<'_, Committed> {
        let fault = self.take();
        Box::pin(async move {
            match fault {
                Fault::Before => Err(BROKEN),
                Fault::Lost => Err(StorageError::Unknown),
                Fault::After => self.inner.commit(batch).await.and(Err(StorageError::Unknown)),
                Fault::Delay(time) => {
                    tokio::time::sleep(time).await;
                    self.inner.commit(batch).await
                }
                Fault::None => self.inner.commit(batch).await,
            }
        })
    }

    fn changes(&self, after: Epoch, limit: usize) -> Reply<'_, Changes> {
        self.read(self.inner.changes(after, limit))
    }

    fn watch(&self) -> watch::Receiver<Epoch> {
        self.inner.watch()
    }

    fn chain(&self, log: Log, chain: ChainId, after: u64, limit: usize) -> Reply<'_, Vec<ChainRow>> {
        self.read(self.inner.chain(log, chain, after, limit))
    }

    fn heads(&self, log: Log) -> Reply<'_, Vec<ChainHead>> {
        self.read(self.inner.heads(log))
    }

    fn find(&self, log: Log, scan: Scan) -> Reply<'_, Vec<Found>> {
        self.read(self.inner.find(log, scan))
    }

    fn own_chain(&self) -> ChainId {
        self.inner.own_chain()
    }

    fn close(&self) -> Reply<'_, ()> {
        self.inner.close()
    }
}
