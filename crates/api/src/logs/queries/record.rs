//! Which queries are there, in all of a cluster? A record for each, which every server reads.
//!
//! The server that runs a query writes its record: when it starts, every few seconds while it runs, and when it has ended.
//! Whoever is asked reads it, so that GetQueryResults, StopQuery and DescribeQueries may come to any server. A query whose server
//! has not been heard of for a while has ended with it. The text of a query stands here in its masked form; its rows stand in
//! an object, sealed ([`super::results`]). Places and bytes are bounded for each account, wherever its queries run.

use crate::call::unavailable;
use sotto_arn::AccountId;
use sotto_kms::WrappedKey;
use sotto_logs::{Millis, Scope, Uid};
use sotto_protect::StoredText;
use sotto_public::{Place, Public, Storable, StoredRecord};
use sotto_query::engine::{Failure, Statistics};
use sotto_storage::{Batch, BlobName, Blobs, Epoch, PAGE_ROWS_MAX, Row, Scan, StorageError, Store};
use sotto_wire::Fault;
use std::sync::Arc;
use std::time::Duration;

/// Queries of one account that run at one time (CloudWatch Logs quotas, "Query concurrency").
pub(super) const RUNNING_OF_ACCOUNT_MAX: usize = 30;
/// Queries of one account that are remembered.
pub(super) const KEPT_OF_ACCOUNT_MAX: usize = 1_000;
/// Bytes of the results of one account that are kept; what still runs comes on top of it.
pub(super) const RESULT_BYTES_OF_ACCOUNT_MAX: u64 = 1024 * 1024 * 1024;
/// How long a result is kept (API Reference, "StartQuery": seven days).
pub(super) const KEPT_FOR: Duration = Duration::from_secs(7 * 86_400);
/// How often a server says that a query still runs, and after which silence it does not.
pub(super) const HEARD_EVERY: Duration = Duration::from_secs(5);
pub(super) const SILENT_MAX: Duration = Duration::from_secs(30);

/// How a query stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Storable)]
pub(super) enum Standing {
    Running,
    Complete,
    Failed,
    TimedOut,
    /// The engine or the server went away.
    Away,
    Cancelled,
}

impl Standing {
    pub(super) const fn of(failure: Failure) -> Self {
        match failure {
            Failure::Time => Self::TimedOut,
            _ => Self::Failed,
        }
    }

    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Running => "Running",
            Self::Complete => "Complete",
            Self::TimedOut => "Timeout",
            Self::Failed | Self::Away => "Failed",
            Self::Cancelled => "Cancelled",
        }
    }
}

/// A group of a query, and which one its name meant when the query was started.
#[derive(Clone, Debug, Storable)]
pub(super) struct Over {
    pub(super) name: Public<String>,
    pub(super) uid: Uid,
}

/// A query.
#[derive(Clone, Debug, Storable)]
pub(super) struct Asked {
    pub(super) id: Public<String>,
    pub(super) scope: Scope,
    pub(super) groups: Vec<Over>,
    /// In its masked form.
    pub(super) text: StoredText,
    pub(super) language: Public<String>,
    pub(super) created: Millis,
    /// When its server was heard of last.
    pub(super) heard: Millis,
    pub(super) standing: Standing,
    pub(super) read: Read,
    pub(super) result: Option<Resting>,
}

impl StoredRecord for Asked {
    const KIND: &'static str = "log-query";
}

/// What a query read.
#[derive(Clone, Copy, Debug, Default, Storable)]
pub(super) struct Read {
    matched: u64,
    scanned: u64,
    bytes: u64,
    groups: u64,
}

impl From<Statistics> for Read {
    fn from(of: Statistics) -> Self {
        Self {
            matched: of.records_matched,
            scanned: of.records_scanned,
            bytes: of.bytes_scanned,
            groups: of.groups_scanned,
        }
    }
}

impl From<Read> for Statistics {
    fn from(of: Read) -> Self {
        Self {
            records_matched: of.matched,
            records_scanned: of.scanned,
            bytes_scanned: of.bytes,
            groups_scanned: of.groups,
        }
    }
}

/// Where a result rests, and under which keys.
#[derive(Clone, Debug, Storable)]
pub(super) struct Resting {
    pub(super) number: u128,
    pub(super) bytes: u64,
    /// Its own key; without this record nobody opens it.
    pub(super) key: WrappedKey,
    /// Column keys of groups that rest under a customer's key, in the order in which they seal.
    pub(super) layers: Vec<Layer>,
}

/// A column key of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Storable)]
pub(super) struct Layer {
    pub(super) group: Uid,
    pub(super) number: u64,
}

/// All results.
pub(super) fn all_results() -> BlobName {
    BlobName::new("query-results")
}

impl Resting {
    /// The object.
    pub(super) fn object(&self) -> BlobName {
        all_results().number(self.number)
    }
}

