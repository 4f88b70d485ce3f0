//! How long is `5m`, and how is it spelled?
//!
//! Page "Boolean, comparison, numeric, datetime, and other functions", periods: a number and a unit, short or long. Months,
//! quarters and years are lengths of the calendar, the others of the clock.

use serde::{Deserialize, Serialize};

/// A length of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Period {
    /// How many of the unit, one at least.
    pub count: u32,
    /// The unit.
    pub unit: Unit,
}

/// A unit of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Unit {
    /// A thousandth of a second.
    Millisecond,
    /// A second.
    Second,
    /// 60 seconds.
    Minute,
    /// 60 minutes.
    Hour,
    /// 24 hours.
    Day,
    /// Seven days, Monday first.
    Week,
    /// A month of the calendar.
    Month,
    /// Three months of the calendar.
    Quarter,
    /// A year of the calendar.
    Year,
}

const SPELLINGS: &[(&[&str], Unit)] = &[
    (&["ms", "msec", "millisecond", "milliseconds"], Unit::Millisecond),
    (&["s", "sec", "secs", "second", "seconds"], Unit::Second),
    (&["m", "min", "mins", "minute", "minutes"], Unit::Minute),
    (&["h", "hr", "hrs", "hour", "hours"], Unit::Hour),
    (&["d", "day", "days"], Unit::Day),
    (&["w", "week", "weeks"], Unit::Week),
    (&["mo", "mon", "month", "months"], Unit::Month),
    (&["q", "qtr", "qtrs", "quarter", "quarters"], Unit::Quarter),
    (&["y", "yr", "yrs", "year", "years"], Unit::Year),
];

impl Unit {
    /// The unit of a spelling, in any case.
    pub fn named(name: &str) -> Option<Self> {
        let fits = |spelling: &&str| spelling.eq_ignore_ascii_case(name);
        SPELLINGS.iter().find(|(spellings, _)| spellings.iter().any(fits)).map(|(_, unit)| *unit)
    }
}

impl Period {
    /// Its length by the clock; none for lengths of the calendar.
    pub fn millis(self) -> Option<i64> {
        let unit = match self.unit {
            Unit::Millisecond => 1,
            Unit::Second => 1_000,
            Unit::Minute => 60_000,
            Unit::Hour => 3_600_000,
            Unit::Day => 86_400_000,
            Unit::Week => 7 * 86_400_000,
            Unit::Month | Unit::Quarter | Unit::Year => return None,
        };
        Some(i64::from(self.count) * unit)
    }

    /// Its length in months of the calendar; none for lengths of the clock.
    pub fn months(self) -> Option<i64> {
        let unit = match self.unit {
            Unit::Month => 1,
            Unit::Quarter => 3,
            Unit::Year => 12,
            _ => return None,
        };
        Some(i64::from(self.count) * unit)
    }

    /// The start of the period that holds an instant (milliseconds since 1970, UTC). Weeks begin on Monday; several months
    /// or years are counted from 1970.
    pub fn floor(self, at_ms: i64) -> i64 {
        /// 1970 began on a Thursday, so the first Monday came four days later.
        const MONDAY_MS: i64 = 4 * 86_400_000;
        match (self.millis(), self.months()) {
            (Some(length), _) => {
                let shift = if self.unit == Unit::Week { MONDAY_MS } else { 0 };
                (at_ms - shift).div_euclid(length) * length + shift
            }
            (None, months) => {
                let length = months.unwrap_or(1);
                month_start((month_of(at_ms)).div_euclid(length) * length)
            }
        }
    }

    /// The first start of a period that does not lie before an instant.
    pub fn ceil(self, at_ms: i64) -> i64 {
        let floor = self.floor(at_ms);
        match (floor == at_ms, self.millis(), self.months()) {
            (true, ..) => at_ms,
            (false, Some(length), _) => floor + length,
            (false, None, months) => month_start(month_of(floor) + months.unwrap_or(1)),
        }
    }
}

