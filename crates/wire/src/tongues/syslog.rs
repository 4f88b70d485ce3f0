//! Where does a syslog message end, and when was it sent? Frames of TCP and TLS, and the time in a header.
//!
//! RFC 6587 (TCP) and RFC 5425 (TLS): `LENGTH SP MESSAGE`, told by a first digit 1-9, or one message a line. RFC 5424 puts a
//! version and an RFC 3339 time behind the priority, RFC 3164 a month's name and a clock without year and zone: the year is the
//! one that puts it nearest to now, the zone UTC. The event is the message as it came, structured data included.

use super::{Record, seen, seen_bytes};
use crate::sigv4::{civil, seconds_of_civil};
use crate::time::{instant, parse_iso, parts};
use sotto_egress::{Rendered, Shown};
use sotto_public::Public;
use sotto_sensitive::{RawBytes, RawText};
use std::time::SystemTime;

/// Bytes of a message at most: an event of a log group holds as much (RFC 5425, section 4.3.1, asks for 8,192 and more).
pub const MESSAGE_BYTES_MAX: usize = 1024 * 1024;
/// Digits of a frame's length at most.
const LENGTH_DIGITS_MAX: usize = 7;

/// Why a connection cannot be read on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error, sotto_public::LogSafe)]
pub enum BrokenFrame {
    /// The length is none, or has no blank behind it.
    #[error("a frame's length cannot be read")]
    Length,
    /// Longer than a message may be.
    #[error("a message has more than {MESSAGE_BYTES_MAX} bytes")]
    TooLong,
}

/// Messages out of bytes as they come.
#[derive(Debug, Default)]
pub struct Frames {
    held: RawBytes,
    /// How much of it was given out: it is let go of once for all messages of a block, not once for each.
    given: usize,
}

impl Frames {
    /// Takes what came.
    pub fn push(&mut self, bytes: &RawBytes) {
        self.held.drop_front(std::mem::take(&mut self.given));
        self.held.push(seen_bytes(bytes));
    }

    /// What was not given out.
    fn left(&self) -> &[u8] {
        seen_bytes(&self.held).get(self.given..).unwrap_or_default()
    }

    /// The next message, when all of it is there.
    ///
    /// # Errors
    /// [`BrokenFrame`]: where the next one begins is unknown.
    #[expect(
        clippy::should_implement_trait,
        reason = "a message may not be there yet, and framing may be broken"
    )]
    pub fn next(&mut self) -> Result<Option<RawBytes>, BrokenFrame> {
        loop {
            let bytes = self.left();
            let Some((start, end, next)) = found(bytes)? else { return Ok(None) };
            let message = bytes.get(start..end).unwrap_or_default();
            let message = (!message.trim_ascii().is_empty()).then(|| RawBytes::new(message.to_vec()));
            self.given += next;
            if message.is_some() {
                return Ok(message);
            }
        }
    }

    /// What is left when the connection ends: a last line without its end.
    pub fn rest(mut self) -> Option<RawBytes> {
        self.held.drop_front(self.given);
        let line = std::mem::take(&mut self.held);
        let counted = seen_bytes(&line).first().is_none_or(u8::is_ascii_digit);
        (!counted).then_some(line)
    }
}

/// Where the first message begins and ends, and where the next one begins.
fn found(bytes: &[u8]) -> Result<Option<(usize, usize, usize)>, BrokenFrame> {
    if bytes.first().is_some_and(|first| matches!(first, b'1'..=b'9')) {
        return counted(bytes);
    }
    match bytes.iter().position(|byte| *byte == b'\n') {
        Some(end) if end > MESSAGE_BYTES_MAX => Err(BrokenFrame::TooLong),
        Some(end) => {
            let text = bytes.get(..end).unwrap_or_default();
            let kept = text.strip_suffix(b"\r").unwrap_or(text).len();
            Ok(Some((0, kept, end + 1)))
        }
        None if bytes.len() > MESSAGE_BYTES_MAX => Err(BrokenFrame::TooLong),
        None => Ok(None),
    }
}

fn counted(bytes: &[u8]) -> Result<Option<(usize, usize, usize)>, BrokenFrame> {
    let digits = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if digits > LENGTH_DIGITS_MAX || bytes.get(digits).is_some_and(|byte| *byte != b' ') {
        return Err(BrokenFrame::Length);
    }
    if bytes.len() <= digits {
        return Ok(None);
    }
    let number = bytes.iter().take(digits).fold(0, |sum, digit| sum * 10 + usize::from(digit - b'0'));
    if number > MESSAGE_BYTES_MAX {
        return Err(BrokenFrame::TooLong);
    }
    let (start, end) = (digits + 1, digits + 1 + number);
    Ok((bytes.len() >= end).then_some((start, end, end)))
}

/// A message as an event; what is no UTF-8 in it is replaced (RFC 5424, section 6.4, allows any octets).
pub fn read(message: RawBytes, now: SystemTime) -> Record {
    let message = match RawText::from_bytes(message) {
        Ok(text) => text,
        Err(not_text) => RawText::new(String::from_utf8_lossy(seen_bytes(&not_text.bytes)).into_owned()),
    };
    let at = sent_at(seen(&message), now);
    Record { at, message }
}

