//! A finder whose answers are known: for the laws of masking and streaming.
//!
//! It reports, within a line: runs of 5 to 40 digits (single blanks, hyphens or commas between them allowed) with
//! "card" at most 30 characters before or after, no label between them; 3 or 4 digits right after "cvv " (to be discarded); two words of
//! letters after "name: " (multi-byte); digits glued to a `#` hide the `#` too (a mask wider than its value).

use crate::mask::{Certain, Find, Place};
use sotto_detect::{Category, Part, RuleInfo};
use sotto_public::{ByteSpan, CharSpan, IdentifierId};
use sotto_sensitive::{RawBytes, RawText};

/// Longest value.
const VALUE_BYTES_MAX: usize = 160;
/// Furthest that a keyword reaches, in bytes.
const REACH_BYTES: usize = 160;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Spot {
    pub(crate) value: ByteSpan,
    pub(crate) mask: ByteSpan,
    pub(crate) rule: usize,
}

impl Place for Spot {
    fn value(&self) -> ByteSpan {
        self.value
    }

    fn mask(&self) -> ByteSpan {
        self.mask
    }

    fn moved(&self, value: ByteSpan, mask: ByteSpan, _: CharSpan) -> Self {
        Self { value, mask, rule: self.rule }
    }
}

pub(crate) fn rule(id: &str) -> RuleInfo {
    let secret = id.contains("Key");
    RuleInfo {
        identifier: IdentifierId::new(id).unwrap(),
        shape: "plain".to_owned(),
        category: if secret { Category::Credentials } else { Category::Pii },
        validator: None,
        discard: id == "CreditCardSecurityCode",
    }
}

pub(crate) struct Double {
    rules: [RuleInfo; 3],
}

impl Default for Double {
    fn default() -> Self {
        Self { rules: ["CreditCardNumber", "CreditCardSecurityCode", "Name"].map(rule) }
    }
}

impl Double {
    fn scan(&self, bytes: &[u8]) -> Vec<Spot> {
        let mut spots = Vec::new();
        let mut line_start = 0;
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            scan_line(line, line_start, &mut spots);
            line_start += line.len();
        }
        spots
    }
}

fn scan_line(line: &[u8], offset: usize, spots: &mut Vec<Spot>) {
    let mut at = 0;
    while at < line.len() {
        let found = digits(line, at).or_else(|| name(line, at));
        at = match found {
            Some((length, None)) => at + length,
            Some((length, Some(rule))) => {
                let hash = usize::from(at > 0 && line[at - 1] == b'#');
                let value = ByteSpan::at(offset + at, length);
                spots.push(Spot { value, mask: ByteSpan::at(offset + at - hash, length + hash), rule });
                at + length
            }
            None => at + 1,
        };
    }
}

/// The digits at `at`: how long, and which rule holds.
fn digits(line: &[u8], at: usize) -> Option<(usize, Option<usize>)> {
    let digit = |at: usize| line.get(at).is_some_and(u8::is_ascii_digit);
    if !digit(at) || (at > 0 && (line[at - 1].is_ascii_alphanumeric() || matches!(line[at - 1], b'*' | b'_')))
    {
        return None;
    }
    let mut end = at;
    while digit(end) || (matches!(line.get(end), Some(b' ' | b'-' | b',')) && digit(end + 1)) {
        end += 1;
    }
    let (count, length) = (line[at..end].iter().filter(|b| b.is_ascii_digit()).count(), end - at);
    let near = near_card(&line[..at], &line[end..]);
    let rule = match count {
        3 | 4 if line[..at].ends_with(b"cvv ") => Some(1),
        5..=40 if near && !line.get(end).is_some_and(u8::is_ascii_alphanumeric) => Some(0),
        _ => None,
    };
    Some((length, rule))
}

fn near_card(before: &[u8], after: &[u8]) -> bool {
    let before = before.rsplit(|byte| *byte == b']').next().unwrap_or_default();
    let after = after.split(|byte| *byte == b'[').next().unwrap_or_default();
    let (before, after) = (String::from_utf8_lossy(before), String::from_utf8_lossy(after));
    let before: String = before.chars().rev().take(34).collect::<Vec<_>>().into_iter().rev().collect();
    let after: String = after.chars().take(34).collect();
    before.contains("card") || after.contains("card")
}

fn name(line: &[u8], at: usize) -> Option<(usize, Option<usize>)> {
    if !line[..at].ends_with(b"name: ") {
        return None;
    }
    let rest = &line[at..];
    let text = rest.utf8_chunks().next().map_or("", |chunk| chunk.valid());
    let mut words = text.split(' ');
    let (first, second) = (words.next()?, words.next()?);
    let second: String = second.chars().take_while(|c| c.is_alphabetic()).collect();
    let good = !first.is_empty() && first.chars().all(char::is_alphabetic) && !second.is_empty();
    let length = first.len() + 1 + second.len();
    (good && length <= VALUE_BYTES_MAX).then_some((length, Some(2)))
}

impl Find for Double {
    type Place = Spot;

    #[expect(clippy::disallowed_methods, reason = "a test reads what it wrote")]
    fn find(&self, bytes: &RawBytes) -> Vec<Spot> {
        self.scan(bytes.expose())
    }

    #[expect(clippy::disallowed_methods, reason = "a test reads what it wrote")]
    fn find_text(&self, text: &RawText) -> Vec<Spot> {
        self.scan(text.expose().as_bytes())
    }

    /// Certain is what is a value's and a keyword's length away from the end, or in a line that has ended.
    #[expect(clippy::disallowed_methods, reason = "a test reads what it wrote")]
    fn find_part(&self, part: &Part<'_>) -> Certain<Spot> {
        let bytes = part.bytes.expose();
        let line = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let far = bytes.len().saturating_sub(REACH_BYTES + VALUE_BYTES_MAX);
        let mut upto = if part.end_of_input { bytes.len() } else { line.max(far).max(part.from) };
        let spots = self.scan(bytes);
        if let Some(torn) = spots.iter().find(|spot| spot.mask.start() < upto && upto < spot.mask.end()) {
            upto = torn.mask.start();
        }
        // A run of digits that is cut by `upto` is judged later, from its beginning.
        while !part.end_of_input && upto > line && upto > part.from && in_run(bytes, upto) {
            upto -= 1;
        }
        let places =
            spots.into_iter().filter(|s| part.from <= s.mask.start() && s.mask.end() <= upto).collect();
        Certain { places, upto }
    }

    fn rule(&self, place: &Spot) -> &RuleInfo {
        &self.rules[place.rule]
    }

    fn discards(&self, place: &Spot) -> bool {
        self.rules[place.rule].discard
    }
}

fn in_run(bytes: &[u8], at: usize) -> bool {
    bytes[at - 1].is_ascii_digit() || matches!(bytes[at - 1], b' ' | b'-' | b',' | b'#')
}
