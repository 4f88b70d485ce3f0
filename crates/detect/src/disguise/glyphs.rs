//! Which characters only look like the ones they stand for, or are not seen at all?
//!
//! Digits of other scripts (Unicode's category Nd: a row of ten for each script), full-width forms, mathematical letters,
//! raised, lowered and circled digits; dashes and blanks beyond ASCII between digits; characters without width; and, in
//! mail addresses alone, Cyrillic, Greek and Armenian letters that look Latin. Elsewhere such letters are what they seem.

use super::codes::Unit;
use super::view::Draft;
use crate::matchers::{backward, byte_at, byte_before, forward};

/// The zero of each script (Unicode Character Database, `extracted/DerivedNumericType.txt`, decimal).
const ZEROS: [u32; 66] = [
    0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66, 0xDE6, 0xE50, 0xED0,
    0xF20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50, 0x1BB0, 0x1C40, 0x1C50,
    0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10, 0x104A0, 0x10D30, 0x11066, 0x110F0,
    0x11136, 0x111D0, 0x112F0, 0x11450, 0x114D0, 0x11650, 0x116C0, 0x11730, 0x118E0, 0x11950, 0x11C50,
    0x11D50, 0x11DA0, 0x11F50, 0x16A60, 0x16AC0, 0x16B50, 0x1D7CE, 0x1D7D8, 0x1D7E2, 0x1D7EC, 0x1D7F6,
    0x1E140, 0x1E2F0, 0x1E950, 0x1FBF0,
];
/// Longest mail address, in bytes, on each side of a place (RFC 5321, section 4.5.3.1, and two bytes a letter).
const ADDRESS_BYTES_MAX: usize = 320;

/// Letters that look Latin, and those they look like.
const LOOK_ALIKES: &[(&str, &str)] = &[
    ("аеорсухіјѕһԁԛԝмткв", "aeopcyxijshdqwmtkb"),
    ("АВЕКМНОРСТХУІЈЅ", "ABEKMHOPCTXYIJS"),
    ("αονρικτυεηχ", "aovpiktuenx"),
    ("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX"),
    ("օհոսց", "ohnug"),
    ("ıɡɑ", "iga"),
];

pub(super) fn unit(text: &[u8], at: usize) -> Option<Unit> {
    let (character, takes) = char_at(text, at)?;
    let (before, after) = (byte_before(text, at), byte_at(text, at + takes));
    match character {
        _ if is_invisible(character) => hides(text, at, takes).then(|| Unit::nothing(takes)),
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{FE58}' | '\u{FE63}' => {
            (digit_like(before) && digit_like(after)).then(|| Unit::byte(takes, b'-', true))
        }
        '\u{A0}' | '\u{2000}'..='\u{200A}' | '\u{202F}' | '\u{205F}' | '\u{3000}' => {
            (digit_like(before) && digit_like(after)).then(|| Unit::byte(takes, b' ', true))
        }
        _ => {
            let byte = small_digit(text, at, character).or_else(|| ascii(character))?;
            let telling = byte.is_ascii_alphanumeric() || b"@.-+_".contains(&byte);
            Some(Unit::byte(takes, byte, telling))
        }
    }
}

/// Whether a character, once it is decoded, is a disguise itself.
pub(super) fn is_disguise(character: char) -> bool {
    is_invisible(character)
        || ascii(character).is_some()
        || matches!(
            character,
            '\u{A0}' | '\u{2000}'..='\u{2015}' | '\u{202F}' | '\u{205F}' | '\u{2212}' | '\u{3000}'
        )
}

/// The ASCII character that another stands for.
fn ascii(character: char) -> Option<u8> {
    let code = u32::from(character);
    let digit = || {
        let row = ZEROS.partition_point(|zero| *zero <= code).checked_sub(1)?;
        let value = code - ZEROS.get(row)?;
        (value < 10).then(|| b'0' + value as u8)
    };
    match code {
        0xFF01..=0xFF5E => Some((code - 0xFF01) as u8 + b'!'),
        0xFE6B => Some(b'@'),
        // Mathematical alphabets: 26 capitals, then 26 small letters, again and again.
        0x1D400..=0x1D6A3 => match (code - 0x1D400) % 52 {
            letter @ 0..=25 => Some(b'A' + letter as u8),
            letter => Some(b'a' + letter as u8 - 26),
        },
        _ => digit(),
    }
}

