//! `sotto tail`: what stands in a group, and what comes?
//!
//! It asks FilterLogEvents again and again, as AWS's command line does, so that it works where event streams do not pass. An
//! event may come late: each look goes a little way back, and what was shown is remembered by its id.

use super::span;
use crate::args::{TableFormat, TailArgs};
use crate::fault::{Fault, Verdict};
use crate::out;
use crate::remote::{Remote, own, shown};
use crate::table::quoted;
use anyhow::Result;
use serde_json::json;
use sotto_wire::{Input, Output};
use std::collections::BTreeMap;
use std::io::Write;
use std::time::Duration;

/// Between two looks.
const PAUSE: Duration = Duration::from_secs(1);
/// How far a look goes back behind the newest event.
const LATE_MS: i64 = 30_000;
/// Most pages of one look.
const PAGES_MAX: usize = 10_000;

/// `sotto tail`.
pub(crate) fn tail(args: &TailArgs) -> Result<Verdict> {
    let remote = Remote::why(&args.remote, &args.why)?;
    let mut from = span::instant(&args.since, span::now_ms())?;
    let mut seen = Seen::default();
    if args.format == TableFormat::Csv {
        write_line("timestamp,stream,message\r\n")?;
    }
    loop {
        look(&remote, args, from, &mut seen)?;
        if !args.follow {
            return Ok(Verdict::Fine);
        }
        from = from.max(seen.newest().saturating_sub(LATE_MS));
        seen.forget_before(from);
        std::thread::sleep(PAUSE);
    }
}

/// Ids of events that were shown, by time.
#[derive(Default)]
struct Seen(BTreeMap<(i64, String), ()>);

impl Seen {
    fn newest(&self) -> i64 {
        self.0.last_key_value().map_or(0, |((at, _), ())| *at)
    }

    /// Whether it is new; from now on it is not.
    fn add(&mut self, at: i64, id: &str) -> bool {
        self.0.insert((at, id.to_owned()), ()).is_none()
    }

    fn forget_before(&mut self, at: i64) {
        self.0 = self.0.split_off(&(at, String::new()));
    }
}

/// Shows what is new since an instant.
fn look(remote: &Remote, args: &TailArgs, from: i64, seen: &mut Seen) -> Result<()> {
    let mut next: Option<String> = None;
    for _ in 0..PAGES_MAX {
        let answer = remote.insist("logs", "FilterLogEvents", || request(args, from, next.as_deref()))?;
        show(&answer, args.format, seen)?;
        next = answer.public("nextToken").map(|token| token.get().clone());
        if next.is_none() {
            return Ok(());
        }
    }
    Err(Fault::unavailable(format!("more than {PAGES_MAX} pages; begin later, with --since")))
}

fn request(args: &TailArgs, from: i64, next: Option<&str>) -> Output {
    let mut input = Output::new().with("logGroupIdentifier", own(&args.group)).with("startTime", from);
    for (name, value) in [
        ("logStreamNamePrefix", args.stream_prefix.as_deref()),
        ("filterPattern", args.filter.as_deref()),
        ("nextToken", next),
    ] {
        if let Some(value) = value {
            input.set(name, own(value));
        }
    }
    if args.unmask {
        input.set("unmask", true);
    }
    input
}

fn show(answer: &Input, format: TableFormat, seen: &mut Seen) -> Result<()> {
    for event in answer.list("events") {
        let (at, id) = (event.integer("timestamp").unwrap_or_default(), event.public("eventId"));
        if !seen.add(at, id.map_or("", |id| id.get())) {
            continue;
        }
        let stream = event.public("logStreamName").map_or("", |name| name.get().as_str());
        let message = event.raw("message").map_or("", shown);
        write_line(&match format {
            TableFormat::Table => format!("{} {stream} {}\n", time(at), message.trim_end_matches('\n')),
            TableFormat::Json => {
                format!("{}\n", json!({"timestamp": at, "stream": stream, "message": message}))
            }
            TableFormat::Csv => format!("{at},{},{}\r\n", quoted(stream), quoted(message)),
        })?;
    }
    Ok(())
}

fn write_line(line: &str) -> Result<()> {
    let mut out = out::plain();
    out.write_all(line.as_bytes()).and_then(|()| out.flush()).map_err(|error| Fault::output(&error))
}

/// An instant as RFC 3339 writes it.
fn time(at: i64) -> String {
    let instant = time::OffsetDateTime::from_unix_timestamp_nanos(i128::from(at) * 1_000_000);
    let Ok(instant) = instant else { return at.to_string() };
    let (date, time) = (instant.date(), instant.time());
    let (hour, minute, second, milli) = time.as_hms_milli();
    format!("{date}T{hour:02}:{minute:02}:{second:02}.{milli:03}Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_shown_is_not_shown_again() {
        let mut seen = Seen::default();
        assert!(seen.add(5, "a") && seen.add(5, "b") && !seen.add(5, "a") && seen.add(9, "c"));
        assert_eq!(seen.newest(), 9);
        seen.forget_before(6);
        assert!(!seen.add(9, "c") && seen.add(5, "a"));
    }

    #[test]
    fn instants() {
        assert_eq!(time(1_700_000_000_123), "2023-11-14T22:13:20.123Z");
        assert_eq!(time(i64::MAX), i64::MAX.to_string());
    }
}
