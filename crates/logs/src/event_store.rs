//! Where do events go, and what has been confirmed? Into the write-ahead log, then into the view; then the caller is told.
//!
//! ```text
//! append: Frame ── Wal::append (durable) ──> View (visible) ──> confirmed
//! tend:   View ── flush ──> segments, then catalogue + checkpoint in one transaction, then a new View ──> Wal::truncate
//! ```
//!
//! In a cluster all processes append to one log and read it; whoever reads first takes in what others confirmed
//! ([`EventStore::catch_up`]), so that each process answers each call. One process at a time publishes; another that tries
//! fails at the version of the group's record. Streams have no owners that could be split: order is the log's.

use crate::cache::SegmentCache;
use crate::catalogue::{self, read_group};
use crate::effects::Pending;
use crate::frame::{Effects, Frame, Framed, Put};
use crate::ids::{Numbers, Reserved};
use crate::keys::{GroupKeys, Locked};
use crate::listen::{Herald, Listener};
use crate::metrics::MetricPoint;
use crate::tend::Timetable;
use crate::view::View;
use crate::{LogsError, Millis, Outcome, Scope, Stream, Uid};
use sotto_protect::Protected;
use sotto_public::{Place, Public, Stored};
use sotto_storage::{Batch, BlobName, Blobs, Fence, StorageError, Store, Wal, WalFrame, WalPosition};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

/// Most bytes of events that are in no segment yet; who comes on top is told to try again.
pub const HOT_BYTES_MAX: usize = 256 * 1024 * 1024;

/// What events rest on.
#[derive(Clone)]
pub struct Foundations {
    /// Records.
    pub store: Arc<dyn Store>,
    /// The write-ahead log.
    pub wal: Arc<dyn Wal>,
    /// Segments.
    pub blobs: Arc<dyn Blobs>,
    /// Keys of groups whose data are encrypted as a whole.
    pub keys: Arc<dyn GroupKeys>,
}

/// The store of events.
pub struct EventStore {
    pub(crate) on: Foundations,
    pub(crate) numbers: Numbers,
    /// Tells this process's records from those of others.
    pub(crate) writer: u128,
    view: RwLock<Arc<View>>,
    pub(crate) pending: Mutex<Pending>,
    pub(crate) locked: Mutex<Locked>,
    pub(crate) cache: SegmentCache,
    /// One publishes, sweeps or reads the log at a time.
    pub(crate) turn: tokio::sync::Mutex<()>,
    pub(crate) absent: Mutex<HashMap<(Uid, Option<Uid>), Millis>>,
    pub(crate) rubbish: Mutex<Vec<(Millis, BlobName)>>,
    /// Objects that no record names, and since when that is known.
    pub(crate) unnamed: Mutex<HashMap<BlobName, Millis>>,
    /// Since when records of streams have had no group.
    pub(crate) strays: Mutex<HashMap<Place, Millis>>,
    pub(crate) timetable: Mutex<Timetable>,
    herald: Herald,
}

/// What one call appends.
#[derive(Debug)]
pub struct Append {
    /// The stream: it knows its group.
    pub stream: Arc<Stream>,
    /// Its events, with ids of one [`Reserved`], in order.
    pub events: Vec<Protected>,
    /// Values of metrics that they gave.
    pub points: Vec<MetricPoint>,
    /// What else becomes durable with them and is written soon after, once: puts and deletions only.
    pub also: Batch,
    /// The state of things by which their group's rules were taken; none where no rules concern them.
    pub decided: Option<u64>,
}

/// What became of an append.
#[derive(Debug)]
pub enum Appended {
    /// It is durable and visible.
    Durable,
    /// Nothing was appended: stored events of the group are protected under newer rules than those by which these were decided.
    /// They come back, to be looked at by the rules that hold now.
    Outdated(Vec<Protected>),
}

/// Events that have just been confirmed, or that another process confirmed.
#[derive(Debug)]
pub struct Arrived(pub(crate) Arc<Frame>);

impl Arrived {
    /// The group.
    pub fn group(&self) -> Uid {
        self.0.group
    }

