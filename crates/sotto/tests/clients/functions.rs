//! Functions: driven by boto3, from the shell, and containment of what they see.

use super::log_groups::{passes, python, script};
use super::{KEY, SECRET, Server};
use std::path::Path;
use std::process::{Command, Output};

#[test]
fn functions_run_as_lambdas_do_and_leave_nothing_in_clear() {
    let Some(python) = python() else { return };
    if !Path::new("/usr/bin/python3").is_file() {
        return;
    }
    let server = Server::start();
    let mut command = server.client(&python);
    command.args(["-W", "ignore"]).arg(script("functions.py")).arg(format!("http://{}", server.address));
    passes(command.arg(server.data.path()));
}

#[test]
fn functions_that_are_built_in_encrypt_and_decrypt_for_whoever_may() {
    let Some(python) = python() else { return };
    let server = Server::start();
    let mut command = server.client(&python);
    command.args(["-W", "ignore"]).arg(script("functions_builtin.py"));
    passes(command.arg(format!("http://{}", server.address)).arg(server.data.path()));
}

/// Also with AWS's own runtime client for Python, where it is installed.
#[test]
fn events_outlive_a_killed_server_and_endpoints_look_like_functions() {
    let Some(python) = python() else { return };
    if !Path::new("/usr/bin/python3").is_file() || !Path::new("/usr/bin/openssl").is_file() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(python);
    command.env_clear().env("PATH", "/usr/bin:/bin").env("HOME", folder.path()).env("LC_ALL", "C.UTF-8");
    command.env("AWS_ACCESS_KEY_ID", KEY).env("AWS_SECRET_ACCESS_KEY", SECRET);
    command.args(["-W", "ignore"]).arg(script("functions_kept.py")).arg(env!("CARGO_BIN_EXE_sotto"));
    passes(command.arg(folder.path().join("data")));
}

fn sotto(server: &Server, folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_sotto"))
        .arg("functions")
        .args(args)
        .current_dir(folder)
        .env("AWS_ENDPOINT_URL", format!("http://{}", server.address))
        .env("AWS_ACCESS_KEY_ID", KEY)
        .env("AWS_SECRET_ACCESS_KEY", SECRET)
        .env("AWS_DEFAULT_REGION", "eu-central-1")
        .env("AWS_REGION", "eu-central-1")
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// A hook with four of the five faults; see the sentences of `check`.
const CARELESS: &str = "def handler(event, context):\n    intent = event['sessionState']['intent']\n    number = \
                        intent['slots']['PhoneNumber']['value']['interpretedValue']\n    intent['state'] = 'Fulfilled'\n    \
                        return {'sessionState': {'dialogAction': {'type': 'Close'}, 'intent': intent}, 'messages': \
                        [{'contentType': 'PlainText', 'content': 'Is it ' + number + '?'}]}\n";

#[test]
fn hooks_are_checked_and_events_made_from_the_shell() {
    if !Path::new("/usr/bin/python3").is_file() {
        return;
    }
    let server = Server::start();
    let folder = tempfile::tempdir().unwrap();
    super::log_groups::written(folder.path(), "hook.py", CARELESS);
    let checked = sotto(&server, folder.path(), &["check", "hook.py"]);
    assert_eq!(checked.status.code(), Some(1), "{}", said(&checked));
    for word in ["says-value", "empty-slot", "asks-while-closing", "fulfils-unknown", "(PhoneNumber)"] {
        assert!(said(&checked).contains(word), "{word}: {}", said(&checked));
    }
    let slot = ["--slot", "PhoneNumber=2065550123", "--save", "first"];
    let made =
        sotto(&server, folder.path(), &[&["events", "make", "--intent", "Confirm"], &slot[..]].concat());
    assert!(made.status.success(), "{}", said(&made));
    let listed = sotto(&server, folder.path(), &["events", "list"]);
    assert_eq!(String::from_utf8_lossy(&listed.stdout), "first\n");
    let missing = sotto(&server, folder.path(), &["invoke", "nobody", "--event", "first"]);
    assert!(said(&missing).contains("ResourceNotFoundException"), "{}", said(&missing));
}
