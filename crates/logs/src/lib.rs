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

mod backup;
mod cache;
mod catalogue;
mod draft;
mod effects;
mod error;
mod event_store;
mod explore;
mod filters;
mod flush;
mod frame;
mod groups;
mod ids;
mod keys;
mod limits;
mod listen;
mod metric_math;
mod metrics;
mod model;
mod name;
mod ordered;
mod page;
mod policies;
mod read;
mod record;
mod registry;
mod retroactive;
mod segments;
mod select;
mod settings;
mod statistics;
mod streams;
mod sweep;
mod tend;
mod view;

pub use backup::{group_keys_place, objects_of};
pub use cache::CACHE_BYTES_MAX;
pub use catalogue::{Segment, StreamPart};
pub use draft::Draft;
pub use error::{LogsError, Outcome};
pub use event_store::{Append, Appended, Arrived, EventStore, Foundations, HOT_BYTES_MAX, stream_place};
pub use explore::{FIELDS_SAMPLE_EVENTS, FieldShare, HotEvent, Source};
pub use filters::{DIMENSIONS_MAX, METRIC_FILTERS_MAX, REGEX_FILTERS_MAX, SUBSCRIPTION_FILTERS_MAX};
pub use flush::FLUSH_BYTES;
pub use groups::{GROUPS_MAX, NewGroup, RETENTION_DAYS, TAGS_MAX};
pub use ids::Reserved;
pub use keys::{GroupKeys, NoKeys, TOKEN_KEYS};
pub use limits::{
    Arriving, EVENT_AGE_MAX, EVENT_AHEAD_MAX, EVENT_BYTES_MAX, EVENT_OVERHEAD_BYTES, PUT_BYTES_MAX,
    PUT_EVENTS_MAX, PUT_SPAN_MAX, Taken, take,
};
pub use listen::{Heard, LISTENERS_BEHIND_BYTES_MAX, Listener};
pub use metric_math::{
    EXPRESSION_CHARS_MAX, EXPRESSION_DEPTH_MAX, Expression, Grid, MathError, MetricSeries, Operand, Operands,
};
pub use metrics::{
    METRIC_HOURS_MAX, METRICS_LISTED_MAX, MetricDimension, MetricId, MetricListed, MetricPoint, MetricSet,
    Statistics, Value, add_statistics, list_metrics, metric_minutes,
};
pub use model::{
    AccountPolicy, AccountPolicyType, Class, Definition, Dimension, Distribution, Document, Group,
    GroupSettings, MetricFilter, MetricTransformation, ResourcePolicy, Stream, SubscriptionFilter,
};
pub use name::{Millis, STREAM_NAME_CHARS_MAX, Scope, StreamName, Uid};
pub use ordered::Ordered;
pub use page::Cursor;
pub use policies::{DEFINITIONS_MAX, RESOURCE_POLICIES_MAX, RESOURCE_POLICY_CHARS_MAX};
pub use read::{
    FoundEvent, PAGE_BYTES_MAX, PAGE_EVENTS_MAX, Range, SCANNED_EVENTS_MAX, Search, SearchPage, StreamPage,
};
pub use record::{Change, Entity, Record, RecordKey, Subject, groups_place};
pub use registry::{Entry, Registry, Shelf};
pub use retroactive::{
    Failure, NewRetroactive, News, Progress, RETROACTIVE_ENDED_MAX, RETROACTIVE_LIVE_MAX,
    RETROACTIVE_SAMPLES_MAX, Retroactive, Run, Sample, Standing, Unreached,
};
pub use select::{GroupFilters, Selected, check_metric_filter};
pub use settings::{FIELD_PATHS_MAX, STYLES_MAX};
pub use statistics::StreamStatistics;
pub use sweep::Swept;
pub use tend::{HOT_AGE_MAX, Tended};