    /// The stream.
    pub fn stream(&self) -> Uid {
        self.0.stream
    }

    /// The stream's name.
    pub fn stream_name(&self) -> &Public<String> {
        &self.0.name
    }

    /// The events, in the order of the call.
    pub fn events(&self) -> &[Protected] {
        &self.0.events
    }
}

/// What is demanded of a group's frames, or what one was decided by.
pub(crate) fn fence_of(group: Uid, epoch: u64) -> Fence {
    Fence { lane: group.number(), epoch }
}

/// The place of a stream: what its events' originals are bound to.
pub fn stream_place(scope: &Scope, group: Uid, stream: Uid) -> Place {
    scope.below(Place::new("log-events")).with(&group.number()).with(&stream.number())
}

impl EventStore {
    /// Opens the store: reads the catalogue, then the write-ahead log behind what is in segments. The number must be fresh and
    /// random.
    ///
    /// # Errors
    /// When storage does not answer, or holds what cannot be read.
    pub async fn open(on: Foundations, now: Millis, random: u128) -> Outcome<Arc<Self>> {
        let pending = Pending::load(&*on.store).await?;
        let made = Arc::new(Self {
            numbers: Numbers::new(now, (random & u128::from(u32::MAX)) as u32),
            writer: random,
            view: RwLock::default(),
            pending: Mutex::new(pending),
            locked: Mutex::default(),
            cache: SegmentCache::default(),
            turn: tokio::sync::Mutex::new(()),
            absent: Mutex::default(),
            rubbish: Mutex::default(),
            unnamed: Mutex::default(),
            strays: Mutex::default(),
            timetable: Mutex::default(),
            herald: Herald::default(),
            on,
        });
        made.reload().await?;
        made.catch_up().await?;
        Ok(made)
    }

    /// Sets ids aside for events.
    pub fn reserve(&self, count: usize) -> Reserved {
        let count = count as u64;
        Reserved { first: self.numbers.take(count), count }
    }

    /// Appends events: durable and visible when this returns, unless the rules that decided about them are out of date. Goes on when
    /// the caller goes away.
    ///
    /// # Errors
    /// [`LogsError::Busy`] when too much waits; storage's errors, of which only [`StorageError::Unknown`] leaves open whether
    /// the events are there.
    pub async fn append(self: &Arc<Self>, append: Append) -> Outcome<Appended> {
        if self.view().hot_bytes >= HOT_BYTES_MAX {
            return Err(LogsError::Busy);
        }
        if !append.also.only_writes() {
            return Err(LogsError::InvalidOperation("what goes with events is written without requirements"));
        }
        let puts =
            append.also.writes().map(|(place, record)| Put { place: place.clone(), record: record.cloned() });
        let effects = Arc::new(Effects { points: append.points, puts: puts.collect() });
        let frame = Arc::new(Frame {
            group: append.stream.group,
            stream: append.stream.uid,
            name: append.stream.name.public(),
            events: append.events,
        });
        let framed = self.framed(&frame, effects)?;
        let under = append.decided.map(|epoch| fence_of(frame.group, epoch));
        let this = Arc::clone(self);
        let task = tokio::spawn(async move {
            let position = this.on.wal.append_under(Stored::of(&framed), under).await?;
            this.take_in(position, &framed)
        });
        match task.await.unwrap_or(Err(LogsError::Storage(StorageError::Unknown))) {
            Ok(()) => Ok(Appended::Durable),
            Err(LogsError::Storage(StorageError::Fenced)) => {
                let events =
                    Arc::try_unwrap(frame).map_or_else(|frame| frame.events.clone(), |frame| frame.events);
                Ok(Appended::Outdated(events))
            }
            Err(error) => Err(error),
        }
    }

    /// Hears of all events from now on, those of other processes when this one reads them. A listener that is too slow is
    /// told how many appends it missed.
    pub fn listen(&self) -> Listener {
        self.herald.listener()
    }

    /// How many hear.
    pub fn listening(&self) -> usize {
        self.herald.listeners()
    }

