//! Who brings reports of findings into a log group? The same courier that brings other deliveries: a group is a destination.
//!
//! A report is stored text made of names, counts and places. It is appended as it is, and nobody looks at it again: a group that
//! audits into itself, or two that audit into each other, stop after one report. The service acts in the account whose policy asks
//! for it, and its act is on record where it changes something: when the stream for reports is made.

use super::Meant;
use super::keys::key_of_today;
use crate::api::Api;
use crate::state::NotChanged;
use sotto_arn::{Action, LogGroupArn};
use sotto_deliver::{Carried, Carrier, Carriers, Content, Delivered, Destination, NotCarried, Parcel};
use sotto_logs::{Append, LogsError, Millis, Scope, Stream, StreamName, Uid};
use sotto_protect::{EventTimes, Originals, Protected, StoredEvent};
use sotto_public::Public;
use sotto_storage::Batch;
use sotto_trail::{EventKind, Identity, IdentityKind, Record, Value};
use std::sync::{Arc, Weak};

/// The way to groups of this server, and the ways outside.
pub(crate) struct Ways {
    pub(crate) api: Weak<Api>,
    pub(crate) outside: Carriers,
}

impl Carrier for Ways {
    fn carry<'a>(&'a self, parcel: &'a Parcel, name: &'a Public<String>) -> Carried<'a> {
        match (&parcel.destination, &parcel.content) {
            (Destination::Group(arn), Content::Line(stream, line)) => {
                Box::pin(self.report(arn, stream, line))
            }
            _ => self.outside.carry(parcel, name),
        }
    }
}

impl Ways {
    async fn report(
        &self,
        arn: &Public<String>,
        stream: &Public<String>,
        line: &Delivered,
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
        let id = events.reserve(1).id(0, now);
        let times = EventTimes { id, timestamp_ms: line.at_ms, ingestion_ms: now.0 };
        let event = StoredEvent::read(times, line.text.clone(), Vec::new());
        let event = event.and_then(|event| Protected::join(event, Originals::default()));
        let events_of_it = vec![event.map_err(|_| NotCarried::Never)?];
        let append = Append { stream, events: events_of_it, points: Vec::new(), also: Batch::new() };
        events.append(append).await.map_err(|_| NotCarried::Later)
    }
}

impl Api {
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
        let service = sotto_arn::Service::parse("logs.amazonaws.com").ok();
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
