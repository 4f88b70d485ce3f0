//! Does `kill -9` lose a key, or leave half of one? Keys are made, rotated and used by several callers while the process is
//! killed; afterwards every key whose making was answered seals and opens, every ciphertext that was handed out opens, no
//! rotation that was answered is gone, and no key is there that cannot be used.
//!
//! `SOTTO_KILLS` says how often; the full lane asks for more than the quick one.

use super::*;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

/// Callers of each kind.
const CALLERS: usize = 2;
/// `canary` in base64.
const PLAIN: &str = "Y2FuYXJ5";

/// What was answered.
#[derive(Default)]
struct Acknowledged {
    keys: Vec<String>,
    sealed: Vec<String>,
    rotations: usize,
}

#[test]
fn kill_9_loses_no_key_and_leaves_none_half_made() {
    let kills: usize = std::env::var("SOTTO_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(3);
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &[]);
    let rotated = made(server.address).unwrap();
    server.kill();
    let all = Arc::new(Mutex::new(Acknowledged { keys: vec![rotated.clone()], ..Acknowledged::default() }));
    for round in 0..kills {
        let server = Server::start(folder.path(), &[]);
        check(server.address, &all.lock().unwrap(), &rotated, round + 1 == kills);
        killed_while_used(server, &all, &rotated, round);
    }
    let server = Server::start(folder.path(), &[]);
    let all = all.lock().unwrap();
    assert!(all.keys.len() > kills && all.sealed.len() > kills, "too few were answered to prove anything");
    check(server.address, &all, &rotated, true);
    assert_eq!(server.end().0, 0);
}

/// One call; nothing when the process is gone.
fn kms(address: SocketAddr, operation: &str, body: &Value) -> Option<Answer> {
    let target = format!("TrentService.{operation}");
    let request = Signed::new("kms").json(&target, &body.to_string()).bytes();
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(60))).ok()?;
    stream.write_all(&request).ok()?;
    Some(Answer::read(&mut stream)).filter(|answer| answer.status != 0)
}

/// What a call answered, when it was answered well.
fn done(address: SocketAddr, operation: &str, body: &Value) -> Option<Value> {
    let answer = kms(address, operation, body).filter(|answer| answer.status == 200)?;
    serde_json::from_str(&answer.body).ok()
}

fn made(address: SocketAddr) -> Option<String> {
    done(address, "CreateKey", &json!({}))?["KeyMetadata"]["KeyId"].as_str().map(str::to_owned)
}

fn killed_while_used(server: Server, all: &Arc<Mutex<Acknowledged>>, rotated: &str, round: usize) {
    let stop = Arc::new(AtomicBool::new(false));
    let address = server.address;
    let mut callers = Vec::new();
    for kind in (0..3).cycle().take(3 * CALLERS) {
        let (all, stop, rotated) = (Arc::clone(all), Arc::clone(&stop), rotated.to_owned());
        callers.push(std::thread::spawn(move || {
            while !stop.load(Ordering::Relaxed) {
                let goes_on = match kind {
                    0 => make(address, &all),
                    1 => rotate(address, &all, &rotated),
                    _ => seal(address, &all, &rotated),
                };
                if goes_on.is_none() {
                    return;
                }
            }
        }));
    }
    std::thread::sleep(Duration::from_millis(400 + 137 * (round as u64 % 5)));
    server.kill();
    stop.store(true, Ordering::Relaxed);
    callers.into_iter().for_each(|caller| caller.join().unwrap());
}

fn make(address: SocketAddr, all: &Mutex<Acknowledged>) -> Option<()> {
    let key = made(address)?;
    all.lock().unwrap().keys.push(key);
    Some(())
}

/// A key is rotated 25 times on demand at most; after that the refusal is what is expected.
fn rotate(address: SocketAddr, all: &Mutex<Acknowledged>, key: &str) -> Option<()> {
    let answer = kms(address, "RotateKeyOnDemand", &json!({ "KeyId": key }))?;
    if answer.status == 200 {
        all.lock().unwrap().rotations += 1;
    }
    Some(())
}

fn seal(address: SocketAddr, all: &Mutex<Acknowledged>, key: &str) -> Option<()> {
    let sealed = done(address, "Encrypt", &json!({ "KeyId": key, "Plaintext": PLAIN }))?;
    all.lock().unwrap().sealed.push(sealed["CiphertextBlob"].as_str()?.to_owned());
    Some(())
}

/// Everything that was answered is there and works. `whole` looks at every ciphertext, otherwise at the last ones.
fn check(address: SocketAddr, all: &Acknowledged, rotated: &str, whole: bool) {
    let opens = |blob: &str| {
        let opened = done(address, "Decrypt", &json!({ "CiphertextBlob": blob }));
        assert_eq!(opened.unwrap()["Plaintext"], PLAIN);
    };
    let listed = listed(address);
    for key in &all.keys {
        assert!(listed.contains(key), "{key} was lost");
    }
    let skipped = if whole { 0 } else { listed.len().saturating_sub(20) };
    for key in listed.iter().skip(skipped) {
        let sealed = done(address, "Encrypt", &json!({ "KeyId": key, "Plaintext": PLAIN }));
        opens(sealed.unwrap()["CiphertextBlob"].as_str().unwrap());
    }
    let skipped = if whole { 0 } else { all.sealed.len().saturating_sub(100) };
    all.sealed.iter().skip(skipped).for_each(|blob| opens(blob));
    let rotations = done(address, "ListKeyRotations", &json!({ "KeyId": rotated, "Limit": 1000 })).unwrap();
    assert!(rotations["Rotations"].as_array().unwrap().len() >= all.rotations, "a rotation was lost");
}

fn listed(address: SocketAddr) -> Vec<String> {
    let (mut keys, mut body) = (Vec::new(), json!({ "Limit": 1000 }));
    loop {
        let page = done(address, "ListKeys", &body).unwrap();
        let ids =
            page["Keys"].as_array().unwrap().iter().map(|key| key["KeyId"].as_str().unwrap().to_owned());
        keys.extend(ids);
        match page["Truncated"].as_bool() {
            Some(true) => body["Marker"] = page["NextMarker"].clone(),
            _ => return keys,
        }
    }
}
