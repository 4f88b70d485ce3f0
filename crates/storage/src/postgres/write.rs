//! How is a group made durable? As in the embedded back end: ground, plan, writes, and the group's number, in one transaction.
//!
//! When the connection breaks while the server commits, nobody has said whether it did. The writer then connects anew and
//! reads its group's number under a lock on its own row, which every group takes first: the server answers only after the
//! broken transaction has ended, one way or the other. If that cannot be read either, the outcome is unknown.

use super::address::PostgresAddress;
use super::listen::raise;
use super::read::link;
use super::session;
use crate::group::{Group, Orders, refuse};
use crate::plan::{Ground, NewRow, Plan, logs_needed, needs_epoch, places_needed};
use crate::sqlite::{signed, unsigned};
use crate::{Batch, Committed, Epoch, StorageError, chain};
use sotto_public::{ChainHead, ChainId, Foreign, Stored};
use std::collections::{BTreeMap, BTreeSet};
use tokio::sync::watch;
use tokio_postgres::types::Type;
use tokio_postgres::{Client, Transaction};

type Answers = Vec<Result<Committed, StorageError>>;

/// The one who writes.
pub(crate) struct Writer {
    address: PostgresAddress,
    client: Client,
    chain: ChainId,
    told: watch::Sender<Epoch>,
    group: u64,
}

impl Writer {
    pub(crate) fn new(
        address: PostgresAddress,
        client: Client,
        chain: ChainId,
        told: watch::Sender<Epoch>,
    ) -> Self {
        Self { address, client, chain, told, group: 0 }
    }

    /// Works until it is closed or nobody is left who could ask.
    pub(crate) async fn run(mut self, mut orders: Orders) {
        while let Some(order) = orders.recv().await {
            let (batches, waiters) = Group::gather(order, &mut orders).split();
            let outcome = if batches.is_empty() { Ok(Vec::new()) } else { self.commit(batches).await };
            if let Some(closed) = waiters.tell(outcome) {
                refuse(orders);
                let _ = closed.send(());
                return;
            }
        }
    }

    async fn commit(&mut self, batches: Vec<Batch>) -> Result<Answers, StorageError> {
        if self.client.is_closed() {
            self.client = session::connect(&self.address).await?;
        }
        self.group += 1;
        let (group, chain) = (self.group, self.chain);
        let transaction = self.client.transaction().await?;
        take_turn(&transaction, chain, group).await?;
        let ground = ground(&transaction, chain, &batches).await?;
        let plan = Plan::of(chain, ground, batches);
        if plan.is_empty() {
            transaction.rollback().await?;
            return Ok(plan.answers);
        }
        carry_out(&transaction, &plan).await?;
        if let Err(error) = transaction.commit().await
            && !self.was_kept(group).await?
        {
            return Err(error.into());
        }
        if plan.changes_records() {
            raise(&self.told, plan.ground.epoch);
        }
        Ok(plan.answers)
    }

    /// Whether a group whose commit failed is there after all.
    async fn was_kept(&mut self, group: u64) -> Result<bool, StorageError> {
        let unknown = |_| StorageError::Unknown;
        self.client = session::connect(&self.address).await.map_err(unknown)?;
        let select = "SELECT grp FROM sotto.writer WHERE chain = $1 FOR UPDATE";
        let chain: &[u8] = &self.chain.to_bytes();
        let row = self.client.query_typed_one(select, &[(&chain, Type::BYTEA)]).await;
        let found: i64 = row.and_then(|row| row.try_get(0)).map_err(|_| StorageError::Unknown)?;
        Ok(unsigned(found) == group)
    }
}

