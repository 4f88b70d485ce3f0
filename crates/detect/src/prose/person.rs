//! Is what the tagger calls a person one, here? What the words are, and what surrounds them, must fit.
//!
//! The tagger learns from sentences; in logs it meets classes, fonts, companies and threads, many of which are called
//! after people. So the more a stretch looks like a machine's, the more is asked of a name: from the tagger's word alone
//! where people talk to each other, to a known first name and surname behind a bare key `name`.

use super::gate::{Speaker, Tally, is_of_machine};
use super::key::Owner;
use crate::matchers::{byte_at, byte_before};
use crate::names::Tagger;
use crate::names::lexer::{Shape, Word};
use crate::names::lexicon::Class;
use std::ops::Range;

/// Where a name was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// In prose, written by these.
    Prose(Speaker),
    /// Behind a key.
    Key(Owner),
    /// Wherever a full name may be: all of a cell, a line or a value, or in a sentence.
    Alone,
}

/// How far ahead the tagger must be where people talk, where nobody does, and where machines talk like people.
const MARGIN_TALK: i32 = 1;
const MARGIN_UNANNOUNCED: i32 = 45;
const MARGIN_STATEMENT: i32 = 40;
const MARGIN_MACHINE: i32 = 60;
/// And where the words alone speak for a name: when both are known, and when only the first is.
const MARGIN_ALONE: i32 = 1;
const MARGIN_HALF_KNOWN: i32 = 60;
/// How much text around a name makes a sentence of it.
const SENTENCE_BYTES: usize = 60;
/// How much text beside a name may say that it is a thing's.
const NEIGHBOUR_BYTES: usize = 16;
/// Fewest bytes of such a sentence.
const SENTENCE_BYTES_MIN: usize = 16;

/// A name with what is known of its words.
pub(crate) struct Person<'a> {
    /// The view of the stretch.
    pub(crate) text: &'a [u8],
    pub(crate) range: Range<usize>,
    pub(crate) words: &'a [Word],
    pub(crate) margin: i32,
}

