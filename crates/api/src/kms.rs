//! What does KMS answer? Keys, aliases, policies, grants, and what keys do.
//!
//! KMS API Reference and Developer Guide (model 2014-11-01). Each operation: which key is meant, who may on which terms
//! ([`ask`]), what the key can now (the room of keys asks state, usage and algorithm itself), and what of it leaves: what a key
//! made for a permit to use it, what it opened for a permit to decrypt and after its record is durable. `DryRun` goes the whole
//! way but for what would leave or change.

mod aliases;
mod ask;
mod create;
mod data_keys;
mod deciding;
mod grants;
mod import;
mod keys;
mod lent;
mod lists;
mod lockout;
mod policies;
mod refer;
mod regions;
mod rotation;
mod sealing;
mod service;
mod shapes;
mod signing;
mod stores;
mod tags;
mod upkeep;

pub(crate) use create::BLOCKING_MAX;
pub(crate) use lent::{LentKey, LentTo, RoleUser, context_of};
pub(crate) use service::CLOUDTRAIL;
pub use service::{ServiceUse, Used};
pub(crate) use upkeep::keep_up;

use crate::call::{Call, internal};
use crate::desk::Answered;
use sotto_egress::EgressError;
use sotto_iam::{Decrypt, Permit, UseKey};
use sotto_kms::keys::{KeysError, StoreFault, Vault};
use sotto_public::Opaque;
use sotto_sensitive::RawBytes;
use sotto_wire::{Common, Fault, Value};

/// The answer to an operation of KMS.
pub(crate) async fn answer(call: &mut Call<'_>) -> Answered {
    let operation = call.operation().to_owned();
    let name = operation.as_str();
    macro_rules! ask {
        ($($family:ident),*) => {$(
            if let Some(answered) = $family::answer(call, name).await {
                return answered;
            }
        )*};
    }
    ask!(
        sealing, data_keys, signing, create, keys, aliases, policies, tags, rotation, grants, import,
        regions, stores
    );
    Err(call.refuse_unserved())
}

/// What opens the material of keys, on the snapshot of the call.
fn vault<'c>(call: &'c Call<'_>) -> Vault<'c> {
    Vault { keys: &call.snapshot.rooms.keys, store: &call.api.store_key, devices: &call.api.devices }
}

/// What a refusal of the room of keys is on the wire.
pub(crate) fn fault(error: KeysError) -> Fault {
    match error {
        KeysError::NotFound(words) => Fault::new("NotFoundException", words),
        KeysError::AlreadyExists(words) => Fault::new("AlreadyExistsException", words),
        KeysError::Disabled(words) => Fault::new("DisabledException", words),
        KeysError::InvalidState(words) => Fault::new("KMSInvalidStateException", words),
        KeysError::InvalidKeyUsage(words) => Fault::new("InvalidKeyUsageException", words),
        KeysError::Unsupported(words) => Fault::new("UnsupportedOperationException", words),
        KeysError::LimitExceeded(words) => Fault::new("LimitExceededException", words),
        KeysError::Validation(words) => Fault::common(Common::Validation, words),
        KeysError::Tag(words) => Fault::new("TagException", words),
        KeysError::Conflict(words) => Fault::new("ConflictException", words),
        KeysError::InvalidAlias(words) => Fault::new("InvalidAliasNameException", words),
        KeysError::InvalidGrantId => Fault::new("InvalidGrantIdException", "The grant id is not valid."),
        KeysError::InvalidGrantToken => {
            Fault::new("InvalidGrantTokenException", "The grant token is not valid.")
        }
        // AWS says nothing more of it: whoever asks learns not whether key, context or bytes are wrong.
        KeysError::InvalidCiphertext => Fault::new("InvalidCiphertextException", ""),
        KeysError::IncorrectKey => Fault::new(
            "IncorrectKeyException",
            "The key ID in the request does not identify a CMK that can perform this operation.",
        ),
        KeysError::InvalidSignature => Fault::new("KMSInvalidSignatureException", ""),
        KeysError::InvalidMac => Fault::new("KMSInvalidMacException", ""),
        KeysError::IncorrectMaterial(words) => Fault::new("IncorrectKeyMaterialException", words),
        KeysError::ExpiredImportToken => {
            Fault::new("ExpiredImportTokenException", "The import token has expired.")
        }
        KeysError::InvalidImportToken => {
            Fault::new("InvalidImportTokenException", "The import token is not valid.")
        }
        KeysError::Store(cause, words) => Fault::new(store_code(cause), words),
        KeysError::Device(error) => stores::device_fault(error),
        KeysError::Crypto(_) => Fault::new(
            "KMSInternalException",
            "the key could not be used; the request's id stands in the trail",
        ),
    }
}

