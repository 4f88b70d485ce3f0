//! How sensitive is a slot's value likely to be? By the slot's type and name, by what detectors find in the samples of its type, and
//! by what they find in conversation logs.
//!
//! A proposal only ever raises: what detectors do not find proves nothing.

use super::survey::{LocaleSeen, SlotSeen};
use super::text;
use crate::fault::Fault;
use anyhow::Result;
use serde_json::Value as Json;
use sotto_conversation::bot::{Classification, proposed};
use sotto_detect::{Scanner, Selection};
use sotto_sensitive::RawText;
use std::collections::BTreeSet;

/// Samples of a slot type that are looked at.
const SAMPLES_MAX: usize = 200;

/// Identifiers of what is sensitive, but does not name a person or an account by itself.
const MEDIUM: [&str; 6] =
    ["EmailAddress", "Address", "IpAddress", "LatLong", "ZipCode-US", "VehicleIdentificationNumber"];

/// A level, and what speaks for it.
#[derive(Clone, Debug)]
pub(super) struct Proposal {
    pub(super) level: Classification,
    pub(super) why: BTreeSet<String>,
}

impl Proposal {
    /// Raises the level where this one is higher: high comes first.
    pub(super) fn raise(&mut self, level: Classification, why: String) {
        self.level = self.level.min(level);
        self.why.insert(why);
    }
}

/// What finds things in samples and entries.
pub(super) struct Eyes(Scanner);

impl Eyes {
    pub(super) fn open() -> Result<Self> {
        let scanner = Scanner::builder().select(Selection::All).build();
        scanner.map(Self).map_err(|error| Fault::unavailable(error.to_string()))
    }

    /// Identifiers in a value of a slot; the slot's name is the keyword near it.
    pub(super) fn identifiers(&self, slot: &str, value: &str) -> BTreeSet<String> {
        let line = RawText::new(format!("{}: {value}", words(slot)));
        let found = self.0.scan(&line);
        found.iter().map(|found| self.0.identifier(found.rule).to_string()).collect()
    }

    /// By type, name and samples.
    pub(super) fn propose(&self, locale: &LocaleSeen, slot: &SlotSeen) -> Proposal {
        let mut proposal = Proposal { level: Classification::Low, why: BTreeSet::new() };
        for (slot_type, name) in parts(locale, slot) {
            let level = proposed(&slot_type, &name);
            if level != Classification::Low {
                let by_type = proposed(&slot_type, "") != Classification::Low;
                let why = if by_type { format!("type {slot_type}") } else { format!("name {name}") };
                proposal.raise(level, why);
            }
        }
        for sample in samples(locale, slot).into_iter().take(SAMPLES_MAX) {
            for identifier in self.identifiers(&slot.name, sample) {
                proposal.raise(level_of(&identifier), format!("samples hold {identifier}"));
            }
        }
        proposal
    }
}

/// The level of what an identifier finds.
pub(super) fn level_of(identifier: &str) -> Classification {
    match MEDIUM.contains(&identifier) {
        true => Classification::Medium,
        false => Classification::High,
    }
}

/// Type and name of a slot, and those of its parts where it is composite.
fn parts(locale: &LocaleSeen, slot: &SlotSeen) -> Vec<(String, String)> {
    let mut parts = vec![(slot.slot_type.clone(), slot.name.clone())];
    let type_id = text(&slot.detail, "slotTypeId");
    let composite =
        locale.slot_types.get(type_id).and_then(|one| one.pointer("/compositeSlotTypeSetting/subSlots"));
    for part in composite.and_then(Json::as_array).into_iter().flatten() {
        parts.push((text(part, "slotTypeId").to_owned(), text(part, "name").to_owned()));
    }
    parts
}

/// Values and synonyms of the slot's type.
fn samples<'l>(locale: &'l LocaleSeen, slot: &SlotSeen) -> Vec<&'l str> {
    let type_id = text(&slot.detail, "slotTypeId");
    let values = locale.slot_types.get(type_id).and_then(|one| one.get("slotTypeValues"));
    let mut found = Vec::new();
    if let Some(values) = values {
        super::survey::texts(values, &mut |_, text| found.push(text));
    }
    found
}

/// `CardNumber` as people write it: `Card Number`.
fn words(name: &str) -> String {
    let mut words = String::new();
    for c in name.chars() {
        if c.is_ascii_uppercase() && words.ends_with(|before: char| before.is_ascii_lowercase()) {
            words.push(' ');
        }
        words.push(if c == '_' || c == '-' { ' ' } else { c });
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::collections::BTreeMap;

    fn seen(name: &str, slot_type: &str, values: &[&str]) -> Proposal {
        let values: Vec<_> = values.iter().map(|value| json!({"sampleValue": {"value": value}})).collect();
        let own = json!({"slotTypeName": slot_type, "slotTypeValues": values});
        let slot_types = BTreeMap::from([("T000000001".to_owned(), own)]);
        let locale =
            LocaleSeen { id: "en_US".into(), status: "Built".into(), intents: Vec::new(), slot_types };
        let slot = SlotSeen {
            id: "S000000001".into(),
            intent_id: "I000000001".into(),
            name: name.into(),
            slot_type: slot_type.into(),
            detail: json!({"slotTypeId": "T000000001"}),
        };
        Eyes::open().unwrap().propose(&locale, &slot)
    }

    #[test]
    fn type_name_and_samples_speak_for_a_level() {
        assert_eq!(seen("Which", "AMAZON.PhoneNumber", &[]).level, Classification::High);
        assert_eq!(seen("CardNumber", "AMAZON.Number", &[]).level, Classification::High);
        assert_eq!(seen("Zip", "AMAZON.Number", &[]).level, Classification::Medium);
        let plain = seen("Color", "Colors", &["red", "blue"]);
        assert_eq!((plain.level, plain.why.len()), (Classification::Low, 0));
        // A valid check digit, an issuer's prefix, nobody's card.
        let card = seen("Which", "Cards", &["4539 7815 2096 4336"]);
        assert_eq!(card.level, Classification::High);
        assert!(card.why.iter().all(|why| !why.contains("4539")), "{:?}", card.why);
        assert_eq!(seen("Who", "People", &["ana.lima@example.net"]).level, Classification::Medium);
    }

    #[test]
    fn names_become_words() {
        for (name, wanted) in [("CardNumber", "Card Number"), ("card_number", "card number"), ("PIN", "PIN")]
        {
            assert_eq!(words(name), wanted);
        }
    }
}
