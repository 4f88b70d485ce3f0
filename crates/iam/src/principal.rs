//! Who asks? A user, the root of an account, a session of a role, a federated session, a service, an identity of a provider, or
//! nobody known.
//!
//! A principal has the ARN it acts as, and the ARN that `aws:PrincipalArn` holds, which for a session of a role is that of the
//! **role** (IAM User Guide, "AWS global condition context keys"). Session policies travel with it: they can only take away.

use crate::context::Context;
use crate::policies::PolicySet;
use sotto_arn::{AccountId, Partition, PrincipalArn, PrincipalKind};
use std::fmt;
use std::sync::Arc;

/// What kind of principal asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, sotto_public::LogSafe)]
pub enum Kind {
    /// The root user of an account.
    Root,
    /// A user, with long-term keys or a session of GetSessionToken.
    User,
    /// A session of a role.
    AssumedRole,
    /// A session of GetFederationToken.
    FederatedUser,
    /// A service, also for sotto's own jobs.
    Service,
    /// Somebody whom a provider of identities vouches for, before a role is assumed.
    WebIdentity,
    /// Nobody known: a request without a signature.
    Anonymous,
}

impl Kind {
    /// The value of `aws:PrincipalType` (IAM User Guide, "IAM policy elements: Variables and tags", principal key values).
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Root => "Account",
            Self::User => "User",
            Self::AssumedRole => "AssumedRole",
            Self::FederatedUser => "FederatedUser",
            Self::Service => "Service",
            Self::WebIdentity => "WebIdentityUser",
            Self::Anonymous => "Anonymous",
        }
    }
}

/// Who asks.
#[derive(Clone)]
pub struct Principal {
    kind: Kind,
    account: Option<AccountId>,
    /// The ARN it acts as; the name of a service or provider where it has none.
    arn: Box<str>,
    /// The user or role behind it.
    entity: Option<PrincipalArn>,
    unique_id: Option<Box<str>>,
    session_policies: Option<Arc<PolicySet>>,
}

impl Principal {
    fn known(kind: Kind, arn: &str, entity: PrincipalArn) -> Self {
        let account = Some(entity.account().clone());
        Self { kind, account, arn: arn.into(), entity: Some(entity), unique_id: None, session_policies: None }
    }

    fn nameless(kind: Kind, name: &str) -> Self {
        Self { kind, account: None, arn: name.into(), entity: None, unique_id: None, session_policies: None }
    }

    /// The root user of an account.
    pub fn root(partition: Partition, account: &AccountId) -> Self {
        let arn = PrincipalArn::root(partition, account);
        Self::known(Kind::Root, &arn.to_string(), arn)
    }

    /// A user. `None` when the ARN names something else.
    pub fn user(arn: &PrincipalArn) -> Option<Self> {
        (arn.kind() == PrincipalKind::User).then(|| Self::known(Kind::User, arn.as_str(), arn.clone()))
    }

    /// A session of a role, given the role with its path. `None` when the ARN names something else.
    pub fn assumed_role(role: &PrincipalArn, session: &str) -> Option<Self> {
        let (partition, account, name) = (role.partition(), role.account(), role.name());
        let arn = format!("arn:{partition}:sts::{account}:assumed-role/{name}/{session}");
        (role.kind() == PrincipalKind::Role).then(|| Self::known(Kind::AssumedRole, &arn, role.clone()))
    }

    /// A federated session that a user asked for. `None` when the ARN names something else.
    pub fn federated_user(user: &PrincipalArn, name: &str) -> Option<Self> {
        let (partition, account) = (user.partition(), user.account());
        let arn = format!("arn:{partition}:sts::{account}:federated-user/{name}");
        let fits = matches!(user.kind(), PrincipalKind::User | PrincipalKind::Root);
        fits.then(|| Self::known(Kind::FederatedUser, &arn, user.clone()))
    }

    /// A service, as `logs.amazonaws.com`.
    pub fn service(name: &str) -> Self {
        Self::nameless(Kind::Service, &name.to_ascii_lowercase())
    }

