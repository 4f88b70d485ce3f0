//! `sotto encrypt`, `sotto decrypt`, `sotto keys caller-input`: what comes out, what does not, and with which exit code?

use super::*;
use std::os::unix::fs::PermissionsExt;

const OLDER: [&str; 2] = ["--commitment-policy", "forbid-encrypt-allow-decrypt"];

fn folder() -> Folder {
    let folder = Folder::new();
    for (name, byte) in [("one.key", 1_u8), ("two.key", 2)] {
        let path = folder.write(name, [byte; 32]);
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
    folder
}

fn long() -> Vec<u8> {
    b"canary 4111111111111111 ".iter().copied().cycle().take(3 << 20).collect()
}

/// Encrypts with the first key.
fn encrypted(folder: &Folder, more: &[&str], plain: &[u8]) -> Vec<u8> {
    let key = folder.str("one.key");
    let run = sotto_reading(&[&["encrypt", "--raw-key", &key], more].concat(), plain);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    run.out
}

fn decrypted(folder: &Folder, more: &[&str], message: &[u8]) -> Run {
    let key = folder.str("one.key");
    sotto_reading(&[&["decrypt", "--raw-key", &key], more].concat(), message)
}

#[test]
fn what_goes_in_comes_out_through_files_and_pipes() {
    let folder = folder();
    for plain in [b"".to_vec(), b"canary".to_vec(), long()] {
        for (suite, policy) in [("0178", &OLDER[..]), ("0214", &OLDER), ("0478", &[]), ("0578", &[])] {
            let message = encrypted(&folder, &[policy, &["--suite", suite]].concat(), &plain);
            assert!(!message.windows(6).any(|window| window == b"canary"));
            let run = decrypted(&folder, policy, &message);
            assert_eq!((run.code, run.err.as_str()), (0, ""));
            assert!(run.out == plain, "{suite}: {} bytes", plain.len());
            let (from, to) = (folder.write("message", &message), folder.str("plain"));
            let run = decrypted(&folder, &[policy, &[&from, "--output", &to]].concat(), b"");
            assert_eq!((run.code, run.out.as_slice(), run.err.as_str()), (0, &b""[..], ""));
            assert!(folder.read("plain") == plain);
            let mode = std::fs::metadata(&to).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "plaintext is its owner's");
            std::fs::remove_file(to).unwrap();
        }
    }
}

#[test]
fn base64_is_written_when_asked_for_and_recognised() {
    let folder = folder();
    for length in [0, 1, 2, 3, 100_000] {
        let plain = &long()[..length];
        let text = encrypted(&folder, &["--base64"], plain);
        assert!(text.ends_with(b"\n") && text.is_ascii());
        assert!(decrypted(&folder, &[], &text).out == plain);
        let lines: Vec<u8> = text.chunks(76).collect::<Vec<_>>().join(&b"\r\n"[..]);
        assert!(decrypted(&folder, &[], &lines).out == plain);
        let cut = decrypted(&folder, &[], &text[..text.len() - 5]);
        assert_eq!((cut.code, cut.out.as_slice()), (3, &b""[..]));
    }
}

