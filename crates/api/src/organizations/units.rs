//! The organization, its roots and units: made, described, renamed, deleted, and who stands below whom.

use super::shapes::Show;
use super::{invalid, listed, managing, may, part};
use crate::call::Call;
use crate::desk::{Answered, fault, given_tags, required, seal, seconds, tag_context, text, value};
use crate::places;
use sotto_directory::{Naming, Node, NodeKind, OrganizationsCause as Cause, Text, new_tags};
use sotto_iam::Context;
use sotto_sensitive::RawText;
use sotto_wire::{Fault, Output, Value};

pub(super) async fn answer(call: &mut Call<'_>, operation: &str) -> Option<Answered> {
    Some(match operation {
        "CreateOrganization" => create(call).await,
        "DescribeOrganization" => describe(call),
        "DeleteOrganization" => delete(call).await,
        "ListRoots" => roots(call),
        "CreateOrganizationalUnit" => create_unit(call).await,
        "DescribeOrganizationalUnit" => describe_unit(call),
        "UpdateOrganizationalUnit" => rename_unit(call).await,
        "DeleteOrganizationalUnit" => delete_unit(call).await,
        "ListOrganizationalUnitsForParent" => units(call),
        "ListChildren" => children(call),
        "ListParents" => parents(call),
        _ => return None,
    })
}

async fn create(call: &mut Call<'_>) -> Answered {
    let permit = may(call, "organizations:CreateOrganization", None, Context::new())?;
    let (account, now) = (call.account()?, seconds(call));
    let features = text(call, "FeatureSet").unwrap_or_else(|| "ALL".into());
    let mail = RawText::new(format!("root@{account}.invalid"));
    let name = RawText::new("master".to_owned());
    let naming = Naming {
        name: Some(seal(call, &places::note(&account, "AccountName"), &name)?),
        mail: Some(seal(call, &places::note(&account, "Email"), &mail)?),
        tags: Default::default(),
    };
    call.change(|draft, draw| {
        draft.create_organization(&account, naming.clone(), features.clone(), now, draw).map_err(fault)
    })
    .await?;
    let head = super::head(call)?;
    Ok(Output::new().with("Organization", Show { call, permit: &permit, head: &head }.organization()?))
}

fn describe(call: &mut Call<'_>) -> Answered {
    let permit = may(call, "organizations:DescribeOrganization", None, Context::new())?;
    let head = super::head(call)?;
    Ok(Output::new().with("Organization", Show { call, permit: &permit, head: &head }.organization()?))
}

async fn delete(call: &mut Call<'_>) -> Answered {
    let _asked = may(call, "organizations:DeleteOrganization", None, Context::new())?;
    managing(call, false)?;
    call.change(|draft, _| draft.delete_organization().map_err(fault)).await?;
    Ok(Output::new())
}

fn nodes(call: &Call<'_>, wanted: impl Fn(&Node) -> bool) -> Vec<(Text, Node)> {
    let held = call.directory().organization().nodes.iter().filter(|node| wanted(node));
    held.map(|node| (node.order(), Node::clone(node))).collect()
}

fn roots(call: &mut Call<'_>) -> Answered {
    let permit = may(call, "organizations:ListRoots", None, Context::new())?;
    let head = managing(call, true)?;
    let roots = nodes(call, |node| node.kind == NodeKind::Root);
    let show = Show { call, permit: &permit, head: &head };
    listed(call, "Roots", roots, |node| Ok(show.root(&node).into()))
}

async fn create_unit(call: &mut Call<'_>) -> Answered {
    let (parent, name) = (required(call, "ParentId")?, required(call, "Name")?);
    let head = managing(call, false)?;
    let context = tag_context(call, "Tags", Context::new());
    let on = part(&head, &parent, call);
    let permit = may(call, "organizations:CreateOrganizationalUnit", Some(on), context)?;
    let tags = new_tags(given_tags(call, &head.management, "Tags")?).map_err(fault)?;
    let now = seconds(call);
    let unit = call
        .change(|draft, draw| {
            draft.create_unit(&parent, name.clone(), tags.clone(), now, draw).map_err(fault)
        })
        .await?;
    let shown = Show { call, permit: &permit, head: &head }.unit(&unit);
    Ok(Output::new().with("OrganizationalUnit", shown))
}

