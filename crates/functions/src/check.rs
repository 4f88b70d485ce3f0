//! What is wrong with a code hook? Five faults that a widely copied sample has, and one of shape: it is run on events that were made
//! up, and its answers are looked at. Whatever language it is written in, it is judged by what it does.
//!
//! 1. It says a slot's value in a message: then the value stands in the conversation's log, whatever the slot's obfuscation says.
//! 2. It cannot be loaded, because it does not parse.
//! 3. It fails when a slot is empty, which every slot is until it was answered.
//! 4. It asks a question while it closes the dialog: nobody hears the answer.
//! 5. It answers that an intent was fulfilled which it does not know.
//!
//! Names of intents and slots come from the texts in its source: a name too many does no harm, since hooks look up what they know.

use crate::deployment::{Deployment, Failed, Invocation, Outcome};
use crate::error::FunctionsError;
use crate::hook::{HookEvent, HookSource};
use crate::pool::Pool;
use serde_json::Value;
use sotto_public::Public;
use sotto_sensitive::{RawBytes, RawText};
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

/// Names that are tried as intents and as slots.
const NAMES_MAX: usize = 48;
/// Bytes of source in which names are looked for.
const SOURCE_BYTES_MAX: usize = 1024 * 1024;
/// An intent that no hook knows.
const UNKNOWN: &str = "AnIntentThatNobodyMade";

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum HookFault {
    /// It says a slot's value in a message.
    SaysValue,
    /// It cannot be loaded.
    NotLoaded,
    /// It fails when a slot is empty.
    EmptySlot,
    /// It asks while it closes.
    AsksWhileClosing,
    /// It fulfils what it does not know.
    FulfilsUnknown,
    /// What it answers is not what Lex takes.
    Shape,
}

impl HookFault {
    /// A word for reports.
    pub const fn word(self) -> &'static str {
        match self {
            Self::SaysValue => "says-value",
            Self::NotLoaded => "not-loaded",
            Self::EmptySlot => "empty-slot",
            Self::AsksWhileClosing => "asks-while-closing",
            Self::FulfilsUnknown => "fulfils-unknown",
            Self::Shape => "shape",
        }
    }
}

impl fmt::Display for HookFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SaysValue => {
                "it says a slot's value in a message, where no obfuscation reaches it; write `{slotName}` instead"
            }
            Self::NotLoaded => "it cannot be loaded: it does not parse, or what it imports is not there",
            Self::EmptySlot => "it fails when a slot is empty; a slot is null until it was answered",
            Self::AsksWhileClosing => {
                "it asks a question with the action Close: the dialog is over, nobody hears the answer"
            }
            Self::FulfilsUnknown => "it answers Fulfilled to an intent that it does not know; answer Failed, or delegate",
            Self::Shape => "its answer has no sessionState.dialogAction.type that Lex knows",
        })
    }
}

/// A fault, and where it showed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct HookFinding {
    /// What.
    pub fault: HookFault,
    /// The intent of the event, as the source writes it.
    pub intent: String,
    /// The slot, where it is about one.
    pub slot: Option<String>,
}

/// Runs a hook on events that were made up, and says what is wrong with it.
///
/// # Errors
/// When it cannot be run here at all.
pub async fn check_hook(
    pool: &Arc<Pool>,
    hook: &Arc<Deployment>,
    source: &RawText,
) -> Result<Vec<HookFinding>, FunctionsError> {
    let names = names_in(source);
    let mut found = BTreeSet::new();
    for (number, probe) in probes(&names).into_iter().enumerate() {
        let invocation =
            Invocation { id: request_id(number), payload: probe.event.payload(), client_context: None };
        let outcome = pool.invoke(hook, invocation).await?;
        let faults = judge(&probe, &outcome);
        let loaded = !faults.iter().any(|finding| finding.fault == HookFault::NotLoaded);
        found.extend(faults);
        if !loaded {
            break;
        }
    }
    Ok(found.into_iter().collect())
}

#[expect(clippy::disallowed_methods, reason = "an id of a made-up request")]
fn request_id(number: usize) -> Public<String> {
    Public::from_pinned_text(format!("00000000-0000-4000-8000-{number:012}"))
}

/// An event, and what its answer is looked at for.
struct Probe {
    event: HookEvent,
    knows: bool,
    filled: bool,
}

/// Each name as an intent, with all slots filled and with none, in both places of the dialog; and an intent that nobody made.
fn probes(names: &[String]) -> Vec<Probe> {
    let mut all = Vec::new();
    let known = names.iter().map(|name| (name.as_str(), true));
    for (intent, knows) in known.chain([(UNKNOWN, false)]) {
        for source in [HookSource::Dialog, HookSource::Fulfillment] {
            for filled in [true, false] {
                let mut event = HookEvent::new(source, intent.to_owned());
                let value = |at: usize| filled.then(|| canary(at));
                event.slots = names.iter().enumerate().map(|(at, name)| (name.clone(), value(at))).collect();
                event.elicited = names.first().cloned();
                all.push(Probe { event, knows, filled });
            }
        }
    }
    all
}

