//! Does every bound hold on both sides?

use crate::fixture::{Counter, aes, bytes, canary, context, read, write};
use sotto_message::{
    Content, Decryptor, EncryptionContext, Encryptor, MessageError, MultiKeyring, Reading, RequiredContext,
    Suite, Writing, decrypt, encrypt,
};
use sotto_sensitive::RawBytes;
use std::time::Instant;

#[test]
fn encrypted_data_keys_are_counted() {
    let three = || {
        MultiKeyring::new(vec![Box::new(aes("a", 1)), Box::new(aes("b", 2)), Box::new(aes("c", 3))]).unwrap()
    };
    let (keyring, none) = (three(), EncryptionContext::default());
    let writing = Writing::new(&keyring, &none, Instant::now());
    let message = encrypt(&Writing { data_keys_max: 3, ..writing }, &bytes(b"x"), &mut Counter(1)).unwrap();
    let error = encrypt(&Writing { data_keys_max: 2, ..writing }, &bytes(b"x"), &mut Counter(1)).unwrap_err();
    assert_eq!(error, MessageError::DataKeysMany { count: 3, most: 2 });
    let one = aes("c", 3);
    let reading = Reading::new(&one, &none, Instant::now());
    let (plain, opened) = decrypt(&Reading { data_keys_max: 3, ..reading }, &message).unwrap();
    assert_eq!((plain.expose(), opened.data_keys().len()), (&b"x"[..], 3));
    let error = decrypt(&Reading { data_keys_max: 2, ..reading }, &message).unwrap_err();
    assert_eq!(error, MessageError::DataKeysMany { count: 3, most: 2 });
    assert_eq!(MultiKeyring::new(Vec::new()).err(), Some(MessageError::DataKeysNone));
}

#[test]
fn pieces_and_what_is_held_back_have_bounds() {
    let (keyring, none) = (aes("one", 1), EncryptionContext::default());
    let reading = Reading::new(&keyring, &none, Instant::now());
    let run = |reading, message: &[u8]| {
        let (mut decryptor, mut out) = (Decryptor::new(reading), RawBytes::default());
        decryptor.push(message, &mut out).map(|()| out.length())
    };
    for content in [Content::Framed(100), Content::Whole] {
        let message = write(&keyring, Suite::Commit, content, &canary(100));
        assert_eq!(run(Reading { piece_bytes_max: 100, ..reading }, &message), Ok(100));
        let error = run(Reading { piece_bytes_max: 99, ..reading }, &message).unwrap_err();
        assert_eq!(error, MessageError::PieceLarge { bytes: 100, most: 99 });
    }
    let message = write(&keyring, Suite::CommitSigned, Content::Framed(10), &canary(100));
    assert_eq!(run(Reading { held_bytes_max: 100, ..reading }, &message), Ok(100));
    let error = run(Reading { held_bytes_max: 99, ..reading }, &message).unwrap_err();
    assert_eq!(error, MessageError::HeldLarge { most: 99 });
}

#[test]
fn an_announced_length_is_kept() {
    let (keyring, none) = (aes("one", 1), EncryptionContext::default());
    let writing = Writing { plain_bytes: Some(10), ..Writing::new(&keyring, &none, Instant::now()) };
    for (length, fits) in [(10, true), (11, false)] {
        let (mut entropy, mut out) = (Counter(1), Vec::new());
        let mut encryptor = Encryptor::begin(&writing, &mut entropy, &mut out).unwrap();
        assert_eq!(encryptor.push(&bytes(&canary(length)), &mut out).is_ok(), fits);
    }
    let zero = Writing { content: Content::Framed(0), ..writing };
    assert!(matches!(encrypt(&zero, &bytes(b""), &mut Counter(1)), Err(MessageError::Setting { .. })));
}

#[test]
fn after_an_error_nothing_more_is_read() {
    let (keyring, none) = (aes("one", 1), EncryptionContext::default());
    let message = write(&keyring, Suite::Commit, Content::Framed(8), &canary(20));
    let mut changed = message.clone();
    *changed.last_mut().unwrap() ^= 1;
    let mut decryptor = Decryptor::new(Reading::new(&keyring, &none, Instant::now()));
    let mut out = RawBytes::default();
    assert_eq!(decryptor.push(&changed, &mut out), Err(MessageError::BodyNotGenuine { frame: 3 }));
    assert_eq!(out.length(), 16, "frames before it were genuine");
    assert_eq!(decryptor.push(&message, &mut out), Err(MessageError::Over));
    assert_eq!(decryptor.finish().err(), Some(MessageError::Over));
}

#[test]
fn required_pairs_are_bound_and_not_stored() {
    let written = context(&[("purpose", "test"), ("secret name", "canary")]);
    let keys = || vec![crate::fixture::raw("secret name")];
    let source = RequiredContext::new(aes("one", 1), keys()).unwrap();
    let message =
        encrypt(&Writing::new(&source, &written, Instant::now()), &bytes(b"x"), &mut Counter(1)).unwrap();
    assert!(!message.windows(6).any(|window| window == b"canary" || window == b"secret"));
    let open = |expected: EncryptionContext| {
        let plain = aes("one", 1);
        let loose =
            decrypt(&Reading::new(&plain, &expected, Instant::now()), &message).map(|(plain, _)| plain);
        let strict = decrypt(&Reading::new(&source, &expected, Instant::now()), &message);
        (loose.map(|plain| plain.length()), strict.map(|(_, opened)| opened.context().count()))
    };
    assert_eq!(open(context(&[("secret name", "canary")])), (Ok(1), Ok(3)));
    assert_eq!(open(context(&[("secret name", "canary"), ("purpose", "test")])), (Ok(1), Ok(3)));
    let (loose, strict) = open(context(&[]));
    assert!(
        matches!(loose, Err(MessageError::NoKeyOpens { .. })) && strict == Err(MessageError::ContextMissing)
    );
    let (loose, _) = open(context(&[("secret name", "other")]));
    assert!(matches!(loose, Err(MessageError::NoKeyOpens { .. })));
    let (loose, _) = open(context(&[("secret name", "canary"), ("purpose", "prod")]));
    assert_eq!(loose, Err(MessageError::ContextDiffers));
    let error = encrypt(&Writing::new(&source, &context(&[]), Instant::now()), &bytes(b"x"), &mut Counter(1));
    assert_eq!(error.unwrap_err(), MessageError::ContextMissing);
    assert!(RequiredContext::new(aes("one", 1), Vec::new()).is_err());
    let _ = read(&aes("one", 1), Suite::Commit, &message).unwrap_err();
}
