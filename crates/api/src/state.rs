//! What holds right now? One snapshot of directory and policies, swapped as a whole; a request keeps the one it began with.
//!
//! Changes go one after another: each is decided on the newest snapshot, committed together with its row of the trail, and
//! only then shown. All changes of all processes stand on the version of one record, the head, so that two front ends cannot
//! both decide on the same past; the slower one reads what happened and decides again, a bounded number of times. What others
//! changed is followed by epoch ([`State::follow`]).

use crate::error::ApiError;
use crate::policies;
use crate::trailed::Journal;
use arc_swap::ArcSwap;
use sotto_directory::{Change, Directory, Draft, Record as Entry, directory_place};
use sotto_iam::PolicySnapshot;
use sotto_public::{Malformed, Place, Recorded, Storable, StoredRecord};
use sotto_storage::{Batch, Changes, Committed, Epoch, PAGE_ROWS_MAX, Scan, StorageError, Store};
use sotto_trail::Record;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, OwnedMutexGuard};

/// How often a change is decided again because another process was faster.
pub(crate) const RETRIES_MAX: u32 = 8;
/// Between two looks when the store does not answer.
const FOLLOW_PAUSE: Duration = Duration::from_secs(1);

/// Directory and policies at one moment.
pub struct Snapshot {
    /// Who and what there is.
    pub directory: Directory,
    /// What decides.
    pub policies: PolicySnapshot,
    /// Nothing up to here is missing.
    pub epoch: Epoch,
    head: Option<(Epoch, u64)>,
}

/// The record on whose version every change of the directory stands.
#[derive(Storable)]
struct Head {
    changes: u64,
}

impl StoredRecord for Head {
    const KIND: &'static str = "directory-head";
}

/// Where the head stands; outside of the directory's own places.
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
    now: ArcSwap<Snapshot>,
    turn: Arc<Mutex<()>>,
}

impl State {
    /// Reads everything.
    pub(crate) async fn load(store: Arc<dyn Store>) -> Result<Arc<Self>, ApiError> {
        let snapshot = read_all(&*store).await?;
        Ok(Arc::new(Self { store, now: ArcSwap::from_pointee(snapshot), turn: Arc::default() }))
    }

    /// The present snapshot.
    pub(crate) fn now(&self) -> Arc<Snapshot> {
        self.now.load_full()
    }

