//! How do confirmed events become segments? By group and day, sorted, written, published, and only then let go of in the log.
//!
//! A group's segments, and how far its frames are in them, are one transaction, fenced by the version of the group's record;
//! the view changes in one step. A crash before leaves objects that no record names, which a sweep deletes; a crash after
//! leaves frames that replay skips. Days are those of the events, so that retention can drop whole segments.

use crate::catalogue::{Published, Segment, published_place};
use crate::event_store::EventStore;
use crate::keys::with_key;
use crate::segments::{Owner, Written, write};
use crate::view::{GroupView, next};
use crate::{LogsError, Millis, Outcome, Uid};
use sotto_protect::Protected;
use sotto_public::Public;
use sotto_storage::{Batch, Epoch, StorageError, WalPosition};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// More hot bytes than this are written to segments at the next occasion.
pub const FLUSH_BYTES: usize = 32 * 1024 * 1024;
/// Most bytes of texts of one segment that are written at once.
const SEGMENT_BYTES_MAX: usize = 64 * 1024 * 1024;
pub(crate) const DAY_MS: i64 = 86_400_000;

/// Events of a segment that is to be written.
pub(crate) type Heap = Vec<(Arc<Owner>, Protected)>;

impl EventStore {
    /// Bytes of events that are in no segment yet.
    pub fn hot_bytes(&self) -> usize {
        self.view().hot_bytes
    }

    /// Writes all confirmed events to segments and lets go of them in the log.
    ///
    /// # Errors
    /// When storage does not answer; what was published stays so.
    pub async fn flush(&self) -> Outcome<()> {
        let _turn = self.turn.lock().await;
        self.catch_up().await?;
        let through = self.view().applied;
        let groups: Vec<Uid> = self.view().groups.iter().map(|(uid, _)| *uid).collect();
        for uid in groups {
            match self.flush_group(uid, through).await {
                // Its key is away: its frames stay hot and in the log, and other groups go on.
                Err(LogsError::Key { .. }) => {}
                other => other?,
            }
        }
        self.let_go(through).await
    }

    /// Lets go of frames in the log, up to a position and not of any that is still needed.
    pub(crate) async fn let_go(&self, through: WalPosition) -> Outcome<()> {
        let worked_off = self.work_off().await?;
        // In this order: a frame whose key comes at this moment is locked, or it is hot.
        let through = self.before_locked(None, through.min(worked_off));
        // What somebody else published, or nobody, may be less than what was tried.
        let hot = self.view().first_hot().map(|first| WalPosition::new(first.number().saturating_sub(1)));
        Ok(self.on.wal.truncate(through.min(hot.unwrap_or(through))).await?)
    }

    /// Writes the confirmed events of one group to segments; what the log holds of them goes with the next flush at the latest.
    pub(crate) async fn flush_one(&self, uid: Uid) -> Outcome<()> {
        let _turn = self.turn.lock().await;
        self.catch_up().await?;
        let through = self.view().applied;
        self.flush_group(uid, through).await?;
        self.let_go(through).await
    }

    async fn flush_group(&self, uid: Uid, through: WalPosition) -> Outcome<()> {
        let Some(group) = self.view().groups.find(&uid).cloned() else { return Ok(()) };
        let through = self.before_locked(Some(uid), through);
        let heaps = heaps(&group, through);
        if heaps.is_empty() {
            return Ok(());
        }
        let mut segments = Vec::new();
        for heap in heaps {
            segments.push(self.write_segment(uid, heap, None).await?);
        }
        match self.publish(uid, &group, (through, &segments, &[])).await {
            Err(LogsError::Storage(StorageError::Conflict { .. } | StorageError::Unknown)) => {
                // Somebody else published, or it did happen: what the catalogue says holds.
                self.reload_group(uid).await
            }
            other => other,
        }
    }

