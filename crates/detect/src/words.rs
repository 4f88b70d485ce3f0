//! Where do keywords stand? A filter over word starts, then an exact comparison.
//!
//! Keywords are whole words, case does not count, a blank in a keyword stands for nothing, one or two blanks, `_`, `-`
//! or `.` (CloudWatch Logs, "Types of data that you can protect": a keyword with a blank also matches without it, or
//! with `_` or `-`). A capital inside a word begins a word too, so that `cardNumber` holds "card number".
//!
//! Only one word in hundreds is a keyword. So the letters of each word, eight at most, are folded to lower case by one
//! OR, hashed, and looked up in a bit table that stays in the first-level cache; what passes is looked up exactly.

use crate::bits::Bits;
use crate::detection::KeywordId;
use crate::evidence::extent;
use crate::tokens::is_mark;
use std::collections::HashMap;

/// Bits of the filter: 128 Ki, 16 KiB.
const FILTER_BITS: u32 = 17;
/// Characters by which a value may begin before its first token with a digit.
const LEAD_CHARS: usize = 10;
/// Letters of a word that are looked at first.
pub(crate) const LETTERS_MAX: usize = 8;

/// One keyword and the identifiers that it supports.
#[derive(Clone, Debug)]
pub(crate) struct Keyword {
    /// As its file spells it.
    pub(crate) text: String,
    /// Folded to lower case, each character with its letter below the accent.
    folded: Vec<(char, char)>,
    /// Whose keyword it is.
    pub(crate) of: Bits,
    /// Those of them for which AWS publishes it.
    pub(crate) published: Bits,
}

/// A keyword found in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hit {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) keyword: KeywordId,
    pub(crate) of: Bits,
    /// A value that ends before this place is out of reach.
    pub(crate) from: usize,
    /// A value that begins behind this place is out of reach.
    pub(crate) upto: usize,
}

/// All keywords of a plan.
pub(crate) struct Words {
    lenient: bool,
    keywords: Vec<Keyword>,
    filter: Box<[u64; 1 << (FILTER_BITS - 6)]>,
    /// The same over first letters together with the letter behind them.
    seconds: Box<[u64; 1 << (FILTER_BITS - 6)]>,
    by_letters: ByLetters<Vec<Entry>>,
}

/// A keyword whose first letters are known, and the letter behind them (0 where that is not fixed).
#[derive(Clone, Copy, PartialEq, Eq)]
struct Entry {
    id: u16,
    second: u8,
    /// Whether an escape must follow the letters.
    escaped: bool,
}

/// A map by a few letters of text.
pub(crate) type ByLetters<V> = HashMap<u64, V, std::hash::BuildHasherDefault<Multiply>>;

/// The keys are mixed well enough by one multiplication.
#[derive(Default)]
pub(crate) struct Multiply(u64);

impl std::hash::Hasher for Multiply {
    fn finish(&self) -> u64 {
        self.0.rotate_left(32)
    }
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|&byte| self.write_u64(self.0 ^ u64::from(byte)));
    }
    fn write_u64(&mut self, key: u64) {
        self.0 = mix(key);
    }
}

