//! When may one data key encrypt several messages? Within bounds of age, messages and bytes ([`Caching`]).
//!
//! Specification, "Caching CMM". Suites without derivation would use the same key with the same IVs twice, so they are never
//! kept; nor is what a message of unknown length needs. Every source has a cache of its own: sharing one would need names
//! to keep apart what must stay apart, and saves nothing that sharing the source does not.

use crate::materials::{MaterialsSource, OpenMaterials, ToOpen, ToWrite, WriteMaterials};
use crate::suite::{Derivation, Suite};
use crate::{EncryptionContext, MessageError};
use sotto_kms::Entropy;
use sotto_kms::crypto::Hash;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Messages under one data key at most (specification, "Limit Messages").
pub const CACHED_MESSAGES_MAX: u64 = 1 << 32;

/// Bounds of a cache.
#[derive(Clone, Copy, Debug)]
pub struct CacheBounds {
    /// How long a data key is used.
    pub age_max: Duration,
    /// How many messages it encrypts, up to [`CACHED_MESSAGES_MAX`].
    pub messages_max: u64,
    /// How many bytes it encrypts.
    pub bytes_max: u64,
    /// How many data keys are kept; the oldest one goes.
    pub entries_max: usize,
}

/// Keeps what another source gave.
pub struct Caching<S> {
    source: S,
    bounds: CacheBounds,
    written: Mutex<Shelf<Written>>,
    opened: Mutex<Shelf<OpenMaterials>>,
}

type Shelf<T> = HashMap<Vec<u8>, Entry<T>>;

struct Entry<T> {
    since: Instant,
    kept: T,
}

struct Written {
    materials: WriteMaterials,
    messages: u64,
    bytes: u64,
}

impl<S: MaterialsSource> Caching<S> {
    /// A cache before a source.
    ///
    /// # Errors
    /// When a bound is zero or too large.
    pub fn new(source: S, bounds: CacheBounds) -> Result<Self, MessageError> {
        let (messages, zero) = (bounds.messages_max, Duration::ZERO);
        if bounds.age_max == zero || messages == 0 || bounds.bytes_max == 0 || bounds.entries_max == 0 {
            return Err(MessageError::Setting { what: "every bound of a cache is more than zero" });
        }
        if messages > CACHED_MESSAGES_MAX {
            return Err(MessageError::Setting { what: "a data key encrypts at most 4294967296 messages" });
        }
        Ok(Self { source, bounds, written: Mutex::default(), opened: Mutex::default() })
    }

    /// What is kept for writing, counted up; `None` when it is used up or too old.
    fn take_written(&self, name: &[u8], bytes: u64, now: Instant) -> Option<WriteMaterials> {
        let mut shelf = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = shelf.get_mut(name).filter(|entry| self.is_fresh(entry.since, now))?;
        let kept = &mut entry.kept;
        let (messages, total) = (kept.messages.checked_add(1)?, kept.bytes.checked_add(bytes)?);
        if messages > self.bounds.messages_max || total > self.bounds.bytes_max {
            shelf.remove(name);
            return None;
        }
        (kept.messages, kept.bytes) = (messages, total);
        Some(kept.materials.clone())
    }

    fn is_fresh(&self, since: Instant, now: Instant) -> bool {
        now.saturating_duration_since(since) < self.bounds.age_max
    }

    /// Puts an entry on a shelf; what is too old goes, then the oldest while there is no room.
    fn put<T>(&self, shelf: &Mutex<Shelf<T>>, name: Vec<u8>, entry: Entry<T>) {
        let mut shelf = shelf.lock().unwrap_or_else(PoisonError::into_inner);
        let now = entry.since;
        shelf.retain(|_, entry| self.is_fresh(entry.since, now));
        while shelf.len() >= self.bounds.entries_max {
            let oldest = shelf.iter().min_by_key(|(_, entry)| entry.since).map(|(name, _)| name.clone());
            oldest.and_then(|name| shelf.remove(&name));
        }
        shelf.insert(name, entry);
    }
}

impl<S: MaterialsSource> MaterialsSource for Caching<S> {
    fn to_write(
        &self,
        asked: &ToWrite<'_>,
        entropy: &mut dyn Entropy,
    ) -> Result<WriteMaterials, MessageError> {
        let bytes = asked.plain_bytes.filter(|bytes| *bytes <= self.bounds.bytes_max);
        let (Some(bytes), true) = (bytes, is_kept(asked.suite)) else {
            return self.source.to_write(asked, entropy);
        };
        let name = name_to_write(asked.suite, asked.context);
        if let Some(materials) = self.take_written(&name, bytes, asked.now) {
            return Ok(materials);
        }
        let materials = self.source.to_write(asked, entropy)?;
        let kept = Written { materials: materials.clone(), messages: 1, bytes };
        self.put(&self.written, name, Entry { since: asked.now, kept });
        Ok(materials)
    }

    fn to_open(&self, asked: &ToOpen<'_>) -> Result<OpenMaterials, MessageError> {
        if !is_kept(asked.suite) {
            return self.source.to_open(asked);
        }
        let name = name_to_open(asked)?;
        let found = {
            let shelf = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
            let entry = shelf.get(&name).filter(|entry| self.is_fresh(entry.since, asked.now));
            entry.map(|entry| entry.kept.clone())
        };
        if let Some(materials) = found {
            return Ok(materials);
        }
        let materials = self.source.to_open(asked)?;
        self.put(&self.opened, name, Entry { since: asked.now, kept: materials.clone() });
        Ok(materials)
    }
}

/// Whether the data key of a suite may be used twice.
const fn is_kept(suite: Suite) -> bool {
    !matches!(suite.derivation(), Derivation::Identity)
}

fn name_to_write(suite: Suite, context: &EncryptionContext) -> Vec<u8> {
    let parts = [suite.id().to_be_bytes().as_slice(), &context.serialised()].concat();
    Hash::Sha384.of(&parts).as_bytes().to_vec()
}

fn name_to_open(asked: &ToOpen<'_>) -> Result<Vec<u8>, MessageError> {
    let mut keys: Vec<_> = asked.data_keys.iter().collect();
    keys.sort_unstable();
    let mut parts = asked.suite.id().to_be_bytes().to_vec();
    for context in [asked.context, asked.expected] {
        let bytes = context.serialised();
        parts.extend_from_slice(&(bytes.len() as u64).to_be_bytes());
        parts.extend_from_slice(&bytes);
    }
    keys.into_iter().try_for_each(|key| key.write(&mut parts))?;
    Ok(Hash::Sha384.of(&parts).as_bytes().to_vec())
}

impl<S> std::fmt::Debug for Caching<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Caching({:?})", self.bounds)
    }
}
