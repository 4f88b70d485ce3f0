//! What happens in one turn? [`step`] takes a session and an input and gives the next session and what the bot says, or asks for
//! a call of the code hook; [`resume`] goes on with its answer.
//!
//! ```text
//! Session + Input ── step ──> Step::Done(Turn { session, said, heard })
//!                        └──> Step::Call(Suspended { event }) ── resume(answer) ──> Step::…
//! ```
//!
//! An intent goes through stations (Lex V2 Developer Guide, "Configuring intent steps"): initial response, slots, confirmation,
//! fulfilment, closing. Each has a response, a next step, conditions and a code hook; `station` reads them, `elicit` asks for
//! slots, `hear` understands answers, `hook` speaks with functions, `say` makes messages. A turn is a bounded walk: a bot whose
//! steps run in a circle gives an error instead of a busy server.
//!
//! Functions are not called here, and time and chance are given: the same turn gives the same answer.

mod assign;
mod builtin;
mod elicit;
mod facts;
mod hear;
mod hook;
mod say;
mod station;
#[cfg(test)]
pub(crate) mod tests;
mod walk;

pub use hook::{ANSWER_BYTES_MAX, Answered, EVENT_BYTES_MAX, HookSource, wants_hook};

use crate::Words;
use crate::bot::{BotVersion, Id, Locale, LocaleId, Name, Tree};
use crate::nlu::Understand;
use crate::session::{Attributes, Given, IntentState, Said, Session, StateError};
use crate::slot::Setting;
use std::ops::Range;
use walk::{Walk, Work};

/// Most steps of a turn, over all calls of the code hook.
pub const STEPS_MAX: usize = 100;
/// How sure the reader must be that an answer is another intent instead, while a slot or a confirmation is asked for.
pub const SWITCH_CONFIDENCE: f64 = 0.7;
/// How often a question is repeated where its author does not say (`maxRetries`).
pub const RETRIES_DEFAULT: u32 = 4;

/// Which bot is talking, as code hooks and logs name it.
#[derive(Clone, Debug, PartialEq)]
pub struct BotFacts {
    /// Its id.
    pub id: Id,
    /// Its name.
    pub name: Name,
    /// The alias it was reached by.
    pub alias_id: Id,
    /// The name of the alias.
    pub alias_name: Name,
    /// Its version.
    pub version: BotVersion,
    /// The language.
    pub locale: LocaleId,
}

/// How the input came (`inputMode`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum InputMode {
    /// Written.
    #[default]
    Text,
    /// Spoken.
    Speech,
    /// Keys of a phone.
    Dtmf,
}

/// Everything around a turn that the session does not hold.
pub struct Scene<'a> {
    /// The bot's language, as it was built.
    pub locale: &'a Locale,
    /// Who reads utterances.
    pub reader: &'a dyn Understand,
    /// Time, place and customs.
    pub setting: Setting,
    /// Which bot.
    pub bot: &'a BotFacts,
    /// The id of the session.
    pub session_id: &'a Words,
    /// The id of the request.
    pub request_id: &'a Words,
    /// Whether the alias has a code hook.
    pub hook: bool,
    /// The caller's request attributes.
    pub request_attributes: &'a Attributes,
    /// The form of answers that the caller asked for, a MIME type.
    pub content_type: &'static str,
    /// Chance for messages that are chosen at random.
    pub seed: u64,
}

/// What comes into a turn.
#[derive(Clone, Debug)]
pub enum Input {
    /// The user said something.
    Heard {
        /// What.
        text: Words,
        /// How.
        mode: InputMode,
    },
    /// The caller sets the state (`PutSession`).
    Put {
        /// What the user is to be told.
        messages: Vec<Said>,
    },
}

/// Why a turn has no answer. The session stays as it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TurnError {
    /// The code hook failed, and the bot does not say what then.
    #[error("the code hook failed, and the intent has no failure step for it")]
    HookFailed,
    /// The code hook took too long, and the bot does not say what then.
    #[error("the code hook did not answer in time, and the intent has no timeout step for it")]
    HookTimedOut,
    /// The answer is no JSON object, or too large.
    #[error("the code hook's answer is not a JSON object of at most {} KB", hook::ANSWER_BYTES_MAX / 1024)]
    HookForm,
    /// The answer says something that cannot be.
    #[error("the code hook's answer is not valid: {0}")]
    HookAnswer(StateError),
    /// What the function would be told is too large.
    #[error("the event for the code hook is larger than {} KB", hook::EVENT_BYTES_MAX / 1024)]
    HookEvent,
    /// The bot's steps run in a circle.
    #[error("the bot did not come to an end within {STEPS_MAX} steps")]
    Endless,
    /// A step names an intent or a slot that the bot does not have.
    #[error("a step of the bot names an intent or a slot that it does not have")]
    NoSuchStep,
}

