//! Access keys: CreateAccessKey, ListAccessKeys, UpdateAccessKey, DeleteAccessKey, GetAccessKeyLastUsed.
//!
//! When a key was used last is read from the trail, of the request's Region and the home Region: no second account of uses is
//! kept, and it reaches back as far as the trail does.

use super::{home, may, no_such, on_user, user_meant};
use crate::call::Call;
use crate::desk::{Answered, Page, fault, instant, required, seal, seconds, show, text, value, value_of};
use crate::places;
use sotto_directory::id::{access_key_id, secret};
use sotto_directory::{AccessKey, Account, Text};
use sotto_trail::Attribute;
use sotto_wire::{Fault, Output, Value};
use std::collections::BTreeMap;

pub(super) async fn answer(call: &mut Call<'_>, operation: &str) -> Option<Answered> {
    Some(match operation {
        "CreateAccessKey" => create(call).await,
        "ListAccessKeys" => list(call),
        "UpdateAccessKey" => update(call).await,
        "DeleteAccessKey" => delete(call).await,
        "GetAccessKeyLastUsed" => last_used(call).await,
        _ => return None,
    })
}

async fn create(call: &mut Call<'_>) -> Answered {
    let (account, user) = (call.account()?, user_meant(call)?);
    let on = on_user(call, user.as_ref())?;
    let permit = may(call, "iam:CreateAccessKey", on)?;
    let (mut draw, now) = (call.draw(), seconds(call));
    let (id, plain) = (access_key_id(&mut draw), secret(&mut draw));
    let sealed = seal(call, &places::access_key(&id), &plain)?;
    let key = AccessKey { id, secret: sealed, active: true, created: now };
    call.change(|draft, _| draft.create_access_key(&account, user.as_ref(), key.clone()).map_err(fault))
        .await?;
    let shown = Output::new()
        .with("UserName", value_of(user.as_ref()))
        .with("AccessKeyId", value(&key.id))
        .with("Status", "Active")
        .with("SecretAccessKey", show(call, &permit, plain)?)
        .with("CreateDate", instant(now));
    Ok(Output::new().with("AccessKey", shown))
}

fn keys_of<'a>(held: &'a Account, user: Option<&Text>) -> Result<&'a BTreeMap<Text, AccessKey>, Fault> {
    match user {
        Some(name) => Ok(&held.user(name.as_str()).ok_or_else(|| no_such("user", name))?.keys),
        None => Ok(&held.head.root_keys),
    }
}

fn list(call: &mut Call<'_>) -> Answered {
    let user = user_meant(call)?;
    let on = on_user(call, user.as_ref())?;
    let _asked = may(call, "iam:ListAccessKeys", on)?;
    let (_, held) = home(call)?;
    let keys = keys_of(&held, user.as_ref())?.iter().map(|(id, key)| (id.clone(), key)).collect();
    Page::of_iam(call, keys).into_iam("AccessKeyMetadata", |key: &AccessKey| {
        let shown = Output::new()
            .with("UserName", value_of(user.as_ref()))
            .with("AccessKeyId", value(&key.id))
            .with("Status", if key.active { "Active" } else { "Inactive" })
            .with("CreateDate", instant(key.created));
        Ok(Value::from(shown))
    })
}

async fn update(call: &mut Call<'_>) -> Answered {
    let (account, user, id) = (call.account()?, user_meant(call)?, required(call, "AccessKeyId")?);
    let on = on_user(call, user.as_ref())?;
    let _asked = may(call, "iam:UpdateAccessKey", on)?;
    let active = text(call, "Status").is_some_and(|status| status.as_str() == "Active");
    call.change(|draft, _| draft.update_access_key(&account, user.as_ref(), &id, active).map_err(fault))
        .await?;
    Ok(Output::new())
}

async fn delete(call: &mut Call<'_>) -> Answered {
    let (account, user, id) = (call.account()?, user_meant(call)?, required(call, "AccessKeyId")?);
    let on = on_user(call, user.as_ref())?;
    let _asked = may(call, "iam:DeleteAccessKey", on)?;
    call.change(|draft, _| draft.delete_access_key(&account, user.as_ref(), &id).map_err(fault)).await?;
    Ok(Output::new())
}

async fn last_used(call: &mut Call<'_>) -> Answered {
    let id = required(call, "AccessKeyId")?;
    let account = call.account()?;
    let owner = call.directory().key_owner(id.as_str()).filter(|owner| owner.account == account).cloned();
    let user = owner.as_ref().and_then(|owner| owner.user.clone());
    let on = on_user(call, user.as_ref())?;
    let _asked = may(call, "iam:GetAccessKeyLastUsed", on)?;
    if owner.is_none() {
        return Err(Fault::new(
            "NoSuchEntity",
            sotto_wire::message!("The Access Key with id {} cannot be found.", id.public()),
        ));
    }
    let newest = crate::cloudtrail::newest(call, Attribute::AccessKeyId, id.public()).await?;
    let shown = match newest {
        Some(used) => Output::new()
            .with("LastUsedDate", used.at)
            .with("ServiceName", value(&Text::from(used.event_source()).first_label()))
            .with("Region", sotto_public::Public::named(&used.region)),
        None => Output::new().with("ServiceName", "N/A").with("Region", "N/A"),
    };
    Ok(Output::new().with("UserName", value_of(user.as_ref())).with("AccessKeyLastUsed", shown))
}
