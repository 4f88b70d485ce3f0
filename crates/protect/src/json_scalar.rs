//! Does this value stand where JSON has a bare number? Then `4111` must become `"****"`, or the document breaks.
//!
//! A [`Lexer`] knows, without building anything, whether a place lies in a string. It is asked only where a finding
//! touches a number, a quote or an escape; the rest of the text is never looked at. In text, each line is judged by
//! itself: it is JSON as long as everything from its first `{` or `[` is made of JSON's tokens (RFC 8259 section 2).
//!
//! [`Lexer::pieces`] turns what is to be hidden into pieces that leave the structure standing: whole bare numbers
//! (quoted), parts of strings (in place, never half an escape), and neither quotes nor commas nor brackets.

use memchr::{memchr, memchr2, memrchr};
use std::ops::Range;

/// Longest run of letters, digits, signs and points that is taken as a bare number or word.
pub(crate) const RUN_BYTES_MAX: usize = 1024;
/// Blanks between a bare number and the sign before it that are looked through.
const BLANK_BYTES_MAX: usize = 128;
/// Bytes before a place that may be looked at.
pub(crate) const LOOKBACK_BYTES: usize = RUN_BYTES_MAX + BLANK_BYTES_MAX + 128;
/// Most backslashes before the quotes of JSON that is nested in strings (four levels).
const NESTED_BACKSLASHES_MAX: usize = 15;

/// How a piece is wrapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wrap {
    /// Not at all: the replacement stands where the value stood.
    Bare,
    /// In quotes, each after this many backslashes (0 outside strings).
    Quoted {
        /// Backslashes before each quote.
        backslashes: usize,
    },
}

/// A part of the text to be replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) range: Range<usize>,
    pub(crate) wrap: Wrap,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Nothing but blanks so far.
    Begin,
    /// Between scalars, or in one that is no string.
    Between,
    /// In a string.
    Text,
    /// After a backslash in a string.
    Escape,
    /// Not JSON.
    Other,
}

/// Follows JSON's strings through bytes that move.
#[derive(Clone, Debug)]
pub(crate) struct Lexer {
    /// Whether each line is judged by itself, and strictly; otherwise the whole stream is said to be JSON.
    lines: bool,
    at: usize,
    state: State,
    depth: usize,
}

impl Lexer {
    /// Judges each line by itself.
    pub(crate) fn of_lines() -> Self {
        Self { lines: true, at: 0, state: State::Begin, depth: 0 }
    }

    /// Takes the whole stream as JSON.
    pub(crate) fn of_document() -> Self {
        Self { lines: false, at: 0, state: State::Between, depth: 1 }
    }

    /// The first `count` bytes are about to be dropped; returns how many of them it can do without.
    pub(crate) fn drop_front(&mut self, bytes: &[u8], count: usize) -> usize {
        self.advance(bytes, count);
        let count = count.min(self.at);
        self.at -= count;
        count
    }

    /// What is to be replaced so that `mask` is hidden and JSON stays JSON, in order. `bytes` must reach beyond any
    /// run of number bytes that touches the mask, or end with the input.
    pub(crate) fn pieces(&mut self, bytes: &[u8], mask: Range<usize>, pieces: &mut Vec<Piece>) {
        pieces.clear();
        let run = run_around(bytes, &mask);
        if touches_structure(bytes, &mask, &run) && !(self.lines && has_line_break(bytes, &mask)) {
            self.advance(bytes, run.start);
            match (self.state, self.at == run.start) {
                (State::Between, true) => between(bytes, run.start, mask.end, pieces),
                (State::Text, true) => match nested_number(bytes, &run) {
                    Some(backslashes) => {
                        pieces.push(Piece { range: run, wrap: Wrap::Quoted { backslashes } })
                    }
                    None => within_text(bytes, mask.start, mask.end, pieces),
                },
                (State::Escape, true) => {
                    within_text(bytes, after_escape(bytes, run.start, mask.start), mask.end, pieces);
                }
                _ => {}
            }
        }
        if pieces.is_empty() {
            pieces.push(Piece { range: mask, wrap: Wrap::Bare });
        }
    }

