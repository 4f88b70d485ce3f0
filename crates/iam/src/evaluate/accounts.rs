//! How do the layers join, in one account and across two?

use super::grant::Grant;
use super::scan::Scan;
use super::{allowed, refused, silence};
use crate::policies::{Level, PolicySet, View};
use crate::principal::Kind;
use crate::request::Scene;
use crate::verdict::{Label, Layer, Verdict};
use sotto_arn::{PrincipalArn, PrincipalKind};
use std::sync::Arc;

/// A request at one resource, with what applies there.
pub(super) struct Side<'a, 'r> {
    pub(super) view: View<'a>,
    pub(super) scene: Scene<'r>,
}

/// A layer that must allow: absent, allowing, or silent.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Gate {
    Open,
    Silent,
}

/// What all layers said, when none refused.
struct Said<'a> {
    scp: Result<(), &'a Level>,
    rcp: Result<(), &'a Level>,
    endpoint: Gate,
    resource: Scan<'a>,
    identity: Option<&'a Arc<Label>>,
    boundary: Gate,
    session: Gate,
}

impl<'a> Side<'a, '_> {
    pub(super) fn decide(&self) -> Verdict {
        let said = match self.listen() {
            Ok(said) => said,
            Err(verdict) => return *verdict,
        };
        let inner = self.inner(&said);
        guarded(&said, inner)
    }

    /// What the policies of principal and resource decide, control policies left aside.
    fn inner(&self, said: &Said<'_>) -> Verdict {
        if self.view.stranger {
            silence(&[Layer::Identity])
        } else if self.granted() {
            allowed(Layer::Grant, None)
        } else if self.is_foreign() {
            self.across(said)
        } else {
            self.within(said)
        }
    }

    /// Asks all layers; the first refusal ends it.
    fn listen(&self) -> Result<Said<'a>, Box<Verdict>> {
        let View { boundary, endpoint, resource, .. } = self.view;
        let principal = self.scene.request.principal();
        let session = self.view.session.or(principal.session_policies());
        let scp = self.levels(Layer::Scp, if self.is_bound() { self.view.scps } else { &[] })?;
        let rcp =
            self.levels(Layer::Rcp, if principal.is_service_linked() { &[] } else { self.view.rcps })?;
        let endpoint = self.gate(Layer::VpcEndpoint, endpoint)?;
        let layer = self.resource_layer();
        let resource = resource.map_or(Ok(Scan::Silent), |set| self.ask(layer, set))?;
        let identity = self.identity()?;
        let boundary = self.gate(Layer::Boundary, boundary)?;
        let session = self.session(session)?;
        Ok(Said { scp, rcp, endpoint, resource, identity, boundary, session })
    }

    /// Service control policies bind users, roles and root users; not services, not service-linked roles (Organizations User
    /// Guide, "Service control policies").
    fn is_bound(&self) -> bool {
        let principal = self.scene.request.principal();
        principal.account().is_some() && !principal.is_service_linked()
    }

    fn resource_layer(&self) -> Layer {
        Layer::of_resource(self.view.resource.and_then(PolicySet::kind))
    }

    fn ask<'s>(&self, layer: Layer, set: &'s PolicySet) -> Result<Scan<'s>, Box<Verdict>> {
        match Scan::of(set, self.scene) {
            Scan::Denied(statement) => Err(Box::new(refused(layer, None, statement))),
            scan => Ok(scan),
        }
    }

    /// Each level must allow; the first that does not is named.
    fn levels(&self, layer: Layer, levels: &'a [Level]) -> Result<Result<(), &'a Level>, Box<Verdict>> {
        let mut silent = Ok(());
        for level in levels {
            match Scan::of(&level.policies, self.scene) {
                Scan::Denied(statement) => {
                    return Err(Box::new(refused(layer, Some(&level.target), statement)));
                }
                Scan::Silent if silent.is_ok() => silent = Err(level),
                Scan::Silent | Scan::Allowed(..) => {}
            }
        }
        Ok(silent)
    }

    fn gate(&self, layer: Layer, set: Option<&PolicySet>) -> Result<Gate, Box<Verdict>> {
        let Some(set) = set else { return Ok(Gate::Open) };
        Ok(if self.ask(layer, set)?.grant() == Grant::None { Gate::Silent } else { Gate::Open })
    }

    /// A federated session without session policies has no permissions of its own (STS API Reference, "GetFederationToken").
    fn session(&self, set: Option<&PolicySet>) -> Result<Gate, Box<Verdict>> {
        let federated = self.scene.request.principal().kind() == Kind::FederatedUser;
        if set.is_none() && federated { Ok(Gate::Silent) } else { self.gate(Layer::Session, set) }
    }

    fn identity(&self) -> Result<Option<&'a Arc<Label>>, Box<Verdict>> {
        let mut found = None;
        for set in self.view.identity {
            if let Scan::Allowed(statement, _) = self.ask(Layer::Identity, set)? {
                found = found.or(Some(statement));
            }
        }
        Ok(found)
    }

    fn granted(&self) -> bool {
        let Scene { request, resource, .. } = self.scene;
        self.view.grants.is_some_and(|grants| grants.allows(request, resource))
    }

    /// The root user, or a federated session that the root user asked for.
    fn acts_as_root(&self) -> bool {
        let principal = self.scene.request.principal();
        let behind = principal.entity().map(PrincipalArn::kind);
        behind == Some(PrincipalKind::Root) && matches!(principal.kind(), Kind::Root | Kind::FederatedUser)
    }

    /// Whether principal and resource belong to different accounts. A resource whose account is not known is the caller's.
    fn is_foreign(&self) -> bool {
        let ours = self.scene.request.principal().account();
        let theirs = self.scene.resource.account();
        ours.is_some() && theirs.is_some() && ours != theirs
    }

    fn within(&self, said: &Said<'_>) -> Verdict {
        let layer = self.resource_layer();
        let must = matches!(layer, Layer::Trust | Layer::Key);
        let by_resource = match said.resource {
            Scan::Allowed(statement, Grant::Itself) => return allowed(layer, Some(statement)),
            Scan::Allowed(statement, Grant::Entity) => Some((layer, Some(statement))),
            _ => None,
        };
        if must && said.resource.grant() == Grant::None {
            return silence(&[layer]);
        }
        let by_identity = match self.acts_as_root() {
            true => Some((Layer::Root, None)),
            false => said.identity.map(|statement| (Layer::Identity, Some(statement))),
        };
        conclude(by_identity.or(by_resource), said, Layer::Identity)
    }

    fn across(&self, said: &Said<'_>) -> Verdict {
        let layer = self.resource_layer();
        let ours = self.acts_as_root() || said.identity.is_some();
        match said.resource {
            Scan::Allowed(statement, _) if ours => conclude(Some((layer, Some(statement))), said, layer),
            Scan::Allowed(..) => conclude(None, said, Layer::Identity),
            _ if ours => conclude(None, said, layer),
            _ => silence(&[layer, Layer::Identity]),
        }
    }
}