#[inline]
pub(crate) const fn mix(key: u64) -> u64 {
    key.wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

const fn slot(letters: u64) -> usize {
    (mix(letters) >> (64 - FILTER_BITS)) as usize
}

const fn second_slot(letters: u64, second: u8) -> usize {
    slot(letters ^ (second as u64 + 1).wrapping_mul(0x00FF_51AF_D7ED_558D))
}

impl Words {
    /// Compiles keywords with their identifiers, and whether AWS publishes them; `lenient` lets accents be left out and a plural `s` be added.
    pub(crate) fn new(list: impl IntoIterator<Item = (String, Bits, bool)>, lenient: bool) -> Self {
        let mut words = Self {
            lenient,
            keywords: Vec::new(),
            filter: Box::new([0; 1 << (FILTER_BITS - 6)]),
            seconds: Box::new([0; 1 << (FILTER_BITS - 6)]),
            by_letters: HashMap::default(),
        };
        let mut index: HashMap<String, usize> = HashMap::new();
        for (text, of, published) in list {
            let published = if published { of } else { Bits::default() };
            let at = *index.entry(text.to_lowercase()).or_insert(words.keywords.len());
            match words.keywords.get_mut(at) {
                Some(known) => (known.of, known.published) = (known.of.or(of), known.published.or(published)),
                None => words.add(text, of, published),
            }
        }
        words
    }

    fn add(&mut self, text: String, of: Bits, published: Bits) {
        let id = self.keywords.len() as u16;
        let lower = text.to_lowercase();
        let folded = lower.chars().map(fold_apostrophe).map(|c| (c, without_accent(c))).collect();
        for spelling in spellings(&lower, self.lenient) {
            for (letters, second) in first_letters(&spelling) {
                self.insert(letters, Entry { id, second, escaped: false });
            }
            if let Some(letters) = letters_before_escape(&spelling) {
                self.insert(letters, Entry { id, second: 0, escaped: true });
            }
        }
        self.keywords.push(Keyword { text, folded, of, published });
    }

    fn insert(&mut self, letters: u64, entry: Entry) {
        let slot = slot(letters);
        if let Some(word) = self.filter.get_mut(slot / 64) {
            *word |= 1 << (slot % 64);
        }
        let slot = second_slot(letters, if entry.escaped { b'\\' } else { entry.second });
        if let Some(word) = self.seconds.get_mut(slot / 64) {
            *word |= 1 << (slot % 64);
        }
        let entries = self.by_letters.entry(letters).or_default();
        if !entries.contains(&entry) {
            entries.push(entry);
        }
    }

    /// How many keywords there are.
    pub(crate) fn count(&self) -> usize {
        self.keywords.len()
    }

    /// A keyword by its number.
    pub(crate) fn get(&self, id: KeywordId) -> Option<&Keyword> {
        self.keywords.get(usize::from(id.0))
    }

    /// Whether some keyword may begin with these letters; the fast path.
    #[inline]
    pub(crate) fn may_begin(&self, letters: u64) -> bool {
        let slot = slot(letters);
        self.filter.get(slot / 64).is_some_and(|word| word >> (slot % 64) & 1 == 1)
    }

    /// Whether some keyword begins with these letters and goes on with that one.
    #[inline]
    fn may_go_on(&self, letters: u64, second: u8) -> bool {
        let slot = second_slot(letters, second);
        self.seconds.get(slot / 64).is_some_and(|word| word >> (slot % 64) & 1 == 1)
    }

    /// Appends every keyword that stands at `start`; `reach` is how many characters it may be away from a value.
    pub(crate) fn find_at(&self, text: &[u8], start: usize, letters: u64, reach: usize, hits: &mut Vec<Hit>) {
        let count = LETTERS_MAX - letters.leading_zeros() as usize / 8;
        let second = text.get(skip_gap(text, start + count)).map_or(0, |byte| byte | 0x20);
        let escaped = text.get(start + count) == Some(&b'\\');
        if !escaped && !self.may_go_on(letters, 0) && !self.may_go_on(letters, second) {
            return;
        }
        let Some(entries) = self.by_letters.get(&letters) else { return };
        let fits = |entry: &&Entry| {
            if entry.escaped { escaped } else { entry.second == 0 || entry.second == second || escaped }
        };
        for &Entry { id, .. } in entries.iter().filter(fits) {
            if hits.last().is_some_and(|hit| hit.start == start && hit.keyword.0 == id) {
                continue;
            }
            let Some(keyword) = self.keywords.get(usize::from(id)) else { continue };
            if let Some(end) = keyword.end_at(text, start, self.lenient) {
                // A word that is nobody's keyword supports nothing.
                let (from, upto) = match keyword.of.is_empty() {
                    true => (start, end),
                    false => extent(text, start, end, reach + LEAD_CHARS),
                };
                hits.push(Hit { start, end, keyword: KeywordId(id), of: keyword.of, from, upto });
            }
        }
    }
}

/// Folds eight letters, the first in the lowest byte; what lies beyond `count` (1 to 8) is dropped.
#[inline]
pub(crate) const fn letters(bytes: u64, count: u32) -> u64 {
    (bytes | 0x2020_2020_2020_2020) & (u64::MAX >> (64 - 8 * count))
}

fn letters_of(word: &[u8]) -> u64 {
    let first = word.iter().take(LETTERS_MAX).rev().fold(0, |all, &byte| all << 8 | u64::from(byte));
    letters(first, word.len().clamp(1, LETTERS_MAX) as u32)
}

/// The spellings whose first letters go into the filter: either case, and without accents where that is wanted.
fn spellings(lower: &str, accents: bool) -> Vec<String> {
    let mut all = vec![lower.to_owned(), lower.to_uppercase(), lower.replace('\'', "\u{2019}")];
    let mut chars = lower.chars();
    all.extend(chars.next().map(|first| first.to_uppercase().chain(chars).collect()));
    if accents {
        all.push(lower.chars().map(without_accent).collect());
    }
    all
}

/// The first letters of a keyword, for each number of blanks that a text may leave out, and the letter that follows.
fn first_letters(spelling: &str) -> Vec<(u64, u8)> {
    let mut joined = String::new();
    let mut all = Vec::new();
    let mut chars = spelling.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            ' ' | '-' => {
                all.push((letters_of(joined.as_bytes()), second_letter(&joined, chars.peek().copied())))
            }
            c if c.is_alphabetic() || c == '\u{2019}' => joined.push(c),
            _ => break,
        }
    }
    all.push((letters_of(joined.as_bytes()), 0));
    all
}

