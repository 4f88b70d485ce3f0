//! Verbs for bots, and the two example bots: made by one command, then used by boto3 and AWS CLI as they are.

use super::log_groups::{passes, python, script};
use super::{KEY, SECRET, Server, aws, installed, root};
use serde_json::Value;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// The card of the example: a valid check digit, an issuer's prefix, nobody's.
const CARD: &str = "4539 7815 2096 4336";

/// A server that runs functions.
fn server(folder: &Path) -> Option<Server> {
    if !Path::new("/usr/bin/python3").is_file() {
        return None;
    }
    let config = folder.join("sotto.toml");
    let settings = b"[serve.functions]\nenabled = true\n";
    std::fs::File::create(&config).unwrap().write_all(settings).unwrap();
    Some(Server::start_with(&["--config", config.to_str().unwrap()]))
}

fn sotto(server: &Server, folder: &Path, args: &[&str], input: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sotto"));
    command.args(args).args([
        "--endpoint-url",
        &format!("http://{}", server.address),
        "--region",
        "eu-central-1",
    ]);
    command.env("AWS_ACCESS_KEY_ID", KEY).env("AWS_SECRET_ACCESS_KEY", SECRET).current_dir(folder);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

fn told(run: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr))
}

/// What it printed; it must have gone well.
fn said(server: &Server, folder: &Path, args: &[&str], input: &str) -> String {
    let run = sotto(server, folder, args, input);
    assert!(run.status.success(), "{args:?}: {}", told(&run));
    String::from_utf8_lossy(&run.stdout).into_owned()
}

fn inventory(server: &Server, folder: &Path, args: &[&str]) -> Value {
    let text = said(server, folder, &[&["bots", "inventory", "--format", "json"], args].concat(), "");
    serde_json::from_str(&text).unwrap()
}

/// A row of an inventory.
fn row<'i>(inventory: &'i Value, version: &str, slot: &str) -> &'i Value {
    let slots = inventory["slots"].as_array().unwrap();
    slots.iter().find(|row| row["version"] == version && row["slot"] == slot).unwrap()
}

#[test]
fn the_banking_example_talks_logs_and_leaks_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let Some(server) = server(folder) else { return };
    let made = said(&server, folder, &["bots", "example", "banking"], "");
    assert!(made.contains("sotto chat Banking --alias live"), "{made}");
    let again = sotto(&server, folder, &["bots", "example", "banking"], "");
    assert_eq!(again.status.code(), Some(2), "{}", told(&again));

    // The story that its own test file tells; a file that expects something else fails.
    said(&server, folder, &["bots", "example", "banking", "--write", "banking"], "");
    let tests = ["bots", "test", "banking/test.toml"];
    let run = said(&server, folder, &[&tests[..], &["--format", "json", "--reveal"]].concat(), "");
    let run: Value = serde_json::from_str(&run).unwrap();
    assert_eq!((&run["tests"], &run["failures"]), (&5.into(), &0.into()), "{run}");
    let wrong = "bot = 'Banking'\nalias = 'live'\nlocale = 'en_US'\nsecrets = ['sign in']\n[[conversation]]\nname = 'c'\n\
        [[conversation.turn]]\nuser = 'sign in'\nintent = 'Transfer'\nmessages = ['other']\n";
    std::fs::File::create(folder.join("wrong.toml")).unwrap().write_all(wrong.as_bytes()).unwrap();
    let failed = sotto(&server, folder, &["bots", "test", "wrong.toml", "--format", "junit"], "");
    let report = told(&failed);
    assert_eq!(failed.status.code(), Some(1), "{report}");
    assert!(report.contains("failures=\"1\"") || report.contains("failures=\"2\""), "{report}");
    assert!(report.contains("the intent is SignIn, expected Transfer"), "{report}");

    // With the gaps of Lex and no policy, what is said first stands in the log, and is found; strict closes that.
    let first = "bot = 'Banking'\nalias = 'live'\nlocale = 'en_US'\nsecrets = ['Quentin Zebra']\n[[conversation]]\nname = 'c'\n\
        [[conversation.turn]]\nuser = 'Quentin Zebra here'\n";
    std::fs::File::create(folder.join("first.toml")).unwrap().write_all(first.as_bytes()).unwrap();
    said(&server, folder, &["logs", "protect", "/bots/banking", "--remove"], "");
    said(&server, folder, &["bots", "protect", "Banking", "--log-mode", "compat"], "");
    let open =
        sotto(&server, folder, &["bots", "inventory", "--version", "1", "--fail-on", "unprotected"], "");
    assert_eq!(open.status.code(), Some(1), "{}", told(&open));
    let found = sotto(&server, folder, &["bots", "test", "first.toml"], "");
    assert!(
        told(&found).contains("secret 1 stands in clear in 1 events of /bots/banking"),
        "{}",
        told(&found)
    );
    said(&server, folder, &["bots", "protect", "Banking", "--undo"], "");
    said(&server, folder, &["bots", "test", "first.toml"], "");

    // In a terminal, or a pipe.
    let talk = format!("sign in\n{CARD}\n60614\n/session\n/log\n/quit\n");
    let talk = said(&server, folder, &["chat", "Banking", "--alias", "live"], &talk);
    assert!(talk.starts_with("What is the number of your card?\nAnd the zip code"), "{talk}");
    assert!(talk.contains("you are signed in") && talk.contains("{CardNumber}"), "{talk}");
    let log = talk.split("\"message-version\"").skip(1).collect::<String>();
    assert!(log.contains("{Zip}") && !log.contains("60614") && !log.contains("4336"), "{log}");

    // Nothing of it on the disk.
    let found = Command::new("grep")
        .args(["-rlaE", "4539781520964336|4539 7815 2096 4336"])
        .arg(server.data.path())
        .output();
    assert_eq!(String::from_utf8_lossy(&found.unwrap().stdout), "");
}

