//! TagResource, UntagResource, ListResourceTags. Values of tags are captured text, sealed for their key.

use super::ask::may;
use super::keys::changed;
use super::lists::{FIFTY, listed};
use super::refer::Meant;
use crate::call::{Call, internal};
use crate::desk::{Answered, seal, show_sealed, tag_context_of};
use crate::places;
use sotto_directory::Text;
use sotto_iam::{Context, Permit, ReadDirectory};
use sotto_kms::keys::{KeyArn, KeyTag};
use sotto_public::Public;
use sotto_sensitive::RawText;
use sotto_wire::{Fault, Output, Value};

/// Prefix of the tags that services set.
const RESERVED: &str = "aws:";

pub(super) async fn answer(call: &mut Call<'_>, operation: &str) -> Option<Answered> {
    Some(match operation {
        "TagResource" => tag(call).await,
        "UntagResource" => untag(call).await,
        "ListResourceTags" => list(call),
        _ => return None,
    })
}

/// The tags of a request, sealed for a key.
pub(super) fn given(call: &Call<'_>, arn: &KeyArn) -> Result<Vec<KeyTag>, Fault> {
    let empty = RawText::default();
    let one = |item: sotto_wire::View<'_>| {
        let key = item.public("TagKey").cloned().ok_or_else(internal)?;
        if key.get().to_ascii_lowercase().starts_with(RESERVED) {
            return Err(Fault::new("TagException", "Tag keys that begin with aws: belong to services"));
        }
        let value = seal(call, &places::key_tag(arn, &key), item.raw("TagValue").unwrap_or(&empty))?;
        Ok(KeyTag { key, value })
    };
    call.input().list("Tags").map(one).collect()
}

/// Condition keys about the tags of a request.
fn asked(call: &Call<'_>) -> Context {
    tag_context_of(call, "Tags", ("TagKey", "TagValue"), Context::new())
}

async fn tag(call: &mut Call<'_>) -> Answered {
    let meant = Meant::own(call, "KeyId")?;
    let tags = given(call, &meant.key.arn)?;
    let asked = asked(call);
    changed(call, "kms:TagResource", asked, move |draft, arn| draft.tag(arn, tags.clone())).await?;
    Ok(Output::new())
}

async fn untag(call: &mut Call<'_>) -> Answered {
    let names: Vec<Public<String>> = call.input().publics("TagKeys").cloned().collect();
    let mut asked = Context::new();
    asked.set("aws:TagKeys", names.iter().map(|name| name.get().as_str()));
    changed(call, "kms:UntagResource", asked, move |draft, arn| draft.untag(arn, &names)).await?;
    Ok(Output::new())
}

fn list(call: &mut Call<'_>) -> Answered {
    let meant = Meant::own(call, "KeyId")?;
    let permit: Permit<ReadDirectory> = may(call, "kms:ListResourceTags", &meant, Context::new())?;
    let items = meant.key.tags.iter().map(|tag| (Text::from(tag.key.clone()), tag)).collect();
    listed(call, "Tags", (items, FIFTY, |_: &str| true), |tag: &KeyTag| {
        let shown = show_sealed(call, &permit, &places::key_tag(&meant.key.arn, &tag.key), &tag.value)?;
        Ok(Value::from(Output::new().with("TagKey", tag.key.clone()).with("TagValue", shown)))
    })
}
