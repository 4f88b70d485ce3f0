//! How is one turn made? The session is opened, the bot thinks, functions are asked where it wants them, and what came of it is kept
//! before anybody hears it.
//!
//! A bot thinks without waiting for anything; a large one does so on a thread that may block, so that its author's appetite is not
//! paid for by others' requests.

use super::hooks::{Asking, Hook};
use super::models::{Ready, ready};
use super::sessions::{self, Turn as Held};
use super::{Asked, Talk, seconds};
use crate::call::{Call, internal};
use crate::context::copied;
use crate::lex::logs::{LoggedTurn, followed_values, keep_turn, timestamp};
use sotto_conversation::Words;
use sotto_conversation::bot::Tree;
use sotto_conversation::dialog::{Answered, Input, Scene, Step, Suspended, Turn, TurnError, resume, step};
use sotto_conversation::session::{Attributes, Given, SaidKind, Session, accepted, attributes};
use sotto_conversation::slot::{Moment, Setting};
use sotto_conversation::transcript::Request;
use sotto_sensitive::RawText;
use sotto_wire::{Fault, message};
use std::sync::Arc;
use tokio::time::Instant;

/// The form of answers.
pub(super) const CONTENT_TYPE: &str = "text/plain; charset=utf-8";

/// What somebody gives to a turn, as trees: not checked against the bot yet.
pub(super) struct Brought {
    /// The operation, as logs name it.
    pub(super) operation: &'static str,
    /// The id of the session.
    pub(super) session_id: RawText,
    /// `SessionState`.
    pub(super) state: Tree,
    /// Names and texts.
    pub(super) request_attributes: Tree,
    /// What was said, or what is to be.
    pub(super) input: Input,
}

/// A turn that is over and kept.
pub(super) struct Made {
    pub(super) turn: Turn,
    pub(super) session_id: RawText,
    /// When, for what is left of contexts.
    pub(super) now: u64,
    /// Which kinds of messages the caller takes, where he says so.
    pub(super) accepted: Option<Vec<SaidKind>>,
}

/// All that a turn thinks with; owned, so that it can go to another thread.
struct Thought {
    ready: Arc<Ready>,
    facts: sotto_conversation::dialog::BotFacts,
    session_id: Words,
    request_id: Words,
    request_attributes: Attributes,
    hook: bool,
    setting: Setting,
    seed: u64,
}

impl Thought {
    fn scene(&self) -> Scene<'_> {
        Scene {
            locale: &self.ready.locale,
            reader: &self.ready.listener,
            setting: self.setting,
            bot: &self.facts,
            session_id: &self.session_id,
            request_id: &self.request_id,
            hook: self.hook,
            request_attributes: &self.request_attributes,
            content_type: CONTENT_TYPE,
            seed: self.seed,
        }
    }

    fn begin(&self, session: Session, given: Given, input: Input) -> Result<Step, TurnError> {
        step(&self.scene(), session, given, input)
    }

    fn go_on(&self, suspended: Suspended, answered: Answered) -> Result<Step, TurnError> {
        resume(&self.scene(), suspended, answered)
    }
}

/// Thinks here, or where a large bot may think.
async fn think(
    call: &Call<'_>,
    thought: &Arc<Thought>,
    work: impl FnOnce(&Thought) -> Result<Step, TurnError> + Send + 'static,
) -> Result<Result<Step, TurnError>, Fault> {
    if thought.ready.is_light() {
        return Ok(work(thought));
    }
    let thought = Arc::clone(thought);
    call.api.in_turn(call.caller().account(), move || work(&thought)).await
}

