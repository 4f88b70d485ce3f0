//! What do built-in functions get, and what do they answer? Events of code hooks of Lex V1 and V2 (Lex Developer Guides, "Using a Lambda
//! function"), and of Amazon Connect's flows; each with the answer that belongs to it.
//!
//! The value is taken out of the slot in the answer, so that it stays in no session. A value that does not fit changes `isValid` and
//! nothing else: the flow asks again. Nothing is said of the value, not even its length.

use super::settings::{BuiltInSettings, DIGITS_MAX, Field};
use sotto_arn::AccountId;
use sotto_conversation::Words;
use sotto_conversation::bot::Tree;
use sotto_message::base64;
use sotto_sensitive::{RawBytes, RawText};

/// Characters of a message in base64: contact attributes have 32 KiB together (Amazon Connect, "Use contact attributes").
const MESSAGE_CHARS_MAX: usize = 64 * 1024;

/// What a flow is told where nothing is opened.
pub(super) const NOT_OURS: &str = "The value is no message that this function opens";
pub(super) const NOT_NOW: &str = "The value cannot be opened now, or not by this function";

/// What an event comes to.
pub(super) enum Asked<W> {
    /// Something is to be done.
    Work(W),
    /// The answer is known.
    Answer(RawBytes),
    /// It is no such event.
    Malformed,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Version {
    One,
    Two,
}

/// An event with a value that is to be encrypted.
pub(super) struct Encrypts {
    event: Tree,
    version: Version,
    slot: String,
    field: Field,
    plain: RawBytes,
}

#[expect(clippy::disallowed_methods, reason = "names and values of a hook's event are read to answer it")]
fn read(words: &Words) -> &str {
    words.raw().expose()
}

fn said(tree: Option<&Tree>) -> Option<&str> {
    tree.and_then(Tree::as_words).map(read)
}

impl Encrypts {
    /// Reads the event of a hook.
    pub(super) fn read(event: &RawBytes, settings: &BuiltInSettings) -> Asked<Self> {
        let Ok(event) = Tree::read(event) else { return Asked::Malformed };
        let version = match (event.member("currentIntent"), event.member("sessionState")) {
            (Some(_), None) => Version::One,
            (None, Some(_)) => Version::Two,
            _ => return Asked::Malformed,
        };
        if said(event.member("invocationSource")) == Some("DialogCodeHook") {
            return Asked::Answer(delegated(&event, version));
        }
        let Some(slots) = slots(&event, version) else { return Asked::Malformed };
        let range = said(attributes(&event, version).and_then(|all| all.member("range"))).map(str::to_owned);
        let Some((slot, plain)) = meant(slots, version, settings.slot.as_deref()) else {
            return Asked::Answer(answered(&event, version, (None, &[])));
        };
        match settings.field(range.as_deref(), plain.length()).cloned() {
            Some(field) => Asked::Work(Self { version, slot, field, plain, event }),
            None => Asked::Answer(answered(&event, version, (Some(&slot), &[]))),
        }
    }

    /// What is encrypted.
    pub(super) fn plain(&self) -> RawBytes {
        let mut copy = RawBytes::default();
        copy.push(bytes(&self.plain));
        copy
    }

    /// Pairs of the context: what the value is, never the value.
    pub(super) fn pairs(&self) -> Vec<(RawText, RawText)> {
        let raw = |text: &str| RawText::new(text.to_owned());
        vec![(raw("slot"), raw(&self.slot)), (raw("attribute"), raw(&self.field.attribute))]
    }

    /// The id of the conversation.
    pub(super) fn session(&self) -> Option<RawText> {
        let member = if self.version == Version::One { "userId" } else { "sessionId" };
        said(self.event.member(member)).map(|id| RawText::new(id.to_owned()))
    }

