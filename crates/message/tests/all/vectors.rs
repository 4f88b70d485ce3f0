//! Do messages that others wrote open, and are those refused that must be? Archives and lists of AWS's own SDKs.
//!
//! They are not part of the repository: `SOTTO_ESDK_DATA`, or `../shared/data/esdk` beside it. When they are absent a test
//! says so and passes; with `CI=true` it fails. `SOTTO_ESDK_MANIFESTS` may name more folders with a `manifest.json` each.

use crate::archive::unzip;
use crate::fixture::raw;
use serde_json::Value;
use sotto_kms::crypto::{RsaKey, RsaPadding};
use sotto_message::{
    Attempt, CommitmentPolicy, DataKeys, EncryptionContext, Generated, Keyring, KmsClient,
    KmsDiscoveryKeyring, KmsFault, KmsKeyArn, KmsKeyName, Locked, MessageError, MultiKeyring, RawAesKeyring,
    RawRsaKeyring, Reading, Wrapped, base64, decrypt,
};
use sotto_sensitive::{KeyBytes, RawText};
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

/// A published file, when it is there.
pub(crate) fn file(name: &str) -> Option<Vec<u8>> {
    let beside = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/esdk"));
    let folder = std::env::var_os("SOTTO_ESDK_DATA").map_or(beside, PathBuf::from);
    if let Ok(bytes) = std::fs::read(folder.join(name)) {
        return Some(bytes);
    }
    assert!(std::env::var("CI").as_deref() != Ok("true"), "`{name}` is absent");
    eprintln!("`{name}` is absent: left out");
    None
}

/// Files of an archive or a folder.
type Files = HashMap<String, Vec<u8>>;

struct Counts {
    opened: usize,
    refused: usize,
    left_out: usize,
}

#[test]
fn messages_of_the_net_sdk_open() {
    for (name, opened, left_out) in [("valid-Net-4.0.0.zip", 5, 0), ("v4-Net-4.0.1.zip", 99, 33)] {
        let Some(archive) = file(name) else { return };
        let counts = run(&unzip(&archive), "manifest.json", &|path| path.to_owned());
        assert_eq!((counts.opened, counts.refused, counts.left_out), (opened, 0, left_out), "{name}");
    }
}

/// Further manifests by hand: of the Python SDK's zips, of aws-encryption-sdk-c's `from-dafny`.
#[test]
fn further_manifests_open() {
    let Ok(folders) = std::env::var("SOTTO_ESDK_MANIFESTS") else { return };
    for folder in folders.split(':') {
        let mut files = Files::new();
        collect(&PathBuf::from(folder), "", &mut files);
        let manifest =
            ["manifest.json", "decrypt-manifest.json"].into_iter().find(|name| files.contains_key(*name));
        let counts = run(&files, manifest.unwrap(), &|path| path.to_owned());
        println!(
            "{folder}: {} opened, {} refused, {} left out",
            counts.opened, counts.refused, counts.left_out
        );
        assert!(counts.opened > 0);
    }
}

fn collect(folder: &std::path::Path, prefix: &str, files: &mut Files) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            collect(&entry.path(), &format!("{name}/"), files);
        } else {
            files.insert(name, std::fs::read(entry.path()).unwrap());
        }
    }
}

/// Runs a manifest; what needs a key that AWS keeps is left out.
fn run(files: &Files, manifest: &str, path: &dyn Fn(&str) -> String) -> Counts {
    let find = |uri: &Value| files.get(&path(uri.as_str().unwrap().trim_start_matches("file://")));
    let manifest: Value = serde_json::from_slice(&files[manifest]).unwrap();
    let keys =
        manifest["keys"].as_str().map_or("keys.json", |uri| uri.trim_start_matches("file://")).to_owned();
    let keys: Value = serde_json::from_slice(&files[&keys]).unwrap();
    let mut counts = Counts { opened: 0, refused: 0, left_out: 0 };
    for (name, test) in manifest["tests"].as_object().unwrap() {
        let test = test.get("decryption-scenario").unwrap_or(test);
        let Some(keyring) = keyring(test, &keys["keys"]) else {
            counts.left_out += 1;
            continue;
        };
        let Some(message) = find(&test["ciphertext"]) else {
            counts.left_out += 1;
            continue;
        };
        let reproduced = test.get("reproduced-encryption-context").or(test.get("encryption-context"));
        let expected = context(reproduced.unwrap_or(&Value::Null));
        let reading = Reading::new(&keyring, &expected, Instant::now());
        let reading = Reading { policy: CommitmentPolicy::RequireToWrite, ..reading };
        let wanted = [&test["result"]["output"]["plaintext"], &test["result"], &test["plaintext"]];
        let wanted = wanted.into_iter().find(|uri| uri.is_string());
        let negative = test["type"].as_str().is_some_and(|kind| kind.starts_with("negative"))
            || test["result"].get("error").is_some();
        let opened = decrypt(&reading, message);
        match (opened, wanted.filter(|_| !negative)) {
            (Ok((plain, _)), Some(wanted)) => {
                assert_eq!(Some(&plain.expose().to_vec()), find(wanted), "{name}");
                counts.opened += 1;
            }
            (Err(_), None) => counts.refused += 1,
            (Ok(_), None) => panic!("{name} must not open: {test}"),
            (Err(error), Some(_)) => panic!("{name}: {error}: {test}"),
        }
    }
    counts
}

