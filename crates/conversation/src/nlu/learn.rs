//! How does a lesson become a model? Samples become utterances with values in them, and both learners learn from those.
//!
//! A sample `book a room in {City}` is said with several values, drawn from the author's list or from what people say for a
//! built-in type. What lists recognise is held back now and then, so that the taggers learn to do without: users say values
//! that no list has. The name of an intent counts as one more sample of it, since authors name things after what they do.
//! A fifth of the samples is first left out to see how sure the classifier may be (temperature: Guo, Pleiss, Sun, Weinberger
//! 2017), then everything is learned.

use super::dice::Dice;
use super::entity::{self, Entity};
use super::index::Index;
use super::lesson::{IntentLesson, Lesson, typical};
use super::linear::{Desk, Linear, Sample};
use super::model::Model;
use super::tagger::{self, Sentence, Tagger};
use super::template::{Piece, cut};
use super::text::{self, Block, Feature, Text};
use crate::slot::{Builtin, Moment, Setting};
use std::collections::{HashMap, HashSet};
use zeroize::Zeroizing;

/// How often a sample with slots is said, at least and at most; together they come to about `SAID` for an intent.
const TIMES: (usize, usize) = (2, 12);
const SAID: usize = 400;
/// Marked examples up to which values are also exchanged among them, and how often.
const EXCHANGED_MAX: usize = 400;
const EXCHANGES: usize = 3;
/// Of a hundred values, so many are exchanged each time.
const EXCHANGE_PERCENT: usize = 50;
/// Of a hundred entities that an author listed, so many are held back while learning.
const HELD_BACK_PERCENT: usize = 20;
/// One sample in so many is left out to see how sure the classifier may be; below so many samples there is nothing to see.
const LEFT_OUT: usize = 5;
const SAMPLES_TO_SEE: usize = 60;
/// Most work of one round of all taggers, in additions: a second or two.
const WORK_MAX: usize = 4_000_000_000;
/// When utterances are said while learning; only what is relative depends on it, and nothing is learned from that.
const LEARNING: Moment = Moment { unix_s: 1_767_225_600, offset_s: 0 };

/// An utterance with its values marked: where each begins and ends, and its slot.
struct Said {
    text: Zeroizing<String>,
    spans: Vec<(usize, usize, usize)>,
}

/// An utterance as learners see it.
struct Seen {
    sample: Sample,
    /// Which sample it came from: what comes from one sample stays together.
    origin: usize,
}

/// Learns from a lesson: the same bytes for the same lesson and seed.
pub fn train(lesson: &Lesson, seed: u64) -> Model {
    let mut dice = Dice::new(seed);
    let setting = Setting::at(LEARNING, &lesson.locale);
    let (mut seen, mut taggers) = (Vec::new(), Vec::new());
    for (class, intent) in lesson.intents.iter().enumerate() {
        let said = say(lesson, intent, &mut dice);
        let mut readings: Vec<(Text, Vec<Entity>)> = Vec::with_capacity(said.len());
        for (_, said) in &said {
            readings.push((Text::new(&said.text), entity::find(lesson, &said.text, &setting)));
        }
        for ((origin, _), (text, entities)) in said.iter().zip(&readings) {
            let mut features = Vec::new();
            text::features(text, &kinds(entities), &mut features);
            seen.push(Seen { sample: Sample { features, class }, origin: *origin });
        }
        seen.extend(named(intent, class));
        taggers.push(tagger(intent, &said, readings, WORK_MAX / lesson.intents.len(), &mut dice));
    }
    let temperature = temperature(&seen, lesson.intents.len(), seed);
    let samples: Vec<Sample> = seen.into_iter().map(|seen| seen.sample).collect();
    let mut linear = Linear::learn(&samples, lesson.intents.len(), seed);
    linear.temperature = temperature;
    Model { mark: lesson.mark(), linear, taggers }
}

