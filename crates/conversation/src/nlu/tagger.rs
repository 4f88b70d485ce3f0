//! Which words of an utterance are values of which slots? A linear-chain conditional random field for each intent.
//!
//! Labels say whether a word begins a value, goes on with one, or is outside (BIO). Features are hashes of the words around, of
//! their edges and shapes, and of clues: what the slot types' lists and grammars recognise at this place. Weights are learned
//! by stochastic gradients of the likelihood of whole sequences (Lafferty, McCallum, Pereira 2001), with the marginals from
//! scaled sums forward and backward; no step goes on with a value that did not begin.

use super::dice::Dice;
use super::index::Index;
use super::kin;
use super::text::{Text, named, stem};
use super::{hash, mix};

/// The label of what is no value.
pub(crate) const OUTSIDE: usize = 0;
/// Samples that are seen in all, about; and how often each at least and at most.
const SEEN: usize = 40_000;
const ROUNDS: (usize, usize) = (14, 50);
/// Size of the first step, and how much smaller steps become.
const STEP: f32 = 0.25;
const SLOWER: f32 = 0.12;
/// How strongly weights are drawn to zero.
const DECAY: f32 = 3e-4;
/// Most labels: 100 slots of an intent ("Quotas"), two each, and outside.
pub(crate) const LABELS_MAX: usize = 201;
/// Most features that are kept, the most frequent ones; and most weights, features times labels.
pub(crate) const FEATURES_MAX: usize = 1 << 18;
const WEIGHTS_MAX: usize = 1 << 24;
/// What a step costs that cannot be.
const NEVER: f32 = -1e4;

/// The label that begins a value of a slot.
pub(crate) const fn begins(slot: usize) -> usize {
    1 + 2 * slot
}

/// The slot of a label, and whether it begins a value.
pub(crate) fn slot_of(label: usize) -> Option<(usize, bool)> {
    label.checked_sub(1).map(|at| (at / 2, at.is_multiple_of(2)))
}

/// A sentence: the features of each word, and the labels where they are known.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sentence {
    pub(crate) words: Vec<Vec<u32>>,
    pub(crate) labels: Vec<usize>,
}

/// What is recognised at each word: hashes of type and position.
pub(crate) type Clues = Vec<Vec<u32>>;

/// What a word is that few samples have, and that is no kin of a usual one.
const RARE: u64 = 0x5241_5245;

/// A place of a word in some samples.
pub(crate) fn fingerprint(word: &str) -> u32 {
    named(0, word.as_bytes())
}

/// The features of all words. `usual` are words of several samples: others are seen as one and the same, so that the tagger
/// learns from what stands around them. Words that are `hidden` show nothing of themselves at all.
pub(crate) fn features(text: &Text, clues: &Clues, usual: &Index, hidden: &[bool]) -> Vec<Vec<u32>> {
    let own: Vec<u64> = (0..text.words.len())
        .map(|at| {
            let word = text.word(at);
            match usual.row(fingerprint(word)).is_some() && !is_hidden(hidden, at) {
                true => hash(word.as_bytes()),
                false if is_hidden(hidden, at) => RARE,
                false => kin::group(word).unwrap_or(RARE),
            }
        })
        .collect();
    (0..own.len()).map(|at| word_features(text, &own, clues, at, is_hidden(hidden, at))).collect()
}

fn is_hidden(hidden: &[bool], at: usize) -> bool {
    hidden.get(at).copied().unwrap_or(false)
}

