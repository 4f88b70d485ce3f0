//! How do the server and the query engine talk? In frames over a socket, one connection for each query.
//!
//! ```text
//! server  ──Request (JSON), then as many blocks of rows (Arrow IPC) as it announces──>  engine
//! server  <──Columns, Rows ..., Done or Failed──                                         engine
//! closing the connection cancels the query
//! ```
//!
//! The engine gets paths of segments, hot rows, and at most the key of masked columns; it has no key that opens an
//! original, no policies and no callers. Failures come back as causes: a library's words hold cells of the data.
//! JSON for messages, because rows are texts anyway; frames are bounded, so neither side can make the other hold more.

use crate::Plan;
use serde::{Deserialize, Serialize};
use std::fmt;
use thiserror::Error;

/// Version of the protocol. An engine of another version answers [`Failure::Version`].
pub const PROTOCOL_VERSION: u16 = 1;
/// Longest frame, in bytes.
pub const FRAME_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Bytes before a frame's content: its kind, and its length with the most significant byte first.
pub const FRAME_HEAD_BYTES: usize = 5;
/// Rows of one [`Answer::Rows`], at most.
pub const ROWS_PER_ANSWER_MAX: usize = 500;
/// Most blocks of hot rows of a request.
pub const BLOCKS_MAX: usize = 10_000;

/// The columns that the engine reads from segments and hot rows, by name. The room that writes segments has the same, and
/// a test of it compares them.
pub mod column {
    /// Time of the event, in milliseconds since 1970 (64-bit integer).
    pub const TIMESTAMP: &str = "timestamp";
    /// Time of its arrival, likewise.
    pub const INGESTION: &str = "ingestion";
    /// Its stream (text).
    pub const STREAM: &str = "stream";
    /// Its id, as `sotto_public::EventId` has it in bytes (fixed length).
    pub const EVENT: &str = "event";
    /// Bytes of an id.
    pub const EVENT_BYTES: i32 = 24;
    /// Its stored text.
    pub const MESSAGE: &str = "message";
    /// What was masked in it, as JSON (text).
    pub const MASKED: &str = "masked";
    /// What stands before the name of a discovered field (text).
    pub const FIELD_PREFIX: &str = "f.";
}

/// What a frame holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrameKind {
    /// A [`Request`] or an [`Answer`] as JSON.
    Message,
    /// Hot rows: the number of their group (four bytes, most significant first), then an Arrow IPC stream.
    Block,
}

/// Why bytes are no frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum FrameError {
    /// It is longer than [`FRAME_BYTES_MAX`].
    #[error("a frame has {FRAME_BYTES_MAX} bytes at most")]
    TooLong,
    /// It is of no known kind.
    #[error("the frame is of no known kind")]
    Kind,
    /// Its content is no message of this protocol.
    #[error("the frame holds no message of this protocol")]
    Content,
}

/// The bytes before a frame's content.
///
/// # Errors
/// When the content is too long.
pub fn frame_head(kind: FrameKind, length: usize) -> Result<[u8; FRAME_HEAD_BYTES], FrameError> {
    let bounded =
        u32::try_from(length).ok().filter(|_| length <= FRAME_BYTES_MAX).ok_or(FrameError::TooLong)?;
    let [a, b, c, d] = bounded.to_be_bytes();
    Ok([kind as u8, a, b, c, d])
}

/// Reads the bytes before a frame's content: its kind and its length.
///
/// # Errors
/// When the kind is unknown or the content too long.
pub fn read_frame_head(head: [u8; FRAME_HEAD_BYTES]) -> Result<(FrameKind, usize), FrameError> {
    let [kind, a, b, c, d] = head;
    let kind = match kind {
        0 => FrameKind::Message,
        1 => FrameKind::Block,
        _ => return Err(FrameError::Kind),
    };
    let length = u32::from_be_bytes([a, b, c, d]) as usize;
    if length > FRAME_BYTES_MAX {
        return Err(FrameError::TooLong);
    }
    Ok((kind, length))
}

/// A query, and what it runs over.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// The protocol of the sender.
    pub version: u16,
    /// What is asked.
    pub query: Query,
    /// The groups whose events are read.
    pub groups: Vec<Group>,
    /// First millisecond of the range, since 1970.
    pub start_ms: i64,
    /// Last millisecond of the range.
    pub end_ms: i64,
    /// When the query was started: what `now()` is.
    pub now_ms: i64,
    /// Most rows of the result, whatever the query says.
    pub rows_max: u64,
    /// Longest time the query may take, in milliseconds.
    pub time_ms_max: u64,
    /// How many blocks of hot rows follow.
    pub blocks: usize,
}

/// What is asked.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub enum Query {
    /// A plan of the Insights language.
    Insights(Plan),
    /// One `SELECT` over the table `logs`.
    Sql(String),
}

/// Shows the kind only: the text may be sensitive.
impl fmt::Debug for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Insights(_) => "Query(Insights)",
            Self::Sql(_) => "Query(SQL)",
        })
    }
}

/// A log group.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// Its account.
    pub account: String,
    /// Its Region.
    pub region: String,
    /// Its name.
    pub name: String,
    /// Its segments that overlap the range.
    pub segments: Vec<Segment>,
    /// First millisecond of the group's own range: what its retention has ended is not read.
    pub start_ms: i64,
}

/// A segment of stored text.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Segment {
    /// The file.
    pub path: String,
    /// The key of its masked columns, where they are encrypted.
    pub key: Option<ColumnKey>,
}

