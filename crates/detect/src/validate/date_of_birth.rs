//! Could this be somebody's date of birth?
//!
//! A day of the calendar from 1890 to 2049 in one of the usual orders: ISO 8601, day first, month first,
//! with an English month name, or eight digits together. A year of two digits is taken in any century.
//! Which order was meant does not matter here: one that exists is enough.

use super::calendar::{is_date, is_day, month_named};
use super::digits::numeral;

/// Day, month and year in one of the usual orders.
pub(crate) fn valid(value: &[u8]) -> bool {
    let mut parts = value.split(|byte| b"/-., ".contains(byte)).filter(|part| !part.is_empty());
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(a), Some(b), Some(c), None) => is_written(a, b, c),
        (Some(together), None, ..) => is_together(together),
        _ => false,
    }
}

fn is_written(a: &[u8], b: &[u8], c: &[u8]) -> bool {
    exists(c, b, a) || exists(c, a, b) || exists(a, b, c)
}

/// Eight digits: year first, day first or month first; the day at the given place must exist.
fn is_together(text: &[u8]) -> bool {
    let Some((head, tail)) = text.split_first_chunk::<4>() else {
        return false;
    };
    let halves = |four: &[u8]| four.split_at_checked(2).map(|(a, b)| (a.len(), b.len())) == Some((2, 2));
    if tail.len() != 4 || !halves(tail) {
        return false;
    }
    let (first, second) = head.split_at(2);
    let (third, fourth) = tail.split_at(2);
    exists(head, third, fourth) || exists(tail, second, first) || exists(tail, first, second)
}

fn exists(year: &[u8], month: &[u8], day: &[u8]) -> bool {
    let Some(month) = month_of(month) else {
        return false;
    };
    let Some(day) = day_of(day) else { return false };
    match (year.len(), numeral(year)) {
        (4, Some(year)) => (1890..2050).contains(&year) && is_date(year, month, day),
        (2, Some(_)) => is_day(month, day),
        _ => false,
    }
}

fn month_of(text: &[u8]) -> Option<u64> {
    if matches!(text.len(), 1 | 2) { numeral(text) } else { month_named(text) }
}

/// One or two digits, an English ordinal ending allowed.
fn day_of(text: &[u8]) -> Option<u64> {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (day, ending) = text.split_at_checked(digits)?;
    let ordinal = [b"st", b"nd", b"rd", b"th"].iter().any(|known| ending.eq_ignore_ascii_case(*known));
    (matches!(digits, 1 | 2) && (ending.is_empty() || ordinal)).then(|| numeral(day)).flatten()
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        let good = [
            "1985-04-12",
            "31/12/1999",
            "12/31/1999",
            "12.4.85",
            "19850412",
            "April 12, 1985",
            "12th Apr 1985",
            "29-Feb-2000",
            "31121999",
        ];
        let bad = [
            "1985-13-12",
            "31/11/1999",
            "29/02/1999",
            "1789-07-14",
            "12345678",
            "",
            "1985-04",
            "12 Foo 1985",
            "1985-04-12-01",
            "2985-01-01",
        ];
        crate::validate::testing::check("date-of-birth", &good, &bad);
    }
}
