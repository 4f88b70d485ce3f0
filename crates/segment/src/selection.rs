//! Which events of a segment are wanted? By stream, time and id; some of them, from either end.

use sotto_public::EventId;
use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::sync::Arc;

/// Which events are wanted. By default all, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Of these streams only.
    pub streams: Option<BTreeSet<Arc<str>>>,
    /// Events that happened then only, in milliseconds since 1970, both ends included.
    pub times_ms: Option<RangeInclusive<i64>>,
    /// This event only.
    pub event: Option<EventId>,
    /// At most so many.
    pub limit: Option<usize>,
    /// From the end: the order is then that of the segment, turned round.
    pub backwards: bool,
}

impl Selection {
    /// Whether an event is wanted.
    pub(crate) fn takes(&self, stream: &str, timestamp_ms: i64, event: EventId) -> bool {
        self.times_ms.as_ref().is_none_or(|times| times.contains(&timestamp_ms))
            && self.event.is_none_or(|wanted| wanted == event)
            && self.streams.as_ref().is_none_or(|streams| streams.contains(stream))
    }

    /// Whether everything is wanted.
    pub(crate) fn takes_all(&self) -> bool {
        self.streams.is_none() && self.times_ms.is_none() && self.event.is_none()
    }
}
