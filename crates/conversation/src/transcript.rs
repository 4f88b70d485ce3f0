//! What of a turn may stand in a conversation log? An [`Entry`]: Lex's JSON (message version 2.0), raw, with the places that must
//! not be read.
//!
//! The entry goes to masking as it is, together with its places: one pass writes `{slot}` over these and masks over whatever the
//! log group's policy finds, originals are sealed, and offsets stay true. What stands in an entry and what is hidden of it
//! depends on the [`Mode`] of the alias: [`Mode::Compat`] obfuscates what AWS documents, with its gaps ([`gaps`] names them);
//! [`Mode::Strict`], the default, closes them and says in the entry what it closed ("Obscuring slot values in logs", Lex V2
//! Developer Guide).

mod entry;
mod escapes;
mod fold;
mod follow;
#[cfg(test)]
mod generated;
mod log;
#[cfg(test)]
mod tests;
mod utterance;

pub use follow::{Follow, RUN_CHARS_MIN};
pub(crate) use utterance::numbers;

use crate::Words;
use crate::bot::{Classification, Intent, Locale, Name};
use crate::capture::{Capture, CaptureSettings, Medium, TurnSlots, capture};
use crate::dialog::{BotFacts, Heard, Turn};
use crate::session::Session;
use sotto_public::{ByteSpan, LogSafe};
use sotto_sensitive::RawText;
use std::fmt;

/// What stands over text of which nobody knows whose value it is.
pub const UTTERANCE: &str = "utterance";

/// How far obfuscation goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// As AWS documents it, gaps included.
    Compat,
    /// Values of obfuscated slots appear nowhere.
    #[default]
    Strict,
}

/// What AWS's obfuscation leaves open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, LogSafe)]
pub enum Gap {
    /// Values that prompts and responses repeat.
    Messages,
    /// Values that a code hook puts into messages.
    HookMessages,
    /// Values in session and request attributes.
    Attributes,
    /// Sound.
    Audio,
    /// The first turn, when no value of a slot was recognised.
    FirstTurn,
    /// Values in utterances that were not understood.
    MissedUtterances,
}

/// A place of an entry that must not be read.
#[derive(Clone, Debug, PartialEq)]
pub struct SlotSpan {
    /// Where, in bytes.
    pub bytes: ByteSpan,
    /// Whose value it is; [`UTTERANCE`] where nobody knows.
    pub slot: Name,
}

/// What an alias's settings say of text logs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LogSettings {
    /// How far obfuscation goes.
    pub mode: Mode,
    /// Which turns are written down.
    pub capture: CaptureSettings,
}

/// What an entry says beside the turn.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// The bot.
    pub bot: &'a BotFacts,
    /// Its language, as it was built.
    pub locale: &'a Locale,
    /// The id of the session.
    pub session_id: &'a Words,
    /// The id of the request.
    pub request_id: &'a Words,
    /// When, as ISO 8601 writes it.
    pub timestamp: &'a Words,
    /// When, in seconds since 1970.
    pub now: u64,
    /// The operation that was asked for: `RecognizeText`.
    pub operation: &'static str,
}

/// Something that strict obfuscation hid and AWS's would not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closing {
    /// Where: the member of the entry.
    pub member: &'static str,
    /// Whose value it was.
    pub slot: Name,
    /// How often.
    pub count: usize,
}

/// An entry of a conversation log.
#[derive(Debug)]
pub struct Entry {
    /// The JSON, with everything in clear.
    pub text: RawText,
    /// What of it must not be read, in order and apart; where values of several slots meet there is one span for each of them.
    pub spans: Vec<SlotSpan>,
    /// What strict obfuscation closed. It stands in the entry, too.
    pub closings: Vec<Closing>,
}

/// The entry of a turn; nothing where it is not written down.
pub fn entry(request: &Request<'_>, turn: &Turn, settings: LogSettings) -> Option<Entry> {
    let slots = TurnSlots::of(turn);
    let shown = capture(Medium::Text, settings.capture, &turn.session.attributes, &slots)?;
    Some(entry::write(request, turn, settings.mode, &shown))
}

