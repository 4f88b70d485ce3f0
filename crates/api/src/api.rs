//! What do all requests share? The store, the present snapshot, the root key, the journal, and the two gifts of the edge: the
//! clock and randomness.

use crate::console::Console;
use crate::error::ApiError;
use crate::follows::Follows;
use crate::intake::Entrance;
use crate::issuers::Issuers;
use crate::keyring::Keyring;
use crate::kms::BLOCKING_MAX;
use crate::lambda::{Deliveries, FunctionSettings, Runs};
use crate::lex::{Bell, Contents, Talks, keep_building, keep_sessions};
use crate::logs::{EventCount, LogSettings, Room, Ways};
use crate::refusals::Refusals;
use crate::sieve::{Examiner, Names};
use crate::state::State;
use crate::trailed::{HEADS_EVERY, Journal, write_heads};
use crate::turns::{Shares, Turns};
use sotto_arn::AccountId;
use sotto_deliver::{Carriers, Courier};
use sotto_directory::Entropy;
use sotto_kms::{Devices, StoreKey};
use sotto_logs::Millis;
use sotto_public::IdentifierId;
use sotto_storage::{Blobs, StorageError, Store};
use sotto_trail::EventId;
use sotto_wire::client::post::Trust;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::time::{Duration, SystemTime};
use tokio::sync::Semaphore;

/// What time it is. The edge fills this with the system's clock, tests with one that they set.
pub trait Clock: Send + Sync + 'static {
    /// The present instant.
    fn now(&self) -> SystemTime;
}

/// Where random bytes come from. The edge fills this with the system's generator.
pub trait Randomness: Send + Sync + 'static {
    /// Fills the place with random bytes.
    fn fill(&self, place: &mut [u8]);
}

/// What is given to an [`Api`].
pub struct Settings {
    /// Where records stay.
    pub store: Arc<dyn Store>,
    /// The key of keys, confirmed.
    pub store_key: StoreKey,
    /// Devices of the configuration, for custom key stores.
    pub devices: Devices,
    /// The clock.
    pub clock: Box<dyn Clock>,
    /// The generator.
    pub randomness: Box<dyn Randomness>,
    /// Issuers of web identity tokens whose keys are known.
    pub issuers: Issuers,
    /// What happens to names that hold something sensitive.
    pub names: Names,
    /// What log groups rest on.
    pub logs: LogSettings,
    /// How functions are run, where they are.
    pub functions: Option<FunctionSettings>,
    /// Ways in without a signature.
    pub entrances: Vec<Entrance>,
    /// Requests that are worked on at one time; one account gets half of them at most.
    pub requests_max: usize,
}

/// What all requests share.
pub struct Api {
    /// Itself, for what outlives the request that began it.
    pub(crate) own: Weak<Self>,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) state: Arc<State>,
    pub(crate) journal: Journal,
    pub(crate) keyring: Keyring,
    pub(crate) store_key: Arc<StoreKey>,
    pub(crate) devices: Arc<Devices>,
    /// Room for work that blocks, by account.
    pub(crate) blocking: Turns<Option<AccountId>>,
    /// Room for requests that are worked on, by account.
    pub(crate) turns: Turns<Option<AccountId>>,
    /// Room for requests of other tongues while they are read, by account.
    pub(crate) reading: Turns<Option<AccountId>>,
    /// Room for what was read of them, in units.
    pub(crate) brought: Arc<Semaphore>,
    pub(crate) refusals: Refusals,
    pub(crate) issuers: Issuers,
    pub(crate) examiner: Examiner,
    pub(crate) logs: Room,
    /// Large objects of all rooms.
    pub(crate) objects: Arc<dyn Blobs>,
    /// Processes of functions.
    pub(crate) runs: Runs,
    /// Values that are followed through what functions print.
    pub(crate) follows: Arc<Follows>,
    pub(crate) entrances: Vec<Entrance>,
    /// Locales of bots that were read lately.
    pub(crate) bots: Contents,
    /// Conversations with them.
    pub(crate) talks: Talks,
    /// Rings when something is to be done for a bot.
    pub(crate) build_bell: Arc<Bell>,
    /// Sessions of the page.
    pub(crate) console: Console,
    clock: Box<dyn Clock>,
    pub(crate) randomness: Arc<dyn Randomness>,
    heads_failed: AtomicU64,
    open: AtomicBool,
}