    /// The answer with the message.
    pub(super) fn answer(&self, message: &[u8]) -> RawBytes {
        let message = base64::encode(message);
        answered(&self.event, self.version, (Some(&self.slot), &[(&self.field.attribute, &message)]))
    }
}

#[expect(clippy::disallowed_methods, reason = "a value is copied on its way into encryption, raw to raw")]
fn bytes(raw: &RawBytes) -> &[u8] {
    raw.expose()
}

/// What the session of a conversation is named by: its id under its account.
#[expect(clippy::disallowed_methods, reason = "an id goes into a code that only the key of the store gives")]
pub(super) fn claim(account: &AccountId, id: &RawText) -> Vec<u8> {
    format!("{account}/{}", id.expose()).into_bytes()
}

fn intent(event: &Tree, version: Version) -> Option<&Tree> {
    match version {
        Version::One => event.member("currentIntent"),
        Version::Two => event.member("sessionState")?.member("intent"),
    }
}

fn slots(event: &Tree, version: Version) -> Option<&[(Words, Tree)]> {
    match intent(event, version)?.member("slots") {
        Some(Tree::Map(slots)) => Some(slots),
        _ => None,
    }
}

fn attributes(event: &Tree, version: Version) -> Option<&Tree> {
    match version {
        Version::One => event.member("sessionAttributes"),
        Version::Two => event.member("sessionState")?.member("sessionAttributes"),
    }
}

/// The slot that is named, or the only one with a value; and its digits, without what people put between them.
fn meant(slots: &[(Words, Tree)], version: Version, named: Option<&str>) -> Option<(String, RawBytes)> {
    let value = |slot: &Tree| match version {
        Version::One => said(Some(slot)).map(str::to_owned),
        Version::Two => {
            let value = slot.member("value")?;
            said(value.member("interpretedValue")).or(said(value.member("originalValue"))).map(str::to_owned)
        }
    };
    let mut found = slots.iter().filter_map(|(name, slot)| Some((read(name).to_owned(), value(slot)?)));
    let (name, value) = match named {
        Some(named) => found.find(|(name, _)| name == named)?,
        None => match (found.next(), found.next()) {
            (Some(one), None) => one,
            _ => return None,
        },
    };
    let value = RawText::new(value);
    digits(&value).map(|digits| (name, digits))
}

/// ASCII digits alone; blanks and hyphens between them go.
#[expect(clippy::disallowed_methods, reason = "a value is checked to be digits, raw to raw")]
fn digits(value: &RawText) -> Option<RawBytes> {
    let mut digits = RawBytes::with_room(DIGITS_MAX);
    for byte in value.expose().bytes().filter(|byte| !matches!(byte, b' ' | b'-')) {
        if !byte.is_ascii_digit() || digits.length() == DIGITS_MAX {
            return None;
        }
        digits.push(&[byte]);
    }
    (!digits.is_empty()).then_some(digits)
}

fn map(members: Vec<(&str, Tree)>) -> Tree {
    Tree::Map(members.into_iter().map(|(name, tree)| (name.into(), tree)).collect())
}

/// Nothing to say for a bot that speaks.
fn silence() -> Tree {
    map(vec![("contentType", Tree::text("SSML")), ("content", Tree::text("<speak> </speak>"))])
}

/// The attributes of the session with others over them.
fn with_attributes(event: &Tree, version: Version, set: &[(&str, &str)]) -> Tree {
    let mut all = match attributes(event, version) {
        Some(Tree::Map(all)) => all.clone(),
        _ => Vec::new(),
    };
    for (name, value) in set {
        all.retain(|(known, _)| read(known) != *name);
        all.push(((*name).into(), Tree::text(value)));
    }
    Tree::Map(all)
}

/// The intent as fulfilled, without the value of the slot, or of any where it is not known which was meant.
fn emptied(event: &Tree, version: Version, slot: Option<&str>) -> Tree {
    let Some(Tree::Map(intent)) = intent(event, version) else { return Tree::Null };
    let without = |(name, value): &(Words, Tree)| {
        let is_its = slot.is_none_or(|slot| read(name) == slot);
        (name.clone(), if is_its { Tree::Null } else { value.clone() })
    };
    let changed = |(name, value): &(Words, Tree)| match value {
        Tree::Map(slots) if read(name) == "slots" => {
            (name.clone(), Tree::Map(slots.iter().map(without).collect()))
        }
        _ => (name.clone(), value.clone()),
    };
    let others = intent.iter().filter(|(name, _)| read(name) != "state");
    let state = ("state".into(), Tree::text("Fulfilled"));
    Tree::Map(others.map(changed).chain([state]).collect())
}

/// The dialog is over: with what was encrypted, or with `isValid` saying no.
fn answered(
    event: &Tree,
    version: Version,
    (slot, encrypted): (Option<&str>, &[(&String, &String)]),
) -> RawBytes {
    let is_valid = if encrypted.is_empty() { "false" } else { "true" };
    let mut set: Vec<(&str, &str)> = vec![("isValid", is_valid)];
    set.extend(encrypted.iter().map(|(name, message)| (name.as_str(), message.as_str())));
    let attributes = with_attributes(event, version, &set);
    let tree = match version {
        Version::One => {
            let action = vec![
                ("type", Tree::text("Close")),
                ("fulfillmentState", Tree::text("Fulfilled")),
                ("message", silence()),
            ];
            map(vec![("sessionAttributes", attributes), ("dialogAction", map(action))])
        }
        Version::Two => {
            let state = vec![
                ("sessionAttributes", attributes),
                ("dialogAction", map(vec![("type", Tree::text("Close"))])),
                ("intent", emptied(event, version, slot)),
            ];
            map(vec![("sessionState", map(state)), ("messages", Tree::List(vec![silence()]))])
        }
    };
    tree.to_json()
}

/// In the middle of a dialog the bot goes on by itself.
fn delegated(event: &Tree, version: Version) -> RawBytes {
    let (attributes, kind) = (with_attributes(event, version, &[]), Tree::text("Delegate"));
    let tree = match version {
        Version::One => {
            let slots = slots(event, version).map_or(Tree::Null, |slots| Tree::Map(slots.to_vec()));
            let action = map(vec![("type", kind), ("slots", slots)]);
            map(vec![("sessionAttributes", attributes), ("dialogAction", action)])
        }
        Version::Two => {
            let state = vec![
                ("sessionAttributes", attributes),
                ("dialogAction", map(vec![("type", kind)])),
                ("intent", intent(event, version).cloned().unwrap_or_default()),
            ];
            map(vec![("sessionState", map(state))])
        }
    };
    tree.to_json()
}

/// An event with a message that is to be opened.
pub(super) struct Decrypts {
    pub(super) message: Vec<u8>,
    /// The id of the conversation that it must be of, where the flow says one.
    pub(super) session: Option<RawText>,
}

impl Decrypts {
    /// Reads the event of a flow.
    pub(super) fn read(event: &RawBytes) -> Asked<Self> {
        let event = Tree::read(event);
        let parameters = event.as_ref().ok().and_then(|event| event.member("Details")?.member("Parameters"));
        let Some(parameters) = parameters else { return Asked::Malformed };
        let encrypted = said(parameters.member("encrypted")).map(str::trim).filter(|text| !text.is_empty());
        let Some(encrypted) = encrypted else {
            return Asked::Answer(status_error("Parameter is null or blank: [encrypted]"));
        };
        let message = Some(encrypted).filter(|text| text.len() <= MESSAGE_CHARS_MAX);
        match message.and_then(|text| base64::decode(text.as_bytes())) {
            Some(message) => {
                let session = said(parameters.member("session")).map(|id| RawText::new(id.to_owned()));
                Asked::Work(Self { message, session })
            }
            None => Asked::Answer(status_error(NOT_OURS)),
        }
    }
}

/// The answer with what was opened; none where that is no text.
pub(super) fn opened(plain: RawBytes) -> Option<RawBytes> {
    let plain = RawText::from_bytes(plain).ok()?;
    Some(map(vec![("Status", Tree::text("OK")), ("Data", Tree::Text(Words::new(plain)))]).to_json())
}

/// The answer where nothing is opened.
pub(super) fn status_error(words: &'static str) -> RawBytes {
    map(vec![("Status", Tree::text("ERROR")), ("Data", Tree::text(words))]).to_json()
}

/// A failure, as runtimes write one.
pub(super) fn error(words: &'static str) -> RawBytes {
    map(vec![("errorMessage", Tree::text(words)), ("errorType", Tree::text("Sotto.BuiltIn"))]).to_json()
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "the test reads answers to events of its own")]
mod tests {
    use super::*;
    use crate::lambda::builtin::BuiltIn;
    use serde_json::{Value, json};

