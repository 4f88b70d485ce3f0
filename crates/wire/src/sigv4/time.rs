//! How does a signature write time? As `20150830T123600Z`; older clients send a `Date` header (RFC 9110, section 5.6.7).
//!
//! The calendar is the proleptic Gregorian one; days are counted with eras of 400 years, which have equally many.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// An instant as a signature writes it: 16 characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stamp([u8; 16]);

impl Stamp {
    /// Reads `20150830T123600Z`.
    pub(crate) fn parse(text: &[u8]) -> Option<Self> {
        let stamp = Self(text.try_into().ok()?);
        stamp.time().map(|_| stamp)
    }

    /// The stamp of an instant; instants before 1970 or after 9999 have none.
    pub(crate) fn of(time: SystemTime) -> Option<Self> {
        let seconds = i64::try_from(time.duration_since(UNIX_EPOCH).ok()?.as_secs()).ok()?;
        let ([year, month, day], [hour, minute, second]) = civil(seconds);
        let text = format!("{year:04}{month:02}{day:02}T{hour:02}{minute:02}{second:02}Z");
        Some(Self(text.as_bytes().try_into().ok()?))
    }

    pub(crate) const fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The day: eight digits.
    pub(crate) fn day(&self) -> &[u8] {
        self.0.get(..8).unwrap_or_default()
    }

    /// The instant.
    pub(crate) fn time(&self) -> Option<SystemTime> {
        let number = |from: usize, to: usize| digits(self.0.get(from..to)?);
        if self.0.get(8) != Some(&b'T') || self.0.get(15) != Some(&b'Z') {
            return None;
        }
        let date = [number(0, 4)?, number(4, 6)?, number(6, 8)?];
        let seconds = seconds_of_civil(date, [number(9, 11)?, number(11, 13)?, number(13, 15)?])?;
        UNIX_EPOCH.checked_add(Duration::from_secs(u64::try_from(seconds).ok()?))
    }
}

fn digits(text: &[u8]) -> Option<i64> {
    let digit = |byte: &u8| byte.is_ascii_digit().then(|| i64::from(byte - b'0'));
    text.iter().try_fold(0, |sum, byte| Some(sum * 10 + digit(byte)?))
}

/// Date and time of day of seconds since 1970.
pub(crate) const fn civil(seconds: i64) -> ([i64; 3], [i64; 3]) {
    let (days, rest) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    // Days since the first of March of the year 0; a year that begins in March ends with its leap day.
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + (month <= 2) as i64;
    ([year, month, day], [rest / 3_600, rest / 60 % 60, rest % 60])
}

/// Seconds since 1970 of a date and a time of day; `None` when there is no such moment.
pub(crate) fn seconds_of_civil(
    [year, month, day]: [i64; 3],
    [hour, minute, second]: [i64; 3],
) -> Option<i64> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    let is_moment = (1..=length).contains(&day) && (0..24).contains(&hour) && (0..60).contains(&minute);
    if !is_moment || !(0..=60).contains(&second) || !(0..=9_999).contains(&year) {
        return None;
    }
    let year = year - i64::from(month <= 2);
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let shifted = if month > 2 { month - 3 } else { month + 9 };
    let day_of_year = (153 * shifted + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    Some((era * 146_097 + day_of_era - 719_468) * 86_400 + hour * 3_600 + minute * 60 + second)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stamps_and_instants_agree() {
        let stamp = Stamp::parse(b"20150830T123600Z").unwrap();
        let time = UNIX_EPOCH + Duration::from_secs(1_440_938_160);
        assert_eq!((stamp.time(), Stamp::of(time)), (Some(time), Some(stamp)));
        assert_eq!(stamp.day(), b"20150830");
        for wrong in ["", "20150830T123600", "20150830 123600Z", "20151330T123600Z", "20150230T000000Z"] {
            assert!(Stamp::parse(wrong.as_bytes()).is_none(), "{wrong}");
        }
    }

    #[test]
    fn every_day_of_four_centuries_comes_back() {
        for day in (0..146_097 * 2).step_by(7) {
            let (date, time) = civil(day * 86_400 + 3_661);
            assert_eq!(seconds_of_civil(date, time), Some(day * 86_400 + 3_661));
        }
        assert_eq!(seconds_of_civil([2023, 2, 29], [0, 0, 0]), None);
        assert_eq!(seconds_of_civil([2024, 2, 29], [0, 0, 0]), Some(1_709_164_800));
    }
}
