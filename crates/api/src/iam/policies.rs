//! Managed policies: CreatePolicy, GetPolicy, DeletePolicy, ListPolicies, their versions, and what they are attached to.

use super::shapes::{Show, version, version_id};
use super::{home, may, on_arn, on_new, under};
use crate::call::{Ask, Call};
use crate::desk::{
    Answered, Page, fault, given_tags, permit, required, seal_note, seconds, tag_context, text, value,
};
use sotto_directory::names::{ArnKind, arn};
use sotto_directory::policies::{find, no_policy, version_number};
use sotto_directory::{Account, AnyPolicy, NewPolicy, PolicyVersion, Text, managed, new_tags};
use sotto_iam::Context;
use sotto_wire::{Fault, Output, Value};

pub(super) async fn answer(call: &mut Call<'_>, operation: &str) -> Option<Answered> {
    Some(match operation {
        "CreatePolicy" => create(call).await,
        "GetPolicy" => get(call),
        "DeletePolicy" => delete(call).await,
        "ListPolicies" => list(call),
        "CreatePolicyVersion" => create_version(call).await,
        "GetPolicyVersion" => get_version(call),
        "ListPolicyVersions" => list_versions(call),
        "SetDefaultPolicyVersion" => set_default(call).await,
        "DeletePolicyVersion" => delete_version(call).await,
        "ListEntitiesForPolicy" => entities(call),
        _ => return None,
    })
}

async fn create(call: &mut Call<'_>) -> Answered {
    let (account, name) = (call.account()?, required(call, "PolicyName")?);
    let context = tag_context(call, "Tags", Context::new());
    let on = on_new(call, ArnKind::Policy, &name)?;
    let permit = permit(call, Ask::new("iam:CreatePolicy").on(on).with(context))?;
    let new = NewPolicy {
        name,
        path: text(call, "Path"),
        document: required(call, "PolicyDocument")?,
        description: seal_note(call, &account, "Description")?,
        tags: new_tags(given_tags(call, &account, "Tags")?).map_err(fault)?,
    };
    let now = seconds(call);
    let policy = call
        .change(|draft, draw| draft.create_policy(&account, new.clone(), now, draw).map_err(fault))
        .await?;
    let (_, held) = home(call)?;
    let show = Show { call, permit: &permit, account: &account };
    Ok(Output::new().with("Policy", show.new_policy(&held, &policy)?))
}

fn found(call: &Call<'_>, name: &Text) -> Result<AnyPolicy, Fault> {
    let (account, held) = home(call)?;
    find(&account, &held, name.as_str()).ok_or_else(|| fault(no_policy(name.as_str())))
}

fn get(call: &mut Call<'_>) -> Answered {
    let name = required(call, "PolicyArn")?;
    let on = on_arn(call, &name)?;
    let permit = may(call, "iam:GetPolicy", on)?;
    let (account, held) = home(call)?;
    let policy = found(call, &name)?;
    let show = Show { call, permit: &permit, account: &account };
    Ok(Output::new().with("Policy", show.policy(&held, &policy, true)?))
}

async fn delete(call: &mut Call<'_>) -> Answered {
    let (account, name) = (call.account()?, required(call, "PolicyArn")?);
    let on = on_arn(call, &name)?;
    let _asked = may(call, "iam:DeletePolicy", on)?;
    call.change(|draft, _| draft.delete_policy(&account, &name).map_err(fault)).await?;
    Ok(Output::new())
}

fn list(call: &mut Call<'_>) -> Answered {
    let permit = super::may_list(call, "iam:ListPolicies", ArnKind::Policy)?;
    let (account, held) = home(call)?;
    let scope = text(call, "Scope").map_or("All".to_owned(), |scope| scope.as_str().to_owned());
    let mut policies = Vec::new();
    if scope != "AWS" {
        policies.extend(held.policies.iter().map(|policy| {
            (arn(&account, ArnKind::Policy, &policy.path, &policy.name), AnyPolicy::Customer(policy.clone()))
        }));
    }
    if scope != "Local" {
        policies.extend(managed::ALL.iter().map(|policy| (policy.arn(), AnyPolicy::Aws(policy))));
    }
    policies.retain(|(name, policy)| wanted(call, &held, name, policy));
    let show = Show { call, permit: &permit, account: &account };
    Page::of_iam(call, policies).into_iam("Policies", |policy| Ok(show.policy(&held, &policy, false)?.into()))
}

fn wanted(call: &Call<'_>, held: &Account, name: &Text, policy: &AnyPolicy) -> bool {
    let path = match policy {
        AnyPolicy::Customer(policy) => policy.path.clone(),
        AnyPolicy::Aws(policy) => policy.path.into(),
    };
    if !under(call, &path) {
        return false;
    }
    let (attached, bounding) = held.uses(name);
    let usage = text(call, "PolicyUsageFilter");
    match (call.input().flag("OnlyAttached").unwrap_or(false), usage.as_ref().map(Text::as_str)) {
        (_, Some("PermissionsBoundary")) => bounding > 0,
        (true, _) | (_, Some("PermissionsPolicy")) => attached > 0,
        _ => true,
    }
}

async fn create_version(call: &mut Call<'_>) -> Answered {
    let (account, name) = (call.account()?, required(call, "PolicyArn")?);
    let on = on_arn(call, &name)?;
    let _asked = may(call, "iam:CreatePolicyVersion", on)?;
    let (document, now) = (required(call, "PolicyDocument")?, seconds(call));
    let in_force = call.input().flag("SetAsDefault").unwrap_or(false);
    let number = call
        .change(|draft, _| {
            draft.create_policy_version(&account, &name, document.clone(), in_force, now).map_err(fault)
        })
        .await?;
    let made = PolicyVersion { document, created: now };
    let shown = version(number, &made, if in_force { number } else { 0 }, false);
    Ok(Output::new().with("PolicyVersion", shown))
}

