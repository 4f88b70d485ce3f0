//! Does everything that arrives come back for whoever may see it, and stay away from whoever may not? Inputs are mixtures of
//! the identifiers' own examples, structure and other scripts; policies look for all managed identifiers.

#![cfg(test)]
#![expect(clippy::disallowed_methods, reason = "canary data is compared")]

#[path = "arrival/claims.rs"]
mod claims;

use proptest::prelude::*;
use sotto_arn::{AccountId, Action, Partition, PrincipalArn};
use sotto_detect::catalog;
use sotto_iam::{
    Context, DocumentRecord, PolicyRecord, PolicySnapshot, Principal, Request, Resource, Scoped, Unmask,
};
use sotto_kms::{DataKey, Entropy};
use sotto_protect::policy::{DataProtectionPolicy, EffectivePolicy, ManagedIds};
use sotto_protect::{
    Arrival, EventTimes, Findings, Opened, Opening, ProtectError, Protected, Protection, Replacement,
    Scanners, Scope, ScopeKind, Sealing, Settings, SpanKey, SpanKeyId, SpanKeys, TextKind, TokenKey, Tokens,
    UnmaskScope, protect,
};
use sotto_public::{ChainId, EventId, IdentifierId, Place, Public, Recorded, RestingText, Stored};
use sotto_sensitive::{KeyBytes, RawText};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, SystemTime};
use zeroize::Zeroizing;

const GROUP: &str = "arn:aws:logs:us-east-1:111122223333:log-group:canary:*";
const NOW: SystemTime = SystemTime::UNIX_EPOCH;
const CARD: &str = "5424188205176639";

struct Counter(u64);

impl Entropy for Counter {
    fn fill(&mut self, place: &mut [u8]) {
        for byte in place {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            *byte = (self.0 >> 56) as u8;
        }
    }
}

fn ids() -> ManagedIds {
    ManagedIds::new(catalog::all().iter().filter(|file| file.aws).map(|file| file.id.as_str()))
}

/// A policy that looks for these, managed ones by id, and for the custom ones that are given with a pattern.
fn policy(managed: &[&str], customs: &[(&str, &str)]) -> DataProtectionPolicy {
    let arns = managed.iter().map(|id| format!("\"arn:aws:dataprotection::aws:data-identifier/{id}\""));
    let list: Vec<String> = arns.chain(customs.iter().map(|(name, _)| format!("{name:?}"))).collect();
    let defined: Vec<String> =
        customs.iter().map(|(name, regex)| format!("{{\"Name\":{name:?},\"Regex\":{regex:?}}}")).collect();
    let (list, defined) = (list.join(","), defined.join(","));
    let text = format!(
        "{{\"Name\":\"p\",\"Version\":\"2021-06-01\",\"Configuration\":{{\"CustomDataIdentifier\":[{defined}]}},\
         \"Statement\":[{{\"DataIdentifier\":[{list}],\"Operation\":{{\"Audit\":{{\"FindingsDestination\":{{}}}}}}}},\
         {{\"DataIdentifier\":[{list}],\"Operation\":{{\"Deidentify\":{{\"MaskConfig\":{{}}}}}}}}]}}"
    );
    DataProtectionPolicy::parse(&text, &ids()).unwrap_or_else(|errors| panic!("{errors:?}"))
}

fn everything() -> DataProtectionPolicy {
    policy(
        &catalog::all().iter().filter(|file| file.aws).map(|file| file.id.as_str()).collect::<Vec<_>>(),
        &[],
    )
}

fn tokens() -> Tokens {
    let key = TokenKey::new(Zeroizing::new((0..32).collect())).unwrap();
    Tokens { key: Arc::new(key), scope: Scope::new(ScopeKind::Group, "canary").unwrap() }
}

static SCANNERS: LazyLock<Scanners> = LazyLock::new(Scanners::new);

fn compiled(
    account: Option<DataProtectionPolicy>,
    group: Option<DataProtectionPolicy>,
    settings: &Settings,
) -> Protection {
    let policies = EffectivePolicy::merge(account, group);
    Protection::compile(&policies, settings, Some(&tokens()), &SCANNERS).unwrap()
}

