//! Which policies apply together, and to whom?
//!
//! An estate is what somebody has on disk: policies of every kind, perhaps with the users and roles that an account export names.
//! Identity policies that belong to nobody in particular apply to whoever asks. A [`Question`] is a request in words, which can be
//! shown, asked again and asked of another estate.

use super::scope::KnownAction;
use crate::policies::Level;
use crate::policy::{Effect, Principals, Statement, Who};
use crate::{
    Attached, Context, Guardrails, Policies, Policy, PolicyKind, PolicySet, Principal, Request, Resource,
    ResourcePolicy, Verdict, evaluate,
};
use sotto_arn::{AccountId, Action, PrincipalArn, PrincipalKind};
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

/// The name of the session in which a role asks.
const SESSION: &str = "session";

/// A user or role with what is attached to it.
#[derive(Clone, Debug)]
pub struct Subject {
    /// Who.
    pub arn: PrincipalArn,
    /// Its own policies and those of its groups.
    pub identity: Vec<Attached>,
    /// Its permissions boundary.
    pub boundary: Option<Attached>,
}

/// Policies that apply together.
#[derive(Clone, Debug, Default)]
pub struct Estate {
    /// Users and roles that are known by name.
    pub subjects: Vec<Subject>,
    /// Policies that belong to nobody in particular, of every kind. Those of resources are for whatever is asked about.
    pub loose: Vec<Attached>,
    /// Policies of single resources, by the resource's ARN: trust policies of roles.
    pub owned: Vec<(String, Attached)>,
}

/// Why a question cannot be asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QuestionError {
    /// Only users, roles, roots and whoever comes from a provider of web identities ask.
    #[error(
        "the principal is neither a user, a role, the root of an account nor a provider of web identities"
    )]
    Principal,
}

/// A request in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// Who asks: a user, the root of an account, a role, which asks in a session, or a provider of web identities for whomever it
    /// vouches for.
    pub principal: PrincipalArn,
    /// What for.
    pub action: Action,
    /// On what; `*` where the action is decided on nothing.
    pub resource: String,
    /// Keys of the context with their values; a key that does not stand here is absent.
    pub context: Vec<(String, Vec<String>)>,
}

impl Question {
    /// The request itself. A resource that names no account is one of the principal's own account.
    ///
    /// # Errors
    /// When the principal is one that cannot ask.
    pub fn request(&self) -> Result<Request, QuestionError> {
        let principal = self.asker().ok_or(QuestionError::Principal)?;
        let mut context = Context::new();
        for (key, values) in &self.context {
            context.set(key, values.iter().map(String::as_str));
        }
        let resource = Resource::new(&self.resource);
        let resource = match (resource.account(), &*self.resource) {
            (None, arn) if arn != "*" => resource.of_account(self.principal.account()),
            _ => resource,
        };
        Ok(Request::new(principal, self.action.clone(), resource, context))
    }

    /// The ARN that AWS decides an action on, where people name the resource by a shorter one: a log group stands for its stream
    /// without a name (so printed in AWS's own refusals).
    pub fn decided_on(action: &Action, resource: &str) -> String {
        let parts: Vec<&str> = resource.split(':').collect();
        let bare =
            matches!(parts.as_slice(), ["arn", _, "logs", _, _, "log-group", name] if !name.contains('*'));
        let streams = KnownAction::find(action.as_str()).is_some_and(|known| known.is_on_streams());
        if bare && streams { format!("{resource}:log-stream:") } else { resource.to_owned() }
    }

    fn asker(&self) -> Option<Principal> {
        match self.principal.kind() {
            PrincipalKind::Root => {
                Some(Principal::root(self.principal.partition(), self.principal.account()))
            }
            PrincipalKind::User => Principal::user(&self.principal),
            PrincipalKind::Role => Principal::assumed_role(&self.principal, SESSION),
            PrincipalKind::OidcProvider => Some(Principal::web_identity(self.principal.as_str())),
            _ => None,
        }
    }
}

impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} on {}", self.principal, self.action, self.resource)?;
        for (index, (key, values)) in self.context.iter().enumerate() {
            write!(f, "{} {key}={}", if index == 0 { " with" } else { "," }, values.join("|"))?;
        }
        Ok(())
    }
}

impl Estate {
    /// Loose policies alone.
    pub fn of(loose: Vec<Attached>) -> Self {
        Self { loose, ..Self::default() }
    }

    /// Whether every policy only takes away: nothing is allowed to anybody, so nothing changes when one of them does.
    pub fn only_takes_away(&self) -> bool {
        let takes = |attached: &Attached| {
            use PolicyKind::{Boundary, Rcp, Scp, Session};
            matches!(attached.policy().kind(), Scp | Rcp | Boundary | Session)
        };
        self.subjects.is_empty() && self.owned.is_empty() && self.loose.iter().all(takes)
    }

