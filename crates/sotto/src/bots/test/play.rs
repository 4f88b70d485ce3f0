//! How is a conversation played, and what was not as expected? Turn by turn over RecognizeText; the first turn that cannot be asked for
//! ends its conversation.

use super::script::{Conversation, SlotWanted, Turn};
use super::{Partner, text};
use crate::bots::lex::Lex;
use anyhow::Result;
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};

/// What was said and understood in a file's conversations.
#[derive(Default)]
pub(super) struct Played {
    /// Values of slots, by intent and slot.
    pub(super) values: BTreeMap<(String, String), BTreeSet<String>>,
    /// The sessions.
    pub(super) sessions: Vec<String>,
    /// Turns that were answered.
    pub(super) turns: usize,
}

/// What is told of a turn.
struct Findings {
    number: usize,
    reveal: bool,
    problems: Vec<String>,
}

impl Findings {
    /// Names of the author's bot, which are no values.
    fn name(&mut self, what: &str, wanted: Option<&String>, found: &str) {
        if let Some(wanted) = wanted.filter(|wanted| wanted.as_str() != found) {
            let found = if found.is_empty() { "nothing" } else { found };
            self.say(&format!("{what} is {found}, expected {wanted}"));
        }
    }

    /// Values, which are shown where that was asked for.
    fn value(&mut self, what: &str, found: &str) {
        let shown = if self.reveal { format!(": {found}") } else { " (shown with --reveal)".to_owned() };
        self.say(&format!("{what} is not as expected{shown}"));
    }

    fn say(&mut self, words: &str) {
        self.problems.push(format!("turn {}: {words}", self.number));
    }
}

/// Plays a conversation; gives what was not as expected.
pub(super) fn play(
    lex: &Lex,
    partner: &Partner,
    (conversation, session): (&Conversation, &str),
    (played, reveal): (&mut Played, bool),
) -> Result<Vec<String>> {
    let place = json!({"botId": partner.bot.id, "botAliasId": partner.alias_id, "localeId": partner.locale, "sessionId": session});
    // Of an earlier run with the same seed; there may be none.
    let _gone = lex.remote.json(("lexv2-runtime", "DeleteSession"), &place);
    played.sessions.push(session.to_owned());
    let mut problems = Vec::new();
    for (at, turn) in conversation.turns.iter().enumerate() {
        let mut found = Findings { number: at + 1, reveal, problems: Vec::new() };
        let input = input(&place, conversation, turn, at == 0);
        match lex.remote.json_once(("lexv2-runtime", "RecognizeText"), &input) {
            Ok(answer) => {
                played.turns += 1;
                note(played, &answer);
                compare(turn, &answer, &mut found);
                problems.append(&mut found.problems);
            }
            Err(error) if error.code().is_empty() || error.is_denied() => return Err(error.into()),
            Err(error) => {
                problems.push(format!("turn {}: the service answered {}", at + 1, error.code()));
                break;
            }
        }
    }
    Ok(problems)
}

fn input(place: &Json, conversation: &Conversation, turn: &Turn, is_first: bool) -> Json {
    let mut input = place.clone();
    let Some(members) = input.as_object_mut() else { return input };
    members.insert("text".to_owned(), turn.user.as_str().into());
    if is_first && !conversation.attributes.is_empty() {
        members.insert("sessionState".to_owned(), json!({"sessionAttributes": conversation.attributes}));
    }
    if !conversation.request_attributes.is_empty() {
        members.insert("requestAttributes".to_owned(), json!(conversation.request_attributes));
    }
    input
}

/// Notes all values of slots that an answer shows.
fn note(played: &mut Played, answer: &Json) {
    let interpretations = answer.get("interpretations").and_then(Json::as_array);
    let intents = interpretations.into_iter().flatten().filter_map(|one| one.get("intent"));
    for intent in intents.chain(answer.pointer("/sessionState/intent")) {
        for (slot, value) in intent.get("slots").and_then(Json::as_object).into_iter().flatten() {
            let key = (text(intent, "name").to_owned(), slot.clone());
            super::survey::texts(value, &mut |member, value| {
                if matches!(member, "originalValue" | "interpretedValue" | "resolvedValues") {
                    played.values.entry(key.clone()).or_default().insert(value.to_owned());
                }
            });
        }
    }
}

fn compare(turn: &Turn, answer: &Json, found: &mut Findings) {
    let nothing = Json::Null;
    let state = answer.get("sessionState").unwrap_or(&nothing);
    let (intent, action) =
        (state.get("intent").unwrap_or(&nothing), state.get("dialogAction").unwrap_or(&nothing));
    found.name("the intent", turn.intent.as_ref(), text(intent, "name"));
    found.name("its state", turn.state.as_ref(), text(intent, "state"));
    found.name("its confirmation", turn.confirmation.as_ref(), text(intent, "confirmationState"));
    found.name("the next action", turn.next.as_ref(), text(action, "type"));
    found.name("the slot that is asked for", turn.elicits.as_ref(), text(action, "slotToElicit"));
    for (name, wanted) in &turn.slots {
        let slot = intent.get("slots").and_then(|slots| slots.get(name)).filter(|slot| !slot.is_null());
        compare_slot((name, wanted), slot, found);
    }
    for (name, wanted) in &turn.attributes {
        let value = state.get("sessionAttributes").map(|all| text(all, name)).unwrap_or_default();
        if value != wanted {
            found.value(&format!("attribute {name}"), value);
        }
    }
    compare_messages(turn, answer, found);
}

