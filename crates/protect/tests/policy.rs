//! Does the policy check answer what the vectors say, and does it stay sound for any input?
//!
//! `tests/vectors/policies` holds documents and what is to be found in them; its README describes the files.
#![expect(clippy::unwrap_used, clippy::panic, clippy::string_slice, reason = "a test may fail loudly")]

use proptest::prelude::*;
use sotto_arn::LogGroupName;
use sotto_protect::policy::{
    Checked, DOCUMENT_CHARS_MAX, DataProtectionPolicy, EffectivePolicy, Identifier, Level, ManagedIds,
    PROBLEMS_MAX, PolicyReport, Problem, Rule, Severity, check, check_bytes, sarif_log,
};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn vectors() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/policies")
}

fn ids() -> ManagedIds {
    let text = std::fs::read_to_string(vectors().join("managed-ids.txt")).unwrap();
    ManagedIds::new(text.lines().filter(|line| !line.starts_with('#')))
}

/// One document and the answer it must get.
struct Case {
    name: String,
    bytes: Vec<u8>,
    group: Option<LogGroupName>,
    valid: bool,
    problems: Vec<String>,
}

fn cases() -> Vec<Case> {
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(vectors()).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    files.iter().map(|file| Case::read(file)).collect()
}

impl Case {
    fn read(file: &Path) -> Self {
        let expected = std::fs::read_to_string(file.with_extension("expect")).unwrap();
        let mut lines = expected.lines().skip_while(|line| line.starts_with('#')).peekable();
        let group = lines.next_if(|line| line.starts_with("group "));
        let valid = match lines.next() {
            Some("valid") => true,
            Some("invalid") => false,
            other => panic!("{}: {other:?}", file.display()),
        };
        Self {
            name: file.file_stem().unwrap().to_string_lossy().into_owned(),
            bytes: std::fs::read(file).unwrap(),
            group: group.map(|line| LogGroupName::parse(line.trim_start_matches("group ")).unwrap()),
            valid,
            problems: lines.map(str::to_owned).collect(),
        }
    }

    fn check(&self) -> Checked {
        check_bytes(&self.bytes, &ids(), self.group.as_ref())
    }
}

/// A problem as a line of an `.expect` file; `like` tells whether the marked text belongs to it.
fn line(problem: &Problem, text: &str, like: Option<&String>) -> String {
    let place = problem.place();
    let path = if problem.path().is_empty() { "-" } else { problem.path() };
    let marked = &text[place.offset..place.offset + place.length];
    let head = format!("{} {}:{} {path}", problem.rule().id(), place.line, place.column);
    if like.is_some_and(|like| like.ends_with('`')) { format!("{head} `{marked}`") } else { head }
}

#[test]
fn vectors_get_the_answers_that_they_state() {
    let mut wrong = Vec::new();
    let all = cases();
    for case in &all {
        let text = String::from_utf8_lossy(&case.bytes);
        let checked = case.check();
        let lines = checked.problems.iter().enumerate();
        let found: Vec<String> = lines.map(|(at, p)| line(p, &text, case.problems.get(at))).collect();
        if found != case.problems || checked.policy.is_some() != case.valid || checked.left_off > 0 {
            wrong.push(format!("{}:\n  found {found:#?}\n  expected {:#?}", case.name, case.problems));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), all.len(), wrong.join("\n"));
    assert!(all.len() >= 60, "{} cases", all.len());
}

