//! What does somebody see of a session who may not see values of some slots? The same session with `{slot}` for these values.
//!
//! Values stand in slots, and are repeated in messages, attributes, contexts and what was understood. So slots are hidden by
//! their names, and every other text by what it repeats, in any formatting ([`Follow`]). Where a session has lost track of its
//! values, whole texts are hidden: nobody knows what they repeat.

use super::{Followed, Session, SlotValue};
use crate::Words;
use crate::bot::{Classification, Locale, Name, Tree};
use crate::transcript::{Follow, UTTERANCE};
use std::collections::{BTreeMap, BTreeSet};

/// Values that somebody may not see, to be taken out of what is shown.
pub struct Withheld {
    slots: BTreeSet<String>,
    follow: Follow,
    all: bool,
}

/// All levels, the least sensitive first.
const LEVELS: [Classification; 3] = [Classification::Low, Classification::Medium, Classification::High];

fn rank(level: Classification) -> Option<usize> {
    LEVELS.iter().position(|one| *one == level)
}

/// The level of each slot's name; of slots of one name in several intents the highest.
fn levels(locale: &Locale) -> BTreeMap<&str, Classification> {
    let mut levels: BTreeMap<&str, Classification> = BTreeMap::new();
    for (_, slot) in locale.slots() {
        let level = locale.level_now(slot);
        let known = levels.entry(slot.name.as_str()).or_insert(level);
        if rank(level) > rank(*known) {
            *known = level;
        }
    }
    levels
}

impl Session {
    /// What is withheld from somebody to whom these levels are closed; nothing where none is.
    pub fn withheld(&self, locale: &Locale, closed: impl Fn(Classification) -> bool) -> Option<Withheld> {
        let levels = levels(locale);
        let slots: BTreeSet<String> =
            levels.iter().filter(|(_, level)| closed(**level)).map(|(name, _)| (*name).to_owned()).collect();
        // A level that no slot of the bot has any more may still be that of a value.
        let gone = |name: &str| !levels.contains_key(name);
        let any = LEVELS.into_iter().any(closed);
        any.then(|| Withheld {
            follow: Follow::new(&self.values(|name| slots.contains(name) || gone(name) || name == UTTERANCE)),
            slots,
            all: self.lost_track || self.lost_noted,
        })
    }

    /// The values of some slots: those that are followed, and those that are there now.
    fn values(&self, wanted: impl Fn(&str) -> bool) -> Vec<Followed> {
        let known = self.followed.iter().chain(&self.noted);
        let mut values: Vec<Followed> = known.filter(|one| wanted(one.slot.as_str())).cloned().collect();
        let aside = self.aside.iter().map(|(intent, _)| intent);
        let held = self.intent.iter().chain(aside).flat_map(|intent| &intent.slots);
        for (slot, value) in held.filter(|(slot, _)| wanted(slot.as_str())) {
            let words = value.as_ref().map(SlotValue::all_words).unwrap_or_default();
            values
                .extend(words.into_iter().map(|words| Followed { slot: slot.clone(), value: words.clone() }));
        }
        collect(&self.interpretations, &wanted, &mut values);
        values
    }
}

/// Values in slots of a tree.
fn collect(tree: &Tree, wanted: &dyn Fn(&str) -> bool, values: &mut Vec<Followed>) {
    match tree {
        Tree::List(items) => items.iter().for_each(|item| collect(item, wanted, values)),
        Tree::Map(members) => {
            for (name, value) in members {
                match value {
                    Tree::Map(slots) if name.read() == "slots" => {
                        for (slot, held) in slots.iter().filter(|(slot, _)| wanted(slot.read())) {
                            if let Ok(slot) = Name::parse(slot.read()) {
                                leaves(held, &mut |words| {
                                    values.push(Followed { slot: slot.clone(), value: words.clone() });
                                });
                            }
                        }
                    }
                    value => collect(value, wanted, values),
                }
            }
        }
        _ => {}
    }
}

/// The words of a slot's value, without its shape and the names of its parts.
fn leaves(tree: &Tree, take: &mut dyn FnMut(&Words)) {
    match tree {
        Tree::Text(words) => take(words),
        Tree::List(items) => items.iter().for_each(|item| leaves(item, take)),
        Tree::Map(members) => {
            members
                .iter()
                .filter(|(name, _)| name.read() != "shape")
                .for_each(|(_, value)| leaves(value, take));
        }
        _ => {}
    }
}

impl Withheld {
    /// A part of what is shown, without the values.
    pub fn out_of(&self, tree: &Tree) -> Tree {
        self.hidden(tree, false)
    }

