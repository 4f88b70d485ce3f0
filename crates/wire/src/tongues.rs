//! Which other tongues bring logs? OTLP over HTTP, syslog, lines of JSON; and in which are they sent on?
//!
//! ```text
//! body ── unpacked ──> otlp::read, lines::read ──> Records: when, and the whole event as one captured text
//! bytes ── syslog::Frames ──> frames ── syslog::read ──> Record
//! Rendered ──> envelope::data, syslog::written ──> bytes for other systems
//! ```
//!
//! What comes is captured at once: a record's time is all that leaves as something else. An event of OTLP is written down as one
//! JSON object with its resource and scope, so that one masking pass sees attributes, bodies and span names alike. Nothing here
//! knows where records go.

pub mod envelope;
pub mod lines;
pub mod otlp;
mod protobuf;
pub mod syslog;

use crate::codec::{DOCUMENT_NODES_MAX, Unread};
use crate::head::{Head, Method};
use crate::input::Document;
use flate2::read::GzDecoder;
use sotto_sensitive::{RawBytes, RawText};
use std::time::SystemTime;

/// Bytes of a request at most, after it is unpacked.
pub const UNPACKED_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Events of a request at most.
pub const RECORDS_MAX: usize = 50_000;
/// Bytes of a request's events at most: each carries what they share, its resource and scope.
pub const RECORDS_BYTES_MAX: usize = 4 * UNPACKED_BYTES_MAX;
/// Bytes that are unpacked at a time.
const STEP_BYTES: usize = 64 * 1024;

/// Where requests of other tongues come in, by their paths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// `/v1/logs` and `/v1/traces` (OTLP specification, "OTLP/HTTP Request").
    Otlp(otlp::Signal),
    /// `/intake/lines`
    Lines,
}

impl Door {
    /// The door that a request is at. A request that AWS's signature covers is at none.
    pub fn of(head: &Head) -> Option<Self> {
        let signed = head.header_text("authorization").is_some_and(|text| text.starts_with("AWS4-"));
        match (head.method(), head.path()) {
            (Method::Post, b"/v1/logs") if !signed => Some(Self::Otlp(otlp::Signal::Logs)),
            (Method::Post, b"/v1/traces") if !signed => Some(Self::Otlp(otlp::Signal::Traces)),
            (Method::Post, b"/intake/lines") if !signed => Some(Self::Lines),
            _ => None,
        }
    }
}

/// An event as it came.
#[derive(Debug)]
pub struct Record {
    /// When it happened, where it says so.
    pub at: Option<SystemTime>,
    /// What it says.
    pub message: RawText,
}

/// Why a request cannot be read. Places and kinds, never text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error, sotto_public::LogSafe)]
pub enum Unreadable {
    /// The format's grammar is broken at a byte.
    #[error("the body is malformed at byte {0}")]
    Malformed(usize),
    /// Another kind of value than the format has there.
    #[error("the body holds another kind of value than its format has")]
    Kind,
    /// Nested too deeply.
    #[error("the body is nested too deeply")]
    Deep,
    /// An encoding that is not unpacked.
    #[error("the content encoding is neither gzip nor identity, or what it packs is broken")]
    Encoding,
    /// Too large.
    #[error(
        "the body unpacks to more than {UNPACKED_BYTES_MAX} bytes or holds more than {RECORDS_MAX} events, {RECORDS_BYTES_MAX} \
         bytes of them or {DOCUMENT_NODES_MAX} values"
    )]
    TooLarge,
}

impl From<Unread> for Unreadable {
    fn from(unread: Unread) -> Self {
        match unread {
            Unread::Grammar { at } => Self::Malformed(at),
            Unread::Deep => Self::Deep,
            Unread::Many => Self::TooLarge,
            Unread::Kind { .. } | Unread::Body => Self::Kind,
        }
    }
}

