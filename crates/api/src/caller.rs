//! Who asks? A principal of `iam` with what its access key and its session say about it.
//!
//! Made by [`crate::authenticate`] after the signature held; services ask it for account, name and session. The name of a
//! session is captured text, but part of the ARN that the caller acts as (STS API Reference, "AssumedRoleUser"): it enters
//! that ARN here and nothing else.

use crate::call::internal;
use crate::context::{copied, epoch_seconds};
use sotto_arn::{AccountId, Partition, PrincipalArn};
use sotto_directory::{Claims, Directory, Role, SessionKind, Text, User, policies};
use sotto_iam::{Attached, Context, Policy, PolicyKind, PolicySet, Principal};
use sotto_public::Public;
use sotto_sensitive::RawText;
use sotto_wire::Fault;
use std::sync::Arc;
use std::time::SystemTime;

/// Who asks.
pub struct Caller {
    principal: Principal,
    /// The access key that signed.
    pub(crate) access_key: Option<Public<String>>,
    /// The user's or role's name.
    pub(crate) name: Option<Text>,
    /// `AIDA…`, `AROA…`, or the account's id for its root user.
    pub(crate) unique_id: Option<Text>,
    /// The session, when it is one.
    pub(crate) claims: Option<Claims>,
    /// Tags of the user or role, and those of the session, which win.
    pub(crate) tags: Vec<(RawText, RawText)>,
}

impl Caller {
    /// Nobody known: a request that comes without a signature.
    pub(crate) fn anonymous() -> Self {
        Self::of(Principal::anonymous())
    }

    /// The root user of an account.
    pub(crate) fn root(account: &AccountId) -> Self {
        let id = Text::from(account);
        Self { unique_id: Some(id), ..Self::of(Principal::root(Partition::default(), account)) }
    }

    /// A user. `None` when its name makes no ARN.
    pub(crate) fn user(arn: &PrincipalArn, user: &User) -> Option<Self> {
        let principal = Principal::user(arn)?.with_unique_id(user.id.as_str());
        let (name, unique_id) = (Some(user.name.clone()), Some(user.id.clone()));
        Some(Self { name, unique_id, ..Self::of(principal) })
    }

    /// A session of a role.
    #[expect(clippy::disallowed_methods, reason = "the session's name is part of the ARN that it acts as")]
    pub(crate) fn assumed_role(arn: &PrincipalArn, role: &Role, session: &RawText) -> Option<Self> {
        let principal = Principal::assumed_role(arn, session.expose())?.with_unique_id(role.id.as_str());
        let (name, unique_id) = (Some(role.name.clone()), Some(role.id.clone()));
        Some(Self { name, unique_id, ..Self::of(principal) })
    }

    /// A federated session of a user.
    #[expect(clippy::disallowed_methods, reason = "the session's name is part of the ARN that it acts as")]
    pub(crate) fn federated(arn: &PrincipalArn, session: &RawText) -> Option<Self> {
        Some(Self::of(Principal::federated_user(arn, session.expose())?))
    }

    /// Somebody for whom an issuer of the account vouches.
    pub(crate) fn web_identity(provider: &Text) -> Self {
        Self::of(Principal::web_identity(provider.as_str()))
    }

    fn of(principal: Principal) -> Self {
        Self { principal, access_key: None, name: None, unique_id: None, claims: None, tags: Vec::new() }
    }

    /// The principal, as policies see it.
    pub fn principal(&self) -> &Principal {
        &self.principal
    }

    /// Its account; nobody known has none.
    pub fn account(&self) -> Option<&AccountId> {
        self.principal.account()
    }

    /// The user's or role's name; the root user has none.
    pub fn name(&self) -> Option<&Text> {
        self.name.as_ref()
    }

    /// `AIDA…`, `AROA…`, or the account's id for its root user.
    pub fn unique_id(&self) -> Option<&Text> {
        self.unique_id.as_ref()
    }

    /// The access key that signed.
    pub fn access_key(&self) -> Option<&Public<String>> {
        self.access_key.as_ref()
    }

    /// The session, when it is one.
    pub fn claims(&self) -> Option<&Claims> {
        self.claims.as_ref()
    }

