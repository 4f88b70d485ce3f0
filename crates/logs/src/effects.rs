//! When does what came of events get where it belongs? Soon after them, in the order of the log, each frame once.
//!
//! Values of metrics are added to their hours, and what goes with the events (an outbox, say) is written, in one transaction
//! with a mark that says how far the log was worked off. So a replay after a crash does nothing twice, and of two processes
//! one fails at the mark. The log is let go of only behind the mark.
//!
//! What comes of a frame under a group's key rests under that key, too. When the key is away the mark passes such a frame, so that
//! other groups get on, and a record says that its effects are owed: whoever opens the frame later works them off, and takes the
//! record away in the same transaction.

use crate::event_store::EventStore;
use crate::frame::{Effects, Put};
use crate::metrics::{MetricPoint, Room, Sums, hour_place, sum_up, write_hour};
use crate::{LogsError, Outcome};
use sotto_public::{Place, Storable, StoredRecord};
use sotto_storage::{Batch, Epoch, PAGE_ROWS_MAX, Scan, StorageError, Store, WalPosition};
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};

/// Most records of effects in one transaction, and about how many bytes.
const RECORDS_MAX: usize = 4_000;
const BYTES_MAX: usize = 8 * 1024 * 1024;
/// Most locked frames that one transaction passes.
const OWED_MAX: usize = 2_000;

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

/// That the effects of a frame behind the mark are not worked off: it could not be opened.
#[derive(Storable)]
struct Owed {
    position: WalPosition,
}

impl StoredRecord for Owed {
    const KIND: &'static str = "log-effects-owed";
}

fn owed_place() -> Place {
    Place::new("log-effects-owed")
}

/// Frames that are not worked off.
#[derive(Debug, Default)]
pub(crate) struct Pending {
    frames: BTreeMap<WalPosition, Arc<Effects>>,
    through: WalPosition,
    version: Option<Epoch>,
    /// Positions up to `through` whose effects are owed, and versions of the records that say so.
    owed: BTreeMap<WalPosition, Epoch>,
}

impl Pending {
    pub(crate) async fn load(store: &dyn Store) -> Outcome<Self> {
        let mut pending = Self::default();
        if let Some(row) = store.get(mark_place()).await? {
            pending.through = row.read::<Mark>()?.through;
            pending.version = Some(row.version);
        }
        let mut scan = Scan::below(&owed_place());
        loop {
            let rows = store.range(scan.clone()).await?;
            for row in &rows {
                pending.owed.insert(row.read::<Owed>()?.position, row.version);
            }
            match rows.last() {
                Some(last) if rows.len() >= PAGE_ROWS_MAX => scan = scan.after(&last.place),
                _ => return Ok(pending),
            }
        }
    }

    pub(crate) fn add(&mut self, position: WalPosition, effects: &Arc<Effects>) {
        let is_owed = self.owed.contains_key(&position);
        if is_owed || !effects.is_empty() && position > self.through {
            self.frames.insert(position, Arc::clone(effects));
        }
    }

    /// A frame that was locked is open, or gone.
    fn add_late(&mut self, position: WalPosition, effects: &Arc<Effects>) {
        if position > self.through || self.owed.contains_key(&position) {
            self.frames.insert(position, Arc::clone(effects));
        }
    }

    /// Takes over what another process, or this one without knowing it, wrote.
    fn follow(&mut self, read: Self) {
        self.owed = read.owed;
        self.advance(read.through, read.version);
    }

    fn advance(&mut self, through: WalPosition, version: Option<Epoch>) {
        self.through = self.through.max(through);
        self.version = version;
        let (through, owed) = (self.through, &self.owed);
        self.frames.retain(|position, _| *position > through || owed.contains_key(position));
    }
}

/// What one transaction works off.
#[derive(Default)]
struct Portion {
    through: WalPosition,
    version: Option<Epoch>,
    puts: Vec<Put>,
    points: Vec<MetricPoint>,
    /// Frames that are passed and cannot be opened.
    owed: Vec<WalPosition>,
    /// Owed ones that are worked off now.
    paid: Vec<(WalPosition, Epoch)>,
}

impl Portion {
    /// The next frames in order, up to bounds; nothing when none has effects. Of locked frames those behind the mark are given.
    fn next(pending: &Pending, locked: &[WalPosition], applied: WalPosition) -> Option<Self> {
        let is_new =
            |position: &&WalPosition| **position > pending.through && !pending.frames.contains_key(*position);
        let locked: Vec<WalPosition> = locked.iter().filter(is_new).copied().collect();
        // So many are passed at once: a batch has a bound.
        let end = locked.get(OWED_MAX).map_or(applied, |next| applied.min(before(*next)));
        let mut portion = Self { through: pending.through, version: pending.version, ..Self::default() };
        let (mut bytes, mut frames) = (0, 0);
        for (position, effects) in pending.frames.range(..=end) {
            frames += 1;
            portion.through = portion.through.max(*position);
            portion.paid.extend(pending.owed.get(position).map(|version| (*position, *version)));
            portion.puts.extend(effects.puts.iter().cloned());
            portion.points.extend(effects.points.iter().cloned());
            let length = |put: &Put| put.record.as_ref().map_or(0, |record| record.as_bytes().len());
            bytes += effects.puts.iter().map(length).sum::<usize>();
            let records = portion.puts.len() + portion.points.len() + portion.paid.len();
            if bytes >= BYTES_MAX || records >= RECORDS_MAX {
                break;
            }
        }
        let is_held_up = end < applied && frames == 0;
        if is_held_up {
            portion.through = end;
        }
        portion.owed = locked.into_iter().take_while(|position| *position <= portion.through).collect();
        (frames > 0 || is_held_up).then_some(portion)
    }
}

