//! What stands in one frame of the write-ahead log? The events of one call, and what comes of them: values of metrics, and
//! what is to be written elsewhere, as into the outbox. The frame is the transaction: all of it is durable, or nothing.

use crate::Uid;
use crate::metrics::MetricPoint;
use sotto_protect::Protected;
use sotto_public::{Opaque, Place, Public, Storable, Stored, StoredRecord};
use std::sync::Arc;

/// The events of one call.
#[derive(Clone, Debug, PartialEq, Storable)]
pub(crate) struct Frame {
    pub(crate) group: Uid,
    pub(crate) stream: Uid,
    pub(crate) name: Public<String>,
    pub(crate) events: Vec<Protected>,
}

/// What comes of them.
#[derive(Clone, Debug, Default, PartialEq, Storable)]
pub(crate) struct Effects {
    pub(crate) points: Vec<MetricPoint>,
    pub(crate) puts: Vec<Put>,
}

impl Effects {
    pub(crate) fn is_empty(&self) -> bool {
        self.points.is_empty() && self.puts.is_empty()
    }
}

/// A frame as it stands in the log.
#[derive(Clone, Debug, PartialEq, Storable)]
pub(crate) enum Framed {
    /// As it is.
    Plain(Arc<Frame>, Arc<Effects>),
    /// Events and what comes of them under the key of their group. What stands beside is of an earlier form, and empty now.
    Sealed { group: Uid, key: u64, body: Opaque, effects: Arc<Effects> },
}

/// A frame that was opened: its events, and what comes of them.
pub(crate) type Unframed = (Arc<Frame>, Arc<Effects>);

impl Framed {
    pub(crate) fn group(&self) -> Uid {
        match self {
            Self::Plain(frame, _) => frame.group,
            Self::Sealed { group, .. } => *group,
        }
    }
}

impl StoredRecord for Framed {
    const KIND: &'static str = "log-frame";
}

/// A record that is to be written when the frame is durable.
#[derive(Clone, Debug, PartialEq, Storable)]
pub(crate) struct Put {
    pub(crate) place: Place,
    pub(crate) record: Option<Stored>,
}

/// Bytes that an event counts in memory.
pub(crate) fn weight(event: &Protected) -> usize {
    const EVENT_BYTES: usize = 200;
    const MARK_BYTES: usize = 200;
    EVENT_BYTES + event.stored().as_str().len() + event.event().marks().len() * MARK_BYTES
}
