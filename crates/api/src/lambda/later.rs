//! What becomes of an event that is answered before it is run? It waits in the store, sealed, and outlives the server: it is there before the
//! caller hears that it was taken, and goes when the function ran or will not.
//!
//! An event is run up to three times (AWS Lambda Developer Guide, "How Lambda handles errors and retries with asynchronous
//! invocation": two more, after a minute and after two); while there is no room it is tried again for six hours with growing
//! pauses. No room is also whatever keeps the function from beginning: objects, the trail or a place for the process that cannot be had
//! now are no fault of the function, and no attempt of the event. An event that is given up is counted, for the operator and as the
//! account's metric `AsyncEventsDropped`. Each server of a cluster looks for what is due and takes it alone, for a bounded time that it renews; the attempt is
//! counted before it begins, so that an event that ends the server is not run for ever. The payload is an object, the row in the
//! store is small: rows are read again and again, and followed by every server. Each look begins behind the account whose event was begun
//! last, so that nobody's many events keep the places from everybody else's.

use super::not_run;
use super::refer::Meant;
use super::round::Round;
use super::run::{Event, Kind};
use crate::api::Api;
use crate::call::{internal, unavailable};
use crate::turns::{Shares, Turns};
use sotto_arn::{AccountId, Region};
use sotto_egress::Rendered;
use sotto_functions::{Failed, Function, FunctionScope, FunctionsError};
use sotto_kms::{DataKey, Sealed};
use sotto_logs::{MetricDimension, MetricId, MetricSet, Millis, Statistics, add_statistics};
use sotto_public::{Blob, Opaque, Place, Public, Storable, StoredRecord};
use sotto_sensitive::{KeyBytes, RawBytes, RawText};
use sotto_storage::{Batch, BlobName, Epoch, Row, Scan, StorageError};
use sotto_wire::Fault;
use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::time::{Duration, SystemTime};
use tokio::sync::{Mutex, Notify};

/// Events of an account that wait, and bytes of them.
pub(super) const WAITING_EACH_MAX: usize = 256;
const WAITING_BYTES_EACH_MAX: u64 = 64 * 1024 * 1024;
/// Events that one server runs at one time, and of one account.
const AT_ONCE_MAX: usize = 64;
const AT_ONCE_EACH_MAX: usize = 16;
/// How often an event is run.
const TRIES_MAX: u32 = 3;
/// Between its attempts.
const AGAIN_AFTER_MS: [u64; 2] = [60_000, 120_000];
/// How long an event waits at most, whatever keeps it from being run.
const AGE_MS_MAX: u64 = 6 * 60 * 60 * 1000;
/// The first and the longest pause while there is no room.
const PAUSE_MS: u64 = 1_000;
const PAUSE_MS_MAX: u64 = 300_000;
/// For how long an event is taken, and how often that is renewed.
const HELD_MS: u64 = 30_000;
const RENEW_EVERY: Duration = Duration::from_secs(10);
/// Between two looks when nothing rings.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// Between two looks for objects that no row names.
const SWEEP_EVERY_MS: u64 = 600_000;

/// What events wait for on this server.
pub(super) struct Later {
    bell: Notify,
    /// One at a time counts what waits and adds to it.
    door: Mutex<()>,
    running: Turns<AccountId>,
    given_up: AtomicU64,
}

impl Default for Later {
    fn default() -> Self {
        let shares = Shares { places: AT_ONCE_MAX, each: AT_ONCE_EACH_MAX, waiting_each: 0, waiting: 0 };
        Self {
            bell: Notify::new(),
            door: Mutex::default(),
            running: Turns::new(shares),
            given_up: AtomicU64::default(),
        }
    }
}

