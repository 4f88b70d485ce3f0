//! Do the laws of masking hold with the real scanner? Inputs are mixtures of the identifiers' own examples and
//! counter-examples, keywords, separators, structure, and what earlier passes leave behind.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may fail loudly; it handles canary data only"
)]

use proptest::prelude::*;
use sotto_detect::{Mode, Scanner, Selection, catalog};
use sotto_protect::{
    Columns, Csv, Delimiter, Masker, Numbers, Scope, ScopeKind, StreamMasker, Style, Syntax, TokenKey,
    mask_bytes, mask_text,
};
use sotto_sensitive::{RawBytes, RawText};
use std::sync::{Arc, LazyLock};
use zeroize::Zeroizing;

static OWN: LazyLock<Scanner> = LazyLock::new(|| Scanner::builder().select(Selection::All).build().unwrap());
static AWS: LazyLock<Scanner> =
    LazyLock::new(|| Scanner::builder().mode(Mode::AwsPolicy).select(Selection::All).build().unwrap());

/// Examples, counter-examples and keywords of all identifiers.
static TEXTS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let mut texts = Vec::new();
    for file in catalog::all() {
        texts.extend(file.examples.iter().map(|example| example.text.clone()));
        texts.extend(file.examples.iter().flat_map(|example| example.find.clone()));
        texts.extend(file.counters.iter().map(|counter| counter.text.clone()));
        texts.extend(file.keywords.iter().take(3).cloned());
    }
    texts
});

fn entropy() -> Zeroizing<Vec<u8>> {
    Zeroizing::new((0..32).collect())
}

fn masker(number: usize) -> Masker {
    Masker::new(match number % 5 {
        0 => Style::Asterisks,
        1 => Style::Label,
        2 => Style::Numbered(Numbers::new(entropy()).unwrap()),
        3 => Style::LastFour,
        _ => Style::Token {
            key: Arc::new(TokenKey::new(entropy()).unwrap()),
            scope: Scope::new(ScopeKind::Group, "g").unwrap(),
        },
    })
}

fn syntaxes() -> [Syntax; 5] {
    let csv = |delimiter, header| Syntax::Csv(Csv { delimiter, header, columns: Columns::All });
    [Syntax::Auto, Syntax::Text, Syntax::Json, csv(Delimiter::Comma, true), csv(Delimiter::Semicolon, false)]
}

/// Examples, numbers, stray bytes and what earlier passes leave behind.
fn piece() -> impl Strategy<Value = Vec<u8>> {
    let text = any::<prop::sample::Index>().prop_map(|index| index.get(&TEXTS).clone().into_bytes());
    let other = prop::sample::select(vec![
        &b"-"[..],
        b"/",
        b".",
        b"\\n",
        b"\\",
        b"+",
        b"#",
        b"::",
        b"\xc3\xa9",
        b"\xe2\x82\xac",
        b"\xff",
        b"\xf0\x9f",
        b"****",
        b"********",
        b"**** 1111",
        b"[CreditCardNumber]",
        b"[NAME_1]",
        b"%34%31",
        b"jane%40example.org",
        b"\\u0034\\u0031",
        b"&#52;&commat;",
        b"\xef\xbc\x94\xe2\x80\x8b1",
        b"NDExMTExMTExMTExMTExMQ==",
        b"eyJjYXJkIjoiNDExMTExMTExMTExMTExMSIsInNzbiI6IjUzNi0yMi04NzE0In0",
        b"card four one one one, one one one one, 1111, double one one one ",
        b" cvv one two three and 4111 then 1111 and 1111 then 1111 ",
        b"[Ssn-US:t1g:bcdfghjkmnpqrstvbcdfghjkmnpqrstv]",
    ]);
    let number = "[0-9]{1,20}".prop_map(String::into_bytes);
    prop_oneof![4 => text, 2 => other.prop_map(<[u8]>::to_vec), 1 => number]
}

