//! Where does a text repeat a value that nobody may read? [`Follow`] finds whole values and parts of them in any formatting.
//!
//! A part is a run of at least four characters, or a whole word of the value. Single digits, "yes" and names of months and days
//! are never followed: they would hide half of every conversation and say nothing. Of scripts without blanks a run of two
//! characters is enough, because names have no more.
//!
//! Runs are looked up, not searched for one by one: the time is that of reading the text once, however many values there are.

use super::UTTERANCE;
use super::escapes::unescaped;
use super::fold::{Atom, Word, spoken, words, written};
use super::utterance::apart;
use crate::Words;
use crate::bot::Name;
use crate::session::Followed;
use sotto_public::ByteSpan;
use sotto_sensitive::RawText;
use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;
use std::ops::Range;

/// Shortest run of a value that is followed, in characters.
pub const RUN_CHARS_MIN: usize = 4;
/// The same for scripts without blanks.
const DENSE_RUN_CHARS_MIN: usize = 2;
/// Longest punctuation between two parts of one value that goes with them.
const BRIDGE_BYTES_MAX: usize = 4;
/// Slots whose values have one part in common, beyond the first; of more nobody knows any more whose it is.
const MORE_SLOTS_MAX: usize = 4;
/// The number of that one, who is none of the slots.
const NOBODY: usize = usize::MAX;

/// Values to be found in texts.
#[derive(Clone, Default)]
pub struct Follow {
    slots: Vec<Name>,
    /// Runs of values.
    runs: Parts<u128>,
    /// Whole words, and numbers of two or three digits.
    whole: Parts<String>,
    /// More values came than are remembered: nothing may be read any more, in the name of this slot.
    everything: Option<Name>,
}

/// Parts of values, and of whose.
#[derive(Clone)]
struct Parts<K> {
    first: HashMap<K, usize>,
    /// Other slots of parts that several values have.
    more: HashMap<K, Vec<usize>>,
    count: usize,
}

impl<K> Default for Parts<K> {
    fn default() -> Self {
        Self { first: HashMap::new(), more: HashMap::new(), count: 0 }
    }
}

impl<K: Eq + Hash + Clone> Parts<K> {
    /// Adds a part of a slot's value.
    fn add(&mut self, part: &K, slot: usize) {
        let Some(first) = self.first.get(part) else {
            self.first.insert(part.clone(), slot);
            self.count += 1;
            return;
        };
        if *first == slot {
            return;
        }
        let more = self.more.entry(part.clone()).or_default();
        if more.contains(&slot) {
            return;
        }
        let slot = if more.len() < MORE_SLOTS_MAX { slot } else { NOBODY };
        if !more.contains(&slot) {
            more.push(slot);
            self.count += 1;
        }
    }

    /// The slots that have it.
    fn of<Q: Eq + Hash + ?Sized>(&self, part: &Q) -> impl Iterator<Item = usize>
    where
        K: Borrow<Q>,
    {
        let more = self.more.get(part).filter(|_| !self.more.is_empty());
        self.first.get(part).into_iter().chain(more.into_iter().flatten()).copied()
    }

    /// Each part with a slot that has it.
    fn all(&self) -> impl Iterator<Item = (&K, usize)> {
        let more = self.more.iter().flat_map(|(part, slots)| slots.iter().map(move |slot| (part, *slot)));
        self.first.iter().map(|(part, slot)| (part, *slot)).chain(more)
    }
}

/// A place at which a value stands.
pub(super) type Hit = (Range<usize>, Name);

impl Follow {
    /// Follows these values.
    pub fn new(values: &[Followed]) -> Self {
        let mut follow = Self::default();
        for value in values {
            follow.add(&value.slot, value.value.read());
        }
        follow
    }

    /// Follows one value.
    pub fn of_words(slot: &Name, value: &Words) -> Self {
        Self::new(&[Followed { slot: slot.clone(), value: value.clone() }])
    }

    /// Follows everything.
    pub(super) fn everything(slot: Name) -> Self {
        Self { everything: Some(slot), ..Self::default() }
    }

