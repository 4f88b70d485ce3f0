//! sotto's own messages: at once, and as a stream through one buffer.

use crate::Sdk;
use sotto_kms::Entropy;
use sotto_message::{
    CommitmentPolicy, Decryptor, EncryptionContext, Encryptor, RawAesKeyring, Reading, Suite, Writing,
};
use sotto_sensitive::{KeyBytes, RawBytes, RawText};
use std::time::Instant;

pub(crate) struct Ours {
    keyring: RawAesKeyring,
    context: EncryptionContext,
}

impl Ours {
    pub(crate) fn new() -> Self {
        let raw = |text: &str| RawText::new(text.to_owned());
        let keyring = RawAesKeyring::new(&raw("oracle"), &raw("key"), &KeyBytes::copied(&[7; 32]));
        Self { keyring: keyring.unwrap(), context: EncryptionContext::new(&[(raw("purpose"), raw("oracle"))]).unwrap() }
    }
}

struct System;

impl Entropy for System {
    fn fill(&mut self, place: &mut [u8]) {
        aws_lc_rs::rand::fill(place).unwrap();
    }
}

impl Sdk for Ours {
    fn name(&self) -> &'static str {
        "sotto"
    }

    fn encrypt(&self, suite: Suite, plain: &[u8]) -> Vec<u8> {
        let policy = if suite.is_committing() { CommitmentPolicy::Require } else { CommitmentPolicy::ForbidToWrite };
        let writing = Writing { suite: Some(suite), policy, ..Writing::new(&self.keyring, &self.context, Instant::now()) };
        let mut entropy = System;
        let mut out = Vec::with_capacity(plain.len() / 4096 * 36 + plain.len() + 1024);
        let mut encryptor = Encryptor::begin(&writing, &mut entropy, &mut out).unwrap();
        let mut raw = RawBytes::default();
        for block in plain.chunks(256 << 10) {
            raw.push(block);
            encryptor.push(&raw, &mut out).unwrap();
            raw.clear();
        }
        encryptor.finish(&mut out).unwrap();
        out
    }

    fn decrypt(&self, _: Suite, message: &[u8]) -> Vec<u8> {
        let none = EncryptionContext::default();
        let reading = Reading {
            policy: CommitmentPolicy::RequireToWrite,
            ..Reading::new(&self.keyring, &none, Instant::now())
        };
        let (mut decryptor, mut raw, mut plain) =
            (Decryptor::new(reading), RawBytes::default(), Vec::with_capacity(message.len()));
        for block in message.chunks(256 << 10) {
            decryptor.push(block, &mut raw).unwrap();
            plain.extend_from_slice(raw.expose());
            raw.clear();
        }
        decryptor.finish().unwrap();
        plain
    }
}
