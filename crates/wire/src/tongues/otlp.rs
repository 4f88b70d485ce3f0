//! What does an exporter of OpenTelemetry say, and what does it want to hear?
//!
//! OTLP specification 1.x, "OTLP/HTTP": `/v1/logs` and `/v1/traces`, protobuf or JSON, gzip perhaps; the answer has the request's
//! content type; a part that is refused is a 200 with `partialSuccess`; errors are a `Status`. Exporters try again after 429, 502,
//! 503 and 504 alone, and one before mid-2026 takes 429 as final: overload is 503 with a short `Retry-After`.
//!
//! A record becomes one JSON object: its own members, its resource and its scope, attributes as members of an object, so that
//! fields have the names that queries expect (`attributes.gen_ai.prompt`).

use super::{Record, Unreadable, items, leaf, member, protobuf, record, seen, seen_bytes};
use crate::answer::Answer;
use crate::codec::{json_string, read_document, write_document};
use crate::fault::Message;
use crate::head::Head;
use crate::input::Document;
use sotto_sensitive::{RawBytes, RawText};
use std::borrow::Cow;
use std::time::{Duration, SystemTime};

/// What is exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// Log records: `/v1/logs`.
    Logs,
    /// Spans: `/v1/traces`.
    Traces,
}

/// How it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// `application/x-protobuf`.
    Protobuf,
    /// `application/json`.
    Json,
}

impl Encoding {
    /// What the request's content type says; `None` when it is neither.
    pub fn of(head: &Head) -> Option<Self> {
        let kind = head.header_text("content-type")?.split(';').next()?.trim();
        match kind {
            _ if kind.eq_ignore_ascii_case("application/x-protobuf") => Some(Self::Protobuf),
            _ if kind.eq_ignore_ascii_case("application/json") => Some(Self::Json),
            _ => None,
        }
    }

    const fn content_type(self) -> &'static [u8] {
        match self {
            Self::Protobuf => b"application/x-protobuf",
            Self::Json => b"application/json",
        }
    }
}

impl Signal {
    /// Names of the lists that lead to records, and of the record's time.
    const fn path(self) -> [&'static str; 5] {
        match self {
            Self::Logs => ["resourceLogs", "scopeLogs", "logRecords", "timeUnixNano", "observedTimeUnixNano"],
            Self::Traces => ["resourceSpans", "scopeSpans", "spans", "endTimeUnixNano", "startTimeUnixNano"],
        }
    }
}

/// Reads a request into events.
///
/// # Errors
/// When it is none, or holds more than [`super::RECORDS_MAX`] events or [`super::RECORDS_BYTES_MAX`] bytes of them.
pub fn read(signal: Signal, encoding: Encoding, body: &RawBytes) -> Result<Vec<Record>, Unreadable> {
    let tree = match (encoding, signal) {
        (Encoding::Protobuf, Signal::Logs) => protobuf::read(seen_bytes(body), &protobuf::LOGS)?,
        (Encoding::Protobuf, Signal::Traces) => protobuf::read(seen_bytes(body), &protobuf::TRACES)?,
        (Encoding::Json, _) => read_document(seen_bytes(body))?,
    };
    if !matches!(tree, Document::Map(_)) {
        return Err(Unreadable::Kind);
    }
    records(signal, &tree)
}

fn records(signal: Signal, tree: &Document) -> Result<Vec<Record>, Unreadable> {
    let [of_resource, of_scope, leaves, time, other_time] = signal.path();
    let (mut records, mut bytes) = (Vec::new(), 0);
    for resource in items(tree, of_resource) {
        for scope in items(resource, of_scope) {
            for found in items(scope, leaves) {
                if records.len() >= super::RECORDS_MAX {
                    return Err(Unreadable::TooLarge);
                }
                let around = [("resource", member(resource, "resource")), ("scope", member(scope, "scope"))];
                let at = instant(found, time).or_else(|| instant(found, other_time));
                let message = written(found, around);
                bytes += message.len();
                if bytes > super::RECORDS_BYTES_MAX {
                    return Err(Unreadable::TooLarge);
                }
                records.push(record(at, message)?);
            }
        }
    }
    Ok(records)
}

/// Nanoseconds since 1970, as a number or a text; zero is none (`logs.proto`, `time_unix_nano`).
fn instant(found: &Document, name: &str) -> Option<SystemTime> {
    let nanos: u64 = leaf(member(found, name)?)?.parse().ok()?;
    (nanos > 0).then(|| SystemTime::UNIX_EPOCH + Duration::from_nanos(nanos))
}

