//! How are events shown, masked or not? Without being asked for more, as they are stored. With `unmask` as they came, for a
//! permit of its own, and once the trail says which events and types are seen.
//!
//! Who asks without the right is refused, not silently shown masks: a reader must know what it has. The permit is for the
//! group, whatever the read was for (Service Authorization Reference: `logs:Unmask` is an action on a group).

use super::keys::ring;
use super::{Meant, fault};
use crate::call::{Ask, Call, internal};
use sotto_egress::{Rendered, stored_text, unmasked_event};
use sotto_iam::{Permit, Unmask};
use sotto_logs::{FoundEvent, LogsError, stream_place};
use sotto_protect::{Opening, Protected, UnmaskScope};
use sotto_public::{EventId, IdentifierId, Public};
use sotto_trail::Value;
use sotto_wire::Fault;
use std::collections::{BTreeMap, BTreeSet};

/// Events whose ids stand in the record of an unmask; a page that holds more says their number, its first and its last one.
const EVENTS_NAMED_MAX: usize = 1_000;

/// The right to see a group's events as they came.
pub(super) struct Right {
    permit: Permit<Unmask>,
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
    let resource = meant.resource(call);
    let name = resource.arn().to_owned();
    let permit = call.authorize_as::<Unmask>(Ask::new("logs:Unmask").on(resource))?;
    Ok(Right { permit, resource: name })
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
    let scope = UnmaskScope::all();
    let (mut ids, mut types, mut told_to, mut rings) = (Vec::new(), BTreeSet::new(), Vec::new(), Vec::new());
    for OfGroup { meant, events, .. } in &of_groups {
        let (of_group, types_of_group) = seen(&scope, events);
        let group = meant.entry(call)?.group.uid;
        let keys: BTreeSet<_> = events.iter().flat_map(|found| found.originals.keys()).collect();
        rings.push((group, ring(call.api, meant, group, &keys).await?));
        meant.note(call);
        told_to.push((crate::record::configured(&meant.arn()), of_group.len(), types_of_group.clone()));
        ids.extend(of_group);
        types.extend(types_of_group);
    }
    call.notes.response = told(&ids, &types);
    call.record().await?;
    for (arn, events, types) in told_to.iter().filter(|(_, events, _)| *events > 0) {
        let types: Vec<_> = types.iter().collect();
        call.api.logs.alarm().unmask(call, arn, (*events, &types)).await?;
    }
    let (api, epoch) = (call.api, call.snapshot().policies.epoch());
    let recorded = call.notes.recorded.as_ref().ok_or_else(internal)?;
    let mut shown = Vec::new();
    for (OfGroup { meant, right, events }, (group, ring)) in of_groups.into_iter().zip(rings) {
        let show = |found: FoundEvent| {
            let joined = Protected::join(found.event.clone(), found.originals.clone());
            let protected = joined.map_err(|error| fault(LogsError::Damaged(error)))?;
            let home = stream_place(&meant.scope, group, found.stream);
            let opening = Opening { home: &home, resource: &right.resource, epoch, now: api.now() };
            let text = unmasked_event(&protected, (&right.permit, recorded), &opening, &ring, &scope);
            Ok((found, text.map_err(|_| internal())?))
        };
        shown.push(events.into_iter().map(show).collect::<Result<_, Fault>>()?);
    }
    Ok(shown)
}

/// Events in which something is seen, and of which types it is.
fn seen(scope: &UnmaskScope, events: &[FoundEvent]) -> (Vec<EventId>, BTreeSet<IdentifierId>) {
    let (mut ids, mut types) = (Vec::new(), BTreeSet::new());
    for found in events {
        let seen = scope.types_in(&found.event);
        if !seen.is_empty() {
            ids.push(found.event.id());
        }
        types.extend(seen.into_iter().cloned());
    }
    (ids, types)
}

/// What the record says.
fn told(ids: &[EventId], types: &BTreeSet<IdentifierId>) -> Value {
    let named = |id: &EventId| Value::Text(Public::named(id));
    let kinds = types.iter().map(|kind| Value::Text(Public::named(kind))).collect();
    let mut members = vec![
        ("eventCount", Value::Integer(i64::try_from(ids.len()).unwrap_or(i64::MAX))),
        ("identifierTypes", Value::List(kinds)),
    ];
    match ids.len() {
        0..=EVENTS_NAMED_MAX => members.push(("eventIds", Value::List(ids.iter().map(named).collect()))),
        _ => {
            members.extend(ids.first().map(|id| ("firstEventId", named(id))));
            members.extend(ids.last().map(|id| ("lastEventId", named(id))));
        }
    }
    let members: BTreeMap<_, _> = members.into_iter().map(|(name, value)| (name.into(), value)).collect();
    Value::Map([("unmasked".into(), Value::Map(members))].into())
}