/// An event that waits.
#[derive(Clone, Storable)]
pub(crate) struct Waiting {
    account: AccountId,
    region: Region,
    name: Public<String>,
    /// The function's own number: another one of the same name does not get it.
    uid: u128,
    /// The id of the request.
    id: Public<String>,
    /// The number of the event and its object.
    number: u128,
    /// The key of the object, wrapped.
    key: Opaque,
    bytes: u64,
    client_context: Option<Opaque>,
    accepted_ms: u64,
    due_ms: u64,
    /// How often it was begun.
    tries: u32,
    /// How often there was no room since.
    pauses: u32,
    /// Until when somebody has it.
    held_ms: u64,
}

impl StoredRecord for Waiting {
    const KIND: &'static str = "function-event";
}

/// Where all events wait.
pub(crate) fn events_place() -> Place {
    Place::new("function-event")
}

fn objects() -> BlobName {
    BlobName::new("function-events")
}

fn member_place(number: u128, member: &'static str) -> Place {
    Place::new("function event").with(&number).with(&member)
}

impl Waiting {
    fn place(&self) -> Place {
        events_place().with(&self.account).with(&self.number)
    }

    /// Its object.
    pub(crate) fn object(&self) -> BlobName {
        objects().number(self.number)
    }

    fn meant(&self) -> Option<Meant> {
        let scope = FunctionScope { account: self.account.clone(), region: self.region.clone() };
        Meant::at(&super::shapes::arn(&scope, &self.name))
    }

    /// Whether it may be begun now.
    fn is_due(&self, now_ms: u64) -> bool {
        self.held_ms <= now_ms && self.due_ms <= now_ms
    }

    /// Whether it is done with, whatever became of it; nobody has it then.
    fn is_over(&self, now_ms: u64) -> bool {
        self.held_ms <= now_ms
            && (self.tries >= TRIES_MAX || now_ms.saturating_sub(self.accepted_ms) >= AGE_MS_MAX)
    }

    /// What waits after an attempt; nothing where it is done.
    fn after(&self, tried: Tried, now_ms: u64) -> Option<Self> {
        let (mut next, tries) = (self.clone(), self.tries);
        next.held_ms = 0;
        match tried {
            Tried::Done | Tried::Lost => return None,
            Tried::Failed => {
                let at = usize::try_from(tries.saturating_sub(1)).unwrap_or(usize::MAX);
                next.due_ms = now_ms.saturating_add(*AGAIN_AFTER_MS.get(at)?);
            }
            Tried::NoRoom => {
                next.tries = tries.saturating_sub(1);
                next.pauses = self.pauses.saturating_add(1);
                let pause = PAUSE_MS.saturating_mul(1 << self.pauses.min(16)).min(PAUSE_MS_MAX);
                next.due_ms = now_ms.saturating_add(pause);
            }
        }
        (!next.is_over(now_ms)).then_some(next)
    }
}

/// What came of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tried {
    Done,
    Failed,
    /// It was not begun, and may be later.
    NoRoom,
    /// It is not there, or does not open: it never will.
    Lost,
}

impl Tried {
    /// Why an event was not run.
    fn not_run(error: FunctionsError) -> Self {
        match error {
            FunctionsError::TooMany
            | FunctionsError::Closed
            | FunctionsError::Unavailable
            | FunctionsError::Start(_)
            | FunctionsError::Place(_) => Self::NoRoom,
            FunctionsError::Archive(_)
            | FunctionsError::NoInterpreter(_)
            | FunctionsError::Payload { .. } => Self::Failed,
        }
    }

    /// What it is that an object could not be read: damage stays, all else passes.
    fn not_read(error: &StorageError) -> Self {
        match error {
            StorageError::Damaged(_) => Self::Lost,
            _ => Self::NoRoom,
        }
    }
}

impl Api {
    fn now_ms(&self) -> u64 {
        let since = self.now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    }

