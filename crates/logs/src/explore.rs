//! What does a query engine look at, and which fields are there to ask for?
//!
//! An engine gets the segments of a range, as names of objects or paths, and the hot events: together exactly what a reader of
//! the same moment sees. Fields are counted in a sample of the newest events (API reference, "GetLogGroupFields").

use crate::catalogue::Segment;
use crate::event_store::EventStore;
use crate::read::Range;
use crate::{Millis, Outcome, Uid};
use sotto_protect::StoredEvent;
use sotto_public::{Public, RestingText};
use sotto_storage::BlobName;
use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;

/// Most events of a sample.
pub const FIELDS_SAMPLE_EVENTS: usize = 1_000;

/// What can be queried of a group at one moment.
#[derive(Clone, Debug, Default)]
pub struct Source {
    /// Segments that may hold events of the range.
    pub segments: Vec<Arc<Segment>>,
    /// Events of the range that are in no segment yet, in no order.
    pub hot: Vec<HotEvent>,
}

/// An event that is in no segment yet.
#[derive(Clone, Debug, PartialEq)]
pub struct HotEvent {
    /// Its stream.
    pub stream: Uid,
    /// The stream's name.
    pub name: Public<String>,
    /// The event.
    pub event: StoredEvent,
}

/// A field, and in how many of a hundred events it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldShare {
    /// Its name, which is a part of stored text.
    pub name: RestingText,
    /// In so many of a hundred.
    pub percent: u32,
}

impl EventStore {
    /// What can be queried of a group. Streams that are gone may be in it: whoever shows rows knows the streams.
    ///
    /// # Errors
    /// When storage does not answer.
    pub async fn source(&self, group: Uid, range: &Range) -> Outcome<Source> {
        self.refresh().await?;
        let Some(view) = self.view().groups.find(&group).cloned() else { return Ok(Source::default()) };
        let overlaps = |segment: &&Arc<Segment>| {
            let (first, last) = segment.span();
            first < range.to && last >= range.from
        };
        let segments = view.segments.iter().filter(overlaps).cloned().collect();
        let in_range = |event: &&StoredEvent| (range.from..range.to).contains(&Millis(event.timestamp_ms()));
        let mut hot = Vec::new();
        for held in view.hot(None) {
            let events = held.frame.events.iter().map(|event| event.event()).filter(in_range);
            hot.extend(events.map(|event| HotEvent {
                stream: held.frame.stream,
                name: held.frame.name.clone(),
                event: event.clone(),
            }));
        }
        Ok(Source { segments, hot })
    }

    /// Objects of the columns of all segments that are there.
    pub fn objects_of_segments(&self) -> HashSet<BlobName> {
        let view = self.view();
        let segments = view.groups.iter().flat_map(|(_, group)| group.segments.iter());
        segments.map(|segment| segment.columns()).collect()
    }

    /// Where the columns of a segment are a file.
    pub fn columns_path(&self, segment: &Segment) -> Option<PathBuf> {
        self.on.blobs.path(&segment.columns())
    }

    /// The fields of the newest events of a range, the commonest first.
    ///
    /// # Errors
    /// When storage does not answer, or holds what cannot be read.
    pub async fn fields(&self, group: Uid, range: &Range) -> Outcome<Vec<FieldShare>> {
        let sample = self.newest(group, range, FIELDS_SAMPLE_EVENTS).await?;
        let mut counts: BTreeMap<String, u32> = BTreeMap::new();
        for event in &sample {
            for (name, _) in sotto_query::discover(event.text().as_str()) {
                *counts.entry(name).or_default() += 1;
            }
        }
        let total = u32::try_from(sample.len()).unwrap_or(u32::MAX).max(1);
        let mut shares: Vec<FieldShare> = counts.into_iter().map(|counted| share(counted, total)).collect();
        shares.sort_by_key(|share| std::cmp::Reverse(share.percent));
        Ok(shares)
    }
}

#[expect(clippy::disallowed_methods, reason = "the name of a field is a part of stored text")]
fn share((name, count): (String, u32), total: u32) -> FieldShare {
    FieldShare { name: RestingText::from_pinned_text(name), percent: count * 100 / total }
}