fn compare_slot((name, wanted): (&str, &SlotWanted), slot: Option<&Json>, found: &mut Findings) {
    let interpreted =
        |slot: &Json| slot.pointer("/value/interpretedValue").and_then(Json::as_str).map(str::to_owned);
    let value = slot.and_then(interpreted);
    let several: Vec<String> = slot
        .and_then(|slot| slot.get("values"))
        .and_then(Json::as_array)
        .map(|items| items.iter().filter_map(interpreted).collect())
        .unwrap_or_default();
    match wanted {
        SlotWanted::Filled(wanted) if *wanted != slot.is_some() => {
            found.say(&format!("slot {name} is {}", if slot.is_some() { "filled" } else { "empty" }));
        }
        SlotWanted::Value(wanted) if value.as_ref() != Some(wanted) => {
            found.value(&format!("slot {name}"), value.as_deref().unwrap_or("empty"));
        }
        SlotWanted::Values(wanted) if several != *wanted => {
            found.value(&format!("slot {name}"), &several.join(", "));
        }
        _ => {}
    }
}

fn compare_messages(turn: &Turn, answer: &Json, found: &mut Findings) {
    let Some(wanted) = &turn.messages else { return };
    let said = answer.get("messages").and_then(Json::as_array).cloned().unwrap_or_default();
    if said.len() != wanted.len() {
        found.say(&format!("{} messages, expected {}", said.len(), wanted.len()));
    }
    for (number, (said, wanted)) in said.iter().zip(wanted).enumerate() {
        let content = text(said, "content");
        if !wanted.fits(content) {
            found.value(&format!("message {}", number + 1), content);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer() -> Json {
        let slot = json!({"shape": "Scalar", "value": {"originalValue": "canary said", "interpretedValue": "canary", "resolvedValues": ["c"]}});
        let list = json!({"shape": "List", "values": [slot, slot]});
        json!({"messages": [{"content": "canary said", "contentType": "PlainText"}],
            "interpretations": [{"intent": {"name": "Other", "slots": {"B": slot}}}],
            "sessionState": {"dialogAction": {"type": "ElicitSlot", "slotToElicit": "B"}, "sessionAttributes": {"k": "canary"},
                "intent": {"name": "Pay", "state": "InProgress", "confirmationState": "None", "slots": {"A": slot, "L": list, "B": null}}}})
    }

    fn problems(turn: &str, reveal: bool) -> Vec<String> {
        let turn: Turn = toml::from_str(&format!("user = 'x'\n{turn}")).unwrap();
        let mut found = Findings { number: 1, reveal, problems: Vec::new() };
        compare(&turn, &answer(), &mut found);
        found.problems
    }

    #[test]
    fn what_is_not_as_expected_is_told() {
        for (turn, wanted) in [
            (
                "intent = 'Pay'\nstate = 'InProgress'\nnext = 'ElicitSlot'\nelicits = 'B'\nconfirmation = 'None'",
                0,
            ),
            ("intent = 'Other'", 1),
            ("state = 'Failed'\nnext = 'Close'\nelicits = 'A'", 3),
            ("slots = { A = true, B = false, L = ['canary', 'canary'] }", 0),
            ("slots = { A = 'canary' }", 0),
            ("slots = { A = false, B = true, L = ['x'] }", 3),
            ("slots = { A = 'x', C = 'x' }", 2),
            ("attributes = { k = 'canary' }\nmessages = ['canary said']", 0),
            ("attributes = { k = 'x', other = 'x' }", 2),
            ("messages = []", 1),
            ("messages = [{ contains = 'nothing' }]", 1),
        ] {
            let found = problems(turn, false);
            assert_eq!(found.len(), wanted, "{turn}: {found:?}");
            assert!(!found.join(" ").contains("canary"), "{found:?}");
        }
        assert!(problems("messages = ['x']", true)[0].contains("canary said"));
    }

    #[test]
    fn values_are_noted_by_slot() {
        let mut played = Played::default();
        note(&mut played, &answer());
        let of = |intent: &str, slot: &str| {
            played.values.get(&(intent.to_owned(), slot.to_owned())).map(BTreeSet::len)
        };
        assert_eq!(
            (of("Pay", "A"), of("Other", "B"), of("Pay", "B"), of("Pay", "L")),
            (Some(3), Some(3), None, Some(3))
        );
    }
}