#[test]
fn every_rule_has_a_vector_and_every_problem_says_what_would_be_right() {
    let mut seen = BTreeSet::new();
    for case in cases() {
        for problem in case.check().problems {
            assert!(!problem.what().is_empty() && !problem.fix().is_empty(), "{}: {problem}", case.name);
            assert!(problem.what().len() < 400 && problem.fix().len() < 400, "{}: {problem}", case.name);
            seen.insert(problem.rule());
        }
    }
    let missing: Vec<_> = Rule::ALL.iter().filter(|rule| !seen.contains(rule)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

fn vector(name: &str) -> String {
    std::fs::read_to_string(vectors().join(name).with_extension("json")).unwrap()
}

fn fixes(name: &str) -> Vec<String> {
    fixes_of(&vector(name))
}

#[test]
fn fixes_name_what_was_probably_meant() {
    for (name, expected) in [
        ("identifier-misspelt", "did you mean `EmailAddress`?"),
        ("identifier-other-case", "did you mean `EmailAddress`?"),
        ("identifier-no-country", "did you mean `Ssn-ES` or `Ssn-US`?"),
        ("identifier-bare-managed", "write `arn:aws:dataprotection::aws:data-identifier/Ssn-US`"),
        ("identifier-messages-only", "remove it: it exists for messages, not for logs"),
        ("identifier-custom-as-arn", "a custom data identifier is named without ARN: \"EmployeeId\""),
        ("key-misspelt", "did you mean `Statement`?"),
        ("destination-arn", "write the name instead of the ARN: `/aws/vendedlogs/f`"),
        ("json-single-backslash", "write a backslash of a regular expression twice: `\\\\d`"),
    ] {
        assert!(fixes(name).iter().any(|fix| fix == expected), "{name}: {:?}", fixes(name));
    }
}

#[test]
fn a_policy_tells_what_it_holds() {
    let text = vector("valid-custom").replace("\"FindingsDestination\": {}", DESTINATIONS);
    let policy = DataProtectionPolicy::parse(&text, &ids()).unwrap();
    assert_eq!(policy.source(), text);
    assert_eq!(
        (policy.name(), policy.description()),
        ("orders-protection", Some("Masks what customers type"))
    );
    assert_eq!(policy.partition().map(|partition| partition.as_str()), Some("aws"));
    let identifiers = [Identifier::Managed("EmailAddress".into()), Identifier::Custom("EmployeeId".into())];
    assert_eq!(policy.identifiers(), identifiers);
    let [custom] = policy.custom_identifiers() else { panic!() };
    assert_eq!((custom.name(), custom.regex()), ("EmployeeId", r"EmployeeId-\d{9}"));
    let to = policy.audit().destinations();
    assert_eq!(to.log_group().map(|name| name.as_str()), Some("/aws/vendedlogs/f"));
    assert_eq!(to.bucket().map(|name| name.as_str()), Some("example-findings"));
    assert!(to.delivery_stream().is_none() && !to.is_empty());
    assert_eq!((policy.audit().sid(), policy.deidentify().sid()), (Some("audit"), Some("redact")));
}

const DESTINATIONS: &str = r#""FindingsDestination": { "CloudWatchLogs": { "LogGroup": "/aws/vendedlogs/f" }, "S3": { "Bucket": "example-findings" } }"#;

#[test]
fn an_account_and_a_group_add_up() {
    let parse = |text: &str| DataProtectionPolicy::parse(text, &ids()).unwrap();
    let account = parse(&vector("valid-custom"));
    let group = vector("valid-custom").replace("EmailAddress", "Name").replace("d{9}", "d{8}");
    let group = parse(&group.replace("\"FindingsDestination\": {}", DESTINATIONS));
    let both = EffectivePolicy::merge(Some(account.clone()), Some(group.clone()));
    assert!(both.protects());
    assert_eq!(both.managed().into_iter().collect::<Vec<_>>(), ["EmailAddress", "Name"]);
    let customs: Vec<_> = both.customs().iter().map(|(level, custom)| (*level, custom.regex())).collect();
    assert_eq!(customs, [(Level::Account, r"EmployeeId-\d{9}"), (Level::Group, r"EmployeeId-\d{8}")]);
    let to: Vec<_> = both.destinations().map(|(level, to)| (level, to.is_empty())).collect();
    assert_eq!(to, [(Level::Account, true), (Level::Group, false)]);
    let same = EffectivePolicy::merge(Some(account.clone()), Some(account));
    assert_eq!((same.managed().len(), same.customs().len()), (1, 1));
    assert!(!EffectivePolicy::merge(None, None).protects());
    assert_eq!(EffectivePolicy::merge(None, Some(group)).managed().into_iter().collect::<Vec<_>>(), ["Name"]);
}

#[test]
fn errors_carry_all_problems() {
    let errors = DataProtectionPolicy::parse(&vector("many-problems"), &ids()).unwrap_err();
    assert_eq!((errors.problems().len(), errors.left_off()), (5, 0));
    assert_eq!(errors.to_string().lines().count(), 5);
    let many = format!("{{{}}}", vec!["\"x\":1"; 500].join(","));
    let errors = DataProtectionPolicy::parse(&many, &ids()).unwrap_err();
    assert_eq!((errors.problems().len(), errors.left_off()), (PROBLEMS_MAX, 503 - PROBLEMS_MAX));
}

#[test]
fn text_report_shows_line_and_caret() {
    let report = PolicyReport::of("p.json", vector("many-problems").as_bytes(), &ids(), None);
    let expected = std::fs::read_to_string(vectors().join("many-problems.txt")).unwrap();
    assert_eq!(report.to_string(), expected);
    let report = PolicyReport::of("p.json", vector("valid-custom").as_bytes(), &ids(), None);
    let expected = "p.json: valid: policy `orders-protection` masks 1 managed and 1 custom data identifiers, findings are only counted\n";
    assert_eq!(report.to_string(), expected);
}

#[test]
fn data_reports_carry_the_same_findings() {
    let bad = PolicyReport::of("dir/a policy.json", vector("many-problems").as_bytes(), &ids(), None);
    let json = serde_json::to_value(&bad).unwrap();
    assert_eq!((&json["valid"], &json["errors"], &json["warnings"]), (&false.into(), &5.into(), &0.into()));
    let first = &json["findings"][0];
    assert_eq!(
        (&first["rule"], &first["severity"], &first["line"], &first["column"]),
        (&"name".into(), &"error".into(), &2.into(), &14.into())
    );
    assert_eq!(
        (&first["path"], &first["offset"], &first["length"]),
        (&"/Name".into(), &15.into(), &1.into())
    );
    let good = PolicyReport::of("ok.json", vector("valid-custom").as_bytes(), &ids(), None);
    let json = serde_json::to_value(&good).unwrap();
    assert_eq!(json["policy"]["managedIdentifiers"], serde_json::json!(["EmailAddress"]));
    let sarif = serde_json::to_value(sarif_log(&[good, bad], "0.1.0")).unwrap();
    let run = &sarif["runs"][0];
    assert_eq!(sarif["version"], "2.1.0");
    assert_eq!(run["tool"]["driver"]["rules"].as_array().unwrap().len(), Rule::ALL.len());
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), 5);
    for result in results {
        let rule = &run["tool"]["driver"]["rules"][result["ruleIndex"].as_u64().unwrap() as usize];
        assert_eq!(rule["id"], result["ruleId"]);
    }
    let place = &results[0]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "dir/a%20policy.json");
    assert_eq!(
        place["region"],
        serde_json::json!({"startLine": 2, "startColumn": 14, "endLine": 2, "endColumn": 15})
    );
}

