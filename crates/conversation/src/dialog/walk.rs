//! How does a turn come to its end? By one step after another, at most [`STEPS_MAX`] of them.

use super::station::{Outcome, Station};
use super::{Heard, Offer, STEPS_MAX, Scene, Step, Suspended, Turn, TurnError, hook};
use crate::bot::{Intent, Name};
use crate::session::{
    Action, ActionType, ActiveContext, Attributes, CONTEXTS_MAX, IntentState, Progress, Said, Session,
    SlotValue,
};
use std::sync::Arc;

/// What is done next.
#[derive(Clone, Debug)]
pub(super) enum Go {
    /// Begins an intent.
    Begin { intent: Name, values: Vec<(Name, SlotValue)>, quiet: bool },
    /// Says the response of a station and goes where it leads; `quiet` leaves the response out.
    Visit { station: Station, quiet: bool },
    /// Calls the code hook of a station.
    Call(Station),
    /// Asks for the next slot that is missing, then for confirmation, then fulfils.
    NextSlot,
    /// Asks for a slot.
    Elicit { slot: Name, quiet: bool },
    /// Asks for the same again.
    Retry,
    /// Asks for confirmation.
    Confirm { quiet: bool },
    /// Fulfils.
    Fulfill,
    /// Says the closing response.
    Close { quiet: bool },
    /// The conversation is over.
    End,
    /// Asks what the user wants.
    AskIntent,
    /// Nothing was understood.
    Fallback,
    /// The turn is over.
    Stop,
}

/// What a turn has come to so far. Owned, so that it can wait for a function.
#[derive(Clone, Debug)]
pub(super) struct Work {
    pub(super) session: Session,
    pub(super) said: Vec<Said>,
    pub(super) heard: Heard,
    pub(super) offers: Vec<Offer>,
    pub(super) request_attributes: Attributes,
    pub(super) steps: usize,
    pub(super) draws: u64,
    pub(super) hooks_left_out: usize,
}

impl Work {
    pub(super) fn new(session: Session, request_attributes: Attributes) -> Self {
        Self {
            session,
            said: Vec::new(),
            heard: Heard::default(),
            offers: Vec::new(),
            request_attributes,
            steps: 0,
            draws: 0,
            hooks_left_out: 0,
        }
    }
}

/// A turn under way.
pub(super) struct Walk<'a> {
    pub(super) scene: &'a Scene<'a>,
    pub(super) work: Work,
}

impl<'a> Walk<'a> {
    pub(super) fn run(mut self, mut go: Go) -> Result<Step, TurnError> {
        while self.work.steps < STEPS_MAX {
            self.work.steps += 1;
            go = match go {
                Go::Stop => return Ok(Step::Done(Box::new(self.finish()))),
                Go::Call(station) if self.is_called(&station) => return self.suspend(station),
                Go::Call(station) => self.left_out(station),
                go => self.take(go)?,
            };
        }
        Err(TurnError::Endless)
    }

    fn take(&mut self, go: Go) -> Result<Go, TurnError> {
        match go {
            Go::Begin { intent, values, quiet } => self.begin(&intent, values, quiet),
            Go::Visit { station, quiet } => self.visit(&station, quiet),
            Go::NextSlot => Ok(self.next_slot()),
            Go::Elicit { slot, quiet } => self.elicit(&slot, quiet),
            Go::Retry => Ok(self.retry()),
            Go::Confirm { quiet } => Ok(self.confirm(quiet)),
            Go::Fulfill => Ok(self.fulfill()),
            Go::Close { quiet } => Ok(self.close(quiet)),
            Go::End => Ok(self.end()),
            Go::AskIntent => Ok(self.wait_for(Action::of(ActionType::ElicitIntent))),
            Go::Fallback => Ok(self.fallback()),
            Go::Call(_) | Go::Stop => Ok(Go::Stop),
        }
    }

