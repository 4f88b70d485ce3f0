//! Groups: CreateGroup, GetGroup, UpdateGroup, DeleteGroup, ListGroups, AddUserToGroup, RemoveUserFromGroup.

use super::shapes::Show;
use super::{home, may, may_list, no_such, on_group, on_new, under};
use crate::call::{Ask, Call};
use crate::desk::{Answered, Page, fault, permit, required, seconds, text};
use sotto_directory::names::ArnKind;
use sotto_wire::Output;

pub(super) async fn answer(call: &mut Call<'_>, operation: &str) -> Option<Answered> {
    Some(match operation {
        "CreateGroup" => create(call).await,
        "GetGroup" => get(call),
        "UpdateGroup" => update(call).await,
        "DeleteGroup" => delete(call).await,
        "ListGroups" => list(call),
        "AddUserToGroup" => add(call).await,
        "RemoveUserFromGroup" => remove(call).await,
        _ => return None,
    })
}

async fn create(call: &mut Call<'_>) -> Answered {
    let (account, name) = (call.account()?, required(call, "GroupName")?);
    let on = on_new(call, ArnKind::Group, &name)?;
    let permit = may(call, "iam:CreateGroup", on)?;
    let (path, now) = (text(call, "Path"), seconds(call));
    let group = call
        .change(|draft, draw| {
            draft.create_group(&account, name.clone(), path.clone(), now, draw).map_err(fault)
        })
        .await?;
    let shown = Show { call, permit: &permit, account: &account }.group(&group);
    Ok(Output::new().with("Group", shown))
}

fn get(call: &mut Call<'_>) -> Answered {
    let name = required(call, "GroupName")?;
    let on = on_group(call, &name)?;
    let permit = may(call, "iam:GetGroup", on)?;
    let (account, held) = home(call)?;
    let group = held.group(name.as_str()).ok_or_else(|| no_such("group", &name))?;
    let members = held.members(name.as_str()).map(|user| (user.name.clone(), user)).collect();
    let show = Show { call, permit: &permit, account: &account };
    let page = Page::of_iam(call, members);
    Ok(page.into_iam("Users", |user| Ok(show.user(user, false)?.into()))?.with("Group", show.group(group)))
}

async fn update(call: &mut Call<'_>) -> Answered {
    let (account, name) = (call.account()?, required(call, "GroupName")?);
    let (new_name, new_path) = (text(call, "NewGroupName"), text(call, "NewPath"));
    let mut ask = Ask::new("iam:UpdateGroup").on(on_group(call, &name)?);
    if let Some(new_name) = &new_name {
        ask = ask.on(on_group(call, new_name)?);
    }
    let _asked = permit(call, ask)?;
    call.change(|draft, _| {
        draft.update_group(&account, &name, new_name.clone(), new_path.clone()).map_err(fault)
    })
    .await?;
    Ok(Output::new())
}

async fn delete(call: &mut Call<'_>) -> Answered {
    let (account, name) = (call.account()?, required(call, "GroupName")?);
    let on = on_group(call, &name)?;
    let _asked = may(call, "iam:DeleteGroup", on)?;
    call.change(|draft, _| draft.delete_group(&account, &name).map_err(fault)).await?;
    Ok(Output::new())
}

fn list(call: &mut Call<'_>) -> Answered {
    let permit = may_list(call, "iam:ListGroups", ArnKind::Group)?;
    let (account, held) = home(call)?;
    let groups = held.groups.iter().filter(|group| under(call, &group.path));
    let groups = groups.map(|group| (group.name.clone(), group)).collect();
    let show = Show { call, permit: &permit, account: &account };
    Page::of_iam(call, groups).into_iam("Groups", |group| Ok(show.group(group).into()))
}

async fn add(call: &mut Call<'_>) -> Answered {
    let (account, group, user) = (call.account()?, required(call, "GroupName")?, required(call, "UserName")?);
    let on = on_group(call, &group)?;
    let _asked = may(call, "iam:AddUserToGroup", on)?;
    call.change(|draft, _| draft.add_user_to_group(&account, &group, &user).map_err(fault)).await?;
    Ok(Output::new())
}

async fn remove(call: &mut Call<'_>) -> Answered {
    let (account, group, user) = (call.account()?, required(call, "GroupName")?, required(call, "UserName")?);
    let on = on_group(call, &group)?;
    let _asked = may(call, "iam:RemoveUserFromGroup", on)?;
    call.change(|draft, _| draft.remove_user_from_group(&account, &group, &user).map_err(fault)).await?;
    Ok(Output::new())
}