impl Api {
    /// Reads the directory and starts the tasks; call it inside of a runtime.
    ///
    /// # Errors
    /// When the store does not answer or holds what this release cannot read.
    pub async fn start(settings: Settings) -> Result<Arc<Self>, ApiError> {
        let Settings { store, store_key, devices, clock, randomness, issuers, names, .. } = settings;
        let Settings { mut logs, mut functions, entrances, requests_max, .. } = settings;
        let runs = Runs::new(functions.as_mut())?;
        logs.deliveries.functions = functions.as_ref().is_some_and(|functions| functions.processes.is_some());
        let (store_key, devices) = (Arc::new(store_key), Arc::new(devices));
        let randomness: Arc<dyn Randomness> = Arc::from(randomness);
        let blocking = Turns::new(Shares {
            waiting_each: BLOCKING_WAITING,
            waiting: requests_max,
            ..Shares::of(BLOCKING_MAX)
        });
        let turns = Turns::new(Shares::of(requests_max));
        let reading = Turns::new(Shares {
            waiting_each: requests_max,
            waiting: requests_max,
            ..Shares::of(READING_MAX)
        });
        let brought = Arc::new(Semaphore::new(BROUGHT_BYTES_MAX / BROUGHT_UNIT_BYTES));
        let examiner = Examiner::start(names);
        let state = State::load(Arc::clone(&store), Arc::clone(&store_key)).await?;
        tokio::spawn(Arc::clone(&state).follow());
        let journal = Journal::start(Arc::clone(&store));
        let mut random = [0; 16];
        randomness.fill(&mut random);
        let begun = (Millis::of(clock.now()), u128::from_be_bytes(random), &randomness);
        let trust = Trust::of(logs.trust.as_deref()).map_err(|_| ApiError::Trust)?;
        let outside = Carriers::new(logs.deliveries.clone(), trust);
        let objects = Arc::clone(&logs.blobs);
        let logs = Room::start(&logs, &store, begun).await?;
        let (keyring, open) = (Keyring::default(), AtomicBool::new(true));
        let api = Arc::new_cyclic(|own| Self {
            own: Weak::clone(own),
            store,
            state,
            journal,
            keyring,
            store_key,
            devices,
            blocking,
            turns,
            reading,
            brought,
            refusals: Refusals::default(),
            issuers,
            examiner,
            logs,
            objects,
            runs,
            follows: Arc::default(),
            entrances,
            bots: Contents::default(),
            talks: Talks::default(),
            build_bell: Arc::default(),
            console: Console::default(),
            clock,
            randomness,
            heads_failed: AtomicU64::new(0),
            open,
        });
        api.keep_at_it();
        let outside = api.start_functions(functions, outside);
        api.start_courier(outside);
        Ok(api)
    }

    /// Begins what goes on in the background for as long as the server is there.
    fn keep_at_it(self: &Arc<Self>) {
        tokio::spawn(crate::kms::keep_up(Arc::downgrade(self)));
        tokio::spawn(Self::note_heads(Arc::downgrade(self)));
        tokio::spawn(Self::tend(Arc::downgrade(self)));
        tokio::spawn(keep_building(Arc::downgrade(self)));
        tokio::spawn(keep_sessions(Arc::downgrade(self)));
        tokio::spawn(crate::logs::keep_queries(Arc::downgrade(self)));
        tokio::spawn(crate::logs::keep_protecting(Arc::downgrade(self)));
    }

    /// Begins to run functions, where they are run; deliveries reach them then.
    fn start_functions(self: &Arc<Self>, settings: Option<FunctionSettings>, outside: Carriers) -> Carriers {
        tokio::spawn(crate::lambda::keep_events(Arc::downgrade(self)));
        let Some(settings) = settings else { return outside };
        match self.runs.start(&Arc::downgrade(self), settings) {
            true => outside.with_functions(Arc::new(Deliveries { api: Arc::downgrade(self) })),
            false => outside,
        }
    }

    /// Whether processes of functions were to be run, and could not be.
    pub fn functions_have_failed(&self) -> bool {
        self.runs.have_failed()
    }

    /// Carries what waits in the outbox, as long as there is an `Api`.
    fn start_courier(self: &Arc<Self>, outside: Carriers) {
        let (api, clock) = (Arc::downgrade(self), Arc::downgrade(self));
        let ways = Ways { api: Weak::clone(&api), outside };
        let now = move || clock.upgrade().map_or(SystemTime::UNIX_EPOCH, |api| api.now());
        let courier = Courier::new(Arc::clone(&self.store), Arc::new(ways), Box::new(now));
        self.logs.carried_by(&courier);
        tokio::spawn(async move {
            let carrying = tokio::spawn(courier.run());
            gone(api).await;
            carrying.abort();
        });
    }

    /// Keeps the store of events in order, as long as there is an `Api`.
    async fn tend(api: Weak<Self>) {
        loop {
            tokio::time::sleep(TEND_EVERY).await;
            let Some(api) = api.upgrade().filter(|api| api.is_ready()) else { return };
            api.follows.sweep(api.now());
            let registry = api.state.now().rooms.logs.clone();
            // A store that is away is asked again in a second.
            let _ = api.logs.events().tend(&registry, Millis::of(api.now())).await;
        }
    }

