//! Invoke: the way in for a caller's event, and the way out for the answer.
//!
//! The event goes to the function through `egress`, for a permit to invoke it and once the call is on record; the answer comes back
//! the same way. Asynchronous events wait in the store (`later`) before they are answered.

use super::not_run;
use super::refer::Meant;
use super::run::{Event, Kind};
use crate::call::{Call, internal};
use crate::desk::Answered;
use crate::record::configured;
use sotto_functions::{EVENT_BYTES_MAX, Function, FunctionsError, Outcome, PAYLOAD_BYTES_MAX};
use sotto_iam::{Invoke, Permit};
use sotto_public::Public;
use sotto_sensitive::RawBytes;
use sotto_wire::{Fault, Output, Value};
use std::sync::Arc;

pub(super) async fn answer(call: &mut Call<'_>) -> Answered {
    let meant = Meant::of(call)?;
    let permit: Permit<Invoke> = meant.may(call, "lambda:InvokeFunction")?;
    let function = Arc::clone(meant.found(call)?);
    let kind = call.input().public("InvocationType").map(|kind| kind.get().clone());
    match (kind.as_deref(), Kind::of(&function)) {
        (Some("DryRun"), _) => Ok(Output::new().with("StatusCode", 204_u16)),
        (Some("Event"), Kind::BuiltIn(_)) => {
            Err(super::invalid("A built-in function answers at once: invoke it as RequestResponse"))
        }
        (_, Kind::BuiltIn(built_in)) => {
            super::builtin::invoke(call, &permit, (&meant, &function, built_in)).await
        }
        (Some("Event"), _) => later(call, &permit, (&meant, &function)).await,
        _ => now(call, &permit, (&meant, &function)).await,
    }
}

/// The event of a request: JSON, or nothing, which is an empty object.
pub(super) fn event(call: &mut Call<'_>, most: usize) -> Result<RawBytes, Fault> {
    let event = call.input_mut().take_bytes("Payload").unwrap_or_else(|| RawBytes::new(b"{}".to_vec()));
    if event.length() > most {
        return Err(not_run(FunctionsError::Payload { most }));
    }
    match is_json(&event) {
        true => Ok(event),
        false => Err(Fault::new("InvalidRequestContentException", "Could not parse request body into json")),
    }
}

#[expect(clippy::disallowed_methods, reason = "an event is checked to be JSON; a yes or no leaves")]
pub(super) fn is_json(event: &RawBytes) -> bool {
    serde_json::from_slice::<serde::de::IgnoredAny>(event.expose()).is_ok()
}

fn id(call: &Call<'_>) -> Public<String> {
    configured(&call.request_id().text())
}

async fn now(
    call: &mut Call<'_>,
    permit: &Permit<Invoke>,
    (meant, function): (&Meant, &Function),
) -> Answered {
    let event = event(call, PAYLOAD_BYTES_MAX)?;
    let (at, id) = (call.now(), id(call));
    let client_context = call.input_mut().take_raw("ClientContext");
    let wants_log = call.input().public("LogType").is_some_and(|kind| kind.get() == "Tail");
    let recorded = call.record().await?;
    let shown = sotto_egress::function_event(permit, recorded, &event, at).map_err(|_| internal())?;
    drop(event);
    let event = Event { id, event: Arc::new(shown), client_context };
    let ran = call.api.run_event(meant, function, event).await;
    let Outcome { answer, failed, tail, .. } = ran.map_err(not_run)?;
    let log = match wants_log && Kind::of(function) == Kind::Process {
        true => shown_log(call, permit, (meant, function), tail).await?,
        false => Value::Absent,
    };
    let recorded = call.record().await?;
    let shown = sotto_egress::function_answer(permit, recorded, &answer, at).map_err(|_| internal())?;
    Ok(Output::new()
        .with("StatusCode", 200_u16)
        .with("ExecutedVersion", "$LATEST")
        .with("FunctionError", failed.map(|_| "Unhandled"))
        .with("LogResult", log)
        .with("Payload", Value::Shown(shown)))
}

/// The end of the log, masked as the function's log group is.
async fn shown_log(
    call: &Call<'_>,
    permit: &Permit<Invoke>,
    (meant, function): (&Meant, &Function),
    tail: RawBytes,
) -> Result<Value, Fault> {
    let scope =
        sotto_logs::Scope { account: meant.scope.account.clone(), region: meant.scope.region.clone() };
    let group = super::functions::group_of(function);
    let lines = crate::logs::masked_lines(call.api, (&scope, &group), (tail, &meant.arn())).await?;
    let shown = sotto_egress::function_log(permit, &lines, call.now()).map_err(|_| internal())?;
    Ok(Value::Shown(shown))
}

/// An event that is answered before it is run: it is durable then.
async fn later(
    call: &mut Call<'_>,
    permit: &Permit<Invoke>,
    (meant, function): (&Meant, &Function),
) -> Answered {
    let event = event(call, EVENT_BYTES_MAX)?;
    let (at, id, bytes) = (call.now(), id(call), event.length() as u64);
    let client_context = call.input_mut().take_raw("ClientContext");
    if !call.api.runs_here(meant, function) {
        return Err(not_run(FunctionsError::Closed));
    }
    let recorded = call.record().await?;
    let shown = sotto_egress::function_event(permit, recorded, &event, at).map_err(|_| internal())?;
    drop(event);
    let event = Event { id, event: Arc::new(shown), client_context };
    call.api.accept_event(meant, function, event, bytes).await?;
    Ok(Output::new().with("StatusCode", 202_u16))
}
