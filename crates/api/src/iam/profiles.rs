//! Instance profiles: CreateInstanceProfile, GetInstanceProfile, lists, the role in them, deletion.

use super::shapes::Show;
use super::{home, may, may_list, on_new, on_role, role, under};
use crate::call::{Ask, Call};
use crate::desk::{
    Answered, Page, fault, given_tags, permit, required, resource, seconds, tag_context, text,
};
use sotto_directory::names::{ArnKind, arn};
use sotto_directory::{NewProfile, Text, new_tags};
use sotto_iam::{Context, Resource};
use sotto_wire::{Fault, Output};

pub(super) async fn answer(call: &mut Call<'_>, operation: &str) -> Option<Answered> {
    Some(match operation {
        "CreateInstanceProfile" => create(call).await,
        "GetInstanceProfile" => get(call),
        "ListInstanceProfiles" => list(call),
        "ListInstanceProfilesForRole" => list_for_role(call),
        "AddRoleToInstanceProfile" => add(call).await,
        "RemoveRoleFromInstanceProfile" => remove(call).await,
        "DeleteInstanceProfile" => delete(call).await,
        _ => return None,
    })
}

/// A profile as a resource, there or not.
pub(super) fn on_profile(call: &Call<'_>, name: &Text) -> Result<Resource, Fault> {
    let (id, held) = home(call)?;
    let found = held.profiles.find(name.as_str());
    let path = found.map_or_else(|| "/".into(), |held| held.path.clone());
    Ok(resource(call, &id, &arn(&id, ArnKind::InstanceProfile, &path, name), found.map(|held| &held.tags)))
}

async fn create(call: &mut Call<'_>) -> Answered {
    let (account, name) = (call.account()?, required(call, "InstanceProfileName")?);
    let context = tag_context(call, "Tags", Context::new());
    let on = on_new(call, ArnKind::InstanceProfile, &name)?;
    let permit = permit(call, Ask::new("iam:CreateInstanceProfile").on(on).with(context))?;
    let tags = new_tags(given_tags(call, &account, "Tags")?).map_err(fault)?;
    let (new, now) = (NewProfile { name, path: text(call, "Path"), tags }, seconds(call));
    let made = call
        .change(|draft, draw| draft.create_profile(&account, new.clone(), now, draw).map_err(fault))
        .await?;
    let (_, held) = home(call)?;
    let shown = Show { call, permit: &permit, account: &account }.profile(&held, &made)?;
    Ok(Output::new().with("InstanceProfile", shown))
}

fn get(call: &mut Call<'_>) -> Answered {
    let name = required(call, "InstanceProfileName")?;
    let on = on_profile(call, &name)?;
    let permit = may(call, "iam:GetInstanceProfile", on)?;
    let (account, held) = home(call)?;
    let draft = call.directory().draft();
    let found = draft.profile(&account, &name).map_err(fault)?;
    let shown = Show { call, permit: &permit, account: &account }.profile(&held, found)?;
    Ok(Output::new().with("InstanceProfile", shown))
}

fn list(call: &mut Call<'_>) -> Answered {
    let permit = may_list(call, "iam:ListInstanceProfiles", ArnKind::InstanceProfile)?;
    let (account, held) = home(call)?;
    let profiles = held.profiles.iter().filter(|profile| under(call, &profile.path));
    let page = Page::of_iam(call, profiles.map(|profile| (profile.name.clone(), profile)).collect());
    let show = Show { call, permit: &permit, account: &account };
    page.into_iam("InstanceProfiles", |profile| Ok(show.profile(&held, profile)?.into()))
}

fn list_for_role(call: &mut Call<'_>) -> Answered {
    let name = required(call, "RoleName")?;
    let on = on_role(call, &name)?;
    let permit = may(call, "iam:ListInstanceProfilesForRole", on)?;
    let (account, held) = home(call)?;
    role(&held, &name)?;
    let profiles = held.profiles.iter().filter(|profile| profile.role.as_ref() == Some(&name));
    let page = Page::of_iam(call, profiles.map(|profile| (profile.name.clone(), profile)).collect());
    let show = Show { call, permit: &permit, account: &account };
    page.into_iam("InstanceProfiles", |profile| Ok(show.profile(&held, profile)?.into()))
}

/// Putting a role into a profile hands the role on, so `iam:PassRole` is asked too.
async fn add(call: &mut Call<'_>) -> Answered {
    let account = call.account()?;
    let (profile, role) = (required(call, "InstanceProfileName")?, required(call, "RoleName")?);
    let on = on_profile(call, &profile)?;
    let _asked = may(call, "iam:AddRoleToInstanceProfile", on)?;
    let passed = on_role(call, &role)?;
    let to = Context::new().with("iam:PassedToService", "ec2.amazonaws.com");
    let _asked = permit(call, Ask::new("iam:PassRole").on(passed).with(to))?;
    call.change(|draft, _| draft.add_role_to_profile(&account, &profile, &role).map_err(fault)).await?;
    Ok(Output::new())
}

async fn remove(call: &mut Call<'_>) -> Answered {
    let account = call.account()?;
    let (profile, role) = (required(call, "InstanceProfileName")?, required(call, "RoleName")?);
    let on = on_profile(call, &profile)?;
    let _asked = may(call, "iam:RemoveRoleFromInstanceProfile", on)?;
    call.change(|draft, _| draft.remove_role_from_profile(&account, &profile, &role).map_err(fault)).await?;
    Ok(Output::new())
}

async fn delete(call: &mut Call<'_>) -> Answered {
    let (account, profile) = (call.account()?, required(call, "InstanceProfileName")?);
    let on = on_profile(call, &profile)?;
    let _asked = may(call, "iam:DeleteInstanceProfile", on)?;
    call.change(|draft, _| draft.delete_profile(&account, &profile).map_err(fault)).await?;
    Ok(Output::new())
}
