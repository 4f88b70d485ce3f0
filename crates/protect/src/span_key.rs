//! What seals the original of a mask? A [`SpanKey`]: the data key of a log group for a while, a day say.
//!
//! A sealed span is bound to a place: that of its event's stream (account, region, group, stream), the event, the span in
//! what came, and the identifier. Nothing of the mask is in it, so that masks may change.

use crate::protected::Mark;
use crate::sealed_span::{Original, SpanKeyId};
use sotto_kms::{DataKey, Entropy, KmsError, Sealed, drawn};
use sotto_public::{EventId, Opaque, Place};
use sotto_sensitive::RawBytes;
use std::sync::Arc;

/// A key that seals originals. Wiped when dropped; cannot be cloned or printed.
#[derive(Debug)]
pub struct SpanKey {
    id: SpanKeyId,
    key: Arc<DataKey>,
}

impl SpanKey {
    /// A key with its number.
    pub fn new(id: SpanKeyId, key: DataKey) -> Self {
        Self::shared(id, Arc::new(key))
    }

    /// The same of a key that others hold, too.
    pub fn shared(id: SpanKeyId, key: Arc<DataKey>) -> Self {
        Self { id, key }
    }

    /// Its number.
    pub fn id(&self) -> SpanKeyId {
        self.id
    }

    #[expect(clippy::disallowed_methods, reason = "ciphertext says nothing without the key")]
    pub(crate) fn seal(
        &self,
        place: &Place,
        raw: &RawBytes,
        entropy: &mut dyn Entropy,
    ) -> Result<Original, KmsError> {
        let sealed = self.key.seal(place, raw, drawn(entropy))?;
        Ok(Original::new(self.id, Opaque::from_pinned_bytes(sealed.as_bytes().to_vec())))
    }

    pub(crate) fn open(&self, place: &Place, original: &Original) -> Result<RawBytes, KmsError> {
        self.key.open(place, &Sealed::parse(original.sealed().as_bytes())?)
    }
}

/// Gives the keys that a reader has.
pub trait SpanKeys {
    /// The key of that number; `None` when it is not there, as after an erasure.
    fn span_key(&self, id: SpanKeyId) -> Option<&SpanKey>;
}

/// One key.
impl SpanKeys for SpanKey {
    fn span_key(&self, id: SpanKeyId) -> Option<&SpanKey> {
        (id == self.id).then_some(self)
    }
}

impl SpanKeys for [SpanKey] {
    fn span_key(&self, id: SpanKeyId) -> Option<&SpanKey> {
        self.iter().find(|key| key.id == id)
    }
}

/// Where the originals of an event belong: below the place of its stream.
pub(crate) fn place_of(home: &Place, event: EventId) -> Place {
    let (head, sequence) = event.numbers();
    home.clone().with(&head).with(&sequence)
}

/// Where the original of a mark belongs: below the place of its event.
pub(crate) fn place_of_mark(event: &Place, mark: &Mark) -> Place {
    let (start, end) = (mark.raw.start() as u64, mark.raw.end() as u64);
    event.clone().with(&start).with(&end).with(&mark.identifier)
}