fn of(managed: &[&str]) -> Protection {
    compiled(None, Some(policy(managed, &[])), &Settings::default())
}

fn key(number: u64) -> SpanKey {
    let bytes = KeyBytes::copied(&[number as u8 + 1; 32]);
    SpanKey::new(SpanKeyId::new(number), DataKey::new(bytes).unwrap())
}

fn home() -> Place {
    Place::new("events").with(&"111122223333").with(&"us-east-1").with(&"canary").with(&"stream")
}

fn times() -> EventTimes {
    EventTimes {
        id: EventId::new(1_700_000_000_000, 1, 7),
        timestamp_ms: 1_700_000_000_000,
        ingestion_ms: 1_700_000_000_050,
    }
}

fn put(text: &str, protection: &Protection) -> (Protected, Findings) {
    let (place, key, mut entropy) = (home(), key(3), Counter(1));
    let arrival = Arrival { home: &place, times: times() };
    let mut sealing = Sealing { key: &key, entropy: &mut entropy };
    protect(RawText::new(text.to_owned()), &arrival, protection, &[], &mut sealing).unwrap()
}

/// What an account's root may see of a group, with what decides it.
fn granted(resource: &str) -> (PolicySnapshot, Scoped<Unmask>) {
    let account = AccountId::parse("111122223333").unwrap();
    let principal = Principal::root(Partition::Aws, &account);
    let known = PolicyRecord::Account { id: account, management: true, scps: vec![], rcps: vec![] };
    asked(principal, resource, vec![known], NOW).unwrap()
}

fn asked(
    principal: Principal,
    resource: &str,
    policies: Vec<PolicyRecord>,
    now: SystemTime,
) -> Option<(PolicySnapshot, Scoped<Unmask>)> {
    let account = AccountId::parse("111122223333").unwrap();
    let resource = Resource::new(resource).of_account(&account);
    let request = Request::new(principal, Action::parse("logs:Unmask").unwrap(), resource, Context::at(now));
    let snapshot = PolicySnapshot::from_pinned_records(1, policies).unwrap();
    let scoped = snapshot.authorize_parts::<Unmask>(request, now).ok()?;
    Some((snapshot, scoped))
}

fn recorded() -> Recorded {
    Recorded::from_pinned_commit(ChainId::new(1), 1, 1)
}

fn open_with(
    event: &Protected,
    keys: &(impl SpanKeys + ?Sized),
    scope: &UnmaskScope,
) -> Result<Opened, ProtectError> {
    let place = home();
    let opening = Opening { home: &place, resource: GROUP, epoch: 1, now: NOW };
    let (snapshot, scoped) = granted(GROUP);
    event.open(&snapshot.reach(&scoped).unwrap(), &recorded(), &opening, keys, scope)
}

fn opened(event: &Protected) -> String {
    open_with(event, &key(3), &UnmaskScope::all()).unwrap().text.expose().to_owned()
}

fn stored(event: &Protected) -> &str {
    event.stored().as_str()
}

fn id(name: &str) -> IdentifierId {
    IdentifierId::new(name).unwrap()
}

#[test]
fn a_card_is_masked_sealed_and_opened() {
    let text = format!("é card {CARD} by ann@example.com");
    let (event, findings) = put(&text, &of(&["CreditCardNumber", "EmailAddress"]));
    assert_eq!(stored(&event), "é card **************** by ***************");
    assert_eq!((event.stored().kind(), event.originals().count()), (TextKind::Masked, 2));
    let found: Vec<_> = findings
        .iter()
        .map(|found| (found.identifier.as_str(), found.chars.start(), found.chars.end()))
        .collect();
    assert_eq!(found, [("CreditCardNumber", 7, 23), ("EmailAddress", 27, 42)]);
    let [card, mail] = event.event().marks() else { panic!() };
    assert_eq!(
        (card.raw.start(), card.raw_chars.start(), mail.masked.start(), mail.masked_chars.start()),
        (8, 7, 28, 27)
    );
    assert_eq!(opened(&event), text);
    let bytes = Stored::of(&event);
    assert!(!bytes.as_bytes().windows(16).any(|window| window == CARD.as_bytes()));
    assert_eq!(bytes.read::<Protected>(), Ok(event));
}

