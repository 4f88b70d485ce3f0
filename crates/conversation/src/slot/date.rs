//! Which date is it? "AMAZON.Date" of the Lex V2 Developer Guide.
//!
//! A date without a year is the next one on or after today. What names more than a day becomes one: a future month or year its
//! last day, the present or a past one its first; `next week` is the last day of this week and `last week` the first day of
//! last week, as that page says (today 2020-11-25: 2020-11-29 and 2020-11-16). `next friday` is that of the next calendar
//! week, `friday` the next one.

use super::calendar::{Day, month_days};
use super::duration;
use super::pieces::{Kind, Pieces};
use super::spoken;

const MONTHS: [(&str, &str); 12] = [
    ("january", "jan"),
    ("february", "feb"),
    ("march", "mar"),
    ("april", "apr"),
    ("may", "may"),
    ("june", "jun"),
    ("july", "jul"),
    ("august", "aug"),
    ("september", "sep"),
    ("october", "oct"),
    ("november", "nov"),
    ("december", "dec"),
];
const WEEKDAYS: [(&str, &[&str]); 7] = [
    ("monday", &["mon", "mondays"]),
    ("tuesday", &["tue", "tues", "tuesdays"]),
    ("wednesday", &["wed", "weds", "wednesdays"]),
    ("thursday", &["thu", "thur", "thurs", "thursdays"]),
    ("friday", &["fri", "fridays"]),
    ("saturday", &["sat", "saturdays"]),
    ("sunday", &["sun", "sundays"]),
];
/// Days that have a name and the same date every year.
const FEASTS: [(&str, i64, i64); 12] = [
    ("christmas eve", 12, 24),
    ("christmas day", 12, 25),
    ("christmas", 12, 25),
    ("boxing day", 12, 26),
    ("new year's eve", 12, 31),
    ("new years eve", 12, 31),
    ("new year's day", 1, 1),
    ("new years day", 1, 1),
    ("new year's", 1, 1),
    ("valentine's day", 2, 14),
    ("valentines day", 2, 14),
    ("halloween", 10, 31),
];

/// Words that dates begin with, numbers left out.
pub(crate) fn beginnings() -> impl Iterator<Item = &'static str> {
    let more = [
        "today",
        "now",
        "right",
        "tonight",
        "this",
        "tomorrow",
        "tmrw",
        "yesterday",
        "day",
        "the",
        "end",
        "beginning",
        "start",
        "current",
        "next",
        "coming",
        "following",
        "upcoming",
        "last",
        "previous",
        "past",
        "on",
        "sept",
    ];
    let months = MONTHS.into_iter().flat_map(|(long, short)| [long, short]);
    let weekdays =
        WEEKDAYS.into_iter().flat_map(|(long, short)| std::iter::once(long).chain(short.iter().copied()));
    months.chain(weekdays).chain(FEASTS.into_iter().map(|(name, _, _)| name)).chain(more)
}

/// The date that begins at a piece, and how many pieces it takes.
pub(crate) fn read(p: &Pieces<'_>, at: usize, today: Day, month_first: bool) -> Option<(Day, usize)> {
    iso(p, at)
        .or_else(|| near(p, at, today))
        .or_else(|| feast(p, at, today))
        .or_else(|| counted(p, at, today))
        .or_else(|| week_or_month(p, at, today))
        .or_else(|| weekday(p, at, today, month_first))
        .or_else(|| numeric(p, at, today, month_first))
        .or_else(|| named_month(p, at, today))
        .or_else(|| day_alone(p, at, today))
        .or_else(|| year_alone(p, at, today))
}

/// 2021-03-04, 20210304, 2021/3/4.
fn iso(p: &Pieces<'_>, at: usize) -> Option<(Day, usize)> {
    let first = p.number(at)?;
    match p.word(at).len() {
        8 => Some((Day::of(first / 10_000, first / 100 % 100, first % 100)?, 1)),
        4 if p.is_any(at + 1, &["-", "/", "."]) && p.word(at + 1) == p.word(at + 3) => {
            Some((Day::of(first, p.number(at + 2)?, p.number(at + 4)?)?, 5))
        }
        4 if p.is(at + 1, "-") && p.glued(at + 1) && p.glued(at + 2) => {
            let month = p.number(at + 2)?;
            Some((Day::of(first, month, 1)?, 3))
        }
        _ => None,
    }
}

