//! What users, groups and roles are granted: attached, inline, boundaries. Three kinds of bearers, one way each.

use super::{may, on_bearer};
use crate::call::{Ask, Call};
use crate::desk::{Answered, Page, fault, permit, required, text, value};
use sotto_directory::{Bearer, Grants, Text, no_inline};
use sotto_iam::Context;
use sotto_wire::{Fault, Output};

/// A kind of bearer: the member that names it, and its actions.
struct Side {
    member: &'static str,
    attach: &'static str,
    detach: &'static str,
    list_attached: &'static str,
    put: &'static str,
    get: &'static str,
    delete: &'static str,
    list: &'static str,
    bound: [&'static str; 2],
}

const USER: Side = Side {
    member: "UserName",
    attach: "iam:AttachUserPolicy",
    detach: "iam:DetachUserPolicy",
    list_attached: "iam:ListAttachedUserPolicies",
    put: "iam:PutUserPolicy",
    get: "iam:GetUserPolicy",
    delete: "iam:DeleteUserPolicy",
    list: "iam:ListUserPolicies",
    bound: ["iam:PutUserPermissionsBoundary", "iam:DeleteUserPermissionsBoundary"],
};

const GROUP: Side = Side {
    member: "GroupName",
    attach: "iam:AttachGroupPolicy",
    detach: "iam:DetachGroupPolicy",
    list_attached: "iam:ListAttachedGroupPolicies",
    put: "iam:PutGroupPolicy",
    get: "iam:GetGroupPolicy",
    delete: "iam:DeleteGroupPolicy",
    list: "iam:ListGroupPolicies",
    bound: ["", ""],
};

const ROLE: Side = Side {
    member: "RoleName",
    attach: "iam:AttachRolePolicy",
    detach: "iam:DetachRolePolicy",
    list_attached: "iam:ListAttachedRolePolicies",
    put: "iam:PutRolePolicy",
    get: "iam:GetRolePolicy",
    delete: "iam:DeleteRolePolicy",
    list: "iam:ListRolePolicies",
    bound: ["iam:PutRolePermissionsBoundary", "iam:DeleteRolePermissionsBoundary"],
};

impl Side {
    fn bearer<'t>(&self, name: &'t Text) -> Bearer<'t> {
        match self.member {
            "UserName" => Bearer::User(name),
            "GroupName" => Bearer::Group(name),
            _ => Bearer::Role(name),
        }
    }
}

pub(super) async fn answer(call: &mut Call<'_>, operation: &str) -> Option<Answered> {
    for side in [&USER, &GROUP, &ROLE] {
        let is = |action: &str| action.strip_prefix("iam:") == Some(operation);
        if is(side.attach) {
            return Some(attach(call, side).await);
        } else if is(side.detach) {
            return Some(detach(call, side).await);
        } else if is(side.list_attached) {
            return Some(list_attached(call, side));
        } else if is(side.put) {
            return Some(put(call, side).await);
        } else if is(side.get) {
            return Some(get(call, side));
        } else if is(side.delete) {
            return Some(delete(call, side).await);
        } else if is(side.list) {
            return Some(list(call, side));
        } else if side.bound.iter().any(|action| is(action)) {
            return Some(bound(call, side, operation.starts_with("Put")).await);
        }
    }
    None
}

/// The condition key of a boundary that is set.
pub(super) fn boundary_context(boundary: Option<&Text>) -> Context {
    boundary.map_or_else(Context::new, |arn| Context::new().with("iam:PermissionsBoundary", arn.as_str()))
}

/// The bearer's own boundary, which a policy may demand for changes (`iam:PermissionsBoundary`).
fn held_boundary(call: &Call<'_>, bearer: &Bearer<'_>) -> Context {
    let Ok((_, held)) = super::home(call) else { return Context::new() };
    let boundary = match bearer {
        Bearer::User(name) => held.user(name.as_str()).and_then(|user| user.boundary.clone()),
        Bearer::Role(name) => held.role(name.as_str()).and_then(|role| role.boundary.clone()),
        Bearer::Group(_) => None,
    };
    boundary_context(boundary.as_ref())
}

async fn attach(call: &mut Call<'_>, side: &Side) -> Answered {
    let (account, name, policy) = asked(call, side, side.attach)?;
    call.change(|draft, _| draft.attach(&account, &side.bearer(&name), &policy).map_err(fault)).await?;
    Ok(Output::new())
}

async fn detach(call: &mut Call<'_>, side: &Side) -> Answered {
    let (account, name, policy) = asked(call, side, side.detach)?;
    call.change(|draft, _| draft.detach(&account, &side.bearer(&name), &policy).map_err(fault)).await?;
    Ok(Output::new())
}

