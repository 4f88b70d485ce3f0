//! How do events become a segment, and come back? Through `segment`; here names of streams meet their uids.
//!
//! The columns know streams by name, as a query shows them; the catalogue knows which stream a name in a segment means, since
//! a name may be used again. Rows come back in the order of their ids.

use crate::catalogue::{Segment, StreamPart};
use crate::{LogsError, Millis, Outcome, Uid};
use sotto_protect::{Originals, Protected, SpanKeyId, StoredEvent};
use sotto_public::{Blob, EventId, Malformed, Public};
use sotto_segment::{ColumnKey, Reader, SealedObject, Selection};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// Whose an event is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Owner {
    pub(crate) stream: Uid,
    pub(crate) name: Public<String>,
}

/// An event of a segment.
#[derive(Clone, Debug, PartialEq)]
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

/// The objects of a segment, and what the catalogue says of it.
pub(crate) struct Written {
    pub(crate) segment: Segment,
    pub(crate) columns: Blob,
    pub(crate) originals: Option<Blob>,
}

/// Writes a segment of events of one group, under a key where its data are encrypted as a whole.
pub(crate) fn write(
    (group, number): (Uid, u128),
    events: Vec<(Arc<Owner>, Protected)>,
    key: Option<(u64, &ColumnKey<'_>)>,
) -> Outcome<Written> {
    let mut segment = describe(group, number, &events).ok_or(LogsError::Damaged(Malformed::Short))?;
    let mut names: HashMap<Uid, Arc<str>> = HashMap::new();
    let rows = events.into_iter().map(|(owner, event)| {
        let name = names.entry(owner.stream).or_insert_with(|| owner.name.get().as_str().into());
        sotto_segment::Row { stream: Arc::clone(name), event }
    });
    let written = sotto_segment::write(rows.collect(), sotto_query::discover, key.map(|(_, key)| key))?;
    let lengths = written.masked.length() + written.sealed.as_ref().map_or(0, Blob::length);
    segment.object_bytes = lengths as u64;
    segment.has_originals = written.sealed.is_some();
    segment.column_key = key.map(|(number, _)| number);
    Ok(Written { segment, columns: written.masked, originals: written.sealed })
}

/// The rows of a segment, in the order of their ids.
pub(crate) fn read_columns(blob: Blob, segment: &Segment, key: Option<&ColumnKey<'_>>) -> Outcome<Vec<Row>> {
    let streams: HashMap<&str, Uid> =
        segment.streams.iter().map(|part| (part.name.get().as_str(), part.stream)).collect();
    let read = Reader::new(blob, key)?.read(&Selection::default())?;
    let rows = read.into_iter().map(|row| {
        let stream = streams.get(&*row.stream).copied();
        Ok(Row { stream: stream.ok_or(Malformed::Missing { field: 0 })?, event: row.event })
    });
    let mut rows = rows.collect::<Outcome<Vec<Row>>>()?;
    rows.sort_by_key(|row| row.event.id());
    Ok(rows)
}

/// The originals of some events of a segment.
pub(crate) fn read_originals(
    blob: Blob,
    events: impl Iterator<Item = EventId>,
) -> Outcome<HashMap<EventId, Originals>> {
    let sealed = SealedObject::new(blob)?;
    events.map(|event| Ok((event, sealed.originals(event)?))).collect()
}

/// What the catalogue says of events, the sizes of their objects left out.
fn describe(group: Uid, number: u128, events: &[(Arc<Owner>, Protected)]) -> Option<Segment> {
    let mut parts: BTreeMap<Uid, StreamPart> = BTreeMap::new();
    let mut keys: BTreeSet<SpanKeyId> = BTreeSet::new();
    for (owner, protected) in events {
        let event = protected.event();
        let (id, came) = (event.id(), Millis(event.ingestion_ms()));
        let part = parts.entry(owner.stream).or_insert_with(|| StreamPart {
            stream: owner.stream,
            name: owner.name.clone(),
            first: id,
            last: id,
            last_ingestion: came,
            events: 0,
            text_bytes: 0,
        });
        (part.first, part.last) = (part.first.min(id), part.last.max(id));
        part.last_ingestion = part.last_ingestion.max(came);
        part.events += 1;
        part.text_bytes += event.text().as_str().len() as u64;
        keys.extend(protected.originals().keys());
    }
    Some(Segment {
        group,
        number,
        first: parts.values().map(|part| part.first).min()?,
        last: parts.values().map(|part| part.last).max()?,
        events: events.len() as u64,
        text_bytes: parts.values().map(|part| part.text_bytes).sum(),
        object_bytes: 0,
        has_originals: false,
        span_keys: keys.into_iter().collect(),
        column_key: None,
        streams: parts.into_values().collect(),
    })
}
