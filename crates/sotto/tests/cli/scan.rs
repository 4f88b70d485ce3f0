//! `sotto scan`: forms of report, choice of files, exit codes.

use super::*;
use serde_json::Value;

fn tree() -> Folder {
    let folder = Folder::new();
    folder.write("logs/a.log", format!("first line\npaid with {CARD} now\n"));
    folder.write("logs/b.log.gz", gzip(format!("é {CARD}\nssn: 536-22-8714\n").as_bytes()));
    folder.write("logs/c.json.zst", zstd(br#"{"user":{"email":"ana.lima@example.com"}}"#));
    folder.write("logs/d.csv", "name,ssn\n\"x, \"\"y\"\"\",536228714\n");
    folder.write("logs/e.bin", b"4111 1111 1111 1111 \0\0");
    folder.write("logs/.gitignore", "ignored.log\n");
    folder.write("logs/ignored.log", CARD);
    folder.write("logs/.hidden", CARD);
    folder
}

/// Identifier, file name, line and column of each finding.
fn places(report: &Value) -> Vec<(String, String, u64, u64)> {
    let findings = report["findings"].as_array().unwrap().iter();
    findings.map(place).collect()
}

fn place(finding: &Value) -> (String, String, u64, u64) {
    let path = finding["path"].as_str().unwrap();
    let name = path.rsplit('/').next().unwrap().to_owned();
    let identifier = finding["identifier"].as_str().unwrap().to_owned();
    (identifier, name, finding["line"].as_u64().unwrap(), finding["column"].as_u64().unwrap())
}

fn expected() -> Vec<(String, String, u64, u64)> {
    [
        ("CreditCardNumber", "a.log", 2, 11),
        ("CreditCardNumber", "b.log.gz", 1, 3),
        ("Ssn-US", "b.log.gz", 2, 6),
        ("EmailAddress", "c.json.zst", 1, 19),
        ("Ssn-US", "d.csv", 2, 12),
    ]
    .map(|(id, name, line, column)| (id.to_owned(), name.to_owned(), line, column))
    .to_vec()
}

#[test]
fn files_of_all_kinds_are_reported_in_order() {
    let folder = tree();
    for threads in ["1", "4"] {
        let run = sotto(&["scan", "--format", "json", "--threads", threads, &folder.str("logs")]);
        run.fine();
        let report = run.json();
        assert_eq!(places(&report), expected());
        let summary = &report["summary"];
        assert_eq!((summary["files"].as_u64(), summary["binary"].as_u64()), (Some(4), Some(1)));
        assert_eq!(summary["identifiers"]["Ssn-US"], 2);
        assert_eq!(report["files"].as_array().unwrap().len(), 4);
    }
}

#[test]
fn what_is_left_out_can_be_asked_for() {
    let folder = tree();
    let found = |option: &str| {
        let run = sotto(&["scan", "--format", "json", option, &folder.str("logs")]);
        places(&run.json()).len() - expected().len()
    };
    assert_eq!((found("--no-ignore"), found("--hidden"), found("--binary")), (1, 1, 1));
    assert_eq!(
        sotto(&["scan", "--format", "json", &folder.str("logs/ignored.log")]).json()["summary"]["findings"],
        1
    );
}

#[test]
fn text_has_places_and_totals() {
    let folder = Folder::new();
    let file = folder.write("a.log", format!("x\n{CARD}\n"));
    let run = sotto(&["scan", &file]);
    let expected = format!(
        "{file}:2:1: CreditCardNumber 1.00\n\n       1  CreditCardNumber\n\n1 finding in 1 of 1 file (22 B)\n"
    );
    assert_eq!((run.fine(), run.err.as_str()), (expected.as_str(), ""));
    assert_eq!(sotto_reading(&["scan"], b"nothing here\n").fine(), "0 findings in 0 of 1 file (13 B)\n");
}

#[test]
fn explain_gives_reasons_and_reveal_gives_values() {
    let input = "customer ssn: 536-22-8714\n";
    let explained = sotto_reading(&["scan", "--explain"], input.as_bytes());
    assert!(explained.fine().contains("shape dashed, keyword \"ssn\""), "{}", explained.text());
    assert!(!explained.text().contains("8714"));
    assert!(sotto_reading(&["scan", "--reveal"], input.as_bytes()).fine().contains("536-22-8714"));
}

#[test]
fn jsonl_has_a_line_for_everything() {
    let folder = tree();
    let run = sotto(&["scan", "--format", "jsonl", &folder.str("logs")]);
    let lines: Vec<Value> = run.fine().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of = |kind: &str| lines.iter().filter(|line| line["type"] == kind).cloned().collect::<Vec<_>>();
    assert_eq!(of("finding").iter().map(place).collect::<Vec<_>>(), expected());
    assert_eq!((of("file").len(), of("summary").len()), (5, 1));
    assert_eq!(lines.last().unwrap()["type"], "summary");
}

#[test]
fn csv_reads_back() {
    let folder = Folder::new();
    let file = folder.write("a, \"b\".log", format!("ssn: 536-22-8714\n{CARD}\n"));
    let run = sotto(&["scan", "--format", "csv", "--reveal", &file]);
    let mut reader = csv::Reader::from_reader(run.fine().as_bytes());
    let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 2);
    assert_eq!(
        (&rows[0][0], &rows[0][5], &rows[0][10], &rows[0][12]),
        (file.as_str(), "Ssn-US", "ssn", "536-22-8714")
    );
}

/// Checks what SARIF 2.1.0 demands of the members that are written (sections 3.13, 3.14, 3.19, 3.27 to 3.30).
#[test]
fn sarif_is_well_formed() {
    let folder = tree();
    let run = sotto(&["scan", "--format", "sarif", &folder.str("logs")]);
    run.fine();
    let log = run.json();
    assert_eq!(log["version"], "2.1.0");
    assert_eq!(log["runs"].as_array().unwrap().len(), 1);
    let run = &log["runs"][0];
    assert_eq!(run["tool"]["driver"]["name"], "sotto");
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    assert_eq!(run["invocations"][0]["executionSuccessful"], true);
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), expected().len());
    for result in results {
        let index = result["ruleIndex"].as_u64().unwrap() as usize;
        assert_eq!(rules[index]["id"], result["ruleId"]);
        assert!(["note", "warning", "error"].contains(&result["level"].as_str().unwrap()));
        assert!(result["message"]["text"].as_str().unwrap().ends_with('.'));
        let physical = &result["locations"][0]["physicalLocation"];
        assert!(physical["artifactLocation"]["uri"].as_str().unwrap().starts_with("file:///"));
        let region = &physical["region"];
        assert!(region["startLine"].as_u64().unwrap() >= 1 && region["startColumn"].as_u64().unwrap() >= 1);
        assert!(region["endColumn"].as_u64() > region["startColumn"].as_u64());
    }
    assert!(rules.iter().all(|rule| rule["shortDescription"]["text"].as_str().unwrap().ends_with('.')));
    let empty = sotto_reading(&["scan", "--format", "sarif"], b"nothing").json();
    assert_eq!(empty["runs"][0]["results"], serde_json::json!([]));
}

