//! Roles that a service links to itself: CreateServiceLinkedRole, DeleteServiceLinkedRole, GetServiceLinkedRoleDeletionStatus.
//!
//! A deletion is done when its request is answered, since no service here holds on to such a role: its name leads to the role that
//! was, by unique id, and nothing about it is kept.

use super::shapes::Show;
use super::{home, may, on_role};
use crate::call::{Ask, Call};
use crate::desk::{Answered, fault, permit, required, seal_note, seconds, text, value};
use sotto_directory::names::{ArnKind, arn};
use sotto_directory::{NewLinkedRole, deleted_role, linked_name, linked_path};
use sotto_iam::{Context, Resource};
use sotto_wire::{Fault, Output};

pub(super) async fn answer(call: &mut Call<'_>, operation: &str) -> Option<Answered> {
    Some(match operation {
        "CreateServiceLinkedRole" => create(call).await,
        "DeleteServiceLinkedRole" => delete(call).await,
        "GetServiceLinkedRoleDeletionStatus" => deletion(call),
        _ => return None,
    })
}

async fn create(call: &mut Call<'_>) -> Answered {
    let (account, service) = (call.account()?, required(call, "AWSServiceName")?);
    let suffix = text(call, "CustomSuffix");
    let name = linked_name(&service, suffix.as_ref()).map_err(fault)?;
    let role = arn(&account, ArnKind::Role, &linked_path(&service), &name);
    let on = Resource::new(role.as_str()).of_account(&account);
    let context = Context::new().with("iam:AWSServiceName", service.as_str());
    let permit = permit(call, Ask::new("iam:CreateServiceLinkedRole").on(on).with(context))?;
    let description = seal_note(call, &account, "Description")?;
    let (new, now) = (NewLinkedRole { service, suffix, description }, seconds(call));
    let role = call
        .change(|draft, draw| draft.create_linked_role(&account, new.clone(), now, draw).map_err(fault))
        .await?;
    let shown = Show { call, permit: &permit, account: &account }.role(&role, true)?;
    Ok(Output::new().with("Role", shown))
}

async fn delete(call: &mut Call<'_>) -> Answered {
    let (account, name) = (call.account()?, required(call, "RoleName")?);
    let on = on_role(call, &name)?;
    let _asked = may(call, "iam:DeleteServiceLinkedRole", on)?;
    let task = call.change(|draft, _| draft.delete_linked_role(&account, &name).map_err(fault)).await?;
    Ok(Output::new().with("DeletionTaskId", value(&task)))
}

fn deletion(call: &mut Call<'_>) -> Answered {
    let (account, held) = home(call)?;
    let task = required(call, "DeletionTaskId")?;
    let (path, name, id) =
        deleted_role(&task).ok_or_else(|| Fault::new("InvalidInput", "The deletion task id is not one."))?;
    let role = arn(&account, ArnKind::Role, &path, &name);
    let on = Resource::new(role.as_str()).of_account(&account);
    let _asked = may(call, "iam:GetServiceLinkedRoleDeletionStatus", on)?;
    let there = held.role(name.as_str()).is_some_and(|role| role.id == id);
    match there {
        true => Err(Fault::new("NoSuchEntity", "The deletion task cannot be found.")),
        false => Ok(Output::new().with("Status", "SUCCEEDED")),
    }
}
