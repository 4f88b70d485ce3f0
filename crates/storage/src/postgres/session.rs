//! What is a connection to the server set to? To keep what it confirms, to wait a bounded time, and to log no values.

use super::address::PostgresAddress;
use crate::StorageError;
use sotto_public::Foreign;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::Mutex;
use tokio_postgres::error::SqlState;
use tokio_postgres::{AsyncMessage, Client, Error};

/// Connections that read.
const READERS: usize = 4;

/// Settings of each session: waits are bounded, a lost client's transaction is given up, plans are not made anew.
const SETTINGS: &str = "
    SET lock_timeout = '10s';
    SET statement_timeout = '30s';
    SET idle_in_transaction_session_timeout = '30s';
    SET client_min_messages = 'warning';
    SET search_path = pg_catalog;
";

/// The server may confirm less than durable by default: never here. `remote_apply` is more, and stays.
const DURABLE: &str = "
    SELECT set_config('synchronous_commit', 'on', false)
    WHERE current_setting('synchronous_commit') IN ('off', 'local', 'remote_write')
";

/// Values in the server's log: switched off where this user may (PostgreSQL documentation, section 20.8.3); all that is sent
/// may be stored, so it may stand in that log as well.
const QUIET: [&str; 2] = ["SET log_parameter_max_length_on_error = 0", "SET log_parameter_max_length = 0"];

/// A new connection.
pub(crate) async fn connect(address: &PostgresAddress) -> Result<Client, StorageError> {
    let (client, connection) = address.config.connect(address.tls.clone()).await?;
    tokio::spawn(async move {
        let _ = connection.await;
    });
    settle(&client).await?;
    Ok(client)
}

/// A new connection that tells of notifications.
pub(crate) async fn connect_listening(
    address: &PostgresAddress,
    mut heard: impl FnMut(&str) + Send + 'static,
) -> Result<Client, StorageError> {
    let (client, mut connection) = address.config.connect(address.tls.clone()).await?;
    tokio::spawn(async move {
        while let Some(message) = std::future::poll_fn(|cx| connection.poll_message(cx)).await {
            match message {
                Ok(AsyncMessage::Notification(notification)) => heard(notification.payload()),
                Ok(_) => {}
                Err(_) => return,
            }
        }
    });
    settle(&client).await?;
    Ok(client)
}

async fn settle(client: &Client) -> Result<(), StorageError> {
    client.batch_execute(SETTINGS).await?;
    client.batch_execute(DURABLE).await?;
    for quiet in QUIET {
        match client.batch_execute(quiet).await {
            Err(error) if error.code() != Some(&SqlState::INSUFFICIENT_PRIVILEGE) => return Err(error.into()),
            _ => {}
        }
    }
    Ok(())
}

/// That the server does not play with durability.
pub(crate) async fn check_durable(client: &Client) -> Result<(), StorageError> {
    let row = client
        .query_typed_one(
            "SELECT current_setting('fsync') = 'on' AND current_setting('full_page_writes') = 'on'",
            &[],
        )
        .await?;
    match row.try_get::<_, bool>(0)? {
        true => Ok(()),
        false => {
            let why = "it runs with fsync or full_page_writes off: what it confirms would not be durable";
            Err(StorageError::Unavailable(Foreign::new("postgresql", why)))
        }
    }
}

/// Connections that read, in turn; a broken one is made again.
pub(crate) struct Readers {
    address: PostgresAddress,
    clients: [Mutex<Option<Arc<Client>>>; READERS],
    turn: AtomicUsize,
}

impl Readers {
    pub(crate) fn new(address: PostgresAddress) -> Self {
        Self { address, clients: Default::default(), turn: AtomicUsize::new(0) }
    }

    /// The next one.
    pub(crate) async fn one(&self) -> Result<Arc<Client>, StorageError> {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed) % READERS;
        let slot = self.clients.get(turn).ok_or(StorageError::Closed)?;
        let mut slot = slot.lock().await;
        match slot.as_ref().filter(|client| !client.is_closed()) {
            Some(client) => Ok(client.clone()),
            None => {
                let client = Arc::new(connect(&self.address).await?);
                *slot = Some(client.clone());
                Ok(client)
            }
        }
    }
}

/// The driver's error without its words: they quote the cell.
fn foreign(error: &Error) -> Foreign {
    let kind = match error.code() {
        Some(&SqlState::INVALID_PASSWORD | &SqlState::INVALID_AUTHORIZATION_SPECIFICATION) => {
            "user or password is wrong"
        }
        Some(&SqlState::INVALID_CATALOG_NAME) => "there is no such database",
        Some(&SqlState::INSUFFICIENT_PRIVILEGE) => "this user may not do that",
        Some(&SqlState::TOO_MANY_CONNECTIONS) => "it has too many connections",
        Some(&SqlState::DISK_FULL) => "its disk is full",
        Some(&SqlState::READ_ONLY_SQL_TRANSACTION) => "it is a read-only replica",
        Some(&SqlState::LOCK_NOT_AVAILABLE) => "another writer held its lock for too long",
        Some(&SqlState::QUERY_CANCELED) => "it took too long",
        Some(&SqlState::ADMIN_SHUTDOWN | &SqlState::CRASH_SHUTDOWN | &SqlState::CANNOT_CONNECT_NOW) => {
            "it is shutting down or starting"
        }
        Some(_) => "it refused",
        None if error.is_closed() => "the connection is closed",
        None => "it does not answer, or not as it should",
    };
    Foreign::new("postgresql", kind)
}

impl From<Error> for StorageError {
    fn from(error: Error) -> Self {
        Self::Unavailable(foreign(&error))
    }
}
