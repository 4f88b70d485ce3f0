//! Who answers? A [`Listener`]: a lesson and the model learned from it, ready for utterances.

use super::entity::{self, Entity};
use super::learn::kinds;
use super::lesson::{IntentLesson, Lesson, SlotLesson};
use super::linear;
use super::model::{Model, ModelError};
use super::tagger::{self, Clues};
use super::template::{Fit, Part, Templates, fit_answer, parts, read_at};
use super::text::{self, Text};
use super::{INTERPRETATIONS_MAX, Interpretation, SlotPlace, Understand, kin};
use crate::Words;
use crate::bot::Name;
use crate::slot::{Builtin, Resolution, Resolver, Setting};
use sotto_sensitive::RawText;
use std::sync::Arc;

/// Below which probability an alternative's slots are not looked for.
const SLOTS_FROM: f32 = 0.05;
/// How sure a sample of nothing but slots is, when all of its values are recognised.
const HOLES_ONLY: f64 = 0.75;
/// Most values of a slot that takes several.
const VALUES_MAX: usize = 20;
/// How much of the confidence stays when no word of an utterance was ever seen.
const STRANGE: f64 = 0.2;

/// A reader of utterances.
pub struct Listener {
    lesson: Arc<Lesson>,
    model: Model,
    templates: Templates,
    /// Sample answers, by intent and slot.
    answers: Vec<Vec<Vec<Vec<Part>>>>,
}

impl std::fmt::Debug for Listener {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Listener").field(&self.model).finish()
    }
}

/// One utterance on its way through the readers.
struct Heard<'a> {
    utterance: &'a str,
    setting: &'a Setting,
    text: Text,
    entities: Vec<Entity>,
    clues: Clues,
}

impl Listener {
    /// Puts a lesson and its model together.
    ///
    /// # Errors
    /// When the model was learned from another lesson.
    pub fn new(lesson: Arc<Lesson>, model: Model) -> Result<Self, ModelError> {
        if model.mark != lesson.mark() || model.taggers.len() != lesson.intents.len() {
            return Err(ModelError::OtherLesson);
        }
        let answers = |slot: &SlotLesson, slots: &[SlotLesson]| -> Vec<Vec<Part>> {
            slot.samples.iter().map(|sample| parts(sample.read(), slots)).collect()
        };
        let answers = lesson
            .intents
            .iter()
            .map(|intent| intent.slots.iter().map(|slot| answers(slot, &intent.slots)).collect());
        Ok(Self { answers: answers.collect(), templates: Templates::of(&lesson), model, lesson })
    }

    /// Bytes of the model in memory.
    pub fn model_bytes(&self) -> usize {
        self.model.bytes()
    }

    /// The same as [`Understand::understand`], for words of this crate's rooms.
    pub(crate) fn hear(
        &self,
        utterance: &str,
        setting: &Setting,
        open: &dyn Fn(&Name) -> bool,
    ) -> Vec<Interpretation> {
        let text = Text::new(utterance);
        let entities = entity::find(&self.lesson, utterance, setting);
        let clues = entity::clues(&text, &entities);
        let heard = Heard { utterance, setting, text, entities, clues };
        let open = |at: usize| self.lesson.intents.get(at).is_some_and(|intent| open(&intent.name));
        let mut found: Vec<Interpretation> = self.sample(&heard, &open).into_iter().collect();
        for (at, share) in self.likely(&heard, &open) {
            let Some(intent) = self.lesson.intents.get(at) else { continue };
            if found.len() < INTERPRETATIONS_MAX && found.iter().all(|one| one.intent != intent.name) {
                let slots = if share >= SLOTS_FROM { self.slots(at, intent, &heard) } else { Vec::new() };
                found.push(interpretation(intent, f64::from(share), slots, false));
            }
        }
        found.sort_by(|one, other| other.confidence.total_cmp(&one.confidence));
        found
    }

    /// What a sample utterance says, word by word.
    fn sample(&self, heard: &Heard<'_>, open: &dyn Fn(usize) -> bool) -> Option<Interpretation> {
        let intent = |at: usize| self.lesson.intents.get(at);
        if let Some(at) = self.templates.literal(&heard.text).filter(|at| open(*at)) {
            return Some(interpretation(intent(at)?, 1.0, Vec::new(), true));
        }
        let Fit { intent: at, values, words } =
            self.templates.fit(&self.lesson, (heard.utterance, &heard.text), heard.setting, open)?;
        let taught = intent(at)?;
        let strict = |slot: &usize| {
            let kind = taught.slots.get(*slot).and_then(|slot| self.lesson.types.get(slot.kind));
            kind.is_some_and(|kind| kind.resolver.is_strict())
        };
        if words == 0 && !values.iter().all(|(slot, _)| strict(slot)) {
            return None;
        }
        let confidence = if words == 0 { HOLES_ONLY } else { 1.0 };
        let slots = values
            .into_iter()
            .filter_map(|(slot, value)| Some((taught.slots.get(slot)?.name.clone(), value)));
        Some(interpretation(taught, confidence, slots.collect(), words > 0))
    }

