//! What operators do and what clients meet when there is no room: backup and restore, request sequences of shippers and consoles,
//! exporters, and a server that refuses for a while.

use super::log_groups::{TOKEN, passes, python, script, starting, token_file, written};
use super::{Server, aws, installed, root};
use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::time::{Duration, Instant};

/// How long a server refuses most requests where `SOTTO_THROTTLED` says nothing else, in seconds.
const THROTTLED: &str = "8";
/// How often a verb is killed at most where `SOTTO_KILLS` says nothing else.
const KILLS: &str = "3";

#[test]
fn backups_of_a_running_server_hold_what_was_confirmed_and_what_is_erased_stays_erased() {
    let Some(python) = python() else { return };
    let folder = tempfile::tempdir().unwrap();
    let kills = std::env::var("SOTTO_KILLS").unwrap_or_else(|_| KILLS.to_owned());
    passes(starting(&python, "backup.py", folder.path()).args([kills.as_str(), "7"]));
}

/// Two servers over PostgreSQL; what the page says is what is run.
#[test]
fn a_cluster_is_backed_up_and_restored_as_the_page_says() {
    use std::os::unix::fs::PermissionsExt;
    let Some(python) = python() else { return };
    let folder = tempfile::tempdir().unwrap();
    // The database runs as somebody else where the test runs as root.
    std::fs::set_permissions(folder.path(), PermissionsExt::from_mode(0o755)).unwrap();
    let page = super::root().join("docs/backup.md");
    passes(starting(&python, "backup_cluster.py", folder.path()).arg(page));
}

/// Settings with an entrance for exporters.
fn with_entrance(folder: &std::path::Path, more: &[&str]) -> Server {
    let token = token_file(folder).display().to_string();
    let settings = format!(
        "[[serve.intake]]\nname = \"otel\"\ntoken_file = {token:?}\nrole = \"arn:aws:iam::111122223333:role/intake\"\n\
         region = \"eu-central-1\"\ngroup = \"/intake\"\n"
    );
    let settings = written(folder, "sotto.toml", &settings);
    let options = ["--account", "111122223333", "--config", settings.to_str().unwrap()];
    Server::start_with(&[&options, more].concat())
}

#[test]
fn shippers_consoles_and_exporters_find_what_they_ask_for() {
    let Some(python) = python() else { return };
    let folder = tempfile::tempdir().unwrap();
    let server = with_entrance(folder.path(), &[]);
    let mut command = server.client(&python);
    command
        .args(["-W", "ignore"])
        .arg(script("shippers.py"))
        .arg(format!("http://{}", server.address))
        .arg(TOKEN);
    passes(&mut command);
}

/// What was answered with success is there, each refusal is in the client's shape and counted, and who goes on trying loses nothing.
#[test]
fn a_server_without_room_slows_down_refuses_in_each_shape_and_loses_nothing() {
    let Some(python) = python() else { return };
    let folder = tempfile::tempdir().unwrap();
    let server = with_entrance(folder.path(), &["--requests-max", "4"]);
    let seconds = std::env::var("SOTTO_THROTTLED").unwrap_or_else(|_| THROTTLED.to_owned());
    let mut command = server.client(&python);
    command.args(["-W", "ignore"]).arg(script("throttled.py")).arg(format!("http://{}", server.address));
    passes(command.args([TOKEN, &seconds]));
}

/// PyPI's command line follows a group while it is written to.
#[test]
fn the_command_line_follows_live() {
    let Some(program) = installed(root().join(".venv/bin/aws")) else { return };
    let server = Server::start();
    let endpoint = format!("http://{}", server.address);
    let ask = |args: &[&str]| aws(&server, &program, &endpoint, args);
    ask(&["logs", "create-log-group", "--log-group-name", "/live"]).unwrap();
    ask(&["logs", "create-log-stream", "--log-group-name", "/live", "--log-stream-name", "s"]).unwrap();
    let groups = ask(&["logs", "describe-log-groups"]).unwrap();
    let arn = groups["logGroups"][0]["logGroupArn"].as_str().unwrap().to_owned();
    let mut tail = server
        .client(&program)
        .env("AWS_DISABLE_HOST_PREFIX_INJECTION", "true")
        .env("PYTHONUNBUFFERED", "1")
        .args(["--endpoint-url", &endpoint, "logs", "start-live-tail"])
        .args(["--log-group-identifiers", &arn])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(tail.stdout.take().unwrap()).lines().map_while(Result::ok);
    let (found, told) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let line = lines.find(|line| line.contains("credit card"));
        let _ = found.send(line);
    });
    let began = Instant::now();
    let line = loop {
        let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_millis();
        let event = format!("timestamp={now},message=credit card 4929573829184403");
        let stream = ["--log-group-name", "/live", "--log-stream-name", "s"];
        ask(&[&["logs", "put-log-events"], &stream[..], &["--log-events", &event]].concat()).unwrap();
        if let Ok(line) = told.recv_timeout(Duration::from_secs(2)) {
            break line;
        }
        assert!(began.elapsed() < Duration::from_secs(120), "nothing came");
    };
    let _ = tail.kill();
    let _ = tail.wait();
    assert!(line.unwrap().ends_with("credit card ****************"));
}
