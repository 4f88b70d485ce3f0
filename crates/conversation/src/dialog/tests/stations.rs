//! Stations, steps, conditions, slots of every shape, built-in intents, contexts.

use super::support::*;
use crate::bot::Tree;
use crate::dialog::{Input, TurnError};
use crate::session::{Action, ActionType, Given, IntentState, Progress, Said, Session, SlotValue};

/// A bot that books: two slots by priority, a confirmation, a fallback.
fn booking() -> String {
    let slot = |name: &str, kind: &str, ask: &str, more: &str| {
        format!(
            r#"{{"name":"{name}","slotTypeId":"{kind}","valueElicitationSetting":{{"slotConstraint":"Required","promptSpecification":{}{more}}}}}"#,
            prompt(ask, 1)
        )
    };
    format!(
        r#"{{"slotTypes":[{{"name":"Town","slotTypeValues":[{{"sampleValue":{{"value":"Ghent"}},"synonyms":[{{"value":"Gent"}}]}},
            {{"sampleValue":{{"value":"Bruges"}}}}],"valueSelectionSetting":{{"resolutionStrategy":"TopResolution"}}}}],
        "intents":[
          {{"name":"Book","sampleUtterances":[{{"utterance":"book a room"}},{{"utterance":"book a room in {{City}}"}}],
            "slotPriorities":[{{"priority":2,"slotId":"Nights"}},{{"priority":1,"slotId":"City"}}],
            "slots":[{},{}],
            "intentConfirmationSetting":{{"promptSpecification":{},"declinationResponse":{}}},
            "outputContexts":[{{"name":"booked","timeToLiveInSeconds":90,"turnsToLive":2}}]}},
          {{"name":"Pay","sampleUtterances":[{{"utterance":"pay now"}}],"inputContexts":[{{"name":"booked"}}],
            "slots":[{}]}},
          {{"name":"Stop","parentIntentSignature":"AMAZON.CancelIntent","sampleUtterances":[{{"utterance":"cancel"}}]}},
          {{"name":"Again","parentIntentSignature":"AMAZON.RepeatIntent","sampleUtterances":[{{"utterance":"say that again"}}]}},
          {{"name":"Anew","parentIntentSignature":"AMAZON.StartOverIntent","sampleUtterances":[{{"utterance":"start over"}}]}},
          {{"name":"Wait","parentIntentSignature":"AMAZON.PauseIntent","sampleUtterances":[{{"utterance":"pause"}}]}},
          {{"name":"GoOn","parentIntentSignature":"AMAZON.ResumeIntent","sampleUtterances":[{{"utterance":"resume"}}]}},
          {{"name":"Fallback","parentIntentSignature":"AMAZON.FallbackIntent","intentClosingSetting":{{"closingResponse":{}}}}}
        ]}}"#,
        slot("Nights", "AMAZON.Number", "How many nights?", ""),
        slot("City", "Town", "Which city?", ""),
        prompt("{Nights} nights in {City}?", 1),
        response("Not booked."),
        slot(
            "City",
            "Town",
            "Where?",
            r##","defaultValueSpecification":{"defaultValueList":[{"defaultValue":"#booked.City"}]}"##
        ),
        response("Sorry?"),
    )
}

fn step(says: &str, waits: &str) -> (String, String) {
    (says.to_owned(), waits.to_owned())
}

#[test]
fn slots_are_asked_for_by_priority_then_confirmed_and_fulfilled() {
    let mut play = Play::of(&booking());
    assert_eq!(play.says("Book a room"), step("Which city?", "ElicitSlot City"));
    assert_eq!(play.says("gent please"), step("How many nights?", "ElicitSlot Nights"));
    assert_eq!(slot(&play.session, "City"), "Ghent");
    assert_eq!(play.says("two"), step("2 nights in Ghent?", "ConfirmIntent"));
    let turn = play.hear("yes");
    assert_eq!((said(&turn), waits(&turn.session)), step("", "Close ReadyForFulfillment"));
    assert!(play.session.is_active("booked"));
}

