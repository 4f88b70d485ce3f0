//! What are the pieces of an address? Words, numbers and the marks between them.
//!
//! Only what matters to the grammar is told apart. Everything that cannot stand inside an address (brackets, quotes,
//! asterisks of an earlier masking) is one kind of token that ends whatever came before. A number that is part of a
//! date, an amount, a time or a longer number is such a token too.

use super::lexicon::{Classes, Folded};
use crate::matchers::{byte_at, byte_before};
use crate::tokens::is_mark;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Letters, with hyphens and apostrophes inside.
    Word,
    /// Digits, perhaps with a letter or two behind, or two of them with a hyphen or slash.
    Number,
    /// `16th`, `2nd`.
    Ordinal,
    /// Letters and then digits: `B301`, `OX1`.
    Mixed,
    Comma,
    /// The end of a line, also as JSON escapes it.
    Break,
    Hash,
    /// A hyphen or dash between blanks.
    Dash,
    /// A full stop that ends a sentence.
    Stop,
    /// What stands in no address.
    Other,
}

/// How a word is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Case {
    Lower,
    /// With a capital first.
    Title,
}

/// One token.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) case: Case,
    pub(crate) classes: Classes,
    pub(crate) folded: Folded,
    /// Digits at the beginning.
    pub(crate) digits: u8,
}

impl Token {
    /// Whether it is a word or number with a capital, or without letters at all.
    pub(crate) fn is_title(&self) -> bool {
        self.case == Case::Title
    }

    /// Whether it is a word that can be some of these.
    pub(crate) fn is(&self, class: Classes) -> bool {
        matches!(self.kind, Kind::Word | Kind::Mixed) && self.classes.any(class)
    }
}

/// The tokens of a stretch.
pub(crate) struct Tokens<'a> {
    pub(crate) text: &'a [u8],
    list: Vec<Token>,
}

/// Most tokens of a stretch.
const TOKENS_MAX: usize = 400;

impl<'a> Tokens<'a> {
    /// Reads the tokens of a stretch.
    pub(crate) fn read(text: &'a [u8]) -> Self {
        let mut tokens = Self { text, list: Vec::new() };
        let (mut at, to) = (0, text.len());
        while at < to && tokens.list.len() < TOKENS_MAX {
            at = tokens.next(at, to);
        }
        tokens
    }

    /// A token.
    pub(crate) fn get(&self, index: usize) -> Option<&Token> {
        self.list.get(index)
    }

    /// A token, if it is of that kind.
    pub(crate) fn of(&self, index: usize, kind: Kind) -> Option<&Token> {
        self.get(index).filter(|token| token.kind == kind)
    }

    /// The kind of a token; behind the last one a break.
    pub(crate) fn kind(&self, index: usize) -> Kind {
        self.get(index).map_or(Kind::Stop, |token| token.kind)
    }

    /// Whether a token can be some of these.
    pub(crate) fn is(&self, index: usize, class: Classes) -> bool {
        self.get(index).is_some_and(|token| token.is(class))
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.list.len()
    }

