//! How are events shown, masked or not? Without being asked for more, as they are stored. With `unmask` as they came, for a
//! permit of its own, and once the trail says which events and types are seen.
//!
//! Who asks without the right is refused, not silently shown masks: a reader must know what it has. The permit is for the
//! group, whatever the read was for (Service Authorization Reference: `logs:Unmask` is an action on a group). A policy may
//! name types, fields and ages (`sotto:IdentifierType`, `sotto:FieldPath`, `sotto:EventAge`, `sotto:EventTime`): then each
//! masked value is decided by itself, and what is not allowed stays masked. The record says what was seen, what was not, and
//! the reason that the caller stated.

use super::keys::ring;
use super::{Meant, fault, invalid};
use crate::call::{Ask, Call, internal};
use crate::context::REASON_BYTES_MAX;
use sotto_egress::{Rendered, stored_text, unmasked_event};
use sotto_iam::{Reach, Scoped, Unmask};
use sotto_logs::{FoundEvent, LogsError, stream_place};
use sotto_protect::{Opening, Protected, UnmaskScope};
use sotto_public::{EventId, IdentifierId, Public};
use sotto_trail::Value;
use sotto_wire::Fault;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Events whose ids stand in the record of an unmask; a page that holds more says their number, its first and its last one.
const EVENTS_NAMED_MAX: usize = 1_000;

/// The right to see a group's events as they came, as far as it reaches.
pub(super) struct Right {
    scoped: Scoped<Unmask>,
    resource: String,
}

/// Asks for the right, when the request does.
pub(super) fn asked(call: &mut Call<'_>, meant: &Meant) -> Result<Option<Right>, Fault> {
    match call.input().flag("unmask").unwrap_or(false) {
        true => right(call, meant).map(Some),
        false => Ok(None),
    }
}

/// Asks for the right.
pub(super) fn right(call: &mut Call<'_>, meant: &Meant) -> Result<Right, Fault> {
    if call.circumstances.reason.as_ref().is_some_and(|reason| reason.length() > REASON_BYTES_MAX) {
        return Err(invalid("the header x-sotto-reason has 1024 bytes at most"));
    }
    let resource = meant.resource(call);
    let name = resource.arn().to_owned();
    let scoped = call.authorize_parts::<Unmask>(Ask::new("logs:Unmask").on(resource))?;
    Ok(Right { scoped, resource: name })
}

/// The texts of events as this caller sees them.
pub(super) async fn shown(
    call: &mut Call<'_>,
    meant: &Meant,
    right: Option<&Right>,
    events: Vec<FoundEvent>,
) -> Result<Vec<(FoundEvent, Rendered)>, Fault> {
    match right {
        None => Ok(events.into_iter().map(masked).collect()),
        Some(right) => unmasked(call, meant, right, events).await,
    }
}

fn masked(found: FoundEvent) -> (FoundEvent, Rendered) {
    let text = stored_text(found.event.text());
    (found, text)
}

async fn unmasked(
    call: &mut Call<'_>,
    meant: &Meant,
    right: &Right,
    events: Vec<FoundEvent>,
) -> Result<Vec<(FoundEvent, Rendered)>, Fault> {
    let of_one = OfGroup { meant, right, events };
    let mut shown = shown_of_groups(call, vec![of_one]).await?;
    shown.pop().ok_or_else(internal)
}

/// Events of a group that somebody may see as they came.
pub(super) struct OfGroup<'a> {
    pub(super) meant: &'a Meant,
    pub(super) right: &'a Right,
    pub(super) events: Vec<FoundEvent>,
}

