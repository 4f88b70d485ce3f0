//! How does an answer come that never ends? As frames, each with headers, a payload and two checksums.
//!
//! Amazon event stream encoding ("application/vnd.amazon.eventstream", Smithy specification): lengths of frame and headers and
//! their CRC-32, headers, payload, CRC-32 of everything before it. Of JSON services the first frame is `initial-response` with
//! the members that are no events; then come events by the names of the stream's members, and at the end perhaps an exception.
//! [`Reader`] is the client's end, and what tests hold the writer against.

use crate::call::Call;
use crate::codec::{Mistake, json_fault, json_value};
use crate::fault::Fault;
use crate::output::{Output, Value};
use flate2::Crc;
use sotto_aws_model::{Operation, Service, ShapeId};
use sotto_public::Public;
use sotto_sensitive::RawBytes;

/// Bytes of a frame at most (AWS's SDKs refuse larger payloads than 16 MiB).
pub const FRAME_BYTES_MAX: usize = 16 * 1024 * 1024;
/// The type of such a body.
pub(crate) const CONTENT_TYPE: &str = "application/vnd.amazon.eventstream";

/// Bytes of the two lengths and their checksum.
const PRELUDE_BYTES: usize = 12;
/// Bytes of a checksum.
const CHECKSUM_BYTES: usize = 4;
/// The only kind of header value that AWS's services send: a text with a length of 16 bits.
const TEXT_KIND: u8 = 7;

/// An event of the operation's stream: `member` is its name there.
///
/// # Errors
/// None is told to the client: a member that the stream does not have is a mistake of ours, and the event is left out.
pub fn event(call: &Call, member: &'static str, output: Output) -> Option<Vec<u8>> {
    let (service, operation) = call.modelled()?;
    let stream = service.structure(stream_of(service, operation)?)?;
    let (_, found) = stream.member(member)?;
    let mut payload = Vec::new();
    json_value(&mut payload, &Value::Structure(output), (service, found.shape)).ok()?;
    let headers =
        [(":message-type", "event"), (":event-type", member), (":content-type", "application/json")];
    Some(frame(&headers, &payload))
}

/// The end of a stream that something ended: the fault's code names the stream's member.
pub fn exception(call: &Call, fault: &Fault) -> Vec<u8> {
    let code = fault.code(call.protocol());
    let headers =
        [(":message-type", "exception"), (":exception-type", code), (":content-type", "application/json")];
    frame(&headers, &json_fault(fault))
}

/// The first frame, when the operation answers with a stream.
pub(crate) fn initial(
    call: &Call,
    (service, operation): (&Service, &Operation),
    output: Output,
) -> Result<Vec<u8>, Mistake> {
    let shape = operation.output.ok_or(Mistake)?;
    let mut payload = Vec::new();
    json_value(&mut payload, &Value::Structure(output), (service, shape))?;
    let headers = [
        (":message-type", "event"),
        (":event-type", "initial-response"),
        (":content-type", crate::codec::json_type(call)),
    ];
    Ok(frame(&headers, &payload))
}

/// The shape of the operation's stream, when it answers with one.
fn stream_of(service: &Service, operation: &Operation) -> Option<ShapeId> {
    let output = service.structure(operation.output?)?;
    let streams = |shape| service.structure(shape).is_some_and(|structure| structure.event_stream);
    output.members.iter().map(|member| member.shape).find(|shape| streams(*shape))
}

fn frame(headers: &[(&str, &str)], payload: &[u8]) -> Vec<u8> {
    let mut coded = Vec::new();
    for (name, value) in headers {
        coded.push(u8::try_from(name.len()).unwrap_or(u8::MAX));
        coded.extend_from_slice(name.as_bytes());
        coded.push(TEXT_KIND);
        coded.extend_from_slice(&u16::try_from(value.len()).unwrap_or(u16::MAX).to_be_bytes());
        coded.extend_from_slice(value.as_bytes());
    }
    let total = PRELUDE_BYTES + coded.len() + payload.len() + CHECKSUM_BYTES;
    let mut out = Vec::with_capacity(total);
    out.extend_from_slice(&length(total));
    out.extend_from_slice(&length(coded.len()));
    out.extend_from_slice(&checksum(&out));
    out.extend_from_slice(&coded);
    out.extend_from_slice(payload);
    out.extend_from_slice(&checksum(&out));
    out
}