impl Person<'_> {
    /// Whether it is reported.
    pub(crate) fn is_plausible(&self, place: Place) -> bool {
        let of_code = self.is_glued(place) || self.words.iter().any(|word| self.is_identifier(word));
        let letters = self.words.iter().all(|word| matches!(word.shape, Shape::Initial | Shape::Letter));
        !of_code
            && !letters
            && match place {
                Place::Prose(Speaker::People) => self.is_talked_of(),
                Place::Alone => {
                    self.words.len() >= 2
                        && self.margin >= MARGIN_ALONE
                        && self.is_somebody()
                        && (self.is_whole() || self.is_in_sentence())
                }
                Place::Prose(Speaker::Nobody) => {
                    self.margin >= MARGIN_STATEMENT && self.knows_first() && self.is_capital()
                }
                Place::Prose(Speaker::Machine) => {
                    let named = self.words.len() >= 2 && self.is_full_name() || self.is_announced();
                    self.margin >= MARGIN_MACHINE && named
                }
                Place::Key(Owner::Person) => {
                    self.margin >= MARGIN_TALK && (self.knows_first() || self.knows_last())
                }
                // The whole value, not the beginning of a product's name.
                Place::Key(Owner::Anything) => {
                    let rest = self.text.get(self.range.end..).unwrap_or_default();
                    let whole = !rest.iter().any(u8::is_ascii_alphanumeric);
                    self.words.len() >= 2 && whole && self.is_full_name()
                }
            }
    }

    /// Leaves out what people are (`Nachbarin Petra Stein`), and takes in the stop of `Jr.`
    pub(crate) fn trim(&mut self) {
        let role = |class: Class| {
            (class.has(Class::ROLE) || class.common() >= 2) && class.first() + class.last() == 0
        };
        if let [role_word, name, ..] = self.words
            && role(Class(role_word.class))
            && Class(name.class).first() > 0
        {
            self.range.start = name.start;
            self.words = self.words.get(1..).unwrap_or_default();
        }
        let last = self
            .words
            .last()
            .map_or(&b""[..], |word| self.text.get(word.start..word.end).unwrap_or_default());
        let suffix = last.eq_ignore_ascii_case(b"jr") || last.eq_ignore_ascii_case(b"sr");
        if suffix && byte_at(self.text, self.range.end) == b'.' {
            self.range.end += 1;
        }
    }

    /// Whether people who talk mean somebody by it.
    fn is_talked_of(&self) -> bool {
        let lower = self.words.len() >= 2
            && self.words.iter().all(|word| matches!(word.shape, Shape::Lower | Shape::Letter));
        let announced = self.is_announced();
        let least = if announced { MARGIN_TALK } else { MARGIN_UNANNOUNCED };
        self.margin >= least && (announced || (!lower || self.are_all_names()) && !self.is_of_a_thing())
    }

    /// Whether a place or a thing bears it, by the words beside it: `in Campbell`, `John Wayne Airport`, `Billy's in`.
    fn is_of_a_thing(&self) -> bool {
        let (mut before, mut after) = (Vec::new(), Vec::new());
        let from = self.range.start.saturating_sub(NEIGHBOUR_BYTES);
        let to = self.text.len().min(self.range.end + NEIGHBOUR_BYTES);
        Tagger::builtin().words(self.text, from..self.range.start, &mut before);
        Tagger::builtin().words(self.text, self.range.end..to, &mut after);
        let bytes = |word: Option<&Word>| {
            word.and_then(|word| self.text.get(word.start..word.end)).unwrap_or_default().to_ascii_lowercase()
        };
        let place = self.classes().all(|class| class.place() > 0);
        let at = place
            && matches!(
                bytes(before.last()).as_slice(),
                b"in" | b"to" | b"near" | b"from" | b"around" | b"the"
            );
        let touches = byte_at(self.text, self.range.end) == b' ';
        let thing = touches
            && after
                .first()
                .is_some_and(|word| Class(word.class).has(Class::THING | Class::STREET | Class::COMPANY));
        let owner = byte_at(self.text, self.range.end) == b'\''
            && bytes(after.first()) == b"s"
            && matches!(bytes(after.get(1)).as_slice(), b"in" | b"at");
        at || thing || owner
    }

    /// Whether another word with a capital follows at once.
    fn goes_on(&self) -> bool {
        byte_at(self.text, self.range.end) == b' '
            && byte_at(self.text, self.range.end + 1).is_ascii_uppercase()
    }

    /// Whether each word is somebody's first name or surname, particles aside, and the last one no particle.
    fn are_all_names(&self) -> bool {
        let named = |class: Class| class.first() + class.last() > 0;
        let ends =
            self.classes().next_back().is_some_and(|class| !class.has(Class::PARTICLE) || named(class));
        ends && self.words.iter().all(|word| {
            let class = Class(word.class);
            named(class) || class.has(Class::PARTICLE) || matches!(word.shape, Shape::Letter | Shape::Initial)
        })
    }

    /// A known first name and surname in either order, or a known first name of which the tagger is sure.
    fn is_somebody(&self) -> bool {
        let other = |class: &Class| {
            class.common() >= 2 && class.first() < 2 && !class.has(Class::PARTICLE)
                || class.has(Class::COMPANY | Class::THING | Class::STREET | Class::PROPER)
        };
        let (Some(first), Some(last)) = (self.classes().next(), self.classes().next_back()) else {
            return false;
        };
        let both = first.first() > 0 && last.last() > 0 || first.last() > 0 && last.first() > 0;
        let half = first.first() > first.last() && last.common() == 0 && self.margin >= MARGIN_HALF_KNOWN;
        self.is_capital_name()
            && (both || half)
            && last.common() < 2
            && self.words.len() <= 5
            && !self.words.iter().any(|word| word.shape != Shape::Initial && other(&Class(word.class)))
    }

    /// Whether it begins with a capital, and all but particles do.
    fn is_capital_name(&self) -> bool {
        let capital = |word: &Word| !matches!(word.shape, Shape::Lower | Shape::Letter);
        self.words.first().is_some_and(capital)
            && self.words.last().is_some_and(capital)
            && self.words.iter().all(|word| capital(word) || Class(word.class).has(Class::PARTICLE))
    }

    /// Whether nothing else is in the cell, line or value that it is in.
    fn is_whole(&self) -> bool {
        let before = self.text.get(..self.range.start).unwrap_or_default();
        let blanks = before.iter().rev().take_while(|byte| **byte == b' ').count();
        let before = before.get(..before.len() - blanks).unwrap_or_default();
        let after = self.text.get(self.range.end..).unwrap_or_default();
        let ends = match after.trim_ascii_start().first() {
            None => true,
            Some(b',' | b';' | b'.' | b'(' | b'*') => true,
            Some(_) => after.first() == Some(&b'\n'),
        };
        let starts = match before {
            [] | [.., b':' | b'=' | b',' | b'\n'] | [.., b'.', b'.'] => true,
            _ => self.is_behind_role(before),
        };
        starts && ends
    }

    /// Whether the text ends with what somebody is, and nothing else: `Guest`.
    fn is_behind_role(&self, before: &[u8]) -> bool {
        let mut words = Vec::new();
        Tagger::builtin().words(before, 0..before.len(), &mut words);
        matches!(words.as_slice(), [role] if Class(role.class).has(Class::ROLE))
    }

    /// Whether hardly anything but words is around, and no mark of a machine's.
    fn is_in_sentence(&self) -> bool {
        let start = self.range.start.saturating_sub(SENTENCE_BYTES);
        let end = self.text.len().min(self.range.end + SENTENCE_BYTES);
        let around = self.text.get(start..end).unwrap_or_default();
        let tally = Tally::of(around);
        let letter = |byte: &u8| byte.is_ascii_alphabetic() || *byte >= 0x80;
        let lower = |word: &&[u8]| word.len() >= 2 && !word.iter().any(u8::is_ascii_uppercase);
        let words = around.split(|byte| !letter(byte)).filter(lower).count();
        words >= 2
            && !self.goes_on()
            && tally.shown >= self.range.len() + SENTENCE_BYTES_MIN
            && tally.is_wordy(80)
            && !is_of_machine(around, tally.shown)
    }

    /// Whether it is a piece of something longer: of a path, a key, a call, a class.
    fn is_glued(&self, place: Place) -> bool {
        let (before, after) = (byte_before(self.text, self.range.start), byte_at(self.text, self.range.end));
        let next = byte_at(self.text, self.range.end + 1);
        let behind_key = matches!(place, Place::Key(_));
        let code = |byte: u8| {
            byte.is_ascii_alphanumeric()
                || matches!(byte, b'_' | b'/' | b'\\' | b'@' | b'$' | b'%' | b'~' | b'*' | b'#')
        };
        let starts = code(before) || before == b'.' || (!behind_key && matches!(before, b'=' | b'-'));
        let ends = code(after)
            || matches!(after, b'(' | b'=')
            || (matches!(after, b'.' | b':' | b'-') && next.is_ascii_alphanumeric())
            || (after == b':' && next == b':');
        starts || ends
    }

    /// Whether a word is written as programs write: `JacksonConverter`, `ja-JP`, but not `McAfee`, `LaToya`.
    fn is_identifier(&self, word: &Word) -> bool {
        const LEAD_MAX: usize = 3;
        let bytes = self.text.get(word.start..word.end).unwrap_or_default();
        let hump = bytes
            .windows(2)
            .position(|pair| matches!(pair, [a, b] if a.is_ascii_lowercase() && b.is_ascii_uppercase()));
        let locale = byte_at(self.text, word.end) == b'-'
            && byte_at(self.text, word.start).is_ascii_lowercase()
            && byte_at(self.text, word.end + 1).is_ascii_uppercase();
        hump.is_some_and(|at| at + 1 > LEAD_MAX) || locale || matches!(word.shape, Shape::Code)
    }

    fn classes(&self) -> impl DoubleEndedIterator<Item = Class> + '_ {
        self.words.iter().map(|word| Class(word.class))
    }

    fn knows_first(&self) -> bool {
        self.classes().any(|class| class.first() > 0)
    }

    fn knows_last(&self) -> bool {
        self.classes().any(|class| class.last() > 0)
    }

    fn is_capital(&self) -> bool {
        self.words.iter().all(|word| !matches!(word.shape, Shape::Lower | Shape::Letter))
    }

    /// A known first name, a known surname, and no word that means something else as well.
    fn is_full_name(&self) -> bool {
        let plain = |class: &Class| {
            class.common() >= 2 && class.first() < 2
                || class.has(Class::COMPANY | Class::THING | Class::STREET | Class::PROPER | Class::ROLE)
        };
        let first = self.is_capital() && self.classes().next().is_some_and(|class| class.first() > 0);
        let last = self.classes().next_back().is_some_and(|class| class.last() > 0 && class.common() < 2);
        first && last && !self.classes().any(|class| plain(&class)) && self.words.len() <= 4
    }

    /// Whether words before it say that a name comes: `my name is`, `Mr.`, `Dear`.
    fn is_announced(&self) -> bool {
        const WORDS: [&[u8]; 17] = [
            b"name is",
            b"named",
            b"called",
            b"mr",
            b"mrs",
            b"miss",
            b"dear",
            b"hi",
            b"hello",
            b"heisse",
            b"herr",
            b"frau",
            b"appelle",
            b"llamo",
            b"chiamo",
            b"monsieur",
            b"madame",
        ];
        let before = self.text.get(self.range.start.saturating_sub(16)..self.range.start).unwrap_or_default();
        let before = before.trim_ascii_end();
        let before = before.strip_suffix(b".").unwrap_or(before);
        WORDS.iter().any(|word| {
            let (head, tail) = before.split_at(before.len().saturating_sub(word.len()));
            tail.eq_ignore_ascii_case(word) && !head.last().is_some_and(u8::is_ascii_alphanumeric)
        })
    }
}

