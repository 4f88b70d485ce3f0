//! How do events become a segment, and come back? Sorted by id, masked columns in one object, originals in another.

use crate::catalogue::{Segment, StreamPart};
use crate::{LogsError, Millis, Outcome, Uid};
use sotto_protect::{Originals, Protected, SpanKeyId, StoredEvent};
use sotto_public::{Blob, EventId, Storable, Stored, StoredRecord};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// An event of a segment.
#[derive(Clone, Debug, PartialEq, Storable)]
pub(crate) struct Row {
    pub(crate) stream: Uid,
    pub(crate) event: StoredEvent,
}

impl Row {
    /// Bytes that it counts in memory.
    pub(crate) fn weight(&self) -> usize {
        const ROW_BYTES: usize = 200;
        const MARK_BYTES: usize = 200;
        ROW_BYTES + self.event.text().as_str().len() + self.event.marks().len() * MARK_BYTES
    }
}

#[derive(Storable)]
struct Rows(Vec<Row>);

impl StoredRecord for Rows {
    const KIND: &'static str = "log-rows";
}

#[derive(Storable)]
struct Sealed(BTreeMap<EventId, Originals>);

impl StoredRecord for Sealed {
    const KIND: &'static str = "log-originals";
}

/// The objects of a segment, and what the catalogue says of it.
pub(crate) struct Written {
    pub(crate) segment: Segment,
    pub(crate) columns: Blob,
    pub(crate) originals: Option<Blob>,
}

/// Writes a segment of events of one group. There must be at least one.
pub(crate) fn write(group: Uid, number: u128, mut events: Vec<(Uid, Protected)>) -> Outcome<Written> {
    events.sort_by_key(|(_, event)| event.event().id());
    let mut sealed = BTreeMap::new();
    let mut rows = Vec::with_capacity(events.len());
    for (stream, event) in events {
        let (event, originals) = event.into_parts();
        if !originals.is_empty() {
            sealed.insert(event.id(), originals);
        }
        rows.push(Row { stream, event });
    }
    let mut segment =
        describe(group, number, &rows).ok_or(LogsError::InvalidOperation("a segment has events"))?;
    let keys: BTreeSet<SpanKeyId> = sealed.values().flat_map(Originals::keys).collect();
    segment.span_keys = keys.into_iter().collect();
    segment.has_originals = !sealed.is_empty();
    let columns = blob(&Rows(rows));
    let originals = segment.has_originals.then(|| blob(&Sealed(sealed)));
    let lengths = columns.length() + originals.as_ref().map_or(0, Blob::length);
    segment.object_bytes = lengths as u64;
    Ok(Written { segment, columns, originals })
}

#[expect(clippy::disallowed_methods, reason = "stored records are what the object is made of")]
fn blob<R: StoredRecord>(record: &R) -> Blob {
    Blob::from_pinned_bytes(Stored::of(record).as_bytes().to_vec())
}

#[expect(clippy::disallowed_methods, reason = "storage gave the object back")]
fn read<R: StoredRecord>(blob: &Blob) -> Outcome<R> {
    Ok(Stored::from_pinned_bytes(blob.as_bytes().to_vec()).read()?)
}

/// The rows of a segment, in the order of their ids.
pub(crate) fn read_columns(blob: &Blob) -> Outcome<Vec<Row>> {
    read::<Rows>(blob).map(|rows| rows.0)
}

/// The originals of a segment.
pub(crate) fn read_originals(blob: &Blob) -> Outcome<HashMap<EventId, Originals>> {
    read::<Sealed>(blob).map(|sealed| sealed.0.into_iter().collect())
}

/// What the catalogue says of rows in the order of their ids.
fn describe(group: Uid, number: u128, rows: &[Row]) -> Option<Segment> {
    let (first, last) = (rows.first()?.event.id(), rows.last()?.event.id());
    let mut parts: BTreeMap<Uid, StreamPart> = BTreeMap::new();
    for Row { stream, event } in rows {
        let (id, came) = (event.id(), Millis(event.ingestion_ms()));
        let part = parts.entry(*stream).or_insert(StreamPart {
            stream: *stream,
            first: id,
            last: id,
            last_ingestion: came,
            events: 0,
            text_bytes: 0,
        });
        (part.last, part.last_ingestion) = (id, part.last_ingestion.max(came));
        part.events += 1;
        part.text_bytes += event.text().as_str().len() as u64;
    }
    Some(Segment {
        group,
        number,
        first,
        last,
        events: rows.len() as u64,
        text_bytes: parts.values().map(|part| part.text_bytes).sum(),
        object_bytes: 0,
        has_originals: false,
        span_keys: Vec::new(),
        column_key: None,
        streams: parts.into_values().collect(),
    })
}
