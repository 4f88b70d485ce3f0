//! What does an operation answer that the page asks for? What it answers to a signed request of the same principal.
//!
//! The request names service, operation and input; the page may name one of those as whom it looks. [`Admitted::answer`] does the
//! rest: it decides, acts, puts on record and renders, as for everybody. The page is offered reading and talking to bots; what
//! gives credentials away is not for a page, and what changes settings has no screen yet: less can be done with a stolen session
//! than with a stolen key.

use super::sessions::Touch;
use super::{Refused, Told};
use crate::api::Api;
use crate::context::Circumstances;
use crate::pipeline::{ANSWER_TIME_MAX, Admitted, Incoming, TURN_TIME_MAX};
use crate::record::action_of;
use crate::refusals::Asked;
use crate::refuse::{Refusal, crowded};
use sotto_arn::Region;
use sotto_public::Public;
use sotto_sensitive::RawBytes;
use sotto_trail::EventId;
use sotto_wire::neutral::{self, Members};
use sotto_wire::{Fault, Head, Output, decode, encode};
use tokio::time::timeout;

/// What is offered although it is no reading: a conversation.
const CONVERSING: [&str; 3] = ["RecognizeText", "PutSession", "DeleteSession"];
/// Tables of which one operation is offered: reading from STS gives credentials away.
const NARROWED: [(&str, &str); 1] = [("sts", "GetCallerIdentity")];

/// Whether the page may ask for it.
fn is_offered(call: &sotto_wire::Call) -> bool {
    let (Some(table), Some(prefix), Some(name)) = (call.table(), call.prefix(), call.operation_name()) else {
        return false;
    };
    if call.is_streaming() || call.is_unsigned() {
        return false;
    }
    if let Some((_, only)) = NARROWED.iter().find(|(narrowed, _)| *narrowed == table) {
        return name == *only;
    }
    let reads = action_of(prefix, name).is_some_and(|(_, read_only)| read_only);
    reads || (table == "lexv2-runtime" && CONVERSING.contains(&name))
}

impl Api {
    /// The answer to an operation.
    pub(super) async fn operate(&self, incoming: Incoming) -> Told {
        let Incoming { head, body, address, secure, .. } = incoming;
        let members = Members::read(body)?;
        let touch = if members.is_true("background") { Touch::No } else { Touch::Yes };
        let snapshot = self.state.now();
        let (name, found, signed_in) = self.signed_in((&head, secure), touch, &snapshot)?;
        let asked = members.word("service").zip(members.word("operation"));
        let asked = asked.and_then(|(service, operation)| neutral::call(&service, &operation));
        let asked = asked.filter(|asked| is_offered(&asked.native)).ok_or_else(not_offered)?;
        let view = view_of(&members)?;
        let caller = match view {
            None => signed_in,
            Some(view) => {
                let credential = found.viewer(view).ok_or_else(view_ended)?;
                self.caller_of(&snapshot, credential).map_err(|_| {
                    self.console.sessions.leave(&name, view);
                    view_ended()
                })?
            }
        };
        let region = region_of(&members)?.unwrap_or(found.region);
        let mut circumstances = Circumstances::of(&head, (self.now(), region), (address, secure));
        circumstances.reason = members.text("reason").or(circumstances.reason);
        let input = members.part("input").unwrap_or_else(|| RawBytes::new(b"{}".to_vec()));
        let (id, admitted) = (self.event_id(), Admitted { snapshot, caller, circumstances });
        let answered = self.performed(admitted, &asked, (id, &head), input).await;
        if let Err(fault) = &answered {
            self.count(&asked.native, fault);
        }
        Ok(encode(&asked.neutral, &id.text(), answered))
    }

    /// What an operation comes to, in its principal's turn and in time.
    pub(super) async fn performed(
        &self,
        admitted: Admitted,
        asked: &neutral::Asked,
        (id, head): (EventId, &Head),
        input: RawBytes,
    ) -> Result<Output, Fault> {
        let turn = self.turns.take(admitted.caller.account().cloned(), TURN_TIME_MAX).await;
        let turn = turn.map_err(crowded)?;
        let decoded = decode(&asked.neutral, head, input);
        let answer = admitted.answer_in(self, turn, (&asked.native, id), |_| decoded);
        let answered = timeout(ANSWER_TIME_MAX, answer).await;
        answered.unwrap_or_else(|_| Err(Refusal::TooLong.fault()))
    }