/// What stands between pieces. Something always does: what is glued together at random is left to fuzzing.
fn joint() -> impl Strategy<Value = &'static [u8]> {
    prop::sample::select(vec![
        &b" "[..],
        b" ",
        b"\n",
        b"\n",
        b"\r\n",
        b"\t",
        b", ",
        b",",
        b": ",
        b"; ",
        b"=",
        b" - ",
        b" (",
        b") ",
        b" \"",
        b"\" ",
        b"\":\"",
        b"\": ",
        b"{\"",
        b"}",
        b"[",
        b"]",
    ])
}

fn mixture() -> impl Strategy<Value = Vec<u8>> {
    let joined = (joint(), piece()).prop_map(|(joint, piece)| [joint, &piece].concat());
    prop::collection::vec(joined, 1..16).prop_map(|pieces| pieces.concat())
}

fn whole(scanner: &Scanner, input: &[u8], number: usize, syntax: &Syntax) -> (Vec<u8>, u64) {
    let masked = mask_bytes(scanner, &RawBytes::new(input.to_vec()), &masker(number), syntax).unwrap();
    (masked.text.into_vec(), masked.counts.total())
}

fn streamed(
    scanner: &Scanner,
    input: &[u8],
    number: usize,
    syntax: &Syntax,
    cuts: &[usize],
) -> (Vec<u8>, u64) {
    let mut stream = StreamMasker::new(scanner, masker(number), syntax.clone());
    let (mut out, mut rest, mut lengths) = (Vec::new(), input, cuts.iter().cycle());
    while !rest.is_empty() {
        let (piece, after) = rest.split_at(rest.len().min(*lengths.next().unwrap()));
        stream.push(piece);
        stream.drain(&mut out).unwrap();
        rest = after;
    }
    let counts = stream.finish(&mut out).unwrap();
    (out, counts.total())
}

fn shown(bytes: &[u8]) -> String {
    bytes.escape_ascii().to_string()
}

/// Where two outputs part, with what stands around it.
fn difference(got: &[u8], expected: &[u8]) -> Option<String> {
    let at = got.iter().zip(expected).position(|(a, b)| a != b);
    let at = at.or((got.len() != expected.len()).then(|| got.len().min(expected.len())))?;
    let around = |bytes: &[u8]| shown(&bytes[at.saturating_sub(100)..bytes.len().min(at + 60)]);
    Some(format!("at {at}\n  got      {}\n  expected {}", around(got), around(expected)))
}

/// Cases of each law; more with `SOTTO_CASES`, for a long run.
fn config() -> ProptestConfig {
    let cases = option_env!("SOTTO_CASES").and_then(|cases| cases.parse().ok()).unwrap_or(128);
    ProptestConfig { cases, failure_persistence: None, max_shrink_iters: 4_000, ..ProptestConfig::default() }
}

