//! What do the tests write with? Keys that count, a context, and random bytes that do not repeat.

use sotto_kms::Entropy;
use sotto_message::{
    CommitmentPolicy, Content, EncryptionContext, Keyring, MessageError, Opened, RawAesKeyring, Reading,
    Suite, Writing, decrypt, encrypt,
};
use sotto_sensitive::{KeyBytes, RawBytes, RawText};
use std::time::Instant;

/// Counts, so that every draw is new.
pub(crate) struct Counter(pub(crate) u64);

impl Entropy for Counter {
    fn fill(&mut self, place: &mut [u8]) {
        for byte in place {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            *byte = (self.0 >> 56) as u8;
        }
    }
}

pub(crate) fn raw(text: &str) -> RawText {
    RawText::new(text.to_owned())
}

pub(crate) fn bytes(bytes: &[u8]) -> RawBytes {
    RawBytes::new(bytes.to_vec())
}

pub(crate) fn context(pairs: &[(&str, &str)]) -> EncryptionContext {
    let pairs: Vec<_> = pairs.iter().map(|(key, value)| (raw(key), raw(value))).collect();
    EncryptionContext::new(&pairs).unwrap()
}

pub(crate) fn aes(name: &str, first: u8) -> RawAesKeyring {
    let key: Vec<u8> = (first..).take(32).collect();
    RawAesKeyring::new(&raw("tests"), &raw(name), &KeyBytes::copied(&key)).unwrap()
}

/// A policy that allows a suite.
pub(crate) fn policy(suite: Suite) -> CommitmentPolicy {
    if suite.is_committing() { CommitmentPolicy::Require } else { CommitmentPolicy::ForbidToWrite }
}

pub(crate) fn write(keyring: &impl Keyring, suite: Suite, content: Content, plain: &[u8]) -> Vec<u8> {
    let context = context(&[("purpose", "test"), ("stage", "dev")]);
    let writing = Writing::new(keyring, &context, Instant::now());
    let writing = Writing { suite: Some(suite), policy: policy(suite), content, ..writing };
    encrypt(&writing, &bytes(plain), &mut Counter(plain.len() as u64)).unwrap()
}

pub(crate) fn read(
    keyring: &impl Keyring,
    suite: Suite,
    message: &[u8],
) -> Result<(Vec<u8>, Opened), MessageError> {
    let expected = EncryptionContext::default();
    let reading = Reading::new(keyring, &expected, Instant::now());
    let (plain, opened) = decrypt(&Reading { policy: policy(suite), ..reading }, message)?;
    Ok((plain.expose().to_vec(), opened))
}

/// Text that must appear nowhere.
pub(crate) fn canary(length: usize) -> Vec<u8> {
    b"canary 4111111111111111 ".iter().copied().cycle().take(length).collect()
}
