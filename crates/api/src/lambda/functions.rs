//! Functions: made, changed, described, listed, deleted.
//!
//! Code is stored before the record that names it, and what it replaces is taken away after: a crash between leaves an object that
//! nobody can open, never a function without code.

use super::builtin::{BuiltIn, BuiltInSettings, NO_CODE};
use super::code::{discard, keep, member_place, sealed_environment, sealed_text};
use super::refer::Meant;
use super::run::Kind;
use super::settings::{self, MEMORY_MIB, TIMEOUT_SECONDS};
use super::shapes::{Show, log_group};
use super::{invalid, refused};
use crate::call::{Ask, Call, internal};
use crate::desk::{Answered, number};
use sotto_functions::{Function, FunctionScope};
use sotto_iam::{Permit, ReadDirectory};
use sotto_public::{Opaque, Public};
use sotto_sensitive::{RawBytes, RawText};
use sotto_wire::{Fault, Output, Value};
use std::sync::Arc;

/// Functions of an answer (AWS Lambda API Reference, "ListFunctions").
const PAGE_ITEMS_MAX: usize = 50;

/// Milliseconds since 1970.
pub(super) fn now_ms(call: &Call<'_>) -> u64 {
    let since = call.now().duration_since(std::time::SystemTime::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// A number that nothing else has.
pub(super) fn random(call: &Call<'_>) -> u128 {
    u128::from_be_bytes(call.draw().bytes())
}

fn required(call: &Call<'_>, member: &'static str) -> Result<Public<String>, Fault> {
    let given = call.input().public(member).cloned();
    given.ok_or_else(|| invalid(sotto_wire::message!("{} is required", member)))
}

pub(super) async fn create(call: &mut Call<'_>) -> Answered {
    let meant = Meant::of(call)?;
    let context = super::tags::given_context(call);
    let permit: Permit<ReadDirectory> = meant.may_with(call, "lambda:CreateFunction", context)?;
    if meant.scope.account != call.account()? {
        return Err(invalid("A function is made in the caller's own account"));
    }
    settings::check(call)?;
    let role = required(call, "Role")?;
    settings::role(call, &role)?;
    let runtime = settings::runtime(&required(call, "Runtime")?)?;
    let handler = required(call, "Handler")?;
    let built_in = BuiltIn::find(runtime.name, handler.get());
    let uid = random(call);
    let environment = settings::environment(call)?.unwrap_or_default();
    fits_built_in(built_in, &environment)?;
    let layers = settings::layers(call)?.unwrap_or_default();
    let architecture = call.input().publics("Architectures").next().cloned();
    let (description, log_group) = (description(call, uid)?, settings::log_group(call)?);
    let environment = sealed_environment(call, uid, &environment)?;
    let tags = super::tags::given(call, uid)?;
    let archive = match built_in {
        None => settings::archive(call, Some("Code"))?,
        Some(_) if settings::archive(call, Some("Code")).is_ok() => return Err(no_code()),
        Some(_) => RawBytes::new(NO_CODE.to_vec()),
    };
    let code = keep(call.api, archive).await?;
    let function = Function {
        name: meant.name.clone(),
        uid,
        revision: random(call),
        modified_ms: now_ms(call),
        code,
        runtime: runtime.name.into(),
        handler,
        role,
        description,
        environment,
        timeout_seconds: number(call, "Timeout").unwrap_or(TIMEOUT_SECONDS),
        memory_mib: number(call, "MemorySize").unwrap_or(MEMORY_MIB),
        layers,
        log_group,
        architecture: architecture.unwrap_or_else(|| "x86_64".into()),
        concurrency: None,
        permissions: Vec::new(),
        tags,
    };
    let made = call
        .transact(|drafts, _| drafts.functions.create(&meant.scope, function.clone()).map_err(refused))
        .await;
    if let Err(fault) = made {
        discard(call.api, &function.code).await;
        return Err(fault);
    }
    Show { call, permit: &permit, scope: &meant.scope }.function(&function)
}

fn no_code() -> Fault {
    invalid("A built-in function has no code of its own")
}

/// Checks what a built-in function is set to.
fn fits_built_in(built_in: Option<BuiltIn>, environment: &[(RawText, RawText)]) -> Result<(), Fault> {
    let Some(built_in) = built_in else { return Ok(()) };
    BuiltInSettings::read(built_in, environment).map(|_| ()).map_err(invalid)
}

/// A function that stands for an address is what the operator's settings say.
fn is_set_here(function: &Function) -> Result<(), Fault> {
    match Kind::of(function) {
        Kind::Endpoint => Err(invalid("The function stands for an endpoint of the server's settings")),
        _ => Ok(()),
    }
}

fn description(call: &Call<'_>, uid: u128) -> Result<Option<Opaque>, Fault> {
    let raw = call.input().raw("Description").filter(|raw| !raw.is_empty());
    raw.map(|raw| sealed_text(call, &member_place(uid, "Description"), raw)).transpose()
}

pub(super) async fn update_code(call: &mut Call<'_>) -> Answered {
    let meant = Meant::of(call)?;
    let permit: Permit<ReadDirectory> = meant.may(call, "lambda:UpdateFunctionCode")?;
    let before = Arc::clone(meant.found(call)?);
    is_set_here(&before)?;
    if BuiltIn::of(&before).is_some() {
        return Err(no_code());
    }
    if call.input().flag("DryRun").unwrap_or(false) {
        return Show { call, permit: &permit, scope: &meant.scope }.function(&before);
    }
    let known = settings::known_revision(call, before.revision);
    let architecture = call.input().publics("Architectures").next().cloned();
    let archive = settings::archive(call, None)?;
    let code = keep(call.api, archive).await?;
    let change = |function: &mut Function| {
        function.code = code.clone();
        if let Some(architecture) = &architecture {
            function.architecture = architecture.clone();
        }
    };
    match changed(call, &meant, known, change).await {
        Ok((before, after)) => {
            discard(call.api, &before.code).await;
            Show { call, permit: &permit, scope: &meant.scope }.function(&after)
        }
        Err(fault) => {
            discard(call.api, &code).await;
            Err(fault)
        }
    }
}

type Changed = (Arc<Function>, Arc<Function>);

/// Changes a function as it is when the change is committed.
async fn changed(
    call: &mut Call<'_>,
    meant: &Meant,
    known: Option<u128>,
    change: impl Fn(&mut Function),
) -> Result<Changed, Fault> {
    let at = (random(call), now_ms(call));
    let on = (&meant.scope, &meant.name);
    call.transact(|drafts, _| {
        drafts.functions.update(on, known, at, |function| change(function)).map_err(refused)
    })
    .await
}

pub(super) async fn update_configuration(call: &mut Call<'_>) -> Answered {
    let meant = Meant::of(call)?;
    let permit: Permit<ReadDirectory> = meant.may(call, "lambda:UpdateFunctionConfiguration")?;
    let before = Arc::clone(meant.found(call)?);
    is_set_here(&before)?;
    settings::check(call)?;
    let role = call.input().public("Role").cloned();
    if let Some(role) = &role {
        settings::role(call, role)?;
    }
    let runtime = call.input().public("Runtime").map(settings::runtime).transpose()?;
    let built_in = BuiltIn::find(
        runtime.map_or(before.runtime.get().as_str(), |runtime| runtime.name),
        call.input().public("Handler").unwrap_or(&before.handler).get(),
    );
    if built_in != BuiltIn::of(&before) {
        return Err(invalid("No function becomes a built-in one, and none ceases to be one"));
    }
    let environment = settings::environment(call)?;
    if let Some(environment) = &environment {
        fits_built_in(built_in, environment)?;
    }
    let environment = environment.map(|all| sealed_environment(call, before.uid, &all)).transpose()?;
    let description = match call.input().has("Description") {
        true => Some(description(call, before.uid)?),
        false => None,
    };
    let (handler, layers) = (call.input().public("Handler").cloned(), settings::layers(call)?);
    let (timeout, memory, log_group) =
        (number(call, "Timeout"), number(call, "MemorySize"), settings::log_group(call)?);
    let known = settings::known_revision(call, before.revision);
    let change = |function: &mut Function| {
        set(&mut function.role, role.as_ref());
        set(&mut function.runtime, runtime.map(|runtime| runtime.name.into()).as_ref());
        set(&mut function.handler, handler.as_ref());
        set(&mut function.environment, environment.as_ref());
        set(&mut function.description, description.as_ref());
        set(&mut function.layers, layers.as_ref());
        set(&mut function.timeout_seconds, timeout.as_ref());
        set(&mut function.memory_mib, memory.as_ref());
        if log_group.is_some() {
            function.log_group.clone_from(&log_group);
        }
    };
    let (_, after) = changed(call, &meant, known, change).await?;
    Show { call, permit: &permit, scope: &meant.scope }.function(&after)
}

fn set<T: Clone>(place: &mut T, value: Option<&T>) {
    if let Some(value) = value {
        place.clone_from(value);
    }
}

pub(super) fn get(call: &mut Call<'_>) -> Answered {
    let meant = Meant::of(call)?;
    let permit: Permit<ReadDirectory> = meant.may(call, "lambda:GetFunction")?;
    let function = meant.found(call)?;
    let concurrency =
        function.concurrency.map(|most| Output::new().with("ReservedConcurrentExecutions", most));
    let tags = super::tags::shown(call, &permit, function)?;
    let configuration = Show { call, permit: &permit, scope: &meant.scope }.function(function)?;
    Ok(Output::new().with("Configuration", configuration).with("Concurrency", concurrency).with("Tags", tags))
}

pub(super) fn configuration(call: &mut Call<'_>) -> Answered {
    let meant = Meant::of(call)?;
    let permit: Permit<ReadDirectory> = meant.may(call, "lambda:GetFunctionConfiguration")?;
    Show { call, permit: &permit, scope: &meant.scope }.function(meant.found(call)?)
}

pub(super) fn list(call: &mut Call<'_>) -> Answered {
    let permit: Permit<ReadDirectory> = call.authorize_as(Ask::new("lambda:ListFunctions"))?;
    let scope = FunctionScope { account: call.account()?, region: call.region().clone() };
    let show = Show { call, permit: &permit, scope: &scope };
    let all: Vec<_> = call.snapshot().rooms.functions.functions(&scope).collect();
    let (page, next) = page(call, all, |function| function.name.get())?;
    let shown =
        page.into_iter().map(|function| show.function(function)).collect::<Result<Vec<_>, Fault>>()?;
    Ok(Output::new().with("Functions", Value::list(shown)).with("NextMarker", next))
}

/// The page behind a marker, which is the last name of the one before.
#[expect(clippy::disallowed_methods, reason = "a captured marker is compared with names; a yes or no leaves")]
pub(super) fn page<T>(
    call: &Call<'_>,
    all: Vec<T>,
    name: impl Fn(&T) -> &str,
) -> Result<(Vec<T>, Option<Public<String>>), Fault> {
    let marker = call.input().raw("Marker");
    let count = number(call, "MaxItems").and_then(|count| usize::try_from(count).ok());
    let count = count.unwrap_or(PAGE_ITEMS_MAX).clamp(1, PAGE_ITEMS_MAX);
    let behind = |item: &T| marker.is_none_or(|marker| name(item) > marker.expose());
    let mut rest: Vec<T> = all.into_iter().filter(behind).collect();
    let more = rest.len() > count;
    rest.truncate(count);
    let next = rest.last().filter(|_| more).map(|last| crate::record::configured(&name(last)));
    Ok((rest, next))
}

pub(super) async fn delete(call: &mut Call<'_>) -> Answered {
    let meant = Meant::of(call)?;
    let _asked: Permit<sotto_iam::Call> = meant.may(call, "lambda:DeleteFunction")?;
    let found = Arc::clone(meant.found(call)?);
    if call.api.runs.endpoint(&meant.arn()).is_ok() {
        is_set_here(&found)?;
    }
    let gone = call
        .transact(|drafts, _| drafts.functions.delete(&meant.scope, &meant.name).map_err(refused))
        .await?;
    call.api.runs.forget(&meant.arn());
    discard(call.api, &gone.code).await;
    Ok(Output::new().with("StatusCode", 204_u16))
}

pub(super) async fn reserve(call: &mut Call<'_>) -> Answered {
    let meant = Meant::of(call)?;
    let _asked: Permit<sotto_iam::Call> = meant.may(call, "lambda:PutFunctionConcurrency")?;
    let most = number(call, "ReservedConcurrentExecutions").ok_or_else(internal)?;
    set_reserved(call, &meant, Some(most)).await?;
    Ok(Output::new().with("ReservedConcurrentExecutions", most))
}

pub(super) async fn unreserve(call: &mut Call<'_>) -> Answered {
    let meant = Meant::of(call)?;
    let _asked: Permit<sotto_iam::Call> = meant.may(call, "lambda:DeleteFunctionConcurrency")?;
    set_reserved(call, &meant, None).await?;
    Ok(Output::new())
}

async fn set_reserved(call: &mut Call<'_>, meant: &Meant, most: Option<u32>) -> Result<(), Fault> {
    meant.found(call)?;
    call.transact(|drafts, _| drafts.functions.reserve(&meant.scope, &meant.name, most).map_err(refused))
        .await?;
    // Its room is counted anew.
    call.api.runs.forget(&meant.arn());
    Ok(())
}

/// The log group that a function's output goes to.
pub(super) fn group_of(function: &Function) -> Public<String> {
    log_group(function)
}
