//! Does each keyring open what is its own, and nothing else? KMS is played by a table of keys.

use crate::fixture::{Counter, aes, bytes, raw, read, write};
use sotto_kms::crypto::{AesGcm, RsaBits, RsaKey, RsaPadding};
use sotto_message::{
    Content, DiscoveryFilter, EncryptionContext, Generated, KmsClient, KmsDiscoveryKeyring, KmsFault,
    KmsKeyArn, KmsKeyName, KmsKeyring, MessageError, MultiKeyring, RawAesKeyring, RawRsaKeyring, Suite,
    Wrapped, Writing, encrypt,
};
use sotto_sensitive::{KeyBytes, RawText};
use std::sync::Arc;
use std::time::Instant;

const KEY: &str = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
const MRK: &str = "arn:aws:kms:eu-west-1:111122223333:key/mrk-1234abcd12ab34cd56ef1234567890ab";

/// Wraps under one key for all replicas of an id; answers with the ARN that it was asked for.
struct Table {
    answers: Option<&'static str>,
}

impl Table {
    fn cipher(arn: &str) -> AesGcm {
        let id = arn.rsplit('/').next().unwrap().as_bytes();
        AesGcm::new(&KeyBytes::copied(&id.iter().copied().cycle().take(32).collect::<Vec<_>>())).unwrap()
    }

    fn associated(context: &EncryptionContext) -> Vec<u8> {
        context
            .pairs()
            .iter()
            .flat_map(|(key, value)| [key.expose(), value.expose()].concat().into_bytes())
            .collect()
    }

    fn arn(name: &KmsKeyName) -> String {
        if name.as_str().starts_with("alias/") { KEY.to_owned() } else { name.as_str().to_owned() }
    }
}

impl KmsClient for Table {
    fn generate_data_key(
        &self,
        key: &KmsKeyName,
        bytes: usize,
        context: &EncryptionContext,
    ) -> Result<Generated, KmsFault> {
        let plain = KeyBytes::copied(&vec![7; bytes]);
        Ok(Generated { wrapped: self.encrypt(key, &plain, context)?, plain })
    }

    fn encrypt(
        &self,
        key: &KmsKeyName,
        plain: &KeyBytes,
        context: &EncryptionContext,
    ) -> Result<Wrapped, KmsFault> {
        let arn = Self::arn(key);
        let blob = Self::cipher(&arn).seal_key([0; 12], &Self::associated(context), plain);
        Ok(Wrapped { key: raw(&arn), blob: blob.map_err(|_| KmsFault::Unexpected)? })
    }

    fn decrypt(
        &self,
        key: &KmsKeyArn,
        blob: &[u8],
        context: &EncryptionContext,
    ) -> Result<(RawText, KeyBytes), KmsFault> {
        let opened = Self::cipher(key.as_str()).open_key([0; 12], &Self::associated(context), blob);
        let code = || KmsFault::Service("InvalidCiphertextException".into());
        Ok((raw(self.answers.unwrap_or(key.as_str())), opened.map_err(|_| code())?))
    }
}

fn kms(name: &str) -> KmsKeyring {
    KmsKeyring::new(Arc::new(Table { answers: None }), KmsKeyName::parse(&raw(name)).unwrap())
}

fn discovery(accounts: &[&str]) -> KmsDiscoveryKeyring {
    let accounts: Vec<RawText> = accounts.iter().map(|account| raw(account)).collect();
    let filter = DiscoveryFilter::new(&raw("aws"), &accounts).unwrap();
    KmsDiscoveryKeyring::new(Arc::new(Table { answers: None }), Some(filter))
}

#[test]
fn a_kms_key_opens_its_own_messages_only() {
    for suite in Suite::ALL {
        let message = write(&kms(KEY), suite, Content::Framed(8), b"canary");
        assert_eq!(read(&kms(KEY), suite, &message).unwrap().0, b"canary");
    }
    let message = write(&kms("alias/some"), Suite::Commit, Content::Framed(8), b"canary");
    assert_eq!(read(&kms(KEY), Suite::Commit, &message).unwrap().1.data_keys()[0].info(), KEY.as_bytes());
    let other = KEY.replace("1234abcd", "9999abcd");
    let none = |tried, last| MessageError::NoKeyOpens { tried, count: 1, last };
    assert_eq!(read(&kms(&other), Suite::Commit, &message).unwrap_err(), none(0, None));
    assert!(matches!(
        read(&kms("alias/some"), Suite::Commit, &message),
        Err(MessageError::WrappingKey { .. })
    ));
    let liar = KmsKeyring::new(Arc::new(Table { answers: Some(MRK) }), KmsKeyName::parse(&raw(KEY)).unwrap());
    assert_eq!(read(&liar, Suite::Commit, &message).unwrap_err(), none(1, Some(KmsFault::Unexpected)));
    // The same bytes under another key id: KMS says what it says, and the error repeats its code.
    let mut moved = message.clone();
    let at = moved.windows(8).position(|window| window == b"1234abcd").unwrap();
    moved[at..at + 8].copy_from_slice(b"9999abcd");
    let error = read(&kms(&other), Suite::Commit, &moved).unwrap_err();
    assert!(error.to_string().ends_with("were tried); KMS answered `InvalidCiphertextException`"), "{error}");
}

