//! Which intent is meant? A multinomial logistic regression over hashed n-grams.
//!
//! Each feature is weighed by how rare it is among samples (tf-idf with dampened counts, each block of features brought to the
//! same length), learned by stochastic gradients whose steps shrink from round to round, and kept as a signed byte per feature and intent. The sums are taken in one order, so the same lesson makes the same bytes.
//! Support vector machines were measured beside it: two points worse at ten samples an intent.

use super::dice::Dice;
use super::index::Index;
use super::text::{self, BLOCKS, Block, Feature};

/// Most features that are kept, the most frequent ones; and most weights, features times intents.
pub(crate) const FEATURES_MAX: usize = 1 << 17;
const WEIGHTS_MAX: usize = 1 << 25;
/// How often all samples are seen: many samples need fewer rounds.
const ROUNDS: (usize, usize) = (12, 30);
/// Samples that are seen in all, about.
const SEEN: usize = 240_000;
/// Size of the first step.
const STEP: f32 = 2.0;
/// How much smaller steps become from round to round.
const SLOWER: f32 = 0.15;
/// How much smaller the steps of what is added to every score are.
const BIAS_STEP: f32 = 0.02;
/// How strongly weights are drawn to zero.
const DECAY: f32 = 2e-6;
/// What each block counts.
const BLOCK_WEIGHT: [f32; BLOCKS] = [0.7, 1.0, 0.8];

/// What a sample is: its features, and its class.
pub(crate) struct Sample {
    pub(crate) features: Vec<Feature>,
    pub(crate) class: usize,
}

/// A sample as rows and values.
type Row = (u32, f32);

/// The classifier.
#[derive(Clone, Debug, Default)]
pub(crate) struct Linear {
    pub(crate) classes: usize,
    pub(crate) index: Index,
    /// How rare the feature of each row is.
    pub(crate) rarity: Vec<f32>,
    /// What one step of a row's bytes is worth.
    pub(crate) scales: Vec<f32>,
    /// A byte for each row and class.
    pub(crate) weights: Vec<i8>,
    pub(crate) bias: Vec<f32>,
    /// By what scores are divided before they become probabilities.
    pub(crate) temperature: f32,
}

/// Room for the work of one utterance.
#[derive(Default)]
pub(crate) struct Desk {
    pub(crate) features: Vec<Feature>,
    rows: Vec<(u32, Block)>,
    values: Vec<Row>,
    pub(crate) scores: Vec<f32>,
}

impl Linear {
    /// Learns from samples.
    pub(crate) fn learn(samples: &[Sample], classes: usize, seed: u64) -> Self {
        let mut model = Self { classes, temperature: 1.0, ..Self::default() };
        model.count(samples);
        let mut desk = Desk::default();
        let rows: Vec<(Vec<Row>, usize)> = samples
            .iter()
            .map(|sample| {
                desk.features.clone_from(&sample.features);
                model.weigh(&mut desk);
                (desk.values.clone(), sample.class)
            })
            .collect();
        let float = Learner::new(model.index.len(), classes).learn(rows, seed);
        model.keep(&float);
        model
    }

    /// Which features there are, and how rare each is.
    fn count(&mut self, samples: &[Sample]) {
        let mut all = Index::default();
        let mut counts: Vec<u32> = Vec::new();
        let mut seen: Vec<u32> = Vec::new();
        for sample in samples {
            seen.clear();
            seen.extend(sample.features.iter().map(|(_, hash)| all.add(*hash)));
            seen.sort_unstable();
            seen.dedup();
            counts.resize(all.len(), 0);
            seen.iter()
                .filter_map(|row| counts.get_mut(*row as usize).map(|count| *count += 1))
                .for_each(drop);
        }
        let mut kept: Vec<(u32, u32)> = counts.iter().copied().zip(all.hashes().iter().copied()).collect();
        let room = FEATURES_MAX.min(WEIGHTS_MAX / self.classes.max(1));
        if kept.len() > room {
            kept.sort_unstable_by(|a, b| b.cmp(a));
            kept.truncate(room);
        }
        kept.sort_unstable_by_key(|(_, hash)| *hash);
        self.index = Index::of(kept.iter().map(|(_, hash)| *hash));
        let total = samples.len() as f32;
        self.rarity =
            kept.iter().map(|(count, _)| ((1.0 + total) / (1.0 + *count as f32)).ln() + 1.0).collect();
    }

