//! Where do digits stand as words, or spread over words, and which digits are they?
//!
//! A run is a row of pieces in one line: `four`, `forty one`, `double five`, `4111`, with joints between them: nothing but a
//! blank, a pause (a comma, `uh`, `and`), or a word that says that the number goes on (`then`, `the next four are`).
//! Whoever reads a number aloud pauses between its groups, so joints become the number's separators.
//!
//! Runs are read from the beginning of the chain of words and digits that one of their words belongs to; a chain that is
//! longer than any number holds none at all.

use crate::labels::Labels;
use crate::matchers::{byte_at, byte_before};

/// Longest chain. One that is longer counts words or lists figures.
pub(super) const CHAIN_BYTES_MAX: usize = 4096;
/// Most words between two pieces, and bytes.
const JOINT_WORDS_MAX: usize = 8;
const JOINT_BYTES_MAX: usize = 64;
/// Longest word that means something here.
const WORD_BYTES_MAX: usize = 10;
/// Longest group of digits.
const NUMERAL_BYTES_MAX: usize = 19;
/// Marks between two words: `, `, `...`, ` - `.
const MARKS_MAX: usize = 4;

/// What stands between two pieces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Joint {
    /// A blank or a hyphen.
    Direct,
    /// A comma, a full stop, or a word of hesitation.
    Pause,
    /// A word that says that more digits come.
    Explicit,
}

/// Digits of one word or group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) start: usize,
    pub(super) end: usize,
    /// What stands before it.
    pub(super) joint: Joint,
    /// The mark that was said before it: `dash`, `dot`, `slash`.
    pub(super) mark: Option<u8>,
    /// The digits of words; `None` where the text itself has them.
    pub(super) spoken: Option<Digits>,
}

/// A few digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Digits {
    digits: [u8; 4],
    count: usize,
}

impl Digits {
    fn of(value: usize, count: usize) -> Self {
        let digit = |place: u32| b'0' + (value / 10_usize.pow(place) % 10) as u8;
        let all = [digit(3), digit(2), digit(1), digit(0)];
        let mut digits = [0; 4];
        digits.iter_mut().zip(all.iter().skip(4 - count.min(4))).for_each(|(to, from)| *to = *from);
        Self { digits, count: count.min(4) }
    }

    fn repeated(digit: u8, count: usize) -> Self {
        Self { digits: [digit; 4], count: count.min(4) }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        self.digits.get(..self.count).unwrap_or_default()
    }

    fn single(&self) -> Option<u8> {
        match self.bytes() {
            [digit] => Some(*digit),
            _ => None,
        }
    }
}

/// A row of pieces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) pieces: Vec<Piece>,
}

/// What a word means in a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meaning {
    /// One digit.
    Digit(u8),
    /// A number of two digits that stands for itself: ten to nineteen.
    Teen(usize),
    /// Twenty to ninety: a digit may follow.
    Tens(usize),
    /// The next digit so many times.
    Times(usize),
    Hundred,
    Hesitation,
    GoesOn,
    /// A mark between digits.
    Mark(u8),
    /// First, next, last: a count, a noun and a verb may follow.
    Order,
    /// Such a noun or verb.
    Link,
}

