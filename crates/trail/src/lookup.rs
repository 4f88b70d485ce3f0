//! How is a record found again? By one attribute and a span of time, newest first, for 90 days.
//!
//! `cloudtrail:LookupEvents` (CloudTrail API reference): eight attributes, one per call. Each record is entered under a place
//! per attribute that it has, and one for all records of the account and Region: sort, recipient account, Region,
//! attribute, value, time, event. Texts are folded to nothing: CloudTrail compares exactly.

use crate::{Record, Value};
use sotto_arn::{AccountId, Region};
use sotto_public::{LogSafe, Place, Public};
use std::time::{Duration, SystemTime};

/// How long LookupEvents looks back.
pub const RETENTION: Duration = Duration::from_secs(90 * 24 * 60 * 60);

const SORT: &str = "trail";

/// Characters of an event's id.
const EVENT_ID_CHARS: usize = 36;
/// Its last digits, which tell the records of a chunk apart.
const PLACE_IN_CHUNK_DIGITS: usize = 4;

/// What one can look for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, LogSafe)]
pub enum Attribute {
    /// The event's id.
    EventId,
    /// The operation.
    EventName,
    /// Whether it changes nothing: `true` or `false`.
    ReadOnly,
    /// The user's or role's name.
    Username,
    /// A type of resource.
    ResourceType,
    /// A resource.
    ResourceName,
    /// The service.
    EventSource,
    /// The access key that signed.
    AccessKeyId,
}

impl Attribute {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::EventId,
        Self::EventName,
        Self::ReadOnly,
        Self::Username,
        Self::ResourceType,
        Self::ResourceName,
        Self::EventSource,
        Self::AccessKeyId,
    ];

    /// The attribute's name in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::EventId => "EventId",
            Self::EventName => "EventName",
            Self::ReadOnly => "ReadOnly",
            Self::Username => "Username",
            Self::ResourceType => "ResourceType",
            Self::ResourceName => "ResourceName",
            Self::EventSource => "EventSource",
            Self::AccessKeyId => "AccessKeyId",
        }
    }

    /// Under which value a record is filed: ids of a chunk's records differ in their last four digits only, and stand under
    /// that of the chunk.
    #[expect(
        clippy::disallowed_methods,
        reason = "the value that is filed or looked for, cut and filled up with zeros"
    )]
    fn filed(self, value: Public<String>) -> Public<String> {
        let chars = EVENT_ID_CHARS - PLACE_IN_CHUNK_DIGITS;
        match value.get().split_at_checked(chars) {
            Some((head, tail)) if self == Self::EventId && tail.len() == PLACE_IN_CHUNK_DIGITS => {
                Public::from_pinned_text(format!("{head}0000"))
            }
            _ => value,
        }
    }

    fn values(self, record: &Record) -> Vec<Public<String>> {
        let resources = |pick: fn(&crate::ResourceName) -> &Public<String>| {
            record.resources.iter().map(|resource| pick(resource).clone()).collect()
        };
        match self {
            Self::EventId => vec![record.event.text()],
            Self::EventName => vec![record.event_name()],
            Self::ReadOnly => vec![Public::from(if record.read_only { "true" } else { "false" })],
            Self::Username => record.user_name().into_iter().collect(),
            Self::ResourceType => resources(|resource| &resource.kind),
            Self::ResourceName => resources(|resource| &resource.name),
            Self::EventSource => vec![record.event_source()],
            Self::AccessKeyId => record.identity.access_key.iter().cloned().collect(),
        }
    }
}

impl Record {
    /// The name that LookupEvents calls `Username`: the user's; for a session its name where that is shown, else the role's.
    pub fn user_name(&self) -> Option<Public<String>> {
        match self.identity.session.as_ref().map(|session| &session.name) {
            Some(Value::Text(name)) => Some(name.clone()),
            _ => self.identity.user_name.clone(),
        }
    }

    /// The places under which storage finds the record again.
    pub fn index(&self) -> Vec<Place> {
        let entry = |heading: Place| heading.with(&self.at).with(&self.event.number());
        self.headings().into_iter().map(entry).collect()
    }

    /// What it can be looked for by: places that hold those of [`Record::index`], without the time and the event.
    pub fn headings(&self) -> Vec<Place> {
        let all = Place::new(SORT).with(&self.recipient).with(&self.region);
        let mut places = vec![all.clone().with(&"")];
        for attribute in Attribute::ALL {
            let mut values = attribute.values(self);
            values.sort();
            values.dedup();
            let filed = values.into_iter().map(|value| attribute.filed(value));
            places.extend(filed.map(|value| all.clone().with(&attribute.name()).with(&value)));
        }
        places
    }
}

/// What LookupEvents is asked for.
#[derive(Clone, Debug)]
pub struct Lookup {
    /// Whose events.
    pub account: AccountId,
    /// Of which Region.
    pub region: Region,
    /// The attribute and its value; none means all events.
    pub attribute: Option<(Attribute, Public<String>)>,
    /// From when on; never more than [`RETENTION`] ago.
    pub start: Option<SystemTime>,
    /// Until when, itself included.
    pub end: Option<SystemTime>,
}

impl Lookup {
    /// The place that holds all that fits, but for the time.
    pub fn below(&self) -> Place {
        let all = Place::new(SORT).with(&self.account).with(&self.region);
        match &self.attribute {
            Some((attribute, value)) => all.with(&attribute.name()).with(&attribute.filed(value.clone())),
            None => all.with(&""),
        }
    }

    /// Whether a record is one of those that are looked for.
    pub fn fits(&self, record: &Record, now: SystemTime) -> bool {
        let oldest = now.checked_sub(RETENTION).unwrap_or(SystemTime::UNIX_EPOCH);
        let start = self.start.map_or(oldest, |start| start.max(oldest));
        let has = |(attribute, value): &(Attribute, Public<String>)| attribute.values(record).contains(value);
        record.recipient == self.account
            && record.region == self.region
            && record.at >= start
            && self.end.is_none_or(|end| record.at <= end)
            && self.attribute.as_ref().is_none_or(has)
    }

    /// The first place in time.
    pub fn first(&self, now: SystemTime) -> Place {
        let oldest = now.checked_sub(RETENTION).unwrap_or(SystemTime::UNIX_EPOCH);
        self.below().with(&self.start.map_or(oldest, |start| start.max(oldest)))
    }

    /// The last place in time, with what is below it; none when the span has no end.
    pub fn last(&self) -> Option<Place> {
        self.end.map(|end| self.below().with(&end))
    }
}
