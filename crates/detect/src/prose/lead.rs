//! What of the text before a stretch may speak for it? The closed words of the line before, or the key of a JSON member.
//!
//! A question is answered on the next line: "what is the address?", "1546 maurice lane". Of the line before only words
//! that never name anybody are kept, everything else becomes asterisks: whether those are masked by then must not matter.

use super::cues::{Cues, Sign};
use crate::matchers::{byte_at, byte_before};
use crate::words::letters;

/// Bytes of the line before.
const LEAD_BYTES: usize = 48;
/// Longest key of a member.
const KEY_BYTES: usize = 40;
/// What keys of addresses hold.
const ADDRESS_KEYS: [&[u8]; 9] = [
    b"addr",
    b"adress",
    b"street",
    b"strasse",
    b"stra\xC3\x9Fe",
    b"direcc",
    b"domicil",
    b"indirizzo",
    b"endere",
];

/// Writes what may speak for the stretch that begins at `start`.
pub(crate) fn fill(text: &[u8], start: usize, cues: &Cues, lead: &mut Vec<u8>) {
    lead.clear();
    match byte_before(text, start) {
        b'\n' => line_before(text, start - 1, cues, lead),
        b'"' => key(text, start, lead),
        _ => {}
    }
}

/// The closed words at the end of the line that ends at `end`.
fn line_before(text: &[u8], end: usize, cues: &Cues, lead: &mut Vec<u8>) {
    let line = text.get(end.saturating_sub(LEAD_BYTES)..end).unwrap_or_default();
    let line = line.rsplit(|&byte| byte == b'\n').next().unwrap_or_default();
    let mut at = 0;
    while at < line.len() {
        let rest = line.get(at..).unwrap_or_default();
        let length = rest.iter().take_while(|byte| is_word(**byte)).count();
        let word = rest.get(..length).unwrap_or_default();
        match rest.first() {
            _ if length > 0 && is_closed(word, cues) => lead.extend_from_slice(word),
            _ if length > 0 => lead.extend(std::iter::repeat_n(b'*', length)),
            Some(mark) => lead.push(*mark),
            None => break,
        }
        at += length.max(1);
    }
    // A word that the bound cut in two is none.
    if lead.first().is_some_and(|byte| is_word(*byte)) && line.len() == LEAD_BYTES {
        lead.iter_mut().take_while(|byte| is_word(**byte)).for_each(|byte| *byte = b'*');
    }
    if !lead.is_empty() {
        lead.push(b'\n');
    }
}

const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte >= 0x80 || byte == b'*'
}

fn is_closed(word: &[u8], cues: &Cues) -> bool {
    let first = word.iter().take(8).rev().fold(0, |all, &byte| all << 8 | u64::from(byte));
    let key = letters(first, word.len().clamp(1, 8) as u32);
    word.len() <= 8
        && cues.may_hold(key)
        && matches!(cues.sign(key), Some(Sign::Talk | Sign::Announce | Sign::Plain | Sign::Key))
}

/// The key of the member whose quoted value begins at `start`, if it is one of addresses.
fn key(text: &[u8], start: usize, lead: &mut Vec<u8>) {
    let before = text.get(start.saturating_sub(KEY_BYTES)..start.saturating_sub(1)).unwrap_or_default();
    let trimmed = before.iter().rposition(|byte| !matches!(byte, b' ' | b'\\'));
    let Some(colon) = trimmed.filter(|at| byte_at(before, *at) == b':') else { return };
    let name = before.get(..colon).unwrap_or_default();
    let name = name.rsplit(|byte| matches!(byte, b',' | b'{' | b'[')).next().unwrap_or_default();
    let lower = name.to_ascii_lowercase();
    if ADDRESS_KEYS.iter().any(|stem| lower.windows(stem.len()).any(|part| part == *stem)) {
        lead.extend_from_slice(b"address\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lead(text: &str, at: &str) -> String {
        let mut lead = Vec::new();
        fill(text.as_bytes(), text.find(at).unwrap(), &Cues::new(), &mut lead);
        String::from_utf8(lead).unwrap()
    }

    #[test]
    fn closed_words_stay_and_others_are_hidden() {
        assert_eq!(lead("what is your name?\nEmma", "Emma"), "what is your name?\n");
        assert_eq!(lead("and your name, Paul 7?\nEmma", "Emma"), "and your name, **** *?\n");
        assert_eq!(lead("x\ny\nEmma", "Emma"), "*\n");
        assert_eq!(lead("Emma", "Emma"), "");
    }

    #[test]
    fn keys_of_addresses_announce_them() {
        assert_eq!(lead("{\"shippingAddress\": \"12 Oak\"}", "12"), "address\n");
        assert_eq!(lead("{\"address\":1,\"size\": \"12 Oak\"}", "12 O"), "");
        assert_eq!(lead("\"12 Oak\"", "12"), "");
    }
}
