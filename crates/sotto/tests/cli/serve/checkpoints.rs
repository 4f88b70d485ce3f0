//! Can somebody without store and root key check the trail? Checkpoints are signed by a KMS key, kept in a file and at an address
//! elsewhere; an export is proven with the public key alone, and an older state of the whole data directory is seen.

use super::*;
use serde_json::{Value, json};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};

const ACCOUNT: &str = "111122223333";

fn kms(server: &Server, operation: &str, body: &Value) -> Value {
    let request = Signed::new("kms").json(&format!("TrentService.{operation}"), &body.to_string());
    serde_json::from_str(&server.ask(&request.bytes()).fine()).unwrap()
}

/// A key that CloudTrail's principal may sign with, and its public half as PEM.
fn signing_key(server: &Server, signs: bool) -> (String, String) {
    let mut statements = vec![json!({
        "Effect": "Allow", "Principal": {"AWS": format!("arn:aws:iam::{ACCOUNT}:root")}, "Action": "kms:*", "Resource": "*"
    })];
    if signs {
        statements.push(json!({
            "Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": "kms:Sign", "Resource": "*",
            "Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT}}
        }));
    }
    let policy = json!({"Version": "2012-10-17", "Statement": statements}).to_string();
    let wanted = json!({"KeySpec": "ECC_NIST_P384", "KeyUsage": "SIGN_VERIFY", "Policy": policy});
    let arn = kms(server, "CreateKey", &wanted)["KeyMetadata"]["Arn"].as_str().unwrap().to_owned();
    let public =
        kms(server, "GetPublicKey", &json!({"KeyId": arn}))["PublicKey"].as_str().unwrap().to_owned();
    let lines: Vec<&str> =
        public.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    (arn, format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", lines.join("\n")))
}

/// An address that keeps what it gets.
fn keeper() -> (String, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/checkpoints", listener.local_addr().unwrap());
    let (got, kept) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut text = Vec::new();
            let mut part = [0; 4_096];
            while !text.ends_with(b"\n") || !holds(&text, "\nsignature ") {
                match stream.read(&mut part).unwrap() {
                    0 => break,
                    count => text.extend_from_slice(&part[..count]),
                }
            }
            stream.write_all(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n").unwrap();
            let text = String::from_utf8(text).unwrap();
            let _ = got.send(text.split_once("\r\n\r\n").unwrap().1.to_owned());
        }
    });
    (address, kept)
}

fn signal(server: &Server, name: &str) {
    let id = server.child.id().to_string();
    assert!(Command::new("kill").args([name, &id]).status().unwrap().success());
}

