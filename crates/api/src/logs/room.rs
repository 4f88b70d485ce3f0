//! What do all calls of CloudWatch Logs share? The store of events, what is looked for, what typed texts are looked at with, keys
//! and rules that were used of late, and where deliveries may go.
//!
//! Rules take tens of milliseconds to build: a thread of its own does it while the server starts.

use super::Meant;
use super::alarm::Alarm;
use super::counts::{Counts, EventCount};
use super::guard::Guards;
use super::keys::{Keys, Lender};
use super::queries::Queries;
use crate::api::Randomness;
use crate::call::internal;
use crate::error::ApiError;
use sotto_deliver::{Courier, Destination, Site, Tally};
use sotto_detect::{BuildError, catalog};
use sotto_logs::{EventStore, Foundations, Millis};
use sotto_protect::policy::ManagedIds;
use sotto_protect::screen::Screen;
use sotto_protect::{Findings, Scanners};
use sotto_public::Public;
use sotto_storage::{Blobs, LocalCopies, Store, Wal};
use sotto_wire::Fault;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use tokio::sync::SetOnce;

/// What is given for log groups.
pub struct LogSettings {
    /// The write-ahead log.
    pub wal: Arc<dyn Wal>,
    /// Segments.
    pub blobs: Arc<dyn Blobs>,
    /// Where deliveries may go.
    pub deliveries: Site,
    /// Who hears at once of findings and unmasks.
    pub alarm: Option<Destination>,
    /// Certificates that deliveries believe; the system's where there is none.
    pub trust: Option<PathBuf>,
    /// The socket of the query engine, where there is one.
    pub engine: Option<PathBuf>,
    /// Copies of segments that are no files, for the query engine.
    pub copies: Option<Arc<LocalCopies>>,
    /// Whether the policy of last resort holds for groups that no policy covers.
    pub default_policy: bool,
}

/// What all calls share.
pub(crate) struct Room {
    events: Arc<EventStore>,
    identifiers: Arc<ManagedIds>,
    scanners: Arc<Scanners>,
    screen: Arc<SetOnce<Result<Screen, BuildError>>>,
    keys: Arc<Keys>,
    guards: Guards,
    site: Site,
    alarm: Alarm,
    engine: Option<PathBuf>,
    blobs: Arc<dyn Blobs>,
    copies: Option<Arc<LocalCopies>>,
    queries: Arc<Queries>,
    last_resort: bool,
    /// Tells statistics that are put through this process from others; whoever puts some holds it.
    metric_writer: tokio::sync::Mutex<u128>,
    /// Who carries deliveries, once somebody does.
    courier: OnceLock<Arc<Courier>>,
    counts: Counts,
    /// How often events were looked at once more since newer rules were demanded meanwhile.
    decided_again: AtomicU64,
}

impl Room {
    /// Opens the store of events and begins to build the rules; call it inside of a runtime.
    pub(crate) async fn start(
        settings: &LogSettings,
        store: &Arc<dyn Store>,
        (now, random, randomness): (Millis, u128, &Arc<dyn Randomness>),
    ) -> Result<Self, ApiError> {
        let screen = Arc::new(SetOnce::new());
        let built = Arc::clone(&screen);
        // Nobody else sets it, and the thread ends by itself.
        drop(tokio::task::spawn_blocking(move || built.set(Screen::new()).is_ok()));
        let LogSettings { wal, blobs, deliveries, default_policy, .. } = settings;
        let keys = Arc::<Keys>::default();
        let (store, wal, blobs) = (Arc::clone(store), Arc::clone(wal), Arc::clone(blobs));
        let objects = Arc::clone(&blobs);
        let on = Foundations { store, wal, blobs, keys: Arc::new(Lender::new(&keys, randomness)) };
        let aws = catalog::all().iter().filter(|file| file.aws).map(|file| file.id.as_str());
        Ok(Self {
            events: EventStore::open(on, now, random).await?,
            identifiers: Arc::new(ManagedIds::new(aws)),
            scanners: Arc::default(),
            screen,
            keys,
            guards: Guards::default(),
            site: deliveries.clone(),
            alarm: Alarm::new(settings.alarm.clone()),
            engine: settings.engine.clone(),
            blobs: objects,
            copies: settings.copies.clone(),
            queries: Arc::new(Queries::new(random)),
            last_resort: *default_policy,
            // The store of events has hours of its own under the number itself.
            metric_writer: tokio::sync::Mutex::new(!random),
            courier: OnceLock::new(),
            counts: Counts::default(),
            decided_again: AtomicU64::default(),
        })
    }

    /// The store of events.
    pub(crate) const fn events(&self) -> &Arc<EventStore> {
        &self.events
    }

    /// What policies may name.
    pub(super) fn identifiers(&self) -> &ManagedIds {
        &self.identifiers
    }

    pub(super) const fn shared_identifiers(&self) -> &Arc<ManagedIds> {
        &self.identifiers
    }

    pub(super) const fn scanners(&self) -> &Arc<Scanners> {
        &self.scanners
    }

    pub(super) fn keys(&self) -> &Keys {
        &self.keys
    }

    pub(super) fn shared_keys(&self) -> Arc<Keys> {
        Arc::clone(&self.keys)
    }

    pub(super) const fn guards(&self) -> &Guards {
        &self.guards
    }

    pub(super) const fn has_last_resort(&self) -> bool {
        self.last_resort
    }

    /// What typed texts are looked at with, as soon as it is there.
    pub(super) async fn screen(&self) -> Result<&Screen, Fault> {
        self.screen.wait().await.as_ref().map_err(|_| internal())
    }

    /// Who hears at once.
    pub(super) const fn alarm(&self) -> &Alarm {
        &self.alarm
    }

    /// The socket of the query engine.
    pub(super) fn engine(&self) -> Option<&Path> {
        self.engine.as_deref()
    }

    /// Large objects.
    pub(super) const fn blobs(&self) -> &Arc<dyn Blobs> {
        &self.blobs
    }

    /// Local copies of segments, where they are no files.
    pub(super) fn copies(&self) -> Option<&LocalCopies> {
        self.copies.as_deref()
    }

    /// Queries of this process.
    pub(super) const fn queries(&self) -> &Arc<Queries> {
        &self.queries
    }

    /// Somebody carries deliveries now.
    pub(crate) fn carried_by(&self, courier: &Arc<Courier>) {
        // There is one for as long as there is a room.
        let _ = self.courier.set(Arc::clone(courier));
    }

    /// What this process carried since the start.
    pub(crate) fn carried(&self) -> Tally {
        self.courier.get().map(|courier| courier.tally()).unwrap_or_default()
    }

    /// The writer of statistics that are put.
    pub(crate) const fn metric_writer(&self) -> &tokio::sync::Mutex<u128> {
        &self.metric_writer
    }

    /// Where deliveries may go.
    pub(super) const fn site(&self) -> &Site {
        &self.site
    }

    /// Counts a call whose events are looked at once more.
    pub(super) fn decide_again(&self) {
        self.decided_again.fetch_add(1, Ordering::Relaxed);
    }

    /// How many there were.
    pub(crate) fn decided_again(&self) -> u64 {
        self.decided_again.load(Ordering::Relaxed)
    }

    /// Counts what was found in events of a group.
    pub(super) fn count(&self, meant: &Meant, findings: &[Findings]) {
        self.counts.add(meant, findings);
    }

    /// What was found in events since the start, with names of groups as `look` shows them.
    pub(crate) fn counts(&self, look: impl Fn(Public<String>) -> Public<String>) -> Vec<EventCount> {
        self.counts.all(look)
    }
}
