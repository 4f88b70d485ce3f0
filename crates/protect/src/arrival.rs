//! What happens to an event when it arrives? It is looked at, masked and sealed before its first byte is written.
//!
//! ```text
//! RawText, Claims ── Protection: scan, mask, seal ──> Protected (what is stored) + Findings (what is reported)
//! ```
//!
//! [`protect`] consumes the captured text. Where no policy covers the group, text is kept as it came and says so, but for what is
//! claimed. A text with claims is looked at again once it is masked: what a claim covered may have kept a detector from what
//! stands beside it. The
//! masks are those of [`crate::Masker`], with one more rule: a bare number of a JSON document becomes a string of
//! asterisks, so that the event stays JSON and its fields are still found.

use crate::arrival_error::ProtectError;
use crate::claim::{Claim, stretches};
use crate::discarded::forget;
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

/// How often a text with claims is looked at again, at most.
const LOOKS_MAX: usize = 3;

/// Masks and seals an event. Over each claim stands its name, over everything else that is found what the group's policies want; of
/// what a claim and a finding share, the claim's name stays and both labels count.
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
    claims: &[Claim],
    sealing: &mut Sealing<'_>,
) -> Result<(Protected, Findings), ProtectError> {
    let (text, look) = (raw.expose(), protection.look());
    let (kind, places) = match look {
        Some(look) => (TextKind::Masked, look.find(&raw)),
        None => (TextKind::Unprotected, Vec::new()),
    };
    let claims = stretches(text, claims);
    if places.is_empty() && claims.is_empty() {
        return Ok((plain(kind, text, arrival.times), Findings::default()));
    }
    let redacted = redact(text, look, &places, &claims, &[]);
    let originals = seal(text, redacted.marks.iter().map(|mark| (mark, mark.raw)), arrival, sealing)?;
    let event = StoredEvent::new(arrival.times, StoredText::of_kind(kind, redacted.text), redacted.marks);
    let event = Protected { event, originals: Originals(originals) };
    let found = look.map(|look| findings(text, look, &places)).unwrap_or_default();
    match claims.is_empty() {
        true => Ok((event, found)),
        false => {
            let (event, found) = settle((event, found), arrival.home, protection, sealing)?;
            Ok((forget(event, text), found))
        }
    }
}

/// Looks again at what is masked, until nothing new is found.
fn settle(
    (mut event, mut found): (Protected, Findings),
    home: &Place,
    protection: &Protection,
    sealing: &mut Sealing<'_>,
) -> Result<(Protected, Findings), ProtectError> {
    for _ in 0..LOOKS_MAX {
        let Some((again, more)) = event.protect_again(home, protection, sealing)? else { break };
        event = again;
        found.0.extend(more.0);
    }
    Ok((event, found))
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
