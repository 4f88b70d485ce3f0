//! Which sample utterance does the user say word by word? Samples as templates, the surest reader of all.
//!
//! A sample without slots is a fingerprint; one with slots is its words with holes, and a text fits when every hole holds words
//! that the slot's resolver takes. Of several that fit, the one with most words of its own wins, then the earlier one.

use super::lesson::{Lesson, SlotLesson};
use super::text::{Text, Word};
use super::{hash, mix};
use crate::slot::{Resolution, Setting};
use std::collections::HashMap;

/// Longest value of a slot inside a template, in words.
const VALUE_WORDS_MAX: usize = 12;
/// Most tries to fit one template (holes beside each other have many ways), and all templates of an utterance.
const TRIES_MAX: usize = 200;
const TRIES_ALL_MAX: usize = 2_000;

/// A part of a sample.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// A word, by its hash.
    Word(u64),
    /// A slot, by its place among the intent's slots.
    Slot(usize),
}

/// A sample in parts.
#[derive(Clone, Debug)]
struct Template {
    intent: usize,
    parts: Vec<Part>,
    words: usize,
}

/// All samples of a lesson.
#[derive(Default)]
pub(crate) struct Templates {
    literal: HashMap<u64, usize>,
    /// Templates by their first word; those that begin with a slot stand under 0.
    holed: HashMap<u64, Vec<Template>>,
}

/// A template that fits: the intent, values by slot, and how many words of its own it has.
pub(crate) struct Fit {
    pub(crate) intent: usize,
    pub(crate) words: usize,
    pub(crate) values: Vec<(usize, Resolution)>,
}

/// A sample's text outside of braces, and the slots in them, in order.
pub(crate) enum Piece<'a> {
    Text(&'a str),
    Slot(&'a str),
}

/// Cuts a sample at its braces. What is in braces and names no slot is text.
pub(crate) fn cut<'a>(sample: &'a str, slots: &[SlotLesson]) -> Vec<Piece<'a>> {
    let (mut found, mut rest) = (Vec::new(), sample);
    while let Some((before, behind)) = rest.split_once('{') {
        found.push(Piece::Text(before));
        let Some((name, after)) = behind.split_once('}') else {
            rest = behind;
            continue;
        };
        // A part of a composite slot is said as `{slot.part}`.
        let slot = name.split('.').next().unwrap_or(name);
        let known = slots.iter().any(|one| one.name.as_str() == slot);
        found.push(if known { Piece::Slot(slot) } else { Piece::Text(name) });
        rest = after;
    }
    found.push(Piece::Text(rest));
    found
}

/// A sample in parts.
pub(crate) fn parts(sample: &str, slots: &[SlotLesson]) -> Vec<Part> {
    let mut found = Vec::new();
    for piece in cut(sample, slots) {
        match piece {
            Piece::Text(text) => found.extend(words(&Text::new(text)).map(|(_, hash)| Part::Word(hash))),
            Piece::Slot(name) => {
                found.extend(slots.iter().position(|slot| slot.name.as_str() == name).map(Part::Slot));
            }
        }
    }
    found
}

/// Words that are no marks, with their hashes.
fn words(text: &Text) -> impl Iterator<Item = (Word, u64)> + '_ {
    let spoken = text.words.iter().enumerate().filter(|(_, word)| !word.is_mark);
    spoken.map(|(at, word)| (*word, hash(text.word(at).as_bytes())))
}

impl Templates {
    /// Of all samples.
    pub(crate) fn of(lesson: &Lesson) -> Self {
        let mut templates = Self::default();
        for (at, intent) in lesson.intents.iter().enumerate() {
            for sample in &intent.samples {
                templates.add(at, parts(sample.read(), &intent.slots));
            }
        }
        templates
    }

    fn add(&mut self, intent: usize, parts: Vec<Part>) {
        let words = parts.iter().filter(|part| matches!(part, Part::Word(_))).count();
        if words == parts.len() {
            let literal = parts.iter().fold(1, |sum, part| match part {
                Part::Word(word) => mix(sum ^ word),
                Part::Slot(_) => sum,
            });
            if words > 0 {
                self.literal.entry(literal).or_insert(intent);
            }
            return;
        }
        let first = match parts.first() {
            Some(Part::Word(word)) => *word,
            _ => 0,
        };
        self.holed.entry(first).or_default().push(Template { intent, parts, words });
    }

    /// The intent of the sample that says exactly this.
    pub(crate) fn literal(&self, text: &Text) -> Option<usize> {
        self.literal.get(&text.fingerprint()).copied()
    }

