//! Do the verbs for log groups do what they say, against a running server? No client of AWS is needed: they are one.

use super::Server;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// A valid check digit, an issuer's prefix, nobody's card.
const CARD: &str = "4539 7815 2096 4336";

fn sotto(server: &Server, words: &[&str], input: &str) -> Output {
    let mut command = server.client(Path::new(env!("CARGO_BIN_EXE_sotto")));
    command.args(words).args(["--endpoint-url", &format!("http://{}", server.address)]);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// What it printed; it must have gone well.
fn said(server: &Server, words: &[&str], input: &str) -> String {
    let run = sotto(server, words, input);
    assert!(run.status.success(), "{words:?}: {}", text(&run.stderr));
    text(&run.stdout)
}

#[test]
fn lines_are_put_protected_followed_and_listed() {
    let server = Server::start_with(&["--no-default-policy"]);
    let missing = sotto(&server, &["put", "/app", "s"], "x\n");
    assert_eq!(missing.status.code(), Some(3));
    assert!(text(&missing.stderr).contains("ResourceNotFoundException"));
    said(&server, &["put", "--create", "/app", "s"], &format!("clear: credit card {CARD}\n"));
    said(&server, &["put", "--create", "/app", "s"], "");
    let listed = said(&server, &["logs", "list", "--format", "csv"], "");
    assert!(listed.lines().nth(1).unwrap().starts_with("/app,none,no,"), "{listed}");

    let document = said(&server, &["logs", "protect", "/app", "--dry-run", "--identifiers", "Ssn-US"], "");
    assert!(document.contains("data-identifier/Ssn-US") && !document.contains("CreditCard"));
    said(&server, &["logs", "protect", "/app", "--identifiers", "category:financial"], "");
    said(&server, &["put", "/app", "s"], &format!("masked: credit card {CARD}\r\n\nlevel=ERROR\n"));
    let tail = said(&server, &["tail", "/app"], "");
    let lines: Vec<_> = tail.lines().collect();
    assert_eq!(lines.len(), 3, "{tail}");
    assert!(lines[0].ends_with(&format!("clear: credit card {CARD}")), "{tail}");
    assert!(lines[1].ends_with(&format!("masked: credit card {}", "*".repeat(CARD.len()))), "{tail}");
    assert!(lines[2].ends_with(" s level=ERROR"), "{tail}");
    let found = said(&server, &["tail", "/app", "--filter", "ERROR", "--format", "json"], "");
    assert_eq!(found.lines().count(), 1, "{found}");
    let unmasked = said(&server, &["tail", "/app", "--unmask"], "");
    assert_eq!(unmasked.matches(CARD).count(), 2, "{unmasked}");

    said(&server, &["logs", "protect", "/app", "--remove"], "");
    let listed = said(&server, &["logs", "list", "/app"], "");
    assert!(!listed.contains("ACTIVATED"), "{listed}");
}

#[test]
fn events_that_are_refused_are_counted() {
    let server = Server::start();
    let lines = "{\"timestamp\": 1, \"message\": \"of 1970\"}\nno json\n";
    let run = sotto(&server, &["put", "--create", "--jsonl", "/app", "s"], lines);
    assert_eq!(run.status.code(), Some(1));
    let told = text(&run.stderr);
    assert!(told.contains("0 events taken") && told.contains("2 events refused"), "{told}");
}

#[test]
fn quickstart_tells_its_story() {
    let folder = tempfile::tempdir().unwrap();
    let quickstart = |data: &str| {
        Command::new(env!("CARGO_BIN_EXE_sotto"))
            .args(["quickstart", "--once", "--listen", "127.0.0.1:0", "--data", data])
            .current_dir(folder.path())
            .output()
            .unwrap()
    };
    let run = quickstart("here");
    let story = text(&run.stdout);
    assert!(run.status.success(), "{story}{}", text(&run.stderr));
    let card = format!("credit card {CARD} accepted");
    assert_eq!(story.matches(&card).count(), 2, "written, and unmasked by right: {story}");
    assert_eq!(story.matches(&format!("credit card {} accepted", "*".repeat(CARD.len()))).count(), 1);
    assert!(story.contains("with an explicit deny in a service control policy"), "{story}");
    assert!(story.contains("export AWS_SECRET_ACCESS_KEY="));
    // A directory that holds something is left alone.
    let again = quickstart("here");
    assert_eq!(again.status.code(), Some(2));
    assert!(text(&again.stderr).contains("sotto serve --data here"));
}
