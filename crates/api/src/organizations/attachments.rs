//! Which policies hang where? AttachPolicy, DetachPolicy, ListPoliciesForTarget, ListTargetsForPolicy.

use super::policies::{kind, of_type, policy_id};
use super::shapes::{Show, full_access};
use super::{invalid, listed, managing, may, part};
use crate::call::{Ask, Call};
use crate::desk::{Answered, fault, permit, required};
use sotto_directory::{Node, Text};
use sotto_wire::{Fault, Output};

pub(super) async fn answer(call: &mut Call<'_>, operation: &str) -> Option<Answered> {
    Some(match operation {
        "AttachPolicy" => attach(call, true).await,
        "DetachPolicy" => attach(call, false).await,
        "ListPoliciesForTarget" => policies(call),
        "ListTargetsForPolicy" => targets(call),
        _ => return None,
    })
}

/// The target that a request names, which must have the form of one and be there.
fn target(call: &Call<'_>) -> Result<Text, Fault> {
    let id = required(call, "TargetId")?;
    let text = id.as_str();
    let account = text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    let words = match text {
        _ if text.starts_with("r-") || text.starts_with("ou-") => {
            "You specified an organizational unit that doesn't exist."
        }
        _ if account => "You specified an account that doesn't exist.",
        _ => return Err(invalid("You specified an invalid value.", "INVALID_PATTERN_TARGET_ID")),
    };
    let there = call.directory().organization().nodes.find(text).is_some();
    if there { Ok(id) } else { Err(Fault::new("TargetNotFoundException", words)) }
}

async fn attach(call: &mut Call<'_>, on: bool) -> Answered {
    let head = managing(call, false)?;
    let policy = policy_id(call)?;
    let target = target(call)?;
    let kind = call.directory().draft().policy_type(policy.as_str()).map_err(fault)?;
    let action = if on { "organizations:AttachPolicy" } else { "organizations:DetachPolicy" };
    let ask = Ask::new(action).on(part(&head, &policy, call)).on(part(&head, &target, call));
    let _asked = permit(call, ask.with(of_type(kind)))?;
    call.change(|draft, _| match on {
        true => draft.attach_organization_policy(&policy, &target).map_err(fault),
        false => draft.detach_organization_policy(&policy, &target).map_err(fault),
    })
    .await?;
    Ok(Output::new())
}

fn policies(call: &mut Call<'_>) -> Answered {
    let head = managing(call, true)?;
    let (target, kind) = (target(call)?, kind(call, "Filter")?);
    let on = part(&head, &target, call);
    let permit = may(call, "organizations:ListPoliciesForTarget", Some(on), of_type(kind))?;
    let draft = call.directory().draft();
    let node = draft.target(target.as_str()).map_err(fault)?;
    let show = Show { call, permit: &permit, head: &head };
    let mut found = Vec::new();
    for id in node.policies.iter().filter(|id| draft.policy_type(id.as_str()) == Ok(kind)) {
        let shown = match draft.organization_policy(id.as_str()) {
            Ok(policy) => show.summary(policy)?,
            Err(_) => full_access(kind),
        };
        found.push((id.clone(), shown));
    }
    listed(call, "Policies", found, |policy| Ok(policy.into()))
}

fn targets(call: &mut Call<'_>) -> Answered {
    let head = managing(call, true)?;
    let policy = policy_id(call)?;
    let kind = call.directory().draft().policy_type(policy.as_str()).map_err(fault)?;
    let on = part(&head, &policy, call);
    let permit = may(call, "organizations:ListTargetsForPolicy", Some(on), of_type(kind))?;
    let held = call.directory().organization().nodes.iter().filter(|node| node.policies.contains(&policy));
    let found: Vec<(Text, Node)> = held.map(|node| (node.order(), Node::clone(node))).collect();
    let show = Show { call, permit: &permit, head: &head };
    listed(call, "Targets", found, |node| Ok(show.target(&node)?.into()))
}
