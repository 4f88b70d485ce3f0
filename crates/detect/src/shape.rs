//! Which texts does a pattern match, and how do they begin? Patterns become small automata and signatures.
//!
//! A pattern is compiled, when first needed, to a dense DFA (crate `regex-automata`) that is walked byte by byte from a
//! token's start and remembers every end; the longest end that stands at a token's end and satisfies the validator
//! is the match. Patterns are small and bounded, so a walk is too, and no input makes it slow.
//!
//! A [`Signature`] is what can be said of a value by looking at its first token alone: of which kind it is, how long,
//! and what follows. The engine keeps a table from signatures to the rules that could begin so, and never starts an
//! automaton that cannot match.

use crate::gate::{Gate, is_long};
use regex_automata::{
    Anchored,
    dfa::{Automaton, StartKind, dense},
    util::primitives::StateID,
    util::syntax,
};
use regex_syntax::hir::{Class, Hir, HirKind};
use std::collections::BTreeSet;
use std::sync::OnceLock;

/// Longest first token that signatures tell apart; longer ones count as this long.
pub(crate) const TOKEN_MAX: usize = 41;
/// Largest automaton of one pattern, in bytes.
const AUTOMATON_BYTES_MAX: usize = 4 << 20;
/// Most ends remembered in one walk; a pattern with more optional ends than this loses the shortest.
const ENDS_MAX: usize = 48;

/// What the first token of a value looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub(crate) enum Kind {
    /// Digits only.
    Digits,
    /// Digits and letters.
    Mixed,
    /// Letters only; a token with digits follows after one character.
    Letters,
    /// `+`, then a token that begins with a digit.
    Plus,
    /// `(`, then a token that begins with a digit.
    Paren,
}

/// What follows the first token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub(crate) enum Next {
    /// Anything that has no class of its own, or the end of the text.
    Other,
    /// A blank.
    Space,
    /// A hyphen.
    Dash,
    /// A full stop.
    Dot,
    /// A slash.
    Slash,
    /// A colon.
    Colon,
    /// A comma.
    Comma,
    /// `=` or `^`, as in track data.
    Field,
}

impl Next {
    pub(crate) const ALL: [Self; 8] =
        [Self::Other, Self::Space, Self::Dash, Self::Dot, Self::Slash, Self::Colon, Self::Comma, Self::Field];

    /// The class of a byte, by a table: the bytes that follow tokens cannot be foreseen by a branch.
    #[expect(clippy::indexing_slicing, reason = "a byte is below 256")]
    #[inline]
    pub(crate) const fn of(byte: u8) -> Self {
        Self::TABLE[byte as usize]
    }

    #[expect(clippy::indexing_slicing, reason = "evaluated by the compiler, which checks the bounds")]
    const TABLE: [Self; 256] = {
        let mut table = [Self::Other; 256];
        table[b' ' as usize] = Self::Space;
        table[b'-' as usize] = Self::Dash;
        table[b'.' as usize] = Self::Dot;
        table[b'/' as usize] = Self::Slash;
        table[b':' as usize] = Self::Colon;
        table[b',' as usize] = Self::Comma;
        table[b'=' as usize] = Self::Field;
        table[b'^' as usize] = Self::Field;
        table
    };
}

/// The beginning of a value, as far as its first token tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Signature {
    pub(crate) kind: Kind,
    /// Characters of the first token, [`TOKEN_MAX`] at most.
    pub(crate) length: u8,
    pub(crate) next: Next,
}

impl Signature {
    /// How many there are.
    pub(crate) const COUNT: usize = 5 * (TOKEN_MAX + 1) * 8;

    /// A number below [`Signature::COUNT`].
    pub(crate) const fn index(self) -> usize {
        (self.kind as usize * (TOKEN_MAX + 1) + self.length as usize) * 8 + self.next as usize
    }

    /// Every signature of that kind with one of these lengths and followers.
    pub(crate) fn of(kind: Kind, lengths: std::ops::RangeInclusive<u8>, next: &[Next]) -> Vec<Self> {
        lengths.flat_map(|length| next.iter().map(move |&next| Self { kind, length, next })).collect()
    }
}