/// The record as one JSON object.
fn written(found: &Document, around: [(&'static str, Option<&Document>); 2]) -> Vec<u8> {
    let mut out = Vec::with_capacity(512);
    out.push(b'{');
    for (name, of_it) in around {
        if let Some(Document::Map(members)) = of_it.filter(|of_it| of_it.leaves() > 0) {
            separate(&mut out);
            json_string(&mut out, name);
            out.extend_from_slice(b":{");
            write_members(&mut out, members);
            out.push(b'}');
        }
    }
    if let Document::Map(members) = found {
        write_members(&mut out, members);
    }
    out.push(b'}');
    out
}

fn separate(out: &mut Vec<u8>) {
    if out.last().is_some_and(|last| !matches!(last, b'{' | b'[')) {
        out.push(b',');
    }
}

fn write_members(out: &mut Vec<u8>, members: &[(RawText, Document)]) {
    for (key, value) in members {
        separate(out);
        json_string(out, seen(key));
        out.push(b':');
        match (seen(key), value) {
            ("attributes", Document::List(pairs)) => write_pairs(out, pairs),
            ("body", value) => write_any(out, value),
            ("events" | "links", Document::List(below)) => {
                out.push(b'[');
                for below in below {
                    separate(out);
                    out.push(b'{');
                    if let Document::Map(members) = below {
                        write_members(out, members);
                    }
                    out.push(b'}');
                }
                out.push(b']');
            }
            (_, value) => write_document(out, value),
        }
    }
}

/// A list of keys and values as an object.
fn write_pairs(out: &mut Vec<u8>, pairs: &[Document]) {
    out.push(b'{');
    for pair in pairs {
        let Some(key) = member(pair, "key").and_then(leaf) else { continue };
        separate(out);
        json_string(out, key);
        out.push(b':');
        match member(pair, "value") {
            Some(value) => write_any(out, value),
            None => out.extend_from_slice(b"null"),
        }
    }
    out.push(b'}');
}

/// An `AnyValue` as what it holds.
fn write_any(out: &mut Vec<u8>, value: &Document) {
    let Document::Map(members) = value else { return write_document(out, value) };
    let Some((key, held)) = members.first() else { return out.extend_from_slice(b"null") };
    match (seen(key), held) {
        ("arrayValue", held) => {
            out.push(b'[');
            for item in items(held, "values") {
                separate(out);
                write_any(out, item);
            }
            out.push(b']');
        }
        ("kvlistValue", held) => write_pairs(out, items(held, "values")),
        // 64-bit numbers are texts in OTLP's JSON.
        ("intValue", Document::Text(text)) if seen(text).parse::<i64>().is_ok() => {
            out.extend_from_slice(seen(text).as_bytes());
        }
        (_, held) => write_document(out, held),
    }
}

/// The answer to what was taken, `rejected` events of it not.
pub fn accepted(signal: Signal, encoding: Encoding, rejected: u64, words: &Message) -> Answer {
    let name = match signal {
        Signal::Logs => "rejectedLogRecords",
        Signal::Traces => "rejectedSpans",
    };
    let body = match (encoding, rejected) {
        (Encoding::Json, 0) => b"{}".to_vec(),
        (Encoding::Protobuf, 0) => Vec::new(),
        (Encoding::Json, _) => {
            let mut out =
                format!("{{\"partialSuccess\":{{\"{name}\":\"{rejected}\",\"errorMessage\":").into_bytes();
            json_string(&mut out, words.text().get());
            out.extend_from_slice(b"}}");
            out
        }
        (Encoding::Protobuf, _) => {
            let mut partial = vec![1 << 3];
            push_varint(&mut partial, rejected);
            push_bytes(&mut partial, 2, words.text().get().as_bytes());
            let mut out = Vec::new();
            push_bytes(&mut out, 1, &partial);
            out
        }
    };
    answer(encoding, 200, body)
}

/// The answer to what was not taken: a `google.rpc.Status`; after 503 with the seconds to wait.
pub fn refused(encoding: Encoding, status: u16, words: &Message, retry_after: Option<Duration>) -> Answer {
    let words = words.text().get();
    let body = match encoding {
        Encoding::Json => {
            let mut out = b"{\"message\":".to_vec();
            json_string(&mut out, words);
            out.push(b'}');
            out
        }
        Encoding::Protobuf => {
            let mut out = Vec::new();
            push_bytes(&mut out, 2, words.as_bytes());
            out
        }
    };
    let mut answer = answer(encoding, status, body);
    if let Some(wait) = retry_after {
        answer.headers.push((Cow::Borrowed("retry-after"), wait.as_secs().max(1).to_string().into_bytes()));
    }
    answer
}

fn answer(encoding: Encoding, status: u16, body: Vec<u8>) -> Answer {
    let headers = vec![(Cow::Borrowed("content-type"), encoding.content_type().to_vec())];
    Answer { status, headers, body, tail: None }
}

fn push_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(u8::try_from(value & 0x7f).unwrap_or_default() | 0x80);
        value >>= 7;
    }
    out.push(u8::try_from(value).unwrap_or_default());
}

