//! When do stored events go? When their group or stream is gone for a while, when retention ends them, and when segments are
//! merged or written anew.
//!
//! A record goes first, its objects after a pause in which readers that still hold an old view finish. Keys of a group go with
//! it, and those that no segment needs any more go with the segments: then nobody can open what a copy might still hold. Keys that
//! somebody may still seal with stay ([`crate::GroupKeys::may_seal`]), and none goes when the group's segments changed meanwhile.
//! A group that a view knows and the registry does not is waited for: in a cluster events may be seen before their group.

use crate::catalogue::{Segment, StreamPart, all_segments, millis, published_place, rows_below};
use crate::event_store::EventStore;
use crate::flush::{Heap, day, split};
use crate::keys::TOKEN_KEYS;
use crate::limits::days_long;
use crate::registry::Registry;
use crate::segments::{Owner, read_originals};
use crate::view::GroupView;
use crate::{LogsError, Millis, Outcome, Uid};
use sotto_protect::{Protected, SpanKeyId};
use sotto_public::{Malformed, Place, StoredRecord};
use sotto_storage::{Batch, BlobName, StorageError};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

/// How long a group or stream is waited for that the registry does not know.
const ABSENT_MAX: Duration = Duration::from_secs(60);
/// How long readers may hold an old view.
pub(crate) const READERS_MAX: Duration = Duration::from_secs(60);
/// Objects that no record names are deleted when they were first seen so long ago.
pub(crate) const UNNAMED_MAX: Duration = Duration::from_secs(3_600);
/// So many small segments of a day are merged into one.
const MERGE_COUNT: usize = 8;
/// Segments with fewer bytes of texts are small.
const SMALL_BYTES: u64 = 8 * 1024 * 1024;
/// Most records that are deleted in one transaction.
const DELETED_MAX: usize = 2_000;

/// Keys that stay with a group whose data are encrypted as a whole: two a day, and two more for a change of the customer's key.
const NEWEST_OF_ENCRYPTED: usize = 8;

/// What a sweep did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Groups whose events and keys are gone.
    pub groups: usize,
    /// Segments that are gone or were written anew.
    pub segments: usize,
    /// Objects that are gone.
    pub objects: usize,
    /// Keys that are gone.
    pub keys: usize,
}

/// The place of a group's wrapped keys.
pub(crate) fn keys_place(group: Uid) -> Place {
    Place::new("log-key").with(&group.number())
}

impl EventStore {
    /// Deletes what has to go, and merges what has become too small.
    ///
    /// # Errors
    /// When storage does not answer; what is left is done by the next sweep.
    pub async fn sweep(&self, registry: &Registry, now: Millis) -> Outcome<Swept> {
        let _turn = self.turn.lock().await;
        let mut swept = Swept::default();
        self.catch_up().await?;
        let groups: Vec<(Uid, GroupView)> =
            self.view().groups.iter().map(|(uid, group)| (*uid, group.clone())).collect();
        for (uid, group) in groups {
            match registry.by_uid(uid) {
                None if self.is_gone((uid, None), now) => {
                    self.delete_group(uid, &group, now, &mut swept).await?
                }
                None => {}
                Some((_, entry)) => {
                    let oldest = entry.group.retention_days.map(|days| now.minus(days_long(days)));
                    let streams: HashSet<Uid> = entry.streams.iter().map(|(_, stream)| stream.uid).collect();
                    match self.sweep_group(uid, &group, (oldest, &streams, now), &mut swept).await {
                        Err(LogsError::Storage(StorageError::Conflict { .. } | StorageError::Unknown)) => {
                            self.reload_group(uid).await?;
                        }
                        other => other?,
                    }
                }
            }
        }
        self.delete_rubbish(now, &mut swept).await?;
        self.delete_strays(registry, now).await?;
        if swept.groups > 0 {
            self.let_go(self.view().applied).await?;
        }
        Ok(swept)
    }

    /// Whether something has been absent for long enough.
    fn is_gone(&self, what: (Uid, Option<Uid>), now: Millis) -> bool {
        let mut absent = self.absent.lock().unwrap_or_else(PoisonError::into_inner);
        *absent.entry(what).or_insert(now) <= now.minus(ABSENT_MAX)
    }

