//! What functions are told, and what becomes of their answers: right ones, wrong ones, failures.

use super::support::*;
use crate::bot::Tree;
use crate::dialog::{ANSWER_BYTES_MAX, Answered, HookSource, Input, TurnError};
use crate::session::{Given, Session, StateError};

/// One slot, a confirmation, both code hooks, and steps for failures of the first.
fn hooked() -> String {
    format!(
        r#"{{"intents":[
          {{"name":"Pay","sampleUtterances":[{{"utterance":"pay"}},{{"utterance":"pay with {{Card}}"}}],
            "dialogCodeHook":{{"enabled":true}},
            "initialResponseSetting":{{"initialResponse":{},"codeHook":{{"enableCodeHookInvocation":true,"active":true,"invocationLabel":"first",
              "postCodeHookSpecification":{{"successResponse":{},"failureResponse":{},"timeoutNextStep":{{"dialogAction":{{"type":"EndConversation"}}}}}}}}}},
            "slots":[{{"name":"Card","slotTypeId":"AMAZON.Number","valueElicitationSetting":{{"slotConstraint":"Required","promptSpecification":{},
              "slotCaptureSetting":{{"elicitationCodeHook":{{"enableCodeHookInvocation":true,"invocationLabel":"again"}}}}}}}}],
            "fulfillmentCodeHook":{{"enabled":true,"postFulfillmentStatusSpecification":{{"successResponse":{},"failureResponse":{}}}}}}},
          {{"name":"Plain","sampleUtterances":[{{"utterance":"plain"}}],"dialogCodeHook":{{"enabled":true}}}},
          {{"name":"Off","sampleUtterances":[{{"utterance":"off"}}],"dialogCodeHook":{{"enabled":false}},
            "initialResponseSetting":{{"codeHook":{{"enableCodeHookInvocation":true,"active":true,
              "postCodeHookSpecification":{{"successResponse":{}}}}}}}}}
        ]}}"#,
        response("Hello."),
        response("Ready."),
        response("Broken."),
        prompt("Card?", 1),
        response("Paid with {Card}."),
        response("Not paid."),
        response("Without."),
    )
}

fn text(tree: &Tree, path: &[&str]) -> String {
    let found = path.iter().try_fold(tree, |tree, name| match tree {
        Tree::List(items) => items.get(name.parse::<usize>().unwrap()),
        tree => tree.member(name),
    });
    found.and_then(Tree::as_words).map(|words| words.read().to_owned()).unwrap_or_default()
}

const DELEGATE: &str = r#"{"sessionState":{"dialogAction":{"type":"Delegate"}}}"#;

fn delegates(_event: &Tree) -> Answered {
    answer(DELEGATE)
}

#[test]
fn events_say_what_the_guide_says() {
    let mut play = Play::with(&hooked(), delegates);
    play.request_attributes = [("channel".into(), "web".into())].into_iter().collect();
    let turn = play.hear("pay with 5424188205176639");
    assert_eq!(said(&turn), "Hello. | Ready. | Paid with 5424188205176639.");
    let sources: Vec<String> = play.events.iter().map(|event| text(event, &["invocationSource"])).collect();
    assert_eq!(sources, [HookSource::DialogCodeHook.as_str(), HookSource::FulfillmentCodeHook.as_str()]);
    let first = &play.events[0];
    for (path, wanted) in [
        (&["messageVersion"][..], "1.0"),
        (&["inputMode"], "Text"),
        (&["responseContentType"], "text/plain; charset=utf-8"),
        (&["sessionId"], "session"),
        (&["inputTranscript"], "pay with 5424188205176639"),
        (&["invocationLabel"], "first"),
        (&["bot", "aliasName"], "TestBotAlias"),
        (&["bot", "version"], "DRAFT"),
        (&["interpretations", "0", "intent", "name"], "Pay"),
        (&["interpretations", "0", "interpretationSource"], "Lex"),
        (&["proposedNextState", "dialogAction", "type"], "Delegate"),
        (&["requestAttributes", "channel"], "web"),
        (&["sessionState", "intent", "slots", "Card", "value", "interpretedValue"], "5424188205176639"),
        (&["sessionState", "originatingRequestId"], "request"),
        (&["transcriptions", "0", "resolvedSlots", "Card", "value", "originalValue"], "5424188205176639"),
    ] {
        assert_eq!(text(first, path), wanted, "{path:?}");
    }
    assert_eq!(first.member("sessionState").unwrap().member("dialogAction"), None);
    assert_eq!(text(&play.events[1], &["sessionState", "intent", "state"]), "ReadyForFulfillment");
}