    /// Takes an event; it is durable when this returns.
    pub(super) async fn accept_event(
        &self,
        meant: &Meant,
        function: &Function,
        event: Event,
        bytes: u64,
    ) -> Result<(), Fault> {
        self.has_room(&meant.scope.account, bytes).await?;
        let (waiting, blob) = self.sealed_event(meant, function, &event, bytes).map_err(|()| internal())?;
        drop(event);
        self.objects.put(waiting.object(), blob).await.map_err(|error| unavailable(&error))?;
        let accepted = {
            let _door = self.runs.later.door.lock().await;
            match self.has_room(&meant.scope.account, bytes).await {
                Ok(()) => self.queue(&waiting).await,
                Err(fault) => Err(fault),
            }
        };
        if accepted.is_err() {
            let _gone = self.objects.delete(waiting.object()).await;
        }
        self.runs.later.bell.notify_one();
        accepted
    }

    async fn queue(&self, waiting: &Waiting) -> Result<(), Fault> {
        let (mut batch, place) = (Batch::new(), waiting.place());
        batch.require_absent(&place).put(&place, waiting);
        self.store.commit(batch).await.map(|_| ()).map_err(|error| unavailable(&error))
    }

    /// Whether an account may have one more event wait.
    async fn has_room(&self, account: &AccountId, bytes: u64) -> Result<(), Fault> {
        let scan = Scan::below(&events_place().with(account)).limit(WAITING_EACH_MAX);
        let rows = self.store.range(scan).await.map_err(|error| unavailable(&error))?;
        let held: u64 = rows.iter().filter_map(|row| Some(row.read::<Waiting>().ok()?.bytes)).sum();
        match rows.len() < WAITING_EACH_MAX && held.saturating_add(bytes) <= WAITING_BYTES_EACH_MAX {
            true => Ok(()),
            false => Err(not_run(FunctionsError::TooMany)),
        }
    }

    #[expect(clippy::disallowed_methods, reason = "ciphertext says nothing without the key")]
    fn sealed_event(
        &self,
        meant: &Meant,
        function: &Function,
        event: &Event,
        bytes: u64,
    ) -> Result<(Waiting, Blob), ()> {
        let draw = self.draw();
        let (number, now_ms) = (u128::from_be_bytes(draw.bytes()), self.now_ms());
        let raw_key = RawBytes::new(draw.bytes::<32>().to_vec());
        let wrapped = self.store_key.seal(&member_place(number, "key"), &raw_key, draw.bytes());
        let key = DataKey::new(KeyBytes::from(raw_key)).map_err(|_| ())?;
        let blob = sotto_egress::waiting_event(&event.event, (&key, number), draw.bytes()).map_err(|_| ())?;
        let opaque = |sealed: Sealed| Opaque::from_pinned_bytes(sealed.as_bytes().to_vec());
        let context = event.client_context.as_ref().map(|context| {
            let (place, copy) = (member_place(number, "context"), crate::context::copied(context));
            self.store_key.seal_text(&place, copy, draw.bytes()).map(opaque).map_err(|_| ())
        });
        let waiting = Waiting {
            account: meant.scope.account.clone(),
            region: meant.scope.region.clone(),
            name: meant.name.clone(),
            uid: function.uid,
            id: event.id.clone(),
            number,
            key: opaque(wrapped.map_err(|_| ())?),
            bytes,
            client_context: context.transpose()?,
            accepted_ms: now_ms,
            due_ms: now_ms,
            tries: 0,
            pauses: 0,
            held_ms: 0,
        };
        Ok((waiting, blob))
    }

    /// The event again.
    async fn read_event(&self, waiting: &Waiting) -> Result<(Rendered, Option<RawText>), Tried> {
        let blob = self.objects.get(waiting.object()).await.map_err(|error| Tried::not_read(&error))?;
        blob.and_then(|blob| self.opened_event(waiting, &blob)).ok_or(Tried::Lost)
    }

    fn opened_event(&self, waiting: &Waiting, blob: &Blob) -> Option<(Rendered, Option<RawText>)> {
        let number = waiting.number;
        let wrapped = Sealed::parse(waiting.key.as_bytes()).ok()?;
        let raw_key = self.store_key.open(&member_place(number, "key"), &wrapped).ok()?;
        let key = DataKey::new(KeyBytes::from(raw_key)).ok()?;
        let context = match &waiting.client_context {
            Some(sealed) => {
                let place = member_place(number, "context");
                Some(super::code::opened_text(&self.store_key, &place, sealed)?)
            }
            None => None,
        };
        Some((sotto_egress::waited_event((&key, number), blob).ok()?, context))
    }