#[test]
fn reports_repeat_nothing_that_a_terminal_obeys() {
    let text = "{\"\\u001b[31m\": 1, \"\u{202e}x\": 2, \"Name\": \"\u{9b}2J\"}\n";
    let shown = PolicyReport::of("\u{1b}[2Jp.json", text.as_bytes(), &ids(), None).to_string();
    assert!(!shown.chars().any(|c| (c.is_control() && c != '\n') || c == '\u{202e}'), "{shown:?}");
}

/// The longest documents that are read, filled with what makes the most work; ends soon because no step is quadratic in all of it.
#[test]
fn the_largest_documents_are_answered() {
    let fill = |before: &str, piece: &str, after: &str| {
        let count = ((1 << 17) - before.len() - after.len()) / (piece.len() + 1);
        format!("{before}{}{after}", vec![piece; count].join(","))
    };
    let list = "{\"Statement\":[{\"DataIdentifier\":[";
    let texts = [
        fill("[", "0", "]"),
        fill("{", "\"\":0", "}"),
        fill("{\"Statement\":[", "{}", "]}"),
        fill(list, "\"\"", "]}]}"),
        fill(list, "\"arn:a:b:c:d:e\"", "]}]}"),
        fill(list, "\"Nane\"", "]}]}"),
        fill("{\"Configuration\":{\"CustomDataIdentifier\":[", "{\"Name\":\"a\",\"Regex\":\"(\"}", "]}}"),
        "{\"Name\":\"".to_owned() + &"\\u0061".repeat(21_000) + "\"}",
    ];
    for text in texts {
        assert!(text.len() <= 1 << 17 && text.len() > DOCUMENT_CHARS_MAX);
        let checked = check(&text, &ids(), None);
        assert!(checked.policy.is_none());
        let rules: Vec<Rule> = checked.problems.iter().map(Problem::rule).collect();
        assert!(rules.contains(&Rule::DocumentLength) && !rules.contains(&Rule::JsonSyntax), "{rules:?}");
    }
    let larger = fill("[", "0", "]") + "  ";
    assert_eq!(fixes_of(&larger), ["a policy document has at most 30,720 characters", LENGTH]);
}

const LENGTH: &str = "shorten it to 30720: spaces and line breaks count too";

fn fixes_of(text: &str) -> Vec<String> {
    check(text, &ids(), None).problems.iter().map(|problem| problem.fix().to_owned()).collect()
}

