//! What goes wrong with tokens, one exact error each, and never a hang.

use crate::scratch::{PIN, WAIT, canary, key, module, pin, same, settings, token, with_token};
use sotto_hsm::{Token, TokenSettings};
use sotto_kms::{Device, DeviceError, DeviceUse};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

#[test]
fn what_was_never_there_is_absent() {
    with_token("errors::what_was_never_there_is_absent", |_| {
        let no_module = TokenSettings::new(PathBuf::from("no-such-module.so"), "sotto-canary").unwrap();
        assert_eq!(Token::open(no_module).unwrap().status(), Err(DeviceError::ModuleAbsent));
        let no_token = TokenSettings::new(module().unwrap(), "another-label").unwrap().pin(pin(PIN));
        assert_eq!(Token::open(no_token).unwrap().status(), Err(DeviceError::TokenAbsent));
        assert_eq!(Token::open(settings()).unwrap().status(), Err(DeviceError::PinMissing));
        assert_eq!(token().wrap(&key("root"), &canary()).err(), Some(DeviceError::KeyAbsent));
        assert_eq!(token().decrypt(&key("data"), b"", b"\x01\x0c").err(), Some(DeviceError::KeyAbsent));
    });
}

#[test]
fn a_wrong_pin_is_tried_once_and_a_right_one_helps() {
    with_token("errors::a_wrong_pin_is_tried_once_and_a_right_one_helps", |_| {
        let token = Token::open(settings().pin(pin("canary-wrong"))).unwrap();
        for _ in 0..8 {
            assert_eq!(token.status(), Err(DeviceError::PinWrong));
        }
        assert_eq!(token.sign_in(&pin("canary-other")), Err(DeviceError::PinWrong));
        assert_eq!(token.status(), Err(DeviceError::PinWrong), "the PIN before stays");
        assert_eq!(token.sign_in(&pin(PIN)), Ok(()));
        assert!(token.status().is_ok());
        assert_eq!(token.sign_in(&pin(PIN)), Ok(()), "somebody is signed in already");
        assert_eq!(token.sign_in(&pin("canary-other")), Err(DeviceError::PinWrong));
        assert!(token.status().is_ok());
        let named = format!("{token:?} {:?}", token.sign_in(&pin("canary-other")));
        assert!(!named.contains("canary"), "{named}");
    });
}

#[test]
fn a_key_that_was_there_is_lost() {
    with_token("errors::a_key_that_was_there_is_lost", |_| {
        let (one, other) = (token(), token());
        one.generate_key(&key("root"), DeviceUse::Wrap).unwrap();
        let wrapped = one.wrap(&key("root"), &canary()).unwrap();
        other.destroy_key(&key("root")).unwrap();
        for _ in 0..8 {
            assert_eq!(one.unwrap(&key("root"), wrapped.as_bytes()).err(), Some(DeviceError::KeyLost));
        }
        // Another key of the same name is not the one.
        other.generate_key(&key("root"), DeviceUse::Wrap).unwrap();
        assert_eq!(one.unwrap(&key("root"), wrapped.as_bytes()).err(), Some(DeviceError::DoesNotOpen));
    });
}

/// The one folder of a token.
fn token_folder(folder: &Path) -> PathBuf {
    std::fs::read_dir(folder.join("tokens")).unwrap().next().unwrap().unwrap().path()
}

#[test]
fn a_token_that_is_taken_away_is_gone_and_comes_back() {
    with_token("errors::a_token_that_is_taken_away_is_gone_and_comes_back", |folder| {
        let token = token();
        token.generate_key(&key("root"), DeviceUse::Wrap).unwrap();
        let wrapped = token.wrap(&key("root"), &canary()).unwrap();
        let (here, away) = (token_folder(folder), folder.join("away"));
        for _ in 0..2 {
            std::fs::rename(&here, &away).unwrap();
            let since = Instant::now();
            for _ in 0..4 {
                let error = token.unwrap(&key("root"), wrapped.as_bytes()).err();
                assert_eq!(error, Some(DeviceError::Gone));
                assert_eq!(token.status(), Err(DeviceError::Gone));
            }
            assert!(since.elapsed() < 8 * WAIT);
            std::fs::rename(&away, &here).unwrap();
            // Modules are asked to look again twice a second at most.
            let opened = || token.unwrap(&key("root"), wrapped.as_bytes());
            let (mut opens, deadline) = (opened(), Instant::now() + Duration::from_secs(5));
            while opens.is_err() && Instant::now() < deadline {
                std::thread::sleep(Duration::from_millis(50));
                opens = opened();
            }
            assert!(same(&opens.unwrap(), &canary()), "it is back");
        }
    });
}

/// Holds the files of a folder under exclusive locks until its input ends.
const LOCKER: &str = "\
import fcntl, os, sys
held = [open(os.path.join(sys.argv[1], name), 'r+') for name in os.listdir(sys.argv[1])]
for file in held: fcntl.lockf(file, fcntl.LOCK_EX)
print('locked', flush=True)
sys.stdin.read()
";

#[test]
fn a_module_that_hangs_is_not_waited_for() {
    with_token("errors::a_module_that_hangs_is_not_waited_for", |folder| {
        let token = token();
        token.generate_key(&key("root"), DeviceUse::Wrap).unwrap();
        let mut locker = Command::new("python3")
            .args(["-c", LOCKER])
            .arg(token_folder(folder))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = String::new();
        BufReader::new(locker.stdout.take().unwrap()).read_line(&mut said).unwrap();
        assert_eq!(said, "locked\n");
        let millis = WAIT.as_millis() as u64;
        let since = Instant::now();
        let made = token.generate_key(&key("other"), DeviceUse::Wrap);
        assert_eq!(made, Err(DeviceError::TimedOut { millis }));
        assert!(since.elapsed() < WAIT + Duration::from_secs(1));
        drop(locker.stdin.take());
        assert!(locker.wait().unwrap().success());
        // What hung has happened by now, or not; nothing is broken.
        let deadline = Instant::now() + Duration::from_secs(10);
        while token.status().map_or(1, |status| status.stuck) > 0 {
            assert!(Instant::now() < deadline, "the worker never came back");
            std::thread::sleep(Duration::from_millis(50));
        }
        assert!(token.holds_key(&key("other")).unwrap());
    });
}
