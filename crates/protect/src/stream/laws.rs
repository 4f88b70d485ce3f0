//! Laws of streaming, judged with a finder whose answers are known.

use super::*;
use crate::mask::double::{Double, Spot};
use crate::mask::{Certain, Columns, Csv, Delimiter, Find, Numbers, Style, mask_bytes, mask_text};
use crate::token::{Scope, ScopeKind, TokenKey};
use proptest::prelude::*;
use sotto_detect::{Part, RuleInfo};
use sotto_public::ByteSpan;
use sotto_sensitive::RawText;
use zeroize::Zeroizing;

fn entropy() -> Zeroizing<Vec<u8>> {
    Zeroizing::new((0..32).collect())
}

pub(super) fn style(number: usize) -> Style {
    match number % 5 {
        0 => Style::Asterisks,
        1 => Style::Label,
        2 => Style::Numbered(Numbers::new(entropy()).unwrap()),
        3 => Style::LastFour,
        _ => Style::Token {
            key: Arc::new(TokenKey::new(entropy()).unwrap()),
            scope: Scope::new(ScopeKind::Document, "d").unwrap(),
        },
    }
}

fn syntaxes() -> Vec<Syntax> {
    let csv = |delimiter, header| Syntax::Csv(Csv { delimiter, header, columns: Columns::All });
    vec![Syntax::Auto, Syntax::Text, Syntax::Json, csv(Delimiter::Comma, true), csv(Delimiter::Pipe, false)]
}

fn whole(input: &[u8], number: usize, syntax: &Syntax) -> (Vec<u8>, Counts) {
    let masked =
        mask_bytes(&Double::default(), &RawBytes::new(input.to_vec()), &Masker::new(style(number)), syntax);
    let masked = masked.unwrap();
    (masked.text.into_vec(), masked.counts)
}

/// Streams the input in pieces of the given lengths, again and again.
fn streamed(input: &[u8], number: usize, syntax: &Syntax, cuts: &[usize]) -> (Vec<u8>, Counts) {
    let mut stream = StreamMasker::new(Double::default(), Masker::new(style(number)), syntax.clone());
    let (mut out, mut rest, mut lengths) = (Vec::new(), input, cuts.iter().cycle());
    while !rest.is_empty() {
        let (piece, after) = rest.split_at(rest.len().min(*lengths.next().unwrap()));
        stream.push(piece);
        stream.drain(&mut out).unwrap();
        rest = after;
    }
    let counts = stream.finish(&mut out).unwrap();
    (out, counts)
}

/// Things that inputs are made of: values, keywords, structure, characters of all lengths, bytes that are none.
fn fragment() -> impl Strategy<Value = Vec<u8>> {
    let known = prop::sample::select(vec![
        &b"card "[..],
        b"4111-1111-1111-1111",
        b"5500005555555559",
        b"cvv 123",
        b"cvv 1234 ",
        b"name: J\xc3\xb6rg Wei\xc3\x9f ",
        b"#12345678",
        b"\n",
        b"\n",
        b"\r\n",
        b"\r",
        b"{\"card\":",
        b"{\"card\": \"",
        b"\"",
        b"}",
        b"]",
        b"[",
        b",",
        b", ",
        b":",
        b"\\",
        b"\\\"",
        b"\\u00e9",
        b"{\"a\":\"{\\\"card\\\":4111111111111111}\"}",
        b"-",
        b".5e3",
        b"12345",
        b"41.12345,-87.12345",
        b"true",
        b"null",
        b"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80",
        b"\xff",
        b"\xf0\x9f",
        b"|",
        b"\"\"",
        b"  ",
        b"[CreditCardNumber]",
        b"****",
    ]);
    let digits = (1_usize..80).prop_map(|n| (0..n).map(|i| b'0' + (i % 10) as u8).collect::<Vec<_>>());
    let filler = (1_usize..900)
        .prop_map(|n| b"lorem ipsum \xc3\xa4 ".iter().copied().cycle().take(n).collect::<Vec<_>>());
    let long = (900_usize..2_600).prop_map(|n| vec![b'7'; n]);
    prop_oneof![20 => known.prop_map(<[u8]>::to_vec), 2 => digits, 1 => filler, 1 => long]
}

fn input() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(fragment(), 0..40).prop_map(|fragments| fragments.concat())
}

