//! How does a policy come to events that are stored already? As a job: a record with a holder, a portion of work at a time, and
//! nothing done twice or half.
//!
//! ```text
//! begin ──> [ claim ──> segment by segment ──> none left ] ──> old objects deleted ──> ended
//! ```
//!
//! A group has one job at a time. Each segment is looked at whole; what changes is written anew and published in one transaction
//! with the note that this segment is done and how far the job is, fenced by the versions of the group's and the job's records.
//! So a job goes on after a crash where it was, two holders never both count, and a reader sees a segment before or after, never
//! between. Segments that a sweep merges meanwhile are looked at once more, which changes nothing. Old objects are named in the
//! notes until they are deleted, when readers that may hold them are gone; a list in memory would forget them in a crash.
//!
//! What arrives while a job begins may still have been looked at by older rules. No time is waited for that: a job puts up a fence
//! in the write-ahead log ([`sotto_storage::Fence`]) with the state by which it goes. Frames behind it were decided by that state
//! or a newer one, also those of other processes; those before it are in segments before the job is through.

mod portion;

use crate::catalogue::{Segment, rows_below};
use crate::event_store::{EventStore, fence_of};
use crate::sweep::READERS_MAX;
use crate::{LogsError, Millis, Outcome, Scope, Uid};
use sotto_protect::Protected;
use sotto_public::{EventId, IdentifierId, LogSafe, Place, Public, Storable, StoredRecord};
use sotto_storage::{Batch, Epoch, StorageError, WalPosition};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

/// Jobs of an account in a Region that run at one time.
pub const RETROACTIVE_LIVE_MAX: usize = 100;
/// Jobs of an account in a Region that are remembered after their end.
pub const RETROACTIVE_ENDED_MAX: usize = 200;
/// Events of which a job keeps the ids, to show how they look.
pub const RETROACTIVE_SAMPLES_MAX: usize = 10;
/// How long a process holds a job without a sign of life.
const LEASE: Duration = Duration::from_secs(120);
/// How often a record is tried again that somebody else changed meanwhile.
const TRIES_MAX: usize = 10;
/// Notes that are deleted in one transaction.
const NOTES_MAX: usize = 1_000;

/// How a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Storable, LogSafe)]
pub enum Standing {
    /// It goes through the events.
    Running,
    /// It waits for the customer's key.
    Waiting,
    /// All is done but for old objects, which readers may still hold.
    Finishing,
    /// It is done.
    Complete,
    /// Somebody stopped it; what it did stays.
    Stopped,
    /// It could not go on.
    Failed(Failure),
}

/// Why a job could not go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Storable, LogSafe)]
pub enum Failure {
    /// The group is gone.
    GroupDeleted,
    /// No policy holds for the group any more.
    NothingProtects,
    /// A stored event cannot be read.
    Damaged,
}

/// What a job does not reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Storable, LogSafe)]
pub enum Unreached {
    /// Backups that were made before.
    Backups,
    /// Copies that subscription filters delivered.
    DeliveredCopies,
    /// Reports of findings.
    Findings,
    /// Values and dimensions that metric filters took out.
    MetricValues,
    /// Older versions of objects, where a bucket keeps them.
    ObjectVersions,
    /// Results of queries, and queries that run.
    QueryResults,
    /// Segments whose key was away.
    SegmentsWithoutKey,
    /// Events that could not be read or not be masked, and those that a job never came to.
    Events,
}

/// How far a job is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Storable)]
pub struct Progress {
    /// Events there are.
    pub events_total: u64,
    /// Events that were looked at.
    pub events_done: u64,
    /// Bytes of texts there are.
    pub bytes_total: u64,
    /// Bytes that were looked at.
    pub bytes_done: u64,
    /// Events in which something new was found.
    pub events_masked: u64,
    /// Streams of which these are.
    pub streams_masked: u64,
    /// Values that were found, by identifier.
    pub identifiers: BTreeMap<IdentifierId, u64>,
    /// Segments that could not be read without their key.
    pub without_key: u64,
    /// Events that could not be read, or not be masked: they are as they were.
    pub damaged: Option<u64>,
}

/// An event that shows how others look, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Storable)]
pub struct Sample {
    /// Its stream.
    pub stream: Uid,
    /// Its id.
    pub event: EventId,
}