#[test]
fn the_inventory_finds_what_protect_closes_and_undo_takes_it_back() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let Some(python) = python() else { return };
    let Some(server) = server(folder) else { return };
    said(&server, folder, &["bots", "example", "banking"], "");
    let endpoint = format!("http://{}", server.address);
    let drive = |what: &str| {
        let mut command = server.client(&python);
        passes(command.args(["-W", "ignore"]).arg(script("bot_verbs.py")).arg(&endpoint).arg(what));
    };
    let before = inventory(&server, folder, &["Banking"]);
    let card = row(&before, "1", "CardNumber");
    assert_eq!(
        (&card["level"], &card["obfuscation"], &card["unprotected"]),
        (&"high".into(), &"on".into(), &Value::Array(vec![]))
    );
    let kinds: Vec<_> =
        card["sinks"].as_array().unwrap().iter().map(|sink| sink["kind"].as_str().unwrap()).collect();
    for kind in ["session", "log", "function", "function-log"] {
        assert!(kinds.contains(&kind), "{kind}: {card}");
    }

    // Something is opened behind everybody's back, with boto3.
    drive("open");
    let fails = ["bots", "inventory", "Banking", "--version", "DRAFT", "--fail-on", "unprotected"];
    let found = sotto(&server, folder, &fails, "");
    assert_eq!(found.status.code(), Some(1), "{}", told(&found));
    assert!(told(&found).contains("its value is not obfuscated"), "{}", told(&found));
    let page = said(&server, folder, &["bots", "inventory", "--format", "html"], "");
    assert!(page.contains("default-src 'none'") && !page.contains("<script"), "{page}");

    let all = ["bots", "protect", "Banking", "--all-sensitive"];
    let shown = said(&server, folder, &[&all[..], &["--selective", "--dry-run"]].concat(), "");
    assert_eq!(shown.lines().count(), 3, "{shown}");
    said(&server, folder, &[&all[..], &["--selective"]].concat(), "");
    assert_eq!(row(&inventory(&server, folder, &["Banking"]), "DRAFT", "CardNumber")["obfuscation"], "on");
    assert_eq!(said(&server, folder, &all, ""), "", "nothing to change");
    // All other settings are as boto3 saw them before.
    drive("same");
    said(&server, folder, &["bots", "protect", "Banking", "--undo"], "");
    drive("opened");
    let none = sotto(&server, folder, &["bots", "protect", "Banking", "--undo"], "");
    assert_eq!(none.status.code(), Some(2), "{}", told(&none));

    let classify = ["bots", "classify", "Banking", "Transfer.Payee"];
    let level = said(&server, folder, &[&classify[..], &["high", "--build"]].concat(), "");
    assert_eq!(level, "en_US Transfer.Payee: high (set)\n");
    let after = inventory(&server, folder, &["--version", "DRAFT"]);
    let payee = row(&after, "DRAFT", "Payee");
    assert_eq!((&payee["level"], &payee["levelIsSet"]), (&"high".into(), &true.into()));
    assert_eq!(payee["unprotected"][0], "its value is not obfuscated");
    // Policies ask by the level.
    drive("levels");
}

#[test]
fn the_flights_example_is_used_by_the_command_lines_of_aws() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let server = Server::start();
    let made = said(&server, folder, &["bots", "example", "flights"], "");
    let word = |after: &str| {
        let rest = made.split(after).nth(1).unwrap();
        rest.split([' ', ',', ')']).next().unwrap().to_owned()
    };
    let (bot, alias) = (word("--bot-id "), word("--bot-alias-id "));
    said(&server, folder, &["bots", "example", "flights", "--write", "flights"], "");
    said(&server, folder, &["bots", "test", "flights/test.toml", "--seed", "7", "--reveal"], "");
    said(&server, folder, &["bots", "test", "flights/test.toml", "--seed", "7", "--reveal"], "");
    let endpoint = format!("http://{}", server.address);
    for program in [root().join(".venv/bin/aws"), "/usr/bin/aws".into()] {
        let Some(program) = installed(program) else { continue };
        let ask = |operation: &str, more: &[&str]| {
            let place =
                ["--bot-id", &bot, "--bot-alias-id", &alias, "--locale-id", "en_US", "--session-id", "cli"];
            aws(&server, &program, &endpoint, &[&["lexv2-runtime", operation], &place[..], more].concat())
                .unwrap()
        };
        let first = ask("recognize-text", &["--text", "fly from Boston to Paris"]);
        assert_eq!(first["sessionState"]["dialogAction"]["slotToElicit"], "TravelDate", "{first}");
        let second = ask("recognize-text", &["--text", "2030-06-01"]);
        assert_eq!(second["messages"][0]["content"], "From Boston to Paris on 2030-06-01. Shall I book it?");
        ask("delete-session", &[]);
    }
}

#[test]
fn quickstart_makes_a_bot() {
    let folder = tempfile::tempdir().unwrap();
    let run = Command::new(env!("CARGO_BIN_EXE_sotto"))
        .args(["quickstart", "--bot", "flights", "--once", "--listen", "127.0.0.1:0", "--data", "here"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert!(run.status.success(), "{}", told(&run));
    for part in ["Bot Flights is made", "export AWS_ENDPOINT_URL=", "sotto serve --listen", "quickstart.toml"]
    {
        assert!(told(&run).contains(part), "{part}: {}", told(&run));
    }
}
