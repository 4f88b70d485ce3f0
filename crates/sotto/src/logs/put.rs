//! `sotto put`: how do lines of a file or a pipe become log events?
//!
//! A reader hands lines over, and batches go out when they are full or a second old, within the limits of PutLogEvents. A batch
//! that the service is too busy for is sent again; what it refuses for good is counted and told. Nothing is dropped silently.

use super::span;
use crate::args::PutArgs;
use crate::fault::{Fault, Verdict, reason};
use crate::out;
use crate::remote::{Remote, own, shown};
use anyhow::Result;
use sotto_sensitive::RawText;
use sotto_wire::{Input, Output, Value};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::{Duration, Instant};

/// Bytes of a batch: those of the messages and 26 for each event (PutLogEvents).
const BATCH_BYTES_MAX: usize = 1_048_576;
/// Bytes that an event costs beside its message.
const EVENT_BYTES: usize = 26;
/// Events of a batch.
const BATCH_EVENTS_MAX: usize = 10_000;
/// Milliseconds between the first and the last event of a batch.
const BATCH_SPAN_MS_MAX: i64 = 24 * 3_600_000;
/// Age of a batch that is not full.
const BATCH_AGE_MAX: Duration = Duration::from_secs(1);
/// Lines that are read ahead.
const LINES_AHEAD_MAX: usize = 1_024;
/// Bytes of a line that is read at all; a longer one ends the command.
const LINE_BYTES_MAX: u64 = 16 << 20;

/// `sotto put`.
pub(crate) fn put(args: &PutArgs) -> Result<Verdict> {
    let remote = Remote::new(&args.remote)?;
    if args.create {
        make(&remote, "CreateLogGroup", Output::new().with("logGroupName", own(&args.group)))?;
        let stream = Output::new().with("logGroupName", own(&args.group));
        make(&remote, "CreateLogStream", stream.with("logStreamName", own(&args.stream)))?;
    }
    let lines = read(args)?;
    let mut writer = Writer { remote: &remote, args, batch: Batch::default(), told: Told::default() };
    writer.drain(&lines)?;
    writer.told.say(args.quiet);
    Ok(if writer.told.refused == 0 { Verdict::Fine } else { Verdict::Found })
}

/// Makes a group or stream; that it is there already is fine.
fn make(remote: &Remote, operation: &'static str, input: Output) -> Result<()> {
    match remote.ask("logs", operation, input) {
        Err(error) if error.code() != "ResourceAlreadyExistsException" => Err(error.into()),
        _ => Ok(()),
    }
}

/// An event that goes out.
struct Event {
    at_ms: i64,
    message: RawText,
}

impl Event {
    fn bytes(&self) -> usize {
        shown(&self.message).len() + EVENT_BYTES
    }
}

/// What goes out together.
#[derive(Default)]
struct Batch {
    events: Vec<Event>,
    bytes: usize,
    begun: Option<Instant>,
}

impl Batch {
    fn takes(&self, event: &Event) -> bool {
        let span = |other: &Event| (other.at_ms - event.at_ms).abs() < BATCH_SPAN_MS_MAX;
        self.events.len() < BATCH_EVENTS_MAX
            && self.bytes + event.bytes() <= BATCH_BYTES_MAX
            && self.events.iter().all(span)
    }

    fn add(&mut self, event: Event) {
        self.begun.get_or_insert_with(Instant::now);
        self.bytes += event.bytes();
        self.events.push(event);
    }

    fn time_left(&self) -> Duration {
        self.begun.map_or(BATCH_AGE_MAX, |begun| BATCH_AGE_MAX.saturating_sub(begun.elapsed()))
    }
}

/// How it went.
#[derive(Default)]
struct Told {
    taken: u64,
    refused: u64,
    mended: u64,
}

impl Told {
    fn say(&self, quiet: bool) {
        if !quiet {
            out::say(&format!("{} events taken", self.taken));
        }
        if self.mended > 0 {
            out::say(&format!("{} lines were not UTF-8; what was not became U+FFFD", self.mended));
        }
        if self.refused > 0 {
            out::say(&format!(
                "{} events refused: too old, too new, too long, or no JSON event",
                self.refused
            ));
        }
    }
}

struct Writer<'a> {
    remote: &'a Remote,
    args: &'a PutArgs,
    batch: Batch,
    told: Told,
}

