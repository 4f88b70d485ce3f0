//! What do conversation logs show of slots? How often a value was written as a reference, masked, or in clear, and what kind of data
//! that was: counts and kinds, never a value.

mod leaves;

use super::places::events;
use super::proposal::Eyes;
use crate::remote::{NotAnswered, Remote};
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};

/// What was seen of one slot.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Shown {
    /// As `{SlotName}`.
    pub(super) references: u64,
    /// As asterisks or a label.
    pub(super) masked: u64,
    /// As it was said.
    pub(super) clear: u64,
    /// Kinds of what stood in clear, or behind masks.
    pub(super) identifiers: BTreeSet<String>,
}

/// What was seen, by intent and slot.
pub(super) type Stored = BTreeMap<(String, String), Shown>;

/// What the entries of a group show since an instant.
pub(super) fn look(
    remote: &Remote,
    eyes: &Eyes,
    group: &str,
    (since_ms, most, with_masks): (i64, usize, bool),
) -> Result<Stored, NotAnswered> {
    let mut stored = Stored::new();
    for event in events(remote, (group, with_masks), since_ms, most)? {
        let message = super::text(&event, "message");
        if let Ok(entry) = serde_json::from_str::<Json>(message) {
            note(&mut stored, eyes, &entry);
            note_masks(&mut stored, (message, &entry), event.get("masked"));
        }
    }
    Ok(stored)
}

/// Kinds of what stands behind masks in slots: a mask is in a value where its characters are.
fn note_masks(stored: &mut Stored, (message, entry): (&str, &Json), masks: Option<&Json>) {
    let Some(masks) = masks.and_then(Json::as_array).filter(|masks| !masks.is_empty()) else { return };
    let leaves = leaves::of(message);
    for mask in masks {
        let start = mask.get("start").and_then(Json::as_u64).and_then(|start| usize::try_from(start).ok());
        // Masks count from 1.
        let at = start.and_then(|start| start.checked_sub(1));
        let Some(leaf) = at.and_then(|at| leaves.iter().find(|leaf| leaf.chars.contains(&at))) else {
            continue;
        };
        let Some((intent, below)) = leaf.pointer.split_once("/slots/") else { continue };
        let name = entry.pointer(intent).map(|intent| super::text(intent, "name")).unwrap_or_default();
        let slot = below.split('/').next().unwrap_or_default();
        let kind = super::text(mask, "type");
        // What a slot says of itself is no evidence of a kind.
        if !name.is_empty() && !slot.is_empty() && !kind.starts_with("slot-") {
            let shown = stored.entry((name.to_owned(), slot.to_owned())).or_default();
            shown.identifiers.insert(kind.to_owned());
        }
    }
}

/// Each slot of an entry once: as the first interpretation that has it shows it.
fn note(stored: &mut Stored, eyes: &Eyes, entry: &Json) {
    let interpretations = entry.get("interpretations").and_then(Json::as_array);
    let intents = interpretations.into_iter().flatten().filter_map(|one| one.get("intent"));
    let mut done = BTreeSet::new();
    for intent in intents.chain(entry.pointer("/sessionState/intent")) {
        let name = super::text(intent, "name");
        for (slot, value) in intent.get("slots").and_then(Json::as_object).into_iter().flatten() {
            let mut values = Vec::new();
            super::survey::texts(value, &mut |member, text| {
                if matches!(member, "originalValue" | "interpretedValue") {
                    values.push(text);
                }
            });
            if !values.is_empty() && done.insert((name, slot.as_str())) {
                let shown = stored.entry((name.to_owned(), slot.clone())).or_default();
                values.iter().for_each(|value| shown.note(eyes, slot, value));
            }
        }
    }
}

impl Shown {
    fn note(&mut self, eyes: &Eyes, slot: &str, value: &str) {
        let is_reference = value.starts_with('{') && value.ends_with('}');
        if is_reference {
            self.references += 1;
        } else if value.contains("***") || value.starts_with('[') && value.ends_with(']') {
            self.masked += 1;
        } else if !value.is_empty() {
            self.clear += 1;
            self.identifiers.extend(eyes.identifiers(slot, value));
        }
    }

    /// Together with another.
    pub(super) fn add(&mut self, other: &Self) {
        self.references += other.references;
        self.masked += other.masked;
        self.clear += other.clear;
        self.identifiers.extend(other.identifiers.iter().cloned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn masks_speak_for_the_slot_that_they_are_in() {
        let message = r#"{"sessionState":{"intent":{"name":"Pay","slots":{"Card":{"value":{"originalValue":"****"}}}}},"inputTranscript":"x ****"}"#;
        let entry: Json = serde_json::from_str(message).unwrap();
        let place = |found: &str| message.find(found).unwrap() + 1;
        let (slot, said) = (place("****"), place("x ****") + 2);
        for (start, kind, wanted) in [
            (slot, "CreditCardNumber", 1),
            (said, "CreditCardNumber", 0),
            (slot, "slot-Card", 0),
            (0, "X", 0),
            (9_999, "X", 0),
        ] {
            let mut stored = Stored::new();
            note_masks(&mut stored, (message, &entry), Some(&json!([{"type": kind, "start": start}])));
            let found =
                stored.get(&("Pay".to_owned(), "Card".to_owned())).map_or(0, |shown| shown.identifiers.len());
            assert_eq!(found, wanted, "{start} {kind}");
        }
    }

    #[test]
    fn entries_are_counted_by_what_they_show() {
        let (mut stored, eyes) = (Stored::new(), Eyes::open().unwrap());
        let value = |text: &str| json!({"shape": "Scalar", "value": {"originalValue": text, "interpretedValue": text}});
        let entry = |text: &str| {
            let intent = json!({"name": "Pay", "slots": {"Card": value(text), "Empty": null}});
            json!({"interpretations": [{"intent": intent}], "sessionState": {"intent": intent}})
        };
        for text in ["{Card}", "****************", "[CreditCardNumber]", "4539 7815 2096 4336"] {
            note(&mut stored, &eyes, &entry(text));
        }
        note(&mut stored, &eyes, &json!({"missedUtterance": true}));
        let shown = &stored[&("Pay".to_owned(), "Card".to_owned())];
        assert_eq!((shown.references, shown.masked, shown.clear), (2, 4, 2));
        assert!(shown.identifiers.contains("CreditCardNumber"));
        assert_eq!(stored.len(), 1);
    }
}
