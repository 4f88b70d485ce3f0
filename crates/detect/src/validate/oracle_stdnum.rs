//! Do the rules agree with python-stdnum?
//!
//! python-stdnum (LGPL, never part of the product) is asked about some two thousand made-up numbers of
//! every shape: payloads with all their check values, and valid numbers with one digit changed. Where the
//! module is missing the test says so and passes, unless `CI` is `true`: there it must be installed. Every
//! kind of answer in which we mean to differ is listed with its reason.

use std::io::Write;
use std::process::{Command, Stdio};

use super::by_name;
use super::shapes::{Dice, SHAPES, candidates, one_digit_off, payload};

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/oracle_stdnum.py");
/// Where the test script of the repository installs what tests compare with.
const VENV: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../.venv/bin/python");
const CASES_PER_SHAPE: usize = 2_000;

#[test]
fn agrees_with_python_stdnum() {
    let Some(python) = [VENV, "python3"].into_iter().find(|python| has_stdnum(python)) else {
        assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "python-stdnum must be installed in CI");
        eprintln!("skipped: python-stdnum is not installed");
        return;
    };
    let cases: Vec<_> = SHAPES.iter().flat_map(|(name, shape, _)| cases(name, shape)).collect();
    let answers = ask(python, &cases);
    assert_eq!(answers.len(), cases.len());
    let mut tally = std::collections::BTreeMap::<&str, [usize; 3]>::new();
    for ((name, value), answer) in cases.iter().zip(&answers) {
        let ours = by_name(name).expect("the rule is in the table")(value.as_bytes());
        let counts = tally.entry(name).or_default();
        match answer {
            '1' | '0' if ours == (*answer == '1') => counts[usize::from(!ours)] += 1,
            '1' | '0' if is_meant(name, value, ours) => {}
            '1' | '0' => counts[2] += 1,
            _ => {}
        }
    }
    let wrong: Vec<_> = tally.iter().filter(|(_, [.., differ])| *differ > 0).collect();
    assert!(wrong.is_empty(), "rules that differ, with numbers [both valid, both not, differ]: {wrong:?}");
    let compared = tally.values().filter(|[valid, not, _]| valid + not > 0);
    let unproven = compared.clone().filter(|[valid, not, _]| *valid < 30 || *not < 30).count();
    assert!(compared.count() > 30 && unproven == 0, "too little was compared: {tally:?}");
}

fn has_stdnum(python: &str) -> bool {
    let status = Command::new(python).args(["-c", "import stdnum"]).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

/// Differences that we mean, each with its reason.
fn is_meant(name: &str, value: &str, ours: bool) -> bool {
    match (name, ours) {
        // The first two digits are no district that the Federal Reserve has.
        ("aba-routing", false) => true,
        // python-stdnum does not look at the date of birth.
        ("at-svnr", false) => true,
        // Years to 2049 that are the future for python-stdnum; a rule here has no clock.
        ("be-nrn", true) => value < "50",
        ("no-fnr", true) => matches!(value.as_bytes()[6], b'5'..=b'9'),
        ("dk-cpr", true) => matches!(value.as_bytes()[6], b'4'..=b'9'),
        // Check values 10 and 11 are not given in British Columbia; python-stdnum writes them as 0.
        ("ca-bc-phn", false) => value.ends_with('0'),
        // The ten written as 0 ended with the births of 1985.
        ("cz-rc", false) => value.ends_with('0'),
        // python-stdnum is asked about Luhn alone: here the issuer must exist too.
        ("card", false) => true,
        // Bodies of this kind write a letter, never a digit.
        ("es-cif", false) => value.starts_with('Q') && value.ends_with(|c: char| c.is_ascii_digit()),
        // Older numbers of kind M carry the letter of companies.
        ("es-nif", true) => value.starts_with('M'),
        // The 1800s, which end with 8, are the past for python-stdnum.
        ("is-kennitala", true) => value.ends_with('8'),
        // Births from 2100 on are not taken.
        ("jmbg", false) => {
            ('1'..='7').any(|century| value.get(4..).is_some_and(|year| year.starts_with(century)))
        }
        // Foreigners' numbers are computed by another rule, which python-stdnum lacks.
        ("kr-rrn", _) if matches!(value.as_bytes()[7], b'5'..=b'8') => true,
        // Births after today, and places of birth above 96: neither says that the number cannot be.
        ("kr-rrn", true) => {
            let future = value < "50" && matches!(value.as_bytes()[7], b'3' | b'4' | b'7' | b'8');
            future || value.get(8..10) > Some("96")
        }
        // Codes from 33 to 39, which are to follow those that begin with 32.
        ("lv-pk", true) => value.starts_with('3'),
        // python-stdnum takes bodies (first digit above 3) and births from 2100 on too.
        ("lv-pk", false) => value.starts_with(['4', '5', '6', '7', '8', '9']) || value.as_bytes()[7] > b'2',
        // Numbers from 150,000,000 to 200,000,000 are given since 2021.
        ("nz-ird", true) => value > "150000000",
        // Check values 00, 01 and 99 repeat the remainders of 97, 98 and 02; none is ever computed.
        ("iban" | "iban-de" | "iban-es" | "iban-fr" | "iban-gb" | "iban-it", false) => {
            matches!(value.get(2..4), Some("00" | "01" | "99"))
        }
        ("iso7064-mod97-10", false) => ["00", "01", "99"].iter().any(|check| value.ends_with(check)),
        // Of 40 to 49 only 45 begins a Portuguese number, of 90 to 99 only 90, 91, 98 and 99.
        ("pt-nif", false) => value.starts_with(['4', '9']),
        // Groups 50 to 65 are given since 2011.
        ("us-itin", true) => matches!(value.as_bytes()[4], b'5' | b'6'),
        _ => false,
    }
}

fn cases(name: &'static str, shape: &str) -> Vec<(&'static str, String)> {
    let rule = by_name(name).expect("the rule is in the table");
    let mut dice = Dice(1953);
    let mut texts = Vec::new();
    while texts.len() < CASES_PER_SHAPE {
        let tried = candidates(&payload(shape, &mut dice));
        let valid = tried.iter().find(|text| rule(text.as_bytes())).cloned();
        let mutated: Vec<_> = valid.iter().flat_map(|text| one_digit_off(text)).collect();
        let step = tried.len().div_ceil(12);
        texts.extend(mutated.into_iter().filter(|_| dice.below(16) == 0));
        texts.extend(tried.into_iter().skip(texts.len() % step).step_by(step).chain(valid));
    }
    texts.into_iter().map(|text| (name, text)).collect()
}

/// One answer per case: `1`, `0`, or `-` where the module has no such number.
fn ask(python: &str, cases: &[(&str, String)]) -> Vec<char> {
    let mut python = Command::new(python)
        .arg(SCRIPT)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 starts");
    let lines: String = cases.iter().map(|(name, value)| format!("{name}\t{value}\n")).collect();
    python.stdin.take().expect("a pipe").write_all(lines.as_bytes()).expect("the script reads");
    let output = python.wait_with_output().expect("the script ends");
    assert!(output.status.success(), "the script failed");
    String::from_utf8(output.stdout).expect("text").chars().filter(|c| !c.is_whitespace()).collect()
}