    /// Reads up to `to`.
    fn advance(&mut self, bytes: &[u8], to: usize) {
        if to <= self.at {
            return;
        }
        let unread = bytes.get(self.at..to).unwrap_or_default();
        if let Some(line_break) = memrchr(b'\n', unread).filter(|_| self.lines) {
            *self = Self { at: self.at + line_break + 1, ..Self::of_lines() };
        }
        while let Some(rest) = bytes.get(self.at..to).filter(|rest| !rest.is_empty()) {
            let goes_on = bytes.get(to).is_some_and(|byte| is_run_byte(*byte));
            match self.read(rest, goes_on) {
                0 => return,
                count => self.at += count,
            }
        }
    }

    /// Reads some bytes; returns how many. None when a word may go on behind them.
    fn read(&mut self, rest: &[u8], goes_on: bool) -> usize {
        match self.state {
            State::Other => rest.len(),
            State::Escape => {
                self.state = State::Text;
                1
            }
            State::Text => match memchr2(b'"', b'\\', rest) {
                Some(at) => {
                    self.state = if rest.get(at) == Some(&b'"') { State::Between } else { State::Escape };
                    at + 1
                }
                None => rest.len(),
            },
            State::Between if !self.lines => match memchr(b'"', rest) {
                Some(at) => {
                    self.state = State::Text;
                    at + 1
                }
                None => rest.len(),
            },
            State::Begin | State::Between => self.read_structure(rest, goes_on),
        }
    }

    fn read_structure(&mut self, rest: &[u8], goes_on: bool) -> usize {
        match (self.state, rest.first()) {
            (_, Some(b' ' | b'\t' | b'\r' | b'\n')) => {}
            (_, Some(b'{' | b'[')) => {
                self.depth = self.depth.saturating_add(1);
                self.state = State::Between;
            }
            (State::Between, Some(b'}' | b']')) => self.close(),
            (State::Between, Some(b'"')) => self.state = State::Text,
            (State::Between, Some(b',' | b':')) => {}
            (State::Between, Some(_)) => return self.read_word(rest, goes_on),
            _ => self.state = State::Other,
        }
        1
    }

    fn close(&mut self) {
        self.depth = self.depth.saturating_sub(1);
        if self.depth == 0 {
            self.state = State::Begin;
        }
    }

    /// A bare word must be a number or one of the three names, and of reasonable length.
    fn read_word(&mut self, rest: &[u8], goes_on: bool) -> usize {
        let length = rest.iter().take(RUN_BYTES_MAX + 1).take_while(|byte| is_run_byte(**byte)).count();
        if goes_on && length == rest.len() && length <= RUN_BYTES_MAX {
            return 0;
        }
        let word = rest.get(..length).unwrap_or_default();
        if !(1..=RUN_BYTES_MAX).contains(&length)
            || !(is_number(word) || matches!(word, b"true" | b"false" | b"null"))
        {
            self.state = State::Other;
        }
        length.max(1)
    }
}

/// Whether a word is made of what numbers are made of.
fn is_number(word: &[u8]) -> bool {
    word.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E'))
}

/// Whether a byte can be part of a bare number or word.
pub(crate) const fn is_run_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.')
}

/// Bytes that stand between JSON's scalars.
const fn is_structure(byte: u8) -> bool {
    matches!(byte, b'{' | b'}' | b'[' | b']' | b':' | b',' | b' ' | b'\t' | b'\r' | b'\n')
}

