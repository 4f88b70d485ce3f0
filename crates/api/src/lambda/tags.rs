//! Tags of functions: keys are public, values sealed, bound to the function and the key.

use super::code::{opened_text, sealed_text, tag_place};
use super::refer::Meant;
use super::refused;
use crate::call::{Call, internal};
use crate::desk::{Answered, show};
use sotto_functions::Function;
use sotto_iam::{Context, Permit, ReadDirectory};
use sotto_public::{Opaque, Public};
use sotto_sensitive::RawText;
use sotto_wire::{Fault, Key, Output, Value, View};
use std::collections::BTreeMap;
use std::sync::Arc;

fn meant(call: &Call<'_>) -> Result<Meant, Fault> {
    let arn = call.input().public("Resource").cloned().ok_or_else(internal)?;
    Meant::named(call, &arn)
}

pub(super) async fn tag(call: &mut Call<'_>) -> Answered {
    let meant = meant(call)?;
    let context = given_context(call);
    let _asked: Permit<sotto_iam::Call> = meant.may_with(call, "lambda:TagResource", context)?;
    let tags = given(call, meant.found(call)?.uid)?;
    call.transact(|drafts, _| drafts.functions.tag(&meant.scope, &meant.name, &tags, &[]).map_err(refused))
        .await?;
    Ok(Output::new())
}

pub(super) async fn untag(call: &mut Call<'_>) -> Answered {
    let meant = meant(call)?;
    let keys: Vec<Public<String>> = call.input().publics("TagKeys").cloned().collect();
    let mut context = Context::new();
    context.set("aws:TagKeys", keys.iter().map(|key| key.get().as_str()));
    let _asked: Permit<sotto_iam::Call> = meant.may_with(call, "lambda:UntagResource", context)?;
    meant.found(call)?;
    let none = BTreeMap::new();
    call.transact(|drafts, _| drafts.functions.tag(&meant.scope, &meant.name, &none, &keys).map_err(refused))
        .await?;
    Ok(Output::new())
}

pub(super) fn list(call: &mut Call<'_>) -> Answered {
    let meant = meant(call)?;
    let permit: Permit<ReadDirectory> = meant.may(call, "lambda:ListTags")?;
    let function = Arc::clone(meant.found(call)?);
    Ok(Output::new().with("Tags", shown(call, &permit, &function)?))
}

/// The tags of a function in an answer.
pub(super) fn shown(
    call: &Call<'_>,
    permit: &Permit<ReadDirectory>,
    function: &Function,
) -> Result<Value, Fault> {
    let tag = |(key, sealed): (&Public<String>, &Opaque)| {
        let raw =
            opened_text(call.store_key(), &tag_place(function.uid, key), sealed).ok_or_else(internal)?;
        Ok((Value::from(key), Value::Shown(show(call, permit, raw)?)))
    };
    Ok(Value::Map(function.tags.iter().map(tag).collect::<Result<Vec<_>, Fault>>()?))
}

/// The tags of a request, sealed for a function.
pub(super) fn given(call: &Call<'_>, uid: u128) -> Result<BTreeMap<Public<String>, Opaque>, Fault> {
    let entry = |(key, value): (&Key, View<'_>)| {
        let key = key.public().cloned().ok_or_else(internal)?;
        let empty = RawText::default();
        let sealed = sealed_text(call, &tag_place(uid, &key), value.as_raw().unwrap_or(&empty))?;
        Ok((key, sealed))
    };
    call.input().map("Tags").map(entry).collect()
}

/// Condition keys about the tags of a request: `aws:RequestTag/KEY` and `aws:TagKeys`.
pub(super) fn given_context(call: &Call<'_>) -> Context {
    let (mut context, mut keys) = (Context::new(), Vec::new());
    for (key, value) in call.input().map("Tags") {
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