const fn store_code(cause: StoreFault) -> &'static str {
    match cause {
        StoreFault::NotFound => "CustomKeyStoreNotFoundException",
        StoreFault::NameInUse => "CustomKeyStoreNameInUseException",
        StoreFault::ClusterInUse => "CloudHsmClusterInUseException",
        StoreFault::ClusterNotFound => "CloudHsmClusterNotFoundException",
        StoreFault::InvalidState => "CustomKeyStoreInvalidStateException",
        StoreFault::HasKeys => "CustomKeyStoreHasCMKsException",
    }
}

/// A member that cannot be taken.
fn invalid(words: &'static str) -> Fault {
    Fault::common(Common::Validation, words)
}

/// What a word of the API means; the codec knows all words, this server serves some of them.
fn word<T>(
    call: &Call<'_>,
    member: &'static str,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Result<Option<T>, Fault> {
    let Some(given) = call.input().public(member) else { return Ok(None) };
    let known = parse(given.get()).ok_or_else(|| {
        let words = sotto_wire::message!("{} {} is not served", member, given.clone());
        Fault::new("UnsupportedOperationException", words)
    })?;
    Ok(Some(known))
}

/// The same for a member that is required.
fn required_word<T>(
    call: &Call<'_>,
    member: &'static str,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Result<T, Fault> {
    word(call, member, parse)?
        .ok_or_else(|| Fault::common(Common::Validation, sotto_wire::message!("{} is required", member)))
}

/// Bytes that a request brings, of a member that is required; none are as good as an empty list of them.
fn bytes<'c>(call: &'c Call<'_>, member: &'static str) -> Result<&'c RawBytes, Fault> {
    call.input()
        .bytes(member)
        .ok_or_else(|| Fault::common(Common::Validation, sotto_wire::message!("{} is required", member)))
}

/// The same, moved out of the request: for work on another thread.
fn taken(call: &mut Call<'_>, member: &'static str) -> Result<RawBytes, Fault> {
    call.input_mut()
        .take_bytes(member)
        .ok_or_else(|| Fault::common(Common::Validation, sotto_wire::message!("{} is required", member)))
}

/// What a key made, for the permit to use it.
fn made(call: &Call<'_>, permit: &Permit<UseKey>, bytes: &Opaque) -> Result<Value, Fault> {
    shown(sotto_egress::made_bytes(permit, bytes, call.now()))
}

/// Ciphertext that goes along with what is shown in clear.
fn sealed(call: &Call<'_>, permit: &Permit<Decrypt>, bytes: &Opaque) -> Result<Value, Fault> {
    shown(sotto_egress::sealed_bytes(permit, bytes, call.now()))
}

/// What a key opened: after its record is durable, for the permit to decrypt.
async fn opened(call: &mut Call<'_>, permit: &Permit<Decrypt>, raw: &RawBytes) -> Result<Value, Fault> {
    let now = call.now();
    let recorded = call.record().await?;
    shown(sotto_egress::opened_bytes(permit, recorded, raw, now))
}

fn shown(rendered: Result<sotto_egress::Rendered, EgressError>) -> Result<Value, Fault> {
    rendered.map(Value::Shown).map_err(|_| internal())
}
