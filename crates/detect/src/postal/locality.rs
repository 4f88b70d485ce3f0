//! What follows the street: flat, town, state, postal code, country?
//!
//! The parts come in any number and order that somebody writes; each is taken while it fits, and the address ends with
//! the last one that did. A town is known by its place: capitals, and a code, a state or the end of the sentence behind
//! it. Town and code together make an address complete, which is what AWS asks of one.

use super::lexer::{Kind, Token, Tokens};
use super::lexicon::Classes;
use crate::matchers::byte_at;

/// Most parts behind the street.
const PARTS_MAX: usize = 8;
/// Most words of a town.
const TOWN_WORDS_MAX: usize = 5;

/// What stands behind a street.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Locality {
    /// The token behind the last part.
    pub(crate) end: usize,
    pub(crate) town: bool,
    pub(crate) code: bool,
    /// Anything that only an address goes on with: a flat, a state, a code.
    pub(crate) telling: bool,
}

/// Reads what follows the street that ends before token `end`; `lower` allows towns without capitals.
pub(crate) fn behind(tokens: &Tokens<'_>, end: usize, lower: bool) -> Locality {
    let mut found = Locality { end, ..Locality::default() };
    for _ in 0..PARTS_MAX {
        let Some(next) = part(tokens, &found, lower) else { break };
        found = next;
    }
    found
}

/// The comma, line break or dash before a part.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Joint {
    Blank,
    Comma,
    Break,
}

fn joint(tokens: &Tokens<'_>, at: usize) -> (Joint, usize) {
    match (tokens.kind(at), tokens.kind(at + 1)) {
        (Kind::Comma, Kind::Break) => (Joint::Break, at + 2),
        (Kind::Comma | Kind::Dash, _) => (Joint::Comma, at + 1),
        (Kind::Break, _) => (Joint::Break, at + 1),
        _ => (Joint::Blank, at),
    }
}

fn part(tokens: &Tokens<'_>, found: &Locality, lower: bool) -> Option<Locality> {
    let (joint, at) = joint(tokens, found.end);
    if let Some(end) = unit(tokens, at, joint) {
        return Some(Locality { end, telling: true, ..*found });
    }
    if !found.code
        && let Some(end) = code_first(tokens, at, joint, found.town)
    {
        let bare = end == at + 1 && tokens.kind(at) == Kind::Number;
        return Some(Locality { end, code: true, telling: true, town: found.town || !bare });
    }
    if found.town
        && let Some(end) = state(tokens, at)
    {
        return Some(Locality { end, telling: true, ..*found });
    }
    town(tokens, found, joint, at, lower)
}

/// `Apt 4`, `# 207`, `Suite 3B`, `3º B`, `2nd floor`.
fn unit(tokens: &Tokens<'_>, at: usize, joint: Joint) -> Option<usize> {
    if joint == Joint::Break {
        return None;
    }
    let id = |at: usize| match tokens.get(at) {
        Some(token) if matches!(token.kind, Kind::Number | Kind::Mixed | Kind::Ordinal) => true,
        Some(token) => token.kind == Kind::Word && token.end - token.start == 1 && token.is_title(),
        None => false,
    };
    let token = tokens.get(at)?;
    match token.kind {
        Kind::Hash if id(at + 1) => Some(at + 2),
        Kind::Word if token.is(Classes::UNIT) => {
            let mark = usize::from(tokens.kind(at + 1) == Kind::Hash);
            id(at + 1 + mark).then_some(at + 2 + mark)
        }
        Kind::Ordinal if tokens.is(at + 1, Classes::UNIT) => Some(at + 2),
        // A flat right behind the street: `Boulevard B301`.
        Kind::Mixed if joint == Joint::Blank && is_flat(tokens.bytes(token)) => Some(at + 1),
        Kind::Number
            if tokens.bytes(token).ends_with("º".as_bytes())
                || tokens.bytes(token).ends_with("ª".as_bytes()) =>
        {
            let door = tokens.of(at + 1, Kind::Word).is_some_and(|door| door.end - door.start <= 3);
            Some(at + 1 + usize::from(door))
        }
        _ => None,
    }
}

