//! Is what we write what Amazon Connect writes, field by field?

use crate::fixture::{Counter, bytes, raw};
use crate::vectors;
use sotto_kms::crypto::{RsaBits, RsaKey, RsaPublic};
use sotto_message::{
    CONNECT_INPUT_BYTES_MAX, CommitmentPolicy, Content, EncryptionContext, MessageError, Reading, Suite,
    connect_keyring, decrypt, decrypt_input, encrypt_input,
};
use std::time::Instant;

const KEY_ID: &str = "a5ecd749-4bd8-4a94-bfde-27eefe4f12b1";

#[test]
fn what_is_keyed_in_opens_with_the_private_key_only() {
    for bits in [RsaBits::Rsa2048, RsaBits::Rsa4096] {
        let key = RsaKey::generate(bits).unwrap();
        let public = || RsaPublic::read(key.public().unwrap().as_der()).unwrap();
        let write = |input: &[u8]| {
            encrypt_input(&raw(KEY_ID), public(), &bytes(input), Instant::now(), &mut Counter(3))
        };
        let message = write(b"4111111111111111").unwrap();
        let again = RsaKey::read(&key.to_der().unwrap()).unwrap();
        let (plain, opened) = decrypt_input(&raw(KEY_ID), again, &message, Instant::now()).unwrap();
        assert_eq!((plain.expose(), opened.suite()), (&b"4111111111111111"[..], Suite::Signed256));
        assert_eq!((opened.content(), opened.frames()), (Content::Framed(4096), 1));
        let fields: Vec<usize> = opened.data_keys().iter().map(|key| key.ciphertext().len()).collect();
        assert_eq!(fields, [bits.bytes()]);
        assert_eq!(
            (opened.data_keys()[0].provider(), opened.data_keys()[0].info()),
            (&b"AmazonConnect"[..], KEY_ID.as_bytes())
        );
        assert_eq!(opened.context().count(), 1, "only the key to verify with");
        let other = RsaKey::generate(bits).unwrap();
        assert!(decrypt_input(&raw(KEY_ID), other, &message, Instant::now()).is_err());
        let again = RsaKey::read(&key.to_der().unwrap()).unwrap();
        assert!(decrypt_input(&raw("another id"), again, &message, Instant::now()).is_err());
        assert!(write(&vec![b'1'; CONNECT_INPUT_BYTES_MAX]).is_ok());
        let long = write(&vec![b'1'; CONNECT_INPUT_BYTES_MAX + 1]);
        assert_eq!(long.unwrap_err(), MessageError::PlaintextLong { most: CONNECT_INPUT_BYTES_MAX as u64 });
    }
}

/// The frame's IV: it stands behind the marker and the number of the only frame.
fn frame_iv(message: &[u8]) -> [u8; 12] {
    let marker = [0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 1];
    let at = message.windows(8).rposition(|window| window == marker).unwrap();
    message[at + 8..at + 20].try_into().unwrap()
}

/// Two messages that Amazon Connect made stand beside ours: same fields, same lengths, and random IVs of frames.
#[test]
fn production_messages_have_our_form() {
    let Some(real) = vectors::file("connect_real.json") else { return };
    let real: serde_json::Value = serde_json::from_slice(&real).unwrap();
    for entry in real.as_array().unwrap() {
        let message =
            sotto_message::base64::decode(entry["message_b64"].as_str().unwrap().as_bytes()).unwrap();
        let expect = &entry["expect"];
        let bits = if expect["edk_len"] == 512 { RsaBits::Rsa4096 } else { RsaBits::Rsa2048 };
        let key = RsaKey::generate(bits).unwrap();
        let id = raw(expect["key_id"].as_str().unwrap());
        let input = vec![b'1'; expect["plaintext_len"].as_u64().unwrap() as usize];
        let ours = encrypt_input(&id, key.public().unwrap(), &bytes(&input), Instant::now(), &mut Counter(5))
            .unwrap();
        let signature = |message: &[u8]| {
            message.len()
                - message
                    .windows(8)
                    .rposition(|window| window == [0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 1])
                    .unwrap()
        };
        let (theirs_tail, ours_tail) = (signature(&message), signature(&ours));
        assert_eq!(message.len() - theirs_tail, ours.len() - ours_tail, "headers have one length");
        assert!(theirs_tail.abs_diff(ours_tail) <= 3, "signatures differ by a few bytes of DER");
        assert_eq!(
            (message[0..4].to_vec(), ours[0..4].to_vec()),
            (vec![1, 0x80, 3, 0x78], vec![1, 0x80, 3, 0x78])
        );
        for iv in [frame_iv(&message), frame_iv(&ours)] {
            assert!(iv[..8].iter().any(|byte| *byte != 0), "the IV is random");
        }
        // Without the private key nothing opens; that the key was tried shows that the header was understood.
        let private = connect_keyring(&id).unwrap().with_private(key);
        let none = EncryptionContext::default();
        let reading = Reading {
            policy: CommitmentPolicy::ForbidToWrite,
            ..Reading::new(&private, &none, Instant::now())
        };
        let error = decrypt(&reading, &message).unwrap_err();
        assert_eq!(error, MessageError::NoKeyOpens { tried: 1, count: 1, last: None });
    }
}
