//! What holds right now? One snapshot of all shelves and of the policies, swapped as a whole; a request keeps the one it began
//! with. Which rooms are shelves, and how another one joins, stands in [`crate::shelves`].
//!
//! Changes go one after another: each is decided on the newest snapshot, committed together with its row of the trail, and
//! only then shown. All changes of all processes stand on the version of one record, the head, so that two front ends cannot
//! both decide on the same past; the slower one reads what happened and decides again, a bounded number of times. What others
//! changed is followed by epoch ([`State::follow`]). Where the store has not answered for [`SNAPSHOT_AGE_MAX`], nothing is decided
//! any more: a permission may have been taken away in the meantime.

use crate::error::ApiError;
use crate::shelves::{Changes, Drafts, Rooms};
use crate::trailed::Journal;
use arc_swap::ArcSwap;
use sotto_iam::{PolicySnapshot, SnapshotError};
use sotto_kms::StoreKey;
use sotto_public::{Malformed, Place, Recorded, Storable, Stored, StoredRecord};
use sotto_storage::{Batch, Changes as Since, Committed, Epoch, PAGE_ROWS_MAX, StorageError, Store};
use sotto_trail::Record;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, OwnedMutexGuard, watch};
use tokio::time::{Instant, sleep, timeout};

/// How often a change is decided again because another process was faster.
pub(crate) const RETRIES_MAX: u32 = 8;
/// Between two looks when the store does not answer.
const FOLLOW_PAUSE: Duration = Duration::from_secs(1);

/// How long a snapshot decides while the store does not answer.
pub(crate) const SNAPSHOT_AGE_MAX: Duration = Duration::from_secs(60);
/// Pages of changes that are passed over before everything is read anew.
const PASSED_PAGES_MAX: usize = 64;
/// How often the store is asked whether there is anything new, heard of or not.
const ASK_EVERY: Duration = Duration::from_secs(10);

/// Rooms and policies at one moment.
pub struct Snapshot {
    /// What the shelves hold.
    pub rooms: Rooms,
    /// What decides.
    pub policies: PolicySnapshot,
    /// Nothing up to here is missing.
    pub epoch: Epoch,
    head: Option<(Epoch, u64)>,
}

/// The record on whose version every change of a shelf stands.
#[derive(Storable)]
struct Head {
    changes: u64,
}

impl StoredRecord for Head {
    const KIND: &'static str = "directory-head";
}

/// Where the head stands; outside of the shelves' own places.
fn head_place() -> Place {
    Place::new("directory-head")
}

/// Why a change did not happen.
pub(crate) enum NotChanged<E> {
    /// The transition refused.
    Refused(E),
    /// The store did.
    Store(StorageError),
}

/// The present snapshot, and the way to the next.
pub(crate) struct State {
    store: Arc<dyn Store>,
    store_key: Arc<StoreKey>,
    now: ArcSwap<Snapshot>,
    turn: Arc<Mutex<()>>,
    /// When the store said last that nothing is missing.
    confirmed: watch::Sender<Instant>,
}

impl State {
    /// Reads everything.
    pub(crate) async fn load(store: Arc<dyn Store>, store_key: Arc<StoreKey>) -> Result<Arc<Self>, ApiError> {
        let snapshot = read_all(&*store, &store_key).await?;
        let (now, confirmed) = (ArcSwap::from_pointee(snapshot), watch::Sender::new(Instant::now()));
        Ok(Arc::new(Self { store, store_key, now, turn: Arc::default(), confirmed }))
    }

    /// Whether the snapshot is young enough to decide by.
    pub(crate) fn is_fresh(&self) -> bool {
        self.confirmed.borrow().elapsed() <= SNAPSHOT_AGE_MAX
    }

    /// The present snapshot.
    pub(crate) fn now(&self) -> Arc<Snapshot> {
        self.now.load_full()
    }

    /// Decides on the newest snapshot, commits with the rows that `rows` makes, and shows the result. The commit goes on when
    /// the caller goes away: what is durable is shown.
    pub(crate) async fn change<T, E>(
        self: &Arc<Self>,
        mut decide: impl FnMut(&mut Drafts) -> Result<T, E>,
        mut rows: impl FnMut(&T) -> Vec<Record>,
    ) -> Result<(T, Option<Recorded>), NotChanged<E>> {
        let mut tried = 0;
        loop {
            let turn = Arc::clone(&self.turn).lock_owned().await;
            let before = self.now();
            let mut drafts = before.rooms.drafts();
            let answer = decide(&mut drafts).map_err(NotChanged::Refused)?;
            let mut changes = drafts.finish();
            let mut batch = batch_of(&mut changes, &before);
            rows(&answer).iter().for_each(|row| Journal::append(&mut batch, row));
            if batch.is_empty() {
                return Ok((answer, None));
            }
            let task = tokio::spawn(Arc::clone(self).commit(turn, before, changes, batch));
            match task.await.unwrap_or(Err(StorageError::Unknown)) {
                Ok(recorded) => return Ok((answer, recorded)),
                Err(StorageError::Conflict { .. }) if tried < RETRIES_MAX => tried += 1,
                Err(error) => return Err(NotChanged::Store(error)),
            }
            self.refresh().await.map_err(NotChanged::Store)?;
        }
    }