fn is_flat(bytes: &[u8]) -> bool {
    matches!(bytes, [b'A'..=b'Z' | b'a'..=b'h', rest @ ..] if rest.len() <= 4 && rest.iter().all(u8::is_ascii_digit))
        && british(bytes).is_none()
}

/// A code, alone or with the town that follows it: `75020 Paris`, `1015 CJ Amsterdam`, `M5H 1K4`.
fn code_first(tokens: &Tokens<'_>, at: usize, joint: Joint, town_known: bool) -> Option<usize> {
    if let Some(end) = lettered_code(tokens, at) {
        return Some(end);
    }
    let code = tokens.of(at, Kind::Number)?;
    let bytes = tokens.bytes(code);
    let plain = bytes.iter().all(u8::is_ascii_digit);
    // `1015 CJ Amsterdam`
    let letters = usize::from(
        plain
            && bytes.len() == 4
            && tokens.of(at + 1, Kind::Word).is_some_and(|word| is_upper_pair(tokens, word)),
    );
    let town = town_end(tokens, at + 1 + letters, false);
    match (plain, bytes.len(), town) {
        (true, 4, Some(end)) if !town_known && joint != Joint::Blank => Some(end),
        (true, 4, _) if letters == 1 => Some(at + 2),
        (true, 4, _) if town_known && after_state(tokens, at) => Some(at + 1),
        (true, 5, Some(end)) if !town_known => Some(end),
        (true, 5, _) if joint != Joint::Break || town_known => Some(at + 1),
        (true, 6, _) if town_known => Some(at + 1),
        (false, 10, _) if is_grouped(bytes, 5, 4) => Some(at + 1),
        (false, 9, _) if is_grouped(bytes, 5, 3) => Some(at + 1),
        (false, 8, _) if is_grouped(bytes, 4, 3) => Some(town.unwrap_or(at + 1)),
        _ => None,
    }
}

fn is_upper_pair(tokens: &Tokens<'_>, word: &Token) -> bool {
    matches!(tokens.bytes(word), [a, b] if a.is_ascii_uppercase() && b.is_ascii_uppercase())
}

fn is_grouped(bytes: &[u8], first: usize, second: usize) -> bool {
    bytes.len() == first + 1 + second
        && bytes.get(first) == Some(&b'-')
        && bytes.iter().enumerate().all(|(at, byte)| at == first || byte.is_ascii_digit())
}

/// Whether the token before is a state: then four digits are a code, as in Australia.
fn after_state(tokens: &Tokens<'_>, at: usize) -> bool {
    let state = Classes::STATE.with(Classes::STATE_NAME);
    let back = 1 + usize::from(at > 0 && tokens.kind(at - 1) == Kind::Comma);
    at.checked_sub(back).is_some_and(|before| tokens.is(before, state))
}

/// The codes of the United Kingdom and of Canada, in one or two tokens.
fn lettered_code(tokens: &Tokens<'_>, at: usize) -> Option<usize> {
    let first = tokens.of(at, Kind::Mixed)?;
    let bytes = tokens.bytes(first);
    let (head, tail) = bytes.split_at(bytes.len().saturating_sub(3));
    let canadian = |head: &[u8], tail: &[u8]| {
        matches!(head, [a, b, c] if a.is_ascii_alphabetic() && b.is_ascii_digit() && c.is_ascii_alphabetic())
            && matches!(tail, [a, b, c] if a.is_ascii_digit() && b.is_ascii_alphabetic() && c.is_ascii_digit())
    };
    if canadian(head, tail) || (inward(tail) && british(head).is_some()) {
        return Some(at + 1);
    }
    let second = tokens.get(at + 1).filter(|second| second.start == first.end + 1)?;
    let second = tokens.bytes(second);
    (canadian(bytes, second) || (inward(second) && british(bytes).is_some())).then_some(at + 2)
}

