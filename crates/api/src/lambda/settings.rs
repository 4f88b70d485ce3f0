//! What may be set on a function? The bounds of AWS's API Reference ("CreateFunction") that the model does not hold, and what this
//! server does not have: refused where it would change what the function sees or who reads it, left aside where it would not.

use super::invalid;
use super::shapes::revision;
use crate::call::{Call, internal};
use crate::context::copied;
use crate::desk::number;
use sotto_arn::{LogGroupName, PrincipalArn, PrincipalKind};
use sotto_functions::{FUNCTION_LAYERS_MAX, Runtime};
use sotto_iam::{AssumeRole, Context, Principal, Request, Resource};
use sotto_public::Public;
use sotto_sensitive::{RawBytes, RawText};
use sotto_wire::{Fault, Key, message};

/// Seconds of an invocation, and where nothing is said.
const TIMEOUT_SECONDS_MAX: u32 = 900;
pub(super) const TIMEOUT_SECONDS: u32 = 3;
/// MiB of memory, and where nothing is said.
const MEMORY_MIB_MAX: u32 = 10_240;
pub(super) const MEMORY_MIB: u32 = 128;
/// Bytes of all names and values of an environment (AWS Lambda quotas, "Environment variables").
const ENVIRONMENT_BYTES_MAX: usize = 4096;

/// Variables that Lambda sets itself (AWS Lambda Developer Guide, "Defined runtime environment variables").
const RESERVED: [&str; 18] = [
    "_HANDLER",
    "_X_AMZN_TRACE_ID",
    "AWS_DEFAULT_REGION",
    "AWS_REGION",
    "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_INITIALIZATION_TYPE",
    "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_ACCESS_KEY",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_LAMBDA_RUNTIME_API",
    "LAMBDA_TASK_ROOT",
    "LAMBDA_RUNTIME_DIR",
];

/// What would change where code and data lie, and is not there.
const NOT_HERE: [&str; 6] = [
    "KMSKeyArn",
    "FileSystemConfigs",
    "ImageConfig",
    "DeadLetterConfig",
    "CodeSigningConfigArn",
    "DurableConfig",
];

/// Refuses what this server does not have.
pub(super) fn check(call: &Call<'_>) -> Result<(), Fault> {
    let input = call.input();
    without(input.view(), &NOT_HERE)?;
    let vpc = input.member("VpcConfig");
    if vpc.is_some_and(|vpc| vpc.publics("SubnetIds").next().is_some()) {
        return Err(invalid("VpcConfig is not available in this release"));
    }
    if input.public("PackageType").is_some_and(|kind| kind.get() != "Zip") {
        return Err(invalid("Functions are packed as Zip in this release"));
    }
    within(call, "Timeout", 1, TIMEOUT_SECONDS_MAX)?;
    within(call, "MemorySize", 128, MEMORY_MIB_MAX)
}

/// Refuses members that are not there.
pub(super) fn without(input: sotto_wire::View<'_>, members: &[&'static str]) -> Result<(), Fault> {
    match members.iter().find(|member| input.has(member)) {
        Some(member) => Err(invalid(message!("{} is not available in this release", *member))),
        None => Ok(()),
    }
}

fn within(call: &Call<'_>, member: &'static str, least: u32, most: u32) -> Result<(), Fault> {
    match number(call, member).is_none_or(|number| (least..=most).contains(&number)) {
        true => Ok(()),
        false => Err(invalid(message!("{} must be between {} and {}", member, least, most))),
    }
}

/// The archive of a request: in the request itself, there are no buckets here.
pub(super) fn archive(call: &mut Call<'_>, inside: Option<&'static str>) -> Result<RawBytes, Fault> {
    let taken = match inside {
        Some(member) => call.input_mut().take(member).and_then(|mut code| code.take_bytes("ZipFile")),
        None => call.input_mut().take_bytes("ZipFile"),
    };
    taken.ok_or_else(|| {
        invalid("Please provide the code as ZipFile; other sources are not available in this release")
    })
}

/// The runtime of a request, when it runs here.
pub(super) fn runtime(named: &Public<String>) -> Result<Runtime, Fault> {
    Runtime::find(named.get().as_str()).ok_or_else(|| {
        invalid(message!(
            "The runtime {} does not run here: Python, Node and provided runtimes do",
            named.clone()
        ))
    })
}

