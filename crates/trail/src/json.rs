//! How does a record look to what reads CloudTrail? As its JSON, version 1.11.
//!
//! Member names are CloudTrail's (CloudTrail user guide, "CloudTrail record contents"). What is hidden appears as its length and
//! the kinds that were found: as an object among parameters, as a sentence where readers of CloudTrail expect a text. One member
//! is ours, `sotto`: the decision and its ground, and the names that hold something sensitive.

use crate::{
    Decision, Identity, IdentityKind, NameFinding, Outcome, Record, ResourceName, Session, Source, Value,
};
use serde_json::{Map, Value as Json, json};
use sotto_public::{IdentifierId, Public};
use std::net::{Ipv4Addr, Ipv6Addr};
use std::time::SystemTime;

const VERSION: &str = "1.11";

impl Record {
    /// The record as CloudTrail writes it: one line of JSON.
    #[expect(clippy::disallowed_methods, reason = "all members of a record are public or lengths")]
    pub fn to_cloudtrail(&self) -> Public<String> {
        Public::from_pinned_text(Json::Object(self.members()).to_string())
    }

    fn members(&self) -> Map<String, Json> {
        let given = [
            ("eventVersion", json!(VERSION)),
            ("userIdentity", identity(&self.identity)),
            ("eventTime", json!(instant(self.at))),
            ("eventSource", json!(self.event_source().get())),
            ("eventName", json!(self.event_name().get())),
            ("awsRegion", json!(self.region.as_str())),
            ("sourceIPAddress", self.source.as_ref().map_or(Json::Null, source)),
            ("userAgent", sentence(&self.user_agent)),
            ("errorCode", text(self.error.as_ref())),
            ("errorMessage", self.error_message.as_ref().map_or(Json::Null, sentence)),
            ("requestParameters", value(&self.request)),
            ("responseElements", value(&self.response)),
            ("requestID", json!(self.request_id.text().get())),
            ("eventID", json!(self.event.text().get())),
            ("readOnly", json!(self.read_only)),
            ("resources", Json::Array(self.resources.iter().map(resource).collect())),
            ("additionalEventData", sign_in(self)),
            ("eventType", json!(kind(self.kind))),
            ("managementEvent", json!(true)),
            ("recipientAccountId", json!(self.recipient.as_str())),
            ("eventCategory", json!("Management")),
            ("sotto", ours(self)),
        ];
        let always = ["requestParameters", "responseElements"];
        let kept = |(name, json): &(&str, Json)| {
            always.contains(name) || !(json.is_null() || json.as_array().is_some_and(Vec::is_empty))
        };
        given.into_iter().filter(kept).map(|(name, json)| (name.to_owned(), json)).collect()
    }
}

fn kind(kind: crate::EventKind) -> &'static str {
    match kind {
        crate::EventKind::ApiCall => "AwsApiCall",
        crate::EventKind::ServiceEvent => "AwsServiceEvent",
        crate::EventKind::ConsoleSignIn => "AwsConsoleSignIn",
    }
}

/// What CloudTrail adds to a sign-in (CloudTrail user guide, "AWS Management Console sign-in events").
fn sign_in(of: &Record) -> Json {
    if of.kind != crate::EventKind::ConsoleSignIn {
        return Json::Null;
    }
    let mfa = of.identity.session.as_ref().is_some_and(|session| session.mfa);
    json!({ "MobileVersion": "No", "MFAUsed": if mfa { "Yes" } else { "No" } })
}

fn text(text: Option<&Public<String>>) -> Json {
    text.map_or(Json::Null, |text| json!(text.get()))
}

fn value(of: &Value) -> Json {
    match of {
        Value::Null => Json::Null,
        Value::Bool(bool) => json!(bool),
        Value::Integer(number) => json!(number),
        Value::Text(text) => json!(text.get()),
        Value::Hidden { bytes, identifiers } => {
            let mut members = Map::new();
            members.insert("length".into(), json!(bytes));
            if !identifiers.is_empty() {
                members.insert("identifiers".into(), kinds(identifiers));
            }
            Json::Object(members)
        }
        Value::List(items) => Json::Array(items.iter().map(value).collect()),
        Value::Map(members) => {
            Json::Object(members.iter().map(|(name, member)| (name.get().clone(), value(member))).collect())
        }
    }
}

/// A member that CloudTrail's readers take for a text.
fn sentence(of: &Value) -> Json {
    let Value::Hidden { bytes, identifiers } = of else { return value(of) };
    let kinds: String = identifiers.iter().map(|identifier| format!(", {identifier}")).collect();
    json!(format!("(hidden: {bytes} bytes{kinds})"))
}