/// Whether some capitalised word is a known first name; with `pairs`, one with another capital right behind it.
pub(crate) fn known(text: &[u8], pairs: bool, words: &mut Vec<Word>) -> bool {
    let starts = text.windows(2).enumerate().filter(|(at, pair)| {
        matches!(pair, [a, b] if a.is_ascii_uppercase() && (b.is_ascii_lowercase() || *b >= 0x80))
            && !byte_before(text, *at).is_ascii_alphanumeric()
    });
    starts.map(|(at, _)| at).any(|at| {
        let rest = text.get(at..).unwrap_or_default();
        let length = rest.iter().take_while(|byte| byte.is_ascii_alphabetic() || **byte >= 0x80).count();
        let end = at + length;
        let followed = byte_at(text, end) == b' ' && byte_at(text, end + 1).is_ascii_uppercase();
        if pairs && !followed {
            return false;
        }
        Tagger::builtin().words(text, at..end, words);
        words.iter().any(|word| Class(word.class).first() > 0)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plausible(text: &str, name: &str, place: Place) -> bool {
        let start = text.find(name).unwrap();
        let range = start..start + name.len();
        let mut words = Vec::new();
        Tagger::builtin().words(text.as_bytes(), range.clone(), &mut words);
        Person { text: text.as_bytes(), range, words: &words, margin: 100 }.is_plausible(place)
    }

    #[test]
    fn the_more_machine_the_more_is_asked() {
        let (people, nobody, machine) =
            (Place::Prose(Speaker::People), Place::Prose(Speaker::Nobody), Place::Prose(Speaker::Machine));
        assert!(plausible("i met qwilla yesterday", "qwilla", people));
        assert!(plausible("Emma reached the office", "Emma", nobody));
        assert!(!plausible("Qwilla reached the office", "Qwilla", nobody));
        assert!(plausible("10:00:00 INFO my name is Emma", "Emma", machine));
        assert!(plausible("10:00:00 INFO call from Emma Wilson today", "Emma Wilson", machine));
        assert!(!plausible("10:00:00 INFO call from Emma today", "Emma", machine));
        assert!(plausible("name=Emma Wilson", "Emma Wilson", Place::Key(Owner::Anything)));
        assert!(!plausible("name=Robin Scheduler", "Robin Scheduler", Place::Key(Owner::Anything)));
    }

    #[test]
    fn pieces_of_code_are_no_names() {
        for (text, name) in [
            ("at com.example.Martin here", "Martin"),
            ("run Martin() now", "Martin"),
            ("i saw /home/emma/x", "emma"),
            ("the JacksonConverter is", "JacksonConverter"),
            ("apt install charlie-cli now", "charlie"),
            ("my lang ja-JP is", "ja-JP"),
            ("Emma::new is what i call", "Emma"),
        ] {
            assert!(!plausible(text, name, Place::Prose(Speaker::People)), "{text}");
        }
        assert!(plausible("so LaToya McCarthy said", "LaToya McCarthy", Place::Prose(Speaker::People)));
    }
}
