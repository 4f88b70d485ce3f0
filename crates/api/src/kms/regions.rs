//! ReplicateKey, UpdatePrimaryRegion. A replica needs two permissions: to replicate the primary key, and to create a key in the
//! other Region (KMS Developer Guide, "Controlling access to multi-Region keys").

use super::ask::{may, may_any};
use super::create::{bypasses, policy};
use super::keys::changed;
use super::refer::Meant;
use super::{fault, shapes, tags};
use crate::call::Call;
use crate::desk::{Answered, required, seconds, tag_context_of};
use crate::places;
use sotto_arn::Region;
use sotto_iam::{Context, Permit, ReadDirectory};
use sotto_kms::keys::{KeySpec, NewReplica};
use sotto_wire::{Fault, Output, Value};

pub(super) async fn answer(call: &mut Call<'_>, operation: &str) -> Option<Answered> {
    Some(match operation {
        "ReplicateKey" => replicate(call).await,
        "UpdatePrimaryRegion" => update(call).await,
        _ => return None,
    })
}

fn region(call: &Call<'_>, member: &'static str) -> Result<Region, Fault> {
    let given = required(call, member)?;
    Region::parse(given.as_str()).map_err(|_| super::invalid("the Region is none"))
}

async fn replicate(call: &mut Call<'_>) -> Answered {
    let region = region(call, "ReplicaRegion")?;
    let meant = Meant::own(call, "KeyId")?;
    let asked = Context::new().with("kms:ReplicaRegion", region.as_str());
    let _may_replicate: Permit<ReadDirectory> = may(call, "kms:ReplicateKey", &meant, asked)?;
    let permit: Permit<ReadDirectory> =
        may_any(call, "kms:CreateKey", creating(call, &region, meant.key.spec))?;
    if call.input().list("Tags").next().is_some() {
        let asked = tag_context_of(call, "Tags", ("TagKey", "TagValue"), Context::new())
            .with("aws:RequestedRegion", region.as_str());
        let _may_tag: Permit<ReadDirectory> = may_any(call, "kms:TagResource", asked)?;
    }
    let arn = meant.key.arn.in_region(region.clone());
    let sealed = super::create::description(call, &arn)?;
    let new = NewReplica {
        policy: policy(call, arn.account())?.public(),
        region,
        description: sealed,
        tags: tags::given(call, &arn)?,
    };
    let now = seconds(call);
    let key = call
        .transact(|drafts, _| drafts.keys.replicate(&meant.key.arn, new.clone(), now).map_err(fault))
        .await?;
    let shown = key.tags.iter().map(|tag| {
        let value =
            crate::desk::show_sealed(call, &permit, &places::key_tag(&key.arn, &tag.key), &tag.value)?;
        Ok(Output::new().with("TagKey", tag.key.clone()).with("TagValue", value))
    });
    let shown = shown.collect::<Result<Vec<_>, Fault>>()?;
    Ok(Output::new()
        .with("ReplicaKeyMetadata", shapes::metadata(call, &permit, &key)?)
        .with("ReplicaPolicy", key.policy.clone())
        .with("ReplicaTags", Value::list(shown)))
}

/// The conditions on the replica, which is created where it is to be.
fn creating(call: &Call<'_>, region: &Region, spec: KeySpec) -> Context {
    tag_context_of(call, "Tags", ("TagKey", "TagValue"), Context::new())
        .with("aws:RequestedRegion", region.as_str())
        .with("kms:KeySpec", spec.as_str())
        .with("kms:MultiRegion", true)
        .with("kms:MultiRegionKeyType", "REPLICA")
        .with("kms:BypassPolicyLockoutSafetyCheck", bypasses(call))
}

/// Both keys must allow it: the one that gives the role away, and the one that gets it.
async fn update(call: &mut Call<'_>) -> Answered {
    let region = region(call, "PrimaryRegion")?;
    let asked = || Context::new().with("kms:PrimaryRegion", region.as_str());
    let meant = Meant::own(call, "KeyId")?;
    let next = meant.key.arn.in_region(region.clone());
    if let Some(key) = call.snapshot().rooms.keys.key(&next).cloned().filter(|key| key.arn != meant.key.arn) {
        let there = asked().with("aws:RequestedRegion", region.as_str());
        let _may_take: Permit<ReadDirectory> =
            may(call, "kms:UpdatePrimaryRegion", &Meant { key, alias: None }, there)?;
    }
    changed(call, "kms:UpdatePrimaryRegion", asked(), |draft, arn| draft.update_primary(arn, region.clone()))
        .await?;
    Ok(Output::new())
}