/// The raw keys of a test; `None` when it has none, or one that is not supported.
fn keyring(test: &Value, keys: &Value) -> Option<MultiKeyring> {
    let listed = test["master-keys"].as_array().cloned();
    let listed = listed.unwrap_or_else(|| match test["decryptKeyDescription"].clone() {
        one if one["childKeyrings"].is_array() => {
            let mut all = one["childKeyrings"].as_array().cloned().unwrap();
            all.extend(one.get("generator").cloned());
            all
        }
        one if one["underlying"].is_object() => vec![one["underlying"].clone()],
        one => vec![one],
    });
    let keyrings = listed.iter().filter_map(|one| raw_keyring(one, keys)).collect();
    MultiKeyring::new(keyrings).ok()
}

fn raw_keyring(one: &Value, keys: &Value) -> Option<Box<dyn Keyring>> {
    let key = keys.get(one["key"].as_str()?)?;
    let material = key["material"].as_str()?;
    let namespace = raw(one["provider-id"].as_str()?);
    let name = raw(key["key-id"].as_str()?);
    match (one["type"].as_str()?, one["encryption-algorithm"].as_str()?) {
        ("raw", "aes") => {
            let bytes = KeyBytes::taken(base64::decode(material.as_bytes()).unwrap());
            Some(Box::new(RawAesKeyring::new(&namespace, &name, &bytes).unwrap()))
        }
        ("raw", "rsa") => {
            let padding = match (one["padding-algorithm"].as_str()?, one["padding-hash"].as_str()) {
                ("pkcs1", _) => RsaPadding::Pkcs1,
                (_, Some("sha1")) => RsaPadding::OaepSha1,
                (_, Some("sha256")) => RsaPadding::OaepSha256,
                (_, Some("sha384")) => RsaPadding::OaepSha384,
                (_, Some("sha512")) => RsaPadding::OaepSha512,
                _ => return None,
            };
            let lines: String = material.lines().filter(|line| !line.starts_with('-')).collect();
            let der = KeyBytes::taken(base64::decode(lines.as_bytes()).unwrap());
            let private = RsaKey::read(&der).ok()?;
            Some(Box::new(RawRsaKeyring::new(&namespace, &name, padding).unwrap().with_private(private)))
        }
        _ => None,
    }
}

fn context(value: &Value) -> EncryptionContext {
    let pairs = value.as_object().into_iter().flatten();
    let pairs: Vec<_> = pairs.map(|(key, value)| (raw(key), raw(value.as_str().unwrap()))).collect();
    EncryptionContext::new(&pairs).unwrap()
}

/// Plays KMS with the data key that a vector names; checks that it is asked with the vector's context.
struct Named {
    key: Vec<u8>,
    context: Vec<(String, String)>,
}

impl Named {
    fn of(test: &Value) -> Self {
        let pairs = test["encryption-context"].as_object().into_iter().flatten();
        let mut context: Vec<_> =
            pairs.map(|(key, value)| (key.clone(), value.as_str().unwrap().to_owned())).collect();
        context.sort();
        Self { key: base64::decode(test["decrypted-dek"].as_str().unwrap().as_bytes()).unwrap(), context }
    }
}

impl KmsClient for Named {
    fn generate_data_key(
        &self,
        _: &KmsKeyName,
        _: usize,
        _: &EncryptionContext,
    ) -> Result<Generated, KmsFault> {
        Err(KmsFault::Unexpected)
    }

    fn encrypt(&self, _: &KmsKeyName, _: &KeyBytes, _: &EncryptionContext) -> Result<Wrapped, KmsFault> {
        Err(KmsFault::Unexpected)
    }

    fn decrypt(
        &self,
        key: &KmsKeyArn,
        _: &[u8],
        context: &EncryptionContext,
    ) -> Result<(RawText, KeyBytes), KmsFault> {
        let pairs = context.pairs();
        let pairs: Vec<_> =
            pairs.iter().map(|(key, value)| (key.expose().to_owned(), value.expose().to_owned())).collect();
        assert_eq!(pairs, self.context);
        Ok((raw(key.as_str()), KeyBytes::copied(&self.key)))
    }
}

/// A key provider that is none of AWS's, with the data key that a vector names.
struct Static(Vec<u8>);

impl Keyring for Static {
    fn wrap(&self, _: &mut DataKeys<'_>, _: &mut dyn sotto_kms::Entropy) -> Result<(), MessageError> {
        Err(MessageError::DataKeysNone)
    }

    fn unwrap(&self, _: Locked<'_>) -> Result<Attempt, MessageError> {
        Ok(Attempt::with_key(KeyBytes::copied(&self.0)))
    }
}

#[test]
fn commitments_are_those_of_the_published_list() {
    let Some(list) = file("commitment-test-vectors.json") else { return };
    let list: Value = serde_json::from_slice(&list).unwrap();
    let (mut good, mut bad) = (0, 0);
    for test in list["tests"].as_array().unwrap() {
        let message = base64::decode(test["ciphertext"].as_str().unwrap().as_bytes()).unwrap();
        let (none, now, named) = (EncryptionContext::default(), Instant::now(), Named::of(test));
        let opened = if test["keyring-type"] == "static" {
            let keyring = Static(named.key);
            decrypt(&Reading::new(&keyring, &none, now), &message)
        } else {
            let keyring = KmsDiscoveryKeyring::new(Arc::new(named), None);
            decrypt(&Reading::new(&keyring, &none, now), &message)
        };
        if test["status"] == true {
            let frames = test["plaintext-frames"].as_array().unwrap();
            let wanted: String = frames.iter().map(|frame| frame.as_str().unwrap()).collect();
            assert_eq!(opened.unwrap().0.expose(), wanted.as_bytes(), "{}", test["comment"]);
            good += 1;
        } else {
            assert_eq!(opened.unwrap_err(), MessageError::CommitmentDiffers, "{}", test["comment"]);
            bad += 1;
        }
    }
    assert_eq!((good, bad), (41, 5));
}
