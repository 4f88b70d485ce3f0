//! Which character does `\u0034` stand for? Escapes of JSON (RFC 8259, section 7), JavaScript, Python and Rust.
//!
//! Any number of backslashes may stand before the letter: a string inside a string doubles them. `\n`, `\"` and their like
//! stay, since the engine knows them for what they are; so do escaped control characters. A whole text in another script,
//! escaped by a careful writer, hides nothing: only ASCII, Latin letters and what `glyphs` knows is telling.

use super::codes::Unit;
use super::glyphs;
use super::percent::hex_byte;
use crate::matchers::byte_at;

/// Most backslashes of one escape.
const SLASHES_MAX: usize = 16;
/// Last letter of Latin Extended-B.
const LATIN_MAX: char = '\u{24F}';

pub(super) fn unit(text: &[u8], at: usize) -> Option<Unit> {
    let slashes = text.get(at..)?.iter().take(SLASHES_MAX + 1).take_while(|&&byte| byte == b'\\').count();
    let letter = at + slashes;
    if slashes > SLASHES_MAX {
        return None;
    }
    let (end, character) = match byte_at(text, letter) {
        b'x' => (letter + 3, hex_byte(text, letter + 1)?),
        b'u' => return wide(text, at, slashes),
        _ => return None,
    };
    // Python writes the bytes of UTF-8 so.
    (character >= b' ' && character != 0x7F).then(|| Unit::byte(end - at, character, true))
}

/// `\u0034`, `\ud835\udfd2`, `\u{34}`.
fn wide(text: &[u8], at: usize, slashes: usize) -> Option<Unit> {
    let letter = at + slashes;
    let (end, character) = if byte_at(text, letter + 1) == b'{' {
        braced(text, letter + 2)?
    } else {
        let first = code_unit(text, letter + 1)?;
        match first {
            0xD800..=0xDBFF => (letter + 10 + slashes, low_half(text, letter + 5, slashes, first)?),
            _ => (letter + 5, char::from_u32(first)?),
        }
    };
    let telling = character <= LATIN_MAX || glyphs::is_disguise(character);
    (!character.is_control()).then(|| Unit::character(end - at, character, telling))
}

fn code_unit(text: &[u8], at: usize) -> Option<u32> {
    Some(u32::from(hex_byte(text, at)?) << 8 | u32::from(hex_byte(text, at + 2)?))
}

/// The character of a pair of surrogates, the second with as many backslashes as the first.
fn low_half(text: &[u8], at: usize, slashes: usize, high: u32) -> Option<char> {
    let marks = text.get(at..at + slashes)?;
    if marks.iter().any(|&byte| byte != b'\\') || byte_at(text, at + slashes) != b'u' {
        return None;
    }
    let low = code_unit(text, at + slashes + 1).filter(|low| (0xDC00..=0xDFFF).contains(low))?;
    char::from_u32(0x1_0000 + ((high - 0xD800) << 10) + (low - 0xDC00))
}

fn braced(text: &[u8], at: usize) -> Option<(usize, char)> {
    const DIGITS_MAX: usize = 6;
    let digits = text.get(at..)?.iter().take(DIGITS_MAX).take_while(|byte| byte.is_ascii_hexdigit()).count();
    let code = text
        .get(at..at + digits)?
        .iter()
        .try_fold(0, |code, &byte| Some(code << 4 | char::from(byte).to_digit(16)?))?;
    (digits > 0 && byte_at(text, at + digits) == b'}').then_some((at + digits + 1, char::from_u32(code)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_decoded() {
        let check = |text: &str, gives: &str, takes: usize, telling: bool| {
            let unit = unit(text.as_bytes(), 0).unwrap();
            assert_eq!(
                (unit.gives(), unit.takes, unit.telling),
                (gives.as_bytes(), takes, telling),
                "{text}"
            );
        };
        check(r"\u0034x", "4", 6, true);
        check(r"\\u0034x", "4", 7, true);
        check(r"\u00e9", "é", 6, true);
        check(r"\u4e2d", "中", 6, false);
        check(r"\uff14", "４", 6, true);
        check(r"\ud835\udfd2", "\u{1D7D2}", 12, true);
        check(r"\\ud835\\udfd2", "\u{1D7D2}", 14, true);
        check(r"\x34", "4", 4, true);
        check(r"\u{34}", "4", 6, true);
    }

    #[test]
    fn what_is_no_escape_stays() {
        for text in [
            r"\n",
            r#"\""#,
            r"\u12",
            r"\u000a",
            r"\ud835x",
            r"\ud835\u0034",
            r"\udfd2",
            r"\x0a",
            r"\u{}",
            r"\",
        ] {
            assert_eq!(unit(text.as_bytes(), 0), None, "{text}");
        }
        assert!(unit(format!("{}u0034", "\\".repeat(SLASHES_MAX)).as_bytes(), 0).is_some());
        assert!(unit(format!("{}u0034", "\\".repeat(SLASHES_MAX + 1)).as_bytes(), 0).is_none());
    }
}
