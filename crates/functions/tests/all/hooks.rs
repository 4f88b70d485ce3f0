//! The check of code hooks finds the five faults in hooks that have them, and none in one that has not.

use crate::host::{Stage, interpreters};
use sotto_functions::{HookFault, check_hook};
use sotto_sensitive::RawText;

async fn faults(code: &str) -> Option<Vec<HookFault>> {
    interpreters().python?;
    let stage = Stage::new("python3.13", &[("handler.py", false, code)]);
    let found = check_hook(&stage.pool, &stage.of, &RawText::new(code.to_owned())).await.unwrap();
    let mut faults: Vec<_> = found.into_iter().map(|finding| finding.fault).collect();
    faults.dedup();
    Some(faults)
}

const GOOD: &str = r#"
def close(intent, state, text):
    intent["state"] = state
    return {"sessionState": {"dialogAction": {"type": "Close"}, "intent": intent},
            "messages": [{"contentType": "PlainText", "content": text}]}

def handle(event, context):
    intent = event["sessionState"]["intent"]
    if intent["name"] != "ConfirmPhone":
        return close(intent, "Failed", "That is nothing I can do.")
    phone = intent["slots"].get("PhoneNumber")
    if not phone:
        return {"sessionState": {"dialogAction": {"type": "ElicitSlot", "slotToElicit": "PhoneNumber"}, "intent": intent},
                "messages": [{"contentType": "PlainText", "content": "Which number?"}]}
    return close(intent, "Fulfilled", "We will call {PhoneNumber}.")
"#;

/// A hook of our own with all faults but the one that would hide them.
const BAD: &str = r#"
def handle(event, context):
    intent = event["sessionState"]["intent"]
    number = intent["slots"]["PhoneNumber"]["value"]["interpretedValue"]
    said = "<speak>You said " + " ".join(number) + ". Is that right?</speak>"
    intent["state"] = "Fulfilled"
    return {"sessionState": {"dialogAction": {"type": "Close"}, "intent": intent},
            "messages": [{"contentType": "SSML", "content": said}]}
"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_careful_hook_has_no_fault() {
    if let Some(faults) = faults(GOOD).await {
        assert_eq!(faults, []);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_faults_of_a_careless_hook_are_found() {
    let Some(found) = faults(BAD).await else { return };
    let wanted =
        [HookFault::SaysValue, HookFault::EmptySlot, HookFault::AsksWhileClosing, HookFault::FulfilsUnknown];
    assert_eq!(found, wanted);
    let broken = faults(&BAD.replace("context):", "context)")).await.unwrap();
    assert_eq!(broken, [HookFault::NotLoaded]);
}