fn meaning(word: &[u8]) -> Option<Meaning> {
    let mut lower = [0; WORD_BYTES_MAX];
    lower.get_mut(..word.len())?.copy_from_slice(word);
    lower.make_ascii_lowercase();
    Some(match lower.get(..word.len())? {
        b"zero" | b"oh" | b"o" | b"nought" | b"naught" => Meaning::Digit(b'0'),
        b"one" => Meaning::Digit(b'1'),
        b"two" => Meaning::Digit(b'2'),
        b"three" => Meaning::Digit(b'3'),
        b"four" => Meaning::Digit(b'4'),
        b"five" => Meaning::Digit(b'5'),
        b"six" => Meaning::Digit(b'6'),
        b"seven" => Meaning::Digit(b'7'),
        b"eight" => Meaning::Digit(b'8'),
        b"nine" | b"niner" => Meaning::Digit(b'9'),
        b"ten" => Meaning::Teen(10),
        b"eleven" => Meaning::Teen(11),
        b"twelve" => Meaning::Teen(12),
        b"thirteen" => Meaning::Teen(13),
        b"fourteen" => Meaning::Teen(14),
        b"fifteen" => Meaning::Teen(15),
        b"sixteen" => Meaning::Teen(16),
        b"seventeen" => Meaning::Teen(17),
        b"eighteen" => Meaning::Teen(18),
        b"nineteen" => Meaning::Teen(19),
        b"twenty" => Meaning::Tens(2),
        b"thirty" => Meaning::Tens(3),
        b"forty" | b"fourty" => Meaning::Tens(4),
        b"fifty" => Meaning::Tens(5),
        b"sixty" => Meaning::Tens(6),
        b"seventy" => Meaning::Tens(7),
        b"eighty" => Meaning::Tens(8),
        b"ninety" => Meaning::Tens(9),
        b"double" => Meaning::Times(2),
        b"triple" | b"treble" => Meaning::Times(3),
        b"quadruple" => Meaning::Times(4),
        b"hundred" => Meaning::Hundred,
        b"uh" | b"um" | b"er" | b"erm" | b"uhm" | b"hmm" | b"ah" | b"and" | b"the" | b"ok" | b"okay"
        | b"so" | b"yeah" | b"yes" | b"like" | b"again" | b"by" | b"after" | b"that" | b"sorry"
        | b"comma" | b"space" => Meaning::Hesitation,
        b"then" | b"followed" => Meaning::GoesOn,
        b"dash" | b"hyphen" | b"minus" => Meaning::Mark(b'-'),
        b"dot" | b"point" | b"period" => Meaning::Mark(b'.'),
        b"slash" => Meaning::Mark(b'/'),
        b"plus" => Meaning::Mark(b'+'),
        b"first" | b"next" | b"last" | b"final" | b"second" | b"third" | b"fourth" | b"other"
        | b"remaining" | b"rest" | b"middle" => Meaning::Order,
        b"digits" | b"numbers" | b"ones" | b"digit" | b"number" | b"are" | b"is" | b"being" | b"were"
        | b"was" | b"of" => Meaning::Link,
        _ => return None,
    })
}

/// A word or a group of digits.
#[derive(Clone, Copy)]
struct Token<'t> {
    start: usize,
    end: usize,
    word: &'t [u8],
    /// Whether marks of a pause stand before it.
    pause: bool,
}

impl<'t> Token<'t> {
    /// The token behind a place, with a few marks before it.
    fn after(text: &'t [u8], at: usize) -> Option<Self> {
        let rest = text.get(at..text.len().min(at + MARKS_MAX + NUMERAL_BYTES_MAX + 1))?;
        let marks = rest.iter().take(MARKS_MAX).take_while(|byte| is_mark(**byte)).count();
        let start = at + marks;
        let length = rest.iter().skip(marks).take_while(|byte| byte.is_ascii_alphanumeric()).count();
        let pause = rest.iter().take(marks).any(|byte| matches!(byte, b',' | b';' | b'.'));
        Self::whole(text, start, start + length, pause)
    }

    /// The token before a place.
    fn before(text: &'t [u8], at: usize) -> Option<Self> {
        let rest = text.get(at.saturating_sub(MARKS_MAX + NUMERAL_BYTES_MAX + 1)..at)?;
        let marks = rest.iter().rev().take(MARKS_MAX).take_while(|byte| is_mark(**byte)).count();
        let end = at - marks;
        let length = rest.iter().rev().skip(marks).take_while(|byte| byte.is_ascii_alphanumeric()).count();
        Self::whole(text, end - length, end, false)
    }

    fn whole(text: &'t [u8], start: usize, end: usize, pause: bool) -> Option<Self> {
        let word = text.get(start..end).filter(|word| !word.is_empty())?;
        let letters = word.iter().all(u8::is_ascii_alphabetic);
        let digits = word.iter().all(u8::is_ascii_digit) && stands_free(text, start, end);
        (letters || digits).then_some(Self { start, end, word, pause })
    }