/// The second half of a British code: a digit and two letters.
fn inward(bytes: &[u8]) -> bool {
    matches!(bytes, [a, b, c] if a.is_ascii_digit() && b.is_ascii_alphabetic() && c.is_ascii_alphabetic())
}

/// The first half of a British code: one or two letters, a digit, perhaps another digit or letter.
fn british(bytes: &[u8]) -> Option<()> {
    let letters = bytes.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let rest = bytes.get(letters..)?;
    let fits = (1..=2).contains(&letters)
        && (1..=2).contains(&rest.len())
        && rest.first().is_some_and(u8::is_ascii_digit)
        && rest.iter().all(u8::is_ascii_alphanumeric);
    fits.then_some(())
}

/// A state's code, in capitals, or in small letters before a postal code.
fn state(tokens: &Tokens<'_>, at: usize) -> Option<usize> {
    let token = tokens.get(at).filter(|token| token.is(Classes::STATE))?;
    let capitals = tokens.bytes(token).iter().all(u8::is_ascii_uppercase);
    let comma = usize::from(tokens.kind(at + 1) == Kind::Comma);
    (capitals || is_code(tokens, at + 1 + comma)).then_some(at + 1)
}

fn is_code(tokens: &Tokens<'_>, at: usize) -> bool {
    let digits = tokens.of(at, Kind::Number).map_or(0, |token| token.digits);
    (4..=6).contains(&digits) || lettered_code(tokens, at).is_some()
}

/// The words of a town: capitals, with particles between. Not what begins a sentence or names a person's doing.
fn town_end(tokens: &Tokens<'_>, at: usize, lower: bool) -> Option<usize> {
    let mut end = at;
    while end - at < TOWN_WORDS_MAX {
        let Some(word) = tokens.of(end, Kind::Word) else { break };
        let named = word.is_title() && (!word.is(Classes::STOP) || (word.is(Classes::PARTICLE) && end > at));
        let particle = !word.is_title() && word.is(Classes::PARTICLE) && end > at;
        let small =
            lower && !word.is_title() && !word.is(Classes::STOP.with(Classes::PLAIN).with(Classes::JOINT));
        if !(named || particle || small) || (end > at && is_state_code(tokens, word)) {
            break;
        }
        end += 1;
    }
    let loose = |last: &Token| !last.is_title() && last.is(Classes::PARTICLE.with(Classes::STOP));
    while end > at && tokens.get(end - 1).is_some_and(loose) {
        end -= 1;
    }
    (end > at).then_some(end)
}

fn is_state_code(tokens: &Tokens<'_>, word: &Token) -> bool {
    let bytes = tokens.bytes(word);
    word.is(Classes::STATE) && (bytes.iter().all(u8::is_ascii_uppercase) || bytes.len() == 2)
}

/// A town, district, county, state in full or country.
fn town(tokens: &Tokens<'_>, found: &Locality, joint: Joint, at: usize, lower: bool) -> Option<Locality> {
    let end = town_end(tokens, at, lower)?;
    let capital = tokens.get(at).is_some_and(Token::is_title);
    let taken = Locality { end, town: true, ..*found };
    if is_followed(tokens, end) {
        return Some(Locality { telling: true, ..taken });
    }
    let ends = match tokens.get(end) {
        None => true,
        Some(next) => match next.kind {
            Kind::Stop | Kind::Comma | Kind::Break => true,
            Kind::Other => {
                !matches!(byte_at(tokens.text, next.start), b'*' | b'=' | b':' | b'@' | b'_' | b'/')
            }
            Kind::Word => next.is(Classes::JOINT) && next.start > tokens.end(end - 1),
            _ => false,
        },
    };
    let comma = joint == Joint::Comma;
    (capital && comma && ends).then_some(taken)
}

/// Whether a state and a code, or a code, follow a town.
fn is_followed(tokens: &Tokens<'_>, end: usize) -> bool {
    let (_, next) = joint(tokens, end);
    if is_code(tokens, next) {
        let four = tokens.of(next, Kind::Number).is_some_and(|token| token.digits == 4);
        return !four || after_state(tokens, next);
    }
    state(tokens, next).is_some()
}
