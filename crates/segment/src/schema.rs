//! Which columns does a segment have? Seven of its own, and one for each discovered field.
//!
//! | column | type | what |
//! |---|---|---|
//! | `timestamp` | int64 | milliseconds since 1970, as the sender says |
//! | `ingestion` | int64 | milliseconds since 1970, when it came |
//! | `stream` | utf8, dictionary of int32 | name of the stream |
//! | `event` | fixed 24 bytes | [`sotto_public::EventId`], highest byte first: sorts as the id does |
//! | `message` | utf8 | the stored text |
//! | `protected` | boolean | whether a policy was applied to it |
//! | `masked` | utf8 or null | the field `@masked`: JSON, one object per mark |
//! | `f.NAME` | utf8 or null | a discovered field, of stored text |
//!
//! Rows are sorted by stream, time and id.

use arrow_schema::{DataType, Field, Schema};
use sotto_public::EventId;
use std::sync::Arc;

/// When it happened.
pub const TIMESTAMP: &str = "timestamp";
/// When it came.
pub const INGESTION: &str = "ingestion";
/// The stream.
pub const STREAM: &str = "stream";
/// The event's id.
pub const EVENT: &str = "event";
/// The stored text.
pub const MESSAGE: &str = "message";
/// Whether a policy was applied.
pub const PROTECTED: &str = "protected";
/// The field `@masked`.
pub const MASKED: &str = "masked";
/// What stands before the names of discovered fields.
pub const FIELD_PREFIX: &str = "f.";

/// Most columns of discovered fields in one segment: the names that one log group may have (CloudWatch Logs quotas).
pub const FIELDS_MAX: usize = 1_000;

/// Bytes of an id in its column.
#[expect(clippy::cast_possible_wrap, clippy::cast_possible_truncation, reason = "24")]
pub const EVENT_BYTES: i32 = EventId::BYTES as i32;

/// The columns, with those of these fields.
pub fn schema<'a>(fields: impl IntoIterator<Item = &'a str>) -> Arc<Schema> {
    let text = || DataType::Utf8;
    let names = DataType::Dictionary(Box::new(DataType::Int32), Box::new(text()));
    let own = [
        Field::new(TIMESTAMP, DataType::Int64, false),
        Field::new(INGESTION, DataType::Int64, false),
        Field::new(STREAM, names, false),
        Field::new(EVENT, DataType::FixedSizeBinary(EVENT_BYTES), false),
        Field::new(MESSAGE, text(), false),
        Field::new(PROTECTED, DataType::Boolean, false),
        Field::new(MASKED, text(), true),
    ];
    let discovered = fields.into_iter().map(|name| Field::new(format!("{FIELD_PREFIX}{name}"), text(), true));
    Arc::new(Schema::new(own.into_iter().chain(discovered).collect::<Vec<_>>()))
}