    fn is_numeral(&self) -> bool {
        self.word.first().is_some_and(u8::is_ascii_digit)
    }

    fn meaning(&self) -> Option<Meaning> {
        meaning(self.word)
    }

    /// Whether it is one of these words.
    fn is(&self, words: &[&[u8]]) -> bool {
        words.iter().any(|word| self.word.eq_ignore_ascii_case(word))
    }

    /// The digit that it is, as a word or as itself.
    fn digit(&self) -> Option<u8> {
        match (self.word, self.meaning()) {
            (_, Some(Meaning::Digit(digit))) => Some(digit),
            ([digit], None) if digit.is_ascii_digit() => Some(*digit),
            _ => None,
        }
    }
}

fn is_mark(byte: u8) -> bool {
    matches!(byte, b' ' | b',' | b'-' | b'.' | b';' | b'\t')
}

/// Whether a group of digits is no part of a decimal, a time, a path or a name.
fn stands_free(text: &[u8], start: usize, end: usize) -> bool {
    let joins = |mark: u8, beyond: u8| match mark {
        b'.' | b',' => beyond.is_ascii_digit(),
        b':' | b'/' | b'_' | b'=' | b'@' | b'%' | b'$' | b'#' | b'\\' => true,
        other => other >= 0x80,
    };
    let before = if start >= 2 { byte_before(text, start - 1) } else { b' ' };
    let opens = matches!(byte_before(text, start), b':' | b'#' | b'=') && !before.is_ascii_digit();
    (opens || !joins(byte_before(text, start), before)) && !joins(byte_at(text, end), byte_at(text, end + 1))
}

/// The row of words and digits around a word that may all belong to numbers.
pub(super) fn chain(text: &[u8], at: usize) -> (usize, usize) {
    let belongs = |token: &Token<'_>| token.is_numeral() || token.meaning().is_some();
    let (mut start, mut end) = (at, at);
    while let Some(token) =
        Token::before(text, start).filter(belongs).filter(|_| at - start <= CHAIN_BYTES_MAX)
    {
        start = token.start;
    }
    while let Some(token) = Token::after(text, end).filter(belongs) {
        end = token.end;
    }
    (start, end)
}

/// Whether a chain goes on with what an earlier masking hid, so that it is the rest of something.
pub(super) fn is_remainder(text: &[u8], labels: &Labels, (start, end): (usize, usize)) -> bool {
    let before = text.get(..start).unwrap_or_default().iter().rev().take(MARKS_MAX);
    let before = start - before.take_while(|byte| is_mark(**byte)).count();
    let after = text.get(end..).unwrap_or_default().iter().take(MARKS_MAX);
    let after = end + after.take_while(|byte| is_mark(**byte)).count();
    byte_before(text, before) == b'*'
        || byte_at(text, after) == b'*'
        || labels.end_at(text, before)
        || (byte_at(text, after) == b'[' && labels.hold(text, after + 1))
}

/// The runs of a chain, in order.
pub(super) fn runs(text: &[u8], (start, end): (usize, usize)) -> Vec<Run> {
    let (mut all, mut at) = (Vec::new(), start);
    while at < end {
        let mut reader = Reader { text, at, pieces: Vec::new(), joint: Joint::Direct, mark: None, words: 0 };
        while reader.step().is_some() {}
        let skipped = || Token::after(text, at).map_or(end, |token| token.end);
        at = reader.pieces.last().map_or_else(skipped, |last| last.end);
        if let Some(first) = reader.pieces.first() {
            all.push(Run { start: first.start, end: at, pieces: reader.pieces });
        }
    }
    all
}

/// Reads a run piece by piece.
struct Reader<'t> {
    text: &'t [u8],
    at: usize,
    pieces: Vec<Piece>,
    /// What has been read since the last piece.
    joint: Joint,
    mark: Option<u8>,
    words: usize,
}