/// The key of a segment's masked columns (16 or 32 bytes, AES-GCM of Parquet modular encryption), and what the segment is
/// bound to. Wiped when dropped; it opens stored text, never an original.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnKey {
    key: Vec<u8>,
    place: Vec<u8>,
}

impl ColumnKey {
    /// A key from its bytes, and the prefix of the associated data of everything in the segment.
    pub fn new(key: Vec<u8>, place: Vec<u8>) -> Self {
        Self { key, place }
    }

    /// The bytes, for the reader of the columns.
    pub fn bytes(&self) -> &[u8] {
        &self.key
    }

    /// The prefix of the associated data.
    pub fn place(&self) -> &[u8] {
        &self.place
    }
}

impl fmt::Debug for ColumnKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ColumnKey(..)")
    }
}

impl Drop for ColumnKey {
    fn drop(&mut self) {
        zeroize::Zeroize::zeroize(&mut self.key);
    }
}

/// What the engine says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Answer {
    /// The names of the columns; first.
    Columns(Vec<String>),
    /// Rows.
    Rows(Vec<Row>),
    /// What was read so far.
    Progress(Statistics),
    /// All rows are there; last.
    Done(Statistics),
    /// There will be no more; last.
    Failed(Failure),
}

/// A row of a result.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// A value for each column, none where the row has none. A column that `unmask` asks for holds stored text here.
    pub values: Vec<Option<String>>,
    /// The event it stands for, when it stands for one.
    pub event: Option<EventRef>,
}

/// Shows the counts only: a row is stored text.
impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Row({} values)", self.values.len())
    }
}

/// An event: what `@ptr` is made of.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventRef {
    /// The number of its group in the request.
    pub group: u32,
    /// Its stream.
    pub stream: String,
    /// Its id.
    pub event: String,
}

/// What a query read (API reference, "QueryStatistics").
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statistics {
    /// Events that its conditions hold for.
    pub records_matched: u64,
    /// Events of the range that were read.
    pub records_scanned: u64,
    /// Bytes of the segments and hot rows they were read from.
    pub bytes_scanned: u64,
    /// Groups that were read.
    pub groups_scanned: u64,
}

/// Why a query has no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error, Serialize, Deserialize)]
pub enum Failure {
    /// Server and engine are of different versions.
    #[error("the query engine is of another version than the server: install both together")]
    Version,
    /// The request does not follow the protocol.
    #[error("the query engine did not understand the server")]
    Request,
    /// The SQL text is no single SELECT over `logs`, or names what is not there.
    #[error("the SQL text is not one SELECT over the table `logs`, or it names what is not there")]
    Sql,
    /// The query needs more memory than it may have.
    #[error(
        "the query needs more memory than it may have: narrow its range of time or group by fewer values"
    )]
    Memory,
    /// The query takes longer than it may.
    #[error("the query takes longer than it may: narrow its range of time")]
    Time,
    /// A segment cannot be read.
    #[error("a segment cannot be read")]
    Segment,
    /// Something else; the engine's own log says what, without text.
    #[error("the query engine failed")]
    Internal,
}

/// The JSON of a message.
///
/// # Errors
/// When it is too long for a frame.
pub fn write_message<T: Serialize>(message: &T) -> Result<Vec<u8>, FrameError> {
    let bytes = serde_json::to_vec(message).map_err(|_| FrameError::Content)?;
    if bytes.len() > FRAME_BYTES_MAX {
        return Err(FrameError::TooLong);
    }
    Ok(bytes)
}

/// A message of its JSON.
///
/// # Errors
/// When it is none.
pub fn read_message<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, FrameError> {
    serde_json::from_slice(bytes).map_err(|_| FrameError::Content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_bounded_on_both_sides() {
        let head = frame_head(FrameKind::Block, FRAME_BYTES_MAX).unwrap();
        assert_eq!(read_frame_head(head), Ok((FrameKind::Block, FRAME_BYTES_MAX)));
        assert_eq!(read_frame_head(frame_head(FrameKind::Message, 0).unwrap()), Ok((FrameKind::Message, 0)));
        assert_eq!(frame_head(FrameKind::Message, FRAME_BYTES_MAX + 1), Err(FrameError::TooLong));
        assert_eq!(read_frame_head([0, 0xff, 0, 0, 0]), Err(FrameError::TooLong));
        assert_eq!(read_frame_head([2, 0, 0, 0, 0]), Err(FrameError::Kind));
    }

    #[test]
    fn messages_survive_the_way_and_show_no_text() {
        let canary = "canary-4012888888881881";
        let segment =
            Segment { path: "a.parquet".to_owned(), key: Some(ColumnKey::new(vec![7; 16], vec![7; 3])) };
        let request = Request {
            version: PROTOCOL_VERSION,
            query: Query::Insights(Plan::compile(&format!("filter a = '{canary}'")).unwrap()),
            groups: vec![Group {
                account: "111122223333".to_owned(),
                region: "eu-central-1".to_owned(),
                name: "g".to_owned(),
                segments: vec![segment],
                start_ms: 0,
            }],
            start_ms: 1,
            end_ms: 2,
            now_ms: 3,
            rows_max: 4,
            time_ms_max: 5,
            blocks: 0,
        };
        let bytes = write_message(&request).unwrap();
        assert!(read_message::<Request>(&bytes).unwrap() == request);
        assert!(read_message::<Request>(b"{}").is_err());
        let row = Row { values: vec![Some(canary.to_owned())], event: None };
        let shown = format!(
            "{:?} {:?} {:?}",
            request.query,
            Answer::Rows(vec![row]),
            ColumnKey::new(vec![7; 16], vec![7; 3])
        );
        assert!(!shown.contains("4012") && !shown.contains('7'), "{shown}");
    }
}