/// Why a pattern was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// Not a regular expression.
    #[error("the pattern is not a regular expression: {kind}, at character {position}")]
    Syntax {
        /// In the words of the regular expression parser.
        kind: String,
        /// 1-based position.
        position: usize,
    },
    /// An anchor or a word boundary; the engine anchors by itself.
    #[error(
        "the pattern has an anchor or a word boundary; leave it out, a match is always a run of whole tokens"
    )]
    Anchor,
    /// A repeat without an upper bound.
    #[error(
        "the pattern has a repeat without an upper bound (`*`, `+` or `{{n,}}`); give one, such as `{{1,64}}`"
    )]
    Unbounded,
    /// It matches nothing, or begins with something that begins no value.
    #[error(
        "the pattern must begin with a letter, a digit, `+` or `(`, and its first or second token must hold a digit"
    )]
    Beginning,
    /// Its automaton is too large.
    #[error("the pattern's automaton is too large; shorten its counted repeats")]
    TooLarge,
}

/// A compiled pattern.
pub(crate) struct Pattern {
    hir: Hir,
    automaton: OnceLock<Option<dense::DFA<Vec<u32>>>>,
}

impl Pattern {
    /// Reads a pattern of the identifier files' dialect.
    pub(crate) fn parse(pattern: &str, ignore_case: bool) -> Result<Self, PatternError> {
        let hir = regex_syntax::ParserBuilder::new()
            .unicode(false)
            .utf8(false)
            .case_insensitive(ignore_case)
            .build()
            .parse(pattern)
            .map_err(|error| syntax_error(&error))?;
        check_dialect(&hir)?;
        Ok(Self { hir, automaton: OnceLock::new() })
    }

    /// How its matches can begin.
    pub(crate) fn signatures(&self) -> Result<Vec<Signature>, PatternError> {
        let mut all = BTreeSet::new();
        let mut running = BTreeSet::from([Running::default()]);
        run(&self.hir, &mut running, &mut all);
        for state in running {
            state.finish(&mut all, &Next::ALL);
        }
        if all.is_empty() { Err(PatternError::Beginning) } else { Ok(all.into_iter().collect()) }
    }

    /// Bits that its matches leave open: the logarithm of how many texts match, roughly.
    pub(crate) fn openness(&self) -> u16 {
        open_bits(&self.hir).round().clamp(0.0, f64::from(u16::MAX)) as u16
    }

    /// What may stand at its first places.
    pub(crate) fn gate(&self) -> Gate {
        Gate::of(&self.hir)
    }

    /// Whether every match is a long row of letters and digits.
    pub(crate) fn is_long(&self) -> bool {
        is_long(&self.hir)
    }

    /// The ends of all matches that begin at `start`, longest last. Line breaks end a walk.
    pub(crate) fn ends(&self, text: &[u8], start: usize, ends: &mut Ends) {
        ends.count = 0;
        let Some(automaton) = self.automaton() else { return };
        let Some(mut state) = automaton.universal_start_state(Anchored::Yes) else { return };
        for (offset, &byte) in text.get(start..).unwrap_or_default().iter().enumerate() {
            if byte == b'\n' {
                break;
            }
            state = automaton.next_state(state, byte);
            if automaton.is_special_state(state) {
                if automaton.is_match_state(state) {
                    ends.push(start + offset);
                } else if automaton.is_dead_state(state) {
                    return;
                }
            }
        }
        finish(automaton, state, text, start, ends);
    }

    fn automaton(&self) -> Option<&dense::DFA<Vec<u32>>> {
        self.automaton.get_or_init(|| build(&self.hir).ok()).as_ref()
    }
}

/// The automaton reports a match one byte late: at a line break or the end of the text one step is still due.
fn finish(automaton: &dense::DFA<Vec<u32>>, state: StateID, text: &[u8], start: usize, ends: &mut Ends) {
    let rest = text.get(start..).unwrap_or_default();
    let walked = memchr_newline(rest).unwrap_or(rest.len());
    if automaton.is_match_state(automaton.next_eoi_state(state)) {
        ends.push(start + walked);
    }
}

fn memchr_newline(text: &[u8]) -> Option<usize> {
    text.iter().position(|&byte| byte == b'\n')
}

fn build(hir: &Hir) -> Result<dense::DFA<Vec<u32>>, PatternError> {
    let nfa = regex_automata::nfa::thompson::Compiler::new()
        .configure(regex_automata::nfa::thompson::Config::new().utf8(false).shrink(false))
        .build_from_hir(hir)
        .map_err(|_| PatternError::TooLarge)?;
    dense::Builder::new()
        .configure(
            dense::Config::new()
                .start_kind(StartKind::Anchored)
                .match_kind(regex_automata::MatchKind::All)
                .minimize(false)
                .dfa_size_limit(Some(AUTOMATON_BYTES_MAX))
                .determinize_size_limit(Some(AUTOMATON_BYTES_MAX)),
        )
        .syntax(syntax::Config::new().unicode(false).utf8(false))
        .build_from_nfa(&nfa)
        .map_err(|_| PatternError::TooLarge)
}

