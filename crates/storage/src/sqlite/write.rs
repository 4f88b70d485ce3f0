//! How is a group made durable? One transaction: ground, plan, writes, and the group's number to recognise it by.
//!
//! When the commit itself fails, SQLite may have kept the transaction or not; the group's number in the file says which. Only
//! if that cannot be read either is the outcome unknown.

use super::{schema, signed, unsigned};
use crate::group::{Group, Order, Orders, refuse};
use crate::lock::DirectoryLock;
use crate::plan::{Ground, NewRow, Plan, logs_needed, places_needed};
use crate::{Batch, Committed, Epoch, StorageError, chain};
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};
use sotto_public::{ChainHead, ChainId, Link, Place};
use std::collections::{BTreeMap, BTreeSet};
use tokio::sync::watch;

type Answers = Vec<Result<Committed, StorageError>>;

/// The one who writes. The lock on the directory lives as long.
pub(crate) struct Writer {
    connection: Connection,
    chain: ChainId,
    told: watch::Sender<Epoch>,
    group: u64,
    _lock: DirectoryLock,
}

impl Writer {
    pub(crate) fn new(
        connection: Connection,
        chain: ChainId,
        told: watch::Sender<Epoch>,
        lock: DirectoryLock,
    ) -> Self {
        Self { connection, chain, told, group: 0, _lock: lock }
    }

    /// Works until it is closed or nobody is left who could ask.
    pub(crate) fn run(mut self, mut orders: Orders) {
        while let Some(order) = orders.blocking_recv() {
            if let Some(closed) = self.serve(order, &mut orders) {
                refuse(orders);
                // What cannot be moved into the file now is moved at the next start.
                let _ = self.connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)");
                drop(self);
                let _ = closed.send(());
                return;
            }
        }
    }

    fn serve(&mut self, first: Order, orders: &mut Orders) -> Option<tokio::sync::oneshot::Sender<()>> {
        let (batches, waiters) = Group::gather(first, orders).split();
        let outcome = if batches.is_empty() { Ok(Vec::new()) } else { self.commit(batches) };
        waiters.tell(outcome)
    }

    fn commit(&mut self, batches: Vec<Batch>) -> Result<Answers, StorageError> {
        self.group += 1;
        let (group, chain) = (self.group, self.chain);
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let ground = ground(&transaction, chain, &batches)?;
        let plan = Plan::of(chain, ground, batches);
        if plan.is_empty() {
            return Ok(plan.answers);
        }
        carry_out(&transaction, &plan, (chain, group))?;
        let committed = transaction.commit();
        if committed.is_err() && !self.was_kept(group)? {
            return Err(committed.map_or_else(StorageError::from, |()| StorageError::Unknown));
        }
        if plan.changes_records() {
            self.told.send_replace(Epoch::new(plan.ground.epoch));
        }
        Ok(plan.answers)
    }

    /// Whether a group whose commit failed is in the file after all.
    fn was_kept(&mut self, group: u64) -> Result<bool, StorageError> {
        if !self.connection.is_autocommit() {
            self.connection.execute_batch("ROLLBACK").map_err(|_| StorageError::Unknown)?;
        }
        let read = self.connection.query_row(
            "SELECT grp FROM writer WHERE chain = ?1",
            [self.chain.to_bytes()],
            |row| row.get::<_, i64>(0),
        );
        let found = read.optional().map_err(|_| StorageError::Unknown)?;
        Ok(found.map(unsigned) == Some(group))
    }
}

fn ground(connection: &Connection, chain: ChainId, batches: &[Batch]) -> Result<Ground, StorageError> {
    let epoch = schema::counter(connection, "epoch")?;
    let mut ground = Ground { epoch, ..Ground::default() };
    let mut version =
        connection.prepare_cached("SELECT version FROM record WHERE place = ?1 AND body IS NOT NULL")?;
    for place in places_needed(batches) {
        let found: Option<i64> = version.query_row([place.as_bytes()], |row| row.get(0)).optional()?;
        ground.versions.extend(found.map(|found| (place.clone(), unsigned(found))));
    }
    ground.heads = heads(connection, chain, logs_needed(batches))?;
    Ok(ground)
}

fn heads(
    connection: &Connection,
    chain: ChainId,
    logs: BTreeSet<&'static str>,
) -> Result<BTreeMap<&'static str, ChainHead>, StorageError> {
    let mut select = connection.prepare_cached("SELECT seq, link FROM head WHERE log = ?1 AND chain = ?2")?;
    let mut heads = BTreeMap::new();
    for log in logs {
        let found = select
            .query_row(params![log, chain.to_bytes()], |row| {
                Ok(ChainHead { chain, seq: unsigned(row.get(0)?), link: Link::new(row.get(1)?) })
            })
            .optional()?;
        heads.insert(log, found.unwrap_or_else(|| chain::origin(log, chain)));
    }
    Ok(heads)
}

fn carry_out(
    connection: &Connection,
    plan: &Plan,
    (chain, group): (ChainId, u64),
) -> Result<(), StorageError> {
    connection
        .prepare_cached(
            "INSERT INTO writer (chain, grp) VALUES (?1, ?2) ON CONFLICT (chain) DO UPDATE SET grp = excluded.grp",
        )?
        .execute(params![chain.to_bytes(), signed(group)])?;
    connection
        .prepare_cached("UPDATE counter SET value = ?1 WHERE name = 'epoch'")?
        .execute([signed(plan.ground.epoch)])?;
    for (place, (version, record)) in &plan.writes {
        let body = record.as_ref().map(sotto_public::Stored::as_bytes);
        write_record(connection, place, *version, body)?;
    }
    plan.rows.iter().try_for_each(|row| append(connection, row))?;
    let mut head = connection.prepare_cached(
        "INSERT INTO head (log, chain, seq, link) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (log, chain) DO UPDATE SET seq = excluded.seq, link = excluded.link",
    )?;
    for (log, end) in plan.ground.heads.iter().filter(|(_, end)| end.seq > 0) {
        head.execute(params![log, end.chain.to_bytes(), signed(end.seq), end.link.as_bytes()])?;
    }
    Ok(())
}

fn write_record(
    connection: &Connection,
    place: &Place,
    version: u64,
    body: Option<&[u8]>,
) -> Result<(), StorageError> {
    connection
        .prepare_cached(
            "INSERT INTO record (place, version, body) VALUES (?1, ?2, ?3)
             ON CONFLICT (place) DO UPDATE SET version = excluded.version, body = excluded.body",
        )?
        .execute(params![place.as_bytes(), signed(version), body])?;
    Ok(())
}

fn append(connection: &Connection, row: &NewRow) -> Result<(), StorageError> {
    let (chain, seq) = (row.head.chain.to_bytes(), signed(row.head.seq));
    connection
        .prepare_cached(
            "INSERT INTO log_row (log, chain, seq, link, event, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![
            row.log,
            chain,
            seq,
            row.head.link.as_bytes(),
            row.event.to_be_bytes(),
            row.body.as_bytes()
        ])?;
    let mut index = connection.prepare_cached(
        "INSERT OR REPLACE INTO log_index (log, place, chain, seq) VALUES (?1, ?2, ?3, ?4)",
    )?;
    for place in &row.index {
        index.execute(params![row.log, place.as_bytes(), chain, seq])?;
    }
    Ok(())
}
