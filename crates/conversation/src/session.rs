//! What does a conversation remember between two turns? A [`Session`]: attributes, contexts, the intent with its slots, what the
//! bot waits for, and what strict logs must never show again.
//!
//! A session rests as one sealed value ([`Session::to_bytes`]); who keeps it deletes it when its time is over. What callers see
//! of it is [`Session::state`]; what callers and code hooks give is read and checked by [`Given::read`]. Values of slots are
//! captured text; only names that the bot's author checked in are compared.

mod given;
mod rest;
mod said;
mod value;
mod withheld;

pub use given::{BUTTONS_MAX, Given, MESSAGE_CHARS_MAX, MESSAGES_MAX, StateError};
pub use given::{attributes, messages};
pub use rest::SessionError;
pub use said::{CardSaid, Piece, Playback, Said, SaidKind, Source, accepted};
pub use value::{SlotValue, Value};
pub use withheld::Withheld;

use crate::Words;
use crate::bot::{Intent, Name, Tree};

/// Most active contexts (`lexv2-runtime`, `ActiveContextsList`).
pub const CONTEXTS_MAX: usize = 20;
/// Most turns of a context.
pub const CONTEXT_TURNS_MAX: u32 = 20;
/// Longest life of a context.
pub const CONTEXT_SECONDS_MAX: u64 = 86_400;
/// Most bytes of session attributes, names and values together (Lex V2 Developer Guide, "Quotas").
pub const ATTRIBUTE_BYTES_MAX: usize = 12 * 1024;
/// Most values that a session remembers for strict logs. Beyond it nothing is forgotten: whole texts are obfuscated.
pub const FOLLOWED_MAX: usize = 500;
/// Most bytes of these values together; beyond it the same holds.
pub const FOLLOWED_BYTES_MAX: usize = 64 * 1024;
/// Values of slots that are not obfuscated that a session remembers.
pub const NOTED_MAX: usize = 200;
/// Bytes of them: a session has room for both.
pub const NOTED_BYTES_MAX: usize = 16 * 1024;

/// Names and values in the order in which they were set.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Attributes(Vec<(Words, Words)>);

/// A context that is active.
#[derive(Clone, Debug, PartialEq)]
pub struct ActiveContext {
    /// Its name.
    pub name: Words,
    /// When it ends, in seconds since 1970.
    pub expires: u64,
    /// For how many turns it stays.
    pub turns: u32,
    /// What it carries: values of slots, by name.
    pub attributes: Attributes,
}

/// How far an intent has come (`IntentState` of `lexv2-runtime`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Progress {
    /// Slots are missing.
    #[default]
    InProgress,
    /// All is there.
    ReadyForFulfillment,
    /// It is being done.
    FulfillmentInProgress,
    /// It is done.
    Fulfilled,
    /// It is not.
    Failed,
    /// The user asked to wait.
    Waiting,
}

/// Whether the user confirmed it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Confirmed {
    /// Nobody asked.
    #[default]
    None,
    /// Yes.
    Confirmed,
    /// No.
    Denied,
}

/// An intent with the values of its slots.
#[derive(Clone, Debug, PartialEq)]
pub struct IntentState {
    /// Its name.
    pub name: Name,
    /// All its slots; nothing where there is no value yet.
    pub slots: Vec<(Name, Option<SlotValue>)>,
    /// How far it has come.
    pub state: Progress,
    /// Whether the user confirmed it.
    pub confirmed: Confirmed,
}

/// What the bot does, or waits for (`DialogActionType` of `lexv2-runtime`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ActionType {
    /// The conversation is over.
    Close,
    /// Waits for yes or no.
    ConfirmIntent,
    /// The bot decides.
    Delegate,
    /// Waits for what the user wants.
    ElicitIntent,
    /// Waits for the value of a slot.
    ElicitSlot,
    /// Nothing.
    #[default]
    None,
}

/// How a slot is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Style {
    /// As people speak.
    #[default]
    Default,
    /// Letter by letter.
    SpellByLetter,
    /// A word for each letter.
    SpellByWord,
}

/// What the bot does, or waits for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Action {
    /// What.
    pub kind: ActionType,
    /// Which slot.
    pub slot: Option<Name>,
    /// Which part of a composite slot.
    pub part: Option<Words>,
    /// How it is asked for.
    pub style: Style,
}

/// A value that strict logs must not show in this conversation.
#[derive(Clone, Debug, PartialEq)]
pub struct Followed {
    /// Whose value it is.
    pub slot: Name,
    /// The value, as it was said or understood.
    pub value: Words,
}

