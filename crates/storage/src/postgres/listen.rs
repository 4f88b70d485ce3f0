//! How does a front end hear of what others commit? The server tells it (LISTEN), and it asks now and then besides.
//!
//! A notification can be lost with its connection; the question once a second cannot. Both only ever raise the epoch that is
//! told to whoever watches; what changed is read with [`crate::Store::changes`].

use super::address::PostgresAddress;
use super::session;
use crate::sqlite::unsigned;
use crate::{Epoch, StorageError};
use std::time::Duration;
use tokio::sync::watch;
use tokio_postgres::Client;

/// How often is asked.
const ASK_EVERY: Duration = Duration::from_secs(1);

/// Listens until nobody watches any more.
pub(crate) async fn listen(address: PostgresAddress, told: watch::Sender<Epoch>) {
    loop {
        // What went wrong shows where somebody reads or writes; here it is only tried again.
        let _ = listen_once(&address, &told).await;
        tokio::time::sleep(ASK_EVERY).await;
    }
}

async fn listen_once(address: &PostgresAddress, told: &watch::Sender<Epoch>) -> Result<(), StorageError> {
    let heard = told.clone();
    let client = session::connect_listening(address, move |payload| {
        if let Ok(epoch) = payload.parse() {
            raise(&heard, epoch);
        }
    })
    .await?;
    client.batch_execute("LISTEN sotto_epoch").await?;
    loop {
        raise(told, epoch(&client).await?);
        tokio::time::sleep(ASK_EVERY).await;
    }
}

async fn epoch(client: &Client) -> Result<u64, StorageError> {
    let row = client.query_typed_one("SELECT value FROM sotto.counter WHERE name = 'epoch'", &[]).await?;
    Ok(unsigned(row.try_get(0)?))
}

/// Tells of an epoch if it is newer.
pub(crate) fn raise(told: &watch::Sender<Epoch>, epoch: u64) {
    told.send_if_modified(|newest| {
        let newer = epoch > newest.number();
        if newer {
            *newest = Epoch::new(epoch);
        }
        newer
    });
}