    /// Takes an event out that is done with; another who has it by now keeps it. Whether it is out.
    async fn forget_event(&self, waiting: &Waiting, version: Epoch) -> bool {
        let (mut batch, place) = (Batch::new(), waiting.place());
        batch.require_version(&place, version).delete(&place);
        let is_out = self.store.commit(batch).await.is_ok();
        if is_out {
            let _gone = self.objects.delete(waiting.object()).await;
        }
        is_out
    }

    /// Takes an event out that did not run well and will not be run again.
    async fn give_up_event(&self, waiting: &Waiting, version: Epoch) {
        if self.forget_event(waiting, version).await {
            self.runs.later.given_up.fetch_add(1, Ordering::Relaxed);
            self.count_dropped(waiting).await;
        }
    }

    /// What the account sees of it (AWS Lambda Developer Guide, "Types of metrics for Lambda functions", asynchronous invocation).
    /// What counts it may fail, too: the operator's counter has it.
    async fn count_dropped(&self, waiting: &Waiting) {
        let dimension = MetricDimension {
            name: crate::record::resting("FunctionName"),
            value: crate::record::resting(waiting.name.get()),
        };
        let metric = MetricId {
            scope: sotto_logs::Scope { account: waiting.account.clone(), region: waiting.region.clone() },
            namespace: "AWS/Lambda".into(),
            name: "AsyncEventsDropped".into(),
            dimensions: vec![dimension],
        };
        let (at, statistics) = (Millis::of(self.now()), Statistics::of(1.0, 1));
        let set = MetricSet { metric, unit: Some("Count".into()), at, statistics };
        let writer = self.logs.metric_writer().lock().await;
        let _counted = add_statistics(&*self.store, *writer, vec![set]).await;
    }

    /// Asynchronous events that this server gave up since its start.
    pub fn events_given_up(&self) -> u64 {
        self.runs.later.given_up.load(Ordering::Relaxed)
    }

    /// Writes an event anew where it is as it was read; its version then.
    async fn put_event(&self, waiting: &Waiting, version: Epoch) -> Option<Epoch> {
        let (mut batch, place) = (Batch::new(), waiting.place());
        batch.require_version(&place, version).put(&place, waiting);
        self.store.commit(batch).await.ok().map(|committed| committed.epoch())
    }

    /// The function of an event, while it is there and runs here: nothing where it is gone.
    fn function_of(&self, waiting: &Waiting) -> Option<(Meant, Arc<Function>)> {
        let meant = waiting.meant()?;
        let snapshot = self.state.now();
        let function = snapshot.rooms.functions.function(&meant.scope, &meant.name)?;
        (function.uid == waiting.uid).then(|| (meant, Arc::clone(function)))
    }

    /// Whether this server can run a function at all; where it cannot, another one of the cluster may.
    pub(super) fn runs_here(&self, meant: &Meant, function: &Function) -> bool {
        match Kind::of(function) {
            Kind::Process => self.runs.pool().is_ok(),
            Kind::Endpoint => self.runs.endpoint(&meant.arn()).is_ok(),
            Kind::BuiltIn(_) => false,
        }
    }
}

/// Runs what waits, as long as there is an `Api`.
pub(crate) async fn keep_events(api: Weak<Api>) {
    let (mut swept_ms, mut suspects, mut served) = (0, HashSet::new(), None);
    loop {
        let Some(api) = api.upgrade().filter(|api| api.is_ready()) else { return };
        let now_ms = api.now_ms();
        // A store that is away is asked again at the next look.
        let known = look(&api, &mut served, now_ms).await;
        if let Ok(known) = known
            && now_ms.saturating_sub(swept_ms) >= SWEEP_EVERY_MS
        {
            suspects = sweep(&api, &known, &suspects).await;
            swept_ms = now_ms;
        }
        let runs = Arc::clone(&api.runs.later);
        drop(api);
        let _ = tokio::time::timeout(LOOK_EVERY, runs.bell.notified()).await;
    }
}

