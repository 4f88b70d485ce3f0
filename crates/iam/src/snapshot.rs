//! Which policies hold now? An immutable snapshot of all of them, and the one place where permits are made.
//!
//! **Whoever can build a set of policies could mint a permit**; so a permit comes only from a snapshot, a snapshot only from
//! stored records, and the sites that read records are a checked list. A change makes a new snapshot of the next epoch, which
//! shares what has not changed. A document that is attached in many places is compiled once.

mod compile;

use crate::act::Act;
use crate::context::{Context, Key};
use crate::evaluate::judge;
use crate::parts::{Doubt, Reach, Refused, Scoped, Unknown, Within};
use crate::permit::{Decision, Permit, PermitError};
use crate::policies::{Grants, Guardrails, Policies, PolicySet, ResourcePolicy, View};
use crate::principal::{Kind, Principal};
use crate::record::{PolicyRecord, RecordKey};
use crate::request::{Request, Resource};
use crate::verdict::{Layer, Layers, Outcome, Verdict};
use compile::{Documents, Entity, Group};
use sotto_arn::{AccountId, Action, PrincipalArn};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::SystemTime;

/// Why stored records make no snapshot.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SnapshotError {
    /// A stored document is no policy: it was stored by other rules than ours.
    #[error("the stored policy `{policy}` cannot be read: {problems}")]
    Unreadable {
        /// The policy's name.
        policy: String,
        /// What is wrong with it.
        problems: crate::policy::PolicyProblems,
    },
}

/// All policies at one epoch.
#[derive(Clone, Debug, Default)]
pub struct PolicySnapshot {
    epoch: u64,
    accounts: HashMap<AccountId, Arc<[Guardrails; 2]>>,
    entities: HashMap<Box<str>, Arc<Entity>>,
    groups: HashMap<Box<str>, Arc<Group>>,
    services: HashMap<Box<str>, Arc<Vec<Arc<PolicySet>>>>,
    resources: HashMap<Box<str>, Arc<PolicySet>>,
    documents: Documents,
    grants: Option<Arc<dyn Grants>>,
}

impl PolicySnapshot {
    /// Reads stored records. The sites that call this are a checked list: what comes in decides about everything.
    ///
    /// # Errors
    /// When a stored document is no policy.
    pub fn from_pinned_records(
        epoch: u64,
        records: impl IntoIterator<Item = PolicyRecord>,
    ) -> Result<Self, SnapshotError> {
        Self::default().changed(epoch, records, [])
    }

    /// The snapshot of a later epoch: records replaced or added, and others taken away. The sites that call this are a checked
    /// list, too.
    ///
    /// # Errors
    /// When a stored document is no policy; this snapshot is as it was.
    pub fn with_pinned_changes(
        &self,
        epoch: u64,
        records: impl IntoIterator<Item = PolicyRecord>,
        gone: impl IntoIterator<Item = RecordKey>,
    ) -> Result<Self, SnapshotError> {
        self.changed(epoch, records, gone)
    }

    /// The same snapshot with those who answer for grants of keys, which were read from storage as the records were. The sites
    /// that call this are a checked list, too: a grant allows what it names.
    #[must_use]
    pub fn with_pinned_grants(mut self, grants: Arc<dyn Grants>) -> Self {
        self.grants = Some(grants);
        self
    }

    fn changed(
        &self,
        epoch: u64,
        records: impl IntoIterator<Item = PolicyRecord>,
        gone: impl IntoIterator<Item = RecordKey>,
    ) -> Result<Self, SnapshotError> {
        let mut next = self.clone();
        next.epoch = epoch;
        gone.into_iter().for_each(|key| next.forget(&key));
        for record in records {
            next.take(record)?;
        }
        next.link();
        Ok(next)
    }

    /// Which state of the policies it is.
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// Decides, and makes the permit where the answer is yes. An action that is none of the act is denied.
    pub fn authorize<A: Act>(&self, request: &Request, now: SystemTime) -> Decision<A> {
        let mut verdict = self.evaluate(request);
        if verdict.outcome == Outcome::Allow && !A::covers(request.action()) {
            verdict = uncovered();
        }
        match verdict.outcome {
            Outcome::Allow => Decision::Allow(Permit::new(request, verdict, self.epoch, now)),
            Outcome::ExplicitDeny => Decision::ExplicitDeny(verdict),
            Outcome::ImplicitDeny => Decision::ImplicitDeny(verdict),
        }
    }

    /// Decides an act whose parts are not known yet, and makes the permit where some part may be reached: see [`Reach`]. An
    /// action that is none of the act is denied.
    ///
    /// # Errors
    /// The refusal, with the request.
    pub fn authorize_parts<A: Act>(
        &self,
        request: Request,
        now: SystemTime,
    ) -> Result<Scoped<A>, Box<Refused>> {
        let unknown = Unknown::of::<A>();
        let mut verdict = self.judged(&request, Within::Unknown(&unknown));
        if verdict.outcome == Outcome::Allow && !A::covers(request.action()) {
            verdict = uncovered();
        }
        match verdict.outcome {
            Outcome::Allow => {
                let permit = Permit::new(&request, verdict, self.epoch, now);
                Ok(Scoped::new(permit, request, unknown, now))
            }
            _ => Err(Box::new(Refused { verdict, request })),
        }
    }

