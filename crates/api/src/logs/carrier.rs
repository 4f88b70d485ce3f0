//! Who brings reports of findings into a log group? The same courier that brings other deliveries: a group is a destination.
//!
//! A report is stored text made of names, counts and places. It is appended as it is, and nobody looks at it again: a group that
//! audits into itself, or two that audit into each other, stop after one report. The service acts in the account whose policy asks
//! for it, and its act is on record where it changes something: when the stream for reports is made.

use super::Meant;
use super::keys::{key_of_today, opened_content};
use crate::api::Api;
use crate::state::NotChanged;
use sotto_arn::{Action, LogGroupArn};
use sotto_deliver::{
    Carried, Carrier, Carriers, Content, Delivered, Destination, NotCarried, Parcel, SealedContent, Tally,
};
use sotto_logs::{Append, LogsError, Millis, Scope, Stream, StreamName, Uid};
use sotto_protect::{EventTimes, Originals, Protected, StoredEvent};
use sotto_public::Public;
use sotto_storage::Batch;
use sotto_trail::{EventKind, Identity, IdentityKind, Record, Value};
use std::sync::{Arc, Weak};

/// How long a process may not know what another one made.
const KNOWN_AFTER_MS: u64 = 60_000;

/// The way to groups of this server, and the ways outside.
pub(crate) struct Ways {
    pub(crate) api: Weak<Api>,
    pub(crate) outside: Carriers,
}

impl Carrier for Ways {
    fn carry<'a>(&'a self, parcel: &'a Parcel, name: &'a Public<String>) -> Carried<'a> {
        Box::pin(async move {
            match &parcel.content {
                Content::Sealed(sealed) => {
                    let content = self.opened(sealed).await.map_err(|not| self.not_yet(parcel, not))?;
                    let parcel = Parcel { content, ..parcel.clone() };
                    self.opened_parcel(&parcel, name).await
                }
                _ => self.opened_parcel(parcel, name).await,
            }
        })
    }
}

impl Ways {
    async fn opened_parcel(&self, parcel: &Parcel, name: &Public<String>) -> Result<(), NotCarried> {
        match (&parcel.destination, &parcel.content) {
            (Destination::Group(arn), Content::Lines(stream, lines)) => {
                let reported = self.report(arn, stream, lines).await;
                reported.map_err(|not| self.not_yet(parcel, not))
            }
            (Destination::Group(_), _) => Err(NotCarried::Never),
            _ => self.outside.carry(parcel, name).await,
        }
    }

    /// In a cluster a process may not know yet of a group that another one made: what was queued a moment ago is not given up.
    fn not_yet(&self, parcel: &Parcel, not: NotCarried) -> NotCarried {
        let now = self.api.upgrade().map_or(0, |api| Millis::of(api.now()).0);
        let age = u64::try_from(now).unwrap_or_default().saturating_sub(parcel.queued_ms);
        if age < KNOWN_AFTER_MS { NotCarried::Later } else { not }
    }

    /// Content that rests under the key of its group: it waits for a key that is away, and is given up where the group is gone.
    async fn opened(&self, sealed: &SealedContent) -> Result<Content, NotCarried> {
        let api = self.api.upgrade().ok_or(NotCarried::Later)?;
        let uid = Uid::new(sealed.group.to_be_bytes());
        let registry = api.state.now().rooms.logs.clone();
        let (scope, entry) = registry.by_uid(uid).ok_or(NotCarried::Never)?;
        let meant = Meant { scope: scope.clone(), name: entry.group.name.clone() };
        let opened = opened_content(&api, (&meant, uid), sealed).await.map_err(|_| NotCarried::Later)?;
        opened.ok_or(NotCarried::Never)
    }