/// The texts of events of one group after another. A call has one record, which is written once: it names what is seen of all groups, and
/// nothing is opened before it is durable.
pub(super) async fn shown_of_groups(
    call: &mut Call<'_>,
    of_groups: Vec<OfGroup<'_>>,
) -> Result<Vec<Vec<(FoundEvent, Rendered)>>, Fault> {
    let (scope, snapshot) = (UnmaskScope::all(), Arc::clone(&call.snapshot));
    let (mut all, mut told_to, mut prepared) = (Seen::default(), Vec::new(), Vec::new());
    for OfGroup { meant, right, events } in &of_groups {
        let reach = snapshot.policies.reach(&right.scoped).map_err(|_| internal())?;
        let seen = Seen::of(&scope, &reach, events);
        let group = meant.entry(call)?.group.uid;
        let keys: BTreeSet<_> = events.iter().flat_map(|found| found.originals.keys()).collect();
        prepared.push((group, reach, ring(call.api, meant, group, &keys).await?));
        meant.note(call);
        told_to.push((crate::record::configured(&meant.arn()), seen.events.len(), seen.seen.clone()));
        all.add(seen);
    }
    call.notes.response = all.told(call);
    call.record().await?;
    for (arn, events, types) in told_to.iter().filter(|(_, events, _)| *events > 0) {
        let types: Vec<_> = types.iter().collect();
        call.api.logs.alarm().unmask(call, arn, (*events, &types)).await?;
    }
    let (api, epoch) = (call.api, snapshot.policies.epoch());
    let recorded = call.notes.recorded.as_ref().ok_or_else(internal)?;
    let mut shown = Vec::new();
    for (OfGroup { meant, right, events }, (group, reach, ring)) in of_groups.into_iter().zip(prepared) {
        let show = |found: FoundEvent| {
            let joined = Protected::join(found.event.clone(), found.originals.clone());
            let protected = joined.map_err(|error| fault(LogsError::Damaged(error)))?;
            let home = stream_place(&meant.scope, group, found.stream);
            let opening = Opening { home: &home, resource: &right.resource, epoch, now: api.now() };
            let text = unmasked_event(&protected, (&reach, recorded), &opening, &ring, &scope);
            Ok((found, text.map_err(|_| internal())?))
        };
        shown.push(events.into_iter().map(show).collect::<Result<_, Fault>>()?);
    }
    Ok(shown)
}

/// What is seen, and what is not: events in which something is, and types.
#[derive(Default)]
struct Seen {
    events: Vec<EventId>,
    seen: BTreeSet<IdentifierId>,
    kept: BTreeSet<IdentifierId>,
    discarded: BTreeSet<IdentifierId>,
}

impl Seen {
    fn of(scope: &UnmaskScope, reach: &Reach<'_, Unmask>, events: &[FoundEvent]) -> Self {
        let mut all = Self::default();
        for found in events {
            let types = scope.types_in(&found.event, reach);
            if !types.seen.is_empty() {
                all.events.push(found.event.id());
            }
            all.seen.extend(types.seen.into_iter().cloned());
            all.kept.extend(types.kept.into_iter().cloned());
            all.discarded.extend(types.discarded.into_iter().cloned());
        }
        all
    }

    fn add(&mut self, other: Self) {
        self.events.extend(other.events);
        self.seen.extend(other.seen);
        self.kept.extend(other.kept);
        self.discarded.extend(other.discarded);
    }

    /// What the record says. The reason is the caller's own words, with what they hold masked.
    fn told(&self, call: &Call<'_>) -> Value {
        let named = |id: &EventId| Value::Text(Public::named(id));
        let list = |kinds: &BTreeSet<IdentifierId>| {
            Value::List(kinds.iter().map(|kind| Value::Text(Public::named(kind))).collect())
        };
        let mut members = vec![
            ("eventCount", Value::Integer(i64::try_from(self.events.len()).unwrap_or(i64::MAX))),
            ("identifierTypes", list(&self.seen)),
        ];
        for (member, kinds) in [("keptMaskedTypes", &self.kept), ("discardedTypes", &self.discarded)] {
            members.extend((!kinds.is_empty()).then(|| (member, list(kinds))));
        }
        let reason = call.circumstances.reason(call.caller());
        members.extend(reason.map(|reason| ("reason", Value::Text(call.sieve.masked(reason)))));
        match self.events.len() {
            0..=EVENTS_NAMED_MAX => {
                members.push(("eventIds", Value::List(self.events.iter().map(named).collect())));
            }
            _ => {
                members.extend(self.events.first().map(|id| ("firstEventId", named(id))));
                members.extend(self.events.last().map(|id| ("lastEventId", named(id))));
            }
        }
        let members: BTreeMap<_, _> = members.into_iter().map(|(name, value)| (name.into(), value)).collect();
        Value::Map([("unmasked".into(), Value::Map(members))].into())
    }
}