/// The mask, widened to the run of number bytes that its ends lie in; just the mask where that is no run or too long.
fn run_around(bytes: &[u8], mask: &Range<usize>) -> Range<usize> {
    let inside = |at: usize| bytes.get(at).is_some_and(|byte| is_run_byte(*byte));
    let before = bytes.get(..mask.start).unwrap_or_default().iter().rev().take(RUN_BYTES_MAX + 1);
    let after = bytes.get(mask.end..).unwrap_or_default().iter().take(RUN_BYTES_MAX + 1);
    let left = if inside(mask.start) { before.take_while(|b| is_run_byte(**b)).count() } else { 0 };
    let right = match mask.end.checked_sub(1) {
        Some(last) if inside(last) => after.take_while(|b| is_run_byte(**b)).count(),
        _ => 0,
    };
    if left + right + mask.len() > RUN_BYTES_MAX {
        return mask.clone();
    }
    mask.start - left..mask.end + right
}

fn has_line_break(bytes: &[u8], mask: &Range<usize>) -> bool {
    bytes.get(mask.clone()).is_some_and(|hidden| hidden.contains(&b'\n'))
}

/// Whether replacing the mask could break JSON, if this is JSON: it holds or follows a quote or an escape, or stands
/// like a bare number, after `:`, `,`, `[` or at the beginning. Cheap, and wrong in one direction only.
fn touches_structure(bytes: &[u8], mask: &Range<usize>, run: &Range<usize>) -> bool {
    let hidden = bytes.get(mask.clone()).unwrap_or_default();
    if memchr2(b'"', b'\\', hidden).is_some()
        || run.start.checked_sub(1).and_then(|at| bytes.get(at)) == Some(&b'\\')
    {
        return true;
    }
    let before = bytes.get(..run.start).unwrap_or_default().iter().rev();
    match before.take(BLANK_BYTES_MAX).find(|byte| !matches!(byte, b' ' | b'\t' | b'\r' | b'\n')) {
        Some(byte) => matches!(byte, b':' | b',' | b'['),
        None => true,
    }
}

/// Where the scalar at `at` ends: before JSON's next sign inside the mask, behind the run beyond it.
fn scalar_end(bytes: &[u8], at: usize, mask_end: usize) -> usize {
    let stops = |byte: &u8| is_structure(*byte) || *byte == b'"';
    let inside = bytes.get(at..mask_end).unwrap_or_default();
    match inside.iter().position(stops) {
        Some(length) => at + length,
        None => run_around(bytes, &(at..mask_end)).end,
    }
}

/// Whether nothing but JSON's signs stands around a scalar.
fn stands_alone(bytes: &[u8], start: usize, end: usize) -> bool {
    let before = start.checked_sub(1).and_then(|at| bytes.get(at));
    before.is_none_or(|byte| is_structure(*byte)) && bytes.get(end).is_none_or(|byte| is_structure(*byte))
}

/// Pieces of a mask that goes on outside strings; `from` is where its first run begins. None when two scalars stand
/// side by side or something else stands next to one: that is not JSON.
fn between(bytes: &[u8], from: usize, mask_end: usize, pieces: &mut Vec<Piece>) {
    let (mut at, mut after_scalar) = (from, false);
    while let Some(byte) = bytes.get(at).filter(|_| at < mask_end) {
        match byte {
            b'"' => at = in_text(bytes, at + 1, mask_end, pieces),
            b' ' | b'\t' | b'\r' | b'\n' => at += 1,
            byte if is_structure(*byte) => (at, after_scalar) = (at + 1, false),
            _ if after_scalar => return pieces.clear(),
            _ => {
                let end = scalar_end(bytes, at, mask_end);
                if !stands_alone(bytes, at, end) {
                    return pieces.clear();
                }
                pieces.push(Piece { range: at..end, wrap: Wrap::Quoted { backslashes: 0 } });
                (at, after_scalar) = (end, true);
            }
        }
    }
}

/// The piece of a mask that goes on inside a string; returns where to go on outside, or the end of the mask. An
/// escape that the end of the mask cuts stays whole.
fn in_text(bytes: &[u8], from: usize, mask_end: usize, pieces: &mut Vec<Piece>) -> usize {
    let mut at = from;
    while let Some(found) = bytes.get(at..mask_end).and_then(|rest| memchr2(b'"', b'\\', rest)) {
        at += found;
        match bytes.get(at) {
            Some(b'\\') if at + 1 < mask_end => at += 2,
            Some(b'"') => {
                push_text(from, at, pieces);
                return at + 1;
            }
            _ => {
                push_text(from, at, pieces);
                return mask_end;
            }
        }
    }
    push_text(from, mask_end, pieces);
    mask_end
}

