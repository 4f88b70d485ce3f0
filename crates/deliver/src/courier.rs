//! Who carries what waits? One task over one store: lane by lane, the oldest parcel first, a bounded number of lanes at a time.
//!
//! Every parcel is taken out of the outbox after it arrived, and not before: what a crash interrupts is sent again. In a cluster
//! one process at a time carries: it holds a lease that it renews, and another takes over when that has run out. A failure
//! stops its own lane for a while, no other.

use crate::error::NotCarried;
use crate::outbox::{Lane, Outbox, Waiting};
use crate::pace::{Fate, Pace};
use crate::{DeliverError, Parcel};
use sotto_public::{Place, Public, Storable, StoredRecord};
use sotto_storage::{Batch, StorageError, Store};
use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};
use tokio::task::JoinSet;

/// Lanes that are worked on at one time.
pub const LANES_AT_ONCE: usize = 32;
/// Parcels of a lane that are read at first, and where they turn out to be small, at most.
const PAGE_PARCELS_MIN: usize = 16;
const PAGE_PARCELS_MAX: usize = 1_000;
/// Bytes of parcels that a page is meant to have.
const PAGE_BYTES: usize = 512 * 1024;
/// Pages of a lane in one round: then others have their turn.
pub const ROUND_PAGES_MAX: usize = 16;
/// How long one attempt may take.
const ATTEMPT_TIME_MAX: Duration = Duration::from_secs(30);
/// Between two looks when nothing is heard of the store.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Between two looks at least: a busy server commits many times a second.
const LOOK_PAUSE: Duration = Duration::from_millis(50);
/// How long a lease holds.
const LEASE: Duration = Duration::from_secs(20);

/// What became of an attempt.
pub type Carried<'a> = Pin<Box<dyn Future<Output = Result<(), NotCarried>> + Send + 'a>>;

/// Who knows the way to destinations.
pub trait Carrier: Send + Sync + 'static {
    /// Tries once. `name` is the same for every attempt at a parcel.
    fn carry<'a>(&'a self, parcel: &'a Parcel, name: &'a Public<String>) -> Carried<'a>;
}

/// What was sent since the start, by kind of destination.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Parcels that arrived.
    pub arrived: u64,
    /// Attempts that failed and are made again.
    pub again: u64,
    /// Parcels that were given up.
    pub dropped: u64,
}

/// The record that says who carries.
#[derive(Storable)]
struct Lease {
    holder: u128,
    until_ms: u64,
}

impl StoredRecord for Lease {
    const KIND: &'static str = "outbox-lease";
}

/// Carries what waits in a store.
pub struct Courier {
    store: Arc<dyn Store>,
    carrier: Arc<dyn Carrier>,
    clock: Box<dyn Fn() -> SystemTime + Send + Sync>,
    paces: Mutex<HashMap<Lane, Pace>>,
    arrived: AtomicU64,
    again: AtomicU64,
    dropped: AtomicU64,
}

impl Courier {
    /// A courier for this store.
    pub fn new(
        store: Arc<dyn Store>,
        carrier: Arc<dyn Carrier>,
        clock: Box<dyn Fn() -> SystemTime + Send + Sync>,
    ) -> Arc<Self> {
        let (paces, zero) = (Mutex::default(), || AtomicU64::new(0));
        Arc::new(Self { store, carrier, clock, paces, arrived: zero(), again: zero(), dropped: zero() })
    }

    /// What was sent since the start.
    pub fn tally(&self) -> Tally {
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Tally { arrived: count(&self.arrived), again: count(&self.again), dropped: count(&self.dropped) }
    }

    /// Carries until the task is dropped.
    pub async fn run(self: Arc<Self>) {
        let mut heard = self.store.watch();
        loop {
            // A store that does not answer is asked again; nothing is lost meanwhile.
            let busy = self.round().await.unwrap_or(false);
            if !busy {
                let _ = tokio::time::timeout(LOOK_EVERY, heard.changed()).await;
            }
            tokio::time::sleep(LOOK_PAUSE).await;
        }
    }