    fn hidden(&self, tree: &Tree, open: bool) -> Tree {
        match tree {
            Tree::Text(words) => Tree::Text(self.text(words, open)),
            Tree::List(items) => Tree::List(items.iter().map(|item| self.hidden(item, open)).collect()),
            Tree::Map(members) => {
                Tree::Map(members.iter().map(|(name, value)| self.member(name, value)).collect())
            }
            Tree::Integer(number) => match self.follow.find(Words::from(number.to_string()).raw()) {
                hits if hits.is_empty() => tree.clone(),
                _ => Tree::Null,
            },
            other => other.clone(),
        }
    }

    fn member(&self, name: &Words, value: &Tree) -> (Words, Tree) {
        let shown = match value {
            Tree::Map(slots) if name.read() == "slots" || name.read() == "contextAttributes" => {
                Tree::Map(slots.iter().map(|(slot, held)| self.slot(slot, held)).collect())
            }
            value => self.hidden(value, is_ours(name.read())),
        };
        (self.text(name, true), shown)
    }

    /// A slot, or what a context carries of one: hidden by its name, or by what it repeats.
    fn slot(&self, slot: &Words, held: &Tree) -> (Words, Tree) {
        let shown = match self.slots.contains(slot.read()) {
            true => replaced(held, &format!("{{{}}}", slot.read())),
            false => self.hidden(held, false),
        };
        (self.text(slot, true), shown)
    }

    /// A text without what it repeats. `open` says that it is one of ours, which is never hidden as a whole.
    fn text(&self, words: &Words, open: bool) -> Words {
        if self.all && !open {
            return format!("{{{UTTERANCE}}}").into();
        }
        let (text, mut out, mut at) = (words.read(), String::new(), 0);
        for (place, slot) in self.follow.find(words.raw()) {
            out.push_str(text.get(at..place.start()).unwrap_or_default());
            out.push_str(&format!("{{{slot}}}"));
            at = place.end();
        }
        out.push_str(text.get(at..).unwrap_or_default());
        out.into()
    }
}

/// Members whose texts are names of the bot or of the API, whoever speaks.
fn is_ours(member: &str) -> bool {
    const OURS: [&str; 11] = [
        "confirmationState",
        "contentType",
        "interpretationSource",
        "name",
        "originatingRequestId",
        "shape",
        "slotElicitationStyle",
        "slotToElicit",
        "state",
        "subSlotToElicit",
        "type",
    ];
    OURS.contains(&member)
}

