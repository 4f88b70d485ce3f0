//! Which policies apply to a request, and how are their statements found quickly?
//!
//! A [`PolicySet`] is a list of policies that stand side by side: their statements are filed by action, by service, or under
//! "any", so that a decision looks only at those that can speak of its action. [`Policies`] is everything that applies to one
//! principal and one resource.

mod index;
mod set;

pub use set::{Attached, PolicySet};

use crate::request::{Request, Resource};
use crate::verdict::Label;
use sotto_public::Public;
use std::sync::Arc;

/// One level of an organization: the root, an organizational unit, or the account, with the policies attached there.
#[derive(Clone, Debug)]
pub struct Level {
    pub(crate) target: Arc<Public<String>>,
    pub(crate) policies: Arc<PolicySet>,
}

impl Level {
    /// A level by the id of its target (`r-...`, `ou-...`, an account).
    #[expect(
        clippy::disallowed_methods,
        reason = "ids of roots, organizational units and accounts are public"
    )]
    pub fn new(target: &str, policies: Arc<PolicySet>) -> Self {
        Self { target: Arc::new(Public::from_pinned_text(target.to_owned())), policies }
    }
}

/// Service control policies or resource control policies along the path from the root to an account.
#[derive(Clone, Debug, Default)]
pub struct Guardrails {
    /// From the root to the account. Without levels there is no organization, or it has no policies of this type.
    pub levels: Vec<Level>,
    /// Whether the account is the management account, which they do not bind.
    pub management: bool,
}

impl Guardrails {
    /// What binds: nothing for the management account.
    pub(crate) fn binding(&self) -> &[Level] {
        if self.management { &[] } else { &self.levels }
    }
}

/// The policy of a resource. Its kind decides whether it must allow: trust and key policies must.
#[derive(Clone, Debug)]
pub struct ResourcePolicy(pub(crate) Arc<PolicySet>);

impl ResourcePolicy {
    /// The policies of a resource: one, for most; all of one kind.
    pub fn new(policies: Arc<PolicySet>) -> Self {
        Self(policies)
    }
}

/// Who may say that a grant of a key allows a request? The room of keys; here is only the question.
pub trait Grants: std::fmt::Debug + Send + Sync {
    /// Whether a grant on the resource allows what is asked: its grantee is [`Request::principal`] (or the user or role behind
    /// it), its operations hold [`Request::action`], and its constraints hold [`Request::encryption_context`].
    fn allows(&self, request: &Request, resource: &Resource) -> bool;
}

/// Everything that applies to a request.
#[derive(Clone, Debug, Default)]
pub struct Policies {
    /// Sets attached to the principal: its own, and those of its groups.
    pub identity: Vec<Arc<PolicySet>>,
    /// Its permissions boundary.
    pub boundary: Option<Arc<PolicySet>>,
    /// Its session policies; where absent, those that travel with the principal.
    pub session: Option<Arc<PolicySet>>,
    /// Service control policies of the principal's account.
    pub scps: Guardrails,
    /// Resource control policies of the resource's account.
    pub rcps: Guardrails,
    /// The policy of the resource.
    pub resource: Option<ResourcePolicy>,
    /// The policy of the VPC endpoint that the request came through.
    pub endpoint: Option<Arc<PolicySet>>,
    /// Grants of keys.
    pub grants: Option<Arc<dyn Grants>>,
}

impl Policies {
    pub(crate) fn view(&self) -> View<'_> {
        View {
            identity: &self.identity,
            boundary: self.boundary.as_deref(),
            session: self.session.as_deref(),
            scps: self.scps.binding(),
            rcps: self.rcps.binding(),
            resource: self.resource.as_ref().map(|policy| &*policy.0),
            endpoint: self.endpoint.as_deref(),
            grants: self.grants.as_deref(),
            stranger: false,
        }
    }
}

/// The same, borrowed from wherever it is kept.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct View<'a> {
    pub(crate) identity: &'a [Arc<PolicySet>],
    pub(crate) boundary: Option<&'a PolicySet>,
    pub(crate) session: Option<&'a PolicySet>,
    pub(crate) scps: &'a [Level],
    pub(crate) rcps: &'a [Level],
    pub(crate) resource: Option<&'a PolicySet>,
    pub(crate) endpoint: Option<&'a PolicySet>,
    pub(crate) grants: Option<&'a dyn Grants>,
    /// Whether the principal is not known (any more): nothing is allowed.
    pub(crate) stranger: bool,
}

/// A statement with what it is called when it decides.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) statement: Arc<crate::policy::Statement>,
    pub(crate) label: Arc<Label>,
}