fn word_features(text: &Text, own: &[u64], clues: &Clues, at: usize, hidden: bool) -> Vec<u32> {
    let near = |step: isize| {
        at.checked_add_signed(step).and_then(|at| own.get(at)).copied().unwrap_or(if step < 0 {
            1
        } else {
            2
        })
    };
    let (before, here, behind) = (near(-1), near(0), near(1));
    let word = text.word(at);
    let mut found: Vec<u32> = Vec::with_capacity(40);
    let mut put = |space: u64, value: u64| found.push(named(space, &value.to_le_bytes()));
    put(1, here);
    put(2, before);
    put(3, behind);
    put(4, near(-2));
    put(5, near(2));
    put(6, mix(before) ^ here);
    put(7, mix(here) ^ behind);
    put(8, mix(near(-2)) ^ before);
    put(9, mix(behind) ^ near(2));
    put(10, mix(before) ^ behind);
    put(11, mix(mix(near(-2)) ^ before) ^ here);
    put(29, mix(mix(here) ^ behind) ^ before);
    for (space, step) in [(13, 0), (14, -1), (15, 1)] {
        let there = at.checked_add_signed(step).map_or("", |at| text.word(at));
        if let Some(kin) = kin::group(there) {
            put(space, kin);
        }
    }
    if !hidden {
        put(12, hash(stem(word).as_bytes()));
        for chars in 1..=4 {
            put(16 + chars, edge(word, chars as usize, true));
            put(20 + chars, edge(word, chars as usize, false));
        }
    }
    put(25, shape(word));
    put(26, mix(shape(at.checked_sub(1).map_or("", |at| text.word(at)))) ^ shape(word));
    put(27, shape(text.word(at + 1)));
    put(28, (at == 0) as u64 | ((at + 1 == own.len()) as u64) << 1);
    for (space, step) in [(30, -1), (31, 0), (32, 1), (33, 2), (34, -2)] {
        let there = at.checked_add_signed(step).and_then(|at| clues.get(at)).map_or(&[][..], Vec::as_slice);
        there.iter().for_each(|clue| put(space, u64::from(*clue)));
        if there.is_empty() && step == 0 {
            put(35, 0);
        }
    }
    put(40, 0);
    found
}

/// The first or last letters of a word.
fn edge(word: &str, chars: usize, first: bool) -> u64 {
    let count = word.chars().count();
    let hashed =
        |letters: &mut dyn Iterator<Item = char>| letters.fold(7, |sum, letter| mix(sum ^ letter as u64));
    match first {
        true => hashed(&mut word.chars().take(chars)),
        false => hashed(&mut word.chars().skip(count.saturating_sub(chars))),
    }
}

/// Digits, letters or marks, and how many.
fn shape(word: &str) -> u64 {
    let digits = word.chars().filter(char::is_ascii_digit).count();
    let letters = word.chars().filter(|letter| letter.is_alphabetic()).count();
    let length = word.chars().count().min(6);
    (digits.min(5) << 8 | letters.min(1) << 4 | length) as u64
}

/// The tagger of one intent.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tagger {
    pub(crate) labels: usize,
    /// Words of several samples.
    pub(crate) usual: Index,
    pub(crate) index: Index,
    pub(crate) scales: Vec<f32>,
    /// A byte for each row and label.
    pub(crate) weights: Vec<i8>,
    /// From label to label; behind the last row stands the beginning of a sentence.
    pub(crate) steps: Vec<f32>,
}

/// Room for the work of one utterance.
#[derive(Default)]
pub(crate) struct Desk {
    scores: Vec<f32>,
    best: Vec<f32>,
    back: Vec<u32>,
}

impl Tagger {
    /// Learns from labelled sentences.
    pub(crate) fn learn(sentences: &[Sentence], usual: Index, slots: usize, seed: u64) -> Self {
        let labels = begins(slots).min(LABELS_MAX);
        let index = frequent(sentences, FEATURES_MAX.min(WEIGHTS_MAX / labels));
        let learner = Learner::new(index.len(), labels).learn(&index, sentences, seed);
        let mut tagger = Self { labels, usual, index, steps: learner.steps, ..Self::default() };
        for row in learner.weights.chunks(labels) {
            let scale = row.iter().fold(0.0_f32, |most, weight| most.max(weight.abs())) / 127.0;
            tagger.scales.push(scale);
            let byte = |weight: &f32| if scale > 0.0 { (weight / scale).round() as i8 } else { 0 };
            tagger.weights.extend(row.iter().map(byte));
        }
        tagger
    }

