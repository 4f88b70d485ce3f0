//! What may a condition ask about this turn? Slots of the intent, session attributes, and what was said how.

use super::walk::Walk;
use crate::Words;
use crate::bot::{Locale, Slot};
use crate::expression::{Fact, FactKind, Facts};
use crate::session::{Attributes, IntentState};
use crate::slot::Builtin;

/// A turn, as conditions see it.
pub(super) struct TurnFacts {
    slots: Vec<(String, Fact)>,
    attributes: Attributes,
    mode: Words,
    transcript: Option<Words>,
}

impl Walk<'_> {
    pub(super) fn facts(&self) -> TurnFacts {
        let session = &self.work.session;
        let slots = match (self.intent(), &session.intent) {
            (Some(intent), Some(state)) => {
                intent.slots.iter().flat_map(|slot| slot_facts(self.scene.locale, slot, state)).collect()
            }
            _ => Vec::new(),
        };
        TurnFacts {
            slots,
            attributes: session.attributes.clone(),
            mode: self.work.heard.mode.as_str().into(),
            transcript: self.work.heard.transcript.clone(),
        }
    }
}

fn slot_facts(locale: &Locale, slot: &Slot, state: &IntentState) -> Vec<(String, Fact)> {
    let Some(value) = state.value(&slot.name) else { return Vec::new() };
    let name = slot.name.as_str();
    let kind = slot.type_name().map_or(FactKind::Text, |type_name| kind_of(locale, type_name));
    let mut facts = vec![(name.to_owned(), Fact { values: value.taken(), kind })];
    if let Some(parts) = &slot.settings.sub_slots {
        facts.extend(parts.specifications.iter().filter_map(|(part, specification)| {
            let kind = kind_of(locale, specification.slot_type.read());
            Some((format!("{name}.{}", part.read()), Fact { values: value.part(part.read())?.taken(), kind }))
        }));
    }
    facts
}

/// How values of a type compare; a type of the bot's own as the built-in one that it extends.
fn kind_of(locale: &Locale, type_name: &str) -> FactKind {
    let parent = || {
        locale.slot_type(type_name)?.settings.parent.as_ref().and_then(|parent| Builtin::parse(parent.read()))
    };
    match Builtin::parse(type_name).or_else(parent) {
        Some(Builtin::Number | Builtin::Percentage) => FactKind::Number,
        Some(Builtin::Date) => FactKind::Date,
        Some(Builtin::Time) => FactKind::Time,
        Some(Builtin::Duration) => FactKind::Duration,
        _ => FactKind::Text,
    }
}

impl Facts for TurnFacts {
    fn slot(&self, name: &str) -> Option<Fact> {
        let found = self.slots.iter().find(|(known, _)| known == name)?;
        Some(found.1.clone())
    }

    fn attribute(&self, name: &str) -> Option<Fact> {
        self.attributes.find(name).map(|value| Fact::one(value.clone(), FactKind::Text))
    }

    fn input_mode(&self) -> Option<Fact> {
        Some(Fact::one(self.mode.clone(), FactKind::Text))
    }

    fn input_transcript(&self) -> Option<Fact> {
        self.transcript.clone().map(|said| Fact::one(said, FactKind::Text))
    }
}