#[test]
fn without_a_policy_text_is_kept_as_it_came_and_says_so() {
    let text = format!("card {CARD}");
    let (event, findings) = put(&text, &Protection::none());
    assert_eq!((stored(&event), event.stored().kind()), (text.as_str(), TextKind::Unprotected));
    assert!(findings.is_empty() && event.event().marks().is_empty());
    let default = Protection::last_resort(&Settings::default(), None, &SCANNERS).unwrap();
    let (event, _) = put(&text, &default);
    assert_eq!(stored(&event), "card ****************");
    let (event, _) = put("ann@example.com at 192.0.2.7", &default);
    assert_eq!(stored(&event), "ann@example.com at 192.0.2.7", "a policy that somebody chose finds these");
}

#[test]
fn account_and_group_add_up() {
    let account = policy(&["EmailAddress"], &[("Badge", "B-[0-9]{4}")]);
    let group = policy(&["CreditCardNumber"], &[("Badge", "X-[0-9]{4}")]);
    let both = compiled(Some(account), Some(group), &Settings::default());
    let (event, findings) = put(&format!("B-1234 X-4321 ann@example.com card {CARD}"), &both);
    assert_eq!(stored(&event), "****** ****** *************** card ****************");
    let [for_account, for_group] = both.audits() else { panic!() };
    let concerned = |text: &str| {
        let (_, findings) = put(text, &both);
        (findings.concern(for_account), findings.concern(for_group))
    };
    assert_eq!(concerned("ann@example.com"), (true, false));
    assert_eq!(concerned(&format!("card {CARD}")), (false, true));
    assert_eq!(findings.counts().values().sum::<u64>(), 4);
}