/// Control policies and the VPC endpoint must allow whoever asks. The first that is silent decides; what else is missing is
/// kept.
fn guarded(said: &Said<'_>, inner: Verdict) -> Verdict {
    let target = |level: &Level| Some(Arc::clone(&level.target));
    let silent = [
        said.scp.err().map(|level| (Layer::Scp, target(level))),
        said.rcp.err().map(|level| (Layer::Rcp, target(level))),
        (said.endpoint == Gate::Silent).then_some((Layer::VpcEndpoint, None)),
    ];
    let mut verdict = inner;
    for (layer, target) in silent.into_iter().rev().flatten() {
        let missing = verdict.missing;
        verdict = Verdict { target, missing, ..silence(&[]) };
        verdict.missing.add(layer);
        verdict.layer = layer;
    }
    verdict
}

/// What grants, held against boundary and session policies.
fn conclude(granted: Option<(Layer, Option<&Arc<Label>>)>, said: &Said<'_>, otherwise: Layer) -> Verdict {
    let lacking = |gate, layer| (gate == Gate::Silent).then_some(layer);
    let limits = [
        granted.is_none().then_some(otherwise),
        lacking(said.boundary, Layer::Boundary),
        lacking(said.session, Layer::Session),
    ];
    match (granted, limits) {
        (Some((layer, statement)), [None, None, None]) => allowed(layer, statement),
        (_, limits) => {
            let mut missing = limits.into_iter().flatten();
            let first = missing.next().unwrap_or(otherwise);
            let mut verdict = silence(&[first]);
            missing.for_each(|layer| verdict.missing.add(layer));
            verdict
        }
    }
}