/// A job: a policy applied to what is stored.
#[derive(Clone, Debug, PartialEq, Storable)]
pub struct Retroactive {
    /// Its id.
    pub id: Public<String>,
    /// Account and Region.
    pub scope: Scope,
    /// The group.
    pub group: Uid,
    /// The group's name.
    pub name: Public<String>,
    /// Whether it only counts.
    pub dry_run: bool,
    /// Who began it, as the trail shows it.
    pub begun_by: Public<String>,
    /// When it began.
    pub begun: Millis,
    /// Since when it goes through the events under what holds now.
    pub since: Millis,
    /// When it ended.
    pub ended: Option<Millis>,
    /// How it stands.
    pub standing: Standing,
    /// As what it ends, once it is finishing.
    pub outcome: Option<Standing>,
    /// Whether somebody wants it stopped.
    pub stopping: bool,
    /// Tells the policies apart under which it goes.
    pub under: u64,
    /// By which state of things it goes: who knows less does not go on with it.
    pub epoch: u64,
    /// How far it is.
    pub progress: Progress,
    /// Events that show what was found.
    pub samples: Vec<Sample>,
    /// What it did not reach, with a number where there is one.
    pub unreached: BTreeMap<Unreached, u64>,
    holder: u128,
    until: Millis,
    /// Frames up to here may have been decided by an older state: they must be in segments before it is through.
    through: Option<WalPosition>,
    /// The policy that a dry run tries, which nobody has put.
    pub policy: Option<Public<String>>,
}

impl StoredRecord for Retroactive {
    const KIND: &'static str = "log-retroactive";
}

/// A job that is to begin.
#[derive(Clone, Debug)]
pub struct NewRetroactive {
    /// Its id.
    pub id: Public<String>,
    /// Account and Region.
    pub scope: Scope,
    /// The group.
    pub group: Uid,
    /// The group's name.
    pub name: Public<String>,
    /// Whether it only counts.
    pub dry_run: bool,
    /// Who begins it.
    pub begun_by: Public<String>,
    /// Now.
    pub begun: Millis,
    /// Tells policies apart.
    pub under: u64,
    /// What is known when it begins.
    pub epoch: u64,
    /// The policy that a dry run tries instead of the group's own.
    pub policy: Option<Public<String>>,
}

/// That a segment is done.
#[derive(Clone, Debug, PartialEq, Storable)]
struct Note {
    number: u128,
    /// Streams in which something was found.
    streams: Vec<Uid>,
    /// When another segment took its place, and whether it had originals.
    replaced: Option<Replaced>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Storable)]
struct Replaced {
    at: Millis,
    has_originals: bool,
}

impl StoredRecord for Note {
    const KIND: &'static str = "log-retroactive-note";
}

/// What was found anew in an event.
#[derive(Debug, Default)]
pub struct News {
    /// The event as it is to be; none in a dry run.
    pub event: Option<Protected>,
    /// How often what was found.
    pub found: BTreeMap<IdentifierId, u64>,
}

/// A job in the hands of this process.
#[derive(Debug)]
pub struct Run {
    job: Retroactive,
    version: Epoch,
    done: BTreeSet<u128>,
    streams: BTreeSet<Uid>,
}

impl Run {
    /// The job.
    pub fn job(&self) -> &Retroactive {
        &self.job
    }

    /// The version of its record that this process wrote.
    pub fn version(&self) -> Epoch {
        self.version
    }
}

fn live_place() -> Place {
    Place::new("log-retro")
}

fn live_of(scope: &Scope) -> Place {
    scope.below(live_place())
}

fn place_of(job: &Retroactive) -> Place {
    live_of(&job.scope).with(&job.group.number())
}

fn ended_of(scope: &Scope) -> Place {
    scope.below(Place::new("log-retro-ended"))
}

fn ended_place(job: &Retroactive) -> Place {
    let begun = u64::try_from(job.begun.0).unwrap_or_default();
    ended_of(&job.scope).with(&begun).with(&job.id)
}

fn notes_place(job: &Retroactive) -> Place {
    Place::new("log-retro-note").with(&job.group.number()).with(&job.id)
}

