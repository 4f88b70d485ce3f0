//! What does a bot know in one language? A locale: its intents and slot types, and when it is sure enough (the API's
//! `DescribeBotLocale`).

use super::intent::Intent;
use super::name::{Id, LocaleId, Name};
use super::shape::shapes;
use super::slot::{Classification, Slot};
use super::slot_type::SlotType;
use super::tree::Tree;
use crate::Words;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A language of a bot, with everything in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Locale {
    /// Which language.
    pub id: LocaleId,
    /// When it was made, in seconds since 1970.
    pub created: u64,
    /// When it was changed.
    pub updated: u64,
    /// Its own settings.
    pub settings: LocaleSettings,
    /// Its intents, in the order in which they were made.
    pub intents: Vec<Arc<Intent>>,
    /// Its slot types.
    pub slot_types: Vec<Arc<SlotType>>,
    /// Words that speech should know, kept and not used: file name and content.
    pub attachments: Vec<(Words, Words)>,
    /// Levels of slots that went, by their names: a slot that is called so is no less sensitive.
    pub levels_kept: BTreeMap<Name, Classification>,
}

shapes! {
    /// How it speaks.
    pub struct VoiceSettings {
        /// The voice.
        voice: Words = "voiceId",
        /// The kind of it.
        engine: Option<Words> = "engine",
    }

    /// Everything of a locale but what is in it.
    pub struct LocaleSettings {
        /// What its author says of it.
        description: Option<Words> = "description",
        /// Below which score an intent is not taken; 0 to 1.
        threshold: Option<f64> = "nluIntentConfidenceThreshold" | "nluConfidenceThreshold",
        /// How it speaks.
        voice: Option<VoiceSettings> = "voiceSettings",
        /// Kept and not used.
        unified_speech: Option<Tree> = "unifiedSpeechSettings",
        /// Kept and not used.
        audio_filler: Option<Tree> = "audioFillerSettings",
        /// Kept and not used.
        speech_recognition: Option<Tree> = "speechRecognitionSettings",
        /// Kept and not used.
        generative: Option<Tree> = "generativeAISettings",
        /// Kept and not used.
        speech_detection: Option<Words> = "speechDetectionSensitivity",
        /// Kept and not used.
        diarization: Option<Tree> = "speakerDiarizationSettings",
    }
}

/// Below which score an intent is not taken, where the author says nothing (Lex V2 Developer Guide, "Confidence scores").
pub const THRESHOLD: f64 = 0.4;

impl Locale {
    /// An empty one.
    pub fn new(id: LocaleId, now: u64) -> Self {
        Self {
            id,
            created: now,
            updated: now,
            settings: LocaleSettings::default(),
            intents: Vec::new(),
            slot_types: Vec::new(),
            attachments: Vec::new(),
            levels_kept: BTreeMap::new(),
        }
    }

    /// Below which score an intent is not taken.
    pub fn threshold(&self) -> f64 {
        self.settings.threshold.unwrap_or(THRESHOLD)
    }

    /// The intent of this name.
    pub fn intent(&self, name: &str) -> Option<&Arc<Intent>> {
        self.intents.iter().find(|intent| intent.name.as_str() == name)
    }

    /// The intent of this id.
    pub fn intent_of(&self, id: &Id) -> Option<&Arc<Intent>> {
        self.intents.iter().find(|intent| intent.id == *id)
    }

    /// The intent that is taken when nothing else fits.
    pub fn fallback(&self) -> Option<&Arc<Intent>> {
        self.intents.iter().find(|intent| intent.is_fallback())
    }

    /// The slot type of this name.
    pub fn slot_type(&self, name: &str) -> Option<&Arc<SlotType>> {
        self.slot_types.iter().find(|slot_type| slot_type.name.as_str() == name)
    }

    /// The slot type of this id.
    pub fn slot_type_of(&self, id: &Id) -> Option<&Arc<SlotType>> {
        self.slot_types.iter().find(|slot_type| slot_type.id == *id)
    }

    /// All slots, each with its intent.
    pub fn slots(&self) -> impl Iterator<Item = (&Intent, &Slot)> {
        self.intents.iter().flat_map(|intent| intent.slots.iter().map(|slot| (&**intent, &**slot)))
    }
}
