//! What is a code hook told, and what may it answer? The event and the answer of the Lex V2 Developer Guide, "Integrating an AWS
//! Lambda function".
//!
//! An event holds what the user said and the real values of slots: it is captured, and whoever sends it needs a permit. An
//! answer is checked member by member before any of it counts; a wrong one ends the turn with an error that names the member.

use super::station::{Outcome, Station, hooks_enabled, invocation, is_foreseen};
use super::walk::{Go, Walk};
use super::{Offer, TurnError, Updates};
use crate::Words;
use crate::bot::{Intent, Tree};
use crate::session::{ActionType, Confirmed, Given, IntentState, Progress, Source, StateError, map};
use sotto_sensitive::RawBytes;

/// Largest event (Lex V2 Developer Guide, "Quotas").
pub const EVENT_BYTES_MAX: usize = 12 * 1024;
/// Largest answer.
pub const ANSWER_BYTES_MAX: usize = 25 * 1024;

/// Why the function is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HookSource {
    /// To look at a step of the dialog.
    DialogCodeHook,
    /// To do what the user wants.
    FulfillmentCodeHook,
}

/// What became of a call.
#[derive(Debug)]
pub enum Answered {
    /// The function answered these bytes.
    Answer(RawBytes),
    /// It failed.
    Failed,
    /// It did not answer in time.
    TimedOut,
}

impl HookSource {
    /// As events write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::DialogCodeHook => "DialogCodeHook",
            Self::FulfillmentCodeHook => "FulfillmentCodeHook",
        }
    }
}

pub(super) fn source(station: &Station) -> HookSource {
    match station {
        Station::Fulfillment => HookSource::FulfillmentCodeHook,
        _ => HookSource::DialogCodeHook,
    }
}

/// What may have been meant, with scores written as somebody wants them.
pub(crate) fn interpretations(offers: &[Offer], score: impl Fn(f64) -> Tree) -> Tree {
    let one = |offer: &Offer| {
        let mut members =
            vec![("intent", offer.intent.to_tree()), ("interpretationSource", Tree::text("Lex"))];
        members.extend(offer.confidence.map(|confidence| ("nluConfidence", score(confidence))));
        map(members)
    };
    Tree::List(offers.iter().map(one).collect())
}

/// What the function is told.
pub(super) fn event(walk: &Walk<'_>, station: &Station) -> Result<Tree, TurnError> {
    let (scene, work) = (walk.scene, &walk.work);
    let transcript = work.heard.transcript.clone();
    let mut members = vec![
        ("messageVersion", Tree::text("1.0")),
        ("invocationSource", Tree::text(source(station).as_str())),
        ("inputMode", Tree::text(work.heard.mode.as_str())),
        ("responseContentType", Tree::text(scene.content_type)),
        ("sessionId", Tree::Text(scene.session_id.clone())),
        ("inputTranscript", Tree::Text(transcript.clone().unwrap_or_default())),
    ];
    members.extend(label(walk, station).map(|label| ("invocationLabel", Tree::Text(label))));
    members.extend([
        ("bot", bot(walk)),
        ("interpretations", offered(walk)),
        ("proposedNextState", proposed(walk, station)),
        ("requestAttributes", work.request_attributes.to_tree()),
        ("sessionState", state(walk)),
        ("transcriptions", Tree::List(transcript.iter().map(|said| transcription(walk, said)).collect())),
    ]);
    let event = map(members);
    match event.to_json().length() {
        length if length > EVENT_BYTES_MAX => Err(TurnError::HookEvent),
        _ => Ok(event),
    }
}

fn label(walk: &Walk<'_>, station: &Station) -> Option<Words> {
    let intent = walk.intent()?;
    match station {
        Station::Missed(slot) => {
            let capture = intent.slot(slot.as_str())?.settings.elicitation.capture.as_ref()?;
            capture.elicitation_hook.as_ref()?.label.clone()
        }
        Station::ConfirmationMissed => {
            intent.settings.confirmation.as_ref()?.elicitation_hook.as_ref()?.label.clone()
        }
        station => invocation(intent, station)?.label.clone(),
    }
}

fn bot(walk: &Walk<'_>) -> Tree {
    let bot = walk.scene.bot;
    map([
        ("id", Tree::text(bot.id.as_str())),
        ("name", Tree::text(bot.name.as_str())),
        ("aliasId", Tree::text(bot.alias_id.as_str())),
        ("aliasName", Tree::text(bot.alias_name.as_str())),
        ("localeId", Tree::text(bot.locale.as_str())),
        ("version", Tree::text(&bot.version.to_string())),
    ])
}

/// The offers, the current intent first and as it stands now.
fn offered(walk: &Walk<'_>) -> Tree {
    let mut offers = walk.work.offers.clone();
    if let Some(current) = &walk.work.session.intent {
        let at = offers.iter().position(|offer| offer.intent.name == current.name);
        let confidence = at.and_then(|at| offers.remove(at).confidence);
        offers.insert(0, Offer { intent: current.clone(), confidence });
    }
    interpretations(&offers, Tree::Float)
}

