//! What was decided, by which layer and which statement, and what is missing?
//!
//! A verdict explains itself and is fit for logs: it names policies, statements and layers, all of which are public
//! configuration, and neither principal nor resource. [`Verdict::message`] puts those in, in AWS's words (IAM User Guide,
//! "Troubleshoot access denied error messages").

use crate::policy::{Effect, Place, PolicyKind, Statement};
use crate::request::Request;
use sotto_public::{LogSafe, Public};
use std::fmt;
use std::sync::Arc;

/// Allowed, or denied in one of two ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, LogSafe)]
pub enum Outcome {
    /// Allowed.
    Allow,
    /// A statement refuses it.
    ExplicitDeny,
    /// Nothing that must allow it does.
    ImplicitDeny,
}

impl Outcome {
    /// The word that SimulatePrincipalPolicy answers (IAM API Reference, "EvaluationResult").
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "allowed",
            Self::ExplicitDeny => "explicitDeny",
            Self::ImplicitDeny => "implicitDeny",
        }
    }
}

/// A layer of the decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, LogSafe)]
pub enum Layer {
    /// Service control policies.
    Scp,
    /// Resource control policies.
    Rcp,
    /// The policy of a VPC endpoint.
    VpcEndpoint,
    /// The policy of the resource.
    Resource,
    /// The trust policy of a role.
    Trust,
    /// The policy of a key.
    Key,
    /// Policies of the principal.
    Identity,
    /// Its permissions boundary.
    Boundary,
    /// The policies of its session.
    Session,
    /// A grant of a key.
    Grant,
    /// The root user needs no policy in its own account.
    Root,
}

impl Layer {
    const ALL: [Self; 11] = [
        Self::Scp,
        Self::Rcp,
        Self::VpcEndpoint,
        Self::Resource,
        Self::Trust,
        Self::Key,
        Self::Identity,
        Self::Boundary,
        Self::Session,
        Self::Grant,
        Self::Root,
    ];

    /// AWS's name for a policy of this layer, with its article.
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Scp => ("a", "service control policy"),
            Self::Rcp => ("a", "resource control policy"),
            Self::VpcEndpoint => ("a", "VPC endpoint policy"),
            Self::Resource | Self::Key => ("a", "resource-based policy"),
            Self::Trust => ("the", "role trust policy"),
            Self::Identity | Self::Root | Self::Grant => ("an", "identity-based policy"),
            Self::Boundary => ("a", "permissions boundary"),
            Self::Session => ("a", "session policy"),
        }
    }

    /// The layer that a policy of a resource makes.
    pub(crate) fn of_resource(kind: Option<PolicyKind>) -> Self {
        match kind {
            Some(PolicyKind::Trust) => Self::Trust,
            Some(PolicyKind::KeyPolicy) => Self::Key,
            _ => Self::Resource,
        }
    }
}

impl fmt::Display for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Key => "key policy",
            Self::Grant => "grant",
            Self::Root => "root user",
            layer => layer.words().1,
        })
    }
}

/// What a statement is called when it decides.
#[derive(Clone, Debug, PartialEq, Eq, LogSafe)]
pub struct Label {
    policy: Public<String>,
    arn: Option<Public<String>>,
    kind: PolicyKind,
    sid: Option<Public<String>>,
    index: usize,
    place: Place,
    effect: Effect,
}