    /// The same policies beside an identity policy that grants everything: what they take away shows.
    #[must_use]
    pub fn granting_everything(mut self) -> Self {
        let text = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;
        let everything = Policy::parse(text, PolicyKind::Identity).ok();
        self.loose.extend(everything.map(|policy| Attached::inline("everything is granted", policy)));
        self
    }

    /// What statements say of principals that no question can name: services, SAML providers, canonical and unique ids.
    pub(crate) fn unasked(&self) -> BTreeSet<String> {
        let loose = self.loose.iter().map(|attached| ("", attached));
        let owned = self.owned.iter().map(|(arn, attached)| (arn.as_str(), attached));
        let all = loose.chain(owned).flat_map(|(owner, attached)| {
            attached.policy().statements().map(move |statement| (owner, statement))
        });
        let unasked = all.filter(|(_, statement)| statement.principals.as_ref().is_some_and(names_unasked));
        unasked
            .map(|(owner, statement)| {
                let actions: Vec<_> = statement.actions.patterns.iter().map(|one| &one.folded).collect();
                format!("{owner} {} {} {actions:?}", Words(statement), statement.actions.negated)
            })
            .collect()
    }

    /// Resources that have a policy of their own.
    pub(crate) fn owners(&self) -> impl Iterator<Item = &str> {
        self.owned.iter().map(|(arn, _)| arn.as_str())
    }

    /// All policies.
    pub(crate) fn policies(&self) -> impl Iterator<Item = &Policy> {
        let own = self.subjects.iter().flat_map(|subject| subject.identity.iter().chain(&subject.boundary));
        let owned = self.owned.iter().map(|(_, attached)| attached);
        self.loose.iter().chain(own).chain(owned).map(Attached::policy)
    }

    /// What the estate says of an action, in words that are equal where the effect must be: who a policy belongs to, its kind,
    /// and everything of a statement but its actions.
    pub(crate) fn said_of(&self, folded: &str) -> BTreeSet<String> {
        let loose = self.loose.iter().map(|attached| (String::new(), attached));
        let own = self.subjects.iter().flat_map(|subject| {
            subject
                .identity
                .iter()
                .chain(&subject.boundary)
                .map(|attached| (subject.arn.to_string(), attached))
        });
        let owned = self.owned.iter().map(|(arn, attached)| (arn.clone(), attached));
        let all = loose.chain(own).chain(owned);
        let concerned = all.flat_map(|(owner, attached)| {
            let policy = attached.policy();
            let statements = policy.statements().filter(|statement| statement.actions.matches(folded));
            statements
                .map(move |statement| {
                    format!("{owner} {:?} {:?} {}", policy.kind(), policy.version(), Words(statement))
                })
                .collect::<Vec<_>>()
        });
        concerned.collect()
    }

    /// Kinds of policies that must allow where there is one, and whether one of the kind does: that matters even where they say nothing.
    pub(crate) fn kinds(&self) -> BTreeSet<String> {
        self.loose
            .iter()
            .map(|attached| {
                format!("{:?} {}", attached.policy().kind(), self.has_allow(attached.policy().kind()))
            })
            .chain(self.bounded())
            .collect()
    }

    /// Whether a policy of a kind allows anything, and so stands in place of AWS's own.
    fn has_allow(&self, kind: PolicyKind) -> bool {
        self.loose.iter().any(|attached| attached.policy().kind() == kind && allows(attached))
    }

    fn bounded(&self) -> impl Iterator<Item = String> {
        let subjects = self.subjects.iter();
        subjects.map(|subject| format!("{} {}", subject.arn, subject.boundary.is_some()))
    }

    /// What applies when somebody asks for a resource.
    pub fn applying_to(&self, principal: &PrincipalArn, resource: &str) -> Policies {
        let subject = self.subjects.iter().find(|subject| subject.arn == *principal);
        let own = subject.iter().flat_map(|subject| &subject.identity);
        let boundary = subject.and_then(|subject| subject.boundary.as_ref());
        let all = |kind: PolicyKind| self.loose.iter().filter(move |one| one.policy().kind() == kind);
        let some = |kind| set(all(kind));
        let owned =
            || set(self.owned.iter().filter(|(arn, _)| *arn == *resource).map(|(_, attached)| attached));
        let kinds = [PolicyKind::Resource, PolicyKind::Trust, PolicyKind::KeyPolicy];
        let of_resource = kinds.into_iter().find_map(some).or_else(owned);
        Policies {
            identity: set(all(PolicyKind::Identity).chain(own)).into_iter().collect(),
            boundary: set(all(PolicyKind::Boundary).chain(boundary)),
            session: some(PolicyKind::Session),
            scps: guardrails(some(PolicyKind::Scp), PolicyKind::Scp),
            rcps: guardrails(some(PolicyKind::Rcp), PolicyKind::Rcp),
            resource: of_resource.map(ResourcePolicy::new),
            ..Policies::default()
        }
    }