    async fn commit(
        self: Arc<Self>,
        _turn: OwnedMutexGuard<()>,
        before: Arc<Snapshot>,
        changes: Changes,
        batch: Batch,
    ) -> Result<Option<Recorded>, StorageError> {
        let committed = self.store.commit(batch).await?;
        if !changes.is_empty() {
            self.show(&before, &changes, &committed)?;
        }
        Ok(committed.into_recorded().pop())
    }

    fn show(&self, before: &Snapshot, changes: &Changes, committed: &Committed) -> Result<(), StorageError> {
        let rooms = before.rooms.apply(changes);
        let policies =
            policies_after(before, &rooms, changes, committed.epoch()).map_err(|_| unreadable())?;
        let count = before.head.map_or(1, |(_, count)| count + 1);
        let head = Some((committed.epoch(), count));
        self.now.store(Arc::new(Snapshot { rooms, policies, epoch: committed.epoch(), head }));
        Ok(())
    }

    /// Takes over what other processes changed, for ever; asks from time to time even when nothing was heard.
    pub(crate) async fn follow(self: Arc<Self>) {
        let mut heard = self.store.watch();
        loop {
            match timeout(ASK_EVERY, heard.changed()).await {
                Ok(Err(_)) => return,
                Ok(Ok(())) if *heard.borrow_and_update() <= self.now().epoch => continue,
                Ok(Ok(())) | Err(_) => {}
            }
            if self.refresh().await.is_err() {
                sleep(FOLLOW_PAUSE).await;
                heard.mark_changed();
            }
        }
    }

    /// Takes over what other processes changed: only the shelves that changed are read anew. What is no shelf's, as sessions of
    /// conversations, is passed over page by page.
    pub(crate) async fn refresh(&self) -> Result<(), StorageError> {
        let _turn = self.turn.lock().await;
        let (mut before, asked) = (self.now(), Instant::now());
        let mut changes = self.store.changes(before.epoch, PAGE_ROWS_MAX).await?;
        for _ in 0..PASSED_PAGES_MAX {
            let Since::Since { records, through, more } = &changes else { break };
            if records.iter().any(|(place, ..)| concerns(place)) {
                break;
            }
            before = self.pass(&before, *through);
            if !more {
                self.confirmed.send_replace(asked);
                return Ok(());
            }
            changes = self.store.changes(before.epoch, PAGE_ROWS_MAX).await?;
        }
        let next = match changes {
            Since::Since { records, through, more: false } => match absorbed(&before, &records, through)? {
                Some(next) => Some(next),
                None => {
                    let places: Vec<_> = records.into_iter().map(|(place, ..)| place).collect();
                    self.read_some(&before, &places, through).await?
                }
            },
            _ => None,
        };
        let next = match next {
            Some(next) => next,
            None => read_all(&*self.store, &self.store_key).await?,
        };
        self.now.store(Arc::new(next));
        self.confirmed.send_replace(asked);
        Ok(())
    }
}

impl State {
    /// The same snapshot at a later epoch, up to which nothing of it changed.
    fn pass(&self, before: &Snapshot, through: Epoch) -> Arc<Snapshot> {
        let (rooms, policies) = (before.rooms.clone(), before.policies.clone());
        let snapshot = Arc::new(Snapshot { rooms, policies, epoch: through, head: before.head });
        self.now.store(Arc::clone(&snapshot));
        snapshot
    }

    /// The shelves that hold one of these places anew, the others as they were. `None` when somebody changed something after
    /// `through`: then it is not known which shelves that was.
    async fn read_some(
        &self,
        before: &Snapshot,
        places: &[Place],
        through: Epoch,
    ) -> Result<Option<Snapshot>, StorageError> {
        let store = &*self.store;
        let head = read_head(store).await?;
        let changed = |shelf: &Place| places.iter().any(|place| shelf.holds(place));
        let rooms = Rooms::read(store, &before.rooms, changed).await?.opened(&self.store_key);
        let known = head.is_some_and(|(version, _)| version <= through);
        match known && read_head(store).await? == head {
            true => snapshot_of(rooms, through, head).map(Some),
            false => Ok(None),
        }
    }
}

