//! How does a record look to what reads CloudTrail? As its JSON, version 1.11.
//!
//! Member names are CloudTrail's (CloudTrail user guide, "CloudTrail record contents"). What is hidden appears as its length and
//! the kinds that were found. One member is ours, `sotto`: the decision and its ground.

use crate::{Decision, Identity, IdentityKind, Outcome, Record, ResourceName, Session, Source, Value};
use serde_json::{Map, Value as Json, json};
use sotto_public::Public;
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
            ("userAgent", value(&self.user_agent)),
            ("errorCode", text(self.error.as_ref())),
            ("errorMessage", self.error_message.as_ref().map_or(Json::Null, value)),
            ("requestParameters", value(&self.request)),
            ("responseElements", value(&self.response)),
            ("requestID", json!(self.request_id.text().get())),
            ("eventID", json!(self.event.text().get())),
            ("readOnly", json!(self.read_only)),
            ("resources", Json::Array(self.resources.iter().map(resource).collect())),
            ("eventType", json!(kind(self.kind))),
            ("managementEvent", json!(true)),
            ("recipientAccountId", json!(self.recipient.as_str())),
            ("eventCategory", json!("Management")),
            ("sotto", self.decision.as_ref().map_or(Json::Null, decision)),
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
    }
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
            let kinds: String = identifiers.iter().map(|identifier| format!(", {identifier}")).collect();
            json!(format!("(hidden: {bytes} bytes{kinds})"))
        }
        Value::List(items) => Json::Array(items.iter().map(value).collect()),
        Value::Map(members) => {
            Json::Object(members.iter().map(|(name, member)| (name.get().clone(), value(member))).collect())
        }
    }
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
        ("arn", of.arn.as_ref().map_or(Json::Null, |arn| json!(arn.to_string()))),
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
            "arn": of.arn.as_ref().map(ToString::to_string),
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

fn decision(of: &Decision) -> Json {
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
    Json::Object(kept.map(|(name, json)| (name.to_owned(), json)).collect())
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
