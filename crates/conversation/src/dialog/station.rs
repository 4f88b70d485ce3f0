//! Where does an intent stand, and where does it lead from there? A station has a response, a next step, conditions and a code
//! hook, wherever in the bot's settings they are.
//!
//! Rules (Lex V2 Developer Guide, "Creating conversation paths"): the response comes first; a next step decides; conditions are
//! looked at where the step says so, or where there is no step; the code hook is called where the step says so, or where there
//! is neither. The intent's own switch for code hooks is above all of them.

use super::TurnError;
use super::walk::{Go, Walk};
use crate::bot::{
    ActionKind, Conditional, DialogState, Intent, Invocation, Name, PostFulfillment, ResponseSpecification,
    SlotCapture,
};
use crate::expression::Expression;
use crate::session::Progress;

/// How a call of the code hook went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Success,
    Failure,
    Timeout,
}

/// A point of an intent.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Station {
    Initial,
    /// A value came.
    Captured(Name),
    /// No value came; the code hook may look at it before the question is repeated.
    Missed(Name),
    /// No value came, and the question was repeated often enough.
    CaptureFailed(Name),
    Confirmed,
    Declined,
    ConfirmationMissed,
    ConfirmationFailed,
    /// The function fulfils.
    Fulfillment,
    /// Fulfilment is over.
    Done(Outcome),
    Closing,
    /// The code hook of a station was called.
    After(Box<Station>, Outcome),
}

/// What stands at a station.
#[derive(Default)]
struct Parts<'a> {
    response: Option<&'a ResponseSpecification>,
    next: Option<&'a DialogState>,
    conditional: Option<&'a Conditional>,
    hook: Option<&'a Invocation>,
}

impl Station {
    /// Where it leads when nothing else is said.
    fn otherwise(&self) -> Go {
        match self {
            Self::Initial | Self::Captured(_) => Go::NextSlot,
            Self::Missed(_) | Self::ConfirmationMissed => Go::Retry,
            Self::CaptureFailed(_) | Self::ConfirmationFailed => Go::Fallback,
            Self::Confirmed | Self::Fulfillment => Go::Fulfill,
            Self::Declined | Self::Closing => Go::End,
            Self::Done(Outcome::Success) => Go::Close { quiet: false },
            Self::Done(_) => Go::End,
            Self::After(station, Outcome::Success) => station.otherwise(),
            Self::After(station, _) if matches!(**station, Self::Missed(_) | Self::ConfirmationMissed) => {
                Go::Retry
            }
            Self::After(..) => Go::End,
        }
    }

    /// Whether the code hook is called here without being asked for, as bots without steps of their own expect.
    fn invites(&self) -> bool {
        matches!(self, Self::Initial | Self::Captured(_) | Self::Confirmed | Self::Declined)
    }
}

fn parts<'a>(intent: &'a Intent, station: &Station) -> Parts<'a> {
    match station {
        Station::Initial => initial(intent),
        Station::Captured(slot) => capture(intent, slot).map(captured).unwrap_or_default(),
        Station::CaptureFailed(slot) => capture(intent, slot).map(capture_failed).unwrap_or_default(),
        Station::Confirmed | Station::Declined | Station::ConfirmationFailed => confirmation(intent, station),
        Station::Done(outcome) => {
            let post = intent.settings.fulfillment_hook.as_ref().and_then(|hook| hook.post.as_ref());
            post.map(|post| done(post, *outcome)).unwrap_or_default()
        }
        Station::Closing => closing(intent),
        Station::After(station, outcome) => after(parts(intent, station).hook, *outcome),
        Station::Missed(_) | Station::ConfirmationMissed | Station::Fulfillment => Parts::default(),
    }
}

fn initial(intent: &Intent) -> Parts<'_> {
    let Some(one) = &intent.settings.initial_response else { return Parts::default() };
    Parts {
        response: one.response.as_ref(),
        next: one.next_step.as_ref(),
        conditional: one.conditional.as_ref(),
        hook: one.hook.as_ref(),
    }
}

fn capture<'a>(intent: &'a Intent, slot: &Name) -> Option<&'a SlotCapture> {
    intent.slot(slot.as_str())?.settings.elicitation.capture.as_ref()
}

