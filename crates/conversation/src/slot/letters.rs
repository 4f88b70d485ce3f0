//! Which letters and digits were spelled? "AMAZON.AlphaNumeric" and the spelling styles of the Lex V2 Developer Guide.
//!
//! Three ways stand in one utterance: `a b c`, `b as in boy` (also `b for boy`, `b like boy`), and digits in figures or words.
//! Letters keep the case in which they were written.

use super::Spelling;
use super::pieces::{Kind, Pieces};
use super::spoken;
use regex::Regex;

/// Longest value that a pattern is compared with ("AMAZON.AlphaNumeric").
pub(crate) const VALUE_CHARS_MAX: usize = 30;

/// Words of the spelling alphabet of ICAO (Annex 10, volume II, 5.2.1.3), which people use without the letter.
const ALPHABET: [&str; 27] = [
    "alpha", "alfa", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "india", "juliet",
    "kilo", "lima", "mike", "november", "oscar", "papa", "quebec", "romeo", "sierra", "tango", "uniform",
    "victor", "whiskey", "x-ray", "yankee", "zulu",
];

/// Appends what is spelled at a piece, and answers how many pieces that takes: a letter, digits, or a whole word.
pub(crate) fn spell(p: &Pieces<'_>, at: usize, into: &mut String) -> usize {
    if let Some(len) = as_in(p, at) {
        into.push_str(p.word(at));
        return len;
    }
    if p.word(at) != "o"
        && let Some(len) = spoken::digit_group(p, at, into)
    {
        return len;
    }
    let times = times(p, at);
    let from = at + usize::from(times > 1);
    (0..times).for_each(|_| into.push_str(p.word(from)));
    from + 1 - at
}

fn times(p: &Pieces<'_>, at: usize) -> usize {
    let letter = p.word(at + 1).chars().count() == 1 && p.kind(at + 1) == Some(Kind::Letters);
    match p.word(at) {
        "double" if letter => 2,
        "triple" | "treble" if letter => 3,
        _ => 1,
    }
}

/// `b as in boy`: how many pieces that takes.
fn as_in(p: &Pieces<'_>, at: usize) -> Option<usize> {
    let letter = p.word(at);
    if letter.chars().count() != 1 || p.kind(at) != Some(Kind::Letters) {
        return None;
    }
    let link = ["as in", "is for", "for", "like", "as"].iter().find_map(|link| p.phrase(at + 1, link))?;
    p.word(at + 1 + link).starts_with(letter).then_some(link + 2)
}

/// A value spelled over pieces `from..to`; nothing when a piece is neither a letter nor digits.
pub(crate) fn spelled(p: &Pieces<'_>, from: usize, to: usize, spelling: Spelling) -> Option<String> {
    let (mut value, mut here) = (String::new(), from);
    while here < to {
        if p.is_any(here, &["-", ".", ",", "/", "and"]) || (p.is_any(here, &["dash", "hyphen", "space"])) {
            here += 1;
            continue;
        }
        here += single(p, here, spelling, &mut value)?;
    }
    (!value.is_empty() && here == to).then_some(value)
}

/// One letter or one group of digits.
fn single(p: &Pieces<'_>, at: usize, spelling: Spelling, value: &mut String) -> Option<usize> {
    let said = |from: usize| p.said(from, from + 1);
    if let Some(len) = as_in(p, at) {
        value.push_str(said(at));
        return Some(len);
    }
    let letter = |from: usize| p.kind(from) == Some(Kind::Letters) && p.word(from).chars().count() == 1;
    let times = times(p, at);
    if times > 1 {
        (0..times).for_each(|_| value.push_str(said(at + 1)));
        return Some(2);
    }
    if letter(at) {
        value.push_str(said(at));
        return Some(1);
    }
    if let Some(len) = spoken::digit_group(p, at, value) {
        return Some(len);
    }
    let by_word =
        spelling == Spelling::ByWord && p.kind(at) == Some(Kind::Letters) && ALPHABET.contains(&p.word(at));
    if by_word {
        value.extend(p.word(at).chars().next());
        return Some(1);
    }
    None
}

/// The value in pieces `from..to`, with the pieces that hold it: what is spelled, else the word with digits in it, else the
/// only word. A pattern decides among all of these, in the case as written, upper or lower.
pub(crate) fn find(
    p: &Pieces<'_>,
    range: (usize, usize),
    spelling: Spelling,
    pattern: Option<&Regex>,
) -> Option<(String, usize, usize)> {
    let mut candidates = candidates(p, range, spelling);
    match pattern {
        None => (!candidates.is_empty()).then(|| candidates.swap_remove(0)),
        Some(pattern) => candidates.into_iter().find_map(|(value, from, to)| {
            let cases = [value.to_uppercase(), value.to_lowercase()];
            let fits = |value: &String| value.chars().count() <= VALUE_CHARS_MAX && pattern.is_match(value);
            let found = if fits(&value) { Some(value) } else { cases.into_iter().find(fits) };
            found.map(|value| (value, from, to))
        }),
    }
}

fn candidates(p: &Pieces<'_>, (from, to): (usize, usize), spelling: Spelling) -> Vec<(String, usize, usize)> {
    let mut found = Vec::new();
    found.extend(spelled(p, from, to, spelling).map(|value| (value, from, to)));
    let mut words = words(p, from, to);
    let digits = |word: &(String, usize, usize)| !word.0.chars().any(|letter| letter.is_ascii_digit());
    words.sort_by_key(digits);
    let single = words.len() == 1;
    let with_digits = words.iter().filter(|word| single || !digits(word)).cloned();
    found.extend(with_digits);
    let tail = (from..to).find_map(|start| spelled(p, start, to, spelling).map(|value| (value, start, to)));
    found.extend(tail.filter(|(value, _, _)| {
        value.chars().count() > 1 && value.chars().any(|digit| digit.is_ascii_digit())
    }));
    let joined: String = words_in_order(p, from, to);
    if !joined.is_empty() && to - from > 1 {
        found.push((joined, from, to));
    }
    found.extend(words);
    found
}

/// Stretches without a space, their marks left out.
fn words(p: &Pieces<'_>, from: usize, to: usize) -> Vec<(String, usize, usize)> {
    let mut words: Vec<(String, usize, usize)> = Vec::new();
    for here in from..to {
        let text = if p.kind(here) == Some(Kind::Mark) { "" } else { p.said(here, here + 1) };
        match words.last_mut() {
            Some(word) if p.glued(here) => {
                word.0.push_str(text);
                word.2 = here + 1;
            }
            _ => words.push((text.to_owned(), here, here + 1)),
        }
    }
    words.retain(|word| !word.0.is_empty());
    words
}

fn words_in_order(p: &Pieces<'_>, from: usize, to: usize) -> String {
    let (mut joined, mut here) = (String::new(), from);
    while here < to {
        if p.kind(here) == Some(Kind::Mark) {
            here += 1;
            continue;
        }
        here += match single(p, here, Spelling::Natural, &mut joined) {
            Some(len) => len,
            None => {
                joined.push_str(p.said(here, here + 1));
                1
            }
        };
    }
    joined
}