impl Retroactive {
    fn new(new: NewRetroactive) -> Self {
        Self {
            id: new.id,
            scope: new.scope,
            group: new.group,
            name: new.name,
            dry_run: new.dry_run,
            begun_by: new.begun_by,
            begun: new.begun,
            since: new.begun,
            ended: None,
            standing: Standing::Running,
            outcome: None,
            stopping: false,
            under: new.under,
            epoch: new.epoch,
            progress: Progress::default(),
            samples: Vec::new(),
            unreached: BTreeMap::new(),
            holder: 0,
            until: Millis(0),
            through: None,
            policy: new.policy,
        }
    }
}

impl EventStore {
    /// Begins a job; `false` when the group has one. From here on nothing is stored that an older state decided about.
    ///
    /// # Errors
    /// When too many run in the account and Region, or storage does not answer.
    pub async fn begin_retroactive(&self, new: NewRetroactive) -> Outcome<bool> {
        let job = Retroactive::new(new);
        if rows_below(&*self.on.store, &live_of(&job.scope)).await?.len() >= RETROACTIVE_LIVE_MAX {
            return Err(LogsError::LimitExceeded("at most 100 retroactive protections run at one time"));
        }
        let (place, mut batch) = (place_of(&job), Batch::new());
        batch.require_absent(&place).put(&place, &job);
        match self.on.store.commit(batch).await {
            Ok(_) => {}
            Err(StorageError::Conflict { .. }) => return Ok(false),
            Err(error) => return Err(error.into()),
        }
        if !job.dry_run {
            // The job puts its fence up again, and goes by where it stands then: what fails here is done there.
            let _ = self.on.wal.fence(fence_of(job.group, job.epoch)).await;
        }
        Ok(true)
    }

    /// Jobs that have not ended, of all accounts, with the versions of their records.
    ///
    /// # Errors
    /// When storage does not answer, or holds what cannot be read.
    pub async fn live_retroactives(&self) -> Outcome<Vec<(Retroactive, Epoch)>> {
        let rows = rows_below(&*self.on.store, &live_place()).await?;
        rows.iter().map(|row| Ok((row.read()?, row.version))).collect()
    }

    /// Jobs of an account in a Region, newest first.
    ///
    /// # Errors
    /// When storage does not answer, or holds what cannot be read.
    pub async fn retroactives(&self, scope: &Scope) -> Outcome<Vec<Retroactive>> {
        let mut rows = rows_below(&*self.on.store, &ended_of(scope)).await?;
        rows.extend(rows_below(&*self.on.store, &live_of(scope)).await?);
        let mut jobs: Vec<Retroactive> = rows.iter().map(|row| row.read()).collect::<Result<_, _>>()?;
        jobs.sort_by(|a, b| (b.begun, &b.id).cmp(&(a.begun, &a.id)));
        Ok(jobs)
    }

    /// Asks a job to stop; `None` when there is none of this id that runs.
    ///
    /// # Errors
    /// When storage does not answer.
    pub async fn stop_retroactive(&self, scope: &Scope, id: &Public<String>) -> Outcome<Option<Retroactive>> {
        for _ in 0..TRIES_MAX {
            let mut found = None;
            for row in rows_below(&*self.on.store, &live_of(scope)).await? {
                let job: Retroactive = row.read()?;
                found = found.or((job.id == *id).then_some((job, row.version)));
            }
            let Some((mut job, version)) = found else { return Ok(None) };
            job.stopping = true;
            match self.write_job(&job, version, Batch::new()).await {
                Ok(_) => return Ok(Some(job)),
                Err(LogsError::Storage(StorageError::Conflict { .. })) => {}
                Err(error) => return Err(error),
            }
        }
        Err(LogsError::Busy)
    }

    /// Takes a job into this process's hands, unless another one holds it.
    ///
    /// # Errors
    /// When storage does not answer, or holds what cannot be read.
    pub async fn claim_retroactive(
        &self,
        (mut job, version): (Retroactive, Epoch),
        now: Millis,
    ) -> Outcome<Option<Run>> {
        let is_held = self.on.wal.is_shared() && job.holder != self.writer && job.until > now;
        if is_held {
            return Ok(None);
        }
        (job.holder, job.until) = (self.writer, now.plus(LEASE));
        let version = match self.write_job(&job, version, Batch::new()).await {
            Ok(version) => version,
            Err(LogsError::Storage(StorageError::Conflict { .. })) => return Ok(None),
            Err(error) => return Err(error),
        };
        let (mut done, mut streams) = (BTreeSet::new(), BTreeSet::new());
        for row in rows_below(&*self.on.store, &notes_place(&job)).await? {
            let note: Note = row.read()?;
            done.insert(note.number);
            streams.extend(note.streams);
        }
        Ok(Some(Run { job, version, done, streams }))
    }

