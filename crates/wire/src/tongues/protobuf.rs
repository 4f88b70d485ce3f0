//! What does this protobuf say? The same tree as its JSON form, read by a table of fields.
//!
//! Protocol Buffers, "Encoding": a tag holds a field's number and one of four forms; unknown fields are stepped over. The tables
//! are OpenTelemetry's `opentelemetry-proto` 1.x (`logs.proto`, `trace.proto`, `common.proto`, `resource.proto`), names as its
//! JSON mapping has them: ids in hexadecimal, other bytes in base64, 64-bit numbers in decimal. A generated reader was rejected:
//! it would make a second kind of tree, with text in strings of its own.

use super::Unreadable;
use crate::codec::{DEPTH_MAX, DOCUMENT_NODES_MAX};
use crate::input::Document;
use crate::text::{base64_encode, hex};
use sotto_sensitive::{RawBytes, RawText};

/// A message: its fields.
pub(crate) struct Message(pub(crate) &'static [Field]);

/// A field: number, name in JSON, and what it holds.
pub(crate) struct Field {
    number: u64,
    name: &'static str,
    holds: Holds,
}

/// What a field holds.
enum Holds {
    Text,
    Id,
    Bytes,
    Unsigned,
    Signed,
    Flag,
    Double,
    One(&'static Message),
    Many(&'static Message),
}

const fn field(number: u64, name: &'static str, holds: Holds) -> Field {
    Field { number, name, holds }
}

/// `ExportLogsServiceRequest`.
pub(crate) static LOGS: Message = Message(&[field(1, "resourceLogs", Holds::Many(&RESOURCE_LOGS))]);

static RESOURCE_LOGS: Message = Message(&[
    field(1, "resource", Holds::One(&RESOURCE)),
    field(2, "scopeLogs", Holds::Many(&SCOPE_LOGS)),
    field(3, "schemaUrl", Holds::Text),
]);

static SCOPE_LOGS: Message = Message(&[
    field(1, "scope", Holds::One(&SCOPE)),
    field(2, "logRecords", Holds::Many(&LOG_RECORD)),
    field(3, "schemaUrl", Holds::Text),
]);

static LOG_RECORD: Message = Message(&[
    field(1, "timeUnixNano", Holds::Unsigned),
    field(2, "severityNumber", Holds::Unsigned),
    field(3, "severityText", Holds::Text),
    field(5, "body", Holds::One(&ANY_VALUE)),
    field(6, "attributes", Holds::Many(&KEY_VALUE)),
    field(7, "droppedAttributesCount", Holds::Unsigned),
    field(8, "flags", Holds::Unsigned),
    field(9, "traceId", Holds::Id),
    field(10, "spanId", Holds::Id),
    field(11, "observedTimeUnixNano", Holds::Unsigned),
    field(12, "eventName", Holds::Text),
]);

/// `ExportTraceServiceRequest`.
pub(crate) static TRACES: Message = Message(&[field(1, "resourceSpans", Holds::Many(&RESOURCE_SPANS))]);

static RESOURCE_SPANS: Message = Message(&[
    field(1, "resource", Holds::One(&RESOURCE)),
    field(2, "scopeSpans", Holds::Many(&SCOPE_SPANS)),
    field(3, "schemaUrl", Holds::Text),
]);

static SCOPE_SPANS: Message = Message(&[
    field(1, "scope", Holds::One(&SCOPE)),
    field(2, "spans", Holds::Many(&SPAN)),
    field(3, "schemaUrl", Holds::Text),
]);

static SPAN: Message = Message(&[
    field(1, "traceId", Holds::Id),
    field(2, "spanId", Holds::Id),
    field(3, "traceState", Holds::Text),
    field(4, "parentSpanId", Holds::Id),
    field(5, "name", Holds::Text),
    field(6, "kind", Holds::Unsigned),
    field(7, "startTimeUnixNano", Holds::Unsigned),
    field(8, "endTimeUnixNano", Holds::Unsigned),
    field(9, "attributes", Holds::Many(&KEY_VALUE)),
    field(10, "droppedAttributesCount", Holds::Unsigned),
    field(11, "events", Holds::Many(&EVENT)),
    field(12, "droppedEventsCount", Holds::Unsigned),
    field(13, "links", Holds::Many(&LINK)),
    field(14, "droppedLinksCount", Holds::Unsigned),
    field(15, "status", Holds::One(&STATUS)),
    field(16, "flags", Holds::Unsigned),
]);

static EVENT: Message = Message(&[
    field(1, "timeUnixNano", Holds::Unsigned),
    field(2, "name", Holds::Text),
    field(3, "attributes", Holds::Many(&KEY_VALUE)),
    field(4, "droppedAttributesCount", Holds::Unsigned),
]);

static LINK: Message = Message(&[
    field(1, "traceId", Holds::Id),
    field(2, "spanId", Holds::Id),
    field(3, "traceState", Holds::Text),
    field(4, "attributes", Holds::Many(&KEY_VALUE)),
    field(5, "droppedAttributesCount", Holds::Unsigned),
    field(6, "flags", Holds::Unsigned),
]);

static STATUS: Message = Message(&[field(2, "message", Holds::Text), field(3, "code", Holds::Unsigned)]);

static RESOURCE: Message = Message(&[
    field(1, "attributes", Holds::Many(&KEY_VALUE)),
    field(2, "droppedAttributesCount", Holds::Unsigned),
]);

static SCOPE: Message = Message(&[
    field(1, "name", Holds::Text),
    field(2, "version", Holds::Text),
    field(3, "attributes", Holds::Many(&KEY_VALUE)),
    field(4, "droppedAttributesCount", Holds::Unsigned),
]);

static KEY_VALUE: Message =
    Message(&[field(1, "key", Holds::Text), field(2, "value", Holds::One(&ANY_VALUE))]);

static ANY_VALUE: Message = Message(&[
    field(1, "stringValue", Holds::Text),
    field(2, "boolValue", Holds::Flag),
    field(3, "intValue", Holds::Signed),
    field(4, "doubleValue", Holds::Double),
    field(5, "arrayValue", Holds::One(&ARRAY)),
    field(6, "kvlistValue", Holds::One(&KEY_VALUES)),
    field(7, "bytesValue", Holds::Bytes),
]);

static ARRAY: Message = Message(&[field(1, "values", Holds::Many(&ANY_VALUE))]);

static KEY_VALUES: Message = Message(&[field(1, "values", Holds::Many(&KEY_VALUE))]);

/// The value behind a tag, in the form that the tag names.
enum Found<'a> {
    Varint(u64),
    Eight([u8; 8]),
    Four([u8; 4]),
    Bytes(&'a [u8]),
}

/// Reads a message.
pub(crate) fn read(bytes: &[u8], message: &Message) -> Result<Document, Unreadable> {
    let mut reader = Reader { left: bytes, length: bytes.len(), depth: 0, nodes: 0 };
    reader.message(message).map(Document::Map)
}

struct Reader<'a> {
    left: &'a [u8],
    length: usize,
    depth: usize,
    /// Values that were read.
    nodes: usize,
}

impl<'a> Reader<'a> {
    fn malformed(&self) -> Unreadable {
        Unreadable::Malformed(self.length - self.left.len())
    }

    fn message(&mut self, message: &Message) -> Result<Vec<(RawText, Document)>, Unreadable> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(Unreadable::Deep);
        }
        let mut members: Vec<(&'static str, Document)> = Vec::new();
        while !self.left.is_empty() {
            let tag = self.varint()?;
            let found = self.found(tag & 7)?;
            let Some(field) = message.0.iter().find(|field| field.number == tag >> 3) else { continue };
            self.nodes += 1;
            if self.nodes > DOCUMENT_NODES_MAX {
                return Err(Unreadable::TooLarge);
            }
            let value = self.value(field, found)?;
            let place = members.iter_mut().find(|(name, _)| *name == field.name);
            match (place, matches!(field.holds, Holds::Many(_))) {
                (Some((_, Document::List(items))), true) => items.push(value),
                (_, true) => members.push((field.name, Document::List(vec![value]))),
                (Some((_, held)), false) => *held = value,
                (None, false) => members.push((field.name, value)),
            }
        }
        self.depth -= 1;
        Ok(members.into_iter().map(|(name, value)| (RawText::new(name.to_owned()), value)).collect())
    }

    fn found(&mut self, form: u64) -> Result<Found<'a>, Unreadable> {
        match form {
            0 => self.varint().map(Found::Varint),
            1 => self.chunk().map(Found::Eight),
            2 => {
                let length = usize::try_from(self.varint()?).map_err(|_| self.malformed())?;
                let (bytes, rest) = self.left.split_at_checked(length).ok_or_else(|| self.malformed())?;
                self.left = rest;
                Ok(Found::Bytes(bytes))
            }
            5 => self.chunk().map(Found::Four),
            _ => Err(self.malformed()),
        }
    }

    fn chunk<const N: usize>(&mut self) -> Result<[u8; N], Unreadable> {
        let (bytes, rest) = self.left.split_first_chunk::<N>().ok_or_else(|| self.malformed())?;
        self.left = rest;
        Ok(*bytes)
    }

    /// Seven bits a byte, at most ten bytes.
    fn varint(&mut self) -> Result<u64, Unreadable> {
        let mut value = 0_u64;
        for place in 0..10 {
            let [byte] = self.chunk::<1>()?;
            value |= u64::from(byte & 0x7f) << (7 * place);
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(self.malformed())
    }

    fn value(&mut self, field: &Field, found: Found<'a>) -> Result<Document, Unreadable> {
        Ok(match (&field.holds, found) {
            (Holds::Text, Found::Bytes(bytes)) => Document::Text(text(bytes.to_vec())?),
            (Holds::Id, Found::Bytes(bytes)) => Document::Text(text(hex(bytes))?),
            (Holds::Bytes, Found::Bytes(bytes)) => {
                let mut coded = Vec::new();
                base64_encode(&mut coded, bytes);
                Document::Text(text(coded)?)
            }
            (Holds::Flag, Found::Varint(value)) => Document::Flag(value != 0),
            (Holds::Signed, Found::Varint(value)) => number(value.cast_signed()),
            (Holds::Unsigned, Found::Varint(value)) => number(value),
            (Holds::Unsigned, Found::Eight(bytes)) => number(u64::from_le_bytes(bytes)),
            (Holds::Unsigned, Found::Four(bytes)) => number(u32::from_le_bytes(bytes)),
            (Holds::Double, Found::Eight(bytes)) => double(f64::from_le_bytes(bytes)),
            (Holds::One(message) | Holds::Many(message), Found::Bytes(bytes)) => {
                self.below(message, bytes)?
            }
            _ => return Err(Unreadable::Kind),
        })
    }

    fn below(&mut self, message: &Message, bytes: &'a [u8]) -> Result<Document, Unreadable> {
        let length = self.length - self.left.len();
        let mut below = Reader { left: bytes, length, depth: self.depth, nodes: self.nodes };
        let read = below.message(message).map(Document::Map);
        self.nodes = below.nodes;
        read
    }
}

fn text(bytes: Vec<u8>) -> Result<RawText, Unreadable> {
    RawText::from_bytes(RawBytes::new(bytes)).map_err(|_| Unreadable::Kind)
}

fn number(value: impl std::fmt::Display) -> Document {
    Document::Number(RawText::new(value.to_string()))
}

/// A number of JSON, or the name of one that has no digits there.
fn double(value: f64) -> Document {
    match value.is_finite() {
        true => number(value),
        false => Document::Text(RawText::new(value.to_string())),
    }
}
