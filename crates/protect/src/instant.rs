//! How is an instant written in a report? As `2023-01-23T21:11:20Z`: ISO 8601, in UTC, whole seconds.
//!
//! Days are turned into a date by counting years from the first of March, so that the leap day is the last of its year; a
//! library for calendars was rejected for one line of output.

/// An instant given in milliseconds since 1970; what lies beyond the years 0 to 9999 is cut to them.
pub(crate) fn seconds(millis: i64) -> String {
    const FIRST: i64 = -62_167_219_200;
    const LAST: i64 = 253_402_300_799;
    let seconds = millis.div_euclid(1000).clamp(FIRST, LAST);
    let (year, month, day) = date(seconds.div_euclid(86_400));
    let of_day = seconds.rem_euclid(86_400);
    let (hour, minute, second) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// Year, month and day of a day counted from 1970.
fn date(days: i64) -> (i64, i64, i64) {
    // Days since the first of March of the year 0; 400 years have 146,097 of them.
    let days = days + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let (month, turned) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (era * 400 + year + turned, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected values are those of `date -u -d @SECONDS +%FT%TZ`.
    #[test]
    fn instants_are_written_in_utc() {
        for (seconds_since, written) in [
            (0, "1970-01-01T00:00:00Z"),
            (-1, "1969-12-31T23:59:59Z"),
            (951_782_399, "2000-02-28T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_674_508_280, "2023-01-23T21:11:20Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
            (i64::MAX / 1000, "9999-12-31T23:59:59Z"),
            (i64::MIN / 1000, "0000-01-01T00:00:00Z"),
        ] {
            assert_eq!(seconds(seconds_since * 1000), written);
        }
        assert_eq!(seconds(1_674_508_280_999), "2023-01-23T21:11:20Z");
    }
}