#[test]
fn nothing_of_a_signed_message_leaves_when_anything_is_wrong() {
    let folder = folder();
    let message = encrypted(&folder, &["-c", "purpose=test"], &long());
    let mut changed = message.clone();
    *changed.last_mut().unwrap() ^= 1;
    let cut = message[..message.len() - 1].to_vec();
    let longer = [message.as_slice(), b"x"].concat();
    let temporary = Folder::new();
    for (wrong, says) in [(changed, "signature"), (cut, "too early"), (longer, "more bytes follow")] {
        let (from, to) = (folder.write("message", &wrong), folder.str("plain"));
        let mut piped = command(&["decrypt", "--raw-key", &folder.str("one.key")]);
        piped.env("TMPDIR", temporary.path("")).stdin(std::fs::File::open(&from).unwrap());
        let key = folder.str("one.key");
        let runs = [
            finished(piped.output().unwrap()),
            decrypted(&folder, &[&from], b""),
            sotto(&["decrypt", "--raw-key", &key, &from, "--output", &to]),
        ];
        for run in runs {
            assert_eq!((run.code, run.out.len()), (3, 0), "{}", run.err);
            assert!(run.err.contains(says) && !run.err.contains("canary"), "{}", run.err);
        }
        assert!(!folder.path("plain").exists() && temporary.names().is_empty());
    }
    // Who asks for it by name gets what was verified frame by frame, and an error in the end.
    let run = decrypted(&folder, &["--release-unverified"], &message[..message.len() - 1]);
    assert!(run.code == 3 && run.out.len() > 2 << 20);
    let run = decrypted(&folder, &["--unsigned-only"], &message);
    assert_eq!((run.code, run.out.len()), (3, 0));
}

#[test]
fn other_keys_contexts_and_policies_do_not_open() {
    let folder = folder();
    let message = encrypted(&folder, &["-c", "purpose=test"], b"canary");
    assert_eq!(decrypted(&folder, &["-c", "purpose=test"], &message).out, b"canary");
    let other = folder.str("two.key");
    for run in [
        decrypted(&folder, &["-c", "purpose=prod"], &message),
        decrypted(&folder, &["-c", "more=pairs"], &message),
        sotto_reading(&["decrypt", "--raw-key", &other], &message),
        decrypted(&folder, &[], &encrypted(&folder, &[&OLDER[..], &["--suite", "0378"]].concat(), b"canary")),
        decrypted(&folder, &[], b"no message"),
        decrypted(&folder, &["/nonexistent"], b""),
    ] {
        assert_eq!((run.code, run.out.len()), (3, 0), "{}", run.err);
        assert!(!run.err.contains("canary"), "{}", run.err);
    }
    let several = format!("a/b={other}");
    let key = folder.str("one.key");
    let message = sotto_reading(&["encrypt", "--raw-key", &several, "--raw-key", &key], b"canary").out;
    assert_eq!(decrypted(&folder, &[], &message).out, b"canary");
    assert_eq!(sotto_reading(&["decrypt", "--raw-key", &several], &message).out, b"canary");
    assert_eq!(decrypted(&folder, &["--max-data-keys", "1"], &message).code, 3);
}

#[test]
fn required_pairs_are_left_out_of_the_message_and_needed() {
    let folder = folder();
    let message =
        encrypted(&folder, &["-c", "a=b", "-c", "tenant=canary", "--required-context", "tenant"], b"text");
    assert!(!message.windows(6).any(|window| window == b"canary"));
    assert_eq!(decrypted(&folder, &["-c", "tenant=canary"], &message).out, b"text");
    assert_eq!(decrypted(&folder, &[], &message).code, 3);
}

#[test]
fn a_message_is_described() {
    let folder = folder();
    let to = folder.str("message");
    let key = folder.str("one.key");
    let args = ["encrypt", "--raw-key", &key, "-c", "purpose=test", "--output", &to, "--format", "json"];
    let written = sotto_reading(&args, b"canary").json();
    let read =
        sotto(&["decrypt", "--raw-key", &key, &to, "--output", &folder.str("plain"), "--format", "json"])
            .json();
    assert_eq!(written, read);
    assert_eq!(
        (&read["suite"], &read["plain_bytes"], &read["frame_bytes"]),
        (&"0578".into(), &6.into(), &4096.into())
    );
    assert_eq!(read["encryption_context"]["purpose"], "test");
    assert_eq!(read["encrypted_data_keys"][0]["provider"], "sotto");
    assert_eq!(read["encrypted_data_keys"][0]["info"], "key");
}

