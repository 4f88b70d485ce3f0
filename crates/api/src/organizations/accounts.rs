//! Member accounts: made, described, listed, moved, closed, taken out.

use super::shapes::Show;
use super::{listed, managing, may, notes_of, part};
use crate::call::{Call, internal};
use crate::desk::{Answered, fault, given_tags, required, seal_note, seconds, tag_context, text, texts};
use sotto_directory::id::account_id;
use sotto_directory::names::root_arn;
use sotto_directory::{
    AccountCreation, Bearer, Naming, NewRole, Node, NodeKind, OrganizationsCause as Cause, Text, new_tags,
};
use sotto_iam::{Context, Resource};
use sotto_wire::{Fault, Output};

/// The role that CreateAccount makes where no other name is given (AWS Organizations user guide, "Accessing member accounts").
const ACCESS_ROLE: &str = "OrganizationAccountAccessRole";

pub(super) async fn answer(call: &mut Call<'_>, operation: &str) -> Option<Answered> {
    Some(match operation {
        "CreateAccount" => create(call).await,
        "DescribeCreateAccountStatus" => creation(call),
        "ListCreateAccountStatus" => creations(call),
        "DescribeAccount" => describe(call),
        "ListAccounts" => list(call),
        "ListAccountsForParent" => list_for_parent(call),
        "MoveAccount" => move_account(call).await,
        "CloseAccount" => close(call).await,
        "RemoveAccountFromOrganization" => remove(call).await,
        "LeaveOrganization" => leave(call).await,
        _ => return None,
    })
}

async fn create(call: &mut Call<'_>) -> Answered {
    let head = managing(call, false)?;
    let context = tag_context(call, "Tags", Context::new());
    let permit = may(call, "organizations:CreateAccount", None, context)?;
    let home = notes_of(&head).clone();
    let naming = Naming {
        name: seal_note(call, &home, "AccountName")?,
        mail: seal_note(call, &home, "Email")?,
        tags: new_tags(given_tags(call, &home, "Tags")?).map_err(fault)?,
    };
    let role = text(call, "RoleName").unwrap_or_else(|| ACCESS_ROLE.into());
    let trust = Text::trusting(&root_arn(&home));
    let now = seconds(call);
    let made = call
        .change(|draft, draw| {
            let id = account_id(draw).ok_or_else(internal)?;
            let made = draft.create_member(&id, naming.clone(), now, draw).map_err(fault)?;
            let access = NewRole {
                name: role.clone(),
                path: None,
                trust: trust.clone(),
                session_seconds_max: None,
                boundary: None,
                description: None,
                tags: Default::default(),
            };
            draft.create_role(&id, access, now, draw).map_err(fault)?;
            let everything = Text::from(sotto_directory::PolicyType::Scp.full_access_document());
            draft
                .put_inline(&id, &Bearer::Role(&role), "AdministratorAccess".into(), everything)
                .map_err(fault)?;
            Ok(made)
        })
        .await?;
    Ok(Output::new()
        .with("CreateAccountStatus", Show { call, permit: &permit, head: &head }.creation(&made)?))
}

fn creation(call: &mut Call<'_>) -> Answered {
    let head = managing(call, true)?;
    let permit = may(call, "organizations:DescribeCreateAccountStatus", None, Context::new())?;
    let id = required(call, "CreateAccountRequestId")?;
    let made = call.directory().organization().creations.find(id.as_str()).cloned().ok_or_else(|| {
        let words = "You specified an unknown create account request ID.";
        Fault::new("CreateAccountStatusNotFoundException", words)
    })?;
    Ok(Output::new()
        .with("CreateAccountStatus", Show { call, permit: &permit, head: &head }.creation(&made)?))
}