/// An instant as results show it: `2023-11-14 22:13:20.123`, UTC.
pub fn show_instant(at_ms: i64) -> String {
    let days = at_ms.div_euclid(86_400_000);
    let (year, month) = civil(days);
    let day = days - days_before(year, month) + 1;
    let of_day = at_ms.rem_euclid(86_400_000);
    let (hour, minute, second) = (of_day / 3_600_000, of_day / 60_000 % 60, of_day / 1_000 % 60);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}.{:03}", of_day % 1_000)
}

/// Months since January 1970 of an instant.
fn month_of(at_ms: i64) -> i64 {
    let (year, month) = civil(at_ms.div_euclid(86_400_000));
    (year - 1970) * 12 + month - 1
}

/// The instant at which a month since January 1970 begins.
fn month_start(months: i64) -> i64 {
    let (year, month) = (1970 + months.div_euclid(12), months.rem_euclid(12) + 1);
    days_before(year, month) * 86_400_000
}

/// Year and month of a day since 1970 in the Gregorian calendar, counting years from March so that leap days come last.
fn civil(days: i64) -> (i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let january = i64::from(month >= 10);
    (year_of_era + era * 400 + january, if month < 10 { month + 3 } else { month - 9 })
}

/// Days from 1970 to the first of a month.
fn days_before(year: i64, month: i64) -> i64 {
    let march_year = if month <= 2 { year - 1 } else { year };
    let era = march_year.div_euclid(400);
    let year_of_era = march_year.rem_euclid(400);
    let march_month = (month + 9).rem_euclid(12);
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + (153 * march_month + 2) / 5
        - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn period(count: u32, unit: &str) -> Period {
        Period { count, unit: Unit::named(unit).unwrap() }
    }

    #[test]
    fn periods_begin_where_the_calendar_says() {
        // 2023-11-14 22:13:20.123 UTC, a Tuesday.
        let at = 1_700_000_000_123;
        let cases = [
            (period(10, "ms"), 1_700_000_000_120),
            (period(1, "second"), 1_700_000_000_000),
            (period(5, "m"), 1_699_999_800_000),
            (period(1, "HOURS"), 1_699_999_200_000),
            (period(1, "d"), 1_699_920_000_000),
            (period(1, "w"), 1_699_833_600_000),
            (period(1, "mo"), 1_698_796_800_000),
            (period(1, "q"), 1_696_118_400_000),
            (period(1, "y"), 1_672_531_200_000),
        ];
        cases.iter().for_each(|(period, start)| assert_eq!(period.floor(at), *start, "{period:?}"));
        assert_eq!(period(1, "mo").ceil(at), 1_701_388_800_000);
        assert_eq!(period(1, "y").ceil(1_672_531_200_000), 1_672_531_200_000);
        assert_eq!(Unit::named("fortnight"), None);
        assert_eq!(show_instant(at), "2023-11-14 22:13:20.123");
        assert_eq!(show_instant(1_709_164_800_000), "2024-02-29 00:00:00.000");
        assert_eq!(show_instant(-1), "1969-12-31 23:59:59.999");
    }

    proptest! {
        #[test]
        fn a_period_holds_its_instants(at in -4_000_000_000_000_i64..8_000_000_000_000, count in 1_u32..40, unit in 0_usize..9) {
            let period = Period { count, unit: SPELLINGS[unit].1 };
            let (floor, ceil) = (period.floor(at), period.ceil(at));
            prop_assert!(floor <= at && at <= ceil);
            prop_assert_eq!(period.floor(floor), floor);
            prop_assert_eq!(period.floor(ceil), ceil);
            prop_assert_eq!(period.ceil(floor), floor);
        }

        #[test]
        fn months_and_days_agree(month in -2_400_i64..4_800) {
            let start = month_start(month);
            prop_assert_eq!(month_of(start), month);
            prop_assert_eq!(month_of(start - 1), month - 1);
        }
    }
}
