//! Tags of the root, units, accounts and policies: TagResource, UntagResource, ListTagsForResource.

use super::{managing, may, notes_of, part};
use crate::call::Call;
use crate::desk::{Answered, fault, given_tags, required, shown_tags, tag_context, texts};
use sotto_directory::{Tags, Text};
use sotto_iam::Context;
use sotto_wire::{Fault, Output};

pub(super) async fn answer(call: &mut Call<'_>, operation: &str) -> Option<Answered> {
    Some(match operation {
        "TagResource" => tag(call).await,
        "UntagResource" => untag(call).await,
        "ListTagsForResource" => list(call),
        _ => return None,
    })
}

/// What a request names, which must have the form of an id.
fn target(call: &Call<'_>) -> Result<Text, Fault> {
    let id = required(call, "ResourceId")?;
    let text = id.as_str();
    let account = text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    let known = ["r-", "ou-", "p-"].iter().any(|prefix| text.starts_with(prefix));
    match known || account {
        true => Ok(id),
        false => Err(super::invalid(
            "You provided a value that does not match the required pattern.",
            "INVALID_RESOURCE_ID",
        )),
    }
}

async fn tag(call: &mut Call<'_>) -> Answered {
    let head = managing(call, false)?;
    let id = target(call)?;
    let (context, on) = (tag_context(call, "Tags", Context::new()), part(&head, &id, call));
    let _asked = may(call, "organizations:TagResource", Some(on), context)?;
    let tags = given_tags(call, notes_of(&head), "Tags")?;
    call.change(|draft, _| draft.edit_organization_tags(&id, tags.clone(), &[]).map_err(fault)).await?;
    Ok(Output::new())
}

async fn untag(call: &mut Call<'_>) -> Answered {
    let head = managing(call, false)?;
    let id = target(call)?;
    let (context, on) = (tag_context(call, "TagKeys", Context::new()), part(&head, &id, call));
    let _asked = may(call, "organizations:UntagResource", Some(on), context)?;
    let keys = texts(call, "TagKeys");
    call.change(|draft, _| draft.edit_organization_tags(&id, Vec::new(), &keys).map_err(fault)).await?;
    Ok(Output::new())
}

fn list(call: &mut Call<'_>) -> Answered {
    let head = managing(call, true)?;
    let id = target(call)?;
    let on = part(&head, &id, call);
    let permit = may(call, "organizations:ListTagsForResource", Some(on), Context::new())?;
    let tags = tags_of(call, &id)?;
    Ok(Output::new().with("Tags", shown_tags(call, &permit, notes_of(&head), &tags)?))
}

fn tags_of(call: &Call<'_>, id: &Text) -> Result<Tags, Fault> {
    let draft = call.directory().draft();
    match draft.organization_policy(id.as_str()) {
        Ok(policy) => Ok(policy.tags.clone()),
        Err(_) => draft.target(id.as_str()).map(|node| node.tags.clone()).map_err(fault),
    }
}
