//! What is kept of an event? [`Protected`]: its masked side, which goes everywhere, and its sealed originals, which do not.
//!
//! ```text
//! protect() ──> Protected ──┬─ StoredEvent: id, times, StoredText, marks      ──> columns, indexes, queries
//!                           └─ Originals: ciphertexts of what was masked      ──> an object of their own
//! ```
//!
//! A [`Mark`] says what stands behind a run of asterisks: identifier, rule, where the value stood and where its mask
//! stands, in bytes and in characters since styles change lengths. It never says the value. The original of each mark is
//! sealed by itself, bound to its event, the place of its event, its span and its identifier: it cannot be moved, and the
//! mask over it may change. One ciphertext per event was rejected: who may see one identifier would have to be given all.

use crate::sealed_span::{Original, SpanKeyId};
use crate::stored_text::StoredText;
use sotto_public::{ByteSpan, CharSpan, EventId, IdentifierId, Malformed, Storable, StoredRecord};
use std::collections::BTreeSet;

/// What stands behind a masked stretch.
#[derive(Clone, Debug, PartialEq, Eq, Storable)]
pub struct Mark {
    /// What was found: the identifier that won.
    pub identifier: IdentifierId,
    /// The rule of that identifier.
    pub rule: IdentifierId,
    /// Identifiers that claimed (part of) the same stretch, each once, sorted.
    pub others: Vec<IdentifierId>,
    /// Where the value stood, in bytes of what came.
    pub raw: ByteSpan,
    /// The same in characters.
    pub raw_chars: CharSpan,
    /// Where its mask stands, in bytes of the stored text.
    pub masked: ByteSpan,
    /// The same in characters.
    pub masked_chars: CharSpan,
    /// Whether it goes on with the finding of the mark before: JSON's signs inside of a finding stay.
    pub continued: bool,
    /// Whether an original is sealed. Card security codes, track data and PINs leave none (PCI DSS 4.0.1, 3.3.1).
    pub sealed: bool,
}

impl Mark {
    /// All identifiers that claim it.
    pub fn identifiers(&self) -> impl Iterator<Item = &IdentifierId> {
        std::iter::once(&self.identifier).chain(&self.others)
    }
}

/// The masked side of an event: what is stored in columns, indexed and searched.
#[derive(Clone, Debug, PartialEq, Eq, Storable)]
pub struct StoredEvent {
    id: EventId,
    timestamp_ms: i64,
    ingestion_ms: i64,
    text: StoredText,
    marks: Vec<Mark>,
}

impl StoredEvent {
    pub(crate) fn new(at: EventTimes, text: StoredText, marks: Vec<Mark>) -> Self {
        Self { id: at.id, timestamp_ms: at.timestamp_ms, ingestion_ms: at.ingestion_ms, text, marks }
    }

    /// An event that columns gave back. Marks must be in order and apart.
    ///
    /// # Errors
    /// When the marks do not fit the text.
    pub fn read(at: EventTimes, text: StoredText, marks: Vec<Mark>) -> Result<Self, Malformed> {
        match are_in_order(&marks, text.as_str()) {
            true => Ok(Self::new(at, text, marks)),
            false => Err(Malformed::Number),
        }
    }

    /// Its id.
    pub fn id(&self) -> EventId {
        self.id
    }

    /// When it happened, in milliseconds since 1970, as its sender says.
    pub fn timestamp_ms(&self) -> i64 {
        self.timestamp_ms
    }

    /// When it came, in milliseconds since 1970.
    pub fn ingestion_ms(&self) -> i64 {
        self.ingestion_ms
    }

    /// Its id and times.
    pub fn times(&self) -> EventTimes {
        EventTimes { id: self.id, timestamp_ms: self.timestamp_ms, ingestion_ms: self.ingestion_ms }
    }

    /// Its text.
    pub fn text(&self) -> &StoredText {
        &self.text
    }

    /// What is masked in it, in order.
    pub fn marks(&self) -> &[Mark] {
        &self.marks
    }

    #[cfg(feature = "seal")]
    pub(crate) fn marks_mut(&mut self) -> &mut [Mark] {
        &mut self.marks
    }

    /// The identifiers of what is masked in it.
    pub fn identifiers(&self) -> BTreeSet<&IdentifierId> {
        self.marks.iter().flat_map(Mark::identifiers).collect()
    }
}

/// The id and the times of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sotto_public::LogSafe)]
pub struct EventTimes {
    /// Its id.
    pub id: EventId,
    /// When it happened, in milliseconds since 1970, as its sender says.
    pub timestamp_ms: i64,
    /// When it came, in milliseconds since 1970.
    pub ingestion_ms: i64,
}

/// The sealed originals of an event, one for each mark that has one, in the order of the marks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Storable)]
pub struct Originals(pub(crate) Vec<Original>);

impl Originals {
    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing is sealed.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The keys that are needed to open them all.
    pub fn keys(&self) -> BTreeSet<SpanKeyId> {
        self.0.iter().map(Original::key).collect()
    }
}

impl StoredRecord for Originals {
    const KIND: &'static str = "originals";
}

/// An event as it is stored: masked, with sealed originals. Made by [`crate::protect`] and by reading what it made.
#[derive(Clone, Debug, PartialEq, Eq, Storable)]
pub struct Protected {
    pub(crate) event: StoredEvent,
    pub(crate) originals: Originals,
}

impl Protected {
    /// Joins what was stored apart.
    ///
    /// # Errors
    /// When there are more or fewer originals than marks that have one.
    pub fn join(event: StoredEvent, originals: Originals) -> Result<Self, Malformed> {
        match event.marks.iter().filter(|mark| mark.sealed).count() == originals.count() {
            true => Ok(Self { event, originals }),
            false => Err(Malformed::Number),
        }
    }

    /// The masked side.
    pub fn event(&self) -> &StoredEvent {
        &self.event
    }

    /// The text that is stored.
    pub fn stored(&self) -> &StoredText {
        &self.event.text
    }

    /// The sealed side.
    pub fn originals(&self) -> &Originals {
        &self.originals
    }

    /// Both sides, to be stored apart.
    pub fn into_parts(self) -> (StoredEvent, Originals) {
        (self.event, self.originals)
    }
}

impl StoredRecord for Protected {
    const KIND: &'static str = "protected-event";
}

/// Whether marks lie in the text, in order and apart, in what came as well as in what is stored.
fn are_in_order(marks: &[Mark], text: &str) -> bool {
    let (mut raw, mut masked) = (0, 0);
    marks.iter().all(|mark| {
        let fits = raw <= mark.raw.start() && masked <= mark.masked.start();
        (raw, masked) = (mark.raw.end(), mark.masked.end());
        fits && text.get(mark.masked.range()).is_some()
    })
}
