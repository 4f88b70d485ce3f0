//! Where are the contents of a locale? Sealed in parts beside the registry, under a number that is never used again. So what was
//! read once stays right, in this process and in every other one, and may be kept in a bounded cache.

use crate::api::{Api, Draw};
use crate::call::{internal, unavailable};
use sotto_conversation::bot::Locale;
use sotto_conversation::nlu::{Lesson, train};
use sotto_conversation::registry::{ContentId, Draft, Scope, content_place};
use sotto_kms::{SEAL_BYTES_MAX, Sealed, StoreKey};
use sotto_public::{Storable, StoredRecord};
use sotto_sensitive::RawBytes;
use sotto_storage::Batch;
use sotto_wire::Fault;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Most bytes of contents before they are sealed: they are written in one transaction.
pub(crate) const CONTENT_BYTES_MAX: usize = 12 * 1024 * 1024;
/// Most bytes, as they were before they were read, of locales that are kept in memory.
const CACHE_BYTES_MAX: usize = 64 * 1024 * 1024;

/// What training begins with.
const SEED: u64 = 1;

/// A part of contents.
#[derive(Storable)]
struct Part {
    sealed: Sealed,
}

impl StoredRecord for Part {
    const KIND: &'static str = "bot-content";
}

/// Locales that were read lately.
#[derive(Default)]
pub(crate) struct Contents {
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    locales: BTreeMap<(Scope, ContentId), (Arc<Locale>, usize, u64)>,
    bytes: usize,
    turn: u64,
}

impl Contents {
    fn find(&self, key: &(Scope, ContentId)) -> Option<Arc<Locale>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.turn += 1;
        let turn = kept.turn;
        let (locale, _, used) = kept.locales.get_mut(key)?;
        *used = turn;
        Some(Arc::clone(locale))
    }

    /// Keeps one; those that were used longest ago make room.
    fn keep(&self, key: (Scope, ContentId), locale: &Arc<Locale>, bytes: usize) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.turn += 1;
        let turn = kept.turn;
        kept.bytes += bytes;
        if let Some((_, before, _)) = kept.locales.insert(key, (Arc::clone(locale), bytes, turn)) {
            kept.bytes -= before;
        }
        while kept.bytes > CACHE_BYTES_MAX {
            let oldest =
                kept.locales.iter().min_by_key(|(_, (_, _, used))| *used).map(|(key, _)| key.clone());
            let Some((_, bytes, _)) = oldest.and_then(|oldest| kept.locales.remove(&oldest)) else { return };
            kept.bytes -= bytes;
        }
    }
}

/// A locale of these contents.
pub(crate) async fn locale(api: &Api, scope: &Scope, content: ContentId) -> Result<Arc<Locale>, Fault> {
    let key = (scope.clone(), content);
    if let Some(found) = api.bots.find(&key) {
        return Ok(found);
    }
    let bytes = read(api, scope, content).await?;
    let locale = Arc::new(Locale::from_resting(&bytes).map_err(|_| internal())?);
    api.bots.keep(key, &locale, bytes.length());
    Ok(locale)
}

/// What understands a locale, trained anew: the same bytes for the same locale.
pub(crate) fn model_of(locale: &Locale) -> RawBytes {
    train(&Lesson::of(locale), SEED).to_bytes()
}

/// Contents as they were written.
pub(crate) async fn read(api: &Api, scope: &Scope, content: ContentId) -> Result<RawBytes, Fault> {
    let mut parts = Vec::new();
    for part in 0..content.parts {
        let place = content_place(scope, content, part);
        let row = api.store.get(place.clone()).await.map_err(|error| unavailable(&error))?;
        let stored: Part = row.ok_or_else(internal)?.read().map_err(|_| internal())?;
        parts.push(api.store_key.open(&place, &stored.sealed).map_err(|_| internal())?);
    }
    Ok(joined(&parts))
}

#[expect(clippy::disallowed_methods, reason = "parts become one captured text again")]
fn joined(parts: &[RawBytes]) -> RawBytes {
    RawBytes::new(parts.iter().flat_map(|part| part.expose().iter().copied()).collect())
}

#[expect(clippy::disallowed_methods, reason = "captured text is cut into parts that are sealed")]
fn cut(raw: &RawBytes) -> Vec<RawBytes> {
    let parts: Vec<_> =
        raw.expose().chunks(SEAL_BYTES_MAX).map(|part| RawBytes::new(part.to_vec())).collect();
    if parts.is_empty() { vec![RawBytes::default()] } else { parts }
}

/// A number for contents of this length; nothing where they are too long.
pub(crate) fn reserve(draw: Draw<'_>, raw: &RawBytes) -> Option<ContentId> {
    let parts = raw.length().div_ceil(SEAL_BYTES_MAX).max(1);
    let fits = raw.length() <= CONTENT_BYTES_MAX;
    fits.then(|| ContentId {
        number: u128::from_be_bytes(draw.bytes()),
        parts: u32::try_from(parts).unwrap_or(u32::MAX),
    })
}

/// Writes contents under their number with whatever else is committed.
pub(crate) fn write(
    (key, draw): (&StoreKey, Draw<'_>),
    also: &mut Batch,
    (scope, content): (&Scope, ContentId),
    raw: &RawBytes,
) -> Result<(), Fault> {
    for (part, raw) in (0_u32..).zip(cut(raw)) {
        let place = content_place(scope, content, part);
        let sealed = key.seal(&place, &raw, draw.bytes()).map_err(|_| internal())?;
        also.put(&place, &Part { sealed });
    }
    Ok(())
}

/// Deletes what a draft does not name any more.
pub(crate) fn settle(draft: &Draft, also: &mut Batch) {
    for (scope, content) in draft.dropped() {
        for part in 0..content.parts {
            also.delete(&content_place(scope, *content, part));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sotto_arn::{AccountId, Region};
    use sotto_conversation::bot::LocaleId;

    fn key(number: u128) -> (Scope, ContentId) {
        let account = AccountId::parse("111122223333").unwrap();
        let scope = Scope { account, region: Region::parse("eu-central-1").unwrap() };
        (scope, ContentId { number, parts: 1 })
    }

    #[test]
    fn the_cache_keeps_what_was_used_last() {
        let contents = Contents::default();
        let locale = Arc::new(Locale::new(LocaleId::parse("en_US").unwrap(), 1));
        contents.keep(key(1), &locale, CACHE_BYTES_MAX / 2);
        contents.keep(key(2), &locale, CACHE_BYTES_MAX / 2);
        assert!(contents.find(&key(1)).is_some());
        contents.keep(key(3), &locale, 1);
        assert!(
            contents.find(&key(2)).is_none()
                && contents.find(&key(1)).is_some()
                && contents.find(&key(3)).is_some()
        );
        contents.keep(key(4), &locale, CACHE_BYTES_MAX + 1);
        assert!(contents.find(&key(4)).is_none() && contents.find(&key(1)).is_none());
    }

    #[test]
    fn parts_are_bounded_and_come_together_again() {
        let of = |length: usize| RawBytes::new(vec![7; length]);
        for (length, parts) in [(0, 1), (1, 1), (SEAL_BYTES_MAX, 1), (SEAL_BYTES_MAX + 1, 2)] {
            assert_eq!(cut(&of(length)).len(), parts);
            assert_eq!(joined(&cut(&of(length))).length(), length);
        }
    }
}