fn creations(call: &mut Call<'_>) -> Answered {
    let head = managing(call, true)?;
    let permit = may(call, "organizations:ListCreateAccountStatus", None, Context::new())?;
    let states = texts(call, "States");
    let wanted = states.is_empty() || states.iter().any(|state| state.as_str() == "SUCCEEDED");
    let held = call.directory().organization().creations.iter().filter(|_| wanted);
    let made: Vec<(Text, AccountCreation)> =
        held.map(|made| (made.id.clone(), AccountCreation::clone(made))).collect();
    let show = Show { call, permit: &permit, head: &head };
    listed(call, "CreateAccountStatuses", made, |made| Ok(show.creation(&made)?.into()))
}

fn describe(call: &mut Call<'_>) -> Answered {
    let head = managing(call, true)?;
    let id = required(call, "AccountId")?;
    let on = part(&head, &id, call);
    let permit = may(call, "organizations:DescribeAccount", Some(on), Context::new())?;
    let draft = call.directory().draft();
    let node = draft.node(id.as_str(), NodeKind::Account, Cause::AccountNotFound).map_err(fault)?;
    Ok(Output::new().with("Account", Show { call, permit: &permit, head: &head }.account(node)?))
}

fn accounts(call: &Call<'_>, wanted: impl Fn(&Node) -> bool) -> Vec<(Text, Node)> {
    let held = call.directory().organization().nodes.iter();
    let held = held.filter(|node| node.kind == NodeKind::Account && wanted(node));
    held.map(|node| (node.order(), Node::clone(node))).collect()
}

fn list(call: &mut Call<'_>) -> Answered {
    let head = managing(call, true)?;
    let permit = may(call, "organizations:ListAccounts", None, Context::new())?;
    let show = Show { call, permit: &permit, head: &head };
    listed(call, "Accounts", accounts(call, |_| true), |node| Ok(show.account(&node)?.into()))
}

fn list_for_parent(call: &mut Call<'_>) -> Answered {
    let head = managing(call, true)?;
    let on = part(&head, &required(call, "ParentId")?, call);
    let permit = may(call, "organizations:ListAccountsForParent", Some(on), Context::new())?;
    let parent = super::units::parent(call)?;
    let found = accounts(call, |node| node.parent.as_ref() == Some(&parent));
    let show = Show { call, permit: &permit, head: &head };
    listed(call, "Accounts", found, |node| Ok(show.account(&node)?.into()))
}

async fn move_account(call: &mut Call<'_>) -> Answered {
    let head = managing(call, false)?;
    let id = required(call, "AccountId")?;
    let (from, to) = (required(call, "SourceParentId")?, required(call, "DestinationParentId")?);
    let ask = crate::call::Ask::new("organizations:MoveAccount")
        .on(part(&head, &id, call))
        .on(part(&head, &from, call))
        .on(part(&head, &to, call));
    let _asked = crate::desk::permit(call, ask)?;
    call.change(|draft, _| draft.move_account(&id, &from, &to).map_err(fault)).await?;
    Ok(Output::new())
}

async fn close(call: &mut Call<'_>) -> Answered {
    let (id, on) = on_account(call)?;
    let _asked = may(call, "organizations:CloseAccount", Some(on), Context::new())?;
    call.change(|draft, _| draft.close_account(&id).map_err(fault)).await?;
    Ok(Output::new())
}

fn on_account(call: &Call<'_>) -> Result<(Text, Resource), Fault> {
    let head = managing(call, false)?;
    let id = required(call, "AccountId")?;
    let on = part(&head, &id, call);
    Ok((id, on))
}

async fn remove(call: &mut Call<'_>) -> Answered {
    let (id, on) = on_account(call)?;
    let _asked = may(call, "organizations:RemoveAccountFromOrganization", Some(on), Context::new())?;
    call.change(|draft, _| draft.remove_member(&id).map_err(fault)).await?;
    Ok(Output::new())
}

async fn leave(call: &mut Call<'_>) -> Answered {
    super::head(call)?;
    let _asked = may(call, "organizations:LeaveOrganization", None, Context::new())?;
    let id = Text::from(&call.account()?);
    call.change(|draft, _| draft.remove_member(&id).map_err(fault)).await?;
    Ok(Output::new())
}
