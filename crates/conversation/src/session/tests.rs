//! Sessions rest and come back; what callers give is checked.

use super::*;
use crate::bot::{Id, Locale, LocaleId, Reader, Shape, Slot};
use sotto_sensitive::RawBytes;
use std::sync::Arc;

fn tree(text: &str) -> Tree {
    Tree::read(&RawBytes::new(text.as_bytes().to_vec())).unwrap()
}

fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

fn locale() -> Locale {
    let mut reader = Reader::of("test");
    let slot = |slot: &str, reader: &mut Reader| {
        Arc::new(Slot {
            id: Id::parse("SLOT000001").unwrap(),
            name: name(slot),
            created: 0,
            updated: 0,
            classification: None,
            settings: Shape::read(&tree("{}"), reader),
        })
    };
    let intent = Intent {
        id: Id::parse("INTENT0001").unwrap(),
        name: name("Pay"),
        created: 0,
        updated: 0,
        slots: vec![slot("Card", &mut reader), slot("Parts", &mut reader)],
        settings: Shape::read(&tree("{}"), &mut reader),
    };
    let mut locale = Locale::new(LocaleId::parse("en_US").unwrap(), 0);
    locale.intents.push(Arc::new(intent));
    locale
}

fn session() -> Session {
    let locale = locale();
    let mut intent = IntentState::of(&locale.intents[0]);
    intent.set(&name("Card"), Some(SlotValue::of("5424188205176639".into())));
    let part = SlotValue::List(vec![
        Value::of("a".into()),
        Value { original: Some("b".into()), ..Value::default() },
    ]);
    intent
        .set(&name("Parts"), Some(SlotValue::Composite(vec![("x".into(), Some(part)), ("y".into(), None)])));
    let playback = Playback { bytes: 5..9, slot: name("Card") };
    let piece = Piece { text: "card 1234".into(), playbacks: vec![playback] };
    let card = CardSaid {
        title: piece.clone(),
        buttons: vec![(piece.clone(), piece.clone())],
        ..CardSaid::default()
    };
    let said =
        Said { kind: SaidKind::ImageResponseCard, content: piece, card: Some(card), source: Source::Hook };
    let mut session = Session {
        attributes: [("a".into(), "1".into()), ("a".into(), "2".into())].into_iter().collect(),
        contexts: vec![ActiveContext {
            name: "paid".into(),
            expires: 100,
            turns: 1,
            attributes: [("Card".into(), "9".into())].into_iter().collect(),
        }],
        intent: Some(intent.clone()),
        action: Some(Action {
            slot: Some(name("Card")),
            part: Some("x".into()),
            style: Style::SpellByWord,
            ..Action::of(ActionType::ElicitSlot)
        }),
        hints: Some(tree("{\"slotHints\":{}}")),
        origin: Some("first".into()),
        interpretations: tree("[]"),
        said: vec![said],
        turns: 3,
        attempts: 2,
        aside: Some((intent, Action::of(ActionType::ConfirmIntent))),
        ..Session::default()
    };
    session.follow(&name("Card"), &SlotValue::of("5424188205176639".into()));
    session
}

#[test]
fn a_session_comes_back_as_it_was() {
    let session = session();
    assert_eq!(session.attributes.iter().count(), 1);
    assert_eq!(session.followed().len(), 1);
    assert_eq!(Session::from_bytes(&session.to_bytes()), Ok(session.clone()));
    assert_eq!(Session::from_bytes(&Session::default().to_bytes()), Ok(Session::default()));
    assert!(!format!("{session:?}").contains("5424"));
}

#[test]
fn damaged_and_later_sessions_are_refused() {
    let read = |text: &str| Session::from_bytes(&RawBytes::new(text.as_bytes().to_vec()));
    for text in ["", "[]", "{}", "{\"version\":1}", "{\"version\":\"1\"}"] {
        assert_eq!(read(text), Err(SessionError::Damaged), "{text}");
    }
    assert_eq!(read("{\"version\":2}"), Err(SessionError::Unknown));
}

#[test]
fn contexts_grow_older_and_go() {
    let mut session = session();
    session.begin_turn(99);
    assert!(session.is_active("paid"));
    session.begin_turn(99);
    assert!(!session.is_active("paid"));
    let mut late = super::tests::session();
    late.begin_turn(100);
    assert!(!late.is_active("paid"));
}

#[test]
fn beyond_the_bound_nothing_is_forgotten_but_track_is_lost() {
    let mut session = Session::default();
    let mut add = |number: usize| {
        session.follow(&name("Card"), &SlotValue::of(format!("value-{number}").into()));
        session.lost_track
    };
    assert!(!(0..FOLLOWED_MAX).any(&mut add));
    assert!(!add(0));
    assert!(add(FOLLOWED_MAX));
    let mut session = Session::default();
    let mut add = |bytes: usize| {
        session.follow_words(&name("Card"), &"x".repeat(bytes).into());
        session.lost_track
    };
    assert!(!add(FOLLOWED_BYTES_MAX));
    assert!(add(1));
}

