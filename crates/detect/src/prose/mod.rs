//! Where do people write, and whom and which places do they name there?
//!
//! ```text
//! walk ──cues──> gate ──stretch──> view ──> tagger (names), postal (addresses) ──> candidates
//! ```
//!
//! The walk notes words of talk, of sentences and of streets on its way ([`cues`]). Where they are dense enough, the
//! stretch around them ([`stretch`]) is read by the tagger of `names`; where a word of streets stands near a number, by
//! the grammar of `postal`. Machine logs have few such places: that is what keeps them fast, and what keeps class names,
//! fonts and threads from being taken for people.
//!
//! A stretch is judged as a second pass over masked text would see it ([`view`]) and until nothing more is found, so that
//! masking is idempotent although the tagger is a model; and by itself alone, so that streams equal whole texts.

pub(crate) mod capitals;
mod cues;
mod gate;
mod key;
mod lead;
mod person;
mod stretch;
mod view;

pub(crate) use capitals::Capitals;
pub(crate) use cues::{Cue, Cues, Sign};

use crate::detection::{RuleId, Score};
use crate::gather::Gathered;
use crate::matchers::{byte_at, byte_before};
use crate::names::lexer::Word;
use crate::names::{Desk, Kind, Tagged, Tagger};
use crate::overlap::Candidate;
use crate::plan::Plan;
use crate::postal;
use crate::tokens::eight;
use crate::words::{LETTERS_MAX, letters};
use gate::Speaker;
use person::{Person, Place};
use std::ops::Range;
use view::View;

/// How often a stretch is read again after something was found in it.
const ROUNDS_MAX: usize = 4;
/// How far an address may go on behind its stretch, over line ends.
const LINES_BYTES: usize = 200;
/// How much of a long stretch is looked at where machines speak, before the street and, twice that, behind it.
const NEAR_BYTES: usize = 96;
/// How many line ends.
const LINES_MAX: usize = 3;
/// How far before or behind a word of streets the house number may stand.
const STREET_BYTES: usize = 48;
/// How far before a name a keyword may begin that goes on into it.
const KEYWORD_BYTES: usize = 40;

/// What is looked for in prose.
pub(crate) struct Prose {
    pub(crate) cues: Cues,
    /// The rules that report names and addresses.
    pub(crate) name: Option<u16>,
    pub(crate) address: Option<u16>,
    /// AWS's rule: full names only, addresses with town and code only.
    pub(crate) strict: bool,
}

/// One text in work.
struct Reading<'a> {
    prose: &'a Prose,
    plan: &'a Plan,
    text: &'a [u8],
    /// What others found, in order; masked by the time of a second pass.
    hidden: Vec<(usize, usize)>,
    view: View,
    /// The same for addresses, which go on behind the stretch.
    window: View,
    lead: Vec<u8>,
    desk: Desk,
    tagged: Vec<Tagged>,
    words: Vec<Word>,
    found: Vec<Candidate>,
}

impl Prose {
    /// Adds the names and addresses of a text to what others found.
    pub(crate) fn find(&self, plan: &Plan, text: &[u8], cues: &[Cue], gathered: &mut Gathered) {
        let mut reading = Reading {
            prose: self,
            plan,
            text,
            hidden: Vec::new(),
            view: View::default(),
            window: View::default(),
            lead: Vec::new(),
            desk: Desk::default(),
            tagged: Vec::new(),
            words: Vec::new(),
            found: Vec::new(),
        };
        let mut at = 0;
        while at < cues.len() {
            at = reading.cue(cues, at, gathered);
        }
        if !reading.found.is_empty() {
            // What stands on the line that an address goes on to may have been found from both ends.
            reading.found.sort_by_key(|found| (found.start, found.end, found.rule.0));
            reading.found.dedup_by_key(|found| (found.start, found.end, found.rule.0));
            gathered.found.retain(|other| !reading.is_part_of_address(other));
            gathered.found.append(&mut reading.found);
        }
    }
}

