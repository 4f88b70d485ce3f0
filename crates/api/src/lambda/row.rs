//! What stands in the trail about what Lambda does by itself? A row under its service principal, in the trail of the function's account.

use crate::api::Api;
use crate::record::{action_of, configured};
use sotto_arn::{AccountId, Region, Service};
use sotto_public::Public;
use sotto_trail::{EventKind, Identity, IdentityKind, Record, ResourceName, Source, Value};

/// A row about an act of a service's own.
pub(crate) struct ServiceAct<'a> {
    /// Who: `lambda`, `lexv2`, `logs`.
    pub(crate) service: &'static str,
    /// What: the prefix and the operation.
    pub(crate) act: (&'static str, &'static str),
    /// Where.
    pub(crate) account: &'a AccountId,
    pub(crate) region: &'a Region,
    /// On what.
    pub(crate) resources: Vec<(&'static str, Public<String>)>,
    /// How it ended, where it was refused.
    pub(crate) error: Option<&'static str>,
}

impl Api {
    /// The row.
    pub(crate) fn row_of(&self, act: ServiceAct<'_>) -> Option<Record> {
        let (call, read_only) = action_of(act.act.0, act.act.1)?;
        let service = Service::parse(act.service).ok()?;
        let resource =
            |(kind, name): (&'static str, Public<String>)| ResourceName { kind: kind.into(), name };
        let mut identity = Identity::unknown();
        identity.kind = IdentityKind::AwsService;
        identity.account = Some(act.account.clone());
        identity.invoked_by = Some(service.clone());
        Some(Record {
            event: self.event_id(),
            at: self.now(),
            call,
            region: act.region.clone(),
            source: Some(Source::Service(service)),
            user_agent: Value::Null,
            identity,
            request: Value::Null,
            response: Value::Null,
            error: act.error.map(|code| configured(&code)),
            error_message: None,
            decision: None,
            resources: act.resources.into_iter().map(resource).collect(),
            request_id: self.event_id(),
            read_only,
            kind: EventKind::ServiceEvent,
            recipient: act.account.clone(),
            findings: Vec::new(),
        })
    }
}