fn push_text(from: usize, end: usize, pieces: &mut Vec<Piece>) {
    if from < end {
        pieces.push(Piece { range: from..end, wrap: Wrap::Bare });
    }
}

/// Pieces of a mask that begins in a string.
fn within_text(bytes: &[u8], from: usize, mask_end: usize, pieces: &mut Vec<Piece>) {
    let outside = in_text(bytes, from, mask_end, pieces);
    if outside < mask_end {
        between(bytes, outside, mask_end, pieces);
    }
}

/// Where the escape whose backslash stands before `at` ends; not before `from`.
fn after_escape(bytes: &[u8], at: usize, from: usize) -> usize {
    let length = if bytes.get(at) == Some(&b'u') { 5 } else { 1 };
    from.max(at + length)
}

/// Whether a run in a string is a bare number of JSON written into that string: `\"card\": 4111,`. Gives the
/// backslashes that the quotes have there.
fn nested_number(bytes: &[u8], run: &Range<usize>) -> Option<usize> {
    let number = is_number(bytes.get(run.clone())?);
    let ended = matches!(bytes.get(run.end), Some(b',' | b'}' | b']' | b' ' | b'\\'));
    let mut before =
        bytes.get(..run.start)?.iter().rev().take(BLANK_BYTES_MAX).skip_while(|b| **b == b' ').copied();
    let member = number && ended && before.next() == Some(b':') && before.next() == Some(b'"');
    let backslashes = before.take_while(|b| *b == b'\\').count();
    (member && (1..=NESTED_BACKSLASHES_MAX).contains(&backslashes)).then_some(backslashes)
}

#[cfg(test)]
#[expect(clippy::string_slice, reason = "tests cut texts of their own between characters")]
mod tests {
    use super::*;

    /// Masks what stands between « and » with `X`, and shows quotes that were added.
    fn masked(mut lexer: Lexer, marked: &str) -> String {
        let start = marked.find('«').unwrap();
        let end = marked.find('»').unwrap() - '«'.len_utf8();
        let plain = marked.replace(['«', '»'], "");
        let mut pieces = Vec::new();
        lexer.pieces(plain.as_bytes(), start..end, &mut pieces);
        let (mut out, mut at) = (String::new(), 0);
        for piece in pieces {
            let wrap = match piece.wrap {
                Wrap::Bare => String::new(),
                Wrap::Quoted { backslashes } => "\\".repeat(backslashes) + "\"",
            };
            out += &plain[at..piece.range.start];
            out += &format!("{wrap}X{wrap}");
            at = piece.range.end;
        }
        out + &plain[at..]
    }

    fn check_lines(cases: &[(&str, &str)]) {
        for (marked, expected) in cases {
            assert_eq!(masked(Lexer::of_lines(), marked), *expected, "{marked}");
        }
    }

