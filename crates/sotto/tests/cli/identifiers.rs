//! `sotto identifiers`: list, show, check, validators.

use super::*;

const GOOD: &str = r#"
id = "Badge"
category = "pii"
title = "Badge number"
keyword_rule = "required"
keywords = ["badge"]
[[match]]
name = "plain"
pattern = 'B\d{5}'
[[example]]
text = "badge B12345"
find = ["B12345"]
[[counter]]
text = "part B12345"
why = "no keyword"
"#;

#[test]
fn identifiers_are_listed_and_shown() {
    let all = sotto(&["identifiers", "list"]);
    assert!(all.fine().contains("Ssn-US") && all.text().trim_end().ends_with("identifiers"));
    let aws = sotto(&["identifiers", "list", "--aws", "--format", "json"]).json();
    assert_eq!(aws.as_array().unwrap().len(), 99);
    let phi = sotto(&["identifiers", "list", "--category", "phi", "--format", "json"]).json();
    assert!(phi.as_array().unwrap().iter().all(|file| file["category"] == "phi"));
    let shown = sotto(&["identifiers", "show", "ssn-us"]);
    assert!(shown.fine().contains("social security") && shown.text().contains("us-ssn"), "{}", shown.text());
    assert_eq!(sotto(&["identifiers", "show", "Ssn-US", "--format", "json"]).json()["id"], "Ssn-US");
    let unknown = sotto(&["identifiers", "show", "Ssn-UX"]);
    assert!(unknown.code == 2 && unknown.err.contains("did you mean `Ssn-US`"), "{}", unknown.err);
    assert!(sotto(&["identifiers", "validators"]).fine().lines().any(|name| name == "luhn"));
}

#[test]
fn the_built_in_examples_run() {
    let run = sotto(&["identifiers", "check", "--format", "json"]);
    let report = run.json();
    assert!(report["identifiers"].as_u64().unwrap() >= 101 && report["examples"].as_u64().unwrap() > 400);
    assert_eq!(run.code, i32::from(!report["failures"].as_array().unwrap().is_empty()));
}

#[test]
fn own_files_are_checked() {
    let folder = Folder::new();
    let good = folder.write("badge.toml", GOOD);
    assert_eq!(
        sotto(&["identifiers", "check", &good]).fine(),
        "1 identifier, 2 examples and counter-examples, 0 failures\n"
    );
    let wrong = folder.write("wrong.toml", GOOD.replace("find = [\"B12345\"]", "find = [\"B1234\"]"));
    let run = sotto(&["identifiers", "check", &good, &wrong]);
    assert_eq!(run.code, 1);
    let expected =
        format!("{wrong}: Badge: [[example]] 1 (own): [\"B1234\"] is to be found, but [\"B12345\"] was\n");
    assert!(run.text().contains(&expected), "{}", run.text());
    let greedy = folder.write("greedy.toml", GOOD.replace("part B12345", "badge: B12345"));
    let run = sotto(&["identifiers", "check", &greedy]);
    assert!(
        run.code == 1 && run.text().contains("[[counter]] 1 (aws): nothing is to be found"),
        "{}",
        run.text()
    );
    let broken = folder.write("broken.toml", GOOD.replace(r"\d{5}", "("));
    let run = sotto(&["identifiers", "check", &broken]);
    assert!(run.code == 2 && run.err.contains("shape `plain`"), "{}", run.err);
}

#[test]
fn a_file_that_changes_a_built_in_identifier_is_judged_itself() {
    let folder = Folder::new();
    let own = folder.write("ssn-us.toml", GOOD.replace("\"Badge\"", "\"Ssn-US\""));
    assert_eq!(sotto(&["identifiers", "check", &own]).code, 0);
}

#[test]
fn patterns_are_measured() {
    let folder = Folder::new();
    let settings = folder.write("sotto.toml", "[[custom]]\nid = 'Ticket'\nregex = 'T-\\d{6}'\n");
    let report = sotto(&["identifiers", "check", "--bench", "--format", "json", &settings]).json();
    let speed = &report["speeds"][0];
    assert!(speed["identifier"] == "Ticket" && speed["mb_per_second"].as_f64().unwrap() > 0.0, "{report}");
}