    /// A permit with what decides its parts.
    ///
    /// # Errors
    /// When the permit was given by other policies.
    pub fn reach<'a, A: Act>(&'a self, scoped: &'a Scoped<A>) -> Result<Reach<'a, A>, PermitError> {
        Reach::new(scoped, self)
    }

    /// Decides one part.
    pub(crate) fn judge_part(
        &self,
        request: &Request,
        keys: &[Key],
        part: &Context,
        doubt: Option<&Doubt>,
    ) -> Verdict {
        self.judged(request, Within::Part(keys, part, doubt))
    }

    /// Decides without a permit.
    pub fn evaluate(&self, request: &Request) -> Verdict {
        self.judged(request, Within::Whole)
    }

    fn judged(&self, request: &Request, within: Within<'_>) -> Verdict {
        judge(request, within, |resource| self.view(request.principal(), request.action(), resource))
    }

    /// Everything that applies to a principal at a resource, to look at or to simulate with.
    pub fn policies(&self, principal: &Principal, action: &Action, resource: &Resource) -> Policies {
        let view = self.view(principal, action, resource);
        let entity = self.entity(principal);
        let [scps, _] = self.guardrails(principal.account()).cloned().unwrap_or_default();
        let [_, rcps] = self.guardrails(resource.account()).cloned().unwrap_or_default();
        Policies {
            identity: view.identity.to_vec(),
            boundary: entity.and_then(|entity| entity.boundary.clone()),
            session: None,
            scps,
            rcps,
            resource: self.resource(action, resource).cloned().map(ResourcePolicy::new),
            endpoint: None,
            grants: self.grants.clone().filter(|_| has_grants(action)),
        }
    }

    fn view(&self, principal: &Principal, action: &Action, resource: &Resource) -> View<'_> {
        let entity = self.entity(principal);
        let ours = self.guardrails(principal.account());
        let theirs = self.guardrails(resource.account().or(principal.account()));
        let stranger = match principal.kind() {
            Kind::Root => ours.is_none(),
            Kind::User | Kind::AssumedRole | Kind::FederatedUser => {
                entity.is_none() && !is_root_session(principal)
            }
            Kind::Service | Kind::WebIdentity | Kind::Anonymous => false,
        };
        View {
            identity: self.identity(principal, entity),
            boundary: entity.and_then(|entity| entity.boundary.as_deref()),
            scps: ours.map_or(&[], |[scps, _]| scps.binding()),
            rcps: theirs.map_or(&[], |[_, rcps]| rcps.binding()),
            resource: self.resource(action, resource).map(|set| &**set),
            grants: self.grants.as_deref().filter(|_| has_grants(action)),
            stranger,
            ..View::default()
        }
    }

    fn guardrails(&self, account: Option<&AccountId>) -> Option<&[Guardrails; 2]> {
        self.accounts.get(account?).map(|both| &**both)
    }

    /// The user or role behind a principal; none when it is gone, or another of the same name came since.
    fn entity(&self, principal: &Principal) -> Option<&Entity> {
        let entity = self.entities.get(principal.entity()?.as_str())?;
        let same = principal.unique_id().is_none_or(|id| id == &*entity.unique_id);
        same.then_some(entity)
    }

    fn identity<'s>(&'s self, principal: &Principal, entity: Option<&'s Entity>) -> &'s [Arc<PolicySet>] {
        match principal.kind() {
            Kind::Service => self.services.get(principal.arn()).map_or(&[], |sets| sets.as_slice()),
            _ => entity.map_or(&[], |entity| &entity.identity),
        }
    }

    /// The policy of a resource: for STS a role's trust policy, otherwise what is kept for the resource, for the bucket of an
    /// object, or for all of its kind in a Region.
    fn resource(&self, action: &Action, resource: &Resource) -> Option<&Arc<PolicySet>> {
        let arn = resource.arn();
        if action.service() == "sts" {
            let trust = self.entities.get(arn).and_then(|entity| entity.trust.as_ref());
            return trust.or_else(|| self.resources.get(arn));
        }
        let bucket = arn.split_once('/').filter(|_| action.service() == "s3").map(|(bucket, _)| bucket);
        let kept = |arn: &str| self.resources.get(arn);
        kept(arn).or_else(|| kept(bucket?)).or_else(|| kept(&region_of(arn)?))
    }
}

/// Only keys have grants.
fn has_grants(action: &Action) -> bool {
    action.service() == "kms"
}

/// A federated session of the root user has no user behind it.
fn is_root_session(principal: &Principal) -> bool {
    principal.entity().is_some_and(|entity| entity.kind() == sotto_arn::PrincipalKind::Root)
}

/// `arn:aws:logs:REGION:ACCOUNT:*` of an ARN of `logs`: its resource policies are kept per account and Region.
fn region_of(arn: &str) -> Option<String> {
    let mut parts = arn.splitn(6, ':');
    let [prefix, partition, service] = [parts.next()?, parts.next()?, parts.next()?];
    let [region, account] = [parts.next()?, parts.next()?];
    (service == "logs").then(|| format!("{prefix}:{partition}:{service}:{region}:{account}:*"))
}

/// The refusal of an action in the name of an act that it is none of.
fn uncovered() -> Verdict {
    let mut missing = Layers::default();
    missing.add(Layer::Identity);
    Verdict {
        outcome: Outcome::ImplicitDeny,
        layer: Layer::Identity,
        target: None,
        statement: None,
        missing,
        resource: 0,
    }
}

/// The key of a principal in the maps.
fn key(arn: &PrincipalArn) -> Box<str> {
    arn.as_str().into()
}
