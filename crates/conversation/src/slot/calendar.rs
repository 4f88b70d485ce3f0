//! Which day is it? The calendar of ISO 8601, counted in days from 1970-01-01.
//!
//! The count of days follows the proleptic Gregorian calendar by eras of 400 years, which have 146,097 days each; years begin
//! in March, so that the day that comes and goes stands at the end.

/// A moment of the turn, where the user is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moment {
    /// Seconds since 1970-01-01T00:00:00Z.
    pub unix_s: i64,
    /// How far local time is ahead of UTC, in seconds.
    pub offset_s: i32,
}

/// Seconds of a day.
const DAY_S: i64 = 86_400;
/// Days of an era of 400 years.
const ERA_DAYS: i64 = 146_097;
/// Days from 0000-03-01 to 1970-01-01.
const EPOCH_DAYS: i64 = 719_468;

impl Moment {
    /// The local day.
    pub(crate) fn day(self) -> Day {
        Day((self.unix_s.saturating_add(i64::from(self.offset_s))).div_euclid(DAY_S))
    }

    /// Local seconds since midnight.
    pub(crate) fn second_of_day(self) -> i64 {
        (self.unix_s.saturating_add(i64::from(self.offset_s))).rem_euclid(DAY_S)
    }
}

/// A day, counted from 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Day(pub(crate) i64);

impl Day {
    /// The day with this date, if there is one. Years from 1 to 9999.
    pub(crate) fn of(year: i64, month: i64, day: i64) -> Option<Self> {
        let exists = (1..=9999).contains(&year)
            && (1..=12).contains(&month)
            && day >= 1
            && day <= month_days(year, month);
        exists.then(|| Self::counted(year, month, day))
    }

    fn counted(year: i64, month: i64, day: i64) -> Self {
        let year = if month <= 2 { year - 1 } else { year };
        let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
        let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        Self(era * ERA_DAYS + of_era * 365 + of_era / 4 - of_era / 100 + of_year - EPOCH_DAYS)
    }

    /// Year, month and day.
    pub(crate) fn date(self) -> (i64, i64, i64) {
        let shifted = self.0 + EPOCH_DAYS;
        let (era, of_era) = (shifted.div_euclid(ERA_DAYS), shifted.rem_euclid(ERA_DAYS));
        let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let slot = (5 * of_year + 2) / 153;
        let month = if slot < 10 { slot + 3 } else { slot - 9 };
        (era * 400 + year + i64::from(month <= 2), month, of_year - (153 * slot + 2) / 5 + 1)
    }

    /// The day of the week, Monday is 0.
    pub(crate) fn weekday(self) -> i64 {
        (self.0 + 3).rem_euclid(7)
    }

    /// This many days later.
    pub(crate) fn plus(self, days: i64) -> Self {
        Self(self.0.saturating_add(days))
    }

    /// The same day of the month this many months later, or the last one of that month.
    pub(crate) fn plus_months(self, months: i64) -> Option<Self> {
        let (year, month, day) = self.date();
        let count = year.checked_mul(12)?.checked_add(month - 1)?.checked_add(months)?;
        let (year, month) = (count.div_euclid(12), count.rem_euclid(12) + 1);
        Self::of(year, month, day.min(month_days(year, month)))
    }

    /// As ISO 8601 writes it.
    pub(crate) fn iso(self) -> String {
        let (year, month, day) = self.date();
        format!("{year:04}-{month:02}-{day:02}")
    }
}

/// How many days a month has.
pub(crate) fn month_days(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_there_and_back() {
        for (year, month, day, count) in
            [(1970, 1, 1, 0), (2000, 2, 29, 11_016), (2020, 11, 25, 18_591), (1900, 3, 1, -25_508)]
        {
            let found = Day::of(year, month, day).unwrap();
            assert_eq!((found.0, found.date()), (count, (year, month, day)));
        }
        for count in (-700_000..700_000).step_by(37) {
            let (year, month, day) = Day(count).date();
            assert_eq!(Day::counted(year, month, day), Day(count));
        }
        assert_eq!(Day::of(2021, 2, 29), None);
        assert_eq!(Day::of(2020, 11, 25).unwrap().weekday(), 2, "a Wednesday");
        assert_eq!(Day::of(2021, 1, 31).unwrap().plus_months(1), Day::of(2021, 2, 28));
    }

    #[test]
    fn a_moment_is_a_local_one() {
        let late = Moment { unix_s: 86_399, offset_s: 3_600 };
        assert_eq!((late.day(), late.second_of_day()), (Day(1), 3_599));
        assert_eq!(Moment { unix_s: 0, offset_s: -1 }.day(), Day(-1));
    }
}
