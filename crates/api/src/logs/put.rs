//! PutLogEvents: taken or left out by time and size, looked at, masked, sealed, and durable before the answer.
//!
//! What comes of the events (values of metrics, deliveries, reports of findings) goes into the same frame of the write-ahead log:
//! all of it is there after a crash, or nothing. A report is stored text that is not looked at again, so a group that audits into
//! itself stops after one report (house rule of loops).
//!
//! Between rules and append somebody may begin to protect what is stored under newer ones. Then the append is refused
//! ([`Appended::Outdated`]) and the rules that hold now are put on top of what the old ones masked: as for what is stored.

use super::alarm::Told;
use super::guard::{Guard, guard};
use super::keys::{key_of_today, sealed_content};
use super::{Meant, fault, now, streams};
use crate::api::Api;
use crate::call::{Call, internal};
use crate::desk::Answered;
use sotto_deliver::{Content, Delivered, Destination, Lane, Outbox, Parcel, Source};
use sotto_logs::{
    Append, Appended, Arriving, Class, EVENT_OVERHEAD_BYTES, HOT_BYTES_MAX, LogsError, MetricDimension,
    MetricId, MetricPoint, Millis, PUT_BYTES_MAX, PUT_EVENTS_MAX, PUT_SPAN_MAX, Reserved, Stream, StreamName,
    Taken, stream_place, take,
};
use sotto_protect::policy::{FindingsDestinations, Level};
use sotto_protect::{Arrival, Claim, EventTimes, Findings, Protected, Sealing, SpanKey, Subject, protect};
use sotto_public::Public;
use sotto_sensitive::RawText;
use sotto_storage::Batch;
use sotto_wire::tongues::Record;
use sotto_wire::{Fault, Output};
use std::sync::Arc;
use std::time::Duration;

/// Bytes of events that are looked at on the thread of the request; more are looked at while others take its work over.
const AT_ONCE_BYTES_MAX: usize = 16 * 1024;

pub(super) async fn answer(call: &mut Call<'_>) -> Answered {
    let (meant, name) = (Meant::of(call)?, streams::named(call)?);
    let _asked = streams::may_on(call, "logs:PutLogEvents", &meant, &name)?;
    let stream = streams::found(call, &meant, &name)?;
    let events: Vec<Event> =
        call.input_mut().take_list("logEvents").into_iter().filter_map(Event::of).collect();
    let target = Target { meant: &meant, stream: &stream };
    let taken = put(call.api, call.snapshot(), &target, events, now(call)).await?;
    Ok(Output::new()
        .with("nextSequenceToken", streams::sequence_token(call))
        .with("rejectedLogEventsInfo", taken.rejects().then(|| rejected(&taken))))
}

fn rejected(taken: &Taken) -> Output {
    Output::new()
        .with("tooNewLogEventStartIndex", taken.too_new_start)
        .with("tooOldLogEventEndIndex", taken.too_old_end)
        .with("expiredLogEventEndIndex", taken.expired_end)
}

/// An event as it came.
pub(crate) struct Event {
    pub(crate) timestamp: Millis,
    pub(crate) message: RawText,
    /// What of it is known to be somebody's value.
    pub(crate) claims: Vec<Claim>,
}

impl Event {
    fn of(mut input: sotto_wire::Input) -> Option<Self> {
        let timestamp = Millis(input.integer("timestamp")?);
        Some(Self { timestamp, message: input.take_raw("message")?, claims: Vec::new() })
    }
}

/// Where events go.
pub(crate) struct Target<'a> {
    pub(crate) meant: &'a Meant,
    pub(crate) stream: &'a Arc<Stream>,
}

