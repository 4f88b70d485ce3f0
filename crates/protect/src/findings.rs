//! What is reported of an event? The audit findings report of the service, one JSON object per event, and counts.
//!
//! CloudWatch Logs User Guide, "Audit findings reports": per identifier a name, a count and places. Places count
//! characters of what came, from 1, both ends included: the page calls the first of them "the 13th character" and leaves
//! the rest open. Every label of an overlap is reported, also those that lost. The report names neither text nor event;
//! a finding that cannot be joined to its event is of little use, so one member of ours, `sotto`, names event, stream and
//! time.

use crate::mask::masked_of;
use crate::policy::{FindingsDestinations, Level};
use crate::protected::EventTimes;
use crate::stored_text::StoredText;
use serde::Serialize;
use sotto_arn::LogGroupArn;
use sotto_public::{CharSpan, IdentifierId, Public};
use std::collections::{BTreeMap, BTreeSet};

/// One label that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// What was found.
    pub identifier: IdentifierId,
    /// The rule of that identifier.
    pub rule: IdentifierId,
    /// Where it stood, in characters of what came.
    pub chars: CharSpan,
    /// Whether it won its place; an overlap has one winner and any number of others.
    pub won: bool,
    /// Whether its value was discarded instead of sealed.
    pub discarded: bool,
}

/// What one policy asks for: which identifiers are reported, and to where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audit {
    /// Whose policy it is.
    pub level: Level,
    /// The policy's name, which is the dimension of its metric.
    pub policy: Public<String>,
    /// Where findings go.
    pub destinations: FindingsDestinations,
    /// What it looks for.
    pub identifiers: BTreeSet<IdentifierId>,
}

/// Whose event it is.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The log group.
    pub group: &'a LogGroupArn,
    /// The stream, as it may be shown.
    pub stream: &'a Public<String>,
    /// The event.
    pub times: EventTimes,
    /// When it was looked at, in milliseconds since 1970.
    pub audited_ms: i64,
}

/// Everything that was found in one event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings(pub(crate) Vec<Found>);

impl Findings {
    /// Each label, in the order of the text.
    pub fn iter(&self) -> impl Iterator<Item = &Found> {
        self.0.iter()
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What was found in the same event later, under other rules.
    pub fn and(&mut self, more: Self) {
        self.0.extend(more.0);
    }

    /// How often each identifier and rule won a place, for counters.
    pub fn counts(&self) -> BTreeMap<(&IdentifierId, &IdentifierId), u64> {
        let mut counts = BTreeMap::new();
        for found in self.0.iter().filter(|found| found.won) {
            *counts.entry((&found.identifier, &found.rule)).or_default() += 1;
        }
        counts
    }

    /// Whether a policy has findings in this event: then it counts once in `LogEventsWithFindings`.
    pub fn concern(&self, audit: &Audit) -> bool {
        self.0.iter().any(|found| audit.identifiers.contains(&found.identifier))
    }

    /// The report for one policy; `None` when it has no findings here.
    pub fn report(&self, audit: &Audit, subject: &Subject<'_>) -> Option<StoredText> {
        let mut identifiers: Vec<ReportedIdentifier<'_>> = Vec::new();
        for found in self.0.iter().filter(|found| audit.identifiers.contains(&found.identifier)) {
            let place = Place { start: found.chars.start() + 1, end: found.chars.end() };
            match identifiers.iter_mut().find(|known| known.name == found.identifier.as_str()) {
                Some(known) => known.add(place),
                None => identifiers.push(ReportedIdentifier::new(&found.identifier, place)),
            }
        }
        if identifiers.is_empty() {
            return None;
        }
        let times = subject.times;
        let report = Report {
            audit_timestamp: crate::instant::seconds(subject.audited_ms),
            resource_arn: subject.group.with_streams(),
            data_identifiers: identifiers,
            sotto: Joined {
                policy: audit.policy.get(),
                log_stream: subject.stream.get(),
                event_id: times.id.to_string(),
                timestamp: times.timestamp_ms,
            },
        };
        let json = serde_json::to_string(&report).unwrap_or_default();
        Some(StoredText::masked(masked_of(json)))
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Report<'a> {
    audit_timestamp: String,
    resource_arn: String,
    data_identifiers: Vec<ReportedIdentifier<'a>>,
    sotto: Joined<'a>,
}

#[derive(Serialize)]
struct ReportedIdentifier<'a> {
    name: &'a str,
    count: usize,
    detections: Vec<Place>,
}

impl<'a> ReportedIdentifier<'a> {
    fn new(identifier: &'a IdentifierId, place: Place) -> Self {
        Self { name: identifier.as_str(), count: 1, detections: vec![place] }
    }