/// The time in the header.
fn sent_at(message: &str, now: SystemTime) -> Option<SystemTime> {
    let (priority, rest) = message.strip_prefix('<')?.split_once('>')?;
    priority.parse::<u8>().ok().filter(|priority| *priority <= 191)?;
    if let Some(rest) = rest.strip_prefix("1 ") {
        return parse_iso(rest.split(' ').next()?);
    }
    let mut words = rest.split_ascii_whitespace();
    let (month, day, clock) = (words.next()?, words.next()?.parse().ok()?, words.next()?);
    let month = i64::try_from(MONTHS.iter().position(|name| *name == month)?).ok()? + 1;
    let mut clock = clock.splitn(3, ':').map(|part| part.parse::<i64>().ok());
    let clock = [clock.next()??, clock.next()??, clock.next()??];
    let (seconds, _) = parts(now);
    let ([year, ..], _) = civil(seconds);
    let years = [year - 1, year, year + 1].into_iter();
    let times = years.filter_map(|year| seconds_of_civil([year, month, day], clock));
    times.min_by_key(|time| time.abs_diff(seconds)).and_then(|time| instant(time, 0))
}

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// How urgent a message is (RFC 5424, section 6.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// 4
    Warning = 4,
    /// 5
    Notice = 5,
    /// 6
    Informational = 6,
}

/// A message of RFC 5424 in a frame of RFC 5425: facility 13 (log audit), program `sotto`.
pub fn written(severity: Severity, at: SystemTime, stream: &Public<String>, text: &Rendered) -> Vec<u8> {
    let time = crate::time::written(at, sotto_aws_model::TimeFormat::Iso8601);
    let host: String = stream.get().chars().filter(char::is_ascii_graphic).take(255).collect();
    let host = if host.is_empty() { "-" } else { &host };
    let mut message = format!("<{}>1 {time} {host} sotto - - - ", 13 * 8 + severity as u8).into_bytes();
    match text.shown() {
        Shown::Text(text) => message.extend(text.bytes()),
        Shown::Bytes(bytes) => message.extend(bytes.iter()),
        _ => {}
    }
    let mut frame = format!("{} ", message.len()).into_bytes();
    frame.append(&mut message);
    frame
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn frames(input: &[u8], step: usize) -> Result<(Vec<String>, Option<String>), BrokenFrame> {
        let (mut frames, mut out) = (Frames::default(), Vec::new());
        let text = |bytes: &RawBytes| String::from_utf8(seen_bytes(bytes).to_vec()).unwrap();
        for part in input.chunks(step) {
            frames.push(&RawBytes::new(part.to_vec()));
            while let Some(frame) = frames.next()? {
                out.push(text(&frame));
            }
        }
        Ok((out, frames.rest().map(|rest| text(&rest))))
    }

    #[test]
    fn both_framings_are_read_however_they_are_cut() {
        let input = b"5 <13>a7 <13>b\nc<13>line\r\n\n<13>last";
        for step in 1..input.len() {
            let (found, rest) = frames(input, step).unwrap();
            assert_eq!(found, ["<13>a", "<13>b\nc", "<13>line"], "{step}");
            assert_eq!(rest.as_deref(), Some("<13>last"), "{step}");
        }
        for (input, wanted) in [
            (&b"12345678 x"[..], BrokenFrame::Length),
            (b"5<13>a", BrokenFrame::Length),
            (b"9999999 x", BrokenFrame::TooLong),
        ] {
            assert_eq!(frames(input, 3).err(), Some(wanted));
        }
    }

    #[test]
    fn messages_are_bounded_in_both_framings() {
        for (length, fits) in [(MESSAGE_BYTES_MAX, true), (MESSAGE_BYTES_MAX + 1, false)] {
            let line = [vec![b'a'; length], b"\n".to_vec()].concat();
            assert_eq!(frames(&line, line.len()).is_ok(), fits, "a line of {length}");
            let counted = [format!("{length} ").into_bytes(), vec![b'a'; length]].concat();
            assert_eq!(frames(&counted, counted.len()).is_ok(), fits, "{length} counted");
        }
    }

    #[test]
    fn times_are_those_of_the_headers() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_704_067_200); // 2024-01-01
        let seconds = |at: Option<SystemTime>| {
            at.map(|at| at.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_millis())
        };
        for (message, wanted) in [
            ("<34>1 2023-10-11T22:14:15.003Z host su - ID47 - canary", Some(1_697_062_455_003)),
            ("<165>1 - host su - - - canary", None),
            ("<34>Oct 11 22:14:15 host su: canary", Some(1_697_062_455_000)),
            // On New Year's Eve the year is the last one, after it the present one.
            ("<34>Dec 31 23:59:59 host x", Some(1_704_067_199_000)),
            ("<34>Jan  1 00:00:01 host x", Some(1_704_067_201_000)),
            ("<192>Jan  1 00:00:01 host x", None),
            ("canary", None),
            ("<34>Foo 1 00:00:00", None),
        ] {
            let record = read(RawBytes::new(message.into()), now);
            assert_eq!((seconds(record.at), seen(&record.message)), (wanted, message));
        }
        let record = read(RawBytes::new(b"<1>\xff".to_vec()), now);
        assert_eq!(seen(&record.message), "<1>\u{fffd}");
    }
}
