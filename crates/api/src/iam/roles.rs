//! Roles: CreateRole, GetRole, UpdateRole, UpdateRoleDescription, UpdateAssumeRolePolicy, DeleteRole, ListRoles.

use super::shapes::Show;
use super::{home, may, may_list, on_new, on_role, role, under};
use crate::call::{Ask, Call};
use crate::desk::{
    Answered, Page, fault, given_tags, number, permit, required, seal_note, seconds, tag_context, text,
};
use sotto_directory::names::ArnKind;
use sotto_directory::{NewRole, SESSION_SECONDS, new_tags};
use sotto_wire::Output;

pub(super) async fn answer(call: &mut Call<'_>, operation: &str) -> Option<Answered> {
    Some(match operation {
        "CreateRole" => create(call).await,
        "GetRole" => get(call),
        "UpdateRole" => update(call).await,
        "UpdateRoleDescription" => describe(call).await,
        "UpdateAssumeRolePolicy" => trust(call).await,
        "DeleteRole" => delete(call).await,
        "ListRoles" => list(call),
        _ => return None,
    })
}

async fn create(call: &mut Call<'_>) -> Answered {
    let (account, name) = (call.account()?, required(call, "RoleName")?);
    let boundary = text(call, "PermissionsBoundary");
    let context = tag_context(call, "Tags", super::grants::boundary_context(boundary.as_ref()));
    let on = on_new(call, ArnKind::Role, &name)?;
    let permit = permit(call, Ask::new("iam:CreateRole").on(on).with(context))?;
    let new = NewRole {
        name,
        path: text(call, "Path"),
        trust: required(call, "AssumeRolePolicyDocument")?,
        session_seconds_max: number(call, "MaxSessionDuration"),
        boundary,
        description: seal_note(call, &account, "Description")?,
        tags: new_tags(given_tags(call, &account, "Tags")?).map_err(fault)?,
    };
    let now = seconds(call);
    let role =
        call.change(|draft, draw| draft.create_role(&account, new.clone(), now, draw).map_err(fault)).await?;
    let shown = Show { call, permit: &permit, account: &account }.role(&role, true)?;
    Ok(Output::new().with("Role", shown))
}

fn get(call: &mut Call<'_>) -> Answered {
    let name = required(call, "RoleName")?;
    let on = on_role(call, &name)?;
    let permit = may(call, "iam:GetRole", on)?;
    let (account, held) = home(call)?;
    let found = role(&held, &name)?;
    let shown = Show { call, permit: &permit, account: &account }.role(&found, true)?;
    Ok(Output::new().with("Role", shown))
}

/// A duration that is not given becomes an hour again (IAM API Reference, "UpdateRole", `MaxSessionDuration`).
async fn update(call: &mut Call<'_>) -> Answered {
    let (account, name) = (call.account()?, required(call, "RoleName")?);
    let on = on_role(call, &name)?;
    let _asked = may(call, "iam:UpdateRole", on)?;
    let longest = number(call, "MaxSessionDuration").unwrap_or(*SESSION_SECONDS.start());
    let description = seal_note(call, &account, "Description")?;
    call.change(|draft, _| {
        let describe = description.clone().map(Some);
        draft.update_role(&account, &name, Some(longest), describe).map_err(fault)
    })
    .await?;
    Ok(Output::new())
}

async fn describe(call: &mut Call<'_>) -> Answered {
    let (account, name) = (call.account()?, required(call, "RoleName")?);
    let on = on_role(call, &name)?;
    let permit = may(call, "iam:UpdateRoleDescription", on)?;
    let description = seal_note(call, &account, "Description")?;
    let role = call
        .change(|draft, _| {
            draft.update_role(&account, &name, None, Some(description.clone())).map_err(fault)?;
            draft.role(&account, &name).cloned().map_err(fault)
        })
        .await?;
    let shown = Show { call, permit: &permit, account: &account }.role(&role, true)?;
    Ok(Output::new().with("Role", shown))
}

async fn trust(call: &mut Call<'_>) -> Answered {
    let (account, name) = (call.account()?, required(call, "RoleName")?);
    let on = on_role(call, &name)?;
    let _asked = may(call, "iam:UpdateAssumeRolePolicy", on)?;
    let document = required(call, "PolicyDocument")?;
    call.change(|draft, _| draft.update_trust(&account, &name, document.clone()).map_err(fault)).await?;
    Ok(Output::new())
}

async fn delete(call: &mut Call<'_>) -> Answered {
    let (account, name) = (call.account()?, required(call, "RoleName")?);
    let on = on_role(call, &name)?;
    let _asked = may(call, "iam:DeleteRole", on)?;
    call.change(|draft, _| draft.delete_role(&account, &name).map_err(fault)).await?;
    Ok(Output::new())
}

fn list(call: &mut Call<'_>) -> Answered {
    let permit = may_list(call, "iam:ListRoles", ArnKind::Role)?;
    let (account, held) = home(call)?;
    let roles = held.roles.iter().filter(|role| under(call, &role.path));
    let roles = roles.map(|role| (role.name.clone(), role)).collect();
    let show = Show { call, permit: &permit, account: &account };
    Page::of_iam(call, roles).into_iam("Roles", |role| Ok(show.role(role, false)?.into()))
}
