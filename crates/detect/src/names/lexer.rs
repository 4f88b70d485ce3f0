//! Where are the words of a line, and what do they look like?
//!
//! A word is a run of letters; hyphens and apostrophes part words, but `O'Hara` and `D'Angelo` are one. A chunk that mixes
//! letters with digits, dots or underscores, as addresses of mail, hosts, paths and identifiers of programs do, is one
//! word of the shape `Code`, so that no part of it is ever taken for a name. Accents of Latin letters are folded: people
//! leave them out.

/// What a word looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Shape {
    /// `word`
    Lower,
    /// `Word`
    Capital,
    /// `WORD`
    Upper,
    /// `W`
    Initial,
    /// `w`
    Letter,
    /// `McWord`, `wordWord`
    Mixed,
    /// `123`
    Digits,
    /// `12a`, `a.b`, `a_b`, `a@b`
    Code,
    /// Letters of another script.
    Foreign,
}

/// What stands between a word and the one before it; the weightiest thing counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(crate) enum Gap {
    /// Blanks.
    Space,
    /// A hyphen without blanks.
    Hyphen,
    /// An apostrophe without blanks.
    Apostrophe,
    /// Anything that has no name here.
    Other,
    /// `&` or `+`
    And,
    /// `/` or `|`
    Slash,
    /// A quotation mark.
    Quote,
    /// A parenthesis or bracket.
    Bracket,
    /// A comma or semicolon.
    Comma,
    /// A dot after a short word: an abbreviation.
    Short,
    /// The end of a sentence.
    Stop,
    /// A colon or an equals sign.
    Key,
    /// A line break, or the beginning.
    Line,
    /// `#`
    Hash,
    /// `@`
    At,
}

/// How many gaps there are.
pub(crate) const GAPS: usize = 15;

/// A word of a line.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Word {
    /// Its place, from the beginning of the text.
    pub(crate) start: usize,
    /// Its end.
    pub(crate) end: usize,
    /// A hash of its letters, folded.
    pub(crate) hash: u32,
    /// Its first four letters, folded.
    pub(crate) head: u32,
    /// Its last four letters, folded.
    pub(crate) tail: u32,
    /// What is known of it; filled in by the lexicon.
    pub(crate) class: u16,
    pub(crate) shape: Shape,
    /// What stands before it.
    pub(crate) gap: Gap,
}

/// Longest word that is read as a word; longer ones are `Code`.
const WORD_BYTES_MAX: usize = 32;
/// Longest word before a dot that is no end of a sentence: `Prof.`, `St.`, `J.`
const SHORT_BYTES_MAX: usize = 4;

const LETTER: u8 = 1;
const DIGIT: u8 = 2;
/// Joins what stands on both sides of it into code.
const JOINT: u8 = 4;
const APOSTROPHE: u8 = 8;
const HYPHEN: u8 = 16;
const BLANK: u8 = 32;

static KINDS: [u8; 256] = kinds();

#[expect(clippy::indexing_slicing, reason = "the index is below the table's length")]
const fn kinds() -> [u8; 256] {
    let mut table = [0_u8; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = match byte as u8 {
            b'a'..=b'z' | b'A'..=b'Z' => LETTER,
            b'0'..=b'9' => DIGIT,
            b'.' | b'_' | b'@' | b'#' | b'$' | b'%' | b'/' | b'+' | b'~' | b'^' => JOINT,
            b'\'' => APOSTROPHE,
            b'-' => HYPHEN,
            b' ' | b'\t' => BLANK,
            // Latin, Greek and Cyrillic letters; Vietnamese ones. What follows them is found by their length.
            0xC3..=0xD4 | 0xE1 => LETTER,
            _ => 0,
        };
        byte += 1;
    }
    table
}

/// Base letters of U+00C0 to U+017F, in order; an asterisk is no letter.
const FOLDED: &[u8; 192] = b"aaaaaaaceeeeiiiidnooooo*ouuuuytsaaaaaaaceeeeiiiidnooooo*ouuuuyty\
aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkkllllllllllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";

fn kind(text: &[u8], at: usize) -> u8 {
    text.get(at).and_then(|byte| KINDS.get(usize::from(*byte))).copied().unwrap_or(0)
}

