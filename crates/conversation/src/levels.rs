//! What becomes of a slot's level when the slot is changed, taken away, made again or imported over? It is not lowered: only who sets
//! a level lowers it.
//!
//! Policies close values by level, and setting a level is a right of its own. So a slot that is there before and after keeps its
//! level, also under another name or type. One that goes leaves its level with its name: what stands under that name is no less
//! sensitive then, until somebody sets the level of a slot that is called so. To ask for the right to set levels wherever slots
//! are changed was rejected: it would refuse what lowers nothing.

use crate::bot::{Classification, Locale, Name, Slot, proposed};
use crate::registry::{BotError, Outcome};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Most levels that are kept of slots that went: as many as a locale may have slots (Lex V2 quotas).
pub(crate) const LEVELS_KEPT_MAX: usize = 4_000;

/// How sensitive, as a number.
pub(crate) const fn rank(level: Classification) -> u8 {
    match level {
        Classification::High => 2,
        Classification::Medium => 1,
        Classification::Low => 0,
    }
}

fn higher(one: Classification, other: Classification) -> Classification {
    if rank(one) >= rank(other) { one } else { other }
}

impl Locale {
    /// How sensitive a slot is: its own level, or what was left with its name if that is higher.
    pub fn level_now(&self, slot: &Slot) -> Classification {
        let own = slot.classification();
        self.levels_kept.get(&slot.name).map_or(own, |kept| higher(own, *kept))
    }

    /// Leaves a slot's level with its name, where the name alone does not speak for it.
    pub(crate) fn leave_level(&mut self, slot: &Slot) -> Outcome<()> {
        let level = slot.classification();
        if rank(level) <= rank(proposed("", slot.name.as_str())) {
            return Ok(());
        }
        let known = self.levels_kept.get(&slot.name);
        if known.is_none() && self.levels_kept.len() >= LEVELS_KEPT_MAX {
            return Err(BotError::Quota { what: "levels of slots that went", most: LEVELS_KEPT_MAX });
        }
        let level = known.map_or(level, |known| higher(level, *known));
        self.levels_kept.insert(slot.name.clone(), level);
        Ok(())
    }

    /// The level that is set for a slot which stands where `before` stood, or nothing.
    pub(crate) fn level_set(&self, slot: &Slot, before: Option<&Slot>) -> Option<Classification> {
        let mut after = slot.clone();
        after.classification = before.and_then(|before| before.classification);
        let is_named_anew = before.is_none_or(|before| before.name != slot.name);
        let left = self.levels_kept.get(&slot.name).copied().filter(|_| is_named_anew);
        for least in before.map(Slot::classification).into_iter().chain(left) {
            if rank(least) > rank(after.classification()) {
                after.classification = Some(least);
            }
        }
        after.classification
    }