impl Reading<'_> {
    /// Follows one cue; answers which comes next.
    fn cue(&mut self, cues: &[Cue], at: usize, gathered: &mut Gathered) -> usize {
        let Some(cue) = cues.get(at) else { return at + 1 };
        if cue.sign == Sign::Key
            && self.prose.name.is_some()
            && let Some((range, owner)) = key::value(self.text, cue.start)
        {
            self.hide_others(gathered);
            self.names_behind_key(cue.start, range, Place::Key(owner));
        }
        let street = is_street(self.text, cue);
        if !street && !gate::may_be_prose(self.text, cues, at) {
            return at + 1;
        }
        let Some(range) = stretch::around(self.text, cue.start) else { return at + 1 };
        let first = cues
            .get(..at)
            .unwrap_or_default()
            .iter()
            .rev()
            .take_while(|cue| cue.start >= range.start)
            .count();
        let behind =
            cues.get(at..).unwrap_or_default().iter().take_while(|cue| cue.start < range.end).count();
        let inside = cues.get(at - first..at + behind).unwrap_or_default();
        let shown = self.text.get(range.clone()).unwrap_or_default();
        if !street && !gate::has_talk(inside) && !person::known(shown, false, &mut self.words) {
            return at + behind.max(1);
        }
        self.hide_others(gathered);
        self.stretch(range, inside, cues, gathered);
        at + behind.max(1)
    }

    /// Notes what others found, once.
    fn hide_others(&mut self, gathered: &Gathered) {
        if self.hidden.is_empty() && !gathered.found.is_empty() {
            self.hidden = gathered.found.iter().map(|other| (other.start, other.end)).collect();
            self.hidden.sort_unstable();
        }
    }

    fn stretch(&mut self, range: Range<usize>, cues: &[Cue], all: &[Cue], gathered: &mut Gathered) {
        // What is not finished yet may hide more of the stretch, or less.
        if let Some(end) = gathered.held_until(range.start, range.end) {
            gathered.hold(range.start, end);
        }
        self.lead.clear();
        self.fill_view(range.clone());
        let speaker = gate::speaker(&self.view, cues);
        // Elsewhere a number and two capitals are more often something else.
        let is_talk = speaker == Some(Speaker::People);
        let is_of_streets = |cue: &&Cue| {
            matches!(cue.sign, Sign::StreetEnd | Sign::StreetStart) && (is_talk || is_street(self.text, cue))
        };
        let street = cues.iter().find(is_of_streets).map(|cue| cue.start);
        let streets = self.prose.address.zip(street);
        let paired = self.is_paired(cues);
        let names = self.prose.name.filter(|_| paired || speaker.is_some_and(|by| self.may_name(by, cues)));
        if streets.is_none() && names.is_none() {
            return;
        }
        lead::fill(self.text, range.start, &self.prose.cues, &mut self.lead);
        self.fill_view(range.clone());
        if let Some((rule, street)) = streets {
            // Among machines only what is near.
            let near = if is_talk { range.clone() } else { self.near(range.clone(), street) };
            let last = self.addresses(rule, near, is_talk, gathered);
            if last > range.end {
                return self.names_over_lines(range.start..last, all, gathered);
            }
        }
        if let Some(rule) = names {
            self.all_names(rule, cues);
        }
    }

    /// Reads names where an address went on over the next lines. Masked, it is one line with what stands behind it: a second
    /// pass sees the words of both, so this one looks at both.
    fn names_over_lines(&mut self, range: Range<usize>, all: &[Cue], gathered: &mut Gathered) {
        let Some(rule) = self.prose.name else { return };
        let last =
            stretch::around(self.text, range.end - 1).map_or(range.end, |line| line.end.max(range.end));
        gathered.hold(range.start, if last == self.text.len() { usize::MAX } else { last });
        let range = range.start..last;
        let cues: Vec<Cue> = all.iter().filter(|cue| range.contains(&cue.start)).copied().collect();
        self.fill_view(range);
        for address in &self.found {
            if Some(address.rule.0) == self.prose.address {
                self.view.hide(address.start, address.end);
            }
        }
        self.all_names(rule, &cues);
    }

    /// Whether a name that is asked much of can be there at all: where machines speak, and where nobody does.
    fn may_name(&mut self, by: Speaker, cues: &[Cue]) -> bool {
        match by {
            Speaker::People => true,
            Speaker::Machine if cues.iter().any(|cue| cue.sign == Sign::Announce) => true,
            Speaker::Machine => person::known(&self.view.bytes, true, &mut self.words),
            Speaker::Nobody => person::known(&self.view.bytes, false, &mut self.words),
        }
    }

    /// Whether words that may be somebody's full name are in sight.
    fn is_paired(&self, cues: &[Cue]) -> bool {
        cues.iter().any(|cue| cue.sign == Sign::Pair && !self.view.hides(cue.start))
    }

    /// Asks for names until there are no more.
    fn all_names(&mut self, rule: u16, cues: &[Cue]) {
        for _ in 0..ROUNDS_MAX {
            let speaker = gate::speaker(&self.view, cues).map(Place::Prose);
            let alone = self.is_paired(cues).then_some(Place::Alone);
            if speaker.or(alone).is_none() || !self.names(rule, [speaker, alone]) {
                break;
            }
        }
    }

    /// Makes the view of a stretch: as a second pass will see it.
    fn fill_view(&mut self, range: Range<usize>) {
        self.view.fill(self.text, range.clone(), &self.plan.labels, &self.lead);
        let first =
            self.hidden.partition_point(|(start, _)| *start + crate::engine::VALUE_BYTES_MAX < range.start);
        let near = self.hidden.get(first..).unwrap_or_default();
        for (start, end) in near.iter().take_while(|(start, _)| *start < range.end) {
            if *end > range.start {
                self.view.hide(*start, *end);
            }
        }
        self.view.hide_remainders();
    }

    /// Reads the addresses that begin in a stretch, which may go on over the next lines.
    /// Answers where the last of them ends.
    fn addresses(&mut self, rule: u16, range: Range<usize>, is_talk: bool, gathered: &mut Gathered) -> usize {
        let mut last = 0;
        let window = range.start..self.lines_end(range.end);
        if window.end == self.text.len() {
            gathered.hold(range.start, usize::MAX);
        }
        self.window.fill(self.text, window, &self.plan.labels, &self.lead);
        let all = postal::find(&self.window.bytes, is_talk);
        for address in all.iter().filter(|address| address.complete || !self.prose.strict) {
            let (Some(start), Some(end)) = (self.window.place(address.start), self.window.place(address.end))
            else {
                continue;
            };
            if start < range.end {
                self.view.hide(start, end);
                last = end;
                let score = if address.complete { 90 } else { 70 };
                self.keep(rule, start, end, score);
            }
        }
        last
    }

    /// The part of a stretch around its first word of streets.
    fn near(&self, range: Range<usize>, street: usize) -> Range<usize> {
        let before = street.saturating_sub(NEAR_BYTES).max(range.start);
        let blank = self.text.get(before..street).unwrap_or_default().iter().position(|&byte| byte == b' ');
        let start = if before == range.start { before } else { before + blank.unwrap_or(0) };
        start..range.end.min(street + 2 * NEAR_BYTES)
    }

    /// The end of the lines that an address may go on over.
    fn lines_end(&self, end: usize) -> usize {
        let ahead = self.text.get(end..self.text.len().min(end + LINES_BYTES)).unwrap_or_default();
        if !matches!(ahead.first(), Some(b'\n' | b'\\')) && byte_before(self.text, end) != b'n' {
            return end;
        }
        let mut line_ends = 0;
        let stop = ahead.iter().position(|&byte| {
            line_ends += usize::from(byte == b'\n');
            byte == b'"' || line_ends == LINES_MAX
        });
        let whole = end + ahead.len() == self.text.len();
        let last = || ahead.iter().rposition(|&byte| byte == b'\n').unwrap_or(0);
        end + stop.unwrap_or_else(|| if whole { ahead.len() } else { last() })
    }

    fn names_behind_key(&mut self, key: usize, range: Range<usize>, place: Place) {
        let Some(rule) = self.prose.name else { return };
        self.lead.clear();
        self.lead.extend_from_slice(self.text.get(key..range.start).unwrap_or_default());
        self.fill_view(range);
        for _ in 0..ROUNDS_MAX {
            if !self.names(rule, [Some(place), None]) {
                break;
            }
        }
    }

    /// Asks the tagger for names in the view and hides them there; whether there were any.
    fn names(&mut self, rule: u16, places: [Option<Place>; 2]) -> bool {
        let mut tagged = std::mem::take(&mut self.tagged);
        tagged.clear();
        Tagger::builtin().tag(&self.view.bytes, 0..self.view.bytes.len(), &mut self.desk, &mut tagged);
        tagged.retain_mut(|name| self.is_name(name, places));
        let mut any = false;
        for name in &tagged {
            let (Some(start), Some(end)) = (self.view.place(name.start), self.view.place(name.end)) else {
                continue;
            };
            self.view.hide(start, end);
            any |= self.keep(rule, start, end, score_of(name.margin));
        }
        self.tagged = tagged;
        any
    }

    /// Whether what the tagger found is a person's name that is to be reported; settles where it begins and ends.
    fn is_name(&mut self, tagged: &mut Tagged, places: [Option<Place>; 2]) -> bool {
        if tagged.kind != Kind::Person || tagged.start < self.view.lead {
            return false;
        }
        let range = tagged.start..tagged.end;
        Tagger::builtin().words(&self.view.bytes, range.clone(), &mut self.words);
        let mut person = Person { text: &self.view.bytes, range, words: &self.words, margin: tagged.margin };
        person.trim();
        (tagged.start, tagged.end, tagged.word_count) =
            (person.range.start, person.range.end, person.words.len());
        !(self.prose.strict && tagged.word_count < 2)
            && places.into_iter().flatten().any(|place| person.is_plausible(place))
            && !self.is_keyword(tagged)
    }

    /// Whether a keyword of some identifier is what was found, or several words of it: masked or not, it stays in the text.
    fn is_keyword(&self, name: &Tagged) -> bool {
        let bytes = &self.view.bytes;
        let floor = name.start.saturating_sub(KEYWORD_BYTES).max(self.view.lead);
        let mut hits = Vec::new();
        for at in floor..name.end {
            let count =
                bytes.iter().skip(at).take(LETTERS_MAX).take_while(|byte| byte.is_ascii_alphabetic()).count();
            if count == 0 || byte_before(bytes, at).is_ascii_alphanumeric() {
                continue;
            }
            let key = letters(eight(bytes, at), count as u32);
            self.plan.words.find_at(bytes, at, key, self.plan.reach, &mut hits);
        }
        hits.iter().filter(|hit| !hit.of.is_empty() && hit.end > name.start).any(|hit| {
            let phrase = bytes.get(hit.start..hit.end).unwrap_or_default().contains(&b' ');
            phrase || hit.start <= name.start && hit.end >= name.end
        })
    }

    fn keep(&mut self, rule: u16, start: usize, end: usize, score: u8) -> bool {
        let value = self.text.get(start..end).unwrap_or_default();
        if value.is_empty() || self.plan.is_allowed(value) {
            return false;
        }
        self.found.push(Candidate {
            start,
            end,
            rule: RuleId(rule),
            keyword: None,
            gap: u16::MAX,
            keyword_at: (0, 0),
            managed: true,
            published: false,
            openness: 0,
            checksum: false,
            score: Score::from_hundredths(score),
        });
        true
    }

    /// Whether a postal code that others found is part of an address: the address says more.
    fn is_part_of_address(&self, other: &Candidate) -> bool {
        let inside = |own: &Candidate| {
            Some(own.rule.0) == self.prose.address && own.start <= other.start && other.end <= own.end
        };
        self.plan.is_postal_code(other.rule) && self.found.iter().any(inside)
    }
}

