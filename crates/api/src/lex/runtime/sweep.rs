//! When is a session really gone? When its time is over, and nobody says anything more: its sealed text is deleted from the store,
//! which overwrites what it deletes.
//!
//! An end stands at the earliest instant at which a session may be over. Whoever looks at it then deletes the session, or moves the
//! end to where it is now: a turn does not write its end anew each time. One server of a cluster does this at a time; who holds the
//! work stands in the store, and holds it for seconds.

use super::seconds;
use super::sessions::{End, Kept, SESSIONS_PER_ACCOUNT_MAX, SessionKey, sessions_places};
use crate::api::Api;
use sotto_arn::AccountId;
use sotto_conversation::registry::Seconds;
use sotto_public::{Place, Storable, StoredRecord};
use sotto_storage::{Batch, Epoch, PAGE_ROWS_MAX, Row, Scan, StorageError, Store};
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

/// Between two looks.
const LOOK_EVERY: Duration = Duration::from_secs(3);
/// Between two counts of all sessions.
const COUNT_EVERY: Duration = Duration::from_secs(60);
/// For how long a server holds the work.
const HELD_SECONDS: Seconds = 30;
/// Ends that are looked at at one time.
const ROUND_MAX: usize = 256;
/// Rounds of one look: a store that is behind is not kept from everything else.
const ROUNDS_MAX: usize = 16;

/// Who takes sessions away.
#[derive(Storable)]
struct Sweeping {
    by: u128,
    until: Seconds,
}

impl StoredRecord for Sweeping {
    const KIND: &'static str = "bot-session-sweep";
}

fn sweeping_place() -> Place {
    Place::new("bot-session-sweep")
}

/// How many sessions each account has.
#[derive(Default)]
pub(super) struct Counts(Mutex<HashMap<AccountId, usize>>);

impl Counts {
    fn of(&self) -> std::sync::MutexGuard<'_, HashMap<AccountId, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether an account may have one more.
    pub(super) fn admits(&self, account: &AccountId) -> bool {
        self.of().get(account).is_none_or(|count| *count < SESSIONS_PER_ACCOUNT_MAX)
    }

    /// One more.
    pub(super) fn add(&self, account: &AccountId) {
        *self.of().entry(account.clone()).or_default() += 1;
    }

    /// One less.
    pub(super) fn take_off(&self, account: &AccountId) {
        if let Some(count) = self.of().get_mut(account) {
            *count = count.saturating_sub(1);
        }
    }
}