fn byte_at(text: &[u8], at: usize) -> u8 {
    text.get(at).copied().unwrap_or(b'\n')
}

/// A letter: its base letter, whether it is a capital, its length in bytes, whether it is Latin.
struct Letter {
    base: u8,
    capital: bool,
    bytes: usize,
    latin: bool,
}

#[inline]
fn letter_at(text: &[u8], at: usize) -> Option<Letter> {
    let byte = *text.get(at)?;
    match byte {
        b'a'..=b'z' => Some(Letter { base: byte, capital: false, bytes: 1, latin: true }),
        b'A'..=b'Z' => Some(Letter { base: byte | 0x20, capital: true, bytes: 1, latin: true }),
        0x80.. => wide_letter(text, at, byte),
        _ => None,
    }
}

#[cold]
fn wide_letter(text: &[u8], at: usize, lead: u8) -> Option<Letter> {
    let next = *text.get(at + 1)?;
    match lead {
        0xC3..=0xC5 => {
            let code = usize::from(lead & 0x1F) << 6 | usize::from(next & 0x3F);
            let base = *FOLDED.get(code.checked_sub(0xC0)?)?;
            let capital = match code {
                0xC0..=0xDE => true,
                0xDF..=0xFF => false,
                0x139..=0x148 | 0x179..=0x17E => code % 2 == 1,
                _ => code % 2 == 0,
            };
            (base != b'*').then_some(Letter { base, capital, bytes: 2, latin: true })
        }
        0xC6..=0xC9 => Some(Letter { base: next, capital: false, bytes: 2, latin: true }),
        0xCA..=0xD4 => Some(Letter { base: next, capital: false, bytes: 2, latin: false }),
        0xE1 if matches!(next, 0xB8..=0xBB) => {
            let last = *text.get(at + 2)?;
            Some(Letter { base: last, capital: last % 2 == 0, bytes: 3, latin: true })
        }
        _ => None,
    }
}

/// The words of `text[from..to]`, appended; at most `room` of them. Answers where reading stopped.
pub(crate) fn read(text: &[u8], from: usize, to: usize, room: usize, words: &mut Vec<Word>) -> usize {
    let text = text.get(..to).unwrap_or(text);
    let mut at = from;
    let mut gap = Gap::Line;
    let mut glued = true;
    let wanted = words.len() + room;
    while at < to {
        let byte = byte_at(text, at);
        if byte == b' ' {
            (gap, glued) = (gap.max(Gap::Space), false);
            at += 1;
            continue;
        }
        if !byte.is_ascii_alphanumeric() && letter_at(text, at).is_none() {
            if byte == b'\\' && matches!(byte_at(text, at + 1), b'n' | b'r' | b't') {
                (gap, glued) = (gap.max(Gap::Line), false);
                at += 2;
                continue;
            }
            let short = words.last().is_some_and(|word| word.end == at && is_short(word));
            (gap, glued) = (widen(text, at, gap, glued, short), false);
            at += 1;
            continue;
        }
        if words.len() == wanted {
            return at;
        }
        let word = word_at(text, at, gap);
        at = word.end;
        words.push(word);
        (gap, glued) = (Gap::Space, true);
    }
    to
}

/// Whether a dot behind this word is that of an abbreviation.
fn is_short(word: &Word) -> bool {
    word.end - word.start <= SHORT_BYTES_MAX
        && matches!(word.shape, Shape::Capital | Shape::Initial | Shape::Letter)
}

/// The gap with one more byte in it.
fn widen(text: &[u8], at: usize, gap: Gap, glued: bool, short: bool) -> Gap {
    let more = match byte_at(text, at) {
        b' ' | b'\t' | b'\r' => Gap::Space,
        b'-' if glued && kind(text, at + 1) & LETTER != 0 => Gap::Hyphen,
        b'\'' if glued && kind(text, at + 1) & LETTER != 0 => Gap::Apostrophe,
        0xE2 if glued && text.get(at + 1..at + 3) == Some(&[0x80, 0x99]) => Gap::Apostrophe,
        0x80 | 0x99 if gap == Gap::Apostrophe => Gap::Apostrophe,
        b'&' | b'+' => Gap::And,
        b'/' | b'|' => Gap::Slash,
        b'"' | b'`' | b'\'' | 0xE2 => Gap::Quote,
        b'(' | b')' | b'[' | b']' | b'{' | b'}' | b'<' | b'>' => Gap::Bracket,
        b',' | b';' => Gap::Comma,
        b'.' if short => Gap::Short,
        b'.' | b'!' | b'?' => Gap::Stop,
        b':' | b'=' => Gap::Key,
        b'#' => Gap::Hash,
        b'@' => Gap::At,
        b'\n' => Gap::Line,
        _ => Gap::Other,
    };
    gap.max(more)
}