/// What follows values of a conversation through texts that are no entries: what functions print. An utterance that nobody understood
/// is followed as a whole, as the log hides it as a whole.
pub fn follow(locale: &Locale, session: &Session, heard: &Heard) -> Follow {
    let Ok(unknown) = Name::parse(UTTERANCE) else { return Follow::default() };
    if session.lost_track {
        return Follow::everything(unknown);
    }
    let follow = Follow::new(session.followed());
    let hides = locale.slots().any(|(_, slot)| slot.is_obfuscated());
    let Some(text) = heard.transcript.as_ref().filter(|_| hides && !heard.exact) else { return follow };
    let asked = heard.elicited.as_ref().filter(|_| heard.unanswered);
    let asked = asked.filter(|one| {
        let slot = locale.intent(one.intent.as_str()).and_then(|intent| intent.slot(one.slot.as_str()));
        slot.is_none_or(|slot| slot.is_obfuscated())
    });
    match asked {
        Some(one) => follow.with_words(&one.slot, text),
        None if heard.spoken.is_empty() => follow.with_words(&unknown, text),
        None => follow,
    }
}

/// How sensitive the values are that stand under this name: those of the most sensitive slot of the name, and of nobody knows whose
/// value as sensitive as can be.
pub fn level(locale: &Locale, slot: &Name) -> Classification {
    let of_name = locale.slots().filter(|(_, one)| one.name == *slot).map(|(_, one)| locale.level_now(one));
    of_name.max_by_key(|level| crate::levels::rank(*level)).unwrap_or(Classification::High)
}

/// Whether what stands under this name is a card security code or a PIN, of which no original may be kept.
pub fn is_card_code(locale: &Locale, slot: &Name) -> bool {
    let mut of_name = locale.slots().filter(|(_, one)| one.name == *slot);
    crate::bot::says_card_code(slot.as_str()) || of_name.any(|(_, one)| one.is_card_code())
}

/// What of a bot AWS's obfuscation leaves open; nothing in strict mode, and nothing without obfuscated slots.
pub fn gaps(locale: &Locale, mode: Mode, audio: bool) -> Vec<Gap> {
    let hidden = locale.slots().any(|(_, slot)| slot.is_obfuscated());
    if mode == Mode::Strict || !hidden {
        return Vec::new();
    }
    let hooks = locale.intents.iter().any(|intent| crate::dialog::wants_hook(intent));
    let all = [
        (Gap::Messages, true),
        (Gap::HookMessages, hooks),
        (Gap::Attributes, true),
        (Gap::Audio, audio),
        (Gap::FirstTurn, true),
        (Gap::MissedUtterances, true),
    ];
    all.iter().filter(|(_, open)| *open).map(|(gap, _)| *gap).collect()
}

impl Gap {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Messages,
        Self::HookMessages,
        Self::Attributes,
        Self::Audio,
        Self::FirstTurn,
        Self::MissedUtterances,
    ];

    /// Its name in answers.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Messages => "Messages",
            Self::HookMessages => "HookMessages",
            Self::Attributes => "Attributes",
            Self::Audio => "Audio",
            Self::FirstTurn => "FirstTurn",
            Self::MissedUtterances => "MissedUtterances",
        }
    }
}

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Messages => "values that prompts and responses repeat are logged in clear",
            Self::HookMessages => "values that the code hook puts into messages are logged in clear",
            Self::Attributes => "values in session and request attributes are logged in clear",
            Self::Audio => "values are heard in recorded speech",
            Self::FirstTurn => "a first turn in which no slot value is recognised is logged in clear",
            Self::MissedUtterances => "values in utterances that are not understood are logged in clear",
        })
    }
}

/// Whether the value of a slot must not be read in the log.
fn is_hidden(intent: &Intent, slot: &Name, shown: &Capture) -> bool {
    let obfuscated = intent.slot(slot.as_str()).is_none_or(|slot| slot.is_obfuscated());
    obfuscated || !shown.shows(&intent.name, slot)
}

impl Entry {
    /// The entry as it is read without a permit and without any policy: names of slots over their values.
    #[cfg(test)]
    #[expect(clippy::disallowed_methods, reason = "tests look at what readers see")]
    pub(crate) fn obfuscated(&self) -> String {
        let (text, mut out, mut at) = (self.text.expose(), String::new(), 0);
        for span in self.spans.chunk_by(|one, other| one.bytes == other.bytes).filter_map(|one| one.first()) {
            out.push_str(text.get(at..span.bytes.start()).unwrap_or_default());
            out.push_str(&format!("{{{}}}", span.slot));
            at = span.bytes.end();
        }
        out.push_str(text.get(at..).unwrap_or_default());
        out
    }
}