/// The environment of a request.
#[expect(clippy::disallowed_methods, reason = "names of variables are compared with reserved ones")]
pub(super) fn environment(call: &mut Call<'_>) -> Result<Option<Vec<(RawText, RawText)>>, Fault> {
    let Some(mut given) = call.input_mut().take("Environment") else { return Ok(None) };
    let pair = |(name, value): (Key, sotto_wire::Input)| {
        let name = match name {
            Key::Raw(name) => name,
            Key::Public(name) => RawText::new(name.into_inner()),
        };
        Some((name, value.into_raw()?))
    };
    let pairs: Vec<_> = given.take_map("Variables").into_iter().filter_map(pair).collect();
    let bytes: usize = pairs.iter().map(|(name, value)| name.length() + value.length()).sum();
    if bytes > ENVIRONMENT_BYTES_MAX {
        return Err(invalid(
            "Lambda was unable to configure your environment variables because the environment variables you have provided \
             exceeded the 4KB limit.",
        ));
    }
    let reserved =
        RESERVED.into_iter().find(|reserved| pairs.iter().any(|(name, _)| name.expose() == *reserved));
    if let Some(reserved) = reserved {
        return Err(invalid(message!(
            "Lambda was unable to configure your environment variables because the environment variables you have provided \
             contains reserved keys that are currently not supported for modification. Reserved keys used in this request: {}",
            reserved
        )));
    }
    if pairs.iter().any(|(name, value)| name.expose().contains('\0') || value.expose().contains('\0')) {
        return Err(invalid("Names and values of environment variables have no zero bytes"));
    }
    Ok(Some(pairs))
}

/// The layers of a request: each must be there, and the caller must be allowed to read it (AWS Lambda Developer Guide, "Managing
/// Lambda dependencies with layers": `lambda:GetLayerVersion`), since its content is what the function shows.
pub(super) fn layers(call: &mut Call<'_>) -> Result<Option<Vec<Public<String>>>, Fault> {
    if !call.input().has("Layers") {
        return Ok(None);
    }
    let layers: Vec<_> = call.input().publics("Layers").cloned().collect();
    if layers.len() > FUNCTION_LAYERS_MAX {
        return Err(invalid("A function has five layers at most"));
    }
    let account = call.account()?;
    for layer in &layers {
        let own = super::layers::located(layer).is_some_and(|(scope, ..)| scope.account == account);
        if own {
            let on = Resource::new(layer.get()).of_account(&account);
            let _asked: sotto_iam::Permit<sotto_iam::Call> =
                call.authorize(crate::call::Ask::new("lambda:GetLayerVersion").on(on))?;
        }
        if !own || super::layers::version_at(&call.snapshot().rooms.functions, layer).is_none() {
            return Err(invalid(message!("Layer version {} does not exist.", layer.clone())));
        }
    }
    Ok(Some(layers))
}

/// The log group of a request.
pub(super) fn log_group(call: &Call<'_>) -> Result<Option<Public<String>>, Fault> {
    let Some(config) = call.input().member("LoggingConfig") else { return Ok(None) };
    let Some(name) = config.public("LogGroup") else { return Ok(None) };
    match LogGroupName::parse(name.get()) {
        Ok(name) => Ok(Some(Public::named(&name))),
        Err(_) => Err(invalid("LogGroup is not the name of a log group")),
    }
}

/// The role of a request: it must be in the caller's account and trust Lambda, and the caller must be allowed to hand it on.
pub(super) fn role(call: &mut Call<'_>, arn: &Public<String>) -> Result<(), Fault> {
    let cannot = || invalid("The role defined for the function cannot be assumed by Lambda.");
    let account = call.account()?;
    let parsed = PrincipalArn::parse(arn.get()).ok().filter(|arn| arn.kind() == PrincipalKind::Role);
    let parsed = parsed.filter(|arn| *arn.account() == account).ok_or_else(cannot)?;
    let there = call.directory().account(&account).and_then(|held| held.role(parsed.name())).is_some();
    let on = Resource::new(arn.get()).of_account(&account);
    let to = Context::new().with("iam:PassedToService", "lambda.amazonaws.com");
    let _asked: sotto_iam::Permit<sotto_iam::Call> =
        call.authorize(crate::call::Ask::new("iam:PassRole").on(on).with(to))?;
    let trusts = trusts_lambda(call.snapshot(), arn, &account, call.now()).ok_or_else(internal)?;
    if there && trusts { Ok(()) } else { Err(cannot()) }
}

/// Whether a role's trust policy lets Lambda become it.
pub(super) fn trusts_lambda(
    snapshot: &crate::state::Snapshot,
    role: &Public<String>,
    account: &sotto_arn::AccountId,
    now: std::time::SystemTime,
) -> Option<bool> {
    let action = sotto_arn::Action::parse("sts:AssumeRole").ok()?;
    let on = Resource::new(role.get()).of_account(account);
    let service = Principal::service("lambda.amazonaws.com");
    let request = Request::new(service, action, on, Context::at(now));
    Some(snapshot.policies.authorize::<AssumeRole>(&request, now).into_permit().is_ok())
}

/// The revision that a request stands on, as the number of a function that is at it.
pub(super) fn known_revision(call: &Call<'_>, at: u128) -> Option<u128> {
    let asked = call.input().raw("RevisionId").map(copied)?;
    // Any number but the present one is another revision.
    Some(if crate::context::is(&asked, revision(at).get()) { at } else { at.wrapping_add(1) })
}