/// A value that stands for a slot's: digits that read like a phone number of nobody (North American Numbering Plan, 555-01XX), told
/// apart by their end.
fn canary(at: usize) -> String {
    format!("20655501{at:02}7{at:02}")
}

fn judge(probe: &Probe, outcome: &Outcome) -> Vec<HookFinding> {
    let finding = |fault, slot: Option<&str>| HookFinding {
        fault,
        intent: probe.event.intent.clone(),
        slot: slot.map(str::to_owned),
    };
    match outcome.failed {
        Some(Failed::Init) => return vec![finding(HookFault::NotLoaded, None)],
        Some(_) if !probe.filled => return vec![finding(HookFault::EmptySlot, None)],
        Some(_) => return Vec::new(),
        None => {}
    }
    let Some(answer) = read(&outcome.answer) else { return vec![finding(HookFault::Shape, None)] };
    let action =
        answer.pointer("/sessionState/dialogAction/type").and_then(Value::as_str).unwrap_or_default();
    let mut found = Vec::new();
    if !ACTIONS.contains(&action) {
        found.push(finding(HookFault::Shape, None));
    }
    let messages = messages(&answer);
    for (name, value) in &probe.event.slots {
        let said = value.as_ref().is_some_and(|value| messages.iter().any(|message| says(message, value)));
        if said {
            found.push(finding(HookFault::SaysValue, Some(name)));
        }
    }
    if action == "Close" && messages.iter().any(|message| asks(message)) {
        found.push(finding(HookFault::AsksWhileClosing, None));
    }
    if !probe.knows && action == "Close" && state(&answer) == Some("Fulfilled") {
        found.push(finding(HookFault::FulfilsUnknown, None));
    }
    found
}

/// What a hook may want next (Lex V2 Developer Guide, "AWS Lambda response format for Lex V2").
const ACTIONS: [&str; 5] = ["Close", "ConfirmIntent", "Delegate", "ElicitIntent", "ElicitSlot"];

#[expect(clippy::disallowed_methods, reason = "a hook's answer to an event that was made up is judged")]
fn read(answer: &RawBytes) -> Option<Value> {
    serde_json::from_slice(answer.expose()).ok()
}

fn messages(answer: &Value) -> Vec<&str> {
    let all = answer.get("messages").and_then(Value::as_array);
    all.into_iter().flatten().filter_map(|message| message.get("content")?.as_str()).collect()
}

/// The intent's state; an older page of the guide has it beside the intent.
fn state(answer: &Value) -> Option<&str> {
    let inside = answer.pointer("/sessionState/intent/state").and_then(Value::as_str);
    inside.or_else(|| answer.pointer("/sessionState/state").and_then(Value::as_str))
}

/// Whether a message holds a value, in whichever formatting.
fn says(message: &str, value: &str) -> bool {
    let plain: String = message.chars().filter(|char| char.is_alphanumeric()).collect();
    plain.contains(value)
}

fn asks(message: &str) -> bool {
    let tail = message.trim_end().trim_end_matches("</speak>").trim_end();
    tail.ends_with(['?', '\u{ff1f}'])
}

/// Texts in quotes that could be names of intents or slots, in the order in which they come.
#[expect(
    clippy::disallowed_methods,
    reason = "names are looked for in the source of a hook that its developer checks"
)]
fn names_in(source: &RawText) -> Vec<String> {
    let source = source.expose();
    let source = source.get(..SOURCE_BYTES_MAX).unwrap_or(source);
    let (mut names, mut seen) = (Vec::new(), BTreeSet::new());
    let mut rest = source;
    while let Some(at) = rest.find(['"', '\'']) {
        let (_, from) = rest.split_at(at);
        let Some(quote) = from.chars().next() else { break };
        let Some(inside) = from.get(1..) else { break };
        let end = inside.find([quote, '\n']);
        let text = end.and_then(|end| inside.get(..end)).unwrap_or_default();
        rest = end.and_then(|end| inside.get(end + 1..)).unwrap_or_default();
        if is_name(text) && seen.insert(text.to_owned()) {
            names.push(text.to_owned());
        }
        if names.len() == NAMES_MAX {
            break;
        }
    }
    names
}

