//! Does every suite give back what it took, however it is cut?

use crate::fixture::{Counter, aes, bytes, canary, context, policy, read, write};
use proptest::prelude::{ProptestConfig, any, prop, prop_assert_eq, proptest};
use sotto_message::{
    Content, Decryptor, EncryptionContext, Encryptor, MessageError, Reading, Release, Suite, Writing,
};
use sotto_sensitive::RawBytes;
use std::time::Instant;

#[test]
fn every_suite_gives_back_what_it_took() {
    let keyring = aes("one", 1);
    for suite in Suite::ALL {
        for content in [Content::Framed(4096), Content::Framed(8), Content::Whole] {
            for length in [0, 1, 7, 8, 9, 16, 24, 100, 4095, 4096, 4097, 8192, 10_000] {
                let plain = canary(length);
                let message = write(&keyring, suite, content, &plain);
                let (opened, about) = read(&keyring, suite, &message).unwrap();
                assert_eq!(opened, plain, "{suite} {content:?} {length}");
                assert_eq!(
                    (about.suite(), about.content(), about.plain_bytes()),
                    (suite, content, length as u64)
                );
                let frames = match content {
                    Content::Framed(bytes) => length.div_ceil(bytes as usize).max(1) as u32,
                    Content::Whole => 1,
                };
                assert_eq!(about.frames(), frames, "an exact multiple ends with a full frame: {length}");
                assert!(!message.windows(6).any(|window| window == b"canary"));
                assert_eq!(message[0], suite.version());
                assert_eq!(about.context().count(), 2 + usize::from(suite.is_signed()));
            }
        }
    }
}

#[test]
fn nothing_of_a_signed_message_is_released_before_its_footer() {
    let keyring = aes("one", 1);
    let expected = EncryptionContext::default();
    for suite in Suite::ALL {
        for content in [Content::Framed(8), Content::Whole] {
            let message = write(&keyring, suite, content, &canary(20));
            let reading =
                Reading { policy: policy(suite), ..Reading::new(&keyring, &expected, Instant::now()) };
            let mut decryptor = Decryptor::new(reading);
            let mut out = RawBytes::default();
            for (at, byte) in message.iter().enumerate() {
                decryptor.push(&[*byte], &mut out).unwrap();
                let last = at + 1 == message.len();
                assert!(last || out.is_empty() || !suite.is_signed(), "{suite} {at}");
            }
            assert_eq!(out.expose(), canary(20));
            decryptor.finish().unwrap();
        }
    }
}

#[test]
fn who_asks_for_it_gets_frames_as_they_come_or_no_signed_message() {
    let keyring = aes("one", 1);
    let expected = EncryptionContext::default();
    let message = write(&keyring, Suite::CommitSigned, Content::Framed(8), &canary(20));
    let reading = Reading::new(&keyring, &expected, Instant::now());
    let mut decryptor = Decryptor::new(Reading { release: Release::AsItComes, ..reading });
    let mut out = RawBytes::default();
    decryptor.push(&message[..message.len() - 1], &mut out).unwrap();
    assert_eq!(out.length(), 16, "the last frame waits for the footer");
    decryptor.push(&message[message.len() - 1..], &mut out).unwrap();
    assert_eq!(out.expose(), canary(20));

    let unsigned = Reading { release: Release::Unsigned, ..reading };
    let error = Decryptor::new(unsigned).push(&message, &mut RawBytes::default()).unwrap_err();
    assert_eq!(error, MessageError::Signed { suite: Suite::CommitSigned });
    let message = write(&keyring, Suite::Commit, Content::Framed(8), &canary(20));
    let mut out = RawBytes::default();
    Decryptor::new(unsigned).push(&message, &mut out).unwrap();
    assert_eq!(out.expose(), canary(20));
    let nothing = Reading { release: Release::Nothing, ..reading };
    let mut out = RawBytes::default();
    let mut decryptor = Decryptor::new(nothing);
    decryptor.push(&message, &mut out).unwrap();
    assert!(out.is_empty() && decryptor.finish().unwrap().plain_bytes() == 20);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn cutting_changes_nothing(
        seed in any::<u64>(),
        suite in 0_usize..11,
        frame in 1_u32..40,
        cuts in prop::collection::vec(1_usize..60, 1..40),
        length in 0_usize..400,
    ) {
        let (keyring, suite, plain) = (aes("one", 1), Suite::ALL[suite], canary(length));
        let (context, expected) = (context(&[("a", "b")]), EncryptionContext::default());
        let writing = Writing::new(&keyring, &context, Instant::now());
        let writing = Writing { suite: Some(suite), policy: policy(suite), content: Content::Framed(frame), ..writing };
        let mut entropy = Counter(seed);
        let mut message = Vec::new();
        let mut encryptor = Encryptor::begin(&writing, &mut entropy, &mut message).unwrap();
        for part in parts(&plain, &cuts) {
            encryptor.push(&bytes(part), &mut message).unwrap();
        }
        encryptor.finish(&mut message).unwrap();
        let reading = Reading { policy: policy(suite), ..Reading::new(&keyring, &expected, Instant::now()) };
        let (mut decryptor, mut out) = (Decryptor::new(reading), RawBytes::default());
        for part in parts(&message, &cuts) {
            decryptor.push(part, &mut out).unwrap();
        }
        let opened = decryptor.finish().unwrap();
        prop_assert_eq!((out.expose(), opened.plain_bytes()), (plain.as_slice(), length as u64));
    }
}

fn parts<'a>(bytes: &'a [u8], cuts: &[usize]) -> Vec<&'a [u8]> {
    let (mut parts, mut left) = (Vec::new(), bytes);
    for cut in cuts.iter().cycle() {
        let (part, rest) = left.split_at((*cut).min(left.len()));
        parts.push(part);
        left = rest;
        if left.is_empty() {
            break;
        }
    }
    parts
}