fn describe_unit(call: &mut Call<'_>) -> Answered {
    let id = required(call, "OrganizationalUnitId")?;
    let head = managing(call, true)?;
    let on = part(&head, &id, call);
    let permit = may(call, "organizations:DescribeOrganizationalUnit", Some(on), Context::new())?;
    let draft = call.directory().draft();
    let node = draft.node(id.as_str(), NodeKind::Unit, Cause::UnitNotFound).map_err(fault)?;
    let shown = Show { call, permit: &permit, head: &head }.unit(node);
    Ok(Output::new().with("OrganizationalUnit", shown))
}

async fn rename_unit(call: &mut Call<'_>) -> Answered {
    let id = required(call, "OrganizationalUnitId")?;
    let head = managing(call, false)?;
    let on = part(&head, &id, call);
    let permit = may(call, "organizations:UpdateOrganizationalUnit", Some(on), Context::new())?;
    if let Some(name) = text(call, "Name") {
        call.change(|draft, _| draft.rename_unit(&id, name.clone()).map_err(fault)).await?;
    }
    let draft = call.directory().draft();
    let node = draft.node(id.as_str(), NodeKind::Unit, Cause::UnitNotFound).map_err(fault)?;
    let shown = Show { call, permit: &permit, head: &head }.unit(node);
    Ok(Output::new().with("OrganizationalUnit", shown))
}

async fn delete_unit(call: &mut Call<'_>) -> Answered {
    let id = required(call, "OrganizationalUnitId")?;
    let head = managing(call, false)?;
    let on = part(&head, &id, call);
    let _asked = may(call, "organizations:DeleteOrganizationalUnit", Some(on), Context::new())?;
    call.change(|draft, _| draft.delete_unit(&id).map_err(fault)).await?;
    Ok(Output::new())
}

/// The parent that a request names; it must be there.
pub(super) fn parent(call: &Call<'_>) -> Result<Text, Fault> {
    let id = required(call, "ParentId")?;
    let draft = call.directory().draft();
    let node = draft.parent(id.as_str(), Cause::ParentNotFound).map_err(fault)?;
    Ok(node.id.clone())
}

fn units(call: &mut Call<'_>) -> Answered {
    let head = managing(call, true)?;
    let on = part(&head, &required(call, "ParentId")?, call);
    let permit = may(call, "organizations:ListOrganizationalUnitsForParent", Some(on), Context::new())?;
    let parent = parent(call)?;
    let units = nodes(call, |node| node.kind == NodeKind::Unit && node.parent.as_ref() == Some(&parent));
    let show = Show { call, permit: &permit, head: &head };
    listed(call, "OrganizationalUnits", units, |node| Ok(show.unit(&node).into()))
}

fn children(call: &mut Call<'_>) -> Answered {
    let head = managing(call, true)?;
    let on = part(&head, &required(call, "ParentId")?, call);
    let _asked = may(call, "organizations:ListChildren", Some(on), Context::new())?;
    let parent = parent(call)?;
    let kind = match text(call, "ChildType").as_ref().map(Text::as_str) {
        Some("ACCOUNT") => NodeKind::Account,
        Some("ORGANIZATIONAL_UNIT") => NodeKind::Unit,
        _ => return Err(invalid("You specified an invalid value.", "INVALID_ENUM")),
    };
    let children = nodes(call, |node| node.kind == kind && node.parent.as_ref() == Some(&parent));
    let word = if kind == NodeKind::Account { "ACCOUNT" } else { "ORGANIZATIONAL_UNIT" };
    listed(call, "Children", children, |node| {
        Ok(Output::new().with("Id", value(&node.id)).with("Type", word).into())
    })
}

fn parents(call: &mut Call<'_>) -> Answered {
    let head = managing(call, true)?;
    let child = required(call, "ChildId")?;
    let on = part(&head, &child, call);
    let _asked = may(call, "organizations:ListParents", Some(on), Context::new())?;
    let held =
        call.directory().organization().nodes.find(child.as_str()).filter(|node| node.kind != NodeKind::Root);
    let node = held
        .ok_or_else(|| Fault::new("ChildNotFoundException", "You specified a child that doesn't exist."))?;
    let shown = node.parent.as_ref().map(|id| {
        let word = if super::is_root(call, id) { "ROOT" } else { "ORGANIZATIONAL_UNIT" };
        Output::new().with("Id", value(id)).with("Type", word)
    });
    Ok(Output::new().with("Parents", Value::list(shown)))
}