/// A slot's value with the same words for all of its own.
fn replaced(tree: &Tree, words: &str) -> Tree {
    match tree {
        Tree::Text(_) => Tree::text(words),
        Tree::List(items) => Tree::List(items.iter().map(|item| replaced(item, words)).collect()),
        Tree::Map(members) => {
            let member = |(name, value): &(Words, Tree)| match name.read() {
                "shape" => (name.clone(), value.clone()),
                _ => (name.clone(), replaced(value, words)),
            };
            Tree::Map(members.iter().map(member).collect())
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialog::tests::support::{Play, locale, name, prompt, tree};
    use crate::session::{Attributes, IntentState, Piece, Said};

    #[expect(clippy::disallowed_methods, reason = "canary data is compared")]
    fn written(tree: &Tree) -> String {
        String::from_utf8(tree.to_json().expose().to_vec()).unwrap()
    }

    fn session(locale: &Locale) -> Session {
        let mut intent = IntentState::of(&locale.intents[0]);
        intent.set(&name("CardNumber"), Some(SlotValue::of("4929 5738 2918 4403".into())));
        intent.set(&name("Amount"), Some(SlotValue::of("40".into())));
        intent.set(&name("Agreed"), Some(SlotValue::of("yes".into())));
        let said = Said { content: Piece::plain("Pay 40 with 4929573829184403?".into()), ..Said::default() };
        let attributes: Attributes =
            [("note".into(), "card ending 4403, said yes".into())].into_iter().collect();
        let interpretations = tree(
            r#"[{"intent":{"name":"Pay","slots":{"CardNumber":{"value":{"interpretedValue":"4929573829184403"},"shape":"Scalar"},"Amount":null}}}]"#,
        );
        Session { intent: Some(intent), said: vec![said], attributes, interpretations, ..Session::default() }
    }

    const BOT: &str = r#"{"intents":[{"name":"Pay","slots":[
        {"name":"CardNumber","slotTypeName":"AMAZON.Number","valueElicitationSetting":{"slotConstraint":"Required"}},
        {"name":"Amount","slotTypeName":"AMAZON.Number","valueElicitationSetting":{"slotConstraint":"Required"}},
        {"name":"Agreed","slotTypeName":"AMAZON.Confirmation","valueElicitationSetting":{"slotConstraint":"Required"}}]}]}"#;

    #[test]
    fn closed_levels_are_hidden_wherever_they_are_repeated_and_no_others() {
        let locale = locale(BOT);
        let session = session(&locale);
        assert!(session.withheld(&locale, |_| false).is_none());
        let high = session.withheld(&locale, |level| level == Classification::High).unwrap();
        let state = written(&high.out_of(&session.state(0)));
        assert!(state.contains(r#""interpretedValue":"{CardNumber}""#), "{state}");
        assert!(
            state.contains(r#""interpretedValue":"40""#)
                && state.contains("card ending {CardNumber}, said yes")
        );
        assert!(state.contains(r#""name":"Pay""#) && state.contains(r#""shape":"Scalar""#), "{state}");
        let offers = written(&high.out_of(&session.interpretations));
        assert!(!offers.contains("4929") && offers.contains("{CardNumber}"), "{offers}");
        let said = written(&high.out_of(&session.said[0].to_tree()));
        assert!(said.contains("Pay 40 with {CardNumber}?"), "{said}");
        let low = session.withheld(&locale, |level| level == Classification::Low).unwrap();
        let state = written(&low.out_of(&session.state(0)));
        assert!(state.contains("4929") && state.contains(r#""interpretedValue":"{Agreed}""#), "{state}");
    }

    #[test]
    fn a_session_that_lost_track_shows_names_only() {
        let locale = locale(BOT);
        let session = Session { lost_track: true, ..session(&locale) };
        let high = session.withheld(&locale, |level| level == Classification::High).unwrap();
        let state = written(&high.out_of(&session.state(0)));
        assert!(!state.contains("said yes") && state.contains(r#""name":"Pay""#), "{state}");
    }

    #[test]
    fn values_of_open_slots_are_hidden_after_their_intent_is_over() {
        let locale = locale(BOT);
        let mut session = Session::default();
        session.note(&name("CardNumber"), &SlotValue::of("4929573829184403".into()));
        session.note(&name("Amount"), &SlotValue::of("4000".into()));
        session.attributes = [("note".into(), "4000 from 4929 5738 2918 4403".into())].into_iter().collect();
        assert!(session.followed().is_empty(), "strict logs may show them");
        let session = Session::from_bytes(&session.to_bytes()).unwrap();
        let high = session.withheld(&locale, |level| level == Classification::High).unwrap();
        let state = written(&high.out_of(&session.state(0)));
        assert!(state.contains("4000 from {CardNumber}"), "{state}");
        let many = (0..=crate::session::NOTED_MAX).map(|number| format!("value {number}"));
        let mut full = session;
        many.for_each(|value| full.note(&name("Amount"), &SlotValue::of(value.as_str().into())));
        let high = full.withheld(&locale, |level| level == Classification::High).unwrap();
        assert!(!written(&high.out_of(&full.state(0))).contains("4000"), "nobody knows what texts repeat");
        assert!(!full.lost_track, "strict logs go on");
    }

    #[test]
    fn a_conversation_that_went_on_still_hides_what_an_open_slot_held() {
        let open = r#""obfuscationSetting":{"obfuscationSettingType":"None"}"#;
        let elicits = prompt("Which card?", 1);
        let mut play = Play::of(&format!(
            r#"{{"intents":[{{"name":"Pay","sampleUtterances":[{{"utterance":"pay"}}],"slots":[{{"name":"CardNumber","slotTypeId":"AMAZON.Number",{open},
            "valueElicitationSetting":{{"slotConstraint":"Required","promptSpecification":{elicits}}}}}]}},
            {{"name":"Greet","sampleUtterances":[{{"utterance":"hello"}}]}}]}}"#
        ));
        for text in ["pay", "4929573829184403", "hello"] {
            play.hear(text);
        }
        let mut session = play.session;
        assert_eq!(session.intent.as_ref().map(|intent| intent.name.as_str()), Some("Greet"));
        assert!(session.followed().is_empty(), "strict logs may show it");
        session.attributes = [("note".into(), "paid with 4929 5738 2918 4403".into())].into_iter().collect();
        let high = session.withheld(&play.locale, |level| level == Classification::High).unwrap();
        let state = written(&high.out_of(&session.state(0)));
        assert!(state.contains("paid with {CardNumber}"), "{state}");
    }
}
