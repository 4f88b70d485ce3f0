//! What is known of a segment without reading it? A summary, kept in the catalogue: reads skip what cannot concern them.

use crate::Row;
use sotto_public::{EventId, RestingText, Storable};

/// What a segment holds.
#[derive(Clone, Debug, PartialEq, Eq, Storable)]
pub struct Summary {
    /// Events.
    pub rows: u64,
    /// Bytes of stored text.
    pub text_bytes: u64,
    /// When the first event happened, in milliseconds since 1970.
    pub first_ms: i64,
    /// When the last one did.
    pub last_ms: i64,
    /// When the first event came.
    pub first_ingestion_ms: i64,
    /// When the last one did.
    pub last_ingestion_ms: i64,
    /// The smallest id.
    pub first_id: EventId,
    /// The largest id.
    pub last_id: EventId,
    /// Events that have sealed originals.
    pub sealed_rows: u64,
    /// Events that no policy was applied to.
    pub unprotected_rows: u64,
    /// Values of discovered fields that got no column.
    pub fields_left_out: u64,
    /// Its streams, in the order of their names.
    pub streams: Vec<StreamSummary>,
}

/// What a segment holds of one stream.
#[derive(Clone, Debug, PartialEq, Eq, Storable)]
pub struct StreamSummary {
    /// Its name.
    pub stream: RestingText,
    /// Events of it.
    pub rows: u64,
    /// When the first of them happened, in milliseconds since 1970.
    pub first_ms: i64,
    /// When the last of them did.
    pub last_ms: i64,
}

impl Summary {
    /// Of sorted rows; `None` of none.
    pub(crate) fn of(rows: &[Row]) -> Option<Self> {
        let events = || rows.iter().map(|row| row.event.event());
        let times = || events().map(sotto_protect::StoredEvent::timestamp_ms);
        let ingestions = || events().map(sotto_protect::StoredEvent::ingestion_ms);
        let ids = || events().map(sotto_protect::StoredEvent::id);
        let unprotected =
            events().filter(|event| event.text().kind() == sotto_protect::TextKind::Unprotected);
        Some(Self {
            rows: rows.len() as u64,
            text_bytes: events().map(|event| event.text().as_str().len() as u64).sum(),
            first_ms: times().min()?,
            last_ms: times().max()?,
            first_ingestion_ms: ingestions().min()?,
            last_ingestion_ms: ingestions().max()?,
            first_id: ids().min()?,
            last_id: ids().max()?,
            sealed_rows: rows.iter().filter(|row| !row.event.originals().is_empty()).count() as u64,
            unprotected_rows: unprotected.count() as u64,
            fields_left_out: 0,
            streams: rows
                .chunk_by(|one, other| one.stream == other.stream)
                .filter_map(StreamSummary::of)
                .collect(),
        })
    }
}

impl StreamSummary {
    /// Of rows of one stream, sorted by time.
    #[expect(clippy::disallowed_methods, reason = "the name of a stream, in its group's own catalogue")]
    fn of(rows: &[Row]) -> Option<Self> {
        let (first, last) = (rows.first()?, rows.last()?);
        Some(Self {
            stream: RestingText::from_pinned_text(first.stream.to_string()),
            rows: rows.len() as u64,
            first_ms: first.event.event().timestamp_ms(),
            last_ms: last.event.event().timestamp_ms(),
        })
    }
}