    /// The likeliest labels of a sentence.
    pub(crate) fn tag(&self, words: &[Vec<u32>], desk: &mut Desk) -> Vec<usize> {
        desk.scores.clear();
        desk.scores.resize(words.len() * self.labels, 0.0);
        for (scores, features) in desk.scores.chunks_mut(self.labels.max(1)).zip(words) {
            for row in features.iter().filter_map(|feature| self.index.row(*feature)) {
                let from = row as usize * self.labels;
                let scale = self.scales.get(row as usize).copied().unwrap_or(0.0);
                let weights = self.weights.get(from..from + self.labels).unwrap_or_default();
                scores
                    .iter_mut()
                    .zip(weights)
                    .for_each(|(score, weight)| *score += scale * f32::from(*weight));
            }
        }
        self.best(desk)
    }

    /// The best path through the scores on the desk (Viterbi).
    fn best(&self, desk: &mut Desk) -> Vec<usize> {
        desk.back.clear();
        let mut before: Option<()> = None;
        for scores in desk.scores.chunks(self.labels.max(1)) {
            let mut next = vec![f32::NEG_INFINITY; self.labels];
            for (to, (place, score)) in next.iter_mut().zip(scores).enumerate() {
                let step = |from: usize| self.steps.get(from * self.labels + to).copied().unwrap_or(NEVER);
                let (most, from) = match before {
                    None => (step(self.labels), 0),
                    Some(()) => {
                        let sums = desk.best.iter().enumerate().map(|(from, sum)| (sum + step(from), from));
                        sums.fold((f32::NEG_INFINITY, 0), |most, one| if one.0 > most.0 { one } else { most })
                    }
                };
                *place = most + score;
                desk.back.push(from as u32);
            }
            desk.best = next;
            before = Some(());
        }
        let ends = desk.best.iter().enumerate();
        let mut label = ends
            .fold((f32::NEG_INFINITY, 0), |most, (at, sum)| if *sum > most.0 { (*sum, at) } else { most })
            .1;
        let mut path = Vec::new();
        for back in desk.back.chunks(self.labels.max(1)).rev() {
            path.push(label);
            label = back.get(label).copied().unwrap_or(0) as usize;
        }
        path.reverse();
        path
    }

    /// Bytes in memory.
    pub(crate) fn bytes(&self) -> usize {
        self.weights.len()
            + self.index.bytes()
            + self.usual.bytes()
            + 4 * (self.scales.len() + self.steps.len())
    }
}

/// The features of sentences, the most frequent ones where there are more than `most`.
fn frequent(sentences: &[Sentence], most: usize) -> Index {
    let (mut all, mut counts) = (Index::default(), Vec::<u32>::new());
    for hash in sentences.iter().flat_map(|sentence| sentence.words.iter().flatten()) {
        let row = all.add(*hash) as usize;
        counts.resize(all.len().max(counts.len()), 0);
        if let Some(count) = counts.get_mut(row) {
            *count += 1;
        }
    }
    if all.len() <= most {
        return all;
    }
    let mut kept: Vec<(u32, u32)> = counts.into_iter().zip(all.hashes().iter().copied()).collect();
    kept.sort_unstable_by(|one, other| other.cmp(one));
    Index::of(kept.into_iter().take(most).map(|(_, hash)| hash))
}

/// How much work a round over these sentences is, in additions, about.
pub(crate) fn work(words: usize, slots: usize) -> usize {
    let labels = begins(slots).min(LABELS_MAX);
    words.saturating_mul(labels).saturating_mul(FEATURES_EACH + labels)
}

/// How many features a word has, about.
const FEATURES_EACH: usize = 60;

/// Whether a label can stand behind another: what goes on needs what began. `from` is the number of labels at the beginning.
fn possible(from: usize, to: usize, labels: usize) -> bool {
    match slot_of(to) {
        Some((slot, false)) => from < labels && slot_of(from).is_some_and(|(before, _)| before == slot),
        _ => true,
    }
}

/// Weights while they are learned.
struct Learner {
    labels: usize,
    weights: Vec<f32>,
    steps: Vec<f32>,
}

/// Sums and shares of one sentence.
#[derive(Default)]
struct Sums {
    /// Exponentials of scores, by word and label.
    scores: Vec<f32>,
    /// Exponentials of steps.
    steps: Vec<f32>,
    forward: Vec<f32>,
    backward: Vec<f32>,
    /// The share of each label at each word.
    shares: Vec<f32>,
}

