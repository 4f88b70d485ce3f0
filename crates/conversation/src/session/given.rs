//! What did a caller or a code hook give? Members of a session state, each checked against the bot before it counts.
//!
//! Nothing of a value is in an error: it names the member and what would be right (`SessionState` of `lexv2-runtime`).

use super::value::SlotValue;
use super::{
    ATTRIBUTE_BYTES_MAX, Action, ActionType, ActiveContext, Attributes, CONTEXT_SECONDS_MAX,
    CONTEXT_TURNS_MAX, CONTEXTS_MAX, CardSaid, Confirmed, IntentState, Piece, Progress, Said, SaidKind,
    Source, Style,
};
use crate::Words;
use crate::bot::{Intent, Locale, Name, Slot, Tree};

/// Longest message (`lexv2-runtime`, `Text`).
pub const MESSAGE_CHARS_MAX: usize = 1024;
/// Most messages.
pub const MESSAGES_MAX: usize = 10;
/// Most buttons of a card.
pub const BUTTONS_MAX: usize = 5;

/// What is wrong with a state that somebody gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StateError {
    /// A member that must be there.
    #[error("`{0}` is missing")]
    Missing(&'static str),
    /// A member of another kind, or no known choice.
    #[error("`{0}` is not one of the values it may have")]
    Invalid(&'static str),
    /// A member that is too large.
    #[error("`{0}` is longer than it may be")]
    TooLong(&'static str),
    /// The bot has no such intent.
    #[error("`intent.name` names no intent of this bot")]
    UnknownIntent,
    /// The intent has no such slot.
    #[error("`{0}` names no slot of the intent")]
    UnknownSlot(&'static str),
    /// A state that does not go with the action.
    #[error("`intent.state` may be ReadyForFulfillment with the action Delegate only")]
    NotReady,
    /// Nothing to say when the user is asked what they want.
    #[error("`messages` must not be empty with the action ElicitIntent")]
    NoMessages,
}

/// What somebody gave of a session state; nothing where it is to stay as it is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Given {
    /// Session attributes.
    pub attributes: Option<Attributes>,
    /// Active contexts.
    pub contexts: Option<Vec<ActiveContext>>,
    /// The intent.
    pub intent: Option<IntentState>,
    /// Whether the intent came with a state of its own.
    pub state_given: bool,
    /// What comes next.
    pub action: Option<Action>,
    /// Phrases that speech should expect.
    pub hints: Option<Tree>,
    /// The first request of the conversation.
    pub origin: Option<Words>,
}

impl Given {
    /// Reads a session state.
    ///
    /// # Errors
    /// [`StateError`] names the first member that is wrong.
    pub fn read(state: &Tree, locale: &Locale, now: u64) -> Result<Self, StateError> {
        if !matches!(state, Tree::Map(_) | Tree::Null) {
            return Err(StateError::Invalid("sessionState"));
        }
        let intent = state.member("intent").map(|tree| read_intent(tree, state, locale)).transpose()?;
        let slots = intent.as_ref().map(|(intent, _)| intent.name.clone());
        let of = slots.as_ref().and_then(|name| locale.intent(name.as_str()));
        Ok(Self {
            attributes: state
                .member("sessionAttributes")
                .map(|tree| attributes(tree, "sessionAttributes"))
                .transpose()?,
            contexts: state.member("activeContexts").map(|tree| contexts(tree, now)).transpose()?,
            action: state
                .member("dialogAction")
                .map(|tree| action(tree, of.map(|one| &**one)))
                .transpose()?,
            state_given: intent.as_ref().is_some_and(|(_, given)| *given),
            intent: intent.map(|(intent, _)| intent),
            hints: state.member("runtimeHints").map(hints).transpose()?,
            origin: words(state, "originatingRequestId")?,
        })
    }
}

fn words(tree: &Tree, name: &'static str) -> Result<Option<Words>, StateError> {
    match tree.member(name) {
        None => Ok(None),
        Some(found) => found.as_words().cloned().map(Some).ok_or(StateError::Invalid(name)),
    }
}

fn choice<T>(
    tree: &Tree,
    name: &'static str,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, StateError> {
    match words(tree, name)? {
        None => Ok(None),
        Some(found) => parse(found.read()).map(Some).ok_or(StateError::Invalid(name)),
    }
}

/// Most phrases for a slot (`lexv2-runtime`, `RuntimeHintValuesList`).
const PHRASES_MAX: usize = 100;
/// Longest phrase.
const PHRASE_CHARS_MAX: usize = 140;
/// Deepest parts of parts.
const PARTS_DEEP_MAX: usize = 3;
/// Most intents and slots with phrases.
const HINTED_MAX: usize = 1_000;

/// Phrases by intent and slot, rebuilt from what the model knows: what else stands there would make every later answer one that
/// cannot be written.
fn hints(tree: &Tree) -> Result<Tree, StateError> {
    let Some(intents) = tree.member("slotHints") else { return Ok(Tree::Map(Vec::new())) };
    let mut left = HINTED_MAX;
    let intents = each(intents, &mut left, &mut |slots, left| {
        each(slots, left, &mut |details, left| hinted(details, left, PARTS_DEEP_MAX))
    })?;
    Ok(crate::session::map([("slotHints", intents)]))
}

/// The members of a map, each rebuilt.
fn each(
    tree: &Tree,
    left: &mut usize,
    one: &mut dyn FnMut(&Tree, &mut usize) -> Result<Tree, StateError>,
) -> Result<Tree, StateError> {
    let Tree::Map(members) = tree else { return Err(StateError::Invalid("runtimeHints")) };
    let mut rebuilt = Vec::new();
    for (name, value) in members {
        *left = left.checked_sub(1).ok_or(StateError::TooLong("runtimeHints"))?;
        rebuilt.push((name.clone(), one(value, left)?));
    }
    Ok(Tree::Map(rebuilt))
}

fn hinted(tree: &Tree, left: &mut usize, deep: usize) -> Result<Tree, StateError> {
    let deep = deep.checked_sub(1).ok_or(StateError::TooLong("runtimeHints"))?;
    let mut members = Vec::new();
    match tree.member("runtimeHintValues") {
        None => {}
        Some(Tree::List(items)) if items.len() <= PHRASES_MAX => {
            let phrase = |item: &Tree| {
                let phrase = words(item, "phrase")?.ok_or(StateError::Missing("runtimeHints.phrase"))?;
                match phrase.read().chars().count() <= PHRASE_CHARS_MAX {
                    true => Ok(crate::session::map([("phrase", Tree::Text(phrase))])),
                    false => Err(StateError::TooLong("runtimeHints.phrase")),
                }
            };
            let phrases = items.iter().map(phrase).collect::<Result<_, StateError>>()?;
            members.push(("runtimeHintValues", Tree::List(phrases)));
        }
        Some(Tree::List(_)) => return Err(StateError::TooLong("runtimeHints")),
        Some(_) => return Err(StateError::Invalid("runtimeHints")),
    }
    if let Some(parts) = tree.member("subSlotHints") {
        members.push(("subSlotHints", each(parts, left, &mut |part, left| hinted(part, left, deep))?));
    }
    Ok(crate::session::map(members))
}

/// Names and texts; a name with nothing is left out.
///
/// # Errors
/// When it is something else, or longer than attributes may be.
pub fn attributes(tree: &Tree, name: &'static str) -> Result<Attributes, StateError> {
    let Tree::Map(members) = tree else { return Err(StateError::Invalid(name)) };
    let set = members.iter().filter(|(_, value)| !matches!(value, Tree::Null));
    let pair = |(key, value): &(Words, Tree)| Some((key.clone(), value.as_words()?.clone()));
    let attributes: Attributes = set.map(pair).collect::<Option<_>>().ok_or(StateError::Invalid(name))?;
    if attributes.bytes() > ATTRIBUTE_BYTES_MAX {
        return Err(StateError::TooLong(name));
    }
    Ok(attributes)
}

fn contexts(tree: &Tree, now: u64) -> Result<Vec<ActiveContext>, StateError> {
    let Tree::List(items) = tree else { return Err(StateError::Invalid("activeContexts")) };
    if items.len() > CONTEXTS_MAX {
        return Err(StateError::TooLong("activeContexts"));
    }
    items.iter().map(|item| context(item, now)).collect()
}

fn context(tree: &Tree, now: u64) -> Result<ActiveContext, StateError> {
    let name = words(tree, "name")?.ok_or(StateError::Missing("activeContexts.name"))?;
    let life = tree.member("timeToLive").ok_or(StateError::Missing("activeContexts.timeToLive"))?;
    let number = |name| match life.member(name) {
        Some(Tree::Integer(number)) => u64::try_from(*number).ok(),
        _ => None,
    };
    let seconds = number("timeToLiveInSeconds").filter(|seconds| *seconds <= CONTEXT_SECONDS_MAX);
    let turns = number("turnsToLive").and_then(|turns| u32::try_from(turns).ok());
    let turns = turns.filter(|turns| *turns <= CONTEXT_TURNS_MAX);
    let (Some(seconds), Some(turns)) = (seconds, turns) else {
        return Err(StateError::Invalid("activeContexts.timeToLive"));
    };
    let attributes = match tree.member("contextAttributes") {
        Some(tree) => attributes(tree, "contextAttributes")?,
        None => Attributes::default(),
    };
    Ok(ActiveContext { name, expires: now.saturating_add(seconds), turns, attributes })
}

/// The intent, and whether its state was given. The state may stand beside it, as older documentation prints it.
fn read_intent(tree: &Tree, outer: &Tree, locale: &Locale) -> Result<(IntentState, bool), StateError> {
    let name = words(tree, "name")?.ok_or(StateError::Missing("intent.name"))?;
    let intent = locale.intent(name.read()).ok_or(StateError::UnknownIntent)?;
    let mut state = IntentState::of(intent);
    if let Some(slots) = tree.member("slots") {
        fill(&mut state, intent, slots)?;
    }
    let given = match choice(tree, "state", Progress::parse)? {
        Some(given) => Some(given),
        None => choice(outer, "state", Progress::parse)?,
    };
    state.state = given.unwrap_or_default();
    state.confirmed = choice(tree, "confirmationState", Confirmed::parse)?.unwrap_or_default();
    Ok((state, given.is_some()))
}

fn fill(state: &mut IntentState, intent: &Intent, slots: &Tree) -> Result<(), StateError> {
    let Tree::Map(slots) = slots else { return Err(StateError::Invalid("intent.slots")) };
    for (name, held) in slots {
        let held = match held {
            Tree::Null => None,
            held => Some(SlotValue::read(held).ok_or(StateError::Invalid("intent.slots"))?),
        };
        if let Some(SlotValue::Composite(parts)) = &held {
            let known = |part: &Words| intent.slot(name.read()).is_some_and(|slot| has_part(slot, part));
            if !parts.iter().all(|(part, _)| known(part)) {
                return Err(StateError::UnknownSlot("intent.slots.subSlots"));
            }
        }
        let slot = state.slots.iter_mut().find(|(known, _)| known.as_str() == name.read());
        slot.ok_or(StateError::UnknownSlot("intent.slots"))?.1 = held;
    }
    Ok(())
}

/// Whether a slot has a part of this name: names are the author's, or they would carry text past every check.
fn has_part(slot: &Slot, part: &Words) -> bool {
    slot.settings
        .sub_slots
        .as_ref()
        .is_some_and(|parts| parts.specifications.iter().any(|(name, _)| name == part))
}

fn action(tree: &Tree, intent: Option<&Intent>) -> Result<Action, StateError> {
    let kind = choice(tree, "type", ActionType::parse)?.ok_or(StateError::Missing("dialogAction.type"))?;
    let slot = words(tree, "slotToElicit")?;
    let style = choice(tree, "slotElicitationStyle", Style::parse)?.unwrap_or_default();
    let part = tree.member("subSlotToElicit").map(|part| words(part, "name")).transpose()?.flatten();
    if kind != ActionType::ElicitSlot {
        return Ok(Action { kind, style, ..Action::default() });
    }
    let slot = slot.ok_or(StateError::Missing("dialogAction.slotToElicit"))?;
    let intent = intent.ok_or(StateError::Missing("intent"))?;
    let found = intent.slot(slot.read()).ok_or(StateError::UnknownSlot("dialogAction.slotToElicit"))?;
    if part.as_ref().is_some_and(|part| !has_part(found, part)) {
        return Err(StateError::UnknownSlot("dialogAction.subSlotToElicit"));
    }
    Ok(Action { kind, slot: Some(found.name.clone()), part, style })
}

/// Reads messages that a caller or a code hook gives.
///
/// # Errors
/// As for [`Given::read`].
pub fn messages(tree: Option<&Tree>, source: Source) -> Result<Vec<Said>, StateError> {
    match tree {
        None => Ok(Vec::new()),
        Some(Tree::List(items)) if items.len() <= MESSAGES_MAX => {
            items.iter().map(|item| message(item, source)).collect()
        }
        Some(Tree::List(_)) => Err(StateError::TooLong("messages")),
        Some(_) => Err(StateError::Invalid("messages")),
    }
}

fn message(tree: &Tree, source: Source) -> Result<Said, StateError> {
    let kind =
        choice(tree, "contentType", SaidKind::parse)?.ok_or(StateError::Missing("messages.contentType"))?;
    let content = words(tree, "content")?;
    if content.as_ref().is_some_and(|text| text.read().chars().count() > MESSAGE_CHARS_MAX) {
        return Err(StateError::TooLong("messages.content"));
    }
    let card = tree.member("imageResponseCard").map(card).transpose()?;
    match kind {
        SaidKind::ImageResponseCard if card.is_none() => {
            return Err(StateError::Missing("messages.imageResponseCard"));
        }
        SaidKind::ImageResponseCard => {}
        _ if content.is_none() => return Err(StateError::Missing("messages.content")),
        _ => {}
    }
    let card = card.filter(|_| kind == SaidKind::ImageResponseCard);
    Ok(Said { kind, content: Piece::plain(content.unwrap_or_default()), card, source })
}

fn card(tree: &Tree) -> Result<CardSaid, StateError> {
    let piece = |tree: &Tree, name| Ok(words(tree, name)?.map(Piece::plain));
    let buttons = match tree.member("buttons") {
        None => Vec::new(),
        Some(Tree::List(items)) if items.len() <= BUTTONS_MAX => {
            let button = |item: &Tree| {
                let shown =
                    piece(item, "text")?.ok_or(StateError::Missing("imageResponseCard.buttons.text"))?;
                let sent =
                    piece(item, "value")?.ok_or(StateError::Missing("imageResponseCard.buttons.value"))?;
                Ok((shown, sent))
            };
            items.iter().map(button).collect::<Result<_, StateError>>()?
        }
        Some(_) => return Err(StateError::Invalid("imageResponseCard.buttons")),
    };
    let title = piece(tree, "title")?.ok_or(StateError::Missing("imageResponseCard.title"))?;
    Ok(CardSaid { title, subtitle: piece(tree, "subtitle")?, image_url: piece(tree, "imageUrl")?, buttons })
}

/// The name of a slot that the bot knows.
pub(super) fn name(tree: &Tree) -> Option<Name> {
    Name::parse(tree.as_words()?.read()).ok()
}
