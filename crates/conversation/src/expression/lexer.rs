//! Which words is a condition made of? Each is a kind and a range of the text; blanks part them and mean nothing.

use super::Operator;
use std::ops::Range;

/// One word of a condition.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    /// The name or text within braces, brackets or quotes; the whole word otherwise.
    pub(super) text: Range<usize>,
    /// Where it begins.
    pub(super) at: usize,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum TokenKind {
    Open,
    Close,
    And,
    Or,
    Not,
    Contains,
    Compare(Operator),
    Slot,
    Attribute,
    /// `$.inputMode` and its like.
    Path,
    /// `fn.NAME`.
    Function,
    Quoted,
    /// A number or a bare word.
    Bare,
    /// A quote, a brace or a bracket without an end.
    Unterminated,
    /// A character that means nothing here.
    Stray,
}

/// The words of a condition, in order.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let (mut at, mut tokens) = (0, Vec::new());
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let blanks = rest.len() - rest.trim_start().len();
        if blanks > 0 {
            at += blanks;
            continue;
        }
        let (kind, inner, length) = word(rest);
        tokens.push(Token { kind, text: at + inner.start..at + inner.end, at });
        at += length.max(1);
    }
    tokens
}

/// The word at the beginning of a text: kind, range of its inner text, length.
fn word(rest: &str) -> (TokenKind, Range<usize>, usize) {
    match rest.chars().next().unwrap_or_default() {
        '{' => enclosed(rest, '}', TokenKind::Slot),
        '[' => enclosed(rest, ']', TokenKind::Attribute),
        quote @ ('"' | '\'' | '\u{201c}' | '\u{201d}') => quoted(rest, quote),
        _ => symbol(rest).unwrap_or_else(|| bare(rest)),
    }
}

fn enclosed(rest: &str, close: char, kind: TokenKind) -> (TokenKind, Range<usize>, usize) {
    match rest.find(close) {
        Some(end) => (kind, 1..end, end + close.len_utf8()),
        None => (TokenKind::Unterminated, 0..rest.len(), rest.len()),
    }
}

/// A text in quotes; a backslash takes the next character as it is. Consoles of word processors make curved quotes.
fn quoted(rest: &str, quote: char) -> (TokenKind, Range<usize>, usize) {
    let curved = |found: char| matches!(found, '\u{201c}' | '\u{201d}');
    let closes = |found: char| found == quote || (curved(quote) && curved(found));
    let mut escaped = false;
    for (at, found) in rest.char_indices().skip(1) {
        match found {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if closes(found) => return (TokenKind::Quoted, quote.len_utf8()..at, at + found.len_utf8()),
            _ => {}
        }
    }
    (TokenKind::Unterminated, 0..rest.len(), rest.len())
}

const SYMBOLS: &[(&str, TokenKind)] = &[
    ("(", TokenKind::Open),
    (")", TokenKind::Close),
    ("&&", TokenKind::And),
    ("||", TokenKind::Or),
    ("!=", TokenKind::Compare(Operator::Unequal)),
    ("!", TokenKind::Not),
    ("<=", TokenKind::Compare(Operator::LessOrEqual)),
    ("<", TokenKind::Compare(Operator::Less)),
    (">=", TokenKind::Compare(Operator::GreaterOrEqual)),
    (">", TokenKind::Compare(Operator::Greater)),
    ("==", TokenKind::Compare(Operator::Equal)),
    ("=", TokenKind::Compare(Operator::Equal)),
];

fn symbol(rest: &str) -> Option<(TokenKind, Range<usize>, usize)> {
    let (sign, kind) = SYMBOLS.iter().find(|(sign, _)| rest.starts_with(sign))?;
    Some((*kind, 0..sign.len(), sign.len()))
}

/// A word without quotes: an operator, a function, a path, a constant.
fn bare(rest: &str) -> (TokenKind, Range<usize>, usize) {
    let ends = |c: char| c.is_whitespace() || "(){}[]!=<>&|\"'\u{201c}\u{201d}".contains(c);
    let path = rest.starts_with("$.");
    let length = match rest.find(|c: char| ends(c) && !(path && (c == '[' || c == ']'))) {
        Some(0) => return (TokenKind::Stray, 0..1, rest.chars().next().map_or(1, char::len_utf8)),
        Some(length) => length,
        None => rest.len(),
    };
    let text = rest.get(..length).unwrap_or_default();
    let starts = |with: &str| text.get(..with.len()).is_some_and(|start| start.eq_ignore_ascii_case(with));
    let kind = match text {
        _ if text.eq_ignore_ascii_case("and") => TokenKind::And,
        _ if text.eq_ignore_ascii_case("or") => TokenKind::Or,
        _ if text.eq_ignore_ascii_case("not") => TokenKind::Not,
        _ if text.eq_ignore_ascii_case("contains") => TokenKind::Contains,
        _ if path => TokenKind::Path,
        _ if starts("fn.") => TokenKind::Function,
        _ => TokenKind::Bare,
    };
    (kind, 0..length, length)
}
