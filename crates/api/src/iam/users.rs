//! Users: CreateUser, GetUser, UpdateUser, DeleteUser, ListUsers, ListGroupsForUser, and their sign-in profiles.

use super::shapes::Show;
use super::{home, may, may_list, on_new, on_user, under, user, user_meant};
use crate::call::{Ask, Call};
use crate::desk::{
    Answered, Page, fault, given_tags, instant, permit, required, seconds, tag_context, text, value,
};
use sotto_directory::names::ArnKind;
use sotto_directory::{NewUser, Text, User, new_tags, no_login};
use sotto_wire::{Output, Value};

pub(super) async fn answer(call: &mut Call<'_>, operation: &str) -> Option<Answered> {
    Some(match operation {
        "CreateUser" => create(call).await,
        "GetUser" => get(call),
        "UpdateUser" => update(call).await,
        "DeleteUser" => delete(call).await,
        "ListUsers" => list(call),
        "ListGroupsForUser" => groups(call),
        "CreateLoginProfile" => create_login(call).await,
        "GetLoginProfile" => get_login(call),
        "UpdateLoginProfile" => update_login(call).await,
        "DeleteLoginProfile" => delete_login(call).await,
        _ => return None,
    })
}

async fn create(call: &mut Call<'_>) -> Answered {
    let (account, name) = (call.account()?, required(call, "UserName")?);
    let boundary = text(call, "PermissionsBoundary");
    let context = tag_context(call, "Tags", super::grants::boundary_context(boundary.as_ref()));
    let on = on_new(call, ArnKind::User, &name)?;
    let permit = permit(call, Ask::new("iam:CreateUser").on(on).with(context))?;
    let tags = new_tags(given_tags(call, &account, "Tags")?).map_err(fault)?;
    let (new, now) = (NewUser { name, path: text(call, "Path"), boundary, tags }, seconds(call));
    let user =
        call.change(|draft, draw| draft.create_user(&account, new.clone(), now, draw).map_err(fault)).await?;
    let shown = Show { call, permit: &permit, account: &account }.user(&user, true)?;
    Ok(Output::new().with("User", shown))
}

fn get(call: &mut Call<'_>) -> Answered {
    let name = user_meant(call)?;
    let on = on_user(call, name.as_ref())?;
    let permit = may(call, "iam:GetUser", on)?;
    let (account, held) = home(call)?;
    let show = Show { call, permit: &permit, account: &account };
    let shown = match &name {
        Some(name) => show.user(&*user(&held, name)?, true)?,
        None => show.root(&held),
    };
    Ok(Output::new().with("User", shown))
}

async fn update(call: &mut Call<'_>) -> Answered {
    let (account, name) = (call.account()?, required(call, "UserName")?);
    let (new_name, new_path) = (text(call, "NewUserName"), text(call, "NewPath"));
    let mut ask = Ask::new("iam:UpdateUser").on(on_user(call, Some(&name))?);
    if let Some(new_name) = &new_name {
        ask = ask.on(on_user(call, Some(new_name))?);
    }
    let _asked = permit(call, ask)?;
    call.change(|draft, _| {
        draft.update_user(&account, &name, new_name.clone(), new_path.clone()).map_err(fault)
    })
    .await?;
    Ok(Output::new())
}

async fn delete(call: &mut Call<'_>) -> Answered {
    let (account, name) = (call.account()?, required(call, "UserName")?);
    let on = on_user(call, Some(&name))?;
    let _asked = may(call, "iam:DeleteUser", on)?;
    call.change(|draft, _| draft.delete_user(&account, &name).map_err(fault)).await?;
    Ok(Output::new())
}

fn list(call: &mut Call<'_>) -> Answered {
    let permit = may_list(call, "iam:ListUsers", ArnKind::User)?;
    let (account, held) = home(call)?;
    let users: Vec<(Text, &User)> = held
        .users
        .iter()
        .filter(|user| under(call, &user.path))
        .map(|user| (user.name.clone(), &**user))
        .collect();
    let show = Show { call, permit: &permit, account: &account };
    Page::of_iam(call, users).into_iam("Users", |user| Ok(show.user(user, false)?.into()))
}

fn groups(call: &mut Call<'_>) -> Answered {
    let name = required(call, "UserName")?;
    let on = on_user(call, Some(&name))?;
    let permit = may(call, "iam:ListGroupsForUser", on)?;
    let (account, held) = home(call)?;
    let user = user(&held, &name)?;
    let groups = user.groups.iter().filter_map(|name| Some((name.clone(), held.group(name.as_str())?)));
    let show = Show { call, permit: &permit, account: &account };
    Page::of_iam(call, groups.collect()).into_iam("Groups", |group| Ok(show.group(group).into()))
}

async fn create_login(call: &mut Call<'_>) -> Answered {
    let (account, name) = (call.account()?, required(call, "UserName")?);
    let on = on_user(call, Some(&name))?;
    let _asked = may(call, "iam:CreateLoginProfile", on)?;
    let (reset, now) = (call.input().flag("PasswordResetRequired").unwrap_or(false), seconds(call));
    let made = call.change(|draft, _| draft.create_login(&account, &name, reset, now).map_err(fault)).await?;
    Ok(Output::new().with("LoginProfile", login(&name, &made)))
}

fn login(user: &Text, profile: &sotto_directory::LoginProfile) -> Output {
    Output::new()
        .with("UserName", value(user))
        .with("CreateDate", instant(profile.created))
        .with("PasswordResetRequired", profile.reset_required)
}

fn get_login(call: &mut Call<'_>) -> Answered {
    let name = required(call, "UserName")?;
    let on = on_user(call, Some(&name))?;
    let _asked = may(call, "iam:GetLoginProfile", on)?;
    let (_, held) = home(call)?;
    let found = user(&held, &name)?;
    let profile = found.login.as_ref().ok_or_else(|| fault(no_login(&name)))?;
    Ok(Output::new().with("LoginProfile", Value::from(login(&name, profile))))
}

async fn update_login(call: &mut Call<'_>) -> Answered {
    let (account, name) = (call.account()?, required(call, "UserName")?);
    let on = on_user(call, Some(&name))?;
    let _asked = may(call, "iam:UpdateLoginProfile", on)?;
    let reset = call.input().flag("PasswordResetRequired");
    call.change(|draft, _| draft.update_login(&account, &name, reset).map_err(fault)).await?;
    Ok(Output::new())
}

async fn delete_login(call: &mut Call<'_>) -> Answered {
    let (account, name) = (call.account()?, required(call, "UserName")?);
    let on = on_user(call, Some(&name))?;
    let _asked = may(call, "iam:DeleteLoginProfile", on)?;
    call.change(|draft, _| draft.delete_login(&account, &name).map_err(fault)).await?;
    Ok(Output::new())
}
