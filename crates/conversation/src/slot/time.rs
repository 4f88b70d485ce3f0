//! What time is it? "AMAZON.Time": `HH:MM`, a part of the day, or both halves of the day where nobody said which.
//!
//! Ambiguous is what a twelve-hour clock says without a half: `10 o'clock` is 10:00 or 22:00. A leading zero or an hour above
//! twelve is of a clock with 24 hours. Parts of the day are AM, PM, MO, AF, EV and NI.

use super::Moment;
use super::duration;
use super::pieces::{Kind, Pieces};
use super::spoken::{self, Term};

/// What a time may be: one or two values.
pub(crate) type Times = Vec<String>;

/// A half or a part of the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Half {
    Before,
    After,
    Night,
}

const PARTS: [(&str, &str); 16] = [
    ("this morning", "MO"),
    ("in the morning", "MO"),
    ("the morning", "MO"),
    ("morning", "MO"),
    ("this afternoon", "AF"),
    ("in the afternoon", "AF"),
    ("the afternoon", "AF"),
    ("afternoon", "AF"),
    ("this evening", "EV"),
    ("in the evening", "EV"),
    ("the evening", "EV"),
    ("evening", "EV"),
    ("tonight", "NI"),
    ("at night", "NI"),
    ("night", "NI"),
    ("overnight", "NI"),
];

/// Words that times begin with, numbers left out.
pub(crate) fn beginnings() -> impl Iterator<Item = &'static str> {
    let more = ["noon", "midday", "midnight", "now", "right", "immediately", "as", "asap", "am", "pm"];
    PARTS.into_iter().map(|(name, _)| name).chain(more)
}

/// The time that begins at a piece, and how many pieces it takes.
pub(crate) fn read(p: &Pieces<'_>, at: usize, now: Moment) -> Option<(Times, usize)> {
    // The minutes of a clock begin no time of their own.
    if at > 0 && p.glued(at) && p.is_any(at - 1, &[":", "."]) {
        return None;
    }
    special(p, at, now)
        .or_else(|| relative(p, at, now))
        .or_else(|| past_or_to(p, at))
        .or_else(|| clock(p, at))
        .or_else(|| part(p, at))
}

fn special(p: &Pieces<'_>, at: usize, now: Moment) -> Option<(Times, usize)> {
    let fixed = [
        ("twelve noon", "12:00"),
        ("12 noon", "12:00"),
        ("noon", "12:00"),
        ("midday", "12:00"),
        ("twelve midnight", "00:00"),
        ("12 midnight", "00:00"),
        ("midnight", "00:00"),
    ];
    if let Some((value, len)) =
        fixed.iter().find_map(|(name, value)| p.phrase(at, name).map(|len| (value, len)))
    {
        return Some((vec![(*value).to_owned()], len));
    }
    let (_, len) = p.longest(at, &["now", "right now", "immediately", "as soon as possible", "asap"])?;
    let minutes = now.second_of_day() / 60;
    Some((vec![format(minutes / 60, minutes % 60)], len))
}

/// In two hours, ten minutes from now, half an hour ago.
fn relative(p: &Pieces<'_>, at: usize, now: Moment) -> Option<(Times, usize)> {
    let leading = p.is(at, "in");
    let from = at + usize::from(leading);
    let (span, len) = duration::read(p, from)?;
    let behind = p.longest(from + len, &["from now", "later", "ago", "before now"]);
    let sign = match behind {
        Some(("ago" | "before now", _)) => -1,
        Some(_) => 1,
        None if leading => 1,
        None => return None,
    };
    let seconds = now.second_of_day() + sign * span.clock_seconds()?;
    let minutes = seconds.div_euclid(60).rem_euclid(24 * 60);
    let more = behind.map_or(0, |(_, len)| len);
    Some((vec![format(minutes / 60, minutes % 60)], from + len + more - at))
}

/// Half past ten, quarter to five, ten past eight, twenty minutes to six pm.
fn past_or_to(p: &Pieces<'_>, at: usize) -> Option<(Times, usize)> {
    let article = usize::from(p.is(at, "a") && p.is(at + 1, "quarter"));
    let (minutes, mut here) = match p.word(at + article) {
        "half" => (30, at + article + 1),
        "quarter" => (15, at + article + 1),
        _ => small(p, at).map(|(value, len)| (value, at + len))?,
    };
    here += usize::from(p.is_any(here, &["minutes", "minute"]));
    let sign = match p.word(here) {
        "past" | "after" => 1,
        "to" | "till" | "til" | "before" => -1,
        _ => return None,
    };
    let (hour, len, sure) = hour(p, here + 1)?;
    here += 1 + len;
    let total = hour * 60 + sign * minutes;
    let (half, len) = half(p, here);
    if !(1..60).contains(&minutes) {
        return None;
    }
    Some((times(total.rem_euclid(24 * 60), half, sure), here + len - at))
}

/// The hour of `past ten`; 12 where somebody says noon or midnight.
fn hour(p: &Pieces<'_>, at: usize) -> Option<(i64, usize, bool)> {
    match p.word(at) {
        "noon" | "midday" => return Some((12, 1, true)),
        "midnight" => return Some((24, 1, true)),
        _ => {}
    }
    let (hour, len) = small(p, at)?;
    (0..=23).contains(&hour).then_some((hour, len, hour == 0 || hour > 12))
}