#[test]
fn the_intents_own_switch_is_above_all_hooks() {
    let mut play = Play::with(&hooked(), delegates);
    assert_eq!(play.says("off").0, "Without.");
    assert_eq!(play.events.len(), 0);
    play.hear("plain");
    assert_eq!(play.events.len(), 1);
}

#[test]
fn an_alias_without_a_function_leaves_fulfilment_to_the_caller() {
    let mut play = Play::of(&hooked());
    let turn = play.hear("pay with 12");
    assert_eq!(
        (said(&turn), waits(&turn.session)),
        ("Hello. | Ready.".into(), "Close ReadyForFulfillment".into())
    );
    assert_eq!(turn.hooks_left_out, 2);
}

#[test]
fn an_answer_that_is_missed_can_be_looked_at() {
    let mut play = Play::with(&hooked(), |event| match text(event, &["invocationLabel"]).as_str() {
        "again" => answer(
            r#"{"sessionState":{"dialogAction":{"type":"Delegate"},"intent":{"name":"Pay","slots":{"Card":{"value":{"interpretedValue":"77"}}}}}}"#,
        ),
        _ => answer(DELEGATE),
    });
    play.hear("pay");
    let turn = play.hear("the usual card");
    assert_eq!(said(&turn), "Paid with 77.");
    assert_eq!(text(&play.events[1], &["proposedNextState", "prompt", "attempt"]), "Initial");
}

#[test]
fn failures_take_their_step_or_are_errors() {
    let mut play = Play::with(&hooked(), |_| Answered::Failed);
    assert_eq!(play.says("pay"), ("Hello. | Broken.".into(), "Close Failed".into()));
    let mut play = Play::with(&hooked(), |_| Answered::TimedOut);
    assert_eq!(play.says("pay"), ("Hello.".into(), "Close Failed".into()));
    let hear = |play: &mut Play, text: &str| {
        play.turn(Given::default(), Input::Heard { text: text.into(), mode: Default::default() }).unwrap_err()
    };
    assert_eq!(hear(&mut play, "plain"), TurnError::HookTimedOut);
    let mut play = Play::with(&hooked(), |_| Answered::Failed);
    assert_eq!(hear(&mut play, "plain"), TurnError::HookFailed);
    assert_eq!(play.session, Session::default());
    let fulfilled = |event: &Tree| match text(event, &["invocationSource"]).as_str() {
        "FulfillmentCodeHook" => Answered::Failed,
        _ => answer(DELEGATE),
    };
    let mut play = Play::with(&hooked(), fulfilled);
    assert_eq!(play.says("pay with 12"), ("Hello. | Ready. | Not paid.".into(), "Close Failed".into()));
}

#[test]
fn functions_say_what_comes_next() {
    let check = |reply: &'static str, says: &str, waits_for: &str| {
        let mut play = Play::with(&hooked(), move |_| answer(reply));
        let turn = play.hear("pay");
        assert_eq!((said(&turn).as_str(), waits(&turn.session).as_str()), (says, waits_for), "{reply}");
        assert!(turn.heard.overridden);
    };
    check(
        r#"{"sessionState":{"dialogAction":{"type":"ElicitSlot","slotToElicit":"Card"},"intent":{"name":"Pay"}},
            "messages":[{"contentType":"PlainText","content":"Which?"}]}"#,
        "Hello. | Which?",
        "ElicitSlot Card",
    );
    check(
        r#"{"sessionState":{"dialogAction":{"type":"ElicitSlot","slotToElicit":"Card"},"intent":{"name":"Pay"}}}"#,
        "Hello. | Card?",
        "ElicitSlot Card",
    );
    check(
        r#"{"sessionState":{"dialogAction":{"type":"ElicitIntent"}},"messages":[{"contentType":"PlainText","content":"What?"}]}"#,
        "Hello. | What?",
        "ElicitIntent",
    );
    check(
        r#"{"sessionState":{"dialogAction":{"type":"ConfirmIntent"},"intent":{"name":"Pay"}},
            "messages":[{"contentType":"PlainText","content":"Sure?"}]}"#,
        "Hello. | Sure?",
        "ConfirmIntent",
    );
    check(
        r#"{"sessionState":{"dialogAction":{"type":"Close"},"intent":{"name":"Pay","state":"Fulfilled","slots":{"Card":{"value":{"interpretedValue":"9"}}}}}}"#,
        "Hello. | Paid with 9.",
        "Close Fulfilled",
    );
    check(
        r#"{"sessionState":{"dialogAction":{"type":"Close"},"intent":{"name":"Pay"},"state":"Failed"},
            "messages":[{"contentType":"PlainText","content":"Sorry."}]}"#,
        "Hello. | Sorry.",
        "Close Failed",
    );
}

