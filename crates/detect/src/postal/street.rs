//! Which tokens are a house and its street? The forms of English, the Romance languages, German and Dutch.
//!
//! English puts the number first and the kind of street last; French the number first and the kind next; Spanish,
//! Italian and Portuguese begin with the kind and end with the number; German and Dutch write street, then number. Each
//! form says how sure it is of itself ([`Trust`]); what is not sure needs a postal code, a state or a word that announces
//! an address.

use super::lexer::{Kind, Token, Tokens};
use super::lexicon::{Classes, Compound, compound};

/// Most words of a street's name.
const NAME_WORDS_MAX: usize = 6;
/// Most digits of a house number.
const HOUSE_DIGITS_MAX: u8 = 6;

/// How sure a form is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Trust {
    /// Only with a town and a postal code.
    Code,
    /// With anything that announces an address or goes on with one.
    Hint,
    /// By itself.
    Sure,
}

/// A house and its street: tokens `start..end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Street {
    pub(crate) end: usize,
    pub(crate) trust: Trust,
    /// Whether names of towns may be written without capitals.
    pub(crate) lower: bool,
    /// Whether the kind of street is abbreviated, which programs write as well.
    pub(crate) short: bool,
}

/// The street that begins at a token.
pub(crate) fn at(tokens: &Tokens<'_>, start: usize) -> Option<Street> {
    match tokens.kind(start) {
        Kind::Number => number_first(tokens, start),
        Kind::Word => romance(tokens, start)
            .or_else(|| german(tokens, start))
            .or_else(|| by_preposition(tokens, start))
            .or_else(|| post_box(tokens, start))
            .or_else(|| nameless(tokens, start)),
        _ => None,
    }
}

const fn house(token: &Token) -> bool {
    matches!(token.kind, Kind::Number) && token.digits <= HOUSE_DIGITS_MAX
}

/// `742 Evergreen Terrace`, `28bis Avenue Corentin Cariou`.
fn number_first(tokens: &Tokens<'_>, start: usize) -> Option<Street> {
    tokens.get(start).filter(|token| house(token))?;
    let comma = usize::from(tokens.kind(start + 1) == Kind::Comma);
    let repeat = usize::from(tokens.is(start + 1 + comma, Classes::REPEAT));
    let first = start + 1 + comma + repeat;
    let kind = Classes::PREFIX.with(Classes::PREFIX_WEAK);
    if tokens.is(first, kind)
        && let Some(end) = kind_first_name(tokens, first)
    {
        let named = tokens.get(end - 1).is_some_and(Token::is_title);
        let strong = tokens.is(first, Classes::PREFIX);
        let trust = if named && strong { Trust::Sure } else { Trust::Hint };
        return Some(Street { end, trust, lower: !named, short: false });
    }
    if comma + repeat > 0 { None } else { english(tokens, start) }
}

/// The name behind the kind of street: words until something else comes, the last no particle.
fn kind_first_name(tokens: &Tokens<'_>, kind: usize) -> Option<usize> {
    let mut end = kind + 1;
    // `Avenida Presidente`, `Paseo de la`: kinds of street may follow each other as names do.
    while end - kind <= NAME_WORDS_MAX {
        let Some(token) = tokens.get(end).filter(|token| in_name(token, kind + 1 == end)) else { break };
        end += 1;
        if token.kind == Kind::Word && ends_name(tokens, end) {
            break;
        }
    }
    while end > kind + 1 && tokens.get(end - 1).is_some_and(is_particle) {
        end -= 1;
    }
    (end > kind + 1).then_some(end)
}

/// Whether a dotted abbreviation or anything but a blank stands before a token, so that a name cannot go on.
fn ends_name(tokens: &Tokens<'_>, next: usize) -> bool {
    !matches!(tokens.kind(next), Kind::Word | Kind::Ordinal | Kind::Mixed)
}

fn is_particle(token: &Token) -> bool {
    !token.is_title() && token.is(Classes::PARTICLE.with(Classes::STOP))
}

fn in_name(token: &Token, first: bool) -> bool {
    match token.kind {
        Kind::Word => {
            token.classes.any(Classes::PARTICLE)
                || !token.is(Classes::STOP.with(Classes::PLAIN).with(Classes::JOINT))
                || (first && token.is_title())
        }
        Kind::Ordinal => true,
        _ => false,
    }
}