    /// Deletes records of streams whose group has been gone for a while: one that was read before its group is no stray.
    async fn delete_strays(&self, registry: &Registry, now: Millis) -> Outcome<()> {
        let due: Vec<Place> = {
            let mut held = self.strays.lock().unwrap_or_else(PoisonError::into_inner);
            let there = registry.strays().map(|place| (held.get(&place).copied().unwrap_or(now), place));
            *held = there.map(|(since, place)| (place, since)).collect();
            let due = held.iter().filter(|(_, since)| **since <= now.minus(ABSENT_MAX));
            due.map(|(place, _)| place.clone()).take(DELETED_MAX).collect()
        };
        let mut batch = Batch::new();
        for place in &due {
            batch.delete(place);
        }
        if !batch.is_empty() {
            self.on.store.commit(batch).await?;
        }
        // A snapshot knows of them until it is read again.
        let mut held = self.strays.lock().unwrap_or_else(PoisonError::into_inner);
        held.extend(due.into_iter().map(|place| (place, Millis(i64::MAX))));
        Ok(())
    }

    async fn delete_group(&self, uid: Uid, group: &GroupView, now: Millis, swept: &mut Swept) -> Outcome<()> {
        let keys = rows_below(&*self.on.store, &keys_place(uid)).await?;
        swept.keys += keys.len();
        let numbers: Vec<u64> = keys.iter().filter_map(|row| number_at(&row.place)).collect();
        let mut places: Vec<Place> = keys.into_iter().map(|row| row.place).collect();
        places.extend(group.segments.iter().map(|segment| segment.place()));
        // The record that makes them findable goes last.
        places.push(published_place(uid));
        for portion in places.chunks(DELETED_MAX) {
            let mut batch = Batch::new();
            for place in portion {
                batch.delete(place);
            }
            self.on.store.commit(batch).await?;
        }
        numbers.into_iter().for_each(|number| self.on.keys.destroyed(uid, number));
        self.on.wal.unfence(uid.number()).await?;
        self.change_view(|view| view.forget(uid));
        self.absent.lock().unwrap_or_else(PoisonError::into_inner).retain(|(group, _), _| *group != uid);
        self.throw_away(&group.segments, now);
        swept.groups += 1;
        swept.segments += group.segments.len();
        Ok(())
    }

    async fn sweep_group(
        &self,
        uid: Uid,
        group: &GroupView,
        (oldest, streams, now): (Option<Millis>, &HashSet<Uid>, Millis),
        swept: &mut Swept,
    ) -> Outcome<()> {
        let ended = |segment: &Segment| oldest.is_some_and(|oldest| segment.span().1 < oldest);
        let (old, kept): (Vec<_>, Vec<_>) =
            group.segments.iter().cloned().partition(|segment| ended(segment));
        let orphaned = |segment: &Segment| {
            let gone = |stream: Uid| !streams.contains(&stream) && self.is_gone((uid, Some(stream)), now);
            segment.streams.iter().any(|part| gone(part.stream))
        };
        let mut again: Vec<Arc<Segment>> = kept.iter().filter(|segment| orphaned(segment)).cloned().collect();
        again.extend(
            mergeable(&kept)
                .into_iter()
                .filter(|segment| !again.iter().any(|held| held.number == segment.number))
                .collect::<Vec<_>>(),
        );
        if old.is_empty() && again.is_empty() {
            return Ok(());
        }
        let (again, new) = match self.written_anew(uid, &again, (oldest, streams, now)).await {
            Ok(new) => (again, new),
            // Their key is away: what must be read waits, what has to go goes, and other groups go on.
            Err(LogsError::Key { .. }) => (Vec::new(), Vec::new()),
            Err(error) => return Err(error),
        };
        if old.is_empty() && again.is_empty() {
            return Ok(());
        }
        let gone: Vec<Arc<Segment>> = old.into_iter().chain(again).collect();
        self.publish(uid, group, (group.through, &new, &gone)).await?;
        swept.segments += gone.len();
        self.throw_away(&gone, now);
        self.delete_keys((uid, now), swept).await
    }

    /// New segments with what stays of others.
    async fn written_anew(
        &self,
        uid: Uid,
        again: &[Arc<Segment>],
        (oldest, streams, now): (Option<Millis>, &HashSet<Uid>, Millis),
    ) -> Outcome<Vec<Segment>> {
        let mut days: BTreeMap<i64, Heap> = BTreeMap::new();
        for segment in again {
            for (owner, event) in self.whole(segment).await? {
                let lost = !streams.contains(&owner.stream) && self.is_gone((uid, Some(owner.stream)), now);
                let at = Millis(event.event().timestamp_ms());
                if !lost && oldest.is_none_or(|oldest| at >= oldest) {
                    days.entry(day(at)).or_default().push((owner, event));
                }
            }
        }
        let was_under = again.iter().filter_map(|segment| segment.column_key).max();
        let mut new = Vec::new();
        for heap in days.into_values().flat_map(split).filter(|heap| !heap.is_empty()) {
            new.push(self.write_segment(uid, heap, was_under).await?);
        }
        Ok(new)
    }