    /// The intent that is talked about.
    pub(super) fn intent(&self) -> Option<&'a Arc<Intent>> {
        self.scene.locale.intent(self.work.session.intent.as_ref()?.name.as_str())
    }

    /// The turn ends with this action.
    pub(super) fn wait_for(&mut self, action: Action) -> Go {
        self.work.session.action = Some(action);
        Go::Stop
    }

    fn begin(&mut self, name: &Name, values: Vec<(Name, SlotValue)>, quiet: bool) -> Result<Go, TurnError> {
        let intent = self.scene.locale.intent(name.as_str()).ok_or(TurnError::NoSuchStep)?;
        if let Some(go) = self.built_in(intent) {
            return Ok(go);
        }
        self.work.heard.missed |= self.work.heard.unanswered && intent.is_fallback();
        let mut state = IntentState::of(intent);
        for (slot, value) in values {
            state.set(&slot, Some(value));
        }
        self.work.session.intent = Some(state);
        self.work.session.attempts = 0;
        self.follow();
        Ok(Go::Visit { station: Station::Initial, quiet })
    }

    /// Remembers the values of obfuscated slots, so that strict logs never show them, and apart from them those of all others, for who
    /// may not read their level.
    pub(super) fn follow(&mut self) {
        let Some(intent) = self.intent() else { return };
        let Some(state) = self.work.session.intent.clone() else { return };
        for (name, value) in &state.slots {
            let hidden = intent.slot(name.as_str()).is_none_or(|slot| slot.is_obfuscated());
            match value {
                Some(value) if hidden => self.work.session.follow(name, value),
                Some(value) => self.work.session.note(name, value),
                None => {}
            }
        }
    }

    /// Long numbers that were said, but are no value that may be read: a resolver may have taken a part of them only, or none.
    fn follow_numbers(&mut self) {
        let hidden = self.scene.locale.slots().any(|(_, slot)| slot.is_obfuscated());
        let heard = &self.work.heard;
        let Some(text) = heard.transcript.clone().filter(|_| hidden && !heard.exact) else { return };
        let asked = heard.elicited.as_ref().map(|one| one.slot.clone());
        let Some(slot) = asked.or_else(|| Name::parse(crate::transcript::UTTERANCE).ok()) else { return };
        let open: Vec<_> =
            heard.spoken.iter().filter(|one| !self.is_obfuscated(one)).map(|one| one.bytes.clone()).collect();
        for number in crate::transcript::numbers(text.read()) {
            let is_open = open.iter().any(|place| place.start <= number.start && number.end <= place.end);
            if let Some(words) = text.read().get(number).filter(|_| !is_open) {
                self.work.session.follow_words(&slot, &words.into());
            }
        }
    }

    fn is_obfuscated(&self, one: &super::Spoken) -> bool {
        let intent = self.scene.locale.intent(one.intent.as_str());
        intent.and_then(|intent| intent.slot(one.slot.as_str())).is_none_or(|slot| slot.is_obfuscated())
    }

    fn fulfill(&mut self) -> Go {
        self.set_state(Progress::ReadyForFulfillment);
        let Some(hook) = self.intent().and_then(|intent| intent.settings.fulfillment_hook.as_ref()) else {
            return Go::Close { quiet: false };
        };
        if hook.is_active() {
            return Go::Call(Station::Fulfillment);
        }
        if hook.post.is_some() && hook.active.unwrap_or(true) {
            self.set_state(Progress::Fulfilled);
            return Go::Visit { station: Station::Done(Outcome::Success), quiet: false };
        }
        Go::Close { quiet: false }
    }

    pub(super) fn set_state(&mut self, state: Progress) {
        if let Some(intent) = &mut self.work.session.intent {
            intent.state = state;
        }
    }

    fn close(&mut self, quiet: bool) -> Go {
        let closing = self.intent().and_then(|intent| intent.settings.closing.as_ref());
        match closing.filter(|closing| closing.is_active()) {
            Some(_) => Go::Visit { station: Station::Closing, quiet },
            None => Go::End,
        }
    }

    fn end(&mut self) -> Go {
        match self.work.session.intent.as_ref().map(|intent| intent.state) {
            Some(Progress::Fulfilled | Progress::ReadyForFulfillment) => self.set_contexts(),
            Some(Progress::InProgress | Progress::FulfillmentInProgress | Progress::Waiting) => {
                self.set_state(Progress::Failed);
            }
            _ => {}
        }
        self.wait_for(Action::of(ActionType::Close))
    }

    /// Contexts that a fulfilled intent makes active; they carry its slots ("Setting intent context").
    fn set_contexts(&mut self) {
        let (Some(intent), Some(state)) = (self.intent(), self.work.session.intent.clone()) else { return };
        let values = state.slots.iter().filter_map(|(name, value)| {
            let taken = value.as_ref()?.taken().first()?.clone();
            Some((name.as_str().into(), taken))
        });
        let attributes: Attributes = values.collect();
        for context in intent.settings.output_contexts.iter() {
            let contexts = &mut self.work.session.contexts;
            contexts.retain(|active| active.name != context.name);
            if contexts.len() < CONTEXTS_MAX {
                contexts.push(ActiveContext {
                    name: context.name.clone(),
                    expires: self.scene.now().saturating_add(u64::from(context.seconds.unwrap_or(600))),
                    turns: context.turns.unwrap_or(1),
                    attributes: attributes.clone(),
                });
            }
        }
    }

    fn suspend(mut self, at: Station) -> Result<Step, TurnError> {
        let (event, source, updates) = (hook::event(&self, &at)?, hook::source(&at), self.updates(&at));
        self.follow();
        self.follow_numbers();
        Ok(Step::Call(Box::new(Suspended { event, source, updates, work: self.work, at })))
    }

    fn finish(mut self) -> Turn {
        self.follow();
        self.follow_numbers();
        let mut work = self.work;
        work.session.origin.get_or_insert_with(|| self.scene.request_id.clone());
        if let (Some(first), Some(intent)) = (work.offers.first_mut(), &work.session.intent)
            && first.intent.name == intent.name
        {
            first.intent = intent.clone();
        } else if let Some(intent) = &work.session.intent {
            work.offers.retain(|offer| offer.intent.name != intent.name);
            work.offers.insert(0, Offer { intent: intent.clone(), confidence: None });
        }
        work.offers.truncate(crate::nlu::INTERPRETATIONS_MAX);
        let mut turn = Turn {
            said: work.said.clone(),
            heard: work.heard,
            offers: work.offers,
            request_attributes: work.request_attributes,
            hooks_left_out: work.hooks_left_out,
            session: work.session,
        };
        turn.session.interpretations = turn.interpretations();
        turn.session.said = work.said;
        turn
    }
}