    /// Invented; passes the check of cards.
    const CARD: &str = "4929573829184403";
    const KEY: &str = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";

    fn settings(slot: &str) -> BuiltInSettings {
        let raw = |text: &str| RawText::new(text.to_owned());
        let pairs = [(raw("KEY"), raw(KEY)), (raw("SLOT"), raw(slot))];
        BuiltInSettings::read(BuiltIn::EncryptSlots, &pairs).unwrap()
    }

    fn raw(value: &Value) -> RawBytes {
        RawBytes::new(value.to_string().into_bytes())
    }

    fn json_of(raw: &RawBytes) -> Value {
        serde_json::from_slice(raw.expose()).unwrap()
    }

    fn one(value: &str, attributes: &Value) -> RawBytes {
        raw(&json!({"currentIntent": {"name": "i", "slots": {"authNumber": value, "other": null}},
            "sessionAttributes": attributes, "userId": "caller-1", "invocationSource": "FulfillmentCodeHook"}))
    }

    fn two(value: &str, attributes: &Value) -> RawBytes {
        let slot = json!({"shape": "Scalar", "value": {"originalValue": value, "interpretedValue": value}});
        raw(&json!({"sessionId": "caller-1", "invocationSource": "FulfillmentCodeHook", "sessionState": {
            "sessionAttributes": attributes, "intent": {"name": "i", "state": "ReadyForFulfillment",
            "slots": {"number": slot, "other": null}}}}))
    }