/// The body as it was before it was packed (RFC 9110, section 8.4).
///
/// # Errors
/// [`Unreadable::Encoding`] and [`Unreadable::TooLarge`].
pub fn unpacked(head: &Head, body: RawBytes) -> Result<RawBytes, Unreadable> {
    let encoding = head.header_text("content-encoding").unwrap_or("identity");
    if encoding.is_empty() || encoding.eq_ignore_ascii_case("identity") {
        return if body.length() <= UNPACKED_BYTES_MAX { Ok(body) } else { Err(Unreadable::TooLarge) };
    }
    if !encoding.eq_ignore_ascii_case("gzip") {
        return Err(Unreadable::Encoding);
    }
    let (mut reader, mut out) = (GzDecoder::new(seen_bytes(&body)), RawBytes::default());
    while out.length() <= UNPACKED_BYTES_MAX {
        match out.fill_from(&mut reader, STEP_BYTES) {
            Ok(0) => return Ok(out),
            Ok(_) => {}
            Err(_) => return Err(Unreadable::Encoding),
        }
    }
    Err(Unreadable::TooLarge)
}

/// The captured text of a record, whole.
fn record(at: Option<SystemTime>, message: Vec<u8>) -> Result<Record, Unreadable> {
    let message = RawText::from_bytes(RawBytes::new(message)).map_err(|_| Unreadable::Kind)?;
    Ok(Record { at, message })
}

/// A member of a map.
fn member<'a>(document: &'a Document, name: &str) -> Option<&'a Document> {
    let Document::Map(entries) = document else { return None };
    entries.iter().find(|(key, _)| seen(key) == name).map(|(_, value)| value)
}

/// The items of a list that may be absent.
fn items<'a>(document: &'a Document, name: &str) -> &'a [Document] {
    match member(document, name) {
        Some(Document::List(items)) => items,
        _ => &[],
    }
}

/// Words and numbers of a leaf.
fn leaf(document: &Document) -> Option<&str> {
    match document {
        Document::Text(text) | Document::Number(text) => Some(seen(text)),
        _ => None,
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "members are found by name and written into the record; both stay captured"
)]
fn seen(text: &RawText) -> &str {
    text.expose()
}

#[expect(clippy::disallowed_methods, reason = "a body is taken apart into records, which are captured")]
fn seen_bytes(bytes: &RawBytes) -> &[u8] {
    bytes.expose()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn head(encoding: &str) -> Head {
        let mut head = Head::new(Method::Post, b"/v1/logs").unwrap();
        head.push(b"content-encoding", encoding.as_bytes()).unwrap();
        head
    }

    fn packed(bytes: &[u8]) -> RawBytes {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        RawBytes::new(encoder.finish().unwrap())
    }

    #[test]
    fn bodies_are_unpacked_up_to_a_bound() {
        let length =
            |encoding: &str, body: RawBytes| unpacked(&head(encoding), body).map(|body| body.length());
        assert_eq!(length("gzip", packed(b"canary")), Ok(6));
        assert_eq!(length("GZIP", packed(b"")), Ok(0));
        assert_eq!(length("identity", RawBytes::new(b"canary".to_vec())), Ok(6));
        assert_eq!(length("br", RawBytes::new(b"canary".to_vec())), Err(Unreadable::Encoding));
        assert_eq!(length("gzip", RawBytes::new(b"canary".to_vec())), Err(Unreadable::Encoding));
        assert_eq!(length("gzip", packed(&vec![0; UNPACKED_BYTES_MAX])), Ok(UNPACKED_BYTES_MAX));
        assert_eq!(length("gzip", packed(&vec![0; UNPACKED_BYTES_MAX + 1])), Err(Unreadable::TooLarge));
        let plain = |bytes| length("", RawBytes::new(vec![0; bytes]));
        assert_eq!(plain(UNPACKED_BYTES_MAX), Ok(UNPACKED_BYTES_MAX));
        assert_eq!(plain(UNPACKED_BYTES_MAX + 1), Err(Unreadable::TooLarge));
    }
}
