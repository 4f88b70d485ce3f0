//! What does a locale teach its reader? Intents with samples, slots with resolvers; what the build of a locale learns from.

use super::{hash, mix};
use crate::Words;
use crate::bot::{Intent, Locale, Name, Slot};
use crate::slot::{Builtin, Resolver};

/// Most samples of an intent that are learned from ("Quotas").
pub const SAMPLES_MAX: usize = 1_500;

/// What a locale teaches.
pub struct Lesson {
    /// The locale's id, which decides about dates and currencies.
    pub locale: String,
    /// Its intents, the fallback intent left out.
    pub intents: Vec<IntentLesson>,
    /// The slot types, each once.
    pub types: Vec<TypeLesson>,
}

/// What is taught of an intent.
pub struct IntentLesson {
    /// Its name.
    pub name: Name,
    /// Sample utterances, `{slots}` in braces.
    pub samples: Vec<Words>,
    /// Utterances whose values are marked: how labelled sets are learned from.
    pub examples: Vec<Example>,
    /// Its slots.
    pub slots: Vec<SlotLesson>,
}

/// What is taught of a slot.
pub struct SlotLesson {
    /// Its name.
    pub name: Name,
    /// Its type, by its place among the lesson's types.
    pub kind: usize,
    /// Sample answers to its question.
    pub samples: Vec<Words>,
    /// Whether it takes several values.
    pub is_list: bool,
    /// The parts of a composite slot: name and type.
    pub parts: Vec<(String, usize)>,
}

/// A slot type of a lesson.
pub struct TypeLesson {
    /// Its name, or the signature of the built-in type.
    pub name: String,
    /// What reads its values.
    pub resolver: Resolver,
}

/// An utterance with its values marked.
pub struct Example {
    /// The utterance.
    pub text: Words,
    /// Values: where each begins and ends, in bytes, and its slot by its place among the intent's slots.
    pub spans: Vec<(usize, usize, usize)>,
}

/// Built-in intents with what people say ("Built-in intents").
const BUILTIN_INTENTS: [(&str, &[&str]); 7] = [
    ("AMAZON.CancelIntent", &["cancel", "never mind", "forget it", "cancel that", "i changed my mind"]),
    ("AMAZON.HelpIntent", &["help", "help me", "can you help me", "i need help", "what can you do"]),
    ("AMAZON.StopIntent", &["stop", "off", "shut up", "quit", "that's enough"]),
    ("AMAZON.RepeatIntent", &["repeat", "say that again", "repeat that", "pardon", "what did you say"]),
    ("AMAZON.PauseIntent", &["pause", "pause that", "hold on", "wait a moment"]),
    ("AMAZON.ResumeIntent", &["resume", "continue", "keep going", "go on"]),
    ("AMAZON.StartOverIntent", &["start over", "restart", "start again", "from the beginning"]),
];

impl Lesson {
    /// What a locale teaches.
    pub fn of(locale: &Locale) -> Self {
        let mut lesson =
            Self { locale: locale.id.as_str().to_owned(), intents: Vec::new(), types: Vec::new() };
        for intent in locale.intents.iter().filter(|intent| !intent.is_fallback()) {
            let taught = lesson.intent(locale, intent);
            lesson.intents.push(taught);
        }
        lesson
    }

    fn intent(&mut self, locale: &Locale, intent: &Intent) -> IntentLesson {
        let own = intent.settings.utterances.iter().map(|sample| sample.utterance.clone());
        let builtin = BUILTIN_INTENTS.iter().filter(|(signature, _)| intent.extends(signature));
        let more = builtin.flat_map(|(_, samples)| samples.iter().map(|sample| Words::from(*sample)));
        IntentLesson {
            name: intent.name.clone(),
            samples: own.chain(more).take(SAMPLES_MAX).collect(),
            examples: Vec::new(),
            slots: intent.slots.iter().map(|slot| self.slot(locale, slot)).collect(),
        }
    }

