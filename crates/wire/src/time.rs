//! How do messages write instants? RFC 3339, HTTP dates, seconds since 1970.
//!
//! Smithy, "Timestamp serialization and deserialization": `date-time`, `http-date`, `epoch-seconds`; milliseconds at most are
//! written. Readers take offsets and fractions too.

use crate::sigv4::{civil, seconds_of_civil};
use sotto_aws_model::TimeFormat;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// The instant of seconds and nanoseconds since 1970.
pub(crate) fn instant(seconds: i64, nanoseconds: u32) -> Option<SystemTime> {
    let whole = Duration::from_secs(seconds.unsigned_abs());
    let base = if seconds < 0 { UNIX_EPOCH.checked_sub(whole) } else { UNIX_EPOCH.checked_add(whole) };
    base?.checked_add(Duration::from_nanos(nanoseconds.into()))
}

/// The instant of seconds with a fraction, to the microsecond: more a double does not hold.
pub(crate) fn instant_of(seconds: f64) -> Option<SystemTime> {
    if !seconds.is_finite() || seconds.abs() > 253_402_300_799.0 {
        return None;
    }
    let whole = seconds.floor();
    let micros = ((seconds - whole) * 1e6).round();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "both were bounded above")]
    let (whole, micros) = (whole as i64, micros as u32);
    instant(whole, micros.min(999_999) * 1_000)
}

/// Seconds and nanoseconds since 1970, the latter always forward.
pub(crate) fn parts(time: SystemTime) -> (i64, u32) {
    match time.duration_since(UNIX_EPOCH) {
        Ok(after) => (i64::try_from(after.as_secs()).unwrap_or(i64::MAX), after.subsec_nanos()),
        Err(before) => {
            let before = before.duration();
            let seconds = i64::try_from(before.as_secs()).unwrap_or(i64::MAX);
            match before.subsec_nanos() {
                0 => (-seconds, 0),
                nanos => (-seconds - 1, 1_000_000_000 - nanos),
            }
        }
    }
}

/// An instant in a format.
pub(crate) fn written(time: SystemTime, format: TimeFormat) -> String {
    let (seconds, nanos) = parts(time);
    let millis = nanos / 1_000_000;
    let fraction = if millis == 0 { String::new() } else { format!(".{millis:03}") };
    let ([year, month, day], [hour, minute, second]) = civil(seconds);
    match format {
        TimeFormat::Iso8601 => {
            format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}Z")
        }
        TimeFormat::Rfc822 => {
            let name = |names: &'static [&str], at: i64| {
                usize::try_from(at).ok().and_then(|at| names.get(at)).copied().unwrap_or_default()
            };
            let weekday = name(&DAYS, seconds.div_euclid(86_400).rem_euclid(7));
            let month = name(&MONTHS, month - 1);
            format!("{weekday}, {day:02} {month} {year:04} {hour:02}:{minute:02}:{second:02}{fraction} GMT")
        }
        TimeFormat::UnixTimestamp => format!("{seconds}{fraction}"),
    }
}

/// Reads an instant in a format; what has the form of another is taken, too, as AWS's parsers do.
pub(crate) fn parse(text: &str, format: TimeFormat) -> Option<SystemTime> {
    match format {
        TimeFormat::UnixTimestamp => text.parse().ok().and_then(instant_of).or_else(|| parse_iso(text)),
        TimeFormat::Rfc822 => parse_http_date(text).or_else(|| parse_iso(text)),
        TimeFormat::Iso8601 => parse_iso(text).or_else(|| parse_http_date(text)),
    }
}

/// `2015-01-01T00:00:00.5Z`, with an offset perhaps.
pub(crate) fn parse_iso(text: &str) -> Option<SystemTime> {
    let (date, clock) = text.split_once(['T', 't'])?;
    let mut date = date.split('-').map(|part| part.parse::<i64>().ok());
    let date = [date.next()??, date.next()??, date.next()??];
    let (clock, offset) = clock_and_offset(clock)?;
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, ""));
    let mut clock = clock.split(':').map(|part| part.parse::<i64>().ok());
    let clock = [clock.next()??, clock.next()??, clock.next()??];
    instant(seconds_of_civil(date, clock)? - offset, nanoseconds(fraction)?)
}

/// The time of day, and seconds that it is ahead of UTC.
fn clock_and_offset(text: &str) -> Option<(&str, i64)> {
    if let Some(clock) = text.strip_suffix(['Z', 'z']) {
        return Some((clock, 0));
    }
    let sign = text.rfind(['+', '-'])?;
    let (clock, offset) = text.split_at_checked(sign)?;
    let (hours, minutes) = offset.get(1..)?.split_once(':')?;
    let seconds = hours.parse::<i64>().ok()? * 3_600 + minutes.parse::<i64>().ok()? * 60;
    Some((clock, if offset.starts_with('-') { -seconds } else { seconds }))
}

fn nanoseconds(fraction: &str) -> Option<u32> {
    if !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let nine: String = fraction.chars().chain("000000000".chars()).take(9).collect();
    nine.parse().ok()
}

/// `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, section 5.6.7), with a fraction perhaps.
pub(crate) fn parse_http_date(text: &str) -> Option<SystemTime> {
    let mut words = text.split_once(", ")?.1.split(' ');
    let day = words.next()?.parse().ok()?;
    let name = words.next()?;
    let month = i64::try_from(MONTHS.iter().position(|month| *month == name)?).ok()? + 1;
    let year = words.next()?.parse().ok()?;
    let clock = words.next()?;
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, ""));
    let mut clock = clock.split(':').map(|part| part.parse::<i64>().ok());
    let clock = [clock.next()??, clock.next()??, clock.next()??];
    instant(seconds_of_civil([year, month, day], clock)?, nanoseconds(fraction)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_written_and_read() {
        let time = instant(1_398_796_238, 500_000_000).unwrap();
        let cases = [
            (TimeFormat::Iso8601, "2014-04-29T18:30:38.500Z"),
            (TimeFormat::Rfc822, "Tue, 29 Apr 2014 18:30:38.500 GMT"),
            (TimeFormat::UnixTimestamp, "1398796238.500"),
        ];
        for (format, text) in cases {
            assert_eq!(written(time, format), text);
            assert_eq!(parse(text, format), Some(time), "{text}");
        }
        assert_eq!(parse_iso("2014-04-29T19:30:38.5+01:00"), Some(time));
        assert_eq!(parse_iso("2014-04-29T17:00:38.5-01:30"), Some(time));
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in ["", "T", "2014-04-29", "2014-13-29T00:00:00Z", "2014-04-29T00:00:00", "x, y"] {
            assert!(parse(text, TimeFormat::Iso8601).is_none(), "{text}");
        }
        assert!(instant_of(f64::NAN).is_none() && instant_of(1e300).is_none());
    }

    #[test]
    fn times_before_1970_count_backwards() {
        let time = instant(-2, 500_000_000).unwrap();
        assert_eq!(parts(time), (-2, 500_000_000));
        assert_eq!(written(time, TimeFormat::Iso8601), "1969-12-31T23:59:58.500Z");
    }
}
