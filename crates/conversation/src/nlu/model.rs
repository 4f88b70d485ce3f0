//! What was learned, and its bytes.
//!
//! Weights come from what authors wrote, so the bytes are captured ones, to be sealed where they rest: hashes of 32 bits hide
//! words from a glance, not from somebody who guesses. The format has a number in front; what a newer release wrote is refused.
//! All numbers are of fixed width, the lowest byte first.

use super::index::Index;
use super::linear::{FEATURES_MAX, Linear};
use super::tagger::{FEATURES_MAX as TAGGER_FEATURES_MAX, LABELS_MAX, Tagger};
use sotto_sensitive::RawBytes;

/// First bytes of a model: its name and the number of its format.
const MAGIC: &[u8; 8] = b"sottoU01";
/// Most intents of a model (more than the 1,000 of a locale, "Quotas").
const INTENTS_MAX: usize = 2_000;

/// What was learned from a lesson.
#[derive(Clone, Default)]
pub struct Model {
    /// Which lesson it belongs to.
    pub(crate) mark: u64,
    pub(crate) linear: Linear,
    /// The tagger of each intent that has values in its samples.
    pub(crate) taggers: Vec<Option<Tagger>>,
}

/// Why bytes are no model, or not the model of this lesson.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    /// Not written by us, or damaged.
    #[error("the bytes are no model of a locale: at byte {at} something else should stand")]
    Malformed {
        /// Where reading stopped.
        at: usize,
    },
    /// Another format.
    #[error("the model was written by another release: build the locale again")]
    Format,
    /// Learned from something else.
    #[error("the model belongs to other intents or slots: build the locale again")]
    OtherLesson,
}

impl std::fmt::Debug for Model {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Model({} intents, {} bytes)", self.linear.classes, self.bytes())
    }
}

impl Model {
    /// Bytes in memory.
    pub fn bytes(&self) -> usize {
        self.linear.bytes() + self.taggers.iter().flatten().map(Tagger::bytes).sum::<usize>()
    }

    /// As bytes.
    pub fn to_bytes(&self) -> RawBytes {
        let mut out = Writer(Vec::with_capacity(self.bytes() + 64));
        out.0.extend_from_slice(MAGIC);
        out.0.extend_from_slice(&self.mark.to_le_bytes());
        let linear = &self.linear;
        out.count(linear.classes);
        out.floats(&[linear.temperature]);
        out.hashes(linear.index.hashes());
        out.floats(&linear.rarity);
        out.floats(&linear.scales);
        out.floats(&linear.bias);
        out.signed(&linear.weights);
        out.count(self.taggers.len());
        for tagger in &self.taggers {
            out.count(tagger.as_ref().map_or(0, |tagger| tagger.labels));
            if let Some(tagger) = tagger {
                out.hashes(tagger.usual.hashes());
                out.hashes(tagger.index.hashes());
                out.floats(&tagger.scales);
                out.floats(&tagger.steps);
                out.signed(&tagger.weights);
            }
        }
        RawBytes::new(out.0)
    }

    /// From bytes.
    ///
    /// # Errors
    /// [`ModelError`]: any bytes are a model or an error.
    #[expect(clippy::disallowed_methods, reason = "a model is read from the bytes that rest sealed")]
    pub fn from_bytes(bytes: &RawBytes) -> Result<Self, ModelError> {
        let mut from = Reader { bytes: bytes.expose(), at: 0 };
        if from.take(MAGIC.len())? != MAGIC {
            return Err(ModelError::Format);
        }
        let mark = u64::from_le_bytes(from.array()?);
        let linear = from.linear()?;
        let count = from.count(INTENTS_MAX)?;
        if count != linear.classes {
            return from.stop();
        }
        let mut taggers = Vec::new();
        for _ in 0..count {
            taggers.push(from.tagger()?);
        }
        if from.at != from.bytes.len() {
            return from.stop();
        }
        Ok(Self { mark, linear, taggers })
    }
}

struct Writer(Vec<u8>);

impl Writer {
    fn count(&mut self, count: usize) {
        self.0.extend_from_slice(&u32::try_from(count).unwrap_or(u32::MAX).to_le_bytes());
    }

    fn hashes(&mut self, hashes: &[u32]) {
        self.count(hashes.len());
        hashes.iter().for_each(|hash| self.0.extend_from_slice(&hash.to_le_bytes()));
    }

    fn floats(&mut self, numbers: &[f32]) {
        numbers.iter().for_each(|number| self.0.extend_from_slice(&number.to_le_bytes()));
    }

    fn signed(&mut self, bytes: &[i8]) {
        self.0.extend(bytes.iter().map(|byte| byte.cast_unsigned()));
    }
}

/// Reads, and never past the end.
struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn stop<T>(&self) -> Result<T, ModelError> {
        Err(ModelError::Malformed { at: self.at })
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8], ModelError> {
        let end = self.at.checked_add(count).ok_or(ModelError::Malformed { at: self.at })?;
        let taken = self.bytes.get(self.at..end).ok_or(ModelError::Malformed { at: self.at })?;
        self.at = end;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], ModelError> {
        let at = self.at;
        self.take(N)?.try_into().map_err(|_| ModelError::Malformed { at })
    }

    fn count(&mut self, most: usize) -> Result<usize, ModelError> {
        let count = u32::from_le_bytes(self.array()?) as usize;
        if count <= most { Ok(count) } else { self.stop() }
    }

    fn floats(&mut self, count: usize) -> Result<Vec<f32>, ModelError> {
        let bytes = self.take(count.saturating_mul(4))?;
        let floats: Vec<f32> = bytes.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
        if floats.iter().all(|number| number.is_finite()) { Ok(floats) } else { self.stop() }
    }

    fn index(&mut self, most: usize) -> Result<Index, ModelError> {
        let count = self.count(most)?;
        let bytes = self.take(count.saturating_mul(4))?;
        let index = Index::of(bytes.as_chunks().0.iter().map(|bytes| u32::from_le_bytes(*bytes)));
        if index.len() == count { Ok(index) } else { self.stop() }
    }

    fn signed(&mut self, count: usize) -> Result<Vec<i8>, ModelError> {
        Ok(self.take(count)?.iter().map(|byte| byte.cast_signed()).collect())
    }

    fn linear(&mut self) -> Result<Linear, ModelError> {
        let classes = self.count(INTENTS_MAX)?;
        let temperature = self.floats(1)?.first().copied().unwrap_or(1.0);
        let index = self.index(FEATURES_MAX)?;
        let rarity = self.floats(index.len())?;
        let scales = self.floats(index.len())?;
        let bias = self.floats(classes)?;
        let weights = self.signed(index.len().saturating_mul(classes))?;
        Ok(Linear { classes, index, rarity, scales, weights, bias, temperature })
    }

    fn tagger(&mut self) -> Result<Option<Tagger>, ModelError> {
        let labels = self.count(LABELS_MAX)?;
        if labels == 0 {
            return Ok(None);
        }
        let usual = self.index(TAGGER_FEATURES_MAX)?;
        let index = self.index(TAGGER_FEATURES_MAX)?;
        let scales = self.floats(index.len())?;
        let steps = self.floats((labels + 1) * labels)?;
        let weights = self.signed(index.len().saturating_mul(labels))?;
        Ok(Some(Tagger { labels, usual, index, scales, weights, steps }))
    }
}