    /// Writes a segment's objects. Events that came out of a segment under a key go under one again, also where this process
    /// does not write under any.
    pub(crate) async fn write_segment(
        &self,
        group: Uid,
        heap: Heap,
        was_under: Option<u64>,
    ) -> Outcome<Segment> {
        let (number, keys) = (self.numbers.take(1), Arc::clone(&self.on.keys));
        let under = keys.current(group).or(was_under);
        let work = move || with_key(&*keys, (group, under), |key| write((group, number), heap, key));
        let written = tokio::task::spawn_blocking(work).await;
        let Written { segment, columns, originals } = written.map_err(|_| LogsError::Busy)??;
        if let Some(originals) = originals {
            self.on.blobs.put(segment.originals(), originals).await?;
        }
        self.on.blobs.put(segment.columns(), columns).await?;
        Ok(segment)
    }

    /// Makes segments count, and others no longer, in one transaction; then shows it.
    pub(crate) async fn publish(
        &self,
        uid: Uid,
        group: &GroupView,
        change: (WalPosition, &[Segment], &[Arc<Segment>]),
    ) -> Outcome<()> {
        self.publish_with(uid, group, change, Batch::new()).await.map(|_| ())
    }

    /// The same together with other records; the version of what was written.
    pub(crate) async fn publish_with(
        &self,
        uid: Uid,
        group: &GroupView,
        (through, new, old): (WalPosition, &[Segment], &[Arc<Segment>]),
        also: Batch,
    ) -> Outcome<Epoch> {
        let (place, mut batch) = (published_place(uid), Batch::new());
        match group.version {
            Some(version) => batch.require_version(&place, version),
            None => batch.require_absent(&place),
        };
        let through = group.through.max(through);
        batch.put(&place, &Published { group: uid.number(), through });
        for segment in new {
            batch.put(&segment.place(), segment);
        }
        for segment in old {
            batch.delete(&segment.place());
        }
        batch.extend(also);
        let committed = self.on.store.commit(batch).await?;
        let kept = group.segments.iter().filter(|held| !old.iter().any(|gone| gone.number == held.number));
        let mut segments: Vec<_> = kept.cloned().collect();
        segments.extend(new.iter().cloned().map(Arc::new));
        let listed = crate::catalogue::Listed { segments, through, version: Some(committed.epoch()) };
        self.change_view(|view| view.publish(uid, listed));
        Ok(committed.epoch())
    }
}

/// Hot events up to a position, by day, each heap within a segment's bound.
fn heaps(group: &GroupView, through: WalPosition) -> Vec<Heap> {
    let mut days: BTreeMap<i64, Heap> = BTreeMap::new();
    let from = next(group.through);
    for (stream, frames) in group.streams.iter() {
        for (_, hot) in frames.from(&from).take_while(|(position, _)| **position <= through) {
            let owner = Arc::new(Owner { stream: *stream, name: hot.frame.name.clone() });
            for event in &hot.frame.events {
                let day = day(Millis(event.event().timestamp_ms()));
                days.entry(day).or_default().push((Arc::clone(&owner), event.clone()));
            }
        }
    }
    days.into_values().flat_map(split).collect()
}

/// Cuts a heap that is too large for one segment, in the order of ids, and parts streams of one name: a stream may have been
/// deleted and made again.
pub(crate) fn split(heap: Heap) -> Vec<Heap> {
    let mut first: HashMap<Public<String>, Uid> = HashMap::new();
    let is_first = |(owner, _): &(Arc<Owner>, Protected)| {
        *first.entry(owner.name.clone()).or_insert(owner.stream) == owner.stream
    };
    let (mut heap, again): (Heap, Heap) = heap.into_iter().partition(is_first);
    heap.sort_by_key(|(_, event)| event.event().id());
    let (mut heaps, mut bytes) = (vec![Vec::new()], 0);
    for (owner, event) in heap {
        let length = event.stored().as_str().len();
        if bytes + length > SEGMENT_BYTES_MAX && bytes > 0 {
            heaps.push(Vec::new());
            bytes = 0;
        }
        bytes += length;
        if let Some(last) = heaps.last_mut() {
            last.push((owner, event));
        }
    }
    if !again.is_empty() {
        heaps.extend(split(again));
    }
    heaps
}

/// The day of an instant, counted from 1970.
pub(crate) fn day(at: Millis) -> i64 {
    at.0.div_euclid(DAY_MS)
}