    fn slot(&mut self, locale: &Locale, slot: &Slot) -> SlotLesson {
        let settings = &slot.settings;
        let samples = settings.elicitation.utterances.iter().map(|sample| sample.utterance.clone()).collect();
        let composite = settings.slot_type.as_ref().and_then(|name| composite(locale, name.read()));
        let parts = composite.map_or_else(Vec::new, |parts| {
            parts.iter().map(|(name, kind)| (name.read().to_owned(), self.kind(locale, Some(kind)))).collect()
        });
        SlotLesson {
            name: slot.name.clone(),
            kind: self.kind(locale, settings.slot_type.as_ref()),
            samples,
            is_list: slot.is_list(),
            parts,
        }
    }

    /// The place of a type among the lesson's types.
    fn kind(&mut self, locale: &Locale, name: Option<&Words>) -> usize {
        let text = name.map_or("", Words::read);
        let known = self.types.iter().position(|one| one.name == text);
        known.unwrap_or_else(|| {
            self.types.push(TypeLesson { name: text.to_owned(), resolver: Resolver::named(locale, name) });
            self.types.len() - 1
        })
    }

    /// What a model belongs to: names of intents and slots in their order. Another lesson has another mark.
    pub(crate) fn mark(&self) -> u64 {
        let mut mark = 1;
        for intent in &self.intents {
            mark = mix(mark ^ hash(intent.name.as_str().as_bytes()));
            for slot in &intent.slots {
                mark = mix(mark.rotate_left(9) ^ hash(slot.name.as_str().as_bytes()));
            }
        }
        mark
    }
}

/// The parts of a composite type, by name and type.
fn composite(locale: &Locale, name: &str) -> Option<Vec<(Words, Words)>> {
    let found = locale.slot_types.iter().find(|one| one.name.as_str() == name || one.id.as_str() == name)?;
    let parts: Vec<(Words, Words)> =
        found.parts().iter().map(|part| (part.name.clone(), part.slot_type.clone())).collect();
    (!parts.is_empty()).then_some(parts)
}

/// Values that people say for built-in types, from which samples with slots are made while learning.
pub(crate) fn typical(builtin: Builtin) -> &'static [&'static str] {
    match builtin {
        Builtin::AlphaNumeric => &["ABC123", "x7 9 2", "QR4417", "a b c 1 2 3"],
        Builtin::City => {
            &["london", "new york", "berlin", "san francisco", "tokyo", "madrid", "chicago", "cape town"]
        }
        Builtin::Confirmation => &["yes", "no", "maybe", "sure", "not sure"],
        Builtin::Country => {
            &["france", "germany", "brazil", "south africa", "japan", "united kingdom", "india"]
        }
        Builtin::Currency => &["twenty dollars", "$50", "100 euros", "5 pounds", "3.50", "two hundred bucks"],
        Builtin::Date => &[
            "tomorrow",
            "next friday",
            "june 5th",
            "the 3rd of may",
            "monday",
            "12/24",
            "next week",
            "2027-03-04",
        ],
        Builtin::Duration => {
            &["two hours", "ten minutes", "3 days", "a week", "an hour and a half", "six months"]
        }
        Builtin::EmailAddress => &["ann@example.com", "jo.day@example.org", "kim at example dot com"],
        Builtin::FirstName => &["anna", "james", "maria", "wei", "fatima", "lukas"],
        Builtin::FreeFormInput => &["something else entirely", "it was not what we asked for", "the red one"],
        Builtin::LastName => &["smith", "garcia", "nguyen", "okafor", "van dijk"],
        Builtin::Number => &["3", "twelve", "two hundred", "42", "one hundred twenty three", "7"],
        Builtin::Percentage => &["10 percent", "5%", "twenty percent", "2.5%"],
        Builtin::PhoneNumber => {
            &["555 0100 123", "+44 20 7946 0000", "five five five zero one nine nine", "2025550143"]
        }
        Builtin::State => &["california", "texas", "new york", "ohio", "north carolina"],
        Builtin::StreetName => &["main street", "elm avenue", "canal road"],
        Builtin::Time => &["10 pm", "noon", "half past nine", "7:30", "in the evening", "five o'clock"],
        Builtin::UkPostalCode => &["SW1A 1AA", "M1 1AE", "b33 8th"],
    }
}
