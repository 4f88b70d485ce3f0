//! What does IAM answer? Each operation: who may, on which resource, which transition of the directory, which members.
//!
//! Resources and condition keys follow the Service Authorization Reference, "Actions, resources, and condition keys for AWS
//! Identity and Access Management"; members and errors the IAM API Reference. One file per family of operations.

mod account;
mod devices;
mod grants;
mod groups;
mod keys;
mod linked;
mod policies;
mod profiles;
mod providers;
mod roles;
mod shapes;
mod simulate;
mod tags;
mod users;

use crate::call::{Ask, Call};
use crate::desk::{Answered, permit, resource};
use sotto_arn::AccountId;
use sotto_directory::names::{ArnKind, arn, root_arn};
use sotto_directory::{Account, Bearer, Role, Text, User};
use sotto_iam::{Permit, ReadDirectory, Resource};
use sotto_wire::{Common, Fault};
use std::sync::Arc;

/// The answer to an operation of IAM.
pub(crate) async fn answer(call: &mut Call<'_>) -> Answered {
    let operation = call.operation().to_owned();
    let name = operation.as_str();
    macro_rules! ask {
        ($($family:ident),*) => {$(
            if let Some(answered) = $family::answer(call, name).await {
                return answered;
            }
        )*};
    }
    ask!(
        users, groups, roles, linked, policies, grants, keys, devices, providers, profiles, tags, account,
        simulate
    );
    Err(call.refuse_unserved())
}

/// The account of the caller, as the directory has it.
pub(super) fn home(call: &Call<'_>) -> Result<(AccountId, Arc<Account>), Fault> {
    let id = call.account()?;
    let held = call.directory().account(&id).cloned().ok_or_else(crate::call::internal)?;
    Ok((id, held))
}

/// The user that a request is about: the one it names, or the caller. `None` is the root user.
pub(super) fn user_meant(call: &Call<'_>) -> Result<Option<Text>, Fault> {
    if let Some(name) = crate::desk::text(call, "UserName") {
        return Ok(Some(name));
    }
    match call.caller().principal().kind() {
        sotto_iam::Kind::User => Ok(call.caller().name().cloned()),
        sotto_iam::Kind::Root => Ok(None),
        _ => Err(Fault::common(
            Common::Validation,
            "Must specify userName when calling with non-User credentials",
        )),
    }
}

/// A user as a resource, there or not.
pub(super) fn on_user(call: &Call<'_>, name: Option<&Text>) -> Result<Resource, Fault> {
    let (id, held) = home(call)?;
    let Some(name) = name else { return Ok(Resource::new(root_arn(&id).as_str()).of_account(&id)) };
    let (path, tags) = match held.user(name.as_str()) {
        Some(user) => (user.path.clone(), Some(&user.tags)),
        None => ("/".into(), None),
    };
    Ok(resource(call, &id, &arn(&id, ArnKind::User, &path, name), tags))
}

/// A group as a resource, there or not.
pub(super) fn on_group(call: &Call<'_>, name: &Text) -> Result<Resource, Fault> {
    let (id, held) = home(call)?;
    let path = held.group(name.as_str()).map_or_else(|| "/".into(), |group| group.path.clone());
    Ok(resource(call, &id, &arn(&id, ArnKind::Group, &path, name), None))
}

/// A role as a resource, there or not.
pub(super) fn on_role(call: &Call<'_>, name: &Text) -> Result<Resource, Fault> {
    let (id, held) = home(call)?;
    let (path, tags) = match held.role(name.as_str()) {
        Some(role) => (role.path.clone(), Some(&role.tags)),
        None => ("/".into(), None),
    };
    Ok(resource(call, &id, &arn(&id, ArnKind::Role, &path, name), tags))
}

/// What bears policies as a resource.
pub(super) fn on_bearer(call: &Call<'_>, bearer: &Bearer<'_>) -> Result<Resource, Fault> {
    match bearer {
        Bearer::User(name) => on_user(call, Some(name)),
        Bearer::Group(name) => on_group(call, name),
        Bearer::Role(name) => on_role(call, name),
    }
}

/// A thing that is named by its ARN as a resource.
pub(super) fn on_arn(call: &Call<'_>, arn: &Text) -> Result<Resource, Fault> {
    let (id, held) = home(call)?;
    let tags = match sotto_directory::policies::find(&id, &held, arn.as_str()) {
        Some(sotto_directory::AnyPolicy::Customer(policy)) => Some(policy.tags.clone()),
        _ => sotto_directory::providers::find(&id, &held, arn.as_str()).map(|provider| provider.tags.clone()),
    };
    Ok(resource(call, &id, arn, tags.as_ref()))
}

/// A thing that is to be made under a path as a resource.
pub(super) fn on_new(call: &Call<'_>, kind: ArnKind, name: &Text) -> Result<Resource, Fault> {
    let id = call.account()?;
    let path = crate::desk::text(call, "Path").unwrap_or_else(|| "/".into());
    Ok(Resource::new(arn(&id, kind, &path, name).as_str()).of_account(&id))
}

/// Asks for an action on one resource.
pub(super) fn may(
    call: &mut Call<'_>,
    action: &'static str,
    on: Resource,
) -> Result<Permit<ReadDirectory>, Fault> {
    permit(call, Ask::new(action).on(on))
}

/// Asks for an action that is decided on the account's things of a kind, as lists are.
pub(super) fn may_list(
    call: &mut Call<'_>,
    action: &'static str,
    kind: ArnKind,
) -> Result<Permit<ReadDirectory>, Fault> {
    let id = call.account()?;
    let prefix = crate::desk::text(call, "PathPrefix").unwrap_or_else(|| "/".into());
    let under = arn(&id, kind, &prefix, &"".into());
    permit(call, Ask::new(action).on(Resource::new(under.as_str()).of_account(&id)))
}

/// Whether a path begins as the request wants.
pub(super) fn under(call: &Call<'_>, path: &Text) -> bool {
    crate::desk::text(call, "PathPrefix").is_none_or(|prefix| path.as_str().starts_with(prefix.as_str()))
}

/// The user of this name, or the refusal.
pub(super) fn user(held: &Account, name: &Text) -> Result<Arc<User>, Fault> {
    held.user(name.as_str()).cloned().ok_or_else(|| no_such("user", name))
}

/// The role of this name, or the refusal.
pub(super) fn role(held: &Account, name: &Text) -> Result<Arc<Role>, Fault> {
    held.role(name.as_str()).cloned().ok_or_else(|| no_such("role", name))
}

/// That there is nothing of this name.
pub(super) fn no_such(what: &'static str, name: &Text) -> Fault {
    Fault::new(
        "NoSuchEntity",
        sotto_wire::message!("The {} with name {} cannot be found.", what, name.public()),
    )
}
