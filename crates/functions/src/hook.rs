//! What does a code hook of a bot get? Events in Lex's shape (Lex V2 Developer Guide, "AWS Lambda input event format for Lex V2"),
//! made up from names and values that somebody gives: for trying a hook out, and for [`crate::check`].
//!
//! The event of a real turn comes from the conversation itself; this is the same shape with values of a developer's own.

use crate::deployment::Payload;
use serde_json::{Map, Value, json};
use sotto_sensitive::RawBytes;

/// When a hook is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HookSource {
    /// In the middle of the dialog.
    Dialog,
    /// When all is known.
    Fulfillment,
}

/// What an event is made of.
#[derive(Clone, Debug)]
pub struct HookEvent {
    /// When.
    pub source: HookSource,
    /// The bot's name.
    pub bot: String,
    /// The locale, such as `en_US`.
    pub locale: String,
    /// The intent's name.
    pub intent: String,
    /// Slots and their values; none where nothing was said yet.
    pub slots: Vec<(String, Option<String>)>,
    /// The slot that was asked for.
    pub elicited: Option<String>,
    /// What was said.
    pub transcript: String,
    /// Attributes of the session.
    pub attributes: Vec<(String, String)>,
}

impl HookEvent {
    /// An event in which nothing was said yet.
    pub fn new(source: HookSource, intent: String) -> Self {
        Self {
            source,
            bot: "ExampleBot".to_owned(),
            locale: "en_US".to_owned(),
            intent,
            slots: Vec::new(),
            elicited: None,
            transcript: "hello".to_owned(),
            attributes: Vec::new(),
        }
    }

    /// The event as a hook gets it.
    pub fn event(&self) -> RawBytes {
        RawBytes::new(self.tree().to_string().into_bytes())
    }

    /// The event for a function that runs without a server.
    pub fn payload(&self) -> Payload {
        Payload::made_up(self.event())
    }

    /// The same on lines of its own, for a file.
    pub fn written(&self) -> RawBytes {
        RawBytes::new(format!("{:#}\n", self.tree()).into_bytes())
    }

    fn tree(&self) -> Value {
        let (source, state) = match self.source {
            HookSource::Dialog => ("DialogCodeHook", "InProgress"),
            HookSource::Fulfillment => ("FulfillmentCodeHook", "ReadyForFulfillment"),
        };
        let slots: Map<_, _> = self.slots.iter().map(|(name, value)| (name.clone(), slot(value))).collect();
        let intent =
            json!({"name": self.intent, "slots": slots, "state": state, "confirmationState": "None"});
        let attributes: Map<_, _> =
            self.attributes.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
        json!({
            "messageVersion": "1.0",
            "invocationSource": source,
            "inputMode": "Text",
            "responseContentType": "text/plain; charset=utf-8",
            "sessionId": "made-up-session",
            "inputTranscript": self.transcript,
            "invocationLabel": null,
            "bot": {
                "id": "ABCDEFGHIJ",
                "name": self.bot,
                "aliasId": "TSTALIASID",
                "aliasName": "TestBotAlias",
                "localeId": self.locale,
                "version": "DRAFT",
            },
            "interpretations": [{"intent": intent, "nluConfidence": 0.9, "interpretationSource": "Lex"}],
            "proposedNextState": self.next(&intent),
            "requestAttributes": {},
            "sessionState": {
                "sessionAttributes": attributes,
                "activeContexts": [],
                "intent": intent,
                "originatingRequestId": "00000000-0000-4000-8000-000000000000",
            },
            "transcriptions": [{
                "transcription": self.transcript,
                "transcriptionConfidence": 1.0,
                "resolvedContext": {"intent": self.intent},
                "resolvedSlots": {},
            }],
        })
    }

    fn next(&self, intent: &Value) -> Value {
        match (&self.elicited, self.source) {
            (Some(slot), HookSource::Dialog) => json!({
                "dialogAction": {"type": "ElicitSlot", "slotToElicit": slot},
                "intent": intent,
                "prompt": {"attempt": "Initial"},
            }),
            _ => Value::Null,
        }
    }
}

fn slot(value: &Option<String>) -> Value {
    let Some(value) = value else { return Value::Null };
    let value = json!({"originalValue": value, "interpretedValue": value, "resolvedValues": [value]});
    json!({"shape": "Scalar", "value": value})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::disallowed_methods, reason = "the test reads an event that it made up")]
    fn an_event_has_what_hooks_look_at() {
        let mut event = HookEvent::new(HookSource::Dialog, "BookFlight".to_owned());
        event.slots = vec![("City".to_owned(), Some("Berlin".to_owned())), ("Date".to_owned(), None)];
        event.elicited = Some("Date".to_owned());
        let tree: Value = serde_json::from_slice(event.event().expose()).unwrap();
        for (path, wanted) in [
            ("/messageVersion", json!("1.0")),
            ("/invocationSource", json!("DialogCodeHook")),
            ("/sessionState/intent/name", json!("BookFlight")),
            ("/sessionState/intent/slots/City/value/interpretedValue", json!("Berlin")),
            ("/sessionState/intent/slots/Date", Value::Null),
            ("/proposedNextState/dialogAction/slotToElicit", json!("Date")),
            ("/interpretations/0/intent/state", json!("InProgress")),
        ] {
            assert_eq!(tree.pointer(path), Some(&wanted), "{path}");
        }
        event.source = HookSource::Fulfillment;
        let tree: Value = serde_json::from_slice(event.written().expose()).unwrap();
        assert_eq!(tree.pointer("/sessionState/intent/state"), Some(&json!("ReadyForFulfillment")));
        assert_eq!(tree.pointer("/proposedNextState"), Some(&Value::Null));
    }
}