impl Writer<'_> {
    fn drain(&mut self, lines: &Receiver<io::Result<Vec<u8>>>) -> Result<()> {
        loop {
            match lines.recv_timeout(self.batch.time_left()) {
                Ok(Ok(line)) => self.line(line)?,
                Ok(Err(error)) => {
                    self.flush()?;
                    return Err(Fault::unavailable(format!("input: {}", reason(&error))));
                }
                Err(RecvTimeoutError::Timeout) => self.flush()?,
                Err(RecvTimeoutError::Disconnected) => return self.flush(),
            }
        }
    }

    fn line(&mut self, line: Vec<u8>) -> Result<()> {
        let text = match String::from_utf8(line) {
            Ok(text) => text,
            Err(error) => {
                self.told.mended += 1;
                String::from_utf8_lossy(error.as_bytes()).into_owned()
            }
        };
        if text.is_empty() {
            return Ok(());
        }
        let event = match self.args.jsonl {
            true => of_json(&text),
            false => Some(Event { at_ms: span::now_ms(), message: RawText::new(text) }),
        };
        let fits = event.filter(|event| event.bytes() <= BATCH_BYTES_MAX);
        let Some(event) = fits else {
            self.told.refused += 1;
            return Ok(());
        };
        if !self.batch.takes(&event) {
            self.flush()?;
        }
        self.batch.add(event);
        if self.batch.time_left().is_zero() { self.flush() } else { Ok(()) }
    }

    /// Sends what was gathered, in the order of time.
    fn flush(&mut self) -> Result<()> {
        let mut batch = std::mem::take(&mut self.batch);
        if batch.events.is_empty() {
            return Ok(());
        }
        batch.events.sort_by_key(|event| event.at_ms);
        let answer = self.remote.insist("logs", "PutLogEvents", || self.request(&batch.events))?;
        let refused = refused(&answer, batch.events.len());
        self.told.refused += refused as u64;
        self.told.taken += (batch.events.len() - refused) as u64;
        Ok(())
    }

    fn request(&self, events: &[Event]) -> Output {
        let event = |event: &Event| {
            Output::new().with("timestamp", event.at_ms).with("message", own(shown(&event.message)))
        };
        Output::new()
            .with("logGroupName", own(&self.args.group))
            .with("logStreamName", own(&self.args.stream))
            .with("logEvents", Value::list(events.iter().map(event)))
    }
}

/// How many events of a batch were refused: those before the end of what is too old, and those from the first that is too new.
fn refused(answer: &Input, count: usize) -> usize {
    let Some(info) = answer.member("rejectedLogEventsInfo") else { return 0 };
    let index = |name| info.integer(name).and_then(|index| usize::try_from(index).ok());
    let old = index("tooOldLogEventEndIndex").max(index("expiredLogEventEndIndex")).unwrap_or(0).min(count);
    let new = index("tooNewLogEventStartIndex").unwrap_or(count).clamp(old, count);
    old + (count - new)
}

/// `{"timestamp": ..., "message": ...}`.
fn of_json(line: &str) -> Option<Event> {
    #[derive(serde::Deserialize)]
    struct Line {
        timestamp: i64,
        message: String,
    }
    let line: Line = serde_json::from_str(line).ok()?;
    Some(Event { at_ms: line.timestamp, message: RawText::new(line.message) })
}

/// Lines of the input, read ahead by a thread of its own: a pipe may pause for long.
fn read(args: &PutArgs) -> Result<Receiver<io::Result<Vec<u8>>>> {
    let (send, lines) = sync_channel(LINES_AHEAD_MAX);
    let input: Box<dyn Read + Send> = match args.file.as_deref().filter(|path| path.as_os_str() != "-") {
        Some(path) => Box::new(File::open(path).map_err(|error| Fault::file(path, &error))?),
        None => Box::new(io::stdin()),
    };
    std::thread::spawn(move || hand_over(BufReader::with_capacity(1 << 16, input), &send));
    Ok(lines)
}

fn hand_over(mut input: impl BufRead, send: &SyncSender<io::Result<Vec<u8>>>) {
    loop {
        let mut line = Vec::new();
        let read = input.by_ref().take(LINE_BYTES_MAX).read_until(b'\n', &mut line);
        let whole = line.pop_if(|last| *last == b'\n').is_some();
        line.pop_if(|last| whole && *last == b'\r');
        let next = match read {
            Ok(0) => return,
            Ok(read) if !whole && read as u64 == LINE_BYTES_MAX => Err(io::ErrorKind::FileTooLarge.into()),
            Ok(_) => Ok(line),
            Err(error) => Err(error),
        };
        let ended = next.is_err();
        if send.send(next).is_err() || ended {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(at_ms: i64, bytes: usize) -> Event {
        Event { at_ms, message: RawText::new("x".repeat(bytes)) }
    }

    #[test]
    fn batches_stay_within_the_limits() {
        let mut batch = Batch::default();
        assert!(batch.takes(&event(0, BATCH_BYTES_MAX - EVENT_BYTES)));
        assert!(!batch.takes(&event(0, BATCH_BYTES_MAX - EVENT_BYTES + 1)));
        batch.add(event(0, 10));
        assert!(batch.takes(&event(BATCH_SPAN_MS_MAX - 1, 1)) && !batch.takes(&event(BATCH_SPAN_MS_MAX, 1)));
        assert!(!batch.takes(&event(-BATCH_SPAN_MS_MAX, 1)));
        (1..BATCH_EVENTS_MAX).for_each(|_| batch.add(event(0, 1)));
        assert!(!batch.takes(&event(0, 1)));
    }

    #[test]
    fn lines_are_read_whole() {
        let (send, lines) = sync_channel(10);
        hand_over(io::Cursor::new(b"a\r\n\nb\nlast".to_vec()), &send);
        drop(send);
        let lines: Vec<_> = lines.iter().map(Result::unwrap).collect();
        assert_eq!(lines, [&b"a"[..], b"", b"b", b"last"]);
    }

    #[test]
    fn events_of_json() {
        assert!(of_json(r#"{"timestamp":5,"message":"m"}"#).is_some_and(|event| event.at_ms == 5));
        for line in ["", "m", r#"{"message":"m"}"#, r#"{"timestamp":"5","message":"m"}"#, "[5]"] {
            assert!(of_json(line).is_none(), "{line}");
        }
    }
}