/// The letters before the first that is not ASCII: where a text escapes that one, they are all that can be looked up.
fn letters_before_escape(spelling: &str) -> Option<u64> {
    let at = spelling.find(|c: char| !c.is_ascii_alphabetic())?;
    let escapes = spelling.get(at..).and_then(|rest| rest.chars().next()).is_some_and(|c| !c.is_ascii());
    spelling
        .get(..at)
        .filter(|letters| escapes && !letters.is_empty())
        .map(|letters| letters_of(letters.as_bytes()))
}

/// The letter behind a blank, folded; 0 where the letters before were cut or the letter is not ASCII.
fn second_letter(before: &str, letter: Option<char>) -> u8 {
    match letter {
        Some(letter) if letter.is_ascii_alphabetic() && before.len() < LETTERS_MAX => {
            letter.to_ascii_lowercase() as u8
        }
        _ => 0,
    }
}

fn fold_apostrophe(c: char) -> char {
    match c {
        '\u{2019}' | '\u{02BC}' => '\'',
        '\u{2013}' | '\u{2014}' => '-',
        other => other,
    }
}

/// The letter below the accent, for the Latin letters that the published keywords use.
fn without_accent(c: char) -> char {
    const PLAIN: &[(&str, char)] = &[
        ("àáâãäåāăą", 'a'),
        ("çćč", 'c'),
        ("ďđ", 'd'),
        ("èéêëēėęě", 'e'),
        ("ģ", 'g'),
        ("ìíîïī", 'i'),
        ("ļľł", 'l'),
        ("ñńņň", 'n'),
        ("òóôõöøő", 'o'),
        ("řŕ", 'r'),
        ("śšș", 's'),
        ("ťțţ", 't'),
        ("ùúûüūůű", 'u'),
        ("ýÿ", 'y'),
        ("źżž", 'z'),
    ];
    PLAIN.iter().find(|(accented, _)| accented.contains(c)).map_or(c, |(_, plain)| *plain)
}

impl Keyword {
    /// Where the keyword ends, when it stands whole at `start`.
    fn end_at(&self, text: &[u8], start: usize, lenient: bool) -> Option<usize> {
        let mut at = start;
        for &(expected, plain) in &self.folded {
            at = match expected {
                ' ' | '-' => skip_gap(text, at),
                _ => {
                    let (found, length) = char_at(text, at)?;
                    let bare = lenient && found.is_ascii() && found.to_ascii_lowercase() == plain;
                    (bare || same(expected, found)).then_some(at + length)?
                }
            };
        }
        let letter_end = self.folded.last().is_some_and(|(c, _)| c.is_alphanumeric());
        if letter_end { word_end(text, start, at, lenient) } else { Some(at) }
    }
}

/// A blank or hyphen of a keyword: nothing, up to two blanks, one of `_ - .`, a dash, or a blank as URLs write it.
fn skip_gap(text: &[u8], at: usize) -> usize {
    match (text.get(at), text.get(at + 1), text.get(at + 2)) {
        (Some(b'%'), Some(b'2'), Some(b'0')) | (Some(0xE2), Some(0x80), Some(0x93 | 0x94)) => at + 3,
        (Some(b' '), Some(b' '), _) => at + 2,
        (Some(b' ' | b'_' | b'-' | b'.' | b'+'), ..) => at + 1,
        _ => at,
    }
}

fn same(expected: char, found: char) -> bool {
    if found.is_ascii() && expected.is_ascii() {
        return expected == found.to_ascii_lowercase();
    }
    let found = fold_apostrophe(found);
    expected == found || found.to_lowercase().eq(std::iter::once(expected))
}

/// The character at a place, and its length; `None` at the end or where the bytes are not UTF-8.
fn char_at(text: &[u8], at: usize) -> Option<(char, usize)> {
    let first = *text.get(at)?;
    if first == b'\\' {
        return escaped_char(text, at);
    }
    if first.is_ascii() {
        return Some((char::from(first), 1));
    }
    let window = text.get(at..text.len().min(at + 4))?;
    let valid = match std::str::from_utf8(window) {
        Ok(valid) => valid,
        Err(error) => std::str::from_utf8(window.get(..error.valid_up_to())?).ok()?,
    };
    valid.chars().next().map(|c| (c, c.len_utf8()))
}