fn push_bytes(out: &mut Vec<u8>, field: u8, bytes: &[u8]) {
    out.push(field << 3 | 2);
    push_varint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(records: &[Record]) -> Vec<&str> {
        records.iter().map(|record| seen(&record.message)).collect()
    }

    fn message(parts: &[(u8, &[u8])]) -> Vec<u8> {
        let mut out = Vec::new();
        parts.iter().for_each(|(number, bytes)| push_bytes(&mut out, *number, bytes));
        out
    }

    fn pair(key: &str, value: &str) -> Vec<u8> {
        message(&[(1, key.as_bytes()), (2, &message(&[(1, value.as_bytes())]))])
    }

    const JSON: &str = r#"{"resourceLogs":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"bot"}}]},
        "scopeLogs":[{"scope":{"name":"lib"},"logRecords":[{"timeUnixNano":"1700000000000000001",
        "body":{"kvlistValue":{"values":[{"key":"said","value":{"stringValue":"canary \"1\""}},
        {"key":"n","value":{"intValue":"7"}},{"key":"list","value":{"arrayValue":{"values":[{"boolValue":true},{}]}}}]}},
        "attributes":[{"key":"k","value":{"doubleValue":0.5}}],"traceId":"0af7651916cd43dd8448eb211c80319c"}]}]}]}"#;

    #[test]
    fn json_records_carry_their_resource_and_scope() {
        let records = read(Signal::Logs, Encoding::Json, &RawBytes::new(JSON.into())).unwrap();
        let wanted = r#"{"resource":{"attributes":{"service.name":"bot"}},"scope":{"name":"lib"},"timeUnixNano":"1700000000000000001","body":{"said":"canary \"1\"","n":7,"list":[true,null]},"attributes":{"k":0.5},"traceId":"0af7651916cd43dd8448eb211c80319c"}"#;
        assert_eq!(texts(&records), [wanted]);
        let since = records[0].at.unwrap().duration_since(SystemTime::UNIX_EPOCH).unwrap();
        assert_eq!(since.as_nanos(), 1_700_000_000_000_000_001);
    }

    #[test]
    fn protobuf_says_the_same() {
        let mut log = vec![1 << 3 | 1];
        log.extend_from_slice(&1_700_000_000_000_000_001_u64.to_le_bytes());
        log.extend_from_slice(&[2 << 3, 9]);
        log.extend(message(&[(5, &message(&[(1, b"canary")])), (6, &pair("k", "v")), (9, &[0x0a, 0xf7])]));
        let resource = message(&[(1, &pair("service.name", "bot"))]);
        let scope = message(&[(1, &message(&[(1, b"lib")])), (2, &log), (2, &log)]);
        let body = message(&[(1, &message(&[(1, &resource), (2, &scope)]))]);
        let records = read(Signal::Logs, Encoding::Protobuf, &RawBytes::new(body)).unwrap();
        let wanted = r#"{"resource":{"attributes":{"service.name":"bot"}},"scope":{"name":"lib"},"timeUnixNano":1700000000000000001,"severityNumber":9,"body":"canary","attributes":{"k":"v"},"traceId":"0af7"}"#;
        assert_eq!(texts(&records), [wanted, wanted]);
    }

    #[test]
    fn spans_have_events_and_links() {
        let event = message(&[(2, b"said"), (3, &pair("gen_ai.prompt", "canary"))]);
        let span = message(&[(1, &[1]), (5, b"turn"), (11, &event), (13, &message(&[(4, &pair("a", "b"))]))]);
        let body = message(&[(1, &message(&[(2, &message(&[(2, &span)]))]))]);
        let records = read(Signal::Traces, Encoding::Protobuf, &RawBytes::new(body)).unwrap();
        let wanted = r#"{"traceId":"01","name":"turn","events":[{"name":"said","attributes":{"gen_ai.prompt":"canary"}}],"links":[{"attributes":{"a":"b"}}]}"#;
        assert_eq!((texts(&records), records[0].at), (vec![wanted], None));
    }

    #[test]
    fn what_is_none_is_refused() {
        let json =
            |text: &str| read(Signal::Logs, Encoding::Json, &RawBytes::new(text.into())).map(|r| r.len());
        assert_eq!(json("{}"), Ok(0));
        assert_eq!(json("[]"), Err(Unreadable::Kind));
        assert_eq!(json("{"), Err(Unreadable::Malformed(1)));
        let proto = |bytes: &[u8]| {
            read(Signal::Traces, Encoding::Protobuf, &RawBytes::new(bytes.to_vec())).map(|r| r.len())
        };
        assert_eq!(proto(b""), Ok(0));
        assert_eq!(proto(&[10, 5, 0]), Err(Unreadable::Malformed(2)));
        assert_eq!(proto(&[8, 1]), Err(Unreadable::Kind));
        assert_eq!(proto(&[0xff; 11]), Err(Unreadable::Malformed(10)));
        // An unknown field is stepped over.
        assert_eq!(proto(&[0x78, 1]), Ok(0));
        let mut deep = Vec::new();
        for _ in 0..200 {
            deep = message(&[(5, &message(&[(1, &deep)]))]);
        }
        let log = message(&[(5, &deep)]);
        let body = message(&[(1, &message(&[(2, &message(&[(2, &log)]))]))]);
        let read = read(Signal::Logs, Encoding::Protobuf, &RawBytes::new(body));
        assert!(matches!(read, Err(Unreadable::Deep)));
    }

    #[test]
    fn what_records_share_is_not_repeated_without_a_bound() {
        let count = |records: usize, shared: usize| {
            let resource = format!(
                r#"{{"attributes":[{{"key":"k","value":{{"stringValue":"{}"}}}}]}}"#,
                "a".repeat(shared)
            );
            let all = vec!["{}"; records].join(",");
            let text = format!(
                r#"{{"resourceLogs":[{{"resource":{resource},"scopeLogs":[{{"logRecords":[{all}]}}]}}]}}"#
            );
            read(Signal::Logs, Encoding::Json, &RawBytes::new(text.into_bytes())).map(|records| records.len())
        };
        let around = r#"{"resource":{"attributes":{"k":""}}}"#.len();
        let shared = super::super::RECORDS_BYTES_MAX / 64 - around;
        assert_eq!(count(64, shared), Ok(64));
        assert_eq!(count(64, shared + 1), Err(Unreadable::TooLarge));
    }

    #[test]
    fn values_have_a_bound_on_both_sides() {
        use crate::codec::DOCUMENT_NODES_MAX;
        let json = |items: usize| {
            let body = format!("[{}]", vec!["0"; items].join(","));
            read(Signal::Logs, Encoding::Json, &RawBytes::new(body.into_bytes())).err()
        };
        // The list counts, too; one that is read through is no request.
        assert_eq!(json(DOCUMENT_NODES_MAX - 1), Some(Unreadable::Kind));
        assert_eq!(json(DOCUMENT_NODES_MAX), Some(Unreadable::TooLarge));
        let protobuf = |items: usize| {
            let body = RawBytes::new([1 << 3 | 2, 0].repeat(items));
            read(Signal::Logs, Encoding::Protobuf, &body).map(|records| records.len())
        };
        assert_eq!(protobuf(DOCUMENT_NODES_MAX), Ok(0));
        assert_eq!(protobuf(DOCUMENT_NODES_MAX + 1), Err(Unreadable::TooLarge));
    }

    #[test]
    fn answers_speak_the_tongue_of_the_request() {
        let words = Message::from("too old");
        let body = |answer: Answer| String::from_utf8(answer.body).unwrap();
        assert_eq!(body(accepted(Signal::Logs, Encoding::Json, 0, &words)), "{}");
        assert_eq!(
            body(accepted(Signal::Traces, Encoding::Json, 3, &words)),
            r#"{"partialSuccess":{"rejectedSpans":"3","errorMessage":"too old"}}"#
        );
        let answer = accepted(Signal::Logs, Encoding::Protobuf, 300, &words);
        assert_eq!(answer.body, [&[10, 12, 8, 0xac, 2, 18, 7][..], b"too old"].concat());
        let busy = refused(Encoding::Protobuf, 503, &words, Some(Duration::from_secs(2)));
        assert_eq!((busy.status, &busy.headers[1].1[..], &busy.body[..2]), (503, &b"2"[..], &[18, 7][..]));
    }
}
