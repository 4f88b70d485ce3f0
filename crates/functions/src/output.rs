//! What does a function write, and where does it go? Standard output and error are read as they come, cut into lines, and
//! handed on raw: whoever takes them masks them before anything is kept.
//!
//! A line is one event. Runtime clients write carriage returns where a message has several lines; they become line ends here. A
//! line that is longer than an event may be is left out whole, and a note stands for it: wherever it were cut, at a blank too, the
//! cut could go through a value or part it from the words that it is known by, and nobody would find what is left of it. When lines
//! are taken slower than they are written, the function waits: both their number and their bytes are bounded.
//!
//! For the same reason the end of the log is kept as whole events: whoever shows it masks each, and cuts after that.

use crate::deployment::Line;
use sotto_sensitive::{RawBytes, RawText};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::sync::{Semaphore, mpsc};

/// Bytes of a line; an event of CloudWatch Logs has 1 MiB.
pub(crate) const LINE_BYTES_MAX: usize = 256 * 1024;
/// Bytes of the lines of a process that wait to be taken.
pub(crate) const BYTES_WAITING_MAX: usize = 4 * 1024 * 1024;
/// What stands for a line that is too long.
const TOO_LONG: &str = "[sotto] a line of more than 262144 bytes was left out";
/// Bytes that a line takes besides its text.
const LINE_BYTES_ABOVE: usize = 64;
/// Lines that wait to be taken.
pub(crate) const LINES_WAITING_MAX: usize = 4096;
/// Bytes of the end of the log that an invocation shows (AWS Lambda API Reference, "Invoke": `LogType`).
pub const TAIL_BYTES_MAX: usize = 4096;
/// What ends an event in the end of a log: no text has this byte (RFC 3629, section 3).
const EVENT_END: u8 = 0xff;

/// Where the lines of a process go.
#[derive(Clone)]
pub(crate) struct Output {
    lines: mpsc::Sender<Line>,
    room: Arc<Semaphore>,
    tail: Arc<Mutex<Tail>>,
    now: Arc<dyn Fn() -> SystemTime + Send + Sync>,
}

impl Output {
    pub(crate) fn new(now: Arc<dyn Fn() -> SystemTime + Send + Sync>) -> (Self, mpsc::Receiver<Line>) {
        let (lines, taken) = mpsc::channel(LINES_WAITING_MAX);
        let room = Arc::new(Semaphore::new(BYTES_WAITING_MAX));
        (Self { lines, room, tail: Arc::default(), now }, taken)
    }

    /// Reads until the other end is closed.
    pub(crate) async fn read(self, mut from: impl AsyncRead + Unpin) {
        let mut cutter = Cutter::default();
        let mut block = zeroize::Zeroizing::new([0_u8; 16 * 1024]);
        while let Ok(count) = from.read(block.as_mut_slice()).await {
            let read = block.get(..count).unwrap_or_default();
            if read.is_empty() {
                break;
            }
            for text in cutter.cut(read) {
                self.write(text).await;
            }
        }
        if let Some(text) = cutter.rest() {
            self.write(text).await;
        }
    }

    /// A line.
    pub(crate) async fn write(&self, text: RawText) {
        self.keep_tail(&text);
        // A line with what it takes to keep it.
        let bytes = u32::try_from(text.length().saturating_add(LINE_BYTES_ABOVE).min(BYTES_WAITING_MAX));
        let room = Arc::clone(&self.room).acquire_many_owned(bytes.unwrap_or(u32::MAX)).await.ok();
        // Nobody takes lines any more when the process is being ended.
        let _taken = self.lines.send(Line { at: (self.now)(), text, _room: room }).await;
    }

    #[expect(clippy::disallowed_methods, reason = "the end of the log stays captured text")]
    fn keep_tail(&self, text: &RawText) {
        let mut tail = self.tail.lock().unwrap_or_else(PoisonError::into_inner);
        tail.push(RawText::new(text.expose().to_owned()));
    }

    /// The last events since it was asked for last, each whole and with the byte 0xFF behind it: all that has a part in the last
    /// [`TAIL_BYTES_MAX`] bytes.
    pub(crate) fn take_tail(&self) -> RawBytes {
        let tail = std::mem::take(&mut *self.tail.lock().unwrap_or_else(PoisonError::into_inner));
        tail.framed()
    }
}

/// The last events of a log.
#[derive(Default)]
struct Tail {
    events: VecDeque<RawText>,
    /// Of all of them, with a line end each.
    bytes: usize,
}

impl Tail {
    fn push(&mut self, text: RawText) {
        self.bytes += text.length() + 1;
        self.events.push_back(text);
        while let Some(first) = self.events.front().map(|first| first.length() + 1)
            && self.bytes - first >= TAIL_BYTES_MAX
        {
            self.bytes -= first;
            self.events.pop_front();
        }
    }

    #[expect(clippy::disallowed_methods, reason = "the end of the log stays captured bytes")]
    fn framed(&self) -> RawBytes {
        let mut framed = RawBytes::default();
        for event in &self.events {
            framed.push(event.expose().as_bytes());
            framed.push(&[EVENT_END]);
        }
        framed
    }
}

