//! How do tests name principals and kinds? By ARNs and short words.

use sotto_arn::{AccountId, PrincipalArn, PrincipalKind};
use sotto_iam::{PolicyKind, Principal};

pub(crate) fn kind(word: &str) -> PolicyKind {
    match word {
        "identity" => PolicyKind::Identity,
        "boundary" => PolicyKind::Boundary,
        "session" => PolicyKind::Session,
        "resource" => PolicyKind::Resource,
        "trust" => PolicyKind::Trust,
        "key" => PolicyKind::KeyPolicy,
        "scp" => PolicyKind::Scp,
        "rcp" => PolicyKind::Rcp,
        other => panic!("{other} is no kind of policy"),
    }
}

pub(crate) fn account(digits: &str) -> AccountId {
    AccountId::parse(digits).unwrap()
}

/// A principal by its ARN or name; sessions need the role or user behind them.
pub(crate) fn principal(name: &str, entity: Option<&str>) -> Principal {
    if name == "anonymous" {
        return Principal::anonymous();
    }
    let Ok(arn) = PrincipalArn::parse(name) else { return Principal::service(name) };
    let behind = || PrincipalArn::parse(entity.unwrap_or_else(|| panic!("{name} needs an entity"))).unwrap();
    match arn.kind() {
        PrincipalKind::Root => Principal::root(arn.partition(), arn.account()),
        PrincipalKind::User => Principal::user(&arn).unwrap(),
        PrincipalKind::AssumedRole => Principal::assumed_role(&behind(), arn.session().unwrap()).unwrap(),
        PrincipalKind::FederatedUser => Principal::federated_user(&behind(), arn.name()).unwrap(),
        PrincipalKind::OidcProvider => Principal::web_identity(name),
        other => panic!("{other:?} asks for nothing"),
    }
}