/// Puts events into a stream.
pub(crate) async fn put(
    api: &Api,
    snapshot: &crate::state::Snapshot,
    target: &Target<'_>,
    events: Vec<Event>,
    now: Millis,
) -> Result<Taken, Fault> {
    let scope = &target.meant.scope;
    let shelf = snapshot.rooms.logs.shelf(scope).cloned().ok_or_else(internal)?;
    let group = shelf.group(&target.meant.name).cloned().ok_or_else(internal)?;
    if group.class == Class::Delivery {
        return Err(fault(LogsError::InvalidOperation(
            "Log groups of the class DELIVERY take no events by PutLogEvents",
        )));
    }
    let arriving: Vec<_> = events
        .iter()
        .map(|event| Arriving { timestamp: event.timestamp, bytes: event.message.length() })
        .collect();
    let taken = take(now, group.retention_days, &arriving).map_err(fault)?;
    let bytes: usize =
        arriving.get(taken.range.clone()).unwrap_or_default().iter().map(|event| event.bytes).sum();
    let events: Vec<_> = events.into_iter().skip(taken.range.start).take(taken.range.len()).collect();
    if events.is_empty() {
        return Ok(taken);
    }
    wait_for_room(api).await;
    let reserved = api.logs.events().reserve(events.len());
    let mut given: Vec<Given> = events.into_iter().map(Given::Raw).collect();
    for _ in 0..DECISIONS_MAX {
        let looking = Looking::now(api, target, (reserved, now)).await?;
        let looked_at = match bytes > AT_ONCE_BYTES_MAX {
            true => aside(|| looking.at_all(given))?,
            false => looking.at_all(given)?,
        };
        let (append, findings, told) = looking.append(looked_at, bytes)?;
        match api.logs.events().append(append).await.map_err(fault)? {
            Appended::Durable => {
                api.logs.count(target.meant, &findings);
                told.into_iter().for_each(Told::became_durable);
                return Ok(taken);
            }
            Appended::Outdated(events) => {
                api.logs.decide_again();
                api.state.refresh().await.map_err(|error| crate::call::unavailable(&error))?;
                given = events.into_iter().zip(findings).map(Given::Again).collect();
            }
        }
    }
    Err(fault(LogsError::Busy))
}

/// How often rules are taken anew while newer ones are demanded; then the caller is told to try again.
const DECISIONS_MAX: usize = 8;

/// An event that is to be looked at: as it came, or as rules left it that are out of date.
enum Given {
    Raw(Event),
    Again((Protected, Findings)),
}

/// The group was deleted while its events waited.
fn gone() -> Fault {
    fault(LogsError::NotFound("The specified log group does not exist."))
}

/// How long an answer is held back while too many events wait to be written to segments; then it is refused.
const SLOWED_MAX: u32 = 30;
const SLOWED_BY: Duration = Duration::from_millis(100);

async fn wait_for_room(api: &Api) {
    for _ in 0..SLOWED_MAX {
        if api.logs.events().hot_bytes() < HOT_BYTES_MAX {
            return;
        }
        tokio::time::sleep(SLOWED_BY).await;
    }
}

/// Runs what takes long so that other requests of this thread go on, where the runtime has other threads.
pub(crate) fn aside<T>(work: impl FnOnce() -> T) -> T {
    use tokio::runtime::{Handle, RuntimeFlavor};
    match Handle::current().runtime_flavor() {
        RuntimeFlavor::MultiThread => tokio::task::block_in_place(work),
        _ => work(),
    }
}

/// What events are looked at with.
struct Looking<'a> {
    api: &'a Api,
    target: &'a Target<'a>,
    rules: Arc<Guard>,
    key: SpanKey,
    /// The state of things that the rules are of.
    decided: u64,
    reserved: Reserved,
    now: Millis,
}

type LookedAt = Vec<(Protected, Findings)>;

