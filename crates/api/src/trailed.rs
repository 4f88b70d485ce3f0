//! When is a call on record? Before its answer where it changed something or showed something sensitive; within a second
//! where it only read.
//!
//! The row of a change goes into the change's own commit ([`Journal::append`]). Refusals, sessions and uses of keys wait for
//! their record ([`Journal::write`]): while one row is on its way to the disk, those that come gather for the next, so that a
//! thousand uses of keys at one time cost a few rows and each still has its own proof. Reads go through a bounded queue to one writer, which gathers them for a moment and writes
//! them as one row, a chunk. A full queue makes callers wait, and a store that is away keeps what was gathered: nothing is
//! dropped, reading stops instead.

use sotto_kms::StoreKey;
use sotto_public::{Place, Recorded};
use sotto_storage::{Batch, Log, StorageError, Store};
use sotto_trail::{CHUNK_RECORDS_MAX, Chunk, Heads, Record};
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout_at};

/// The chained log of records.
pub const TRAIL: Log = Log::new("trail");

/// Records that wait to be gathered; when it is full, callers wait.
pub(crate) const QUEUE_RECORDS_MAX: usize = 8_192;
/// How long reads are gathered. With the time of a commit this stays below a second.
const GATHERED_FOR: Duration = Duration::from_millis(400);
/// Between two tries when the store does not take a chunk.
const TRY_PAUSE: Duration = Duration::from_millis(500);
/// Tries at the end, when nobody can wait for ever.
const LAST_TRIES_MAX: u32 = 10;

/// What the root key's code over the chains' heads is for.
pub const TRAIL_HEADS: &str = "sotto trail heads 1";

/// How often the heads of the chains are written down: what was taken away at an end since is not noticed.
pub(crate) const HEADS_EVERY: Duration = Duration::from_secs(60);

fn heads_place() -> Place {
    Place::new("trail-heads")
}

/// How far the chains had come when it was written down last.
///
/// # Errors
/// When the store does not answer.
pub async fn read_heads(store: &dyn Store) -> Result<Option<Heads>, StorageError> {
    let row = store.get(heads_place()).await?;
    row.map(|row| Ok(row.read()?)).transpose()
}

/// Writes down how far the chains have come, under a code of the root key.
pub(crate) async fn write_heads(
    store: &dyn Store,
    key: &StoreKey,
    now: SystemTime,
) -> Result<(), StorageError> {
    let heads = store.heads(TRAIL).await?;
    let heads = Heads::new(now, &heads, |message| key.authenticate(TRAIL_HEADS, message));
    let mut batch = Batch::new();
    batch.put(&heads_place(), &heads);
    store.commit(batch).await.map(|_| ())
}

/// A record, and who waits for the proof of it.
struct Awaited {
    record: Record,
    answer: oneshot::Sender<Result<Recorded, StorageError>>,
}

/// What the writer is told.
enum Told {
    Record(Box<Record>),
    End,
}

/// Where records go.
pub(crate) struct Journal {
    queue: mpsc::Sender<Told>,
    awaited: mpsc::Sender<Awaited>,
    writer: Mutex<Option<JoinHandle<Result<(), StorageError>>>>,
}

impl Journal {
    /// Starts the writers; the one of reads ends with [`Journal::close`], the other with the journal.
    pub(crate) fn start(store: Arc<dyn Store>) -> Self {
        let (queue, told) = mpsc::channel(QUEUE_RECORDS_MAX);
        let (awaited, waiting) = mpsc::channel(QUEUE_RECORDS_MAX);
        tokio::spawn(answer_all(Arc::clone(&store), waiting));
        let writer = tokio::spawn(gather(store, told));
        Self { queue, awaited, writer: Mutex::new(Some(writer)) }
    }

    /// Adds a record to a batch: it is durable when the batch is.
    pub(crate) fn append(batch: &mut Batch, record: &Record) {
        batch.append(TRAIL, record.event.number(), record, record.index());
    }

    /// Writes a record; it is durable when this returns.
    pub(crate) async fn write(&self, record: Record) -> Result<Recorded, StorageError> {
        let (answer, answered) = oneshot::channel();
        let awaited = Awaited { record, answer };
        self.awaited.send(awaited).await.map_err(|_| StorageError::Closed)?;
        answered.await.map_err(|_| StorageError::Unknown)?
    }