/// The position before this one.
fn before(position: WalPosition) -> WalPosition {
    WalPosition::new(position.number().saturating_sub(1))
}

impl EventStore {
    fn pending_now(&self) -> std::sync::MutexGuard<'_, Pending> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether something waits to be worked off.
    pub fn has_effects(&self) -> bool {
        !self.pending_now().frames.is_empty()
    }

    /// What comes of a frame that was locked can be worked off; nothing where its group is gone.
    pub(crate) fn owe_no_more(&self, position: WalPosition, effects: &Arc<Effects>) {
        self.pending_now().add_late(position, effects);
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
                    self.pending_now().follow(read);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(self.pending_now().through.max(applied))
    }

    fn portion(&self, applied: WalPosition) -> Option<Portion> {
        let locked = self.locked_through(applied);
        Portion::next(&self.pending_now(), &locked, applied)
    }

    async fn commit_portion(&self, portion: Portion) -> Outcome<()> {
        let mut batch = Batch::new();
        match portion.version {
            Some(version) => batch.require_version(&mark_place(), version),
            None => batch.require_absent(&mark_place()),
        };
        batch.put(&mark_place(), &Mark { through: portion.through });
        for (position, version) in &portion.paid {
            let place = owed_place().with(&position.number());
            batch.require_version(&place, *version).delete(&place);
        }
        for position in &portion.owed {
            batch.put(&owed_place().with(&position.number()), &Owed { position: *position });
        }
        for Put { place, record } in portion.puts {
            match record {
                Some(record) => batch.put_stored(&place, record),
                None => batch.delete(&place),
            };
        }
        let mut sums = Sums::new();
        sum_up(portion.points, &mut sums);
        let mut room = Room::default();
        for ((metric, hour), sum) in sums {
            let place = hour_place(&metric, hour, self.writer);
            let held = self.on.store.get(place.clone()).await?;
            // Filters make metrics of what events say: what comes on top of the bound is not counted.
            if held.is_none() && !room.takes(&*self.on.store, &metric).await? {
                continue;
            }
            let held = held.map(|row| row.read()).transpose()?;
            write_hour(&mut batch, (&place, held), sum, hour);
        }
        let epoch = self.on.store.commit(batch).await?.epoch();
        let mut pending = self.pending_now();
        for (position, _) in &portion.paid {
            pending.owed.remove(position);
        }
        pending.owed.extend(portion.owed.into_iter().map(|position| (position, epoch)));
        pending.advance(portion.through, Some(epoch));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(number: u64) -> WalPosition {
        WalPosition::new(number)
    }

    fn effects() -> Arc<Effects> {
        Arc::new(Effects { puts: vec![Put { place: Place::new("a"), record: None }], points: Vec::new() })
    }

    #[test]
    fn locked_frames_are_passed_and_owed_until_they_are_opened() {
        let mut pending = Pending::default();
        pending.add(at(3), &effects());
        let portion = Portion::next(&pending, &[at(2), at(5)], at(6)).unwrap();
        assert_eq!((portion.through, portion.owed, portion.puts.len()), (at(3), vec![at(2)], 1));
        pending.owed.insert(at(2), Epoch::new(1));
        pending.advance(at(3), Some(Epoch::new(1)));
        assert!(pending.frames.is_empty() && Portion::next(&pending, &[at(2), at(5)], at(6)).is_none());
        pending.add_late(at(2), &effects());
        let portion = Portion::next(&pending, &[at(5)], at(6)).unwrap();
        assert_eq!((portion.through, portion.paid), (at(3), vec![(at(2), Epoch::new(1))]));
        // What another process has worked off is not worked off again.
        pending.follow(Pending { through: at(4), version: Some(Epoch::new(2)), ..Pending::default() });
        assert!(pending.frames.is_empty());
        pending.add_late(at(2), &effects());
        assert!(pending.frames.is_empty());
    }

    #[test]
    fn a_transaction_passes_a_bounded_number_of_locked_frames() {
        let locked: Vec<_> = (1..=OWED_MAX as u64 + 5).map(at).collect();
        let last = at(OWED_MAX as u64 + 6);
        let mut pending = Pending::default();
        pending.add(last, &effects());
        let first = Portion::next(&pending, &locked, last).unwrap();
        assert_eq!((first.owed.len(), first.puts.len(), first.through), (OWED_MAX, 0, at(OWED_MAX as u64)));
        pending.owed.extend(first.owed.iter().map(|position| (*position, Epoch::new(1))));
        pending.advance(first.through, None);
        let rest = Portion::next(&pending, &locked, last).unwrap();
        assert_eq!((rest.owed.len(), rest.puts.len(), rest.through), (5, 1, last));
    }
}