impl<'a> Looking<'a> {
    /// A call may have waited, or be one of many portions: what holds is what holds now.
    async fn now(
        api: &'a Api,
        target: &'a Target<'a>,
        (reserved, now): (Reserved, Millis),
    ) -> Result<Self, Fault> {
        let newest = api.state.now();
        let shelf = newest.rooms.logs.shelf(&target.meant.scope).cloned().ok_or_else(gone)?;
        let group = shelf.group(&target.meant.name).filter(|group| group.uid == target.stream.group);
        let group = group.cloned().ok_or_else(gone)?;
        let rules = guard(api, target.meant, &shelf, &group).await?;
        let key = key_of_today(api, target.meant, &group, now).await?;
        Ok(Self { api, target, rules, key, decided: newest.epoch.number(), reserved, now })
    }
}

impl Looking<'_> {
    fn at_all(&self, events: Vec<Given>) -> Result<LookedAt, Fault> {
        let stream = self.target.stream;
        let home = stream_place(&self.target.meant.scope, stream.group, stream.uid);
        let numbered = events.into_iter().enumerate();
        let look = |(at, given)| match given {
            Given::Raw(event) => self.at_one(&home, at, event),
            Given::Again(event) => self.again(&home, event),
        };
        numbered.map(look).collect()
    }

    /// Puts rules on top of what others masked.
    fn again(
        &self,
        home: &sotto_public::Place,
        (event, mut findings): (Protected, Findings),
    ) -> Result<(Protected, Findings), Fault> {
        let mut draw = self.api.draw();
        let mut sealing = Sealing { key: &self.key, entropy: &mut draw };
        match event.protect_again(home, &self.rules.protection, &mut sealing).map_err(|_| internal())? {
            None => Ok((event, findings)),
            Some((event, more)) => {
                findings.and(more);
                Ok((event, findings))
            }
        }
    }

    fn at_one(
        &self,
        home: &sotto_public::Place,
        at: usize,
        event: Event,
    ) -> Result<(Protected, Findings), Fault> {
        let id = self.reserved.id(at, event.timestamp);
        let times = EventTimes { id, timestamp_ms: event.timestamp.0, ingestion_ms: self.now.0 };
        let mut draw = self.api.draw();
        let mut sealing = Sealing { key: &self.key, entropy: &mut draw };
        let looked_at = protect(
            event.message,
            &Arrival { home, times },
            &self.rules.protection,
            &event.claims,
            &mut sealing,
        );
        // What cannot be sealed is not stored at all.
        looked_at.map_err(|_| internal())
    }

    /// What becomes durable with the events, what was found in them, and the alarm that is told then.
    fn append(
        &self,
        looked_at: LookedAt,
        bytes: usize,
    ) -> Result<(Append, Vec<Findings>, Option<Told<'_>>), Fault> {
        let scope = &self.target.meant.scope;
        let mut also = Batch::new();
        self.report(&looked_at, &mut also)?;
        let (events, findings): (Vec<_>, Vec<_>) = looked_at.into_iter().unzip();
        let arn = crate::record::configured(&self.target.meant.arn());
        let (group, when) = (self.target.stream.group, (self.reserved.number(), self.now));
        let told = self.api.logs.alarm().findings((group, &arn), &findings, when, &mut also);
        self.deliver(&events, &mut also)?;
        let stored = events.iter().map(Protected::event);
        let mut points = self.rules.filters.points(scope, stored.clone());
        points.extend(self.vended(&findings, bytes));
        let (stream, decided) = (Arc::clone(self.target.stream), Some(self.decided));
        Ok((Append { stream, events, points, also, decided }, findings, told))
    }

    /// What the subscription filters mean goes into the outbox, a lane for each filter and stream.
    fn deliver(&self, events: &[Protected], also: &mut Batch) -> Result<(), Fault> {
        let Target { meant, stream } = self.target;
        for selected in self.rules.filters.select(events.iter().map(Protected::event)) {
            let Ok(destination) = Destination::parse(&selected.filter.destination) else { continue };
            let chosen = selected.events.iter().filter_map(|at| events.get(*at));
            let delivered = chosen.map(|event| Delivered {
                id: event.event().id(),
                at_ms: event.event().timestamp_ms(),
                text: event.stored().clone(),
            });
            let source = Source {
                owner: Public::named(&meant.scope.account),
                group: Public::named(&meant.name),
                stream: stream.name.public(),
                filters: vec![selected.filter.name.clone()],
            };
            let content = Content::Events(source, delivered.collect());
            // The account's filter and one of the group may have one name.
            let level = if selected.of_account { "account-subscription" } else { "subscription" };
            let (from, of) = (stream.group.number(), stream.uid.number());
            let lane = Lane::of(&[&level, &from, &selected.filter.name, &of]);
            self.queue_at(0, (&lane, destination), content, also)?;
        }
        Ok(())
    }

    /// Reports of findings, where the policies want them: the reports of a call go together.
    fn report(&self, looked_at: &LookedAt, also: &mut Batch) -> Result<(), Fault> {
        let (meant, stream) = (self.target.meant, self.target.stream);
        let (arn, name) = (meant.arn(), stream.name.public());
        for audit in self.rules.protection.audits() {
            let destinations = self.destinations(&audit.destinations);
            if destinations.is_empty() {
                continue;
            }
            let line = |(protected, findings): &(Protected, Findings)| {
                let times = protected.event().times();
                let subject = Subject { group: &arn, stream: &name, times, audited_ms: self.now.0 };
                let text = findings.report(audit, &subject)?;
                Some(Delivered { id: times.id, at_ms: self.now.0, text })
            };
            let lines: Vec<_> = looked_at.iter().filter_map(line).collect();
            // Policies of account and group may have one name and one destination.
            let level = match audit.level {
                Level::Account => "account",
                Level::Group => "group",
            };
            let (from, of) = (stream.group.number(), stream.uid.number());
            for (kind, destination) in destinations {
                let lane = Lane::of(&[&kind, &from, &level, &audit.policy, &of]);
                let contents = Parcel::cut_lines(&Public::named(&meant.name), lines.clone());
                for (at, content) in contents.into_iter().enumerate() {
                    self.queue_at(at, (&lane, destination.clone()), content, also)?;
                }
            }
        }
        Ok(())
    }

    /// Where reports go, and what their lanes are called.
    fn destinations(&self, named: &FindingsDestinations) -> Vec<(&'static str, Destination)> {
        let group = named.log_group().map(|group| {
            let to = Meant { scope: self.target.meant.scope.clone(), name: group.clone() };
            ("findings", Destination::group(crate::record::configured(&to.arn())))
        });
        let address = named.address().and_then(|address| Destination::parse(address).ok());
        group.into_iter().chain(address.map(|address| ("findings-address", address))).collect()
    }

    fn queue_at(
        &self,
        at: usize,
        (lane, destination): (&Lane, Destination),
        content: Content,
        also: &mut Batch,
    ) -> Result<(), Fault> {
        let queued_ms = u64::try_from(self.now.0).unwrap_or_default();
        let number = self.reserved.number() + at as u128;
        let account = Some(Public::named(&self.target.meant.scope.account));
        let content = sealed_content(self.api, self.target.stream.group, content)?;
        Outbox::put(also, lane, number, &Parcel { account, destination, queued_ms, content });
        Ok(())
    }
}

