//! What runs in this process, and who else may know? Each query is a task that follows the engine, says from time to time that it
//! is alive, and hears when it was stopped at another server.
//!
//! Rows are in memory while they come; when all are there they rest in an object ([`super::results`]) and stay in memory as
//! long as there is room. Bytes in memory are shared: one account gets half of them at most, and what has ended makes room for
//! what runs.

use super::record::{Asked, HEARD_EVERY, KEPT_FOR, Layer, Read, Records, Standing};
use super::results::{Content, Now, Safe};
use crate::api::Api;
use crate::logs::engine::{Blocks, Came, NotRun, run};
use crate::refuse::crowded;
use crate::turns::{Shares, Turn, Turns};
use sotto_arn::AccountId;
use sotto_logs::Millis;
use sotto_public::{Place, Public, Storable, StoredRecord};
use sotto_query::engine::Request;
use sotto_storage::{Batch, LocalCopy, StorageError};
use sotto_wire::Fault;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::future::{Future, poll_fn};
use std::path::PathBuf;
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::Poll;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::task::AbortHandle;
use tokio::time::{Instant, interval, sleep, timeout};

/// Queries that run in one process at one time.
const RUNNING_MAX: usize = 100;
/// Queries of one process that are in memory, those that have ended included.
const LIVES_MAX: usize = 1_000;
/// Queries whose hot rows are in memory at one time, on their way to the engine.
const SENDING_MAX: usize = 8;
/// Bytes of results on their way to callers, and of originals that go with them.
const ANSWERS_BYTES_MAX: usize = 256 * 1024 * 1024;
/// They are shared in pieces of so many bytes.
const ANSWERS_PIECE_BYTES: usize = 1024;
/// How long a query waits to be one of them, and an answer for its share.
const SENDING_TURN_MAX: Duration = Duration::from_secs(20);
/// Results that are sealed or opened at one time.
const SEALING_MAX: usize = 2;
/// How long a query may run.
pub(super) const TIME_MAX: Duration = Duration::from_secs(60 * 60);
/// Bytes of rows in memory.
const ROWS_BYTES_MAX: usize = 512 * 1024 * 1024;
/// How often it is asked whether somebody stopped a query.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How often the end of a query is written where the store does not answer.
const END_TRIES_MAX: u32 = 30;
/// Between two rounds of deleting what has run out, how long one process does it, and how old an object without record is.
const TIDY_EVERY: Duration = Duration::from_secs(60);
const LEASE: Duration = Duration::from_secs(150);
const UNNAMED_MAX: Duration = Duration::from_secs(3_600);

fn locked<T>(held: &Mutex<T>) -> MutexGuard<'_, T> {
    held.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A query of this process.
pub(super) struct Live {
    pub(super) asked: Asked,
    unmasked: Arc<Vec<String>>,
    came: Mutex<Came>,
    standing: Mutex<Standing>,
    stop: Mutex<Option<AbortHandle>>,
    share: Share,
}

impl Live {
    /// What there is of it now.
    pub(super) fn now(&self) -> Now {
        let standing = *locked(&self.standing);
        Now { standing, content: Content::of(&locked(&self.came), &self.unmasked) }
    }

    /// Bytes of its rows.
    pub(super) fn bytes(&self) -> usize {
        self.share.bytes.load(Ordering::Acquire)
    }

    fn is_running(&self) -> bool {
        *locked(&self.standing) == Standing::Running
    }

    /// Ends it here, after its record says so.
    pub(super) fn cancel(&self) {
        *locked(&self.standing) = Standing::Cancelled;
        if let Some(task) = locked(&self.stop).take() {
            task.abort();
        }
    }
}

/// Bytes of rows in memory, by account.
#[derive(Default)]
struct Purse(Mutex<BTreeMap<AccountId, usize>>);

/// What one query has of it; given back when its rows go.
struct Share {
    purse: Arc<Purse>,
    account: AccountId,
    bytes: AtomicUsize,
}

impl Share {
    /// Takes room for more; `false` where there is none.
    fn take(&self, bytes: usize) -> bool {
        let mut held = locked(&self.purse.0);
        let all: usize = held.values().sum();
        let own = held.get(&self.account).copied().unwrap_or_default();
        let fits = all + bytes <= ROWS_BYTES_MAX && own + bytes <= ROWS_BYTES_MAX / 2;
        if fits {
            held.insert(self.account.clone(), own + bytes);
            self.bytes.fetch_add(bytes, Ordering::AcqRel);
        }
        fits
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut held = locked(&self.purse.0);
        let own = held.get(&self.account).copied().unwrap_or_default();
        match own.saturating_sub(self.bytes.load(Ordering::Acquire)) {
            0 => drop(held.remove(&self.account)),
            left => drop(held.insert(self.account.clone(), left)),
        }
    }
}

