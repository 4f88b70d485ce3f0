//! Which grammar reads values of this slot type? Built-in ones by their name, custom ones by what their author listed.

use super::calendar::Day;
use super::list::{Hit, List, Strategy};
use super::name::{self, Which};
use super::pieces::{Pieces, pieces};
use super::place::{self, Sort};
use super::{RESOLVED_MAX, Resolution, Setting};
use super::{
    confirmation, currency, date, duration, email, letters, number, percentage, phone, postcode, starts, time,
};
use crate::Words;
use crate::bot::{Locale, SlotType, ValueStrategy};
use regex::{Regex, RegexBuilder};
use sotto_sensitive::RawText;

/// Longest pattern of an author ("AMAZON.AlphaNumeric").
pub const PATTERN_CHARS_MAX: usize = 300;
/// How far behind the beginning of an address its sign is looked for, in pieces, where nobody asked for an address.
const EMAIL_PIECES: usize = 32;
/// Most memory of a compiled pattern.
const PATTERN_BYTES_MAX: usize = 1 << 20;

macro_rules! builtins {
    ($($(#[$doc:meta])* $name:ident = $signature:literal,)*) => {
        /// A slot type that every bot has.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Builtin {$(
            $(#[$doc])*
            $name,
        )*}

        impl Builtin {
            /// All of them, by name.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Its name, `AMAZON.` in front.
            pub const fn signature(self) -> &'static str {
                match self {$(Self::$name => concat!("AMAZON.", $signature),)*}
            }
        }
    };
}

builtins! {
    /// Letters and digits.
    AlphaNumeric = "AlphaNumeric",
    /// A city.
    City = "City",
    /// Yes, no, maybe, don't know.
    Confirmation = "Confirmation",
    /// A country.
    Country = "Country",
    /// An amount of money.
    Currency = "Currency",
    /// A date.
    Date = "Date",
    /// A duration.
    Duration = "Duration",
    /// A mail address.
    EmailAddress = "EmailAddress",
    /// A first name.
    FirstName = "FirstName",
    /// Any words at all.
    FreeFormInput = "FreeFormInput",
    /// A surname.
    LastName = "LastName",
    /// A number.
    Number = "Number",
    /// A percentage.
    Percentage = "Percentage",
    /// A telephone number.
    PhoneNumber = "PhoneNumber",
    /// A state or province.
    State = "State",
    /// A street.
    StreetName = "StreetName",
    /// A time of day.
    Time = "Time",
    /// A postcode of the United Kingdom.
    UkPostalCode = "UKPostalCode",
}

impl Builtin {
    /// The built-in type of this name, in any case: exports of Lex V1 write `AMAZON.NUMBER`.
    pub fn parse(signature: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|one| one.signature().eq_ignore_ascii_case(signature))
    }
}

/// What reads the values of one slot type.
pub struct Resolver(Grammar);

enum Grammar {
    Builtin(Builtin, Pattern),
    List(List),
    /// A type whose values come from elsewhere, or that this release does not know: any words are a value.
    Anything,
}

/// What values must look like.
enum Pattern {
    None,
    Fits(Box<Regex>),
    /// The author's pattern cannot be read, so nothing fits.
    Nothing,
}

/// A value with the pieces that hold it.
struct Value {
    from: usize,
    to: usize,
    interpreted: Option<Words>,
    resolved: Vec<Words>,
}

impl Value {
    fn one((text, from, to): (String, usize, usize)) -> Self {
        let value = Words::from(text);
        Self { from, to, interpreted: Some(value.clone()), resolved: vec![value] }
    }

    fn said(p: &Pieces<'_>, from: usize, to: usize, resolved: Vec<Words>) -> Self {
        Self { from, to, interpreted: Some(Words::from(p.said(from, to))), resolved }
    }
}

impl Resolver {
    /// Of a built-in type.
    pub fn builtin(builtin: Builtin) -> Self {
        Self(Grammar::Builtin(builtin, Pattern::None))
    }

