//! What must hold for every input whatsoever? The bodies of the fuzz targets, so that a plain test can replay what
//! fuzzing found (`cargo test --no-default-features` in this folder).

pub mod dialog;
pub mod iam;
pub mod lex;
pub mod message;
pub mod query;
pub mod wire;

use sotto_detect::{Detection, Mode, Part, Scanner, Selection};
use sotto_protect::policy::{ManagedIds, check_bytes};
use sotto_protect::{
    Columns, Csv, Delimiter, Masker, Numbers, Scope, ScopeKind, StreamMasker, Style, Syntax, TokenKey,
    mask_bytes,
};
use sotto_sensitive::RawBytes;
use std::sync::{Arc, LazyLock};
use zeroize::Zeroizing;

static OWN: LazyLock<Scanner> = LazyLock::new(|| {
    Scanner::builder()
        .select(Selection::All)
        .build()
        .expect("the built-in rules compile")
});
static AWS: LazyLock<Scanner> = LazyLock::new(|| {
    Scanner::builder()
        .mode(Mode::AwsPolicy)
        .select(Selection::All)
        .build()
        .expect("the built-in rules compile")
});

/// Findings lie in order inside the input and apart; parts of a stream give the findings of the whole.
pub fn scanner(input: &[u8]) {
    for scanner in [&*OWN, &*AWS] {
        let bytes = RawBytes::new(input.to_vec());
        let whole = scanner.scan_bytes(&bytes);
        let mut end = 0;
        for found in &whole {
            assert!(
                found.mask.contains(found.bytes)
                    && end <= found.mask.start()
                    && found.mask.end() <= input.len()
            );
            assert!(!found.bytes.is_empty() && found.chars.length() <= found.bytes.length());
            end = found.mask.end();
        }
        assert_eq!(in_parts(scanner, input), whole);
    }
}

/// What is read without its disguise maps back to places of the input, in order, unit by unit.
pub fn disguise(input: &[u8]) {
    for view in OWN.origins(&RawBytes::new(input.to_vec())) {
        let (mut from, mut upto) = (0, 0);
        for (start, end) in view {
            assert!(from <= start && upto <= end && start <= end && end <= input.len());
            assert!(start >= upto || start == from);
            (from, upto) = (start, end);
        }
    }
}

/// Findings of a stream that grows byte by byte where it is short, in fewer steps where it is long.
fn in_parts(scanner: &Scanner, input: &[u8]) -> Vec<Detection> {
    let step = input.len() / 64 + 1;
    let (mut found, mut from, mut length) = (Vec::new(), 0, 0);
    loop {
        length = input.len().min(length + step);
        let bytes = RawBytes::new(input[..length].to_vec());
        let settled = scanner.scan_part(&Part {
            bytes: &bytes,
            from,
            end_of_input: length == input.len(),
        });
        found.extend(settled.detections);
        from = settled.upto;
        if length == input.len() {
            return found;
        }
    }
}

/// The parser takes any bytes, within bounds.
pub fn policy_parse(input: &[u8]) {
    static IDS: LazyLock<ManagedIds> =
        LazyLock::new(|| ManagedIds::new(sotto_detect::catalog::all().iter().map(|file| file.id.clone())));
    let checked = check_bytes(input, &IDS, None);
    let _ = format!("{checked:?}");
}

/// Streaming equals whole-text masking. The first two bytes choose style, syntax and the length of the pieces.
pub fn stream_mask(input: &[u8]) {
    let [choice, cut, input @ ..] = input else { return };
    let style = usize::from(choice % 5);
    let csv = |delimiter, header| {
        Syntax::Csv(Csv {
            delimiter,
            header,
            columns: Columns::All,
        })
    };
    let syntax = match choice / 5 % 5 {
        0 => Syntax::Auto,
        1 => Syntax::Text,
        2 => Syntax::Json,
        3 => csv(Delimiter::Comma, true),
        _ => csv(Delimiter::Tab, false),
    };
    let masked = whole(input, style, &syntax);
    assert_eq!(streamed(input, style, &syntax, usize::from(*cut) + 1), masked);
}

fn whole(input: &[u8], style: usize, syntax: &Syntax) -> Vec<u8> {
    let masked = mask_bytes(&*OWN, &RawBytes::new(input.to_vec()), &masker(style), syntax);
    masked
        .expect("inputs are shorter than a record may be")
        .text
        .into_vec()
}

fn streamed(input: &[u8], style: usize, syntax: &Syntax, cut: usize) -> Vec<u8> {
    let mut stream = StreamMasker::new(&*OWN, masker(style), syntax.clone());
    let mut out = Vec::new();
    for piece in input.chunks(cut) {
        stream.push(piece);
        stream
            .drain(&mut out)
            .expect("the scanner does not contradict itself");
    }
    stream
        .finish(&mut out)
        .expect("the scanner does not contradict itself");
    out
}

fn masker(style: usize) -> Masker {
    let entropy = || Zeroizing::new((0..32).collect());
    Masker::new(match style {
        0 => Style::Asterisks,
        1 => Style::Label,
        2 => Style::Numbered(Numbers::new(entropy()).expect("32 bytes")),
        3 => Style::LastFour,
        _ => Style::Token {
            key: Arc::new(TokenKey::new(entropy()).expect("32 bytes")),
            scope: Scope::new(ScopeKind::Document, "fuzz").expect("a short name"),
        },
    })
}
