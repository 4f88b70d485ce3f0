//! Does the value of a key look like a name? `"customer": "Emma Wilson"`, `name=Emma Wilson role=admin`, `Name: Emma`.
//!
//! Machines name everything: pods, fonts, threads. So the value must be two to five words of letters, each with a capital
//! or all without, and a key may say whose it is (`customerName`). Who it names is left to the
//! tagger, and to `person`, which asks more where the key could be anybody's or anything's.

use super::cues::is_behind_escape;
use crate::matchers::{byte_at, byte_before, forward};
use std::ops::Range;

/// Longest value.
const VALUE_BYTES_MAX: usize = 64;
/// Shortest name of two words.
const NAME_BYTES_MIN: usize = 4;
/// Most words of a name.
const WORDS_MAX: usize = 5;
/// Longest word before `name` in a key.
const QUALIFIER_BYTES_MAX: usize = 16;

/// Whose name a key holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    /// A person's: `customer`, `fullName`.
    Person,
    /// Anything's: `name`, `owner`.
    Anything,
}

/// Keys of persons.
const PERSONS: [&[u8]; 25] = [
    b"customer",
    b"patient",
    b"patientin",
    b"cardholder",
    b"recipient",
    b"guest",
    b"passenger",
    b"tenant",
    b"insured",
    b"beneficiary",
    b"employee",
    b"attn",
    b"fullname",
    b"firstname",
    b"lastname",
    b"surname",
    b"vorname",
    b"nachname",
    b"kunde",
    b"kundin",
    b"apellidos",
    b"cognome",
    b"titular",
    b"paciente",
    b"sobrenome",
];
/// What makes `name` a person's when it stands before it.
const QUALIFIERS: [&[u8]; 7] = [b"full", b"first", b"last", b"family", b"given", b"client", b"maiden"];
/// What may stand before such words without making them another thing's.
const ALSO_PERSONS: [&[u8]; 12] = [
    b"contact",
    b"holder",
    b"account",
    b"card",
    b"user",
    b"sender",
    b"legal",
    b"billing",
    b"shipping",
    b"the",
    b"your",
    b"my",
];