/// Ends of matches, found in one walk, shortest first.
pub(crate) struct Ends {
    found: [usize; ENDS_MAX],
    count: usize,
}

impl Ends {
    pub(crate) const fn new() -> Self {
        Self { found: [0; ENDS_MAX], count: 0 }
    }

    fn push(&mut self, end: usize) {
        if self.count == ENDS_MAX {
            self.found.rotate_left(1);
            self.count -= 1;
        }
        if let Some(slot) = self.found.get_mut(self.count) {
            *slot = end;
            self.count += 1;
        }
    }

    /// Longest first.
    pub(crate) fn longest_first(&self) -> impl Iterator<Item = usize> + '_ {
        self.found.get(..self.count).unwrap_or_default().iter().rev().copied()
    }
}

fn open_bits(hir: &Hir) -> f64 {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) | HirKind::Literal(_) => 0.0,
        HirKind::Class(Class::Bytes(class)) => class
            .iter()
            .map(|range| f64::from(range.end()) - f64::from(range.start()) + 1.0)
            .sum::<f64>()
            .log2(),
        HirKind::Class(Class::Unicode(_)) => 8.0,
        HirKind::Capture(capture) => open_bits(&capture.sub),
        HirKind::Concat(parts) => parts.iter().map(open_bits).sum(),
        HirKind::Alternation(parts) => parts.iter().map(|part| open_bits(part).exp2()).sum::<f64>().log2(),
        HirKind::Repetition(repetition) => {
            f64::from(repetition.max.unwrap_or(repetition.min)) * open_bits(&repetition.sub).max(0.1)
        }
    }
}

fn syntax_error(error: &regex_syntax::Error) -> PatternError {
    let (kind, position) = match error {
        regex_syntax::Error::Parse(error) => (error.kind().to_string(), error.span().start.column),
        regex_syntax::Error::Translate(error) => (error.kind().to_string(), error.span().start.column),
        _ => ("unknown".to_owned(), 1),
    };
    PatternError::Syntax { kind, position }
}

fn check_dialect(hir: &Hir) -> Result<(), PatternError> {
    if !hir.properties().look_set().is_empty() {
        return Err(PatternError::Anchor);
    }
    if hir.properties().maximum_len().is_none() { Err(PatternError::Unbounded) } else { Ok(()) }
}

/// A beginning in the making.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Running {
    lead: Lead,
    length: u8,
    letters: bool,
    digits: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Lead {
    #[default]
    None,
    Plus,
    Paren,
}

impl Running {
    /// Takes one byte; finished beginnings go to `all`.
    fn step(mut self, byte: u8, all: &mut BTreeSet<Signature>) -> Option<Self> {
        match byte {
            b'0'..=b'9' => self.digits = true,
            b'A'..=b'Z' | b'a'..=b'z' => self.letters = true,
            b'+' if self == Self::default() => return Some(Self { lead: Lead::Plus, ..self }),
            b'(' if self == Self::default() => return Some(Self { lead: Lead::Paren, ..self }),
            _ => {
                self.finish(all, &[Next::of(byte)]);
                return None;
            }
        }
        self.length = (self.length + 1).min(TOKEN_MAX as u8);
        Some(self)
    }

    fn finish(self, all: &mut BTreeSet<Signature>, next: &[Next]) {
        let kind = match (self.lead, self.letters, self.digits) {
            _ if self.length == 0 => return,
            (Lead::Plus, ..) => Kind::Plus,
            (Lead::Paren, ..) => Kind::Paren,
            (Lead::None, false, _) => Kind::Digits,
            (Lead::None, true, true) => Kind::Mixed,
            (Lead::None, true, false) => Kind::Letters,
        };
        all.extend(next.iter().map(|&next| Signature { kind, length: self.length, next }));
    }
}

/// Advances all running beginnings over a piece of the pattern.
fn run(hir: &Hir, running: &mut BTreeSet<Running>, all: &mut BTreeSet<Signature>) {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => literal.0.iter().for_each(|&byte| advance(&[byte], running, all)),
        HirKind::Class(class) => advance(&bytes_of(class), running, all),
        HirKind::Capture(capture) => run(&capture.sub, running, all),
        HirKind::Concat(parts) => parts.iter().for_each(|part| run(part, running, all)),
        HirKind::Alternation(parts) => {
            let before = std::mem::take(running);
            for part in parts {
                let mut branch = before.clone();
                run(part, &mut branch, all);
                running.extend(branch);
            }
        }
        HirKind::Repetition(repetition) => {
            let mut ends = if repetition.min == 0 { running.clone() } else { BTreeSet::new() };
            for round in 1..=repetition.max.unwrap_or(repetition.min) {
                let before = running.clone();
                run(&repetition.sub, running, all);
                // Lengths saturate, so long repeats soon change nothing.
                let settled = *running == before;
                if round >= repetition.min || settled {
                    ends.extend(running.iter().copied());
                }
                if settled {
                    break;
                }
            }
            *running = ends;
        }
    }
}

