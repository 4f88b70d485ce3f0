//! Who hears at once of findings and unmasks? Whoever the operator named: an HTTP endpoint, a file or a syslog receiver.
//!
//! Every unmask is told, before anything is shown; findings once a minute and group at most, since a burst of them says no more
//! than the first. What is told are names, counts and types, never a value.

use crate::call::{Call, internal, unavailable};
use sotto_deliver::{Content, Delivered, Destination, Lane, Outbox, Parcel};
use sotto_logs::{Millis, Uid};
use sotto_protect::{Findings, StoredText, TextKind};
use sotto_public::{EventId, IdentifierId, Public};
use sotto_storage::Batch;
use sotto_wire::Fault;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};

/// Between two alarms about findings in one group.
const FINDINGS_PAUSE_MS: i64 = 60_000;
/// Groups whose last alarm is remembered.
const GROUPS_MAX: usize = 10_000;

/// The alarm.
pub(crate) struct Alarm {
    to: Option<Destination>,
    last: Mutex<HashMap<Uid, Millis>>,
}

impl Alarm {
    /// To a destination, or to nobody.
    pub(super) fn new(to: Option<Destination>) -> Self {
        Self { to, last: Mutex::default() }
    }

    /// Findings in a group; queued with the events.
    pub(super) fn findings(
        &self,
        (group, arn): (Uid, &Public<String>),
        findings: &[Findings],
        (number, now): (u128, Millis),
        also: &mut Batch,
    ) {
        let Some(to) = self.to.as_ref().filter(|_| findings.iter().any(|found| !found.is_empty())) else {
            return;
        };
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.get(&group).is_some_and(|last| now.0 < last.0 + FINDINGS_PAUSE_MS) {
            return;
        }
        if last.len() >= GROUPS_MAX {
            last.clear();
        }
        last.insert(group, now);
        drop(last);
        let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
        for ((identifier, _), count) in findings.iter().flat_map(Findings::counts) {
            *counts.entry(identifier.as_str()).or_default() += count;
        }
        let told = serde_json::json!({"type": "findings", "time": now.0, "resourceArn": arn.get(), "counts": counts});
        queue(to, number, now, &told, also);
    }

    /// An unmask that is about to be shown.
    pub(super) async fn unmask(
        &self,
        call: &Call<'_>,
        arn: &Public<String>,
        (events, types): (usize, &[&IdentifierId]),
    ) -> Result<(), Fault> {
        let Some(to) = &self.to else { return Ok(()) };
        let (now, principal) = (super::now(call), call.sieve.shown(call.caller().arn()));
        let types: Vec<_> = types.iter().map(|kind| kind.as_str()).collect();
        let told = serde_json::json!({
            "type": "unmask", "time": now.0, "resourceArn": arn.get(), "principal": principal.get(),
            "requestId": call.request_id().to_string(), "eventCount": events, "identifierTypes": types,
        });
        let random = u64::from_be_bytes(call.draw().bytes());
        let number = u128::from(u64::try_from(now.0).map_err(|_| internal())?) << 64 | u128::from(random);
        let mut batch = Batch::new();
        queue(to, number, now, &told, &mut batch);
        call.api.store.commit(batch).await.map(|_| ()).map_err(|error| unavailable(&error))
    }
}

#[expect(clippy::disallowed_methods, reason = "names, counts and types of an alarm")]
fn queue(to: &Destination, number: u128, now: Millis, told: &serde_json::Value, also: &mut Batch) {
    let text = StoredText::from_pinned_text(TextKind::Masked, told.to_string());
    let millis = u64::try_from(now.0).unwrap_or_default();
    let line = Delivered { id: EventId::new(millis, 0, number), at_ms: now.0, text };
    let parcel =
        Parcel { destination: to.clone(), queued_ms: millis, content: Content::Line("alarm".into(), line) };
    Outbox::put(also, &Lane::of(&[&"alarm"]), number, &parcel);
}