/// The character of an escape such as `\u00e9` (RFC 8259, section 7), escaped once more or not.
fn escaped_char(text: &[u8], at: usize) -> Option<(char, usize)> {
    let slashes = text.get(at..)?.iter().take_while(|&&byte| byte == b'\\').count();
    let digits =
        text.get(at + slashes + 1..at + slashes + 5).filter(|_| text.get(at + slashes) == Some(&b'u'))?;
    let code = std::str::from_utf8(digits).ok().and_then(|digits| u32::from_str_radix(digits, 16).ok())?;
    Some((char::from_u32(code)?, slashes + 5))
}

/// The end of a whole word at `at`: no letter follows, or a capital that begins the next word; a plural `s` is part of
/// the word, and up to two digits may follow (`phone2`).
fn word_end(text: &[u8], start: usize, at: usize, lenient: bool) -> Option<usize> {
    let byte = |index: usize| text.get(index).copied().unwrap_or(b' ');
    let letter = |index: usize| {
        byte(index).is_ascii_alphabetic() || (!byte(index).is_ascii() && !is_mark(text, index))
    };
    let capital_begins = byte(at).is_ascii_uppercase()
        && (byte(at.wrapping_sub(1)).is_ascii_lowercase() || byte(at + 1).is_ascii_lowercase());
    if lenient
        && byte(at).eq_ignore_ascii_case(&b's')
        && !letter(at + 1)
        && !byte(at + 1).is_ascii_digit()
        && at - start >= 3
    {
        return Some(at + 1);
    }
    if letter(at) && !capital_begins {
        return None;
    }
    let digits = (at..at + 3).take_while(|&index| byte(index).is_ascii_digit()).count();
    (digits < 3 && !(digits > 0 && letter(at + digits))).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(keyword: &str, text: &str) -> Option<(usize, usize)> {
        let words = Words::new([(keyword.to_owned(), Bits::default(), true)], true);
        let bytes = text.as_bytes();
        let mut hits = Vec::new();
        for start in 0..bytes.len() {
            let run = bytes[start..].iter().take_while(|b| b.is_ascii_alphabetic() || !b.is_ascii()).count();
            // Word starts and lengths as the engine sees them, humps included.
            let hump = (1..run).find(|&i| {
                bytes[start + i].is_ascii_uppercase() && bytes[start + i - 1].is_ascii_lowercase()
            });
            let begins =
                start == 0 || !bytes[start - 1].is_ascii_alphanumeric() || bytes[start].is_ascii_uppercase();
            let key = letters_of(&bytes[start..start + hump.unwrap_or(run)]);
            if run > 0 && begins && words.may_begin(key) {
                words.find_at(bytes, start, key, 30, &mut hits);
            }
        }
        hits.first().map(|hit| (hit.start, hit.end))
    }

    #[test]
    fn keywords_are_whole_words_in_any_case_and_spelling() {
        let found = [
            ("card number", "Card Number: 1", (0, 11)),
            ("card number", "{\"card_number\":1", (2, 13)),
            ("card number", "my cardNumber=1", (3, 13)),
            ("card number", "CARDNUMBER 1", (0, 10)),
            ("card number", "card-numbers", (0, 12)),
            ("social insurance number", "SocialInsurance number", (0, 22)),
            ("ssn", "userSsn=1", (4, 7)),
            ("ssn", "SSN", (0, 3)),
            ("ssn#", "SSN# 1", (0, 4)),
            ("cvv2", "CVV2 1", (0, 4)),
            ("phone", "phone2: 1", (0, 5)),
            ("número de la seguridad", "Número de la seguridad", (0, 23)),
            ("número de la seguridad", "numero_de_la_seguridad", (0, 22)),
            ("führerschein", "FÜHRERSCHEIN 1", (0, 13)),
            ("свидетелство за", "Свидетелство за", (0, 29)),
            ("driver's licence", "driver\u{2019}s licence", (0, 18)),
            ("card number", "card+number=1", (0, 11)),
            ("card number", "card%20number=1", (0, 13)),
            ("tas-sewqan", "tas_sewqan", (0, 10)),
            ("körkort", r#"k\u00f6rkort"#, (0, 12)),
            ("i.t.i.n.", "the I.T.I.N. is", (4, 12)),
        ];
        for (keyword, text, expected) in found {
            assert_eq!(find(keyword, text), Some(expected), "{keyword} in {text}");
        }
    }

    #[test]
    fn parts_of_words_are_no_keywords() {
        for (keyword, text) in [
            ("lic", "public 1"),
            ("lic", "licence 1"),
            ("card", "discard 1"),
            ("sin", "since 1"),
            ("mc", "MCSE 1"),
            ("ssn", "ssn123456789"),
            ("pan", "japan 1"),
            ("card number", "card  xx number"),
        ] {
            assert_eq!(find(keyword, text), None, "{keyword} in {text}");
        }
    }
}