    /// Where everything is kept.
    pub fn store(&self) -> Arc<dyn Store> {
        Arc::clone(&self.store)
    }

    /// Whether requests are answered.
    pub fn is_ready(&self) -> bool {
        self.open.load(Ordering::Acquire)
    }

    /// How many times which kind was found in a name that somebody gave, since the start.
    pub fn findings(&self) -> BTreeMap<IdentifierId, u64> {
        self.examiner.counts()
    }

    /// What was found in log events since the start: how often, by account, Region, group, identifier and rule. Names of groups are
    /// shown with what they hold masked.
    pub fn event_findings(&self) -> Vec<EventCount> {
        let sieve = self.examiner.sieve_now();
        self.logs.counts(|name| sieve.map_or_else(|| "".into(), |sieve| sieve.shown(name)))
    }

    /// How often somebody was sent away because there was no room, since the start: protocol, kind, count.
    pub fn refusals(&self) -> Vec<(&'static str, &'static str, u64)> {
        self.refusals.counts()
    }

    /// Writes what was gathered and closes the store; call it when no request is running.
    ///
    /// # Errors
    /// When something could not be written.
    pub async fn close(&self) -> Result<(), StorageError> {
        self.open.store(false, Ordering::Release);
        self.runs.close();
        self.journal.close().await?;
        // What is not flushed stands in the write-ahead log.
        let _ = self.logs.events().close().await;
        write_heads(&*self.store, &self.store_key, self.now()).await?;
        self.store.close().await
    }

    /// Writes down how far the trail has come. A store that is away is asked again in a minute; that it did not take it is
    /// counted, and the edge says so.
    pub(crate) async fn note_heads_once(&self) {
        if write_heads(&*self.store, &self.store_key, self.now()).await.is_err() {
            self.heads_failed.fetch_add(1, Ordering::AcqRel);
        }
    }

    /// How often it could not be written down how far the trail has come, since the start.
    pub fn heads_failures(&self) -> u64 {
        self.heads_failed.load(Ordering::Acquire)
    }

    /// Whether the store has confirmed lately what this process decides by.
    pub fn is_fresh(&self) -> bool {
        self.state.is_fresh()
    }

    /// Writes down from time to time how far the trail has come, as long as there is an `Api`.
    async fn note_heads(api: Weak<Self>) {
        loop {
            tokio::time::sleep(HEADS_EVERY).await;
            let Some(api) = api.upgrade().filter(|api| api.is_ready()) else { return };
            api.note_heads_once().await;
        }
    }

    /// The present instant.
    pub(crate) fn now(&self) -> SystemTime {
        self.clock.now()
    }

    /// Randomness for whoever takes it as an argument.
    pub(crate) fn draw(&self) -> Draw<'_> {
        Draw(&*self.randomness)
    }

    /// A new id of an event or a request.
    pub(crate) fn event_id(&self) -> EventId {
        let mut bytes = [0; 16];
        self.randomness.fill(&mut bytes);
        EventId::from_random(u128::from_be_bytes(bytes))
    }
}

/// How many of one account wait for work that blocks.
const BLOCKING_WAITING: usize = 256;
/// Requests of other tongues that are unpacked and read at one time.
const READING_MAX: usize = 8;
/// Bytes of events that came in other tongues and are not stored yet; further requests wait.
pub(crate) const BROUGHT_BYTES_MAX: usize = 256 << 20;
/// What one permit of that stands for.
pub(crate) const BROUGHT_UNIT_BYTES: usize = 1 << 10;
/// Between two rounds of keeping the store of events in order.
const TEND_EVERY: Duration = Duration::from_millis(500);
/// Between two looks whether somebody still needs a task.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Until nobody holds the `Api`, or it was closed.
async fn gone(api: Weak<Api>) {
    while api.upgrade().is_some_and(|api| api.is_ready()) {
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Randomness that is drawn from the edge.
#[derive(Clone, Copy)]
pub struct Draw<'a>(&'a dyn Randomness);

impl<'a> From<&'a dyn Randomness> for Draw<'a> {
    fn from(randomness: &'a dyn Randomness) -> Self {
        Self(randomness)
    }
}

impl Draw<'_> {
    /// So many random bytes.
    pub fn bytes<const N: usize>(self) -> [u8; N] {
        let mut bytes = [0; N];
        self.0.fill(&mut bytes);
        bytes
    }
}

impl Entropy for Draw<'_> {
    fn fill(&mut self, place: &mut [u8]) {
        self.0.fill(place);
    }
}