    fn add(&mut self, place: Place) {
        self.count += 1;
        self.detections.push(place);
    }
}

#[derive(Serialize)]
struct Place {
    start: usize,
    end: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Joined<'a> {
    policy: &'a str,
    log_stream: &'a str,
    event_id: String,
    timestamp: i64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use sotto_public::EventId;

    fn found(identifier: &str, start: usize, length: usize, won: bool) -> Found {
        Found {
            identifier: IdentifierId::new(identifier).unwrap(),
            rule: IdentifierId::new("plain").unwrap(),
            chars: CharSpan::at(start, length),
            won,
            discarded: false,
        }
    }

    fn audit(identifiers: &[&str]) -> Audit {
        Audit {
            level: Level::Group,
            policy: Public::from("p"),
            destinations: FindingsDestinations::default(),
            identifiers: identifiers.iter().map(|id| IdentifierId::new(id).unwrap()).collect(),
        }
    }

    fn report(findings: &Findings, audit: &Audit) -> Option<String> {
        let group = "arn:aws:logs:us-west-2:111122223333:log-group:/aws/lambda/MyLogGroup";
        let times = EventTimes { id: EventId::new(0, 0, 7), timestamp_ms: 5, ingestion_ms: 6 };
        let subject = Subject {
            group: &LogGroupArn::parse(group).unwrap(),
            stream: &Public::from("s"),
            times,
            audited_ms: 1_674_508_280_999,
        };
        findings.report(audit, &subject).map(|text| text.as_str().to_owned())
    }

    /// The shape, the instant and the places are those of the page's example.
    #[test]
    fn the_report_has_the_shape_of_the_service() {
        let findings =
            Findings(vec![found("EmailAddress", 12, 14, true), found("EmailAddress", 29, 14, true)]);
        let wanted = concat!(
            r#"{"auditTimestamp":"2023-01-23T21:11:20Z","#,
            r#""resourceArn":"arn:aws:logs:us-west-2:111122223333:log-group:/aws/lambda/MyLogGroup:*","#,
            r#""dataIdentifiers":[{"name":"EmailAddress","count":2,"#,
            r#""detections":[{"start":13,"end":26},{"start":30,"end":43}]}],"#,
            r#""sotto":{"policy":"p","logStream":"s","#,
            r#""eventId":"00000000000000000000000000000000000000000000000000000007","timestamp":5}}"#,
        );
        assert_eq!(report(&findings, &audit(&["EmailAddress"])).as_deref(), Some(wanted));
    }

    #[test]
    fn each_policy_is_told_what_it_looks_for() {
        let findings = Findings(vec![found("Name", 0, 3, true), found("EmailAddress", 0, 9, false)]);
        let (names, mails, cards) =
            (audit(&["Name"]), audit(&["EmailAddress", "Name"]), audit(&["CreditCardNumber"]));
        assert!(findings.concern(&names) && findings.concern(&mails) && !findings.concern(&cards));
        assert!(!report(&findings, &names).unwrap().contains("EmailAddress"));
        let both = report(&findings, &mails).unwrap();
        assert!(both.contains(r#""name":"Name","count":1"#) && both.contains(r#""name":"EmailAddress""#));
        assert_eq!(report(&findings, &cards), None);
        assert_eq!(findings.counts().len(), 1, "who lost is not counted");
    }
}