fn length(bytes: usize) -> [u8; 4] {
    u32::try_from(bytes).unwrap_or(u32::MAX).to_be_bytes()
}

fn checksum(bytes: &[u8]) -> [u8; 4] {
    let mut crc = Crc::new();
    crc.update(bytes);
    crc.sum().to_be_bytes()
}

/// A frame, read: who sent it says in its headers what it is.
#[derive(Debug)]
pub struct Frame {
    /// `:message-type`: event, exception or error.
    pub message_type: Option<Public<String>>,
    /// `:event-type`, `:exception-type` or `:error-code`.
    pub name: Option<Public<String>>,
    /// What it carries.
    pub payload: RawBytes,
}

/// Why a stream cannot be read on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BrokenStream {
    /// A checksum is another one.
    #[error("a frame's checksum is wrong")]
    Checksum,
    /// A length cannot be.
    #[error("a frame's length is impossible, or more than {FRAME_BYTES_MAX} bytes")]
    Length,
    /// A header cannot be read.
    #[error("a frame's headers cannot be read")]
    Headers,
}

/// Frames out of bytes as they come.
#[derive(Debug, Default)]
pub struct Reader(RawBytes);

impl Reader {
    /// Takes what came.
    pub fn push(&mut self, bytes: &RawBytes) {
        self.0.push(seen(bytes));
    }

    /// The next frame, when all of it is there.
    ///
    /// # Errors
    /// [`BrokenStream`]: nothing after it can be trusted.
    #[expect(
        clippy::should_implement_trait,
        reason = "a frame may not be there yet, and a stream may be broken"
    )]
    pub fn next(&mut self) -> Result<Option<Frame>, BrokenStream> {
        let bytes = seen(&self.0);
        let Some((prelude, _)) = bytes.split_first_chunk::<PRELUDE_BYTES>() else { return Ok(None) };
        let [a, b, c, d, e, f, g, h, sum @ ..] = *prelude;
        if checksum(&[a, b, c, d, e, f, g, h]) != sum {
            return Err(BrokenStream::Checksum);
        }
        let (total, headers) = (u32::from_be_bytes([a, b, c, d]), u32::from_be_bytes([e, f, g, h]));
        let (total, headers) = (total as usize, headers as usize);
        if total > FRAME_BYTES_MAX || total < PRELUDE_BYTES + headers.saturating_add(CHECKSUM_BYTES) {
            return Err(BrokenStream::Length);
        }
        let Some(whole) = bytes.get(..total) else { return Ok(None) };
        let (body, sum) = whole.split_last_chunk::<CHECKSUM_BYTES>().ok_or(BrokenStream::Length)?;
        if checksum(body) != *sum {
            return Err(BrokenStream::Checksum);
        }
        let rest = body.get(PRELUDE_BYTES..).and_then(|rest| rest.split_at_checked(headers));
        let frame = rest.ok_or(BrokenStream::Length).and_then(|(headers, payload)| read(headers, payload))?;
        self.0.drop_front(total);
        Ok(Some(frame))
    }

    /// Whether a part of a frame waits for its rest.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[expect(clippy::disallowed_methods, reason = "frames are found by their lengths; payloads leave captured")]
fn seen(bytes: &RawBytes) -> &[u8] {
    bytes.expose()
}

fn read(mut headers: &[u8], payload: &[u8]) -> Result<Frame, BrokenStream> {
    let mut frame = Frame { message_type: None, name: None, payload: RawBytes::new(payload.to_vec()) };
    while !headers.is_empty() {
        let (name, value, rest) = header(headers).ok_or(BrokenStream::Headers)?;
        let word = crate::sigv4::word(value);
        match name {
            b":message-type" => frame.message_type = word,
            b":event-type" | b":exception-type" | b":error-code" => frame.name = word,
            _ => {}
        }
        headers = rest;
    }
    Ok(frame)
}

