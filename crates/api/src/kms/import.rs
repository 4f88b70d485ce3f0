//! GetParametersForImport, ImportKeyMaterial, DeleteImportedKeyMaterial.

use super::ask::may;
use super::create::slowly;
use super::keys::changed;
use super::refer::Meant;
use super::{fault, invalid, made, required_word, taken, word};
use crate::call::Call;
use crate::context::epoch_seconds;
use crate::desk::{Answered, instant, seconds, text};
use crate::places;
use sotto_iam::{Context, Permit, UseKey};
use sotto_kms::keys::{Expiry, ImportKind, Imported, Key, MaterialId, WrappingAlgorithm, WrappingSpec};
use sotto_wire::{Fault, Output};
use std::sync::Arc;

pub(super) async fn answer(call: &mut Call<'_>, operation: &str) -> Option<Answered> {
    Some(match operation {
        "GetParametersForImport" => parameters(call).await,
        "ImportKeyMaterial" => import(call).await,
        "DeleteImportedKeyMaterial" => delete(call).await,
        _ => return None,
    })
}

async fn parameters(call: &mut Call<'_>) -> Answered {
    let algorithm = required_word(call, "WrappingAlgorithm", WrappingAlgorithm::parse)?;
    let spec = required_word(call, "WrappingKeySpec", WrappingSpec::parse)?;
    let asked = Context::new()
        .with("kms:WrappingAlgorithm", algorithm.as_str())
        .with("kms:WrappingKeySpec", spec.as_str());
    let meant = Meant::own(call, "KeyId")?;
    let permit: Permit<UseKey> = may(call, "kms:GetParametersForImport", &meant, asked)?;
    let (key, now) = (Arc::clone(&meant.key), seconds(call));
    let given =
        slowly(call, move |vault, draw| vault.import_parameters(&key, algorithm, spec, now, draw)).await?;
    Ok(Output::new()
        .with("KeyId", meant.key.arn.public())
        .with("ImportToken", made(call, &permit, &given.token)?)
        .with("PublicKey", made(call, &permit, &given.public)?)
        .with("ParametersValidTo", instant(given.valid_to)))
}

/// When the material ends. Where nothing is said it does, and then an instant is needed.
fn expiry(call: &Call<'_>) -> Result<Expiry, Fault> {
    let model = text(call, "ExpirationModel");
    let never = model.is_some_and(|model| model.as_str() == "KEY_MATERIAL_DOES_NOT_EXPIRE");
    match (never, call.input().time("ValidTo")) {
        (true, None) => Ok(Expiry::Never),
        (false, Some(at)) => Ok(Expiry::At(u64::try_from(epoch_seconds(at)).unwrap_or(0))),
        (true, Some(_)) => Err(invalid("ValidTo must not be set for material that does not expire")),
        (false, None) => {
            Err(invalid("A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES"))
        }
    }
}

fn conditions(call: &Call<'_>) -> Context {
    let model = text(call, "ExpirationModel");
    let model = model.as_ref().map_or("KEY_MATERIAL_EXPIRES", |model| model.as_str());
    let context = Context::new().with("kms:ExpirationModel", model);
    match call.input().time("ValidTo") {
        Some(at) => context.with("kms:ValidTo", at),
        None => context,
    }
}

async fn import(call: &mut Call<'_>) -> Answered {
    let (expiry, asked) = (expiry(call)?, conditions(call));
    let kind = word(call, "ImportType", ImportKind::parse)?;
    let meant = Meant::own(call, "KeyId")?;
    let _asked: Permit<UseKey> = may(call, "kms:ImportKeyMaterial", &meant, asked)?;
    let (token, encrypted) = (taken(call, "ImportToken")?, taken(call, "EncryptedKeyMaterial")?);
    let (key, now) = (Arc::clone(&meant.key), seconds(call));
    let material = slowly(call, move |vault, _| vault.open_import(&key, &token, &encrypted, now)).await?;
    let wanted = material_id(call, &meant.key)?;
    if wanted.is_some_and(|wanted| wanted != *material.id()) {
        let words = "The key material is not the one with this KeyMaterialId.";
        return Err(Fault::new("IncorrectKeyMaterialException", words));
    }
    let raw = call.input().raw("KeyMaterialDescription");
    let description =
        raw.map(|raw| crate::desk::seal(call, &places::material_note(&meant.key.arn), raw)).transpose()?;
    let new = Imported { material, kind, expiry, description };
    let arn = &meant.key.arn;
    call.transact(|drafts, _| drafts.keys.import_material(arn, &new, now).map_err(fault)).await?;
    Ok(Output::new().with("KeyId", arn.public()).with("KeyMaterialId", new.material.id().public()))
}

fn material_id(call: &Call<'_>, key: &Key) -> Result<Option<MaterialId>, Fault> {
    let Some(given) = text(call, "KeyMaterialId") else { return Ok(None) };
    let id = MaterialId::parse(given.as_str()).ok();
    id.map(Some).ok_or_else(|| {
        let words = sotto_wire::message!("{} has no key material {}", key.arn.public(), given.public());
        Fault::new("NotFoundException", words)
    })
}

async fn delete(call: &mut Call<'_>) -> Answered {
    let meant = Meant::own(call, "KeyId")?;
    let id = material_id(call, &meant.key)?;
    let gone = id.clone().or_else(|| meant.key.current().map(|material| material.id.clone()));
    let (arn, ()) = changed(call, "kms:DeleteImportedKeyMaterial", Context::new(), |draft, arn| {
        draft.delete_imported(arn, id.as_ref())
    })
    .await?;
    let gone = gone.map(|id| id.public());
    Ok(Output::new().with("KeyId", arn.public()).with("KeyMaterialId", gone))
}
