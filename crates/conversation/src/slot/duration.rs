//! How long? "AMAZON.Duration": the duration format of ISO 8601, `PnYnMnWnDTnHnMnS`.

use super::number::{self, Decimal};
use super::pieces::{Kind, Pieces};

/// Years, months, weeks, days, hours, minutes, seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Span([i64; UNITS]);

const UNITS: usize = 7;
/// Units, the largest first: the letter of ISO 8601, and the words.
const NAMES: [(char, &[&str]); UNITS] = [
    ('Y', &["year", "years", "yr", "yrs", "y"]),
    ('M', &["month", "months", "mo", "mos"]),
    ('W', &["week", "weeks", "wk", "wks", "w"]),
    ('D', &["day", "days", "d"]),
    ('H', &["hour", "hours", "hr", "hrs", "h"]),
    ('M', &["minute", "minutes", "min", "mins", "m"]),
    ('S', &["second", "seconds", "sec", "secs", "s"]),
];
/// The first unit of a clock.
const CLOCK: usize = 4;
/// How many of the next smaller unit a unit has, where that is always so.
const PARTS: [i64; UNITS] = [12, 0, 7, 24, 60, 60, 0];
/// Most of a unit that is taken for a duration.
const COUNT_MAX: i64 = 999_999_999;

impl Span {
    fn put(&mut self, unit: usize, count: i64) -> Option<()> {
        let place = self.0.get_mut(unit)?;
        *place = place.checked_add(count).filter(|sum| *sum <= COUNT_MAX)?;
        Some(())
    }

    fn has(&self, unit: usize) -> bool {
        self.0.get(unit).is_some_and(|count| *count > 0)
    }

    /// As ISO 8601 writes it.
    pub(crate) fn text(&self) -> String {
        let mut text = String::from("P");
        for (at, (count, (letter, _))) in self.0.iter().zip(NAMES).enumerate() {
            if *count > 0 {
                if at >= CLOCK && !text.contains('T') {
                    text.push('T');
                }
                text.push_str(&format!("{count}{letter}"));
            }
        }
        if text.len() == 1 { "PT0S".to_owned() } else { text }
    }

    /// Its seconds when it has only hours, minutes and seconds.
    pub(crate) fn clock_seconds(&self) -> Option<i64> {
        match self.0 {
            [0, 0, 0, 0, hours, minutes, seconds] => Some(hours * 3_600 + minutes * 60 + seconds),
            _ => None,
        }
    }

    /// Months and days when it has no clock.
    pub(crate) fn calendar(&self) -> Option<(i64, i64)> {
        match self.0 {
            [years, months, weeks, days, 0, 0, 0] => Some((years * 12 + months, weeks * 7 + days)),
            _ => None,
        }
    }
}

/// The duration that begins at a piece, and how many pieces it takes.
pub(crate) fn read(p: &Pieces<'_>, at: usize) -> Option<(Span, usize)> {
    if let Some(found) = written(p, at) {
        return Some(found);
    }
    let (mut span, mut here, mut end, mut last) = (Span::default(), at, at, None);
    while let Some((unit, count, half, len)) = term(p, here) {
        if last.is_some_and(|last| unit <= last) || span.has(unit) {
            break;
        }
        span.put(unit, count)?;
        if let Some(part) = half {
            span.put(unit + 1, part)?;
        }
        last = Some(unit);
        here += len;
        end = here;
        here += usize::from(p.is_any(here, &["and", ","]));
        here += usize::from(p.is(here, "and"));
    }
    (end > at).then_some((span, end - at))
}

