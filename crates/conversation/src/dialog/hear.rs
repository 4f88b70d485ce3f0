//! What did the user mean by that? An answer to the question that was asked, or something else.
//!
//! While a slot is asked for, its resolver sees the whole utterance first. Only a sample utterance of another intent that says
//! exactly this comes before values of types that take any words; otherwise nobody could leave a question for a name.

use super::station::{Station, hooks_enabled};
use super::walk::{Go, Walk};
use super::{Elicited, Input, InputMode, Offer, SWITCH_CONFIDENCE, Spoken, TurnError};
use crate::Words;
use crate::bot::{Intent, Name, Slot};
use crate::nlu::{Interpretation, SlotPlace};
use crate::session::{Action, ActionType, Confirmed, Given, IntentState, Progress, SlotValue, Style, Value};
use crate::slot::{Answer, Builtin, Resolution, Resolver, Setting, Spelling, answer};
use std::sync::Arc;

/// Words around a yes or a no.
const POLITE: [&str; 12] =
    ["please", "thanks", "thank", "you", "that", "thats", "is", "it", "correct", "right", "sure", "s"];

impl Walk<'_> {
    /// The beginning of a turn.
    pub(super) fn open(&mut self, given: Given, input: Input) -> Result<Go, TurnError> {
        self.work.session.begin_turn(self.scene.now());
        let action = given.action.clone();
        self.take_given(given);
        self.work.heard.before = self.work.session.intent.clone();
        match input {
            Input::Heard { text, mode } => Ok(self.hear(&text, mode)),
            Input::Put { messages } => {
                self.say(messages);
                Ok(match action {
                    Some(action) if action.kind == ActionType::Delegate => Go::NextSlot,
                    _ => Go::Stop,
                })
            }
        }
    }

    /// Puts in place what a caller or a code hook gave.
    pub(super) fn take_given(&mut self, given: Given) {
        let session = &mut self.work.session;
        if let Some(attributes) = given.attributes {
            session.attributes = attributes;
        }
        if let Some(contexts) = given.contexts {
            session.contexts = contexts;
        }
        if let Some(mut intent) = given.intent {
            if let Some(before) = session.intent.as_ref().filter(|before| before.name == intent.name)
                && !given.state_given
            {
                intent.state = before.state;
            }
            session.intent = Some(intent);
        }
        if let Some(action) = given.action {
            session.attempts = if session.action.as_ref() == Some(&action) { session.attempts } else { 0 };
            session.action = Some(action);
        }
        session.hints = given.hints.or(session.hints.take());
        session.origin = given.origin.or(session.origin.take());
        self.follow();
    }

    fn hear(&mut self, text: &Words, mode: InputMode) -> Go {
        let action = self.work.session.action.clone().unwrap_or_default();
        self.work.heard.transcript = Some(text.clone());
        self.work.heard.mode = mode;
        let found = self.understand(text, action.style);
        self.work.offers = found.iter().filter_map(|one| self.offer(one)).collect();
        let open =
            self.work.session.intent.as_ref().is_some_and(|intent| intent.state == Progress::InProgress);
        let intent = self.intent().filter(|_| open);
        let slot = intent.and_then(|intent| intent.slot(action.slot.as_ref()?.as_str()));
        match (action.kind, intent, slot) {
            (ActionType::ElicitSlot, Some(intent), Some(slot)) => {
                self.work.heard.elicited =
                    Some(Elicited { intent: intent.name.clone(), slot: slot.name.clone() });
                self.answer_slot(text, &found, slot, &action)
            }
            (ActionType::ConfirmIntent, Some(_), _) => {
                self.work.heard.confirmation = true;
                self.answer_confirmation(text, &found)
            }
            _ => self.fresh(&found),
        }
    }

    fn understand(&self, text: &Words, style: Style) -> Vec<Interpretation> {
        let open =
            |name: &Name| self.scene.locale.intent(name.as_str()).is_some_and(|intent| self.is_open(intent));
        self.scene.reader.understand(text.raw(), &self.setting(style), &open)
    }

    /// Whether the contexts that an intent needs are active.
    fn is_open(&self, intent: &Intent) -> bool {
        intent.settings.input_contexts.iter().all(|context| self.work.session.is_active(context.name.read()))
    }

    fn setting(&self, style: Style) -> Setting {
        let spelling = match style {
            Style::Default => Spelling::Natural,
            Style::SpellByLetter => Spelling::ByLetter,
            Style::SpellByWord => Spelling::ByWord,
        };
        Setting { spelling, ..self.scene.setting }
    }

    fn offer(&self, one: &Interpretation) -> Option<Offer> {
        let intent = self.scene.locale.intent(one.intent.as_str())?;
        let mut state = IntentState::of(intent);
        for (name, value) in values(intent, one) {
            state.set(&name, Some(value));
        }
        Some(Offer { intent: state, confidence: Some(one.confidence) })
    }

    /// Nothing was asked: the likeliest intent that is likely enough.
    fn fresh(&mut self, found: &[Interpretation]) -> Go {
        let threshold = self.scene.locale.threshold();
        let likely = |one: &Interpretation| one.exact || one.confidence >= threshold;
        self.place_fallback(found.iter().take_while(|one| likely(one)).count());
        match found.first().filter(|one| likely(one)) {
            Some(one) => self.switch_to(one),
            None => {
                self.work.heard.missed = true;
                Go::Fallback
            }
        }
    }

    /// The fallback stands behind the intents that are likely enough ("Using intent confidence scores").
    fn place_fallback(&mut self, at: usize) {
        if let Some(fallback) = self.scene.locale.fallback() {
            let offer = Offer { intent: IntentState::of(fallback), confidence: None };
            self.work.offers.insert(at.min(self.work.offers.len()), offer);
        }
    }

    fn switch_to(&mut self, one: &Interpretation) -> Go {
        self.work.heard.exact = one.exact;
        self.note(&one.intent, &one.slots);
        let intent = self.scene.locale.intent(one.intent.as_str());
        let values = intent.map(|intent| values(intent, one)).unwrap_or_default();
        Go::Begin { intent: one.intent.clone(), values, quiet: false }
    }

    /// Remembers where in the utterance values stand.
    fn note(&mut self, intent: &Name, slots: &[(Name, Resolution)]) {
        let spoken = slots.iter().map(|(slot, found)| Spoken {
            intent: intent.clone(),
            slot: slot.clone(),
            bytes: found.place.0..found.place.1,
        });
        self.work.heard.spoken.extend(spoken);
    }

    pub(super) fn fallback(&mut self) -> Go {
        match self.scene.locale.fallback() {
            Some(intent) => Go::Begin { intent: intent.name.clone(), values: Vec::new(), quiet: false },
            None => Go::AskIntent,
        }
    }

    fn answer_slot(
        &mut self,
        text: &Words,
        found: &[Interpretation],
        slot: &Arc<Slot>,
        action: &Action,
    ) -> Go {
        let Some(current) = self.intent().map(|intent| intent.name.clone()) else { return Go::AskIntent };
        let answers = self.resolve(text, &current, slot, action);
        let other = found.first().filter(|one| one.intent != current);
        if let Some(other) = other.filter(|one| one.exact && (answers.is_empty() || takes_anything(slot))) {
            return self.switch_to(other);
        }
        let own = found.iter().find(|one| one.intent == current);
        if !answers.is_empty() {
            return self.captured(slot, answers, own);
        }
        let said = |one: &&Interpretation| one.slots.iter().any(|(name, _)| *name == slot.name);
        if let Some(own) = own.filter(said) {
            let of_slot = own.slots.iter().filter(|(name, _)| *name == slot.name);
            let answers = of_slot.map(|(_, value)| (action.part.clone(), value.clone())).collect();
            return self.captured(slot, answers, Some(own));
        }
        if let Some(other) = other.filter(|one| one.confidence >= SWITCH_CONFIDENCE) {
            return self.switch_to(other);
        }
        self.miss(slot)
    }

    /// The values of the slot in an answer, each with the part that it belongs to.
    fn resolve(
        &self,
        text: &Words,
        intent: &Name,
        slot: &Slot,
        action: &Action,
    ) -> Vec<(Option<Words>, Resolution)> {
        let ask = |part: Option<&Words>| {
            let place = SlotPlace { intent, slot: &slot.name, part: part.map(Words::read) };
            self.scene.reader.resolve(&place, text.raw(), &self.setting(action.style))
        };
        match (&slot.settings.sub_slots, &action.part) {
            (Some(parts), None) => {
                let mut all: Vec<(Option<Words>, Resolution)> = Vec::new();
                for (part, _) in parts.specifications.iter() {
                    let free = |one: &Resolution| all.iter().all(|(_, other)| apart(one.place, other.place));
                    let found = ask(Some(part)).into_iter().find(free);
                    all.extend(found.map(|one| (Some(part.clone()), one)));
                }
                all
            }
            (_, part) => ask(part.as_ref()).into_iter().map(|one| (part.clone(), one)).collect(),
        }
    }

    /// A value came; other slots may have been said with it.
    fn captured(
        &mut self,
        slot: &Arc<Slot>,
        answers: Vec<(Option<Words>, Resolution)>,
        own: Option<&Interpretation>,
    ) -> Go {
        let Some(mut state) = self.work.session.intent.clone() else { return Go::AskIntent };
        let mut noted: Vec<(Name, Resolution)> = Vec::new();
        for (part, found) in answers {
            noted.push((slot.name.clone(), found.clone()));
            let before = state.value(&slot.name).cloned().filter(|_| part.is_some() || slot.is_list());
            let fresh = noted.len() == 1 && part.is_none();
            state.set(&slot.name, Some(joined(before.filter(|_| !fresh), slot, part, found)));
        }
        for (name, found) in own.map(|own| own.slots.as_slice()).unwrap_or_default() {
            let free = noted.iter().all(|(_, other)| apart(other.place, found.place));
            let known = self.intent().and_then(|intent| intent.slot(name.as_str()));
            if let Some(other) = known.filter(|_| free && state.value(name).is_none() && *name != slot.name) {
                state.set(name, Some(joined(None, other, None, found.clone())));
                noted.push((name.clone(), found.clone()));
            }
        }
        self.note(&state.name, &noted);
        self.work.session.intent = Some(state);
        self.work.session.attempts = 0;
        self.follow();
        match self.is_filled(slot) {
            true => Go::Visit { station: Station::Captured(slot.name.clone()), quiet: false },
            false => Go::Elicit { slot: slot.name.clone(), quiet: false },
        }
    }

    /// No value came: the code hook may look at it, then the question is repeated.
    fn miss(&mut self, slot: &Slot) -> Go {
        self.work.heard.unanswered = true;
        let hook = slot.settings.elicitation.capture.as_ref().and_then(|one| one.elicitation_hook.as_ref());
        self.ask_hook(
            hook.is_some_and(|one| one.enabled.unwrap_or(false)),
            Station::Missed(slot.name.clone()),
        )
    }

    fn ask_hook(&mut self, enabled: bool, station: Station) -> Go {
        let called = enabled && self.intent().is_some_and(|intent| hooks_enabled(intent));
        if called { Go::Call(station) } else { Go::Retry }
    }

    fn answer_confirmation(&mut self, text: &Words, found: &[Interpretation]) -> Go {
        let (confirmed, station) = match answer(text.raw()) {
            Some(Answer::Yes) => (Confirmed::Confirmed, Station::Confirmed),
            Some(Answer::No) => (Confirmed::Denied, Station::Declined),
            _ => return self.neither(found),
        };
        self.work.heard.exact = self.is_bare_answer(text);
        if let Some(state) = &mut self.work.session.intent {
            state.confirmed = confirmed;
        }
        Go::Visit { station, quiet: false }
    }

    /// Whether an answer is a yes or a no and nothing else: then nothing in it is the user's own.
    fn is_bare_answer(&self, text: &Words) -> bool {
        let resolver = Resolver::builtin(Builtin::Confirmation);
        let Some(found) = resolver.read(text.read(), &self.scene.setting) else { return false };
        let (from, to) = found.place;
        let around = [text.read().get(..from), text.read().get(to..)].map(Option::unwrap_or_default);
        let words = around.iter().flat_map(|rest| rest.split(|c: char| !c.is_alphanumeric()));
        words
            .filter(|word| !word.is_empty())
            .all(|word| POLITE.iter().any(|one| word.eq_ignore_ascii_case(one)))
    }

    /// Neither yes nor no: a correction, another intent, or nothing.
    fn neither(&mut self, found: &[Interpretation]) -> Go {
        let Some(current) = self.intent() else { return Go::AskIntent };
        let first = found.first().filter(|one| one.exact || one.confidence >= SWITCH_CONFIDENCE);
        match first {
            Some(one) if one.intent == current.name && !one.slots.is_empty() => {
                self.note(&one.intent, &one.slots);
                if let Some(state) = &mut self.work.session.intent {
                    for (name, value) in values(current, one) {
                        state.set(&name, Some(value));
                    }
                }
                self.follow();
                Go::Confirm { quiet: false }
            }
            Some(one) if one.intent != current.name => self.switch_to(one),
            _ => {
                self.work.heard.unanswered = true;
                let hook =
                    current.settings.confirmation.as_ref().and_then(|one| one.elicitation_hook.as_ref());
                self.ask_hook(
                    hook.is_some_and(|one| one.enabled.unwrap_or(false)),
                    Station::ConfirmationMissed,
                )
            }
        }
    }
}

