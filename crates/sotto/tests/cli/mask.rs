//! `sotto mask`: the filter, copies, styles, and what happens when it is interrupted.

use super::*;
use std::io::{BufRead, BufReader, Read};
use std::time::{Duration, Instant};

fn stars(count: usize) -> String {
    "*".repeat(count)
}

#[test]
fn a_filter_masks_and_leaves_the_rest_alone() {
    let check = |input: &[u8], expected: &[u8]| assert_eq!(sotto_reading(&["mask"], input).out, expected);
    check(b"", b"");
    check(format!("paid with {CARD} now").as_bytes(), format!("paid with {} now", stars(19)).as_bytes());
    check(
        b"\xff\xfe \x80 a@b.example \xc3",
        [b"\xff\xfe \x80 ".as_slice(), stars(11).as_bytes(), b" \xc3"].concat().as_slice(),
    );
    check(b"line\r\n\0\n\n", b"line\r\n\0\n\n");
}

#[test]
fn masking_twice_changes_nothing() {
    let input = format!("{CARD} a@b.example ssn: 536-22-8714 {{\"card\":4111111111111111}}\n").repeat(50);
    for style in ["asterisks", "label", "numbered", "last4"] {
        let once = sotto_reading(&["mask", "--style", style], input.as_bytes());
        let twice = sotto_reading(&["mask", "--style", style], &once.out);
        assert_eq!(once.fine(), twice.fine(), "{style}");
        assert!(!once.text().contains("4111 1111") && once.text() != input, "{style}");
    }
}

#[test]
fn styles_write_what_they_promise() {
    let folder = Folder::new();
    let key = folder.write("key", "0123456789abcdefghijklmnopqrstuv\n");
    let masked = |args: &[&str]| {
        let run = sotto_reading(
            &[&["mask", "--style"], args].concat(),
            format!("{CARD}|4111111111111111\n").as_bytes(),
        );
        run.fine().trim_end().to_owned()
    };
    assert_eq!(masked(&["label"]), "[CreditCardNumber]|[CreditCardNumber]");
    assert_eq!(masked(&["numbered"]), "[CreditCardNumber_1]|[CreditCardNumber_1]");
    let last4 = masked(&["last4"]);
    assert!(last4.ends_with("********1111") && last4.contains("1111|") && !last4.contains("411"), "{last4}");
    let token = masked(&["token", "--token-key-file", &key]);
    let (one, other) = token.split_once('|').unwrap();
    assert!(one == other && one.starts_with("[CreditCardNumber:t1g:"), "{token}");
    assert_eq!(masked(&["token", "--token-key-file", &key, "--scope", "group:default"]), token);
    assert_ne!(masked(&["token", "--token-key-file", &key, "--scope", "tenant:default"]), token);
    let mut with_variable = command(&["mask", "--style", "token"]);
    let mut child = with_variable.env("SOTTO_TOKEN_KEY", "0123456789abcdefghijklmnopqrstuv").spawn().unwrap();
    child.stdin.take().unwrap().write_all(format!("{CARD}\n").as_bytes()).unwrap();
    assert_eq!(finished(child.wait_with_output().unwrap()).fine().trim_end(), one);
}

#[test]
fn tokens_need_a_key_and_a_scope() {
    let folder = Folder::new();
    let (short, good) =
        (folder.write("short", "canary"), folder.write("good", "0123456789abcdefghijklmnopqrstuv"));
    for (args, expected) in [
        (&["--style", "token"][..], "SOTTO_TOKEN_KEY"),
        (&["--style", "token", "--token-key-file", &short], "give it at least 32"),
        (&["--style", "token", "--token-key-file", &good, "--scope", "planet:x"], "no kind `planet`"),
        (&["--style", "token", "--token-key-file", &good, "--scope", "group"], "group needs a name"),
    ] {
        let run = sotto(&[&["mask"], args].concat());
        assert!(run.code == 2 && run.err.contains(expected) && !run.err.contains("canary"), "{}", run.err);
    }
}

#[test]
fn packed_input_stays_packed() {
    let (input, expected) = (format!("a {CARD}\n").repeat(1000), format!("a {}\n", stars(19)).repeat(1000));
    let masked = sotto_reading(&["mask"], &gzip(input.as_bytes()));
    let mut text = String::new();
    flate2::read::GzDecoder::new(masked.out.as_slice()).read_to_string(&mut text).unwrap();
    assert_eq!(text, expected);
    let masked = sotto_reading(&["mask"], &zstd(input.as_bytes()));
    assert_eq!(zstd::stream::decode_all(masked.out.as_slice()).unwrap(), expected.as_bytes());
}

#[test]
fn structure_stays_valid() {
    let json = format!(
        "{{\"card\": 4111111111111111,\n \"list\": [\"{CARD}\", 5], \"nested\": \"{{\\\"card\\\":4111111111111111}}\"}}\n"
    );
    for style in ["asterisks", "label"] {
        let masked = sotto_reading(&["mask", "--syntax", "json", "--style", style], json.as_bytes());
        let value: serde_json::Value = serde_json::from_str(masked.fine()).unwrap();
        assert_eq!(value["list"][1], 5);
        assert!(!masked.text().contains("4111"), "{}", masked.text());
        let nested: serde_json::Value = serde_json::from_str(value["nested"].as_str().unwrap()).unwrap();
        assert!(nested["card"].is_string());
    }
    let records = format!("name,card,note\n\"a, \"\"b\"\"\",{CARD},\"two\nlines {CARD}\"\n");
    let masked = sotto_reading(&["mask", "--syntax", "csv"], records.as_bytes());
    let mut reader = csv::Reader::from_reader(masked.fine().as_bytes());
    let row = reader.records().next().unwrap().unwrap();
    assert_eq!(
        (&row[0], &row[1], &row[2]),
        ("a, \"b\"", stars(19).as_str(), format!("two\nlines {}", stars(19)).as_str())
    );
}