    /// Open intents with their probabilities, the likeliest first.
    fn likely(&self, heard: &Heard<'_>, open: &dyn Fn(usize) -> bool) -> Vec<(usize, f32)> {
        let mut desk = linear::Desk::default();
        text::features(&heard.text, &kinds(&heard.entities), &mut desk.features);
        self.model.linear.score(&mut desk);
        self.model.linear.probabilities(&mut desk);
        let familiar = self.familiar(&heard.text);
        let scope = (STRANGE + (1.0 - STRANGE) * familiar) as f32;
        let mut likely: Vec<(usize, f32)> = desk
            .scores
            .iter()
            .enumerate()
            .filter(|(at, _)| open(*at))
            .map(|(at, share)| (at, share * scope))
            .collect();
        likely.sort_by(|one, other| other.1.total_cmp(&one.1).then(one.0.cmp(&other.0)));
        likely.truncate(INTERPRETATIONS_MAX);
        likely
    }

    /// Which share of the words that mean something is known from samples, as they are or by their kin.
    fn familiar(&self, text: &Text) -> f64 {
        let (mut all, mut known) = (0.0, 0.0);
        for at in (0..text.words.len()).filter(|at| text.words.get(*at).is_some_and(|word| !word.is_mark)) {
            let word = text.word(at);
            if !kin::is_empty(word) {
                all += 1.0;
                known += f64::from(u8::from(self.model.linear.knows(word)));
            }
        }
        if all > 0.0 { known / all } else { 1.0 }
    }

    /// The values that are said with an intent: what its tagger finds, then what only one slot can take.
    fn slots(&self, at: usize, intent: &IntentLesson, heard: &Heard<'_>) -> Vec<(Name, Resolution)> {
        let mut found: Vec<(usize, Resolution)> = Vec::new();
        if let Some(tagger) = self.model.taggers.get(at).and_then(Option::as_ref) {
            let words = tagger::features(&heard.text, &heard.clues, &tagger.usual, &[]);
            let labels = tagger.tag(&words, &mut tagger::Desk::default());
            for (slot, start, end) in spans(&heard.text, &labels) {
                let value = self.value(intent, slot, (start, end), heard);
                let again = found.iter().any(|(other, _)| *other == slot);
                let many = intent.slots.get(slot).is_some_and(|slot| slot.is_list);
                if let Some(value) = value.filter(|_| !again || many) {
                    found.push((slot, value));
                }
            }
        }
        self.add_sole(intent, heard, &mut found);
        found.sort_by_key(|(_, value)| value.place.0);
        found.truncate(VALUES_MAX);
        found
            .into_iter()
            .filter_map(|(slot, value)| Some((intent.slots.get(slot)?.name.clone(), value)))
            .collect()
    }

    fn value(
        &self,
        intent: &IntentLesson,
        slot: usize,
        place: (usize, usize),
        heard: &Heard<'_>,
    ) -> Option<Resolution> {
        let kind = self.lesson.types.get(intent.slots.get(slot)?.kind)?;
        let mut value = read_at(&kind.resolver, heard.utterance, place, heard.setting)?;
        // What the tagger calls a value is one, also where its grammar needs less of it.
        value.original = Words::from(heard.utterance.get(place.0..place.1)?);
        value.place = place;
        Some(value)
    }

    /// A value that only one slot of the intent can take, said where the tagger saw none.
    fn add_sole(&self, intent: &IntentLesson, heard: &Heard<'_>, found: &mut Vec<(usize, Resolution)>) {
        for (slot, taught) in intent.slots.iter().enumerate() {
            let sole = intent.slots.iter().filter(|other| other.kind == taught.kind).count() == 1;
            let Some(kind) =
                self.lesson.types.get(taught.kind).filter(|kind| sole && is_sure(&kind.resolver))
            else {
                continue;
            };
            if found.iter().any(|(other, _)| *other == slot) {
                continue;
            }
            let own = heard.entities.iter().filter(|entity| entity.kind == Some(taught.kind));
            let free = |entity: &&Entity| {
                found.iter().all(|(_, value)| entity.end <= value.place.0 || value.place.1 <= entity.start)
            };
            let longest = own.filter(free).max_by_key(|entity| entity.end - entity.start);
            let value = longest.and_then(|entity| {
                read_at(&kind.resolver, heard.utterance, (entity.start, entity.end), heard.setting)
            });
            found.extend(value.map(|value| (slot, value)));
        }
    }

