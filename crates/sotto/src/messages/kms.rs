//! How is KMS asked? Over the wire, as any client of AWS does: sotto's own KMS and AWS's alike.
//!
//! A key that is named by its ARN is asked for in its own Region.

use crate::args::KmsArgs;
use crate::fault::{Fault, reason};
use anyhow::Result;
use sotto_message::{EncryptionContext, Generated, KmsClient, KmsFault, KmsKeyArn, KmsKeyName, Wrapped};
use sotto_public::{Foreign, Public};
use sotto_sensitive::{KeyBytes, RawBytes, RawText};
use sotto_wire::client::credentials::{Profile, Surroundings};
use sotto_wire::client::http::Client;
use sotto_wire::client::{self, ClientError};
use sotto_wire::{Input, Output, Value};
use tokio::runtime::{Builder, Runtime};

/// A client with the settings of the command line.
pub(super) struct WireKms {
    endpoint: Option<Public<String>>,
    profile: Option<Public<String>>,
    region: Option<Public<String>>,
    runtime: Runtime,
}

impl WireKms {
    #[expect(
        clippy::disallowed_methods,
        reason = "endpoint, Region and profile are settings that the caller typed"
    )]
    pub(super) fn new(args: &KmsArgs) -> Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| Fault::unavailable(format!("threads: {}", reason(&error))))?;
        let public = |text: &Option<String>| text.clone().map(Public::from_pinned_text);
        let (endpoint, profile) = (public(&args.endpoint_url), public(&args.profile));
        Ok(Self { endpoint, profile, region: public(&args.region), runtime })
    }

    /// The ARN of a key that is named by alias or id.
    pub(super) fn arn(&self, name: &KmsKeyName) -> Result<RawText, KmsFault> {
        let answer = self.ask("DescribeKey", None, Output::new().with("KeyId", own(name.as_str())))?;
        let arn = answer.member("KeyMetadata").and_then(|about| about.public("Arn"));
        Ok(RawText::new(arn.ok_or(KmsFault::Unexpected)?.get().clone()))
    }

    #[expect(clippy::disallowed_methods, reason = "the Region of an ARN that was checked")]
    fn ask(&self, operation: &'static str, region: Option<&str>, input: Output) -> Result<Input, KmsFault> {
        let profile = Profile::find(self.profile.as_ref(), Surroundings::of_process()).map_err(fault)?;
        let region =
            region.map(|region| Public::from_pinned_text(region.to_owned())).or_else(|| self.region.clone());
        let client = Client::new(profile, self.endpoint.clone(), region);
        self.runtime.block_on(client.call("kms", operation, input)).map_err(fault)
    }
}

impl KmsClient for WireKms {
    fn generate_data_key(
        &self,
        key: &KmsKeyName,
        bytes: usize,
        context: &EncryptionContext,
    ) -> Result<Generated, KmsFault> {
        let input = with_context(
            Output::new().with("KeyId", own(key.as_str())).with("NumberOfBytes", bytes),
            context,
        );
        let mut answer = self.ask("GenerateDataKey", region_of(key).as_deref(), input)?;
        let plain = answer.take_bytes("Plaintext").map(KeyBytes::from).ok_or(KmsFault::Unexpected)?;
        Ok(Generated { plain, wrapped: wrapped(answer)? })
    }

    fn encrypt(
        &self,
        key: &KmsKeyName,
        plain: &KeyBytes,
        context: &EncryptionContext,
    ) -> Result<Wrapped, KmsFault> {
        let plain = client::bytes(plain.to_raw());
        let input =
            with_context(Output::new().with("KeyId", own(key.as_str())).with("Plaintext", plain), context);
        wrapped(self.ask("Encrypt", region_of(key).as_deref(), input)?)
    }

    fn decrypt(
        &self,
        key: &KmsKeyArn,
        blob: &[u8],
        context: &EncryptionContext,
    ) -> Result<(RawText, KeyBytes), KmsFault> {
        let blob = client::bytes(RawBytes::new(blob.to_vec()));
        let input = Output::new().with("KeyId", own(key.as_str())).with("CiphertextBlob", blob);
        let mut answer = self.ask("Decrypt", Some(key.region()), with_context(input, context))?;
        let plain = answer.take_bytes("Plaintext").map(KeyBytes::from).ok_or(KmsFault::Unexpected)?;
        Ok((key_id(&answer)?, plain))
    }
}

fn own(text: &str) -> Value {
    client::text(RawText::new(text.to_owned()))
}

fn with_context(input: Output, context: &EncryptionContext) -> Output {
    if context.is_empty() {
        return input;
    }
    let pairs = context.pairs().into_iter().map(|(key, value)| (client::text(key), client::text(value)));
    input.with("EncryptionContext", Value::Map(pairs.collect()))
}

fn region_of(key: &KmsKeyName) -> Option<String> {
    key.arn().map(|arn| arn.region().to_owned())
}

#[expect(clippy::disallowed_methods, reason = "an encrypted data key becomes part of the message")]
fn wrapped(answer: Input) -> Result<Wrapped, KmsFault> {
    let key = key_id(&answer)?;
    let blob = answer.bytes("CiphertextBlob").ok_or(KmsFault::Unexpected)?;
    Ok(Wrapped { key, blob: blob.expose().to_vec() })
}

fn key_id(answer: &Input) -> Result<RawText, KmsFault> {
    answer.public("KeyId").map(|id| RawText::new(id.get().clone())).ok_or(KmsFault::Unexpected)
}

fn fault(error: ClientError) -> KmsFault {
    let foreign = |kind| KmsFault::Unavailable(Foreign::new("client", kind));
    match error {
        ClientError::Service { code, .. } => KmsFault::Service(code),
        ClientError::Unreachable(cause) => KmsFault::Unavailable(cause),
        ClientError::TimedOut => foreign("no answer in time"),
        ClientError::Credentials => foreign("no credentials were found"),
        ClientError::Profile => foreign("the profile stands in neither shared file"),
        ClientError::Endpoint => foreign("the endpoint is not `http://HOST:PORT` or `https://HOST:PORT`"),
        ClientError::Trust => foreign("the certificates to trust cannot be read"),
        _ => KmsFault::Unexpected,
    }
}