#[test]
fn copies_keep_names_and_are_whole() {
    let folder = Folder::new();
    folder.write("in/a.log", format!("{CARD}\n"));
    folder.write("in/sub/b.csv", "name,ssn\nx,536228714\n");
    folder.write("in/sub/c.gz", gzip(CARD.as_bytes()));
    folder.write("in/binary", b"\0 4111 1111 1111 1111");
    folder.write("one.txt", "a@b.example");
    let out = folder.str("out");
    let run = sotto(&["mask", "--output", &out, &folder.str("in"), &folder.str("one.txt")]);
    assert_eq!((run.fine(), run.err.as_str()), ("", "4 files masked, 4 values; 1 binary file left out\n"));
    let copies: Vec<_> = folder.names().into_iter().filter(|name| name.starts_with("out/")).collect();
    assert_eq!(copies, ["out/in/a.log", "out/in/sub/b.csv", "out/in/sub/c.gz", "out/one.txt"]);
    assert_eq!(folder.read("out/in/a.log"), format!("{}\n", stars(19)).as_bytes());
    assert_eq!(folder.read("out/in/sub/b.csv"), format!("name,ssn\nx,{}\n", stars(9)).as_bytes());
    assert_eq!(folder.read("in/a.log"), format!("{CARD}\n").as_bytes());
    let again = sotto(&["mask", "--quiet", "--output", &folder.str("in/out"), &folder.str("in")]);
    assert_eq!((again.code, again.err.as_str()), (0, ""));
    assert!(!folder.names().iter().any(|name| name.starts_with("in/out/in/out")));
}

#[test]
fn copies_overwrite_no_input_and_no_other_copy() {
    let folder = Folder::new();
    let (a, b) = (folder.write("x/a.log", CARD), folder.write("y/a.log", CARD));
    let clash = sotto(&["mask", "--output", &folder.str("out"), &a, &b]);
    assert!(clash.code == 2 && clash.err.contains("two inputs would become"), "{}", clash.err);
    let itself = sotto(&["mask", "--output", &folder.str("x"), &a]);
    assert!(itself.code == 2 && itself.err.contains("would be overwritten"), "{}", itself.err);
    assert_eq!(folder.read("x/a.log"), CARD.as_bytes());
}

#[test]
fn a_dry_run_counts_only() {
    let folder = Folder::new();
    folder.write("in/a.log", format!("{CARD} {CARD}\na@b.example"));
    let run = sotto(&["mask", "--dry-run", &folder.str("in")]);
    assert_eq!(
        run.fine(),
        "       2  CreditCardNumber\n       1  EmailAddress\n       3  in all, in 1 file\n"
    );
    let json = sotto_reading(&["mask", "--dry-run", "--format", "json"], CARD.as_bytes()).json();
    assert_eq!(json["identifiers"]["CreditCardNumber"], 1);
    assert_eq!(folder.names(), ["in/a.log"]);
}

#[test]
fn a_line_that_is_typed_comes_out_at_once() {
    let mut child = command(&["mask"]).spawn().unwrap();
    let (mut stdin, mut stdout) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
    for _ in 0..3 {
        stdin.write_all(format!("my card is {CARD}\n").as_bytes()).unwrap();
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        assert_eq!(line, format!("my card is {}\n", stars(19)));
    }
    drop(stdin);
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    for args in [&["mask"][..], &["scan", "--jsonl"], &["scan", "--format", "jsonl"]] {
        let mut child = command(args).spawn().unwrap();
        let (mut stdin, mut stdout) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let line = format!("{{\"text\":\"{CARD}\"}}\n").repeat(20_000);
        let writer = std::thread::spawn(move || while stdin.write_all(line.as_bytes()).is_ok() {});
        stdout.read_exact(&mut [0; 10]).unwrap();
        drop(stdout);
        let run = finished(child.wait_with_output().unwrap());
        writer.join().unwrap();
        assert_eq!((run.code, run.err.as_str()), (0, ""), "{args:?}");
    }
}

fn wait_for(what: impl Fn() -> bool) {
    let begun = Instant::now();
    while !what() {
        assert!(begun.elapsed() < Duration::from_secs(30), "waited too long");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn an_interrupt_leaves_nothing_half_written() {
    let folder = Folder::new();
    let (pipe, out) = (folder.str("endless.log"), folder.str("out"));
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let mut child = command(&["mask", "--output", &out, &pipe]).spawn().unwrap();
    let mut endless = std::fs::OpenOptions::new().write(true).open(&pipe).unwrap();
    let line = format!("card {CARD}\n").repeat(10_000);
    endless.write_all(line.as_bytes()).unwrap();
    wait_for(|| folder.names().iter().any(|name| name.starts_with("out/")));
    let pid = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    let begun = Instant::now();
    while child.try_wait().unwrap().is_none() && begun.elapsed() < Duration::from_secs(30) {
        // Ends with a broken pipe once nobody reads any more.
        let _ = endless.write_all(line.as_bytes());
    }
    let run = finished(child.wait_with_output().unwrap());
    assert_eq!((run.code, run.err.as_str()), (130, "sotto: interrupted; nothing is left half written\n"));
    assert_eq!(folder.names(), ["endless.log"]);
}
