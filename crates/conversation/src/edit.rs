//! How does an author change a locale? Part by part, as the build API does: intents, slots, slot types.
//!
//! Requests and answers name slots and slot types by id, everything else here by name; this file is where the one becomes the
//! other. Quotas are those of the Lex V2 Developer Guide, "Quotas".

use crate::Words;
use crate::bot::{
    Dialect, FALLBACK, Id, Intent, IntentSettings, Locale, Name, Shape, Slot, SlotSettings, SlotType,
    SlotTypeSettings, Tree,
};
use crate::registry::{BotError, Outcome};
use std::sync::Arc;

/// Most intents of a locale.
pub const INTENTS_MAX: usize = 1_000;
/// Most slots of an intent.
pub const SLOTS_PER_INTENT_MAX: usize = 100;
/// Most slot types of a locale.
pub const SLOT_TYPES_MAX: usize = 250;
/// Most sample utterances of an intent, and characters of one.
pub const UTTERANCES_MAX: usize = 1_500;
/// Most characters of a sample utterance.
pub const UTTERANCE_CHARS_MAX: usize = 500;
/// Most sample utterances of a slot.
pub const SLOT_UTTERANCES_MAX: usize = 10;
/// Most values and synonyms of a slot type.
pub const VALUES_MAX: usize = 10_000;
/// Most values and synonyms of a locale.
pub const LOCALE_VALUES_MAX: usize = 50_000;

/// The id that the fallback intent always has.
const FALLBACK_ID: &str = "FALLBCKINT";

/// Which part is put: a new one with a fresh id, or the one of this id.
#[derive(Clone, Debug)]
pub enum Target {
    /// A new one.
    New(Id),
    /// This one.
    Old(Id),
}

fn quota(what: &'static str, count: usize, most: usize) -> Outcome<()> {
    if count <= most { Ok(()) } else { Err(BotError::Quota { what, most }) }
}

impl Locale {
    /// A new locale, with the fallback intent that each has.
    ///
    /// # Errors
    /// Never: its names are names.
    pub fn with_fallback(mut self) -> Outcome<Self> {
        let invalid = |_| BotError::Invalid("the fallback intent cannot be made");
        let settings = IntentSettings {
            description: Some("Default intent when no other intent matches".into()),
            parent: Some(FALLBACK.into()),
            ..IntentSettings::default()
        };
        self.intents.push(Arc::new(Intent {
            id: Id::parse(FALLBACK_ID).map_err(invalid)?,
            name: Name::parse("FallbackIntent").map_err(invalid)?,
            created: self.created,
            updated: self.created,
            slots: Vec::new(),
            settings,
        }));
        Ok(self)
    }

    /// Puts an intent; its slots stay.
    ///
    /// # Errors
    /// When there is none to change, the name is taken, or a quota is reached.
    pub fn put_intent(
        &mut self,
        target: Target,
        name: Name,
        mut settings: IntentSettings,
        now: u64,
    ) -> Outcome<Arc<Intent>> {
        let id = target.id();
        if self.intents.iter().any(|other| other.name == name && other.id != *id) {
            return Err(BotError::Exists("intent"));
        }
        quota("sample utterances", settings.utterances.len(), UTTERANCES_MAX)?;
        let chars = |words: &Words| words.read().chars().count();
        if settings.utterances.iter().any(|sample| chars(&sample.utterance) > UTTERANCE_CHARS_MAX) {
            return Err(BotError::Quota {
                what: "characters of a sample utterance",
                most: UTTERANCE_CHARS_MAX,
            });
        }
        settings.rest.clear();
        let before = self.intent_of(id).cloned();
        let intent = match (&target, before) {
            (Target::Old(_), None) => return Err(BotError::NotFound("intent")),
            (Target::Old(_), Some(before)) => {
                for priority in settings.priorities.items_mut() {
                    let slot = before.slots.iter().find(|slot| slot.id.as_str() == priority.slot.read());
                    priority.slot = slot.ok_or(BotError::NotFound("slot"))?.name.as_str().into();
                }
                let (slots, created) = (before.slots.clone(), before.created);
                Intent { id: id.clone(), name, created, updated: now, slots, settings }
            }
            (Target::New(_), _) => {
                quota("intents", self.intents.len() + 1, INTENTS_MAX)?;
                let second = |intent: &Arc<Intent>| intent.is_fallback();
                let is_fallback = settings.parent.as_ref().is_some_and(|parent| parent.read() == FALLBACK);
                if is_fallback && self.intents.iter().any(second) {
                    return Err(BotError::Exists("fallback intent"));
                }
                Intent { id: id.clone(), name, created: now, updated: now, slots: Vec::new(), settings }
            }
        };
        let intent = Arc::new(intent);
        put(&mut self.intents, Arc::clone(&intent), |one| one.id == intent.id);
        self.updated = now;
        Ok(intent)
    }