fn queries_place() -> Place {
    Place::new("log-query")
}

impl Asked {
    /// Where it is kept.
    pub(super) fn place(&self) -> Place {
        place(&self.scope, &self.id)
    }

    /// How it stands now: nobody runs what nobody has been heard of for a while.
    pub(super) fn at(&self, now: Millis) -> Standing {
        match self.standing {
            Standing::Running if self.heard.plus(SILENT_MAX) < now => Standing::Away,
            standing => standing,
        }
    }
}

fn place(scope: &Scope, id: &Public<String>) -> Place {
    queries_place().with(&scope.account).with(&scope.region).with(id)
}

/// A record with its version.
pub(super) type Kept = (Asked, Epoch);

/// The records.
#[derive(Clone)]
pub(super) struct Records {
    pub(super) store: Arc<dyn Store>,
    pub(super) blobs: Arc<dyn Blobs>,
}

impl Records {
    /// A query of an account in a Region.
    pub(super) async fn find(
        &self,
        scope: &Scope,
        id: &Public<String>,
    ) -> Result<Option<Kept>, StorageError> {
        self.store.get(place(scope, id)).await?.as_ref().map(kept).transpose()
    }

    /// All queries of an account, in whatever Region.
    pub(super) async fn of_account(&self, account: &AccountId) -> Result<Vec<Kept>, StorageError> {
        self.below(queries_place().with(account)).await
    }

    /// All queries.
    pub(super) async fn all(&self) -> Result<Vec<Kept>, StorageError> {
        self.below(queries_place()).await
    }

    async fn below(&self, place: Place) -> Result<Vec<Kept>, StorageError> {
        let (mut all, mut scan) = (Vec::new(), Scan::below(&place));
        loop {
            let rows = self.store.range(scan.clone()).await?;
            let last = rows.last().filter(|_| rows.len() >= PAGE_ROWS_MAX).map(|row| row.place.clone());
            all.extend(rows.iter().map(kept).collect::<Result<Vec<_>, _>>()?);
            match last {
                Some(last) => scan = scan.after(&last),
                None => return Ok(all),
            }
        }
    }

    /// Writes a record, a new one or over this version; `false` when somebody was faster.
    pub(super) async fn write(&self, asked: &Asked, over: Option<Epoch>) -> Result<bool, StorageError> {
        let (mut batch, place) = (Batch::new(), asked.place());
        match over {
            Some(version) => batch.require_version(&place, version),
            None => batch.require_absent(&place),
        };
        batch.put(&place, asked);
        done(self.store.commit(batch).await.map(drop))
    }

    /// Deletes a record and its result: the record first, whose key alone opens the other.
    pub(super) async fn delete(&self, (asked, version): &Kept) -> Result<(), StorageError> {
        let (mut batch, place) = (Batch::new(), asked.place());
        batch.require_version(&place, *version);
        batch.delete(&place);
        let is_gone = done(self.store.commit(batch).await.map(drop))?;
        if let Some(result) = asked.result.as_ref().filter(|_| is_gone) {
            self.blobs.delete(result.object()).await?;
        }
        Ok(())
    }

    /// Makes room for one more query of an account: what ended longest ago goes.
    pub(super) async fn admit(&self, account: &AccountId, now: Millis) -> Result<(), Fault> {
        let all = self.of_account(account).await.map_err(|error| unavailable(&error))?;
        let going = going(all, now)?;
        for one in &going {
            self.delete(one).await.map_err(|error| unavailable(&error))?;
        }
        Ok(())
    }
}

/// Which queries of an account go for one more.
fn going(all: Vec<Kept>, now: Millis) -> Result<Vec<Kept>, Fault> {
    let (running, mut ended): (Vec<_>, Vec<_>) =
        all.into_iter().partition(|(asked, _)| asked.at(now) == Standing::Running);
    if running.len() >= RUNNING_OF_ACCOUNT_MAX {
        return Err(Fault::new(
            "LimitExceededException",
            "at most 30 queries of an account can run at one time",
        ));
    }
    ended.sort_by_key(|(asked, _)| std::cmp::Reverse(asked.created));
    let (mut count, mut bytes) = (running.len() + 1, 0_u64);
    let stays = |(asked, _): &Kept| {
        count += 1;
        bytes = bytes.saturating_add(asked.result.as_ref().map_or(0, |result| result.bytes));
        count <= KEPT_OF_ACCOUNT_MAX && bytes <= RESULT_BYTES_OF_ACCOUNT_MAX
    };
    let (_stay, going) = ended.into_iter().partition(stays);
    Ok(going)
}

fn kept(row: &Row) -> Result<Kept, StorageError> {
    Ok((row.read().map_err(StorageError::Damaged)?, row.version))
}

