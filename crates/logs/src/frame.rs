//! What stands in one frame of the write-ahead log? The events of one call, and what comes of them: values of metrics, and
//! what is to be written elsewhere, as into the outbox. The frame is the transaction: all of it is durable, or nothing.

use crate::Uid;
use crate::metrics::MetricPoint;
use sotto_protect::Protected;
use sotto_public::{Place, Storable, Stored, StoredRecord};

/// The events of one call.
#[derive(Clone, Debug, PartialEq, Storable)]
pub(crate) struct Frame {
    pub(crate) group: Uid,
    pub(crate) stream: Uid,
    pub(crate) events: Vec<Protected>,
    pub(crate) points: Vec<MetricPoint>,
    pub(crate) puts: Vec<Put>,
}

impl StoredRecord for Frame {
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