/// Takes away what is over, as long as there is an `Api`.
pub(crate) async fn keep_sessions(api: Weak<Api>) {
    let mut counted: Option<Instant> = None;
    loop {
        {
            let Some(api) = api.upgrade().filter(|api| api.is_ready()) else { return };
            // A store that is away is asked again in a moment.
            let _ = sweep(&api).await;
            if counted.is_none_or(|at| at.elapsed() >= COUNT_EVERY) && count(&api).await.is_ok() {
                counted = Some(Instant::now());
            }
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Counts the sessions of all accounts by their ends. One that was deleted after its end had been moved counts until then.
async fn count(api: &Api) -> Result<(), StorageError> {
    *api.talks.counts.of() = counted(&*api.store).await?;
    Ok(())
}

/// How many sessions each account has, each once, however many ends of it there are. What cannot be read, or is of a newer release,
/// is nobody's.
async fn counted(store: &dyn Store) -> Result<HashMap<AccountId, usize>, StorageError> {
    let [_, ends] = sessions_places();
    let mut seen: HashMap<AccountId, HashSet<u128>> = HashMap::new();
    let mut last: Option<Place> = None;
    loop {
        let scan = Scan::below(&ends);
        let rows = store.range(last.iter().fold(scan, |scan, last| scan.after(last))).await?;
        for end in rows.iter().filter_map(|row| row.read::<End>().ok()) {
            seen.entry(end.key.scope.account).or_default().insert(end.key.code);
        }
        match rows.last().filter(|_| rows.len() == PAGE_ROWS_MAX) {
            Some(row) => last = Some(row.place.clone()),
            None => return Ok(seen.into_iter().map(|(account, codes)| (account, codes.len())).collect()),
        }
    }
}

/// Looks at what may be over.
async fn sweep(api: &Arc<Api>) -> Result<(), StorageError> {
    for _ in 0..ROUNDS_MAX {
        let now = seconds(api);
        let due = due(api, now).await?;
        if due.is_empty() || !hold(api, now).await? {
            return Ok(());
        }
        let behind = due.len() == ROUND_MAX;
        for row in due {
            match settle(api, &row, now).await {
                // Of a newer release: it is that one's to take away.
                Ok(()) | Err(StorageError::Damaged(_)) => {}
                Err(error) => return Err(error),
            }
        }
        if !behind {
            return Ok(());
        }
    }
    Ok(())
}

/// Ends up to an instant.
async fn due(api: &Api, now: Seconds) -> Result<Vec<Row>, StorageError> {
    let [_, ends] = sessions_places();
    let past = ends.clone().with(&now);
    api.store.range(Scan::below(&ends).through(&past).limit(ROUND_MAX)).await
}

/// Whether this server does the work now.
async fn hold(api: &Api, now: Seconds) -> Result<bool, StorageError> {
    let (place, own) = (sweeping_place(), api.store.own_chain());
    let row = api.store.get(place.clone()).await?;
    let held = row.as_ref().map(|row| row.read::<Sweeping>().map_err(StorageError::Damaged)).transpose()?;
    let by = own.number();
    if held.is_some_and(|held| held.by != by && held.until > now && held.until <= now + HELD_SECONDS) {
        return Ok(false);
    }
    let mut batch = Batch::new();
    match row {
        Some(row) => batch.require_version(&place, row.version),
        None => batch.require_absent(&place),
    };
    batch.put(&place, &Sweeping { by, until: now + HELD_SECONDS });
    match api.store.commit(batch).await {
        Ok(_) => Ok(true),
        Err(StorageError::Conflict { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Deletes a session that is over, or moves its end.
async fn settle(api: &Api, end: &Row, now: Seconds) -> Result<(), StorageError> {
    let key = end.read::<End>().map_err(StorageError::Damaged)?.key;
    let row = api.store.get(key.place()).await?;
    let kept = row.as_ref().map(|row| Ok((row.version, row.read::<Kept>()?))).transpose();
    let kept = kept.map_err(StorageError::Damaged)?;
    match api.store.commit(settled(&key, &end.place, kept, now)).await {
        // A turn came in between; the end is still there and is looked at again.
        Ok(_) | Err(StorageError::Conflict { .. }) => Ok(()),
        Err(error) => Err(error),
    }
}

fn settled(key: &SessionKey, end: &Place, kept: Option<(Epoch, Kept)>, now: Seconds) -> Batch {
    let mut batch = Batch::new();
    batch.delete(end);
    let Some((version, kept)) = kept else { return batch };
    let over = kept.held_until.unwrap_or(0).max(kept.expires);
    match over <= now {
        true => batch.require_version(&key.place(), version).delete(&key.place()),
        false => batch.put(&key.end(over), &End { key: key.clone() }),
    };
    batch
}

#[cfg(test)]
mod tests {
    use super::super::sessions::tests::{kept, key};
    use super::*;
    use sotto_public::ChainId;
    use sotto_storage::SqliteStore;

    async fn is_there(store: &SqliteStore, place: &Place) -> bool {
        store.get(place.clone()).await.unwrap().is_some()
    }

    /// What is left of a session that is looked at at an instant: the session, and where its end stands.
    async fn left(session: Kept, now: Seconds, ends: &[Seconds]) -> (bool, Vec<Seconds>) {
        let folder = tempfile::tempdir().unwrap();
        let (store, key) = (SqliteStore::open(folder.path(), ChainId::new(1)).unwrap(), key(7));
        let mut batch = Batch::new();
        batch.put(&key.place(), &session).put(&key.end(10), &End { key: key.clone() });
        let version = store.commit(batch).await.unwrap().epoch();
        store.commit(settled(&key, &key.end(10), Some((version, session)), now)).await.unwrap();
        let mut found = Vec::new();
        for end in ends {
            if is_there(&store, &key.end(*end)).await {
                found.push(*end);
            }
        }
        (is_there(&store, &key.place()).await, found)
    }

    #[tokio::test]
    async fn what_is_over_goes_with_its_end_and_what_is_not_is_looked_at_when_it_may_be() {
        let ends = [10, 29, 30, 31, 50];
        assert_eq!(left(kept(30, None), 29, &ends).await, (true, vec![30]));
        assert_eq!(left(kept(30, None), 30, &ends).await, (false, vec![]));
        assert_eq!(left(kept(30, Some(50)), 40, &ends).await, (true, vec![50]), "a turn holds it");
        assert_eq!(left(kept(30, Some(31)), 40, &ends).await, (false, vec![]), "who held it is gone");
    }

    #[tokio::test]
    async fn a_session_that_went_on_meanwhile_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let (store, key) = (SqliteStore::open(folder.path(), ChainId::new(1)).unwrap(), key(7));
        let mut batch = Batch::new();
        batch.put(&key.place(), &kept(20, None)).put(&key.end(20), &End { key: key.clone() });
        let version = store.commit(batch).await.unwrap().epoch();
        let decided = settled(&key, &key.end(20), Some((version, kept(20, None))), 20);
        let mut turn = Batch::new();
        turn.require_version(&key.place(), version).put(&key.place(), &kept(80, None));
        store.commit(turn).await.unwrap();
        assert!(matches!(store.commit(decided).await, Err(StorageError::Conflict { .. })));
        assert!(is_there(&store, &key.place()).await && is_there(&store, &key.end(20)).await);
        // A session that was deleted leaves its end behind: it goes alone.
        store.commit(settled(&key, &key.end(20), None, 20)).await.unwrap();
        assert!(!is_there(&store, &key.end(20)).await);
    }

    #[tokio::test]
    async fn a_session_counts_once_and_what_cannot_be_read_stops_no_count() {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(folder.path(), ChainId::new(1)).unwrap();
        let mut batch = Batch::new();
        for (code, at) in [(7, 10), (7, 20), (8, 10)] {
            batch.put(&key(code).end(at), &End { key: key(code) });
        }
        batch.put(&key(9).end(15), &kept(15, None));
        store.commit(batch).await.unwrap();
        let counts = counted(&store).await.unwrap();
        assert_eq!(counts, HashMap::from([(key(1).scope.account, 2)]));
    }

    #[test]
    fn an_account_has_so_many_sessions_and_no_more() {
        let (counts, one) = (Counts::default(), key(1).scope.account);
        counts.of().insert(one.clone(), SESSIONS_PER_ACCOUNT_MAX - 1);
        assert!(counts.admits(&one));
        counts.add(&one);
        assert!(!counts.admits(&one));
        counts.take_off(&one);
        assert!(counts.admits(&one));
        assert!(counts.admits(&AccountId::parse("444455556666").unwrap()));
    }
}
