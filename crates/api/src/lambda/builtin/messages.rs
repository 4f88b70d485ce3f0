//! How does a built-in function encrypt, and how does it decrypt? As a message of the AWS Encryption SDK (suite 0578: key commitment and a
//! signature), whose data key the KMS key gives or opens for whoever invoked the function.
//!
//! The format's code runs where it may take its time and asks for keys over a channel; what is asked is decided here, one question for
//! each message. To decrypt, the context that the message brings is compared with what the function expects **before** the key is
//! asked: a message of somebody else's costs no decryption, and its cause is not told.

use crate::api::{Api, Draw};
use crate::call::internal;
use crate::kms::{LentKey, LentTo, context_of};
use sotto_aws_model::Protocol;
use sotto_iam::{Decrypt, Permit};
use sotto_message::{
    EncryptionContext, Generated, KmsClient, KmsFault, KmsKeyArn, KmsKeyName, KmsKeyring, MessageError,
    Reading, Wrapped, Writing,
};
use sotto_public::{Foreign, Opaque};
use sotto_sensitive::{KeyBytes, RawBytes, RawText};
use sotto_wire::Fault;
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::{mpsc, oneshot};

/// Encrypted data keys of a message that is opened.
const DATA_KEYS_MAX: usize = 8;

type Pairs = Vec<(RawText, RawText)>;

/// What the format's code asks.
enum Question {
    New { bytes: usize, pairs: Pairs, reply: oneshot::Sender<(KeyBytes, Opaque)> },
    Open { sealed: RawBytes, pairs: Pairs, reply: oneshot::Sender<KeyBytes> },
}

/// Asks over a channel; where nobody answers, there is no key.
struct Asking(mpsc::Sender<Question>);

impl Asking {
    fn ask<T>(&self, question: impl FnOnce(oneshot::Sender<T>) -> Question) -> Result<T, KmsFault> {
        let nobody = || KmsFault::Unavailable(Foreign::new("kms", "the key was not given"));
        let (reply, answered) = oneshot::channel();
        self.0.blocking_send(question(reply)).map_err(|_| nobody())?;
        answered.blocking_recv().map_err(|_| nobody())
    }
}

impl KmsClient for Asking {
    fn generate_data_key(
        &self,
        key: &KmsKeyName,
        bytes: usize,
        context: &EncryptionContext,
    ) -> Result<Generated, KmsFault> {
        let pairs = context.pairs();
        let (plain, sealed) = self.ask(|reply| Question::New { bytes, pairs, reply })?;
        let key = RawText::new(key.as_str().to_owned());
        Ok(Generated { plain, wrapped: Wrapped { key, blob: sealed.as_bytes().to_vec() } })
    }

    fn encrypt(&self, _: &KmsKeyName, _: &KeyBytes, _: &EncryptionContext) -> Result<Wrapped, KmsFault> {
        Err(KmsFault::Unexpected)
    }

    fn decrypt(
        &self,
        key: &KmsKeyArn,
        blob: &[u8],
        context: &EncryptionContext,
    ) -> Result<(RawText, KeyBytes), KmsFault> {
        let (pairs, sealed) = (context.pairs(), RawBytes::new(blob.to_vec()));
        let plain = self.ask(|reply| Question::Open { sealed, pairs, reply })?;
        Ok((RawText::new(key.as_str().to_owned()), plain))
    }
}

fn keyring(asking: Asking, of: &LentKey) -> Result<KmsKeyring, Fault> {
    let name = KmsKeyName::parse(&RawText::new(of.key.to_string())).map_err(|_| internal())?;
    Ok(KmsKeyring::new(Arc::new(asking), name))
}

/// A message with this plaintext, under the key and this context.
///
/// # Errors
/// When the key is not given.
pub(super) async fn encrypted(
    api: &Api,
    user: &mut LentTo<'_, '_>,
    of: &LentKey,
    (plain, pairs): (RawBytes, Pairs),
) -> Result<Vec<u8>, Fault> {
    let (asking, mut asked) = mpsc::channel(1);
    let (keyring, randomness) = (keyring(Asking(asking), of)?, Arc::clone(&api.randomness));
    let writing = tokio::task::spawn_blocking(move || {
        let context = EncryptionContext::new(&pairs)?;
        let how = Writing::new(&keyring, &context, Instant::now());
        sotto_message::encrypt(&how, &plain, &mut Draw::from(&*randomness))
    });
    while let Some(question) = asked.recv().await {
        let Question::New { bytes, pairs, reply } = question else { return Err(internal()) };
        let made = user.data_key(of, bytes, context_of(pairs)?).await?;
        let _waits = reply.send(made);
    }
    written(writing.await)
}

fn written<T>(done: Result<Result<T, MessageError>, tokio::task::JoinError>) -> Result<T, Fault> {
    done.ok().and_then(Result::ok).ok_or_else(internal)
}

/// What a message holds, with the permit that opened it; nothing where it is no message of this key and context.
///
/// # Errors
/// When the key is not given to the user.
pub(super) async fn decrypted(
    user: &mut LentTo<'_, '_>,
    of: &LentKey,
    (message, expected): (Vec<u8>, Pairs),
) -> Result<Option<(Permit<Decrypt>, RawBytes)>, Fault> {
    let (asking, mut asked) = mpsc::channel(1);
    let keyring = keyring(Asking(asking), of)?;
    let reading = tokio::task::spawn_blocking(move || {
        let none = EncryptionContext::default();
        let how = Reading { data_keys_max: DATA_KEYS_MAX, ..Reading::new(&keyring, &none, Instant::now()) };
        sotto_message::decrypt(&how, &message)
    });
    let mut permit = None;
    while let Some(question) = asked.recv().await {
        let Question::Open { sealed, pairs, reply } = question else { return Err(internal()) };
        // One question: what comes after it is another data key of the same message, which is not needed.
        if permit.is_some() || !holds(&pairs, &expected) {
            continue;
        }
        match user.decrypt(of, sealed, context_of(pairs)?).await {
            Ok((given, key)) => {
                permit = Some(given);
                let _waits = reply.send(key);
            }
            Err(fault) if fault.code(Protocol::Json) == "InvalidCiphertextException" => {}
            Err(fault) => return Err(fault),
        }
    }
    let opened = reading.await.map_err(|_| internal())?;
    Ok(permit.zip(opened.ok().map(|(plain, _)| plain)))
}

/// Whether all pairs that are expected are there.
fn holds(pairs: &Pairs, expected: &Pairs) -> bool {
    let same = crate::context::same;
    expected.iter().all(|(name, value)| pairs.iter().any(|(own, its)| same(own, name) && same(its, value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_expected_pair_must_be_there_with_its_value() {
        let pairs = |pairs: &[(&str, &str)]| -> Pairs {
            let raw = |text: &str| RawText::new(text.to_owned());
            pairs.iter().map(|(name, value)| (raw(name), raw(value))).collect()
        };
        let brought = pairs(&[("stage", "dev"), ("slot", "number")]);
        for (expected, wanted) in [
            (&[][..], true),
            (&[("stage", "dev")], true),
            (&[("stage", "prod")], false),
            (&[("Stage", "dev")], false),
            (&[("stage", "dev"), ("other", "")], false),
        ] {
            assert_eq!(holds(&brought, &pairs(expected)), wanted, "{expected:?}");
        }
    }
}
