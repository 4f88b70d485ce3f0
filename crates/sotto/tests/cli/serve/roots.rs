//! Where is the root key, and how is it changed? What is sealed stays readable, and every wrong key is told exactly.

use super::*;
use std::os::unix::fs::PermissionsExt;

fn keys(data: &Path, args: &[&str], passphrases: [Option<&str>; 2]) -> Run {
    let (verb, rest) = args.split_first().unwrap();
    let mut command = command(&["keys", verb, "--data"]);
    command.arg(data).args(rest);
    for (name, value) in ["SOTTO_PASSPHRASE", "SOTTO_NEW_PASSPHRASE"].into_iter().zip(passphrases) {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    finished(command.output().unwrap())
}

const NONE: [Option<&str>; 2] = [None, None];

/// A server that is refused: its exit code and its words.
fn refused(mut command: Command) -> String {
    let run = finished(command.output().unwrap());
    assert!(run.code != 0, "it started");
    run.err
}

/// What was sealed under the store key comes back: the tag of a user.
fn still_reads(data: &Path, passphrase: Option<&str>) {
    let mut command = serve(data, &[]);
    if let Some(passphrase) = passphrase {
        command.env("SOTTO_PASSPHRASE", passphrase);
    }
    let server = Server::run(command);
    assert!(server.query("iam", "ListUserTags", &[("UserName", "Ana")]).fine().contains("canary-tag"));
    assert_eq!(server.end().0, 0);
}

/// A store with something sealed in it.
fn filled(data: &Path) {
    let server = Server::start(data, &[]);
    let tagged = [("UserName", "Ana"), ("Tags.member.1.Key", "a"), ("Tags.member.1.Value", "canary-tag")];
    server.query("iam", "CreateUser", &tagged).fine();
    assert_eq!(server.end().0, 0);
}

#[test]
fn a_root_key_is_made_once_and_a_server_starts_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let made = keys(&data, &["init"], NONE);
    assert!(made.fine().starts_with("root key 1: file "), "{}", made.text());
    let key = std::fs::read(data.join("root.key")).unwrap();
    let again = keys(&data, &["init"], NONE);
    assert!(again.code == 3 && again.err.contains("has a root key already"), "{}", again.err);
    let server = Server::start(&data, &["--account", "111122223333"]);
    assert!(server.shown.contains("account 111122223333"), "the first start: {}", server.shown);
    assert_eq!(server.end().0, 0);
    assert_eq!(std::fs::read(data.join("root.key")).unwrap(), key, "no second key was made");
    let told: serde_json::Value = keys(&data, &["status", "--format", "json"], NONE).json();
    assert_eq!(
        (&told["root_key"], &told["source"], &told["opens"]),
        (&1.into(), &"file".into(), &true.into())
    );
    assert_eq!((&told["changing"], &told["core_files"]), (&false.into(), &false.into()));
    assert!(
        told["memory"]["locked_bytes"].as_u64() > Some(0)
            || told["memory"]["unlocked_bytes"].as_u64() > Some(0)
    );
    let shown = keys(&data, &["status"], NONE);
    assert!(
        shown.fine().contains("store       opens\n") && shown.text().contains("core files  off\n"),
        "{}",
        shown.text()
    );
}

