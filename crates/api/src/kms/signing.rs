//! Sign, Verify, GetPublicKey, GenerateMac, VerifyMac, DeriveSharedSecret.

use super::ask::{check_tokens, may, unless_dry};
use super::create::work;
use super::refer::Meant;
use super::{fault, made, opened, required_word, shapes, taken, vault, word};
use crate::call::Call;
use crate::desk::Answered;
use sotto_iam::{Context, Decrypt, Permit, UseKey};
use sotto_kms::keys::{MacAlgorithm, MessageType, SigningAlgorithm};
use sotto_wire::{Fault, Output};
use std::sync::Arc;

pub(super) async fn answer(call: &mut Call<'_>, operation: &str) -> Option<Answered> {
    Some(match operation {
        "Sign" => sign(call).await,
        "Verify" => verify(call).await,
        "GetPublicKey" => public_key(call),
        "GenerateMac" => mac(call).await,
        "VerifyMac" => verify_mac(call).await,
        "DeriveSharedSecret" => agree(call).await,
        _ => return None,
    })
}

/// Asks for the use of a key, with the conditions of the operation.
fn ask(
    call: &mut Call<'_>,
    action: &'static str,
    context: Context,
) -> Result<(Meant, Permit<UseKey>), Fault> {
    let meant = Meant::by_any(call, "KeyId")?;
    let permit = may(call, action, &meant, context)?;
    check_tokens(call)?;
    Ok((meant, permit))
}

/// The algorithm, the kind of message, and both as conditions.
fn signing(call: &Call<'_>) -> Result<(SigningAlgorithm, MessageType, Context), Fault> {
    let algorithm = required_word(call, "SigningAlgorithm", SigningAlgorithm::parse)?;
    let kind = word(call, "MessageType", MessageType::parse)?.unwrap_or(MessageType::Raw);
    let context = Context::new()
        .with("kms:SigningAlgorithm", algorithm.as_str())
        .with("kms:MessageType", kind.as_str());
    Ok((algorithm, kind, context))
}

async fn sign(call: &mut Call<'_>) -> Answered {
    let (algorithm, kind, context) = signing(call)?;
    let (meant, permit) = ask(call, "kms:Sign", context)?;
    let (key, message) = (Arc::clone(&meant.key), taken(call, "Message")?);
    let signature =
        work(call, &meant.key, move |vault, _| vault.sign(&key, algorithm, &message, kind)).await?;
    unless_dry(call)?;
    Ok(Output::new()
        .with("KeyId", meant.key.arn.public())
        .with("Signature", made(call, &permit, &signature)?)
        .with("SigningAlgorithm", algorithm.public()))
}

async fn verify(call: &mut Call<'_>) -> Answered {
    let (algorithm, kind, context) = signing(call)?;
    let (meant, _permit) = ask(call, "kms:Verify", context)?;
    let (key, message, signature) =
        (Arc::clone(&meant.key), taken(call, "Message")?, taken(call, "Signature")?);
    work(call, &meant.key, move |vault, _| vault.verify(&key, algorithm, &message, kind, &signature)).await?;
    unless_dry(call)?;
    Ok(Output::new()
        .with("KeyId", meant.key.arn.public())
        .with("SignatureValid", true)
        .with("SigningAlgorithm", algorithm.public()))
}

fn public_key(call: &mut Call<'_>) -> Answered {
    let (meant, permit) = ask(call, "kms:GetPublicKey", Context::new())?;
    let public = vault(call).public_key(&meant.key).map_err(fault)?;
    let key = &meant.key;
    let mut output = Output::new()
        .with("KeyId", key.arn.public())
        .with("PublicKey", made(call, &permit, &public)?)
        .with("CustomerMasterKeySpec", key.spec.public())
        .with("KeySpec", key.spec.public())
        .with("KeyUsage", key.usage.public());
    shapes::algorithms(key, &mut output);
    Ok(output)
}

fn authenticating(call: &Call<'_>) -> Result<(MacAlgorithm, Context), Fault> {
    let algorithm = required_word(call, "MacAlgorithm", MacAlgorithm::parse)?;
    Ok((algorithm, Context::new().with("kms:MacAlgorithm", algorithm.as_str())))
}

async fn mac(call: &mut Call<'_>) -> Answered {
    let (algorithm, context) = authenticating(call)?;
    let (meant, permit) = ask(call, "kms:GenerateMac", context)?;
    let (key, message) = (Arc::clone(&meant.key), taken(call, "Message")?);
    let code = work(call, &meant.key, move |vault, _| vault.mac(&key, algorithm, &message)).await?;
    unless_dry(call)?;
    Ok(Output::new()
        .with("KeyId", meant.key.arn.public())
        .with("Mac", made(call, &permit, &code)?)
        .with("MacAlgorithm", algorithm.public()))
}

async fn verify_mac(call: &mut Call<'_>) -> Answered {
    let (algorithm, context) = authenticating(call)?;
    let (meant, _permit) = ask(call, "kms:VerifyMac", context)?;
    let (key, message, code) = (Arc::clone(&meant.key), taken(call, "Message")?, taken(call, "Mac")?);
    work(call, &meant.key, move |vault, _| vault.verify_mac(&key, algorithm, &message, &code)).await?;
    unless_dry(call)?;
    Ok(Output::new()
        .with("KeyId", meant.key.arn.public())
        .with("MacValid", true)
        .with("MacAlgorithm", algorithm.public()))
}

async fn agree(call: &mut Call<'_>) -> Answered {
    let context = Context::new().with("kms:KeyAgreementAlgorithm", "ECDH");
    let meant = Meant::by_any(call, "KeyId")?;
    let permit: Permit<Decrypt> = may(call, "kms:DeriveSharedSecret", &meant, context)?;
    check_tokens(call)?;
    let (key, other) = (Arc::clone(&meant.key), taken(call, "PublicKey")?);
    let secret = work(call, &meant.key, move |vault, _| vault.agree(&key, &other)).await?;
    unless_dry(call)?;
    Ok(Output::new()
        .with("KeyId", meant.key.arn.public())
        .with("KeyAgreementAlgorithm", "ECDH")
        .with("KeyOrigin", meant.key.origin.public())
        .with("SharedSecret", opened(call, &permit, &secret).await?))
}
