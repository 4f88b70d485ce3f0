//! Is a day that stands inside a number a day of the calendar?
//!
//! Birth dates are part of many national numbers. Years are given in full; where a number holds two
//! digits only, its validator says which centuries it tries. The calendar is the Gregorian one.

/// Does the day exist?
pub(crate) fn is_date(year: u64, month: u64, day: u64) -> bool {
    day >= 1 && day <= days(year, month)
}

/// Does the day exist in some century (29 February always does)?
pub(crate) fn is_day(month: u64, day: u64) -> bool {
    is_date(2000, month, day)
}

fn days(year: u64, month: u64) -> u64 {
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if is_leap(year) => 29,
        2 => 28,
        _ => 0,
    }
}

fn is_leap(year: u64) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

/// The month that an English name of at least three letters begins, in any case.
pub(crate) fn month_named(name: &[u8]) -> Option<u64> {
    const NAMES: [&[u8]; 12] = [
        b"january",
        b"february",
        b"march",
        b"april",
        b"may",
        b"june",
        b"july",
        b"august",
        b"september",
        b"october",
        b"november",
        b"december",
    ];
    let fits = |full: &&[u8]| match full.get(..name.len()) {
        Some(start) => start.eq_ignore_ascii_case(name) && (name.len() == 3 || name.len() == full.len()),
        None => false,
    };
    let sept = name.eq_ignore_ascii_case(b"sept").then_some(8);
    NAMES.iter().position(fits).or(sept).and_then(|at| u64::try_from(at + 1).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_of_the_calendar() {
        assert!(is_date(2000, 2, 29) && is_date(2024, 2, 29) && is_date(1999, 12, 31));
        assert!(!is_date(1900, 2, 29) && !is_date(2023, 2, 29) && !is_date(2023, 4, 31));
        assert!(!is_date(2023, 0, 1) && !is_date(2023, 13, 1) && !is_date(2023, 1, 0) && is_day(2, 29));
    }

    #[test]
    fn names_of_months() {
        assert_eq!(month_named(b"Mar"), Some(3));
        assert_eq!(month_named(b"DECEMBER"), Some(12));
        assert_eq!(month_named(b"Sept"), Some(9));
        assert_eq!(month_named(b"Ma"), None);
        assert_eq!(month_named(b"Marc"), None);
        assert_eq!(month_named(b"Januaryy"), None);
    }
}