fn kinds(identifiers: &[IdentifierId]) -> Json {
    Json::Array(identifiers.iter().map(|identifier| json!(identifier.as_str())).collect())
}

fn source(of: &Source) -> Json {
    match of {
        Source::V4(bits) => json!(Ipv4Addr::from_bits(*bits).to_string()),
        Source::V6(bits) => json!(Ipv6Addr::from_bits(*bits).to_string()),
        Source::Service(service) => json!(format!("{service}.amazonaws.com")),
    }
}

fn resource(of: &ResourceName) -> Json {
    let member = if of.name.get().starts_with("arn:") { "ARN" } else { "resourceName" };
    json!({ "type": of.kind.get(), member: of.name.get() })
}

fn identity(of: &Identity) -> Json {
    let mut members = Map::new();
    members.insert("type".into(), json!(identity_kind(of.kind)));
    let given = [
        ("principalId", text(of.principal_id.as_ref())),
        ("arn", text(of.arn.as_ref())),
        ("accountId", of.account.as_ref().map_or(Json::Null, |account| json!(account.as_str()))),
        ("accessKeyId", text(of.access_key.as_ref())),
        ("userName", text(of.user_name.as_ref())),
        ("sessionContext", of.session.as_ref().map_or(Json::Null, |session| context(of, session))),
        ("invokedBy", of.invoked_by.as_ref().map_or(Json::Null, |by| json!(format!("{by}.amazonaws.com")))),
    ];
    let kept = given.into_iter().filter(|(_, json)| !json.is_null());
    members.extend(kept.map(|(name, json)| (name.to_owned(), json)));
    Json::Object(members)
}

/// `sessionContext`: since when, with a second factor or not, and for which role. The name of the session is ours to add,
/// since the ARN here is the role's.
fn context(of: &Identity, session: &Session) -> Json {
    let mut members = Map::new();
    if of.kind == IdentityKind::AssumedRole {
        let issuer = json!({
            "type": "Role",
            "principalId": text(of.principal_id.as_ref()),
            "arn": text(of.arn.as_ref()),
            "accountId": of.account.as_ref().map(|account| account.as_str()),
            "userName": text(of.user_name.as_ref()),
        });
        members.insert("sessionIssuer".into(), issuer);
    }
    let mfa = if session.mfa { "true" } else { "false" };
    let attributes = json!({ "creationDate": instant(session.created), "mfaAuthenticated": mfa });
    members.insert("attributes".into(), attributes);
    members.insert("sessionName".into(), value(&session.name));
    if let Some(identity) = &session.source_identity {
        members.insert("sourceIdentity".into(), value(identity));
    }
    Json::Object(members)
}

fn identity_kind(kind: IdentityKind) -> &'static str {
    match kind {
        IdentityKind::Root => "Root",
        IdentityKind::IamUser => "IAMUser",
        IdentityKind::AssumedRole => "AssumedRole",
        IdentityKind::FederatedUser => "FederatedUser",
        IdentityKind::WebIdentityUser => "WebIdentityUser",
        IdentityKind::AwsAccount => "AWSAccount",
        IdentityKind::AwsService => "AWSService",
        IdentityKind::Unknown => "Unknown",
    }
}

/// The member that is ours.
fn ours(record: &Record) -> Json {
    let mut members = record.decision.as_ref().map(decision).unwrap_or_default();
    if !record.findings.is_empty() {
        members.insert("findings".into(), Json::Array(record.findings.iter().map(finding).collect()));
    }
    if members.is_empty() { Json::Null } else { Json::Object(members) }
}

fn finding(of: &NameFinding) -> Json {
    json!({ "member": of.member.get(), "identifiers": kinds(&of.identifiers) })
}

fn decision(of: &Decision) -> Map<String, Json> {
    let outcome = match of.outcome {
        Outcome::Allow => "Allow",
        Outcome::ExplicitDeny => "ExplicitDeny",
        Outcome::ImplicitDeny => "ImplicitDeny",
    };
    let missing: Vec<&String> = of.missing.iter().map(Public::get).collect();
    let given = [
        ("decision", json!(outcome)),
        ("action", json!(of.action.as_str())),
        ("resource", of.resource.as_ref().map_or(json!("*"), |resource| json!(resource.get()))),
        ("layer", text(of.layer.as_ref())),
        ("statement", text(of.statement.as_ref())),
        ("missing", if missing.is_empty() { Json::Null } else { json!(missing) }),
        ("policyEpoch", json!(of.epoch)),
    ];
    let kept = given.into_iter().filter(|(_, json)| !json.is_null());
    kept.map(|(name, json)| (name.to_owned(), json)).collect()
}

