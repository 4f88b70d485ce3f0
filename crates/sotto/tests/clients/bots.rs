//! Bots as clients see them, and what `kill -9` leaves of a build.

use super::log_groups::{passes, python, script};
use super::{KEY, SECRET, Server, root};
use std::path::Path;
use std::process::Command;

#[test]
fn bots_are_as_documented() {
    let Some(python) = python() else { return };
    let server = Server::start();
    let endpoint = format!("http://{}", server.address);
    passes(server.client(&python).args(["-W", "ignore"]).arg(script("bots.py")).arg(endpoint));
}

/// A build that was asked for goes on after the server was killed, and nothing of the bot lies on the disk in clear.
#[test]
fn a_build_survives_a_kill() {
    let Some(python) = python() else { return };
    let data = tempfile::tempdir().unwrap();
    let mut command = Command::new(python);
    command.args(["-W", "ignore"]).arg(script("bots_killed.py"));
    command.arg(env!("CARGO_BIN_EXE_sotto")).arg(data.path().join("data"));
    command.env("AWS_ACCESS_KEY_ID", KEY).env("AWS_SECRET_ACCESS_KEY", SECRET);
    passes(command.env("AWS_EC2_METADATA_DISABLED", "true"));
}

/// Turns, sessions, code hooks, rights and ends of conversations; public exports of bots stand beside the repository, where they do.
#[test]
fn conversations_are_as_documented() {
    let Some(python) = python() else { return };
    if !Path::new("/usr/bin/python3").is_file() {
        return;
    }
    let server = Server::start();
    let mut command = server.client(&python);
    command.args(["-W", "ignore"]).arg(script("bots_talk.py")).arg(format!("http://{}", server.address));
    passes(command.arg(server.data.path()).arg(root().join("../shared/data/lex")));
}

/// What was answered is there after a kill, conversations go on, and nothing that was said lies on the disk in clear.
#[test]
fn conversations_survive_kills() {
    let Some(python) = python() else { return };
    let data = tempfile::tempdir().unwrap();
    let mut command = Command::new(python);
    command.args(["-W", "ignore"]).arg(script("bots_talk_killed.py"));
    command.arg(env!("CARGO_BIN_EXE_sotto")).arg(data.path().join("data")).arg(super::log_groups::kills());
    command.env("AWS_ACCESS_KEY_ID", KEY).env("AWS_SECRET_ACCESS_KEY", SECRET);
    passes(command.env("AWS_EC2_METADATA_DISABLED", "true"));
}

/// Two servers over one database: the next turn anywhere, one at a time, and on after a kill.
#[test]
fn conversations_go_on_at_another_server() {
    use std::os::unix::fs::PermissionsExt;
    let Some(python) = python() else { return };
    if !Path::new("/usr/bin/python3").is_file() {
        return;
    }
    let data = tempfile::tempdir().unwrap();
    // The database runs as somebody else where the test runs as root.
    std::fs::set_permissions(data.path(), PermissionsExt::from_mode(0o755)).unwrap();
    passes(&mut super::log_groups::starting(&python, "bots_talk_cluster.py", &data.path().join("data")));
}

/// How many conversations are held where `SOTTO_CONVERSATIONS` says nothing else.
const CONVERSATIONS: &str = "24";

/// Values that bots are told stand nowhere in clear, but where AWS's documented gaps are asked for.
#[test]
fn what_bots_are_told_is_contained() {
    let Some(python) = python() else { return };
    if !Path::new("/usr/bin/python3").is_file() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let count = std::env::var("SOTTO_CONVERSATIONS").unwrap_or_else(|_| CONVERSATIONS.to_owned());
    let mut command = Command::new(python);
    command.args(["-W", "ignore"]).arg(script("bots_contained.py"));
    command.arg(env!("CARGO_BIN_EXE_sotto")).arg(folder.path().join("f")).args([count.as_str(), "7"]);
    passes(command.env("AWS_EC2_METADATA_DISABLED", "true"));
}
