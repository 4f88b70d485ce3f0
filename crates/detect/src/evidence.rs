//! Does a match count? What stands around it decides: keywords, glue, and traces of earlier masking.
//!
//! A keyword counts within its distance, before or after the value (the documentation leaves "after" open; here it
//! counts). Before the value, a line break may stand between them only if nothing but letters and marks follows it, as
//! in a form or in a dialogue; after the value, none. So the keyword of one log record never reaches the next.
//!
//! Masking must be idempotent: what an earlier pass left behind is neither value nor keyword, and nothing that was
//! refused because of a neighbour may become a finding when that neighbour is masked. Hence an asterisk counts as a digit
//! in every test that refuses, and labels in brackets are opaque.

use crate::labels::Labels;
use crate::matchers::{byte_at, byte_before};
use crate::overlap::count_chars;
use crate::words::Hit;

/// Asterisks in a row that are taken for a mask.
const MASK_RUN: usize = 4;
/// Letters and digits next to a mask that are taken for its remainder (the first six or last four of a card).
const REMAINDER_MAX: usize = 8;
/// Bytes of one character, at most (RFC 3629).
pub(crate) const CHAR_BYTES_MAX: usize = 4;

/// Which keywords count for a rule.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reach {
    /// Whose keywords.
    pub(crate) identifier: usize,
    /// Characters between keyword and value.
    pub(crate) distance: usize,
    /// Whether a keyword behind the value counts.
    pub(crate) after: bool,
}

/// The keyword that supports a value: how far away it is, and which.
pub(crate) fn keyword<'a>(
    text: &[u8],
    labels: &Labels,
    hits: impl Iterator<Item = &'a Hit> + Clone,
    reach: Reach,
    (start, end): (usize, usize),
) -> Option<(usize, &'a Hit)> {
    let Reach { identifier, distance, after } = reach;
    let supports = |hit: &&Hit| hit.of.contains(identifier) && !labels.hold(text, hit.start);
    // "drivers permit" in "drivers permit number: 1" ends where the longer keyword does.
    let whole_end = |start: usize| {
        hits.clone().filter(|hit| hit.start == start).map(|hit| hit.end).max().unwrap_or(start)
    };
    let gaps = hits.clone().filter(supports).filter_map(|hit| {
        let gap = if hit.end <= start {
            gap_before(text, labels, hit.end, start, distance)
        } else if after && hit.start >= end && !is_key(text, whole_end(hit.start)) {
            gap_after(text, labels, end, hit.start, distance).map(|gap| gap + 1)
        } else {
            None
        };
        gap.map(|gap| (gap, hit))
    });
    gaps.min_by_key(|(gap, hit)| (*gap, std::cmp::Reverse(hit.end - hit.start)))
}

/// How far a keyword reaches: no value that ends before the first place, or begins behind the second, has it near.
pub(crate) fn extent(text: &[u8], start: usize, end: usize, reach: usize) -> (usize, usize) {
    let back = text.get(start.saturating_sub(reach * CHAR_BYTES_MAX)..start).unwrap_or_default();
    let line = back.rsplit(|&byte| byte == b'\n').next().unwrap_or_default();
    let mut characters = line.iter().rev().scan(0, |count, &byte| {
        *count += usize::from(byte & 0xC0 != 0x80);
        (*count <= reach).then_some(())
    });
    (start - characters.by_ref().count(), end + reach_ahead(text, end, reach))
}

/// Bytes behind a keyword in which a value may begin: as many characters as it reaches, and behind a line break no
/// farther than the first digit.
fn reach_ahead(text: &[u8], end: usize, reach: usize) -> usize {
    let ahead = text.get(end..text.len().min(end + reach * CHAR_BYTES_MAX + 1)).unwrap_or_default();
    let (mut characters, mut broken) = (0, false);
    for (offset, &byte) in ahead.iter().enumerate() {
        characters += usize::from(byte & 0xC0 != 0x80);
        broken |= byte == b'\n';
        if characters > reach || (broken && (byte.is_ascii_digit() || matches!(byte, b'*' | b']'))) {
            return offset;
        }
    }
    ahead.len()
}

fn gap_before(text: &[u8], labels: &Labels, from: usize, to: usize, distance: usize) -> Option<usize> {
    let gap = measured(text, labels, from, to, distance)?;
    let between = text.get(from..to)?;
    match between.iter().rposition(|&byte| byte == b'\n') {
        Some(at)
            if between
                .get(at..)?
                .iter()
                .any(|&byte| byte.is_ascii_digit() || byte == b'*' || byte == b']') =>
        {
            None
        }
        _ => Some(gap),
    }
}