/// Number, name, kind of street: at least one word of name, then the kind, then perhaps a point of the compass.
fn english(tokens: &Tokens<'_>, start: usize) -> Option<Street> {
    let mut at = start + 1;
    let (mut capitals, mut lowers) = (0, 0);
    let suffix = loop {
        let token = tokens.get(at).filter(|token| is_name_word(tokens, start, at, token))?;
        if at > start + 1 && token.is(Classes::SUFFIX.with(Classes::SUFFIX_WEAK)) && ends_street(tokens, at) {
            break token;
        }
        match token.kind {
            Kind::Word if token.is_title() => capitals += 1,
            Kind::Word => lowers += 1,
            _ => {}
        }
        at += 1;
        if at > start + NAME_WORDS_MAX + 1 {
            return None;
        }
    };
    let strong = suffix.is(Classes::SUFFIX);
    let digits = tokens.get(start).map_or(0, |token| token.digits);
    let lower = lowers > 0 || !suffix.is_title();
    let written_out = suffix.end - suffix.start > 3;
    let trust = match (strong, lower) {
        (true, false) => Trust::Sure,
        (true, true) if capitals > lowers || (digits >= 3 && written_out) => Trust::Sure,
        (false, false) if digits >= 3 && capitals > 0 => Trust::Sure,
        _ => Trust::Hint,
    };
    let short = suffix.is(Classes::SHORT);
    Some(Street { end: behind_direction(tokens, at + 1), trust, lower, short })
}

/// Whether a word may stand in the name of an English street.
fn is_name_word(tokens: &Tokens<'_>, start: usize, at: usize, token: &Token) -> bool {
    let wide = tokens.get(start).is_some_and(|number| number.digits >= 3);
    match token.kind {
        Kind::Ordinal | Kind::Mixed => true,
        // `1400 A Street`, and `1400 a street` where the number is no small count.
        Kind::Word if token.end - token.start == 1 => token.is_title() || wide && at == start + 1,
        // `Circle of Hope Road` is not worth `two of the best road`.
        Kind::Word if token.is_title() => !token.is(Classes::STOP) || token.is(Classes::PARTICLE),
        // `301 los gatos road`
        Kind::Word if wide && token.is(Classes::PARTICLE) && tokens.bytes(token).starts_with(b"l") => true,
        Kind::Word => !token.is(Classes::STOP.with(Classes::PLAIN)),
        _ => false,
    }
}

/// Whether the kind of street at a token is the last one: `Park Lane`, `Court Street`.
fn ends_street(tokens: &Tokens<'_>, at: usize) -> bool {
    let kinds = Classes::SUFFIX.with(Classes::SUFFIX_WEAK);
    let same_case = |next: &Token| Some(next.case) == tokens.get(at).map(|token| token.case);
    !tokens.get(at + 1).is_some_and(|next| next.is(kinds) && (next.is(Classes::SUFFIX) || same_case(next)))
}

/// The end with a point of the compass behind the street: `Fremont Boulevard North`.
fn behind_direction(tokens: &Tokens<'_>, end: usize) -> usize {
    let short = |token: &Token| token.end - token.start <= 2;
    match tokens.get(end) {
        Some(token) if token.is(Classes::DIRECTION) && (token.is_title() || !short(token)) => end + 1,
        _ => end,
    }
}

/// `Calle Mayor 12`, `Via Roma, 3`, `Avenida da Liberdade nº 110`.
fn romance(tokens: &Tokens<'_>, start: usize) -> Option<Street> {
    let kind = tokens.get(start).filter(|token| token.is(Classes::PREFIX.with(Classes::PREFIX_WEAK)))?;
    let name = kind_first_name(tokens, start)?;
    let named = tokens.get(name - 1).is_some_and(Token::is_title);
    let (end, number) = behind_number(tokens, name)?;
    let strong = kind.is(Classes::PREFIX) && !kind.is(Classes::SUFFIX_WEAK);
    let trust = match (strong, named) {
        (true, true) => Trust::Sure,
        (false, false) => Trust::Code,
        _ if number.digits <= 4 => Trust::Hint,
        _ => Trust::Code,
    };
    Some(Street { end, trust, lower: !named, short: false })
}

/// The number behind a street's name, with its comma and mark.
fn behind_number<'t>(tokens: &'t Tokens<'_>, name: usize) -> Option<(usize, &'t Token)> {
    let comma = usize::from(tokens.kind(name) == Kind::Comma);
    let mark = usize::from(tokens.is(name + comma, Classes::NUMBER_MARK));
    let at = name + comma + mark;
    let number = tokens.get(at).filter(|token| house(token) && token.digits <= 5)?;
    // A postal code behind the name is no house number.
    (number.digits < 5).then_some((at + 1, number))
}

