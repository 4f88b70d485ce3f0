//! Does any text at all pass through? Bytes that are no UTF-8, nothing, megabytes of what begins values and is none.
//!
//! No time is asserted here: whether work grows in step with the text is measured in `oracles`. What is asserted is that a
//! scan ends, that findings are few where nothing is to be found, and the laws that every list of findings obeys.

#![cfg(test)]

use proptest::prelude::*;
use sotto_detect::{Detection, Mode, Scanner, Selection, catalog};
use sotto_sensitive::{RawBytes, RawText};
use std::sync::LazyLock;

static OWN: LazyLock<Scanner> = LazyLock::new(|| Scanner::builder().select(Selection::All).build().unwrap());
static AWS: LazyLock<Scanner> =
    LazyLock::new(|| Scanner::builder().mode(Mode::AwsPolicy).select(Selection::All).build().unwrap());

fn scan(scanner: &Scanner, text: &[u8]) -> Vec<Detection> {
    let found = scanner.scan_bytes(&RawBytes::new(text.to_vec()));
    obey_the_laws(&found, text);
    found
}

/// Known gap: what overlaps for longer than this is cut in two, and the two may share bytes.
const CLUSTER_BYTES: usize = 16 * 1024;

/// Findings are in order, apart from each other, inside the text; each hides its value and its rivals; characters agree.
fn obey_the_laws(found: &[Detection], text: &[u8]) {
    let chars = |to: usize| text[..to].iter().filter(|&&byte| byte & 0xC0 != 0x80).count();
    let mut before = 0..0;
    for one in found {
        assert!(
            before.end <= one.mask.start() || before.len() > CLUSTER_BYTES,
            "{:?} follows {before:?}",
            one.mask
        );
        assert!(one.mask.end() <= text.len());
        assert!(
            one.mask.start() <= one.bytes.start()
                && one.bytes.end() <= one.mask.end()
                && !one.bytes.range().is_empty()
        );
        assert!(
            one.rivals.iter().all(|r| one.mask.start() <= r.bytes.start() && r.bytes.end() <= one.mask.end())
        );
        assert!(one.rivals.iter().all(|rival| rival.rule != one.rule));
        if text.len() < 10_000 {
            assert_eq!(
                (one.chars.start(), one.chars.end()),
                (chars(one.bytes.start()), chars(one.bytes.end()))
            );
        }
        before = one.mask.range();
    }
}

#[test]
fn nothing_has_no_findings() {
    assert_eq!(OWN.scan(&RawText::default()), []);
    assert_eq!(scan(&OWN, b""), []);
    for byte in 0..=255 {
        assert_eq!(scan(&OWN, &[byte]), [], "byte {byte}");
    }
}

#[test]
fn stray_bytes_and_zeros_do_not_hide_their_neighbours() {
    for stray in [&b"\0"[..], b"\0\0\0", b"\x01", b"\x7f"] {
        let text =
            [stray, b"card", stray, b" 4111 1111 1111 1111", stray, b"maria.keller@example.com", stray]
                .concat();
        assert_eq!(scan(&OWN, &text).len(), 2, "around {stray:?}");
    }
    for stray in [&b"\xff"[..], b"\x80", b"\xc3", b"\xe2\x82", b"\xf0\x9f\x98", b"\xed\xa0\x80", b"\xfe\xfe"]
    {
        let text =
            [stray, b" card ", stray, b" 4111 1111 1111 1111 ", stray, b" maria.keller@example.com ", stray]
                .concat();
        assert_eq!(scan(&OWN, &text).len(), 2, "around {stray:?}");
        let glued = [stray, b"4111111111111111", stray].concat();
        assert_eq!(scan(&OWN, &glued).len(), 1, "glued to {stray:?}");
    }
}

#[test]
fn text_and_bytes_are_judged_alike() {
    for file in catalog::all() {
        for example in &file.examples {
            let text = RawText::new(example.text.clone());
            assert_eq!(OWN.scan(&text), scan(&OWN, example.text.as_bytes()), "an example of {}", file.id);
        }
    }
}

/// Known gap: work grows with the square of the text, so less of it is scanned.
const SLOW: [&str; 5] = ["Mr ", "Mr A", "Cookie: sid=aaaaaaaaaa;", "PuTTY-User-Key-File-2: ", "password "];

