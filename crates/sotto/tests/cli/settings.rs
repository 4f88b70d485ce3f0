//! `--config`: identifiers, patterns, allow lists, fields and columns of the user's own.

use super::*;

fn found(settings: &str, name: &str, input: &str) -> Vec<String> {
    let folder = Folder::new();
    let (settings, file) = (folder.write("sotto.toml", settings), folder.write(name, input));
    let run = sotto(&["scan", "--reveal", "--format", "json", "--config", &settings, &file]);
    run.fine();
    let report = run.json();
    report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|found| found["value"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn settings_say_what_is_found() {
    let input = format!("{CARD} T-123456 ticket T-999999 a@b.example\n");
    let custom = "identifiers = ['EmailAddress', 'Ticket']\n[[custom]]\nid = 'Ticket'\nregex = 'T-(?<n>\\d{6})'\ncapture = 'n'\nignore_words = ['999999']\n";
    assert_eq!(found(custom, "a.log", &input), ["123456", "a@b.example"]);
    assert_eq!(found("allow = ['A@b.example', '4111111111111111']", "a.log", &input), [""; 0]);
    assert_eq!(found("test_cards = 'ignore'\nmin_score = 0.5", "a.log", &input), ["a@b.example"]);
    let encoded = "to=a%40b.example\n";
    assert_eq!(found("disguises = 'on'", "a.log", encoded), ["a%40b.example"]);
    assert_eq!(found("disguises = 'off'", "a.log", encoded), [""; 0]);
}

#[test]
fn own_identifier_files_are_found_beside_the_settings() {
    let folder = Folder::new();
    folder.write("ids/badge.toml", "id = 'Badge'\ncategory = 'pii'\ntitle = 'Badge'\nkeyword_rule = 'required'\nkeywords = ['badge']\n[[match]]\nname = 'plain'\npattern = 'B\\d{5}'\n");
    let settings =
        folder.write("sotto.toml", "identifiers = ['Badge']\nidentifier_files = ['ids/badge.toml']\n");
    let run = sotto_reading(&["mask", "--config", &settings], b"badge B12345 part C12345\n");
    assert_eq!(run.fine(), "badge ****** part C12345\n");
}

#[test]
fn fields_and_columns_are_chosen() {
    let lines = "{\"user\":{\"mail\":\"a@b.example\"},\"by\":\"c@d.example\"}\nfrom e@f.example\n";
    assert_eq!(found("[fields]\nonly = ['user']", "a.jsonl", lines), ["a@b.example"]);
    assert_eq!(found("[fields]\nwithout = ['user.mail']", "a.jsonl", lines), ["c@d.example", "e@f.example"]);
    assert_eq!(found("[fields]\nonly = ['user']", "a.csv", "mail\na@b.example\n"), ["a@b.example"]);
    let records = "mail,by\na@b.example,c@d.example\n";
    assert_eq!(found("[columns]\nonly = ['mail']", "a.csv", records), ["a@b.example"]);
    assert_eq!(found("[columns]\nwithout = ['#1']", "a.csv", records), ["c@d.example"]);
    assert_eq!(
        found("[csv]\ndelimiter = ';'\n[columns]\nonly = ['by']", "a.csv", &records.replace(',', ";")),
        ["c@d.example"]
    );
}

#[test]
fn masking_obeys_fields_too() {
    let folder = Folder::new();
    let settings = folder.write("sotto.toml", "[fields]\nwithout = ['id']\n");
    let line = format!("{{\"id\":\"{CARD}\",\"card\":\"{CARD}\"}}\n");
    let masked = sotto_reading(&["mask", "--config", &settings], line.repeat(3).as_bytes());
    assert_eq!(masked.fine(), format!("{{\"id\":\"{CARD}\",\"card\":\"{}\"}}\n", "*".repeat(19)).repeat(3));
}

#[test]
fn wrong_settings_are_wrong_usage() {
    let folder = Folder::new();
    for (settings, expected) in [
        ("[fields]\nonly = ['a..b']", "a..b"),
        ("[columns]\nonly = ['a']\nwithout = ['b']", "give one of them"),
        ("identifiers = ['Nope']", "no identifier `Nope`"),
        ("[[custom]]\nid = 'X'\nregex = '('", "at character"),
        ("identifiers = ['category:x']", "there are financial"),
        ("[csv]\ndelimiter = 'x'", "must be one of"),
        ("unknown = 1", "docs/configuration.md"),
    ] {
        let path = folder.write("sotto.toml", settings);
        let run = sotto(&["scan", "--config", &path]);
        assert!(run.code == 2 && run.err.contains(expected), "{settings}: {}", run.err);
    }
    let path = folder.write("sotto.toml", "[columns]\nonly = ['nope']");
    let file = folder.write("a.csv", "a,b\n1,2\n");
    assert_eq!(sotto(&["scan", "--config", &path, &file]).code, 2);
}