/// A header's name, its value where that is a text, and what follows.
fn header(bytes: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let (count, rest) = bytes.split_first()?;
    let (name, rest) = rest.split_at_checked((*count).into())?;
    let (kind, rest) = rest.split_first()?;
    let fixed = |count: usize| rest.split_at_checked(count).map(|(_, rest)| (name, &[][..], rest));
    match kind {
        0 | 1 => fixed(0),
        2 => fixed(1),
        3 => fixed(2),
        4 => fixed(4),
        5 | 8 => fixed(8),
        9 => fixed(16),
        6 | &TEXT_KIND => {
            let (count, rest) = rest.split_first_chunk::<2>()?;
            let (value, rest) = rest.split_at_checked(u16::from_be_bytes(*count).into())?;
            Some((name, value, rest))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Common;
    use sotto_aws_model::{Protocol, service};

    fn tail_call() -> Call {
        let logs = service("logs").unwrap();
        let operation = logs.operation_id("StartLiveTail").unwrap();
        Call::of(&logs, operation, Protocol::Json)
    }

    #[expect(clippy::disallowed_methods, reason = "the test reads what it wrote")]
    fn text(frame: &Frame) -> (String, String, String) {
        let name = |name: &Option<Public<String>>| name.as_ref().unwrap().to_string();
        let payload = String::from_utf8(frame.payload.expose().to_vec()).unwrap();
        (name(&frame.message_type), name(&frame.name), payload)
    }

    #[test]
    fn frames_are_as_published() {
        // The empty frame of the specification's test vectors: `empty_message`.
        let bytes = frame(&[], &[]);
        assert_eq!(bytes, [0, 0, 0, 0x10, 0, 0, 0, 0, 5, 0xc2, 0x48, 0xeb, 0x7d, 0x98, 0xc8, 0xff]);
    }

    #[test]
    fn what_is_written_is_read_however_it_is_cut() {
        let call = tail_call();
        let update = Output::new().with("sessionMetadata", Output::new().with("sampled", true));
        let mut bytes = event(&call, "sessionUpdate", update).unwrap();
        bytes.extend(exception(&call, &Fault::new("SessionTimeoutException", "three hours")));
        assert!(event(&call, "noSuchMember", Output::new()).is_none());
        assert!(event(&call, "sessionUpdate", Output::new().with("misspelt", 1_u8)).is_none());
        for step in [1, 7, bytes.len()] {
            let (mut reader, mut frames) = (Reader::default(), Vec::new());
            for part in bytes.chunks(step) {
                reader.push(&RawBytes::new(part.to_vec()));
                while let Some(frame) = reader.next().unwrap() {
                    frames.push(text(&frame));
                }
            }
            assert!(reader.is_empty());
            let wanted = [
                ("event", "sessionUpdate", r#"{"sessionMetadata":{"sampled":true}}"#),
                ("exception", "SessionTimeoutException", r#"{"message":"three hours"}"#),
            ];
            let wanted = wanted.map(|(a, b, c)| (a.to_owned(), b.to_owned(), c.to_owned()));
            assert_eq!(frames, wanted);
        }
    }

    #[test]
    fn a_broken_frame_is_refused() {
        let good = exception(&tail_call(), &Fault::common(Common::Internal, "x"));
        let next = |bytes: &[u8]| {
            let mut reader = Reader::default();
            reader.push(&RawBytes::new(bytes.to_vec()));
            reader.next().map(|frame| frame.is_some())
        };
        assert_eq!(next(&good), Ok(true));
        assert_eq!(next(&good[..good.len() - 1]), Ok(false));
        for at in 0..good.len() {
            let mut broken = good.clone();
            broken[at] ^= 1;
            assert!(next(&broken) != Ok(true), "byte {at}");
        }
    }
}
