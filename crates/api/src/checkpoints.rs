//! How far has the trail come, so that anybody can check it? Checkpoints, each signed by a KMS key, one after another.
//!
//! A checkpoint is durable in the store before it leaves for anywhere else: one that was given away and is not in the store
//! would look like a trail that was written anew. Of several processes that make one at the same time, one wins, by the
//! number.

use crate::api::Api;
use crate::kms::{CLOUDTRAIL, ServiceUse};
use crate::trailed::TRAIL;
use sotto_arn::Arn;
use sotto_kms::keys::{KeyArn, SigningAlgorithm};
use sotto_public::{LogSafe, Place, Public};
use sotto_storage::{Batch, PAGE_ROWS_MAX, Scan, StorageError, Store};
use sotto_trail::{Algorithm, Checkpoint, CheckpointBreak, Draft, Reached};
use std::sync::Arc;
use tokio::sync::Mutex;

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

/// Why no checkpoint was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error, LogSafe)]
pub enum NotaryError {
    /// The store does not answer.
    #[error("the store does not answer")]
    Store,
    /// The key does not sign.
    #[error(
        "the key does not sign: it must be an enabled key for signing whose policy lets cloudtrail.amazonaws.com use kms:Sign"
    )]
    Key,
    /// What is in the store is no series of checkpoints.
    #[error("the checkpoints of the store do not follow each other: {0}")]
    Broken(CheckpointBreak),
}

impl From<StorageError> for NotaryError {
    fn from(_: StorageError) -> Self {
        Self::Store
    }
}

/// Makes checkpoints with one key.
pub struct Notary {
    api: Arc<Api>,
    key: KeyArn,
    known: Mutex<Known>,
}

/// What was made so far, by whomever.
#[derive(Default)]
struct Known {
    reached: Reached,
    last: Option<Checkpoint>,
}

impl Notary {
    /// For a key that signs.
    pub fn new(api: Arc<Api>, key: KeyArn) -> Self {
        Self { api, key, known: Mutex::default() }
    }

    /// Makes the next checkpoint; none where the trail did not move, or another process was faster.
    ///
    /// # Errors
    /// When the store does not answer, or the key does not sign.
    pub async fn make(&self) -> Result<Option<Checkpoint>, NotaryError> {
        let mut known = self.known.lock().await;
        known.catch_up(&*self.api.store).await?;
        let heads = self.api.store.heads(TRAIL).await?;
        let key = Arn::parse(self.key.public().get()).map_err(|_| NotaryError::Key)?;
        let draft = Draft::new(self.api.now(), key, known.last.as_ref(), &known.reached, &heads);
        if draft.is_empty() {
            return Ok(None);
        }
        let made = self.sign(draft).await?;
        let (place, mut batch) = (checkpoints_place().with(&made.number()), Batch::new());
        batch.require_absent(&place).put(&place, &made);
        match self.api.store.commit(batch).await {
            Ok(_) => {}
            Err(StorageError::Conflict { .. }) => return Ok(None),
            Err(_) => return Err(NotaryError::Store),
        }
        known.take(made.clone())?;
        Ok(Some(made))
    }

    async fn sign(&self, draft: Draft) -> Result<Checkpoint, NotaryError> {
        let named =
            |own: &Algorithm| SigningAlgorithm::parse(own.name()).map(|name| (name, draft.digest(*own)));
        let digests = Algorithm::ALL.iter().filter_map(named).collect();
        let (account, region) = (self.key.account(), self.key.region());
        let source = format!("arn:{}:cloudtrail:{region}:{account}:trail/sotto", region.partition());
        let source = Public::named(&Arn::parse(&source).map_err(|_| NotaryError::Key)?);
        let (key, context) = (&self.key, &[]);
        let asked = ServiceUse { service: CLOUDTRAIL, region, account, source: &source, key, context };
        let (by, signature) = self.api.service_sign(&asked, digests).await.map_err(|_| NotaryError::Key)?;
        let algorithm = Algorithm::ALL.into_iter().find(|own| own.name() == by.as_str());
        Ok(draft.signed(algorithm.ok_or(NotaryError::Key)?, signature.as_bytes()))
    }
}

impl Known {
    /// Reads what other processes, or an earlier run, made.
    async fn catch_up(&mut self, store: &dyn Store) -> Result<(), NotaryError> {
        loop {
            let page = read_checkpoints(store, self.reached.number()).await?;
            let more = page.len() >= PAGE_ROWS_MAX;
            page.into_iter().try_for_each(|checkpoint| self.take(checkpoint))?;
            if !more {
                return Ok(());
            }
        }
    }

    fn take(&mut self, checkpoint: Checkpoint) -> Result<(), NotaryError> {
        self.reached.push(&checkpoint).map_err(NotaryError::Broken)?;
        self.last = Some(checkpoint);
        Ok(())
    }
}
