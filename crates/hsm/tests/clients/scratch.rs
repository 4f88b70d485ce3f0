//! A folder with a token in it, and a process in which the module knows no other.

use sotto_hsm::{Token, TokenSettings};
use sotto_kms::DeviceKey;
use sotto_sensitive::{RawBytes, RawText};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

pub(crate) const LABEL: &str = "sotto-canary";
pub(crate) const PIN: &str = "canary-1234";
pub(crate) const WAIT: Duration = Duration::from_millis(1_500);
const SETTINGS: &str = "SOFTHSM2_CONF";

const MODULES: [&str; 4] = [
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
];

pub(crate) fn module() -> Option<PathBuf> {
    MODULES.iter().map(PathBuf::from).find(|path| path.exists())
}

/// Runs the body in a process of its own with a fresh token; `name` is the test's full name.
pub(crate) fn with_token(name: &str, body: impl FnOnce(&Path)) {
    if let Some(settings) = std::env::var_os("SOTTO_HSM_INSIDE") {
        return body(Path::new(&settings));
    }
    if module().is_none() {
        assert!(
            std::env::var("CI").as_deref() != Ok("true"),
            "SoftHSM2 is missing: scripts/test installs it"
        );
        return println!("left out: SoftHSM2 is not installed");
    }
    let folder = tempfile::tempdir().unwrap();
    let tokens = folder.path().join("tokens");
    std::fs::create_dir(&tokens).unwrap();
    let settings = folder.path().join("softhsm2.conf");
    let text = format!(
        "directories.tokendir = {}\nobjectstore.backend = file\nlog.level = ERROR\n",
        tokens.display()
    );
    put(&settings, &text);
    let made = Command::new("softhsm2-util")
        .args(["--init-token", "--free", "--label", LABEL, "--so-pin", "canary-5678", "--pin", PIN])
        .env(SETTINGS, &settings)
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
    let inside = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", name, "--nocapture", "--test-threads=1"])
        .env(SETTINGS, &settings)
        .env("SOTTO_HSM_INSIDE", folder.path())
        .output()
        .unwrap();
    let said =
        String::from_utf8_lossy(&inside.stdout).into_owned() + &String::from_utf8_lossy(&inside.stderr);
    assert!(inside.status.success() && said.contains("1 passed"), "{said}");
}

#[expect(clippy::disallowed_methods, reason = "a test writes its own input")]
fn put(path: &Path, text: &str) {
    std::fs::write(path, text).unwrap();
}

pub(crate) fn settings() -> TokenSettings {
    TokenSettings::new(module().unwrap(), LABEL).unwrap().timeout(WAIT).unwrap()
}

pub(crate) fn token() -> Token {
    Token::open(settings().pin(pin(PIN))).unwrap()
}

pub(crate) fn pin(text: &str) -> RawText {
    RawText::new(text.to_owned())
}

pub(crate) fn key(name: &str) -> DeviceKey {
    DeviceKey::parse(name).unwrap()
}

pub(crate) fn canary() -> RawBytes {
    RawBytes::new(b"canary 4111111111111111 of 32 B.".to_vec())
}

#[expect(clippy::disallowed_methods, reason = "canary data is compared")]
pub(crate) fn same(one: &RawBytes, other: &RawBytes) -> bool {
    one.expose() == other.expose()
}