fn advance(bytes: &[u8], running: &mut BTreeSet<Running>, all: &mut BTreeSet<Signature>) {
    let before = std::mem::take(running);
    for state in before {
        running.extend(bytes.iter().filter_map(|&byte| state.step(byte, all)));
    }
}

/// One representative of every kind of byte in a class, and each byte that is neither letter nor digit.
fn bytes_of(class: &Class) -> Vec<u8> {
    let (mut bytes, mut letter, mut digit) = (Vec::new(), false, false);
    let ranges: Vec<(u8, u8)> = match class {
        Class::Bytes(class) => class.iter().map(|range| (range.start(), range.end())).collect(),
        Class::Unicode(class) => class
            .iter()
            .filter_map(|range| {
                Some((u8::try_from(range.start()).ok()?, u8::try_from(range.end()).unwrap_or(127)))
            })
            .collect(),
    };
    for byte in ranges.into_iter().flat_map(|(start, end)| start..=end) {
        match byte {
            b'0'..=b'9' if digit => {}
            b'A'..=b'Z' | b'a'..=b'z' if letter => {}
            _ => {
                digit |= byte.is_ascii_digit();
                letter |= byte.is_ascii_alphabetic();
                bytes.push(byte);
            }
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ends(pattern: &str, text: &str, start: usize) -> Vec<usize> {
        let mut ends = Ends::new();
        Pattern::parse(pattern, false).unwrap().ends(text.as_bytes(), start, &mut ends);
        ends.longest_first().collect()
    }

    #[test]
    fn all_ends_are_found_longest_first() {
        assert_eq!(ends(r"\d{3}(?:-\d{2})?", "123-45", 0), [6, 3]);
        assert_eq!(ends(r"\d{2,4}", "x12345", 1), [5, 4, 3]);
        assert_eq!(ends(r"\d{2}[ -]\d", "12\n3", 0), [] as [usize; 0]);
        assert_eq!(ends(r"\d{2}\s\d", "12\n3", 0), [] as [usize; 0]);
        assert_eq!(ends(r"\d{2}", "12\n3", 0), [2]);
    }

    #[test]
    fn signatures_say_how_values_begin() {
        let of = |pattern: &str| {
            let signatures = Pattern::parse(pattern, false).unwrap().signatures().unwrap();
            signatures.into_iter().map(|s| (s.kind, s.length, s.next)).collect::<Vec<_>>()
        };
        assert_eq!(of(r"\d{3}-\d{2}"), [(Kind::Digits, 3, Next::Dash)]);
        assert_eq!(of(r"[A-Z]{2} ?\d{2}-"), [(Kind::Mixed, 4, Next::Dash), (Kind::Letters, 2, Next::Space)]);
        assert_eq!(of(r"\(\d{3}\)"), [(Kind::Paren, 3, Next::Other)]);
        assert_eq!(of(r"\d{2}").len(), Next::ALL.len());
        assert_eq!(
            of(r"(?:[A-Z]\d|\d{3})/"),
            [(Kind::Digits, 3, Next::Slash), (Kind::Mixed, 2, Next::Slash)]
        );
        assert!(of(r"[A-Z0-9]{60}").iter().all(|s| s.1 == TOKEN_MAX as u8));
    }

    #[test]
    fn narrower_shapes_leave_less_open() {
        let bits = |pattern: &str| Pattern::parse(pattern, false).unwrap().openness();
        assert!(bits(r"[A-Z]\d{8}") < bits(r"[A-Z0-9]{9}") && bits(r"\d{9}") < bits(r"[A-Z]\d{8}"));
        assert!(bits("(?:AB|CD)1") < bits("[A-Z]{2}1"));
    }

    #[test]
    fn the_dialect_is_enforced() {
        let error = |pattern: &str| Pattern::parse(pattern, false).err();
        assert_eq!(error(r"\d+"), Some(PatternError::Unbounded));
        assert_eq!(error(r"^\d"), Some(PatternError::Anchor));
        assert_eq!(error(r"\b\d"), Some(PatternError::Anchor));
        assert!(matches!(error("["), Some(PatternError::Syntax { position: 1, .. })));
        assert_eq!(Pattern::parse("[=]", false).unwrap().signatures(), Err(PatternError::Beginning));
    }
}
