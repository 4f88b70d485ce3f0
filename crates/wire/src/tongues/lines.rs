//! What does a body of lines hold? One event a line; where a line is a JSON object with a time, that is the event's.
//!
//! "JSON lines" has no standard: lines end in LF, with CR before it perhaps, empty ones are none. Times are looked for under the
//! names that shippers use; numbers are seconds or milliseconds since 1970, told apart by their size, texts are RFC 3339.

use super::{Record, Unreadable, leaf, member, record, seen_bytes};
use crate::answer::Answer;
use crate::codec::read_document;
use crate::input::Document;
use crate::time::{instant_of, parse_iso};
use sotto_sensitive::RawBytes;
use std::borrow::Cow;
use std::time::SystemTime;

/// The answer to lines that were taken, so many of them not.
pub fn accepted(rejected: u64) -> Answer {
    let body = format!("{{\"rejected\":{rejected}}}").into_bytes();
    let headers = vec![(Cow::Borrowed("content-type"), b"application/json".to_vec())];
    Answer { status: 200, headers, body, tail: None }
}

/// Members that hold a line's time, the first one there counts.
const TIMES: [&str; 5] = ["timestamp", "@timestamp", "time", "ts", "date"];
/// From here on a number counts milliseconds: seconds reach it in the year 5138.
const MILLISECONDS_FROM: f64 = 1e11;

/// Reads lines into events.
///
/// # Errors
/// When a line is not UTF-8, or there are more than [`super::RECORDS_MAX`].
pub fn read(body: &RawBytes) -> Result<Vec<Record>, Unreadable> {
    let mut records = Vec::new();
    for line in seen_bytes(body).split(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.trim_ascii().is_empty() {
            continue;
        }
        if records.len() >= super::RECORDS_MAX {
            return Err(Unreadable::TooLarge);
        }
        records.push(record(time_of(line), line.to_vec())?);
    }
    Ok(records)
}

fn time_of(line: &[u8]) -> Option<SystemTime> {
    let object = line.trim_ascii_start().starts_with(b"{").then(|| read_document(line).ok())??;
    let found = TIMES.iter().find_map(|name| member(&object, name))?;
    let text = leaf(found)?;
    match found {
        Document::Number(_) => {
            let number: f64 = text.parse().ok()?;
            instant_of(if number >= MILLISECONDS_FROM { number / 1e3 } else { number })
        }
        _ => parse_iso(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tongues::seen;
    use std::time::Duration;

    #[test]
    fn lines_are_events_with_the_times_they_name() {
        let at = |seconds: f64| Some(SystemTime::UNIX_EPOCH + Duration::from_secs_f64(seconds));
        for (line, wanted) in [
            ("plain canary", None),
            (r#"{"timestamp":1700000000500,"m":"x"}"#, at(1_700_000_000.5)),
            (r#"{"ts":1700000000.5}"#, at(1_700_000_000.5)),
            (r#"{"time":"2023-11-14T22:13:20Z"}"#, at(1_700_000_000.0)),
            (r#"{"time":"yesterday"}"#, None),
            (r#"{"time":{}}"#, None),
            (r#"{"time":1"#, None),
            (r#"["time",1]"#, None),
        ] {
            let records = read(&RawBytes::new(format!("\r\n{line}\r\n\n").into_bytes())).unwrap();
            assert_eq!((records.len(), records[0].at), (1, wanted), "{line}");
            assert_eq!(seen(&records[0].message), line);
        }
        assert_eq!(read(&RawBytes::new(b"\xff".to_vec())).err(), Some(Unreadable::Kind));
        let many = |count: usize| read(&RawBytes::new(b"a\n".repeat(count))).map(|records| records.len());
        assert_eq!(many(super::super::RECORDS_MAX), Ok(super::super::RECORDS_MAX));
        assert_eq!(many(super::super::RECORDS_MAX + 1), Err(Unreadable::TooLarge));
    }
}