/// Looks at all that waits and begins what is due; the objects that rows name, where all of them can be read.
async fn look(
    api: &Arc<Api>,
    served: &mut Option<AccountId>,
    now_ms: u64,
) -> Result<HashSet<BlobName>, StorageError> {
    let (mut known, mut unread) = (HashSet::new(), None);
    let mut round = Round::behind(events_place(), served.as_ref());
    loop {
        let rows = round.page(&*api.store).await?;
        if rows.is_empty() {
            return unread.map_or(Ok(known), Err);
        }
        for row in &rows {
            match row.read::<Waiting>() {
                Ok(waiting) => {
                    known.insert(waiting.object());
                    let account = waiting.account.clone();
                    if begin(api, waiting, row, now_ms).await {
                        *served = Some(account);
                    }
                }
                // What a newer release wrote is its own.
                Err(malformed) => unread = Some(StorageError::Damaged(malformed)),
            }
        }
    }
}

/// Begins an event, where it is due and there is a place. Whether it began.
async fn begin(api: &Arc<Api>, waiting: Waiting, row: &Row, now_ms: u64) -> bool {
    let found = api.function_of(&waiting);
    let Some((meant, function)) = found.filter(|_| !waiting.is_over(now_ms)) else {
        if waiting.held_ms <= now_ms && api.state.is_fresh() {
            api.give_up_event(&waiting, row.version).await;
        }
        return false;
    };
    if !waiting.is_due(now_ms) || !api.runs_here(&meant, &function) {
        return false;
    }
    let turn = api.runs.later.running.take(waiting.account.clone(), Duration::ZERO).await;
    let Ok(turn) = turn else { return false };
    let mut held = waiting;
    held.tries += 1;
    held.held_ms = now_ms.saturating_add(HELD_MS);
    let Some(version) = api.put_event(&held, row.version).await else { return false };
    let api = Arc::clone(api);
    tokio::spawn(async move {
        attempt(&api, (held, version), (&meant, &function)).await;
        drop(turn);
        api.runs.later.bell.notify_one();
    });
    true
}

/// One attempt at an event that this server has.
async fn attempt(api: &Arc<Api>, (mut held, mut version): (Waiting, Epoch), of: (&Meant, &Function)) {
    let taken = held.clone();
    let mut running = std::pin::pin!(run(api, &taken, of));
    let tried = loop {
        if let Ok(tried) = tokio::time::timeout(RENEW_EVERY, &mut running).await {
            break tried;
        }
        held.held_ms = api.now_ms().saturating_add(HELD_MS);
        match api.put_event(&held, version).await {
            Some(renewed) => version = renewed,
            // The store is away: another may take it when it is back, which is what at least once means.
            None => held.held_ms = 0,
        }
    };
    match (held.after(tried, api.now_ms()), tried) {
        (Some(next), _) => drop(api.put_event(&next, version).await),
        (None, Tried::Done) => drop(api.forget_event(&held, version).await),
        (None, _) => api.give_up_event(&held, version).await,
    }
}

async fn run(api: &Api, waiting: &Waiting, (meant, function): (&Meant, &Function)) -> Tried {
    let (event, client_context) = match api.read_event(waiting).await {
        Ok(opened) => opened,
        Err(tried) => return tried,
    };
    let event = Event { id: waiting.id.clone(), event: Arc::new(event), client_context };
    match api.run_event(meant, function, event).await {
        Ok(outcome) => match outcome.failed {
            None | Some(Failed::Answer) => Tried::Done,
            Some(_) => Tried::Failed,
        },
        Err(error) => Tried::not_run(error),
    }
}

