//! The clustered back end: PostgreSQL, for front ends that keep nothing themselves.
//!
//! Each process has one writer with group commit and its own chains, some connections that read, and one that listens for
//! what others commit. Epochs are numbered under a lock on one row, held from the check of requirements to the commit: so
//! all front ends see one order. Groups that only append to logs do not take it. Values are sent as parameters, never as
//! text of a statement, and the server is told not to log parameters. The driver writes parameters into its own debug log:
//! the program caps that target (`tokio_postgres`) at `info`.

mod address;
mod listen;
mod read;
pub(crate) mod schema;
pub(crate) mod session;
mod tls;
mod write;

use crate::group::{Door, queue};
use crate::{Batch, Changes, Committed, Epoch, Found, Log, Reply, Row, Scan, StorageError, Store};
use session::Readers;
use sotto_public::{ChainHead, ChainId, ChainRow, Place};
use tokio::sync::watch;
use tokio::task::AbortHandle;

pub use address::PostgresAddress;

/// A store at a PostgreSQL server.
pub struct PostgresStore {
    door: Door,
    readers: Readers,
    epoch: watch::Receiver<Epoch>,
    chain: ChainId,
    listener: AbortHandle,
}

impl PostgresStore {
    /// Opens the store. The chain's number must be fresh and random. Needs a runtime of tokio with time and input.
    ///
    /// # Errors
    /// When the server does not answer, refuses, would not keep what it confirms, or holds the store of a newer release.
    pub async fn open(address: &PostgresAddress, chain: ChainId) -> Result<Self, StorageError> {
        let mut client = session::connect(address).await?;
        session::check_durable(&client).await?;
        let start = schema::prepare(&mut client, chain).await?;
        let (told, epoch) = watch::channel(Epoch::new(start));
        let (door, orders) = queue();
        let writer = write::Writer::new(address.clone(), client, chain, told.clone());
        tokio::spawn(writer.run(orders));
        let listener = tokio::spawn(listen::listen(address.clone(), told)).abort_handle();
        Ok(Self { door, readers: Readers::new(address.clone()), epoch, chain, listener })
    }
}

impl Drop for PostgresStore {
    fn drop(&mut self) {
        self.listener.abort();
    }
}

impl Store for PostgresStore {
    fn get(&self, place: Place) -> Reply<'_, Option<Row>> {
        Box::pin(async move { read::get(&*self.readers.one().await?, place).await })
    }

    fn range(&self, scan: Scan) -> Reply<'_, Vec<Row>> {
        Box::pin(async move { read::range(&*self.readers.one().await?, &scan).await })
    }

    fn commit(&self, batch: Batch) -> Reply<'_, Committed> {
        Box::pin(self.door.commit(batch))
    }

    fn changes(&self, after: Epoch, limit: usize) -> Reply<'_, Changes> {
        Box::pin(async move { read::changes(&*self.readers.one().await?, after, limit).await })
    }

    fn watch(&self) -> watch::Receiver<Epoch> {
        self.epoch.clone()
    }

    fn chain(&self, log: Log, chain: ChainId, after: u64, limit: usize) -> Reply<'_, Vec<ChainRow>> {
        Box::pin(async move { read::chain(&*self.readers.one().await?, log, chain, (after, limit)).await })
    }

    fn heads(&self, log: Log) -> Reply<'_, Vec<ChainHead>> {
        Box::pin(async move { read::heads(&*self.readers.one().await?, log).await })
    }

    fn find(&self, log: Log, scan: Scan) -> Reply<'_, Vec<Found>> {
        Box::pin(async move { read::find(&*self.readers.one().await?, log, &scan).await })
    }

    fn own_chain(&self) -> ChainId {
        self.chain
    }

    fn close(&self) -> Reply<'_, ()> {
        Box::pin(self.door.close())
    }
}
