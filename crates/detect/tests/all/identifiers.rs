//! Every example of every built-in identifier is found, every counter-example is not, in the modes they are meant for.

use sotto_detect::{IdentifierFile, Mode, Scanner, Selection, catalog};
use sotto_sensitive::RawText;

fn scanner(file: &IdentifierFile, mode: Mode) -> Scanner {
    let built = Scanner::builder().select(Selection::Id(file.id.clone())).mode(mode).build();
    built.unwrap_or_else(|error| panic!("{}: {error}", file.id))
}

fn found(scanner: &Scanner, text: &str) -> Vec<String> {
    let detections = scanner.scan(&RawText::new(text.to_owned()));
    detections.iter().map(|found| text[found.bytes.range()].to_owned()).collect()
}

/// What is wrong with one file's examples, a line each.
fn problems(file: &IdentifierFile) -> Vec<String> {
    let (own, aws) = (scanner(file, Mode::Own), scanner(file, Mode::AwsPolicy));
    let mut problems = Vec::new();
    for (number, example) in file.examples.iter().enumerate() {
        let modes = [("own", &own, !example.aws_only), ("aws", &aws, !example.own)];
        for (mode, scanner, _) in modes.iter().filter(|(.., wanted)| *wanted) {
            let got = found(scanner, &example.text);
            if got != example.find {
                problems.push(format!(
                    "{} example {} ({mode}): expected {:?}, got {got:?} in {:?}",
                    file.id,
                    number + 1,
                    example.find,
                    example.text
                ));
            }
        }
    }
    for (number, counter) in file.counters.iter().enumerate() {
        let scanner = if counter.own { &own } else { &aws };
        let got = found(scanner, &counter.text);
        if !got.is_empty() {
            problems.push(format!(
                "{} counter {} ({}): got {got:?} in {:?}",
                file.id,
                number + 1,
                counter.why,
                counter.text
            ));
        }
    }
    problems
}

#[test]
fn examples_are_found_and_counter_examples_are_not() {
    let all: Vec<String> = catalog::all().iter().flat_map(problems).collect();
    assert!(all.is_empty(), "{} problems:\n{}", all.len(), all.join("\n"));
}

#[test]
fn every_file_has_examples_of_both_kinds() {
    for file in catalog::all() {
        assert!(file.examples.len() >= 2 && file.counters.len() >= 2, "{} has too few examples", file.id);
    }
}
