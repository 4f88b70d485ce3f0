//! How does an entry of `Principal` name this principal: itself, through its role, through its account, or not at all?
//!
//! It matters because, in one account, permission for a session or user itself is not limited by the silence of other policies,
//! permission for its role is, and permission for its account only hands the question on (IAM User Guide, "How AWS enforcement
//! code logic evaluates requests to allow or deny access", and "AWS JSON policy elements: Principal").

use crate::policy::{Effect, Principals, Who};
use crate::principal::{Kind, Principal};

/// How a statement names a principal; the stronger the later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Grant {
    /// Not at all.
    None,
    /// Through its account: identity policies decide.
    Account,
    /// Through its role, or the user behind a federated session: boundary and session policies still limit.
    Entity,
    /// Itself, or everybody.
    Itself,
}

/// How a statement's principals name one.
pub(super) fn of(principals: &Principals, effect: Effect, principal: &Principal) -> Grant {
    if principals.negated {
        return left_out(principals, effect, principal);
    }
    principals.patterns.iter().map(|pattern| named(&pattern.who, principal)).max().unwrap_or(Grant::None)
}

fn named(who: &Who, principal: &Principal) -> Grant {
    let itself = |yes: bool| if yes { Grant::Itself } else { Grant::None };
    match who {
        Who::Everyone => Grant::Itself,
        Who::Account(account) => match (principal.account() == Some(account), principal.kind()) {
            (false, _) => Grant::None,
            (true, Kind::Root) => Grant::Itself,
            (true, _) => Grant::Account,
        },
        Who::Arn(arn) if arn.as_str() == principal.arn() => Grant::Itself,
        Who::Arn(arn) => entity(principal.entity() == Some(arn)),
        Who::UniqueId(id) => match principal.kind() {
            Kind::User => itself(principal.unique_id() == Some(id)),
            _ => entity(principal.unique_id() == Some(id)),
        },
        Who::Service(name) => itself(principal.kind() == Kind::Service && principal.arn() == &**name),
        Who::Federated(provider) => {
            itself(principal.kind() == Kind::WebIdentity && principal.arn() == &**provider)
        }
        Who::Canonical(_) => Grant::None,
    }
}

fn entity(yes: bool) -> Grant {
    if yes { Grant::Entity } else { Grant::None }
}

/// `NotPrincipal`. AWS looks at the account first, then at the role, then at the session ("AWS JSON policy elements:
/// NotPrincipal"): a refusal spares only a principal that is listed at each of these steps, and a permission reaches only one
/// that is listed at none.
fn left_out(principals: &Principals, effect: Effect, principal: &Principal) -> Grant {
    let listed = |step: &Who| principals.patterns.iter().any(|pattern| is(&pattern.who, step, principal));
    let steps = steps(principal);
    let reaches = match effect {
        Effect::Deny => !steps.iter().flatten().all(listed),
        Effect::Allow => !steps.iter().flatten().any(listed),
    };
    if reaches { Grant::Itself } else { Grant::None }
}

/// Account, entity and session of a principal, as far as it has them.
fn steps(principal: &Principal) -> [Option<Who>; 3] {
    let account = principal.account().cloned().map(Who::Account);
    let entity = || principal.entity().cloned().map(Who::Arn);
    let session = || sotto_arn::PrincipalArn::parse(principal.arn()).ok().map(Who::Arn);
    match principal.kind() {
        Kind::Root => [account, None, None],
        Kind::User => [account, entity(), None],
        Kind::AssumedRole | Kind::FederatedUser => [account, entity(), session()],
        Kind::Service => [Some(Who::Service(principal.arn().into())), None, None],
        Kind::WebIdentity => [Some(Who::Federated(principal.arn().into())), None, None],
        Kind::Anonymous => [Some(Who::Everyone), None, None],
    }
}

/// Whether an entry lists one step.
fn is(entry: &Who, step: &Who, principal: &Principal) -> bool {
    match (entry, step) {
        (Who::Everyone, _) => true,
        (Who::UniqueId(id), Who::Arn(arn)) => {
            principal.entity() == Some(arn) && principal.unique_id() == Some(id)
        }
        (Who::Arn(listed), Who::Arn(arn)) => listed == arn,
        (listed, step) => listed == step,
    }
}