#[test]
fn json_stays_json() {
    let text = format!(r#"{{"card": {CARD}, "note": "card {CARD}", "card no": [{CARD}]}}"#);
    let (event, _) = put(&text, &of(&["CreditCardNumber"]));
    let json: serde_json::Value = serde_json::from_str(stored(&event)).unwrap();
    assert_eq!(json["card"], "*".repeat(16));
    assert!(!stored(&event).contains("5424"));
    assert_eq!(opened(&event), text);
    let field = event.event().masked_field().unwrap();
    assert!(field.as_str().contains(r#""type":"CreditCardNumber""#));
}

#[test]
fn card_codes_are_kept_for_issuers_only() {
    let text = format!("card {CARD} cvv 123 exp 12/29");
    let (event, findings) = put(&text, &of(&["CreditCardNumber", "CreditCardSecurityCode"]));
    assert_eq!(stored(&event), "card **************** cvv *** exp 12/29");
    assert!(findings.iter().any(|found| found.discarded && found.identifier == id("CreditCardSecurityCode")));
    let seen = open_with(&event, &key(3), &UnmaskScope::all()).unwrap();
    assert_eq!(seen.text.expose(), format!("card {CARD} cvv *** exp 12/29"));
    assert_eq!((seen.discarded, seen.withheld, seen.erased), (1, 0, 0));
    assert_eq!(seen.seen.into_iter().collect::<Vec<_>>(), [id("CreditCardNumber")]);
    let settings = Settings { keep_card_codes: true, ..Settings::default() };
    let issuer = compiled(None, Some(policy(&["CreditCardSecurityCode"], &[])), &settings);
    assert_eq!(opened(&put(&text, &issuer).0), text);
    let pins = policy(&[], &[("PinBlock", "PIN=[0-9A-F]{16}"), ("Pinyin", "PY[0-9]{4}")]);
    let (event, _) = put("PIN=0412AC89ABCDEF67 PY1234", &compiled(None, Some(pins), &Settings::default()));
    assert_eq!(opened(&event), "******************** PY1234", "only custom identifiers know PINs");
}

#[test]
fn styles_are_chosen_by_identifier() {
    let named = [
        ("CreditCardNumber", Replacement::LastFour),
        ("EmailAddress", Replacement::Label),
        ("Ssn-US", Replacement::Token),
    ];
    let settings = Settings {
        replacements: named.map(|(name, replacement)| (id(name), replacement)).into(),
        ..Settings::default()
    };
    let group = || Some(policy(&["CreditCardNumber", "EmailAddress", "Ssn-US", "IpAddress"], &[]));
    let text = format!("card {CARD} ssn 219-09-9999 ann@example.com 192.0.2.7");
    let (event, _) = put(&text, &compiled(None, group(), &settings));
    let shown = stored(&event);
    assert!(shown.starts_with("card ************6639 ssn [Ssn-US:t1g:"), "{shown}");
    assert!(shown.ends_with("] [EmailAddress] *********"), "{shown}");
    assert_eq!(opened(&event), text);
    let refused = Protection::compile(&EffectivePolicy::merge(None, group()), &settings, None, &SCANNERS);
    assert_eq!(refused.unwrap_err(), ProtectError::NoTokenKey);
}

#[test]
#[expect(clippy::disallowed_methods, reason = "paths of a test")]
fn fields_may_be_left_out_or_looked_at_alone() {
    let path = |path: &str| vec![RestingText::from_pinned_text(path.to_owned())];
    let text = format!(r#"{{"safe":"card {CARD}","user":{{"note":"card {CARD}"}}}}"#);
    let check = |settings: Settings, masked: usize| {
        let (event, _) = put(&text, &compiled(None, Some(policy(&["CreditCardNumber"], &[])), &settings));
        assert_eq!(event.event().marks().len(), masked);
    };
    check(Settings { fields_without: path("safe"), ..Settings::default() }, 1);
    check(Settings { fields_only: path("user.note"), ..Settings::default() }, 1);
    check(Settings::default(), 2);
}

#[test]
fn a_scope_shows_no_more_than_it_names() {
    let text = format!(r#"{{"card":"card {CARD}","user":{{"mail":"ann@example.com"}},"ip":"192.0.2.7"}}"#);
    let (event, _) = put(&text, &of(&["CreditCardNumber", "EmailAddress", "IpAddress"]));
    let check = |scope: UnmaskScope, shown: [bool; 3]| {
        let seen = open_with(&event, &key(3), &scope).unwrap();
        let values = [CARD, "ann@example.com", "192.0.2.7"];
        assert_eq!(values.map(|value| seen.text.expose().contains(value)), shown, "{scope:?}");
        let (snapshot, scoped) = granted(GROUP);
        let types = scope.types_in(event.event(), &snapshot.reach(&scoped).unwrap());
        assert_eq!(types.seen.len() + types.kept.len(), 3);
        let types: Vec<_> = types.seen.into_iter().cloned().collect();
        assert_eq!(types, seen.seen.iter().cloned().collect::<Vec<_>>(), "the record says what is seen");
        assert_eq!(seen.withheld, shown.iter().filter(|shown| !**shown).count());
    };
    check(UnmaskScope::all(), [true, true, true]);
    check(UnmaskScope::all().of_identifiers([id("EmailAddress")]), [false, true, false]);
    check(UnmaskScope::all().of_identifiers([]), [false, false, false]);
    check(UnmaskScope::all().in_fields(&["user.mail"]).unwrap(), [false, true, false]);
    check(UnmaskScope::all().in_fields(&["user", "ip"]).unwrap(), [false, true, true]);
    let at = times().timestamp_ms;
    check(UnmaskScope::all().between(at..=at), [true, true, true]);
    check(UnmaskScope::all().between(at + 1..=i64::MAX), [false, false, false]);
    check(UnmaskScope::all().between(i64::MIN..=at - 1), [false, false, false]);
}

/// Ten minutes after the event.
fn later() -> SystemTime {
    NOW + Duration::from_secs(1_700_000_600)
}

/// Which values Ana may see by a policy with these statements; `None` when she is refused at once.
fn seen_by(statements: &str, event: &Protected) -> Option<[bool; 3]> {
    let ana = PrincipalArn::parse("arn:aws:iam::111122223333:user/Ana").unwrap();
    let text = |text: &str| Public::from_pinned_text(text.to_owned());
    let document = text(&format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#));
    let policies = vec![DocumentRecord { name: text("p"), arn: None, text: document }];
    let user = PolicyRecord::User {
        arn: ana.clone(),
        unique_id: text("AIDAEXAMPLEUSER12345"),
        policies,
        groups: vec![],
        boundary: None,
    };
    let account = AccountId::parse("111122223333").unwrap();
    let known = PolicyRecord::Account { id: account, management: true, scps: vec![], rcps: vec![] };
    let (snapshot, scoped) = asked(Principal::user(&ana).unwrap(), GROUP, vec![known, user], later())?;
    let (reach, scope, place) = (snapshot.reach(&scoped).unwrap(), UnmaskScope::all(), home());
    let opening = Opening { home: &place, resource: GROUP, epoch: 1, now: later() };
    let opened = event.open(&reach, &recorded(), &opening, &key(3), &scope).unwrap();
    let types = scope.types_in(event.event(), &reach);
    assert_eq!(types.seen.into_iter().cloned().collect::<Vec<_>>(), Vec::from_iter(opened.seen));
    Some([CARD, "ann@example.com", "192.0.2.7"].map(|value| opened.text.expose().contains(value)))
}

#[test]
fn policies_decide_each_masked_value_by_itself() {
    let text = format!(r#"{{"card":"card {CARD}","user":{{"mail":"ann@example.com"}},"ip":"192.0.2.7"}}"#);
    let (event, _) = put(&text, &of(&["CreditCardNumber", "EmailAddress", "IpAddress"]));
    let allow = r#"{"Effect":"Allow","Action":"logs:*","Resource":"*"}"#;
    let check = |statements: &str, wanted: Option<[bool; 3]>| {
        assert_eq!(seen_by(statements, &event), wanted, "{statements}");
    };
    let (all, none) = (Some([true; 3]), Some([false; 3]));
    let denied = |condition: &str| {
        format!(
            r#"{allow},{{"Effect":"Deny","Action":"logs:Unmask","Resource":"*","Condition":{condition}}}"#
        )
    };
    let allowed = |condition: &str| {
        format!(r#"{{"Effect":"Allow","Action":"logs:Unmask","Resource":"*","Condition":{condition}}}"#)
    };
    check(allow, all);
    check(r#"{"Effect":"Allow","Action":"logs:Get*","Resource":"*"}"#, None);
    check(
        &denied(r#"{"StringEquals":{"sotto:IdentifierType":"CreditCardNumber"}}"#),
        Some([false, true, true]),
    );
    let two = r#"{"ForAnyValue:StringLike":{"sotto:identifiertype":["Credit*","IpAddress"]}}"#;
    check(&denied(two), Some([false, true, false]));
    check(
        &denied(r#"{"StringNotEquals":{"sotto:IdentifierType":"EmailAddress"}}"#),
        Some([false, true, false]),
    );
    check(&denied(r#"{"Null":{"sotto:IdentifierType":"true"}}"#), all);
    check(&denied(r#"{"Null":{"sotto:IdentifierType":"false"}}"#), none);
    check(&denied(r#"{"StringEquals":{"aws:PrincipalArn":"x","sotto:IdentifierType":"IpAddress"}}"#), all);
    check(&format!(r#"{allow},{{"Effect":"Deny","Action":"logs:Unmask","Resource":"*"}}"#), None);
    check(
        &allowed(r#"{"StringEquals":{"sotto:IdentifierType":"EmailAddress"}}"#),
        Some([false, true, false]),
    );
    check(
        &allowed(r#"{"StringEquals":{"aws:PrincipalArn":"x","sotto:IdentifierType":"EmailAddress"}}"#),
        None,
    );
    check(&allowed(r#"{"StringLike":{"sotto:FieldPath":"user.*"}}"#), Some([false, true, false]));
    check(&denied(r#"{"StringEquals":{"sotto:FieldPath":"ip"}}"#), Some([true, true, false]));
    // Both must agree, though no value satisfies both.
    let neither = format!(
        "{},{}",
        allowed(r#"{"StringEquals":{"sotto:IdentifierType":"IpAddress"}}"#),
        r#"{"Effect":"Deny","Action":"logs:Unmask","Resource":"*","Condition":{"StringEquals":{"sotto:FieldPath":"ip"}}}"#
    );
    check(&neither, none);
    check(&denied(r#"{"NumericGreaterThan":{"sotto:EventAge":"600"}}"#), all);
    check(&denied(r#"{"NumericGreaterThanEquals":{"sotto:EventAge":"600"}}"#), none);
    check(&allowed(r#"{"DateLessThan":{"sotto:EventTime":"2023-11-14T22:13:20Z"}}"#), none);
    check(&allowed(r#"{"DateLessThanEquals":{"sotto:EventTime":"2023-11-14T22:13:20Z"}}"#), all);
    // A reason that nobody stated is no value of the request.
    check(&denied(r#"{"Null":{"sotto:Reason":"true"}}"#), None);
}

#[test]
fn a_field_that_cannot_be_told_stays_masked_for_whoever_is_refused_fields() {
    let text =
        format!(r#"{{"n":NaN,"card":"card {CARD}","user":{{"mail":"ann@example.com"}},"ip":"192.0.2.7"}}"#);
    let (event, _) = put(&text, &of(&["CreditCardNumber", "EmailAddress", "IpAddress"]));
    let seen = |condition: &str| {
        let allow = r#"{"Effect":"Allow","Action":"logs:*","Resource":"*"}"#;
        let deny = r#"{"Effect":"Deny","Action":"logs:Unmask","Resource":"*","Condition":"#;
        seen_by(&format!("{allow},{deny}{condition}}}"), &event)
    };
    assert_eq!(seen(r#"{"StringEquals":{"sotto:FieldPath":"ip"}}"#), Some([false; 3]));
    assert_eq!(seen(r#"{"StringEquals":{"sotto:IdentifierType":"IpAddress"}}"#), Some([true, true, false]));
}

#[test]
fn an_overlap_is_shown_to_those_who_may_see_all_of_it() {
    let text = format!("card number {CARD}");
    let group = policy(&["CreditCardNumber"], &[("Long", "[0-9]{14,}")]);
    let (event, findings) = put(&text, &compiled(None, Some(group), &Settings::default()));
    let [mark] = event.event().marks() else { panic!("{:?}", event.event().marks()) };
    assert_eq!(mark.others.len(), 1, "{mark:?}");
    assert_eq!(findings.iter().count(), 2, "each label is reported");
    let one = UnmaskScope::all().of_identifiers([id("CreditCardNumber")]);
    assert_eq!(open_with(&event, &key(3), &one).unwrap().withheld, 1);
    let both = UnmaskScope::all().of_identifiers([id("CreditCardNumber"), id("Long")]);
    assert_eq!(open_with(&event, &key(3), &both).unwrap().text.expose(), text);
}

#[test]
fn a_permit_holds_for_its_group_its_epoch_and_its_time() {
    let (event, _) = put(&format!("card {CARD}"), &of(&["CreditCardNumber"]));
    let (place, key, scope) = (home(), key(3), UnmaskScope::all());
    let right = Opening { home: &place, resource: GROUP, epoch: 1, now: NOW };
    let (snapshot, scoped) = granted(GROUP);
    let reach = snapshot.reach(&scoped).unwrap();
    let opens = |opening: &Opening<'_>| event.open(&reach, &recorded(), opening, &key, &scope);
    assert!(opens(&right).is_ok());
    for wrong in [
        Opening { resource: "arn:aws:logs:us-east-1:111122223333:log-group:other:*", ..right },
        Opening { epoch: 2, ..right },
        Opening { now: NOW + Duration::from_secs(3600), ..right },
    ] {
        assert!(matches!(opens(&wrong), Err(ProtectError::Permit(_))), "{wrong:?}");
    }
}

#[test]
fn originals_open_nowhere_else() {
    let protection = of(&["CreditCardNumber"]);
    let (event, _) = put(&format!("card {CARD}"), &protection);
    let elsewhere =
        Place::new("events").with(&"111122223333").with(&"us-east-1").with(&"canary").with(&"another");
    let opening = Opening { home: &elsewhere, resource: GROUP, epoch: 1, now: NOW };
    let (snapshot, scoped) = granted(GROUP);
    let reach = snapshot.reach(&scoped).unwrap();
    let moved = event.open(&reach, &recorded(), &opening, &key(3), &UnmaskScope::all());
    assert!(matches!(moved, Err(ProtectError::Key(_))));
    // The originals of one event beside the marks of another.
    let (place, span_key, mut entropy) = (home(), key(3), Counter(9));
    let other = EventTimes { id: EventId::new(1_700_000_000_000, 1, 8), ..times() };
    let arrival = Arrival { home: &place, times: other };
    let mut sealing = Sealing { key: &span_key, entropy: &mut entropy };
    let (other, _) =
        protect(RawText::new(format!("card {CARD}")), &arrival, &protection, &[], &mut sealing).unwrap();
    let spliced = Protected::join(other.event().clone(), event.originals().clone()).unwrap();
    assert!(matches!(open_with(&spliced, &key(3), &UnmaskScope::all()), Err(ProtectError::Key(_))));
    assert!(Protected::join(event.event().clone(), Default::default()).is_err(), "one original is missing");
    let erased = open_with(&event, &key(4), &UnmaskScope::all()).unwrap();
    assert_eq!((erased.text.expose(), erased.erased), ("card ****************", 1));
}

#[test]
fn errors_and_debug_hold_no_canary() {
    let (event, findings) = put(&format!("card {CARD}"), &of(&["CreditCardNumber"]));
    let seen = open_with(&event, &key(3), &UnmaskScope::all()).unwrap();
    let error = open_with(
        &event,
        &SpanKey::new(SpanKeyId::new(3), DataKey::new(KeyBytes::copied(&[9; 32])).unwrap()),
        &UnmaskScope::all(),
    );
    let shown = format!("{event:?} {findings:?} {seen:?} {error:?} {}", error.as_ref().err().unwrap());
    assert!(!shown.contains("5424"), "{shown}");
}

#[test]
fn damaged_records_are_errors_and_never_panics() {
    let text = format!("é card {CARD} cvv 123 ann@example.com");
    let (event, _) = put(&text, &of(&["CreditCardNumber", "EmailAddress", "CreditCardSecurityCode"]));
    let (bytes, wider) = (Stored::of(&event), of(&["CreditCardNumber", "IpAddress"]));
    for at in 0..bytes.as_bytes().len() {
        for flip in [0x01, 0x10, 0x7f, 0x80] {
            let mut changed = bytes.as_bytes().to_vec();
            changed[at] ^= flip;
            let Ok(read) = Stored::from_pinned_bytes(changed).read::<Protected>() else { continue };
            drop(open_with(&read, &key(3), &UnmaskScope::all()));
            drop(read.preview(&wider));
            let (place, key, mut entropy) = (home(), key(3), Counter(1));
            let mut sealing = Sealing { key: &key, entropy: &mut entropy };
            drop(read.protect_again(&place, &wider, &mut sealing));
        }
    }
}

fn again(event: &Protected, protection: &Protection, number: u64) -> Option<(Protected, Findings)> {
    let (place, key, mut entropy) = (home(), key(number), Counter(77));
    event.protect_again(&place, protection, &mut Sealing { key: &key, entropy: &mut entropy }).unwrap()
}

#[test]
fn a_new_policy_masks_what_is_stored_on_top_of_what_is_masked() {
    let text = format!("é ann@example.com card {CARD} ip 192.0.2.7 end");
    let (first, _) = put(&text, &of(&["CreditCardNumber"]));
    let wider = of(&["CreditCardNumber", "EmailAddress", "IpAddress"]);
    let preview = first.preview(&wider).unwrap();
    let (second, findings) = again(&first, &wider, 4).unwrap();
    assert_eq!(stored(&second), "é *************** card **************** ip ********* end");
    assert_eq!((preview.text.as_str(), preview.findings.iter().count()), (stored(&second), 2));
    assert_eq!(findings.iter().count(), 2, "what was masked before is not found again");
    let keys = [key(3), key(4)];
    let seen = open_with(&second, keys.as_slice(), &UnmaskScope::all()).unwrap();
    assert_eq!(seen.text.expose(), text);
    assert!(again(&second, &wider, 5).is_none() && second.preview(&wider).is_none(), "it is idempotent");
    assert!(again(&second, &Protection::none(), 5).is_none(), "no policy unmasks nothing");
    let settings = Settings { replacement: Replacement::Label, ..Settings::default() };
    let labelled = put(&text, &compiled(None, Some(policy(&["CreditCardNumber"], &[])), &settings)).0;
    let (relabelled, findings) = again(&labelled, &wider, 3).unwrap();
    assert_eq!(stored(&relabelled), "é *************** card [CreditCardNumber] ip ********* end");
    assert_eq!(opened(&relabelled), text);
    let places: Vec<_> = findings.iter().map(|found| (found.chars.start(), found.chars.end())).collect();
    assert_eq!(places, [(2, 17), (43, 52)], "places are those of the text that came");
    let (plain, _) = put(&text, &Protection::none());
    let (masked, _) = again(&plain, &wider, 3).unwrap();
    assert_eq!((stored(&masked), masked.stored().kind()), (stored(&second), TextKind::Masked));
    assert_eq!(opened(&masked), text);
}

static TEXTS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let files = catalog::all().iter();
    let mut texts: Vec<String> =
        files.flat_map(|file| file.examples.iter().map(|example| example.text.clone())).collect();
    texts.extend(
        ["é", "\u{1f600}", "{\"a\": ", "}", "[", "]", ", ", "\"", "\\", "\n", "card ", "ssn: "]
            .map(str::to_owned),
    );
    texts
});

fn mixture() -> impl Strategy<Value = String> {
    let part = any::<prop::sample::Index>().prop_map(|index| index.get(TEXTS.as_slice()).clone());
    prop::collection::vec(part, 1..6).prop_map(|parts| parts.concat())
}

/// One protection for each style that a group may choose, card codes kept, so that everything must come back.
static ALL: LazyLock<Vec<Protection>> = LazyLock::new(|| {
    let settings = |replacement| Settings { replacement, keep_card_codes: true, ..Settings::default() };
    Replacement::ALL.into_iter().map(|style| compiled(Some(everything()), None, &settings(style))).collect()
});

static SOME: LazyLock<Protection> = LazyLock::new(|| {
    let settings = Settings { keep_card_codes: true, ..Settings::default() };
    compiled(None, Some(policy(&["CreditCardNumber", "EmailAddress", "IpAddress", "Name"], &[])), &settings)
});

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if std::env::var_os("SOTTO_LANE").is_some() { 4_000 } else { 400 }))]

    #[test]
    fn what_arrives_comes_back(text in mixture(), style in 0..4_usize) {
        let (event, findings) = put(&text, &ALL[style]);
        prop_assert_eq!(opened(&event), text.as_str());
        let marks = event.event().marks();
        prop_assert_eq!(marks.is_empty(), findings.is_empty());
        let again = Stored::of(&event).read::<Protected>();
        prop_assert_eq!(again.as_ref(), Ok(&event));
        for mark in marks {
            let chars = |text: &str, range: std::ops::Range<usize>| text.get(range).unwrap().chars().count();
            prop_assert_eq!(chars(&text, 0..mark.raw.start()), mark.raw_chars.start());
            prop_assert_eq!(chars(&text, mark.raw.range()), mark.raw_chars.length());
            prop_assert_eq!(chars(stored(&event), 0..mark.masked.start()), mark.masked_chars.start());
            prop_assert_eq!(chars(stored(&event), mark.masked.range()), mark.masked_chars.length());
        }
        let (_, originals) = event.clone().into_parts();
        let field = event.event().masked_field().map(|field| sotto_protect::Mark::read_all(field.as_str()));
        prop_assert_eq!(field.unwrap_or_else(|| Ok(vec![])), Ok(marks.to_vec()));
        prop_assert!(Protected::join(event.event().clone(), originals).is_ok());
    }

    #[test]
    fn a_second_policy_keeps_everything_openable(text in mixture()) {
        let (first, _) = put(&text, &SOME);
        if let Some((second, findings)) = again(&first, &ALL[0], 4) {
            let keys = [key(3), key(4)];
            let seen = open_with(&second, keys.as_slice(), &UnmaskScope::all()).unwrap();
            prop_assert_eq!(seen.text.expose(), text.as_str());
            prop_assert!(!findings.is_empty());
            prop_assert!(second.event().marks().len() > first.event().marks().len());
            // A mask may free a keyword that was glued to a value: a third look may find more, and loses nothing.
            if let Some((third, _)) = again(&second, &ALL[0], 4) {
                let seen = open_with(&third, keys.as_slice(), &UnmaskScope::all()).unwrap();
                prop_assert_eq!(seen.text.expose(), text.as_str());
            }
        }
    }
}
