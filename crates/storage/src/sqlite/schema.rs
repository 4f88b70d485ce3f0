//! How is the database laid out, and how does an older one become today's? By migrations, one per layout, in order.
//!
//! `user_version` counts the layouts. A migration and the new count are one transaction; a database of a newer release is
//! refused. Migrations that were released never change.

use super::unsigned;
use crate::StorageError;
use rusqlite::{Connection, TransactionBehavior};
use std::path::Path;
use std::time::Duration;

/// Deletions are remembered for so many epochs.
pub(crate) const DELETIONS_EPOCHS: u64 = 100_000;

/// How long a reader waits while a checkpoint holds the file.
pub(crate) const BUSY_WAIT: Duration = Duration::from_secs(5);

/// What leads from each layout to the next.
const MIGRATIONS: &[&str] = &["
    CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
    INSERT INTO counter (name, value) VALUES ('epoch', 0), ('floor', 0);
    CREATE TABLE record (
        place BLOB PRIMARY KEY,
        version INTEGER NOT NULL,
        body BLOB
    ) WITHOUT ROWID;
    CREATE INDEX record_version ON record (version);
    CREATE TABLE head (
        log TEXT NOT NULL,
        chain BLOB NOT NULL,
        seq INTEGER NOT NULL,
        link BLOB NOT NULL,
        PRIMARY KEY (log, chain)
    ) WITHOUT ROWID;
    CREATE TABLE log_row (
        log TEXT NOT NULL,
        chain BLOB NOT NULL,
        seq INTEGER NOT NULL,
        link BLOB NOT NULL,
        event BLOB NOT NULL,
        body BLOB NOT NULL,
        PRIMARY KEY (log, chain, seq)
    ) WITHOUT ROWID;
    CREATE TABLE log_index (
        log TEXT NOT NULL,
        place BLOB NOT NULL,
        chain BLOB NOT NULL,
        seq INTEGER NOT NULL,
        PRIMARY KEY (log, place)
    ) WITHOUT ROWID;
    CREATE TABLE writer (chain BLOB PRIMARY KEY, grp INTEGER NOT NULL) WITHOUT ROWID;
"];

/// A connection with the settings that everything here stands on.
pub(crate) fn connect(file: &Path) -> Result<Connection, StorageError> {
    let connection = Connection::open(file)?;
    connection.busy_timeout(BUSY_WAIT)?;
    connection.execute_batch(
        "PRAGMA journal_mode = WAL;
         PRAGMA synchronous = FULL;
         PRAGMA secure_delete = ON;
         PRAGMA trusted_schema = OFF;
         PRAGMA temp_store = MEMORY;
         PRAGMA cache_size = -4096;
         PRAGMA journal_size_limit = 67108864;",
    )?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

/// Brings the layout up to date, forgets old deletions, and says the epoch.
pub(crate) fn prepare(connection: &mut Connection) -> Result<u64, StorageError> {
    let known = known();
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Exclusive)?;
    let found = layout(&transaction)?;
    if found > known {
        return Err(StorageError::NewerLayout { found, known });
    }
    for migration in MIGRATIONS.iter().skip(usize::try_from(found).unwrap_or(usize::MAX)) {
        transaction.execute_batch(migration)?;
    }
    transaction.pragma_update(None, "user_version", known)?;
    let epoch = counter(&transaction, "epoch")?;
    if let Some(floor) = epoch.checked_sub(DELETIONS_EPOCHS) {
        let floor = super::signed(floor);
        transaction.execute("DELETE FROM record WHERE body IS NULL AND version <= ?1", [floor])?;
        transaction.execute("UPDATE counter SET value = max(value, ?1) WHERE name = 'floor'", [floor])?;
    }
    transaction.commit()?;
    Ok(epoch)
}

/// The newest layout that is known.
pub(crate) fn known() -> u32 {
    u32::try_from(MIGRATIONS.len()).unwrap_or(u32::MAX)
}

/// The layout that is there.
pub(crate) fn layout(connection: &Connection) -> Result<u32, StorageError> {
    Ok(connection.query_row("PRAGMA user_version", [], |row| row.get(0))?)
}

/// One of the counters.
pub(crate) fn counter(connection: &Connection, name: &str) -> Result<u64, StorageError> {
    let mut statement = connection.prepare_cached("SELECT value FROM counter WHERE name = ?1")?;
    Ok(unsigned(statement.query_row([name], |row| row.get(0))?))
}
