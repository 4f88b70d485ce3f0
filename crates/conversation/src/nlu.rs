//! What did the user mean?
//!
//! Three readers, the surest first: sample utterances as templates, a linear classifier of intents over hashed n-grams of
//! words and letters, and for each intent a tagger of slots (a conditional random field) that knows what the resolvers of
//! [`crate::slot`] recognise. A [`Lesson`] is what a locale teaches; [`train`] makes a [`Model`] of it, the same bytes for the
//! same lesson and seed; a [`Listener`] holds both and answers utterances.
//!
//! A neural sentence encoder was rejected: it is better at ten samples an intent, but weighs 23 MB and milliseconds, and what
//! it makes of a text cannot be explained to its author.

mod dice;
mod entity;
mod index;
mod kin;
mod learn;
mod lesson;
mod linear;
mod listener;
mod model;
mod tagger;
mod template;
mod text;

pub use learn::train;
pub use lesson::{Example, IntentLesson, Lesson, SAMPLES_MAX, SlotLesson, TypeLesson};
pub use listener::Listener;
pub use model::{Model, ModelError};

use crate::bot::Name;
use crate::slot::{Resolution, Setting};
use sotto_sensitive::RawText;

/// Most interpretations of an utterance: the best and four alternatives ("Using intent confidence scores").
pub const INTERPRETATIONS_MAX: usize = 5;

/// What an utterance may mean.
#[derive(Clone, Debug, PartialEq)]
pub struct Interpretation {
    /// The intent.
    pub intent: Name,
    /// How sure that is, from 0 to 1, in hundredths (`nluConfidence`).
    pub confidence: f64,
    /// The values said with it, each for its slot; at most one entry for a slot that takes one value.
    pub slots: Vec<(Name, Resolution)>,
    /// Whether a sample utterance says exactly this.
    pub exact: bool,
}

/// Who reads utterances. The dialog asks through this, so that its tests can have a reader of their own.
pub trait Understand {
    /// What an utterance may mean, the likeliest first, at most [`INTERPRETATIONS_MAX`]. Of intents that are not `open` (their
    /// contexts are not active) none is offered; built-in intents count by their samples, and the fallback intent never: who
    /// asks compares the confidence with the locale's threshold.
    fn understand(
        &self,
        utterance: &RawText,
        setting: &Setting,
        open: &dyn Fn(&Name) -> bool,
    ) -> Vec<Interpretation>;

    /// The values of a slot in the answer to its question; several only where the slot takes several. `part` names the part
    /// of a composite slot.
    fn resolve(&self, place: &SlotPlace<'_>, answer: &RawText, setting: &Setting) -> Vec<Resolution>;
}

/// Which slot is asked for.
#[derive(Clone, Copy, Debug)]
pub struct SlotPlace<'a> {
    /// The intent.
    pub intent: &'a Name,
    /// The slot.
    pub slot: &'a Name,
    /// The part of a composite slot.
    pub part: Option<&'a str>,
}

/// A hash of bytes that is the same on every machine (FNV-1a, 64 bits, its bits mixed at the end).
pub(crate) fn hash(bytes: &[u8]) -> u64 {
    let mut hash = 0xCBF2_9CE4_8422_2325_u64;
    for byte in bytes {
        hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01B3);
    }
    mix(hash)
}

/// Spreads the bits of a number.
pub(crate) fn mix(mut value: u64) -> u64 {
    value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    value ^ (value >> 31)
}
