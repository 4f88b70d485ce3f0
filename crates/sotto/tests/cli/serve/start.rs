//! What does a start make, and when does it refuse to?

use super::*;

fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn a_first_start_makes_key_account_and_credentials_and_shows_them_once() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let mut first = serve(&data, &["--account", "111122223333"]);
    first.env_remove("SOTTO_ROOT_ACCESS_KEY_ID").env_remove("SOTTO_ROOT_SECRET_ACCESS_KEY");
    let server = Server::run(first);
    assert!(server.shown.contains("account 111122223333\naccess-key-id AKIA"), "{}", server.shown);
    let secret =
        server.shown.lines().find_map(|line| line.strip_prefix("secret-access-key ")).unwrap().to_owned();
    let (code, log) = server.end();
    assert!(code == 0 && log.contains("do not bind the management account 111122223333"), "{log}");
    assert!(!log.contains(&secret), "a secret is in the log");
    for (path, bytes) in bytes_below(&data) {
        assert!(!holds(&bytes, &secret), "{} holds the secret", path.display());
        assert!(
            mode(&path) & 0o077 == 0 || path.extension().is_some_and(|end| end == "pem" || end == "json"),
            "{path:?}"
        );
    }
    assert_eq!(mode(&data), 0o700);
    let again = Server::start(&data, &[]);
    assert_eq!(again.shown, "");
    // The operator's own credentials count at the first start only.
    assert_eq!(again.query("sts", "GetCallerIdentity", &[]).status, 403);
    assert_eq!(again.end().0, 0);
}

#[test]
fn a_missing_or_changed_root_key_ends_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("root.key");
    Server::start(folder.path(), &[]).end();
    let kept = std::fs::read(&key).unwrap();
    let refused = |expected: &str| {
        let run = finished(serve(folder.path(), &[]).output().unwrap());
        assert!(run.code == 3 && run.err.contains(expected), "{}: {}", run.code, run.err);
    };
    std::fs::remove_file(&key).unwrap();
    refused("root key");
    assert!(!key.exists(), "a second key was made");
    let mut other = kept.clone();
    let last = other.len() - 3;
    other[last] = if other[last] == b'0' { b'1' } else { b'0' };
    write_private(&key, &other);
    refused("not the one");
    write_private(&key, &kept);
    std::fs::set_permissions(&key, std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
    refused("644");
    write_private(&key, &kept);
    assert_eq!(Server::start(folder.path(), &[]).end().0, 0);
}

fn write_private(path: &Path, bytes: &[u8]) {
    use std::os::unix::fs::OpenOptionsExt;
    let _ = std::fs::remove_file(path);
    let file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    file.unwrap().write_all(bytes).unwrap();
}

#[test]
fn a_passphrase_makes_the_key_and_is_needed_again() {
    let folder = tempfile::tempdir().unwrap();
    let with = |passphrase: &str| {
        let mut command = serve(folder.path(), &[]);
        command.env("SOTTO_PASSPHRASE", passphrase);
        command
    };
    let short = finished(with("short").output().unwrap());
    assert!(short.code == 3 && short.err.contains("12"), "{}", short.err);
    Server::run(with("a passphrase of the tests")).end();
    assert!(!folder.path().join("root.key").exists());
    assert_eq!(Server::run(with("a passphrase of the tests")).end().0, 0);
    assert_eq!(finished(with("another passphrase").output().unwrap()).code, 3);
    let none = finished(serve(folder.path(), &[]).output().unwrap());
    assert!(none.code == 2 && none.err.contains("SOTTO_PASSPHRASE"), "{}", none.err);
}

#[test]
fn wrong_options_end_with_2_and_what_is_taken_with_3() {
    let folder = tempfile::tempdir().unwrap();
    for (args, code, expected) in [
        (&["--account", "12"][..], 2, "--account"),
        (&["--jwks", "http://issuer=x"], 2, "https://ISSUER=FILE"),
        (&["--metrics-token-file", "absent"], 3, "absent"),
        (&["--cert", "a.pem"], 2, "--key"),
        (&["--storage", "postgres://u@h:port/d"], 2, "address"),
        (&["--name", "no host"], 2, "DNS name"),
    ] {
        let run = finished(serve(folder.path(), args).output().unwrap());
        assert!(run.code == code && run.err.contains(expected), "{args:?}: {} {}", run.code, run.err);
    }
    let server = Server::start(folder.path(), &[]);
    let (port, other) = (server.address.to_string(), tempfile::tempdir().unwrap());
    let taken =
        finished(command(&["serve", "--listen", &port, "--data"]).arg(other.path()).output().unwrap());
    assert!(taken.code == 3 && taken.err.contains(&port), "{}", taken.err);
    let second = finished(serve(folder.path(), &[]).output().unwrap());
    assert!(second.code == 3 && second.err.contains("another process"), "{}", second.err);
}

#[test]
fn certificates_are_shown_exported_renewed_and_made_for_clients() {
    let folder = tempfile::tempdir().unwrap();
    Server::start(folder.path(), &["--name", "sotto.example"]).end();
    let data = folder.path().to_str().unwrap();
    let certs = |args: &[&str]| sotto(&[&["certs"], args, &["--data", data]].concat());
    let about = |run: Run| run.json();
    let before = about(certs(&["show", "--format", "json"]));
    assert!(before["server_names"].as_array().unwrap().iter().any(|name| name == "sotto.example"));
    assert!(certs(&["show"]).fine().contains("sotto.example"));
    assert!(certs(&["export"]).fine().starts_with("-----BEGIN CERTIFICATE-----"));
    certs(&["renew"]).fine();
    let after = about(certs(&["show", "--format", "json"]));
    assert_eq!(before["authority"], after["authority"]);
    assert_ne!(before["server"]["sha256"], after["server"]["sha256"]);
    assert_eq!(before["server_names"], after["server_names"]);
    let output = folder.path().join("clients");
    certs(&["client", "shipper-1", "--output", output.to_str().unwrap()]).fine();
    assert_eq!((mode(&output.join("shipper-1.key")), mode(&output.join("shipper-1.pem"))), (0o600, 0o644));
    assert_eq!(certs(&["client", "../x", "--output", data]).code, 2);
    certs(&["renew", "--authority"]).fine();
    assert_ne!(about(certs(&["show", "--format", "json"]))["authority"], after["authority"]);
}