    /// The template that fits best among those of `open` intents.
    pub(crate) fn fit(
        &self,
        lesson: &Lesson,
        utterance: (&str, &Text),
        setting: &Setting,
        open: &dyn Fn(usize) -> bool,
    ) -> Option<Fit> {
        let words: Vec<(Word, u64)> = words(utterance.1).collect();
        let first = words.first()?.1;
        let candidates = [first, 0].into_iter().filter_map(|start| self.holed.get(&start)).flatten();
        let mut best: Option<Fit> = None;
        let mut tries_left = TRIES_ALL_MAX;
        for template in candidates.filter(|template| open(template.intent)) {
            if best.as_ref().is_some_and(|best| best.words >= template.words) || !template.may_fit(&words) {
                continue;
            }
            let slots = lesson.intents.get(template.intent).map_or(&[][..], |intent| &intent.slots);
            let mut fitting = Fitting {
                lesson,
                slots,
                utterance: utterance.0,
                words: &words,
                setting,
                tries_left: tries_left.min(TRIES_MAX),
            };
            let room = fitting.tries_left;
            let values = fitting.fit(&template.parts, 0);
            tries_left -= room - fitting.tries_left;
            if let Some(values) = values {
                best = Some(Fit { intent: template.intent, words: template.words, values });
            }
        }
        best
    }
}

impl Template {
    /// A quick look: enough words, and the last one right. A template of nothing but slots needs strict ones.
    fn may_fit(&self, words: &[(Word, u64)]) -> bool {
        let last = match (self.parts.last(), words.last()) {
            (Some(Part::Word(wanted)), Some((_, found))) => wanted == found,
            _ => true,
        };
        last && self.parts.len() <= words.len()
    }
}

/// Values of the slots in an answer that says a sample answer of its slot.
pub(crate) fn fit_answer(
    lesson: &Lesson,
    slots: &[SlotLesson],
    samples: &[Vec<Part>],
    utterance: &str,
    setting: &Setting,
) -> Option<Vec<(usize, Resolution)>> {
    let text = Text::new(utterance);
    let words: Vec<(Word, u64)> = words(&text).collect();
    let own = |parts: &&Vec<Part>| parts.iter().any(|part| matches!(part, Part::Word(_)));
    samples.iter().filter(own).find_map(|parts| {
        Fitting { lesson, slots, utterance, words: &words, setting, tries_left: TRIES_MAX }.fit(parts, 0)
    })
}

/// The search for a fit.
struct Fitting<'a> {
    lesson: &'a Lesson,
    slots: &'a [SlotLesson],
    utterance: &'a str,
    words: &'a [(Word, u64)],
    setting: &'a Setting,
    tries_left: usize,
}

impl Fitting<'_> {
    /// The values when the parts take exactly the words from here on.
    fn fit(&mut self, parts: &[Part], from: usize) -> Option<Vec<(usize, Resolution)>> {
        let Some((part, rest)) = parts.split_first() else {
            return (from == self.words.len()).then(Vec::new);
        };
        match part {
            Part::Word(wanted) => {
                let (_, found) = self.words.get(from)?;
                if found == wanted { self.fit(rest, from + 1) } else { None }
            }
            Part::Slot(slot) => self.fill(*slot, rest, from),
        }
    }

    fn fill(&mut self, slot: usize, rest: &[Part], from: usize) -> Option<Vec<(usize, Resolution)>> {
        let most = (self.words.len() - from).checked_sub(rest.len())?.min(VALUE_WORDS_MAX);
        for len in 1..=most {
            // The word behind the hole must be right before the resolver is asked.
            let behind = match (rest.first(), self.words.get(from + len)) {
                (Some(Part::Word(wanted)), Some((_, found))) => wanted == found,
                (None, behind) => behind.is_none(),
                _ => true,
            };
            if !behind {
                continue;
            }
            self.tries_left = self.tries_left.checked_sub(1)?;
            let Some(value) = self.value(slot, from, from + len) else { continue };
            if let Some(mut values) = self.fit(rest, from + len) {
                values.insert(0, (slot, value));
                return Some(values);
            }
        }
        None
    }

    /// The value of some words, all of which it must take.
    fn value(&self, slot: usize, from: usize, to: usize) -> Option<Resolution> {
        let start = self.words.get(from)?.0.start;
        let end = self.words.get(to - 1)?.0.end;
        let kind = self.lesson.types.get(self.slots.get(slot)?.kind)?;
        let found = read_at(&kind.resolver, self.utterance, (start, end), self.setting)?;
        (found.place == (start, end)).then_some(found)
    }
}

/// What a resolver makes of a part of the utterance; the part it is, from its first word to its last.
pub(crate) fn read_at(
    resolver: &crate::slot::Resolver,
    utterance: &str,
    (start, end): (usize, usize),
    setting: &Setting,
) -> Option<Resolution> {
    let mut found = resolver.read_part(utterance.get(start..end)?, setting)?;
    found.place = (found.place.0 + start, found.place.1 + start);
    Some(found)
}
