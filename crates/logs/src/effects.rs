//! When does what came of events get where it belongs? Soon after them, in the order of the log, each frame once.
//!
//! Values of metrics are added to their hours, and what goes with the events (an outbox, say) is written, in one transaction
//! with a mark that says how far the log was worked off. So a replay after a crash does nothing twice, and of two processes
//! one fails at the mark. The log is let go of only behind the mark.

use crate::event_store::EventStore;
use crate::frame::{Effects, Put};
use crate::metrics::{MetricPoint, Sums, hour_place, sum_up, write_hour};
use crate::{LogsError, Outcome};
use sotto_public::{Place, Storable, StoredRecord};
use sotto_storage::{Batch, Epoch, StorageError, Store, WalPosition};
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};

/// Most records of effects in one transaction, and about how many bytes.
const RECORDS_MAX: usize = 4_000;
const BYTES_MAX: usize = 8 * 1024 * 1024;

/// How far the log was worked off.
#[derive(Storable)]
struct Mark {
    through: WalPosition,
}

impl StoredRecord for Mark {
    const KIND: &'static str = "log-effects";
}

fn mark_place() -> Place {
    Place::new("log-effects")
}

/// Frames that are not worked off.
#[derive(Debug, Default)]
pub(crate) struct Pending {
    frames: BTreeMap<WalPosition, Arc<Effects>>,
    through: WalPosition,
    version: Option<Epoch>,
}

impl Pending {
    pub(crate) async fn load(store: &dyn Store) -> Outcome<Self> {
        let mut pending = Self::default();
        if let Some(row) = store.get(mark_place()).await? {
            pending.through = row.read::<Mark>()?.through;
            pending.version = Some(row.version);
        }
        Ok(pending)
    }

    pub(crate) fn add(&mut self, position: WalPosition, effects: &Arc<Effects>) {
        if !effects.is_empty() && position > self.through {
            self.frames.insert(position, Arc::clone(effects));
        }
    }

    fn advance(&mut self, through: WalPosition, version: Option<Epoch>) {
        self.through = self.through.max(through);
        self.version = version;
        let through = self.through;
        self.frames.retain(|position, _| *position > through);
    }
}

/// What one transaction works off.
struct Portion {
    through: WalPosition,
    version: Option<Epoch>,
    puts: Vec<Put>,
    points: Vec<MetricPoint>,
}

impl EventStore {
    fn pending_now(&self) -> std::sync::MutexGuard<'_, Pending> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether something waits to be worked off.
    pub fn has_effects(&self) -> bool {
        !self.pending_now().frames.is_empty()
    }

    /// Works off what came of events up to now.
    ///
    /// # Errors
    /// When storage does not answer; what is left waits.
    pub async fn apply_effects(&self) -> Outcome<()> {
        let _turn = self.turn.lock().await;
        self.work_off().await.map(drop)
    }

    /// The same for who has the turn; says how far the log is worked off.
    pub(crate) async fn work_off(&self) -> Outcome<WalPosition> {
        let applied = self.view().applied;
        while let Some(portion) = self.portion(applied) {
            match self.commit_portion(portion).await {
                Ok(()) => {}
                Err(LogsError::Storage(StorageError::Conflict { .. } | StorageError::Unknown)) => {
                    let read = Pending::load(&*self.on.store).await?;
                    self.pending_now().advance(read.through, read.version);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(self.pending_now().through.max(applied))
    }

    /// The next frames in order, up to a bound; nothing when none has effects.
    fn portion(&self, applied: WalPosition) -> Option<Portion> {
        let pending = self.pending_now();
        let mut portion = Portion {
            through: pending.through,
            version: pending.version,
            puts: Vec::new(),
            points: Vec::new(),
        };
        let mut bytes = 0;
        for (position, effects) in pending.frames.range(..=applied) {
            portion.through = *position;
            portion.puts.extend(effects.puts.iter().cloned());
            portion.points.extend(effects.points.iter().cloned());
            let length = |put: &Put| put.record.as_ref().map_or(0, |record| record.as_bytes().len());
            bytes += effects.puts.iter().map(length).sum::<usize>();
            if bytes >= BYTES_MAX || portion.puts.len() + portion.points.len() >= RECORDS_MAX {
                break;
            }
        }
        (!portion.puts.is_empty() || !portion.points.is_empty()).then_some(portion)
    }

    async fn commit_portion(&self, portion: Portion) -> Outcome<()> {
        let mut batch = Batch::new();
        match portion.version {
            Some(version) => batch.require_version(&mark_place(), version),
            None => batch.require_absent(&mark_place()),
        };
        batch.put(&mark_place(), &Mark { through: portion.through });
        for Put { place, record } in portion.puts {
            match record {
                Some(record) => batch.put_stored(&place, record),
                None => batch.delete(&place),
            };
        }
        let mut sums = Sums::new();
        sum_up(portion.points, &mut sums);
        for ((metric, hour), sum) in sums {
            let place = hour_place(&metric, hour, self.writer);
            let held = self.on.store.get(place.clone()).await?;
            let held = held.map(|row| row.read()).transpose()?;
            write_hour(&mut batch, (&place, held), sum, hour);
        }
        let committed = self.on.store.commit(batch).await?;
        self.pending_now().advance(portion.through, Some(committed.epoch()));
        Ok(())
    }
}
