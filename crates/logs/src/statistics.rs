//! How much is there, and since when? Counted from the catalogue and the hot events, as DescribeLogStreams shows it.

use crate::catalogue::millis;
use crate::event_store::EventStore;
use crate::frame::Frame;
use crate::{Millis, Uid};
use std::collections::HashMap;

/// What is known of the events of a stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StreamStatistics {
    /// When the first event happened.
    pub first_event: Option<Millis>,
    /// When the last event happened.
    pub last_event: Option<Millis>,
    /// When the last one came.
    pub last_ingestion: Option<Millis>,
    /// How many.
    pub events: u64,
    /// Bytes of their texts.
    pub text_bytes: u64,
}

impl StreamStatistics {
    fn join(&mut self, other: Self) {
        self.first_event = self.first_event.into_iter().chain(other.first_event).min();
        self.last_event = self.last_event.max(other.last_event);
        self.last_ingestion = self.last_ingestion.max(other.last_ingestion);
        self.events += other.events;
        self.text_bytes += other.text_bytes;
    }

    fn of(frame: &Frame) -> Self {
        let times = || frame.events.iter().map(|event| event.event().times());
        Self {
            first_event: times().map(|times| Millis(times.timestamp_ms)).min(),
            last_event: times().map(|times| Millis(times.timestamp_ms)).max(),
            last_ingestion: times().map(|times| Millis(times.ingestion_ms)).max(),
            events: frame.events.len() as u64,
            text_bytes: frame.events.iter().map(|event| event.stored().as_str().len() as u64).sum(),
        }
    }
}

impl EventStore {
    /// What is known of each stream of a group that has events.
    pub fn stream_statistics(&self, group: Uid) -> HashMap<Uid, StreamStatistics> {
        let mut all: HashMap<Uid, StreamStatistics> = HashMap::new();
        let Some(view) = self.view().groups.find(&group).cloned() else { return all };
        for part in view.segments.iter().flat_map(|segment| &segment.streams) {
            all.entry(part.stream).or_default().join(StreamStatistics {
                first_event: Some(millis(part.first)),
                last_event: Some(millis(part.last)),
                last_ingestion: Some(part.last_ingestion),
                events: part.events,
                text_bytes: part.text_bytes,
            });
        }
        for hot in view.hot(None) {
            all.entry(hot.frame.stream).or_default().join(StreamStatistics::of(&hot.frame));
        }
        all
    }

    /// Bytes of the texts of a group.
    pub fn stored_bytes(&self, group: Uid) -> u64 {
        let Some(view) = self.view().groups.find(&group).cloned() else { return 0 };
        let cold: u64 = view.segments.iter().map(|segment| segment.text_bytes).sum();
        let hot: u64 = view.hot(None).map(|hot| StreamStatistics::of(&hot.frame).text_bytes).sum();
        cold + hot
    }
}