/// The snapshot after what others wrote, where that can be taken in without reading shelves anew: everything up to `through` is at
/// hand, so the result is what stood there then.
fn absorbed(
    before: &Snapshot,
    written: &[(Place, Epoch, Option<Stored>)],
    through: Epoch,
) -> Result<Option<Snapshot>, StorageError> {
    let Some(changes) = before.rooms.absorb(written) else { return Ok(None) };
    let at_head = written.iter().find(|(place, ..)| *place == head_place());
    let head = match at_head {
        Some((_, version, Some(head))) => {
            let head: Head = head.read().map_err(StorageError::Damaged)?;
            Some((*version, head.changes))
        }
        Some((.., None)) => return Ok(None),
        None => before.head,
    };
    let rooms = before.rooms.apply(&changes);
    let policies = policies_after(before, &rooms, &changes, through).map_err(|_| unreadable())?;
    Ok(Some(Snapshot { rooms, policies, epoch: through, head }))
}

/// Whether a place is one of a shelf's, or the head.
fn concerns(place: &Place) -> bool {
    Rooms::hold(place) || head_place().holds(place)
}

/// What a change writes, standing on the head.
fn batch_of(changes: &mut Changes, before: &Snapshot) -> Batch {
    let mut batch = Batch::new();
    if !changes.is_empty() {
        let place = head_place();
        match before.head {
            Some((version, _)) => batch.require_version(&place, version),
            None => batch.require_absent(&place),
        };
        batch.put(&place, &Head { changes: before.head.map_or(1, |(_, count)| count + 1) });
    }
    changes.write(&mut batch);
    batch
}

/// The head of a first start.
pub(crate) fn head_of_first(batch: &mut Batch) {
    batch.require_absent(&head_place()).put(&head_place(), &Head { changes: 1 });
}

/// Everything, at an epoch that is not newer than any of it.
async fn read_all(store: &dyn Store, store_key: &Arc<StoreKey>) -> Result<Snapshot, StorageError> {
    for _ in 0..=RETRIES_MAX {
        let head = read_head(store).await?;
        let epoch = *store.watch().borrow();
        let rooms = Rooms::read(store, &Rooms::default(), |_| true).await?.opened(store_key);
        if read_head(store).await? == head {
            let epoch = head.map_or(epoch, |(version, _)| epoch.max(version));
            return snapshot_of(rooms, epoch, head);
        }
    }
    Err(StorageError::Busy)
}

fn snapshot_of(rooms: Rooms, epoch: Epoch, head: Option<(Epoch, u64)>) -> Result<Snapshot, StorageError> {
    let policies = policies_of(&rooms, epoch).map_err(|_| unreadable())?;
    Ok(Snapshot { rooms, policies, epoch, head })
}

/// The policies of all shelves.
#[expect(clippy::disallowed_methods, reason = "the shelves were read from storage, and are what decides")]
fn policies_of(rooms: &Rooms, epoch: Epoch) -> Result<PolicySnapshot, SnapshotError> {
    let policies = PolicySnapshot::from_pinned_records(epoch.number(), rooms.policies())?;
    Ok(match rooms.grants() {
        Some(grants) => policies.with_pinned_grants(grants),
        None => policies,
    })
}

/// The policies after a change that was committed.
#[expect(clippy::disallowed_methods, reason = "the change was committed to storage, and is what decides")]
fn policies_after(
    before: &Snapshot,
    rooms: &Rooms,
    changes: &Changes,
    epoch: Epoch,
) -> Result<PolicySnapshot, SnapshotError> {
    let touched = rooms.touched(&before.rooms, changes);
    let policies = before.policies.with_pinned_changes(epoch.number(), touched.records, touched.gone)?;
    Ok(match rooms.grants() {
        Some(grants) => policies.with_pinned_grants(grants),
        None => policies,
    })
}

async fn read_head(store: &dyn Store) -> Result<Option<(Epoch, u64)>, StorageError> {
    let row = store.get(head_place()).await?;
    row.map(|row| Ok((row.version, row.read::<Head>()?.changes))).transpose()
}