/// Whether a word is the key of what follows it (`"ssn": 1`, `ssn=1`), and so says nothing of what stands before.
fn is_key(text: &[u8], end: usize) -> bool {
    let mark = text
        .get(end..)
        .unwrap_or_default()
        .iter()
        .take(4)
        .find(|byte| !matches!(byte, b'"' | b'\'' | b'\\' | b' '));
    matches!(mark, Some(b':' | b'='))
}

fn gap_after(text: &[u8], labels: &Labels, from: usize, to: usize, distance: usize) -> Option<usize> {
    let gap = measured(text, labels, from, to, distance)?;
    (!text.get(from..to)?.contains(&b'\n')).then_some(gap)
}

/// Characters between two places, if they are not too many and no label of an earlier pass stands between.
fn measured(text: &[u8], labels: &Labels, from: usize, to: usize, distance: usize) -> Option<usize> {
    if to - from > distance.saturating_mul(CHAR_BYTES_MAX) {
        return None;
    }
    let between = text.get(from..to)?;
    let gap = if between.is_ascii() { between.len() } else { count_chars(between) };
    let label_between =
        || between.iter().enumerate().any(|(at, &byte)| byte == b']' && labels.end_at(text, from + at + 1));
    (gap <= distance && !label_between()).then_some(gap)
}

/// Whether a value is what an earlier masking left over.
pub(crate) fn is_remainder(text: &[u8], start: usize, end: usize) -> bool {
    let masked = |from: usize, step: fn(usize) -> Option<usize>| {
        let mut at = Some(from);
        (0..MASK_RUN).all(|_| {
            let is_mask = at.is_some_and(|at| text.get(at) == Some(&b'*'));
            at = at.and_then(step);
            is_mask
        })
    };
    let value = text.get(start..end).unwrap_or_default();
    let short = value.iter().filter(|byte| byte.is_ascii_alphanumeric()).count() <= REMAINDER_MAX;
    // A separator of the masked value may stand between.
    let joint = |byte: u8| usize::from(matches!(byte, b' ' | b'-' | b'.' | b'/'));
    let before = start.checked_sub(1 + joint(byte_before(text, start)));
    let after = end + joint(byte_at(text, end));
    short && (before.is_some_and(|at| masked(at, |at| at.checked_sub(1))) || masked(after, |at| Some(at + 1)))
}

/// Whether a value is glued to more digits, so that it is a piece of something longer: a date, a decimal, a version, a
/// UUID, an amount. Values with a check digit are refused as fractions only.
pub(crate) fn is_glued(text: &[u8], labels: &Labels, start: usize, end: usize, certain: bool) -> bool {
    let joint = |byte: u8| matches!(byte, b'.' | b'-' | b'/' | b':');
    let after_label = start > 0 && joint(byte_before(text, start)) && labels.end_at(text, start - 1);
    let before_label =
        joint(byte_at(text, end)) && byte_at(text, end + 1) == b'[' && labels.hold(text, end + 2);
    (after_label || before_label)
        || glued_before(text, start, certain)
        || (!certain && (glued_after(text, start, end) || goes_on(text, start, end)))
}

/// Whether a row of groups goes on beyond the value with the separator that the value itself has: ten pairs of hex
/// digits are no hardware address of six.
fn goes_on(text: &[u8], start: usize, end: usize) -> bool {
    let value = text.get(start..end).unwrap_or_default();
    let same = |joint: u8, beyond: u8| {
        matches!(joint, b':' | b'-' | b'.')
            && value.contains(&joint)
            && (beyond.is_ascii_alphanumeric() || beyond == b'*')
    };
    let two_before = if start >= 2 { byte_before(text, start - 1) } else { b' ' };
    same(byte_before(text, start), two_before) || same(byte_at(text, end), byte_at(text, end + 1))
}

fn digit_like(byte: u8) -> bool {
    byte.is_ascii_digit() || byte == b'*'
}

fn glued_before(text: &[u8], start: usize, certain: bool) -> bool {
    if !byte_at(text, start).is_ascii_digit() {
        return false;
    }
    let two_before = if start >= 2 { byte_before(text, start - 1) } else { b' ' };
    match byte_before(text, start) {
        b'.' => digit_like(two_before),
        _ if certain => false,
        b'/' | b':' => digit_like(two_before),
        b'-' => token_before_has_digit(text, start - 1),
        b'$' => true,
        // The last bytes of the signs of pound and euro in UTF-8.
        0xA3 => two_before == 0xC2,
        0xAC => two_before == 0x82,
        _ => false,
    }
}

fn token_before_has_digit(text: &[u8], end: usize) -> bool {
    let mut at = end;
    while at > 0 && end - at < 40 {
        match byte_before(text, at) {
            byte if digit_like(byte) => return true,
            byte if byte.is_ascii_alphabetic() => at -= 1,
            _ => break,
        }
    }
    false
}