    /// One look at all lanes; whether something was carried.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn round(self: &Arc<Self>) -> Result<bool, DeliverError> {
        if !self.holds_the_lease().await? {
            return Ok(false);
        }
        let (mut carried, mut after, mut tasks) = (false, None, JoinSet::new());
        loop {
            let lanes = Outbox::lanes(&*self.store, after.as_ref()).await?;
            for lane in lanes.iter().filter(|lane| self.is_due(lane)) {
                if tasks.len() >= LANES_AT_ONCE {
                    carried |= done(tasks.join_next().await);
                }
                let (courier, lane) = (Arc::clone(self), lane.clone());
                tasks.spawn(async move { courier.work(&lane).await });
            }
            match lanes.into_iter().next_back() {
                Some(last) => after = Some(last),
                None => break,
            }
        }
        while let Some(one) = tasks.join_next().await {
            carried |= done(Some(one));
        }
        Ok(carried)
    }

    /// The oldest parcels of a lane, one after another, until one does not arrive.
    async fn work(&self, lane: &Lane) -> Result<bool, DeliverError> {
        let mut page = self.with_pace(lane, |pace| pace.page()).max(PAGE_PARCELS_MIN);
        let mut carried = false;
        for _ in 0..ROUND_PAGES_MAX {
            let waiting = Outbox::oldest(&*self.store, lane, page).await?;
            if waiting.is_empty() {
                Outbox::retire(&*self.store, lane).await?;
                self.with_pace(lane, |pace| *pace = Pace::default());
                break;
            }
            let is_last = waiting.len() < page;
            page = next_page(&waiting);
            if !self.work_page(lane, waiting).await? {
                return Ok(false);
            }
            carried = true;
            if is_last {
                break;
            }
        }
        Ok(carried)
    }

    /// The parcels of a page; whether all of them are done with.
    async fn work_page(&self, lane: &Lane, waiting: Vec<Waiting>) -> Result<bool, DeliverError> {
        let mut rest = waiting.into_iter().peekable();
        while let Some(mut first) = rest.next() {
            // Whoever lost the lease while a receiver was slow leaves the rest to the other.
            if !self.holds_the_lease().await? {
                return Ok(false);
            }
            let (mut along, together) = (Vec::new(), self.with_pace(lane, |pace| pace.together()));
            while along.len() + 1 < together
                && let Some(next) = rest.next_if(|next| first.parcel.take_along(&next.parcel))
            {
                along.push(next);
            }
            let count = along.len() + 1;
            match self.try_once(lane, &first, count).await {
                Fate::Waits => return Ok(false),
                Fate::Arrived | Fate::Dropped => {
                    along.push(first);
                    Outbox::done(&*self.store, &along).await?;
                }
            }
        }
        Ok(true)
    }

    async fn try_once(&self, lane: &Lane, one: &Waiting, count: usize) -> Fate {
        let attempt = self.carrier.carry(&one.parcel, &one.name);
        let mut attempt = std::pin::pin!(tokio::time::timeout(ATTEMPT_TIME_MAX, attempt));
        // An attempt may take longer than a lease holds: it is renewed meanwhile, so that nobody else sends the same.
        let tried = loop {
            match tokio::time::timeout(LEASE / 4, &mut attempt).await {
                Ok(tried) => break tried.unwrap_or(Err(NotCarried::Later)),
                Err(_) => drop(self.holds_the_lease().await),
            }
        };
        let now = self.now_ms();
        let fate = self.with_pace(lane, |pace| pace.after(tried, (one.parcel.queued_ms, now), count));
        let counter = match fate {
            Fate::Arrived => &self.arrived,
            Fate::Waits => &self.again,
            Fate::Dropped => &self.dropped,
        };
        counter.fetch_add(if fate == Fate::Waits { 1 } else { count as u64 }, Ordering::Relaxed);
        fate
    }

    fn is_due(&self, lane: &Lane) -> bool {
        let paces = self.paces.lock().unwrap_or_else(PoisonError::into_inner);
        paces.get(lane).is_none_or(|pace| pace.is_due(self.now_ms()))
    }

    /// Lanes that stand well are not kept, so that the list is as long as that of failing ones.
    fn with_pace<T>(&self, lane: &Lane, change: impl FnOnce(&mut Pace) -> T) -> T {
        let mut paces = self.paces.lock().unwrap_or_else(PoisonError::into_inner);
        let mut pace = paces.get(lane).copied().unwrap_or_default();
        let answer = change(&mut pace);
        match pace == Pace::default() {
            true => paces.remove(lane),
            false => paces.insert(lane.clone(), pace),
        };
        answer
    }

    /// Whether this process carries; renews the lease when half of it is over.
    async fn holds_the_lease(&self) -> Result<bool, DeliverError> {
        let (place, own, now) = (Place::new("outbox-lease"), self.store.own_chain().number(), self.now_ms());
        let row = self.store.get(place.clone()).await?;
        let held = row.as_ref().map(|row| row.read::<Lease>()).transpose().map_err(StorageError::Damaged)?;
        let half = u64::try_from(LEASE.as_millis() / 2).unwrap_or_default();
        match &held {
            Some(lease) if lease.holder == own && lease.until_ms > now + half => return Ok(true),
            Some(lease) if lease.holder != own && lease.until_ms > now => return Ok(false),
            _ => {}
        }
        let mut batch = Batch::new();
        match &row {
            Some(row) => batch.require_version(&place, row.version),
            None => batch.require_absent(&place),
        };
        batch.put(&place, &Lease { holder: own, until_ms: now + 2 * half });
        match self.store.commit(batch).await {
            Ok(_) => Ok(true),
            Err(StorageError::Conflict { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    fn now_ms(&self) -> u64 {
        let since = (self.clock)().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    }
}

/// How many parcels are read next, after these.
fn next_page(seen: &[Waiting]) -> usize {
    let bytes: usize = seen.iter().map(|one| one.parcel.bytes()).sum();
    let each = (bytes / seen.len().max(1)).max(1);
    (PAGE_BYTES / each).clamp(PAGE_PARCELS_MIN, PAGE_PARCELS_MAX)
}

/// A lane whose work failed is looked at again in the next round.
fn done(one: Option<Result<Result<bool, DeliverError>, tokio::task::JoinError>>) -> bool {
    matches!(one, Some(Ok(Ok(true))))
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "texts of a test")]
mod tests {
    use super::*;
    use crate::{AGE_MAX, Content, Delivered, Destination};
    use sotto_protect::{StoredText, TextKind};
    use sotto_public::{ChainId, EventId};
    use sotto_storage::SqliteStore;
    use std::collections::VecDeque;

    /// Answers as it is told, and notes what it was given.
    #[derive(Default)]
    struct Told {
        answers: Mutex<VecDeque<Result<(), NotCarried>>>,
        given: Mutex<Vec<String>>,
    }

    impl Carrier for Told {
        fn carry<'a>(&'a self, parcel: &'a Parcel, _name: &'a Public<String>) -> Carried<'a> {
            let lines = match &parcel.content {
                Content::Line(_, line) => std::slice::from_ref(line),
                Content::Lines(_, lines) => lines,
                _ => panic!("lines"),
            };
            let texts: Vec<&str> = lines.iter().map(|line| line.text.as_str()).collect();
            self.given.lock().unwrap().push(texts.join(" "));
            let answer = self.answers.lock().unwrap().pop_front().unwrap_or(Ok(()));
            Box::pin(async move { answer })
        }
    }

    struct Setting {
        store: Arc<dyn Store>,
        carrier: Arc<Told>,
        now_ms: Arc<AtomicU64>,
        _folder: tempfile::TempDir,
    }

    impl Setting {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let store: Arc<dyn Store> = Arc::new(SqliteStore::open(folder.path(), ChainId::new(1)).unwrap());
            Self { store, carrier: Arc::default(), now_ms: Arc::new(AtomicU64::new(1_000)), _folder: folder }
        }

        fn courier(&self) -> Arc<Courier> {
            let now = Arc::clone(&self.now_ms);
            let clock = move || SystemTime::UNIX_EPOCH + Duration::from_millis(now.load(Ordering::SeqCst));
            Courier::new(
                Arc::clone(&self.store),
                Arc::clone(&self.carrier) as Arc<dyn Carrier>,
                Box::new(clock),
            )
        }

        async fn put(&self, lane: &'static str, number: u128) {
            self.put_as(lane, number, Content::Line).await;
        }

        async fn put_as(
            &self,
            lane: &'static str,
            number: u128,
            content: fn(Public<String>, Delivered) -> Content,
        ) {
            let text = StoredText::from_pinned_text(TextKind::Masked, format!("{lane}{number}"));
            let line = Delivered { id: EventId::new(0, 0, number), at_ms: 0, text };
            let destination = Destination::parse(&"file:x".into()).unwrap();
            let queued_ms = self.now_ms.load(Ordering::SeqCst);
            let parcel = Parcel { account: None, destination, queued_ms, content: content("s".into(), line) };
            let mut batch = Batch::new();
            Outbox::put(&mut batch, &Lane::of(&[&lane]), number, &parcel);
            self.store.commit(batch).await.unwrap();
        }

        fn given(&self) -> Vec<String> {
            std::mem::take(&mut *self.carrier.given.lock().unwrap())
        }

        fn answer(&self, answers: &[Result<(), NotCarried>]) {
            self.carrier.answers.lock().unwrap().extend(answers);
        }

        fn pass(&self, time: Duration) {
            self.now_ms.fetch_add(u64::try_from(time.as_millis()).unwrap(), Ordering::SeqCst);
        }
    }

    #[tokio::test]
    async fn a_lane_keeps_its_order_through_failures_and_new_starts() {
        let setting = Setting::new();
        for number in [10, 2, 1] {
            setting.put("a", number).await;
        }
        setting.answer(&[Ok(()), Err(NotCarried::Later)]);
        let courier = setting.courier();
        assert!(!courier.round().await.unwrap());
        assert_eq!(setting.given(), ["a1", "a2"]);
        // Not before its time, whatever else is going on.
        setting.put("a", 3).await;
        courier.round().await.unwrap();
        assert_eq!(setting.given(), Vec::<String>::new());
        // Another process's courier knows nothing of pauses, and goes on where this one was.
        let other = setting.courier();
        assert!(other.round().await.unwrap());
        assert_eq!(setting.given(), ["a2", "a3", "a10"]);
        assert_eq!(other.tally(), Tally { arrived: 3, again: 0, dropped: 0 });
        other.round().await.unwrap();
        assert!(Outbox::lanes(&*setting.store, None).await.unwrap().is_empty());
        // The lane comes back with the next parcel.
        setting.put("a", 11).await;
        other.round().await.unwrap();
        assert_eq!(setting.given(), ["a11"]);
    }

    #[tokio::test]
    async fn lanes_do_not_wait_for_each_other() {
        let setting = Setting::new();
        setting.put("a", 1).await;
        setting.put("b", 1).await;
        setting.answer(&[Err(NotCarried::Later)]);
        let courier = setting.courier();
        courier.round().await.unwrap();
        let tally = courier.tally();
        assert_eq!((tally.arrived, tally.again), (1, 1));
    }

    #[tokio::test]
    async fn what_is_refused_or_a_day_old_makes_room() {
        let setting = Setting::new();
        setting.put("a", 1).await;
        setting.put("a", 2).await;
        setting.answer(&[Err(NotCarried::Never), Err(NotCarried::Later)]);
        let courier = setting.courier();
        courier.round().await.unwrap();
        assert_eq!(courier.tally(), Tally { arrived: 0, again: 1, dropped: 1 });
        setting.pass(AGE_MAX);
        setting.answer(&[Err(NotCarried::Later)]);
        courier.round().await.unwrap();
        assert_eq!(courier.tally(), Tally { arrived: 0, again: 1, dropped: 2 });
        assert_eq!(setting.given(), ["a1", "a2", "a2"]);
    }

    #[tokio::test]
    async fn one_process_carries_until_its_lease_ends() {
        let setting = Setting::new();
        let other: Arc<dyn Store> = Arc::clone(&setting.store);
        let place = Place::new("outbox-lease");
        let mut batch = Batch::new();
        batch.put(&place, &Lease { holder: 99, until_ms: 5_000 });
        other.commit(batch).await.unwrap();
        setting.put("a", 1).await;
        let courier = setting.courier();
        assert!(!courier.round().await.unwrap() && setting.given().is_empty());
        setting.pass(Duration::from_millis(4_000));
        assert!(courier.round().await.unwrap());
        assert_eq!(setting.given(), ["a1"]);
    }

    /// Ten thousand reports that came one by one are not sent one by one.
    #[tokio::test]
    async fn small_parcels_of_lines_go_together_in_their_order() {
        let setting = Setting::new();
        let lines: fn(Public<String>, Delivered) -> Content =
            |stream, line| Content::Lines(stream, vec![line]);
        let count = 10_000;
        for number in 0..count {
            setting.put_as("a", number, lines).await;
        }
        setting.answer(&[Ok(()), Err(NotCarried::Later)]);
        let courier = setting.courier();
        let started = std::time::Instant::now();
        courier.round().await.unwrap();
        let failed = setting.given().pop().unwrap();
        // What goes again is what went before: a receiver may know it by its name.
        setting.put_as("a", count, lines).await;
        setting.pass(Duration::from_secs(2));
        while courier.round().await.unwrap() {}
        let given = setting.given();
        assert_eq!(given.first(), Some(&failed));
        assert!(given.len() < 20, "{}", given.len());
        let all: Vec<String> = given.join(" ").split(' ').map(str::to_owned).collect();
        let wanted: Vec<String> = (16..=count).map(|number| format!("a{number}")).collect();
        assert_eq!(all, wanted);
        assert_eq!(courier.tally(), Tally { arrived: 10_001, again: 1, dropped: 0 });
        println!("{} parcels in {:?}", all.len(), started.elapsed());
    }

    #[test]
    fn pages_are_as_long_as_parcels_are_small() {
        let waiting = |bytes: usize| {
            let text = StoredText::from_pinned_text(TextKind::Masked, "a".repeat(bytes));
            let line = Delivered { id: EventId::new(0, 0, 0), at_ms: 0, text };
            let destination = Destination::parse(&"file:x".into()).unwrap();
            let parcel =
                Parcel { account: None, destination, queued_ms: 0, content: Content::Line("s".into(), line) };
            let (place, version) = (Place::new("a"), sotto_storage::Epoch::new(0));
            Waiting { place, version, parcel, name: "n".into() }
        };
        assert_eq!(next_page(&[waiting(1)]), PAGE_PARCELS_MAX);
        assert_eq!(next_page(&[waiting(PAGE_BYTES)]), PAGE_PARCELS_MIN);
        assert_eq!(next_page(&[waiting(PAGE_BYTES / 100)]), 100);
    }
}
