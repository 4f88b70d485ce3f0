//! The clustered write-ahead log: rows at a PostgreSQL server, in one order for all processes.
//!
//! Positions are counted under a lock on one row that is held until the commit. So a reader that has seen position n has
//! seen everything before it; sequences of the server were rejected, since they let a later number show first. When a
//! connection breaks in a commit, the same lock tells when the broken transaction has ended, and its rows whether it was kept.
//!
//! Fences are counters that change under the same lock: a group that gets it later sees them, since each statement of it reads
//! what was committed when that statement began. A group with a frame that is refused is rolled back, and goes without that frame.

use super::queue::{Door, Group, Job, Order, Orders, queue, refuse, tell, turn_away};
use super::{Fence, WAL_PAGE_BYTES_MAX, WAL_PAGE_FRAMES_MAX, Wal, WalBounds, WalFrame, WalPosition};
use crate::postgres::{PostgresAddress, schema, session};
use crate::sqlite::{signed, unsigned};
use crate::store::Reply;
use crate::{StorageError, rows};
use sotto_public::{ChainId, Stored};
use std::collections::HashMap;
use tokio_postgres::Client;
use tokio_postgres::types::Type;

/// A write-ahead log at a PostgreSQL server.
pub struct PostgresWal {
    door: Door,
    readers: session::Readers,
}

impl PostgresWal {
    /// Opens the log. The chain's number must be fresh and random: it tells this process's frames from others'.
    ///
    /// # Errors
    /// When the server does not answer, refuses, would not keep what it confirms, or holds the store of a newer release.
    pub async fn open(address: &PostgresAddress, chain: ChainId) -> Result<Self, StorageError> {
        let mut client = session::connect(address).await?;
        session::check_durable(&client).await?;
        schema::lay_out(&mut client).await?;
        let (door, orders) = queue();
        tokio::spawn(Writer { address: address.clone(), client, chain }.run(orders));
        Ok(Self { door, readers: session::Readers::new(address.clone()) })
    }
}

impl Wal for PostgresWal {
    fn append_under(&self, body: Stored, under: Option<Fence>) -> Reply<'_, WalPosition> {
        Box::pin(self.door.append(body, under))
    }

    fn fence(&self, fence: Fence) -> Reply<'_, WalPosition> {
        Box::pin(self.door.fence(fence))
    }

    fn unfence(&self, lane: u128) -> Reply<'_, ()> {
        Box::pin(self.door.unfence(lane))
    }

    fn read(&self, after: WalPosition) -> Reply<'_, Vec<WalFrame>> {
        Box::pin(async move { read(&*self.readers.one().await?, after).await })
    }

    fn bounds(&self) -> Reply<'_, WalBounds> {
        Box::pin(async move {
            let client = self.readers.one().await?;
            Ok(WalBounds { floor: counter(&client, "wal-floor").await?, end: counter(&client, "wal").await? })
        })
    }

    fn truncate(&self, through: WalPosition) -> Reply<'_, ()> {
        Box::pin(self.door.truncate(through))
    }

    fn is_shared(&self) -> bool {
        true
    }

    fn close(&self) -> Reply<'_, ()> {
        Box::pin(self.door.close())
    }
}

async fn counter(client: &Client, name: &'static str) -> Result<WalPosition, StorageError> {
    let select = "SELECT value FROM sotto.counter WHERE name = $1";
    let row = client.query_typed_one(select, &[(&name, Type::TEXT)]).await?;
    Ok(WalPosition::new(unsigned(row.try_get(0)?)))
}

/// Frames after a position: as many as stay within the bounds, at least one.
async fn read(client: &Client, after: WalPosition) -> Result<Vec<WalFrame>, StorageError> {
    let select = "SELECT seq, body FROM (
            SELECT seq, body, sum(length(body)) OVER (ORDER BY seq) - length(body) AS before
            FROM (SELECT seq, body FROM sotto.wal WHERE seq > $1 ORDER BY seq LIMIT $2) AS page
        ) AS counted WHERE before < $3 ORDER BY seq";
    let given = [
        (&signed(after.number()) as _, Type::INT8),
        (&(WAL_PAGE_FRAMES_MAX as i64) as _, Type::INT8),
        (&(WAL_PAGE_BYTES_MAX as i64) as _, Type::INT8),
    ];
    let mut frames = Vec::new();
    for row in client.query_typed(select, &given).await? {
        let position = WalPosition::new(unsigned(row.try_get(0)?));
        frames.push(WalFrame { position, body: rows::stored(row.try_get(1)?) });
    }
    Ok(frames)
}