    /// Of a custom type.
    pub fn of(slot_type: &SlotType) -> Self {
        let parent = slot_type.settings.parent.as_ref().map(Words::read).and_then(Builtin::parse);
        let pattern = Pattern::of(slot_type.pattern());
        if slot_type.values().next().is_none() {
            return Self(match parent {
                Some(parent) => Grammar::Builtin(parent, pattern),
                None => Grammar::Anything,
            });
        }
        let strategy = match slot_type.strategy() {
            ValueStrategy::OriginalValue => Strategy::Original,
            ValueStrategy::TopResolution => Strategy::Top,
            ValueStrategy::Concatenation => Strategy::Joined,
        };
        Self(Grammar::List(List::new(strategy, slot_type.values())))
    }

    /// Of the type with this name or id in a locale, or of the built-in one.
    pub fn named(locale: &Locale, type_name: Option<&Words>) -> Self {
        let name = type_name.map_or("", Words::read);
        if let Some(builtin) = Builtin::parse(name) {
            return Self::builtin(builtin);
        }
        let by_id = || locale.slot_types.iter().find(|one| one.id.as_str() == name);
        locale.slot_type(name).or_else(by_id).map_or(Self(Grammar::Anything), |found| Self::of(found))
    }

    /// Of a list of values without synonyms, any other words being taken too.
    pub fn listing<'a>(values: impl Iterator<Item = &'a Words>) -> Self {
        Self(Grammar::List(List::new(Strategy::Original, values.map(|value| (value, std::iter::empty())))))
    }

    /// The value in an answer to the question for the slot; nothing when there is none.
    #[expect(
        clippy::disallowed_methods,
        reason = "an answer is read for the value of the slot that was asked for"
    )]
    pub fn resolve(&self, answer: &RawText, setting: &Setting) -> Option<Resolution> {
        self.read(answer.expose(), setting)
    }

    /// The same for words of this crate's rooms.
    pub(crate) fn read(&self, answer: &str, setting: &Setting) -> Option<Resolution> {
        let p = pieces(answer);
        let value = self.find(&p, setting)?;
        let mut resolved = value.resolved;
        resolved.truncate(RESOLVED_MAX);
        Some(Resolution {
            original: Words::from(p.said(value.from, value.to)),
            place: p.place(value.from, value.to),
            interpreted: value.interpreted,
            resolved,
        })
    }

    /// What a part of an utterance stands for that is known to be a value, from its first word to its last.
    pub(crate) fn read_part(&self, part: &str, setting: &Setting) -> Option<Resolution> {
        let found = self.read(part, setting);
        if !self.keeps_words() {
            return found;
        }
        let original = Words::from(part);
        let resolved = match (&self.0, found) {
            (Grammar::List(_), found) => found.map_or_else(Vec::new, |found| found.resolved),
            _ => vec![original.clone()],
        };
        Some(Resolution { place: (0, part.len()), interpreted: Some(original.clone()), original, resolved })
    }

    /// Whether a value is kept as it was said.
    fn keeps_words(&self) -> bool {
        match &self.0 {
            Grammar::Builtin(builtin, Pattern::None) => matches!(
                builtin,
                Builtin::City
                    | Builtin::Country
                    | Builtin::State
                    | Builtin::StreetName
                    | Builtin::FirstName
                    | Builtin::LastName
                    | Builtin::FreeFormInput
            ),
            Grammar::Builtin(..) => false,
            Grammar::List(list) => list.strategy() == Strategy::Original,
            Grammar::Anything => true,
        }
    }

    /// The values that the type's author listed, with the other ways to say them.
    pub(crate) fn listed(&self) -> impl Iterator<Item = &Words> {
        let list = match &self.0 {
            Grammar::List(list) => Some(list),
            _ => None,
        };
        list.into_iter().flat_map(List::said)
    }

    /// Which built-in type it is or extends.
    pub(crate) fn kind(&self) -> Option<Builtin> {
        match &self.0 {
            Grammar::Builtin(builtin, _) => Some(*builtin),
            _ => None,
        }
    }

    /// Whether it recognises its values, so that a text without any is refused.
    pub(crate) fn is_strict(&self) -> bool {
        match &self.0 {
            Grammar::Builtin(builtin, Pattern::None) => !matches!(
                builtin,
                Builtin::FreeFormInput
                    | Builtin::FirstName
                    | Builtin::LastName
                    | Builtin::StreetName
                    | Builtin::City
                    | Builtin::Country
                    | Builtin::State
                    | Builtin::AlphaNumeric
            ),
            Grammar::Builtin(..) => true,
            Grammar::List(list) => list.strategy() == Strategy::Top,
            Grammar::Anything => false,
        }
    }

    /// Whether a value that the grammar recognises for sure begins at a piece; how many pieces it takes.
    pub(crate) fn recognised(&self, p: &Pieces<'_>, at: usize, setting: &Setting) -> Option<usize> {
        match &self.0 {
            Grammar::List(list) => list.read(p, at).map(|hit| hit.to - at),
            Grammar::Builtin(builtin, _) => recognised(*builtin, p, at, setting),
            Grammar::Anything => None,
        }
    }

    fn find(&self, p: &Pieces<'_>, setting: &Setting) -> Option<Value> {
        match &self.0 {
            Grammar::List(list) => find_listed(list, p, setting),
            Grammar::Anything => name::anything(p, usize::MAX).map(Value::one),
            Grammar::Builtin(builtin, pattern) => find_builtin(*builtin, pattern, p, setting),
        }
    }
}

