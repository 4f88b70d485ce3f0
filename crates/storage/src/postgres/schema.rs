//! How is the database laid out, and how does an older one become today's? By migrations, as in the embedded back end.
//!
//! Everything stands in a schema of its own. A lock keeps front ends that start together from migrating together.

use crate::{StorageError, sqlite::unsigned};
use sotto_public::ChainId;
use tokio_postgres::types::Type;
use tokio_postgres::{Client, Transaction};

/// Deletions are remembered for so many epochs.
const DELETIONS_EPOCHS: i64 = 100_000;

/// Number of the lock: the bytes of "sotto".
const LOCK: i64 = 0x73_6f_74_74_6f;

/// What leads from each layout to the next. Bytes compare as bytes here, so that places sort as in SQLite.
const MIGRATIONS: &[&str] = &[
    "
    CREATE TABLE sotto.counter (name TEXT PRIMARY KEY, value BIGINT NOT NULL);
    INSERT INTO sotto.counter (name, value) VALUES ('epoch', 0), ('floor', 0);
    CREATE TABLE sotto.record (
        place BYTEA PRIMARY KEY,
        version BIGINT NOT NULL,
        body BYTEA
    );
    CREATE INDEX record_version ON sotto.record (version, place);
    CREATE TABLE sotto.head (
        log TEXT NOT NULL,
        chain BYTEA NOT NULL,
        seq BIGINT NOT NULL,
        link BYTEA NOT NULL,
        PRIMARY KEY (log, chain)
    );
    CREATE TABLE sotto.log_row (
        log TEXT NOT NULL,
        chain BYTEA NOT NULL,
        seq BIGINT NOT NULL,
        link BYTEA NOT NULL,
        event BYTEA NOT NULL,
        body BYTEA NOT NULL,
        PRIMARY KEY (log, chain, seq)
    );
    CREATE TABLE sotto.log_index (
        log TEXT NOT NULL,
        place BYTEA NOT NULL,
        chain BYTEA NOT NULL,
        seq BIGINT NOT NULL,
        PRIMARY KEY (log, place)
    );
    CREATE TABLE sotto.writer (chain BYTEA PRIMARY KEY, grp BIGINT NOT NULL);
",
    "
    INSERT INTO sotto.counter (name, value) VALUES ('wal', 0), ('wal-floor', 0);
    CREATE TABLE sotto.wal (seq BIGINT PRIMARY KEY, chain BYTEA NOT NULL, body BYTEA NOT NULL);
",
];

/// Brings the layout up to date, forgets old deletions, enters this writer, and says the epoch.
pub(crate) async fn prepare(client: &mut Client, chain: ChainId) -> Result<u64, StorageError> {
    let transaction = client.transaction().await?;
    let locked = [(&LOCK as _, Type::INT8)];
    transaction.query_typed("SELECT pg_advisory_xact_lock($1)", &locked).await?;
    migrate(&transaction).await?;
    let epoch = forget(&transaction).await?;
    let writer: &[u8] = &chain.to_bytes();
    transaction
        .execute_typed("INSERT INTO sotto.writer (chain, grp) VALUES ($1, 0)", &[(&writer, Type::BYTEA)])
        .await?;
    transaction.commit().await?;
    Ok(epoch)
}

/// Brings the layout up to date.
pub(crate) async fn lay_out(client: &mut Client) -> Result<(), StorageError> {
    let transaction = client.transaction().await?;
    let locked = [(&LOCK as _, Type::INT8)];
    transaction.query_typed("SELECT pg_advisory_xact_lock($1)", &locked).await?;
    migrate(&transaction).await?;
    Ok(transaction.commit().await?)
}

async fn migrate(transaction: &Transaction<'_>) -> Result<(), StorageError> {
    let known = u32::try_from(MIGRATIONS.len()).unwrap_or(u32::MAX);
    let found = layout(transaction).await?;
    if found > known {
        return Err(StorageError::NewerLayout { found, known });
    }
    for migration in MIGRATIONS.iter().skip(usize::try_from(found).unwrap_or(usize::MAX)) {
        transaction.batch_execute(migration).await?;
    }
    let known = i64::from(known);
    let update = "UPDATE sotto.layout SET number = $1 WHERE number <> $1";
    transaction.execute_typed(update, &[(&known, Type::INT8)]).await?;
    Ok(())
}

/// The layout that is there; an empty database gets its first table.
async fn layout(transaction: &Transaction<'_>) -> Result<u32, StorageError> {
    let there = transaction.query_typed_one("SELECT to_regclass('sotto.layout') IS NOT NULL", &[]).await?;
    if !there.try_get::<_, bool>(0)? {
        transaction
            .batch_execute(
                "CREATE SCHEMA IF NOT EXISTS sotto;
                 CREATE TABLE sotto.layout (number BIGINT NOT NULL);
                 INSERT INTO sotto.layout (number) VALUES (0);",
            )
            .await?;
    }
    let row = transaction.query_typed_one("SELECT number FROM sotto.layout", &[]).await?;
    Ok(u32::try_from(row.try_get::<_, i64>(0)?).unwrap_or(u32::MAX))
}

async fn forget(transaction: &Transaction<'_>) -> Result<u64, StorageError> {
    let row =
        transaction.query_typed_one("SELECT value FROM sotto.counter WHERE name = 'epoch'", &[]).await?;
    let epoch: i64 = row.try_get(0)?;
    let floor = epoch - DELETIONS_EPOCHS;
    if floor > 0 {
        let given = [(&floor as _, Type::INT8)];
        let delete = "DELETE FROM sotto.record WHERE body IS NULL AND version <= $1";
        transaction.execute_typed(delete, &given).await?;
        let raise = "UPDATE sotto.counter SET value = greatest(value, $1) WHERE name = 'floor'";
        transaction.execute_typed(raise, &given).await?;
    }
    Ok(unsigned(epoch))
}