    /// Keeps the levels of the locale that this one takes the place of.
    pub(crate) fn keep_levels(mut self, before: &Self) -> Outcome<Self> {
        let names = |locale: &Self| -> BTreeMap<(Name, Name), Slot> {
            let named = |(intent, slot): (&crate::bot::Intent, &Slot)| {
                ((intent.name.clone(), slot.name.clone()), slot.clone())
            };
            locale.slots().map(named).collect()
        };
        let (old, new) = (names(before), names(&self));
        self.levels_kept.clone_from(&before.levels_kept);
        for (_, slot) in old.iter().filter(|(place, _)| !new.contains_key(place)) {
            self.leave_level(slot)?;
        }
        for ((intent, name), slot) in &new {
            let level = self.level_set(slot, old.get(&(intent.clone(), name.clone())));
            if level == slot.classification {
                continue;
            }
            let intent = self.intents.iter_mut().find(|one| one.name == *intent);
            let slots = intent.map(|intent| &mut Arc::make_mut(intent).slots);
            if let Some(slot) = slots.and_then(|slots| slots.iter_mut().find(|one| one.name == *name)) {
                Arc::make_mut(slot).classification = level;
            }
        }
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bot::{Id, IntentSettings, LocaleId, SlotSettings};
    use crate::edit::Target;
    use crate::merge::{Strategy, merged};
    use Classification::{High, Low, Medium};

    fn id(number: u8) -> Id {
        Id::from_random([number; 16])
    }

    fn name(text: &str) -> Name {
        Name::parse(text).unwrap()
    }

    fn put(locale: &mut Locale, target: Target, slot: (&str, &str)) {
        let settings = SlotSettings { slot_type: Some(slot.1.into()), ..SlotSettings::default() };
        locale.put_slot(&id(1), target, (name(slot.0), settings), 2).unwrap();
    }

    /// An intent with one slot.
    fn with(slot: (&str, &str), level: Option<Classification>) -> Locale {
        let mut locale = Locale::new(LocaleId::parse("en_US").unwrap(), 1).with_fallback().unwrap();
        locale.put_intent(Target::New(id(1)), name("Order"), IntentSettings::default(), 1).unwrap();
        put(&mut locale, Target::New(id(2)), slot);
        locale.classify((&id(1), &id(2)), level, 1).unwrap();
        locale
    }

    fn level(locale: &Locale, slot: &str) -> Classification {
        locale.intent("Order").unwrap().slot(slot).unwrap().classification()
    }

    #[test]
    fn a_change_of_name_or_type_lowers_nothing() {
        for (before, set, after, wanted) in [
            (("CardNumber", "AMAZON.Number"), None, ("Cn", "AMAZON.Number"), High),
            (("Who", "AMAZON.PhoneNumber"), None, ("Who", "AMAZON.Number"), High),
            (("What", "AMAZON.EmailAddress"), None, ("Which", "AMAZON.Number"), Medium),
            (("Ref", "AMAZON.Number"), Some(High), ("Other", "AMAZON.City"), High),
            (("CardNumber", "AMAZON.Number"), Some(Low), ("CardNumber", "AMAZON.AlphaNumeric"), Low),
            (("Ref", "AMAZON.Number"), None, ("CardNumber", "AMAZON.Number"), High),
            (("Ref", "AMAZON.Number"), None, ("Other", "AMAZON.Number"), Low),
        ] {
            let mut locale = with(before, set);
            put(&mut locale, Target::Old(id(2)), after);
            assert_eq!(level(&locale, after.0), wanted, "{before:?} {after:?}");
        }
    }

    #[test]
    fn what_is_made_again_is_as_sensitive_as_before() {
        let ways: [fn(&mut Locale); 3] = [
            |locale| locale.remove_slot(&id(1), &id(2), 3).unwrap(),
            |locale| put(locale, Target::Old(id(2)), ("Other", "AMAZON.Number")),
            |locale| {
                locale.remove_intent(&id(1), 3).unwrap();
                locale.put_intent(Target::New(id(1)), name("Order"), IntentSettings::default(), 3).unwrap();
            },
        ];
        for goes in ways {
            let mut locale = with(("Ref", "AMAZON.Number"), Some(High));
            goes(&mut locale);
            let mut locale = Locale::from_resting(&locale.to_resting()).unwrap();
            put(&mut locale, Target::New(id(3)), ("Ref", "AMAZON.Number"));
            assert_eq!(level(&locale, "Ref"), High);
            put(&mut locale, Target::New(id(4)), ("Unheard", "AMAZON.Number"));
            assert_eq!(level(&locale, "Unheard"), Low);
            locale.classify((&id(1), &id(3)), Some(Low), 4).unwrap();
            locale.remove_slot(&id(1), &id(3), 5).unwrap();
            put(&mut locale, Target::New(id(5)), ("Ref", "AMAZON.Number"));
            assert_eq!(level(&locale, "Ref"), Low, "who set it meant it");
        }
    }

    #[test]
    fn what_is_imported_over_keeps_its_level() {
        for strategy in [Strategy::Overwrite, Strategy::Append] {
            let over = |before: Locale, new: Locale| {
                merged(Some(&before), new, strategy, &mut || Id::from_random([9; 16])).unwrap()
            };
            let plain = || with(("Ref", "AMAZON.Number"), None);
            let same = over(with(("Ref", "AMAZON.Number"), Some(High)), plain());
            assert_eq!(level(&same, "Ref"), High);
            let retyped = over(with(("Ref", "AMAZON.PhoneNumber"), None), plain());
            assert_eq!(level(&retyped, "Ref"), High);
            let lowered = with(("CardNumber", "AMAZON.Number"), Some(Low));
            let lowered = over(lowered, with(("CardNumber", "AMAZON.Number"), None));
            assert_eq!(level(&lowered, "CardNumber"), Low, "what was set stays");
            let gone = over(with(("Ref", "AMAZON.Number"), Some(Medium)), with(("X", "AMAZON.City"), None));
            assert_eq!(level(&over(gone, plain()), "Ref"), Medium, "also by way of another import");
        }
    }

    #[test]
    fn a_level_that_was_left_counts_for_others_of_the_name() {
        let mut locale = with(("Ref", "AMAZON.Number"), Some(High));
        locale.put_intent(Target::New(id(6)), name("Second"), IntentSettings::default(), 1).unwrap();
        let settings = SlotSettings { slot_type: Some("AMAZON.Number".into()), ..SlotSettings::default() };
        locale.put_slot(&id(6), Target::New(id(7)), (name("Ref"), settings), 1).unwrap();
        locale.remove_slot(&id(1), &id(2), 2).unwrap();
        let other = locale.intent("Second").unwrap().slot("Ref").unwrap();
        assert_eq!((other.classification(), locale.level_now(other)), (Low, High));
        assert_eq!(crate::transcript::level(&locale, &name("Ref")), High);
    }

    #[test]
    fn levels_that_are_kept_are_bounded() {
        let mut locale = with(("Ref", "AMAZON.Number"), Some(High));
        let kept = (1..LEVELS_KEPT_MAX).map(|number| (name(&format!("N{number}")), High));
        locale.levels_kept.extend(kept);
        let mut full = locale.clone();
        locale.remove_slot(&id(1), &id(2), 2).unwrap();
        full.levels_kept.insert(name("More"), High);
        let quota = BotError::Quota { what: "levels of slots that went", most: LEVELS_KEPT_MAX };
        assert_eq!(full.remove_slot(&id(1), &id(2), 2), Err(quota));
        assert!(full.intent("Order").unwrap().slot("Ref").is_some());
    }
}