impl<'t> Reader<'t> {
    /// Takes the next token, if it belongs to the run.
    fn step(&mut self) -> Option<()> {
        let token = Token::after(self.text, self.at)?;
        let gap = self.pieces.last().map_or(0, |last| token.start - last.end);
        if self.words > JOINT_WORDS_MAX || gap > JOINT_BYTES_MAX {
            return None;
        }
        if token.pause {
            self.joint = self.joint.max(Joint::Pause);
        }
        if token.is_numeral() {
            self.push(token.start, token.end, None);
            return Some(());
        }
        match token.meaning()? {
            Meaning::Digit(digit) => self.say(&token, token.end, Digits::repeated(digit, 1)),
            Meaning::Teen(value) => self.say(&token, token.end, Digits::of(value, 2)),
            Meaning::Tens(tens) => self.say_tens(&token, tens),
            Meaning::Times(count) => {
                let next = Token::after(self.text, token.end)?;
                self.say(&token, next.end, Digits::repeated(next.digit()?, count));
            }
            Meaning::Hundred => self.say_hundred(&token)?,
            Meaning::Hesitation => self.join(&token, token.end, Joint::Pause),
            Meaning::GoesOn => self.join(&token, token.end, Joint::Explicit),
            Meaning::Mark(mark) => {
                self.mark = Some(mark);
                self.join(&token, token.end, Joint::Explicit);
            }
            Meaning::Link => return None,
            Meaning::Order => self.join(&token, phrase_end(self.text, &token), Joint::Explicit),
        }
        Some(())
    }

    fn push(&mut self, start: usize, end: usize, spoken: Option<Digits>) {
        self.pieces.push(Piece { start, end, joint: self.joint, mark: self.mark.take(), spoken });
        (self.at, self.joint, self.words) = (end, Joint::Direct, 0);
    }

    fn say(&mut self, token: &Token<'_>, end: usize, digits: Digits) {
        self.push(token.start, end, Some(digits));
    }

    fn join(&mut self, token: &Token<'_>, end: usize, joint: Joint) {
        debug_assert!(token.end <= end);
        (self.at, self.joint, self.words) = (end, self.joint.max(joint), self.words + 1);
    }

    /// `forty`, `forty one`.
    fn say_tens(&mut self, token: &Token<'_>, tens: usize) {
        let (end, value) = below_hundred(self.text, token, tens);
        self.say(token, end, Digits::of(value, 2));
    }

    /// `eight hundred`, `four hundred and twelve`; behind any other piece it is no part of a number read digit by digit.
    fn say_hundred(&mut self, token: &Token<'_>) -> Option<()> {
        let last = self.pieces.last_mut().filter(|_| self.joint == Joint::Direct && self.words == 0)?;
        let digit = last.spoken?.single().filter(|digit| *digit != b'0')?;
        let hundreds = 100 * usize::from(digit - b'0');
        let next = Token::after(self.text, token.end).filter(|next| !next.pause);
        let next = match next {
            Some(word) if word.is(&[b"and"]) => Token::after(self.text, word.end),
            other => other,
        };
        let more = next.and_then(|next| match next.meaning()? {
            Meaning::Teen(value) => Some((next.end, value)),
            Meaning::Tens(tens) => Some(below_hundred(self.text, &next, tens)),
            _ => None,
        });
        let (end, value) = more.unwrap_or((token.end, 0));
        (last.end, last.spoken) = (end, Some(Digits::of(hundreds + value, 3)));
        self.at = end;
        Some(())
    }
}

/// The end and the value of `forty` or `forty one`.
fn below_hundred(text: &[u8], token: &Token<'_>, tens: usize) -> (usize, usize) {
    let next = Token::after(text, token.end).filter(|next| !next.pause && !next.is_numeral());
    let unit = next.and_then(|next| Some((next.end, next.digit().filter(|digit| *digit != b'0')?)));
    match unit {
        Some((end, digit)) => (end, 10 * tens + usize::from(digit - b'0')),
        None => (token.end, 10 * tens),
    }
}

