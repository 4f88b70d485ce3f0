//! EnableKeyRotation, DisableKeyRotation, GetKeyRotationStatus, RotateKeyOnDemand, ListKeyRotations.

use super::ask::may;
use super::create::slowly;
use super::keys::changed;
use super::lists::{THOUSAND, listed};
use super::refer::Meant;
use super::{fault, shapes};
use crate::call::Call;
use crate::desk::{Answered, instant, number, seconds, show_sealed, text};
use crate::places;
use sotto_directory::Text;
use sotto_iam::{Context, Permit, ReadDirectory};
use sotto_kms::keys::{Key, Material, MaterialState, Origin, ROTATION_DAYS_DEFAULT, RotationKind};
use sotto_wire::{Fault, Output, Value};
use std::sync::Arc;

pub(super) async fn answer(call: &mut Call<'_>, operation: &str) -> Option<Answered> {
    Some(match operation {
        "EnableKeyRotation" => enable(call).await,
        "DisableKeyRotation" => disable(call).await,
        "GetKeyRotationStatus" => status(call),
        "RotateKeyOnDemand" => rotate(call).await,
        "ListKeyRotations" => list(call),
        _ => return None,
    })
}

async fn enable(call: &mut Call<'_>) -> Answered {
    let days = match number(call, "RotationPeriodInDays") {
        Some(days) => {
            u16::try_from(days).map_err(|_| super::invalid("RotationPeriodInDays is out of bounds"))?
        }
        None => ROTATION_DAYS_DEFAULT,
    };
    let asked = Context::new().with("kms:RotationPeriodInDays", i64::from(days));
    let now = seconds(call);
    changed(call, "kms:EnableKeyRotation", asked, |draft, arn| draft.enable_rotation(arn, days, now)).await?;
    Ok(Output::new())
}

async fn disable(call: &mut Call<'_>) -> Answered {
    changed(call, "kms:DisableKeyRotation", Context::new(), |draft, arn| draft.disable_rotation(arn)).await?;
    Ok(Output::new())
}

fn status(call: &mut Call<'_>) -> Answered {
    let meant = Meant::by_key(call, "KeyId")?;
    let _asked: Permit<ReadDirectory> = may(call, "kms:GetKeyRotationStatus", &meant, Context::new())?;
    let keys = &call.snapshot().rooms.keys;
    keys.rotates(&meant.key).map_err(fault)?;
    let rotation = meant.key.rotation;
    // A key that is to be deleted does not rotate, and says so (KMS API Reference, "GetKeyRotationStatus").
    let on = rotation.period_days.filter(|_| meant.key.deletion.is_none());
    Ok(Output::new()
        .with("KeyId", meant.key.arn.public())
        .with("KeyRotationEnabled", on.is_some())
        .with("RotationPeriodInDays", on)
        .with("NextRotationDate", rotation.next.filter(|_| on.is_some()).map(instant)))
}

/// The material is made before the transition, which may be decided again.
async fn rotate(call: &mut Call<'_>) -> Answered {
    let meant = Meant::own(call, "KeyId")?;
    let _asked: Permit<ReadDirectory> = may(call, "kms:RotateKeyOnDemand", &meant, Context::new())?;
    let (key, now) = (Arc::clone(&meant.key), seconds(call));
    let keys = &call.snapshot().rooms.keys;
    keys.rotates(&key).map_err(fault)?;
    let material = match key.origin {
        Origin::Kms => {
            let key = Arc::clone(&key);
            Some(
                slowly(call, move |vault, draw| vault.rotated(&key, RotationKind::OnDemand, now, draw))
                    .await?,
            )
        }
        _ => None,
    };
    let arn = &key.arn;
    call.transact(|drafts, _| {
        drafts.keys.rotate(arn, RotationKind::OnDemand, material.as_ref(), now).map_err(fault)
    })
    .await?;
    Ok(Output::new().with("KeyId", arn.public()))
}

/// Rotations that were; with `ALL_KEY_MATERIAL` every material, the first one and those that wait, too.
fn list(call: &mut Call<'_>) -> Answered {
    let meant = Meant::own(call, "KeyId")?;
    let permit: Permit<ReadDirectory> = may(call, "kms:ListKeyRotations", &meant, Context::new())?;
    call.snapshot().rooms.keys.rotates(&meant.key).map_err(fault)?;
    let all = text(call, "IncludeKeyMaterial").is_some_and(|word| word.as_str() == "ALL_KEY_MATERIAL");
    let held = meant.key.materials.iter().enumerate();
    let wanted = held.filter(|(_, material)| all || material.kind != RotationKind::First);
    let items = wanted.map(|(at, material)| (Text::ordinal(at), material)).collect();
    let is_marker = |marker: &str| marker.len() == 20 && marker.bytes().all(|b| b.is_ascii_digit());
    listed(call, "Rotations", (items, THOUSAND, is_marker), |material: &Material| {
        show(call, &permit, (&meant.key, material)).map(Value::from)
    })
}

fn show(
    call: &Call<'_>,
    permit: &Permit<ReadDirectory>,
    (key, material): (&Key, &Material),
) -> Result<Output, Fault> {
    let state = match material.state {
        MaterialState::Current => "CURRENT",
        MaterialState::NonCurrent => "NON_CURRENT",
        MaterialState::PendingRotation => "PENDING_ROTATION",
    };
    let mut output = Output::new()
        .with("KeyId", key.arn.id().public())
        .with("KeyMaterialId", material.id.public())
        .with("KeyMaterialState", state);
    let kind = match material.kind {
        RotationKind::First => None,
        RotationKind::Automatic => Some("AUTOMATIC"),
        RotationKind::OnDemand => Some("ON_DEMAND"),
    };
    if let Some(kind) = kind {
        output.set("RotationDate", instant(material.created));
        output.set("RotationType", kind);
    }
    if let Some(import) = &material.import {
        output.set("ImportState", if material.wrapped.is_some() { "IMPORTED" } else { "PENDING_IMPORT" });
        shapes::expiry(material, &mut output);
        if let Some(sealed) = &import.description {
            output.set(
                "KeyMaterialDescription",
                show_sealed(call, permit, &places::material_note(&key.arn), sealed)?,
            );
        }
    }
    Ok(output)
}