/// Takes objects away that no row names now, nor named at the last look: one that was just put has no row yet.
async fn sweep(api: &Api, known: &HashSet<BlobName>, suspects: &HashSet<BlobName>) -> HashSet<BlobName> {
    let Ok(objects) = api.objects.list(objects()).await else { return suspects.clone() };
    let (mut gone, mut next) = (Vec::new(), HashSet::new());
    for object in objects.into_iter().map(|entry| entry.name).filter(|name| !known.contains(name)) {
        match suspects.contains(&object) {
            true => gone.push(object),
            false => drop(next.insert(object)),
        }
    }
    for object in gone {
        let _gone = api.objects.delete(object).await;
    }
    next
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "a key of a test")]
mod tests {
    use super::*;
    use sotto_public::Foreign;

    fn waiting(tries: u32, pauses: u32) -> Waiting {
        Waiting {
            account: AccountId::parse("111122223333").unwrap(),
            region: Region::parse("eu-central-1").unwrap(),
            name: "f".into(),
            uid: 1,
            id: "id".into(),
            number: 2,
            key: Opaque::from_pinned_bytes(vec![1]),
            bytes: 3,
            client_context: None,
            accepted_ms: 0,
            due_ms: 0,
            tries,
            pauses,
            held_ms: 9,
        }
    }

    #[test]
    fn an_event_is_run_three_times_at_most_and_paused_longer_and_longer() {
        let next = |tries, pauses, tried, now_ms| {
            let next = waiting(tries, pauses).after(tried, now_ms)?;
            Some((next.tries, next.pauses, next.due_ms, next.held_ms))
        };
        assert_eq!(next(1, 0, Tried::Done, 5), None);
        assert_eq!(next(1, 0, Tried::Failed, 5), Some((1, 0, 60_005, 0)));
        assert_eq!(next(2, 0, Tried::Failed, 5), Some((2, 0, 120_005, 0)));
        assert_eq!(next(3, 0, Tried::Failed, 5), None);
        assert_eq!(next(1, 0, Tried::NoRoom, 5), Some((0, 1, 1_005, 0)));
        assert_eq!(next(3, 1, Tried::NoRoom, 5), Some((2, 2, 2_005, 0)));
        assert_eq!(next(1, 40, Tried::NoRoom, 5), Some((0, 41, 300_005, 0)));
        assert_eq!(next(1, 0, Tried::NoRoom, AGE_MS_MAX), None);
        assert!(next(1, 0, Tried::NoRoom, AGE_MS_MAX - 1).is_some());
        assert_eq!(next(1, 0, Tried::Lost, 5), None);
    }

    #[test]
    fn what_keeps_a_function_from_beginning_is_no_attempt() {
        let io = Foreign::io(&std::io::Error::from(std::io::ErrorKind::StorageFull));
        for (error, wanted) in [
            (FunctionsError::TooMany, Tried::NoRoom),
            (FunctionsError::Closed, Tried::NoRoom),
            (FunctionsError::Unavailable, Tried::NoRoom),
            (FunctionsError::Start(io), Tried::NoRoom),
            (FunctionsError::Place(io), Tried::NoRoom),
            (FunctionsError::NoInterpreter("these"), Tried::Failed),
            (FunctionsError::Payload { most: 1 }, Tried::Failed),
        ] {
            assert_eq!(Tried::not_run(error), wanted, "{error}");
        }
        for error in [StorageError::Busy, StorageError::Unknown, StorageError::Unavailable(io)] {
            assert_eq!(Tried::not_read(&error), Tried::NoRoom, "{error}");
        }
    }

    #[test]
    fn an_event_that_somebody_has_is_neither_due_nor_over() {
        for (tries, now_ms, due, over) in
            [(0, 8, false, false), (0, 9, true, false), (3, 8, false, false), (3, 9, true, true)]
        {
            let waiting = waiting(tries, 0);
            assert_eq!((waiting.is_due(now_ms), waiting.is_over(now_ms)), (due, over), "{tries} {now_ms}");
        }
        assert!(waiting(0, 0).is_over(AGE_MS_MAX) && !waiting(0, 0).is_over(AGE_MS_MAX - 1));
    }
}