    /// Takes an intent away.
    ///
    /// # Errors
    /// When there is none, or it is the fallback intent.
    pub fn remove_intent(&mut self, id: &Id, now: u64) -> Outcome<()> {
        let intent = self.intent_of(id).cloned().ok_or(BotError::NotFound("intent"))?;
        if intent.is_fallback() {
            return Err(BotError::Conflict("the fallback intent cannot be deleted"));
        }
        intent.slots.iter().try_for_each(|slot| self.leave_level(slot))?;
        self.intents.retain(|intent| intent.id != *id);
        self.updated = now;
        Ok(())
    }

    /// Puts a slot of an intent.
    ///
    /// # Errors
    /// When there is no such intent, slot or slot type, the name is taken, or a quota is reached.
    pub fn put_slot(
        &mut self,
        intent: &Id,
        target: Target,
        (name, mut settings): (Name, SlotSettings),
        now: u64,
    ) -> Outcome<Arc<Slot>> {
        quota("sample utterances", settings.elicitation.utterances.len(), SLOT_UTTERANCES_MAX)?;
        settings.slot_type = settings.slot_type.as_ref().map(|id| self.type_name(id)).transpose()?;
        for (_, part) in settings.sub_slots.iter_mut().flat_map(|parts| parts.specifications.entries_mut()) {
            part.slot_type = self.type_name(&part.slot_type)?;
        }
        settings.rest.clear();
        let found = self.intent_of(intent).ok_or(BotError::NotFound("intent"))?;
        let id = target.id();
        if found.slots.iter().any(|other| other.name == name && other.id != *id) {
            return Err(BotError::Exists("slot"));
        }
        let before = found.slots.iter().find(|slot| slot.id == *id).cloned();
        let created = match (&target, &before) {
            (Target::Old(_), None) => return Err(BotError::NotFound("slot")),
            (Target::Old(_), Some(before)) => before.created,
            (Target::New(_), _) => {
                quota("slots", found.slots.len() + 1, SLOTS_PER_INTENT_MAX)?;
                now
            }
        };
        let mut slot = Slot { id: id.clone(), name, created, updated: now, classification: None, settings };
        slot.classification = self.level_set(&slot, before.as_deref());
        if let Some(before) = before.as_ref().filter(|before| before.name != slot.name) {
            self.leave_level(before)?;
        }
        let slot = Arc::new(slot);
        let found =
            self.intents.iter_mut().find(|one| one.id == *intent).ok_or(BotError::NotFound("intent"))?;
        let changed = Arc::make_mut(found);
        rename(changed, before.as_ref().map(|before| &before.name), &slot.name);
        put(&mut changed.slots, Arc::clone(&slot), |one| one.id == slot.id);
        self.updated = now;
        Ok(slot)
    }

    /// Sets how sensitive a slot's value is; nothing means by default. What was left with its name counts no more.
    ///
    /// # Errors
    /// When there is no such slot.
    pub fn classify(
        &mut self,
        (intent, slot): (&Id, &Id),
        level: Option<crate::bot::Classification>,
        now: u64,
    ) -> Outcome<()> {
        let intent =
            self.intents.iter_mut().find(|one| one.id == *intent).ok_or(BotError::NotFound("intent"))?;
        let slots = &mut Arc::make_mut(intent).slots;
        let found = slots.iter_mut().find(|one| one.id == *slot).ok_or(BotError::NotFound("slot"))?;
        let slot = Arc::make_mut(found);
        (slot.classification, slot.updated, self.updated) = (level, now, now);
        self.levels_kept.remove(&slot.name);
        Ok(())
    }