/// Raised, lowered and circled digits; alone they are powers, indices and numbers of a list.
fn small_digit(text: &[u8], at: usize, character: char) -> Option<u8> {
    let value = small_value(character)?;
    let takes = character.len_utf8();
    let small = |at: usize| char_at(text, at).filter(|(other, _)| small_value(*other).is_some());
    let ends_here = |back: usize| small(at.checked_sub(back)?).filter(|(_, takes)| *takes == back);
    let beside = small(at + takes).is_some() || (2..=3).any(|back| ends_here(back).is_some());
    beside.then_some(b'0' + value)
}

fn small_value(character: char) -> Option<u8> {
    let code = u32::from(character);
    let value = match code {
        0xB2 | 0xB3 => code - 0xB0,
        0xB9 => 1,
        0x2070 | 0x2074..=0x2079 => code - 0x2070,
        0x2080..=0x2089 => code - 0x2080,
        0x2460..=0x2468 => code - 0x245F,
        0x24EA => 0,
        0x2776..=0x277E => code - 0x2775,
        _ => return None,
    };
    Some(value as u8)
}

/// Characters without width: joiners and other format characters, variation selectors, the cap of a key, and the soft
/// hyphen.
fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{AD}'
            | '\u{34F}'
            | '\u{61C}'
            | '\u{115F}'
            | '\u{1160}'
            | '\u{17B4}'
            | '\u{17B5}'
            | '\u{180B}'..='\u{180E}'
            | '\u{200B}'..='\u{200F}'
            | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{2064}'
            | '\u{2066}'..='\u{206F}'
            | '\u{20E3}'
            | '\u{3164}'
            | '\u{FE00}'..='\u{FE0F}'
            | '\u{FEFF}'
            | '\u{FFA0}'
            | '\u{E0000}'..='\u{E007F}'
    )
}

/// Whether an invisible character stands inside a word, on one side of it something of ASCII.
fn hides(text: &[u8], at: usize, takes: usize) -> bool {
    let word = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'@' | b'.' | b'-' | b'_' | b'+');
    let after = skip_invisible(text, at + takes);
    let (before, after) = (before_invisible(text, at), byte_at(text, after));
    (word(before) && (word(after) || after >= 0x80)) || (word(after) && before >= 0x80)
}

/// Most invisible characters that are looked past.
const INVISIBLE_MAX: usize = 16;

fn skip_invisible(text: &[u8], from: usize) -> usize {
    let next = |at: &usize| char_at(text, *at).filter(|(c, _)| is_invisible(*c)).map(|(_, takes)| at + takes);
    std::iter::successors(Some(from), next).take(INVISIBLE_MAX).last().unwrap_or(from)
}

fn before_invisible(text: &[u8], at: usize) -> u8 {
    let back = |at: &usize| {
        (2..=4).map_while(|length| at.checked_sub(length)).find(|start| {
            char_at(text, *start).is_some_and(|(c, takes)| start + takes == *at && is_invisible(c))
        })
    };
    let first = std::iter::successors(Some(at), back).take(INVISIBLE_MAX).last().unwrap_or(at);
    byte_before(text, first)
}

/// Part of a digit, or of a character beyond ASCII that may be one.
fn digit_like(byte: u8) -> bool {
    byte.is_ascii_digit() || byte >= 0x80
}

/// The mail address around a letter that looks Latin, when all of its letters do.
pub(super) fn address(text: &[u8], at: usize) -> Option<(usize, usize)> {
    let (character, takes) = char_at(text, at)?;
    latin(character)?;
    let part = |byte: u8| byte.is_ascii_alphanumeric() || b"@.-_+%".contains(&byte) || byte >= 0x80;
    if !(part(byte_before(text, at)) || part(byte_at(text, at + takes))) {
        return None;
    }
    let start = backward(text, at, ADDRESS_BYTES_MAX, |byte| !part(byte));
    let end = forward(text, at, ADDRESS_BYTES_MAX, |byte| !part(byte));
    let word = std::str::from_utf8(text.get(start..end)?).ok()?;
    let fits = |c: char| c.is_ascii() || latin(c).is_some() || is_disguise(c);
    let has_at = word.contains(['@', '\u{FF20}', '\u{FE6B}']);
    (has_at && word.bytes().any(|byte| byte.is_ascii_alphabetic()) && word.chars().all(fits))
        .then_some((start, end))
}

