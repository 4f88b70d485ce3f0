//! How is the key of a store found again? By one record beside the data, its [`Keeping`]: the store key under the root key.
//!
//! It is written with the first start, and later only on the version that was read, so that of two changes of the root key at
//! one time one is refused.

use sotto_kms::Keeping;
use sotto_public::Place;
use sotto_storage::{Batch, Epoch, StorageError, Store};

/// Where that record stands.
pub fn keeping_place() -> Place {
    Place::new("root-key")
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
