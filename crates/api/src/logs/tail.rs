//! StartLiveTail: events as they are stored, to whoever listens, a batch a second.
//!
//! API Reference, "StartLiveTail": up to 10 groups; with one group streams by name or prefix; a session ends after three hours; at
//! most 500 events a second are sent, and `sampled` says when there were more. There is no unmask: what is seen is stored text. A
//! session outlives its request, so the right to it is asked for again every minute, by the policies that hold then.

use super::{Meant, filters, invalid};
use crate::call::{Ask, Call, Standing};
use crate::desk::Answered;
use sotto_egress::{screened_pattern, stored_text};
use sotto_logs::{Arrived, Class, Heard, Listener, Uid};
use sotto_protect::screen::Screened;
use sotto_public::Public;
use sotto_query::FilterPattern;
use sotto_wire::{Fault, Output, Tail, Value, event_stream};
use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;
use tokio::time::{Instant, MissedTickBehavior, interval};

/// Groups of a session.
const GROUPS_MAX: usize = 10;
/// Sessions at one time: each looks at every event that comes.
const SESSIONS_MAX: usize = 256;
/// Events of one update, and updates are a second apart.
const UPDATE_EVENTS_MAX: usize = 500;
const UPDATE_EVERY: Duration = Duration::from_secs(1);
/// How long a session may last.
const SESSION_MAX: Duration = Duration::from_secs(3 * 60 * 60);
/// How often the right is asked for again.
const ASK_EVERY: Duration = Duration::from_secs(60);

pub(super) async fn answer(call: &mut Call<'_>) -> Answered {
    let groups = groups(call)?;
    let mut ask = Ask::new("logs:StartLiveTail");
    for meant in &groups {
        meant.note(call);
        ask = ask.on(meant.resource(call));
    }
    let standing = call.authorize_standing(ask)?;
    if call.api.logs.events().listening() >= SESSIONS_MAX {
        let words = "at most 256 Live Tail sessions can be open at one time; end one and try again";
        return Err(Fault::new("LimitExceededException", words));
    }
    let screened = filters::looked_at(call, call.input().raw("logEventFilterPattern")).await?;
    let pattern = filters::compiled(&screened)?;
    let names: BTreeSet<_> = call.input().publics("logStreamNames").cloned().collect();
    let prefixes: Vec<_> = call.input().publics("logStreamNamePrefixes").cloned().collect();
    if groups.len() > 1 && !(names.is_empty() && prefixes.is_empty()) {
        return Err(invalid(
            "logStreamNames and logStreamNamePrefixes can only be used with a single log group.",
        ));
    }
    if !names.is_empty() && !prefixes.is_empty() {
        return Err(invalid("Only one of logStreamNames or logStreamNamePrefixes can be provided."));
    }
    let mut identifiers = BTreeMap::new();
    for meant in &groups {
        let group = meant.entry(call)?.group;
        if group.class != Class::Standard {
            return Err(Fault::new(
                "InvalidOperationException",
                "Live Tail needs log groups of the class STANDARD",
            ));
        }
        let name = crate::record::configured(&format_args!("{}:{}", meant.scope.account, meant.name));
        identifiers.insert(group.uid, name);
    }
    let start = start(call, &groups, &screened);
    let tick = {
        let mut tick = interval(UPDATE_EVERY);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        tick
    };
    let session = Session {
        call: call.wire.clone(),
        start: Some(start),
        heard: call.api.logs.events().listen(),
        wanted: Wanted { identifiers, names, prefixes, pattern },
        standing,
        began: Instant::now(),
        asked: Instant::now(),
        tick,
        ended: false,
    };
    Ok(Output::new().streaming(Box::new(session)))
}

fn groups(call: &Call<'_>) -> Result<Vec<Meant>, Fault> {
    let groups: Vec<Meant> = call
        .input()
        .publics("logGroupIdentifiers")
        .map(|identifier| Meant::identified(call, identifier))
        .collect::<Result<_, _>>()?;
    match groups.len() {
        1..=GROUPS_MAX => Ok(groups),
        _ => Err(invalid("between 1 and 10 log groups must be specified")),
    }
}