/// Writes an address with Latin letters.
pub(super) fn unveil(text: &[u8], start: usize, end: usize, draft: &mut Draft) {
    let mut at = start;
    while at < end {
        let look_alike = char_at(text, at).and_then(|(character, takes)| Some((latin(character)?, takes)));
        match (look_alike, Unit::at(text, at)) {
            (Some((letter, takes)), _) => {
                draft.unit(takes, &[letter], true);
                at += takes;
            }
            (None, Some(unit)) => {
                draft.unit(unit.takes, unit.gives(), unit.telling);
                at += unit.takes;
            }
            (None, None) => {
                draft.plain(text.get(at..at + 1).unwrap_or_default());
                at += 1;
            }
        }
    }
}

/// The Latin letter that one of another script looks like.
fn latin(character: char) -> Option<u8> {
    if character.is_ascii() {
        return None;
    }
    let find = |(others, letters): &(&str, &str)| {
        letters.as_bytes().get(others.chars().position(|other| other == character)?).copied()
    };
    LOOK_ALIKES.iter().find_map(find)
}

/// The character beyond ASCII at a place, and its length; `None` where the bytes are not UTF-8.
fn char_at(text: &[u8], at: usize) -> Option<(char, usize)> {
    let length = match byte_at(text, at) {
        0xC2..=0xDF => 2,
        0xE0..=0xEF => 3,
        0xF0..=0xF4 => 4,
        _ => return None,
    };
    let character = std::str::from_utf8(text.get(at..at + length)?).ok()?.chars().next()?;
    Some((character, length))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        let (mut out, mut at) = (Vec::new(), 0);
        while at < text.len() {
            match unit(text.as_bytes(), at) {
                Some(unit) => {
                    out.extend_from_slice(unit.gives());
                    at += unit.takes;
                }
                None => {
                    out.push(text.as_bytes()[at]);
                    at += 1;
                }
            }
        }
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn characters_are_read_as_what_they_look_like() {
        for (text, expected) in [
            ("４１１１", "4111"),
            ("٤١١١ ۴۱۱۱ ४१११ ๔๑๑๑", "4111 4111 4111 4111"),
            ("𝟒𝟏𝟭𝟙 𝐣𝐚𝐧𝐞", "4111 jane"),
            ("⁴¹¹¹ ₄₁₁₁ ④①①①", "4111 4111 4111"),
            ("m² 10³ ①", "m² 10³ ①"),
            ("41\u{200b}11\u{ad}\u{200d}11", "411111"),
            ("4\u{fe0f}\u{20e3}1\u{fe0f}\u{20e3} ", "41\u{fe0f}\u{20e3} "),
            ("4111‑1111–1111\u{a0}1111", "4111-1111-1111 1111"),
            ("a – b\u{a0}c", "a – b\u{a0}c"),
            ("ｊａｎｅ＠ｅｘａｍｐｌｅ．ｏｒｇ：", "jane@example.org:"),
            ("\u{feff}ok می\u{200c}خواهم", "\u{feff}ok می\u{200c}خواهم"),
            ("你好，für", "你好,für"),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
        assert!(ZEROS.is_sorted());
    }

    #[test]
    fn addresses_with_other_letters_are_read() {
        let read = |text: &str, letter: char| {
            let (start, end) = address(text.as_bytes(), text.find(letter)?)?;
            let mut draft = Draft::new(start, end);
            unveil(text.as_bytes(), start, end, &mut draft);
            Some(String::from_utf8(draft.finish().text().to_vec()).unwrap())
        };
        for (text, letter, expected) in [
            ("mail jаne@example.org", 'а', Some("jane@example.org")),
            ("<jane@ехample.org>", 'е', Some("jane@example.org")),
            ("аbс＠exаmple.org,", 'а', Some("abc@example.org")),
            ("иван@пример.рф а", 'а', None),
            ("слово а", 'а', None),
            ("jаne", 'а', None),
        ] {
            assert_eq!(read(text, letter).as_deref(), expected, "{text}");
        }
        for (others, letters) in LOOK_ALIKES {
            assert_eq!(others.chars().count(), letters.len());
        }
    }
}