fn state(walk: &Walk<'_>) -> Tree {
    let Tree::Map(mut members) = walk.work.session.state(walk.scene.now()) else { return Tree::Null };
    members.retain(|(name, _)| name.read() != "dialogAction");
    if !members.iter().any(|(name, _)| name.read() == "originatingRequestId") {
        members.push(("originatingRequestId".into(), Tree::Text(walk.scene.request_id.clone())));
    }
    Tree::Map(members)
}

/// What comes next if the function has nothing to say.
fn proposed(walk: &Walk<'_>, station: &Station) -> Tree {
    let Some((intent, state)) = walk.intent().zip(walk.work.session.intent.as_ref()) else {
        return Tree::Null;
    };
    let missed = match station {
        Station::Missed(slot) => Some((slot.as_str(), walk.attempt())),
        _ => None,
    };
    let next = intent.slots_in_order().into_iter().find(|slot| slot.is_required() && !walk.is_filled(slot));
    let next = missed.or(next.map(|slot| (slot.name.as_str(), crate::bot::Attempt::Initial)));
    let asks = intent.settings.confirmation.as_ref().is_some_and(|one| one.is_active());
    let (action, attempt) = match (station, next) {
        (Station::Fulfillment, _) => (vec![("type", Tree::text("Close"))], None),
        (_, Some((slot, attempt))) => {
            (vec![("type", Tree::text("ElicitSlot")), ("slotToElicit", Tree::text(slot))], Some(attempt))
        }
        _ if asks && state.confirmed == Confirmed::None => {
            (vec![("type", Tree::text("ConfirmIntent"))], Some(crate::bot::Attempt::Initial))
        }
        _ => (vec![("type", Tree::text("Delegate"))], None),
    };
    let mut members = vec![("dialogAction", map(action)), ("intent", state.to_tree())];
    members.extend(attempt.map(|attempt| ("prompt", map([("attempt", Tree::text(attempt.as_str()))]))));
    map(members)
}

fn transcription(walk: &Walk<'_>, said: &Words) -> Tree {
    let state = walk.work.session.intent.as_ref();
    let name = state.map_or(Tree::Null, |state| Tree::text(state.name.as_str()));
    let held = |state: &IntentState| {
        let spoken = |slot: &crate::bot::Name| walk.work.heard.spoken.iter().any(|one| one.slot == *slot);
        let slots = state.slots.iter().filter(|(slot, _)| spoken(slot));
        let slots = slots.filter_map(|(slot, value)| Some((slot.as_str().into(), value.as_ref()?.to_tree())));
        Tree::Map(slots.collect())
    };
    map([
        ("transcription", Tree::Text(said.clone())),
        ("transcriptionConfidence", Tree::Float(1.0)),
        ("resolvedContext", map([("intent", name)])),
        ("resolvedSlots", state.map_or(Tree::Map(Vec::new()), held)),
    ])
}

/// An answer whose members fit the bot.
struct Reply {
    given: Given,
    kind: ActionType,
    said: Vec<crate::session::Said>,
    request_attributes: Option<crate::session::Attributes>,
}

