//! How far has the trail come, so that anybody can check it? Checkpoints, each signed by a KMS key, one after another.
//!
//! A checkpoint is durable in the store before it leaves for anywhere else: one that was given away and is not in the store
//! would look like a trail that was written anew. Of several processes that make one at the same time, one wins, by the
//! number.

use sotto_public::Place;
use sotto_storage::{Scan, StorageError, Store};
use sotto_trail::Checkpoint;

fn checkpoints_place() -> Place {
    Place::new("trail-checkpoint")
}

/// Checkpoints after a number, in order, at most a page of them.
///
/// # Errors
/// When the store does not answer, or a checkpoint cannot be read.
pub async fn read_checkpoints(store: &dyn Store, after: u64) -> Result<Vec<Checkpoint>, StorageError> {
    let all = checkpoints_place();
    let scan = Scan::below(&all).after(&all.clone().with(&after));
    store.range(scan).await?.iter().map(|row| Ok(row.read()?)).collect()
}

/// The newest checkpoint.
///
/// # Errors
/// When the store does not answer, or the checkpoint cannot be read.
pub async fn last_checkpoint(store: &dyn Store) -> Result<Option<Checkpoint>, StorageError> {
    let rows = store.range(Scan::below(&checkpoints_place()).backwards().limit(1)).await?;
    rows.first().map(|row| Ok(row.read()?)).transpose()
}
