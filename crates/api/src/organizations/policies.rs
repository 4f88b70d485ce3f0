//! Service and resource control policies: made, described, changed, deleted, listed; types switched on and off; what is in force.
//!
//! Other types of policies (tags, backups, opt-outs) are refused by name: sotto does not enforce them.

use super::shapes::{Show, full_access};
use super::{listed, managing, may, notes_of, part};
use crate::call::Call;
use crate::desk::{Answered, fault, given_tags, required, seal_note, tag_context, text, value};
use sotto_directory::{NewOrganizationPolicy, OrganizationPolicy, PolicyType, PolicyUpdate, Text, new_tags};
use sotto_iam::Context;
use sotto_wire::{Fault, Output};

pub(super) async fn answer(call: &mut Call<'_>, operation: &str) -> Option<Answered> {
    Some(match operation {
        "CreatePolicy" => create(call).await,
        "DescribePolicy" => describe(call),
        "UpdatePolicy" => update(call).await,
        "DeletePolicy" => delete(call).await,
        "ListPolicies" => list(call),
        "EnablePolicyType" => switch(call, true).await,
        "DisablePolicyType" => switch(call, false).await,
        "DescribeEffectivePolicy" => effective(call),
        _ => return None,
    })
}

/// A type of policy by its name in a member.
pub(super) fn kind(call: &Call<'_>, member: &'static str) -> Result<PolicyType, Fault> {
    let name = required(call, member)?;
    PolicyType::parse(name.as_str())
        .ok_or_else(|| super::invalid("You specified an invalid value.", "INVALID_ENUM_POLICY_TYPE"))
}

/// The condition key of an action on policies.
pub(super) fn of_type(kind: PolicyType) -> Context {
    Context::new().with("organizations:PolicyType", kind.name())
}

async fn create(call: &mut Call<'_>) -> Answered {
    let head = managing(call, false)?;
    let kind = kind(call, "Type")?;
    let context = tag_context(call, "Tags", of_type(kind));
    let permit = may(call, "organizations:CreatePolicy", None, context)?;
    let new = NewOrganizationPolicy {
        kind,
        name: required(call, "Name")?,
        description: seal_note(call, notes_of(&head), "Description")?,
        document: required(call, "Content")?,
        tags: new_tags(given_tags(call, notes_of(&head), "Tags")?).map_err(fault)?,
    };
    let made =
        call.change(|draft, draw| draft.create_organization_policy(new.clone(), draw).map_err(fault)).await?;
    let show = Show { call, permit: &permit, head: &head };
    Ok(Output::new().with("Policy", whole(&show, &made)?))
}

fn whole(show: &Show<'_, '_>, policy: &OrganizationPolicy) -> Result<Output, Fault> {
    Ok(Output::new().with("PolicySummary", show.summary(policy)?).with("Content", value(&policy.document)))
}

fn describe(call: &mut Call<'_>) -> Answered {
    let head = managing(call, true)?;
    let id = policy_id(call)?;
    let draft = call.directory().draft();
    let kind = draft.policy_type(id.as_str()).map_err(fault)?;
    let on = part(&head, &id, call);
    let permit = may(call, "organizations:DescribePolicy", Some(on), of_type(kind))?;
    let shown = match draft.organization_policy(id.as_str()) {
        Ok(policy) => whole(&Show { call, permit: &permit, head: &head }, policy)?,
        Err(_) => Output::new()
            .with("PolicySummary", full_access(kind))
            .with("Content", kind.full_access_document()),
    };
    Ok(Output::new().with("Policy", shown))
}

/// The policy that a request names, when it has the form of an id.
pub(super) fn policy_id(call: &Call<'_>) -> Result<Text, Fault> {
    let id = required(call, "PolicyId")?;
    match id.as_str().starts_with("p-") {
        true => Ok(id),
        false => Err(super::invalid("You specified an invalid value.", "INVALID_PATTERN")),
    }
}

async fn update(call: &mut Call<'_>) -> Answered {
    let head = managing(call, false)?;
    let id = policy_id(call)?;
    let kind = call.directory().draft().policy_type(id.as_str()).map_err(fault)?;
    let on = part(&head, &id, call);
    let permit = may(call, "organizations:UpdatePolicy", Some(on), of_type(kind))?;
    let update = PolicyUpdate {
        name: text(call, "Name"),
        description: seal_note(call, notes_of(&head), "Description")?,
        document: text(call, "Content"),
    };
    call.change(|draft, _| draft.update_organization_policy(&id, update.clone()).map_err(fault)).await?;
    let draft = call.directory().draft();
    let policy = draft.organization_policy(id.as_str()).map_err(fault)?;
    Ok(Output::new().with("Policy", whole(&Show { call, permit: &permit, head: &head }, policy)?))
}

async fn delete(call: &mut Call<'_>) -> Answered {
    let head = managing(call, false)?;
    let id = policy_id(call)?;
    let kind = call.directory().draft().policy_type(id.as_str()).map_err(fault)?;
    let on = part(&head, &id, call);
    let _asked = may(call, "organizations:DeletePolicy", Some(on), of_type(kind))?;
    call.change(|draft, _| draft.delete_organization_policy(&id).map_err(fault)).await?;
    Ok(Output::new())
}

fn list(call: &mut Call<'_>) -> Answered {
    let head = managing(call, true)?;
    let kind = kind(call, "Filter")?;
    let permit = may(call, "organizations:ListPolicies", None, of_type(kind))?;
    let held = call.directory().organization().policies.iter().filter(|policy| policy.kind == kind);
    let show = Show { call, permit: &permit, head: &head };
    let mut policies = vec![(Text::ordinal(0), full_access(kind))];
    for policy in held {
        policies.push((policy.order(), show.summary(policy)?));
    }
    listed(call, "Policies", policies, |policy| Ok(policy.into()))
}

async fn switch(call: &mut Call<'_>, on: bool) -> Answered {
    let head = managing(call, false)?;
    let (root, kind) = (required(call, "RootId")?, kind(call, "PolicyType")?);
    let action = if on { "organizations:EnablePolicyType" } else { "organizations:DisablePolicyType" };
    let part = part(&head, &root, call);
    let permit = may(call, action, Some(part), of_type(kind))?;
    call.change(|draft, _| match on {
        true => draft.enable_policy_type(&root, kind).map_err(fault),
        false => draft.disable_policy_type(&root, kind).map_err(fault),
    })
    .await?;
    let head = super::head(call)?;
    let organization = call.directory().organization();
    let node = organization.nodes.find(root.as_str()).ok_or_else(crate::call::internal)?;
    Ok(Output::new().with("Root", Show { call, permit: &permit, head: &head }.root(node)))
}

/// AWS answers this for types of policies that are merged on the way to an account (tags, backups and their like); sotto has none
/// of these. Control policies are not merged: each level must allow, and ListPoliciesForTarget shows it.
fn effective(call: &mut Call<'_>) -> Answered {
    let head = managing(call, true)?;
    let target = text(call, "TargetId").unwrap_or_else(|| Text::from(&head.management));
    let on = part(&head, &target, call);
    let _asked = may(call, "organizations:DescribeEffectivePolicy", Some(on), Context::new())?;
    let words = "If you ran this action on the management account, this policy type is not enabled.";
    Err(Fault::new("EffectivePolicyNotFoundException", words))
}