    /// The bytes of a token.
    pub(crate) fn bytes(&self, token: &Token) -> &'a [u8] {
        self.text.get(token.start..token.end).unwrap_or_default()
    }

    /// Where a token that was read ends.
    pub(crate) fn end(&self, index: usize) -> usize {
        self.get(index).map_or(0, |token| token.end)
    }

    fn next(&mut self, at: usize, to: usize) -> usize {
        let byte = byte_at(self.text, at);
        match byte {
            b' ' | b'\r' => at + 1,
            b'0'..=b'9' => self.number(at, to),
            _ if is_letter(byte) && !self.is_mark(at) => self.word(at, to),
            0x80.. => self.mark(Kind::Other, at, if byte == 0xC2 { 2 } else { 3 }),
            b',' => self.mark(Kind::Comma, at, 1),
            b'\n' => self.mark(Kind::Break, at, 1),
            b'\\' if byte_at(self.text, at + 1) == b'n' => self.mark(Kind::Break, at, 2),
            b'#' => self.mark(Kind::Hash, at, 1),
            b'.' => self.mark(Kind::Stop, at, 1),
            b'-' if byte_before(self.text, at) == b' ' && byte_at(self.text, at + 1) == b' ' => {
                self.mark(Kind::Dash, at, 1)
            }
            _ => self.mark(Kind::Other, at, 1),
        }
    }

    fn push(&mut self, kind: Kind, start: usize, end: usize) -> usize {
        let bytes = self.text.get(start..end).unwrap_or_default();
        let folded = match kind {
            Kind::Word | Kind::Mixed => Folded::of(bytes),
            _ => Folded::of(b""),
        };
        let lower = bytes.first().is_some_and(|byte| byte.is_ascii_lowercase())
            || matches!(bytes, [0xC3, 0xA0..=0xBF, ..]);
        self.list.push(Token {
            kind,
            start,
            end,
            case: if lower { Case::Lower } else { Case::Title },
            classes: folded.classes(),
            folded,
            digits: bytes.iter().take_while(|byte| byte.is_ascii_digit()).count().min(20) as u8,
        });
        end
    }

    fn mark(&mut self, kind: Kind, at: usize, length: usize) -> usize {
        self.push(kind, at, at + length)
    }

    /// Reads letters, and digits behind them. An abbreviation keeps its full stop out of the token but in the sentence.
    fn word(&mut self, at: usize, to: usize) -> usize {
        let inner = |place: usize| {
            let byte = byte_at(self.text, place);
            let joint = matches!(byte, b'\'' | b'-')
                || (byte == b'.' && place - at == 1 && byte_at(self.text, place + 2) == b'.');
            byte.is_ascii_alphanumeric()
                || (is_letter(byte) && !self.is_mark(place))
                || (joint && is_letter(byte_at(self.text, place + 1)))
        };
        let end = (at + 1..to).find(|&place| !inner(place)).unwrap_or(to);
        let word = self.text.get(at..end).unwrap_or_default();
        if byte_at(self.text, end) == b'/' && matches!(word, b"C" | b"c") {
            return self.push(Kind::Word, at, end + 1);
        }
        let mixed = word.iter().any(u8::is_ascii_digit);
        self.push(if mixed { Kind::Mixed } else { Kind::Word }, at, end);
        if byte_at(self.text, end) == b'.' && Self::is_abbreviation(word) { end + 1 } else { end }
    }

    /// Whether a mark outside ASCII begins here; the degree sign of `n°` is none.
    fn is_mark(&self, at: usize) -> bool {
        is_mark(self.text, at) && self.text.get(at..at + 2) != Some(&[0xC2, 0xB0])
    }

    /// Whether a full stop behind this word need not end a sentence.
    fn is_abbreviation(word: &[u8]) -> bool {
        const SHORT: &str = "st str ave av blvd rd dr ln ct pkwy hwy cir ter tce sq pl apt ste fl bldg rm avda avd bd \
            cres gdns pde no nr num mt ft sta p.o n.e n.w s.e s.w int pza appt expy fwy";
        let folded = Folded::of(word);
        word.len() == 1
            || (word.len() <= 20 && folded.bytes().ends_with(b"str"))
            || SHORT.split_ascii_whitespace().any(|short| short.as_bytes() == folded.bytes())
    }

    fn number(&mut self, at: usize, to: usize) -> usize {
        let run = |from: usize| {
            (from..to).find(|&place| !byte_at(self.text, place).is_ascii_alphanumeric()).unwrap_or(to)
        };
        let digit = |place: usize| byte_at(self.text, place).is_ascii_digit();
        let mut end = run(at);
        if matches!(byte_at(self.text, end), b'-' | b'/') && digit(end + 1) {
            end = run(end + 1);
        }
        // The sign of a floor: `3º`, `2ª`.
        if matches!(self.text.get(end..end + 2), Some([0xC2, 0xBA | 0xAA])) {
            end += 2;
        }
        let glued_before =
            matches!(
                byte_before(self.text, at),
                b'$' | b'.' | b'-' | b'/' | b':' | b'_' | b'+' | b'*' | b'%' | b']'
            ) || matches!(self.text.get(at.saturating_sub(2)..at), Some([0xC2, 0xA3] | [0x82, 0xAC]));
        let thousands = byte_before(self.text, at) == b','
            && at >= 2
            && byte_before(self.text, at - 1).is_ascii_digit()
            && end - at == 3;
        let more = |place: usize| digit(place) || byte_at(self.text, place) == b'*';
        let glued_after = match byte_at(self.text, end) {
            b'%' | b'_' | b'*' | b'[' => true,
            b'.' | b':' | b'/' | b'-' => more(end + 1),
            b',' => end - at <= 3 && (1..=3).all(|ahead| more(end + ahead)),
            _ => false,
        };
        if glued_before || glued_after || thousands {
            return self.push(Kind::Other, at, end);
        }
        let kind = kind_of_number(self.text.get(at..end).unwrap_or_default());
        self.push(kind, at, end)
    }
}

/// A house number, an ordinal, a piece of a postal code, or nothing of use.
fn kind_of_number(bytes: &[u8]) -> Kind {
    let digits = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let rest = bytes.get(digits..).unwrap_or_default();
    let ordinal = [&b"st"[..], b"nd", b"rd", b"th"].iter().any(|end| rest.eq_ignore_ascii_case(end));
    let joined = rest.first().is_some_and(|byte| matches!(byte, b'-' | b'/'));
    let fits = match rest.len() {
        _ if joined => rest.len() <= 5,
        0..=3 => true,
        _ => rest.eq_ignore_ascii_case(b"quater"),
    };
    match digits {
        1..=3 if ordinal => Kind::Ordinal,
        1..=6 if fits => Kind::Number,
        _ => Kind::Other,
    }
}

/// Letters of ASCII, and bytes of those beyond.
const fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte >= 0x80
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<(Kind, String)> {
        let tokens = Tokens::read(text.as_bytes());
        tokens
            .list
            .iter()
            .map(|token| (token.kind, String::from_utf8_lossy(tokens.bytes(token)).into()))
            .collect()
    }

    #[test]
    fn tokens_of_addresses() {
        let shown = |text: &str| kinds(text).into_iter().map(|(kind, _)| kind).collect::<Vec<_>>();
        use Kind::{Comma, Dash, Hash, Number, Ordinal, Stop, Word};
        assert_eq!(shown("12 Oak St., Apt 4"), [Number, Word, Word, Comma, Word, Number]);
        assert_eq!(shown("at 5 Elm Road. The"), [Word, Number, Word, Word, Stop, Word]);
        assert_eq!(shown("28bis 16th 28-30 # 5B"), [Number, Ordinal, Number, Hash, Number]);
        assert!(!shown("$12 1.5 10:30 20% 2026-11-21 1,200 5551234").contains(&Number));
        assert_eq!(shown("Centro - SP 01310-100"), [Word, Dash, Word, Number]);
        assert_eq!(kinds("C/ Mayor")[0].1, "C/");
        assert_eq!(kinds("a\\nb")[1].0, Kind::Break);
    }
}