/// What a conversation remembers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Session {
    /// Session attributes.
    pub attributes: Attributes,
    /// Active contexts.
    pub contexts: Vec<ActiveContext>,
    /// The intent that is talked about.
    pub intent: Option<IntentState>,
    /// What the bot waits for.
    pub action: Option<Action>,
    /// Phrases that speech should expect; kept for the caller.
    pub hints: Option<Tree>,
    /// The first request of the conversation.
    pub origin: Option<Words>,
    /// What the last turn may have meant, as it was answered.
    pub interpretations: Tree,
    /// What the bot said last.
    pub said: Vec<Said>,
    /// How many turns there were.
    pub turns: u32,
    pub(crate) attempts: u32,
    /// The intent that a built-in one interrupted.
    pub(crate) aside: Option<(IntentState, Action)>,
    pub(crate) followed: Vec<Followed>,
    /// More values came than are remembered: nothing may be shown any more.
    pub(crate) lost_track: bool,
    /// Values of slots that are not obfuscated: strict logs show them, but who may not read their level does not see them.
    pub(crate) noted: Vec<Followed>,
    /// More of these came than are remembered.
    pub(crate) lost_noted: bool,
}

impl Attributes {
    /// The value of a name.
    pub(crate) fn find(&self, name: &str) -> Option<&Words> {
        self.0.iter().find(|(found, _)| found.read() == name).map(|(_, value)| value)
    }

    /// Sets a value, or takes it away.
    pub fn set(&mut self, name: &Words, value: Option<Words>) {
        self.0.retain(|(found, _)| found != name);
        if let Some(value) = value {
            self.0.push((name.clone(), value));
        }
    }

    /// Names and values.
    pub fn iter(&self) -> impl Iterator<Item = (&Words, &Words)> {
        self.0.iter().map(|(name, value)| (name, value))
    }

    /// Bytes of names and values.
    pub fn bytes(&self) -> usize {
        self.0.iter().map(|(name, value)| name.length() + value.length()).sum()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// As callers see them.
    pub fn to_tree(&self) -> Tree {
        Tree::Map(self.0.iter().map(|(name, value)| (name.clone(), Tree::Text(value.clone()))).collect())
    }
}

impl FromIterator<(Words, Words)> for Attributes {
    fn from_iter<I: IntoIterator<Item = (Words, Words)>>(pairs: I) -> Self {
        let mut attributes = Self::default();
        for (name, value) in pairs {
            attributes.set(&name, Some(value));
        }
        attributes
    }
}

impl IntentState {
    /// An intent whose slots have no values yet.
    pub fn of(intent: &Intent) -> Self {
        let slots = intent.slots.iter().map(|slot| (slot.name.clone(), None)).collect();
        Self { name: intent.name.clone(), slots, state: Progress::default(), confirmed: Confirmed::default() }
    }

    /// The value of a slot.
    pub fn value(&self, slot: &Name) -> Option<&SlotValue> {
        self.slots.iter().find(|(name, _)| name == slot)?.1.as_ref()
    }

    /// Sets the value of a slot, or takes it away. A slot that the intent does not have is left alone.
    pub fn set(&mut self, slot: &Name, value: Option<SlotValue>) {
        if let Some(found) = self.slots.iter_mut().find(|(name, _)| name == slot) {
            found.1 = value;
        }
    }

    pub(crate) fn to_tree(&self) -> Tree {
        let value = |value: &Option<SlotValue>| value.as_ref().map_or(Tree::Null, SlotValue::to_tree);
        let slots = self.slots.iter().map(|(name, held)| (name.as_str().into(), value(held))).collect();
        map([
            ("name", Tree::text(self.name.as_str())),
            ("slots", Tree::Map(slots)),
            ("state", Tree::text(self.state.as_str())),
            ("confirmationState", Tree::text(self.confirmed.as_str())),
        ])
    }
}

impl Action {
    /// An action without a slot.
    pub fn of(kind: ActionType) -> Self {
        Self { kind, ..Self::default() }
    }