/// What is gathered while a word is read.
struct Reading {
    hash: u32,
    head: u32,
    tail: u32,
    letters: u32,
    capitals: u32,
    first_capital: bool,
    foreign: bool,
}

impl Reading {
    #[inline]
    fn take(&mut self, letter: &Letter) {
        self.hash = (self.hash ^ u32::from(letter.base)).wrapping_mul(0x0100_0193);
        if self.letters < 4 {
            self.head = self.head << 8 | u32::from(letter.base);
        }
        self.tail = self.tail << 8 | u32::from(letter.base);
        self.first_capital |= self.letters == 0 && letter.capital;
        self.letters += 1;
        self.capitals += u32::from(letter.capital);
        self.foreign |= !letter.latin;
    }

    fn shape(&self) -> Shape {
        match (self.letters, self.capitals, self.first_capital) {
            _ if self.foreign => Shape::Foreign,
            (1, 0, _) => Shape::Letter,
            (1, ..) => Shape::Initial,
            (_, 0, _) => Shape::Lower,
            (_, 1, true) => Shape::Capital,
            (all, capitals, _) if all == capitals => Shape::Upper,
            _ => Shape::Mixed,
        }
    }
}

/// The word that begins at `start`.
fn word_at(text: &[u8], start: usize, gap: Gap) -> Word {
    let mut reading = Reading {
        hash: 0x811C_9DC5,
        head: 0,
        tail: 0,
        letters: 0,
        capitals: 0,
        first_capital: false,
        foreign: false,
    };
    let mut end = start;
    loop {
        if let Some(letter) = letter_at(text, end) {
            reading.take(&letter);
            end += letter.bytes;
        } else if joins_name(text, end, &reading) {
            end += 1;
        } else {
            break;
        }
    }
    let is_code = kind(text, end) & DIGIT != 0
        || end - start > WORD_BYTES_MAX
        || (kind(text, end) & JOINT != 0 && joins_code(text, end))
        || (byte_at(text, end) == b'-' && is_mail(text, end));
    let code_end = if is_code { code_end(text, end) } else { end };
    let is_number = || text.get(start..code_end).unwrap_or_default().iter().all(u8::is_ascii_digit);
    let shape = match is_code {
        true if is_number() => Shape::Digits,
        true => Shape::Code,
        false => reading.shape(),
    };
    Word {
        start,
        end: code_end,
        hash: finish(reading.hash),
        head: reading.head,
        tail: reading.tail,
        class: 0,
        shape,
        gap,
    }
}

/// Whether the apostrophe at `at` belongs to a name: `O'Hara`, `D'Angelo`, `o'hara`.
#[inline]
fn joins_name(text: &[u8], at: usize, reading: &Reading) -> bool {
    reading.letters == 1
        && byte_at(text, at) == b'\''
        && letter_at(text, at + 1).is_some_and(|next| next.capital)
        && reading.first_capital
}

/// Whether the joint at `at` ties what is before it to a letter or digit behind it.
fn joins_code(text: &[u8], at: usize) -> bool {
    kind(text, at + 1) & (LETTER | DIGIT | JOINT) != 0
        && !matches!(byte_at(text, at), b'.' if byte_at(text, at + 1) == b'.')
}

/// Whether an `@` follows in the chunk that goes on with a hyphen at `from`.
fn is_mail(text: &[u8], from: usize) -> bool {
    let tail = text.get(from..text.len().min(from + WORD_BYTES_MAX)).unwrap_or_default();
    let stop =
        tail.iter().find(|byte| !byte.is_ascii_alphanumeric() && !matches!(byte, b'-' | b'.' | b'_' | b'+'));
    stop == Some(&b'@')
}