/// A stored policy document that this release does not take for one.
fn unreadable() -> StorageError {
    StorageError::Damaged(Malformed::Text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use sotto_arn::{AccountId, Action, Region};
    use sotto_directory::DirectoryError;
    use sotto_public::ChainId;
    use sotto_storage::SqliteStore;
    use sotto_trail::{EventId, EventKind, Identity, Value};
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::time::SystemTime;

    fn store_key() -> Arc<StoreKey> {
        Arc::new(StoreKey::new(sotto_sensitive::KeyBytes::zeroed(32)).unwrap())
    }

    fn account(number: u64) -> AccountId {
        AccountId::parse(&format!("{number:012}")).unwrap()
    }

    fn row() -> Record {
        static COUNT: AtomicU64 = AtomicU64::new(1);
        Record {
            event: EventId::from_random(u128::from(COUNT.fetch_add(1, Ordering::Relaxed))),
            at: SystemTime::UNIX_EPOCH,
            call: Action::parse("organizations:CreateAccount").unwrap(),
            region: Region::parse("us-east-1").unwrap(),
            source: None,
            user_agent: Value::Null,
            identity: Identity::unknown(),
            request: Value::Null,
            response: Value::Null,
            error: None,
            error_message: None,
            decision: None,
            resources: Vec::new(),
            request_id: EventId::from_random(1),
            read_only: false,
            kind: EventKind::ApiCall,
            recipient: account(1),
            findings: Vec::new(),
        }
    }

    async fn open(state: &Arc<State>, number: u64) -> Result<(), NotChanged<DirectoryError>> {
        state
            .change(|drafts| drafts.directory.open_account(&account(number), 0), |()| vec![row()])
            .await
            .map(|_| ())
    }

    fn accounts(state: &State) -> usize {
        state.now().rooms.directory.accounts().count()
    }

    #[tokio::test]
    async fn two_that_share_a_store_see_each_other_and_do_not_decide_on_one_past() {
        let folder = tempfile::tempdir().unwrap();
        let store: Arc<dyn Store> = Arc::new(SqliteStore::open(folder.path(), ChainId::new(1)).unwrap());
        let (one, other) = (
            State::load(Arc::clone(&store), store_key()).await.unwrap(),
            State::load(store, store_key()).await.unwrap(),
        );
        assert!(open(&one, 1).await.is_ok());
        assert_eq!((accounts(&one), accounts(&other)), (1, 0));
        // `other` decides on what it knows, meets the conflict, reads what happened, and decides again.
        assert!(matches!(open(&other, 1).await, Err(NotChanged::Refused(DirectoryError::EntityExists(_)))));
        assert!(open(&other, 2).await.is_ok());
        one.refresh().await.unwrap();
        assert_eq!((accounts(&one), accounts(&other)), (2, 2));
    }

    #[tokio::test]
    async fn what_is_no_shelfs_is_passed_over_whatever_there_is_of_it() {
        let folder = tempfile::tempdir().unwrap();
        let store: Arc<dyn Store> = Arc::new(SqliteStore::open(folder.path(), ChainId::new(1)).unwrap());
        let state = || State::load(Arc::clone(&store), store_key());
        let (one, other) = (state().await.unwrap(), state().await.unwrap());
        for written in [2 * PAGE_ROWS_MAX + 1, PAGE_ROWS_MAX] {
            let mut batch = Batch::new();
            for number in 0..written as u64 {
                batch.put(&Place::new("no shelf").with(&number), &Head { changes: number });
            }
            let epoch = store.commit(batch).await.unwrap().epoch();
            one.refresh().await.unwrap();
            assert_eq!((one.now().epoch, accounts(&one)), (epoch, 0));
        }
        let mut batch = Batch::new();
        for number in 0..=PAGE_ROWS_MAX as u64 {
            batch.put(&Place::new("no shelf").with(&number), &Head { changes: number });
        }
        store.commit(batch).await.unwrap();
        assert!(open(&other, 1).await.is_ok());
        one.refresh().await.unwrap();
        assert_eq!(accounts(&one), 1);
    }

    #[tokio::test]
    async fn a_snapshot_that_the_store_does_not_confirm_decides_no_more() {
        let folder = tempfile::tempdir().unwrap();
        let store: Arc<dyn Store> = Arc::new(SqliteStore::open(folder.path(), ChainId::new(1)).unwrap());
        let state = State::load(store, store_key()).await.unwrap();
        assert!(state.is_fresh());
        let ago = |age| Instant::now().checked_sub(age).unwrap();
        state.confirmed.send_replace(ago(SNAPSHOT_AGE_MAX - Duration::from_secs(1)));
        assert!(state.is_fresh());
        state.confirmed.send_replace(ago(SNAPSHOT_AGE_MAX + Duration::from_millis(1)));
        assert!(!state.is_fresh());
        state.refresh().await.unwrap();
        assert!(state.is_fresh(), "the store answered");
    }

    #[tokio::test]
    async fn many_changes_at_one_time_are_all_there_after_a_new_start() {
        let folder = tempfile::tempdir().unwrap();
        let store: Arc<dyn Store> = Arc::new(SqliteStore::open(folder.path(), ChainId::new(1)).unwrap());
        let states = [
            State::load(Arc::clone(&store), store_key()).await.unwrap(),
            State::load(Arc::clone(&store), store_key()).await.unwrap(),
        ];
        let tasks: Vec<_> = (0..20_u64)
            .map(|number| {
                let state = Arc::clone(&states[usize::from(number % 2 == 0)]);
                tokio::spawn(async move { open(&state, number).await.is_ok() })
            })
            .collect();
        for task in tasks {
            assert!(task.await.unwrap());
        }
        assert_eq!(accounts(&State::load(store, store_key()).await.unwrap()), 20);
    }
}