fn asked(
    call: &mut Call<'_>,
    side: &Side,
    action: &'static str,
) -> Result<(sotto_arn::AccountId, Text, Text), Fault> {
    let (account, name) = (call.account()?, required(call, side.member)?);
    let policy = required(call, "PolicyArn")?;
    let context = held_boundary(call, &side.bearer(&name)).with("iam:PolicyARN", policy.as_str());
    let on = on_bearer(call, &side.bearer(&name))?;
    let _asked = permit(call, Ask::new(action).on(on).with(context))?;
    Ok((account, name, policy))
}

fn grants(call: &Call<'_>, bearer: &Bearer<'_>) -> Result<Grants, Fault> {
    let account = call.account()?;
    call.directory().draft().grants(&account, bearer).cloned().map_err(fault)
}

fn list_attached(call: &mut Call<'_>, side: &Side) -> Answered {
    let name = required(call, side.member)?;
    let on = on_bearer(call, &side.bearer(&name))?;
    let _asked = may(call, side.list_attached, on)?;
    let prefix = text(call, "PathPrefix");
    let held = grants(call, &side.bearer(&name))?;
    let attached = held.attached.into_iter().filter(|arn| {
        let path = arn.as_str().split_once(":policy").map_or("/", |(_, path)| path);
        prefix.as_ref().is_none_or(|prefix| path.starts_with(prefix.as_str()))
    });
    let page = Page::of_iam(call, attached.map(|arn| (arn.clone(), arn)).collect());
    page.into_iam("AttachedPolicies", |arn| {
        let shown = Output::new().with("PolicyName", value(&arn.last_segment()));
        Ok(shown.with("PolicyArn", value(&arn)).into())
    })
}

async fn put(call: &mut Call<'_>, side: &Side) -> Answered {
    let (account, name) = (call.account()?, required(call, side.member)?);
    let context = held_boundary(call, &side.bearer(&name));
    let on = on_bearer(call, &side.bearer(&name))?;
    let _asked = permit(call, Ask::new(side.put).on(on).with(context))?;
    let (policy, document) = (required(call, "PolicyName")?, required(call, "PolicyDocument")?);
    call.change(|draft, _| {
        draft.put_inline(&account, &side.bearer(&name), policy.clone(), document.clone()).map_err(fault)
    })
    .await?;
    Ok(Output::new())
}

fn get(call: &mut Call<'_>, side: &Side) -> Answered {
    let name = required(call, side.member)?;
    let on = on_bearer(call, &side.bearer(&name))?;
    let _asked = may(call, side.get, on)?;
    let policy = required(call, "PolicyName")?;
    let held = grants(call, &side.bearer(&name))?;
    let document = held.inline.get(&policy).ok_or_else(|| fault(no_inline(&side.bearer(&name), &policy)))?;
    Ok(Output::new()
        .with(side.member, value(&name))
        .with("PolicyName", value(&policy))
        .with("PolicyDocument", document.percent_encoded()))
}

async fn delete(call: &mut Call<'_>, side: &Side) -> Answered {
    let (account, name) = (call.account()?, required(call, side.member)?);
    let context = held_boundary(call, &side.bearer(&name));
    let on = on_bearer(call, &side.bearer(&name))?;
    let _asked = permit(call, Ask::new(side.delete).on(on).with(context))?;
    let policy = required(call, "PolicyName")?;
    call.change(|draft, _| draft.delete_inline(&account, &side.bearer(&name), &policy).map_err(fault))
        .await?;
    Ok(Output::new())
}

fn list(call: &mut Call<'_>, side: &Side) -> Answered {
    let name = required(call, side.member)?;
    let on = on_bearer(call, &side.bearer(&name))?;
    let _asked = may(call, side.list, on)?;
    let held = grants(call, &side.bearer(&name))?;
    let names = held.inline.into_keys().map(|policy| (policy.clone(), policy)).collect();
    Page::of_iam(call, names).into_iam("PolicyNames", |policy| Ok(value(&policy)))
}

async fn bound(call: &mut Call<'_>, side: &Side, set: bool) -> Answered {
    let (account, name) = (call.account()?, required(call, side.member)?);
    let boundary = text(call, "PermissionsBoundary").filter(|_| set);
    let context = match &boundary {
        Some(_) => boundary_context(boundary.as_ref()),
        None => held_boundary(call, &side.bearer(&name)),
    };
    let [put, remove] = side.bound;
    let on = on_bearer(call, &side.bearer(&name))?;
    let _asked = permit(call, Ask::new(if set { put } else { remove }).on(on).with(context))?;
    call.change(|draft, _| {
        draft.set_boundary(&account, &side.bearer(&name), boundary.clone()).map_err(fault)
    })
    .await?;
    Ok(Output::new())
}
