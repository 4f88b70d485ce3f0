//! How is a code hook asked in the middle of a turn? As `lexv2.amazonaws.com` for the alias, by the function's resource policy, on
//! record, in bounded time; while it works the session stays held.
//!
//! A function sees real values: the road there is `service_invoke`, which renders the event through `egress` for its own permit.
//! What it prints meanwhile is searched for the values of the conversation, once it is decided that the bot may call it. What it answers is checked by the conversation, member by member.

use super::Talk;
use super::sessions::{RENEW_EVERY, Turn as Held};
use crate::call::Call;
use crate::follows::Values;
use crate::lambda::{HookRefused, ServiceInvoke};
use sotto_conversation::dialog::{Answered, Suspended, TurnError};
use sotto_public::Public;
use sotto_sensitive::RawText;
use sotto_wire::{Fault, message};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// How long a function may take (Lex V2 Developer Guide, "Using an AWS Lambda function").
const HOOK_TIME_MAX: Duration = Duration::from_secs(30);
/// How long all functions of a turn may take: the answer has to be there before the request's time is over.
const TURN_TIME_MAX: Duration = Duration::from_secs(48);
/// How often functions are asked in one turn.
const HOOKS_MAX: usize = 10;

/// The function of an alias, in a language.
pub(super) struct Hook {
    function: Public<String>,
}

impl Hook {
    /// The one that is set.
    pub(super) fn of(talk: &Talk) -> Option<Self> {
        let hook = talk.settings.hook(talk.facts.locale.as_str())?;
        Some(Self { function: arn(hook.function.raw()) })
    }
}

/// The ARN of a function is a public member of the request that it was sealed with.
#[expect(
    clippy::disallowed_methods,
    reason = "public in the model of the request, which was sealed as a whole"
)]
fn arn(raw: &RawText) -> Public<String> {
    Public::from_pinned_text(raw.expose().to_owned())
}

/// The functions of one turn.
pub(super) struct Asking {
    hook: Option<Hook>,
    until: Instant,
    left: usize,
    /// Whether the last one could not be asked at all.
    unavailable: bool,
}

impl Asking {
    /// `began` is when the turn began, before its bot was read.
    pub(super) fn new(hook: Option<Hook>, began: Instant) -> Self {
        Self { hook, until: began + TURN_TIME_MAX, left: HOOKS_MAX, unavailable: false }
    }

    /// Asks, and holds the session until there is an answer.
    pub(super) async fn ask(
        &mut self,
        call: &Call<'_>,
        talk: &Talk,
        (held, suspended, values): (&mut Held<'_>, &Suspended, Option<&Arc<Values>>),
    ) -> Result<Answered, Fault> {
        let Some(hook) = &self.hook else { return Ok(Answered::Failed) };
        self.left = self.left.checked_sub(1).ok_or_else(often)?;
        let longest = suspended.updates.as_ref().and_then(|updates| updates.timeout_seconds);
        let longest = longest.map_or(HOOK_TIME_MAX, |seconds| Duration::from_secs(seconds.into()));
        let until = self.until.min(Instant::now() + longest.min(HOOK_TIME_MAX));
        if self.until <= Instant::now() {
            return Ok(Answered::TimedOut);
        }
        let asked = ServiceInvoke {
            service: "lexv2",
            account: &talk.meant.scope.account,
            source: &talk.arn,
            function: &hook.function,
            values,
        };
        let mut work = Box::pin(call.api.service_invoke(&asked, suspended.event.to_json()));
        let answered = loop {
            let renewal = until.min(Instant::now() + RENEW_EVERY);
            match timeout_at(renewal, &mut work).await {
                Ok(answered) => break answered,
                Err(_) if Instant::now() >= until => break Err(HookRefused::TimedOut),
                Err(_) => held.hold(call.api, talk).await?,
            }
        };
        drop(work);
        self.unavailable = matches!(answered, Err(HookRefused::Unavailable));
        Ok(match answered {
            Ok(bytes) => Answered::Answer(bytes),
            Err(HookRefused::TimedOut) => Answered::TimedOut,
            Err(_) => Answered::Failed,
        })
    }

    /// Why a turn has no answer, in the API's words (`lexv2-runtime`, errors of RecognizeText).
    pub(super) fn fault(&self, error: TurnError) -> Fault {
        let words = message!("{}", crate::record::configured(&error));
        match error {
            TurnError::HookFailed if self.unavailable => Fault::new("BadGatewayException", words),
            TurnError::HookFailed
            | TurnError::HookTimedOut
            | TurnError::HookForm
            | TurnError::HookAnswer(_)
            | TurnError::HookEvent => Fault::new("DependencyFailedException", words),
            TurnError::Endless | TurnError::NoSuchStep => Fault::new("ValidationException", words),
        }
    }
}

fn often() -> Fault {
    let words = message!("the bot asked its code hook more than {} times in one turn", HOOKS_MAX);
    Fault::new("DependencyFailedException", words)
}

#[cfg(test)]
mod tests {
    use super::*;
    use sotto_aws_model::Protocol;
    use sotto_conversation::session::StateError;

    #[test]
    fn what_goes_wrong_has_the_apis_names_and_no_words_of_an_answer() {
        let fault = |error, unavailable| {
            let asking = Asking { unavailable, ..Asking::new(None, Instant::now()) };
            asking.fault(error).code(Protocol::RestJson)
        };
        for error in [
            TurnError::HookFailed,
            TurnError::HookTimedOut,
            TurnError::HookForm,
            TurnError::HookAnswer(StateError::Missing("dialogAction")),
            TurnError::HookEvent,
        ] {
            assert_eq!(fault(error, false), "DependencyFailedException", "{error}");
        }
        assert_eq!(fault(TurnError::HookFailed, true), "BadGatewayException");
        assert_eq!(fault(TurnError::Endless, false), "ValidationException");
    }
}