    /// Takes a slot away.
    ///
    /// # Errors
    /// When there is none.
    pub fn remove_slot(&mut self, intent: &Id, slot: &Id, now: u64) -> Outcome<()> {
        let there = self.intent_of(intent).ok_or(BotError::NotFound("intent"))?;
        let gone = there.slots.iter().find(|one| one.id == *slot).cloned();
        let gone = gone.ok_or(BotError::NotFound("slot"))?;
        self.leave_level(&gone)?;
        let intent =
            self.intents.iter_mut().find(|one| one.id == *intent).ok_or(BotError::NotFound("intent"))?;
        let intent = Arc::make_mut(intent);
        intent.slots.retain(|one| one.id != *slot);
        intent.settings.priorities.items_mut().retain(|one| one.slot.read() != gone.name.as_str());
        self.updated = now;
        Ok(())
    }

    /// Puts a slot type.
    ///
    /// # Errors
    /// When there is none to change, the name is taken, or a quota is reached.
    pub fn put_slot_type(
        &mut self,
        target: Target,
        name: Name,
        mut settings: SlotTypeSettings,
        now: u64,
    ) -> Outcome<Arc<SlotType>> {
        let id = target.id();
        if self.slot_types.iter().any(|other| other.name == name && other.id != *id) {
            return Err(BotError::Exists("slot type"));
        }
        for part in settings.composite.iter_mut().flat_map(|composite| composite.parts.items_mut()) {
            part.slot_type = self.type_name(&part.slot_type)?;
        }
        settings.rest.clear();
        let before = self.slot_type_of(id);
        let created = match (&target, before) {
            (Target::Old(_), None) => return Err(BotError::NotFound("slot type")),
            (Target::Old(_), Some(before)) => before.created,
            (Target::New(_), _) => {
                quota("slot types", self.slot_types.len() + 1, SLOT_TYPES_MAX)?;
                now
            }
        };
        let before = before.map(|one| one.name.clone());
        let one = Arc::new(SlotType { id: id.clone(), name, created, updated: now, settings });
        quota("values and synonyms of a slot type", one.value_count(), VALUES_MAX)?;
        let others =
            self.slot_types.iter().filter(|other| other.id != one.id).map(|other| other.value_count());
        quota(
            "values and synonyms of a locale",
            others.sum::<usize>() + one.value_count(),
            LOCALE_VALUES_MAX,
        )?;
        put(&mut self.slot_types, Arc::clone(&one), |other| other.id == one.id);
        if let Some(before) = before.filter(|before| *before != one.name) {
            self.rename_type(&before, &one.name);
        }
        self.updated = now;
        Ok(one)
    }

    /// Takes a slot type away. With `check`, slots of it stand in the way.
    ///
    /// # Errors
    /// When there is none, or it is in use.
    pub fn remove_slot_type(&mut self, id: &Id, check: bool, now: u64) -> Outcome<()> {
        let name = self.slot_type_of(id).ok_or(BotError::NotFound("slot type"))?.name.clone();
        if check && self.slots().any(|(_, slot)| slot.type_name() == Some(name.as_str())) {
            return Err(BotError::Conflict("the slot type is in use"));
        }
        self.slot_types.retain(|one| one.id != *id);
        self.updated = now;
        Ok(())
    }

    /// The name of a slot type that a request names by id.
    fn type_name(&self, id: &Words) -> Outcome<Words> {
        if id.read().starts_with("AMAZON.") {
            return Ok(id.clone());
        }
        let found = self.slot_types.iter().find(|one| one.id.as_str() == id.read());
        found.map(|one| one.name.as_str().into()).ok_or(BotError::NotFound("slot type"))
    }

    /// The id of a slot type for an answer; a type that is not there keeps its name.
    fn type_id(&self, name: &Words) -> Words {
        self.slot_type(name.read()).map_or_else(|| name.clone(), |one| one.id.as_str().into())
    }

    fn rename_type(&mut self, before: &Name, after: &Name) {
        for intent in &mut self.intents {
            if intent.slots.iter().all(|slot| slot.type_name() != Some(before.as_str())) {
                continue;
            }
            for slot in &mut Arc::make_mut(intent).slots {
                if slot.type_name() == Some(before.as_str()) {
                    Arc::make_mut(slot).settings.slot_type = Some(after.as_str().into());
                }
            }
        }
    }