#[test]
fn slots_that_were_said_are_not_asked_for_and_no_is_no() {
    let mut play = Play::of(&booking());
    let turn = play.hear("book a room in Bruges");
    assert_eq!(waits(&turn.session), "ElicitSlot Nights");
    assert_eq!((turn.heard.spoken.len(), turn.heard.spoken[0].bytes.clone()), (1, 15..21));
    play.hear("3");
    assert_eq!(play.says("no"), step("Not booked.", "Close Failed"));
    assert!(!play.session.is_active("booked"));
}

#[test]
fn questions_are_repeated_and_then_given_up() {
    let mut play = Play::of(&booking());
    play.hear("book a room");
    let missed = play.hear("Atlantis");
    assert_eq!((said(&missed), waits(&missed.session)), step("Which city?", "ElicitSlot City"));
    assert!(missed.heard.unanswered && !missed.heard.missed);
    let given_up = play.hear("Atlantis");
    assert_eq!((said(&given_up), waits(&given_up.session)), step("Sorry?", "Close ReadyForFulfillment"));
    assert_eq!(play.session.intent.as_ref().unwrap().name, name("Fallback"));
}

#[test]
fn what_nobody_understands_goes_to_the_fallback() {
    let mut play = Play::of(&booking());
    let turn = play.hear("tell me a story");
    assert_eq!(said(&turn), "Sorry?");
    assert!(turn.heard.missed && turn.heard.elicited.is_none());
    let names: Vec<_> = turn.offers.iter().map(|offer| offer.intent.name.as_str()).collect();
    assert_eq!(names, ["Fallback"]);
}

#[test]
fn another_intent_said_exactly_comes_in_between() {
    let mut play = Play::of(&booking());
    play.hear("book a room");
    assert_eq!(play.says("cancel"), step("", "Close Fulfilled"));
    assert_eq!(play.session.intent.as_ref().unwrap().name, name("Stop"));
}

#[test]
fn built_in_intents_do_what_their_names_say() {
    let mut play = Play::of(&booking());
    play.hear("book a room");
    assert_eq!(play.says("say that again"), step("Which city?", "ElicitSlot City"));
    play.hear("Ghent");
    assert_eq!(play.says("start over"), step("Which city?", "ElicitSlot City"));
    assert_eq!(slot(&play.session, "City"), "");
    play.hear("Bruges");
    assert_eq!(play.says("pause"), step("", "ElicitIntent"));
    assert_eq!(play.says("resume"), step("How many nights?", "ElicitSlot Nights"));
    assert_eq!(slot(&play.session, "City"), "Bruges");
}

#[test]
fn contexts_open_intents_and_give_default_values() {
    let mut play = Play::of(&booking());
    assert_eq!(play.says("pay now").0, "Sorry?");
    for text in ["book a room in Ghent", "1", "yes"] {
        play.hear(text);
    }
    assert_eq!(play.says("pay now"), step("", "Close ReadyForFulfillment"));
    assert_eq!(slot(&play.session, "City"), "Ghent");
    play.now += 91;
    assert_eq!(play.says("pay now").0, "Sorry?");
}