/// What became of a group.
enum Tried {
    /// It is durable; its first frame stands here.
    Kept(WalPosition),
    /// Nothing is: these states are demanded of its lanes.
    Refused(HashMap<u128, u64>),
}

/// The oldest state that decided about a frame of each lane.
fn oldest(jobs: &[Job]) -> HashMap<u128, u64> {
    let mut oldest: HashMap<u128, u64> = HashMap::new();
    for Fence { lane, epoch } in jobs.iter().filter_map(|job| job.under) {
        oldest.entry(lane).and_modify(|held| *held = epoch.min(*held)).or_insert(epoch);
    }
    oldest
}

/// The counter of a lane.
fn name(lane: u128) -> String {
    format!("fence-{lane:032x}")
}

/// The one who writes.
struct Writer {
    address: PostgresAddress,
    client: Client,
    chain: ChainId,
}

impl Writer {
    async fn run(mut self, mut orders: Orders) {
        while let Some(order) = orders.recv().await {
            let Group { jobs, next } = Group::gather(order, &mut orders);
            self.append_all(jobs).await;
            match next {
                Some(Order::Truncate(through, answer)) => drop(answer.send(self.truncate(through).await)),
                Some(Order::Fence(fence, answer)) => drop(answer.send(self.fence(fence).await)),
                Some(Order::Unfence(lane, answer)) => drop(answer.send(self.unfence(lane).await)),
                Some(Order::Close(closed)) => {
                    refuse(orders);
                    let _ = closed.send(());
                    return;
                }
                Some(Order::Append(_)) | None => {}
            }
        }
    }

    async fn live(&mut self) -> Result<(), StorageError> {
        if self.client.is_closed() {
            self.client = session::connect(&self.address).await?;
        }
        Ok(())
    }

    /// Makes frames durable, and tells whoever waits for one; those that are refused first.
    async fn append_all(&mut self, mut jobs: Vec<Job>) {
        while !jobs.is_empty() {
            match self.append(&jobs).await {
                Ok(Tried::Kept(first)) => return tell(jobs, Ok(first)),
                Err(error) => return tell(jobs, Err(error)),
                Ok(Tried::Refused(least)) => {
                    let is_refused =
                        |asked: Fence| least.get(&asked.lane).is_some_and(|one| asked.epoch < *one);
                    jobs = turn_away(jobs, is_refused);
                }
            }
        }
    }