/// An instant as CloudTrail writes it, in whole seconds: `2026-11-21T16:30:00Z`.
fn instant(at: SystemTime) -> String {
    let seconds = at.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |distance| distance.as_secs());
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    let (year, month, day) = civil(days);
    let (hour, minute, second) = (rest / 3_600, rest % 3_600 / 60, rest % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// Year, month and day of a day counted from 1970 in the Gregorian calendar: years begin in March, so that the leap day is
/// the last one, and 400 years have 146,097 days.
fn civil(days: u64) -> (u64, u64, u64) {
    let shifted = days + 719_468;
    let (era, of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let day_of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    (era * 400 + year_of_era + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{EventId, EventKind};
    use sotto_arn::{AccountId, Action, Region};
    use sotto_public::Stored;
    use std::time::Duration;

    fn email() -> IdentifierId {
        IdentifierId::new("EmailAddress").unwrap()
    }

    fn record() -> Record {
        let role = "arn:aws:iam::111122223333:role/ops/reader".into();
        let parameters =
            [("userName".into(), Value::literal("alice")), ("description".into(), Value::hidden(12))];
        Record {
            event: EventId::from_random(0x0123_4567_89ab_cdef_0123_4567_89ab_cdef),
            at: SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_278_600),
            call: Action::parse("iam:TagUser").unwrap(),
            region: Region::parse("us-east-1").unwrap(),
            source: Some(Source::from(std::net::IpAddr::from([192, 0, 2, 7]))),
            user_agent: Value::hidden(40),
            identity: Identity {
                kind: IdentityKind::AssumedRole,
                principal_id: Some("AROAEXAMPLE".into()),
                arn: Some(role),
                account: Some(AccountId::parse("111122223333").unwrap()),
                access_key: Some("ASIAEXAMPLE".into()),
                user_name: Some("reader".into()),
                session: Some(Session {
                    name: Value::Hidden { bytes: 9, identifiers: vec![email()] },
                    created: SystemTime::UNIX_EPOCH,
                    mfa: true,
                    source_identity: None,
                }),
                invoked_by: None,
            },
            request: Value::Map(parameters.into()),
            response: Value::Null,
            error: Some("AccessDenied".into()),
            error_message: Some(Value::hidden(100)),
            decision: Some(Decision {
                outcome: Outcome::ExplicitDeny,
                action: Action::parse("iam:TagUser").unwrap(),
                resource: Some("arn:aws:iam::111122223333:user/alice".into()),
                layer: Some("scp p-1 at ou-1".into()),
                statement: Some("DenyTags".into()),
                missing: Vec::new(),
                epoch: 7,
            }),
            resources: vec![ResourceName { kind: "AWS::IAM::User".into(), name: "alice".into() }],
            request_id: EventId::from_random(1),
            read_only: false,
            kind: EventKind::ApiCall,
            recipient: AccountId::parse("111122223333").unwrap(),
            findings: vec![NameFinding { member: "tags.key".into(), identifiers: vec![email()] }],
        }
    }

    #[test]
    fn a_sign_in_is_written_as_cloudtrail_does() {
        let mut record = Record { kind: EventKind::ConsoleSignIn, ..record() };
        record.response = Value::Map([("ConsoleLogin".into(), Value::literal("Failure"))].into());
        record.error = None;
        record.error_message = Some(Value::literal("Failed authentication"));
        let written: Json = serde_json::from_str(record.to_cloudtrail().get()).unwrap();
        assert_eq!(written["eventType"], "AwsConsoleSignIn");
        assert_eq!(written["responseElements"]["ConsoleLogin"], "Failure");
        assert_eq!(written["errorMessage"], "Failed authentication");
        assert_eq!(written["additionalEventData"], json!({ "MobileVersion": "No", "MFAUsed": "Yes" }));
    }

    #[test]
    fn a_record_is_written_as_cloudtrail_does() {
        let written: Json = serde_json::from_str(record().to_cloudtrail().get()).unwrap();
        let wanted = json!({
            "eventVersion": "1.11",
            "userIdentity": {
                "type": "AssumedRole", "principalId": "AROAEXAMPLE",
                "arn": "arn:aws:iam::111122223333:role/ops/reader", "accountId": "111122223333",
                "accessKeyId": "ASIAEXAMPLE", "userName": "reader",
                "sessionContext": {
                    "sessionIssuer": {
                        "type": "Role", "principalId": "AROAEXAMPLE",
                        "arn": "arn:aws:iam::111122223333:role/ops/reader",
                        "accountId": "111122223333", "userName": "reader"
                    },
                    "attributes": { "creationDate": "1970-01-01T00:00:00Z", "mfaAuthenticated": "true" },
                    "sessionName": { "length": 9, "identifiers": ["EmailAddress"] }
                }
            },
            "eventTime": "2026-11-21T16:30:00Z",
            "eventSource": "iam.amazonaws.com", "eventName": "TagUser", "awsRegion": "us-east-1",
            "sourceIPAddress": "192.0.2.7", "userAgent": "(hidden: 40 bytes)",
            "errorCode": "AccessDenied", "errorMessage": "(hidden: 100 bytes)",
            "requestParameters": { "userName": "alice", "description": { "length": 12 } },
            "responseElements": null,
            "requestID": "00000000-0000-4000-8000-000000000001",
            "eventID": "01234567-89ab-4def-8123-456789abcdef",
            "readOnly": false,
            "resources": [{ "type": "AWS::IAM::User", "resourceName": "alice" }],
            "eventType": "AwsApiCall", "managementEvent": true,
            "recipientAccountId": "111122223333", "eventCategory": "Management",
            "sotto": {
                "decision": "ExplicitDeny", "action": "iam:TagUser",
                "resource": "arn:aws:iam::111122223333:user/alice",
                "layer": "scp p-1 at ou-1", "statement": "DenyTags", "policyEpoch": 7,
                "findings": [{ "member": "tags.key", "identifiers": ["EmailAddress"] }]
            }
        });
        assert_eq!(written, wanted);
        assert_eq!(Stored::of(&record()).read::<Record>(), Ok(record()), "and comes back from storage");
    }

    #[test]
    fn hidden_values_say_what_was_found() {
        let hidden = Value::Hidden { bytes: 7, identifiers: vec![email()] };
        assert_eq!(value(&hidden), json!({ "length": 7, "identifiers": ["EmailAddress"] }));
        assert_eq!(sentence(&hidden), json!("(hidden: 7 bytes, EmailAddress)"));
        assert_eq!(sentence(&Value::Null), Json::Null);
        let list = Value::List(vec![Value::Integer(-1), Value::Bool(true), Value::Null]);
        assert_eq!(value(&list), json!([-1, true, null]));
    }

    /// Days of `date -u -d @SECONDS` from GNU coreutils.
    #[test]
    fn instants_follow_the_calendar() {
        for (seconds, wanted) in [
            (0, "1970-01-01T00:00:00Z"),
            (68_169_599, "1972-02-28T23:59:59Z"),
            (68_169_600, "1972-02-29T00:00:00Z"),
            (68_256_000, "1972-03-01T00:00:00Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (4_107_542_399, "2100-02-28T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
            (253_402_300_799, "9999-12-31T23:59:59Z"),
        ] {
            assert_eq!(instant(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)), wanted);
        }
    }

    #[test]
    fn a_record_is_found_by_what_it_says() {
        use crate::{Attribute, Lookup, RETENTION};
        let (record, now) = (record(), record().at + Duration::from_secs(60));
        let lookup = |attribute: Option<(Attribute, &'static str)>| Lookup {
            account: record.recipient.clone(),
            region: record.region.clone(),
            attribute: attribute.map(|(attribute, value)| (attribute, value.into())),
            start: None,
            end: None,
        };
        let finds =
            |lookup: &Lookup| record.index().iter().filter(|place| lookup.below().holds(place)).count();
        let cases = [
            (None, 1),
            (Some((Attribute::EventName, "TagUser")), 1),
            (Some((Attribute::EventName, "TagUse")), 0),
            (Some((Attribute::EventSource, "iam.amazonaws.com")), 1),
            (Some((Attribute::ReadOnly, "false")), 1),
            (Some((Attribute::ReadOnly, "true")), 0),
            (Some((Attribute::Username, "reader")), 1),
            (Some((Attribute::ResourceType, "AWS::IAM::User")), 1),
            (Some((Attribute::ResourceName, "alice")), 1),
            (Some((Attribute::AccessKeyId, "ASIAEXAMPLE")), 1),
            (Some((Attribute::EventId, "01234567-89ab-4def-8123-456789abcdef")), 1),
        ];
        for (attribute, wanted) in cases {
            let lookup = lookup(attribute);
            assert_eq!(finds(&lookup), wanted, "{attribute:?}");
            assert_eq!(lookup.fits(&record, now), wanted == 1, "{attribute:?}");
        }
        let all = lookup(None);
        let entry = &record.index()[0];
        assert!(all.first(now) < *entry && all.first(now + RETENTION) > *entry, "90 days");
        assert!(all.fits(&record, record.at + RETENTION));
        assert!(!all.fits(&record, record.at + RETENTION + Duration::from_nanos(1)));
        let timed = Lookup { start: Some(record.at), end: Some(record.at), ..lookup(None) };
        assert!(timed.first(now) <= *entry && timed.last().unwrap().holds(entry));
    }
}
