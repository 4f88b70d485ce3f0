//! Which part of the answer is the value, when the value is a name? "AMAZON.FirstName", "AMAZON.LastName",
//! "AMAZON.StreetName", and what any list or place leaves unrecognised.
//!
//! People answer in sentences: `my name is Emily, thanks`. The opening and the close are cut off, what stays is kept as it was
//! said: Lex converts no nickname and no variant either.

use super::Spelling;
use super::letters;
use super::pieces::{Kind, Pieces};

/// Phrases that open an answer, read again and again.
const OPENINGS: [&str; 77] = [
    "my name is",
    "my name's",
    "the name is",
    "the name's",
    "name is",
    "i am",
    "i'm",
    "im",
    "it is",
    "it's",
    "its",
    "this is",
    "that is",
    "that's",
    "that would be",
    "it would be",
    "it'd be",
    "call me",
    "they call me",
    "people call me",
    "you can call me",
    "i live in",
    "i live on",
    "i'm in",
    "i am in",
    "i'm from",
    "i am from",
    "we live in",
    "i want to go to",
    "i'd like to go to",
    "i would like to go to",
    "we want to go to",
    "i'm going to",
    "i am going to",
    "going to",
    "travel to",
    "flying to",
    "flying from",
    "fly to",
    "to",
    "from",
    "in",
    "at",
    "on",
    "i want",
    "i'd like",
    "i would like",
    "i'll have",
    "i will have",
    "i'll take",
    "i will take",
    "i need",
    "i think",
    "i guess",
    "give me",
    "make it",
    "make that",
    "let's say",
    "let us say",
    "how about",
    "what about",
    "maybe",
    "um",
    "uh",
    "er",
    "well",
    "yes",
    "yeah",
    "sure",
    "ok",
    "okay",
    "hello",
    "hi",
    "please",
    "so",
    "no",
    "for",
];
/// Phrases that close one.
const CLOSINGS: [&str; 11] = [
    "please",
    "thanks",
    "thank you",
    "thank you very much",
    "instead",
    "for now",
    "if possible",
    "i think",
    "i guess",
    "sir",
    "madam",
];
/// Most pieces of `my ... is`.
const MY_PIECES_MAX: usize = 6;

/// Where the value begins, behind what opens the answer. Never the end.
pub(crate) fn opening(p: &Pieces<'_>) -> usize {
    let mut from = 0;
    loop {
        let next = step(p, from);
        if next == from || next >= p.len() {
            return from;
        }
        from = next;
    }
}

fn step(p: &Pieces<'_>, from: usize) -> usize {
    if p.kind(from) == Some(Kind::Mark) && !p.is_any(from, &["+", "@", "$", "£", "€", "(", ".", "-", "#"])
    {
        return from + 1;
    }
    if let Some((phrase, len)) = p.longest(from, &OPENINGS) {
        // `no` and `to` may be all that somebody says of a place; `Hi` is a name when nothing follows.
        let last = from + len >= p.len();
        return if last && !phrase.contains(' ') { from } else { from + len };
    }
    if p.is_any(from, &["my", "the", "our"]) {
        let end = (from + 1..p.len().min(from + MY_PIECES_MAX))
            .find(|at| p.is_any(*at, &["is", "are", "was", ":"]));
        return end.map_or(from, |end| end + 1);
    }
    from
}

/// Where the value ends, before what closes the answer. Never before `from`.
fn closing(p: &Pieces<'_>, from: usize) -> usize {
    let mut to = p.len();
    while to > from + 1 {
        let mark = p.kind(to - 1) == Some(Kind::Mark) && !p.is_any(to - 1, &["%", "€", "#"]);
        let phrase = CLOSINGS.iter().filter_map(|phrase| {
            let words = phrase.split(' ').count();
            let start = to.checked_sub(words).filter(|start| *start > from)?;
            p.phrase(start, phrase).filter(|len| start + len == to).map(|_| start)
        });
        match phrase.min() {
            Some(start) => to = start,
            None if mark => to -= 1,
            None => break,
        }
    }
    to
}