#[test]
fn wrong_usage_is_refused_with_a_way_out() {
    let folder = folder();
    let key = folder.str("one.key");
    let short = folder.write("short.key", b"short");
    for (args, says) in [
        (&["encrypt"][..], "--key, --raw-key or --public-key"),
        (&["decrypt"], "--key, --discovery, --raw-key or --private-key"),
        (&["encrypt", "--raw-key", &short], "16, 24 or 32 bytes"),
        (&["encrypt", "--raw-key", &key, "-c", "novalue"], "KEY=VALUE"),
        (&["encrypt", "--raw-key", &key, "-c", "aws-crypto-x=1"], "aws-crypto-"),
        (&["encrypt", "--raw-key", &key, "-c", "a=1", "-c", "a=2"], "twice"),
        (&["encrypt", "--raw-key", &key, "--suite", "0379"], "0379"),
        (&["encrypt", "--key", "arn:aws:s3:::x"], "KMS key"),
        (&["encrypt", "--public-key", &key], "PEM"),
        (&["encrypt", "--raw-key", &format!("aws-kms/x={key}")], "belongs to KMS"),
        (&["decrypt", "--discovery", "any", "--discovery", "111122223333"], "alone"),
        (&["encrypt", "--connect", "--public-key", &key], "--key-id"),
    ] {
        let run = sotto_reading(args, b"canary");
        assert_eq!((run.code, run.out.len()), (2, 0), "{args:?}: {}", run.err);
        assert!(run.err.contains(says), "{args:?}: {}", run.err);
    }
}

#[test]
fn keys_for_callers_input_follow_one_another() {
    let folder = Folder::new();
    let keys = folder.str("keys");
    let make = |more: &[&str]| {
        sotto(&[&["keys", "caller-input", "make", "--dir", &keys, "--bits", "2048"], more].concat())
    };
    let first = make(&[]).fine().trim().to_owned();
    let public = folder.str(&format!("keys/{first}.cert.pem"));
    let seal = |id: &str, file: &str| {
        sotto_reading(&["encrypt", "--connect", "--key-id", id, "--public-key", file], b"4111111111111111")
            .out
    };
    let message = seal(&first, &public);
    assert!(message.starts_with(b"AYAD"), "base64 of version 1, suite 0378");
    assert_eq!(make(&["--key-id", &first]).code, 2);
    assert_eq!(make(&["--key-id", "../up"]).code, 2);
    assert_eq!(make(&["--key-id", "second"]).fine(), "second\n");
    assert_eq!(make(&[]).code, 2, "two are active");
    let mode = std::fs::metadata(folder.path("keys/second.private.pem")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let again = seal("second", &folder.str("keys/second.public.pem"));
    assert_eq!(sotto(&["keys", "caller-input", "retire", "--dir", &keys, &first]).code, 0);
    assert_eq!(sotto(&["keys", "caller-input", "retire", "--dir", &keys, &first]).code, 2);
    let list = sotto(&["keys", "caller-input", "list", "--dir", &keys, "--format", "json"]).json();
    let states: Vec<bool> =
        list.as_array().unwrap().iter().map(|key| key["active"].as_bool().unwrap()).collect();
    assert_eq!(states.iter().filter(|active| **active).count(), 1);
    let files = [format!("keys/{first}.retired.pem"), "keys/second.private.pem".to_owned()]
        .map(|name| folder.str(&name));
    for message in [&message, &again] {
        let args = ["decrypt", "--connect", "--private-key", &files[0], "--private-key", &files[1]];
        assert_eq!(sotto_reading(&args, message).out, b"4111111111111111");
        let one = sotto_reading(&["decrypt", "--connect", "--private-key", &files[0]], message);
        assert_eq!(one.code == 0, **message == seal_of(&first, message));
    }
    assert_eq!(make(&[]).code, 0, "there is room for another one");
}

/// The message, when it names this key.
fn seal_of(id: &str, message: &[u8]) -> Vec<u8> {
    let digits: Vec<u8> = message.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let named = sotto_message::base64::decode(&digits)
        .unwrap()
        .windows(id.len())
        .any(|window| window == id.as_bytes());
    if named { message.to_vec() } else { Vec::new() }
}
