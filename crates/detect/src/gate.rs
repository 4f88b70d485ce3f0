//! Can this pattern match here at all? One comparison of sixteen bytes decides.
//!
//! Each byte has a code with one bit set: digit, one of four groups of letters, blank, hyphen, or anything else. A gate
//! holds, for each of the first sixteen places of a pattern, the codes that may stand there; places behind the shortest
//! match allow everything. A text passes when none of its codes is outside. Two exact sets for the first two bytes
//! tell letters apart. What passes is still matched properly; what does not cannot match.

use regex_syntax::hir::{Class, Hir, HirKind};
use std::collections::BTreeSet;

/// Places that a gate looks at.
pub(crate) const PLACES: usize = 16;

/// The code of each byte.
#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler, which checks the bounds")]
const CODES: [u8; 256] = {
    let mut codes = [0x80; 256];
    let mut byte = 0;
    while byte < 256 {
        codes[byte] = match byte as u8 {
            b'0'..=b'9' => 0x01,
            b'A'..=b'M' => 0x02,
            b'N'..=b'Z' => 0x04,
            b'a'..=b'm' => 0x08,
            b'n'..=b'z' => 0x10,
            b' ' => 0x20,
            b'-' => 0x40,
            _ => 0x80,
        };
        byte += 1;
    }
    codes
};

/// The codes of the sixteen bytes from a place on; zero behind the end, which passes every gate.
fn codes(text: &[u8], at: usize) -> u128 {
    let mut codes = [0; PLACES];
    let rest = text.get(at..).unwrap_or_default();
    match rest.first_chunk::<PLACES>() {
        Some(bytes) => codes.iter_mut().zip(bytes).for_each(|(code, byte)| *code = code_of(*byte)),
        None => codes.iter_mut().zip(rest).for_each(|(code, byte)| *code = code_of(*byte)),
    }
    u128::from_le_bytes(codes)
}

#[expect(clippy::indexing_slicing, reason = "a byte is below 256")]
#[inline]
const fn code_of(byte: u8) -> u8 {
    CODES[byte as usize]
}

/// Shortest value that counts as long.
pub(crate) const LONG_BYTES: usize = 32;

/// Whether a byte may stand in a long value: base64, also for URLs (RFC 4648, tables 1 and 2).
pub(crate) const fn is_long_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'_' | b'-')
}

/// Whether every match is a long row of such bytes from its beginning on, letters and digits mixed: keys, not numbers.
/// Such values are looked for only where there is such a row.
pub(crate) fn is_long(hir: &Hir) -> bool {
    let places = Places::of(hir);
    let long_bytes = (0..128_u8).filter(|&byte| is_long_byte(byte)).fold(0, |set, byte| set | 1_u128 << byte);
    let mixed = |set: &u128| set & !long_bytes == 0 && set >> b'1' & 1 == 1 && set >> b'a' & 1 == 1;
    hir.properties().minimum_len().unwrap_or(0) >= LONG_BYTES
        && places.0.iter().take(LONG_BYTES).skip(1).all(mixed)
}

/// What may stand at the first places of a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Gate {
    refused: u128,
    first: u128,
    second: u128,
    /// The place farther on where the fewest bytes may stand, and which.
    probe: (u8, u128),
}

impl Gate {
    /// A gate that lets everything pass.
    pub(crate) const OPEN: Self =
        Self { refused: 0, first: u128::MAX, second: u128::MAX, probe: (0, u128::MAX) };

    /// The gate of a pattern.
    pub(crate) fn of(hir: &Hir) -> Self {
        let places = Places::of(hir);
        let sure = places.0.get(..hir.properties().minimum_len().unwrap_or(0).min(DEPTH)).unwrap_or_default();
        let mut allowed = [0xFF_u8; PLACES];
        for (allow, set) in allowed.iter_mut().zip(sure) {
            *allow =
                (0..128_u8).filter(|byte| set >> byte & 1 == 1).map(code_of).fold(0, |all, code| all | code);
        }
        let exact = |place: usize| sure.get(place).copied().unwrap_or(u128::MAX);
        let rarest = sure.iter().enumerate().skip(2).min_by_key(|(_, set)| set.count_ones());
        let probe = rarest.map_or((0, u128::MAX), |(place, set)| (place as u8, *set));
        Self { refused: !u128::from_le_bytes(allowed), first: exact(0), second: exact(1), probe }
    }

    /// What may stand first and second.
    pub(crate) fn firsts(&self) -> (u128, u128) {
        (self.first, self.second)
    }

    /// Whether a match may begin here.
    #[inline]
    pub(crate) fn passes(&self, view: &mut View<'_>) -> bool {
        self.first >> (view.first & 0x7F) & 1 == 1
            && self.second >> (view.second & 0x7F) & 1 == 1
            && self.probe.1 >> (view.ahead(self.probe.0) & 0x7F) & 1 == 1
            && (self.refused == 0 || view.codes() & self.refused == 0)
    }
}

/// A place in a text, with its codes once they have been asked for.
pub(crate) struct View<'a> {
    text: &'a [u8],
    at: usize,
    first: u8,
    second: u8,
    codes: Option<u128>,
}