/// Waits until a file holds so many checkpoints.
fn wait_for(path: &Path, count: usize) -> String {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        if text.matches("\nsignature ").count() >= count {
            return text;
        }
        assert!(Instant::now() < deadline, "no checkpoint {count}: {text}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn verify(args: &[&Path], kept: &[&Path]) -> Run {
    let mut command = command(&["trail", "verify"]);
    command.arg(args[0]).arg("--public-key").arg(args[1]).env_remove("SOTTO_DATA");
    for path in kept {
        command.arg("--kept").arg(path);
    }
    finished(command.output().unwrap())
}

fn exported(data: &Path, to: &Path) {
    let run = sotto(&["trail", "export", "--proof", "--data", data.to_str().unwrap()]);
    assert_eq!(run.code, 0, "{}", run.err);
    std::fs::write(to, &run.out).unwrap();
}

fn copied(from: &Path, to: &Path) {
    assert!(Command::new("cp").arg("-a").args([from, to]).status().unwrap().success());
}

#[test]
fn a_trail_is_proven_by_its_checkpoints_and_an_older_state_is_seen() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let (data, kept, public) = (at("data"), at("kept.txt"), at("public.pem"));
    let server = Server::start(&data, &["--account", ACCOUNT]);
    let (key, pem) = signing_key(&server, true);
    std::fs::write(&public, pem).unwrap();
    assert_eq!(server.end().0, 0);

    let (address, posted) = keeper();
    let to = ["--trail-key", &key, "--checkpoint-to", kept.to_str().unwrap(), "--checkpoint-to", &address];
    let server = Server::start(&data, &to);
    server.query("iam", "CreateUser", &[("UserName", "Ana")]).fine();
    signal(&server, "-USR1");
    let first = wait_for(&kept, 1);
    assert!(
        first.starts_with("sotto trail checkpoint 1\nnumber 1\n")
            && first.contains(&format!("\nkey {key}\n"))
    );
    assert_eq!(posted.recv_timeout(Duration::from_secs(20)).unwrap(), first);
    server.query("iam", "CreateUser", &[("UserName", "Bea")]).fine();
    let (code, log) = server.end();
    assert!(code == 0 && log.contains("a checkpoint of the trail was made number=2"), "{log}");
    assert_eq!(wait_for(&kept, 2).matches("\nsignature ").count(), 2, "one more at the end");
    assert!(posted.recv_timeout(Duration::from_secs(20)).unwrap().contains("\nnumber 2\n"));
    copied(&data, &at("older"));

    let server = Server::start(&data, &to);
    server.query("iam", "CreateUser", &[("UserName", "Cem")]).fine();
    assert_eq!(server.end().0, 0);
    exported(&data, &at("export"));
    let alone = verify(&[&at("export"), &public], &[]);
    assert!(alone.fine().starts_with("3 checkpoints, each signed by this key"), "{}", alone.text());
    assert!(alone.text().contains("no checkpoint that was kept elsewhere was given"));
    let with = verify(&[&at("export"), &public], &[&kept]);
    assert!(with.fine().contains("3 checkpoints that were kept elsewhere are in it"), "{}", with.text());
    let listed = sotto(&["trail", "list", "--limit", "100", "--data", data.to_str().unwrap()]);
    assert!(listed.fine().contains("kms:Sign"), "the use of the key is on record");

    // The state of before, whole and signed: only who kept a later checkpoint can tell.
    exported(&at("older"), &at("older-export"));
    assert_eq!(verify(&[&at("older-export"), &public], &[]).code, 0);
    let older = verify(&[&at("older-export"), &public], &[&kept]);
    assert!(
        older.code == 1 && older.text().contains("checkpoint 3 was kept, and the export ends at 2"),
        "{}",
        older.text()
    );
    let back = Server::start(&at("older"), &to);
    let (_, log) = back.end();
    assert!(log.contains("the store is an older state, or another one number=3"), "{log}");
    assert_eq!(
        std::fs::read_to_string(&kept).unwrap().matches("\nsignature ").count(),
        3,
        "the witness stays as it was"
    );

    // A byte of a row, and a checkpoint less.
    let text = std::fs::read_to_string(at("export")).unwrap();
    let last = text.trim_end().lines().rev().nth(1).unwrap().to_owned();
    let flipped =
        format!("{}{}", last.get(..last.len() - 1).unwrap(), if last.ends_with('0') { '1' } else { '0' });
    std::fs::write(at("changed"), text.replace(&last, &flipped)).unwrap();
    let changed = verify(&[&at("changed"), &public], &[]);
    assert!(changed.code == 1 && changed.text().contains("BROKEN: row"), "{}", changed.text());
    let second = text.find("sotto trail checkpoint 1\nnumber 2").unwrap();
    let third = text.find("sotto trail checkpoint 1\nnumber 3").unwrap();
    std::fs::write(at("fewer"), format!("{}{}", text.get(..second).unwrap(), text.get(third..).unwrap()))
        .unwrap();
    let fewer = verify(&[&at("fewer"), &public], &[]);
    assert!(fewer.code == 1 && fewer.text().contains("after checkpoint 1 comes 3"), "{}", fewer.text());
    openssl_agrees(&first, &public, folder.path());
}

/// Another implementation verifies a checkpoint, where it is installed.
fn openssl_agrees(checkpoint: &str, public: &Path, folder: &Path) {
    let (signed, line) = checkpoint.trim_end().rsplit_once('\n').unwrap();
    let digits = line.rsplit_once(' ').unwrap().1;
    let signature = unhex(digits);
    let (text, bytes) = (folder.join("signed.txt"), folder.join("signature.bin"));
    std::fs::write(&text, format!("{signed}\n")).unwrap();
    std::fs::write(&bytes, signature).unwrap();
    let mut openssl = Command::new("openssl");
    openssl.args(["dgst", "-sha384", "-verify"]).arg(public).arg("-signature").arg(&bytes).arg(&text);
    if let Ok(run) = openssl.output() {
        assert!(run.status.success(), "{run:?}");
    }
}

#[test]
fn a_key_that_may_not_sign_makes_no_checkpoint_and_stops_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (data, kept) = (folder.path().join("data"), folder.path().join("kept.txt"));
    let server = Server::start(&data, &["--account", ACCOUNT]);
    let (key, _) = signing_key(&server, false);
    assert_eq!(server.end().0, 0);
    let server = Server::start(&data, &["--trail-key", &key, "--checkpoint-to", kept.to_str().unwrap()]);
    signal(&server, "-USR1");
    server.query("iam", "CreateUser", &[("UserName", "Ana")]).fine();
    let (code, log) = server.end();
    assert!(code == 0 && log.contains("no checkpoint of the trail could be made"), "{log}");
    assert_eq!(std::fs::read(&kept).unwrap(), b"");
    let run = finished(serve(&data, &["--checkpoint-to", "x"]).output().unwrap());
    assert!(run.code == 2 && run.err.contains("--trail-key"), "{}", run.err);
}