    /// Writes the job's record anew, and what goes with it.
    async fn write_job(&self, job: &Retroactive, version: Epoch, also: Batch) -> Outcome<Epoch> {
        let mut batch = Batch::new();
        let place = place_of(job);
        batch.require_version(&place, version).put(&place, job).extend(also);
        Ok(self.on.store.commit(batch).await?.epoch())
    }

    /// The next segment that this job has not looked at.
    pub fn next_of(&self, run: &Run) -> Option<Arc<Segment>> {
        self.segments(run.job.group).iter().find(|segment| !run.done.contains(&segment.number)).cloned()
    }

    /// How many events a job that ends now does not reach: those that are damaged, and those that it did not look at.
    pub fn events_unreached(&self, job: &Retroactive) -> u64 {
        let view = self.view();
        let Some(group) = view.groups.find(&job.group) else { return 0 };
        let hot: usize = group.hot(None).map(|hot| hot.frame.events.len()).sum();
        let there = group.segments.iter().map(|segment| segment.events).sum::<u64>() + hot as u64;
        there.saturating_sub(job.progress.events_done) + job.progress.damaged.unwrap_or(0)
    }

    /// Puts up the fence of a job, where it has none: from here on, no event is stored that an older state decided about. An
    /// embedded log forgets fences with its process, and with it everybody who decided earlier. A dry run only notes how far
    /// it goes.
    ///
    /// # Errors
    /// When storage does not answer, or somebody else changed the record.
    pub async fn fence_off(&self, run: &mut Run, now: Millis) -> Outcome<()> {
        if run.job.through.is_some() {
            return Ok(());
        }
        let through = match run.job.dry_run {
            true => self.on.wal.bounds().await?.end,
            false => self.on.wal.fence(fence_of(run.job.group, run.job.epoch)).await?,
        };
        let mut job = run.job.clone();
        (job.through, job.until) = (Some(through), now.plus(LEASE));
        run.version = self.write_job(&job, run.version, Batch::new()).await?;
        run.job = job;
        Ok(())
    }

    /// Whether a job is through, when no segment is left: what came before its fence must be in segments, too. It writes it to
    /// segments where that is what is missing.
    ///
    /// # Errors
    /// When storage does not answer.
    pub async fn is_through(&self, run: &Run) -> Outcome<bool> {
        let (group, Some(through)) = (run.job.group, run.job.through) else { return Ok(false) };
        self.catch_up().await?;
        if self.waits_through(group, through) {
            self.flush_one(group).await?;
        }
        if self.on.wal.is_shared() {
            // Another process may have published what this one has not seen as segments.
            self.reload_group(group).await?;
        }
        Ok(self.next_of(run).is_none() && !self.waits_through(group, through))
    }

    /// Whether something of a group up to a position is in no segment.
    fn waits_through(&self, group: Uid, through: WalPosition) -> bool {
        let view = self.view();
        let is_hot = view.groups.find(&group).is_some_and(|group| group.is_hot_through(through));
        let is_locked = self.first_locked(Some(group)).is_some_and(|first| first <= through);
        view.applied < through || is_hot || is_locked
    }

    /// Says that a job waits for a key, or goes on.
    ///
    /// # Errors
    /// When storage does not answer, or somebody else changed the record.
    pub async fn note_waiting(&self, run: &mut Run, is_waiting: bool, now: Millis) -> Outcome<()> {
        let standing = if is_waiting { Standing::Waiting } else { Standing::Running };
        if run.job.standing == standing && run.job.until > now.plus(LEASE / 2) {
            return Ok(());
        }
        let mut job = run.job.clone();
        (job.standing, job.until) = (standing, now.plus(LEASE));
        run.version = self.write_job(&job, run.version, Batch::new()).await?;
        run.job = job;
        Ok(())
    }

