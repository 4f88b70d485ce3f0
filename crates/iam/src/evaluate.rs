//! Is this request allowed by these policies?
//!
//! IAM User Guide, "Policy evaluation logic" with its pages on single accounts and on cross-account requests:
//!
//! 1. A statement that denies, in any policy that applies, decides.
//! 2. Resource control policies, service control policies and the policy of a VPC endpoint must allow, at every level.
//! 3. In one account a resource's policy that names the user or the session itself (or everybody) decides alone. One that names
//!    the role, or the user behind a federated session, stands in for identity policies, but boundary and session policies must
//!    allow too. One that names the account leaves it to identity policies. Trust and key policies must allow in any case.
//! 4. Otherwise identity policies, the boundary and session policies must all allow.
//! 5. Across accounts the resource's policy **and** the principal's own must allow.
//!
//! Each set is looked through once; nothing is allocated but for what a verdict shares.

mod accounts;
mod grant;
mod scan;

pub(crate) use grant::Grant;
pub(crate) use scan::applies;

use crate::parts::Within;
use crate::policies::{Policies, View};
use crate::request::{RESOURCES_MAX, Request, Resource, Scene};
use crate::verdict::{Label, Layer, Layers, Outcome, Verdict};
use accounts::Side;
use sotto_public::Public;
use std::sync::Arc;

/// Decides, without a permit: for simulation, analysis and tests.
pub fn evaluate(policies: &Policies, request: &Request) -> Verdict {
    judge(request, Within::Whole, |_| policies.view())
}

/// Decides each resource; all must be allowed. A refusal by a statement wins over silence.
pub(crate) fn judge<'a>(
    request: &Request,
    within: Within<'_>,
    view: impl Fn(&Resource) -> View<'a>,
) -> Verdict {
    let mut decided: Option<Verdict> = None;
    for (index, resource) in request.resources().iter().enumerate() {
        let side = Side { view: view(resource), scene: Scene { request, resource, within } };
        let mut verdict = side.decide();
        verdict.resource = index;
        match verdict.outcome {
            Outcome::ExplicitDeny => return verdict,
            _ if decided.as_ref().is_some_and(|earlier| earlier.outcome == Outcome::ImplicitDeny) => {}
            _ => decided = Some(verdict),
        }
    }
    match decided {
        Some(verdict) if request.resources().len() <= RESOURCES_MAX => verdict,
        _ => silence(&[Layer::Identity]),
    }
}

/// A permission.
fn allowed(layer: Layer, statement: Option<&Arc<Label>>) -> Verdict {
    let (outcome, statement) = (Outcome::Allow, statement.cloned());
    Verdict { outcome, layer, target: None, statement, missing: Layers::default(), resource: 0 }
}

/// A refusal by a statement.
fn refused(layer: Layer, target: Option<&Arc<Public<String>>>, statement: &Arc<Label>) -> Verdict {
    let (target, statement) = (target.cloned(), Some(Arc::clone(statement)));
    Verdict {
        outcome: Outcome::ExplicitDeny,
        layer,
        target,
        statement,
        missing: Layers::default(),
        resource: 0,
    }
}

/// A refusal by silence of layers, the first of which is named.
fn silence(layers: &[Layer]) -> Verdict {
    let mut missing = Layers::default();
    layers.iter().for_each(|layer| missing.add(*layer));
    let layer = layers.first().copied().unwrap_or(Layer::Identity);
    Verdict { outcome: Outcome::ImplicitDeny, layer, target: None, statement: None, missing, resource: 0 }
}