/// Enters the group's number, which takes the lock on this writer's row.
async fn take_turn(transaction: &Transaction<'_>, chain: ChainId, group: u64) -> Result<(), StorageError> {
    let chain: &[u8] = &chain.to_bytes();
    let update = "UPDATE sotto.writer SET grp = $2 WHERE chain = $1";
    let given = [(&chain as _, Type::BYTEA), (&signed(group) as _, Type::INT8)];
    match transaction.execute_typed(update, &given).await? {
        1 => Ok(()),
        _ => Err(StorageError::Unavailable(Foreign::new("postgresql", "this writer's row is gone"))),
    }
}

async fn ground(
    transaction: &Transaction<'_>,
    chain: ChainId,
    batches: &[Batch],
) -> Result<Ground, StorageError> {
    let select = match needs_epoch(batches) {
        true => "SELECT value FROM sotto.counter WHERE name = 'epoch' FOR UPDATE",
        false => "SELECT value FROM sotto.counter WHERE name = 'epoch'",
    };
    let epoch = unsigned(transaction.query_typed_one(select, &[]).await?.try_get(0)?);
    let mut ground = Ground { epoch, ..Ground::default() };
    let needed = places_needed(batches);
    if !needed.is_empty() {
        let places: Vec<&[u8]> = needed.iter().map(|place| place.as_bytes()).collect();
        let select = "SELECT place, version FROM sotto.record WHERE place = ANY($1) AND body IS NOT NULL";
        for row in transaction.query_typed(select, &[(&places, Type::BYTEA_ARRAY)]).await? {
            ground.versions.insert(crate::rows::place(row.try_get(0)?), unsigned(row.try_get(1)?));
        }
    }
    ground.heads = heads(transaction, chain, logs_needed(batches)).await?;
    Ok(ground)
}

async fn heads(
    transaction: &Transaction<'_>,
    chain: ChainId,
    logs: BTreeSet<&'static str>,
) -> Result<BTreeMap<&'static str, ChainHead>, StorageError> {
    let mut heads = BTreeMap::new();
    let bytes: &[u8] = &chain.to_bytes();
    for log in logs {
        let select = "SELECT seq, link FROM sotto.head WHERE log = $1 AND chain = $2";
        let given = [(&log as _, Type::TEXT), (&bytes as _, Type::BYTEA)];
        let head = match transaction.query_typed_opt(select, &given).await? {
            Some(row) => ChainHead { chain, seq: unsigned(row.try_get(0)?), link: link(&row, 1)? },
            None => chain::origin(log, chain),
        };
        heads.insert(log, head);
    }
    Ok(heads)
}

async fn carry_out(transaction: &Transaction<'_>, plan: &Plan) -> Result<(), StorageError> {
    if plan.changes_records() {
        write_records(transaction, plan).await?;
    }
    if !plan.rows.is_empty() {
        append(transaction, &plan.rows).await?;
        write_index(transaction, &plan.rows).await?;
        write_heads(transaction, plan).await?;
    }
    Ok(())
}

async fn write_records(transaction: &Transaction<'_>, plan: &Plan) -> Result<(), StorageError> {
    let places: Vec<&[u8]> = plan.writes.keys().map(|place| place.as_bytes()).collect();
    let versions: Vec<i64> = plan.writes.values().map(|(version, _)| signed(*version)).collect();
    let bodies: Vec<Option<&[u8]>> =
        plan.writes.values().map(|(_, record)| record.as_ref().map(Stored::as_bytes)).collect();
    let insert = "
        INSERT INTO sotto.record (place, version, body) SELECT * FROM unnest($1, $2, $3)
        ON CONFLICT (place) DO UPDATE SET version = excluded.version, body = excluded.body";
    let given = [
        (&places as _, Type::BYTEA_ARRAY),
        (&versions as _, Type::INT8_ARRAY),
        (&bodies as _, Type::BYTEA_ARRAY),
    ];
    transaction.execute_typed(insert, &given).await?;
    let epoch = signed(plan.ground.epoch);
    let update = "UPDATE sotto.counter SET value = $1 WHERE name = 'epoch'";
    transaction.execute_typed(update, &[(&epoch, Type::INT8)]).await?;
    let notify = "SELECT pg_notify('sotto_epoch', $1)";
    transaction.query_typed(notify, &[(&epoch.to_string(), Type::TEXT)]).await?;
    Ok(())
}

