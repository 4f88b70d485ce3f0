//! Whatever goes wrong, a value that was in a file is in no output: every error is driven with one.

use super::*;

const CANARY: &str = "4929 1234 5678 9015";

fn check(args: &[&str], input: &[u8], code: i32) {
    let run = sotto_reading(args, input);
    let shown = format!("{}{}", String::from_utf8_lossy(&run.out), run.err);
    assert!(!shown.contains("4929") && !shown.contains("9015"), "{args:?}: {shown}");
    assert_eq!(run.code, code, "{args:?}: {shown}");
}

#[test]
fn reports_hold_no_value() {
    for format in ["text", "json", "jsonl", "csv", "sarif"] {
        check(&["scan", "--explain", "--format", format], CANARY.as_bytes(), 0);
    }
    check(&["scan", "--fail-on", "any"], CANARY.as_bytes(), 1);
    check(&["mask"], CANARY.as_bytes(), 0);
    check(&["mask", "--dry-run"], CANARY.as_bytes(), 0);
    check(&["mask", "--syntax", "csv"], format!("{CANARY}\n\"{CANARY}").as_bytes(), 0);
}

#[test]
fn broken_inputs_are_not_repeated() {
    let folder = Folder::new();
    let mut packed = gzip(format!("{CANARY}\n").repeat(50).as_bytes());
    packed.truncate(packed.len() - 4);
    let packed_file = folder.write("a.gz", &packed);
    check(&["scan", &packed_file], b"", 3);
    check(&["mask", "--output", &folder.str("out"), &packed_file], b"", 3);
    check(&["mask"], &packed, 3);
    let mut frame = zstd(format!("{CANARY}\n").repeat(50).as_bytes());
    frame.truncate(frame.len() - 4);
    check(&["scan"], &frame, 3);
    check(&["scan", "--jsonl"], CANARY.as_bytes(), 3);
    check(&["scan", "--jsonl"], format!("{{\"text\":{CANARY}}}").as_bytes(), 3);
    check(&["eval", "-"], format!("{{\"text\":\"{CANARY}\"}}").as_bytes(), 3);
    check(&["eval", "-"], format!("{{\"text\":\"\",\"spans\":[{{\"start\":\"{CANARY}\"}}]}}").as_bytes(), 3);
    let unclosed = format!("a\n\"{CANARY}\n") + &"x".repeat(5 << 20);
    check(&["mask", "--syntax", "csv"], unclosed.as_bytes(), 3);
    check(&["scan", "--syntax", "csv"], unclosed.as_bytes(), 3);
    let settings = folder.write("columns.toml", "[columns]\nonly = ['nope']");
    check(&["mask", "--syntax", "csv", "--config", &settings], format!("{CANARY},b\n1,2\n").as_bytes(), 2);
}

#[test]
fn broken_settings_are_not_repeated() {
    let folder = Folder::new();
    for settings in [
        format!("allow = '{CANARY}'"),
        format!("allow = ['{CANARY}', 1]"),
        format!("allow = ['{CANARY}'"),
        format!("['{CANARY}']"),
        format!("'{CANARY}' = 1"),
    ] {
        let path = folder.write("sotto.toml", settings);
        check(&["scan", "--config", &path], b"", 2);
        check(&["identifiers", "check", &path], b"", 2);
    }
    let path = folder.write("key", format!("{CANARY}\n"));
    check(&["mask", "--style", "token", "--token-key-file", &path], b"", 2);
    let path = folder.write("map.json", format!("[\"{CANARY}\"]"));
    check(&["eval", "--map", &path, "-"], b"", 2);
    let path = folder.write("policy.json", format!("{{\"{CANARY}\""));
    check(&["scan", "--policy", &path], b"", 2);
    let path = folder.write("odd.toml", [b"allow = '", CANARY.as_bytes(), b"\xff'"].concat());
    check(&["scan", "--config", &path], b"", 2);
}

#[test]
fn reveal_shows_it() {
    let run = sotto_reading(&["scan", "--reveal"], CANARY.as_bytes());
    assert!(run.fine().contains(CANARY));
}