/// Conditions, values that steps set, jumps between intents, and messages in order.
fn flow() -> String {
    let next = |action: &str| format!(r#"{{"dialogAction":{{"type":"{action}"}}}}"#);
    let branch = |name: &str, condition: &str, says: &str, next: &str| {
        format!(
            r#"{{"name":"{name}","condition":{{"expressionString":"{condition}"}},"response":{},"nextStep":{next}}}"#,
            response(says)
        )
    };
    let retries = r#"{"messageGroups":[{"message":{"plainTextMessage":{"value":"Age?"}},"variations":[
            {"plainTextMessage":{"value":"Your age, please?"}},{"plainTextMessage":{"value":"In years?"}}]}],
            "maxRetries":2,"messageSelectionStrategy":"Ordered"}"#;
    format!(
        r#"{{"intents":[
          {{"name":"Enter","sampleUtterances":[{{"utterance":"enter"}}],
            "initialResponseSetting":{{"initialResponse":{},"nextStep":{{"dialogAction":{{"type":"ElicitSlot","slotToElicit":"Age"}},"sessionAttributes":{{"door":"open"}}}}}},
            "slots":[{{"name":"Age","slotTypeId":"AMAZON.Number","valueElicitationSetting":{{"promptSpecification":{retries},
              "slotCaptureSetting":{{
                "captureResponse":{},
                "captureNextStep":{{"dialogAction":{{"type":"EvaluateConditional"}},"sessionAttributes":{{"age":"{{Age}}","heard":"$.transcriptions[0].transcription"}}}},
                "captureConditional":{{"active":true,"conditionalBranches":[{},{},{}],"defaultBranch":{{"response":{},"nextStep":{}}}}},
                "failureResponse":{},
                "failureNextStep":{{"dialogAction":{{"type":"StartIntent"}},"intent":{{"name":"Other","slots":{{"Note":{{"value":{{"interpretedValue":"[door]"}}}}}}}}}}
              }}}}}}],
            "intentClosingSetting":{{"closingResponse":{}}}}},
          {{"name":"Other","slots":[{{"name":"Note","slotTypeId":"AMAZON.FreeFormInput","valueElicitationSetting":{{"slotConstraint":"Required"}}}}],
            "fulfillmentCodeHook":{{"enabled":false,"postFulfillmentStatusSpecification":{{"successResponse":{}}}}}}},
          {{"name":"Circle","sampleUtterances":[{{"utterance":"round and round"}}],
            "initialResponseSetting":{{"nextStep":{{"dialogAction":{{"type":"StartIntent"}},"intent":{{"name":"Circle"}}}}}}}}
        ]}}"#,
        response("Welcome."),
        response("{Age} it is."),
        branch("Child", "{Age} < 18", "Too young.", &next("EndConversation")),
        branch("Broken", "({Age} = 200 AND", "Never.", &next("EndConversation")),
        branch(
            "Old",
            "{Age} > 100",
            "Really?",
            r#"{"dialogAction":{"type":"ElicitSlot","slotToElicit":"Age"},"intent":{"slots":{"Age":{"shape":"Scalar","value":null}}}}"#
        ),
        response("Come in."),
        next("CloseIntent"),
        response("Never mind."),
        response("Bye [door] <{Age}>."),
        response("Note: {Note}"),
    )
}

#[test]
fn conditions_decide_and_steps_set_values() {
    let mut play = Play::of(&flow());
    assert_eq!(play.says("enter"), step("Welcome. | Age?", "ElicitSlot Age"));
    let turn = play.hear("I am forty two");
    assert_eq!(
        (said(&turn), waits(&turn.session)),
        step("42 it is. | Come in. | Bye open <42>.", "Close Failed")
    );
    let attributes: Vec<_> = turn.session.attributes.iter().map(|(k, v)| (k.read(), v.read())).collect();
    assert_eq!(attributes, [("door", "open"), ("age", "42"), ("heard", "I am forty two")]);
    let playback = &turn.said[2].content.playbacks;
    assert_eq!((playback.len(), playback[0].bytes.clone()), (1, 10..12));
}

#[test]
fn branches_end_or_ask_again() {
    let mut play = Play::of(&flow());
    play.hear("enter");
    assert_eq!(play.says("9"), step("9 it is. | Too young.", "Close Failed"));
    play.hear("enter");
    assert_eq!(play.says("101"), step("101 it is. | Really? | Age?", "ElicitSlot Age"));
    assert_eq!(slot(&play.session, "Age"), "");
}

#[test]
fn attempts_have_their_messages_and_failure_leads_on() {
    let mut play = Play::of(&flow());
    play.hear("enter");
    assert_eq!(play.says("hm").0, "Your age, please?");
    assert_eq!(play.says("hm").0, "In years?");
    assert_eq!(play.says("hm"), step("Never mind. | Note: open", "Close Fulfilled"));
}

#[test]
fn a_circle_of_steps_is_an_error_and_the_session_stays() {
    let mut play = Play::of(&flow());
    let input = || Input::Heard { text: "round and round".into(), mode: Default::default() };
    assert_eq!(play.turn(Given::default(), input()).unwrap_err(), TurnError::Endless);
    assert_eq!(play.session, Session::default());
}

