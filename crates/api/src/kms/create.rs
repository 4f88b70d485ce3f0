//! CreateKey, and what takes a key's time: work that may block runs on threads for that, a bounded number at once.

use super::ask::may_any;
use super::lockout::{self, default_policy};
use super::{fault, required_word, shapes, tags, word};
use crate::api::Draw;
use crate::call::Call;
use crate::desk::{Answered, seconds, tag_context_of, text};
use crate::places;
use sotto_arn::AccountId;
use sotto_directory::Text;
use sotto_iam::{Context, Permit, ReadDirectory};
use sotto_kms::Sealed;
use sotto_kms::keys::{
    Key, KeyArn, KeySpec, KeyStoreId, KeyUsage, NewKey, Origin, Outcome, Vault, WantedKey,
};
use sotto_wire::{Fault, Output};
use std::sync::Arc;

/// How many calls block at once: making and using keys of 4,096 bits, and devices.
pub(crate) const BLOCKING_MAX: usize = 16;

pub(super) async fn answer(call: &mut Call<'_>, operation: &str) -> Option<Answered> {
    match operation {
        "CreateKey" => Some(create(call).await),
        _ => None,
    }
}

/// Whether work with a key may take milliseconds: RSA, and whatever is in a device.
pub(super) const fn is_slow(key: &Key) -> bool {
    matches!(key.spec, KeySpec::Rsa2048 | KeySpec::Rsa3072 | KeySpec::Rsa4096)
        || matches!(key.origin, Origin::Device)
}

/// Works with a key here, or on a thread that may block.
pub(super) async fn work<T: Send + 'static>(
    call: &Call<'_>,
    key: &Key,
    work: impl FnOnce(&Vault<'_>, &mut Draw<'_>) -> Outcome<T> + Send + 'static,
) -> Result<T, Fault> {
    match is_slow(key) {
        true => slowly(call, work).await,
        false => work(&super::vault(call), &mut call.draw()).map_err(fault),
    }
}

/// Works on a thread that may block.
pub(super) async fn slowly<T: Send + 'static>(
    call: &Call<'_>,
    work: impl FnOnce(&Vault<'_>, &mut Draw<'_>) -> Outcome<T> + Send + 'static,
) -> Result<T, Fault> {
    call.api.blocking(call.caller.account(), Arc::clone(&call.snapshot), work).await
}

async fn create(call: &mut Call<'_>) -> Answered {
    let account = call.account()?;
    let spec = spec(call)?;
    let usage = word(call, "KeyUsage", KeyUsage::parse)?;
    let origin = word(call, "Origin", Origin::parse)?.unwrap_or(Origin::Kms);
    let multi_region = call.input().flag("MultiRegion").unwrap_or(false);
    let asked = conditions(call, (spec, usage, origin, multi_region));
    let permit: Permit<ReadDirectory> = may_any(call, "kms:CreateKey", asked)?;
    if call.input().list("Tags").next().is_some() {
        let asked = tag_context_of(call, "Tags", ("TagKey", "TagValue"), Context::new());
        let _may_tag: Permit<ReadDirectory> = may_any(call, "kms:TagResource", asked)?;
    }
    let wanted = WantedKey {
        policy: policy(call, &account)?.public(),
        account,
        region: call.region().clone(),
        spec,
        usage,
        origin,
        multi_region,
        description: None,
        tags: Vec::new(),
        key_store: key_store(call)?,
    };
    let now = seconds(call);
    let new = slowly(call, move |vault, draw| vault.new_key(wanted, now, draw)).await?;
    let new = described(call, new)?;
    let key = call.transact(|drafts, _| drafts.keys.create_key(&new).map_err(fault)).await?;
    call.concerns(super::ask::named(&key));
    Ok(Output::new().with("KeyMetadata", shapes::metadata(call, &permit, &key)?))
}

/// The spec, by its new name or by its old one.
fn spec(call: &Call<'_>) -> Result<KeySpec, Fault> {
    let member = if call.input().has("KeySpec") { "KeySpec" } else { "CustomerMasterKeySpec" };
    match call.input().has(member) {
        true => required_word(call, member, KeySpec::parse),
        false => Ok(KeySpec::Symmetric),
    }
}

fn key_store(call: &Call<'_>) -> Result<Option<KeyStoreId>, Fault> {
    let Some(id) = text(call, "CustomKeyStoreId") else { return Ok(None) };
    KeyStoreId::parse(id.as_str()).map(Some).map_err(|_| super::stores::no_store(&id))
}

/// The conditions on a key that does not exist yet.
fn conditions(
    call: &Call<'_>,
    (spec, usage, origin, multi_region): (KeySpec, Option<KeyUsage>, Origin, bool),
) -> Context {
    let usage = usage.map_or("ENCRYPT_DECRYPT", KeyUsage::as_str);
    let mut context = tag_context_of(call, "Tags", ("TagKey", "TagValue"), Context::new())
        .with("kms:KeySpec", spec.as_str())
        .with("kms:KeyUsage", usage)
        .with("kms:KeyOrigin", origin.as_str())
        .with("kms:MultiRegion", multi_region)
        .with("kms:BypassPolicyLockoutSafetyCheck", bypasses(call));
    if multi_region {
        context.set("kms:MultiRegionKeyType", ["PRIMARY"]);
    }
    context
}

/// Whether the caller takes the risk of locking everybody out.
pub(super) fn bypasses(call: &Call<'_>) -> bool {
    call.input().flag("BypassPolicyLockoutSafetyCheck").unwrap_or(false)
}

/// The policy of a new key: the given one, checked, or the default one.
pub(super) fn policy(call: &Call<'_>, account: &AccountId) -> Result<Text, Fault> {
    let Some(given) = text(call, "Policy") else { return Ok(default_policy(account)) };
    let nowhere = crate::record::configured(&format_args!(
        "arn:{}:kms:{}:{account}:key/new",
        call.region().partition(),
        call.region()
    ));
    lockout::check(call, &Text::from(nowhere), &given)?;
    Ok(given)
}

/// A new key with description and tags, which are sealed for its ARN.
fn described(call: &Call<'_>, new: NewKey) -> Result<NewKey, Fault> {
    let arn = new.arn().clone();
    Ok(new.described(description(call, &arn)?, tags::given(call, &arn)?))
}

/// The description of a request, sealed for a key.
pub(super) fn description(call: &Call<'_>, arn: &KeyArn) -> Result<Option<Sealed>, Fault> {
    let raw = call.input().raw("Description").filter(|raw| raw.length() > 0);
    raw.map(|raw| crate::desk::seal(call, &places::key_note(arn), raw)).transpose()
}
