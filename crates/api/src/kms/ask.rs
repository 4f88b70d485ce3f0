//! Who may use which key, under which circumstances? The key as a resource with what conditions ask of it, and the condition keys
//! of the request (KMS Developer Guide, "AWS KMS condition keys"; Service Authorization Reference, "AWS Key Management Service").
//!
//! The encryption context enters twice: as condition keys, whose names do not tell case apart, and exactly as it was given, for
//! constraints of grants, whose names do.

use super::refer::Meant;
use crate::call::{Ask, Call};
use crate::context::copied;
use crate::places;
use sotto_directory::Text;
use sotto_iam::{Act, Context, Permit, Resource};
use sotto_kms::StoreKey;
use sotto_kms::keys::{EncryptionContext, Key, Keys, MultiRegion};
use sotto_public::Public;
use sotto_sensitive::RawText;
use sotto_trail::ResourceName;
use sotto_wire::{Fault, Key as MapKey, View};

/// Pairs of one encryption context: each is a condition key, of which a request has a bounded number.
pub(super) const CONTEXT_PAIRS_MAX: usize = 256;

/// Asks for an action on a key.
pub(super) fn may<A: Act>(
    call: &mut Call<'_>,
    action: &'static str,
    meant: &Meant,
    context: Context,
) -> Result<Permit<A>, Fault> {
    may_under(call, action, meant, context, &EncryptionContext::none())
}

/// The same under an encryption context.
pub(super) fn may_under<A: Act>(
    call: &mut Call<'_>,
    action: &'static str,
    meant: &Meant,
    context: Context,
    under: &EncryptionContext,
) -> Result<Permit<A>, Fault> {
    call.concerns(named(&meant.key));
    let context = completed(call, meant.alias.as_ref(), context, under);
    let ask = Ask::new(action).on(resource(call, &meant.key)).with(context);
    call.authorize_as::<A>(ask.under(pairs(under)))
}

/// Asks for an action on no key in particular.
pub(super) fn may_any<A: Act>(
    call: &mut Call<'_>,
    action: &'static str,
    context: Context,
) -> Result<Permit<A>, Fault> {
    let context = completed(call, None, context, &EncryptionContext::none());
    call.authorize_as::<A>(Ask::new(action).with(context))
}

/// The keys that every request has.
fn completed(
    call: &Call<'_>,
    alias: Option<&Text>,
    mut context: Context,
    under: &EncryptionContext,
) -> Context {
    if let Some(account) = call.caller().account() {
        context.set("kms:CallerAccount", [account.as_str()]);
    }
    if let Some(alias) = alias {
        context.set("kms:RequestAlias", [alias.as_str()]);
    }
    encryption_context(&mut context, under);
    context
}

/// `kms:EncryptionContext:NAME` for each pair, and `kms:EncryptionContextKeys`.
#[expect(
    clippy::disallowed_methods,
    reason = "names of an encryption context name condition keys; values stay captured"
)]
pub(super) fn encryption_context(context: &mut Context, under: &EncryptionContext) {
    for (name, value) in under.pairs() {
        context.set(&format!("kms:EncryptionContext:{}", name.expose()), [copied(value)]);
    }
    if !under.is_empty() {
        context.set("kms:EncryptionContextKeys", under.pairs().iter().map(|(name, _)| copied(name)));
    }
}

/// A copy of the pairs.
pub(super) fn pairs(under: &EncryptionContext) -> Vec<(RawText, RawText)> {
    under.pairs().iter().map(|(name, value)| (copied(name), copied(value))).collect()
}

/// The encryption context that a member holds.
pub(super) fn given_context(call: &Call<'_>, member: &'static str) -> Result<EncryptionContext, Fault> {
    read_context(call.input().map(member))
}

/// The same from the entries of a map.
pub(super) fn read_context<'a>(
    entries: impl Iterator<Item = (&'a MapKey, View<'a>)>,
) -> Result<EncryptionContext, Fault> {
    let pairs: Vec<_> =
        entries.filter_map(|(name, value)| Some((raw_key(name), copied(value.as_raw()?)))).collect();
    if pairs.len() > CONTEXT_PAIRS_MAX {
        return Err(super::invalid("The encryption context has more than 256 pairs"));
    }
    EncryptionContext::new(pairs).map_err(super::fault)
}

fn raw_key(name: &MapKey) -> RawText {
    match name {
        MapKey::Raw(text) => copied(text),
        MapKey::Public(text) => RawText::new(text.get().clone()),
    }
}

/// A key as a resource.
pub(super) fn resource(call: &Call<'_>, key: &Key) -> Resource {
    resource_of(&call.snapshot().rooms.keys, call.store_key(), key)
}

/// A key as a resource: its tags, its aliases, and what it is made of.
pub(super) fn resource_of(keys: &Keys, store_key: &StoreKey, key: &Key) -> Resource {
    let arn = key.arn.to_string();
    let mut resource = Resource::new(&arn)
        .of_account(key.arn.account())
        .with_fact("kms:KeySpec", key.spec.as_str())
        .with_fact("kms:KeyUsage", key.usage.as_str())
        .with_fact("kms:KeyOrigin", key.origin.as_str())
        .with_fact("kms:MultiRegion", key.multi_region.is_some());
    if let Some(kind) = key.multi_region {
        resource = resource.with_fact("kms:MultiRegionKeyType", multi_region_word(kind));
    }
    let held = keys.account(key.arn.account(), key.arn.region());
    let aliases: Vec<_> = held.into_iter().flat_map(|held| held.aliases_of(key.arn.id())).collect();
    if !aliases.is_empty() {
        resource =
            resource.with_facts("kms:ResourceAliases", aliases.iter().map(|alias| alias.name.as_str()));
    }
    for tag in &key.tags {
        if let Ok(raw) = store_key.open_text(&places::key_tag(&key.arn, &tag.key), &tag.value) {
            resource = resource.with_tag(tag.key.get(), raw);
        }
    }
    resource
}

/// What a key is among those of several Regions.
pub(super) const fn multi_region_word(kind: MultiRegion) -> &'static str {
    match kind {
        MultiRegion::Primary => "PRIMARY",
        MultiRegion::Replica => "REPLICA",
    }
}

/// A key as the trail names it.
pub(super) fn named(key: &Key) -> ResourceName {
    ResourceName { kind: "AWS::KMS::Key".into(), name: key.arn.public() }
}

/// Refuses grant tokens that no grant has. A grant holds as soon as it is made, so a token adds nothing to it; a wrong one is a
/// mistake that AWS reports.
pub(super) fn check_tokens(call: &Call<'_>) -> Result<(), Fault> {
    let known = |token: &Public<String>| {
        let (arn, id) = super::vault(call).grant_of_token(token).ok()?;
        let held = call.snapshot().rooms.keys.account(arn.account(), arn.region())?;
        held.grant(arn.id(), id.as_str())
    };
    match call.input().publics("GrantTokens").all(|token| known(token).is_some()) {
        true => Ok(()),
        false => Err(Fault::new("InvalidGrantTokenException", "The grant token is not valid.")),
    }
}

/// Ends a call that only asked whether it would succeed (KMS API Reference, `DryRun`).
pub(super) fn unless_dry(call: &Call<'_>) -> Result<(), Fault> {
    match call.input().flag("DryRun") {
        Some(true) => Err(Fault::new(
            "DryRunOperationException",
            "The request would have succeeded, but the DryRun option is set.",
        )),
        _ => Ok(()),
    }
}
