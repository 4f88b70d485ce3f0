//! What do built-in intents do that their author left empty? Lex leaves that to the application; here cancelling cancels,
//! repeating repeats, and starting over starts over. An intent with a response, a step or a code hook of its own is an intent
//! like any other.

use super::station::{Station, hooks_enabled};
use super::walk::{Go, Walk};
use crate::bot::Intent;
use crate::session::{Action, ActionType, IntentState, Progress};

impl Walk<'_> {
    /// What a built-in intent does; nothing where its author says it.
    pub(super) fn built_in(&mut self, intent: &Intent) -> Option<Go> {
        let parent = intent.settings.parent.as_ref()?;
        let name = parent.read().strip_prefix("AMAZON.")?;
        if !is_empty(intent) {
            return None;
        }
        match name {
            "CancelIntent" | "StopIntent" => Some(self.cancel(intent)),
            "RepeatIntent" | "HelpIntent" => Some(self.repeat()),
            "StartOverIntent" => Some(self.start_over()),
            "PauseIntent" => Some(self.pause()),
            "ResumeIntent" => Some(self.go_on()),
            _ => None,
        }
    }

    fn cancel(&mut self, intent: &Intent) -> Go {
        let state = IntentState { state: Progress::Fulfilled, ..IntentState::of(intent) };
        self.work.session.intent = Some(state);
        self.work.session.aside = None;
        Go::End
    }

    /// Says again what was said last, and goes on waiting for the same.
    fn repeat(&mut self) -> Go {
        let said = self.work.session.said.clone();
        self.say(said);
        if self.work.session.action.is_none() { Go::AskIntent } else { Go::Stop }
    }

    fn start_over(&mut self) -> Go {
        match self.intent() {
            Some(intent) => {
                self.work.session.intent = Some(IntentState::of(intent));
                self.work.session.attempts = 0;
                Go::Visit { station: Station::Initial, quiet: false }
            }
            None => Go::AskIntent,
        }
    }

    fn pause(&mut self) -> Go {
        let open = self.work.session.intent.take().filter(|intent| intent.state == Progress::InProgress);
        let action = self.work.session.action.clone().unwrap_or_else(|| Action::of(ActionType::ElicitIntent));
        self.work.session.aside = open.map(|intent| (intent, action));
        Go::AskIntent
    }

    fn go_on(&mut self) -> Go {
        let Some((intent, action)) = self.work.session.aside.take() else { return Go::AskIntent };
        self.work.session.intent = Some(intent);
        match action.slot {
            Some(slot) => Go::Elicit { slot, quiet: false },
            None if action.kind == ActionType::ConfirmIntent => Go::Confirm { quiet: false },
            None => Go::NextSlot,
        }
    }
}

fn is_empty(intent: &Intent) -> bool {
    let settings = &intent.settings;
    let hook = settings.fulfillment_hook.as_ref();
    let says = settings
        .initial_response
        .as_ref()
        .is_some_and(|one| one.response.is_some() || one.next_step.is_some() || one.conditional.is_some());
    let closes = settings.closing.as_ref().is_some_and(|one| one.is_active() && one.response.is_some());
    let asks = settings.confirmation.as_ref().is_some_and(|one| one.is_active());
    let fulfils = hook.is_some_and(|one| one.is_active() || one.post.is_some());
    intent.slots.is_empty() && !says && !closes && !asks && !fulfils && !hooks_enabled(intent)
}