#[test]
fn what_callers_give_is_checked_member_by_member() {
    let locale = locale();
    let read = |text: &str| Given::read(&tree(text), &locale, 10);
    let wrong = |text: &str, error: StateError| assert_eq!(read(text), Err(error), "{text}");
    wrong("[]", StateError::Invalid("sessionState"));
    wrong(r#"{"sessionAttributes":[]}"#, StateError::Invalid("sessionAttributes"));
    wrong(r#"{"sessionAttributes":{"a":1}}"#, StateError::Invalid("sessionAttributes"));
    wrong(r#"{"intent":{}}"#, StateError::Missing("intent.name"));
    wrong(r#"{"intent":{"name":"Other"}}"#, StateError::UnknownIntent);
    wrong(r#"{"intent":{"name":"Pay","slots":{"Other":null}}}"#, StateError::UnknownSlot("intent.slots"));
    wrong(r#"{"intent":{"name":"Pay","slots":{"Card":7}}}"#, StateError::Invalid("intent.slots"));
    wrong(
        r#"{"intent":{"name":"Pay","slots":{"Card":{"shape":"Scalar"}}}}"#,
        StateError::Invalid("intent.slots"),
    );
    wrong(r#"{"intent":{"name":"Pay","state":"Done"}}"#, StateError::Invalid("state"));
    wrong(r#"{"dialogAction":{}}"#, StateError::Missing("dialogAction.type"));
    wrong(r#"{"dialogAction":{"type":"Ask"}}"#, StateError::Invalid("type"));
    wrong(r#"{"dialogAction":{"type":"ElicitSlot"}}"#, StateError::Missing("dialogAction.slotToElicit"));
    wrong(r#"{"dialogAction":{"type":"ElicitSlot","slotToElicit":"Card"}}"#, StateError::Missing("intent"));
    wrong(
        r#"{"dialogAction":{"type":"ElicitSlot","slotToElicit":"X"},"intent":{"name":"Pay"}}"#,
        StateError::UnknownSlot("dialogAction.slotToElicit"),
    );
    wrong(
        r#"{"dialogAction":{"type":"ElicitSlot","slotToElicit":"Card","subSlotToElicit":{"name":"canary"}},"intent":{"name":"Pay"}}"#,
        StateError::UnknownSlot("dialogAction.subSlotToElicit"),
    );
    wrong(
        r#"{"intent":{"name":"Pay","slots":{"Card":{"shape":"Composite","subSlots":{"canary":null}}}}}"#,
        StateError::UnknownSlot("intent.slots.subSlots"),
    );
    wrong(r#"{"activeContexts":[{"name":"a"}]}"#, StateError::Missing("activeContexts.timeToLive"));
    let long = |bytes: usize| format!(r#"{{"sessionAttributes":{{"a":"{}"}}}}"#, "x".repeat(bytes - 1));
    assert!(read(&long(ATTRIBUTE_BYTES_MAX)).is_ok());
    wrong(&long(ATTRIBUTE_BYTES_MAX + 1), StateError::TooLong("sessionAttributes"));
    let turns = |turns: u32| {
        format!(
            r#"{{"activeContexts":[{{"name":"a","timeToLive":{{"timeToLiveInSeconds":5,"turnsToLive":{turns}}}}}]}}"#
        )
    };
    assert_eq!(read(&turns(CONTEXT_TURNS_MAX)).unwrap().contexts.unwrap()[0].expires, 15);
    wrong(&turns(CONTEXT_TURNS_MAX + 1), StateError::Invalid("activeContexts.timeToLive"));
    let beside = read(r#"{"intent":{"name":"Pay"},"state":"Fulfilled"}"#).unwrap();
    assert_eq!((beside.intent.unwrap().state, beside.state_given), (Progress::Fulfilled, true));
}

#[test]
fn messages_are_checked() {
    let read = |text: &str| given::messages(Some(&tree(text)), Source::Hook);
    let wrong = |text: &str, error: StateError| assert_eq!(read(text), Err(error), "{text}");
    wrong("{}", StateError::Invalid("messages"));
    wrong(r#"[{"content":"a"}]"#, StateError::Missing("messages.contentType"));
    wrong(r#"[{"contentType":"PlainText"}]"#, StateError::Missing("messages.content"));
    wrong(r#"[{"contentType":"ImageResponseCard"}]"#, StateError::Missing("messages.imageResponseCard"));
    wrong(r#"[{"contentType":"HTML","content":"a"}]"#, StateError::Invalid("contentType"));
    let of = |chars: usize| format!(r#"[{{"contentType":"PlainText","content":"{}"}}]"#, "é".repeat(chars));
    assert_eq!(read(&of(MESSAGE_CHARS_MAX)).unwrap().len(), 1);
    wrong(&of(MESSAGE_CHARS_MAX + 1), StateError::TooLong("messages.content"));
    let many =
        |count: usize| format!("[{}]", vec![r#"{"contentType":"SSML","content":"a"}"#; count].join(","));
    assert_eq!(read(&many(MESSAGES_MAX)).unwrap().len(), MESSAGES_MAX);
    wrong(&many(MESSAGES_MAX + 1), StateError::TooLong("messages"));
    assert_eq!(given::messages(None, Source::Hook), Ok(Vec::new()));
}