/// How a turn goes on.
#[derive(Debug)]
pub enum Step {
    /// It is over.
    Done(Box<Turn>),
    /// A function is to be called.
    Call(Box<Suspended>),
}

/// A turn that waits for the code hook.
#[derive(Debug)]
pub struct Suspended {
    /// What the function is told: captured, slot values included.
    pub event: Tree,
    /// Which of the two kinds of calls it is.
    pub source: HookSource,
    /// What the user hears meanwhile, where the conversation is a stream.
    pub updates: Option<Updates>,
    work: Work,
    at: station::Station,
}

/// What the user hears while a fulfilment runs, and how long it may.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Updates {
    /// After so many seconds, this.
    pub start: Option<(u32, Vec<Said>)>,
    /// Every so many seconds, this.
    pub repeat: Option<(u32, Vec<Said>)>,
    /// How long the function may take.
    pub timeout_seconds: Option<u32>,
}

/// A slot that was asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Elicited {
    /// The intent.
    pub intent: Name,
    /// The slot.
    pub slot: Name,
}

/// A value in the utterance.
#[derive(Clone, Debug, PartialEq)]
pub struct Spoken {
    /// The intent whose slot it is.
    pub intent: Name,
    /// The slot.
    pub slot: Name,
    /// Where it stands, in bytes.
    pub bytes: Range<usize>,
}

/// What was heard in a turn, for logs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Heard {
    /// What the user said.
    pub transcript: Option<Words>,
    /// How.
    pub mode: InputMode,
    /// The slot that was asked for when the turn began.
    pub elicited: Option<Elicited>,
    /// Whether it was a question for yes or no.
    pub confirmation: bool,
    /// Values of slots in what was said.
    pub spoken: Vec<Spoken>,
    /// Whether nothing was understood.
    pub missed: bool,
    /// Whether a slot was asked for and no value of it came.
    pub unanswered: bool,
    /// Whether a sample utterance says exactly this, so that nothing in it is the user's own.
    pub exact: bool,
    /// The intent when the turn began.
    pub before: Option<IntentState>,
    /// Whether the code hook said what comes next.
    pub overridden: bool,
}

/// An intent that may have been meant.
#[derive(Clone, Debug, PartialEq)]
pub struct Offer {
    /// The intent with the values that were said.
    pub intent: IntentState,
    /// How sure that is; nothing for the fallback.
    pub confidence: Option<f64>,
}

/// A turn that is over.
#[derive(Clone, Debug)]
pub struct Turn {
    /// What the conversation remembers now.
    pub session: Session,
    /// What the bot says.
    pub said: Vec<Said>,
    /// What was heard.
    pub heard: Heard,
    /// What may have been meant, the likeliest first.
    pub offers: Vec<Offer>,
    /// Request attributes, as the code hook left them.
    pub request_attributes: Attributes,
    /// Calls of the code hook that were left out because the alias has none.
    pub hooks_left_out: usize,
}

/// Makes a turn.
///
/// # Errors
/// [`TurnError`].
pub fn step(scene: &Scene<'_>, session: Session, given: Given, input: Input) -> Result<Step, TurnError> {
    let mut walk = Walk { scene, work: Work::new(session, scene.request_attributes.clone()) };
    let go = walk.open(given, input)?;
    walk.run(go)
}

/// Goes on with the answer of the code hook.
///
/// # Errors
/// [`TurnError`].
pub fn resume(scene: &Scene<'_>, suspended: Suspended, answered: Answered) -> Result<Step, TurnError> {
    let mut walk = Walk { scene, work: suspended.work };
    let go = walk.answered(suspended.at, answered)?;
    walk.run(go)
}

impl Scene<'_> {
    /// Seconds since 1970.
    pub(crate) fn now(&self) -> u64 {
        u64::try_from(self.setting.now.unix_s).unwrap_or_default()
    }
}

impl InputMode {
    /// As Lex writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "Text",
            Self::Speech => "Speech",
            Self::Dtmf => "DTMF",
        }
    }
}

impl Suspended {
    /// What the conversation remembers before the function is called.
    pub fn session(&self) -> &Session {
        &self.work.session
    }

    /// What was heard in the turn.
    pub fn heard(&self) -> &Heard {
        &self.work.heard
    }
}

impl Turn {
    /// What callers read of what may have been meant: `Interpretations` of `lexv2-runtime`.
    pub fn interpretations(&self) -> Tree {
        hook::interpretations(&self.offers, |score| crate::session::map([("score", Tree::Float(score))]))
    }
}

impl std::fmt::Debug for Scene<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Scene").field("bot", self.bot).field("hook", &self.hook).finish_non_exhaustive()
    }
}
