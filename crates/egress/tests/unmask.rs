//! Does a log event show what stood behind its masks to whoever holds the permit, and to nobody else?

#![cfg(test)]
#![expect(clippy::disallowed_methods, reason = "canary data, and policies and proofs of a test")]

use sotto_arn::{AccountId, Action, Partition};
use sotto_egress::{EgressError, Rendered, Shown, stored_text, unmasked_event};
use sotto_iam::{
    Context, PERMIT_SECONDS_MAX, PermitError, PolicyRecord, PolicySnapshot, Principal, Request, Resource,
    Scoped, Unmask,
};
use sotto_kms::{DataKey, Entropy};
use sotto_protect::{
    Arrival, EventTimes, Opening, Protected, Protection, Scanners, Sealing, Settings, SpanKey, SpanKeyId,
    UnmaskScope, protect,
};
use sotto_public::{ChainId, EventId, IdentifierId, Place, Recorded};
use sotto_sensitive::{KeyBytes, RawText};
use std::time::{Duration, SystemTime};

const GROUP: &str = "arn:aws:logs:us-east-1:111122223333:log-group:canary:*";
const NOW: SystemTime = SystemTime::UNIX_EPOCH;
const TEXT: &str = "card 5424188205176639 cvv 123 ssn 28 1234567840";

struct Counter(u64);

impl Entropy for Counter {
    fn fill(&mut self, place: &mut [u8]) {
        for byte in place {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            *byte = (self.0 >> 56) as u8;
        }
    }
}

fn key(number: u64) -> SpanKey {
    SpanKey::new(SpanKeyId::new(number), DataKey::new(KeyBytes::copied(&[5; 32])).unwrap())
}

fn home() -> Place {
    Place::new("events").with(&"canary").with(&"stream")
}

fn event() -> Protected {
    let protection = Protection::last_resort(&Settings::default(), None, &Scanners::new()).unwrap();
    let (place, key, mut entropy) = (home(), key(1), Counter(1));
    let times = EventTimes { id: EventId::new(1, 0, 7), timestamp_ms: 1, ingestion_ms: 2 };
    let mut sealing = Sealing { key: &key, entropy: &mut entropy };
    let arrival = Arrival { home: &place, times };
    protect(RawText::new(TEXT.to_owned()), &arrival, &protection, &[], &mut sealing).unwrap().0
}

fn granted() -> (PolicySnapshot, Scoped<Unmask>) {
    let account = AccountId::parse("111122223333").unwrap();
    let resource = Resource::new(GROUP).of_account(&account);
    let principal = Principal::root(Partition::Aws, &account);
    let request = Request::new(principal, Action::parse("logs:Unmask").unwrap(), resource, Context::at(NOW));
    let known = PolicyRecord::Account { id: account, management: true, scps: vec![], rcps: vec![] };
    let snapshot = PolicySnapshot::from_pinned_records(1, [known]).unwrap();
    let scoped = snapshot.authorize_parts::<Unmask>(request, NOW).unwrap();
    (snapshot, scoped)
}

fn shown(opening: &Opening<'_>, key: &SpanKey, scope: &UnmaskScope) -> Result<String, EgressError> {
    let recorded = Recorded::from_pinned_commit(ChainId::new(1), 1, 1);
    let (snapshot, scoped) = granted();
    let reach = snapshot.reach(&scoped).unwrap();
    unmasked_event(&event(), (&reach, &recorded), opening, key, scope).map(|rendered| text(&rendered))
}

fn text(rendered: &Rendered) -> String {
    match rendered.shown() {
        Shown::Text(text) => text.to_string(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn masks_are_shown_without_a_permit_and_what_stood_there_with_one() {
    let place = home();
    let here = Opening { home: &place, resource: GROUP, epoch: 1, now: NOW };
    let all = UnmaskScope::all();
    let masked = text(&stored_text(event().stored()));
    assert!(masked.starts_with("card **************** cvv *** ssn "), "{masked}");
    let seen = shown(&here, &key(1), &all).unwrap();
    assert_eq!(seen, TEXT.replace("cvv 123", "cvv ***"), "a card security code left no original");
    let cards = UnmaskScope::all().of_identifiers([IdentifierId::new("CreditCardNumber").unwrap()]);
    assert!(shown(&here, &key(1), &cards).unwrap().starts_with("card 5424188205176639 cvv *** ssn "));
    assert_eq!(shown(&here, &key(2), &all).unwrap(), masked, "the key is gone");
}

#[test]
fn a_permit_that_does_not_hold_here_and_now_shows_nothing() {
    let (place, elsewhere) = (home(), Place::new("events").with(&"canary").with(&"other"));
    let here = Opening { home: &place, resource: GROUP, epoch: 1, now: NOW };
    let another = "arn:aws:logs:us-east-1:111122223333:log-group:other:*";
    let late = NOW + Duration::from_secs(PERMIT_SECONDS_MAX + 1);
    for (opening, error) in [
        (Opening { resource: another, ..here }, EgressError::Permit(PermitError::Resource)),
        (Opening { epoch: 2, ..here }, EgressError::Permit(PermitError::Epoch { given: 1, now: 2 })),
        (Opening { now: late, ..here }, EgressError::Permit(PermitError::Expired)),
        (Opening { home: &elsewhere, ..here }, EgressError::Damaged),
    ] {
        assert_eq!(shown(&opening, &key(1), &UnmaskScope::all()).err(), Some(error));
    }
}