    #[test]
    fn both_versions_are_answered_in_their_own_shape_without_the_value() {
        let attributes = json!({"range": "15-16", "kept": "yes"});
        for (event, root) in
            [(one(CARD, &attributes), ""), (two("4929-5738 2918 4403", &attributes), "/sessionState")]
        {
            let Asked::Work(work) = Encrypts::read(&event, &settings("")) else { panic!("work") };
            assert_eq!(work.plain().expose(), CARD.as_bytes());
            assert_eq!(work.session().unwrap().expose(), "caller-1");
            let answer = work.answer(b"message");
            let text = String::from_utf8(answer.expose().to_vec()).unwrap();
            assert!(!text.contains(CARD) && !text.contains("4403"), "{text}");
            let answer = json_of(&answer);
            let at = |path: &str| answer.pointer(&format!("{root}{path}")).cloned();
            assert_eq!(at("/sessionAttributes/creditcard"), Some(json!("bWVzc2FnZQ==")));
            assert_eq!(at("/sessionAttributes/isValid"), Some(json!("true")));
            assert_eq!(at("/sessionAttributes/kept"), Some(json!("yes")));
            assert_eq!(at("/dialogAction/type"), Some(json!("Close")));
            if root.is_empty() {
                assert_eq!(at("/dialogAction/fulfillmentState"), Some(json!("Fulfilled")));
                assert_eq!(at("/dialogAction/message/content"), Some(json!("<speak> </speak>")));
            } else {
                assert_eq!(at("/intent/state"), Some(json!("Fulfilled")));
                assert_eq!(at("/intent/slots/number"), Some(Value::Null));
                assert_eq!(answer.pointer("/messages/0/contentType"), Some(&json!("SSML")));
            }
        }
    }

