//! RecognizeText: one utterance in JSON, one answer in JSON.

use super::turn::{Brought, Made, make, session_id};
use super::{Asked, Talk};
use crate::call::{Call, internal};
use crate::context::copied;
use crate::desk::Answered;
use crate::lex::trees::tree;
use sotto_conversation::Words;
use sotto_conversation::bot::Tree;
use sotto_conversation::dialog::{Input, InputMode};
use sotto_conversation::session::Said;
use sotto_iam::{Converse, Permit};
use sotto_wire::{Fault, Output, Value};

pub(super) async fn answer(call: &mut Call<'_>) -> Answered {
    let asked = Asked::of(call)?;
    let permit = asked.may::<Converse>(call)?;
    let text = call.input().raw("text").map(|text| Words::new(copied(text))).ok_or_else(internal)?;
    let brought = Brought {
        operation: "RecognizeText",
        session_id: session_id(call)?,
        state: member(call, "sessionState"),
        request_attributes: member(call, "requestAttributes"),
        input: Input::Heard { text, mode: InputMode::Text },
    };
    let (talk, made) = make(call, asked, brought).await?;
    shown(call, &permit, (&talk, &made)).await
}

/// A member of the request as a tree; `Null` where it is not there.
pub(super) fn member(call: &Call<'_>, name: &'static str) -> Tree {
    call.input().member(name).map_or(Tree::Null, tree)
}

/// What is heard, by the names of the answer's members.
pub(super) fn parts(made: &Made) -> Vec<(&'static str, Tree)> {
    let turn = &made.turn;
    let takes = |one: &&Said| made.accepted.as_ref().is_none_or(|kinds| kinds.contains(&one.kind));
    let said = turn.said.iter().filter(takes).map(Said::to_tree).collect();
    let mut parts = vec![
        ("messages", Tree::List(said)),
        ("interpretations", turn.interpretations()),
        ("sessionState", turn.session.state(made.now)),
    ];
    if !turn.request_attributes.is_empty() {
        parts.push(("requestAttributes", turn.request_attributes.to_tree()));
    }
    parts
}

async fn shown(call: &mut Call<'_>, permit: &Permit<Converse>, (_, made): (&Talk, &Made)) -> Answered {
    let now = call.api.now();
    let recorded = call.record().await?;
    let show = |tree: &Tree| -> Result<Value, Fault> {
        let raw = tree.to_raw();
        sotto_egress::turn_tree(permit, recorded, &raw, now).map(Value::Shown).map_err(|_| internal())
    };
    let mut output = Output::new();
    for (name, tree) in parts(made) {
        output.set(name, show(&tree)?);
    }
    output.set("sessionId", show(&Tree::Text(Words::new(copied(&made.session_id))))?);
    Ok(output)
}
