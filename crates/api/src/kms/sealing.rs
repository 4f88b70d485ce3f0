//! Encrypt, Decrypt and ReEncrypt.
//!
//! A ciphertext of a symmetric key says itself which key made it, so Decrypt needs no `KeyId`; where one is given, it must be
//! that key (KMS API Reference, "Decrypt"). Whoever may not use that key learns so, and nothing about the ciphertext.

use super::ask::{check_tokens, given_context, may_under, unless_dry};
use super::create::{is_slow, work};
use super::refer::Meant;
use super::{bytes, fault, made, opened, sealed, taken, word};
use crate::call::Call;
use crate::desk::Answered;
use sotto_iam::{Context, Decrypt, Permit, UseKey};
use sotto_kms::keys::{EncryptionAlgorithm, EncryptionContext, KeysError};
use sotto_wire::{Fault, Output};
use std::sync::Arc;

pub(super) async fn answer(call: &mut Call<'_>, operation: &str) -> Option<Answered> {
    Some(match operation {
        "Encrypt" => encrypt(call).await,
        "Decrypt" => decrypt(call).await,
        "ReEncrypt" => re_encrypt(call).await,
        _ => return None,
    })
}

/// An algorithm, the symmetric one where none is named.
fn algorithm(call: &Call<'_>, member: &'static str) -> Result<EncryptionAlgorithm, Fault> {
    Ok(word(call, member, EncryptionAlgorithm::parse)?.unwrap_or(EncryptionAlgorithm::Symmetric))
}

fn asked_with(algorithm: EncryptionAlgorithm) -> Context {
    Context::new().with("kms:EncryptionAlgorithm", algorithm.as_str())
}

async fn encrypt(call: &mut Call<'_>) -> Answered {
    let meant = Meant::by_any(call, "KeyId")?;
    let algorithm = algorithm(call, "EncryptionAlgorithm")?;
    let context = given_context(call, "EncryptionContext")?;
    let permit: Permit<UseKey> = may_under(call, "kms:Encrypt", &meant, asked_with(algorithm), &context)?;
    check_tokens(call)?;
    let (key, raw) = (Arc::clone(&meant.key), taken(call, "Plaintext")?);
    let made_of =
        work(call, &meant.key, move |vault, draw| vault.encrypt(&key, algorithm, &raw, &context, draw))
            .await?;
    unless_dry(call)?;
    Ok(Output::new()
        .with("CiphertextBlob", made(call, &permit, &made_of)?)
        .with("KeyId", meant.key.arn.public())
        .with("EncryptionAlgorithm", algorithm.public()))
}

/// The key that opens a ciphertext: the one that is named, or the one that made it. Where both are known, they must be one.
fn opening(
    call: &Call<'_>,
    (key, ciphertext): (&'static str, &'static str),
    algorithm: EncryptionAlgorithm,
) -> Result<Meant, Fault> {
    let named = call.input().has(key).then(|| Meant::by_any(call, key)).transpose()?;
    if algorithm != EncryptionAlgorithm::Symmetric {
        return named.ok_or_else(|| super::invalid("KeyId is required for asymmetric keys"));
    }
    let made_by = call.snapshot().rooms.keys.key_of(call.region(), bytes(call, ciphertext)?);
    match (named, made_by) {
        (Some(named), Ok(made_by)) if named.key.arn != made_by.arn => Err(fault(KeysError::IncorrectKey)),
        (Some(named), _) => Ok(named),
        (None, made_by) => Ok(Meant { key: Arc::clone(made_by.map_err(fault)?), alias: None }),
    }
}

async fn decrypt(call: &mut Call<'_>) -> Answered {
    let algorithm = algorithm(call, "EncryptionAlgorithm")?;
    let context = given_context(call, "EncryptionContext")?;
    let meant = opening(call, ("KeyId", "CiphertextBlob"), algorithm)?;
    let permit: Permit<Decrypt> = may_under(call, "kms:Decrypt", &meant, asked_with(algorithm), &context)?;
    check_tokens(call)?;
    let (key, ciphertext) = (Arc::clone(&meant.key), taken(call, "CiphertextBlob")?);
    let material = key.material_of(&ciphertext).map(|material| material.id.public());
    let raw =
        work(call, &meant.key, move |vault, _| vault.decrypt(&key, algorithm, &ciphertext, &context)).await?;
    unless_dry(call)?;
    Ok(Output::new()
        .with("Plaintext", opened(call, &permit, &raw).await?)
        .with("KeyId", meant.key.arn.public())
        .with("EncryptionAlgorithm", algorithm.public())
        .with("KeyMaterialId", material))
}

/// One side of ReEncrypt.
struct Side {
    meant: Meant,
    algorithm: EncryptionAlgorithm,
    context: EncryptionContext,
}

/// Two decisions, one on each key: the source must let go, the destination must take (Service Authorization Reference). The
/// plaintext does not leave.
async fn re_encrypt(call: &mut Call<'_>) -> Answered {
    let (from, to) = sides(call)?;
    let same = from.meant.key.arn == to.meant.key.arn;
    let _lets_go = ask_side(call, "kms:ReEncryptFrom", &from, same)?;
    let permit = ask_side(call, "kms:ReEncryptTo", &to, same)?;
    check_tokens(call)?;
    let ciphertext = taken(call, "CiphertextBlob")?;
    let [source, destination] = [&from, &to].map(|side| Arc::clone(&side.meant.key));
    let material = source.material_of(&ciphertext).map(|material| material.id.public());
    let slow = if is_slow(&source) { &from.meant.key } else { &to.meant.key };
    let (contexts, algorithms) = ([from.context, to.context], [from.algorithm, to.algorithm]);
    let (opens, takes) = (Arc::clone(&source), Arc::clone(&destination));
    let made = work(call, slow, move |vault, draw| {
        let [old, new] = &contexts;
        let raw = vault.decrypt(&opens, algorithms[0], &ciphertext, old)?;
        vault.encrypt(&takes, algorithms[1], &raw, new, draw)
    });
    let made = made.await?;
    unless_dry(call)?;
    let current = destination.current().map(|material| material.id.public());
    let current = current.filter(|_| to.algorithm == EncryptionAlgorithm::Symmetric);
    Ok(Output::new()
        .with("CiphertextBlob", sealed(call, &permit, &made)?)
        .with("SourceKeyId", source.arn.public())
        .with("KeyId", destination.arn.public())
        .with("SourceEncryptionAlgorithm", from.algorithm.public())
        .with("DestinationEncryptionAlgorithm", to.algorithm.public())
        .with("SourceKeyMaterialId", material)
        .with("DestinationKeyMaterialId", current))
}

fn sides(call: &Call<'_>) -> Result<(Side, Side), Fault> {
    let algorithm_of = |member| algorithm(call, member);
    let (old, new) =
        (algorithm_of("SourceEncryptionAlgorithm")?, algorithm_of("DestinationEncryptionAlgorithm")?);
    let from = Side {
        meant: opening(call, ("SourceKeyId", "CiphertextBlob"), old)?,
        algorithm: old,
        context: given_context(call, "SourceEncryptionContext")?,
    };
    let to = Side {
        meant: Meant::by_any(call, "DestinationKeyId")?,
        algorithm: new,
        context: given_context(call, "DestinationEncryptionContext")?,
    };
    Ok((from, to))
}

fn ask_side(
    call: &mut Call<'_>,
    action: &'static str,
    side: &Side,
    same: bool,
) -> Result<Permit<Decrypt>, Fault> {
    let asked = asked_with(side.algorithm).with("kms:ReEncryptOnSameKey", same);
    may_under(call, action, &side.meant, asked, &side.context)
}
