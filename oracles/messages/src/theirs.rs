//! The official Rust SDK (crate aws-esdk).

use crate::Sdk;
use aws_esdk::client::Client;
use aws_esdk::material_providers::client::Client as Providers;
use aws_esdk::material_providers::types::keyring::KeyringRef;
use aws_esdk::material_providers::types::material_providers_config::MaterialProvidersConfig;
use aws_esdk::material_providers::types::{AesWrappingAlg, EsdkAlgorithmSuiteId, EsdkCommitmentPolicy};
use aws_esdk::types::aws_encryption_sdk_config::AwsEncryptionSdkConfig;
use sotto_message::Suite;
use std::collections::HashMap;
use tokio::runtime::{Builder, Runtime};

pub(crate) struct Theirs {
    runtime: Runtime,
    keyring: KeyringRef,
    committing: Client,
    older: Client,
}

fn client(policy: EsdkCommitmentPolicy) -> Client {
    let config = AwsEncryptionSdkConfig::builder().commitment_policy(policy).build().unwrap();
    Client::from_conf(config).unwrap()
}

impl Theirs {
    pub(crate) fn new() -> Self {
        let runtime = Builder::new_current_thread().build().unwrap();
        let providers = Providers::from_conf(MaterialProvidersConfig::builder().build().unwrap()).unwrap();
        let keyring = providers
            .create_raw_aes_keyring()
            .key_name("key")
            .key_namespace("oracle")
            .wrapping_key(vec![7_u8; 32])
            .wrapping_alg(AesWrappingAlg::AlgAes256GcmIv12Tag16);
        let keyring = runtime.block_on(keyring.send()).unwrap();
        Self {
            runtime,
            keyring,
            committing: client(EsdkCommitmentPolicy::RequireEncryptRequireDecrypt),
            older: client(EsdkCommitmentPolicy::ForbidEncryptAllowDecrypt),
        }
    }

    fn client(&self, suite: Suite) -> &Client {
        if suite.is_committing() { &self.committing } else { &self.older }
    }
}

impl Sdk for Theirs {
    fn name(&self) -> &'static str {
        "aws-esdk"
    }

    fn encrypt(&self, suite: Suite, plain: &[u8]) -> Vec<u8> {
        let context = HashMap::from([("purpose".to_owned(), "oracle".to_owned())]);
        let asked = self
            .client(suite)
            .encrypt()
            .plaintext(plain)
            .keyring(self.keyring.clone())
            .encryption_context(context)
            .algorithm_suite_id(id(suite));
        self.runtime.block_on(asked.send()).unwrap().ciphertext.unwrap().into_inner()
    }

    fn decrypt(&self, suite: Suite, message: &[u8]) -> Vec<u8> {
        let asked = self.client(suite).decrypt().ciphertext(message).keyring(self.keyring.clone());
        self.runtime.block_on(asked.send()).unwrap().plaintext.unwrap().into_inner()
    }
}

fn id(suite: Suite) -> EsdkAlgorithmSuiteId {
    match suite {
        Suite::Plain128 => EsdkAlgorithmSuiteId::AlgAes128GcmIv12Tag16NoKdf,
        Suite::Plain192 => EsdkAlgorithmSuiteId::AlgAes192GcmIv12Tag16NoKdf,
        Suite::Plain256 => EsdkAlgorithmSuiteId::AlgAes256GcmIv12Tag16NoKdf,
        Suite::Derived128 => EsdkAlgorithmSuiteId::AlgAes128GcmIv12Tag16HkdfSha256,
        Suite::Derived192 => EsdkAlgorithmSuiteId::AlgAes192GcmIv12Tag16HkdfSha256,
        Suite::Derived256 => EsdkAlgorithmSuiteId::AlgAes256GcmIv12Tag16HkdfSha256,
        Suite::Signed128 => EsdkAlgorithmSuiteId::AlgAes128GcmIv12Tag16HkdfSha256EcdsaP256,
        Suite::Signed192 => EsdkAlgorithmSuiteId::AlgAes192GcmIv12Tag16HkdfSha384EcdsaP384,
        Suite::Signed256 => EsdkAlgorithmSuiteId::AlgAes256GcmIv12Tag16HkdfSha384EcdsaP384,
        Suite::Commit => EsdkAlgorithmSuiteId::AlgAes256GcmHkdfSha512CommitKey,
        Suite::CommitSigned => EsdkAlgorithmSuiteId::AlgAes256GcmHkdfSha512CommitKeyEcdsaP384,
    }
}