/// Queries of this process.
pub(crate) struct Queries {
    process: u128,
    lives: Mutex<HashMap<Public<String>, Arc<Live>>>,
    purse: Arc<Purse>,
    sending: Turns<AccountId>,
    answering: Turns<AccountId>,
    opening: Turns<AccountId>,
    sealing: Arc<Semaphore>,
}

/// What a query runs on.
pub(super) struct Errand {
    pub(super) socket: PathBuf,
    pub(super) request: Request,
    pub(super) blocks: Blocks,
    /// Local copies of segments stay until it has ended.
    pub(super) copies: Vec<Arc<LocalCopy>>,
    /// Under which keys its result rests.
    pub(super) layers: Vec<Layer>,
    pub(super) unmasked: Vec<String>,
}

impl Queries {
    /// None yet; the number tells this process from others.
    pub(crate) fn new(process: u128) -> Self {
        Self {
            process,
            lives: Mutex::default(),
            purse: Arc::default(),
            sending: Turns::new(Shares::of(SENDING_MAX)),
            answering: Turns::new(Shares::of(ANSWERS_BYTES_MAX / ANSWERS_PIECE_BYTES)),
            opening: Turns::new(Shares::of(ANSWERS_BYTES_MAX / ANSWERS_PIECE_BYTES)),
            sealing: Arc::new(Semaphore::new(SEALING_MAX)),
        }
    }

    /// The query, where this process has it.
    pub(super) fn find(&self, id: &Public<String>) -> Option<Arc<Live>> {
        locked(&self.lives).get(id).cloned()
    }

    /// A place among those whose hot rows are in memory; one account gets half of them at most.
    pub(super) async fn sending(&self, account: &AccountId) -> Result<Turn<AccountId>, Fault> {
        self.sending.take(account.clone(), SENDING_TURN_MAX).await.map_err(crowded)
    }

    /// A share of the memory for answers, for as long as one is written; one account gets half of it at most, and what alone
    /// would take more goes alone.
    pub(super) async fn answering(
        &self,
        account: &AccountId,
        bytes: usize,
    ) -> Result<Turn<AccountId>, Fault> {
        let pieces = bytes / ANSWERS_PIECE_BYTES + 1;
        self.answering.take_units(account.clone(), pieces, SENDING_TURN_MAX).await.map_err(crowded)
    }

    /// The same for originals of rows. Whoever holds such a share waits for none of the other kind.
    pub(super) async fn opening(&self, account: &AccountId, bytes: usize) -> Result<Turn<AccountId>, Fault> {
        let pieces = bytes / ANSWERS_PIECE_BYTES + 1;
        self.opening.take_units(account.clone(), pieces, SENDING_TURN_MAX).await.map_err(crowded)
    }

    /// Takes in one more.
    fn add(&self, live: &Arc<Live>) -> Result<(), Fault> {
        let mut lives = locked(&self.lives);
        if lives.values().filter(|live| live.is_running()).count() >= RUNNING_MAX {
            let words = "this server runs as many queries as it can; try again";
            return Err(Fault::new("LimitExceededException", words));
        }
        if lives.len() >= LIVES_MAX {
            lives.retain(|_, live| live.is_running());
        }
        lives.insert(live.asked.id.clone(), Arc::clone(live));
        Ok(())
    }

    fn forget(&self, id: &Public<String>) {
        locked(&self.lives).remove(id);
    }

    /// Lets go of rows of queries that have ended: they rest elsewhere.
    fn make_room(&self) {
        locked(&self.lives).retain(|_, live| live.is_running());
    }
}

impl Api {
    /// The records of queries.
    pub(super) fn query_records(&self) -> Records {
        Records { store: Arc::clone(&self.store), blobs: Arc::clone(self.logs.blobs()) }
    }

    /// Where results rest.
    pub(super) fn query_results(&self) -> Safe {
        Safe {
            blobs: Arc::clone(self.logs.blobs()),
            store_key: Arc::clone(&self.store_key),
            keys: self.logs.shared_keys(),
            randomness: Arc::clone(&self.randomness),
            turn: Arc::clone(&self.logs.queries().sealing),
        }
    }
}

/// Starts a query: its record first, so that every server knows of it.
pub(super) async fn start(api: &Api, asked: Asked, errand: Errand) -> Result<(), Fault> {
    let queries = api.logs.queries();
    let share = Share {
        purse: Arc::clone(&queries.purse),
        account: asked.scope.account.clone(),
        bytes: AtomicUsize::default(),
    };
    let live = Arc::new(Live {
        asked,
        unmasked: Arc::new(errand.unmasked.clone()),
        came: Mutex::default(),
        standing: Mutex::new(Standing::Running),
        stop: Mutex::default(),
        share,
    });
    queries.add(&live)?;
    let records = api.query_records();
    if let Err(error) = records.write(&live.asked, None).await {
        queries.forget(&live.asked.id);
        return Err(crate::call::unavailable(&error));
    }
    let follower = Follower {
        live: Arc::clone(&live),
        queries: Arc::clone(queries),
        records,
        safe: api.query_results(),
        began: Instant::now(),
    };
    let task = tokio::spawn(follower.follow(errand));
    *locked(&live.stop) = Some(task.abort_handle());
    Ok(())
}

