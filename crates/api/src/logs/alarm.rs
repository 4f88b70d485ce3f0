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

    /// Findings in a group; queued with the events. Others are silent for a while from now on; if the events do not become durable,
    /// nobody was told, and the next findings are.
    pub(super) fn findings(
        &self,
        (group, arn): (Uid, &Public<String>),
        findings: &[Findings],
        (number, now): (u128, Millis),
        also: &mut Batch,
    ) -> Option<Told<'_>> {
        let to = self.to.as_ref().filter(|_| findings.iter().any(|found| !found.is_empty()))?;
        let told = self.silence(group, now)?;
        let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
        for ((identifier, _), count) in findings.iter().flat_map(Findings::counts) {
            *counts.entry(identifier.as_str()).or_default() += count;
        }
        let words = serde_json::json!({"type": "findings", "time": now.0, "resourceArn": arn.get(), "counts": counts});
        queue(to, number, now, &words, also);
        Some(told)
    }

    /// Takes the right to tell of a group; nobody else has it for a while.
    fn silence(&self, group: Uid, now: Millis) -> Option<Told<'_>> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let is_silent = |last: &Millis| now.0 < last.0.saturating_add(FINDINGS_PAUSE_MS);
        if last.get(&group).is_some_and(is_silent) {
            return None;
        }
        if last.len() >= GROUPS_MAX {
            last.retain(|_, last| is_silent(&*last));
        }
        // More groups than that with findings in one minute: those that come on top are told each time.
        if last.len() < GROUPS_MAX {
            last.insert(group, now);
        }
        Some(Told { alarm: self, group, now, is_durable: false })
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

/// An alarm that was queued with events. Dropped before they are durable it never was.
pub(super) struct Told<'a> {
    alarm: &'a Alarm,
    group: Uid,
    now: Millis,
    is_durable: bool,
}

impl Told<'_> {
    /// The events are there, and the alarm with them.
    pub(super) fn became_durable(mut self) {
        self.is_durable = true;
    }
}

impl Drop for Told<'_> {
    fn drop(&mut self) {
        let mut last = self.alarm.last.lock().unwrap_or_else(PoisonError::into_inner);
        if !self.is_durable && last.get(&self.group) == Some(&self.now) {
            last.remove(&self.group);
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "names, counts and types of an alarm")]
fn queue(to: &Destination, number: u128, now: Millis, told: &serde_json::Value, also: &mut Batch) {
    let text = StoredText::from_pinned_text(TextKind::Masked, told.to_string());
    let millis = u64::try_from(now.0).unwrap_or_default();
    let line = Delivered { id: EventId::new(millis, 0, number), at_ms: now.0, text };
    let (destination, content) = (to.clone(), Content::Line("alarm".into(), line));
    let parcel = Parcel { account: None, destination, queued_ms: millis, content };
    Outbox::put(also, &Lane::of(&[&"alarm"]), number, &parcel);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_told_of_once_a_minute_and_again_when_nothing_became_durable() {
        let alarm = Alarm::new(None);
        let (one, other) = (Uid::new([1; 16]), Uid::new([2; 16]));
        let told = |group, at| alarm.silence(group, Millis(at)).map(Told::became_durable).is_some();
        assert!(told(one, 0) && told(other, 0));
        assert!(!told(one, FINDINGS_PAUSE_MS - 1) && told(one, FINDINGS_PAUSE_MS));
        let at = FINDINGS_PAUSE_MS * 3;
        let lost = alarm.silence(one, Millis(at));
        assert!(lost.is_some() && !told(one, at + 1), "while it is being written nobody else tells");
        drop(lost);
        assert!(told(one, at + 2), "it was never told");
    }

    #[test]
    fn groups_that_are_silent_long_enough_make_room() {
        let alarm = Alarm::new(None);
        let group = |n: usize| Uid::new((n as u128).to_be_bytes());
        for n in 0..GROUPS_MAX {
            assert!(alarm.silence(group(n), Millis(0)).map(Told::became_durable).is_some());
        }
        assert!(alarm.silence(group(GROUPS_MAX), Millis(1)).map(Told::became_durable).is_some());
        assert!(alarm.silence(group(0), Millis(1)).is_none(), "the pause of others still holds");
        assert!(
            alarm.silence(group(GROUPS_MAX), Millis(FINDINGS_PAUSE_MS)).map(Told::became_durable).is_some()
        );
        assert_eq!(alarm.last.lock().unwrap().len(), 1);
    }
}
