//! What makes a scanner slow? Inputs that invite a candidate at every character, or a keyword without an end: each mode
//! repeats one such thing, so that time against size shows whether the scanner's cost grows faster than its input.

use crate::rng::Rng;

/// The modes, in the order of the help text.
pub const MODES: &[&str] = &[
    "digits",
    "at",
    "dashes",
    "colons",
    "keywords",
    "eyj",
    "pem",
    "parens",
    "backslash",
    "utf8",
    "long-line",
    "dots",
    "quotes",
    "braces",
    "plus",
];

/// A piece of the mode; `None` for an unknown mode.
pub fn piece(rng: &mut Rng, mode: &str) -> Option<String> {
    Some(match mode {
        "digits" => rng.digits(4096),
        "at" => at(rng),
        "dashes" => dashes(rng),
        "colons" => (0..512).map(|_| rng.hex(4) + ":").collect(),
        "keywords" => "card ssn iban phone passport cvv nhs vin tax id ".repeat(64),
        "eyj" => (0..256).map(|_| "eyJ".to_string() + &rng.of("abcXYZ01.", 13)).collect(),
        "pem" => "-----BEGIN RSA PRIVATE KEY-----\nMIIB\n-----BEGIN PGP PRIVATE KEY BLOCK-----\nPuTTY-User-Key-File-2: x\n".repeat(16),
        "parens" => "(((((((1) (23) ((4".repeat(128),
        "backslash" => "\\\\\\\"{\\\"a\\\":\\\"\\\\u0031".repeat(128),
        "utf8" => rng.of("äßłñžαβгд日本語😀\u{0301}\u{200d}٣", 1024),
        "long-line" => (0..64).map(|_| format!("{} ", rng.shape("@@##-####.####/@@@@ 4### #### card "))).collect(),
        "dots" => (0..512).map(|_| rng.number(2) + ".").collect(),
        "quotes" => "\"ssn\":\"\",\"\":'':`card`=\"".repeat(128),
        "braces" => "{\"a\":[{\"card\":[[{".repeat(128),
        "plus" => (0..512).map(|_| "+".to_string() + &rng.digits(5)).collect(),
        _ => return None,
    })
}

fn at(rng: &mut Rng) -> String {
    (0..256)
        .map(|_| rng.of("abc.-", 6) + rng.pick(&["@", "@", "@@"]))
        .collect()
}

fn dashes(rng: &mut Rng) -> String {
    (0..512)
        .map(|_| {
            let n = rng.range(1, 4) as usize;
            rng.digits(n) + "-"
        })
        .collect()
}