#[test]
fn findings_fail_only_when_asked() {
    let code = |fail_on: &str| sotto_reading(&["scan", "--fail-on", fail_on], CARD.as_bytes()).code;
    assert_eq!(sotto_reading(&["scan"], CARD.as_bytes()).code, 0);
    assert_eq!((code("any"), code("creditcardnumber"), code("category:financial")), (1, 1, 1));
    assert_eq!((code("Ssn-US"), code("category:phi"), code("Ssn-US,any")), (0, 0, 1));
    assert_eq!((code("CreditCardNumbr"), code("category:nope")), (2, 2));
    let missing = sotto_reading(&["scan", "--identifiers", "Ssn-US", "--fail-on", "EmailAddress"], b"");
    assert!(missing.code == 2 && missing.err.contains("not looked for"), "{}", missing.err);
}

#[test]
fn listing_stops_and_counting_goes_on() {
    let run = sotto_reading(
        &["scan", "--max-findings", "2", "--format", "json"],
        format!("{CARD}\n").repeat(5).as_bytes(),
    );
    let report = run.json();
    assert_eq!((places(&report).len(), &report["summary"]["findings"]), (2, &Value::from(5)));
}

#[test]
fn what_cannot_be_read_is_named_and_the_rest_is_scanned() {
    let folder = tree();
    let mut broken = gzip(&[b'a'; 1000]);
    broken.truncate(20);
    folder.write("logs/0-broken.gz", broken);
    let run = sotto(&["scan", "--format", "json", &folder.str("logs")]);
    assert_eq!((run.code, places(&run.json())), (3, expected()));
    assert!(run.err.contains("0-broken.gz"), "{}", run.err);
    let missing = sotto(&["scan", &folder.str("nowhere"), &folder.str("logs/a.log")]);
    assert!(
        missing.text().contains("1 finding in 1 of 1 file") && missing.text().contains("1 file not read"),
        "{}",
        missing.text()
    );
    assert!(missing.code == 3 && missing.err.contains("nowhere`: not found"), "{}", missing.err);
}

