//! The embedded back end: SQLite in the data directory, one writer with group commit, some readers.
//!
//! Write-ahead log, every commit synchronised (`synchronous=FULL`), deleted content overwritten (`secure_delete`). SQLite has
//! one writer at a time whatever one does, so there is one thread that writes; readers have connections of their own and
//! see what was committed last. RocksDB and other log-structured stores were rejected: as fast here, since the disk decides,
//! and C++.

mod read;
pub(crate) mod schema;
mod write;

use crate::group::{Door, queue};
use crate::lock::DirectoryLock;
use crate::{Batch, Changes, Committed, Epoch, Found, Log, Reply, Row, Scan, StorageError, Store};
use rusqlite::Connection;
use sotto_public::{ChainHead, ChainId, ChainRow, Foreign, Place};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use tokio::sync::{mpsc, oneshot, watch};

/// The database's file in the data directory.
const FILE: &str = "sotto.db";

/// Threads that read.
const READERS: usize = 2;

/// Most reads that wait for one reader.
const READS_MAX: usize = 1_024;

type Task = Box<dyn FnOnce(&mut Connection) + Send>;

/// A store in a data directory.
pub struct SqliteStore {
    door: Door,
    readers: Vec<mpsc::Sender<Task>>,
    turn: AtomicUsize,
    epoch: watch::Receiver<Epoch>,
    chain: ChainId,
}

impl SqliteStore {
    /// Opens the store in a directory, which is made where it is missing. The chain's number must be fresh and random.
    ///
    /// # Errors
    /// When another process has the directory, a newer release wrote it, or the file system refuses.
    pub fn open(directory: &Path, chain: ChainId) -> Result<Self, StorageError> {
        let lock = DirectoryLock::take(directory)?;
        let file = directory.join(FILE);
        crate::lock::private(&file).map_err(|error| StorageError::Directory(Foreign::io(&error)))?;
        let mut connection = schema::connect(&file)?;
        let start = schema::prepare(&mut connection)?;
        let (told, epoch) = watch::channel(Epoch::new(start));
        let (door, orders) = queue();
        let writer = write::Writer::new(connection, chain, told, lock);
        spawn("storage-writer", move || writer.run(orders))?;
        let readers = (0..READERS).map(|_| reader(&file)).collect::<Result<_, _>>()?;
        Ok(Self { door, readers, turn: AtomicUsize::new(0), epoch, chain })
    }

    /// Has a reader do something.
    async fn read<T: Send + 'static>(
        &self,
        what: impl FnOnce(&mut Connection) -> Result<T, StorageError> + Send + 'static,
    ) -> Result<T, StorageError> {
        let (answer, answered) = oneshot::channel();
        let turn = self.turn.fetch_add(1, Ordering::Relaxed) % self.readers.len().max(1);
        let reader = self.readers.get(turn).ok_or(StorageError::Closed)?;
        let task: Task = Box::new(move |connection| {
            let _ = answer.send(what(connection));
        });
        reader.send(task).await.map_err(|_| StorageError::Closed)?;
        answered.await.map_err(|_| StorageError::Closed)?
    }
}

fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> Result<(), StorageError> {
    let spawned = thread::Builder::new().name(name.to_owned()).spawn(run);
    spawned.map(drop).map_err(|error| StorageError::Unavailable(Foreign::io(&error)))
}

fn reader(file: &Path) -> Result<mpsc::Sender<Task>, StorageError> {
    let mut connection = schema::connect(file)?;
    let (sender, mut tasks) = mpsc::channel::<Task>(READS_MAX);
    spawn("storage-reader", move || {
        while let Some(task) = tasks.blocking_recv() {
            task(&mut connection);
        }
    })?;
    Ok(sender)
}

impl Store for SqliteStore {
    fn get(&self, place: Place) -> Reply<'_, Option<Row>> {
        Box::pin(self.read(move |connection| read::get(connection, place)))
    }

    fn range(&self, scan: Scan) -> Reply<'_, Vec<Row>> {
        Box::pin(self.read(move |connection| read::range(connection, &scan)))
    }

    fn commit(&self, batch: Batch) -> Reply<'_, Committed> {
        Box::pin(self.door.commit(batch))
    }

    fn changes(&self, after: Epoch, limit: usize) -> Reply<'_, Changes> {
        Box::pin(self.read(move |connection| read::changes(connection, after, limit)))
    }

    fn watch(&self) -> watch::Receiver<Epoch> {
        self.epoch.clone()
    }

    fn chain(&self, log: Log, chain: ChainId, after: u64, limit: usize) -> Reply<'_, Vec<ChainRow>> {
        Box::pin(self.read(move |connection| read::chain(connection, log, chain, (after, limit))))
    }

    fn heads(&self, log: Log) -> Reply<'_, Vec<ChainHead>> {
        Box::pin(self.read(move |connection| read::heads(connection, log)))
    }

    fn find(&self, log: Log, scan: Scan) -> Reply<'_, Vec<Found>> {
        Box::pin(self.read(move |connection| read::find(connection, log, &scan)))
    }

    fn own_chain(&self) -> ChainId {
        self.chain
    }

    fn close(&self) -> Reply<'_, ()> {
        Box::pin(self.door.close())
    }
}

/// SQLite's error without its words: they may quote what was stored.
pub(crate) fn foreign(error: &rusqlite::Error) -> Foreign {
    use rusqlite::ErrorCode as Code;
    let kind = match error.sqlite_error_code() {
        Some(Code::DiskFull) => "the disk is full",
        Some(Code::ReadOnly) => "the database is read-only",
        Some(Code::CannotOpen) => "the file cannot be opened",
        Some(Code::NotADatabase) => "the file is not a database",
        Some(Code::DatabaseCorrupt) => "the database is damaged",
        Some(Code::SystemIoFailure) => "reading or writing the file failed",
        Some(Code::DatabaseBusy | Code::DatabaseLocked) => "the database is locked by something else",
        Some(Code::ConstraintViolation) => "a constraint does not hold",
        Some(Code::OutOfMemory) => "out of memory",
        Some(Code::PermissionDenied) => "permission denied",
        _ => "the database refused",
    };
    Foreign::new("sqlite", kind)
}

impl From<rusqlite::Error> for StorageError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Unavailable(foreign(&error))
    }
}

/// SQLite's numbers are signed; ours never come near the bound.
pub(crate) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// The way back.
pub(crate) fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}