/// Where a chunk of code ends.
fn code_end(text: &[u8], from: usize) -> usize {
    let mut at = from;
    loop {
        let found = kind(text, at);
        let tied = found & (LETTER | DIGIT) != 0
            || (found & (JOINT | HYPHEN) != 0 && kind(text, at + 1) & (LETTER | DIGIT) != 0)
            || matches!(byte_at(text, at), 0x80..=0xBF if found == 0 && at > from);
        if !tied {
            return at;
        }
        at += 1;
    }
}

/// Spreads the bits of a hash.
fn finish(hash: u32) -> u32 {
    let hash = (hash ^ hash >> 15).wrapping_mul(0x2C1B_3C6D);
    hash ^ hash >> 13
}

#[cfg(test)]
#[expect(clippy::string_slice, reason = "the places of words are boundaries")]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<Word> {
        let mut found = Vec::new();
        assert_eq!(read(text.as_bytes(), 0, text.len(), 100, &mut found), text.len());
        found
    }

    fn check(text: &str, wanted: &[(&str, Shape, Gap)]) {
        let found = words(text);
        let found: Vec<_> =
            found.iter().map(|word| (&text[word.start..word.end], word.shape, word.gap)).collect();
        assert_eq!(found, wanted, "in {text}");
    }

    #[test]
    fn words_have_shapes_and_gaps() {
        use Gap::{Apostrophe, At, Comma, Hash, Hyphen, Key, Line, Quote, Short, Space, Stop};
        use Shape::{Capital, Code, Digits, Foreign, Initial, Letter, Lower, Mixed, Upper};
        check(
            "Hi, Mr. J. SMITH",
            &[("Hi", Capital, Line), ("Mr", Capital, Comma), ("J", Initial, Short), ("SMITH", Upper, Short)],
        );
        check(
            "Ana-Maria O'Hara's",
            &[
                ("Ana", Capital, Line),
                ("Maria", Capital, Hyphen),
                ("O'Hara", Mixed, Space),
                ("s", Letter, Apostrophe),
            ],
        );
        check("\"name\":\"Zoë\"", &[("name", Lower, Line), ("Zoë", Capital, Key)]);
        check(
            "done. McCoy 12 b2b",
            &[("done", Lower, Line), ("McCoy", Mixed, Stop), ("12", Digits, Space), ("b2b", Code, Space)],
        );
        check("@anna #Ben a.b_c", &[("anna", Lower, At), ("Ben", Capital, Hash), ("a.b_c", Code, Space)]);
        check("x-anna-k@example.org", &[("x-anna-k@example.org", Code, Line)]);
        check("«Łódź» Иван", &[("Łódź", Capital, Line), ("Иван", Foreign, Gap::Other)]);
        check("ok\\nAnna \"Bo", &[("ok", Lower, Line), ("Anna", Capital, Line), ("Bo", Capital, Quote)]);
        check(" 😀 . \u{a0}", &[]);
    }

    #[test]
    fn accents_and_capitals_make_no_other_word() {
        for (left, right) in
            [("MÜLLER", "muller"), ("Ángel", "angel"), ("Šimůnek", "simunek"), ("José", "JOSE")]
        {
            assert_eq!(words(left)[0].hash, words(right)[0].hash, "{left}");
            assert_eq!(words(left)[0].tail, words(right)[0].tail, "{left}");
        }
        assert_ne!(words("anna")[0].hash, words("hanna")[0].hash);
    }

    #[test]
    fn reading_stops_when_there_is_no_room() {
        let text = "one two three";
        let mut found = Vec::new();
        assert_eq!(read(text.as_bytes(), 0, text.len(), 2, &mut found), 8);
        assert_eq!(found.len(), 2);
    }

    #[test]
    fn any_bytes_can_be_read() {
        for lead in 0..=255_u8 {
            for next in [0_u8, 0x80, 0xBF, b'a', b'\''] {
                let text = [b'A', lead, next, lead, b'b', b'.', lead];
                let mut found = Vec::new();
                assert_eq!(read(&text, 0, text.len(), 100, &mut found), text.len());
                assert!(found.iter().all(|word| word.start < word.end && word.end <= text.len()));
                assert!(found.windows(2).all(|pair| pair[0].end <= pair[1].start));
            }
        }
    }
}