#[test]
fn selections_scores_and_test_cards_count() {
    let input = format!("{CARD} and ana.lima@example.com and ssn 536-22-8714");
    let found = |args: &[&str]| {
        let run = sotto_reading(&[&["scan", "--format", "json"], args].concat(), input.as_bytes());
        run.fine();
        run.json()["summary"]["findings"].as_u64().unwrap()
    };
    assert_eq!((found(&[]), found(&["--identifiers", "structured"])), (3, 3));
    assert_eq!(found(&["--identifiers", "category:financial"]), 1);
    assert_eq!(found(&["--identifiers", "EmailAddress,ssn-us"]), 2);
    assert_eq!(found(&["--test-cards", "ignore"]), 2);
    assert_eq!(found(&["--min-score", "0.99", "--identifiers", "EmailAddress"]), 0);
    let unknown = sotto(&["scan", "--identifiers", "EmailAdress"]);
    assert!(unknown.code == 2 && unknown.err.contains("did you mean `EmailAddress`"), "{}", unknown.err);
}

#[test]
fn values_in_disguise_are_found_unless_told_otherwise() {
    let input =
        b"mail=ana.lima%40example.com, card four one one one double one, double one, one one one one, 1111\n";
    let masked = |args: &[&str]| sotto_reading(&[&["mask"], args].concat(), input).fine().to_owned();
    let hidden = format!("mail={}, card {}\n", "*".repeat(22), "*".repeat(62));
    assert_eq!(masked(&[]), hidden);
    assert_eq!(masked(&["--disguises", "on"]), hidden);
    assert_eq!(masked(&["--disguises", "off"]).as_bytes(), input);
    assert_eq!(sotto(&["scan", "--disguises", "perhaps"]).code, 2);
}

#[test]
fn long_files_are_scanned_block_by_block() {
    let folder = Folder::new();
    let filler = "2026-03-02T09:14:07Z INFO nothing of interest happened here\n".repeat(40_000);
    let file = folder.write("a.log", format!("{filler}é {CARD}\n{}{CARD}", "x ".repeat(700_000)));
    let report = sotto(&["scan", "--format", "json", &file]).json();
    let chars = filler.len() as u64;
    assert_eq!(
        places(&report).iter().map(|place| (place.2, place.3)).collect::<Vec<_>>(),
        [(40_001, 3), (40_002, 1_400_001)]
    );
    assert_eq!(report["findings"][0]["start"], chars + 3);
    assert_eq!(report["findings"][0]["start_char"], chars + 2);
    assert_eq!(report["findings"][1]["start_char"], chars + 22 + 1_400_000);
}

#[test]
fn long_records_keep_their_header() {
    let folder = Folder::new();
    let rows = "plain,1\n".repeat(60_000) + "x,536228714\n";
    let file = folder.write("a.csv", format!("name,ssn\n{rows}"));
    assert_eq!(
        places(&sotto(&["scan", "--format", "json", &file]).json()),
        [("Ssn-US".to_owned(), "a.csv".to_owned(), 60_002, 3)]
    );
}

#[test]
fn progress_is_shown_when_asked() {
    assert!(sotto_reading(&["scan", "--progress", "always"], b"x\n").err.contains("B/s"));
    assert_eq!(sotto_reading(&["scan"], b"x\n").err, "");
}