    /// Decides on the newest snapshot, commits with the row that `row` makes, and shows the result. The commit goes on when
    /// the caller goes away: what is durable is shown.
    pub(crate) async fn change<T, E>(
        self: &Arc<Self>,
        mut decide: impl FnMut(&mut Draft) -> Result<T, E>,
        mut row: impl FnMut(&T) -> Record,
    ) -> Result<(T, Option<Recorded>), NotChanged<E>> {
        let mut tried = 0;
        loop {
            let turn = Arc::clone(&self.turn).lock_owned().await;
            let before = self.now();
            let mut draft = before.directory.draft();
            let answer = decide(&mut draft).map_err(NotChanged::Refused)?;
            let change = draft.finish();
            let mut batch = batch_of(&change, &before);
            Journal::append(&mut batch, &row(&answer));
            let task = tokio::spawn(Arc::clone(self).commit(turn, before, change, batch));
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
        change: Change,
        batch: Batch,
    ) -> Result<Option<Recorded>, StorageError> {
        let committed = self.store.commit(batch).await?;
        if !change.is_empty() {
            self.show(&before, &change, &committed)?;
        }
        Ok(committed.into_recorded().pop())
    }

    fn show(&self, before: &Snapshot, change: &Change, committed: &Committed) -> Result<(), StorageError> {
        let directory = before.directory.apply(change);
        let epoch = committed.epoch().number();
        let policies = policies::changed((&before.policies, &before.directory), &directory, change, epoch);
        let policies = policies.map_err(|_| unreadable())?;
        let count = before.head.map_or(1, |(_, count)| count + 1);
        let head = Some((committed.epoch(), count));
        self.now.store(Arc::new(Snapshot { directory, policies, epoch: committed.epoch(), head }));
        Ok(())
    }

    /// Takes over what other processes changed, for ever.
    pub(crate) async fn follow(self: Arc<Self>) {
        let mut heard = self.store.watch();
        loop {
            if heard.changed().await.is_err() {
                return;
            }
            let epoch = *heard.borrow_and_update();
            if epoch > self.now().epoch && self.refresh().await.is_err() {
                tokio::time::sleep(FOLLOW_PAUSE).await;
                heard.mark_changed();
            }
        }
    }

    /// Takes over what other processes changed.
    async fn refresh(&self) -> Result<(), StorageError> {
        let _turn = self.turn.lock().await;
        let before = self.now();
        match self.store.changes(before.epoch, PAGE_ROWS_MAX).await? {
            Changes::Since { records, through, .. } if !records.iter().any(|(place, ..)| concerns(place)) => {
                let (directory, policies) = (before.directory.clone(), before.policies.clone());
                self.now.store(Arc::new(Snapshot { directory, policies, epoch: through, head: before.head }));
            }
            _ => self.now.store(Arc::new(read_all(&*self.store).await?)),
        }
        Ok(())
    }
}

/// Whether a place is one of the directory's.
fn concerns(place: &Place) -> bool {
    directory_place().holds(place) || head_place().holds(place)
}

/// What a change writes, standing on the head.
fn batch_of(change: &Change, before: &Snapshot) -> Batch {
    let mut batch = Batch::new();
    if change.is_empty() {
        return batch;
    }
    let place = head_place();
    match before.head {
        Some((version, _)) => batch.require_version(&place, version),
        None => batch.require_absent(&place),
    };
    batch.put(&place, &Head { changes: before.head.map_or(1, |(_, count)| count + 1) });
    entries_of(change, &mut batch);
    batch
}

/// The head of a first start.
pub(crate) fn head_of_first(batch: &mut Batch) {
    batch.require_absent(&head_place()).put(&head_place(), &Head { changes: 1 });
}

/// The records of a change.
pub(crate) fn entries_of(change: &Change, batch: &mut Batch) {
    for (key, record) in change.records() {
        match record {
            Some(record) => batch.put(&key.place(), record),
            None => batch.delete(&key.place()),
        };
    }
}

/// Everything, at an epoch that is not newer than any of it.
async fn read_all(store: &dyn Store) -> Result<Snapshot, StorageError> {
    for _ in 0..=RETRIES_MAX {
        let head = read_head(store).await?;
        let epoch = *store.watch().borrow();
        let directory = Directory::load(read_entries(store).await?);
        if read_head(store).await? == head {
            let epoch = head.map_or(epoch, |(version, _)| epoch.max(version));
            let policies = policies::all(&directory, epoch.number()).map_err(|_| unreadable())?;
            return Ok(Snapshot { directory, policies, epoch, head });
        }
    }
    Err(StorageError::Busy)
}

async fn read_head(store: &dyn Store) -> Result<Option<(Epoch, u64)>, StorageError> {
    let row = store.get(head_place()).await?;
    row.map(|row| Ok((row.version, row.read::<Head>()?.changes))).transpose()
}

/// All records of the directory, page by page.
async fn read_entries(store: &dyn Store) -> Result<Vec<Entry>, StorageError> {
    let mut entries = Vec::new();
    let mut scan = Scan::below(&directory_place());
    loop {
        let rows = store.range(scan.clone()).await?;
        for row in &rows {
            entries.push(row.read::<Entry>()?);
        }
        match rows.last() {
            Some(last) if rows.len() >= PAGE_ROWS_MAX => scan = scan.after(&last.place),
            _ => return Ok(entries),
        }
    }
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
        state.change(|draft| draft.open_account(&account(number), 0), |()| row()).await.map(|_| ())
    }

    fn accounts(state: &State) -> usize {
        state.now().directory.accounts().count()
    }

    #[tokio::test]
    async fn two_that_share_a_store_see_each_other_and_do_not_decide_on_one_past() {
        let folder = tempfile::tempdir().unwrap();
        let store: Arc<dyn Store> = Arc::new(SqliteStore::open(folder.path(), ChainId::new(1)).unwrap());
        let (one, other) =
            (State::load(Arc::clone(&store)).await.unwrap(), State::load(store).await.unwrap());
        assert!(open(&one, 1).await.is_ok());
        assert_eq!((accounts(&one), accounts(&other)), (1, 0));
        // `other` decides on what it knows, meets the conflict, reads what happened, and decides again.
        assert!(matches!(open(&other, 1).await, Err(NotChanged::Refused(DirectoryError::EntityExists(_)))));
        assert!(open(&other, 2).await.is_ok());
        one.refresh().await.unwrap();
        assert_eq!((accounts(&one), accounts(&other)), (2, 2));
    }

    #[tokio::test]
    async fn many_changes_at_one_time_are_all_there_after_a_new_start() {
        let folder = tempfile::tempdir().unwrap();
        let store: Arc<dyn Store> = Arc::new(SqliteStore::open(folder.path(), ChainId::new(1)).unwrap());
        let states =
            [State::load(Arc::clone(&store)).await.unwrap(), State::load(Arc::clone(&store)).await.unwrap()];
        let tasks: Vec<_> = (0..20_u64)
            .map(|number| {
                let state = Arc::clone(&states[usize::from(number % 2 == 0)]);
                tokio::spawn(async move { open(&state, number).await.is_ok() })
            })
            .collect();
        for task in tasks {
            assert!(task.await.unwrap());
        }
        assert_eq!(accounts(&State::load(store).await.unwrap()), 20);
    }
}