fn near(p: &Pieces<'_>, at: usize, today: Day) -> Option<(Day, usize)> {
    let names = [
        ("the day after tomorrow", 2),
        ("day after tomorrow", 2),
        ("the day before yesterday", -2),
        ("day before yesterday", -2),
        ("today", 0),
        ("now", 0),
        ("right now", 0),
        ("tonight", 0),
        ("this evening", 0),
        ("this morning", 0),
        ("this afternoon", 0),
        ("tomorrow", 1),
        ("tmrw", 1),
        ("yesterday", -1),
    ];
    let found = names.iter().filter_map(|(name, days)| p.phrase(at, name).map(|len| (*days, len)));
    found.max_by_key(|(_, len)| *len).map(|(days, len)| (today.plus(days), len))
}

fn feast(p: &Pieces<'_>, at: usize, today: Day) -> Option<(Day, usize)> {
    let found =
        FEASTS.iter().filter_map(|(name, month, day)| p.phrase(at, name).map(|len| (*month, *day, len)));
    let (month, day, len) = found.max_by_key(|(_, _, len)| *len)?;
    match year(p, at + len) {
        Some((year, more)) => Some((Day::of(year, month, day)?, len + more)),
        None => Some((coming(today, month, day)?, len)),
    }
}

/// In three days, two weeks ago, a month from now, a week from friday.
fn counted(p: &Pieces<'_>, at: usize, today: Day) -> Option<(Day, usize)> {
    let leading = p.is_any(at, &["in", "within"]);
    let from = at + usize::from(leading);
    let (span, len) = duration::read(p, from)?;
    let (months, days) = span.calendar()?;
    let here = from + len;
    let behind = p.longest(here, &["from now", "from today", "later", "hence", "ago", "before today"]);
    if let Some((word, more)) = behind {
        let sign = if matches!(word, "ago" | "before today") { -1 } else { 1 };
        return Some((today.plus_months(sign * months)?.plus(sign * days), here + more - at));
    }
    if p.is_any(here, &["from", "after"]) {
        let (start, more) = near(p, here + 1, today).or_else(|| weekday(p, here + 1, today, false))?;
        return Some((start.plus_months(months)?.plus(days), here + 1 + more - at));
    }
    leading.then(|| Some((today.plus_months(months)?.plus(days), here - at))).flatten()
}

/// This, next or last week, weekend, month, year; their ends.
fn week_or_month(p: &Pieces<'_>, at: usize, today: Day) -> Option<(Day, usize)> {
    let end = p.longest(at, &["the end of", "end of"]).map_or(0, |(_, len)| len);
    let start = p
        .longest(at, &["the beginning of", "beginning of", "the start of", "start of"])
        .map_or(0, |(_, len)| len);
    let article = usize::from(p.is(at + end + start, "the"));
    let here = at + end + start + article;
    let (step, skip) = match p.word(here) {
        "this" | "current" => (0, 1),
        "next" | "coming" | "following" | "upcoming" => (1, 1),
        "last" | "previous" | "past" => (-1, 1),
        "month" | "year" | "week" if end + start > 0 => (0, 0),
        _ => return None,
    };
    let unit = p.word(here + skip);
    let len = here + skip + 1 - at;
    let monday = today.plus(-today.weekday());
    let (year, month, _) = today.date();
    let at_end = end > 0 || (step > 0 && start == 0);
    let found = match unit {
        "week" if end + start == 0 && step > 0 => monday.plus(6),
        "week" => monday.plus(step * 7 + if end > 0 { 6 } else { 0 }),
        "weekend" => monday.plus(step * 7 + 5),
        "month" => month_edge(year, month + step, at_end)?,
        "year" if at_end => Day::of(year + step, 12, 31)?,
        "year" => Day::of(year + step, 1, 1)?,
        _ => return None,
    };
    Some((found, len))
}

/// The first or the last day of a month, counted on over years.
fn month_edge(year: i64, month: i64, last: bool) -> Option<Day> {
    let (year, month) = (year + (month - 1).div_euclid(12), (month - 1).rem_euclid(12) + 1);
    Day::of(year, month, if last { month_days(year, month) } else { 1 })
}

