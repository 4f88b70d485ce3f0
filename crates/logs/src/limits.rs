//! What may stand in one PutLogEvents? Decided on times and sizes alone, before anything is looked at.
//!
//! At most 10,000 events and 1,048,576 bytes, each event counting its UTF-8 and 26 bytes; in order of time; within 24 hours
//! (the whole call fails otherwise). What is older than 14 days or than the group's retention, and what is more than two hours
//! ahead, is left out and said so (CloudWatch Logs API Reference, "PutLogEvents", "RejectedLogEventsInfo").

use crate::{LogsError, Millis, Outcome};
use std::ops::Range;
use std::time::Duration;

/// Most events of one call.
pub const PUT_EVENTS_MAX: usize = 10_000;
/// Most bytes of one call.
pub const PUT_BYTES_MAX: usize = 1_048_576;
/// What each event counts on top of its text.
pub const EVENT_OVERHEAD_BYTES: usize = 26;
/// Longest text of an event: what fits into a call.
pub const EVENT_BYTES_MAX: usize = PUT_BYTES_MAX - EVENT_OVERHEAD_BYTES;
/// From the first to the last event of one call.
pub const PUT_SPAN_MAX: Duration = Duration::from_secs(24 * 3_600);
/// Older events are left out.
pub const EVENT_AGE_MAX: Duration = Duration::from_secs(14 * DAY_SECONDS);
/// Events further ahead are left out.
pub const EVENT_AHEAD_MAX: Duration = Duration::from_secs(2 * 3_600);

const DAY_SECONDS: u64 = 86_400;

/// What is known of an event before it is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arriving {
    /// When it happened, as its sender says.
    pub timestamp: Millis,
    /// Bytes of its text.
    pub bytes: usize,
}

/// Which events of a call are taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// These are.
    pub range: Range<usize>,
    /// First event that is too far ahead.
    pub too_new_start: Option<usize>,
    /// Behind the last event that is too old.
    pub too_old_end: Option<usize>,
    /// Behind the last event that retention would delete at once.
    pub expired_end: Option<usize>,
}

impl Taken {
    /// Whether anything is left out.
    pub fn rejects(&self) -> bool {
        self.too_new_start.is_some() || self.too_old_end.is_some() || self.expired_end.is_some()
    }
}

/// Decides which events of a call are taken.
///
/// # Errors
/// When the call breaks a bound or an order.
pub fn take(now: Millis, retention_days: Option<u32>, events: &[Arriving]) -> Outcome<Taken> {
    check_call(events)?;
    let oldest = now.minus(EVENT_AGE_MAX);
    let kept = retention_days.map(|days| now.minus(days_long(days)));
    let newest = now.plus(EVENT_AHEAD_MAX);
    let before = |limit: Millis| events.partition_point(|event| event.timestamp < limit);
    let (too_old, expired) = (before(oldest), kept.map_or(0, before));
    let too_new = events.partition_point(|event| event.timestamp <= newest);
    let start = too_old.max(expired);
    Ok(Taken {
        range: start..too_new.max(start),
        too_new_start: (too_new < events.len()).then_some(too_new),
        too_old_end: (too_old > 0).then_some(too_old),
        expired_end: (expired > too_old).then_some(expired),
    })
}

/// How long this many days are.
pub(crate) fn days_long(days: u32) -> Duration {
    Duration::from_secs(u64::from(days) * DAY_SECONDS)
}

fn check_call(events: &[Arriving]) -> Outcome<()> {
    if events.is_empty() || events.len() > PUT_EVENTS_MAX {
        return Err(LogsError::InvalidParameter("Log events must have between 1 and 10000 entries"));
    }
    let bytes: usize = events.iter().map(|event| event.bytes.saturating_add(EVENT_OVERHEAD_BYTES)).sum();
    if bytes > PUT_BYTES_MAX {
        return Err(LogsError::InvalidParameter(
            "Upload too large: a batch has at most 1048576 bytes, 26 of them for each event",
        ));
    }
    if events.iter().any(|event| event.bytes == 0) {
        return Err(LogsError::InvalidParameter("Log event messages must have at least one character"));
    }
    if events.iter().any(|event| event.timestamp < Millis(0)) {
        return Err(LogsError::InvalidParameter("Timestamps must not be negative"));
    }
    if !events.is_sorted_by_key(|event| event.timestamp) {
        return Err(LogsError::InvalidParameter(
            "Log events in a single PutLogEvents request must be in chronological order.",
        ));
    }
    let (first, last) = (events.first(), events.last());
    match first.zip(last) {
        Some((first, last)) if last.timestamp > first.timestamp.plus(PUT_SPAN_MAX) => {
            Err(LogsError::InvalidParameter(
                "The batch of log events in a single PutLogEvents request cannot span more than 24 hours.",
            ))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Millis = Millis(1_800_000_000_000);
    const DAY: i64 = 86_400_000;

    fn events(times: &[i64]) -> Vec<Arriving> {
        times.iter().map(|time| Arriving { timestamp: Millis(NOW.0 + time), bytes: 1 }).collect()
    }

    fn check(times: &[i64], days: Option<u32>, wanted: (Range<usize>, [Option<usize>; 3])) {
        let taken = take(NOW, days, &events(times)).unwrap();
        let found = (taken.range.clone(), [taken.too_new_start, taken.too_old_end, taken.expired_end]);
        assert_eq!(found, wanted, "{times:?}");
    }

    #[test]
    fn what_is_too_old_or_too_new_is_left_out() {
        check(&[0], None, (0..1, [None; 3]));
        check(&[-14 * DAY, 1 - 14 * DAY], None, (0..2, [None; 3]));
        check(&[-14 * DAY - 1, -14 * DAY], None, (1..2, [None, Some(1), None]));
        check(&[0, 7_200_000], None, (0..2, [None; 3]));
        check(&[0, 7_200_001], None, (0..1, [Some(1), None, None]));
        check(&[-DAY - 1, -DAY], Some(1), (1..2, [None, None, Some(1)]));
        check(&[-14 * DAY - 1, -14 * DAY, 1 - 14 * DAY], Some(1), (3..3, [None, Some(1), Some(3)]));
        check(&[7_200_001], None, (0..0, [Some(0), None, None]));
        check(&[-20 * DAY], Some(30), (1..1, [None, Some(1), None]));
    }

    #[test]
    fn a_call_that_breaks_a_bound_fails_whole() {
        let refused = |events: &[Arriving]| take(NOW, None, events).is_err();
        assert!(refused(&[]) && refused(&events(&[0; 10_001])) && !refused(&events(&[0; 10_000])));
        assert!(refused(&events(&[1, 0])));
        assert!(!refused(&events(&[-DAY, 0])) && refused(&events(&[-DAY - 1, 0])));
        let one = |bytes| [Arriving { timestamp: NOW, bytes }];
        assert!(!refused(&one(EVENT_BYTES_MAX)) && refused(&one(EVENT_BYTES_MAX + 1)) && refused(&one(0)));
        assert!(refused(&[Arriving { timestamp: Millis(-1), bytes: 1 }]));
    }
}