    /// Decides a question.
    ///
    /// # Errors
    /// When the principal is one that cannot ask.
    pub fn decide(&self, question: &Question) -> Result<Verdict, QuestionError> {
        Ok(evaluate(&self.applying_to(&question.principal, &question.resource), &question.request()?))
    }
}

fn names_unasked(principals: &Principals) -> bool {
    principals.patterns.iter().any(|one| match &one.who {
        Who::Service(_) | Who::Canonical(_) | Who::UniqueId(_) => true,
        Who::Federated(provider) => web_provider(provider).is_none(),
        Who::Everyone | Who::Account(_) | Who::Arn(_) => false,
    })
}

/// The provider of web identities that a policy names by its ARN.
pub(crate) fn web_provider(text: &str) -> Option<PrincipalArn> {
    PrincipalArn::parse(text).ok().filter(|arn| arn.kind() == PrincipalKind::OidcProvider)
}

/// A statement without its actions, its name and its place.
struct Words<'s>(&'s Statement);

impl fmt::Display for Words<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(statement) = self;
        write!(f, "{:?}", statement.effect)?;
        if let Some(principals) = &statement.principals {
            let who: Vec<_> = principals.patterns.iter().map(|one| &one.who).collect();
            write!(f, " {} {who:?}", principals.negated)?;
        }
        if let Some(resources) = &statement.resources {
            let texts: Vec<_> = resources.patterns.iter().map(|one| &one.text).collect();
            write!(f, " {} {texts:?}", resources.negated)?;
        }
        for condition in &statement.conditions {
            let values: Vec<_> = condition.values.iter().map(|value| value.text()).collect();
            write!(f, " {:?} {} {values:?}", condition.operator, condition.key.as_str())?;
        }
        Ok(())
    }
}

fn set<'a>(attached: impl Iterator<Item = &'a Attached>) -> Option<Arc<PolicySet>> {
    let attached: Vec<Attached> = attached.cloned().collect();
    (!attached.is_empty()).then(|| Arc::new(PolicySet::new(attached)))
}

/// One level: files do not say where in an organization a policy is attached. Where none of them allows anything, AWS's own
/// policy that allows everything is taken to be attached beside them, as it is unless somebody detaches it (AWS Organizations
/// User Guide, "SCP evaluation").
fn guardrails(policies: Option<Arc<PolicySet>>, kind: PolicyKind) -> Guardrails {
    let levels = policies.into_iter().map(|set| Level::new("the organization", with_default(set, kind)));
    Guardrails { levels: levels.collect(), management: false }
}

fn allows(attached: &Attached) -> bool {
    attached.policy().statements().any(|one| one.effect == Effect::Allow)
}

fn with_default(set: Arc<PolicySet>, kind: PolicyKind) -> Arc<PolicySet> {
    if set.policies().iter().any(allows) {
        return set;
    }
    let (name, who) = match kind {
        PolicyKind::Rcp => ("RCPFullAWSAccess", r#""Principal":"*","#),
        _ => ("FullAWSAccess", ""),
    };
    let text = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow",{who}"Action":"*","Resource":"*"}}]}}"#
    );
    let everything = Policy::parse(&text, kind).ok().map(|policy| Attached::inline(name, policy));
    Arc::new(PolicySet::new(set.policies().iter().cloned().chain(everything).collect()))
}

/// The principal that asks where no other is called for.
pub(crate) fn somebody(account: &AccountId) -> Option<PrincipalArn> {
    PrincipalArn::parse(&format!("arn:aws:iam::{account}:user/somebody")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn log_groups_are_decided_on_as_streams() {
        let group = "arn:aws:logs:eu-central-1:111122223333:log-group:a";
        for (action, resource, wanted) in [
            ("logs:Unmask", group.to_owned(), format!("{group}:log-stream:")),
            ("logs:TagResource", group.to_owned(), group.to_owned()),
            ("logs:Unmask", format!("{group}:log-stream:s"), format!("{group}:log-stream:s")),
            ("logs:Unmask", "*".to_owned(), "*".to_owned()),
            ("kms:Decrypt", group.to_owned(), group.to_owned()),
        ] {
            let action = Action::parse(action).unwrap();
            assert_eq!(Question::decided_on(&action, &resource), wanted, "{action}");
        }
    }
}
