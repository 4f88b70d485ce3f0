//! PutSession, GetSession, DeleteSession: what a conversation remembers, set, read and taken away by who may.
//!
//! To read a session is an act of its own: it shows values that were said to the bot, perhaps by somebody else. A policy may close
//! levels of sensitivity (`sotto:Classification`): values of slots of these levels are shown as `{slot}`, wherever they are repeated.

use super::models::ready;
use super::sessions;
use super::text::{member, parts};
use super::turn::{Brought, CONTENT_TYPE, Made, invalid, make, session_id};
use super::utterance::check_answer_type;
use super::{Asked, Talk, gone, seconds};
use crate::call::{Call, internal};
use crate::context::copied;
use crate::desk::Answered;
use sotto_conversation::bot::{Classification, Tree};
use sotto_conversation::dialog::Input;
use sotto_conversation::session::{Said, Session, Source, Withheld, messages};
use sotto_iam::{CLASSIFICATION_KEY, Context, Permit, ReadSession, Scoped};
use sotto_sensitive::{RawText, RawTree};
use sotto_wire::{Fault, Output, Value};
use std::sync::Arc;

pub(super) async fn put(call: &mut Call<'_>) -> Answered {
    let asked = Asked::of(call)?;
    let ask = asked.ask(call);
    let scoped = call.authorize_parts::<ReadSession>(ask)?;
    check_answer_type(call.input().raw("responseContentType"))?;
    let said = member(call, "messages");
    let said = messages(Some(&said).filter(|said| **said != Tree::Null), Source::Caller);
    let brought = Brought {
        operation: "PutSession",
        session_id: session_id(call)?,
        state: member(call, "sessionState"),
        request_attributes: member(call, "requestAttributes"),
        input: Input::Put { messages: said.map_err(|error| invalid(&error))? },
    };
    let (talk, made) = make(call, asked, brought).await?;
    let withheld = withheld(call, &talk, &scoped, &made.turn.session).await?;
    put_shown(call, scoped.permit(), (&made, withheld.as_ref())).await
}

/// What the caller may not see of a session, by the levels that are closed to him.
async fn withheld(
    call: &Call<'_>,
    talk: &Talk,
    scoped: &Scoped<ReadSession>,
    session: &Session,
) -> Result<Option<Withheld>, Fault> {
    let (ready, snapshot) = (ready(call.api, talk).await?, Arc::clone(&call.snapshot));
    let reach = snapshot.policies.reach(scoped).map_err(|_| internal())?;
    let closed =
        |level: Classification| !reach.holds_for(&Context::new().with(CLASSIFICATION_KEY, level.as_str()));
    Ok(session.withheld(&ready.locale, closed))
}

fn without(withheld: Option<&Withheld>, tree: Tree) -> Tree {
    match withheld {
        Some(withheld) => withheld.out_of(&tree),
        None => tree,
    }
}

async fn put_shown(
    call: &mut Call<'_>,
    permit: &Permit<ReadSession>,
    (made, withheld): (&Made, Option<&Withheld>),
) -> Answered {
    let now = call.api.now();
    let recorded = call.record().await?;
    let mut output = Output::new().with("contentType", CONTENT_TYPE);
    for (name, tree) in parts(made).into_iter().filter(|(name, _)| *name != "interpretations") {
        let json = without(withheld, tree).to_json();
        let header = sotto_egress::session_header(permit, recorded, &json, now).map_err(|_| internal())?;
        output.set(name, Value::Shown(header));
    }
    let id = id_shown(&made.session_id);
    let id = sotto_egress::session_tree(permit, recorded, &id, now).map_err(|_| internal())?;
    Ok(output.with("sessionId", Value::Shown(id)))
}

fn id_shown(id: &RawText) -> RawTree {
    RawTree::Text(copied(id))
}

pub(super) async fn get(call: &mut Call<'_>) -> Answered {
    let asked = Asked::of(call)?;
    let ask = asked.ask(call);
    let scoped = call.authorize_parts::<ReadSession>(ask)?;
    let (talk, id) = (asked.found(call)?, session_id(call)?);
    let session = sessions::peek(call.api, &talk, &id).await?.ok_or_else(no_session)?;
    let withheld = withheld(call, &talk, &scoped, &session).await?;
    shown(call, scoped.permit(), (&session, withheld.as_ref(), &id)).await
}

/// What of a session is shown, by the names of the answer's members.
fn members(session: &Session, now: u64) -> [(&'static str, Tree); 3] {
    [
        ("messages", Tree::List(session.said.iter().map(Said::to_tree).collect())),
        ("interpretations", session.interpretations.clone()),
        ("sessionState", session.state(now)),
    ]
}

async fn shown(
    call: &mut Call<'_>,
    permit: &Permit<ReadSession>,
    (session, withheld, id): (&Session, Option<&Withheld>, &RawText),
) -> Answered {
    let (now, at) = (call.api.now(), seconds(call.api));
    let recorded = call.record().await?;
    let mut output = Output::new();
    for (name, tree) in members(session, at) {
        let raw = without(withheld, tree).to_raw();
        let shown = sotto_egress::session_tree(permit, recorded, &raw, now).map_err(|_| internal())?;
        output.set(name, Value::Shown(shown));
    }
    let id = sotto_egress::session_tree(permit, recorded, &id_shown(id), now).map_err(|_| internal())?;
    Ok(output.with("sessionId", Value::Shown(id)))
}

fn no_session() -> Fault {
    gone("there is no such session")
}

pub(super) async fn delete(call: &mut Call<'_>) -> Answered {
    let asked = Asked::of(call)?;
    let permit = asked.may::<ReadSession>(call)?;
    let (talk, id) = (asked.found(call)?, session_id(call)?);
    let facts = talk.facts.clone();
    let (held, _) = sessions::open(call.api, &talk, &id).await?;
    if !held.is_there {
        return Err(no_session());
    }
    held.remove(call).await?;
    let now = call.api.now();
    let recorded = call.record().await?;
    let id = sotto_egress::session_tree(&permit, recorded, &id_shown(&id), now).map_err(|_| internal())?;
    Ok(Output::new()
        .with("botId", facts.id.public())
        .with("botAliasId", facts.alias_id.public())
        .with("localeId", facts.locale.public())
        .with("sessionId", Value::Shown(id)))
}
