//! What stands in the trail about a call? Who, what, where, what was decided by which statement, and which public members were
//! given; everything else as its length and the kinds of what was found in it ([`crate::sieve`]).
//!
//! Names are those of CloudTrail's records (CloudTrail user guide, "CloudTrail record contents"): members begin with a
//! lower-case letter, `readOnly` follows the access level of the service authorization reference.

use crate::caller::Caller;
use crate::context::Circumstances;
use crate::sieve::Sieve;
use crate::state::Snapshot;
use sotto_arn::{AccountId, Action};
use sotto_aws_model::{Access, actions};
use sotto_iam::{Kind, Request, Verdict};
use sotto_public::{Public, Recorded};
use sotto_trail::{
    Decision, EventId, EventKind, Identity, IdentityKind, NameFinding, Outcome, Record, ResourceName,
    Session, Value,
};
use sotto_wire::Fault;
use std::fmt::Display;
use std::time::{Duration, SystemTime};

/// What is noted while a call is worked on.
pub(crate) struct Notes {
    pub(crate) request_id: EventId,
    pub(crate) decision: Option<Decision>,
    pub(crate) resources: Vec<ResourceName>,
    /// The proof that the call is on record already.
    pub(crate) recorded: Option<Recorded>,
    /// The action that the call is, as policies name it.
    pub(crate) action: Action,
    /// Whether it changes nothing.
    pub(crate) read_only: bool,
    /// What was given, public members only.
    pub(crate) request: Value,
    /// What was given away, public members only.
    pub(crate) response: Value,
    /// Names that the call brings and that hold something sensitive.
    pub(crate) findings: Vec<NameFinding>,
    /// In whose trail it stands, where that is not the caller's.
    pub(crate) recipient: Option<AccountId>,
}

impl Notes {
    /// Of an operation.
    pub(crate) fn new(request_id: EventId, action: Action, read_only: bool) -> Self {
        Self {
            request_id,
            decision: None,
            resources: Vec::new(),
            recorded: None,
            action,
            read_only,
            request: Value::Null,
            response: Value::Null,
            findings: Vec::new(),
            recipient: None,
        }
    }

    /// A decision was made; of several the last one that denied, else the last one, stands in the record.
    pub(crate) fn decided(&mut self, request: &Request, verdict: &Verdict, snapshot: &Snapshot) {
        let resource = request.resources().get(verdict.resource()).map(|resource| resource.arn());
        self.decision = Some(Decision {
            outcome: match verdict.outcome() {
                sotto_iam::Outcome::Allow => Outcome::Allow,
                sotto_iam::Outcome::ExplicitDeny => Outcome::ExplicitDeny,
                sotto_iam::Outcome::ImplicitDeny => Outcome::ImplicitDeny,
            },
            action: request.action().clone(),
            resource: resource.filter(|arn| *arn != "*").map(|arn| configured(&arn)),
            layer: Some(match verdict.target() {
                Some(target) => configured(&format_args!("{} at {target}", verdict.layer())),
                None => configured(&verdict.layer()),
            }),
            statement: verdict.statement().map(|statement| configured(&statement)),
            missing: verdict.missing().iter().map(|layer| configured(&layer)).collect(),
            epoch: snapshot.epoch.number(),
        });
    }

    /// The record of a call that ended like this.
    pub(crate) fn record(
        &self,
        event: EventId,
        (caller, circumstances, sieve): (&Caller, &Circumstances, &Sieve),
        fault: Option<(&'static str, &Fault)>,
        recipient: &AccountId,
    ) -> Record {
        let mut record = Record {
            event,
            at: circumstances.now,
            call: self.action.clone(),
            region: circumstances.region.clone(),
            source: Some(circumstances.address.into()),
            user_agent: circumstances.user_agent.as_ref().map_or(Value::Null, |text| sieve.hidden(text)),
            identity: identity(caller, sieve),
            request: self.request.clone(),
            response: self.response.clone(),
            error: fault.map(|(code, _)| Public::<String>::from(code)),
            error_message: fault.map(|(_, fault)| hidden(fault.message().to_string().len())),
            decision: self.decision.clone(),
            resources: self.resources.clone(),
            request_id: self.request_id,
            read_only: self.read_only,
            kind: EventKind::ApiCall,
            recipient: recipient.clone(),
            findings: self.findings.clone(),
        };
        sieve.mask(&mut record);
        record
    }
}

/// Names of policies, statements, layers, members and resources are configuration, not captured text.
#[expect(
    clippy::disallowed_methods,
    reason = "layers, statements, ARNs, names of members, error codes; names in their masked form"
)]
pub(crate) fn configured(shown: &dyn Display) -> Public<String> {
    Public::from_pinned_text(shown.to_string())
}

/// Words of ours, or public text, that rest beside stored text.
#[expect(clippy::disallowed_methods, reason = "literals and names of groups and policies")]
pub(crate) fn resting(text: &str) -> sotto_public::RestingText {
    sotto_public::RestingText::from_pinned_text(text.to_owned())
}

fn hidden(bytes: usize) -> Value {
    Value::hidden(bytes as u64)
}

/// Who a caller is, for a row.
pub(crate) fn identity(caller: &Caller, sieve: &Sieve) -> Identity {
    let principal = caller.principal();
    Identity {
        kind: match principal.kind() {
            Kind::Root => IdentityKind::Root,
            Kind::User => IdentityKind::IamUser,
            Kind::AssumedRole => IdentityKind::AssumedRole,
            Kind::FederatedUser => IdentityKind::FederatedUser,
            Kind::WebIdentity => IdentityKind::WebIdentityUser,
            Kind::Service => IdentityKind::AwsService,
            Kind::Anonymous => IdentityKind::Unknown,
        },
        principal_id: caller.unique_id().map(|id| id.public()),
        arn: principal.entity().map(|arn| configured(arn)),
        account: principal.account().cloned(),
        access_key: caller.access_key().cloned(),
        user_name: caller.name().map(|name| name.public()),
        session: caller.claims().map(|claims| Session {
            name: sieve.hidden(&claims.session_name),
            created: SystemTime::UNIX_EPOCH + Duration::from_secs(claims.issued),
            mfa: claims.mfa.is_some(),
            source_identity: claims.source_identity.as_ref().map(|text| sieve.hidden(text)),
        }),
        invoked_by: None,
    }
}

/// The action that an operation is, and whether it only reads.
pub(crate) fn action_of(prefix: &str, operation: &str) -> Option<(Action, bool)> {
    let action = Action::parse(&format!("{prefix}:{operation}")).ok()?;
    let access = actions(prefix).and_then(|table| table.action(operation)).map(|found| found.access);
    Some((action, matches!(access, Some(Access::List | Access::Read))))
}