    /// The events of a segment with their originals.
    pub(crate) async fn whole(&self, segment: &Segment) -> Outcome<Heap> {
        let part = |part: &StreamPart| {
            let owner = Owner { stream: part.stream, name: part.name.clone() };
            (part.stream, Arc::new(owner))
        };
        let owners: HashMap<Uid, Arc<Owner>> = segment.streams.iter().map(part).collect();
        let rows = self.rows(segment).await?;
        let mut originals = match segment.has_originals {
            true => {
                let blob = self.on.blobs.get(segment.originals()).await?;
                let events = rows.iter().map(|row| row.event.id());
                read_originals(blob.ok_or(LogsError::Damaged(Malformed::Short))?, events)?
            }
            false => HashMap::new(),
        };
        let joined = rows.iter().map(|row| {
            let sealed = originals.remove(&row.event.id()).unwrap_or_default();
            let owner = owners.get(&row.stream).ok_or(Malformed::Missing { field: 0 })?;
            Ok((Arc::clone(owner), Protected::join(row.event.clone(), sealed)?))
        });
        joined.collect()
    }

    /// Deletes the keys that sealed nothing any more; the newest one may be in use for what comes next. Where a group's data are
    /// encrypted as a whole, columns and frames have keys, too: those of the last days may be a frame's.
    async fn delete_keys(&self, (uid, now): (Uid, Millis), swept: &mut Swept) -> Outcome<()> {
        let Some(group) = self.view().groups.find(&uid).cloned() else { return Ok(()) };
        // Which keys a frame needs that waits for its own is unknown.
        if self.first_locked(Some(uid)).is_some() {
            return Ok(());
        }
        let in_segments = group.segments.iter().flat_map(|segment| segment.span_keys.iter().copied());
        let hot = group
            .hot(None)
            .flat_map(|hot| hot.frame.events.iter().flat_map(|event| event.originals().keys()));
        let mut used: BTreeSet<u64> = in_segments.chain(hot).map(SpanKeyId::number).collect();
        let of_columns: BTreeSet<u64> =
            group.segments.iter().filter_map(|segment| segment.column_key).collect();
        let is_encrypted = self.on.keys.current(uid).is_some() || !of_columns.is_empty();
        used.extend(of_columns);
        let mut rows = rows_below(&*self.on.store, &keys_place(uid)).await?;
        // Keys of tokens seal nothing and stay.
        rows.retain(|row| row.place < keys_place(uid).with(&TOKEN_KEYS));
        let newest = if is_encrypted { NEWEST_OF_ENCRYPTED } else { 1 };
        rows.truncate(rows.len().saturating_sub(newest));
        let is_used = |number: u64| used.contains(&number) || self.on.keys.may_seal(number, now);
        let (mut batch, mut gone) = (Batch::new(), Vec::new());
        for row in rows {
            let Some(number) = number_at(&row.place).filter(|number| !is_used(*number)) else { continue };
            if gone.len() < DELETED_MAX {
                batch.require_version(&row.place, row.version).delete(&row.place);
                gone.push(number);
            }
        }
        if gone.is_empty() {
            return Ok(());
        }
        // Somebody may have published what one of them sealed, after this looked.
        match group.version {
            Some(version) => batch.require_version(&published_place(uid), version),
            None => batch.require_absent(&published_place(uid)),
        };
        self.on.store.commit(batch).await?;
        swept.keys += gone.len();
        gone.into_iter().for_each(|number| self.on.keys.destroyed(uid, number));
        Ok(())
    }

    fn throw_away(&self, segments: &[Arc<Segment>], now: Millis) {
        let mut rubbish = self.rubbish.lock().unwrap_or_else(PoisonError::into_inner);
        for segment in segments {
            self.cache.forget(segment.number);
            rubbish.push((now, segment.columns()));
            rubbish.extend(segment.has_originals.then(|| (now, segment.originals())));
        }
    }