    /// `aws:userid`: the unique id, for sessions with the session's name (IAM User Guide, "Principal key values").
    #[expect(clippy::disallowed_methods, reason = "the caller's own id: a unique id, and a session's name")]
    pub fn user_id(&self) -> Public<String> {
        let account = self.account().map(AccountId::as_str).unwrap_or_default();
        let id = self.unique_id.as_ref().map_or(account, Text::as_str);
        Public::from_pinned_text(match self.principal.session_name() {
            Some(session) => format!("{id}:{session}"),
            None => id.to_owned(),
        })
    }

    /// The ARN that it acts as.
    #[expect(
        clippy::disallowed_methods,
        reason = "the caller's own ARN: checked names, and a session's name"
    )]
    pub fn arn(&self) -> Public<String> {
        Public::from_pinned_text(self.principal.arn().to_owned())
    }

    /// Adds the keys that the session and the tags give.
    pub(crate) fn complete(&self, now: SystemTime, context: &mut Context) {
        for (key, value) in &self.tags {
            set_tag(context, key, value);
        }
        let Some(claims) = &self.claims else { return };
        context.set(
            "aws:TokenIssueTime",
            [SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(claims.issued)],
        );
        context.set("aws:MultiFactorAuthPresent", [claims.mfa.is_some()]);
        if let Some(at) = claims.mfa {
            let age = epoch_seconds(now).saturating_sub(i64::try_from(at).unwrap_or(i64::MAX));
            context.set("aws:MultiFactorAuthAge", [age.max(0)]);
        }
        if let Some(identity) = &claims.source_identity {
            context.set("aws:SourceIdentity", [copied(identity)]);
        }
        if let Some(provider) = &claims.provider {
            context.set("aws:FederatedProvider", [provider.as_str()]);
        }
        for (key, value) in &claims.web {
            context.set(key.as_str(), [copied(value)]);
        }
    }

    /// Adds the policies that the session was made with: they can only take away.
    pub(crate) fn limit(&mut self, directory: &Directory) -> Result<(), Fault> {
        let Some((claims, id)) = self.claims.as_ref().zip(self.principal.account()) else { return Ok(()) };
        if claims.policies.is_empty() && claims.policy_arns.is_empty() {
            return Ok(());
        }
        let parse = |text: &Text| Policy::parse(text.as_str(), PolicyKind::Session).map_err(|_| internal());
        let mut attached = Vec::new();
        for document in &claims.policies {
            attached.push(Attached::inline("session policy", parse(document)?));
        }
        let account = directory.account(id).ok_or_else(internal)?;
        for arn in &claims.policy_arns {
            // A managed policy that is gone allows nothing: leaving it out only takes away.
            let found = policies::find(id, account, arn.as_str()).and_then(|policy| policy.document());
            if let Some(document) = found {
                attached.push(Attached::managed(arn.as_str(), arn.as_str(), parse(&document)?));
            }
        }
        let limited = self.principal.clone().with_session_policies(Arc::new(PolicySet::new(attached)));
        self.principal = limited;
        Ok(())
    }

    /// Whether what this session may do ends before policies are asked: sessions of GetSessionToken and GetFederationToken
    /// reach IAM not at all (the former with a second factor they do) and of STS a few operations only (STS API Reference,
    /// "GetSessionToken", "GetFederationToken").
    pub(crate) fn is_barred_from(&self, service: &str, operation: &str) -> bool {
        let Some(claims) = &self.claims else { return false };
        match (claims.kind, service) {
            (SessionKind::User, "iam") => claims.mfa.is_none(),
            (SessionKind::User, "sts") => !matches!(operation, "AssumeRole" | "GetCallerIdentity"),
            (SessionKind::Federated, "iam") => true,
            (SessionKind::Federated, "sts") => operation != "GetCallerIdentity",
            _ => false,
        }
    }
}

/// The key of a tag is captured text in a session and part of a context key's name.
#[expect(clippy::disallowed_methods, reason = "a tag's key names a context key; values stay captured")]
fn set_tag(context: &mut Context, key: &RawText, value: &RawText) {
    context.set(&format!("aws:PrincipalTag/{}", key.expose()), [copied(value)]);
}