async fn append(transaction: &Transaction<'_>, rows: &[NewRow]) -> Result<(), StorageError> {
    let logs: Vec<&str> = rows.iter().map(|row| row.log).collect();
    let chains: Vec<Vec<u8>> = rows.iter().map(|row| row.head.chain.to_bytes().to_vec()).collect();
    let numbers: Vec<i64> = rows.iter().map(|row| signed(row.head.seq)).collect();
    let links: Vec<&[u8]> = rows.iter().map(|row| row.head.link.as_bytes().as_slice()).collect();
    let events: Vec<Vec<u8>> = rows.iter().map(|row| row.event.to_be_bytes().to_vec()).collect();
    let bodies: Vec<&[u8]> = rows.iter().map(|row| row.body.as_bytes()).collect();
    let insert = "
        INSERT INTO sotto.log_row (log, chain, seq, link, event, body)
        SELECT * FROM unnest($1, $2, $3, $4, $5, $6)";
    let given = [
        (&logs as _, Type::TEXT_ARRAY),
        (&chains as _, Type::BYTEA_ARRAY),
        (&numbers as _, Type::INT8_ARRAY),
        (&links as _, Type::BYTEA_ARRAY),
        (&events as _, Type::BYTEA_ARRAY),
        (&bodies as _, Type::BYTEA_ARRAY),
    ];
    transaction.execute_typed(insert, &given).await?;
    Ok(())
}

/// Index places: of two alike the later one stays, as everywhere.
async fn write_index(transaction: &Transaction<'_>, rows: &[NewRow]) -> Result<(), StorageError> {
    let entries: BTreeMap<(&str, &[u8]), &ChainHead> = rows
        .iter()
        .flat_map(|row| row.index.iter().map(move |place| ((row.log, place.as_bytes()), &row.head)))
        .collect();
    let logs: Vec<&str> = entries.keys().map(|(log, _)| *log).collect();
    let places: Vec<&[u8]> = entries.keys().map(|(_, place)| *place).collect();
    let chains: Vec<Vec<u8>> = entries.values().map(|head| head.chain.to_bytes().to_vec()).collect();
    let numbers: Vec<i64> = entries.values().map(|head| signed(head.seq)).collect();
    let insert = "
        INSERT INTO sotto.log_index (log, place, chain, seq) SELECT * FROM unnest($1, $2, $3, $4)
        ON CONFLICT (log, place) DO UPDATE SET chain = excluded.chain, seq = excluded.seq";
    let given = [
        (&logs as _, Type::TEXT_ARRAY),
        (&places as _, Type::BYTEA_ARRAY),
        (&chains as _, Type::BYTEA_ARRAY),
        (&numbers as _, Type::INT8_ARRAY),
    ];
    transaction.execute_typed(insert, &given).await?;
    Ok(())
}

async fn write_heads(transaction: &Transaction<'_>, plan: &Plan) -> Result<(), StorageError> {
    for (log, head) in plan.ground.heads.iter().filter(|(_, head)| head.seq > 0) {
        let insert = "
            INSERT INTO sotto.head (log, chain, seq, link) VALUES ($1, $2, $3, $4)
            ON CONFLICT (log, chain) DO UPDATE SET seq = excluded.seq, link = excluded.link";
        let (chain, link): (&[u8], &[u8]) = (&head.chain.to_bytes(), head.link.as_bytes());
        let given = [
            (log as _, Type::TEXT),
            (&chain as _, Type::BYTEA),
            (&signed(head.seq) as _, Type::INT8),
            (&link as _, Type::BYTEA),
        ];
        transaction.execute_typed(insert, &given).await?;
    }
    Ok(())
}