    /// Follows the words of a text, too, but no parts of them: of what nobody understood, nobody knows what is a value.
    pub(super) fn with_words(mut self, slot: &Name, text: &Words) -> Self {
        let slot = self.number(slot);
        for word in words(text.read()) {
            if word.text.chars().count() > 1 && !is_common(&word.text) {
                self.whole.add(&word.text, slot);
            }
        }
        self
    }

    /// Whether there is nothing to follow.
    pub fn is_empty(&self) -> bool {
        self.runs.count == 0 && self.whole.count == 0 && self.everything.is_none()
    }

    /// How much it remembers.
    pub fn weight(&self) -> usize {
        self.runs.count + self.whole.count
    }

    /// Whose values it follows.
    pub fn slots(&self) -> impl Iterator<Item = &Name> {
        self.slots.iter().chain(&self.everything)
    }

    /// Follows what another one does, too.
    pub fn absorb(&mut self, other: &Self) {
        let numbers: Vec<usize> = other.slots.iter().map(|slot| self.number(slot)).collect();
        let of = |slot: usize| if slot == NOBODY { Some(slot) } else { numbers.get(slot).copied() };
        for (run, slot) in other.runs.all().filter_map(|(run, slot)| Some((run, of(slot)?))) {
            self.runs.add(run, slot);
        }
        for (word, slot) in other.whole.all().filter_map(|(word, slot)| Some((word, of(slot)?))) {
            self.whole.add(word, slot);
        }
        self.everything = self.everything.take().or_else(|| other.everything.clone());
    }

    /// Places of values in a text that somebody else wrote, escapes read as well, in order and apart, each with one of the slots whose
    /// values stand there.
    pub fn find(&self, text: &RawText) -> Vec<(ByteSpan, Name)> {
        let mut found = self.find_all(text);
        found.dedup_by(|one, before| one.0 == before.0);
        found
    }

    /// The same with every slot: where values of several meet, there is one place for each of them.
    #[expect(
        clippy::disallowed_methods,
        reason = "values are looked for in what is about to be logged; only places leave"
    )]
    pub fn find_all(&self, text: &RawText) -> Vec<(ByteSpan, Name)> {
        let text = text.expose();
        let hits = match &self.everything {
            Some(slot) => vec![(0..text.len(), slot.clone())],
            None => self.hits(text),
        };
        apart(hits).into_iter().map(|(place, slot)| (ByteSpan::at(place.start, place.len()), slot)).collect()
    }

    /// Places of values, escapes read as well, in no order.
    pub(super) fn hits(&self, text: &str) -> Vec<Hit> {
        let mut hits = self.plain_hits(text);
        if let Some(view) = unescaped(text).filter(|_| !self.is_empty()) {
            let found = self.plain_hits(&view.text);
            hits.extend(found.into_iter().filter_map(|(place, slot)| Some((view.stood(&place)?, slot))));
        }
        hits
    }

    fn number(&mut self, slot: &Name) -> usize {
        let known = self.slots.iter().position(|known| known == slot);
        known.unwrap_or_else(|| {
            self.slots.push(slot.clone());
            self.slots.len() - 1
        })
    }

    fn add(&mut self, slot: &Name, value: &str) {
        let slot = self.number(slot);
        let words = words(value);
        for word in &words {
            if word.text.chars().count() > 1 && !is_common(&word.text) {
                self.whole.add(&word.text, slot);
            }
        }
        for atoms in [written(value, &words), spoken(value, &words)] {
            for run in runs(&atoms, &words) {
                self.runs.add(&key(run), slot);
            }
            for number in numbers(&atoms).filter(|number| (2..RUN_CHARS_MIN).contains(&number.len())) {
                self.whole.add(&number.iter().map(|atom| atom.sign).collect(), slot);
            }
        }
    }

    fn plain_hits(&self, text: &str) -> Vec<Hit> {
        if self.is_empty() {
            return Vec::new();
        }
        let words = words(text);
        let mut found: Vec<(Range<usize>, usize)> = Vec::new();
        let mut note = |place: Option<Range<usize>>, slots: &mut dyn Iterator<Item = usize>| {
            let Some(place) = place else { return };
            found.extend(slots.map(|slot| (place.clone(), slot)));
        };
        for word in &words {
            note(Some(word.start..word.end), &mut self.whole.of(word.text.as_str()));
        }
        for atoms in [written(text, &words), spoken(text, &words)] {
            for run in runs(&atoms, &words) {
                note(stretch(run), &mut self.runs.of(&key(run)));
            }
            for number in numbers(&atoms).filter(|number| number.len() < RUN_CHARS_MIN) {
                let digits: String = number.iter().map(|atom| atom.sign).collect();
                note(stretch(number), &mut self.whole.of(digits.as_str()));
            }
        }
        self.merged(text, found)
    }

    /// Places of each slot in order. Those of one slot that touch, or have nothing but punctuation between them, become one; those of
    /// different slots stay what they are, whatever they share.
    fn merged(&self, text: &str, mut found: Vec<(Range<usize>, usize)>) -> Vec<Hit> {
        found.sort_by_key(|(place, slot)| (*slot, place.start, std::cmp::Reverse(place.end)));
        let mut hits: Vec<(Range<usize>, usize)> = Vec::new();
        for (place, slot) in found {
            let bridged = |last: &Range<usize>| {
                let gap = text.get(last.end..place.start).unwrap_or_default();
                gap.len() <= BRIDGE_BYTES_MAX && !gap.contains(|c: char| c.is_alphanumeric() || c == '\n')
            };
            let goes_on = |last: &Range<usize>| place.start <= last.end || bridged(last);
            match hits.last_mut().filter(|(last, before)| *before == slot && goes_on(last)) {
                Some((last, _)) => last.end = last.end.max(place.end),
                None => hits.push((place, slot)),
            }
        }
        let nobody = Name::parse(UTTERANCE).ok();
        let named = |(place, slot)| {
            let slot = self.slots.get::<usize>(slot).or(nobody.as_ref())?;
            Some((place, slot.clone()))
        };
        hits.into_iter().filter_map(named).collect()
    }
}

