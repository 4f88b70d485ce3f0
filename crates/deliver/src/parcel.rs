//! What is sent at once? A [`Parcel`]: events of one stream for one subscription, or one line.

use crate::Destination;
use sotto_protect::StoredText;
use sotto_public::{EventId, Public, Storable, StoredRecord};

/// Something to send.
#[derive(Clone, Debug, PartialEq, Eq, Storable)]
pub struct Parcel {
    /// Where to.
    pub destination: Destination,
    /// When it was queued, in milliseconds since 1970: what waits for a day is dropped.
    pub queued_ms: u64,
    /// What.
    pub content: Content,
}

impl StoredRecord for Parcel {
    const KIND: &'static str = "parcel";
}

/// What is sent.
#[derive(Clone, Debug, PartialEq, Eq, Storable)]
pub enum Content {
    /// Events, in the envelope of subscriptions.
    Events(Source, Vec<Delivered>),
    /// The question whether anybody is there, in the same envelope.
    Probe(Source),
    /// One line: a finding's report, an alarm.
    Line(Public<String>, Delivered),
}

/// Where events come from, and for whom.
#[derive(Clone, Debug, PartialEq, Eq, Storable)]
pub struct Source {
    /// The account.
    pub owner: Public<String>,
    /// The group's name.
    pub group: Public<String>,
    /// The stream's name.
    pub stream: Public<String>,
    /// Names of the filters that chose them.
    pub filters: Vec<Public<String>>,
}

/// An event as it is sent.
#[derive(Clone, Debug, PartialEq, Eq, Storable)]
pub struct Delivered {
    /// Its id.
    pub id: EventId,
    /// When it happened, in milliseconds since 1970.
    pub at_ms: i64,
    /// Its stored text.
    pub text: StoredText,
}