/// Lists and parts.
fn shapes() -> String {
    let ask = |text: &str| format!(r#"{{"promptSpecification":{}}}"#, prompt(text, 1));
    format!(
        r#"{{"intents":[{{"name":"Order","sampleUtterances":[{{"utterance":"order"}}],
          "initialResponseSetting":{{}},
          "slots":[
            {{"name":"Days","slotTypeId":"AMAZON.Number","multipleValuesSetting":{{"allowMultipleValues":true}},
              "valueElicitationSetting":{{"slotConstraint":"Required","promptSpecification":{},
                "slotCaptureSetting":{{"captureConditional":{{"active":true,"conditionalBranches":[
                  {{"name":"many","condition":{{"expressionString":"fn.COUNT({{Days}}) > 1 AND {{Days}} CONTAINS \"4\""}},"response":{}}}]}}}}}}}},
            {{"name":"Where","slotTypeId":"Place","valueElicitationSetting":{{"slotConstraint":"Required"}},
              "subSlotSetting":{{"expression":"(Zip AND Number) OR Mail","slotSpecifications":{{
                "Zip":{{"slotTypeId":"AMAZON.Number","valueElicitationSetting":{}}},
                "Number":{{"slotTypeId":"AMAZON.Number","valueElicitationSetting":{}}},
                "Mail":{{"slotTypeId":"AMAZON.EmailAddress","valueElicitationSetting":{}}}}}}}}}
          ]}}]}}"#,
        prompt("Which days?", 1),
        response("Several: {Days}."),
        ask("Zip?"),
        ask("Number?"),
        ask("Mail?"),
    )
}

#[test]
#[expect(clippy::disallowed_methods, reason = "canary data is compared")]
fn lists_take_several_values_and_composite_slots_their_parts() {
    let mut play = Play::of(&shapes());
    assert_eq!(play.says("order"), step("Which days?", "ElicitSlot Days"));
    assert_eq!(play.says("3 and 4"), step("Several: 3, 4. | Zip?", "ElicitSlot Where.Zip"));
    assert_eq!(play.says("9000"), step("Number?", "ElicitSlot Where.Number"));
    assert_eq!(play.says("12"), step("", "Close ReadyForFulfillment"));
    assert_eq!(slot(&play.session, "Where"), "9000,12");
    let event = play.session.state(0).to_json();
    let text = String::from_utf8(event.expose().to_vec()).unwrap();
    assert!(
        text.contains(r#""shape":"Composite","subSlots":{"Zip":{"value":{"originalValue":"9000""#),
        "{text}"
    );
    assert!(text.contains(r#""Days":{"shape":"List","values":[{"value""#), "{text}");
}

#[test]
fn callers_put_states() {
    let mut play = Play::of(&booking());
    let locale = locale(&booking());
    let mut intent = IntentState::of(locale.intent("Book").unwrap());
    intent.set(&name("City"), Some(SlotValue::of("Ghent".into())));
    let given =
        |action: Action| Given { intent: Some(intent.clone()), action: Some(action), ..Given::default() };
    let messages = vec![Said::default()];
    let asked = Action { slot: Some(name("Nights")), ..Action::of(ActionType::ElicitSlot) };
    let turn = play.turn(given(asked), Input::Put { messages }).unwrap();
    assert_eq!((turn.said.len(), waits(&turn.session)), (1, "ElicitSlot Nights".to_owned()));
    assert_eq!(play.says("4"), step("4 nights in Ghent?", "ConfirmIntent"));
    let turn =
        play.turn(given(Action::of(ActionType::Delegate)), Input::Put { messages: Vec::new() }).unwrap();
    assert_eq!((said(&turn), waits(&turn.session)), step("How many nights?", "ElicitSlot Nights"));
    assert_eq!(turn.session.intent.unwrap().state, Progress::InProgress);
}

#[test]
fn answers_hold_what_was_meant() {
    let mut play = Play::of(&booking());
    let turn = play.hear("book a room in Ghent");
    let Tree::List(items) = turn.interpretations() else { panic!("no list") };
    let score = items[0].member("nluConfidence").and_then(|found| found.member("score"));
    assert_eq!(score, Some(&Tree::Float(1.0)));
    assert!(items.iter().any(|item| item.member("nluConfidence").is_none()));
    assert!(!format!("{turn:?}").contains("Ghent"));
}
