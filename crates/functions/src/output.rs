//! What does a function write, and where does it go? Standard output and error are read as they come, cut into lines, and
//! handed on raw: whoever takes them masks them before anything is kept.
//!
//! A line is one event. Runtime clients write carriage returns where a message has several lines; they become line ends here. What
//! is longer than an event may be is cut at a blank, so that no value is cut in two, and the rest of the line is left out. When
//! lines are taken slower than they are written, the function waits.

use crate::deployment::Line;
use sotto_sensitive::{RawBytes, RawText};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::sync::mpsc;

/// Bytes of a line; an event of CloudWatch Logs has 1 MiB.
pub(crate) const LINE_BYTES_MAX: usize = 256 * 1024;
/// Bytes at the end of a line that is too long, in which a blank is looked for.
const BLANK_BYTES: usize = 1024;
/// Lines that wait to be taken.
pub(crate) const LINES_WAITING_MAX: usize = 4096;
/// Bytes of the end of the log that an invocation shows (AWS Lambda API Reference, "Invoke": `LogType`).
pub const TAIL_BYTES_MAX: usize = 4096;

/// Where the lines of a process go.
#[derive(Clone)]
pub(crate) struct Output {
    lines: mpsc::Sender<Line>,
    tail: Arc<Mutex<RawBytes>>,
    now: Arc<dyn Fn() -> SystemTime + Send + Sync>,
}

impl Output {
    pub(crate) fn new(now: Arc<dyn Fn() -> SystemTime + Send + Sync>) -> (Self, mpsc::Receiver<Line>) {
        let (lines, taken) = mpsc::channel(LINES_WAITING_MAX);
        (Self { lines, tail: Arc::default(), now }, taken)
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
        // Nobody takes lines any more when the process is being ended.
        let _taken = self.lines.send(Line { at: (self.now)(), text }).await;
    }

    #[expect(clippy::disallowed_methods, reason = "the end of the log stays captured text")]
    fn keep_tail(&self, text: &RawText) {
        let mut tail = self.tail.lock().unwrap_or_else(PoisonError::into_inner);
        tail.push(text.expose().as_bytes());
        tail.push(b"\n");
        let over = tail.length().saturating_sub(TAIL_BYTES_MAX);
        if over > TAIL_BYTES_MAX {
            tail.drop_front(over);
        }
    }

    /// The end of what was written since it was asked for last.
    pub(crate) fn take_tail(&self) -> RawBytes {
        let mut tail = std::mem::take(&mut *self.tail.lock().unwrap_or_else(PoisonError::into_inner));
        let over = tail.length().saturating_sub(TAIL_BYTES_MAX);
        tail.drop_front(over);
        tail
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
            let begun = std::mem::take(&mut self.begun);
            lines.push(text_of(&begun, LINE_BYTES_MAX));
            self.leaving_out = true;
        }
    }

    /// What was begun, if anything.
    fn rest(&mut self) -> Option<RawText> {
        let begun = std::mem::take(&mut self.begun);
        (!begun.is_empty()).then(|| text_of(&begun, LINE_BYTES_MAX))
    }
}

/// A line as text. A line that is too long ends at the last blank.
#[expect(clippy::disallowed_methods, reason = "a function's output becomes captured text")]
fn text_of(bytes: &RawBytes, bytes_max: usize) -> RawText {
    let bytes = bytes.expose();
    let mut kept = bytes.get(..bytes_max).unwrap_or(bytes);
    if kept.len() < bytes.len() {
        let from = kept.len().saturating_sub(BLANK_BYTES);
        let blank = kept.iter().rposition(u8::is_ascii_whitespace).filter(|at| *at >= from);
        kept = blank.and_then(|at| kept.get(..at)).unwrap_or(kept);
    }
    let text = String::from_utf8_lossy(kept).into_owned();
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
    fn a_line_that_is_too_long_ends_at_a_blank_and_its_rest_is_left_out() {
        let fits = vec![b'x'; LINE_BYTES_MAX];
        assert_eq!(cut(&[&fits, b"\n"])[0].len(), LINE_BYTES_MAX);
        let mut long = vec![b'x'; LINE_BYTES_MAX - 8];
        long.extend_from_slice(b" 4111111111111111");
        let lines = cut(&[&long, b"more", b"more\nnext"]);
        assert_eq!((lines[0].len(), lines[1].as_str()), (LINE_BYTES_MAX - 8, "next"));
        assert!(!lines[0].contains("4111"));
    }

    #[tokio::test]
    async fn the_tail_is_the_end_and_is_taken_once() {
        let (output, mut taken) = Output::new(Arc::new(|| SystemTime::UNIX_EPOCH));
        for number in 0..2000 {
            output.write(RawText::new(format!("line {number:06}"))).await;
        }
        let tail = output.take_tail();
        assert_eq!(tail.length(), TAIL_BYTES_MAX);
        assert!(tail.expose().ends_with(b"line 001999\n") && output.take_tail().is_empty());
        assert_eq!(taken.recv().await.unwrap().text.expose(), "line 000000");
    }
}
