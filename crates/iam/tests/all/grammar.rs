//! What is no policy, where is it wrong, and what does AWS say of it?

use crate::world::kind;
use serde::Deserialize;
use sotto_iam::{PROBLEMS_MAX, Policy, PolicyKind, Rule};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    malformed: Vec<Malformed>,
    valid: Vec<Valid>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Malformed {
    name: String,
    page: String,
    policy_kind: String,
    document: String,
    aws: String,
    place: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Valid {
    name: String,
    page: String,
    policy_kind: String,
    document: String,
}

fn file() -> File {
    toml::from_str(include_str!("../vectors/grammar.toml")).unwrap()
}

#[test]
fn malformed_documents_are_refused_in_awss_words() {
    let mut faults = Vec::new();
    for row in file().malformed {
        assert!(!row.page.is_empty());
        match Policy::parse(&row.document, kind(&row.policy_kind)) {
            Ok(_) => faults.push(format!("{}: accepted", row.name)),
            Err(problems) => {
                let place = problems.iter().next().unwrap().place.to_string();
                if problems.aws_message() != row.aws
                    || row.place.as_ref().is_some_and(|wanted| *wanted != place)
                {
                    faults.push(format!(
                        "{}: {} at {place}, wanted {} ({problems})",
                        row.name,
                        problems.aws_message(),
                        row.aws
                    ));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn odd_documents_are_accepted() {
    for row in file().valid {
        let read = Policy::parse(&row.document, kind(&row.policy_kind));
        assert!(read.is_ok() && !row.page.is_empty(), "{}: {}", row.name, read.unwrap_err());
    }
}

#[test]
fn problems_have_places_and_paths() {
    let text = "{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [\n    {\n      \"Effect\": \"Allow\",\n      \
                \"Action\": [\"s3:GetObject\", \"GetIt\"],\n      \"Resource\": \"nowhere\"\n    }\n  ]\n}";
    let problems = Policy::parse(text, PolicyKind::Identity).unwrap_err();
    let found: Vec<_> = problems.iter().map(|p| (p.rule, p.place.to_string(), p.path.clone())).collect();
    let wanted = [
        (Rule::ActionVendor, "6:34".to_owned(), "Statement[0].Action[1]".to_owned()),
        (Rule::ResourceFormat, "7:19".to_owned(), "Statement[0].Resource".to_owned()),
    ];
    assert_eq!(found, wanted);
}

#[test]
fn the_number_of_problems_is_bounded() {
    let bad = format!("[{}]", vec!["\"x\""; PROBLEMS_MAX + 9].join(","));
    let text = format!("{{\"Statement\":{{\"Effect\":\"Allow\",\"Action\":{bad},\"Resource\":\"*\"}}}}");
    assert_eq!(Policy::parse(&text, PolicyKind::Identity).unwrap_err().iter().len(), PROBLEMS_MAX);
}

#[test]
fn statements_keep_their_places() {
    let text = "{\"Version\":\"2012-10-17\",\"Statement\":[\n {\"Sid\":\"A\",\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"},\n \
                {\"Effect\":\"Deny\",\"Action\":\"s3:*\",\"Resource\":\"*\",\"Condition\":{\"Bool\":{\"aws:SecureTransport\":\"false\"}}}]}";
    let policy = Policy::parse(text, PolicyKind::Identity).unwrap();
    let places: Vec<_> =
        policy.statements().map(|s| (s.sid().map(str::to_owned), s.place().to_string())).collect();
    assert_eq!(places, [(Some("A".to_owned()), "2:2".to_owned()), (None, "3:2".to_owned())]);
    assert_eq!(policy.condition_keys(), ["aws:securetransport"]);
}