    fn place(&self, place: &SlotPlace<'_>) -> Option<(usize, usize, &Resolver)> {
        let at = self.lesson.intents.iter().position(|intent| intent.name == *place.intent)?;
        let intent = self.lesson.intents.get(at)?;
        let slot = intent.slots.iter().position(|slot| slot.name == *place.slot)?;
        let taught = intent.slots.get(slot)?;
        let kind = match place.part {
            None => taught.kind,
            Some(part) => taught.parts.iter().find(|(name, _)| name == part)?.1,
        };
        Some((at, slot, &self.lesson.types.get(kind)?.resolver))
    }

    /// The same as [`Understand::resolve`], for words of this crate's rooms.
    pub(crate) fn answer(&self, place: &SlotPlace<'_>, answer: &str, setting: &Setting) -> Vec<Resolution> {
        let Some((at, slot, resolver)) = self.place(place) else { return Vec::new() };
        let slots = self.lesson.intents.get(at).map_or(&[][..], |intent| &intent.slots);
        if slots.get(slot).is_some_and(|slot| slot.is_list) {
            return several(resolver, answer, setting);
        }
        let samples = self.answers.get(at).and_then(|slots| slots.get(slot)).map_or(&[][..], Vec::as_slice);
        let by_sample = (place.part.is_none() && !samples.is_empty())
            .then(|| fit_answer(&self.lesson, slots, samples, answer, setting))
            .flatten()
            .and_then(|values| values.into_iter().find(|(other, _)| *other == slot))
            .map(|(_, value)| value);
        by_sample.or_else(|| resolver.read(answer, setting)).into_iter().collect()
    }
}

/// Types whose grammar reads nothing by accident.
fn is_sure(resolver: &Resolver) -> bool {
    match resolver.kind() {
        Some(kind) => matches!(
            kind,
            Builtin::Date
                | Builtin::Time
                | Builtin::Duration
                | Builtin::Number
                | Builtin::EmailAddress
                | Builtin::PhoneNumber
                | Builtin::Currency
                | Builtin::Percentage
                | Builtin::City
                | Builtin::Country
        ),
        None => resolver.is_strict(),
    }
}

/// Values of a slot that takes several: parted by commas, `and`, `or`.
fn several(resolver: &Resolver, answer: &str, setting: &Setting) -> Vec<Resolution> {
    let mut found: Vec<Resolution> = Vec::new();
    let mut from = 0;
    let parts = answer
        .split([',', ';', '&'])
        .flat_map(|part| part.split(" and "))
        .flat_map(|part| part.split(" or "));
    for part in parts {
        // Every part is a piece of the answer, behind the last one.
        let start = answer.get(from..).and_then(|rest| rest.find(part)).map_or(from, |at| from + at);
        from = start + part.len();
        let mut value = answer.get(start..from).and_then(|part| resolver.read(part, setting));
        value.iter_mut().for_each(|value| value.place = (value.place.0 + start, value.place.1 + start));
        let new = |value: &Resolution| found.iter().all(|other| other.interpreted != value.interpreted);
        if let Some(value) = value.filter(new).filter(|_| found.len() < VALUES_MAX) {
            found.push(value);
        }
    }
    found
}

/// Stretches of words that are values: slot, first and last byte.
pub(crate) fn spans(text: &Text, labels: &[usize]) -> Vec<(usize, usize, usize)> {
    let mut found: Vec<(usize, usize, usize)> = Vec::new();
    for (word, label) in text.words.iter().zip(labels) {
        match tagger::slot_of(*label) {
            Some((slot, true)) => found.push((slot, word.start, word.end)),
            Some((_, false)) => found.iter_mut().last().into_iter().for_each(|last| last.2 = word.end),
            None => {}
        }
    }
    found
}

fn interpretation(
    intent: &IntentLesson,
    share: f64,
    slots: Vec<(Name, Resolution)>,
    exact: bool,
) -> Interpretation {
    let confidence = (share.clamp(0.0, 1.0) * 100.0).round() / 100.0;
    Interpretation { intent: intent.name.clone(), confidence, slots, exact }
}

impl Understand for Listener {
    #[expect(clippy::disallowed_methods, reason = "an utterance is read for what it means")]
    fn understand(
        &self,
        utterance: &RawText,
        setting: &Setting,
        open: &dyn Fn(&Name) -> bool,
    ) -> Vec<Interpretation> {
        self.hear(utterance.expose(), setting, open)
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "an answer is read for the value of the slot that was asked for"
    )]
    fn resolve(&self, place: &SlotPlace<'_>, answer: &RawText, setting: &Setting) -> Vec<Resolution> {
        self.answer(place, answer.expose(), setting)
    }
}
