//! Who keeps the store in order, and when? Whoever runs the server calls [`EventStore::tend`] about once a second; it works
//! off effects each time, and flushes and sweeps when these are due.
//!
//! In a cluster one process at a time flushes and sweeps: it holds a lease, a record with an end. Clocks that differ can make
//! two hold it; then both try, and one fails at the versions of records, which only costs work.

use crate::event_store::EventStore;
use crate::flush::FLUSH_BYTES;
use crate::registry::Registry;
use crate::sweep::{Swept, UNNAMED_MAX};
use crate::{Millis, Outcome};
use sotto_public::{Place, Storable, StoredRecord};
use sotto_storage::{Batch, Epoch, StorageError};
use std::sync::PoisonError;
use std::time::Duration;

/// Events stay hot for so long at most.
pub const HOT_AGE_MAX: Duration = Duration::from_secs(60);
/// Between two sweeps.
const SWEEP_PAUSE: Duration = Duration::from_secs(60);
/// Between two looks for objects that no record names.
const OBJECTS_PAUSE: Duration = Duration::from_secs(86_400);
/// How long a lease holds.
const LEASE: Duration = Duration::from_secs(15);

/// When what was done last.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Timetable {
    flushed: Option<Millis>,
    swept: Option<Millis>,
    objects: Option<Millis>,
    epoch: Epoch,
}

/// What was done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tended {
    /// Events were written to segments.
    pub flushed: bool,
    /// What the sweep did.
    pub swept: Swept,
}

/// Who keeps the store in order, and until when.
#[derive(Storable)]
struct Lease {
    writer: u128,
    until: Millis,
}

impl StoredRecord for Lease {
    const KIND: &'static str = "log-lease";
}

fn lease_place() -> Place {
    Place::new("log-lease")
}

impl EventStore {
    /// Does what is due.
    ///
    /// # Errors
    /// When storage does not answer; the next call tries again.
    pub async fn tend(&self, registry: &Registry, now: Millis) -> Outcome<Tended> {
        self.follow().await?;
        self.unlock(&|group| registry.by_uid(group).is_some())?;
        self.apply_effects().await?;
        let mut tended = Tended::default();
        if !self.holds_lease(now).await? {
            return Ok(tended);
        }
        let due = |last: Option<Millis>, pause: Duration| last.is_none_or(|last| last.plus(pause) <= now);
        let timetable = *self.timetable.lock().unwrap_or_else(PoisonError::into_inner);
        let hot = self.hot_bytes();
        if hot >= FLUSH_BYTES || (hot > 0 && due(timetable.flushed.or(Some(now)), HOT_AGE_MAX)) {
            self.flush().await?;
            tended.flushed = true;
        }
        self.note(|table| {
            table.flushed = if tended.flushed { Some(now) } else { table.flushed.or(Some(now)) }
        });
        if due(timetable.swept, SWEEP_PAUSE) {
            tended.swept = self.sweep(registry, now).await?;
            self.note(|table| table.swept = Some(now));
        }
        let pause = if self.has_unnamed() { UNNAMED_MAX } else { OBJECTS_PAUSE };
        if due(timetable.objects, pause) {
            tended.swept.objects += self.sweep_objects(now).await?;
            self.note(|table| table.objects = Some(now));
        }
        Ok(tended)
    }

    /// Takes in what other processes confirmed and published. An old view is good for as long as the objects of segments that
    /// were replaced stay.
    async fn follow(&self) -> Outcome<()> {
        if !self.on.wal.is_shared() {
            return Ok(());
        }
        self.catch_up().await?;
        let epoch = *self.on.store.watch().borrow();
        if self.timetable.lock().unwrap_or_else(PoisonError::into_inner).epoch != epoch {
            self.reload().await?;
            self.note(|table| table.epoch = epoch);
        }
        Ok(())
    }

    fn note(&self, change: impl FnOnce(&mut Timetable)) {
        change(&mut self.timetable.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Whether this process keeps the store in order: always where it is alone.
    async fn holds_lease(&self, now: Millis) -> Outcome<bool> {
        if !self.on.wal.is_shared() {
            return Ok(true);
        }
        let mut batch = Batch::new();
        match self.on.store.get(lease_place()).await? {
            None => drop(batch.require_absent(&lease_place())),
            Some(row) => {
                let lease: Lease = row.read()?;
                if lease.writer != self.writer && lease.until > now {
                    return Ok(false);
                }
                if lease.writer == self.writer && lease.until > now.plus(LEASE / 2) {
                    return Ok(true);
                }
                batch.require_version(&lease_place(), row.version);
            }
        }
        batch.put(&lease_place(), &Lease { writer: self.writer, until: now.plus(LEASE) });
        match self.on.store.commit(batch).await {
            Ok(_) => Ok(true),
            Err(StorageError::Conflict { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}
