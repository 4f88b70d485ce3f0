//! Which value of a slot did the user say?
//!
//! A slot type becomes a [`Resolver`] once, when a bot is loaded; it is asked with the whole utterance while its slot is being
//! elicited, and with the words that a sample utterance or the tagger of slots points at otherwise. It answers a
//! [`Resolution`]: what was said, the one value that it stands for, and all it may stand for ("Built-in slot types", "Using
//! value resolution" in the Lex V2 Developer Guide). Resolvers are grammars over words: no learning, no clock; what is
//! relative ("next month") is relative to the [`Moment`] that comes with the question.
//!
//! One dialect of words was rejected in favour of a table per kind of value: a phone number's "eight hundred five" is eight
//! digits of talk, a number's is one value.

mod calendar;
mod confirmation;
mod currency;
mod date;
mod duration;
mod email;
mod letters;
mod list;
mod name;
mod number;
mod percentage;
mod phone;
mod pieces;
mod place;
mod postcode;
mod resolver;
mod spoken;
mod starts;
mod time;

pub use calendar::Moment;
pub use confirmation::Answer;
pub use resolver::{Builtin, PATTERN_CHARS_MAX, Resolver, is_pattern};

pub(crate) use pieces::pieces;

use sotto_sensitive::RawText;

use crate::Words;

/// How a slot's value is asked for ("Capturing slot values with spelling styles").
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Spelling {
    /// As people speak.
    #[default]
    Natural,
    /// One letter at a time: `x i u l a n`.
    ByLetter,
    /// With a word for each letter: `b as in boy`.
    ByWord,
}

/// A dialect of numbers, dates and yes: what a locale changes about built-in slot types.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dialect {
    /// The month stands before the day in `3/4`: the custom of the United States alone.
    pub month_first: bool,
    /// The currency that is meant where none is named, by its ISO 4217 code.
    pub currency: Option<&'static str>,
}

impl Dialect {
    /// The dialect of a locale such as `en_GB`.
    pub fn of(locale: &str) -> Self {
        let currency = match locale.get(locale.len().saturating_sub(2)..) {
            Some("US") => "USD",
            Some("GB") => "GBP",
            Some("AU") => "AUD",
            Some("IN") => "INR",
            Some("ZA") => "ZAR",
            Some("CA") => "CAD",
            Some("JP") => "JPY",
            Some("KR") => "KRW",
            Some("CN") => "CNY",
            Some("BR") => "BRL",
            _ => "EUR",
        };
        Self { month_first: locale.ends_with("_US"), currency: Some(currency) }
    }
}

/// All that a resolver may know about the turn.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// When the turn happens, where the user is.
    pub now: Moment,
    /// How the value was asked for.
    pub spelling: Spelling,
    /// The customs of the locale.
    pub dialect: Dialect,
}

impl Setting {
    /// A turn at a moment, in a locale, asked for in the natural way.
    pub fn at(now: Moment, locale: &str) -> Self {
        Self { now, spelling: Spelling::Natural, dialect: Dialect::of(locale) }
    }
}

/// What a resolver made of an utterance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolution {
    /// The words that hold the value, as they were said.
    pub original: Words,
    /// Where these words stand in the utterance, in bytes.
    pub place: (usize, usize),
    /// The value meant; nothing when it is one of several ("10 o'clock").
    pub interpreted: Option<Words>,
    /// All values that may be meant, the likeliest first; at most [`RESOLVED_MAX`].
    pub resolved: Vec<Words>,
}

/// Most values that a resolution offers (`resolvedValues`, "Using value resolution").
pub const RESOLVED_MAX: usize = 5;

/// Yes, no, maybe: the answer to a confirmation prompt; nothing when it is none.
#[expect(clippy::disallowed_methods, reason = "an answer is read for a yes or a no")]
pub fn answer(utterance: &RawText) -> Option<Answer> {
    confirmation::find(&pieces(utterance.expose())).map(|found| found.0)
}
