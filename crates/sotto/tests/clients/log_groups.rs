//! Log groups, metrics, ways in without a signature, and what `kill -9` leaves, as clients see it.

use super::{KEY, SECRET, Server, aws, installed, root};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

/// How often the server is killed where `SOTTO_KILLS` says nothing else.
const KILLS: &str = "3";
/// How many events are looked for where `SOTTO_CONTAINED` says nothing else.
const CONTAINED: &str = "1980";
/// A bearer token of the test.
pub(crate) const TOKEN: &str = "canary-token-of-a-test";

pub(crate) fn python() -> Option<PathBuf> {
    installed(root().join(".venv/bin/python"))
}

pub(crate) fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients").join(name)
}

pub(crate) fn passes(command: &mut Command) {
    let run = command.output().unwrap();
    let said = String::from_utf8_lossy(&run.stdout).into_owned();
    assert!(run.status.success(), "{said}{}", String::from_utf8_lossy(&run.stderr));
    println!("{said}");
}

#[test]
fn log_groups_are_as_documented() {
    let Some(python) = python() else { return };
    let server = Server::start_with(&["--deliver-to", "*=file:*"]);
    let endpoint = format!("http://{}", server.address);
    passes(server.client(&python).args(["-W", "ignore"]).arg(script("log_groups.py")).arg(endpoint));
}

/// Where the query engine was not built, its absence is what is tested.
#[test]
fn queries_are_as_documented() {
    let Some(python) = python() else { return };
    let server = Server::start();
    let endpoint = format!("http://{}", server.address);
    let there = if engine_is_there() { "yes" } else { "no" };
    passes(server.client(&python).args(["-W", "ignore"]).arg(script("queries.py")).arg(endpoint).arg(there));
}

/// Policies for what is stored already, settings, reasons behind stars, counters; the server is killed in the middle.
#[test]
fn what_groups_can_do_beyond_aws() {
    let Some(python) = python() else { return };
    let data = tempfile::tempdir().unwrap();
    let there = if engine_is_there() { "yes" } else { "no" };
    passes(starting(&python, "beyond.py", &data.path().join("data")).arg(there));
}

/// Takes minutes, so that it runs where `SOTTO_RETROACTIVE_END` says that there is time; then it also waits for old objects to go.
#[test]
fn a_cluster_goes_on_with_what_a_killed_server_began() {
    use std::os::unix::fs::PermissionsExt;
    let Some(python) = python().filter(|_| std::env::var_os("SOTTO_RETROACTIVE_END").is_some()) else {
        return;
    };
    let data = tempfile::tempdir().unwrap();
    // The database runs as somebody else where the test runs as root.
    std::fs::set_permissions(data.path(), PermissionsExt::from_mode(0o755)).unwrap();
    passes(&mut starting(&python, "beyond_cluster.py", &data.path().join("data")));
}

#[test]
fn exporters_and_senders_come_in_by_their_entrances() {
    let Some(python) = python() else { return };
    let folder = tempfile::tempdir().unwrap();
    let syslog = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let entrance = |name: &str, shown: String| {
        format!(
            "[[serve.intake]]\nname = \"{name}\"\n{shown}\nrole = \"arn:aws:iam::111122223333:role/intake\"\n\
             region = \"eu-central-1\"\ngroup = \"/intake\"\n"
        )
    };
    let otel =
        entrance("otel", format!("token_file = {:?}", token_file(folder.path()).display().to_string()));
    let lines = entrance("lines", format!("syslog = \"{syslog}\""));
    let settings = written(folder.path(), "sotto.toml", &format!("{otel}{lines}"));
    let server = Server::start_with(&["--account", "111122223333", "--config", settings.to_str().unwrap()]);
    let endpoint = format!("http://{}", server.address);
    let mut command = server.client(&python);
    command.args(["-W", "ignore"]).arg(script("intake.py")).arg(endpoint).arg(TOKEN);
    passes(command.arg(syslog.port().to_string()));
}

pub(crate) fn token_file(folder: &Path) -> PathBuf {
    written(folder, "otel.token", TOKEN)
}

pub(crate) fn written(folder: &Path, name: &str, text: &str) -> PathBuf {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    let path = folder.join(name);
    let file = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&path);
    file.unwrap().write_all(text.as_bytes()).unwrap();
    path
}

/// How often the server is killed.
pub(crate) fn kills() -> String {
    std::env::var("SOTTO_KILLS").unwrap_or_else(|_| KILLS.to_owned())
}

/// A script that starts the server itself, with the folder of its data.
pub(crate) fn starting(python: &Path, name: &str, data: &Path) -> Command {
    let mut command = Command::new(python);
    command
        .env("SOTTO_ROOT_ACCESS_KEY_ID", KEY)
        .env("SOTTO_ROOT_SECRET_ACCESS_KEY", SECRET)
        .env("AWS_ACCESS_KEY_ID", KEY)
        .env("AWS_SECRET_ACCESS_KEY", SECRET)
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .args(["-W", "ignore"])
        .arg(script(name))
        .arg(env!("CARGO_BIN_EXE_sotto"))
        .arg(data);
    command
}