/// A count and its unit: `ten minutes`, `an hour and a half`, `2.5 hours`, `half an hour`, `a fortnight`.
fn term(p: &Pieces<'_>, at: usize) -> Option<(usize, i64, Option<i64>, usize)> {
    for (phrase, part) in
        [("half an", 2), ("half a", 2), ("a half", 2), ("a quarter of an", 4), ("quarter of an", 4)]
    {
        let found = p.phrase(at, phrase).and_then(|len| Some((unit(p, at + len)?, len)));
        if let Some((unit, len)) = found {
            let parts = PARTS.get(unit).copied().filter(|parts| *parts > 0 && parts % part == 0)?;
            return Some((unit + 1, parts / part, None, len + 1));
        }
    }
    let article = p.is_any(at, &["a", "an", "one"]).then_some((1, 1));
    if let Some((_, len)) = article
        && p.is(at + len, "fortnight")
    {
        return Some((2, 2, None, len + 1));
    }
    if let Some((count, len)) = article
        && let Some(unit) = unit(p, at + len)
    {
        let (half, more) = halves(p, at + len + 1, unit);
        return Some((unit, count, half, len + 1 + more));
    }
    let (decimal, len) = number::read(p, at)?;
    let unit_at = at + len + usize::from(p.is(at + len, "of") || p.is(at + len, "-"));
    let unit = unit(p, unit_at)?;
    let (count, half) = counted(&decimal, unit)?;
    let (more_half, more) = if half.is_none() { halves(p, unit_at + 1, unit) } else { (None, 0) };
    Some((unit, count, half.or(more_half), unit_at + 1 + more - at))
}

/// Count and rest in the next smaller unit: `2.5 hours` is two hours and thirty minutes.
fn counted(decimal: &Decimal, unit: usize) -> Option<(i64, Option<i64>)> {
    if decimal.part.is_empty() {
        return decimal.small().map(|count| (count, None));
    }
    let hundredths =
        i64::try_from(decimal.hundredths()?).ok().filter(|count| (0..COUNT_MAX).contains(count))?;
    let parts = PARTS.get(unit).copied().filter(|parts| *parts > 0)?;
    let rest = (hundredths % 100) * parts / 100;
    Some((hundredths / 100, (rest > 0).then_some(rest)))
}

/// What stands behind the unit: `and a half`.
fn halves(p: &Pieces<'_>, at: usize, unit: usize) -> (Option<i64>, usize) {
    let parts = PARTS.get(unit).copied().unwrap_or(0);
    let found = [("and a half", 2), ("and a quarter", 4)].iter().find_map(|(phrase, part)| {
        p.phrase(at, phrase).filter(|_| parts > 0 && parts % part == 0).map(|len| (Some(parts / part), len))
    });
    found.unwrap_or((None, 0))
}

fn unit(p: &Pieces<'_>, at: usize) -> Option<usize> {
    let word = p.word(at);
    // One letter is a unit only where it touches its count.
    let short = word.len() > 1 || p.glued(at);
    NAMES.iter().position(|(_, names)| short && names.contains(&word))
}

/// `P3D`, `PT1H30M` as written.
fn written(p: &Pieces<'_>, at: usize) -> Option<(Span, usize)> {
    let (mut clock, mut here) = match p.word(at) {
        "p" => (false, at + 1),
        "pt" => (true, at + 1),
        _ => return None,
    };
    let (mut span, mut last) = (Span::default(), None);
    while p.glued(here) && p.kind(here) == Some(Kind::Digits) {
        let count = p.number(here)?;
        let mut letters = p.word(here + 1).chars();
        let letter = letters.next()?.to_ascii_uppercase();
        let (from, to) = if clock { (CLOCK, UNITS) } else { (0, CLOCK) };
        let unit = (from..to).find(|at| NAMES.get(*at).is_some_and(|(name, _)| *name == letter))?;
        if last.is_some_and(|last| unit <= last) {
            return None;
        }
        span.put(unit, count)?;
        last = Some(unit);
        match letters.next() {
            Some('t') if !clock => clock = true,
            None => {}
            Some(_) => return None,
        }
        here += 2;
    }
    last.map(|_| (span, here - at))
}

#[cfg(test)]
mod tests {
    use super::super::pieces::pieces;
    use super::*;

    fn check(text: &str, wanted: Option<&str>) {
        assert_eq!(read(&pieces(text), 0).map(|found| found.0.text()).as_deref(), wanted, "{text}");
    }

    #[test]
    fn durations_are_written_as_iso_8601_does() {
        check("two years three hours ten minutes", Some("P2YT3H10M"));
        check("an hour and a half", Some("PT1H30M"));
        check("half an hour", Some("PT30M"));
        check("a quarter of an hour", Some("PT15M"));
        check("2.5 hours", Some("PT2H30M"));
        check("P1Y2M3W4DT5H6M7S", Some("P1Y2M3W4DT5H6M7S"));
        check("PT90M", Some("PT90M"));
        check("999999999 days", Some("P999999999D"));
        check("1000000000 days", None);
        check("P1D1Y", None);
        check("ten", None);
    }
}