#[test]
fn the_root_key_is_changed_and_the_store_stays_readable() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().to_owned();
    filled(&data);
    let stored = |name: &str| std::fs::read(data.join(name)).unwrap();
    let first = stored("root.key");
    let changed = keys(&data, &["rotate-root"], NONE);
    assert!(
        changed.fine().starts_with("root key 2: file ") && changed.text().contains("root.key.1"),
        "{}",
        changed.text()
    );
    assert!(stored("root.key") != first && stored("root.key.1") == first);
    for name in ["root.key", "root.key.1"] {
        let mode = std::fs::metadata(data.join(name)).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{name}");
    }
    assert!(!data.join("root.key.next").exists());
    still_reads(&data, None);

    // The old key opens nothing of today.
    let old = ["--root-key-file", data.join("root.key.1").to_str().unwrap()].map(str::to_owned);
    let said = refused(serve(&data, &[&old[0], &old[1]]));
    assert!(said.contains("the root key is not the one"), "{said}");

    let (one, other) = ("canary words one", "canary words two");
    let short = keys(&data, &["rotate-root", "--to", "passphrase"], [None, Some("canary")]);
    assert!(short.code == 3 && short.err.contains("at least 12"), "{}", short.err);
    let missing = keys(&data, &["rotate-root", "--to", "passphrase"], NONE);
    assert!(missing.code == 2 && missing.err.contains("SOTTO_NEW_PASSPHRASE"), "{}", missing.err);
    let worded = keys(&data, &["rotate-root", "--to", "passphrase"], [None, Some(one)]);
    assert!(worded.fine().starts_with("root key 3: passphrase\n"), "{}", worded.text());
    assert!(!data.join("root.key").exists() && data.join("root.key.2").exists());
    still_reads(&data, Some(one));
    let said = refused(serve(&data, &[]));
    assert!(said.contains("set SOTTO_PASSPHRASE") && !said.contains("canary"), "{said}");

    let again = keys(&data, &["rotate-root"], [Some(one), Some(other)]);
    assert!(again.fine().starts_with("root key 4: passphrase\n"), "{}", again.text());
    let wrong = keys(&data, &["status"], [Some(one), None]);
    assert!(
        wrong.code == 3 && wrong.text().contains("does not open: the root key is not the one"),
        "{}",
        wrong.text()
    );
    still_reads(&data, Some(other));

    let back = keys(&data, &["rotate-root", "--to", "file"], [Some(other), None]);
    assert!(back.fine().starts_with("root key 5: file "), "{} {}", back.text(), back.err);
    still_reads(&data, None);
    for (path, bytes) in bytes_below(&data) {
        assert!(!holds(&bytes, "canary"), "{}", path.display());
    }
}

#[test]
fn a_credential_of_the_service_manager_is_the_root_key() {
    let folder = tempfile::tempdir().unwrap();
    let (data, credentials) = (folder.path().join("data"), folder.path().join("credentials"));
    filled(&data);
    std::fs::create_dir(&credentials).unwrap();
    let credential = credentials.join("sotto-root-key");
    std::fs::rename(data.join("root.key"), &credential).unwrap();
    let started = |mode: u32| {
        std::fs::set_permissions(&credential, PermissionsExt::from_mode(mode)).unwrap();
        let mut command = serve(&data, &[]);
        command.env("CREDENTIALS_DIRECTORY", &credentials);
        command
    };
    for mode in [0o400, 0o440] {
        assert_eq!(Server::run(started(mode)).end().0, 0);
    }
    let said = refused(started(0o444));
    assert!(said.contains("has mode 444"), "{said}");
    std::fs::set_permissions(&credential, PermissionsExt::from_mode(0o400)).unwrap();
    let mut change = command(&["keys", "rotate-root", "--data"]);
    change.arg(&data).env("CREDENTIALS_DIRECTORY", &credentials);
    let change = finished(change.output().unwrap());
    assert!(change.code == 2 && change.err.contains("--root-key-file"), "{}", change.err);
    let named = credential.to_str().unwrap();
    assert!(keys(&data, &["rotate-root", "--root-key-file", named], NONE).fine().starts_with("root key 2"));
    assert_eq!(Server::run(started(0o400)).end().0, 0);
}

#[test]
fn a_missing_or_open_file_is_told_and_no_second_key_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().to_owned();
    filled(&data);
    std::fs::rename(data.join("root.key"), data.join("elsewhere")).unwrap();
    let said = refused(serve(&data, &[]));
    assert!(said.contains("the root key file is missing") && !data.join("root.key").exists(), "{said}");
    let change = keys(&data, &["rotate-root"], NONE);
    assert!(change.code == 3 && change.err.contains("missing"), "{}", change.err);
    assert!(!data.join("root.key.next").exists(), "nothing is begun without the present key");
    std::fs::set_permissions(data.join("elsewhere"), PermissionsExt::from_mode(0o644)).unwrap();
    let said = refused(serve(&data, &["--root-key-file", data.join("elsewhere").to_str().unwrap()]));
    assert!(said.contains("has mode 644"), "{said}");
}