/// The values of an interpretation, several of a slot together.
fn values(intent: &Intent, one: &Interpretation) -> Vec<(Name, SlotValue)> {
    let mut values: Vec<(Name, SlotValue)> = Vec::new();
    for (name, found) in &one.slots {
        let Some(slot) = intent.slot(name.as_str()) else { continue };
        let at = values.iter().position(|(known, _)| known == name);
        let before = at.map(|at| values.remove(at).1);
        values.push((name.clone(), joined(before, slot, None, found.clone())));
    }
    values
}

/// A value beside those that are there: the next of a list, or a part.
fn joined(before: Option<SlotValue>, slot: &Slot, part: Option<Words>, found: Resolution) -> SlotValue {
    let value = Value::from(found);
    match (part, before) {
        (Some(part), before) => {
            let names = slot.settings.sub_slots.iter().flat_map(|parts| parts.specifications.iter());
            let mut parts = match before {
                Some(SlotValue::Composite(parts)) => parts,
                _ => names.map(|(name, _)| (name.clone(), None)).collect(),
            };
            if let Some(one) = parts.iter_mut().find(|(name, _)| *name == part) {
                one.1 = Some(SlotValue::Scalar(value));
            }
            SlotValue::Composite(parts)
        }
        (None, Some(SlotValue::List(mut values))) => {
            values.push(value);
            SlotValue::List(values)
        }
        (None, _) if slot.is_list() => SlotValue::List(vec![value]),
        (None, _) => SlotValue::Scalar(value),
    }
}

fn apart(one: (usize, usize), other: (usize, usize)) -> bool {
    one.1 <= other.0 || other.1 <= one.0
}

/// Whether any words are a value of the slot.
fn takes_anything(slot: &Slot) -> bool {
    use Builtin::{AlphaNumeric, City, FirstName, FreeFormInput, LastName, StreetName};
    match slot.type_name().and_then(Builtin::parse) {
        Some(builtin) => {
            matches!(builtin, AlphaNumeric | City | FirstName | FreeFormInput | LastName | StreetName)
        }
        None => true,
    }
}