#[test]
fn answers_change_attributes_and_the_intent() {
    let mut play =
        Play::with(&hooked(), |event| match text(event, &["sessionState", "intent", "name"]).as_str() {
            "Pay" => answer(
                r#"{"sessionState":{"dialogAction":{"type":"Delegate"},"intent":{"name":"Plain"},
                "sessionAttributes":{"seen":"yes"},"activeContexts":[]},"requestAttributes":{"b":"2"}}"#,
            ),
            _ => answer(DELEGATE),
        });
    let turn = play.hear("pay");
    assert_eq!(turn.session.intent.as_ref().unwrap().name, name("Plain"));
    assert_eq!(turn.session.attributes.find("seen"), Some(&"yes".into()));
    assert_eq!(turn.request_attributes.find("b"), Some(&"2".into()));
    assert!(!turn.heard.overridden);
}

#[test]
fn wrong_answers_end_the_turn_and_are_not_repeated() {
    let check = |reply: String, wanted: TurnError| {
        let shown = reply.chars().take(200).collect::<String>();
        let mut play = Play::with(&hooked(), move |_| answer(&reply));
        let input = Input::Heard { text: "pay".into(), mode: Default::default() };
        let error = play.turn(Given::default(), input).unwrap_err();
        assert_eq!(error, wanted, "{shown}");
        assert!(!format!("{error} {error:?}").contains("canary"));
    };
    let of = StateError::Missing;
    check("canary".into(), TurnError::HookForm);
    check("[]".into(), TurnError::HookForm);
    check("{}".into(), TurnError::HookAnswer(of("sessionState")));
    check(r#"{"sessionState":{}}"#.into(), TurnError::HookAnswer(of("dialogAction")));
    let action = |action: &str| format!(r#"{{"sessionState":{{"dialogAction":{action}}}}}"#);
    check(action(r#"{"type":"canary"}"#), TurnError::HookAnswer(StateError::Invalid("type")));
    check(action(r#"{"type":"None"}"#), TurnError::HookAnswer(StateError::Invalid("dialogAction.type")));
    check(action(r#"{"type":"ElicitIntent"}"#), TurnError::HookAnswer(StateError::NoMessages));
    check(action(r#"{"type":"ConfirmIntent"}"#), TurnError::HookAnswer(of("intent")));
    check(action(r#"{"type":"Close"}"#), TurnError::HookAnswer(of("intent")));
    check(action(r#"{"type":"ElicitSlot"}"#), TurnError::HookAnswer(of("dialogAction.slotToElicit")));
    let ready = r#"{"sessionState":{"dialogAction":{"type":"Close"},"intent":{"name":"Pay","state":"ReadyForFulfillment"}}}"#;
    check(ready.into(), TurnError::HookAnswer(StateError::NotReady));
    let unknown = r#"{"sessionState":{"dialogAction":{"type":"Close"},"intent":{"name":"canary"}}}"#;
    check(unknown.into(), TurnError::HookAnswer(StateError::UnknownIntent));
    let padded = |bytes: usize| format!("{DELEGATE}{}", " ".repeat(bytes - DELEGATE.len()));
    let mut play = Play::with(&hooked(), {
        let fits = padded(ANSWER_BYTES_MAX);
        move |_| answer(&fits)
    });
    assert_eq!(said(&play.hear("pay")), "Hello. | Ready. | Card?");
    check(padded(ANSWER_BYTES_MAX + 1), TurnError::HookForm);
}
