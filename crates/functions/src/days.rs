//! Which day is it? Year, month and day of an instant, in the Gregorian calendar and UTC.
//!
//! Days are counted from 1 March of the year 0, so that leap days end a year (the usual arithmetic with eras of 400 years).

use sotto_public::Public;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Days between 1 March of the year 0 and 1970.
const DAYS_TO_1970: u64 = 719_468;
/// Days of 400 years.
const ERA: u64 = 146_097;

/// An instant in milliseconds since 1970 as Lambda's API writes it: `2026-11-21T23:00:00.000+0000`.
#[expect(clippy::disallowed_methods, reason = "a time is public")]
pub fn written_time(milliseconds: u64) -> Public<String> {
    let (year, month, day) = date(UNIX_EPOCH + Duration::from_millis(milliseconds));
    let (seconds, rest) = (milliseconds / 1000 % 86_400, milliseconds % 1000);
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let time = format!("{year:04}-{month:02}-{day:02}T{hours:02}:{minutes:02}:{seconds:02}.{rest:03}+0000");
    Public::from_pinned_text(time)
}

/// Year, month and day.
pub(crate) fn date(at: SystemTime) -> (u64, u64, u64) {
    let days = at.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs() / 86_400) + DAYS_TO_1970;
    let (era, day) = (days / ERA, days % ERA);
    let year_of_era = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day_of_year = day - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (era * 400 + year_of_era + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_to_the_millisecond() {
        assert_eq!(written_time(1_795_305_796_007).get(), "2026-11-22T00:03:16.007+0000");
        assert_eq!(written_time(0).get(), "1970-01-01T00:00:00.000+0000");
    }

    #[test]
    fn days_have_dates() {
        for (seconds, wanted) in [
            (0, (1970, 1, 1)),
            (951_782_400, (2000, 2, 29)),
            (951_868_800, (2000, 3, 1)),
            (1_709_164_800, (2024, 2, 29)),
            (1_795_219_200, (2026, 11, 21)),
            (4_107_542_399, (2100, 2, 28)),
        ] {
            assert_eq!(date(UNIX_EPOCH + Duration::from_secs(seconds)), wanted, "{seconds}");
        }
    }
}
