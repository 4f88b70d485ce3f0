//! Where does a store live? In a data directory, or at a PostgreSQL server.

use crate::postgres::{PostgresAddress, PostgresStore};
use crate::{FileWal, PostgresWal, SqliteStore, StorageError, Store, Wal};
use sotto_public::ChainId;
use std::path::PathBuf;
use std::sync::Arc;

/// The directory of the write-ahead log in the data directory.
const WAL_DIRECTORY: &str = "wal";

/// Where a store lives.
#[derive(Clone, Debug)]
pub enum Location {
    /// In this directory of one machine.
    Directory(PathBuf),
    /// At a PostgreSQL server, for one front end or many.
    Postgres(Box<PostgresAddress>),
}

impl Location {
    /// Reads what a user wrote after `--storage`: `postgres://...`, or a path.
    ///
    /// # Errors
    /// When it is an address that cannot be used; the error does not repeat it.
    pub fn parse(text: &str) -> Result<Self, StorageError> {
        let address = text.starts_with("postgres://") || text.starts_with("postgresql://");
        if address {
            PostgresAddress::parse(text).map(Box::new).map(Self::Postgres)
        } else {
            Ok(Self::Directory(text.into()))
        }
    }

    /// Opens the store. The chain's number must be fresh and random: it names what this process appends to logs.
    ///
    /// # Errors
    /// When the store is in use, of a newer release, or not available.
    pub async fn open(&self, chain: ChainId) -> Result<Arc<dyn Store>, StorageError> {
        match self {
            Self::Directory(directory) => Ok(Arc::new(SqliteStore::open(directory, chain)?)),
            Self::Postgres(address) => Ok(Arc::new(PostgresStore::open(address, chain).await?)),
        }
    }

    /// Opens the write-ahead log that goes with the store.
    ///
    /// # Errors
    /// As for [`Location::open`].
    pub async fn open_wal(&self, chain: ChainId) -> Result<Arc<dyn Wal>, StorageError> {
        match self {
            Self::Directory(directory) => Ok(Arc::new(FileWal::open(&directory.join(WAL_DIRECTORY), chain)?)),
            Self::Postgres(address) => Ok(Arc::new(PostgresWal::open(address, chain).await?)),
        }
    }
}