fn weekday(p: &Pieces<'_>, at: usize, today: Day, month_first: bool) -> Option<(Day, usize)> {
    let (step, skip) = match p.word(at) {
        "this" | "coming" | "on" => (0, 1),
        "next" => (1, 1),
        "last" | "past" => (-1, 1),
        _ => (0, 0),
    };
    let name = p.word(at + skip);
    let day = WEEKDAYS.iter().position(|(long, short)| *long == name || short.contains(&name))?;
    let day = i64::try_from(day).ok()?;
    let mut len = skip + 1;
    let ahead = (day - today.weekday()).rem_euclid(7);
    let found = match step {
        0 => today.plus(ahead),
        1 => today.plus(7 - today.weekday() + day),
        _ => today.plus(if ahead == 0 { -7 } else { ahead - 7 }),
    };
    // The date behind the day decides: `monday the 5th of june`.
    let comma = len + usize::from(p.is_any(at + len, &[",", "."]));
    let dated = numeric(p, at + comma, today, month_first).or_else(|| named_month(p, at + comma, today));
    if let Some((date, more)) = dated.or_else(|| day_alone(p, at + comma, today)) {
        return Some((date, comma + more));
    }
    if let Some(more) = p.phrase(at + len, "next week").filter(|_| step == 0) {
        len += more;
        return Some((today.plus(7 - today.weekday() + day), len));
    }
    if let Some(more) = p.phrase(at + len, "last week").filter(|_| step == 0) {
        return Some((today.plus(day - today.weekday() - 7), len + more));
    }
    Some((found, len))
}

/// 3/4, 3/4/2021, 3-4-21, 3.4.2021.
fn numeric(p: &Pieces<'_>, at: usize, today: Day, month_first: bool) -> Option<(Day, usize)> {
    let first = p.number(at).filter(|_| p.word(at).len() <= 2)?;
    let mark = p.word(at + 1);
    if !["/", "-", "."].contains(&mark) || !p.glued(at + 2) {
        return None;
    }
    let second = p.number(at + 2).filter(|_| p.word(at + 2).len() <= 2)?;
    // A month above twelve is a day, whatever the custom.
    let (month, day) =
        if (month_first && first <= 12) || second > 12 { (first, second) } else { (second, first) };
    if p.is(at + 3, mark)
        && let Some(year) = p.number(at + 4).filter(|_| p.glued(at + 4))
    {
        let year = match p.word(at + 4).len() {
            4 => year,
            2 => century(today, year),
            _ => return None,
        };
        return Some((Day::of(year, month, day)?, 5));
    }
    (mark == "/").then(|| Some((coming(today, month, day)?, 3))).flatten()
}

/// A year of two digits lies up to ten years ahead, otherwise behind.
fn century(today: Day, year: i64) -> i64 {
    let (now, _, _) = today.date();
    let year = now - now % 100 + year;
    if year > now + 10 { year - 100 } else { year }
}

/// November twenty-fifth, 25 November 2021, the 5th of June, June.
fn named_month(p: &Pieces<'_>, at: usize, today: Day) -> Option<(Day, usize)> {
    let from = at + usize::from(p.is(at, "the"));
    if let Some((day, len)) = day_number(p, from) {
        let here = from + len;
        let here = here + usize::from(p.is(here, "of") || p.is(here, "-"));
        let found = month(p, here)?;
        let (date, more) = dated(p, here + 1 + found.1, today, found.0, day)?;
        return Some((date, here + 1 + found.1 + more - at));
    }
    let (found, dot) = month(p, at)?;
    let here = at + 1 + dot;
    let skip = usize::from(p.is(here, "the")) + usize::from(p.is(here, "-"));
    let whole_year = |at: usize| p.word(at).len() == 4 && p.number(at).is_some();
    if let Some((day, len)) = day_number(p, here + skip).filter(|_| !whole_year(here + skip)) {
        let here = here + skip + len;
        let (date, more) = dated(p, here, today, found, day)?;
        return Some((date, here + more - at));
    }
    if p.len() > 1 && found == 5 && p.is_any(at + 1, &["i", "be", "we", "you"]) {
        return None;
    }
    month_alone(p, at, here, today, found)
}

/// A month without a day: the present or a past one is its first day, a future one its last.
fn month_alone(p: &Pieces<'_>, at: usize, here: usize, today: Day, month: i64) -> Option<(Day, usize)> {
    let (now, this, _) = today.date();
    let of = usize::from(p.is(here, "of") || p.is(here, ","));
    let (year, len) = match year(p, here + of) {
        Some((year, len)) => (year, of + len),
        None if month >= this => (now, 0),
        None => (now + 1, 0),
    };
    let future = (year, month) > (now, this);
    Some((month_edge(year, month, future)?, here + len - at))
}