    async fn append(&mut self, jobs: &[Job]) -> Result<Tried, StorageError> {
        self.live().await?;
        let bodies: Vec<&[u8]> = jobs.iter().map(|job| job.body.as_bytes()).collect();
        let asked = oldest(jobs);
        let names: Vec<String> = asked.keys().map(|lane| name(*lane)).collect();
        let epochs: Vec<i64> = asked.values().map(|epoch| signed(*epoch)).collect();
        let count = bodies.len() as i64;
        let transaction = self.client.transaction().await?;
        let count_up = "UPDATE sotto.counter SET value = value + $1 WHERE name = 'wal' RETURNING value";
        let row = transaction.query_typed_one(count_up, &[(&count, Type::INT8)]).await?;
        let first = row.try_get::<_, i64>(0)? - count + 1;
        let numbers: Vec<i64> = (first..first + count).collect();
        let insert = "INSERT INTO sotto.wal (seq, chain, body)
            SELECT seq, $2, body FROM unnest($1::bigint[], $3::bytea[]) AS frame (seq, body)
            WHERE NOT EXISTS (SELECT 1 FROM unnest($4::text[], $5::bigint[]) AS asked (name, epoch)
                JOIN sotto.counter ON counter.name = asked.name WHERE counter.value > asked.epoch)";
        let chain: &[u8] = &self.chain.to_bytes();
        let given = [
            (&numbers as _, Type::INT8_ARRAY),
            (&chain as _, Type::BYTEA),
            (&bodies as _, Type::BYTEA_ARRAY),
            (&names as _, Type::TEXT_ARRAY),
            (&epochs as _, Type::INT8_ARRAY),
        ];
        if transaction.execute_typed(insert, &given).await? == 0 {
            let select = "SELECT name, value FROM sotto.counter WHERE name = ANY($1)";
            let found = transaction.query_typed(select, &[(&names as _, Type::TEXT_ARRAY)]).await?;
            transaction.rollback().await?;
            let mut least = HashMap::new();
            for row in found {
                let found: String = row.try_get(0)?;
                let lane = asked.keys().find(|lane| name(**lane) == found).copied();
                let value = unsigned(row.try_get(1)?);
                least.extend(lane.map(|lane| (lane, value)));
            }
            return Ok(Tried::Refused(least));
        }
        if let Err(error) = transaction.commit().await
            && !self.was_kept(first).await?
        {
            return Err(error.into());
        }
        Ok(Tried::Kept(WalPosition::new(unsigned(first))))
    }

    /// Raises a fence, under the lock of those who append.
    async fn fence(&mut self, Fence { lane, epoch }: Fence) -> Result<WalPosition, StorageError> {
        self.live().await?;
        let transaction = self.client.transaction().await?;
        let wait = "SELECT value FROM sotto.counter WHERE name = 'wal' FOR UPDATE";
        let end: i64 = transaction.query_typed_one(wait, &[]).await?.try_get(0)?;
        let raise = "INSERT INTO sotto.counter (name, value) VALUES ($1, $2)
            ON CONFLICT (name) DO UPDATE SET value = greatest(counter.value, excluded.value)";
        let given = [(&name(lane) as _, Type::TEXT), (&signed(epoch) as _, Type::INT8)];
        transaction.execute_typed(raise, &given).await?;
        transaction.commit().await?;
        Ok(WalPosition::new(unsigned(end)))
    }

    async fn unfence(&mut self, lane: u128) -> Result<(), StorageError> {
        self.live().await?;
        let delete = "DELETE FROM sotto.counter WHERE name = $1";
        self.client.execute_typed(delete, &[(&name(lane), Type::TEXT)]).await?;
        Ok(())
    }

    /// Whether a group whose commit failed is there after all.
    async fn was_kept(&mut self, first: i64) -> Result<bool, StorageError> {
        let unknown = |_| StorageError::Unknown;
        self.client = session::connect(&self.address).await.map_err(unknown)?;
        let transaction = self.client.transaction().await.map_err(|_| StorageError::Unknown)?;
        let wait = "SELECT value FROM sotto.counter WHERE name = 'wal' FOR UPDATE";
        transaction.query_typed_one(wait, &[]).await.map_err(|_| StorageError::Unknown)?;
        let chain: &[u8] = &self.chain.to_bytes();
        let select = "SELECT 1 FROM sotto.wal WHERE seq = $1 AND chain = $2";
        let given = [(&first as _, Type::INT8), (&chain as _, Type::BYTEA)];
        let found = transaction.query_typed_opt(select, &given).await.map_err(|_| StorageError::Unknown)?;
        Ok(found.is_some())
    }

    async fn truncate(&mut self, through: WalPosition) -> Result<(), StorageError> {
        self.live().await?;
        let transaction = self.client.transaction().await?;
        let given = [(&signed(through.number()) as _, Type::INT8)];
        let raise = "UPDATE sotto.counter SET value = greatest(value, least($1, (SELECT value FROM sotto.counter WHERE name = 'wal')))
            WHERE name = 'wal-floor'";
        transaction.execute_typed(raise, &given).await?;
        transaction.execute_typed("DELETE FROM sotto.wal WHERE seq <= $1", &given).await?;
        Ok(transaction.commit().await?)
    }
}