    /// Settings of an intent as answers have them.
    pub fn intent_answer(&self, intent: &Intent) -> Tree {
        let mut settings = intent.settings.clone();
        for priority in settings.priorities.items_mut() {
            if let Some(slot) = intent.slot(priority.slot.read()) {
                priority.slot = slot.id.as_str().into();
            }
        }
        settings.write(Dialect::Api)
    }

    /// Settings of a slot as answers have them.
    pub fn slot_answer(&self, slot: &Slot) -> Tree {
        let mut settings = slot.settings.clone();
        settings.slot_type = settings.slot_type.as_ref().map(|name| self.type_id(name));
        for (_, part) in settings.sub_slots.iter_mut().flat_map(|parts| parts.specifications.entries_mut()) {
            part.slot_type = self.type_id(&part.slot_type);
        }
        settings.write(Dialect::Api)
    }

    /// Settings of a slot type as answers have them.
    pub fn slot_type_answer(&self, one: &SlotType) -> Tree {
        let mut settings = one.settings.clone();
        for part in settings.composite.iter_mut().flat_map(|composite| composite.parts.items_mut()) {
            part.slot_type = self.type_id(&part.slot_type);
        }
        settings.write(Dialect::Api)
    }
}

impl Target {
    const fn id(&self) -> &Id {
        match self {
            Self::New(id) | Self::Old(id) => id,
        }
    }
}

/// A slot's new name in the order of slots.
fn rename(intent: &mut Intent, before: Option<&Name>, after: &Name) {
    let Some(before) = before.filter(|before| *before != after) else { return };
    for priority in intent.settings.priorities.items_mut() {
        if priority.slot.read() == before.as_str() {
            priority.slot = after.as_str().into();
        }
    }
}