/// `sessionStart`; the pattern is repeated in its masked form.
fn start(call: &Call<'_>, groups: &[Meant], screened: &Screened) -> Output {
    let arns = groups.iter().map(|meant| Value::from(crate::record::configured(&meant.arn())));
    let names = |member| Value::list(call.input().publics(member).cloned().collect::<Vec<_>>());
    let session = call.request_id().text();
    Output::new()
        .with("requestId", session.clone())
        .with("sessionId", session)
        .with("logGroupIdentifiers", Value::List(arns.collect()))
        .with("logStreamNames", names("logStreamNames"))
        .with("logStreamNamePrefixes", names("logStreamNamePrefixes"))
        .with("logEventFilterPattern", screened_pattern(screened))
}

/// What a session is about.
struct Wanted {
    /// How the groups are called in answers.
    identifiers: BTreeMap<Uid, Public<String>>,
    names: BTreeSet<Public<String>>,
    prefixes: Vec<Public<String>>,
    pattern: FilterPattern,
}

impl Wanted {
    /// The identifier of the group, where events of this stream are meant.
    fn stream(&self, arrived: &Arrived) -> Option<&Public<String>> {
        let identifier = self.identifiers.get(&arrived.group())?;
        let name = arrived.stream_name();
        let named = self.names.is_empty() || self.names.contains(name);
        let begins = self.prefixes.is_empty()
            || self.prefixes.iter().any(|prefix| name.get().starts_with(prefix.get()));
        (named && begins).then_some(identifier)
    }

    /// Adds the events that are meant, up to the bound; whether some were left out.
    fn gather(&self, arrived: &Arrived, events: &mut Vec<Output>) -> bool {
        let Some(identifier) = self.stream(arrived) else { return false };
        let mut left_out = false;
        for event in arrived.events().iter().map(|event| event.event()) {
            if !self.pattern.matches(event.text().as_str()) {
                continue;
            }
            if events.len() >= UPDATE_EVENTS_MAX {
                left_out = true;
                break;
            }
            events.push(
                Output::new()
                    .with("logStreamName", arrived.stream_name().clone())
                    .with("logGroupIdentifier", identifier.clone())
                    .with("message", stored_text(event.text()))
                    .with("timestamp", event.timestamp_ms())
                    .with("ingestionTime", event.ingestion_ms()),
            );
        }
        left_out
    }
}

/// A session that is open.
struct Session {
    call: sotto_wire::Call,
    start: Option<Output>,
    heard: Listener,
    wanted: Wanted,
    standing: Standing,
    began: Instant,
    asked: Instant,
    tick: tokio::time::Interval,
    ended: bool,
}

impl Tail for Session {
    fn next(&mut self) -> Pin<Box<dyn Future<Output = Option<Vec<u8>>> + Send + '_>> {
        Box::pin(self.frame())
    }
}

impl Session {
    async fn frame(&mut self) -> Option<Vec<u8>> {
        if self.ended {
            return None;
        }
        if let Some(start) = self.start.take() {
            return event_stream::event(&self.call, "sessionStart", start);
        }
        self.tick.tick().await;
        match self.end() {
            Some(fault) => {
                self.ended = true;
                Some(event_stream::exception(&self.call, &fault))
            }
            None => {
                let update = self.update();
                event_stream::event(&self.call, "sessionUpdate", update)
            }
        }
    }

    /// Why the session ends now, if it does.
    fn end(&mut self) -> Option<Fault> {
        if self.began.elapsed() >= SESSION_MAX {
            return Some(Fault::new(
                "SessionTimeoutException",
                "Live Tail sessions last three hours at most",
            ));
        }
        if self.asked.elapsed() >= ASK_EVERY {
            self.asked = Instant::now();
            if !self.standing.holds(self.began.elapsed()) {
                return Some(Fault::new("SessionStreamingException", "the session is not allowed any more"));
            }
        }
        None
    }

    fn update(&mut self) -> Output {
        let (mut events, mut sampled) = (Vec::new(), false);
        loop {
            match self.heard.hear() {
                Heard::Events(arrived) => sampled |= self.wanted.gather(&arrived, &mut events),
                Heard::Missed(_) => sampled = true,
                Heard::Nothing => break,
                Heard::Closed => {
                    self.ended = true;
                    break;
                }
            }
        }
        Output::new()
            .with("sessionMetadata", Output::new().with("sampled", sampled))
            .with("sessionResults", Value::list(events))
    }
}