/// Metrics that the service counts by itself (User Guide, "Monitoring with CloudWatch metrics").
const VENDED: &str = "AWS/Logs";

impl Looking<'_> {
    fn vended(&self, findings: &[Findings], bytes: usize) -> Vec<MetricPoint> {
        let group = [("LogGroupName", Public::named(&self.target.meant.name))];
        let bytes = u32::try_from(bytes).map_or(f64::MAX, f64::from);
        let mut points = vec![
            self.point("IncomingLogEvents", &group, (1.0, findings.len() as u64), "Count"),
            self.point("IncomingBytes", &group, (bytes, 1), "Bytes"),
        ];
        for audit in self.rules.protection.audits() {
            let count = findings.iter().filter(|found| found.concern(audit)).count() as u64;
            if count > 0 {
                let [(_, name)] = group.clone();
                let dimensions = [("DataProtectionPolicyName", audit.policy.clone()), ("LogGroupName", name)];
                points.push(self.point("LogEventsWithFindings", &dimensions, (1.0, count), "Count"));
            }
        }
        points
    }

    fn point(
        &self,
        name: &'static str,
        dimensions: &[(&'static str, Public<String>)],
        (value, times): (f64, u64),
        unit: &'static str,
    ) -> MetricPoint {
        let dimension = |(name, value): &(&'static str, Public<String>)| MetricDimension {
            name: crate::record::resting(name),
            value: crate::record::resting(value.get()),
        };
        let metric = MetricId {
            scope: self.target.meant.scope.clone(),
            namespace: VENDED.into(),
            name: name.into(),
            dimensions: dimensions.iter().map(dimension).collect(),
        };
        MetricPoint { metric, unit: Some(unit.into()), at: self.now, value: value.into(), times }
    }
}

/// Where brought events go: a group that is there, and a stream that is made when it is missing.
pub(crate) struct Bring<'a> {
    pub(crate) meant: &'a Meant,
    pub(crate) stream: &'a StreamName,
}

