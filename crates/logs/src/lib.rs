//! Groups, streams and events of stored text: the log-structured store.
//!
//! ```text
//! transitions: Registry ── draft ──> Change ──> storage          (groups, streams, filters, policies, saved queries)
//! events:      EventStore ── append ──> write-ahead log ──> hot events ── flush ──> segments + catalogue
//!                         └─ read: one snapshot of hot events and catalogue ──> Protected, for `egress`
//! ```
//!
//! Which question does this crate answer? *Where does a stored event stand, who can find it again, and when does it go?*
//!
//! **Invariant of absence:** no arrow to captured text, to keys or to callers: what comes in was masked and sealed before, and
//! what goes out goes to `egress`. No clock and no randomness: instants and uids are arguments; disk is reached through
//! `storage` only.

mod draft;
mod error;
mod filters;
mod groups;
mod model;
mod name;
mod ordered;
mod policies;
mod record;
mod registry;
mod streams;

pub use draft::Draft;
pub use error::{LogsError, Outcome};
pub use filters::{DIMENSIONS_MAX, METRIC_FILTERS_MAX, REGEX_FILTERS_MAX, SUBSCRIPTION_FILTERS_MAX};
pub use groups::{GROUPS_MAX, NewGroup, RETENTION_DAYS, TAGS_MAX};
pub use model::{
    AccountPolicy, AccountPolicyType, Class, Definition, Dimension, Distribution, Document, Group,
    GroupSettings, MetricFilter, MetricTransformation, ResourcePolicy, Stream, SubscriptionFilter,
};
pub use name::{Millis, STREAM_NAME_CHARS_MAX, Scope, StreamName, Uid};
pub use ordered::Ordered;
pub use policies::{DEFINITIONS_MAX, RESOURCE_POLICIES_MAX, RESOURCE_POLICY_CHARS_MAX};
pub use record::{Change, Entity, Record, RecordKey, Subject, groups_place};
pub use registry::{Entry, Registry, Shelf};
