//! What is in a bot? All slots of all intents of the locales of a version, as the build API describes them.

use super::lex::{Bot, Lex, text};
use anyhow::Result;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

/// A locale of a version.
pub(super) struct LocaleSeen {
    pub(super) id: String,
    /// How far its build is.
    pub(super) status: String,
    pub(super) intents: Vec<IntentSeen>,
    /// Slot types by id, as they are described.
    pub(super) slot_types: BTreeMap<String, Json>,
}

/// An intent.
pub(super) struct IntentSeen {
    pub(super) name: String,
    /// As it is described.
    pub(super) detail: Json,
    pub(super) slots: Vec<SlotSeen>,
}

/// A slot.
pub(super) struct SlotSeen {
    pub(super) id: String,
    pub(super) intent_id: String,
    pub(super) name: String,
    /// The name of its type: `AMAZON.` and a built-in one, or one of the locale's.
    pub(super) slot_type: String,
    /// As it is described.
    pub(super) detail: Json,
}

/// What a slot's settings say of logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Obfuscation {
    On,
    Off,
    Unset,
}

impl SlotSeen {
    pub(super) fn obfuscation(&self) -> Obfuscation {
        match self.detail.pointer("/obfuscationSetting/obfuscationSettingType").and_then(Json::as_str) {
            Some("DefaultObfuscation") => Obfuscation::On,
            Some(_) => Obfuscation::Off,
            None => Obfuscation::Unset,
        }
    }
}

impl Obfuscation {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::On => "on",
            Self::Off => "off",
            Self::Unset => "unset",
        }
    }
}

/// A locale with everything in it.
pub(super) fn locale(lex: &Lex, bot: &Bot, version: &str, id: &str) -> Result<LocaleSeen> {
    let place = json!({"botId": bot.id, "botVersion": version, "localeId": id});
    let described = lex.ask("DescribeBotLocale", &place)?;
    let mut slot_types = BTreeMap::new();
    for one in lex.all("ListSlotTypes", &place, "slotTypeSummaries")? {
        let id = text(&one, "slotTypeId").to_owned();
        let detail = lex.ask("DescribeSlotType", &with(&place, &[("slotTypeId", &id)]))?;
        slot_types.insert(id, detail);
    }
    let mut intents = Vec::new();
    for one in lex.all("ListIntents", &place, "intentSummaries")? {
        intents.push(intent(lex, &place, &slot_types, text(&one, "intentId"))?);
    }
    Ok(LocaleSeen {
        id: id.to_owned(),
        status: text(&described, "botLocaleStatus").to_owned(),
        intents,
        slot_types,
    })
}

fn intent(lex: &Lex, place: &Json, types: &BTreeMap<String, Json>, id: &str) -> Result<IntentSeen> {
    let place = with(place, &[("intentId", id)]);
    let detail = lex.ask("DescribeIntent", &place)?;
    let mut slots = Vec::new();
    for one in lex.all("ListSlots", &place, "slotSummaries")? {
        let slot_id = text(&one, "slotId").to_owned();
        let detail = lex.ask("DescribeSlot", &with(&place, &[("slotId", &slot_id)]))?;
        let type_id = text(&detail, "slotTypeId");
        let slot_type = types.get(type_id).map_or(type_id, |one| text(one, "slotTypeName")).to_owned();
        let name = text(&detail, "slotName").to_owned();
        slots.push(SlotSeen { id: slot_id, intent_id: id.to_owned(), name, slot_type, detail });
    }
    Ok(IntentSeen { name: text(&detail, "intentName").to_owned(), detail, slots })
}

/// The same members and some more.
pub(super) fn with(json: &Json, more: &[(&str, &str)]) -> Json {
    let mut json = json.clone();
    if let Some(members) = json.as_object_mut() {
        members.extend(more.iter().map(|(name, value)| ((*name).to_owned(), Json::from(*value))));
    }
    json
}

/// All texts below a value, with the name of the member that each stands in.
pub(super) fn texts<'j>(json: &'j Json, each: &mut dyn FnMut(&'j str, &'j str)) {
    walk("", json, each);
}

fn walk<'j>(member: &'j str, json: &'j Json, each: &mut dyn FnMut(&'j str, &'j str)) {
    match json {
        Json::String(text) => each(member, text),
        Json::Array(items) => items.iter().for_each(|item| walk(member, item, each)),
        Json::Object(members) => members.iter().for_each(|(name, value)| walk(name, value, each)),
        _ => {}
    }
}

/// All members of a name below a value.
pub(super) fn members<'j>(json: &'j Json, name: &str, found: &mut Vec<&'j Json>) {
    match json {
        Json::Array(items) => items.iter().for_each(|item| members(item, name, found)),
        Json::Object(object) => {
            for (key, value) in object {
                if key == name {
                    found.push(value);
                }
                members(value, name, found);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_found_wherever_they_are() {
        let tree = json!({"a": {"x": 1}, "b": [{"x": {"x": "deep"}}], "c": "text"});
        let mut found = Vec::new();
        members(&tree, "x", &mut found);
        assert_eq!(found.len(), 3);
        let mut all = Vec::new();
        texts(&tree, &mut |name, text| all.push((name.to_owned(), text.to_owned())));
        assert_eq!(all, [("x".to_owned(), "deep".to_owned()), ("c".to_owned(), "text".to_owned())]);
        assert_eq!(with(&json!({"a": 1}), &[("b", "2")]), json!({"a": 1, "b": "2"}));
    }
}