/// `Hauptstraße 12`, `Berliner Str. 5a`, `Keizersgracht 123`.
fn german(tokens: &Tokens<'_>, start: usize) -> Option<Street> {
    let first = tokens.get(start)?;
    let (street, trust) = match compound(first.folded.bytes()) {
        Some(Compound::Sure) if first.is_title() => (start, Trust::Sure),
        Some(_) => (start, Trust::Hint),
        None => (separate_street(tokens, start)?, Trust::Sure),
    };
    let number = tokens.get(street + 1).filter(|token| house(token) && token.digits <= 4)?;
    let letter = tokens.get(street + 2).is_some_and(|token| {
        token.kind == Kind::Word && token.end - token.start == 1 && token.start == number.end + 1
    });
    Some(Street { end: street + 2 + usize::from(letter), trust, lower: !first.is_title(), short: false })
}

/// The word for street behind one or two words of name: `Lange Straße`, `Alte Schönhauser Straße`.
fn separate_street(tokens: &Tokens<'_>, start: usize) -> Option<usize> {
    let name = |at: usize| {
        tokens.of(at, Kind::Word).is_some_and(|token| {
            token.is_title() && !token.classes.any(Classes::STREET) && token.end - token.start > 2
        })
    };
    let is_street =
        |at: &usize| tokens.get(*at).is_some_and(|token| token.is(Classes::STREET) && token.is_title());
    if !name(start) {
        return None;
    }
    Some(start + 1)
        .filter(is_street)
        .or_else(|| Some(start + 2).filter(|at| name(start + 1) && is_street(at)))
}

/// `Am Markt 5`, `Unter den Linden 77`: a street only with town and code behind it.
fn by_preposition(tokens: &Tokens<'_>, start: usize) -> Option<Street> {
    let first = tokens.get(start).filter(|token| token.is(Classes::PREPOSITION) && token.is_title())?;
    let article = usize::from(tokens.is(start + 1, Classes::PARTICLE));
    let name = |at: usize| tokens.of(at, Kind::Word).is_some_and(Token::is_title);
    let mut end = start + 1 + article;
    while name(end) && end - start <= 3 {
        end += 1;
    }
    let number = tokens.get(end).filter(|token| house(token) && token.digits <= 4)?;
    (end > start + 1 + article && number.start > first.end).then_some(Street {
        end: end + 1,
        trust: Trust::Code,
        lower: false,
        short: false,
    })
}

/// `PO Box 123`, `Postfach 12`, `Apartado de Correos 7`.
fn post_box(tokens: &Tokens<'_>, start: usize) -> Option<Street> {
    let word = |at: usize| tokens.of(at, Kind::Word).map_or(&b""[..], |token| token.folded.bytes());
    let after = match (word(start), word(start + 1), word(start + 2)) {
        (b"po" | b"p.o", b"box", _) => start + 2,
        (b"p", b"o", b"box") => start + 3,
        (b"postfach" | b"apartado" | b"postbus", ..) if tokens.kind(start + 1) == Kind::Number => start + 1,
        (b"apartado", b"de", b"correos") => start + 3,
        (b"caixa" | b"casella", b"postal" | b"postale", _) => start + 2,
        _ => return None,
    };
    let number = tokens.get(after).filter(|token| house(token))?;
    let sure = number.end > number.start && after > start + 1;
    Some(Street {
        end: after + 1,
        trust: if sure { Trust::Sure } else { Trust::Hint },
        lower: false,
        short: true,
    })
}

/// `Bryanston Street` without a number: a street only where it is announced as an address and nothing more follows.
fn nameless(tokens: &Tokens<'_>, start: usize) -> Option<Street> {
    const ANNOUNCED: [&[u8]; 9] = [
        b"located",
        b"address",
        b"live",
        b"lives",
        b"reside",
        b"resides",
        b"residing",
        b"living",
        b"location",
    ];
    let before = |back: usize| {
        start.checked_sub(back).and_then(|at| tokens.of(at, Kind::Word)).map(|token| token.folded)
    };
    let announced = (1..=3).any(|back| before(back).is_some_and(|word| ANNOUNCED.contains(&word.bytes())));
    let link = before(1).is_some_and(|word| matches!(word.bytes(), b"at" | b"on" | b"is" | b"in"));
    if !announced || !link {
        return None;
    }
    let mut at = start;
    while tokens.of(at, Kind::Word).is_some_and(|word| word.is_title() && !word.is(Classes::STOP)) {
        if at > start && tokens.is(at, Classes::SUFFIX) && ends_street(tokens, at) {
            return Some(Street { end: at + 1, trust: Trust::Sure, lower: false, short: false });
        }
        at += 1;
        if at - start > NAME_WORDS_MAX {
            return None;
        }
    }
    None
}