#[test]
fn replicas_open_where_they_are_asked_for() {
    let message = write(&kms(MRK), Suite::Commit, Content::Framed(8), b"canary");
    let elsewhere = MRK.replace("eu-west-1", "us-east-2");
    assert!(read(&kms(&elsewhere), Suite::Commit, &message).is_err());
    assert_eq!(read(&kms(&elsewhere).with_replicas(), Suite::Commit, &message).unwrap().0, b"canary");
    let single = write(&kms(KEY), Suite::Commit, Content::Framed(8), b"canary");
    let elsewhere = KEY.replace("eu-west-1", "us-east-2");
    assert!(read(&kms(&elsewhere).with_replicas(), Suite::Commit, &single).is_err());
    let there = || discovery(&["111122223333"]).in_region(&raw("us-east-2"));
    assert_eq!(read(&there(), Suite::Commit, &message).unwrap().0, b"canary");
    assert!(read(&there(), Suite::Commit, &single).is_err(), "a key of one Region is asked for there only");
    assert!(read(&discovery(&["111122223333"]).in_region(&raw("eu-west-1")), Suite::Commit, &single).is_ok());
}

#[test]
fn discovery_asks_keys_of_trusted_accounts_only() {
    let message = write(&kms(KEY), Suite::CommitSigned, Content::Framed(8), b"canary");
    assert!(read(&discovery(&["444455556666", "111122223333"]), Suite::CommitSigned, &message).is_ok());
    let error = read(&discovery(&["444455556666"]), Suite::CommitSigned, &message).unwrap_err();
    assert_eq!(error, MessageError::NoKeyOpens { tried: 0, count: 1, last: None });
    let any = KmsDiscoveryKeyring::new(Arc::new(Table { answers: None }), None);
    assert!(read(&any, Suite::CommitSigned, &message).is_ok());
    let none = EncryptionContext::default();
    let error =
        encrypt(&Writing::new(&any, &none, Instant::now()), &bytes(b""), &mut Counter(1)).unwrap_err();
    assert!(matches!(error, MessageError::WrappingKey { .. }));
    assert!(DiscoveryFilter::new(&raw("aws"), &[]).is_err());
}

#[test]
fn an_rsa_key_wraps_with_every_padding() {
    let key = RsaKey::generate(RsaBits::Rsa2048).unwrap();
    let (der, public) = (key.to_der().unwrap(), key.public().unwrap().as_der().to_vec());
    let keyring = |padding| RawRsaKeyring::new(&raw("tests"), &raw("rsa"), padding).unwrap();
    let private = || RsaKey::read(&der).unwrap();
    let halves = |padding| keyring(padding).with_public(sotto_kms::crypto::RsaPublic::read(&public).unwrap());
    let paddings = [
        RsaPadding::Pkcs1,
        RsaPadding::OaepSha1,
        RsaPadding::OaepSha256,
        RsaPadding::OaepSha384,
        RsaPadding::OaepSha512,
    ];
    for (at, padding) in paddings.into_iter().enumerate() {
        let suite = Suite::ALL[at * 2];
        let message = write(&halves(padding), suite, Content::Framed(8), b"canary");
        assert_eq!(read(&keyring(padding).with_private(private()), suite, &message).unwrap().0, b"canary");
        let other = paddings[(at + 1) % 5];
        assert!(read(&keyring(other).with_private(private()), suite, &message).is_err());
        assert!(matches!(read(&halves(padding), suite, &message), Err(MessageError::WrappingKey { .. })));
    }
}

#[test]
fn any_of_several_keys_opens() {
    let all =
        MultiKeyring::new(vec![Box::new(kms(KEY)), Box::new(aes("a", 1)), Box::new(aes("b", 2))]).unwrap();
    let message = write(&all, Suite::CommitSigned, Content::Framed(8), b"canary");
    assert_eq!(read(&kms(KEY), Suite::CommitSigned, &message).unwrap().0, b"canary");
    assert_eq!(read(&aes("a", 1), Suite::CommitSigned, &message).unwrap().0, b"canary");
    let two = MultiKeyring::new(vec![Box::new(aes("x", 1)), Box::new(aes("b", 2))]).unwrap();
    let (plain, opened) = read(&two, Suite::CommitSigned, &message).unwrap();
    assert_eq!((plain.as_slice(), opened.data_keys().len()), (&b"canary"[..], 3));
    let wrong = MultiKeyring::new(vec![Box::new(aes("a", 9)), Box::new(aes("b", 9))]).unwrap();
    let error = read(&wrong, Suite::CommitSigned, &message).unwrap_err();
    assert_eq!(error, MessageError::NoKeyOpens { tried: 2, count: 3, last: None });
}

#[test]
fn names_that_raw_keys_must_not_have_are_refused() {
    let of = |namespace: &str, name: &str, bytes| {
        RawAesKeyring::new(&raw(namespace), &raw(name), &KeyBytes::zeroed(bytes)).map(|_| ())
    };
    assert!(matches!(of("aws-kms", "a", 32), Err(MessageError::Setting { .. })));
    assert!(matches!(of("", "a", 32), Err(MessageError::Setting { .. })));
    assert!(matches!(of("n", "a", 31), Err(MessageError::WrappingKey { .. })));
    for bytes in [16, 24, 32] {
        assert_eq!(of("n", "", bytes), Ok(()));
    }
    let (fits, long) = ("x".repeat(65_535 - 64), "x".repeat(65_536 - 64));
    assert!(of("n", &long, 32).is_err() && of("n", &fits, 32).is_ok());
}