/// Cuts bytes into lines.
#[derive(Default)]
struct Cutter {
    begun: RawBytes,
    leaving_out: bool,
}

impl Cutter {
    fn cut(&mut self, bytes: &[u8]) -> Vec<RawText> {
        let mut lines = Vec::new();
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            let (part, ends) = match part.strip_suffix(b"\n") {
                Some(part) => (part, true),
                None => (part, false),
            };
            self.add(part, &mut lines);
            if ends {
                lines.extend(self.rest());
                self.leaving_out = false;
            }
        }
        lines
    }

    fn add(&mut self, part: &[u8], lines: &mut Vec<RawText>) {
        if self.leaving_out {
            return;
        }
        self.begun.push(part);
        if self.begun.length() > LINE_BYTES_MAX {
            self.begun = RawBytes::default();
            lines.push(RawText::new(TOO_LONG.to_owned()));
            self.leaving_out = true;
        }
    }

    /// What was begun, if anything.
    fn rest(&mut self) -> Option<RawText> {
        let begun = std::mem::take(&mut self.begun);
        (!begun.is_empty()).then(|| text_of(&begun))
    }
}

/// A line as text.
#[expect(clippy::disallowed_methods, reason = "a function's output becomes captured text")]
fn text_of(bytes: &RawBytes) -> RawText {
    let text = String::from_utf8_lossy(bytes.expose()).into_owned();
    RawText::new(match text.contains('\r') {
        true => text.trim_end_matches('\r').replace('\r', "\n"),
        false => text,
    })
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "the test reads what it wrote")]
mod tests {
    use super::*;

    fn cut(parts: &[&[u8]]) -> Vec<String> {
        let mut cutter = Cutter::default();
        let mut lines: Vec<_> = parts.iter().flat_map(|part| cutter.cut(part)).collect();
        lines.extend(cutter.rest());
        lines.iter().map(|line| line.expose().to_owned()).collect()
    }

    #[test]
    fn lines_are_what_stands_between_line_ends_however_they_come() {
        assert_eq!(cut(&[b"a\nb\n"]), ["a", "b"]);
        assert_eq!(cut(&[b"a", b"b\n\nc"]), ["ab", "c"]);
        assert_eq!(cut(&[b"one\rtwo\r\n"]), ["one\ntwo"]);
        assert_eq!(cut(&[b"caf\xc3", b"\xa9 \xff"]), ["caf\u{e9} \u{fffd}"]);
        assert!(cut(&[b"", b"\n"]).is_empty());
    }

    #[test]
    fn a_line_that_is_too_long_is_left_out_whole() {
        let fits = vec![b'x'; LINE_BYTES_MAX];
        assert_eq!(cut(&[&fits, b"\n"])[0].len(), LINE_BYTES_MAX);
        assert!(TOO_LONG.contains(&LINE_BYTES_MAX.to_string()));
        // The bound goes through a number that is written with blanks, as cards are printed.
        let mut long = vec![b'x'; LINE_BYTES_MAX - 12];
        long.extend_from_slice(b" 4111 1111 1111 1111");
        assert_eq!(cut(&[&long, b"more", b"more\nnext"]), [TOO_LONG, "next"]);
    }

    #[tokio::test]
    async fn who_writes_faster_than_lines_are_taken_waits() {
        let (output, mut taken) = Output::new(Arc::new(|| SystemTime::UNIX_EPOCH));
        let line = || RawText::new("x".repeat(LINE_BYTES_MAX));
        let fit = BYTES_WAITING_MAX / (LINE_BYTES_MAX + LINE_BYTES_ABOVE);
        for _ in 0..fit {
            output.write(line()).await;
        }
        let mut waits = tokio::spawn({
            let output = output.clone();
            async move { output.write(line()).await }
        });
        let moment = std::time::Duration::from_millis(50);
        assert!(tokio::time::timeout(moment, &mut waits).await.is_err());
        drop(taken.recv().await);
        waits.await.unwrap();
    }

    #[tokio::test]
    async fn the_tail_is_the_last_whole_events_and_is_taken_once() {
        let (output, mut taken) = Output::new(Arc::new(|| SystemTime::UNIX_EPOCH));
        for number in 0..2000 {
            output.write(RawText::new(format!("line {number:06}"))).await;
        }
        let tail = output.take_tail();
        // 341 events of 12 bytes have 4092: one more has a part in the last 4096.
        assert_eq!(tail.length(), 342 * 12);
        assert!(tail.expose().starts_with(b"line 001658\xff") && tail.expose().ends_with(b"line 001999\xff"));
        assert!(output.take_tail().is_empty());
        assert_eq!(taken.recv().await.unwrap().text.expose(), "line 000000");
        let long = "x\n".repeat(TAIL_BYTES_MAX);
        for text in ["gone", &long, "last"] {
            output.write(RawText::new(text.to_owned())).await;
        }
        let wanted = [long.as_bytes(), b"\xfflast\xff"].concat();
        assert!(output.take_tail().expose() == wanted);
    }
}