    /// Leaves a record to the writer; waits where it has too much.
    pub(crate) async fn soon(&self, record: Record) -> Result<(), StorageError> {
        self.queue.send(Told::Record(Box::new(record))).await.map_err(|_| StorageError::Closed)
    }

    /// Writes what was gathered and takes nothing more.
    pub(crate) async fn close(&self) -> Result<(), StorageError> {
        let _ = self.queue.send(Told::End).await;
        match self.writer.lock().await.take() {
            Some(writer) => writer.await.unwrap_or(Err(StorageError::Closed)),
            None => Ok(()),
        }
    }
}

/// Writes what is waiting as one row and tells everybody, as long as there is a journal.
async fn answer_all(store: Arc<dyn Store>, mut queue: mpsc::Receiver<Awaited>) {
    while let Some(first) = queue.recv().await {
        let mut group = vec![first];
        while group.len() < CHUNK_RECORDS_MAX {
            let Ok(next) = queue.try_recv() else { break };
            group.push(next);
        }
        let (records, waiters): (Vec<_>, Vec<_>) =
            group.into_iter().map(|awaited| (awaited.record, awaited.answer)).unzip();
        let proofs = write_group(&*store, records).await;
        tell(waiters, proofs);
    }
}

/// Tells each waiter its own proof, or all the same failure. Who stopped waiting hears nothing.
fn tell(
    waiters: Vec<oneshot::Sender<Result<Recorded, StorageError>>>,
    proofs: Result<Vec<Recorded>, StorageError>,
) {
    match proofs {
        Ok(proofs) => {
            waiters.into_iter().zip(proofs).for_each(|(waiter, proof)| drop(waiter.send(Ok(proof))))
        }
        Err(error) => waiters.into_iter().for_each(|waiter| drop(waiter.send(Err(error)))),
    }
}

/// One commit: a row of one record, or chunks of several.
async fn write_group(store: &dyn Store, mut records: Vec<Record>) -> Result<Vec<Recorded>, StorageError> {
    let mut batch = Batch::new();
    if let [record] = records.as_slice() {
        Journal::append(&mut batch, record);
        records.clear();
    }
    while let Some(first) = records.first() {
        let (chunk, left) = Chunk::new(first.event, records);
        records = left;
        let events = chunk.records().iter().map(|record| record.event.number()).collect();
        batch.append_all(TRAIL, events, &chunk, chunk.index());
    }
    Ok(store.commit(batch).await?.into_recorded())
}

/// Gathers and writes until it is told to end; then writes what is left.
async fn gather(store: Arc<dyn Store>, mut queue: mpsc::Receiver<Told>) -> Result<(), StorageError> {
    let mut held = Vec::new();
    loop {
        let goes_on = fill(&mut queue, &mut held).await;
        if !goes_on {
            queue.close();
            while let Some(Told::Record(record)) = queue.recv().await {
                held.push(*record);
            }
            return write_all(&*store, held, Some(LAST_TRIES_MAX)).await;
        }
        write_all(&*store, std::mem::take(&mut held), None).await?;
    }
}

/// Waits for a first record, then for more, a moment long. Says whether there will be more.
async fn fill(queue: &mut mpsc::Receiver<Told>, held: &mut Vec<Record>) -> bool {
    let Some(Told::Record(first)) = queue.recv().await else { return false };
    held.push(*first);
    let until = Instant::now() + GATHERED_FOR;
    while held.len() < CHUNK_RECORDS_MAX {
        match timeout_at(until, queue.recv()).await {
            Ok(Some(Told::Record(record))) => held.push(*record),
            Ok(Some(Told::End) | None) => return false,
            Err(_) => break,
        }
    }
    true
}

async fn write_all(store: &dyn Store, mut held: Vec<Record>, tries: Option<u32>) -> Result<(), StorageError> {
    while let Some(first) = held.first() {
        // The chunk goes by the id of its first record: ids are random, and one id names one row.
        let (chunk, left) = Chunk::new(first.event, held);
        held = left;
        write_chunk(store, &chunk, tries).await?;
    }
    Ok(())
}