    pub(crate) fn to_tree(&self) -> Tree {
        let mut members = vec![("type", Tree::text(self.kind.as_str()))];
        if let Some(slot) = &self.slot {
            members.push(("slotToElicit", Tree::text(slot.as_str())));
            if self.style != Style::Default {
                members.push(("slotElicitationStyle", Tree::text(self.style.as_str())));
            }
        }
        if let Some(part) = &self.part {
            members.push(("subSlotToElicit", map([("name", Tree::Text(part.clone()))])));
        }
        map(members)
    }
}

impl Session {
    /// What callers see: `SessionState` of `lexv2-runtime`.
    pub fn state(&self, now: u64) -> Tree {
        let mut members = Vec::new();
        members.extend(self.action.as_ref().map(|action| ("dialogAction", action.to_tree())));
        members.extend(self.intent.as_ref().map(|intent| ("intent", intent.to_tree())));
        let contexts = self.contexts.iter().map(|context| context.to_tree(now)).collect();
        members.push(("activeContexts", Tree::List(contexts)));
        members.push(("sessionAttributes", self.attributes.to_tree()));
        members.extend(self.origin.clone().map(|id| ("originatingRequestId", Tree::Text(id))));
        members.extend(self.hints.clone().map(|hints| ("runtimeHints", hints)));
        map(members)
    }

    /// Contexts that are active, without those whose time is over.
    pub(crate) fn is_active(&self, context: &str) -> bool {
        self.contexts.iter().any(|active| active.name.read() == context)
    }

    /// A turn begins: contexts grow older.
    pub(crate) fn begin_turn(&mut self, now: u64) {
        self.contexts.retain(|context| context.expires > now && context.turns > 0);
        for context in &mut self.contexts {
            context.turns -= 1;
        }
        self.turns = self.turns.saturating_add(1);
    }

    /// Remembers values for strict logs; also those that are taken back later.
    pub(crate) fn follow(&mut self, slot: &Name, value: &SlotValue) {
        for words in value.all_words() {
            self.follow_words(slot, words);
        }
    }

    /// Remembers a text for strict logs.
    pub(crate) fn follow_words(&mut self, slot: &Name, words: &Words) {
        let kept = remember(&mut self.followed, (slot, words), (FOLLOWED_MAX, FOLLOWED_BYTES_MAX));
        self.lost_track |= !kept;
    }

    /// Remembers values that strict logs may show; also those that are taken back later.
    pub(crate) fn note(&mut self, slot: &Name, value: &SlotValue) {
        for words in value.all_words() {
            let kept = remember(&mut self.noted, (slot, words), (NOTED_MAX, NOTED_BYTES_MAX));
            self.lost_noted |= !kept;
        }
    }

    /// Values that strict logs must not show.
    pub fn followed(&self) -> &[Followed] {
        &self.followed
    }
}

/// Remembers a value once; false where there is no room for it.
fn remember(
    all: &mut Vec<Followed>,
    (slot, words): (&Name, &Words),
    (most, bytes_max): (usize, usize),
) -> bool {
    let known = |one: &Followed| one.value == *words && one.slot == *slot;
    if words.is_empty() || all.iter().any(known) {
        return true;
    }
    let bytes: usize = all.iter().map(|one| one.value.length()).sum();
    let fits = all.len() < most && bytes + words.length() <= bytes_max;
    if fits {
        all.push(Followed { slot: slot.clone(), value: words.clone() });
    }
    fits
}

impl ActiveContext {
    fn to_tree(&self, now: u64) -> Tree {
        let seconds = i64::try_from(self.expires.saturating_sub(now)).unwrap_or(i64::MAX);
        let life = [
            ("timeToLiveInSeconds", Tree::Integer(seconds)),
            ("turnsToLive", Tree::Integer(self.turns.into())),
        ];
        map([
            ("name", Tree::Text(self.name.clone())),
            ("timeToLive", map(life)),
            ("contextAttributes", self.attributes.to_tree()),
        ])
    }
}

/// A map with names of ours.
pub(crate) fn map<'n>(members: impl IntoIterator<Item = (&'n str, Tree)>) -> Tree {
    Tree::Map(members.into_iter().map(|(name, value)| (Words::from(name), value)).collect())
}

macro_rules! spelled {
    ($($name:ident { $($choice:ident),* })*) => {$(
        impl $name {
            /// As the API spells it.
            pub const fn as_str(self) -> &'static str {
                match self {$(Self::$choice => stringify!($choice),)*}
            }

            /// The choice of this spelling.
            pub fn parse(text: &str) -> Option<Self> {
                match text {
                    $(stringify!($choice) => Some(Self::$choice),)*
                    _ => None,
                }
            }
        }
    )*};
}

spelled! {
    Progress { InProgress, ReadyForFulfillment, FulfillmentInProgress, Fulfilled, Failed, Waiting }
    Confirmed { None, Confirmed, Denied }
    ActionType { Close, ConfirmIntent, Delegate, ElicitIntent, ElicitSlot, None }
    Style { Default, SpellByLetter, SpellByWord }
}
pub(crate) use spelled;

#[cfg(test)]
mod tests;