    /// Takes in what other processes confirmed, and what this one did without knowing it.
    ///
    /// # Errors
    /// When storage does not answer.
    pub async fn catch_up(&self) -> Outcome<()> {
        loop {
            let bounds = self.on.wal.bounds().await?;
            let applied = self.view().applied;
            if applied >= bounds.end {
                return Ok(());
            }
            if applied < bounds.floor {
                // What was let go of is in segments.
                self.reload().await?;
                self.change_view(|view| view.skip_to(bounds.floor));
                continue;
            }
            for WalFrame { position, body } in self.on.wal.read(applied).await? {
                self.take_in(position, &body.read()?)?;
            }
        }
    }

    /// Before a read: in a cluster, what others confirmed must be seen.
    pub(crate) async fn refresh(&self) -> Outcome<()> {
        if self.on.wal.is_shared() { self.catch_up().await } else { Ok(()) }
    }

    /// Reads the catalogue where it is newer than the view.
    pub(crate) async fn reload(&self) -> Outcome<()> {
        let listed = catalogue::read_published(&*self.on.store).await?;
        let there: BTreeMap<Uid, _> = listed.into_iter().map(|(uid, _, version)| (uid, version)).collect();
        let view = self.view();
        for (uid, version) in &there {
            if view.groups.find(uid).is_none_or(|group| group.version < Some(*version)) {
                self.reload_group(*uid).await?;
            }
        }
        let gone =
            view.groups.iter().filter(|(uid, group)| group.version.is_some() && !there.contains_key(uid));
        for uid in gone.map(|(uid, _)| *uid).collect::<Vec<_>>() {
            self.change_view(|view| view.forget(uid));
        }
        Ok(())
    }

    pub(crate) async fn reload_group(&self, uid: Uid) -> Outcome<()> {
        let listed = read_group(&*self.on.store, uid).await?;
        self.change_view(|view| view.publish(uid, listed));
        Ok(())
    }

    /// Takes in a frame of the log; one that was taken in before changes nothing.
    fn take_in(&self, position: WalPosition, framed: &Framed) -> Outcome<()> {
        let (frame, effects) = self.unframed(framed)?.unzip();
        match &effects {
            // Before the view: what is in the view may be let go of in the log once its effects are worked off.
            Some(effects) => {
                self.pending.lock().unwrap_or_else(PoisonError::into_inner).add(position, effects)
            }
            // Before the view as well: what nobody can open yet is owed by whoever works off what comes behind it.
            None => self.lock_in(position, framed),
        }
        let is_new = self.change_view(|view| {
            let is_new = view.pass(position);
            frame.as_ref().filter(|_| is_new).map(|frame| view.insert_late(position, frame));
            is_new
        });
        if !is_new {
            return Ok(());
        }
        if let Some(frame) = frame {
            self.herald.tell(Arrived(frame));
        }
        Ok(())
    }

    /// Keeps a frame whose key is not at hand, where it was not taken in before.
    fn lock_in(&self, position: WalPosition, framed: &Framed) {
        if !self.view().has_seen(position) {
            let mut locked = self.locked.lock().unwrap_or_else(PoisonError::into_inner);
            locked.insert(position, framed.clone());
        }
    }

    /// Takes in a frame whose key came late.
    pub(crate) fn take_in_late(&self, position: WalPosition, frame: &Arc<Frame>) {
        if self.change_view(|view| view.insert_late(position, frame)) {
            self.herald.tell(Arrived(Arc::clone(frame)));
        }
    }

    /// What can be read now.
    pub(crate) fn view(&self) -> Arc<View> {
        Arc::clone(&self.view.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn change_view<T>(&self, change: impl FnOnce(&mut View) -> T) -> T {
        let mut held = self.view.write().unwrap_or_else(PoisonError::into_inner);
        change(Arc::make_mut(&mut held))
    }

    /// Finishes what was accepted.
    ///
    /// # Errors
    /// When the log cannot be closed.
    pub async fn close(&self) -> Outcome<()> {
        Ok(self.on.wal.close().await?)
    }
}