/// Puts events that came without a call of PutLogEvents: in order of time, in as many calls' worth as they need. How many were left
/// out for their times.
pub(crate) async fn bring(call: &mut Call<'_>, to: &Bring<'_>, records: Vec<Record>) -> Result<u64, Fault> {
    let _asked = streams::may_on(call, "logs:PutLogEvents", to.meant, to.stream)?;
    let stream = match to.meant.entry(call)?.streams.find(to.stream.as_str()).cloned() {
        Some(stream) => stream,
        None => {
            let _asked_to_make = streams::may_on(call, "logs:CreateLogStream", to.meant, to.stream)?;
            made(call, to).await?
        }
    };
    let now = now(call);
    let mut events: Vec<Event> = records
        .into_iter()
        .filter(|record| !record.message.is_empty())
        .map(|record| Event {
            timestamp: record.at.map_or(now, Millis::of),
            message: record.message,
            claims: Vec::new(),
        })
        .collect();
    events.sort_by_key(|event| event.timestamp);
    let (target, mut rejected) = (Target { meant: to.meant, stream: &stream }, 0);
    let mut rest = events.into_iter().peekable();
    while rest.peek().is_some() {
        let mut batch = Portion::default();
        while let Some(event) = rest.next_if(|event| batch.takes(event)) {
            batch.add(event);
        }
        // An event that fits no call by itself is left out.
        if batch.events.is_empty() {
            rejected += rest.next().map_or(0, |_| 1);
            continue;
        }
        let count = batch.events.len();
        let taken = put(call.api, call.snapshot(), &target, batch.events, now).await?;
        rejected += (count - taken.range.len()) as u64;
    }
    Ok(rejected)
}

/// The stream, made by this call or by another one that was there first.
async fn made(call: &mut Call<'_>, to: &Bring<'_>) -> Result<Arc<Stream>, Fault> {
    match streams::make(call, to.meant, to.stream).await {
        Ok(stream) => Ok(stream),
        Err(refused) => {
            call.look_again();
            to.meant.entry(call)?.streams.find(to.stream.as_str()).cloned().ok_or(refused)
        }
    }
}

/// As many events as one call may have.
#[derive(Default)]
struct Portion {
    events: Vec<Event>,
    bytes: usize,
}

impl Portion {
    fn takes(&self, event: &Event) -> bool {
        let first = self.events.first().map_or(event.timestamp, |first| first.timestamp);
        let bytes = self.bytes + event.message.length() + EVENT_OVERHEAD_BYTES;
        self.events.len() < PUT_EVENTS_MAX
            && bytes <= PUT_BYTES_MAX
            && event.timestamp <= first.plus(PUT_SPAN_MAX)
    }

    fn add(&mut self, event: Event) {
        self.bytes += event.message.length() + EVENT_OVERHEAD_BYTES;
        self.events.push(event);
    }
}