impl Pattern {
    fn of(words: Option<&Words>) -> Self {
        match words {
            None => Self::None,
            Some(words) => compile(words).map_or(Self::Nothing, |pattern| Self::Fits(Box::new(pattern))),
        }
    }
}

/// An author's pattern; nothing when it cannot be read or is too long.
fn compile(pattern: &Words) -> Option<Regex> {
    let text = pattern.read();
    if text.chars().count() > PATTERN_CHARS_MAX {
        return None;
    }
    RegexBuilder::new(&format!("^(?:{text})$")).size_limit(PATTERN_BYTES_MAX).build().ok()
}

/// Whether an author's pattern can be used.
pub fn is_pattern(pattern: &Words) -> bool {
    compile(pattern).is_some()
}

fn find_listed(list: &List, p: &Pieces<'_>, setting: &Setting) -> Option<Value> {
    let hit = list.find(p);
    if let Some(Hit { from, to, value }) = hit {
        return Some(match list.strategy() {
            Strategy::Top => {
                Value { from, to, interpreted: Some(value.clone()), resolved: vec![value.clone()] }
            }
            Strategy::Original | Strategy::Joined => Value::said(p, from, to, vec![value.clone()]),
        });
    }
    let (text, from, to) = list.anything(p)?;
    let joined =
        letters::spelled(p, from, to, setting.spelling).filter(|_| list.strategy() == Strategy::Joined);
    let text = Words::from(joined.unwrap_or(text));
    Some(Value { from, to, interpreted: Some(text), resolved: Vec::new() })
}

fn find_builtin(builtin: Builtin, pattern: &Pattern, p: &Pieces<'_>, setting: &Setting) -> Option<Value> {
    let core = name::core(p);
    match builtin {
        Builtin::AlphaNumeric => {
            let pattern = match pattern {
                Pattern::None => None,
                Pattern::Fits(pattern) => Some(&**pattern),
                Pattern::Nothing => return None,
            };
            letters::find(p, core, setting.spelling, pattern).map(Value::one)
        }
        Builtin::City => place::find(p, Sort::City).map(Value::one),
        Builtin::Country => place::find(p, Sort::Country).map(Value::one),
        Builtin::State => place::find(p, Sort::State).map(Value::one),
        Builtin::StreetName => name::street(p).map(Value::one),
        Builtin::FirstName => name::find(p, Which::First, setting.spelling).map(Value::one),
        Builtin::LastName => name::find(p, Which::Last, setting.spelling).map(Value::one),
        Builtin::EmailAddress => email::find(p).map(Value::one),
        Builtin::UkPostalCode => postcode::find(p, (0, p.len()), setting.spelling).map(Value::one),
        Builtin::FreeFormInput => (p.len() > 0).then(|| Value::one((p.text.trim().to_owned(), 0, p.len()))),
        Builtin::Confirmation => {
            confirmation::find(p).map(|(answer, from, to)| Value::one((answer.text().to_owned(), from, to)))
        }
        Builtin::Time => {
            best(p, |at| time::read(p, at, setting.now)).map(|(times, from, to)| several(times, from, to))
        }
        _ => best(p, |at| single(builtin, p, at, setting)).map(Value::one),
    }
}