/// Follows one query.
struct Follower {
    live: Arc<Live>,
    queries: Arc<Queries>,
    records: Records,
    safe: Safe,
    began: Instant,
}

impl Follower {
    /// The present instant: the clock is read where requests come in.
    fn now(&self) -> Millis {
        self.live.asked.created.plus(self.began.elapsed())
    }

    async fn follow(self, errand: Errand) {
        let Errand { socket, request, blocks, copies, layers, .. } = errand;
        let room = |bytes| {
            self.live.share.take(bytes) || {
                self.queries.make_room();
                self.live.share.take(bytes)
            }
        };
        let mut work = pin!(timeout(TIME_MAX, run(&socket, &request, blocks, &self.live.came, &room)));
        let mut watched = pin!(self.watched());
        let ended = poll_fn(|context| match work.as_mut().poll(context) {
            Poll::Ready(done) => Poll::Ready(Some(done)),
            Poll::Pending => watched.as_mut().poll(context).map(|()| None),
        });
        let standing = match ended.await {
            Some(Ok(Ok(()))) => Standing::Complete,
            Some(Ok(Err(NotRun::Failed(failure)))) => Standing::of(failure),
            Some(Ok(Err(NotRun::Away))) => Standing::Away,
            Some(Err(_)) => Standing::TimedOut,
            None => return self.live.cancel(),
        };
        drop(copies);
        self.end(standing, layers).await;
    }

    /// Says from time to time that the query runs; returns when somebody stopped it.
    async fn watched(&self) {
        let mut tick = interval(LOOK_EVERY);
        let mut said = Instant::now();
        loop {
            tick.tick().await;
            let found = self.records.find(&self.live.asked.scope, &self.live.asked.id).await;
            match found {
                Ok(Some((asked, version))) if asked.standing == Standing::Running => {
                    if said.elapsed() >= HEARD_EVERY {
                        said = Instant::now();
                        let read = Read::from(locked(&self.live.came).statistics);
                        let asked = Asked { heard: self.now(), read, ..asked };
                        // Where the store does not take it, it is said again.
                        let _ = self.records.write(&asked, Some(version)).await;
                    }
                }
                Ok(_) => return,
                Err(_) => {}
            }
        }
    }

    /// Writes how it ended; what was stopped meanwhile stays stopped.
    async fn end(&self, standing: Standing, layers: Vec<Layer>) {
        let content = Content::of(&locked(&self.live.came), &self.live.unmasked);
        let read = Read::from(content.statistics);
        let result = match standing {
            Standing::Complete => self.safe.keep(content, layers, self.now()).await.map(Some),
            _ => Ok(None),
        };
        let standing = if result.is_ok() { standing } else { Standing::Away };
        let result = result.ok().flatten();
        for _ in 0..END_TRIES_MAX {
            let found = self.records.find(&self.live.asked.scope, &self.live.asked.id).await;
            let written = match found {
                Ok(Some((asked, version))) if asked.standing == Standing::Running => {
                    let ended = Asked { standing, read, heard: self.now(), result: result.clone(), ..asked };
                    self.records.write(&ended, Some(version)).await
                }
                Ok(_) => break,
                Err(error) => Err(error),
            };
            if matches!(written, Ok(true)) {
                *locked(&self.live.standing) = standing;
                return;
            }
            sleep(LOOK_EVERY).await;
        }
        // Stopped, deleted, or the store is away: nobody will read this.
        if let Some(result) = result {
            let _ = self.safe.blobs.delete(result.object()).await;
        }
        self.live.cancel();
    }
}

/// Who deletes what has run out, and until when.
#[derive(Storable)]
struct Lease {
    process: u128,
    until: Millis,
}

impl StoredRecord for Lease {
    const KIND: &'static str = "log-query-lease";
}

fn lease_place() -> Place {
    Place::new("log-query-lease")
}

/// Deletes what has run out, as long as there is an `Api`.
pub(crate) async fn keep_queries(api: Weak<Api>) {
    loop {
        sleep(TIDY_EVERY).await;
        let Some(api) = api.upgrade().filter(|api| api.is_ready()) else { return };
        // A store that is away is asked again in a minute.
        let _ = tidy(&api).await;
    }
}

