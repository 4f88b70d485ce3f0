//! Invoke: the way in for a caller's event, and the way out for the answer.
//!
//! The event goes to the function through `egress`, for a permit to invoke it and once the call is on record; the answer comes back
//! the same way. Asynchronous events are tried three times, as on AWS, and wait in memory: they do not outlive the server.

use super::not_run;
use super::refer::Meant;
use crate::call::{Call, internal};
use crate::desk::Answered;
use crate::record::configured;
use sotto_functions::{
    Deployment, EVENT_BYTES_MAX, Failed, FunctionsError, Invocation, Outcome, PAYLOAD_BYTES_MAX, Payload,
    Pool,
};
use sotto_iam::{Invoke, Permit};
use sotto_public::Public;
use sotto_sensitive::{RawBytes, RawText};
use sotto_wire::{Fault, Output, Value};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::OwnedSemaphorePermit;

/// How long after a failure an asynchronous event is tried again (AWS Lambda Developer Guide, "How Lambda handles errors and retries
/// with asynchronous invocation": after a minute and after two).
const AGAIN_AFTER: [Duration; 2] = [Duration::from_secs(60), Duration::from_secs(120)];

pub(super) async fn answer(call: &mut Call<'_>) -> Answered {
    let meant = Meant::of(call)?;
    let permit: Permit<Invoke> = meant.may(call, "lambda:InvokeFunction")?;
    let function = Arc::clone(meant.found(call)?);
    let kind = call.input().public("InvocationType").map(|kind| kind.get().clone());
    let of = call.api.runs.deployment(&meant.scope, &function).map_err(not_run)?;
    match kind.as_deref() {
        Some("DryRun") => Ok(Output::new().with("StatusCode", 204_u16)),
        Some("Event") => later(call, &permit, &of).await,
        _ => now(call, &permit, (&meant, &of)).await,
    }
}

/// The event of a request: JSON, or nothing, which is an empty object.
fn event(call: &mut Call<'_>, most: usize) -> Result<RawBytes, Fault> {
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
    (meant, of): (&Meant, &Arc<Deployment>),
) -> Answered {
    let event = event(call, PAYLOAD_BYTES_MAX)?;
    let (at, id) = (call.now(), id(call));
    let client_context = call.input_mut().take_raw("ClientContext");
    let wants_log = call.input().public("LogType").is_some_and(|kind| kind.get() == "Tail");
    let recorded = call.record().await?;
    let shown = sotto_egress::function_event(permit, recorded, &event, at).map_err(|_| internal())?;
    drop(event);
    let invocation = Invocation { id, payload: Payload::shown(shown), client_context };
    let pool = Arc::clone(call.api.runs.pool().map_err(not_run)?);
    let Outcome { answer, failed, tail, .. } = pool.invoke(of, invocation).await.map_err(not_run)?;
    let log = match wants_log {
        true => shown_log(call, permit, (meant, of), tail).await?,
        false => Value::Absent,
    };
    let recorded = call.record().await?;
    let shown = sotto_egress::function_answer(permit, recorded, &answer, at).map_err(|_| internal())?;
    Ok(Output::new()
        .with("StatusCode", 200_u16)
        .with("ExecutedVersion", of.version.clone())
        .with("FunctionError", failed.map(|_| "Unhandled"))
        .with("LogResult", log)
        .with("Payload", Value::Shown(shown)))
}

/// The end of the log, masked as the function's log group is.
async fn shown_log(
    call: &Call<'_>,
    permit: &Permit<Invoke>,
    (meant, of): (&Meant, &Deployment),
    tail: RawBytes,
) -> Result<Value, Fault> {
    let scope =
        sotto_logs::Scope { account: meant.scope.account.clone(), region: meant.scope.region.clone() };
    let lines = crate::logs::masked_lines(call.api, (&scope, &of.log_group), tail).await?;
    let shown = sotto_egress::function_log(permit, &lines, call.now()).map_err(|_| internal())?;
    Ok(Value::Shown(shown))
}

/// An event that is answered before it is run.
async fn later(call: &mut Call<'_>, permit: &Permit<Invoke>, of: &Arc<Deployment>) -> Answered {
    let event = event(call, EVENT_BYTES_MAX)?;
    let (at, id) = (call.now(), id(call));
    let client_context = call.input_mut().take_raw("ClientContext");
    let place = Arc::clone(&call.api.runs.events).try_acquire_owned();
    let place = place.map_err(|_| not_run(FunctionsError::TooMany))?;
    let pool = Arc::clone(call.api.runs.pool().map_err(not_run)?);
    let recorded = call.record().await?;
    let shown = sotto_egress::function_event(permit, recorded, &event, at).map_err(|_| internal())?;
    let tried = Tried { pool, of: Arc::clone(of), id, event: Arc::new(shown), client_context, _place: place };
    tokio::spawn(tried.until_done());
    Ok(Output::new().with("StatusCode", 202_u16))
}

/// An asynchronous event.
struct Tried {
    pool: Arc<Pool>,
    of: Arc<Deployment>,
    id: Public<String>,
    event: Arc<sotto_egress::Rendered>,
    client_context: Option<RawText>,
    _place: OwnedSemaphorePermit,
}

impl Tried {
    async fn until_done(self) {
        for pause in AGAIN_AFTER.into_iter().map(Some).chain([None]) {
            let invocation = Invocation {
                id: self.id.clone(),
                payload: Payload::shared(Arc::clone(&self.event)),
                client_context: self.client_context.as_ref().map(crate::context::copied),
            };
            let done = self.pool.invoke(&self.of, invocation).await;
            let failed = match done {
                Ok(outcome) => outcome.failed.is_some_and(|failed| failed != Failed::Answer),
                Err(FunctionsError::Closed) => return,
                Err(_) => true,
            };
            match pause.filter(|_| failed) {
                Some(pause) => tokio::time::sleep(pause).await,
                None => return,
            }
        }
    }
}
