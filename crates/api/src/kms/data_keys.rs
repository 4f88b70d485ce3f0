//! GenerateDataKey and its siblings, and GenerateRandom.
//!
//! A pair is made where the server may take its time: an RSA key of 4,096 bits costs a second.

use super::ask::{check_tokens, given_context, may_any, may_under, unless_dry};
use super::refer::Meant;
use super::{fault, invalid, made, opened, required_word, sealed, shown, vault};
use crate::call::{Call, internal};
use crate::desk::Answered;
use sotto_iam::{Context, Decrypt, Permit, UseKey};
use sotto_kms::keys::{DataKeyPair, EncryptionContext, KeySpec};
use sotto_public::Opaque;
use sotto_sensitive::RawBytes;
use sotto_wire::{Fault, Output};

/// Most random bytes of one call (KMS API Reference, "GenerateRandom").
const RANDOM_BYTES_MAX: usize = 1_024;

pub(super) async fn answer(call: &mut Call<'_>, operation: &str) -> Option<Answered> {
    Some(match operation {
        "GenerateDataKey" => data_key(call).await,
        "GenerateDataKeyWithoutPlaintext" => sealed_data_key(call),
        "GenerateDataKeyPair" => pair(call).await,
        "GenerateDataKeyPairWithoutPlaintext" => sealed_pair(call).await,
        "GenerateRandom" => random(call).await,
        _ => return None,
    })
}

/// How long a data key is to be: by its spec or by its length, not by both.
fn length(call: &Call<'_>) -> Result<usize, Fault> {
    let spec = call.input().public("KeySpec").map(|spec| spec.get().as_str());
    match (spec, call.input().integer("NumberOfBytes")) {
        (Some("AES_256"), None) => Ok(32),
        (Some("AES_128"), None) => Ok(16),
        (None, Some(bytes)) => usize::try_from(bytes).map_err(|_| internal()),
        _ => Err(invalid("Please specify either number of bytes or key spec.")),
    }
}

/// What is asked for: the key, under which context.
struct Asked {
    meant: Meant,
    context: EncryptionContext,
}

impl Asked {
    fn read(call: &Call<'_>) -> Result<Self, Fault> {
        Ok(Self { meant: Meant::by_any(call, "KeyId")?, context: given_context(call, "EncryptionContext")? })
    }

    fn may<A: sotto_iam::Act>(
        &self,
        call: &mut Call<'_>,
        action: &'static str,
        asked: Context,
    ) -> Result<Permit<A>, Fault> {
        let asked = asked.with("kms:EncryptionAlgorithm", "SYMMETRIC_DEFAULT");
        let permit = may_under(call, action, &self.meant, asked, &self.context)?;
        check_tokens(call)?;
        Ok(permit)
    }

    fn data_key(&self, call: &Call<'_>, length: usize) -> Result<(RawBytes, Opaque), Fault> {
        let (plain, sealed) =
            vault(call).data_key(&self.meant.key, length, &self.context, &mut call.draw()).map_err(fault)?;
        Ok((plain.to_raw(), sealed))
    }

    /// The members that name key and material.
    fn output(&self) -> Output {
        let material = self.meant.key.current().map(|material| material.id.public());
        Output::new().with("KeyId", self.meant.key.arn.public()).with("KeyMaterialId", material)
    }
}

async fn data_key(call: &mut Call<'_>) -> Answered {
    let asked = Asked::read(call)?;
    let length = length(call)?;
    let permit: Permit<Decrypt> = asked.may(call, "kms:GenerateDataKey", Context::new())?;
    let (plain, ciphertext) = asked.data_key(call, length)?;
    unless_dry(call)?;
    let output = asked.output().with("CiphertextBlob", sealed(call, &permit, &ciphertext)?);
    Ok(output.with("Plaintext", opened(call, &permit, &plain).await?))
}

fn sealed_data_key(call: &mut Call<'_>) -> Answered {
    let asked = Asked::read(call)?;
    let length = length(call)?;
    let permit: Permit<UseKey> = asked.may(call, "kms:GenerateDataKeyWithoutPlaintext", Context::new())?;
    let (_, ciphertext) = asked.data_key(call, length)?;
    unless_dry(call)?;
    Ok(asked.output().with("CiphertextBlob", made(call, &permit, &ciphertext)?))
}

fn pair_spec(call: &Call<'_>) -> Result<KeySpec, Fault> {
    required_word(call, "KeyPairSpec", KeySpec::parse)
}

/// Makes the pair on a thread that may block.
async fn generate(call: &Call<'_>, asked: &Asked, spec: KeySpec) -> Result<DataKeyPair, Fault> {
    let context = EncryptionContext::new(super::ask::pairs(&asked.context)).map_err(fault)?;
    let key = std::sync::Arc::clone(&asked.meant.key);
    super::create::slowly(call, move |vault, draw| vault.data_key_pair(&key, spec, &context, draw)).await
}

async fn pair(call: &mut Call<'_>) -> Answered {
    let asked = Asked::read(call)?;
    let spec = pair_spec(call)?;
    let told = Context::new().with("kms:DataKeyPairSpec", spec.as_str());
    let permit: Permit<Decrypt> = asked.may(call, "kms:GenerateDataKeyPair", told)?;
    let pair = generate(call, &asked, spec).await?;
    unless_dry(call)?;
    let output = asked
        .output()
        .with("KeyPairSpec", spec.public())
        .with("PrivateKeyCiphertextBlob", sealed(call, &permit, &pair.sealed)?)
        .with("PublicKey", sealed(call, &permit, &pair.public)?);
    Ok(output.with("PrivateKeyPlaintext", opened(call, &permit, &pair.private).await?))
}

async fn sealed_pair(call: &mut Call<'_>) -> Answered {
    let asked = Asked::read(call)?;
    let spec = pair_spec(call)?;
    let told = Context::new().with("kms:DataKeyPairSpec", spec.as_str());
    let permit: Permit<UseKey> = asked.may(call, "kms:GenerateDataKeyPairWithoutPlaintext", told)?;
    let pair = generate(call, &asked, spec).await?;
    unless_dry(call)?;
    Ok(asked
        .output()
        .with("KeyPairSpec", spec.public())
        .with("PrivateKeyCiphertextBlob", made(call, &permit, &pair.sealed)?)
        .with("PublicKey", made(call, &permit, &pair.public)?))
}

/// Random bytes of the server's own generator; those of a custom key store are not served.
async fn random(call: &mut Call<'_>) -> Answered {
    let permit: Permit<sotto_iam::Call> = may_any(call, "kms:GenerateRandom", Context::new())?;
    if call.input().has("CustomKeyStoreId") {
        let words = "Random bytes of a custom key store are not served";
        return Err(Fault::new("UnsupportedOperationException", words));
    }
    let length = call.input().integer("NumberOfBytes").and_then(|bytes| usize::try_from(bytes).ok());
    let length = length.filter(|length| (1..=RANDOM_BYTES_MAX).contains(length));
    let length = length.ok_or_else(|| invalid("NumberOfBytes is required"))?;
    let raw = sotto_kms::crypto::random_key(length, &mut call.draw()).to_raw();
    let now = call.now();
    let recorded = call.record().await?;
    Ok(Output::new().with("Plaintext", shown(sotto_egress::issued_bytes(&permit, recorded, &raw, now))?))
}