    #[test]
    fn what_does_not_fit_is_not_valid_and_shows_nothing() {
        let none = json!({});
        for (value, attributes) in [
            ("123", none.clone()),
            ("49295738291844a3", none.clone()),
            (CARD, json!({"range": "5-5"})),
            ("12345", json!({"range": "15-16"})),
            ("", none.clone()),
            ("\u{664}\u{664}\u{664}\u{664}\u{664}", none.clone()),
        ] {
            for (event, root) in [(one(value, &attributes), ""), (two(value, &attributes), "/sessionState")] {
                let Asked::Answer(answer) = Encrypts::read(&event, &settings("")) else { panic!("{value}") };
                let answer = json_of(&answer);
                let valid = answer.pointer(&format!("{root}/sessionAttributes/isValid"));
                assert_eq!(valid, Some(&json!("false")), "{value}");
                assert!(value.len() < 5 || !answer.to_string().contains(value), "{answer}");
            }
        }
    }

    #[test]
    fn a_slot_is_named_or_the_only_one_and_dialogs_go_on() {
        let event = raw(&json!({"currentIntent": {"slots": {"a": "12345", "b": "54321"}}}));
        assert!(matches!(Encrypts::read(&event, &settings("")), Asked::Answer(_)));
        let Asked::Work(work) = Encrypts::read(&event, &settings("b")) else { panic!("work") };
        assert_eq!(work.plain().expose(), b"54321");
        let event = raw(
            &json!({"invocationSource": "DialogCodeHook", "sessionState": {"intent": {"slots": {"a": null}}}}),
        );
        let Asked::Answer(answer) = Encrypts::read(&event, &settings("")) else { panic!("answer") };
        assert_eq!(json_of(&answer).pointer("/sessionState/dialogAction/type"), Some(&json!("Delegate")));
        for wrong in [
            json!({}),
            json!([]),
            json!({"currentIntent": {}, "sessionState": {}}),
            json!({"currentIntent": {}}),
        ] {
            assert!(matches!(Encrypts::read(&raw(&wrong), &settings("")), Asked::Malformed), "{wrong}");
        }
    }

    #[test]
    fn events_of_flows_are_read_and_answered() {
        let event = |parameters: Value| raw(&json!({"Details": {"Parameters": parameters}}));
        let Asked::Work(work) = Decrypts::read(&event(json!({"encrypted": "bWVzc2FnZQ==", "session": "s"})))
        else {
            panic!("work")
        };
        assert_eq!((work.message.as_slice(), work.session.unwrap().expose()), (&b"message"[..], "s"));
        let data = |parameters: Value| match Decrypts::read(&event(parameters)) {
            Asked::Answer(answer) => json_of(&answer)["Data"].as_str().unwrap().to_owned(),
            _ => panic!("answer"),
        };
        for blank in [json!({}), json!({"encrypted": null}), json!({"encrypted": "  "})] {
            assert_eq!(data(blank), "Parameter is null or blank: [encrypted]");
        }
        assert_eq!(data(json!({"encrypted": "not base64"})), NOT_OURS);
        assert_eq!(data(json!({"encrypted": "A".repeat(MESSAGE_CHARS_MAX + 4)})), NOT_OURS);
        assert!(matches!(Decrypts::read(&raw(&json!({"Details": {}}))), Asked::Malformed));
        let answer = opened(RawBytes::new(CARD.into())).unwrap();
        assert_eq!(json_of(&answer), json!({"Status": "OK", "Data": CARD}));
        assert!(opened(RawBytes::new(vec![0xff])).is_none());
    }
}
