//! How is the key of a store found again? By one record beside the data, its [`Keeping`]: the store key under the root key.
//!
//! It is written with the first start, and later only on the version that was read, so that of two changes of the root key at
//! one time one is refused.
//!
//! Beside it stands a number that tells this store from all others, for as long as it is there, also as a copy: a backup's
//! parts name it, so that nobody restores the data of one with the keys of another.

use sotto_kms::Keeping;
use sotto_public::{Place, Storable, Stored, StoredRecord};
use sotto_storage::{Batch, Epoch, StorageError, Store};

/// Where that record stands.
pub fn keeping_place() -> Place {
    Place::new("root-key")
}

/// What tells a store from all others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Storable)]
struct StoreNumber {
    number: u128,
}

impl StoredRecord for StoreNumber {
    const KIND: &'static str = "store-number";
}

/// Where its number stands.
pub fn store_number_place() -> Place {
    Place::new("store-number")
}

/// The number that a record holds.
///
/// # Errors
/// When it is damaged.
pub fn store_number(record: &Stored) -> Result<u128, StorageError> {
    Ok(record.read::<StoreNumber>()?.number)
}

/// Gives a store a number, which must be fresh and random, where it has none.
///
/// # Errors
/// When the store does not answer.
pub async fn number_store(store: &dyn Store, number: u128) -> Result<(), StorageError> {
    let (place, mut batch) = (store_number_place(), Batch::new());
    if store.get(place.clone()).await?.is_some() {
        return Ok(());
    }
    batch.require_absent(&place).put(&place, &StoreNumber { number });
    match store.commit(batch).await {
        // Another server of the cluster was faster.
        Err(StorageError::Conflict { .. }) => Ok(()),
        other => other.map(drop),
    }
}

/// How a store keeps its key, and the version of the record; nothing before the first start.
///
/// # Errors
/// When the store does not answer, or the record cannot be read.
pub async fn read_keeping(store: &dyn Store) -> Result<Option<(Keeping, Epoch)>, StorageError> {
    let row = store.get(keeping_place()).await?;
    row.map(|row| Ok((row.read()?, row.version))).transpose()
}

/// Writes the first one, in a store that has none.
///
/// # Errors
/// [`StorageError::Conflict`] when there is one, or the store does not answer.
pub async fn first_keeping(store: &dyn Store, first: &Keeping) -> Result<(), StorageError> {
    let (place, mut batch) = (keeping_place(), Batch::new());
    batch.require_absent(&place).put(&place, first);
    store.commit(batch).await.map(|_| ())
}

/// Puts another one in the place of the one of that version.
///
/// # Errors
/// [`StorageError::Conflict`] when it was changed meanwhile, or the store does not answer.
pub async fn replace_keeping(store: &dyn Store, version: Epoch, next: &Keeping) -> Result<(), StorageError> {
    let (place, mut batch) = (keeping_place(), Batch::new());
    batch.require_version(&place, version).put(&place, next);
    store.commit(batch).await.map(|_| ())
}