    async fn report(
        &self,
        arn: &Public<String>,
        stream: &Public<String>,
        lines: &[Delivered],
    ) -> Result<(), NotCarried> {
        let api = self.api.upgrade().ok_or(NotCarried::Later)?;
        let arn = LogGroupArn::parse(arn.get()).map_err(|_| NotCarried::Never)?;
        let scope = Scope { account: arn.account().clone(), region: arn.region().clone() };
        let meant = Meant { scope, name: arn.name().clone() };
        let name = StreamName::parse(stream.clone()).map_err(|_| NotCarried::Never)?;
        let stream = api.stream_for_reports(&meant, &name).await?;
        let events = api.logs.events();
        let now = Millis::of(api.now());
        // Where the group has a KMS key, the report goes under it like everything else.
        let group =
            api.state.now().rooms.logs.by_uid(stream.group).map(|(_, entry)| Arc::clone(&entry.group));
        let group = group.ok_or(NotCarried::Never)?;
        let _key = key_of_today(&api, &meant, &group, now).await.map_err(|_| NotCarried::Later)?;
        let reserved = events.reserve(lines.len());
        let report = |(at, line): (usize, &Delivered)| {
            let id = reserved.id(at, now);
            let times = EventTimes { id, timestamp_ms: line.at_ms, ingestion_ms: now.0 };
            let event = StoredEvent::read(times, line.text.clone(), Vec::new());
            event.and_then(|event| Protected::join(event, Originals::default()))
        };
        let reports: Result<Vec<_>, _> = lines.iter().enumerate().map(report).collect();
        let reports = reports.map_err(|_| NotCarried::Never)?;
        let append =
            Append { stream, events: reports, points: Vec::new(), also: Batch::new(), decided: None };
        // No rules concern reports: they name places, and are not looked at again.
        events.append(append).await.map(drop).map_err(|_| NotCarried::Later)
    }
}

impl Api {
    /// Calls of this process whose events were looked at once more: a retroactive protection had begun under newer rules.
    pub fn decided_again(&self) -> u64 {
        self.logs.decided_again()
    }

    /// What this process delivered since the start.
    pub fn deliveries(&self) -> Tally {
        self.logs.carried()
    }

    /// The stream of reports about one group, made where it is missing; a group that is gone takes no reports.
    async fn stream_for_reports(&self, meant: &Meant, name: &StreamName) -> Result<Arc<Stream>, NotCarried> {
        let shelf = self.state.now().rooms.logs.shelf(&meant.scope).cloned();
        let entry = shelf.as_ref().and_then(|shelf| shelf.entry(&meant.name)).ok_or(NotCarried::Never)?;
        if let Some(stream) = entry.streams.find(name.as_str()) {
            return Ok(Arc::clone(stream));
        }
        let row = self.service_row(meant).ok_or(NotCarried::Later)?;
        let (uid, at) = (Uid::new(self.draw().bytes()), Millis::of(self.now()));
        let made = self
            .state
            .change(
                |drafts| drafts.logs.create_stream(&meant.scope, &meant.name, (name.clone(), uid, at)),
                |_| vec![row.clone()],
            )
            .await;
        match made {
            Ok((stream, _)) => Ok(stream),
            Err(NotChanged::Refused(LogsError::NotFound(_))) => Err(NotCarried::Never),
            Err(_) => Err(NotCarried::Later),
        }
    }

    /// The record of what the service does by itself.
    fn service_row(&self, meant: &Meant) -> Option<Record> {
        let service = sotto_arn::Service::parse("logs").ok();
        let mut identity = Identity::unknown();
        identity.kind = IdentityKind::AwsService;
        identity.account = Some(meant.scope.account.clone());
        identity.invoked_by = service.clone();
        Some(Record {
            event: self.event_id(),
            at: self.now(),
            call: Action::parse("logs:CreateLogStream").ok()?,
            region: meant.scope.region.clone(),
            source: service.map(sotto_trail::Source::Service),
            user_agent: Value::Null,
            identity,
            request: Value::Null,
            response: Value::Null,
            error: None,
            error_message: None,
            decision: None,
            resources: Vec::new(),
            request_id: self.event_id(),
            read_only: false,
            kind: EventKind::ApiCall,
            recipient: meant.scope.account.clone(),
            findings: Vec::new(),
        })
    }
}