/// The pieces that hold the value of an answer.
pub(crate) fn core(p: &Pieces<'_>) -> (usize, usize) {
    let from = opening(p);
    (from, closing(p, from))
}

/// Which of a person's names is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Which {
    First,
    Last,
}

/// Particles that belong to the surname behind them.
const PARTICLES: [&str; 18] = [
    "van", "von", "de", "der", "den", "del", "della", "di", "da", "dos", "du", "la", "le", "bin", "ibn",
    "al", "el", "mc",
];
/// Longest name, in pieces.
const NAME_PIECES_MAX: usize = 8;

/// A person's name in the answer: value, first piece, one behind the last.
pub(crate) fn find(p: &Pieces<'_>, which: Which, spelling: Spelling) -> Option<(String, usize, usize)> {
    let (from, to) = core(p);
    let spelled = letters::spelled(p, from, to, spelling)
        .filter(|value| value.chars().count() > 1 && all_letters(value));
    if let Some(value) = spelled.filter(|_| to - from > 1 || spelling != Spelling::Natural) {
        return Some((value, from, to));
    }
    let named = (from..to).all(|at| p.kind(at) == Some(Kind::Letters) || p.is_any(at, &["-", ".", "'"]));
    if !named || to == from || to - from > NAME_PIECES_MAX {
        return None;
    }
    let (start, end) = match which {
        _ if !full_name(p, from) => (from, to),
        Which::First => (from, first_end(p, from, to)),
        Which::Last => (last_start(p, from, to), to),
    };
    Some((p.said(start, end).to_owned(), start, end))
}

fn all_letters(value: &str) -> bool {
    value.chars().all(char::is_alphabetic)
}

/// Whether somebody introduced themselves, so that both names may stand here.
fn full_name(p: &Pieces<'_>, from: usize) -> bool {
    (0..from).any(|at| p.is_any(at, &["name", "name's", "i'm", "am", "this", "call"]))
        && !(0..from).any(|at| p.is_any(at, &["first", "last", "given", "family", "surname"]))
}

/// The first name of a full name: one word with what hangs on its hyphen.
fn first_end(p: &Pieces<'_>, from: usize, to: usize) -> usize {
    let mut end = from + 1;
    while end + 1 < to && p.is(end, "-") && p.glued(end) {
        end += 2;
    }
    end.min(to)
}

/// The surname of a full name: the last word with its particles and hyphens.
fn last_start(p: &Pieces<'_>, from: usize, to: usize) -> usize {
    let mut start = to - 1;
    while start >= from + 2 && p.is(start - 1, "-") {
        start -= 2;
    }
    while start > from + 1 && p.is_any(start - 1, &PARTICLES) {
        start -= 1;
    }
    start
}

/// The name of a street: without the house number, up to what follows it.
pub(crate) fn street(p: &Pieces<'_>) -> Option<(String, usize, usize)> {
    let (mut from, to) = core(p);
    let number = |at: usize| {
        p.kind(at) == Some(Kind::Digits) && !(p.glued(at + 1) && p.is_any(at + 1, &["st", "nd", "rd", "th"]))
    };
    while from + 1 < to
        && (number(from) || (p.glued(from) && p.word(from).len() == 1) || p.is_any(from, &[",", "#"]))
    {
        from += 1;
    }
    let to = (from..to).find(|at| p.is(*at, ",")).unwrap_or(to);
    let letters = (from..to).any(|at| p.kind(at) == Some(Kind::Letters));
    (letters && to - from <= 2 * NAME_PIECES_MAX).then(|| (p.said(from, to).to_owned(), from, to))
}

/// What stays of an answer when any words may be the value.
pub(crate) fn anything(p: &Pieces<'_>, pieces_max: usize) -> Option<(String, usize, usize)> {
    let (from, to) = core(p);
    let words = (from..to).any(|at| p.kind(at) != Some(Kind::Mark));
    (words && to - from <= pieces_max).then(|| (p.said(from, to).to_owned(), from, to))
}