/// The score of a name, in hundredths, from how far ahead the tagger was.
fn score_of(margin: i32) -> u8 {
    (50 + margin / 8).clamp(50, 90) as u8
}

/// Whether a word of streets stands where a street and its number can be.
fn is_street(text: &[u8], cue: &Cue) -> bool {
    let ahead = text.get(cue.start..text.len().min(cue.start + STREET_BYTES)).unwrap_or_default();
    let length = ahead.iter().take_while(|byte| byte.is_ascii_alphabetic() || **byte >= 0x80).count();
    let next = byte_at(ahead, length);
    match cue.sign {
        Sign::StreetEnd => {
            !matches!(next, b'_' | b'=' | b'/' | b'(')
                && !next.is_ascii_digit()
                && number_before(text, cue.start, &[])
        }
        Sign::StreetStart => {
            matches!(next, b' ' | b'.' | b'/')
                && (number_before(text, cue.start, b",") || ends_in_digit(ahead.iter(), b",/"))
        }
        _ => false,
    }
}

fn number_before(text: &[u8], at: usize, marks: &[u8]) -> bool {
    let behind = text.get(at.saturating_sub(STREET_BYTES)..at).unwrap_or_default();
    byte_before(text, at) == b' ' && ends_in_digit(behind.iter().rev(), marks)
}

/// Whether only words, and these marks, stand before a digit.
fn ends_in_digit<'b>(mut bytes: impl Iterator<Item = &'b u8>, marks: &[u8]) -> bool {
    let word = |byte: u8| {
        byte.is_ascii_alphabetic()
            || byte >= 0x80
            || matches!(byte, b' ' | b'.' | b'\'' | b'-')
            || marks.contains(&byte)
    };
    bytes.find(|byte| !word(**byte)).is_some_and(u8::is_ascii_digit)
}

#[cfg(test)]
mod tests;