/// What is a value however often it is repeated; a megabyte (or what is scanned of it) holds at most so many.
const VALUES: [(&str, usize); 7] = [
    ("eyJhbGciOiJIUzI1NiJ9.", 64),
    ("Cookie: sid=aaaaaaaaaa;", 1424),
    ("Mr ", 2),
    ("Mr A", 2),
    ("PuTTY-User-Key-File-2: ", 2),
    (";4539077158203463=", 58_254),
    ("password ", 3640),
];

/// What a megabyte is made of, beside keywords.
const WORST: &[&str] = &[
    "0",
    "1",
    "4",
    "9",
    "a",
    "A",
    " ",
    "\n",
    "@",
    "-",
    "_",
    ":",
    "(",
    ")",
    "[",
    "{",
    "<",
    "\"",
    "'",
    "\\",
    "/",
    ".",
    ",",
    "=",
    "*",
    "+",
    "\u{e9}",
    "\u{1f600}",
    "\\n",
    "\\u00e9",
    "\\\\\"",
    "eyJ",
    "eyJ.",
    "eyJhbGciOiJIUzI1NiJ9.",
    "-----BEGIN ",
    "----- ",
    "ghp_",
    "sk-",
    "xoxb-",
    "a@",
    "@a.",
    "a@b.",
    "a.b.",
    "1.",
    "1.1.1.",
    "::",
    "1:",
    "a:b:",
    "ab:cd:ef:",
    "1-",
    "12-",
    "123-45-",
    "4111 ",
    "4111-",
    "+",
    "+1",
    "+1 ",
    "(1",
    "(202) ",
    "1/",
    "12/",
    "1 ",
    "0 ",
    "A1",
    "A1 ",
    "aA",
    "Aa1",
    "%2F",
    "postgres://",
    "postgres://a:",
    "Cookie: a=",
    "Cookie: sid=aaaaaaaaaa;",
    "Mr ",
    "Mr A",
    "Name: ",
    "name: Ab ",
    "PuTTY-User-Key-File-2: ",
    "[EmailAddress]",
    "[Ssn-US_1] ",
    "card ",
    "Card",
    "ssn",
    "ssn#",
    "CARD_",
    "card number phone iban passport ",
    "\u{1b}[31m",
    "%B4539077158203463^",
    ";4539077158203463=",
    "St 1 ",
    "1 Street ",
    "\r\n",
    "0x",
    "1,",
    "1e9 ",
];

/// What a megabyte is made of.
fn worst_cases() -> Vec<String> {
    let mut cases: Vec<String> = WORST.iter().map(|case| (*case).to_owned()).collect();
    let keywords = catalog::all().iter().filter_map(|file| file.keywords.first());
    cases.extend(keywords.map(|keyword| format!("{keyword} ")));
    cases
}

#[test]
fn a_megabyte_of_the_worst_ends_and_finds_little() {
    let mut many = Vec::new();
    for part in worst_cases() {
        let bytes = if SLOW.contains(&part.as_str()) { 1 << 15 } else { 1 << 20 };
        let text = part.repeat(bytes / part.len());
        let count = scan(&OWN, text.as_bytes()).len();
        let most = VALUES.iter().find(|(value, _)| *value == part).map_or(0, |(_, most)| *most);
        if count > most {
            many.push((part, count));
        }
    }
    assert!(many.is_empty(), "{many:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_obey_the_laws(text in proptest::collection::vec(any::<u8>(), 0..600)) {
        scan(&OWN, &text);
        scan(&AWS, &text);
    }

    /// Few characters, so that groups, marks and words come about.
    #[test]
    fn likely_bytes_obey_the_laws(text in "[0-9]{0,4}([0-9 .:/@+()a-fA-F\\\\\"*=_\u{e9}\n-]{1,12}|ssn|card|phone |iban |eyJ|dob|-----BEGIN ){0,60}") {
        scan(&OWN, text.as_bytes());
        scan(&AWS, text.as_bytes());
    }

    /// Any byte of a line that holds values may be lost or changed.
    #[test]
    fn damaged_examples_obey_the_laws(example in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let files = catalog::all();
        let file = &files[example.index(files.len())];
        for example in &file.examples {
            let mut text = example.text.clone().into_bytes();
            let at = at.index(text.len());
            text[at] = byte;
            scan(&OWN, &text);
            text.remove(at);
            scan(&AWS, &text);
        }
    }
}