/// The types of what was recognised, each once.
pub(crate) fn kinds(entities: &[Entity]) -> Vec<Feature> {
    let block = |entity: &Entity| if entity.listed { Block::Words } else { Block::Kin };
    let mut kinds: Vec<Feature> = entities.iter().map(|entity| (block(entity), entity.hash)).collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}

/// An intent's name as an utterance: `BookHotel` is `book hotel`.
fn named(intent: &IntentLesson, class: usize) -> Option<Seen> {
    let (mut name, mut lower) = (String::new(), false);
    for letter in intent.name.as_str().chars() {
        if !letter.is_alphanumeric() || (letter.is_uppercase() && lower) {
            name.push(' ');
        }
        if letter.is_alphanumeric() {
            name.extend(letter.to_lowercase());
        }
        lower = letter.is_lowercase();
    }
    let name = name.trim_end_matches(" intent");
    let mut features = Vec::new();
    text::features(&Text::new(name), &[], &mut features);
    let origin = intent.samples.len() + intent.examples.len();
    (!intent.samples.is_empty() || !intent.examples.is_empty())
        .then_some(Seen { sample: Sample { features, class }, origin })
}

/// All that is said of an intent, each with the sample that it came from.
fn say(lesson: &Lesson, intent: &IntentLesson, dice: &mut Dice) -> Vec<(usize, Said)> {
    let mut said = Vec::new();
    let values: Vec<Vec<&str>> = intent.slots.iter().map(|slot| values(lesson, slot.kind)).collect();
    let holed = intent.samples.iter().filter(|sample| sample.read().contains('{')).count();
    let times = (SAID / holed.max(1)).clamp(TIMES.0, TIMES.1);
    for (origin, sample) in intent.samples.iter().enumerate() {
        let cut = cut(sample.read(), &intent.slots);
        let has_slots = cut.iter().any(|piece| matches!(piece, Piece::Slot(_)));
        for _ in 0..if has_slots { times } else { 1 } {
            said.push((origin, fill(&cut, intent, &values, dice)));
        }
    }
    let from = intent.samples.len();
    let own = own_values(intent);
    let exchanges = if intent.examples.len() <= EXCHANGED_MAX { EXCHANGES } else { 0 };
    for (at, example) in intent.examples.iter().enumerate() {
        let text = example.text.read();
        said.push((from + at, Said { text: Zeroizing::new(text.to_owned()), spans: example.spans.clone() }));
        let spans = if example.spans.is_empty() { 0 } else { exchanges };
        said.extend((0..spans).map(|_| (from + at, exchange(text, &example.spans, &own, dice))));
    }
    said
}

/// What may be said for a slot of this type.
fn values(lesson: &Lesson, kind: usize) -> Vec<&str> {
    let Some(resolver) = lesson.types.get(kind).map(|one| &one.resolver) else { return Vec::new() };
    let listed: Vec<&str> = resolver.listed().map(crate::Words::read).collect();
    if listed.is_empty() {
        typical(resolver.kind().unwrap_or(Builtin::FreeFormInput)).to_vec()
    } else {
        listed
    }
}