    #[test]
    fn bare_numbers_are_quoted_and_widened() {
        check_lines(&[
            (r#"{"card":«4111»}"#, r#"{"card":"X"}"#),
            (r#"{"card": «4111» , "b":1}"#, r#"{"card": "X" , "b":1}"#),
            (r#"{"card":-4«111».5e9,"b":1}"#, r#"{"card":"X","b":1}"#),
            (r#"[true,null,{"a":"\"x\\"},«4111»]"#, r#"[true,null,{"a":"\"x\\"},"X"]"#),
            (r#"{"pos":[«41.9,-87.6»]}"#, r#"{"pos":["X","X"]}"#),
            (r#"{"pos":[4«1.9, -8»7.6]}"#, r#"{"pos":["X", "X"]}"#),
            (r#"{"a":1}{"b":«4111»}"#, r#"{"a":1}{"b":"X"}"#),
            ("text\n  {\"card\":«4111»}\ntext", "text\n  {\"card\":\"X\"}\ntext"),
            ("{\"card\": «4111»\n", "{\"card\": \"X\"\n"),
        ]);
    }

    #[test]
    fn strings_and_text_are_masked_in_place() {
        check_lines(&[
            (r#"{"card":"«4111»"}"#, r#"{"card":"X"}"#),
            (r#"{"card":"a, «4111», b"}"#, r#"{"card":"a, X, b"}"#),
            (r#"{"a":"\",«4111», b"}"#, r#"{"a":"\",X, b"}"#),
            ("card: «4111», ok", "card: X, ok"),
            ("[INFO] card: «4111», ok", "[INFO] card: X, ok"),
            ("[2024-05-01 10:00:00, card: «4111», ok]", "[2024-05-01 10:00:00, card: X, ok]"),
            ("[2024] card: «4111», ok", "[2024] card: X, ok"),
            ("{card: «4111»}", "{card: X}"),
            ("{\"a\":1}\ncard: «4111», x", "{\"a\":1}\ncard: X, x"),
            ("«4111»", "X"),
            ("[«4111 1111 1111 1111», ok]", "[X, ok]"),
            ("[«4111»/5, 1]", "[X/5, 1]"),
            ("[#«4111», 1]", "[#X, 1]"),
        ]);
    }

    #[test]
    fn structure_and_escapes_stay() {
        check_lines(&[
            (r#"{"a":"«x","b":"y»"}"#, r#"{"a":"X","X":"X"}"#),
            (r#"{"a":"\«n4111»"}"#, r#"{"a":"\nX"}"#),
            (r#"{"a":"\u00«e94111»"}"#, r#"{"a":"\u00e9X"}"#),
            (r#"{"a":"«4111\»n"}"#, r#"{"a":"X\n"}"#),
            (r#"{"a":"«x","b":4111»}"#, r#"{"a":"X","X":"X"}"#),
            (r#"{"a":"«41\"11»"}"#, r#"{"a":"X"}"#),
            (r#"{"a":"«41\\»"}"#, r#"{"a":"X"}"#),
        ]);
    }

    #[test]
    fn numbers_of_nested_json_are_quoted_too() {
        check_lines(&[
            (r#"{"args":"{\"card\":«4111»}"}"#, r#"{"args":"{\"card\":\"X\"}"}"#),
            (r#"{"args":"{\"card\": 41«11», \"b\":2}"}"#, r#"{"args":"{\"card\": \"X\", \"b\":2}"}"#),
            (r#"{"a":"{\"b\":\"{\\\"c\\\":«4111»}\"}"}"#, r#"{"a":"{\"b\":\"{\\\"c\\\":\\\"X\\\"}\"}"}"#),
            (r#"{"args":"card: «4111»"}"#, r#"{"args":"card: X"}"#),
        ]);
    }

    #[test]
    fn a_document_may_span_lines() {
        let check = |marked: &str, expected: &str| assert_eq!(masked(Lexer::of_document(), marked), expected);
        check(
            "{\n  \"a\": \"x\",\n  \"card\":\n    «4111»\n}",
            "{\n  \"a\": \"x\",\n  \"card\":\n    \"X\"\n}",
        );
        check("[\n  «41.9,\n  -87.6»\n]", "[\n  \"X\",\n  \"X\"\n]");
        check("«4111»\n", "\"X\"\n");
        check("{\"a\": \"b,\n «4111»\"}", "{\"a\": \"b,\n X\"}");
    }

    #[test]
    fn long_runs_are_no_numbers() {
        let digits = "1".repeat(RUN_BYTES_MAX);
        let inside = |left: usize| format!("[{}«1»{}]", &digits[..left], &digits[left + 1..]);
        assert_eq!(masked(Lexer::of_lines(), &inside(500)), "[\"X\"]");
        let longer = format!("[{}«1»{}]", &digits[..500], &digits[500..]);
        assert!(!masked(Lexer::of_lines(), &longer).contains('"'));
    }
}