/// The end of `next`, `next four digits are`, `last four are`. A count counts only with something behind it: in
/// `next four one one one` it is a digit.
fn phrase_end(text: &[u8], order: &Token<'_>) -> usize {
    const LINKS_MAX: usize = 3;
    let next = |at: usize| Token::after(text, at);
    let counted = next(order.end).filter(|count| count.digit().is_some());
    let after_count = counted.map_or(order.end, |count| count.end);
    let link =
        |at: &usize| next(*at).filter(|word| word.meaning() == Some(Meaning::Link)).map(|word| word.end);
    let links = std::iter::successors(Some(after_count), link).take(1 + LINKS_MAX);
    links.last().filter(|end| *end > after_count).unwrap_or(order.end)
}

#[cfg(test)]
#[expect(clippy::string_slice, reason = "the places in these texts are known")]
mod tests {
    use super::*;

    /// The digits of the run around a word, joints as `-`, `,` and `>`.
    fn read(text: &str, word: &str) -> String {
        let chain = chain(text.as_bytes(), text.find(word).unwrap());
        let all = runs(text.as_bytes(), chain);
        assert!(all.iter().all(|run| chain.0 <= run.start && run.end <= chain.1));
        all.iter().map(|run| digits_of(text, run)).collect::<Vec<_>>().join(" ")
    }

    fn digits_of(text: &str, run: &Run) -> String {
        let mut out = String::new();
        for (index, piece) in run.pieces.iter().enumerate() {
            match piece.joint {
                _ if index == 0 => {}
                _ if piece.mark.is_some() => out.extend(piece.mark.map(char::from)),
                Joint::Direct => out.push('-'),
                Joint::Pause => out.push(','),
                Joint::Explicit => out.push('>'),
            }
            match &piece.spoken {
                Some(digits) => out.push_str(std::str::from_utf8(digits.bytes()).unwrap()),
                None => out.push_str(&text[piece.start..piece.end]),
            }
        }
        out
    }

    #[test]
    fn words_are_read_as_digits() {
        for (text, word, expected) in [
            ("card four one one one double five oh ok?", "one", "4-1-1-1-55-0"),
            ("it is Forty-One eleven, uh, TWENTY six and 5", "eleven", "41-11,26,5"),
            ("one eight hundred five five five", "eight", "1-800-5-5-5"),
            ("four hundred and twelve, five", "four", "412,5"),
            ("triple 7 treble nine quadruple o", "treble", "777-999-0000"),
            ("4111 then 1111 and 1111 then 1111 thanks", "then", "4111>1111,1111>1111"),
            ("the first four are 4111 next 1111, last four digits 1111", "next", "4111>1111>1111"),
            ("next four one one one", "one", "4-1-1-1"),
            ("twenty oh five", "oh", "20-0-5"),
            ("someone told me one thing", "one thing", "1"),
            ("at 10.5 then 11:30 then 3", "then 3", "3"),
            ("double one", "one", "11"),
            ("double next one two", "one", "1-2"),
            ("id 4111-1111 then 5", "then", "4111-1111>5"),
            ("hundred", "hundred", ""),
            ("one nine two dot zero dot two slash 5", "dot", "1-9-2.0.2/5"),
            ("four\nfive", "five", "5"),
        ] {
            assert_eq!(read(text, word), expected, "{text}");
        }
    }

    #[test]
    fn joints_are_bounded() {
        let text = |count: usize| format!("one {}two", "uh ".repeat(count));
        assert_eq!(read(&text(JOINT_WORDS_MAX), "one"), "1,2");
        assert_eq!(read(&text(JOINT_WORDS_MAX + 1), "one"), "1 2");
        let far = format!("one {} two", "hesitation ".repeat(3).replace("hesitation", "remaining "));
        assert_eq!(read(&far, "one"), "1>2");
        let (start, end) = chain("one ".repeat(2 * CHAIN_BYTES_MAX).as_bytes(), 6 * CHAIN_BYTES_MAX);
        assert!(end - start > CHAIN_BYTES_MAX);
    }
}
