//! Do errors and reports keep silent? Every error of the crate is provoked with a canary in it, and must not repeat it.
//!
//! Errors speak of configuration only. Names that somebody asked for are repeated, in backticks, because one cannot correct
//! a name without seeing it: those of `BuildError::{UnknownIdentifier, Unknown, Pattern}` (identifier, shape, validator,
//! matcher) and of `CustomError::{NoSuchGroup, NoSuchValidator}`. So are numbers beyond a bound. Patterns, keywords, titles
//! and whatever else stands in a file are never repeated.
//!
//! What must not compile stands in `tests/misuse`: text out of a finding, forged numbers, text out of a scanner.

#![cfg(test)]

use sotto_detect::{
    BuildError, Category, CustomIdentifier, FileError, IdentifierFile, Mode, Part, PatternError, Scanner,
    ScannerBuilder, Selection,
};
use sotto_public::{IdError, IdentifierId};
use sotto_sensitive::{RawBytes, RawText};
use std::fmt::{Debug, Display};

/// A published test card number, which passes every checksum.
const CANARY: &str = "4111111111111111";

/// Half of it would be a leak as well.
fn is_silent(text: &str) -> bool {
    !text.contains(&CANARY[..8])
}

#[track_caller]
fn assert_silent(what: &(impl Debug + Display)) {
    assert!(is_silent(&what.to_string()), "it speaks");
    assert!(is_silent(&format!("{what:?} {what:#?}")), "its debug text speaks");
}

/// Silent but for the names in backticks; the way out that `NoSuchGroup` shows repeats its name once more.
#[track_caller]
fn assert_only_names(what: &impl Display) {
    let text = what.to_string().replace(&format!("(?<{CANARY}>"), "(?<>");
    let outside: String = text.split('`').step_by(2).collect();
    assert!(text.contains(CANARY) && is_silent(&outside), "outside of backticks: {}", outside.len());
}

const GOOD: &str = r#"
id = "Badge"
category = "pii"
title = "Badge number"
keyword_rule = "required"
keywords = ["badge"]
[[match]]
name = "plain"
pattern = 'B\d{5}'
"#;

fn file(change: &[(&str, &str)]) -> Result<IdentifierFile, FileError> {
    let changed = change.iter().fold(GOOD.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "nothing to change: {from}");
        text.replace(from, to)
    });
    IdentifierFile::parse(&changed)
}

fn id(name: &str) -> IdentifierId {
    IdentifierId::new(name).unwrap()
}

fn build(change: impl FnOnce(ScannerBuilder) -> ScannerBuilder) -> BuildError {
    change(Scanner::builder().select(Selection::Id("LatLong".to_owned()))).build().err().unwrap()
}

#[test]
fn files_are_refused_in_silence() {
    let refused: &[&[(&str, &str)]] = &[
        &[("\"Badge\"", "\"4111 1111111111111111\"")],
        &[("\"Badge\"", "\"\"")],
        &[("\"Badge\"", "4111111111111111")],
        &[("title =", "4111111111111111 = 1\ntitle =")],
        &[("title =", "\"4111111111111111\"\ntitle =")],
        &[("title = \"Badge number\"", "title = 4111111111111111")],
        &[("title = \"Badge number\"", "title = \"4111111111111111")],
        &[("\"pii\"", "\"4111111111111111\"")],
        &[("\"required\"", "\"4111111111111111\"")],
        &[("[\"badge\"]", "\"4111111111111111\"")],
        &[("[\"badge\"]", "[4111111111111111]")],
        &[("keywords = [\"badge\"]", "keywords = []\nown_keywords = [] # 4111111111111111")],
        &[("title =", "distance = \"4111111111111111\"\ntitle =")],
        &[("title =", "distance = 0 # 4111111111111111\ntitle =")],
        &[("pattern =", "score = 4111111111111111.0\npattern =")],
        &[("pattern =", "score = \"4111111111111111\"\npattern =")],
        &[("pattern = 'B\\d{5}'", "region = \"4111111111111111\"")],
        &[("pattern =", "matcher = \"4111111111111111\"\npattern =")],
        &[("[[match]]", "[match.\"4111111111111111\"]")],
        &[("[[match]]", "[[example]]\ntext = 1\nfind = \"4111111111111111\"\n[[match]]")],
    ];
    for change in refused {
        assert_silent(&file(change).unwrap_err());
    }
    for text in
        ["4111111111111111", "id = 4111111111111111", "[4111111111111111", "\u{0}4111111111111111", ""]
    {
        assert_silent(&IdentifierFile::parse(text).unwrap_err());
    }
    // The number itself is what is wrong.
    let distance = file(&[("title =", "distance = 4111\ntitle =")]).unwrap_err();
    assert_eq!(distance, FileError::Distance { given: 4111, max: 300 });
}