/// Names of the shape itself are none of a bot's.
const OF_THE_SHAPE: &[&str] = &[
    "sessionState",
    "intent",
    "slots",
    "name",
    "value",
    "interpretedValue",
    "originalValue",
    "resolvedValues",
    "state",
    "dialogAction",
    "type",
    "messages",
    "contentType",
    "content",
    "PlainText",
    "SSML",
    "CustomPayload",
    "Close",
    "Delegate",
    "ElicitSlot",
    "ElicitIntent",
    "ConfirmIntent",
    "slotToElicit",
    "invocationSource",
    "DialogCodeHook",
    "FulfillmentCodeHook",
    "Fulfilled",
    "Failed",
    "InProgress",
    "ReadyForFulfillment",
    "sessionAttributes",
    "requestAttributes",
    "sessionId",
    "inputTranscript",
    "bot",
    "proposedNextState",
    "confirmationState",
    "None",
    "Confirmed",
    "Denied",
    "activeContexts",
    "interpretations",
    "transcriptions",
    "messageVersion",
    "shape",
    "Scalar",
    "List",
    "values",
];

/// As names of intents and slots are (Lex V2 API Reference, "CreateIntent").
fn is_name(text: &str) -> bool {
    let allowed = |char: char| char.is_ascii_alphanumeric() || matches!(char, '_' | '-');
    let begins = text.starts_with(|char: char| char.is_ascii_alphabetic());
    begins && text.len() <= 100 && text.chars().all(allowed) && !OF_THE_SHAPE.contains(&text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::time::Duration;

    fn outcome(answer: &str, failed: Option<Failed>) -> Outcome {
        Outcome {
            answer: RawBytes::new(answer.as_bytes().to_vec()),
            failed,
            tail: RawBytes::default(),
            took: Duration::ZERO,
            cold: None,
            memory_bytes: 0,
        }
    }

    fn probe(knows: bool, filled: bool) -> Probe {
        let all = probes(&["Greet".to_owned(), "Phone".to_owned()]);
        all.into_iter().find(|probe| probe.knows == knows && probe.filled == filled).unwrap()
    }

    fn faults(probe: &Probe, outcome: &Outcome) -> Vec<HookFault> {
        judge(probe, outcome).into_iter().map(|finding| finding.fault).collect()
    }

    fn answer(action: &str, state: &str, message: &str) -> String {
        let intent = json!({"name": "Greet", "state": state});
        json!({
            "sessionState": {"dialogAction": {"type": action}, "intent": intent},
            "messages": [{"contentType": "PlainText", "content": message}],
        })
        .to_string()
    }

    #[test]
    fn answers_show_faults() {
        let phone = canary(1);
        let spaced: String = phone.chars().flat_map(|digit| [digit, ' ']).collect();
        for (knows, action, state, message, wanted) in [
            (true, "Close", "Fulfilled", "Done.", vec![]),
            (true, "Close", "Fulfilled", &phone, vec![HookFault::SaysValue]),
            (true, "Delegate", "InProgress", &spaced, vec![HookFault::SaysValue]),
            (true, "Close", "Fulfilled", "Anything else? ", vec![HookFault::AsksWhileClosing]),
            (true, "ElicitSlot", "InProgress", "Which one?", vec![]),
            (false, "Close", "Fulfilled", "Done.", vec![HookFault::FulfilsUnknown]),
            (false, "Close", "Failed", "Sorry.", vec![]),
            (true, "Shout", "Failed", "", vec![HookFault::Shape]),
        ] {
            let found = faults(&probe(knows, true), &outcome(&answer(action, state, message), None));
            assert_eq!(found, wanted, "{action} {state} {message}");
        }
        let beside =
            json!({"sessionState": {"dialogAction": {"type": "Close"}, "state": "Fulfilled"}}).to_string();
        assert_eq!(faults(&probe(false, true), &outcome(&beside, None)), [HookFault::FulfilsUnknown]);
    }

    #[test]
    fn failures_show_faults() {
        assert_eq!(faults(&probe(true, false), &outcome("", Some(Failed::Function))), [HookFault::EmptySlot]);
        assert_eq!(faults(&probe(true, true), &outcome("", Some(Failed::Init))), [HookFault::NotLoaded]);
        assert_eq!(faults(&probe(true, true), &outcome("no json", None)), [HookFault::Shape]);
        assert!(faults(&probe(true, true), &outcome("", Some(Failed::Function))).is_empty());
    }

    #[test]
    fn names_are_texts_that_could_be_a_bots() {
        let source = RawText::new(
            "slots['PhoneNumber']; if name == \"BookFlight\": x = 'two words'\ny = 'intent' + 'BookFlight' + '4711'"
                .to_owned(),
        );
        assert_eq!(names_in(&source), ["PhoneNumber", "BookFlight"]);
        let many: String = (0..2 * NAMES_MAX).map(|number| format!("'Slot{number}' ")).collect();
        assert_eq!(names_in(&RawText::new(many)).len(), NAMES_MAX);
        assert!(names_in(&RawText::new("it's broken".to_owned())).is_empty());
        assert_eq!(names_in(&RawText::new("'' 'A' it's".to_owned())), ["A"]);
    }
}