    /// Begins anew under other policies, those of a state: what was looked at is looked at again, what was replaced is still deleted
    /// at the end.
    ///
    /// # Errors
    /// When storage does not answer, or somebody else changed the record.
    pub async fn begin_anew(&self, run: &mut Run, (under, epoch): (u64, u64), now: Millis) -> Outcome<()> {
        let (replaced, plain): (Vec<_>, Vec<_>) =
            self.notes(&run.job).await?.into_iter().partition(|note| note.replaced.is_some());
        self.forget_notes(run, &plain).await?;
        let mut job = run.job.clone();
        (job.under, job.since, job.until) = (under, now, now.plus(LEASE));
        (job.epoch, job.through) = (epoch.max(job.epoch), None);
        job.progress.damaged = None;
        if job.dry_run {
            (job.progress, job.samples) = (Progress::default(), Vec::new());
        }
        run.version = self.write_job(&job, run.version, Batch::new()).await?;
        run.done = replaced.iter().map(|note| note.number).collect();
        run.job = job;
        Ok(())
    }

    async fn notes(&self, job: &Retroactive) -> Outcome<Vec<Note>> {
        let rows = rows_below(&*self.on.store, &notes_place(job)).await?;
        Ok(rows.iter().map(|row| row.read()).collect::<Result<_, _>>()?)
    }

    async fn forget_notes(&self, run: &Run, notes: &[Note]) -> Outcome<()> {
        let (place, below) = (place_of(&run.job), notes_place(&run.job));
        for portion in notes.chunks(NOTES_MAX) {
            let mut batch = Batch::new();
            batch.require_version(&place, run.version);
            for note in portion {
                batch.delete(&below.clone().with(&note.number));
            }
            self.on.store.commit(batch).await?;
        }
        Ok(())
    }

    /// Says as what a job ends; what it replaced is still to be deleted.
    ///
    /// # Errors
    /// When storage does not answer, or somebody else changed the record.
    pub async fn wind_up(
        &self,
        run: &mut Run,
        outcome: Standing,
        unreached: BTreeMap<Unreached, u64>,
    ) -> Outcome<()> {
        let mut job = run.job.clone();
        (job.standing, job.outcome, job.unreached) = (Standing::Finishing, Some(outcome), unreached);
        run.version = self.write_job(&job, run.version, Batch::new()).await?;
        run.job = job;
        Ok(())
    }

    /// Deletes what was replaced, once no reader can hold it; whether there is nothing left of it.
    ///
    /// # Errors
    /// When storage does not answer, or somebody else changed the record.
    pub async fn delete_replaced(&self, run: &mut Run, now: Millis) -> Outcome<bool> {
        let notes = self.notes(&run.job).await?;
        let is_held =
            |note: &&Note| note.replaced.is_some_and(|replaced| replaced.at.plus(READERS_MAX) > now);
        let (held, due): (Vec<_>, Vec<_>) = notes.iter().partition(is_held);
        let due: Vec<Note> = due.into_iter().cloned().collect();
        for note in &due {
            let Some(replaced) = note.replaced else { continue };
            let (columns, originals) = Segment::objects(run.job.group, note.number);
            self.on.blobs.delete(columns).await?;
            if replaced.has_originals {
                self.on.blobs.delete(originals).await?;
            }
        }
        self.forget_notes(run, &due).await?;
        self.note_finishing(run, now).await?;
        Ok(held.is_empty())
    }

    async fn note_finishing(&self, run: &mut Run, now: Millis) -> Outcome<()> {
        if run.job.until > now.plus(LEASE / 2) {
            return Ok(());
        }
        let mut job = run.job.clone();
        job.until = now.plus(LEASE);
        run.version = self.write_job(&job, run.version, Batch::new()).await?;
        run.job = job;
        Ok(())
    }

    /// Ends a job, of which only the record stays, among a bounded number.
    ///
    /// # Errors
    /// When storage does not answer, or somebody else changed the record.
    pub async fn end_retroactive(&self, run: Run, now: Millis) -> Outcome<Retroactive> {
        let Run { mut job, version, .. } = run;
        job.standing = job.outcome.unwrap_or(Standing::Complete);
        job.ended = Some(now);
        let (place, mut batch) = (place_of(&job), Batch::new());
        batch.require_version(&place, version).delete(&place).put(&ended_place(&job), &job);
        let ended = rows_below(&*self.on.store, &ended_of(&job.scope)).await?;
        let too_many = (ended.len() + 1).saturating_sub(RETROACTIVE_ENDED_MAX);
        for row in ended.iter().take(too_many) {
            batch.delete(&row.place);
        }
        self.on.store.commit(batch).await?;
        Ok(job)
    }
}