    /// Somebody whom a provider vouches for: its ARN, or the host of a public one.
    pub fn web_identity(provider: &str) -> Self {
        Self::nameless(Kind::WebIdentity, provider)
    }

    /// Nobody known.
    pub fn anonymous() -> Self {
        Self::nameless(Kind::Anonymous, "anonymous")
    }

    /// The same principal with its unique id: `AIDA...` of a user, `AROA...` of a role (without the session's name).
    #[must_use]
    pub fn with_unique_id(mut self, id: &str) -> Self {
        self.unique_id = Some(id.into());
        self
    }

    /// The same principal with the policies that its session was made with.
    #[must_use]
    pub fn with_session_policies(mut self, policies: Arc<PolicySet>) -> Self {
        self.session_policies = Some(policies);
        self
    }

    /// What kind it is.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Its account; services, providers and nobody have none.
    pub fn account(&self) -> Option<&AccountId> {
        self.account.as_ref()
    }

    /// The ARN it acts as: of a session that of the session; the name of a service or provider.
    pub fn arn(&self) -> &str {
        &self.arn
    }

    /// What `aws:PrincipalArn` holds: of a session of a role the ARN of the role.
    pub fn principal_arn(&self) -> &str {
        match (self.kind, &self.entity) {
            (Kind::AssumedRole, Some(role)) => role.as_str(),
            _ => &self.arn,
        }
    }

    /// The user or role behind it.
    pub fn entity(&self) -> Option<&PrincipalArn> {
        self.entity.as_ref()
    }

    /// Its unique id.
    pub fn unique_id(&self) -> Option<&str> {
        self.unique_id.as_deref()
    }

    pub(crate) fn session_policies(&self) -> Option<&PolicySet> {
        self.session_policies.as_deref()
    }

    /// Whether it is a session of a service-linked role.
    pub fn is_service_linked(&self) -> bool {
        self.entity.as_ref().is_some_and(PrincipalArn::is_service_linked)
    }

    /// The name of the session, where there is one.
    pub fn session_name(&self) -> Option<&str> {
        match self.kind {
            Kind::AssumedRole | Kind::FederatedUser => self.arn.rsplit('/').next(),
            _ => None,
        }
    }

    /// `aws:userid` (IAM User Guide, "IAM policy elements: Variables and tags", principal key values).
    fn user_id(&self) -> Option<String> {
        match self.kind {
            Kind::Root => self.account.as_ref().map(ToString::to_string),
            Kind::User => self.unique_id.as_deref().map(str::to_owned),
            Kind::AssumedRole => Some(format!("{}:{}", self.unique_id.as_deref()?, self.session_name()?)),
            Kind::FederatedUser => Some(format!("{}:{}", self.account.as_ref()?, self.session_name()?)),
            Kind::Service | Kind::WebIdentity | Kind::Anonymous => None,
        }
    }

    /// Adds the keys that follow from who asks, where the context does not speak of them.
    pub(crate) fn complete(&self, context: &mut Context) {
        context.complete("aws:PrincipalType", || self.kind.as_str());
        context.complete("aws:PrincipalIsAWSService", || self.kind == Kind::Service);
        if let Some(account) = &self.account {
            context.complete("aws:PrincipalAccount", || account.as_str());
            context.complete("aws:PrincipalArn", || self.principal_arn());
        }
        if let Some(id) = self.user_id() {
            context.complete("aws:userid", || id);
        }
        if let (Kind::User, Some(user)) = (self.kind, &self.entity) {
            context.complete("aws:username", || user.name());
        }
        if self.kind == Kind::Service {
            context.complete("aws:PrincipalServiceName", || &*self.arn);
            context.complete("aws:PrincipalServiceNamesList", || &*self.arn);
        }
    }
}

impl fmt::Debug for Principal {
    /// Kind and account only: names of sessions may be captured.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Principal")
            .field("kind", &self.kind)
            .field("account", &self.account)
            .finish_non_exhaustive()
    }
}