impl Learner {
    fn new(rows: usize, labels: usize) -> Self {
        let mut steps = vec![0.0; (labels + 1) * labels];
        for (from, row) in steps.chunks_mut(labels).enumerate() {
            let never = row.iter_mut().enumerate().filter(|(to, _)| !possible(from, *to, labels));
            never.for_each(|(_, step)| *step = NEVER);
        }
        Self { labels, weights: vec![0.0; rows * labels], steps }
    }

    fn learn(mut self, index: &Index, sentences: &[Sentence], seed: u64) -> Self {
        let row = |hash: &u32| index.row(*hash);
        let rows =
            |words: &Vec<Vec<u32>>| words.iter().map(|word| word.iter().filter_map(row).collect()).collect();
        let mut samples: Vec<(Vec<Vec<u32>>, &[usize])> =
            sentences.iter().map(|sentence| (rows(&sentence.words), sentence.labels.as_slice())).collect();
        let rounds = (SEEN / samples.len().max(1)).clamp(ROUNDS.0, ROUNDS.1);
        let (mut dice, mut sums) = (Dice::new(seed), Sums::default());
        for round in 0..rounds {
            let size = STEP / (1.0 + SLOWER * round as f32);
            dice.shuffle(&mut samples);
            for (words, labels) in &samples {
                self.sum(words, &mut sums);
                self.step(words, labels, &mut sums, size);
            }
        }
        self
    }

    /// Sums forward and backward, each word's brought to one, and the shares of labels.
    fn sum(&self, words: &[Vec<u32>], sums: &mut Sums) {
        let labels = self.labels;
        sums.steps.clear();
        sums.steps.extend(self.steps.iter().map(|step| step.exp()));
        sums.scores.clear();
        sums.scores.resize(words.len() * labels, 0.0);
        for (scores, rows) in sums.scores.chunks_mut(labels).zip(words) {
            for row in rows {
                let from = *row as usize * labels;
                let weights = self.weights.get(from..from + labels).unwrap_or_default();
                scores.iter_mut().zip(weights).for_each(|(score, weight)| *score += weight);
            }
            let most = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            scores.iter_mut().for_each(|score| *score = (*score - most).exp());
        }
        forward(sums, labels);
        backward(sums, labels);
        sums.shares.clear();
        let pairs = sums.forward.iter().zip(&sums.backward).map(|(one, other)| one * other);
        sums.shares.extend(pairs);
        sums.shares.chunks_mut(labels).for_each(to_one);
    }

    /// Moves weights and steps towards the right labels.
    fn step(&mut self, words: &[Vec<u32>], right: &[usize], sums: &mut Sums, size: f32) {
        let labels = self.labels;
        self.move_steps(right, sums, size);
        for ((shares, rows), label) in sums.shares.chunks_mut(labels).zip(words).zip(right) {
            if let Some(share) = shares.get_mut(*label) {
                *share -= 1.0;
            }
            for row in rows {
                let from = *row as usize * labels;
                let weights = self.weights.get_mut(from..from + labels).unwrap_or_default();
                weights
                    .iter_mut()
                    .zip(shares.iter())
                    .for_each(|(weight, wrong)| *weight -= size * (wrong * EACH + DECAY * *weight));
            }
        }
    }

    fn move_steps(&mut self, right: &[usize], sums: &Sums, size: f32) {
        let labels = self.labels;
        let mut before = labels;
        let mut last: Option<&[f32]> = None;
        let sides = sums.forward.chunks(labels).zip(sums.backward.chunks(labels));
        let words = sides.zip(sums.scores.chunks(labels)).zip(sums.shares.chunks(labels));
        for ((((forward, backward), scores), shares), label) in words.zip(right) {
            match last {
                None => {
                    let row = self.steps.get_mut(labels * labels..).unwrap_or_default();
                    row.iter_mut().zip(shares.iter()).for_each(|(step, share)| *step -= size * EACH * share);
                }
                Some(last) => self.move_pairs(last, backward, scores, &sums.steps, size),
            }
            if let Some(step) = self.steps.get_mut(before * labels + label) {
                *step += size * EACH;
            }
            before = *label;
            last = Some(forward);
        }
    }