    async fn delete_rubbish(&self, now: Millis, swept: &mut Swept) -> Outcome<()> {
        let due: Vec<BlobName> = {
            let mut rubbish = self.rubbish.lock().unwrap_or_else(PoisonError::into_inner);
            let (due, left) = std::mem::take(&mut *rubbish)
                .into_iter()
                .partition::<Vec<_>, _>(|(since, _)| *since <= now.minus(READERS_MAX));
            *rubbish = left;
            due.into_iter().map(|(_, name)| name).collect()
        };
        for name in due {
            self.on.blobs.delete(name).await?;
            swept.objects += 1;
        }
        Ok(())
    }

    /// Deletes objects that no record names, as a crash leaves them: those that a look an hour ago or earlier saw unnamed, as
    /// one that is being written has its record soon. For the start, once a day, and while such objects wait.
    ///
    /// # Errors
    /// When storage does not answer.
    pub async fn sweep_objects(&self, now: Millis) -> Outcome<usize> {
        let _turn = self.turn.lock().await;
        self.reload().await?;
        let view = self.view();
        let named: HashSet<BlobName> = view
            .groups
            .iter()
            .flat_map(|(_, group)| {
                group.segments.iter().flat_map(|segment| [segment.columns(), segment.originals()])
            })
            .collect();
        let listed = self.on.blobs.list(all_segments()).await?;
        let unnamed = listed.into_iter().map(|entry| entry.name).filter(|name| !named.contains(name));
        let due: Vec<BlobName> = {
            let mut held = self.unnamed.lock().unwrap_or_else(PoisonError::into_inner);
            let first_seen = |name: BlobName| (name.clone(), held.get(&name).copied().unwrap_or(now));
            *held = unnamed.map(first_seen).collect();
            let due = held.iter().filter(|(_, since)| **since <= now.minus(UNNAMED_MAX));
            due.map(|(name, _)| name.clone()).collect()
        };
        for name in &due {
            self.on.blobs.delete(name.clone()).await?;
            self.unnamed.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
        }
        Ok(due.len())
    }

    /// Whether the last look for objects saw some that no record names.
    pub(crate) fn has_unnamed(&self) -> bool {
        !self.unnamed.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    /// Segments of a group, oldest events first.
    pub fn segments(&self, group: Uid) -> Arc<Vec<Arc<Segment>>> {
        self.view().groups.find(&group).map(|group| Arc::clone(&group.segments)).unwrap_or_default()
    }

    /// Wrapped keys of a group by number.
    ///
    /// # Errors
    /// When storage does not answer, or holds what cannot be read.
    pub async fn keys<R: StoredRecord>(&self, group: Uid) -> Outcome<BTreeMap<u64, R>> {
        let rows = rows_below(&*self.on.store, &keys_place(group)).await?;
        let read = rows.iter().map(|row| Ok((number_at(&row.place).ok_or(Malformed::Number)?, row.read()?)));
        read.collect()
    }

    /// Adds a wrapped key; `false` when another process was faster, whose key then counts.
    ///
    /// # Errors
    /// When storage does not answer.
    pub async fn add_key<R: StoredRecord>(&self, group: Uid, number: u64, key: &R) -> Outcome<bool> {
        let (place, mut batch) = (keys_place(group).with(&number), Batch::new());
        batch.require_absent(&place).put(&place, key);
        match self.on.store.commit(batch).await {
            Ok(_) => Ok(true),
            Err(StorageError::Conflict { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Destroys a wrapped key: what it sealed cannot be opened any more, the masked text stays.
    ///
    /// # Errors
    /// When storage does not answer.
    pub async fn delete_key(&self, group: Uid, number: u64) -> Outcome<()> {
        let mut batch = Batch::new();
        batch.delete(&keys_place(group).with(&number));
        self.on.store.commit(batch).await?;
        Ok(())
    }
}

/// The number of the key at a place.
fn number_at(place: &Place) -> Option<u64> {
    let number = place.as_bytes().last_chunk::<16>().map(|bytes| u128::from_be_bytes(*bytes));
    number.and_then(|number| u64::try_from(number).ok())
}

/// Small segments of a day of which there are enough.
fn mergeable(segments: &[Arc<Segment>]) -> Vec<Arc<Segment>> {
    let mut days: BTreeMap<(i64, Option<u64>), Vec<Arc<Segment>>> = BTreeMap::new();
    for segment in segments.iter().filter(|segment| segment.text_bytes < SMALL_BYTES) {
        days.entry((day(millis(segment.first)), segment.column_key)).or_default().push(Arc::clone(segment));
    }
    days.into_values().filter(|day| day.len() >= MERGE_COUNT).flatten().collect()
}