/// Inputs that are mostly JSON, so that bare numbers stand where they should.
fn json_lines(digits_max: usize) -> impl Strategy<Value = Vec<u8>> {
    let scalar = prop_oneof![
        Just("4111111111111111".to_owned()),
        Just("-41111111.5e7".to_owned()),
        Just("\"card \\\"4111 1111 1111 1111\\\"\"".to_owned()),
        Just("\"name: Jörg Weiß\"".to_owned()),
        Just("[41.12345,-87.12345, true]".to_owned()),
        Just("\"{\\\"card\\\": 4111111111111111, \\\"b\\\":null}\"".to_owned()),
        (1_u64..u64::MAX).prop_map(|n| n.to_string()),
        (1_usize..digits_max).prop_map(|n| "9".repeat(n)),
    ];
    let line = prop::collection::vec((prop::sample::select(vec!["card", "a", "größe"]), scalar), 1..6)
        .prop_map(|members| {
            let members: Vec<_> = members.iter().map(|(key, value)| format!("\"{key}\": {value}")).collect();
            format!("{{{}}}\n", members.join(","))
        });
    prop::collection::vec(line, 1..6).prop_map(|lines| lines.concat().into_bytes())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn streams_equal_whole_texts(
        input in prop_oneof![input(), json_lines(1_200)],
        number in 0_usize..5,
        cuts in prop::collection::vec(prop_oneof![1_usize..8, 1_usize..4_000], 1..6),
    ) {
        for syntax in syntaxes() {
            let (expected, counts) = whole(&input, number, &syntax);
            let (got, counted) = streamed(&input, number, &syntax, &cuts);
            prop_assert_eq!(String::from_utf8_lossy(&got), String::from_utf8_lossy(&expected), "{:?}", syntax);
            prop_assert_eq!(got, expected);
            prop_assert_eq!(counted, counts);
        }
    }

    #[test]
    fn json_stays_json(input in json_lines(900), number in 0_usize..5) {
        for syntax in [Syntax::Auto, Syntax::Json] {
            let (masked, _) = whole(&input, number, &syntax);
            for (before, after) in input.split(|b| *b == b'\n').zip(masked.split(|b| *b == b'\n')) {
                let after = String::from_utf8(after.to_vec()).unwrap();
                prop_assert!(before.is_empty() || is_json(&after), "{after}");
                let nested = after.split("\"{").nth(1).and_then(|rest| rest.split("}\"").next());
                let nested = nested.map(|inner| format!("{{{}}}", inner.replace("\\\"", "\"")));
                prop_assert!(nested.is_none_or(|inner| is_json(&inner)), "{after}");
            }
        }
    }

    #[test]
    fn text_keeps_its_length_in_characters(input in input()) {
        let (masked, _) = whole(&input, 0, &Syntax::Text);
        let length = |bytes: &[u8]| bytes.utf8_chunks().map(|c| c.valid().chars().count() + c.invalid().len()).sum::<usize>();
        prop_assert_eq!(length(&masked), length(&input));
    }

    #[test]
    fn a_second_pass_changes_nothing(input in prop_oneof![input(), json_lines(1_200)], number in 0_usize..5) {
        for syntax in syntaxes() {
            let (once, _) = whole(&input, number, &syntax);
            let (twice, counts) = whole(&once, number, &syntax);
            prop_assert_eq!(String::from_utf8_lossy(&twice), String::from_utf8_lossy(&once), "{:?}", &syntax);
            prop_assert!(counts.is_empty());
        }
    }
}

fn is_json(text: &str) -> bool {
    serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
}

#[test]
fn every_cut_of_a_short_input_gives_the_same() {
    let input = "x card #4111-1111 é\n{\"card\":-4111111,\"b\":\"\\u00e9\"}\ncvv 123 name: Jörg Weiß\n\"card\",\"1\"\"2345\"\n".as_bytes();
    for syntax in syntaxes() {
        let expected = whole(input, 0, &syntax).0;
        for first in 1..input.len() {
            for second in [1, 7, input.len()] {
                assert_eq!(
                    streamed(input, 0, &syntax, &[first, second]).0,
                    expected,
                    "{syntax:?} {first} {second}"
                );
            }
        }
    }
}

#[test]
fn a_settled_line_comes_out_at_once() {
    for syntax in
        [Syntax::Auto, Syntax::Text, Syntax::Json, Syntax::Csv(Csv { header: false, ..Csv::default() })]
    {
        let mut stream = StreamMasker::new(Double::default(), Masker::default(), syntax.clone());
        for _ in 0..3 {
            let mut out = Vec::new();
            stream.push(b"{\"card\": \"4111111111111111\"}\n");
            stream.drain(&mut out).unwrap();
            let out = String::from_utf8(out).unwrap();
            assert!(out.trim_end().ends_with("\"****************\"}"), "{syntax:?} {out}");
        }
    }
}

#[test]
fn what_is_held_is_bounded() {
    let mut stream = StreamMasker::new(Double::default(), Masker::default(), Syntax::Auto);
    let mut most = 0;
    for _ in 0..200 {
        stream.push(&b"{\"lorem\": \"ipsum\", ".repeat(1_000));
        stream.drain(&mut std::io::sink()).unwrap();
        most = most.max(stream.held_bytes());
    }
    assert!(most < 64 << 10, "{most}");
}

