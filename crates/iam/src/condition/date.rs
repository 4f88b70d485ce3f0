//! Which instant is this text? The W3C's forms of ISO 8601, or seconds since 1970.
//!
//! IAM User Guide, "Date condition operators"; W3C note "Date and Time Formats": `YYYY`, `YYYY-MM`, `YYYY-MM-DD`,
//! `YYYY-MM-DDThh:mmTZD`, with seconds, with a fraction; `TZD` is `Z` or `+hh:mm`. Four digits are a year; any other whole
//! number is a time since 1970. As on AWS the hour may have one digit, and an offset no minutes.

/// An instant: nanoseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Instant(i128);

const NANOS: i128 = 1_000_000_000;

impl Instant {
    /// Reads either form.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('-').unwrap_or(text);
        let whole = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        if whole && text.len() != 4 {
            return text.parse::<i64>().ok().map(|seconds| Self(i128::from(seconds) * NANOS));
        }
        let (date, time) = match text.split_once(['T', 't']) {
            Some((date, time)) => (date, Some(time)),
            None => (text, None),
        };
        let days = days_of(date, time.is_some())?;
        let nanos = time.map_or(Some(0), nanos_of_day)?;
        Some(Self(i128::from(days) * 86_400 * NANOS + nanos))
    }
}

/// So many digits, within bounds.
fn number(text: &str, digits: usize, range: std::ops::RangeInclusive<i64>) -> Option<i64> {
    let fits = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|number| fits && range.contains(number))
}

fn days_of(date: &str, whole: bool) -> Option<i64> {
    let mut parts = date.split('-');
    let year = number(parts.next()?, 4, 0..=9999)?;
    let (month, day) = (parts.next(), parts.next());
    if parts.next().is_some() || (whole && day.is_none()) {
        return None;
    }
    let month = month.map_or(Some(1), |month| number(month, 2, 1..=12))?;
    let day = day.map_or(Some(1), |day| number(day, 2, 1..=days_in(year, month)))?;
    Some(days_from_civil(year, month, day))
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01, by counting years from March.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

fn nanos_of_day(time: &str) -> Option<i128> {
    let (clock, offset) = match time.find(['Z', 'z', '+', '-']) {
        Some(at) => (time.get(..at)?, offset_seconds(time.get(at..)?)?),
        None => (time, 0),
    };
    let mut parts = clock.split(':');
    let hour = parts.next()?;
    let hour = number(hour, hour.len().clamp(1, 2), 0..=23)?;
    let minute = number(parts.next()?, 2, 0..=59)?;
    let (seconds, fraction) = parts.next().map_or(Some((0, 0)), seconds_of)?;
    if parts.next().is_some() {
        return None;
    }
    Some(i128::from(hour * 3_600 + minute * 60 + seconds - offset) * NANOS + fraction)
}

fn seconds_of(text: &str) -> Option<(i64, i128)> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = fraction;
    let sound = (1..=9).contains(&fraction.len()) && fraction.bytes().all(|byte| byte.is_ascii_digit());
    let scale = 10_i128.pow(u32::try_from(9_usize.checked_sub(digits.len())?).ok()?);
    Some((number(whole, 2, 0..=59)?, digits.parse::<i128>().ok().filter(|_| sound)? * scale))
}

fn offset_seconds(text: &str) -> Option<i64> {
    let sign = match text.as_bytes() {
        [b'Z' | b'z'] => return Some(0),
        [b'+', ..] => 1,
        [b'-', ..] => -1,
        _ => return None,
    };
    let offset = text.get(1..)?;
    let (hours, minutes) = offset.split_once(':').unwrap_or((offset, "00"));
    Some(sign * (number(hours, 2, 0..=23)? * 3_600 + number(minutes, 2, 0..=59)? * 60))
}

/// ISO 8601 in UTC with whole seconds.
pub(crate) fn iso(seconds: i64) -> String {
    let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let (year, month, day) = civil_from_days(days);
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_one_instant() {
        let at = Instant(1_577_836_801 * NANOS);
        for text in [
            "2020-01-01T00:00:01Z",
            "2020-01-01T00:00:01.000Z",
            "2020-01-01T01:00:01+01:00",
            "2019-12-31T19:00:01-05:00",
            "2020-01-01T00:00:01",
            "2020-01-01t0:00:01Z",
            "2020-01-01T01:00:01+01",
            "2020-01-01T00:00:01.000000000Z",
            "1577836801",
        ] {
            assert_eq!(Instant::parse(text), Some(at), "{text}");
        }
        let year = Instant::parse("2020").unwrap();
        for text in ["2020-01", "2020-01-01", "2020-01-01T00:00Z"] {
            assert_eq!(Instant::parse(text), Some(year), "{text}");
        }
        assert_eq!(Instant::parse("2020-01-01T00:00:01.5Z"), Some(Instant(at.0 + NANOS / 2)));
        assert_eq!(Instant::parse("-5"), Some(Instant(-5 * NANOS)));
    }

    #[test]
    fn what_is_no_instant() {
        for text in [
            "",
            "soon",
            "2020-13-01",
            "2021-02-29",
            "2020-01-01T",
            "2020-01-01T24:00Z",
            "2020-01-01T000:00Z",
            "2020-01-01T00:00:01.0000000000Z",
            "2020-01T00:00Z",
            "2020-01-01T00:00:60Z",
            "2020-01-01T00:00+1",
            "2020-1-1",
            "9223372036854775808",
            "20.5",
        ] {
            assert_eq!(Instant::parse(text), None, "{text}");
        }
        assert!(Instant::parse("2020-02-29").is_some() && Instant::parse("9223372036854775807").is_some());
    }

    #[test]
    fn printing_and_reading_agree() {
        for seconds in [-62_167_219_200, -1, 0, 951_782_400, 1_582_934_400, 1_577_836_801, 253_402_300_799] {
            assert_eq!(
                Instant::parse(&iso(seconds)),
                Some(Instant(i128::from(seconds) * NANOS)),
                "{seconds}"
            );
        }
        assert_eq!(iso(1_582_934_400), "2020-02-29T00:00:00Z");
    }
}
