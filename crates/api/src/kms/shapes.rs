//! What do keys look like in an answer? KMS API Reference, "KeyMetadata", "MultiRegionConfiguration".

use super::ask::multi_region_word;
use crate::call::Call;
use crate::desk::{instant, show_sealed};
use crate::places;
use sotto_iam::{Permit, ReadDirectory};
use sotto_kms::keys::{Key, KeyState, KeyUsage, Material, MultiRegion};
use sotto_public::Public;
use sotto_wire::{Fault, Output, Value};

/// The metadata of a key.
pub(super) fn metadata(call: &Call<'_>, permit: &Permit<ReadDirectory>, key: &Key) -> Result<Output, Fault> {
    let state = call.snapshot().rooms.keys.state(key);
    let description = match &key.description {
        Some(sealed) => show_sealed(call, permit, &places::key_note(&key.arn), sealed)?,
        None => Value::from(""),
    };
    let mut output = Output::new()
        .with("AWSAccountId", Public::named(key.arn.account()))
        .with("KeyId", key.arn.id().public())
        .with("Arn", key.arn.public())
        .with("CreationDate", instant(key.created))
        .with("Enabled", state == KeyState::Enabled)
        .with("Description", description)
        .with("KeyUsage", key.usage.public())
        .with("KeyState", state.public())
        .with("Origin", key.origin.public())
        .with("KeyManager", "CUSTOMER")
        .with("CustomerMasterKeySpec", key.spec.public())
        .with("KeySpec", key.spec.public())
        .with("MultiRegion", key.multi_region.is_some());
    algorithms(key, &mut output);
    ends(key, &mut output);
    stored(call, key, &mut output);
    if let Some(kind) = key.multi_region {
        output.set("MultiRegionConfiguration", regions(call, key, kind));
    }
    Ok(output)
}

/// The algorithms that a key works by, under the member of its usage.
pub(super) fn algorithms(key: &Key, output: &mut Output) {
    let (member, words): (_, Vec<&'static str>) = match key.usage {
        KeyUsage::EncryptDecrypt => (
            "EncryptionAlgorithms",
            key.spec.encryption_algorithms().iter().map(|word| word.as_str()).collect(),
        ),
        KeyUsage::SignVerify => {
            ("SigningAlgorithms", key.spec.signing_algorithms().iter().map(|word| word.as_str()).collect())
        }
        KeyUsage::GenerateVerifyMac => {
            ("MacAlgorithms", key.spec.mac_algorithms().iter().map(|word| word.as_str()).collect())
        }
        KeyUsage::KeyAgreement => ("KeyAgreementAlgorithms", vec!["ECDH"]),
    };
    output.set(member, Value::list(words));
}

/// When a key or its material ends.
fn ends(key: &Key, output: &mut Output) {
    if let Some(deletion) = key.deletion {
        match deletion.at {
            Some(at) => output.set("DeletionDate", instant(at)),
            None => output.set("PendingDeletionWindowInDays", deletion.days),
        }
    }
    if let Some(material) = key.current() {
        expiry(material, output);
        if key.spec == sotto_kms::keys::KeySpec::Symmetric {
            output.set("CurrentKeyMaterialId", material.id.public());
        }
    }
}

/// Whether and when imported material ends.
pub(super) fn expiry(material: &Material, output: &mut Output) {
    let Some(import) = material.import.as_ref().filter(|_| material.wrapped.is_some()) else { return };
    match import.expires {
        Some(at) => {
            output.set("ExpirationModel", "KEY_MATERIAL_EXPIRES");
            output.set("ValidTo", instant(at));
        }
        None => output.set("ExpirationModel", "KEY_MATERIAL_DOES_NOT_EXPIRE"),
    }
}

/// In which custom key store a key is.
fn stored(call: &Call<'_>, key: &Key, output: &mut Output) {
    if let Some(store) = call.snapshot().rooms.keys.store_of(key) {
        output.set("CustomKeyStoreId", store.id.public());
        output.set("CloudHsmClusterId", crate::record::configured(&store.cluster));
    }
}

/// Where the keys of the same material are.
fn regions(call: &Call<'_>, key: &Key, kind: MultiRegion) -> Output {
    let related = call.snapshot().rooms.keys.related(key);
    let place = |key: &Key| {
        Output::new().with("Arn", key.arn.public()).with("Region", Public::named(key.arn.region()))
    };
    let of = |kind: MultiRegion| {
        let keys = related.iter().filter(move |key| key.multi_region == Some(kind));
        keys.map(|key| place(key)).collect::<Vec<_>>()
    };
    let primary = of(MultiRegion::Primary).into_iter().next();
    Output::new()
        .with("MultiRegionKeyType", multi_region_word(kind))
        .with("PrimaryKey", primary.map(Value::from))
        .with("ReplicaKeys", of(MultiRegion::Replica))
}