async fn write_chunk(store: &dyn Store, chunk: &Chunk, tries: Option<u32>) -> Result<(), StorageError> {
    let mut tried = 0;
    loop {
        let mut batch = Batch::new();
        batch.append(TRAIL, chunk.event().number(), chunk, chunk.index());
        let Err(error) = store.commit(batch).await else { return Ok(()) };
        tried += 1;
        if matches!(error, StorageError::Closed) || tries.is_some_and(|most| tried >= most) {
            return Err(error);
        }
        sleep(TRY_PAUSE).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sotto_arn::{AccountId, Action, Region};
    use sotto_public::ChainId;
    use sotto_storage::{PAGE_ROWS_MAX, SqliteStore};
    use sotto_trail::{EventId, EventKind, Identity, Value, records};

    pub(crate) fn record(number: u128) -> Record {
        Record {
            event: EventId::from_random(number << 80),
            at: SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000),
            call: Action::parse("iam:ListUsers").unwrap(),
            region: Region::parse("us-east-1").unwrap(),
            source: None,
            user_agent: Value::hidden(9),
            identity: Identity::unknown(),
            request: Value::Null,
            response: Value::Null,
            error: None,
            error_message: None,
            decision: None,
            resources: Vec::new(),
            request_id: EventId::from_random(number),
            read_only: true,
            kind: EventKind::ApiCall,
            recipient: AccountId::parse("111122223333").unwrap(),
            findings: Vec::new(),
        }
    }

    async fn counted(store: &dyn Store) -> (usize, usize) {
        let chain = store.own_chain();
        let rows = store.chain(TRAIL, chain, 0, PAGE_ROWS_MAX).await.unwrap();
        (rows.len(), rows.iter().map(|row| records(&row.body).unwrap().len()).sum())
    }

    #[tokio::test]
    async fn reads_are_gathered_and_durable_within_a_second() {
        let folder = tempfile::tempdir().unwrap();
        let store: Arc<dyn Store> = Arc::new(SqliteStore::open(folder.path(), ChainId::new(1)).unwrap());
        let journal = Journal::start(Arc::clone(&store));
        for number in 1..=5 {
            journal.soon(record(number)).await.unwrap();
        }
        assert_eq!(counted(&*store).await, (0, 0));
        sleep(Duration::from_millis(950)).await;
        assert_eq!(counted(&*store).await, (1, 5), "not durable after a second");
        assert_eq!(journal.write(record(6)).await.unwrap().event(), record(6).event.number());
        assert_eq!(counted(&*store).await, (2, 6));
    }

    #[tokio::test]
    async fn many_that_wait_share_rows_and_each_has_its_own_proof() {
        let folder = tempfile::tempdir().unwrap();
        let store: Arc<dyn Store> = Arc::new(SqliteStore::open(folder.path(), ChainId::new(1)).unwrap());
        let journal = Arc::new(Journal::start(Arc::clone(&store)));
        let tasks: Vec<_> = (1..=200_u128)
            .map(|number| {
                let journal = Arc::clone(&journal);
                tokio::spawn(async move { journal.write(record(number)).await.unwrap() })
            })
            .collect();
        let mut proven = std::collections::BTreeSet::new();
        for task in tasks {
            proven.insert(task.await.unwrap().event());
        }
        let (rows, count) = counted(&*store).await;
        assert!(proven.len() == 200 && count == 200 && rows < 50, "{rows} rows");
        let rows = store.chain(TRAIL, store.own_chain(), 0, PAGE_ROWS_MAX).await.unwrap();
        let written = rows.iter().flat_map(|row| records(&row.body).unwrap());
        assert_eq!(
            written.map(|record| record.event.number()).collect::<std::collections::BTreeSet<_>>(),
            proven
        );
    }

    #[tokio::test]
    async fn the_end_writes_what_was_gathered_in_bounded_chunks() {
        let folder = tempfile::tempdir().unwrap();
        let store: Arc<dyn Store> = Arc::new(SqliteStore::open(folder.path(), ChainId::new(1)).unwrap());
        let journal = Journal::start(Arc::clone(&store));
        let count = CHUNK_RECORDS_MAX + 1;
        for number in 0..count {
            journal.soon(record(number as u128 + 1)).await.unwrap();
        }
        journal.close().await.unwrap();
        assert_eq!(counted(&*store).await, (2, count));
        assert_eq!(journal.soon(record(1)).await, Err(StorageError::Closed));
    }
}