/// What a grammar reads from the pieces: the longest reading, the first of equals.
fn best<T>(p: &Pieces<'_>, read: impl Fn(usize) -> Option<(T, usize)>) -> Option<(T, usize, usize)> {
    let mut best: Option<(T, usize, usize)> = None;
    let mut at = 0;
    while at < p.len() {
        let Some((value, len)) = read(at) else {
            at += 1;
            continue;
        };
        if best.as_ref().is_none_or(|(_, from, to)| len > to - from) {
            best = Some((value, at, at + len));
        }
        at += len.max(1);
    }
    best
}

/// Built-in types whose grammar begins at a piece and gives one value.
fn single(builtin: Builtin, p: &Pieces<'_>, at: usize, setting: &Setting) -> Option<(String, usize)> {
    let today: Day = setting.now.day();
    match builtin {
        Builtin::Date => {
            date::read(p, at, today, setting.dialect.month_first).map(|(day, len)| (day.iso(), len))
        }
        Builtin::Duration => duration::read(p, at).map(|(span, len)| (span.text(), len)),
        Builtin::Number => number::read(p, at).map(|(value, len)| (value.text(), len)),
        Builtin::Percentage => percentage::read(p, at),
        Builtin::PhoneNumber => phone::read(p, at),
        Builtin::Currency => currency::read(p, at, setting.dialect.currency.unwrap_or("EUR")),
        _ => None,
    }
}

/// One of several values is meant: none is interpreted ("AMAZON.Time").
fn several(values: Vec<String>, from: usize, to: usize) -> Value {
    let resolved: Vec<Words> = values.into_iter().map(Words::from).collect();
    let interpreted = if resolved.len() == 1 { resolved.first().cloned() } else { None };
    Value { from, to, interpreted, resolved }
}

/// How many pieces a value of this type takes that begins here and can be nothing else.
fn recognised(builtin: Builtin, p: &Pieces<'_>, at: usize, setting: &Setting) -> Option<usize> {
    if !starts::may_begin(builtin, p, at) {
        return None;
    }
    match builtin {
        Builtin::Time => time::read(p, at, setting.now).map(|(_, len)| len),
        Builtin::City => place::read(p, at, Sort::City),
        Builtin::Country => place::read(p, at, Sort::Country),
        Builtin::State => place::read(p, at, Sort::State),
        Builtin::PhoneNumber => phone::read(p, at).filter(|(digits, _)| digits.len() > 6).map(|(_, len)| len),
        Builtin::EmailAddress if !(at..at + EMAIL_PIECES).any(|here| p.is(here, "@")) => None,
        Builtin::EmailAddress => email::find(p).filter(|found| found.1 == at).map(|(_, from, to)| to - from),
        Builtin::Percentage => {
            percentage::read(p, at).filter(|(text, _)| text.ends_with('%')).map(|(_, len)| len)
        }
        Builtin::AlphaNumeric => {
            let run = (at..p.len()).take_while(|here| *here == at || p.glued(*here));
            let digits = run.clone().any(|here| p.number(here).is_some());
            digits.then(|| run.count())
        }
        _ => single(builtin, p, at, setting).map(|(_, len)| len),
    }
}