/// 10:30, 10.30, ten thirty, 1730 hours, 5pm, ten o'clock.
fn clock(p: &Pieces<'_>, at: usize) -> Option<(Times, usize)> {
    let (mut hour, mut here) = small(p, at).map(|(value, len)| (value, at + len))?;
    let first = p.word(at);
    let mut sure = p.kind(at) == Some(Kind::Digits) && first.len() == 2 && first.starts_with('0');
    let (mut minute, mut marked) = (0, false);
    if let Some((value, len)) = minutes(p, here) {
        (minute, marked) = (value, true);
        here += len;
    } else if p.kind(at) == Some(Kind::Digits) && matches!(first.len(), 3 | 4) {
        (minute, sure) = (hour % 100, first.starts_with('0') || first.len() == 4);
        hour /= 100;
        marked = true;
        sure &= hour > 12 || first.starts_with('0') || p.is_any(here, &["hours", "hour", "h"]);
        here += usize::from(p.is_any(here, &["hours", "hrs"]));
    }
    let clock = p.is(here, "o'clock") || p.is(here, "oclock");
    here += usize::from(clock);
    let (half, len) = half(p, here);
    if !(0..=24).contains(&hour) || !(0..60).contains(&minute) || (hour == 24 && minute > 0) {
        return None;
    }
    if !(clock || marked || half.is_some() || (hour <= 24 && p.len() <= 3)) {
        return None;
    }
    sure |= hour > 12 || hour == 0;
    Some((times((hour * 60 + minute).rem_euclid(24 * 60), half, sure), here + len - at))
}

/// The minutes behind the hour: `:30`, `.30`, `thirty`, `oh five`.
fn minutes(p: &Pieces<'_>, at: usize) -> Option<(i64, usize)> {
    if p.is_any(at, &[":", ".", "h"]) && p.glued(at) && p.word(at + 1).len() == 2 && p.glued(at + 1) {
        // Seconds are heard and left out: a time has hours and minutes.
        let seconds = p.is(at + 2, ":") && p.glued(at + 2) && p.number(at + 3).is_some();
        return p.number(at + 1).map(|minutes| (minutes, if seconds { 4 } else { 2 }));
    }
    if p.is_any(at, &["oh", "o", "zero"]) {
        return match spoken::term(p.word(at + 1)) {
            Some(Term::Small(value @ 1..10)) => Some((i64::try_from(value).ok()?, 2)),
            _ => None,
        };
    }
    let words = p.kind(at) == Some(Kind::Letters);
    spoken::cardinal(p, at)
        .filter(|(value, _)| words && (10..60).contains(value))
        .and_then(|(value, len)| Some((i64::try_from(value).ok()?, len)))
}

/// A small number in digits or words.
fn small(p: &Pieces<'_>, at: usize) -> Option<(i64, usize)> {
    if let Some(value) = p.number(at) {
        return (p.word(at).len() <= 4).then_some((value, 1));
    }
    let (value, len) = spoken::cardinal(p, at)?;
    Some((i64::try_from(value).ok()?, len))
}

/// The half of the day behind a time, or the part that says which half.
fn half(p: &Pieces<'_>, at: usize) -> (Option<Half>, usize) {
    let names = [
        ("am", Half::Before),
        ("a m", Half::Before),
        ("pm", Half::After),
        ("p m", Half::After),
        ("in the morning", Half::Before),
        ("this morning", Half::Before),
        ("in the afternoon", Half::After),
        ("this afternoon", Half::After),
        ("in the evening", Half::After),
        ("this evening", Half::After),
        ("tonight", Half::After),
        ("at night", Half::Night),
    ];
    let found = names.iter().filter_map(|(name, half)| p.phrase(at, name).map(|len| (*half, len)));
    match found.max_by_key(|(_, len)| *len) {
        Some((half, len)) => {
            let dot = p.is(at + len, ".") && p.is(at + 1, ".");
            (Some(half), len + usize::from(dot))
        }
        None => (None, 0),
    }
}

/// One value where the half is known, both otherwise.
fn times(minutes: i64, half: Option<Half>, sure: bool) -> Times {
    let (hour, minute) = (minutes / 60, minutes % 60);
    let twelve = hour % 12;
    let hours: Vec<i64> = match half {
        _ if hour > 12 || (sure && half.is_none()) => vec![hour],
        Some(Half::Before) => vec![twelve],
        Some(Half::After) => vec![twelve + 12],
        // Up to five, and twelve, the night is behind midnight.
        Some(Half::Night) if twelve < 5 => vec![twelve],
        Some(Half::Night) => vec![twelve + 12],
        None if twelve == 0 => vec![12, 0],
        None => vec![twelve, twelve + 12],
    };
    hours.into_iter().map(|hour| format(hour, minute)).collect()
}

fn format(hour: i64, minute: i64) -> String {
    format!("{hour:02}:{minute:02}")
}

fn part(p: &Pieces<'_>, at: usize) -> Option<(Times, usize)> {
    let found = PARTS.iter().filter_map(|(name, value)| p.phrase(at, name).map(|len| (*value, len)));
    let (value, len) = found
        .max_by_key(|(_, len)| *len)
        .or_else(|| p.is(at, "am").then_some(("AM", 1)))
        .or_else(|| p.is(at, "pm").then_some(("PM", 1)))?;
    Some((vec![value.to_owned()], len))
}