fn captured(one: &SlotCapture) -> Parts<'_> {
    Parts {
        response: one.capture_response.as_ref(),
        next: one.capture_next.as_ref(),
        conditional: one.capture_conditional.as_ref(),
        hook: one.hook.as_ref(),
    }
}

fn capture_failed(one: &SlotCapture) -> Parts<'_> {
    Parts {
        response: one.failure_response.as_ref(),
        next: one.failure_next.as_ref(),
        conditional: one.failure_conditional.as_ref(),
        hook: one.hook.as_ref(),
    }
}

fn confirmation<'a>(intent: &'a Intent, station: &Station) -> Parts<'a> {
    let Some(one) = &intent.settings.confirmation else { return Parts::default() };
    let (response, next, conditional) = match station {
        Station::Confirmed => {
            (&one.confirmation_response, &one.confirmation_next, &one.confirmation_conditional)
        }
        Station::Declined => (&one.declination_response, &one.declination_next, &one.declination_conditional),
        _ => (&one.failure_response, &one.failure_next, &one.failure_conditional),
    };
    Parts {
        response: response.as_ref(),
        next: next.as_ref(),
        conditional: conditional.as_ref(),
        hook: one.hook.as_ref(),
    }
}

fn closing(intent: &Intent) -> Parts<'_> {
    let Some(one) = &intent.settings.closing else { return Parts::default() };
    Parts {
        response: one.response.as_ref(),
        next: one.next_step.as_ref(),
        conditional: one.conditional.as_ref(),
        hook: None,
    }
}

fn done(one: &PostFulfillment, outcome: Outcome) -> Parts<'_> {
    let (response, next, conditional) = match outcome {
        Outcome::Success => (&one.success_response, &one.success_next, &one.success_conditional),
        Outcome::Failure => (&one.failure_response, &one.failure_next, &one.failure_conditional),
        Outcome::Timeout => (&one.timeout_response, &one.timeout_next, &one.timeout_conditional),
    };
    Parts { response: response.as_ref(), next: next.as_ref(), conditional: conditional.as_ref(), hook: None }
}

/// What comes after a code hook; the hook itself stays, because a later step may ask for it again.
fn after(hook: Option<&Invocation>, outcome: Outcome) -> Parts<'_> {
    let Some(one) = hook.and_then(|hook| hook.post.as_ref()) else { return Parts::default() };
    let (response, next, conditional) = match outcome {
        Outcome::Success => (&one.success_response, &one.success_next, &one.success_conditional),
        Outcome::Failure => (&one.failure_response, &one.failure_next, &one.failure_conditional),
        Outcome::Timeout => (&one.timeout_response, &one.timeout_next, &one.timeout_conditional),
    };
    Parts { response: response.as_ref(), next: next.as_ref(), conditional: conditional.as_ref(), hook }
}

impl Parts<'_> {
    fn is_empty(&self) -> bool {
        self.response.is_none() && self.next.is_none() && self.conditional.is_none()
    }
}

/// The code hook of a station, where its author wrote one.
pub(super) fn invocation<'a>(intent: &'a Intent, station: &Station) -> Option<&'a Invocation> {
    parts(intent, station).hook
}

/// Whether anything is said about how a call went.
pub(super) fn is_foreseen(intent: &Intent, station: &Station) -> bool {
    !parts(intent, station).is_empty()
}

impl<'a> Walk<'a> {
    pub(super) fn visit(&mut self, station: &Station, quiet: bool) -> Result<Go, TurnError> {
        let Some(intent) = self.intent() else { return Ok(Go::AskIntent) };
        let parts = parts(intent, station);
        if !quiet {
            self.respond(parts.response);
        }
        let conditional = parts.conditional.filter(|conditional| conditional.is_active());
        match (parts.next, conditional) {
            (Some(next), _) => self.take_step(next, station, true),
            (None, Some(conditional)) => self.branch(conditional, station),
            (None, None) if station.invites() && (parts.hook.is_some() || hooks_enabled(intent)) => {
                Ok(Go::Call(station.clone()))
            }
            (None, None) => Ok(station.otherwise()),
        }
    }

