//! How does the result of a query rest? Sealed, in an object that every server reads.
//!
//! Rows hold stored text, and what the caller typed: names of columns, literals. So a result is sealed by a key of its own, which
//! stands wrapped in the query's record and goes with it, and once more by the column key of each group that rests under a
//! customer's key: without that key nothing of the group is read, and its results are something of it.

use super::record::{Layer, Resting, Standing, all_results};
use crate::api::{Draw, Randomness};
use crate::call::internal;
use crate::logs::engine::Came;
use crate::logs::keys::Keys;
use sotto_kms::{BLOB_ENTROPY_BYTES, DataKey, StoreKey, open_blob, seal_blob};
use sotto_logs::Millis;
use sotto_public::{Blob, Place};
use sotto_query::engine::{Row, Statistics};
use sotto_sensitive::RawBytes;
use sotto_storage::Blobs;
use sotto_wire::Fault;
use std::collections::HashSet;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// What came of a query, to be shown. Cheap to copy.
#[derive(Clone, Default)]
pub(super) struct Content {
    pub(super) columns: Arc<Vec<String>>,
    /// Columns that show originals, to whoever may see them.
    pub(super) unmasked: Arc<Vec<String>>,
    pub(super) rows: Vec<Arc<Vec<Row>>>,
    pub(super) statistics: Statistics,
}

impl Content {
    pub(super) fn of(came: &Came, unmasked: &Arc<Vec<String>>) -> Self {
        Self {
            columns: Arc::clone(&came.columns),
            unmasked: Arc::clone(unmasked),
            rows: came.rows.clone(),
            statistics: came.statistics,
        }
    }

    pub(super) fn rows(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().flat_map(|rows| rows.iter())
    }
}

/// A result as it is sealed, in JSON: columns, those that show originals, rows, statistics.
type Read = (Vec<String>, Vec<String>, Vec<Row>, Statistics);

/// What sealing and opening needs.
#[derive(Clone)]
pub(super) struct Safe {
    pub(super) blobs: Arc<dyn Blobs>,
    pub(super) store_key: Arc<StoreKey>,
    pub(super) keys: Arc<Keys>,
    pub(super) randomness: Arc<dyn Randomness>,
    /// A result is in memory twice while it is sealed or opened: a few at a time.
    pub(super) turn: Arc<Semaphore>,
}

fn place(number: u128) -> Place {
    Place::new("log-query-result").with(&number)
}

impl Safe {
    /// Seals a result and stores it.
    pub(super) async fn keep(
        &self,
        content: Content,
        layers: Vec<Layer>,
        now: Millis,
    ) -> Result<Resting, Fault> {
        let _turn = self.turn.acquire().await.map_err(|_| internal())?;
        // An object that no record names is told by the age of its number.
        let random = u64::from_be_bytes(self.draw().bytes());
        let number = u128::from(u64::try_from(now.0).unwrap_or_default()) << 64 | u128::from(random);
        let this = self.clone();
        let work = move || this.sealed(&content, number, layers);
        let (resting, blob) = tokio::task::spawn_blocking(work).await.map_err(|_| internal())??;
        self.blobs.put(resting.object(), blob).await.map_err(|error| crate::call::unavailable(&error))?;
        Ok(resting)
    }

    /// Opens a result; the keys of its groups must be at hand. `None` when it or one of its keys is gone.
    pub(super) async fn open(&self, resting: &Resting) -> Result<Option<Content>, Fault> {
        let _turn = self.turn.acquire().await.map_err(|_| internal())?;
        let found = self.blobs.get(resting.object()).await;
        let Some(blob) = found.map_err(|error| crate::call::unavailable(&error))? else { return Ok(None) };
        let (this, resting) = (self.clone(), resting.clone());
        let work = move || this.opened(&resting, &blob);
        tokio::task::spawn_blocking(work).await.map_err(|_| internal())?
    }

    fn draw(&self) -> Draw<'_> {
        Draw::from(&*self.randomness)
    }

    #[expect(clippy::disallowed_methods, reason = "ciphertext says nothing without the key")]
    fn sealed(&self, content: &Content, number: u128, layers: Vec<Layer>) -> Result<(Resting, Blob), Fault> {
        let rows: Vec<&Row> = content.rows().collect();
        let written = (&*content.columns, &*content.unmasked, rows, content.statistics);
        let json = RawBytes::new(serde_json::to_vec(&written).map_err(|_| internal())?);
        let key = DataKey::generate(&mut self.draw()).map_err(|_| internal())?;
        let entropy = || self.draw().bytes::<BLOB_ENTROPY_BYTES>();
        let place = place(number);
        let mut sealed = seal_blob(&key, &place, &json, entropy()).map_err(|_| internal())?;
        for layer in &layers {
            let key = self.keys.find(layer.group, layer.number).ok_or_else(internal)?;
            let inner = RawBytes::new(sealed);
            sealed = seal_blob(&key, &place, &inner, entropy()).map_err(|_| internal())?;
        }
        let key = key.wrap(&self.store_key, &place).map_err(|_| internal())?;
        let resting = Resting { number, bytes: sealed.len() as u64, key, layers };
        Ok((resting, Blob::from_pinned_bytes(sealed)))
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "what was sealed were rows of stored text, and they are again"
    )]
    fn opened(&self, resting: &Resting, blob: &Blob) -> Result<Option<Content>, Fault> {
        let place = place(resting.number);
        let mut held: Option<RawBytes> = None;
        for layer in resting.layers.iter().rev() {
            let Some(key) = self.keys.find(layer.group, layer.number) else { return Ok(None) };
            let sealed = held.as_ref().map_or(blob.as_bytes(), RawBytes::expose);
            held = Some(open_blob(&key, &place, sealed).map_err(|_| internal())?);
        }
        let key = DataKey::unwrap(&self.store_key, &place, &resting.key).map_err(|_| internal())?;
        let sealed = held.as_ref().map_or(blob.as_bytes(), RawBytes::expose);
        let json = open_blob(&key, &place, sealed).map_err(|_| internal())?;
        let (columns, unmasked, rows, statistics): Read =
            serde_json::from_slice(json.expose()).map_err(|_| internal())?;
        let (columns, unmasked) = (Arc::new(columns), Arc::new(unmasked));
        Ok(Some(Content { columns, unmasked, rows: vec![Arc::new(rows)], statistics }))
    }

    /// Deletes objects that no record names and that are old enough to be nobody's work in progress.
    pub(super) async fn sweep(&self, named: &HashSet<u128>, before: Millis) -> Result<(), Fault> {
        let unavailable = |error| crate::call::unavailable(&error);
        for entry in self.blobs.list(all_results()).await.map_err(unavailable)? {
            let digits = entry.name.as_str().rsplit('/').next().unwrap_or_default();
            let Ok(number) = u128::from_str_radix(digits, 16) else { continue };
            let made = Millis(i64::try_from(number >> 64).unwrap_or(i64::MAX));
            if made < before && !named.contains(&number) {
                self.blobs.delete(entry.name).await.map_err(unavailable)?;
            }
        }
        Ok(())
    }
}

/// A result that is shown while it still comes, and afterwards.
pub(super) struct Now {
    pub(super) standing: Standing,
    pub(super) content: Content,
}