async fn tidy(api: &Api) -> Result<(), Fault> {
    let unavailable = |error| crate::call::unavailable(&error);
    let now = Millis::of(api.now());
    if let Some(copies) = api.logs.copies() {
        let named = api.logs.events().objects_of_segments();
        copies.keep_only(|name| named.contains(name));
    }
    if !holds_lease(api, now).await.map_err(unavailable)? {
        return Ok(());
    }
    let (records, registry) = (api.query_records(), api.state.now().rooms.logs.clone());
    let mut named = HashSet::new();
    for kept in records.all().await.map_err(unavailable)? {
        let is_old = kept.0.created.plus(KEPT_FOR) <= now;
        // A group may be known to another server a moment earlier.
        let is_settled = kept.0.created.plus(TIDY_EVERY) <= now;
        let has_all = kept.0.groups.iter().all(|over| registry.by_uid(over.uid).is_some());
        match is_old || (is_settled && !has_all) {
            true => records.delete(&kept).await.map_err(unavailable)?,
            false => named.extend(kept.0.result.map(|result| result.number)),
        }
    }
    api.query_results().sweep(&named, now.minus(UNNAMED_MAX)).await
}

/// Whether this process deletes what has run out: one of a cluster does.
async fn holds_lease(api: &Api, now: Millis) -> Result<bool, StorageError> {
    let (process, mut batch) = (api.logs.queries().process, Batch::new());
    match api.store.get(lease_place()).await? {
        None => drop(batch.require_absent(&lease_place())),
        Some(row) => {
            let lease: Lease = row.read().map_err(StorageError::Damaged)?;
            if lease.process != process && lease.until > now {
                return Ok(false);
            }
            batch.require_version(&lease_place(), row.version);
        }
    }
    batch.put(&lease_place(), &Lease { process, until: now.plus(LEASE) });
    match api.store.commit(batch).await {
        Ok(_) => Ok(true),
        Err(StorageError::Conflict { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::super::record::tests::asked;
    use super::*;

    fn share(purse: &Arc<Purse>, account: &str) -> Share {
        let account = AccountId::parse(account).unwrap();
        Share { purse: Arc::clone(purse), account, bytes: AtomicUsize::default() }
    }

    #[test]
    fn one_account_gets_half_of_the_memory_and_gives_it_back() {
        let purse = Arc::<Purse>::default();
        let half = ROWS_BYTES_MAX / 2;
        let (one, more) = (share(&purse, "111122223333"), share(&purse, "111122223333"));
        let (other, third) = (share(&purse, "444455556666"), share(&purse, "777788889999"));
        assert!(one.take(half - 1) && more.take(1) && !more.take(1), "both of one account");
        assert!(other.take(half) && !third.take(1), "all is taken");
        drop(one);
        assert!(third.take(half - 1) && !third.take(1));
        drop((more, other, third));
        assert!(locked(&purse.0).is_empty());
    }

    #[tokio::test]
    async fn answers_share_their_memory_until_they_are_written() {
        use sotto_wire::Output;
        const SHORT: Duration = Duration::from_millis(20);
        let (queries, half) = (Queries::new(1), ANSWERS_BYTES_MAX / 2);
        let account = |name: &str| AccountId::parse(name).unwrap();
        let (one, other) = (account("111122223333"), account("444455556666"));
        let more = |account: &AccountId| queries.answering.take_units(account.clone(), 1, SHORT);
        // One that is larger than a share takes a share.
        let held = queries.answering(&one, ANSWERS_BYTES_MAX * 3).await;
        let answer = Output::new().holding(held.ok());
        assert!(more(&one).await.is_err(), "as long as the answer is not written");
        let theirs = queries.answering(&other, half - ANSWERS_PIECE_BYTES).await;
        assert!(theirs.is_ok() && more(&account("777788889999")).await.is_err(), "all is taken");
        assert!(queries.opening(&one, half).await.is_ok(), "originals have a memory of their own");
        drop(answer);
        assert!(queries.answering(&one, half / 2).await.is_ok());
    }

    #[test]
    fn queries_of_a_process_are_bounded_on_both_sides() {
        let queries = Queries::new(1);
        let live = |number: i64, standing| {
            Arc::new(Live {
                asked: asked(number, standing, None),
                unmasked: Arc::default(),
                came: Mutex::default(),
                standing: Mutex::new(standing),
                stop: Mutex::default(),
                share: share(&queries.purse, "111122223333"),
            })
        };
        for number in 0..RUNNING_MAX as i64 {
            assert!(queries.add(&live(number, Standing::Running)).is_ok());
        }
        let more = live(1_000, Standing::Running);
        assert!(queries.add(&more).is_err());
        let first = queries.find(&asked(0, Standing::Running, None).id).unwrap();
        first.cancel();
        assert!(queries.add(&more).is_ok());
        queries.make_room();
        assert!(queries.find(&first.asked.id).is_none() && queries.find(&more.asked.id).is_some());
    }
}