/// The signs of a run, 32 bits each: runs have four at most.
fn key(run: &[Atom]) -> u128 {
    run.iter().fold(0, |key, atom| (key << 32) | u128::from(u32::from(atom.sign)))
}

/// From the first atom to the last.
fn stretch(run: &[Atom]) -> Option<Range<usize>> {
    Some(run.first()?.start..run.last()?.end)
}

/// Runs of the shortest length that holds together: four, or two of a script without blanks.
fn runs<'a>(atoms: &'a [Atom], words: &'a [Word]) -> impl Iterator<Item = &'a [Atom]> {
    let held = |run: &[Atom]| {
        let together = run.iter().skip(1).all(|atom| atom.joined);
        let first = run.first().map(|atom| atom.word);
        let one_word = run.iter().all(|atom| Some(atom.word) == first);
        let common = first.and_then(|word| words.get(word)).is_some_and(|word| is_common(&word.text));
        together && !(one_word && common)
    };
    let dense = |run: &[Atom]| run.iter().all(|atom| is_dense(atom.sign));
    let long = atoms.windows(RUN_CHARS_MIN).filter(move |run| held(run));
    long.chain(atoms.windows(DENSE_RUN_CHARS_MIN).filter(move |run| dense(run) && held(run)))
}

/// Digits that hold together, as long as they do.
fn numbers(atoms: &[Atom]) -> impl Iterator<Item = &[Atom]> {
    let goes_on = |before: &Atom, atom: &Atom| {
        before.sign.is_ascii_digit() && atom.sign.is_ascii_digit() && atom.joined
    };
    atoms.chunk_by(goes_on).filter(|run| run.len() > 1 && run.iter().all(|atom| atom.sign.is_ascii_digit()))
}