    /// Turns the features on the desk into rows and values.
    fn weigh(&self, desk: &mut Desk) {
        desk.rows.clear();
        let known =
            desk.features.iter().filter_map(|(block, hash)| self.index.row(*hash).map(|row| (row, *block)));
        desk.rows.extend(known);
        desk.rows.sort_unstable_by_key(|(row, _)| *row);
        desk.values.clear();
        let mut lengths = [0.0_f32; BLOCKS];
        for same in desk.rows.chunk_by(|a, b| a.0 == b.0) {
            let Some((row, block)) = same.first().copied() else { continue };
            let rarity = self.rarity.get(row as usize).copied().unwrap_or(1.0);
            let value = (1.0 + (same.len() as f32).ln()) * rarity;
            if let Some(length) = lengths.get_mut(block as usize) {
                *length += value * value;
            }
            desk.values.push((row, value));
        }
        let factors = [Block::Words, Block::Letters, Block::Kin].map(|block| {
            let at = block as usize;
            let length = lengths.get(at).copied().unwrap_or(0.0).sqrt();
            BLOCK_WEIGHT.get(at).copied().unwrap_or(1.0) / length.max(1e-6)
        });
        let firsts = desk.rows.chunk_by(|a, b| a.0 == b.0).filter_map(|same| same.first());
        for ((_, value), (_, block)) in desk.values.iter_mut().zip(firsts) {
            *value *= factors.get(*block as usize).copied().unwrap_or(1.0);
        }
    }

    /// The scores of all classes for the features on the desk.
    pub(crate) fn score(&self, desk: &mut Desk) {
        self.weigh(desk);
        desk.scores.clear();
        desk.scores.extend_from_slice(&self.bias);
        for (row, value) in &desk.values {
            let from = *row as usize * self.classes;
            let factor = value * self.scales.get(*row as usize).copied().unwrap_or(0.0);
            let weights = self.weights.get(from..from + self.classes).unwrap_or_default();
            desk.scores
                .iter_mut()
                .zip(weights)
                .for_each(|(score, weight)| *score += factor * f32::from(*weight));
        }
    }

    /// The scores on the desk as probabilities.
    pub(crate) fn probabilities(&self, desk: &mut Desk) {
        let temperature = self.temperature.max(1e-3);
        desk.scores.iter_mut().for_each(|score| *score /= temperature);
        softmax(&mut desk.scores);
    }

    /// Whether a sample had this word, or a word of its kin.
    pub(crate) fn knows(&self, word: &str) -> bool {
        text::own_features(word).iter().any(|hash| self.index.row(*hash).is_some())
    }

    /// Keeps learned weights as bytes, a scale for each row.
    fn keep(&mut self, learner: &Learner) {
        self.bias.clone_from(&learner.bias);
        self.weights.reserve_exact(learner.weights.len());
        for row in learner.weights.chunks(self.classes.max(1)) {
            let most = row.iter().fold(0.0_f32, |most, weight| most.max(weight.abs()));
            let scale = most / 127.0;
            self.scales.push(scale);
            let byte = |weight: &f32| if scale > 0.0 { (weight / scale).round() as i8 } else { 0 };
            self.weights.extend(row.iter().map(byte));
        }
    }

    /// Bytes in memory.
    pub(crate) fn bytes(&self) -> usize {
        self.weights.len() + self.index.bytes() + 8 * self.rarity.len() + 4 * self.bias.len()
    }
}

