//! Which character does `&#52;` stand for? Character references of HTML and XML (HTML Standard, 13.5 and 13.2.5.72 f.).
//!
//! References by number, the names of ASCII marks and blanks, and those of accented Latin letters, which names are written
//! with; a reference ends with a semicolon. The signs that every page escapes (`&amp;`, `&lt;`) are telling beside a digit
//! only.

use super::codes::Unit;
use super::percent::beside_digit;
use crate::matchers::byte_at;

/// Longest reference, both marks included: `&#x0000034;`, `&nonbreakingspace;` is none.
const REFERENCE_BYTES_MAX: usize = 14;

/// Names of marks and blanks.
const NAMES: &[(&[u8], char)] = &[
    (b"amp", '&'),
    (b"apos", '\''),
    (b"colon", ':'),
    (b"comma", ','),
    (b"commat", '@'),
    (b"dash", '-'),
    (b"equals", '='),
    (b"gt", '>'),
    (b"hyphen", '-'),
    (b"lowbar", '_'),
    (b"lpar", '('),
    (b"lt", '<'),
    (b"nbsp", ' '),
    (b"ndash", '-'),
    (b"num", '#'),
    (b"period", '.'),
    (b"plus", '+'),
    (b"quot", '"'),
    (b"rpar", ')'),
    (b"shy", '\u{AD}'),
    (b"sol", '/'),
    (b"szlig", 'ß'),
    (b"Tab", '\t'),
    (b"zwnj", '\u{200C}'),
    (b"zwj", '\u{200D}'),
    (b"AElig", 'Æ'),
    (b"aelig", 'æ'),
    (b"oelig", 'œ'),
    (b"eth", 'ð'),
    (b"thorn", 'þ'),
];

/// The accents in names of letters, each with the letters that bear it and the characters they make.
const ACCENTS: &[(&[u8], &str, &str)] = &[
    (b"acute", "AEIOUYaeiouycCnNsSzZ", "ÁÉÍÓÚÝáéíóúýćĆńŃśŚźŹ"),
    (b"grave", "AEIOUaeiou", "ÀÈÌÒÙàèìòù"),
    (b"circ", "AEIOUaeiou", "ÂÊÎÔÛâêîôû"),
    (b"uml", "AEIOUaeiouy", "ÄËÏÖÜäëïöüÿ"),
    (b"tilde", "ANOano", "ÃÑÕãñõ"),
    (b"cedil", "CcSs", "ÇçŞş"),
    (b"ring", "AaUu", "ÅåŮů"),
    (b"slash", "Oo", "Øø"),
    (b"caron", "CcDdEeNnRrSsTtZz", "ČčĎďĚěŇňŘřŠšŤťŽž"),
];

pub(super) fn unit(text: &[u8], at: usize) -> Option<Unit> {
    let window = text.get(at + 1..text.len().min(at + REFERENCE_BYTES_MAX))?;
    let length = window.iter().position(|&byte| !byte.is_ascii_alphanumeric() && byte != b'#')?;
    let name = window.get(..length).filter(|name| !name.is_empty() && window.get(length) == Some(&b';'))?;
    let end = at + 1 + length + 1;
    let character = numbered(name).or_else(|| named(name))?;
    let telling = match character {
        '&' | '<' | '>' => beside_digit(text, at, end),
        '\t' | '\n' | '\r' => byte_at(text, end).is_ascii_digit(),
        _ => true,
    };
    Some(Unit::character(end - at, character, telling))
}

/// `#52`, `#x34`.
fn numbered(name: &[u8]) -> Option<char> {
    let digits = name.strip_prefix(b"#")?;
    let (radix, digits) = match digits.split_first() {
        Some((b'x' | b'X', rest)) => (16, rest),
        _ => (10, digits),
    };
    let code = digits.iter().try_fold(0_u32, |code, &byte| {
        code.checked_mul(radix)?.checked_add(char::from(byte).to_digit(radix)?)
    })?;
    let character = char::from_u32(code)?;
    let is_blank = matches!(character, '\t' | '\n' | '\r');
    (!digits.is_empty() && (is_blank || !character.is_control())).then_some(character)
}

fn named(name: &[u8]) -> Option<char> {
    let accented = || {
        let (letter, accent) = name.split_first()?;
        let (_, bare, made) = ACCENTS.iter().find(|(known, ..)| *known == accent)?;
        made.chars().nth(bare.bytes().position(|known| known == *letter)?)
    };
    NAMES.iter().find(|(known, _)| *known == name).map(|(_, character)| *character).or_else(accented)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_decoded() {
        let check = |text: &str, gives: &str, telling: bool| {
            let unit = unit(text.as_bytes(), 0).unwrap();
            let takes = text.find(';').unwrap() + 1;
            assert_eq!(
                (unit.gives(), unit.takes, unit.telling),
                (gives.as_bytes(), takes, telling),
                "{text}"
            );
        };
        check("&#52;111", "4", true);
        check("&#x34;", "4", true);
        check("&#x0000034;", "4", true);
        check("&commat;x", "@", true);
        check("&amp;x", "&", false);
        check("&amp;1", "&", true);
        check("&quot;", "\"", true);
        check("&eacute;", "é", true);
        check("&Uuml;", "Ü", true);
        check("&scaron;", "š", true);
        check("&nbsp;", " ", true);
        for (_, bare, made) in ACCENTS {
            assert_eq!(bare.chars().count(), made.chars().count());
        }
    }

    #[test]
    fn what_is_no_reference_stays() {
        for text in
            ["&", "&x=1", "&amp x", "&#;", "&#x;", "&#99999999;", "&#0;", "&#xD800;", "&nosuch;", "&;"]
        {
            assert_eq!(unit(text.as_bytes(), 0), None, "{text}");
        }
    }
}