/// A sample with a value in each hole.
fn fill(cut: &[Piece<'_>], intent: &IntentLesson, values: &[Vec<&str>], dice: &mut Dice) -> Said {
    let mut said = Said { text: Zeroizing::new(String::new()), spans: Vec::new() };
    for piece in cut {
        match piece {
            Piece::Text(text) => said.text.push_str(text),
            Piece::Slot(name) => {
                let slot = intent.slots.iter().position(|slot| slot.name.as_str() == *name).unwrap_or(0);
                let choices = values.get(slot).map_or(&[][..], Vec::as_slice);
                let value = choices.get(dice.below(choices.len())).copied().unwrap_or(name);
                let start = said.text.len();
                said.text.push_str(value);
                said.spans.push((start, said.text.len(), slot));
            }
        }
    }
    said
}

/// The values in an intent's examples, by slot.
fn own_values(intent: &IntentLesson) -> Vec<Vec<&str>> {
    let mut own = vec![Vec::new(); intent.slots.len()];
    for example in &intent.examples {
        for (start, end, slot) in &example.spans {
            if let (Some(values), Some(value)) = (own.get_mut(*slot), example.text.read().get(*start..*end)) {
                values.push(value);
            }
        }
    }
    own.iter_mut().for_each(|values| {
        values.sort_unstable();
        values.dedup();
    });
    own
}

/// An example with some of its values exchanged for other ones of the same slots.
fn exchange(text: &str, spans: &[(usize, usize, usize)], own: &[Vec<&str>], dice: &mut Dice) -> Said {
    let mut said = Said { text: Zeroizing::new(String::new()), spans: Vec::new() };
    let mut last = 0;
    for (start, end, slot) in spans {
        said.text.push_str(text.get(last..*start).unwrap_or(""));
        let choices = own.get(*slot).map_or(&[][..], Vec::as_slice);
        let other =
            choices.get(dice.below(choices.len())).copied().filter(|_| dice.percent(EXCHANGE_PERCENT));
        let from = said.text.len();
        said.text.push_str(other.or_else(|| text.get(*start..*end)).unwrap_or(""));
        said.spans.push((from, said.text.len(), *slot));
        last = *end;
    }
    said.text.push_str(text.get(last..).unwrap_or(""));
    said
}

/// The tagger of an intent; none for one without slots or without a value in its samples.
fn tagger(
    intent: &IntentLesson,
    said: &[(usize, Said)],
    readings: Vec<(Text, Vec<Entity>)>,
    room: usize,
    dice: &mut Dice,
) -> Option<Tagger> {
    if said.iter().all(|(_, said)| said.spans.is_empty()) {
        return None;
    }
    let usual = usual(said, &readings);
    let once = said_once(intent);
    let mut sentences = Vec::with_capacity(said.len());
    for ((_, said), (text, mut entities)) in said.iter().zip(readings) {
        entities.retain(|entity| {
            let word = said.text.get(entity.start..entity.end).map(fold);
            !entity.listed
                || !(dice.percent(HELD_BACK_PERCENT) || word.is_some_and(|word| once.contains(&word)))
        });
        let clues = entity::clues(&text, &entities);
        let words = tagger::features(&text, &clues, &usual, &[]);
        sentences.push(Sentence { words, labels: labels(&text, &said.spans) });
    }
    spare(&mut sentences, intent.slots.len(), room, dice);
    Some(Tagger::learn(&sentences, usual, intent.slots.len(), dice.next()))
}

/// Leaves sentences out, by chance, until a round over them costs no more than there is room for.
fn spare(sentences: &mut Vec<Sentence>, slots: usize, room: usize, dice: &mut Dice) {
    let words: usize = sentences.iter().map(|sentence| sentence.words.len()).sum();
    let work = tagger::work(words, slots);
    if work > room {
        dice.shuffle(sentences);
        let kept = sentences.len() as u128 * room as u128 / work as u128;
        sentences.truncate(usize::try_from(kept).unwrap_or(0).max(1));
    }
}

/// A value without regard to capitals.
fn fold(value: &str) -> u64 {
    super::hash(Zeroizing::new(value.to_lowercase()).as_bytes())
}

/// Values that only one marked example has. Where lists were made from the examples themselves, all of them would be
/// recognised, and the tagger would learn to believe in lists that know nothing new.
fn said_once(intent: &IntentLesson) -> HashSet<u64> {
    let mut times: HashMap<u64, usize> = HashMap::new();
    for example in &intent.examples {
        let values = example.spans.iter().filter_map(|(start, end, _)| example.text.read().get(*start..*end));
        values.for_each(|value| *times.entry(fold(value)).or_default() += 1);
    }
    times.into_iter().filter(|(_, times)| *times == 1).map(|(value, _)| value).collect()
}

/// Words of at least two samples.
fn usual(said: &[(usize, Said)], readings: &[(Text, Vec<Entity>)]) -> Index {
    let mut origins: HashMap<u32, (usize, bool)> = HashMap::new();
    for ((origin, _), (text, _)) in said.iter().zip(readings) {
        for at in 0..text.words.len() {
            let found = origins.entry(tagger::fingerprint(text.word(at))).or_insert((*origin, false));
            found.1 |= found.0 != *origin;
        }
    }
    let mut usual: Vec<u32> =
        origins.iter().filter(|(_, (_, twice))| *twice).map(|(word, _)| *word).collect();
    usual.sort_unstable();
    Index::of(usual.into_iter())
}

/// The label of each word.
fn labels(text: &Text, spans: &[(usize, usize, usize)]) -> Vec<usize> {
    let mut before = None;
    let label = |word: &text::Word| {
        let span = spans.iter().find(|(start, end, _)| word.start < *end && *start < word.end);
        let label = span.map_or(tagger::OUTSIDE, |(start, _, slot)| {
            tagger::begins(*slot) + usize::from(before == Some(*start))
        });
        before = span.map(|(start, _, _)| *start);
        label.min(tagger::LABELS_MAX - 1)
    };
    text.words.iter().map(label).collect()
}

/// By what scores are divided, as samples that were left out tell.
fn temperature(seen: &[Seen], classes: usize, seed: u64) -> f32 {
    if seen.len() < SAMPLES_TO_SEE {
        return 1.0;
    }
    let out = |seen: &&Seen| seen.origin % LEFT_OUT == LEFT_OUT - 1;
    let copy = |seen: &Seen| Sample { features: seen.sample.features.clone(), class: seen.sample.class };
    let kept: Vec<Sample> = seen.iter().filter(|seen| !out(seen)).map(copy).collect();
    let left: Vec<&Seen> = seen.iter().filter(out).collect();
    if left.is_empty() || kept.is_empty() {
        return 1.0;
    }
    let linear = Linear::learn(&kept, classes, seed);
    let mut desk = Desk::default();
    let scores: Vec<(Vec<f32>, usize)> = left
        .iter()
        .map(|seen| {
            desk.features.clone_from(&seen.sample.features);
            linear.score(&mut desk);
            (desk.scores.clone(), seen.sample.class)
        })
        .collect();
    let surprise = |temperature: f32| -> f32 {
        scores.iter().map(|(scores, class)| loss(scores, *class, temperature)).sum()
    };
    let tries = (0..24).map(|step| 0.3 * 1.12_f32.powi(step));
    let rated = tries.map(|temperature| (surprise(temperature), temperature));
    rated.fold((f32::INFINITY, 1.0), |best, one| if one.0 < best.0 { one } else { best }).1
}

/// How surprising a class is.
fn loss(scores: &[f32], class: usize, temperature: f32) -> f32 {
    let most = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let sum: f32 = scores.iter().map(|score| ((score - most) / temperature).exp()).sum();
    sum.ln() - (scores.get(class).copied().unwrap_or(most) - most) / temperature
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_beyond_its_room_is_left_out() {
        let sentence = Sentence { words: vec![Vec::new(); 10], labels: vec![0; 10] };
        let all = vec![sentence; 100];
        let whole = tagger::work(1_000, 2);
        for (room, kept) in [(whole, 100), (whole - 1, 99), (whole / 2, 50), (0, 1)] {
            let mut sentences = all.clone();
            spare(&mut sentences, 2, room, &mut Dice::new(1));
            assert_eq!(sentences.len(), kept, "{room}");
        }
    }

    #[test]
    fn words_take_the_labels_of_their_spans() {
        let text = Text::new("fly to new york from rome now");
        let labels = labels(&text, &[(7, 15, 0), (21, 25, 1)]);
        assert_eq!(labels, [0, 0, 1, 2, 0, 3, 0]);
    }
}