fn month(p: &Pieces<'_>, at: usize) -> Option<(i64, usize)> {
    let word = p.word(at);
    let found = (1_i64..)
        .zip(MONTHS)
        .find(|(_, (long, short))| *long == word || *short == word || (word == "sept" && *short == "sep"))?;
    Some((found.0, usize::from(p.is(at + 1, ".") && p.glued(at + 1))))
}

/// A day of the month in digits, words, with or without its ending.
fn day_number(p: &Pieces<'_>, at: usize) -> Option<(i64, usize)> {
    let found =
        spoken::ordinal(p, at).or_else(|| p.number(at).filter(|_| p.word(at).len() <= 2).map(|day| (day, 1)));
    let words = || {
        let (value, len) = spoken::cardinal(p, at).filter(|_| p.kind(at) == Some(Kind::Letters))?;
        Some((i64::try_from(value).ok()?, len))
    };
    found.or_else(words).filter(|(day, _)| (1..=31).contains(day))
}

/// A month and a day with the year behind them, or the next such day.
fn dated(p: &Pieces<'_>, at: usize, today: Day, month: i64, day: i64) -> Option<(Day, usize)> {
    let skip = usize::from(p.is_any(at, &[",", "-", "of", "in", "/"]));
    match year(p, at + skip) {
        Some((year, len)) => Some((Day::of(year, month, day)?, skip + len)),
        None => {
            let next = p.phrase(at, "next year").or_else(|| p.phrase(at, "of next year"));
            let last = p.phrase(at, "last year").or_else(|| p.phrase(at, "of last year"));
            let (now, _, _) = today.date();
            match (next, last) {
                (Some(len), _) => Some((Day::of(now + 1, month, day)?, len)),
                (_, Some(len)) => Some((Day::of(now - 1, month, day)?, len)),
                _ => Some((coming(today, month, day)?, 0)),
            }
        }
    }
}

/// The next day with this date, today included.
fn coming(today: Day, month: i64, day: i64) -> Option<Day> {
    let (year, _, _) = today.date();
    // The 29th of February may be eight years away.
    (year..=year + 8).filter_map(|year| Day::of(year, month, day)).find(|found| *found >= today)
}

/// 2021, twenty twenty one, nineteen eighty four, two thousand and five.
fn year(p: &Pieces<'_>, at: usize) -> Option<(i64, usize)> {
    let plausible = |year: i64| (1_000..=2_999).contains(&year);
    if let Some(year) = p.number(at) {
        return (p.word(at).len() == 4 && plausible(year)).then_some((year, 1));
    }
    let (first, len) = spoken::cardinal(p, at)?;
    let first = i64::try_from(first).ok()?;
    if plausible(first) {
        return Some((first, len));
    }
    if !(10..=29).contains(&first) {
        return None;
    }
    let oh = usize::from(p.is_any(at + len, &["oh", "o", "hundred"]));
    let (second, more) =
        spoken::cardinal(p, at + len + oh).filter(|_| !p.is(at + len, "hundred")).unwrap_or((0, 0));
    let second = i64::try_from(second).ok().filter(|second| (0..100).contains(second))?;
    let whole = more > 0 && (second >= 10 || oh > 0);
    whole.then_some((first * 100 + second, len + oh + more))
}

/// The 5th: that of this month, or of the next that has one.
fn day_alone(p: &Pieces<'_>, at: usize, today: Day) -> Option<(Day, usize)> {
    let the = usize::from(p.is(at, "the"));
    let (day, len) = spoken::ordinal(p, at + the).filter(|(day, _)| (1..=31).contains(day))?;
    let (year, month, _) = today.date();
    let of = ["of next month", "next month"].iter().find_map(|phrase| p.phrase(at + the + len, phrase));
    let of_this =
        ["of this month", "of the month"].iter().find_map(|phrase| p.phrase(at + the + len, phrase));
    let first = i64::from(of.is_some());
    let found = (first..=first + 3).find_map(|ahead| {
        let month = month - 1 + ahead;
        Day::of(year + month.div_euclid(12), month.rem_euclid(12) + 1, day).filter(|found| *found >= today)
    })?;
    Some((found, the + len + of.or(of_this).unwrap_or(0)))
}

/// A year alone: its last day when it lies ahead, otherwise its first.
fn year_alone(p: &Pieces<'_>, at: usize, today: Day) -> Option<(Day, usize)> {
    let (year, len) = year(p, at).filter(|(year, _)| (1_900..=2_099).contains(year))?;
    let (now, _, _) = today.date();
    let day = if year > now { Day::of(year, 12, 31) } else { Day::of(year, 1, 1) };
    day.map(|day| (day, len))
}