fn put<T>(items: &mut Vec<Arc<T>>, item: Arc<T>, same: impl Fn(&T) -> bool) {
    match items.iter_mut().find(|one| same(one)) {
        Some(place) => *place = item,
        None => items.push(item),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bot::{LocaleId, SlotPriority, SlotTypeValue, Utterance};

    fn id(number: u8) -> Id {
        Id::from_random([number; 16])
    }

    fn name(text: &str) -> Name {
        Name::parse(text).unwrap()
    }

    fn locale() -> Locale {
        Locale::new(LocaleId::parse("en_US").unwrap(), 1).with_fallback().unwrap()
    }

    fn slot_of(slot_type: &str) -> SlotSettings {
        SlotSettings { slot_type: Some(slot_type.into()), ..SlotSettings::default() }
    }

    #[test]
    fn ids_of_requests_are_names_inside_and_ids_in_answers() {
        let mut locale = locale();
        let sort =
            locale.put_slot_type(Target::New(id(1)), name("Sort"), SlotTypeSettings::default(), 2).unwrap();
        let intent =
            locale.put_intent(Target::New(id(2)), name("Order"), IntentSettings::default(), 3).unwrap();
        let slot = (name("What"), slot_of(sort.id.as_str()));
        let slot = locale.put_slot(&intent.id, Target::New(id(3)), slot, 4).unwrap();
        assert_eq!(slot.type_name(), Some("Sort"));
        assert_eq!(locale.slot_answer(&slot).member("slotTypeId"), Some(&Tree::text(sort.id.as_str())));
        let priority =
            SlotPriority { priority: Some(1), slot: slot.id.as_str().into(), ..SlotPriority::default() };
        let ordered = IntentSettings { priorities: vec![priority].into(), ..IntentSettings::default() };
        let intent = locale.put_intent(Target::Old(intent.id.clone()), name("Order"), ordered, 5).unwrap();
        assert_eq!(intent.settings.priorities[0].slot, "What".into());
        let renamed = (name("Which"), slot_of(sort.id.as_str()));
        locale.put_slot(&intent.id, Target::Old(slot.id.clone()), renamed, 6).unwrap();
        let intent = locale.intent("Order").unwrap().clone();
        assert_eq!(intent.settings.priorities[0].slot, "Which".into());
        let Some(Tree::List(priorities)) = locale.intent_answer(&intent).member("slotPriorities").cloned()
        else {
            panic!()
        };
        assert_eq!(priorities[0].member("slotId"), Some(&Tree::text(slot.id.as_str())));
        let target = Target::Old(sort.id.clone());
        locale.put_slot_type(target, name("Kind"), SlotTypeSettings::default(), 7).unwrap();
        assert_eq!(locale.intent("Order").unwrap().slots[0].type_name(), Some("Kind"));
        assert!(locale.remove_slot_type(&sort.id, true, 8).is_err());
        locale.remove_slot(&intent.id, &slot.id, 8).unwrap();
        assert!(locale.intent("Order").unwrap().settings.priorities.is_empty());
        locale.remove_slot_type(&sort.id, true, 9).unwrap();
        locale.remove_intent(&intent.id, 10).unwrap();
        assert_eq!((locale.intents.len(), locale.updated), (1, 10));
        let fallback = locale.fallback().unwrap().id.clone();
        assert!(matches!(locale.remove_intent(&fallback, 11), Err(BotError::Conflict(_))));
    }

    #[test]
    fn names_are_unique_and_things_must_be_there() {
        let mut locale = locale();
        let none = IntentSettings::default;
        locale.put_intent(Target::New(id(1)), name("A"), none(), 1).unwrap();
        assert_eq!(
            locale.put_intent(Target::New(id(2)), name("A"), none(), 1),
            Err(BotError::Exists("intent"))
        );
        assert_eq!(
            locale.put_intent(Target::Old(id(9)), name("B"), none(), 1),
            Err(BotError::NotFound("intent"))
        );
        let fallback = IntentSettings { parent: Some(FALLBACK.into()), ..none() };
        let second = locale.put_intent(Target::New(id(3)), name("F"), fallback, 1);
        assert_eq!(second, Err(BotError::Exists("fallback intent")));
        let slot = |slot_type| (name("S"), slot_of(slot_type));
        let put =
            |locale: &mut Locale, target, slot_type| locale.put_slot(&id(1), target, slot(slot_type), 1);
        assert_eq!(put(&mut locale, Target::New(id(4)), "NOSUCHTYPE"), Err(BotError::NotFound("slot type")));
        put(&mut locale, Target::New(id(4)), "AMAZON.City").unwrap();
        assert_eq!(put(&mut locale, Target::New(id(5)), "AMAZON.City"), Err(BotError::Exists("slot")));
        locale.classify((&id(1), &id(4)), Some(crate::bot::Classification::High), 2).unwrap();
        assert_eq!(locale.intent("A").unwrap().slots[0].classification().as_str(), "high");
        put(&mut locale, Target::Old(id(4)), "AMAZON.Date").unwrap();
        assert!(locale.intent("A").unwrap().slots[0].classification.is_some(), "an update keeps the level");
    }

    #[test]
    fn quotas_hold_on_both_sides() {
        let mut locale = locale();
        let samples = |count: usize, length: usize| {
            let sample = Utterance { utterance: "a".repeat(length).into(), ..Utterance::default() };
            IntentSettings { utterances: vec![sample; count].into(), ..IntentSettings::default() }
        };
        let mut put = |settings| locale.put_intent(Target::New(id(1)), name("A"), settings, 1).map(|_| ());
        assert!(put(samples(UTTERANCES_MAX, 1)).is_ok());
        assert!(put(samples(UTTERANCES_MAX + 1, 1)).is_err());
        assert!(put(samples(1, UTTERANCE_CHARS_MAX)).is_ok());
        assert!(put(samples(1, UTTERANCE_CHARS_MAX + 1)).is_err());
        let values = |count: usize| {
            let values = vec![SlotTypeValue::default(); count];
            SlotTypeSettings { values: values.into(), ..SlotTypeSettings::default() }
        };
        let mut put = |number, count| {
            let target = Target::New(id(number));
            locale.put_slot_type(target, name(&format!("T{number}")), values(count), 1).map(|_| ())
        };
        assert!(put(1, VALUES_MAX + 1).is_err());
        for number in 1..=5 {
            assert!(put(number, VALUES_MAX).is_ok());
        }
        assert_eq!(
            put(6, 1),
            Err(BotError::Quota { what: "values and synonyms of a locale", most: LOCALE_VALUES_MAX })
        );
    }
}