/// Somebody else was faster: that is an answer.
fn done(committed: Result<(), StorageError>) -> Result<bool, StorageError> {
    match committed {
        Ok(()) => Ok(true),
        Err(StorageError::Conflict { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use sotto_arn::Region;
    use sotto_protect::TextKind;
    use sotto_storage::{DirectoryBlobs, SqliteStore};

    pub(in super::super) const NOW: Millis = Millis(1_700_000_000_000);

    #[expect(clippy::disallowed_methods, reason = "a query of a test")]
    pub(in super::super) fn asked(number: i64, standing: Standing, bytes: Option<u64>) -> Asked {
        let scope = Scope {
            account: AccountId::parse("111122223333").unwrap(),
            region: Region::parse("eu-central-1").unwrap(),
        };
        let key = sotto_kms::StoreKey::new(sotto_sensitive::KeyBytes::zeroed(32)).unwrap();
        let wrapped = key.wrap(&Place::new("test"), &sotto_sensitive::KeyBytes::zeroed(32)).unwrap();
        let result = |bytes| Resting { number: number as u128, bytes, key: wrapped, layers: Vec::new() };
        Asked {
            id: Public::from_pinned_text(format!("{number:08}")),
            scope,
            groups: Vec::new(),
            text: StoredText::from_pinned_text(TextKind::Masked, "fields @message".to_owned()),
            language: "CWLI".into(),
            created: Millis(NOW.0 + number),
            heard: NOW,
            standing,
            read: Read::default(),
            result: bytes.map(result),
        }
    }

    fn numbered(standing: Standing, count: usize, bytes: u64) -> Vec<Kept> {
        (0..count as i64).map(|number| (asked(number, standing, Some(bytes)), Epoch::default())).collect()
    }

    #[test]
    fn places_and_bytes_of_an_account_are_bounded_on_both_sides() {
        let gone = |all: Vec<Kept>| going(all, NOW).map(|gone| gone.len());
        assert_eq!(gone(numbered(Standing::Running, RUNNING_OF_ACCOUNT_MAX - 1, 0)).ok(), Some(0));
        assert!(gone(numbered(Standing::Running, RUNNING_OF_ACCOUNT_MAX, 0)).is_err());
        assert_eq!(gone(numbered(Standing::Complete, KEPT_OF_ACCOUNT_MAX - 1, 0)).ok(), Some(0));
        assert_eq!(gone(numbered(Standing::Complete, KEPT_OF_ACCOUNT_MAX, 0)).ok(), Some(1));
        let half = RESULT_BYTES_OF_ACCOUNT_MAX / 2;
        assert_eq!(gone(numbered(Standing::Complete, 2, half)).ok(), Some(0));
        let going = going(numbered(Standing::Complete, 2, half + 1), NOW).ok().unwrap();
        assert_eq!(
            going.iter().map(|(asked, _)| asked.created.0 - NOW.0).collect::<Vec<_>>(),
            [0],
            "the oldest"
        );
        // What runs nowhere takes no place of what runs.
        let silent = SILENT_MAX + Duration::from_millis(1);
        assert!(
            super::going(numbered(Standing::Running, RUNNING_OF_ACCOUNT_MAX, 0), NOW.plus(silent)).is_ok()
        );
    }

    #[test]
    fn who_is_silent_for_too_long_is_gone() {
        let running = asked(1, Standing::Running, None);
        assert_eq!(running.at(NOW.plus(SILENT_MAX)), Standing::Running);
        assert_eq!(running.at(NOW.plus(SILENT_MAX + Duration::from_millis(1))), Standing::Away);
        assert_eq!(asked(1, Standing::Complete, None).at(NOW.plus(KEPT_FOR)), Standing::Complete);
    }

    #[tokio::test]
    async fn one_of_two_that_write_is_told() {
        let scratch = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&scratch.path().join("store"), sotto_public::ChainId::new(1)).unwrap();
        let blobs = DirectoryBlobs::open(&scratch.path().join("objects")).unwrap();
        let records = Records { store: Arc::new(store), blobs: Arc::new(blobs) };
        let query = asked(1, Standing::Running, None);
        assert!(records.write(&query, None).await.unwrap() && !records.write(&query, None).await.unwrap());
        let (found, version) = records.find(&query.scope, &query.id).await.unwrap().unwrap();
        assert_eq!((found.id.clone(), found.standing), (query.id.clone(), Standing::Running));
        let ended = Asked { standing: Standing::Cancelled, ..query.clone() };
        assert!(records.write(&ended, Some(version)).await.unwrap());
        assert!(!records.write(&query, Some(version)).await.unwrap(), "it was stopped meanwhile");
        let all = records.of_account(&query.scope.account).await.unwrap();
        assert_eq!(all.len(), 1);
        records.delete(all.first().unwrap()).await.unwrap();
        assert!(records.all().await.unwrap().is_empty());
    }
}