#[test]
fn what_masking_leaves_of_a_coded_text_is_left_alone() {
    let input =
        b" eyJjYXJkIjoiNDExMTExMTExMTExMTExMSIsInNzbiI6IjUzNi0yMi04NzE0In0 dl# aadhaar 2345 6789 0124";
    for syntax in syntaxes() {
        for number in 0..5 {
            let (once, _) = whole(&OWN, input, number, &syntax);
            let (twice, found) = whole(&OWN, &once, number, &syntax);
            assert_eq!((difference(&twice, &once), found), (None, 0), "{syntax:?} {number}");
        }
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_second_pass_changes_nothing_and_reports_nothing(input in mixture(), number in 0_usize..5) {
        for scanner in [&*OWN, &*AWS] {
            for syntax in syntaxes() {
                let (once, _) = whole(scanner, &input, number, &syntax);
                let (twice, found) = whole(scanner, &once, number, &syntax);
                prop_assert_eq!(difference(&twice, &once), None, "{:?} {}", &syntax, shown(&input));
                prop_assert_eq!(found, 0, "{:?}; {}; {}", &syntax, shown(&once), shown(&input));
            }
        }
    }

    #[test]
    fn streams_equal_whole_texts(
        input in mixture(),
        number in 0_usize..5,
        cuts in prop::collection::vec(1_usize..300, 1..6),
    ) {
        for scanner in [&*OWN, &*AWS] {
            for syntax in syntaxes() {
                let (expected, counts) = whole(scanner, &input, number, &syntax);
                let (got, counted) = streamed(scanner, &input, number, &syntax, &cuts);
                prop_assert_eq!(difference(&got, &expected), None, "{:?}", &syntax);
                prop_assert_eq!(counted, counts);
            }
        }
    }

    #[test]
    fn long_streams_equal_whole_texts(
        inputs in prop::collection::vec((mixture(), 1_usize..60), 1..5),
        number in 0_usize..5,
        cuts in prop::collection::vec(1_000_usize..70_000, 1..4),
        lines in any::<bool>(),
    ) {
        let mut input = inputs.iter().flat_map(|(text, times)| text.repeat(*times)).collect::<Vec<_>>();
        if !lines {
            input.retain(|byte| *byte != b'\n');
        }
        for syntax in [Syntax::Auto, Syntax::Text, Syntax::Json] {
            let (expected, counts) = whole(&OWN, &input, number, &syntax);
            let (got, counted) = streamed(&OWN, &input, number, &syntax, &cuts);
            prop_assert_eq!(difference(&got, &expected), None, "{:?}", &syntax);
            prop_assert_eq!(counted, counts);
        }
    }

    #[test]
    fn csv_stays_csv(
        rows in prop::collection::vec(prop::collection::vec(any::<prop::sample::Index>(), 4), 1..8),
        number in 0_usize..5,
    ) {
        let mut writer = csv::Writer::from_writer(Vec::new());
        for row in &rows {
            writer.write_record(row.iter().map(|cell| cell.get(&TEXTS).as_str())).unwrap();
        }
        let input = writer.into_inner().unwrap();
        let (masked, _) = whole(&OWN, &input, number, &Syntax::Csv(Csv::default()));
        let shape = |bytes: &[u8]| -> Vec<usize> {
            let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes);
            reader.byte_records().map(|record| record.unwrap().len()).collect()
        };
        prop_assert_eq!(shape(&masked), shape(&input), "{}", shown(&masked));
    }

    #[test]
    fn json_stays_json(cells in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), any::<u64>()), 1..5), number in 0_usize..5) {
        let members = cells.iter().map(|(key, text, bare)| {
            let inner = serde_json::json!({ key.get(&TEXTS): bare }).to_string();
            (key.get(&TEXTS).clone(), serde_json::json!([text.get(&TEXTS), bare, inner, 4_111_111_111_111_111_u64]))
        });
        let document = serde_json::Value::Object(members.collect());
        for (text, syntax) in [
            (document.to_string(), Syntax::Auto),
            (serde_json::to_string_pretty(&document).unwrap(), Syntax::Json),
        ] {
            let (masked, _) = whole(&OWN, text.as_bytes(), number, &syntax);
            prop_assert!(serde_json::from_slice::<serde::de::IgnoredAny>(&masked).is_ok(), "{}; {}", text, shown(&masked));
        }
    }
}

fn masked(scanner: &Scanner, number: usize, text: &str) -> String {
    mask_text(scanner, &RawText::new(text.to_owned()), &masker(number)).text.into_string()
}

#[test]
fn a_card_is_masked_in_each_style() {
    let text = "paid with card 4111-1111-1111-1111 today";
    for (number, expected) in [
        (0, "paid with card ******************* today"),
        (1, "paid with card [CreditCardNumber] today"),
        (2, "paid with card [CreditCardNumber_1] today"),
        (3, "paid with card ****-****-****-1111 today"),
    ] {
        assert_eq!(masked(&OWN, number, text), expected);
    }
    let token = masked(&OWN, 4, text);
    assert!(
        token.starts_with("paid with card [CreditCardNumber:t1g:") && token.ends_with("] today"),
        "{token}"
    );
    assert_eq!(token, masked(&OWN, 4, "paid with card 4111 1111 1111 1111 today"));
}

#[test]
fn security_codes_and_tracks_show_nothing() {
    let code = |number| masked(&OWN, number, "the cvv is 737, thanks");
    assert_eq!([0, 3].map(code), ["the cvv is ***, thanks"; 2]);
    assert_eq!([1, 2, 4].map(code), ["the cvv is [CreditCardSecurityCode], thanks"; 3]);
}

