//! Which segments are there? A record for each, and one for each group that says how far its part of the write-ahead log is in
//! segments.
//!
//! Both change in one transaction, fenced by the version of the group's record: of two processes that publish for the same
//! group one fails and reads again. What the record says is where replay begins.

use crate::{LogsError, Millis, Uid};
use sotto_protect::SpanKeyId;
use sotto_public::{EventId, Place, Public, Storable, StoredRecord};
use sotto_storage::{BlobName, Epoch, PAGE_ROWS_MAX, Row, Scan, Store, WalPosition};
use std::sync::Arc;

/// A segment: masked columns in one object, sealed originals in another.
#[derive(Clone, Debug, PartialEq, Eq, Storable)]
pub struct Segment {
    /// The group.
    pub group: Uid,
    /// Its number, given out once.
    pub number: u128,
    /// The first event's id.
    pub first: EventId,
    /// The last event's id.
    pub last: EventId,
    /// How many events.
    pub events: u64,
    /// Bytes of their texts.
    pub text_bytes: u64,
    /// Bytes of both objects.
    pub object_bytes: u64,
    /// Whether there are originals beside it.
    pub has_originals: bool,
    /// Keys that sealed them.
    pub span_keys: Vec<SpanKeyId>,
    /// The key of its columns, where the group's data are encrypted as a whole.
    pub column_key: Option<u64>,
    /// Which streams are in it.
    pub streams: Vec<StreamPart>,
}

/// A stream's part of a segment.
#[derive(Clone, Debug, PartialEq, Eq, Storable)]
pub struct StreamPart {
    /// The stream.
    pub stream: Uid,
    /// Its name, by which the columns know it: one name in a segment is one stream.
    pub name: Public<String>,
    /// Its first event.
    pub first: EventId,
    /// Its last event.
    pub last: EventId,
    /// When the last one came.
    pub last_ingestion: Millis,
    /// How many.
    pub events: u64,
    /// Bytes of their texts.
    pub text_bytes: u64,
}

impl StoredRecord for Segment {
    const KIND: &'static str = "log-segment";
}

impl Segment {
    /// Where its masked columns are.
    pub fn columns(&self) -> BlobName {
        Self::objects(self.group, self.number).0
    }

    /// Where its sealed originals are.
    pub fn originals(&self) -> BlobName {
        Self::objects(self.group, self.number).1
    }

    /// Where columns and originals of a number are.
    pub(crate) fn objects(group: Uid, number: u128) -> (BlobName, BlobName) {
        let name = segments_of(group).number(number);
        (name.ending("parquet"), name.ending("sealed"))
    }

    /// When its first and its last event happened.
    pub fn span(&self) -> (Millis, Millis) {
        (millis(self.first), millis(self.last))
    }

    pub(crate) fn place(&self) -> Place {
        segments_place().with(&self.group.number()).with(&self.number)
    }

    pub(crate) fn part(&self, stream: Uid) -> Option<&StreamPart> {
        self.streams.iter().find(|part| part.stream == stream)
    }
}

/// When an event with this id happened.
pub(crate) fn millis(id: EventId) -> Millis {
    Millis(i64::try_from(id.millis()).unwrap_or(i64::MAX))
}

/// All objects of segments.
pub(crate) fn all_segments() -> BlobName {
    BlobName::new("segments")
}

pub(crate) fn segments_of(group: Uid) -> BlobName {
    all_segments().number(group.number())
}

fn segments_place() -> Place {
    Place::new("log-segment")
}

pub(crate) fn published_place(group: Uid) -> Place {
    Place::new("log-published").with(&group.number())
}

/// How far a group's frames are in segments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Storable)]
pub(crate) struct Published {
    pub(crate) group: u128,
    pub(crate) through: WalPosition,
}

impl StoredRecord for Published {
    const KIND: &'static str = "log-published";
}

/// What the catalogue says of a group.
#[derive(Clone, Debug, Default)]
pub(crate) struct Listed {
    pub(crate) segments: Vec<Arc<Segment>>,
    pub(crate) through: WalPosition,
    pub(crate) version: Option<Epoch>,
}

/// What the catalogue says of one group.
pub(crate) async fn read_group(store: &dyn Store, group: Uid) -> Result<Listed, LogsError> {
    loop {
        let before = store.get(published_place(group)).await?;
        let rows = rows_below(store, &segments_place().with(&group.number())).await?;
        let after = store.get(published_place(group)).await?;
        // Both parts belong together when nothing was published in between.
        if before.as_ref().map(|row| row.version) != after.as_ref().map(|row| row.version) {
            continue;
        }
        let mut listed = Listed::default();
        for row in &rows {
            listed.segments.push(Arc::new(row.read()?));
        }
        if let Some(row) = after {
            listed.through = row.read::<Published>()?.through;
            listed.version = Some(row.version);
        }
        return Ok(listed);
    }
}

/// Groups of which the catalogue says anything, with the versions of their records.
pub(crate) async fn read_published(store: &dyn Store) -> Result<Vec<(Uid, Published, Epoch)>, LogsError> {
    let rows = rows_below(store, &Place::new("log-published")).await?;
    let read = rows.iter().map(|row| {
        let published: Published = row.read()?;
        Ok((Uid::new(published.group.to_be_bytes()), published, row.version))
    });
    read.collect()
}

/// All records below a place, page by page.
pub(crate) async fn rows_below(store: &dyn Store, place: &Place) -> Result<Vec<Row>, LogsError> {
    let (mut all, mut scan) = (Vec::new(), Scan::below(place));
    loop {
        let rows = store.range(scan.clone()).await?;
        let last = rows.last().filter(|_| rows.len() >= PAGE_ROWS_MAX).map(|row| row.place.clone());
        all.extend(rows);
        match last {
            Some(last) => scan = scan.after(&last),
            None => return Ok(all),
        }
    }
}