#[test]
fn names_are_refused_in_silence() {
    for name in ["4111111111111111 ", "é4111111111111111", &CANARY.repeat(9), ""] {
        let error = IdentifierId::new(name).unwrap_err();
        assert_silent(&error);
        assert_silent(&FileError::from(error));
    }
    assert_eq!(IdentifierId::new(" 4111111111111111"), Err(IdError::Character { position: 1 }));
}

/// Patterns that no dialect takes, each around the canary.
const BROKEN: [&str; 18] = [
    "4111111111111111(",
    "(4111111111111111",
    "4111111111111111)",
    "[4111111111111111",
    "[4111111111111111-",
    "[z-a]4111111111111111",
    r"\p{4111111111111111}",
    r"\4111111111111111",
    "(?<4111111111111111>",
    "(?<4111111111111111>a)",
    "(?4111111111111111)",
    "4111111111111111{2,1}",
    "4111111111111111{4111111111111111}",
    "(?=4111111111111111)",
    "4111111111111111\\",
    "(?P=4111111111111111)",
    "[[:4111111111111111:]]",
    "a{,4111111111111111",
];

#[test]
fn patterns_of_files_are_refused_in_silence() {
    let dialect = [
        "^4111111111111111",
        r"4111111111111111\b",
        "4111111111111111+",
        "(?:4111111111111111)*x",
        "4111111111111111{3,}",
        "#4111111111111111",
    ];
    let mut kinds = std::collections::BTreeSet::new();
    for pattern in BROKEN.iter().chain(&dialect) {
        let file = file(&[("'B\\d{5}'", &format!("'''{pattern}'''"))]).unwrap();
        let Err(error) = Scanner::builder().identifier(file).build() else { continue };
        assert_silent(&error);
        if let BuildError::Pattern { problem, .. } = &error {
            assert_silent(problem);
            kinds.insert(kind(problem));
        }
    }
    assert_eq!(kinds.into_iter().collect::<Vec<_>>(), ["anchor", "beginning", "syntax", "unbounded"]);
    let large =
        file(&[("'B\\d{5}'", &format!("'(?:{CANARY}[a-z0-9]{{0,900}}[a-f0-9]{{0,900}}){{1,90}}'"))]).unwrap();
    if let Err(error) = Scanner::builder().identifier(large).build() {
        assert_silent(&error);
    }
}

/// The kind of a pattern's problem, as a word.
fn kind(problem: &PatternError) -> &'static str {
    match problem {
        PatternError::Syntax { .. } => "syntax",
        PatternError::Anchor => "anchor",
        PatternError::Unbounded => "unbounded",
        PatternError::Beginning => "beginning",
        PatternError::TooLarge => "large",
    }
}