impl Walk<'_> {
    /// What the user hears while a function fulfils.
    pub(super) fn updates(&mut self, station: &Station) -> Option<Updates> {
        let hook =
            self.intent()?.settings.fulfillment_hook.as_ref().filter(|_| *station == Station::Fulfillment)?;
        let updates = hook.updates.as_ref().filter(|updates| updates.active.unwrap_or(false))?;
        let start = updates.start.as_ref();
        let start = start.map(|one| (one.delay_seconds.unwrap_or(0), self.choose(&one.groups, None)));
        let repeat = updates.update.as_ref();
        let repeat = repeat.map(|one| (one.frequency_seconds.unwrap_or(1), self.choose(&one.groups, None)));
        Some(Updates { start, repeat, timeout_seconds: updates.timeout_seconds })
    }

    /// Where a call leads.
    pub(super) fn answered(&mut self, station: Station, answered: Answered) -> Result<Go, TurnError> {
        match answered {
            Answered::Answer(bytes) => {
                let reply = self.read_reply(&bytes)?;
                Ok(self.take_reply(station, reply))
            }
            Answered::Failed => self.failed(station, Outcome::Failure, TurnError::HookFailed),
            Answered::TimedOut => self.failed(station, Outcome::Timeout, TurnError::HookTimedOut),
        }
    }

    fn failed(&mut self, station: Station, outcome: Outcome, error: TurnError) -> Result<Go, TurnError> {
        let after = match station {
            Station::Missed(_) | Station::ConfirmationMissed => return Ok(Go::Retry),
            Station::Fulfillment => {
                self.set_state(Progress::Failed);
                Station::Done(outcome)
            }
            station => Station::After(Box::new(station), outcome),
        };
        let foreseen =
            self.intent().is_some_and(|intent: &std::sync::Arc<Intent>| is_foreseen(intent, &after));
        if foreseen { Ok(Go::Visit { station: after, quiet: false }) } else { Err(error) }
    }

    fn read_reply(&self, bytes: &RawBytes) -> Result<Reply, TurnError> {
        if bytes.length() > ANSWER_BYTES_MAX {
            return Err(TurnError::HookForm);
        }
        let tree = Tree::read(bytes).map_err(|_| TurnError::HookForm)?;
        if !matches!(tree, Tree::Map(_)) {
            return Err(TurnError::HookForm);
        }
        self.check_reply(&tree).map_err(TurnError::HookAnswer)
    }

    fn check_reply(&self, tree: &Tree) -> Result<Reply, StateError> {
        let state = tree.member("sessionState").ok_or(StateError::Missing("sessionState"))?;
        let given = Given::read(state, self.scene.locale, self.scene.now())?;
        let kind = given.action.as_ref().map(|action| action.kind);
        let kind = kind.ok_or(StateError::Missing("dialogAction"))?;
        let said = crate::session::messages(tree.member("messages"), Source::Hook)?;
        let ready = given.intent.as_ref().is_some_and(|intent| intent.state == Progress::ReadyForFulfillment);
        match kind {
            ActionType::None => return Err(StateError::Invalid("dialogAction.type")),
            ActionType::ElicitIntent if said.is_empty() => return Err(StateError::NoMessages),
            ActionType::Close | ActionType::ConfirmIntent if given.intent.is_none() => {
                return Err(StateError::Missing("intent"));
            }
            _ if ready && kind != ActionType::Delegate => return Err(StateError::NotReady),
            _ => {}
        }
        let attributes = tree.member("requestAttributes");
        let request_attributes =
            attributes.map(|found| crate::session::attributes(found, "requestAttributes"));
        Ok(Reply { given, kind, said, request_attributes: request_attributes.transpose()? })
    }

    fn take_reply(&mut self, station: Station, reply: Reply) -> Go {
        let before = self.work.session.intent.as_ref().map(|intent| intent.name.clone());
        let mut given = reply.given;
        let action = given.action.take().unwrap_or_default();
        let waiting = self.work.session.action.clone();
        self.take_given(given);
        self.work.session.action = waiting;
        if let Some(attributes) = reply.request_attributes {
            self.work.request_attributes = attributes;
        }
        self.work.heard.overridden = reply.kind != ActionType::Delegate;
        let silent = reply.said.is_empty();
        self.say(reply.said);
        match reply.kind {
            ActionType::Delegate => self.delegated(station, before.as_ref()),
            ActionType::ElicitSlot => self.ask_for(action, silent),
            ActionType::ConfirmIntent => Go::Confirm { quiet: !silent },
            ActionType::ElicitIntent | ActionType::None => Go::AskIntent,
            ActionType::Close => self.closed(silent),
        }
    }

    fn delegated(&mut self, station: Station, before: Option<&crate::bot::Name>) -> Go {
        let current = self.work.session.intent.as_ref();
        let state = current.map(|intent| intent.state).unwrap_or_default();
        if current.map(|intent| &intent.name) != before {
            return Go::Visit { station: Station::Initial, quiet: false };
        }
        match (station, state) {
            (Station::Fulfillment, Progress::Failed) | (_, Progress::Failed) => {
                Go::Visit { station: Station::Done(Outcome::Failure), quiet: false }
            }
            (Station::Fulfillment, _) | (_, Progress::Fulfilled) => {
                self.set_state(Progress::Fulfilled);
                Go::Visit { station: Station::Done(Outcome::Success), quiet: false }
            }
            (_, Progress::ReadyForFulfillment) => Go::Fulfill,
            (station, _) => {
                Go::Visit { station: Station::After(Box::new(station), Outcome::Success), quiet: false }
            }
        }
    }

    fn ask_for(&mut self, action: crate::session::Action, silent: bool) -> Go {
        self.work.session.attempts = 0;
        let slot = action.slot.as_ref();
        let found = slot.and_then(|name| self.intent()?.slot(name.as_str()));
        if let Some(found) = found.filter(|_| silent) {
            self.ask(super::elicit::prompt_of(found, action.part.as_ref()), 0);
        }
        self.wait_for(action)
    }

    /// The function closes: its words are the last ones; without any the intent's own are said.
    fn closed(&mut self, silent: bool) -> Go {
        let state = self.work.session.intent.as_ref().map(|intent| intent.state).unwrap_or_default();
        let post = self.intent().and_then(|intent| intent.settings.fulfillment_hook.as_ref()?.post.as_ref());
        let response = post.and_then(|post| match state {
            Progress::Fulfilled => post.success_response.as_ref(),
            Progress::Failed => post.failure_response.as_ref(),
            _ => None,
        });
        self.respond(response.filter(|_| silent));
        Go::End
    }
}

/// Whether any intent of a bot calls the code hook, so that an alias without one deserves a warning.
pub fn wants_hook(intent: &Intent) -> bool {
    hooks_enabled(intent) || intent.settings.fulfillment_hook.as_ref().is_some_and(|hook| hook.is_active())
}