#[test]
fn a_reader_passes_through() {
    let input = b"card 4111111111111111\n".repeat(20_000);
    let mut out = Vec::new();
    let counts = StreamMasker::new(&Double::default(), Masker::default(), Syntax::Auto)
        .pass(&mut &input[..], &mut out);
    assert_eq!(out, b"card ****************\n".repeat(20_000));
    assert_eq!(counts.unwrap().of("CreditCardNumber"), 20_000);
}

/// Says something impossible.
struct Liar(fn(&Part<'_>) -> Certain<Spot>);

impl Find for Liar {
    type Place = Spot;

    fn find(&self, bytes: &RawBytes) -> Vec<Spot> {
        self.find_part(&Part { bytes, from: 0, end_of_input: true }).places
    }

    fn find_text(&self, text: &RawText) -> Vec<Spot> {
        self.find(&RawBytes::new(vec![b'x'; text.length()]))
    }

    fn find_part(&self, part: &Part<'_>) -> Certain<Spot> {
        (self.0)(part)
    }

    fn rule(&self, _: &Spot) -> &RuleInfo {
        static RULE: std::sync::LazyLock<RuleInfo> =
            std::sync::LazyLock::new(|| crate::mask::double::rule("X"));
        &RULE
    }

    fn discards(&self, _: &Spot) -> bool {
        false
    }
}

fn spot(value: (usize, usize), mask: (usize, usize)) -> Spot {
    Spot { value: ByteSpan::at(value.0, value.1), mask: ByteSpan::at(mask.0, mask.1), rule: 0 }
}

#[test]
fn contradictions_mask_everything() {
    let liars: [fn(&Part<'_>) -> Certain<Spot>; 6] = [
        |part| Certain { places: vec![], upto: part.bytes.length() + 1 },
        |part| Certain { places: vec![spot((0, 3), (1, 2))], upto: part.bytes.length() },
        |part| Certain {
            places: vec![spot((4, 2), (4, 2)), spot((1, 2), (1, 2))],
            upto: part.bytes.length(),
        },
        |part| Certain {
            places: vec![spot((0, 4), (0, 4)), spot((3, 4), (3, 4))],
            upto: part.bytes.length(),
        },
        |part| Certain { places: vec![spot((0, 400), (0, 400))], upto: part.bytes.length() },
        |part| Certain { places: vec![spot((2, 0), (2, 0))], upto: part.bytes.length() },
    ];
    for (index, liar) in liars.into_iter().enumerate() {
        let text = "canary é\nx";
        let mut stream = StreamMasker::new(Liar(liar), Masker::default(), Syntax::Auto);
        let mut out = Vec::new();
        stream.push(text.as_bytes());
        assert_eq!(stream.drain(&mut out), Err(MaskError::Inconsistent { at: 0 }), "{index}");
        assert_eq!(String::from_utf8(out.clone()).unwrap(), "********\n*");
        assert_eq!((stream.held_bytes(), stream.drain(&mut out)), (0, Err(MaskError::Stopped)));
        stream.push(b"more");
        assert_eq!((stream.held_bytes(), stream.fill_from(&mut &b"x"[..])), (0, Err(MaskError::Stopped)));
        if index > 0 {
            let masked = mask_text(&Liar(liar), &RawText::new(text.to_owned()), &Masker::default());
            assert_eq!(masked.text.as_str(), "********\n*");
        }
    }
}

#[test]
fn a_finder_that_never_settles_is_stopped() {
    let mut stream = StreamMasker::new(
        Liar(|part| Certain { places: vec![], upto: part.from }),
        Masker::default(),
        Syntax::Text,
    );
    stream.push(&vec![b'a'; HELD_BYTES_MAX]);
    assert_eq!(stream.drain(&mut std::io::sink()), Ok(()));
    stream.push(b"a");
    let mut out = Vec::new();
    assert_eq!(stream.drain(&mut out), Err(MaskError::Inconsistent { at: 0 }));
    assert!(out.len() == HELD_BYTES_MAX + 1 && out.iter().all(|byte| *byte == b'*'));
}

#[test]
fn errors_of_readers_and_writers_stop_quietly() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("canary"))
        }
    }
    impl Write for Broken {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("canary"))
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let stream = || StreamMasker::new(Double::default(), Masker::default(), Syntax::Text);
    let read = stream().pass(&mut Broken, &mut Vec::new()).unwrap_err();
    let written = stream().pass(&mut &b"canary\n"[..], &mut Broken).unwrap_err();
    for error in [read, written] {
        assert!(!format!("{error} {error:?}").contains("canary"));
    }
}