#[test]
fn customs_are_refused_in_silence() {
    let custom = |regex: &str| CustomIdentifier::pattern(&id("Badge"), regex);
    for pattern in BROKEN {
        if let Err(error) = Scanner::builder().custom(custom(pattern)).build() {
            assert_silent(&error);
        }
    }
    for (pattern, expected) in [
        ("4111111111111111|", "matches the empty text"),
        (r"(?:4111111111111111\w{900}){900}", "once compiled"),
        ("4111111111111111(", "at character 17"),
        (r"(?=4111111111111111)", "look-around"),
    ] {
        let error = build(|builder| builder.custom(custom(pattern)));
        assert!(error.to_string().contains(expected), "{error}");
        assert_silent(&error);
    }
    let changes: [fn(&mut CustomIdentifier); 4] = [
        |c| c.distance = 0,
        |c| c.distance = 301,
        |c| c.keywords = vec![CANARY.to_owned(); 51],
        |c| c.ignore_words = vec![CANARY.to_owned(); 101],
    ];
    for change in changes {
        let mut custom = custom(CANARY);
        change(&mut custom);
        assert_silent(&build(|builder| builder.custom(custom)));
    }
    let mut unnamed = custom("x");
    unnamed.id = format!("{CANARY} ");
    if let Err(error) = Scanner::builder().custom(unnamed).build() {
        assert_silent(&error);
    }
}

#[test]
fn names_that_somebody_asked_for_are_repeated_in_backticks_only() {
    assert_only_names(&build(|builder| builder.select(Selection::Id(CANARY.to_owned()))));
    let twice = file(&[("\"Badge\"", "\"C4111111111111111\"")]).unwrap();
    assert_only_names(&build(|builder| builder.identifier(twice.clone()).identifier(twice.clone())));
    for change in [
        ("pattern =", "validator = \"4111111111111111\"\npattern ="),
        ("pattern = 'B\\d{5}'", "matcher = \"4111111111111111\""),
    ] {
        let file = file(&[change]).unwrap();
        assert_only_names(&build(|builder| builder.identifier(file)));
    }
    let shape = file(&[("\"plain\"", "\"4111111111111111\""), ("'B\\d{5}'", "'B('")]).unwrap();
    assert_only_names(&build(|builder| builder.identifier(shape)));
    let changes: [fn(&mut CustomIdentifier); 3] = [
        |c| c.validator = Some(CANARY.to_owned()),
        |c| c.capture = Some(CANARY.to_owned()),
        |c| (c.id, c.regex) = (format!("C{CANARY}"), "(".to_owned()),
    ];
    for change in changes {
        let mut custom = CustomIdentifier::pattern(&id("Badge"), "B");
        change(&mut custom);
        assert_only_names(&build(|builder| builder.custom(custom)));
    }
}

#[test]
fn too_much_is_counted_not_listed() {
    let many = |builder: ScannerBuilder, number: usize| {
        let name = format!("\"B{number}\"");
        let keyword = format!("[\"{CANARY}\"]");
        builder.identifier(file(&[("\"Badge\"", &name), ("[\"badge\"]", &keyword)]).unwrap())
    };
    let error = build(|builder| (0..2000).fold(builder.select(Selection::All), many));
    assert!(matches!(error, BuildError::TooMany { .. }), "{error}");
    assert_silent(&error);
}

#[test]
fn reports_hold_places_and_no_text() {
    let text = format!("card {CANARY}, maria.keller@example.com, B-{CANARY}");
    let custom = CustomIdentifier::pattern(&id("Badge"), r"B-\d+");
    for mode in [Mode::Own, Mode::AwsPolicy] {
        let scanner =
            Scanner::builder().mode(mode).select(Selection::All).custom(custom.clone()).build().unwrap();
        let bytes = RawBytes::new(text.clone().into_bytes());
        let part = Part { bytes: &bytes, from: 0, end_of_input: true };
        let settled = scanner.scan_part(&part);
        assert!(settled.detections.len() >= 2);
        let mut said = format!("{part:?} {settled:?} {settled:#?} {:?} {:?}", mode, Category::ALL);
        for found in scanner.scan(&RawText::new(text.clone())) {
            let (rule, keyword) =
                (scanner.rule(found.rule), found.keyword.map(|keyword| scanner.keyword(keyword)));
            said += &format!(
                "{found:?} {:?} {rule:?} {keyword:?} {:?} {} ",
                found.rule, found.score, found.score
            );
        }
        for part in [CANARY, "4111", "maria", "keller", "@"] {
            assert!(!said.contains(part), "{part} is said");
        }
    }
}

#[test]
fn misuse_does_not_compile() {
    trybuild::TestCases::new().compile_fail("tests/misuse/*.rs");
}
