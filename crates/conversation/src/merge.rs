//! What becomes of a locale into which another one is imported? (Lex V2 API Reference, "StartImport", `mergeStrategy`.)

use crate::bot::{Id, Intent, Locale, SlotType};
use crate::registry::{BotError, Outcome};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What happens to what is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strategy {
    /// It is replaced.
    Overwrite,
    /// Nothing may be there.
    FailOnConflict,
    /// It stays where nothing new has its name.
    Append,
}

impl Strategy {
    /// As the API writes it.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "Overwrite" => Some(Self::Overwrite),
            "FailOnConflict" => Some(Self::FailOnConflict),
            "Append" => Some(Self::Append),
            _ => None,
        }
    }
}

/// The locale after the import. One without a fallback intent gets one. `id` gives a new id each time.
///
/// # Errors
/// When something is there that must not be.
pub fn merged(
    before: Option<&Locale>,
    mut new: Locale,
    strategy: Strategy,
    id: &mut dyn FnMut() -> Id,
) -> Outcome<Locale> {
    let merged = match (before, strategy) {
        (None, _) => new,
        (Some(_), Strategy::FailOnConflict) => return Err(BotError::Exists("locale")),
        (Some(before), Strategy::Overwrite) => {
            new.created = before.created;
            new.keep_levels(before)?
        }
        (Some(before), Strategy::Append) => appended(before, new, id).keep_levels(before)?,
    };
    match merged.fallback().is_some() || merged.intent("FallbackIntent").is_some() {
        true => Ok(merged),
        false => merged.with_fallback(),
    }
}

fn appended(before: &Locale, new: Locale, id: &mut dyn FnMut() -> Id) -> Locale {
    let mut after = before.clone();
    let mut taken: BTreeSet<Id> = after.intents.iter().map(|one| one.id.clone()).collect();
    taken.extend(after.slot_types.iter().map(|one| one.id.clone()));
    (after.settings, after.updated) = (new.settings, new.updated);
    let has_fallback = after.fallback().is_some();
    for one in new.slot_types {
        let place = after.slot_types.iter().position(|old| old.name == one.name);
        put(&mut after.slot_types, place, one, (&mut taken, id));
    }
    for one in new
        .intents
        .into_iter()
        .filter(|one| !(has_fallback && one.is_fallback() && before.intent(one.name.as_str()).is_none()))
    {
        let place = after.intents.iter().position(|old| old.name == one.name);
        put(&mut after.intents, place, one, (&mut taken, id));
    }
    for (path, content) in new.attachments {
        after.attachments.retain(|(other, _)| *other != path);
        after.attachments.push((path, content));
    }
    after
}

trait Part: Clone {
    fn id_mut(&mut self) -> &mut Id;
}

impl Part for Intent {
    fn id_mut(&mut self) -> &mut Id {
        &mut self.id
    }
}

impl Part for SlotType {
    fn id_mut(&mut self) -> &mut Id {
        &mut self.id
    }
}

/// Puts a part in the place of the one of its name, whose id it takes, or behind the others, with an id of its own.
fn put<T: Part>(
    parts: &mut Vec<Arc<T>>,
    place: Option<usize>,
    mut part: Arc<T>,
    (taken, id): (&mut BTreeSet<Id>, &mut dyn FnMut() -> Id),
) {
    let found = place.and_then(|place| parts.get_mut(place));
    let one = Arc::make_mut(&mut part);
    match found {
        Some(old) => {
            *one.id_mut() = Arc::make_mut(old).id_mut().clone();
            *old = part;
        }
        None => {
            if !taken.insert(one.id_mut().clone()) {
                *one.id_mut() = id();
            }
            parts.push(part);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bot::{IntentSettings, LocaleId, Name};
    use crate::edit::Target;

    fn locale(names: &[&str], description: &str) -> Locale {
        let mut locale = Locale::new(LocaleId::parse("en_US").unwrap(), 1).with_fallback().unwrap();
        for (number, name) in (1_u8..).zip(names) {
            let settings =
                IntentSettings { description: Some(description.into()), ..IntentSettings::default() };
            let target = Target::New(Id::from_random([number; 16]));
            locale.put_intent(target, Name::parse(name).unwrap(), settings, 1).unwrap();
        }
        locale
    }

    fn described(locale: &Locale) -> Vec<(String, String)> {
        let of = |intent: &Arc<Intent>| {
            let words = intent.settings.description.as_ref().map(|words| words.read().to_owned());
            (intent.name.to_string(), words.unwrap_or_default())
        };
        locale.intents.iter().filter(|intent| !intent.is_fallback()).map(of).collect()
    }

    #[test]
    fn each_strategy_does_what_it_says() {
        let (old, new) = (locale(&["A", "B"], "old"), locale(&["C", "B"], "new"));
        let mut id = || Id::from_random([99; 16]);
        let mut of = |before: Option<&Locale>, strategy| merged(before, new.clone(), strategy, &mut id);
        assert_eq!(of(Some(&old), Strategy::FailOnConflict), Err(BotError::Exists("locale")));
        let pair = |name: &str, words: &str| (name.to_owned(), words.to_owned());
        let replaced = of(Some(&old), Strategy::Overwrite).unwrap();
        assert_eq!(described(&replaced), [pair("C", "new"), pair("B", "new")]);
        let both = of(Some(&old), Strategy::Append).unwrap();
        assert_eq!(described(&both), [pair("A", "old"), pair("B", "new"), pair("C", "new")]);
        let ids: BTreeSet<_> = both.intents.iter().map(|intent| intent.id.clone()).collect();
        assert_eq!(ids.len(), both.intents.len(), "`C` came with an id that `A` has");
        assert_eq!(both.intent("B").unwrap().id, old.intent("B").unwrap().id);
        let mut bare = new.clone();
        bare.intents.retain(|intent| !intent.is_fallback());
        let fresh = merged(None, bare, Strategy::FailOnConflict, &mut || Id::from_random([1; 16])).unwrap();
        assert!(fresh.fallback().is_some());
    }
}