/// Makes scores into shares of one.
pub(crate) fn softmax(scores: &mut [f32]) {
    let most = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut sum = 0.0;
    for score in scores.iter_mut() {
        *score = (*score - most).exp();
        sum += *score;
    }
    scores.iter_mut().for_each(|score| *score /= sum);
}

/// Weights while they are learned.
struct Learner {
    classes: usize,
    weights: Vec<f32>,
    bias: Vec<f32>,
}

impl Learner {
    fn new(features: usize, classes: usize) -> Self {
        let size = features * classes;
        let zeros = |size| vec![0.0_f32; size];
        Self { classes, weights: zeros(size), bias: zeros(classes) }
    }

    fn learn(mut self, mut samples: Vec<(Vec<Row>, usize)>, seed: u64) -> Self {
        let rounds = (SEEN / samples.len().max(1)).clamp(ROUNDS.0, ROUNDS.1);
        let mut dice = Dice::new(seed);
        let mut gradient = Vec::new();
        for round in 0..rounds {
            let size = STEP / (1.0 + SLOWER * round as f32);
            dice.shuffle(&mut samples);
            for (rows, class) in &samples {
                self.gradient(rows, *class, &mut gradient);
                self.step(rows, &gradient, size);
            }
        }
        self
    }

    /// What is wrong with the probabilities of a sample.
    fn gradient(&self, rows: &[Row], class: usize, gradient: &mut Vec<f32>) {
        gradient.clear();
        gradient.extend_from_slice(&self.bias);
        for (row, value) in rows {
            let from = *row as usize * self.classes;
            let weights = self.weights.get(from..from + self.classes).unwrap_or_default();
            gradient.iter_mut().zip(weights).for_each(|(score, weight)| *score += value * weight);
        }
        softmax(gradient);
        if let Some(right) = gradient.get_mut(class) {
            *right -= 1.0;
        }
    }

    fn step(&mut self, rows: &[Row], gradient: &[f32], size: f32) {
        for (row, value) in rows {
            let from = *row as usize * self.classes;
            let weights = self.weights.get_mut(from..from + self.classes).unwrap_or_default();
            weights
                .iter_mut()
                .zip(gradient)
                .for_each(|(weight, wrong)| *weight -= size * (value * wrong + DECAY * *weight));
        }
        self.bias.iter_mut().zip(gradient).for_each(|(bias, wrong)| *bias -= size * BIAS_STEP * wrong);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(text: &str, class: usize) -> Sample {
        let mut features = Vec::new();
        text::features(&text::Text::new(text), &[], &mut features);
        Sample { features, class }
    }

    #[test]
    fn what_is_like_a_sample_is_of_its_class() {
        let samples = [
            sample("where is my card", 0),
            sample("my card did not arrive", 0),
            sample("change my address", 1),
            sample("I moved to another house", 1),
        ];
        let model = Linear::learn(&samples, 2, 1);
        let mut desk = Desk::default();
        for (text, wanted) in [("has the card arrived", 0), ("we are moving house", 1)] {
            desk.features = sample(text, 0).features;
            model.score(&mut desk);
            model.probabilities(&mut desk);
            let sum: f32 = desk.scores.iter().sum();
            assert!((sum - 1.0).abs() < 1e-4 && desk.scores[wanted] > 0.5, "{text}: {:?}", desk.scores);
        }
        assert!(model.knows("card") && model.knows("cards") && !model.knows("zebra"));
        assert_eq!(Linear::learn(&samples, 2, 1).weights, model.weights);
    }

    #[test]
    fn no_sample_is_no_class() {
        let model = Linear::learn(&[], 0, 1);
        let mut desk = Desk { features: sample("hello", 0).features, ..Desk::default() };
        model.score(&mut desk);
        assert!(desk.scores.is_empty());
    }
}
