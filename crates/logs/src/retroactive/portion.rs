//! What happens to one segment of a job? It is looked at whole, on a thread of its own; what changed takes its place in the same
//! transaction in which the job says that it is done.
//!
//! A segment whose key is away, or that is damaged, is passed by and counted, and so is an event that cannot be masked. What was
//! sealed counts only while the key is there that sealed it: a sweep may have destroyed it meanwhile, and then nothing happens.
//! Objects that were written for a transaction that did not happen are deleted at once, where it is sure that it did not.

use super::{
    LEASE, News, Note, RETROACTIVE_SAMPLES_MAX, Replaced, Retroactive, Run, Sample, Standing, notes_place,
    place_of,
};
use crate::catalogue::Segment;
use crate::event_store::EventStore;
use crate::flush::Heap;
use crate::sweep::keys_place;
use crate::{LogsError, Millis, Outcome, Uid};
use sotto_protect::Protected;
use sotto_public::{IdentifierId, Place};
use sotto_storage::{Batch, BlobName, Epoch, StorageError};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

impl EventStore {
    /// Looks at all events of a segment, on a thread of its own, and has what changed take its place. `sealed_by` is the number of
    /// the key that seals what is found. An event that `look` calls damaged stays as it is.
    ///
    /// # Errors
    /// When storage does not answer, or somebody else was faster; [`LogsError::Key`] when the key was destroyed meanwhile. Then
    /// nothing was changed.
    pub async fn protect_segment<F>(
        &self,
        run: &mut Run,
        segment: &Arc<Segment>,
        (now, sealed_by): (Millis, Option<u64>),
        look: F,
    ) -> Outcome<()>
    where
        F: FnMut(Uid, &Protected) -> Outcome<Option<News>> + Send + 'static,
    {
        let heap = match self.whole(segment).await {
            // Its key is away: the job says so and goes on.
            Err(LogsError::Key { .. }) => {
                run.job.progress.without_key += 1;
                return self.done(run, Portion::default(), segment, (now, None)).await;
            }
            // It cannot be read: so it stays, the job says so and goes on. Or somebody replaced it.
            Err(LogsError::Damaged(_) | LogsError::Segment(_)) => {
                self.reload_group(segment.group).await?;
                if !self.segments(segment.group).iter().any(|held| held.number == segment.number) {
                    return Err(LogsError::Storage(StorageError::Conflict { requirement: 0 }));
                }
                let portion = Portion { damaged: segment.events, ..Portion::default() };
                return self.done(run, portion, segment, (now, None)).await;
            }
            heap => heap?,
        };
        let dry_run = run.job.dry_run;
        let work = tokio::task::spawn_blocking(move || Portion::of(heap, dry_run, look));
        let portion = work.await.map_err(|_| LogsError::Busy)??;
        self.done(run, portion, segment, (now, sealed_by)).await
    }

    /// The keys that a new segment rests on: what names it stands on their versions.
    async fn keys_of(&self, group: Uid, sealed_by: Option<u64>) -> Outcome<Vec<(Place, Epoch)>> {
        let (mut keys, columns) = (Vec::new(), self.on.keys.current(group));
        for number in sealed_by.into_iter().chain(columns) {
            let place = keys_place(group).with(&number);
            let row = self.on.store.get(place.clone()).await?;
            keys.push((place, row.ok_or(LogsError::Key { group, number })?.version));
        }
        Ok(keys)
    }

    /// Writes down that a segment is done, with what takes its place.
    async fn done(
        &self,
        run: &mut Run,
        portion: Portion,
        segment: &Arc<Segment>,
        (now, sealed_by): (Millis, Option<u64>),
    ) -> Outcome<()> {
        let (group, mut job) = (run.job.group, run.job.clone());
        let Portion { heap, changed, streams, found, samples, masked, damaged } = portion;
        // A sweep must not come between the objects and the record that names them.
        let _turn = self.turn.lock().await;
        let (keys, new) = match changed {
            true => {
                let keys = self.keys_of(group, sealed_by).await?;
                (keys, Some(self.write_segment(group, heap, segment.column_key).await?))
            }
            false => (Vec::new(), None),
        };
        let mut done = run.done.clone();
        done.insert(segment.number);
        done.extend(new.iter().map(|new| new.number));
        let mut all_streams = run.streams.clone();
        all_streams.extend(&streams);
        job.until = now.plus(LEASE);
        job.standing = Standing::Running;
        job.progress.events_masked += masked;
        if damaged > 0 {
            job.progress.damaged = Some(job.progress.damaged.unwrap_or(0) + damaged);
        }
        job.progress.streams_masked = all_streams.len() as u64;
        for (identifier, count) in found {
            *job.progress.identifiers.entry(identifier).or_default() += count;
        }
        let room = RETROACTIVE_SAMPLES_MAX.saturating_sub(job.samples.len());
        job.samples.extend(samples.into_iter().take(room));
        self.measure(&mut job, (segment, new.as_ref()), &done);
        let replaced = new.as_ref().map(|_| Replaced { at: now, has_originals: segment.has_originals });
        let mut also = Batch::new();
        let (place, notes) = (place_of(&job), notes_place(&job));
        also.require_version(&place, run.version).put(&place, &job);
        for (key, version) in &keys {
            also.require_version(key, *version);
        }
        also.put(
            &notes.clone().with(&segment.number),
            &Note { number: segment.number, streams: streams.into_iter().collect(), replaced },
        );
        if let Some(new) = &new {
            let note = Note { number: new.number, streams: Vec::new(), replaced: None };
            also.put(&notes.with(&new.number), &note);
        }
        run.version = match new {
            Some(new) => self.take_place(segment, new, also).await?,
            None => self.on.store.commit(also).await?.epoch(),
        };
        (run.job, run.done, run.streams) = (job, done, all_streams);
        Ok(())
    }