    fn count(&self, call: &sotto_wire::Call, fault: &Fault) {
        self.refusals.count(Asked::Aws(call.protocol()), fault);
    }
}

/// As whom is looked. Who cannot be read is nobody, and never whoever signed in.
fn view_of(members: &Members) -> Result<Option<u16>, Refused> {
    let given = members.part("as").map(|_| members.word("as"));
    given.map(|word| word.and_then(|word| word.get().parse().ok()).ok_or_else(view_ended)).transpose()
}

fn region_of(members: &Members) -> Result<Option<Region>, Refused> {
    let given = members.part("region").map(|_| members.word("region"));
    let read = |word: Option<Public<String>>| word.and_then(|word| Region::parse(word.get()).ok());
    given.map(|word| read(word).ok_or_else(no_region)).transpose()
}

fn not_offered() -> Refused {
    let words = "the console does not ask for this; ask for it with a signed request";
    Refused::new(400, "NotOffered", words)
}

fn view_ended() -> Refused {
    Refused::new(403, "ViewEnded", "looking as this principal has ended")
}

fn no_region() -> Refused {
    Refused::new(400, "ValidationException", "this is no Region")
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "a test declares its own literals public")]
mod tests {
    use super::*;

    #[test]
    fn a_view_that_cannot_be_read_is_nobodys() {
        let view = |text: &str| {
            let members = Members::read(RawBytes::new(text.as_bytes().to_vec()));
            members.and_then(|members| view_of(&members).map_err(|_| no_such())).ok()
        };
        let no_such_view = None;
        for (text, wanted) in [
            ("{}", Some(None)),
            (r#"{"as":"7"}"#, Some(Some(7))),
            (r#"{"as":7}"#, no_such_view),
            (r#"{"as":""}"#, no_such_view),
            (r#"{"as":"seven"}"#, no_such_view),
            (r#"{"as":null}"#, no_such_view),
        ] {
            assert_eq!(view(text), wanted, "{text}");
        }
    }

    fn no_such() -> Fault {
        crate::call::internal()
    }

    #[test]
    fn reading_and_talking_is_offered_and_nothing_else() {
        let offered = |table: &str, operation: &str| {
            let name = |text: &str| Public::from_pinned_text(text.to_owned());
            neutral::call(&name(table), &name(operation)).is_some_and(|asked| is_offered(&asked.native))
        };
        for (table, operation, wanted) in [
            ("logs", "GetLogEvents", true),
            ("logs", "FilterLogEvents", true),
            ("logs", "DescribeLogGroups", true),
            ("logs", "StartLiveTail", false),
            ("logs", "PutLogEvents", false),
            ("logs", "DeleteLogGroup", false),
            ("lexv2-models", "ListBots", true),
            ("lexv2-models", "DescribeBotAlias", true),
            ("lexv2-models", "CreateBot", false),
            ("lexv2-runtime", "RecognizeText", true),
            ("lexv2-runtime", "GetSession", true),
            ("lexv2-runtime", "DeleteSession", true),
            ("lexv2-runtime", "StartConversation", false),
            ("cloudtrail", "LookupEvents", true),
            ("kms", "ListKeys", true),
            ("kms", "Decrypt", false),
            ("kms", "GenerateDataKey", false),
            ("iam", "ListPolicies", true),
            ("iam", "CreateAccessKey", false),
            ("lambda", "GetFunctionConfiguration", true),
            ("lambda", "Invoke", false),
            ("sts", "GetCallerIdentity", true),
            ("sts", "AssumeRole", false),
            ("sts", "GetSessionToken", false),
            ("sts", "GetFederationToken", false),
            ("sts", "AssumeRoleWithWebIdentity", false),
            ("sotto", "GetLogGroupSettings", true),
            ("sotto", "PutLogGroupSettings", false),
            ("nobody", "Nothing", false),
        ] {
            assert_eq!(offered(table, operation), wanted, "{table} {operation}");
        }
    }
}
