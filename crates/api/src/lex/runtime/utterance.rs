//! RecognizeUtterance: one utterance as a body, everything else in headers. Text in and text out; speech is refused in words that say
//! what is missing, until there is something that recognises it.

use super::Asked;
use super::packed::unpacked;
use super::text::parts;
use super::turn::{Brought, CONTENT_TYPE, Made, invalid, make, session_id};
use crate::call::{Call, internal};
use crate::context::copied;
use crate::desk::Answered;
use sotto_conversation::Words;
use sotto_conversation::bot::Tree;
use sotto_conversation::dialog::{Input, InputMode};
use sotto_iam::{Converse, Permit};
use sotto_sensitive::RawText;
use sotto_wire::{Fault, Output, Value};

/// Longest utterance, in characters (`lexv2-runtime`, `Text`).
const UTTERANCE_CHARS_MAX: usize = 1024;

pub(super) async fn answer(call: &mut Call<'_>) -> Answered {
    let asked = Asked::of(call)?;
    let permit = asked.may::<Converse>(call)?;
    check_types(call)?;
    let brought = Brought {
        operation: "RecognizeUtterance",
        session_id: session_id(call)?,
        state: unpacked(call.input().raw("sessionState"), "sessionState")?,
        request_attributes: unpacked(call.input().raw("requestAttributes"), "requestAttributes")?,
        input: Input::Heard { text: utterance(call)?, mode: InputMode::Text },
    };
    let (_, made) = make(call, asked, brought).await?;
    shown(call, &permit, &made).await
}

/// Text in and out. A media type is compared without its parameters (RFC 9110, section 8.3.1).
fn check_types(call: &Call<'_>) -> Result<(), Fault> {
    let input = call.input();
    if input.raw("requestContentType").is_none_or(|kind| !is_text(kind)) {
        return Err(invalid(
            &"speech cannot be understood here: no recogniser is configured; send the utterance as text with the content type \
              'text/plain; charset=utf-8'",
        ));
    }
    check_answer_type(input.raw("responseContentType"))
}

/// Whether the answer may be text.
pub(super) fn check_answer_type(kind: Option<&RawText>) -> Result<(), Fault> {
    match kind.is_none_or(is_text) {
        true => Ok(()),
        false => Err(invalid(
            &"answers cannot be spoken here: no speech is configured; ask for the response content type 'text/plain; charset=utf-8'",
        )),
    }
}

#[expect(clippy::disallowed_methods, reason = "a media type is compared; a yes or no leaves")]
fn is_text(kind: &RawText) -> bool {
    kind.expose().split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("text/plain"))
}

fn utterance(call: &mut Call<'_>) -> Result<Words, Fault> {
    let bytes = call.input_mut().take_bytes("inputStream").unwrap_or_default();
    let most = UTTERANCE_CHARS_MAX * 4;
    let text = if bytes.length() <= most { RawText::from_bytes(bytes).ok() } else { None };
    let text = text.filter(|text| (1..=UTTERANCE_CHARS_MAX).contains(&characters(text)));
    text.map(Words::new).ok_or_else(|| {
        invalid(&format_args!("the utterance is not text in UTF-8 of 1 to {UTTERANCE_CHARS_MAX} characters"))
    })
}

#[expect(clippy::disallowed_methods, reason = "characters are counted; the count leaves")]
fn characters(text: &RawText) -> usize {
    text.expose().chars().count()
}

async fn shown(call: &mut Call<'_>, permit: &Permit<Converse>, made: &Made) -> Answered {
    let now = call.api.now();
    let recorded = call.record().await?;
    let pack = |tree: &Tree| -> Result<Value, Fault> {
        let json = tree.to_json();
        sotto_egress::turn_header(permit, recorded, &json, now).map(Value::Shown).map_err(|_| internal())
    };
    let mut output = Output::new().with("contentType", CONTENT_TYPE).with("inputMode", "Text");
    for (name, tree) in parts(made) {
        output.set(name, pack(&tree)?);
    }
    if let Some(said) = &made.turn.heard.transcript {
        output.set("inputTranscript", pack(&Tree::Text(said.clone()))?);
    }
    let id = sotto_sensitive::RawTree::Text(copied(&made.session_id));
    let id = sotto_egress::turn_tree(permit, recorded, &id, now).map_err(|_| internal())?;
    Ok(output.with("sessionId", Value::Shown(id)))
}
