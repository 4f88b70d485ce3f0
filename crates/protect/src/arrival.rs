//! What happens to an event when it arrives? It is looked at, masked and sealed before its first byte is written.
//!
//! ```text
//! RawText ── Protection: scan, mask, seal ──> Protected (what is stored) + Findings (what is reported)
//! ```
//!
//! [`protect`] consumes the captured text. Where no policy covers the group, text is kept as it came and says so. The
//! masks are those of [`crate::Masker`], with one more rule: a bare number of a JSON document becomes a string of
//! asterisks, so that the event stays JSON and its fields are still found.

use crate::arrival_error::ProtectError;
use crate::findings::Findings;
use crate::protected::{EventTimes, Mark, Originals, Protected, StoredEvent};
use crate::protection::Protection;
use crate::redact::{findings, redact};
use crate::sealed_span::Original;
use crate::span_key::{SpanKey, place_of, place_of_mark};
use crate::stored_text::{StoredText, TextKind};
use sotto_kms::Entropy;
use sotto_public::{ByteSpan, Place};
use sotto_sensitive::{RawBytes, RawText};

/// Where an event belongs, and its id and times.
#[derive(Clone, Copy, Debug)]
pub struct Arrival<'a> {
    /// The place of its stream: account, region, group, stream.
    pub home: &'a Place,
    /// Its id and times.
    pub times: EventTimes,
}

/// What seals originals: a key, and fresh random bytes for each of them.
pub struct Sealing<'a> {
    /// The key of the group's originals.
    pub key: &'a SpanKey,
    /// Where random bytes come from.
    pub entropy: &'a mut dyn Entropy,
}

impl std::fmt::Debug for Sealing<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sealing").field("key", &self.key.id()).finish_non_exhaustive()
    }
}

/// Masks and seals an event.
///
/// # Errors
/// When an original cannot be sealed: then nothing of the event may be written.
#[expect(
    clippy::disallowed_methods,
    reason = "masking copies what is not sensitive, sealing what is; only these leave"
)]
pub fn protect(
    raw: RawText,
    arrival: &Arrival<'_>,
    protection: &Protection,
    sealing: &mut Sealing<'_>,
) -> Result<(Protected, Findings), ProtectError> {
    let text = raw.expose();
    let Some(look) = protection.look() else {
        return Ok((plain(TextKind::Unprotected, text, arrival.times), Findings::default()));
    };
    let places = look.find(&raw);
    if places.is_empty() {
        return Ok((plain(TextKind::Masked, text, arrival.times), Findings::default()));
    }
    let redacted = redact(text, look, &places, &[]);
    let originals = seal(text, redacted.marks.iter().map(|mark| (mark, mark.raw)), arrival, sealing)?;
    let event = StoredEvent::new(arrival.times, StoredText::masked(redacted.text), redacted.marks);
    Ok((Protected { event, originals: Originals(originals) }, findings(text, look, &places)))
}

/// An event in which nothing is masked.
#[expect(clippy::disallowed_methods, reason = "nothing was found in it, or no policy covers it")]
fn plain(kind: TextKind, text: &str, times: EventTimes) -> Protected {
    let text = StoredText::from_pinned_text(kind, text.to_owned());
    Protected { event: StoredEvent::new(times, text, Vec::new()), originals: Originals::default() }
}

/// Seals the originals of marks, each of which stands at a span of `text`.
pub(crate) fn seal<'m>(
    text: &str,
    marks: impl Iterator<Item = (&'m Mark, ByteSpan)>,
    arrival: &Arrival<'_>,
    sealing: &mut Sealing<'_>,
) -> Result<Vec<Original>, ProtectError> {
    let event = place_of(arrival.home, arrival.times.id);
    let sealed = marks.filter(|(mark, _)| mark.sealed).map(|(mark, span)| {
        let value = text.get(span.range()).ok_or(ProtectError::Damaged)?;
        let raw = RawBytes::new(value.as_bytes().to_vec());
        Ok(sealing.key.seal(&place_of_mark(&event, mark), &raw, sealing.entropy)?)
    });
    sealed.collect()
}