    /// The shares of all pairs of labels at two neighbours.
    fn move_pairs(&mut self, last: &[f32], backward: &[f32], scores: &[f32], steps: &[f32], size: f32) {
        let labels = self.labels;
        let ends: Vec<f32> = backward.iter().zip(scores).map(|(one, other)| one * other).collect();
        let mut total = 0.0;
        for (from, row) in last.iter().zip(steps.chunks(labels)) {
            total += from * row.iter().zip(&ends).map(|(step, end)| step * end).sum::<f32>();
        }
        let factor = size * EACH / total.max(1e-30);
        for ((from, row), learned) in last.iter().zip(steps.chunks(labels)).zip(self.steps.chunks_mut(labels))
        {
            let factor = factor * from;
            learned
                .iter_mut()
                .zip(row.iter().zip(&ends))
                .for_each(|(learned, (step, end))| *learned -= factor * step * end);
        }
    }
}

/// What one word's mistake counts: some thirty features share the step.
const EACH: f32 = 0.4;

fn to_one(row: &mut [f32]) {
    let sum: f32 = row.iter().sum();
    row.iter_mut().for_each(|value| *value /= sum.max(1e-30));
}

fn forward(sums: &mut Sums, labels: usize) {
    sums.forward.clear();
    let mut before = vec![0.0; labels];
    for (at, scores) in sums.scores.chunks(labels).enumerate() {
        let mut next = vec![0.0_f32; labels];
        if at == 0 {
            next.copy_from_slice(sums.steps.get(labels * labels..).unwrap_or_default());
        } else {
            for (from, row) in before.iter().zip(sums.steps.chunks(labels)) {
                next.iter_mut().zip(row).for_each(|(to, step)| *to += from * step);
            }
        }
        next.iter_mut().zip(scores).for_each(|(to, score)| *to *= score);
        to_one(&mut next);
        sums.forward.extend_from_slice(&next);
        before = next;
    }
}

fn backward(sums: &mut Sums, labels: usize) {
    let count = sums.scores.len() / labels.max(1);
    sums.backward.clear();
    sums.backward.resize(sums.scores.len(), 1.0);
    let mut behind = vec![1.0_f32; labels];
    for at in (1..count).rev() {
        let scores = sums.scores.get(at * labels..(at + 1) * labels).unwrap_or_default();
        let ends: Vec<f32> = behind.iter().zip(scores).map(|(one, other)| one * other).collect();
        let rows = sums.steps.chunks(labels).take(labels);
        let mut next: Vec<f32> =
            rows.map(|row| row.iter().zip(&ends).map(|(step, end)| step * end).sum()).collect();
        to_one(&mut next);
        if let Some(place) = sums.backward.get_mut((at - 1) * labels..at * labels) {
            place.copy_from_slice(&next);
        }
        behind = next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sentence(text: &str, labels: &[usize]) -> Sentence {
        let text = Text::new(text);
        Sentence { words: features(&text, &Clues::new(), &Index::default(), &[]), labels: labels.to_vec() }
    }

    #[test]
    fn values_are_found_between_the_words_that_frame_them() {
        let sentences = [
            sentence("play hello by queen now", &[0, 1, 0, 3, 0]),
            sentence("play let it be by the beatles now", &[0, 1, 2, 2, 0, 3, 4, 0]),
            sentence("put on thriller by jackson", &[0, 0, 1, 0, 3]),
            sentence("put on yellow submarine", &[0, 0, 1, 2]),
        ];
        let tagger = Tagger::learn(&sentences, Index::default(), 2, 1);
        let found = tagger.tag(&sentence("play purple rain by prince now", &[]).words, &mut Desk::default());
        assert_eq!(found, [0, 1, 2, 0, 3, 0]);
        assert_eq!(Tagger::learn(&sentences, Index::default(), 2, 1).weights, tagger.weights);
        assert!(tagger.tag(&[], &mut Desk::default()).is_empty());
    }

    #[test]
    fn a_value_goes_on_only_where_it_began() {
        assert!(possible(1, 2, 5) && possible(2, 2, 5) && possible(0, 3, 5));
        assert!(!possible(0, 2, 5) && !possible(3, 2, 5) && !possible(5, 2, 5));
        assert_eq!((slot_of(0), slot_of(3), slot_of(4)), (None, Some((1, true)), Some((1, false))));
    }
}
