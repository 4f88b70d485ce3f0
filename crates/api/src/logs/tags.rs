//! Tags of groups: keys are public, values sealed, bound to the group and the key.
//!
//! Two generations of operations mean the same: TagLogGroup and its like by name, TagResource and its like by ARN.

use super::{Meant, fault, invalid};
use crate::call::{Ask, Call, internal};
use crate::desk::{Answered, permit, seal, show};
use sotto_arn::LogGroupArn;
use sotto_iam::{Context, Permit, ReadDirectory, Resource};
use sotto_kms::{Sealed, StoreKey};
use sotto_logs::{Group, Uid};
use sotto_public::{Opaque, Place, Public};
use sotto_wire::{Fault, Key, Output, Value, View};
use std::collections::BTreeMap;

pub(super) async fn answer(call: &mut Call<'_>, operation: &str) -> Option<Answered> {
    Some(match operation {
        "TagLogGroup" | "TagResource" => tag(call).await,
        "UntagLogGroup" | "UntagResource" => untag(call).await,
        "ListTagsLogGroup" | "ListTagsForResource" => list(call),
        _ => return None,
    })
}

/// The group that is named, or whose ARN is.
fn meant(call: &Call<'_>) -> Result<Meant, Fault> {
    let Some(arn) = call.input().public("resourceArn") else { return Meant::of(call) };
    let parsed = LogGroupArn::parse(arn.get()).map_err(|_| {
        invalid("1 validation error detected: Member 'resourceArn' is not the ARN of a log group")
    })?;
    Meant::identified(call, &crate::record::configured(&parsed))
}

fn may(
    call: &mut Call<'_>,
    action: &'static str,
    meant: &Meant,
    context: Context,
) -> Result<Permit<ReadDirectory>, Fault> {
    meant.note(call);
    let on = meant.resource_of_tags(call);
    permit(call, Ask::new(action).on(on).with(context))
}

/// The action by the operation's generation.
fn action(call: &Call<'_>, old: &'static str, new: &'static str) -> &'static str {
    if call.operation().ends_with("LogGroup") { old } else { new }
}

async fn tag(call: &mut Call<'_>) -> Answered {
    let meant = meant(call)?;
    let (action, context) = (action(call, "logs:TagLogGroup", "logs:TagResource"), given_context(call));
    let _asked = may(call, action, &meant, context)?;
    let uid = meant.entry(call)?.group.uid;
    let tags = given(call, uid)?;
    call.transact(|drafts, _| drafts.logs.tag_group(&meant.scope, &meant.name, tags.clone()).map_err(fault))
        .await?;
    Ok(Output::new())
}

async fn untag(call: &mut Call<'_>) -> Answered {
    let meant = meant(call)?;
    let keys: Vec<Public<String>> =
        call.input().publics("tags").chain(call.input().publics("tagKeys")).cloned().collect();
    let mut context = Context::new();
    context.set("aws:TagKeys", keys.iter().map(|key| key.get().as_str()));
    let action = action(call, "logs:UntagLogGroup", "logs:UntagResource");
    let _asked = may(call, action, &meant, context)?;
    call.transact(|drafts, _| drafts.logs.untag_group(&meant.scope, &meant.name, &keys).map_err(fault))
        .await?;
    Ok(Output::new())
}

fn list(call: &mut Call<'_>) -> Answered {
    let meant = meant(call)?;
    let action = action(call, "logs:ListTagsLogGroup", "logs:ListTagsForResource");
    let permit = may(call, action, &meant, Context::new())?;
    let group = meant.entry(call)?.group;
    let shown = |(key, sealed): (&Public<String>, &Opaque)| {
        let raw = open(call.store_key(), group.uid, key, sealed)?;
        Ok((Value::from(key), Value::Shown(show(call, &permit, raw)?)))
    };
    let tags = group.tags.iter().map(shown).collect::<Result<Vec<_>, Fault>>()?;
    Ok(Output::new().with("tags", Value::Map(tags)))
}

/// What the value of a tag is bound to.
fn place(group: Uid, key: &Public<String>) -> Place {
    Place::new("log group tag").with(&group.number()).with(key)
}

fn open(
    store_key: &StoreKey,
    group: Uid,
    key: &Public<String>,
    sealed: &Opaque,
) -> Result<sotto_sensitive::RawText, Fault> {
    let sealed = Sealed::parse(sealed.as_bytes()).map_err(|_| internal())?;
    store_key.open_text(&place(group, key), &sealed).map_err(|_| internal())
}

/// The tags of a request, sealed for a group.
#[expect(clippy::disallowed_methods, reason = "ciphertext says nothing without the key")]
pub(super) fn given(call: &Call<'_>, group: Uid) -> Result<BTreeMap<Public<String>, Opaque>, Fault> {
    let entry = |(key, value): (&Key, View<'_>)| {
        let key = key.public().cloned().ok_or_else(internal)?;
        let empty = sotto_sensitive::RawText::default();
        let sealed = seal(call, &place(group, &key), value.as_raw().unwrap_or(&empty))?;
        Ok((key, Opaque::from_pinned_bytes(sealed.as_bytes().to_vec())))
    };
    call.input().map("tags").map(entry).collect()
}

/// Condition keys about the tags of a request: `aws:RequestTag/KEY` and `aws:TagKeys`.
pub(super) fn given_context(call: &Call<'_>) -> Context {
    let (mut context, mut keys) = (Context::new(), Vec::new());
    for (key, value) in call.input().map("tags") {
        let Some(key) = key.public() else { continue };
        keys.push(key.get().clone());
        if let Some(raw) = value.as_raw() {
            context.set(&format!("aws:RequestTag/{key}"), [crate::context::copied(raw)]);
        }
    }
    if !keys.is_empty() {
        context.set("aws:TagKeys", keys.iter().map(String::as_str));
    }
    context
}

/// A resource with the values of a group's tags, for conditions on `aws:ResourceTag`.
pub(super) fn with_values(call: &Call<'_>, resource: Resource, group: &Group) -> Resource {
    with_values_of(call.store_key(), resource, group)
}

/// The same for work that no call does.
pub(super) fn with_values_of(store_key: &StoreKey, mut resource: Resource, group: &Group) -> Resource {
    for (key, sealed) in &group.tags {
        if let Ok(raw) = open(store_key, group.uid, key, sealed) {
            resource = resource.with_tag(key.get(), raw);
        }
    }
    resource
}