    /// The first branch whose condition is true, or the default one.
    fn branch(&mut self, conditional: &'a Conditional, station: &Station) -> Result<Go, TurnError> {
        let facts = self.facts();
        let found = conditional
            .branches
            .iter()
            .find(|branch| Expression::read(&branch.condition.expression).holds(&facts));
        let (response, next) = match (found, &conditional.default_branch) {
            (Some(branch), _) => (branch.response.as_ref(), branch.next_step.as_ref()),
            (None, Some(branch)) => (branch.response.as_ref(), branch.next_step.as_ref()),
            (None, None) => return Ok(station.otherwise()),
        };
        self.respond(response);
        match next {
            Some(next) => self.take_step(next, station, false),
            None => Ok(station.otherwise()),
        }
    }

    /// Does what a next step says. Within a branch conditions are not looked at again.
    fn take_step(
        &mut self,
        next: &'a DialogState,
        station: &Station,
        may_branch: bool,
    ) -> Result<Go, TurnError> {
        self.assign(next);
        let Some(action) = &next.action else { return Ok(station.otherwise()) };
        let quiet = action.suppress_next_message.unwrap_or(false);
        Ok(match action.kind {
            ActionKind::ElicitIntent => Go::AskIntent,
            ActionKind::StartIntent => self.start_intent(next, quiet)?,
            ActionKind::ElicitSlot => match &action.slot_to_elicit {
                Some(slot) => Go::Elicit { slot: self.slot_named(slot)?, quiet },
                None => Go::NextSlot,
            },
            ActionKind::EvaluateConditional => {
                let parts = self.intent().map(|intent| parts(intent, station)).unwrap_or_default();
                match parts.conditional.filter(|conditional| may_branch && conditional.is_active()) {
                    Some(conditional) => self.branch(conditional, station)?,
                    None => station.otherwise(),
                }
            }
            ActionKind::InvokeDialogCodeHook => Go::Call(base(station).clone()),
            ActionKind::ConfirmIntent => Go::Confirm { quiet },
            ActionKind::FulfillIntent => Go::Fulfill,
            ActionKind::CloseIntent => Go::Close { quiet },
            ActionKind::EndConversation => Go::End,
        })
    }

    fn start_intent(&mut self, next: &'a DialogState, quiet: bool) -> Result<Go, TurnError> {
        let named = next.intent.as_ref().and_then(|intent| intent.name.as_ref());
        let current = self.intent();
        let intent = match named {
            Some(name) => self.scene.locale.intent(name.read()),
            None => current,
        };
        let intent = intent.ok_or(TurnError::NoSuchStep)?;
        let values = self.values_for(next, intent);
        Ok(Go::Begin { intent: intent.name.clone(), values, quiet })
    }

    fn slot_named(&self, slot: &crate::Words) -> Result<Name, TurnError> {
        let found = self.intent().and_then(|intent| intent.slot(slot.read()));
        found.map(|slot| slot.name.clone()).ok_or(TurnError::NoSuchStep)
    }

    /// Whether a call is made: the intent and the station want it, and the alias has a function.
    pub(super) fn is_called(&self, station: &Station) -> bool {
        self.is_wanted(station) && self.scene.hook
    }

    fn is_wanted(&self, station: &Station) -> bool {
        let Some(intent) = self.intent() else { return false };
        match station {
            Station::Fulfillment => true,
            station => hooks_enabled(intent) && invocation(intent, station).is_none_or(Invocation::is_active),
        }
    }

    /// A call that is not made counts as gone well. Only fulfilment stays undone: the caller has to do it.
    pub(super) fn left_out(&mut self, station: Station) -> Go {
        self.work.hooks_left_out += usize::from(self.is_wanted(&station));
        match station {
            Station::Fulfillment => {
                self.set_state(Progress::ReadyForFulfillment);
                Go::Close { quiet: false }
            }
            station => {
                Go::Visit { station: Station::After(Box::new(station), Outcome::Success), quiet: false }
            }
        }
    }
}

/// The station whose code hook is meant.
fn base(station: &Station) -> &Station {
    match station {
        Station::After(station, _) => base(station),
        station => station,
    }
}

/// The intent's own switch: without it none of its code hooks is called.
pub(super) fn hooks_enabled(intent: &Intent) -> bool {
    intent.settings.dialog_hook.as_ref().is_some_and(|hook| hook.enabled)
}