/// Scripts that write words without blanks.
fn is_dense(c: char) -> bool {
    matches!(c, '\u{2e80}'..='\u{d7ff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// Words that say nothing about anybody.
fn is_common(word: &str) -> bool {
    COMMON.contains(&word)
}

const COMMON: &[&str] = &[
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "jan",
    "feb",
    "mar",
    "apr",
    "jun",
    "jul",
    "aug",
    "sep",
    "sept",
    "oct",
    "nov",
    "dec",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "today",
    "tomorrow",
    "yes",
    "yeah",
    "yep",
    "no",
    "nope",
    "ok",
    "okay",
    "please",
    "thanks",
    "the",
    "an",
    "and",
    "or",
    "of",
    "to",
    "in",
    "on",
    "at",
    "is",
    "it",
    "my",
    "me",
    "for",
    "you",
    "your",
    "with",
    "from",
    "this",
    "that",
    "by",
    "as",
    "be",
    "are",
    "was",
    "am",
    "pm",
    "do",
    "not",
    "com",
    "org",
    "net",
    "www",
    "one",
    "two",
    "six",
    "ten",
    "true",
    "false",
    "none",
    "null",
];

impl std::fmt::Debug for Follow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Follow").field("slots", &self.slots).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn follow(values: &[(&str, &str)]) -> Follow {
        let followed = |(slot, value): &(&str, &str)| Followed {
            slot: Name::parse(slot).unwrap(),
            value: (*value).into(),
        };
        Follow::new(&values.iter().map(followed).collect::<Vec<_>>())
    }

    /// The text with each place replaced.
    fn shown(follow: &Follow, text: &str) -> String {
        let (mut out, mut at) = (String::new(), 0);
        for (place, slot) in follow.find(&RawText::new(text.to_owned())) {
            let place = place.range();
            out.push_str(text.get(at..place.start).unwrap());
            out.push_str(&format!("{{{slot}}}"));
            at = place.end;
        }
        out + text.get(at..).unwrap()
    }

    #[test]
    fn values_are_found_in_any_formatting() {
        let follow = follow(&[
            ("Card", "5424188205176639"),
            ("Code", "731"),
            ("Name", "Ada Lovelace"),
            ("Mail", "ada@analytic.example"),
            ("Age", "42"),
            ("City", "Łódź"),
            ("Plate", "AB12CD"),
            ("Who", "山田太郎"),
        ]);
        let check = |text: &str, wanted: &str| assert_eq!(shown(&follow, text), wanted, "{text}");
        check("card 5424188205176639.", "card {Card}.");
        check("card 5424 1882 0517 6639", "card {Card}");
        check("card 5424-1882-0517-6639!", "card {Card}!");
        check("5 4 2 4, 1 8 8 2", "{Card}");
        check("ending with 6639", "ending with {Card}");
        check("five four two four one double eight two", "{Card}");
        check("five-four-two-four", "{Card}");
        check("code seven three one", "code {Code}");
        check("code seven thirty one", "code {Code}");
        check("code 731, not 7310 nor 732", "code {Code}, not 7310 nor 732");
        check("Dear ADA, dear Mrs. lovelace", "Dear {Name}, dear Mrs. {Name}");
        check("a d a", "a d a");
        check("L o v e lace", "{Name}");
        check("l as in lion o as in oak v for victor e as in echo", "{Name}");
        check("write to Ada@Analytic.example", "write to {Mail}");
        check("analytical", "{Mail}al");
        check("aged forty two or 42, not 4 nor 421", "aged {Age} or {Age}, not 4 nor 421");
        check("in lodz or LÓDŹ or Ło\u{301}dz\u{301}", "in {City} or {City} or {City}");
        check("plate ab 12 cd", "plate {Plate}");
        check("５４２４ 1882", "{Card}");
        check("山田さん", "{Who}さん");
        check("nothing of it", "nothing of it");
    }

    /// What is found in lines of functions, with each place replaced.
    fn found(follow: &Follow, text: &str) -> String {
        let (mut out, mut at) = (String::new(), 0);
        for (place, slot) in follow.find(&RawText::new(text.to_owned())) {
            out.push_str(text.get(at..place.start()).unwrap());
            out.push_str(&format!("{{{slot}}}"));
            at = place.end();
        }
        out + text.get(at..).unwrap()
    }

    #[test]
    fn values_are_found_under_escapes() {
        let follow = follow(&[("Name", "José Ødegård"), ("Card", "5424188205176639")]);
        let check = |text: &str, wanted: &str| assert_eq!(found(&follow, text), wanted, "{text}");
        check(r#"{"n": "Jos\u00e9 \u00d8deg\u00e5rd"}"#, r#"{"n": "{Name}"}"#);
        check(r#"{\"n\": \"Jos\\u00e9\"}"#, r#"{\"n\": \"{Name}\"}"#);
        check(r"Hello\nJosé", r"Hello\n{Name}");
        check(r"b'Jos\xc3\xa9'", "b'{Name}'");
        check(r#"{"n": "b'Jos\\xc3\\xa9 \\xc3\\x98deg\\xc3\\xa5rd'"}"#, r#"{"n": "b'{Name}'"}"#);
        check(r"b'\xff\xfeJos\xc3\xa9'", r"b'\xff\xfe{Name}'");
        check("u=Jos%25C3%25A9", "u={Name}");
        check("name=Jos%C3%A9&card=5424%201882", "name={Name}&card={Card}");
        check("card 5424 1882, 100 % of José", "card {Card}, 100 % of {Name}");
        check("nothing %41 \\u0041", "nothing %41 \\u0041");
    }

    #[test]
    fn where_values_of_several_slots_meet_none_of_them_is_forgotten() {
        let follow = follow(&[("Zip", "54240"), ("Card", "5424188205176639"), ("Year", "1815")]);
        let all = |text: &str| {
            let found = follow.find_all(&RawText::new(text.to_owned()));
            found.iter().map(|(at, slot)| format!("{}-{} {slot}", at.start(), at.end())).collect::<Vec<_>>()
        };
        assert_eq!(all("x 5424 1882 0517 6639"), ["2-21 Card", "2-21 Zip"]);
        assert_eq!(all("5424-1882-0517-6639"), ["0-19 Card", "0-19 Zip"]);
        assert_eq!(all("54240 or 1882"), ["0-5 Zip", "0-5 Card", "9-13 Card"]);
        assert_eq!(all("6639 in 1815"), ["0-4 Card", "8-12 Year"]);
    }

    #[test]
    fn what_too_many_slots_have_is_nobodys() {
        let names: Vec<String> = (0..2 + MORE_SLOTS_MAX).map(|n| format!("S{n}")).collect();
        let slots = |count: usize| {
            let values: Vec<_> = names.iter().take(count).map(|name| (name.as_str(), "837465")).collect();
            let found = follow(&values).find_all(&RawText::new("837465".to_owned()));
            found.into_iter().map(|(_, slot)| slot.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(slots(1 + MORE_SLOTS_MAX), names[..=MORE_SLOTS_MAX]);
        let many = slots(2 + MORE_SLOTS_MAX);
        assert_eq!(many.len(), 2 + MORE_SLOTS_MAX);
        assert!(many.contains(&"utterance".to_owned()), "{many:?}");
    }

    #[test]
    fn two_follow_what_each_of_them_does() {
        let mut both = follow(&[("Name", "Lovelace")]);
        both.absorb(&follow(&[("Card", "5424188205176639"), ("Name", "Hopper")]));
        assert_eq!(found(&both, "Hopper, Lovelace 5424188205176639"), "{Name} {Card}");
        assert_eq!(both.slots().count(), 2);
        assert!(both.weight() > 10);
        let name = Name::parse("utterance").unwrap();
        let words = both.with_words(&name, &"my Quarrington is 42".into());
        assert_eq!(found(&words, "Quarrington 42 my quarrel, Hopper"), "{utterance} my quarrel, {Name}");
        let mut all = Follow::everything(name);
        assert_eq!(found(&all, "anything"), "{utterance}");
        all.absorb(&words);
        assert_eq!(found(&all, "anything"), "{utterance}");
        assert_eq!(found(&all, ""), "");
    }

    #[test]
    fn what_says_nothing_is_not_followed() {
        let follow =
            follow(&[("Day", "May 7"), ("Sure", "yes"), ("Month", "November"), ("N", "7"), ("Flag", "true")]);
        for text in ["yes, in May", "november 7 is a day", "7", "true story of november"] {
            assert_eq!(shown(&follow, text), text);
        }
        assert!(Follow::new(&[]).is_empty());
    }

    #[test]
    fn runs_have_both_sides() {
        let follow = follow(&[("Id", "837465")]);
        assert_eq!(shown(&follow, "x 837 y"), "x 837 y");
        assert_eq!(shown(&follow, "x 8374 y"), "x {Id} y");
        assert_eq!(shown(&follow, "x8374y"), "x{Id}y");
    }
}