    /// Publishes a segment in the place of another one.
    async fn take_place(&self, old: &Arc<Segment>, new: Segment, also: Batch) -> Outcome<Epoch> {
        let conflict = || LogsError::Storage(StorageError::Conflict { requirement: 0 });
        let group = self.view().groups.find(&old.group).cloned().ok_or_else(conflict)?;
        if !group.segments.iter().any(|held| held.number == old.number) {
            self.drop_objects(Segment::objects(new.group, new.number)).await?;
            return Err(conflict());
        }
        let objects = Segment::objects(new.group, new.number);
        let change = (group.through, &[new][..], &[Arc::clone(old)][..]);
        match self.publish_with(old.group, &group, change, also).await {
            Ok(epoch) => {
                self.cache.forget(old.number);
                Ok(epoch)
            }
            Err(error) => {
                // Somebody else published, or it did happen: what the catalogue says holds.
                self.reload_group(old.group).await?;
                if matches!(error, LogsError::Storage(StorageError::Conflict { .. })) {
                    self.drop_objects(objects).await?;
                }
                Err(error)
            }
        }
    }

    /// Deletes objects that no record came to name.
    async fn drop_objects(&self, (columns, originals): (BlobName, BlobName)) -> Outcome<()> {
        self.on.blobs.delete(columns).await?;
        Ok(self.on.blobs.delete(originals).await?)
    }

    /// How far the job is when a segment is done and another one may stand in its place.
    fn measure(
        &self,
        job: &mut Retroactive,
        (old, new): (&Segment, Option<&Segment>),
        done: &BTreeSet<u128>,
    ) {
        let segments = self.segments(job.group);
        let others = segments.iter().map(|segment| &**segment).filter(|held| held.number != old.number);
        let progress = &mut job.progress;
        (progress.events_total, progress.events_done) = (0, 0);
        (progress.bytes_total, progress.bytes_done) = (0, 0);
        for segment in others.chain([new.unwrap_or(old)]) {
            progress.events_total += segment.events;
            progress.bytes_total += segment.text_bytes;
            if done.contains(&segment.number) {
                progress.events_done += segment.events;
                progress.bytes_done += segment.text_bytes;
            }
        }
    }
}

/// What looking at a segment gave.
#[derive(Default)]
struct Portion {
    heap: Heap,
    /// Whether an event is another one now.
    changed: bool,
    masked: u64,
    /// Events that stay as they are because they cannot be read or masked.
    damaged: u64,
    streams: BTreeSet<Uid>,
    found: BTreeMap<IdentifierId, u64>,
    samples: Vec<Sample>,
}

impl Portion {
    fn of<F>(heap: Heap, dry_run: bool, mut look: F) -> Outcome<Self>
    where
        F: FnMut(Uid, &Protected) -> Outcome<Option<News>>,
    {
        let mut portion = Self::default();
        for (owner, event) in heap {
            let looked = match look(owner.stream, &event) {
                Err(LogsError::Damaged(_)) => {
                    portion.damaged += 1;
                    None
                }
                looked => looked?,
            };
            let Some(News { event: new, found }) = looked else {
                portion.keep(dry_run, owner, event);
                continue;
            };
            portion.note(owner.stream, &event, found);
            match new.filter(|new| new.event().id() == event.event().id()) {
                Some(new) if !dry_run => {
                    portion.changed = true;
                    portion.heap.push((owner, new));
                }
                _ => portion.keep(dry_run, owner, event),
            }
        }
        Ok(portion)
    }

    fn keep(&mut self, dry_run: bool, owner: Arc<crate::segments::Owner>, event: Protected) {
        if !dry_run {
            self.heap.push((owner, event));
        }
    }

    /// The first event of each kind is a sample.
    fn note(&mut self, stream: Uid, event: &Protected, found: BTreeMap<IdentifierId, u64>) {
        self.masked += 1;
        self.streams.insert(stream);
        let is_first = found.keys().any(|kind| !self.found.contains_key(kind));
        if is_first && self.samples.len() < RETROACTIVE_SAMPLES_MAX {
            self.samples.push(Sample { stream, event: event.event().id() });
        }
        for (kind, count) in found {
            *self.found.entry(kind).or_default() += count;
        }
    }
}
