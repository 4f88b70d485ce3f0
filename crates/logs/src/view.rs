//! What can be read at one moment? Hot events and segments of each group, under one pointer.
//!
//! A reader takes the view once and keeps it: an event is in it as hot or as a part of a segment, never as neither and
//! never as both, since both change in one step. Views share what did not change.

use crate::Uid;
use crate::catalogue::{Listed, Segment};
use crate::frame::{Frame, weight};
use crate::ordered::Ordered;
use sotto_storage::{Epoch, WalPosition};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Everything that can be read.
#[derive(Clone, Debug, Default)]
pub(crate) struct View {
    pub(crate) groups: Ordered<Uid, GroupView>,
    /// All frames up to here are in it.
    pub(crate) applied: WalPosition,
    /// Frames behind that which are in it as well.
    ahead: BTreeSet<WalPosition>,
    pub(crate) hot_bytes: usize,
}

/// What can be read of a group.
#[derive(Clone, Debug, Default)]
pub(crate) struct GroupView {
    pub(crate) segments: Arc<Vec<Arc<Segment>>>,
    /// Frames up to here are in segments.
    pub(crate) through: WalPosition,
    /// Version of the record that says so.
    pub(crate) version: Option<Epoch>,
    pub(crate) streams: Ordered<Uid, HotStream>,
    pub(crate) hot_bytes: usize,
}

/// Frames of a stream that are in no segment yet.
pub(crate) type HotStream = Ordered<WalPosition, HotFrame>;

/// A frame in memory.
#[derive(Clone, Debug)]
pub(crate) struct HotFrame {
    pub(crate) frame: Arc<Frame>,
    pub(crate) bytes: usize,
}

impl View {
    /// Notes that a frame was seen; says whether it was new.
    pub(crate) fn pass(&mut self, position: WalPosition) -> bool {
        let is_new = position > self.applied && self.ahead.insert(position);
        self.advance();
        is_new
    }

    /// Whether a frame was seen.
    pub(crate) fn has_seen(&self, position: WalPosition) -> bool {
        position <= self.applied || self.ahead.contains(&position)
    }

    fn advance(&mut self) {
        while self.ahead.first() == Some(&next(self.applied)) {
            self.ahead.pop_first();
            self.applied = next(self.applied);
        }
    }

    /// Takes in a frame that was seen; says whether it is in no segment.
    pub(crate) fn insert_late(&mut self, position: WalPosition, frame: &Arc<Frame>) -> bool {
        let mut group = self.groups.find(&frame.group).cloned().unwrap_or_default();
        if position <= group.through {
            return false;
        }
        let bytes = frame.events.iter().map(weight).sum();
        let mut stream = group.streams.find(&frame.stream).cloned().unwrap_or_default();
        stream.set(&position, Some(HotFrame { frame: Arc::clone(frame), bytes }));
        group.streams.set(&frame.stream, Some(stream));
        group.hot_bytes += bytes;
        self.hot_bytes += bytes;
        self.groups.set(&frame.group, Some(group));
        true
    }

    /// Says that nothing up to a position is missing: what stood there is in segments.
    pub(crate) fn skip_to(&mut self, position: WalPosition) {
        self.applied = self.applied.max(position);
        self.ahead.retain(|ahead| *ahead > position);
        self.advance();
    }

    /// Takes over what the catalogue says of a group, and drops the hot frames that it covers: in one step.
    pub(crate) fn publish(&mut self, uid: Uid, listed: Listed) {
        let mut group = self.groups.find(&uid).cloned().unwrap_or_default();
        if listed.version < group.version {
            return;
        }
        self.hot_bytes -= group.hot_bytes;
        let mut segments = listed.segments;
        segments.sort_by_key(|segment| segment.first);
        group.segments = Arc::new(segments);
        (group.through, group.version) = (listed.through, listed.version);
        let mut kept = Ordered::default();
        group.hot_bytes = 0;
        for (stream, frames) in group.streams.iter() {
            let mut left: HotStream = Ordered::default();
            for (position, hot) in frames.from(&next(listed.through)) {
                left.set(position, Some(hot.clone()));
                group.hot_bytes += hot.bytes;
            }
            if !left.is_empty() {
                kept.set(stream, Some(left));
            }
        }
        group.streams = kept;
        self.hot_bytes += group.hot_bytes;
        self.groups.set(&uid, Some(group));
    }

    /// The first frame that is in no segment: the log is let go of before it at most.
    pub(crate) fn first_hot(&self) -> Option<WalPosition> {
        let groups = self.groups.iter().filter(|(_, group)| group.hot_bytes > 0);
        let streams = groups.flat_map(|(_, group)| group.streams.iter());
        streams.filter_map(|(_, frames)| frames.iter().next().map(|(position, _)| *position)).min()
    }

    /// Forgets a group.
    pub(crate) fn forget(&mut self, uid: Uid) {
        if let Some(group) = self.groups.set(&uid, None) {
            self.hot_bytes -= group.hot_bytes;
        }
    }
}

/// The position behind this one.
pub(crate) fn next(position: WalPosition) -> WalPosition {
    WalPosition::new(position.number() + 1)
}

impl GroupView {
    /// Whether a frame up to a position is in no segment yet.
    pub(crate) fn is_hot_through(&self, through: WalPosition) -> bool {
        let first =
            |frames: &HotStream| frames.iter().next().is_some_and(|(position, _)| *position <= through);
        self.streams.iter().any(|(_, frames)| first(frames))
    }

    /// Hot frames of a stream, or of all, in no order that matters.
    pub(crate) fn hot<'a>(
        &'a self,
        stream: Option<Uid>,
    ) -> Box<dyn Iterator<Item = &'a HotFrame> + Send + 'a> {
        match stream {
            Some(stream) => {
                let frames = self.streams.find(&stream).into_iter();
                Box::new(frames.flat_map(|frames| frames.iter().map(|(_, hot)| hot)))
            }
            None => Box::new(self.streams.iter().flat_map(|(_, frames)| frames.iter().map(|(_, hot)| hot))),
        }
    }
}