/// What must hold for any bytes.
fn sound(bytes: &[u8]) -> Result<(), TestCaseError> {
    let checked = check_bytes(bytes, &ids(), None);
    let text = String::from_utf8_lossy(bytes);
    let has_error = checked.problems.iter().any(|problem| problem.severity() == Severity::Error);
    if checked.left_off == 0 {
        prop_assert_eq!(checked.policy.is_some(), !has_error);
    }
    for problem in &checked.problems {
        let place = problem.place();
        let end = place.offset + place.length;
        prop_assert!(end <= bytes.len(), "{problem}");
        prop_assert!(
            text.get(place.offset..end).is_some() || std::str::from_utf8(bytes).is_err(),
            "{problem}"
        );
        let lines = text.split('\n').collect::<Vec<_>>();
        let before = lines.get(place.line - 1).map(|line| line.chars().count());
        prop_assert!(before.is_some_and(|chars| place.column <= chars + 1), "{problem}");
        prop_assert!((place.line, place.column) <= (place.end_line, place.end_column));
        prop_assert!(!problem.what().is_empty() && !problem.fix().is_empty());
        prop_assert!(problem.to_string().chars().count() < 4_000);
    }
    if let Some(policy) = &checked.policy {
        prop_assert!(text.chars().count() <= DOCUMENT_CHARS_MAX && !policy.identifiers().is_empty());
    }
    let report = PolicyReport::of("p", bytes, &ids(), None);
    prop_assert!(!report.to_string().is_empty());
    prop_assert!(serde_json::to_string(&report).is_ok());
    prop_assert!(serde_json::to_string(&sarif_log(&[report], "0")).is_ok());
    Ok(())
}

/// Our reader and `serde_json` agree on which texts are JSON.
fn agrees_on_syntax(text: &str) -> Result<(), TestCaseError> {
    let checked = check(text, &ids(), None);
    let ours = checked.problems.iter().find(|problem| problem.rule() == Rule::JsonSyntax);
    let theirs = serde_json::from_str::<serde_json::Value>(text);
    let bounded = ours.is_some_and(|problem| problem.what().contains("64 lists"))
        || theirs.as_ref().is_err_and(|error| error.to_string().contains("out of range"));
    prop_assert!(bounded || ours.is_some() == theirs.is_err(), "{ours:?} {theirs:?} {text:?}");
    Ok(())
}

/// A document of the vectors with a few pieces cut out, doubled or replaced.
fn mutated() -> impl Strategy<Value = String> {
    let texts: Vec<String> =
        cases().into_iter().filter_map(|case| String::from_utf8(case.bytes).ok()).collect();
    let texts: Vec<String> = texts.into_iter().filter(|text| text.len() < 4_000).collect();
    let piece = prop_oneof![
        Just(String::new()),
        "[\\[\\]{}:,\"\\\\0-9eE.+truefalsn é\u{1}\u{2028}/]{1,4}",
        r#"\\\\[ud][0-9a-fA-F]{0,5}"#,
        Just("\"Name\": 1,".to_owned()),
        Just("{}".to_owned()),
        Just("\\ud83d\\ude00".to_owned()),
    ];
    let edit = (any::<prop::sample::Index>(), 0_usize..12, piece);
    (prop::sample::select(texts), prop::collection::vec(edit, 1..4)).prop_map(|(mut text, edits)| {
        for (at, length, piece) in edits {
            let start = text.floor_char_boundary(at.index(text.len() + 1));
            let end = text.ceil_char_boundary((start + length).min(text.len()));
            text.replace_range(start..end, &piece);
        }
        text
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        sound(&bytes)?;
    }

    #[test]
    fn any_text_of_json_characters_is_answered(text in "[\\[\\]{}:,\"\\\\ \n0-9a-fnrtuls.é-]{0,60}") {
        sound(text.as_bytes())?;
        agrees_on_syntax(&text)?;
    }

    #[test]
    fn mutated_policies_are_answered(text in mutated()) {
        sound(text.as_bytes())?;
        agrees_on_syntax(&text)?;
    }

    #[test]
    fn regular_expressions_are_judged_inside_themselves(regex in "[\\[\\]{}?*+|^$.a-c0-3,\\\\()-]{0,24}") {
        let text = vector("valid-custom").replace("EmployeeId-\\\\d{9}", &regex.replace('\\', "\\\\"));
        let checked = check(&text, &ids(), None);
        let at = text.find("\"Regex\": ").unwrap() + "\"Regex\": ".len();
        let end = at + regex.replace('\\', "\\\\").len() + 2;
        for problem in &checked.problems {
            let place = problem.place();
            prop_assert!(place.offset >= at && place.offset + place.length <= end, "{problem} {regex}");
        }
    }
}