impl Label {
    #[expect(
        clippy::disallowed_methods,
        reason = "policies are public configuration: their names, ARNs and Sids too"
    )]
    pub(crate) fn of(name: &str, arn: Option<&str>, kind: PolicyKind, statement: &Statement) -> Self {
        let public = |text: &str| Public::from_pinned_text(text.to_owned());
        let (index, place, effect) = (statement.index, statement.place, statement.effect);
        let (policy, arn, sid) = (public(name), arn.map(public), statement.sid.as_deref().map(public));
        Self { policy, arn, kind, sid, index, place, effect }
    }

    /// The name of its policy.
    pub fn policy(&self) -> &str {
        self.policy.get()
    }

    /// The ARN of its policy, where it is managed.
    pub fn policy_arn(&self) -> Option<&str> {
        self.arn.as_ref().map(|arn| arn.get().as_str())
    }

    /// What place its policy is for.
    pub fn kind(&self) -> PolicyKind {
        self.kind
    }

    /// Its `Sid`.
    pub fn sid(&self) -> Option<&str> {
        self.sid.as_ref().map(|sid| sid.get().as_str())
    }

    /// Which statement of the policy it is, from 0.
    pub fn index(&self) -> usize {
        self.index
    }

    /// Where it begins in the policy's text.
    pub fn place(&self) -> Place {
        self.place
    }

    /// Whether it grants or refuses.
    pub fn effect(&self) -> Effect {
        self.effect
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` statement {}", self.arn.as_ref().unwrap_or(&self.policy), self.index + 1)?;
        match &self.sid {
            Some(sid) => write!(f, " (`{sid}`) at {}", self.place),
            None => write!(f, " at {}", self.place),
        }
    }
}

/// A set of layers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, LogSafe)]
pub struct Layers(u16);

impl Layers {
    pub(crate) fn add(&mut self, layer: Layer) {
        self.0 |= 1 << layer as u16;
    }

    /// Whether there are none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The layers in order.
    pub fn iter(self) -> impl Iterator<Item = Layer> {
        Layer::ALL.into_iter().filter(move |layer| self.0 & (1 << *layer as u16) != 0)
    }
}

/// What was decided, and why.
#[derive(Clone, Debug, PartialEq, Eq, LogSafe)]
pub struct Verdict {
    pub(crate) outcome: Outcome,
    pub(crate) layer: Layer,
    pub(crate) target: Option<Arc<Public<String>>>,
    pub(crate) statement: Option<Arc<Label>>,
    pub(crate) missing: Layers,
    pub(crate) resource: usize,
}

impl Verdict {
    /// Allowed or denied.
    pub fn outcome(&self) -> Outcome {
        self.outcome
    }

    /// Whether it is allowed.
    pub fn is_allowed(&self) -> bool {
        self.outcome == Outcome::Allow
    }

    /// The layer that decided: for a permission the one that grants, for a refusal the first that refuses or is silent.
    pub fn layer(&self) -> Layer {
        self.layer
    }

    /// For control policies: the root, organizational unit or account whose policies decided.
    pub fn target(&self) -> Option<&str> {
        self.target.as_ref().map(|target| target.get().as_str())
    }

    /// The statement that decided; silence has none.
    pub fn statement(&self) -> Option<&Label> {
        self.statement.as_deref()
    }

    /// For an implicit deny: all layers that would have to allow, and do not.
    pub fn missing(&self) -> Layers {
        self.missing
    }

    /// Which of the request's resources decided, from 0.
    pub fn resource(&self) -> usize {
        self.resource
    }

    /// AWS's sentence for a denied request.
    pub fn message<'v>(&'v self, request: &'v Request) -> DeniedMessage<'v> {
        DeniedMessage { verdict: self, request }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} by {}", self.outcome.as_str(), self.layer)?;
        if let Some(target) = self.target() {
            write!(f, " at {target}")?;
        }
        if let Some(statement) = self.statement() {
            write!(f, ", {statement}")?;
        }
        for (index, layer) in self.missing.iter().enumerate() {
            write!(f, "{}{layer}", if index == 0 { ", missing: " } else { ", " })?;
        }
        Ok(())
    }
}

/// AWS's sentence for a denied request. It names the caller and the resource: for the caller's answer, not for logs.
pub struct DeniedMessage<'v> {
    verdict: &'v Verdict,
    request: &'v Request,
}

impl fmt::Display for DeniedMessage<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (principal, action) = (self.request.principal().arn(), self.request.action());
        write!(f, "User: {principal} is not authorized to perform: {action}")?;
        let resource =
            self.request.resources().get(self.verdict.resource).map_or("*", |resource| resource.arn());
        if resource != "*" {
            write!(f, " on resource: {resource}")?;
        }
        let (article, policy) = self.verdict.layer.words();
        match self.verdict.outcome {
            Outcome::ExplicitDeny => write!(f, " with an explicit deny in {article} {policy}"),
            _ => write!(f, " because no {policy} allows the {action} action"),
        }
    }
}