/// Whether the query engine was built beside the server.
fn engine_is_there() -> bool {
    Path::new(env!("CARGO_BIN_EXE_sotto")).with_file_name("sotto-insights").exists()
}

#[test]
fn what_was_confirmed_survives_kills() {
    let Some(python) = python() else { return };
    let data = tempfile::tempdir().unwrap();
    let mut command = starting(&python, "crash_logs.py", &data.path().join("data"));
    passes(command.args([kills().as_str(), "7"]));
}

/// Two servers over one PostgreSQL server and one folder; what one of them confirmed, the other shows, whichever is killed.
#[test]
fn what_a_cluster_confirmed_survives_kills() {
    use std::os::unix::fs::PermissionsExt;
    let Some(python) = python() else { return };
    let data = tempfile::tempdir().unwrap();
    // The database runs as somebody else where the test runs as root.
    std::fs::set_permissions(data.path(), PermissionsExt::from_mode(0o755)).unwrap();
    let mut command = starting(&python, "crash_logs.py", &data.path().join("data"));
    passes(command.args([kills().as_str(), "11", "cluster"]));
}

#[test]
fn an_unmask_is_decided_value_by_value() {
    let Some(python) = python() else { return };
    let server = Server::start();
    let endpoint = format!("http://{}", server.address);
    passes(server.client(&python).args(["-W", "ignore"]).arg(script("scoped_unmask.py")).arg(endpoint));
}

/// Two servers over one PostgreSQL server: with a folder, then with a bucket of moto's.
#[test]
fn queries_of_a_cluster_are_known_to_all_its_servers() {
    use std::os::unix::fs::PermissionsExt;
    let Some(python) = python().filter(|_| engine_is_there()) else { return };
    for place in [None, Some("bucket")] {
        if place.is_some() && installed(root().join(".venv/bin/moto_server")).is_none() {
            continue;
        }
        let data = tempfile::tempdir().unwrap();
        // The database runs as somebody else where the test runs as root.
        std::fs::set_permissions(data.path(), PermissionsExt::from_mode(0o755)).unwrap();
        passes(starting(&python, "cluster_queries.py", &data.path().join("data")).args(place));
    }
}

#[test]
fn a_query_whose_engine_is_killed_says_so_and_events_go_on_coming() {
    let Some(python) = python().filter(|_| engine_is_there()) else { return };
    let data = tempfile::tempdir().unwrap();
    passes(starting(&python, "crash_queries.py", &data.path().join("data")).arg("3"));
}

/// `SOTTO_CONTAINED` says how many events; recall and the ways out are printed.
#[test]
fn what_was_masked_is_found_nowhere() {
    let Some(python) = python() else { return };
    let folder = tempfile::tempdir().unwrap();
    let count = std::env::var("SOTTO_CONTAINED").unwrap_or_else(|_| CONTAINED.to_owned());
    let mut command = starting(&python, "containment.py", folder.path());
    let engine = if engine_is_there() { "yes" } else { "no" };
    passes(command.arg(root().join("crates/detect/identifiers")).args([count.as_str(), "7", engine]));
}

/// What both generations of the command line do with a group: Debian's has `logs tail`, PyPI's has the rest.
#[test]
fn the_command_lines_write_read_and_tail() {
    for (program, tails) in [(root().join(".venv/bin/aws"), false), ("/usr/bin/aws".into(), true)] {
        let Some(program) = installed(program) else { continue };
        let server = Server::start();
        let endpoint = format!("http://{}", server.address);
        let ask = |args: &[&str]| aws(&server, &program, &endpoint, args);
        ask(&["logs", "create-log-group", "--log-group-name", "/cli"]).unwrap();
        ask(&["logs", "create-log-stream", "--log-group-name", "/cli", "--log-stream-name", "s"]).unwrap();
        let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_millis();
        let event = format!("timestamp={now},message=credit card 4929573829184403");
        let stream = ["--log-group-name", "/cli", "--log-stream-name", "s"];
        ask(&[&["logs", "put-log-events"], &stream[..], &["--log-events", &event]].concat()).unwrap();
        let read = ask(&[&["logs", "get-log-events"], &stream[..]].concat()).unwrap();
        assert_eq!(read["events"][0]["message"], "credit card ****************", "{read}");
        if tails {
            let run =
                server.client(&program).args(["--endpoint-url", &endpoint, "logs", "tail", "/cli"]).output();
            let said = String::from_utf8(run.unwrap().stdout).unwrap();
            assert!(said.contains("credit card ****************"), "{said}");
        }
    }
}