fn get_version(call: &mut Call<'_>) -> Answered {
    let (name, wanted) = (required(call, "PolicyArn")?, required(call, "VersionId")?);
    let on = on_arn(call, &name)?;
    let _asked = may(call, "iam:GetPolicyVersion", on)?;
    let shown = match found(call, &name)? {
        AnyPolicy::Customer(policy) => {
            let number = version_number(&policy, &name, &wanted).map_err(fault)?;
            let held = policy.versions.get(&number).ok_or_else(crate::call::internal)?;
            version(number, held, policy.default_version, true)
        }
        AnyPolicy::Aws(policy) if wanted.as_str() == version_id(policy.version).get() => {
            aws_version(policy, true)
        }
        AnyPolicy::Aws(_) => return Err(no_version(&name, &wanted)),
    };
    Ok(Output::new().with("PolicyVersion", shown))
}

fn no_version(name: &Text, wanted: &Text) -> Fault {
    let words = sotto_wire::message!(
        "Policy {} version {} does not exist or is not attachable.",
        name.public(),
        wanted.public()
    );
    Fault::new("NoSuchEntity", words)
}

fn aws_version(policy: &managed::AwsPolicy, document: bool) -> Output {
    let held = PolicyVersion { document: policy.document.into(), created: policy.created };
    version(policy.version, &held, policy.version, document)
}

fn list_versions(call: &mut Call<'_>) -> Answered {
    let name = required(call, "PolicyArn")?;
    let on = on_arn(call, &name)?;
    let _asked = may(call, "iam:ListPolicyVersions", on)?;
    let versions: Vec<(Text, Value)> = match found(call, &name)? {
        AnyPolicy::Customer(policy) => {
            let shown = policy.versions.iter().map(|(number, held)| {
                let shown = version(*number, held, policy.default_version, false);
                (Text::from(version_id(*number)), Value::from(shown))
            });
            shown.collect()
        }
        AnyPolicy::Aws(policy) => {
            vec![(version_id(policy.version).into(), aws_version(policy, false).into())]
        }
    };
    Page::of_iam(call, versions).into_iam("Versions", Ok)
}

async fn set_default(call: &mut Call<'_>) -> Answered {
    let (account, name) = (call.account()?, required(call, "PolicyArn")?);
    let on = on_arn(call, &name)?;
    let _asked = may(call, "iam:SetDefaultPolicyVersion", on)?;
    let (wanted, now) = (required(call, "VersionId")?, seconds(call));
    call.change(|draft, _| draft.set_default_version(&account, &name, &wanted, now).map_err(fault)).await?;
    Ok(Output::new())
}

async fn delete_version(call: &mut Call<'_>) -> Answered {
    let (account, name) = (call.account()?, required(call, "PolicyArn")?);
    let on = on_arn(call, &name)?;
    let _asked = may(call, "iam:DeletePolicyVersion", on)?;
    let wanted = required(call, "VersionId")?;
    call.change(|draft, _| draft.delete_policy_version(&account, &name, &wanted).map_err(fault)).await?;
    Ok(Output::new())
}

fn entities(call: &mut Call<'_>) -> Answered {
    let name = required(call, "PolicyArn")?;
    let on = on_arn(call, &name)?;
    let _asked = may(call, "iam:ListEntitiesForPolicy", on)?;
    found(call, &name)?;
    let (_, held) = home(call)?;
    let bounding =
        text(call, "PolicyUsageFilter").is_some_and(|usage| usage.as_str() == "PermissionsBoundary");
    let wanted = text(call, "EntityFilter").filter(|kind| ["User", "Group", "Role"].contains(&kind.as_str()));
    let wants = |kind: &str| wanted.as_ref().is_none_or(|wanted| wanted.as_str() == kind);
    let mut bearers: Vec<(Text, (&'static str, Output))> = Vec::new();
    let mut add =
        |kind: &'static str, order: &'static str, id: &'static str, (name, unique): (&Text, &Text)| {
            let shown = Output::new().with(kind, value(name)).with(id, value(unique));
            bearers.push((name.clone(), (order, shown)));
        };
    for user in held.users.iter().filter(|_| wants("User")) {
        let has = if bounding {
            user.boundary.as_ref() == Some(&name)
        } else {
            user.grants.attached.contains(&name)
        };
        if has && under(call, &user.path) {
            add("UserName", "PolicyUsers", "UserId", (&user.name, &user.id));
        }
    }
    for role in held.roles.iter().filter(|_| wants("Role")) {
        let has = if bounding {
            role.boundary.as_ref() == Some(&name)
        } else {
            role.grants.attached.contains(&name)
        };
        if has && under(call, &role.path) {
            add("RoleName", "PolicyRoles", "RoleId", (&role.name, &role.id));
        }
    }
    for group in held.groups.iter().filter(|group| wants("Group") && !bounding && under(call, &group.path)) {
        if group.grants.attached.contains(&name) {
            add("GroupName", "PolicyGroups", "GroupId", (&group.name, &group.id));
        }
    }
    Ok(sorted(Page::of_iam(call, bearers)))
}

fn sorted(page: Page<(&'static str, Output)>) -> Output {
    let mut output = Output::new().with("IsTruncated", page.next.is_some());
    output.set("Marker", page.next);
    let mut lists = [("PolicyUsers", Vec::new()), ("PolicyGroups", Vec::new()), ("PolicyRoles", Vec::new())];
    for (kind, shown) in page.items {
        if let Some((_, list)) = lists.iter_mut().find(|(name, _)| *name == kind) {
            list.push(shown.into());
        }
    }
    for (name, list) in lists {
        output.set(name, Value::List(list));
    }
    output
}