fn glued_after(text: &[u8], start: usize, end: usize) -> bool {
    if !byte_before(text, end).is_ascii_digit() {
        return false;
    }
    let next_two = byte_at(text, end + 1);
    match byte_at(text, end) {
        b'.' | b'/' | b':' => digit_like(next_two),
        b'-' => token_after_has_digit(text, end + 1),
        b',' => end - start <= 3 && (1..=3).all(|ahead| digit_like(byte_at(text, end + ahead))),
        b'%' => true,
        _ => false,
    }
}

fn token_after_has_digit(text: &[u8], from: usize) -> bool {
    text.get(from..)
        .unwrap_or_default()
        .iter()
        .take(40)
        .take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'*')
        .any(|&byte| digit_like(byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bits::Bits;
    use crate::detection::KeywordId;

    fn gap(text: &str, word: &str, value: &str) -> Option<usize> {
        let mut of = Bits::default();
        of.insert(0);
        let at = text.find(word).unwrap();
        let (from, upto) = extent(text.as_bytes(), at, at + word.len(), 30);
        let hit = Hit { start: at, end: at + word.len(), keyword: KeywordId(0), of, from, upto };
        let start = text.find(value).unwrap();
        let reach = Reach { identifier: 0, distance: 30, after: true };
        let found =
            keyword(text.as_bytes(), &Labels::new(&[]), [hit].iter(), reach, (start, start + value.len()))
                .map(|(gap, _)| gap);
        let within = hit.from <= start + value.len() && start <= hit.upto;
        assert!(within || found.is_none(), "the extent is too small for {value} in {text}");
        found
    }

    #[test]
    fn keywords_count_on_both_sides_within_thirty_characters() {
        assert_eq!(gap("ssn: 123", "ssn", "123"), Some(2));
        assert_eq!(gap("123 is the ssn", "ssn", "123"), Some(9));
        assert_eq!(gap("123, \"ssn\": 456", "ssn", "123"), None, "a key speaks for what follows");
        let far = |count| format!("ssn{}123", " ".repeat(count));
        assert_eq!(gap(&far(30), "ssn", "123"), Some(30));
        assert_eq!(gap(&far(31), "ssn", "123"), None);
        let wide = format!("ssn{}123", "é".repeat(30));
        assert_eq!(gap(&wide, "ssn", "123"), Some(30));
    }

    #[test]
    fn line_breaks_let_forms_through_but_not_records() {
        assert_eq!(gap("ssn:\n123", "ssn", "123"), Some(2));
        assert_eq!(gap("your ssn?\ncaller: 123", "ssn", "123"), Some(10));
        assert_eq!(gap("ssn ok\n10:20 123", "ssn", "123"), None);
        assert_eq!(gap("ssn ok\n**:** 123", "ssn", "123"), None);
        assert_eq!(gap("123\nssn", "ssn", "123"), None);
    }

    #[test]
    fn labels_are_opaque() {
        assert_eq!(gap("[Ssn-US] 123", "Ssn", "123"), None);
        assert_eq!(gap("ssn [EmailAddress] 123", "ssn", "123"), None);
        assert_eq!(gap("ssn [a] 123", "ssn", "123"), Some(5));
    }

    #[test]
    fn remainders_and_glue() {
        let remainder = |text: &str, value: &str| {
            let start = text.find(value).unwrap();
            is_remainder(text.as_bytes(), start, start + value.len())
        };
        assert!(remainder("************1111", "1111") && remainder("**** **** 1111", "1111"));
        assert!(remainder("411111******1111", "411111"));
        assert!(!remainder("**1111**", "1111") && !remainder("****4111111111111111", "4111111111111111"));
        let glued = |text: &str, value: &str, certain| {
            let start = text.find(value).unwrap();
            is_glued(text.as_bytes(), &Labels::new(&[]), start, start + value.len(), certain)
        };
        for (text, value) in [
            ("0.123456789", "123456789"),
            ("12-123456789", "123456789"),
            ("a716-446655440000", "446655440000"),
            ("$1234", "1234"),
            ("1234.5", "1234"),
            ("12/27/2024", "12/27"),
            ("10:2024", "2024"),
            ("45%", "45"),
            ("**-123", "123"),
            ("€12", "12"),
            ("a:1b:2c:3d", "1b:2c"),
        ] {
            assert!(glued(text, value, false), "{value} in {text}");
        }
        for (text, value) in
            [("ssn-123456789", "123456789"), ("x=1234.", "1234"), ("1234, 5", "1234"), ("(1234)", "1234")]
        {
            assert!(!glued(text, value, false), "{value} in {text}");
        }
        assert!(glued("0.4111111111111111", "4111111111111111", true) && !glued("4111-12", "4111", true));
    }
}