/// The value of the key that begins at `start`, if it may be a name.
pub(crate) fn value(text: &[u8], start: usize) -> Option<(Range<usize>, Owner)> {
    let word_end = forward(text, start, 24, |byte| !byte.is_ascii_alphabetic());
    let key_end =
        forward(text, start, 24, |byte| !(byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')));
    let mark = forward(text, key_end, 4, |byte| !matches!(byte, b'"' | b'\'' | b'\\' | b' '));
    if !matches!(byte_at(text, mark), b':' | b'=' | b'>') {
        return None;
    }
    let from = forward(text, mark + 1, 5, |byte| !matches!(byte, b'"' | b'\'' | b'\\' | b' ' | b'['));
    let end = forward(text, from, VALUE_BYTES_MAX, |byte| !is_name_byte(byte));
    if end - from < NAME_BYTES_MIN || end - from == VALUE_BYTES_MAX {
        return None;
    }
    let end = before_next_key(text, from, end);
    let end = from + leading(text.get(from..end)?);
    let value = text.get(from..end).filter(|value| is_name_like(value))?;
    let owner = owner(text, start, word_end)?;
    Some((from..from + value.len(), owner))
}

/// Whose name the key is for; anything's where another word stands before it: `productName`, `host name`.
fn owner(text: &[u8], start: usize, end: usize) -> Option<Owner> {
    let own = text.get(start..end)?;
    let known = |list: &[&[u8]], word: &[u8]| list.iter().any(|one| one.eq_ignore_ascii_case(word));
    let joint = byte_before(text, start);
    let glued = usize::from(start > 0 && matches!(joint, b'_' | b'-' | b' ' | b'.'));
    let stop = start - glued;
    let floor = if is_behind_escape(text, start) { stop } else { stop.saturating_sub(QUALIFIER_BYTES_MAX) };
    let before = text.get(floor..stop)?;
    let length = before.iter().rev().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let qualifier = before.get(before.len() - length..)?;
    // `fullName`: the word before ends where the capital begins.
    let hump = glued == 0 && length > 0;
    let qualifier = match qualifier.iter().rposition(u8::is_ascii_uppercase) {
        Some(at) if hump => qualifier.get(at..)?,
        _ => qualifier,
    };
    if known(&PERSONS, own) || known(&PERSONS, qualifier) || known(&QUALIFIERS, qualifier) {
        return Some(Owner::Person);
    }
    Some(if known(&ALSO_PERSONS, qualifier) { Owner::Person } else { Owner::Anything })
}

const fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte >= 0x80 || matches!(byte, b' ' | b'\'' | b'-' | b'.')
}

/// Where a key follows without a mark (`name=Emma Wilson role=admin`) or a path or number does, the last word is no name.
fn before_next_key(text: &[u8], from: usize, end: usize) -> usize {
    let word =
        text.get(from..end).unwrap_or_default().rsplit(|byte| *byte == b' ').next().unwrap_or_default();
    // `Emma Wilson: done`
    let capital = byte_at(text, end) == b':' && word.first().is_some_and(u8::is_ascii_uppercase);
    let cut = !capital && matches!(byte_at(text, end), b'=' | b':' | b'_' | b'/' | b'@' | b'0'..=b'9' | b'(');
    let mut last = end;
    if cut {
        while last > from && byte_before(text, last) != b' ' {
            last -= 1;
        }
    }
    while last > from && matches!(byte_before(text, last), b' ' | b'-' | b'.' | b'\'') {
        last -= 1;
    }
    last
}

/// Where words with capitals stop, if the first has one: `Emma Wilson - ok`.
fn leading(value: &[u8]) -> usize {
    const PARTICLES: [&[u8]; 12] =
        [b"de", b"la", b"von", b"van", b"da", b"dos", b"del", b"di", b"der", b"den", b"du", b"y"];
    let capital = |word: &[u8]| word.first().is_some_and(|byte| byte.is_ascii_uppercase() || *byte >= 0x80);
    if !capital(value) {
        return value.len();
    }
    let (mut at, mut end) = (0, 0);
    for word in value.split(|byte| *byte == b' ') {
        at += word.len();
        match capital(word) {
            true => end = at,
            false if PARTICLES.contains(&word) => {}
            false => break,
        }
        at += 1;
    }
    end
}

fn is_name_like(value: &[u8]) -> bool {
    let words = || value.split(|byte| *byte == b' ').filter(|word| !word.is_empty());
    let count = words().count();
    let capital = |word: &&[u8]| word.first().is_some_and(|byte| byte.is_ascii_uppercase() || *byte >= 0x80);
    let ends = [words().next(), words().next_back()].iter().flatten().filter(|word| capital(word)).count();
    // `Zoë de la Cruz`, `emma wilson`
    (2..=WORDS_MAX).contains(&count) && (ends == 2 || !words().any(|word| capital(&word)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_may_be_names() {
        let check =
            |text: &str| value(text.as_bytes(), 0).map(|(range, _)| text.get(range).unwrap().to_owned());
        for (text, expected) in [
            ("name\": \"Emma Wilson\"", "Emma Wilson"),
            ("customer=Emma Wilson role=admin", "Emma Wilson"),
            ("Name: Zoë de la Cruz, age 3", "Zoë de la Cruz"),
            ("patient: emma wilson", "emma wilson"),
            ("fullName>Emma O'Hara</", "Emma O'Hara"),
        ] {
            assert_eq!(check(text).as_deref(), Some(expected), "{text}");
        }
        for text in ["name=nginx", "name: web-01 ok", "name Emma Wilson", "name=\"a/b c\"", "name: \"Emma\""]
        {
            assert_eq!(check(text), None, "{text}");
        }
    }

    #[test]
    fn keys_say_whose_name_they_hold() {
        let check =
            |text: &str, key: &str| value(text.as_bytes(), text.find(key).unwrap()).map(|(_, owner)| owner);
        for (text, key, expected) in [
            ("\"name\": \"Emma Wilson\"", "name", Some(Owner::Anything)),
            ("customer: Emma Wilson", "customer", Some(Owner::Person)),
            ("\"fullName\": \"Emma Wilson\"", "Name", Some(Owner::Person)),
            ("customer_name=Emma Wilson", "name", Some(Owner::Person)),
            ("account name: Emma Wilson", "name", Some(Owner::Person)),
            ("Product Name: Emma Wilson", "Name", Some(Owner::Anything)),
            ("\"displayName\": \"Emma Wilson\"", "Name", Some(Owner::Anything)),
            ("name: web server", "name", Some(Owner::Anything)),
        ] {
            assert_eq!(check(text, key), expected, "{text}");
        }
    }
}