#[test]
fn the_same_value_has_the_same_number_in_a_conversation() {
    let masker = masker(2);
    let say = |text: &str| mask_text(&*OWN, &RawText::new(text.to_owned()), &masker).text.into_string();
    assert_eq!(say("mail ann@example.com or bob@example.com"), "mail [EmailAddress_1] or [EmailAddress_2]");
    assert_eq!(say("BOB@example.com is better"), "[EmailAddress_2] is better");
}

#[test]
fn json_numbers_become_strings() {
    assert_eq!(masked(&OWN, 0, r#"{"card":4111111111111111,"n":1}"#), r#"{"card":"****************","n":1}"#);
    let text = RawBytes::new(br#"{"card":4111111111111111,"n":1}"#.to_vec());
    let aws = mask_bytes(&*OWN, &text, &masker(0), &Syntax::Text).unwrap();
    assert_eq!(aws.text.as_slice(), br#"{"card":****************,"n":1}"#);
}

#[test]
fn headers_are_keywords_of_their_columns() {
    let csv = |columns| Syntax::Csv(Csv { columns, ..Csv::default() });
    let input = b"\xef\xbb\xbfid,ssn,\"cvv\",note\r\n219099998,219-09-9999,737,\"said \"\"219-09-9998\"\"\r\nbye\"\r\n\r\n737,,\"\",x\r\n";
    let run = |syntax: Syntax| mask_bytes(&*OWN, &RawBytes::new(input.to_vec()), &masker(0), &syntax);
    let masked = run(csv(Columns::All)).unwrap();
    let expected = b"\xef\xbb\xbfid,ssn,\"cvv\",note\r\n219099998,***********,***,\"said \"\"";
    assert!(masked.text.as_slice().starts_with(expected), "{}", shown(masked.text.as_slice()));
    assert!(masked.text.as_slice().ends_with(b"\r\nbye\"\r\n\r\n737,,\"\",x\r\n"));
    let ssn = masked.detections.iter().find(|d| d.bytes.length() == 11).unwrap();
    assert_eq!(&input[ssn.bytes.range()], b"219-09-9999");
    assert_eq!(ssn.chars.start(), ssn.bytes.start() - 2);
    let some = run(csv(Columns::Without(vec![sotto_protect::Column::Name("SSN".to_owned())]))).unwrap();
    assert!(some.text.as_slice().windows(11).any(|window| window == b"219-09-9999"));
    let only = run(csv(Columns::Only(vec![sotto_protect::Column::Number(3)]))).unwrap();
    assert_eq!(only.counts.total(), 1);
    let missing = run(csv(Columns::Only(vec![sotto_protect::Column::Name("iban".to_owned())]))).unwrap_err();
    assert_eq!(missing.to_string().matches("`iban`").count(), 1);
}

/// Each variant of the error, provoked by inputs that hold a canary.
#[test]
fn no_error_repeats_what_was_given() {
    let canary = "canary4111111111111111";
    let mut long = format!("\"{canary}").into_bytes();
    long.resize(sotto_protect::RECORD_BYTES_MAX + 2, b'x');
    let bytes =
        |bytes: Vec<u8>| mask_bytes(&*OWN, &RawBytes::new(bytes), &masker(0), &Syntax::Csv(Csv::default()));
    let mut stream = StreamMasker::new(&*OWN, masker(0), Syntax::Csv(Csv::default()));
    stream.push(&long);
    let mut out = Vec::new();
    let errors = [
        TokenKey::new(Zeroizing::new(canary.as_bytes().to_vec())).unwrap_err(),
        TokenKey::new(Zeroizing::new(vec![b'c'; 40])).unwrap_err(),
        Scope::new(ScopeKind::Group, &canary.repeat(99)).unwrap_err(),
        bytes(long.clone()).unwrap_err(),
        stream.drain(&mut out).unwrap_err(),
        stream.drain(&mut out).unwrap_err(),
    ];
    for error in errors {
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains("canary") && !shown.contains("4111"), "{shown}");
    }
    assert!(out.iter().all(|byte| *byte == b'*') && out.len() == long.len());
    let masked = mask_text(&*OWN, &RawText::new(canary.to_owned()), &masker(0));
    assert!(!format!("{masked:?} {:?}", masker(4)).contains("canary"));
}