impl<'a> View<'a> {
    /// The view at a place.
    pub(crate) fn at(text: &'a [u8], at: usize) -> Self {
        let byte = |at: usize| text.get(at).copied().unwrap_or(b' ');
        Self { text, at, first: byte(at), second: byte(at + 1), codes: None }
    }

    fn ahead(&self, places: u8) -> u8 {
        self.text.get(self.at + usize::from(places)).copied().unwrap_or(b'\n')
    }

    fn codes(&mut self) -> u128 {
        *self.codes.get_or_insert_with(|| codes(self.text, self.at))
    }
}

/// Places of a pattern that are looked at when its gate is made.
const DEPTH: usize = 96;

/// ASCII bytes that may stand at each place, as sets of bits.
struct Places([u128; DEPTH]);

impl Places {
    fn of(hir: &Hir) -> Self {
        let mut places = Self([0; DEPTH]);
        walk(hir, &BTreeSet::from([0]), &mut places);
        places
    }
}

/// Adds what a piece of a pattern can put at the places from `starts` on; answers where it can end.
fn walk(hir: &Hir, starts: &BTreeSet<usize>, places: &mut Places) -> BTreeSet<usize> {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => starts.clone(),
        HirKind::Literal(literal) => {
            literal.0.iter().fold(starts.clone(), |at, &byte| put(1 << (byte & 0x7F), &at, places))
        }
        HirKind::Class(class) => put(members(class), starts, places),
        HirKind::Capture(capture) => walk(&capture.sub, starts, places),
        HirKind::Concat(parts) => parts.iter().fold(starts.clone(), |at, part| walk(part, &at, places)),
        HirKind::Alternation(parts) => parts.iter().flat_map(|part| walk(part, starts, places)).collect(),
        HirKind::Repetition(repetition) => {
            let mut at = starts.clone();
            let mut ends = if repetition.min == 0 { starts.clone() } else { BTreeSet::new() };
            for round in 1..=repetition.max.unwrap_or(repetition.min) {
                let next = walk(&repetition.sub, &at, places);
                let settled = next == at;
                at = next;
                if round >= repetition.min || settled {
                    ends.extend(&at);
                }
                if settled {
                    break;
                }
            }
            ends
        }
    }
}

fn put(set: u128, starts: &BTreeSet<usize>, places: &mut Places) -> BTreeSet<usize> {
    for start in starts {
        if let Some(place) = places.0.get_mut(*start) {
            *place |= set;
        }
    }
    starts.iter().map(|start| (start + 1).min(DEPTH)).collect()
}

/// The ASCII members of a class; all of them where it is not of bytes, which patterns without Unicode never are.
fn members(class: &Class) -> u128 {
    match class {
        Class::Bytes(class) => class.iter().fold(0, |set, range| {
            (range.start()..=range.end()).filter(u8::is_ascii).fold(set, |set, byte| set | 1 << byte)
        }),
        Class::Unicode(_) => u128::MAX,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passes(pattern: &str, text: &str) -> bool {
        let hir =
            regex_syntax::ParserBuilder::new().unicode(false).utf8(false).build().parse(pattern).unwrap();
        Gate::of(&hir).passes(&mut View::at(text.as_bytes(), 0))
    }

    #[test]
    fn gates_refuse_only_what_cannot_match() {
        let card = r"\d{4}[ -]\d{4}[ -]\d{4}";
        assert!(passes(card, "4111 1111 1111") && passes(card, "4111-1111-1111-x"));
        assert!(!passes(card, "2026-11-21T10:00") && !passes(card, "4111x1111 1111"));
        assert!(
            passes(r"(?:DE|AT)\d{2}", "DE12")
                && !passes(r"(?:DE|AT)\d{2}", "FR12")
                && !passes(r"(?:DE|AT)\d{2}", "DX12")
        );
        assert!(passes(r"\d{2}-?\d{2}", "12345 rest of the text") && passes(r"A\d{1,3}", "A1"));
        assert!(passes(r"\d{3}", "123") && !passes(r"\d{3}", "12"));
        let far = "[a-z]{20}Q[a-z]{5}";
        assert!(passes(far, "abcdefghijabcdefghijQabcde") && !passes(far, "abcdefghijabcdefghijabcdef"));
    }

    #[test]
    fn long_values_are_rows_of_letters_and_digits() {
        let long = |pattern: &str| {
            is_long(
                &regex_syntax::ParserBuilder::new()
                    .unicode(false)
                    .utf8(false)
                    .build()
                    .parse(pattern)
                    .unwrap(),
            )
        };
        assert!(long("[A-Za-z0-9+/]{43}=") && long("[a-f0-9]{32,64}"));
        assert!(!long("[A-Za-z0-9]{31}") && !long(r"\d{40}") && !long(r"[A-Za-z0-9]{8}\.[A-Za-z0-9]{40}"));
    }

    #[test]
    fn the_open_gate_is_open() {
        assert!(Gate::OPEN.passes(&mut View::at(b"\xFF\x00", 0)));
    }
}