/// Makes a turn and keeps it.
pub(super) async fn make(call: &mut Call<'_>, asked: Asked, brought: Brought) -> Result<(Talk, Made), Fault> {
    let (talk, began) = (asked.found(call)?, Instant::now());
    let ready = ready(call.api, &talk).await?;
    let now = seconds(call.api);
    let given = Given::read(&brought.state, &ready.locale, now).map_err(|error| invalid(&error))?;
    let given_attributes = match &brought.request_attributes {
        Tree::Null => Attributes::default(),
        tree => attributes(tree, "requestAttributes").map_err(|error| invalid(&error))?,
    };
    let (mut held, session) = sessions::open(call.api, &talk, &brought.session_id).await?;
    let hook = Hook::of(&talk);
    let thought = Arc::new(Thought {
        ready,
        facts: talk.facts.clone(),
        session_id: Words::new(copied(&brought.session_id)),
        request_id: Words::from(call.request_id().text().get().as_str()),
        request_attributes: given_attributes,
        hook: hook.is_some(),
        setting: Setting::at(moment(now), talk.facts.locale.as_str()),
        seed: u64::from_be_bytes(call.draw().bytes()),
    });
    let (input, thinking) = (brought.input, Arc::clone(&thought));
    let first = think(call, &thinking, move |thought| thought.begin(session, given, input)).await?;
    let mut asking = Asking::new(hook, began);
    let came = went_on(call, (&talk, &thought), &mut held, (first, &mut asking)).await;
    let turn = match came {
        Ok(turn) => turn,
        Err(fault) => {
            held.let_go(call.api).await;
            return Err(fault);
        }
    };
    if let Err(fault) = held.keep(call, &talk, &turn.session).await {
        held.let_go(call.api).await;
        return Err(fault);
    }
    keep_log(call, &talk, (&thought, &turn, brought.operation)).await;
    let accepted = accepted(&thought.request_attributes);
    let made = Made { turn, session_id: brought.session_id, now: seconds(call.api), accepted };
    Ok((talk, made))
}

/// Writes the turn into the conversation log. What only sets the state says nothing that is logged (Lex V2 Developer Guide, "Logging
/// conversations").
async fn keep_log(call: &Call<'_>, talk: &Talk, (thought, turn, operation): (&Thought, &Turn, &'static str)) {
    if operation == "PutSession" {
        return;
    }
    let now = seconds(call.api);
    let request = Request {
        bot: &talk.facts,
        locale: &thought.ready.locale,
        session_id: &thought.session_id,
        request_id: &thought.request_id,
        timestamp: &Words::from(timestamp(now)),
        now,
        operation,
    };
    let logged = LoggedTurn {
        scope: &talk.meant.scope,
        alias: &talk.arn,
        settings: &talk.settings,
        role: &talk.role,
        of_children: talk.of_bot.is_child_directed(),
        request: &request,
        turn,
    };
    keep_turn(call.api, logged).await;
}

/// Goes on until the turn is over, with the answers of functions.
async fn went_on(
    call: &Call<'_>,
    (talk, thought): (&Talk, &Arc<Thought>),
    held: &mut Held<'_>,
    (first, asking): (Result<Step, TurnError>, &mut Asking),
) -> Result<Turn, Fault> {
    let mut next = first;
    loop {
        match next {
            Ok(Step::Done(turn)) => return Ok(*turn),
            Ok(Step::Call(suspended)) => {
                held.hold(call.api, talk).await?;
                let spoken = (&*suspended, &thought.ready.locale);
                let followed = followed_values(&talk.settings, spoken);
                let answered = asking.ask(call, talk, (held, &suspended, followed.as_ref())).await?;
                next = think(call, thought, move |thought| thought.go_on(*suspended, answered)).await?;
            }
            Err(error) => return Err(asking.fault(error)),
        }
    }
}

/// UTC: the time zone of users is not known to a server.
fn moment(now: u64) -> Moment {
    Moment { unix_s: i64::try_from(now).unwrap_or(i64::MAX), offset_s: 0 }
}

/// What is wrong with what was given, by the names of members.
pub(super) fn invalid(error: &dyn std::fmt::Display) -> Fault {
    Fault::new("ValidationException", message!("{}", crate::record::configured(error)))
}

/// What a session id is in a request: the model has checked its form.
pub(super) fn session_id(call: &Call<'_>) -> Result<RawText, Fault> {
    call.input().raw("sessionId").map(copied).ok_or_else(internal)
}
