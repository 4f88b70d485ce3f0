//! Lambda: functions and layers kept sealed, run in processes of their own, invoked by callers, services and subscriptions.
//!
//! `refer` says which function is meant, `settings` what may be set, `code` how archives and what people wrote rest. `invoke` is the
//! only way in for events: with a permit to invoke and a record that is durable, through `egress`. `host` is what a process gets
//! of the server: its code, its environment, credentials of its role, a place for its output, which is masked as PutLogEvents'
//! is and asked for in the role's name. `service` is for our own services, judged by the function's resource policy.
//! `run` says what a function is: a process, an address of the operator's (`endpoints`), or the server itself (`builtin`). `later`
//! keeps events that are answered before they are run.
//!
//! Versions, aliases and other kinds of code than a ZIP in the request are not there.

mod builtin;
mod code;
mod endpoints;
mod functions;
mod host;
mod invoke;
mod later;
mod layers;
mod permissions;
mod refer;
mod round;
mod row;
mod run;
mod service;
mod settings;
mod shapes;
mod shelf;
mod tags;

pub(crate) use code::object as code_object;
pub use endpoints::EndpointSettings;
pub use host::FunctionSettings;
pub(crate) use host::Runs;
pub(crate) use later::{Waiting, events_place, keep_events};
pub(crate) use row::ServiceAct;
pub(crate) use service::Deliveries;
pub use service::{HookRefused, ServiceInvoke};

use crate::call::Call;
use crate::desk::Answered;
use sotto_functions::{FunctionsError, RegistryError};
use sotto_wire::{Fault, message};

/// The ARN of a function without a qualifier; what is no ARN of a function stays as it is.
pub(crate) fn plain_arn(arn: &sotto_public::Public<String>) -> sotto_public::Public<String> {
    refer::Meant::at(arn).map_or_else(|| arn.clone(), |meant| meant.arn())
}

/// The answer to an operation of Lambda.
pub(crate) async fn answer(call: &mut Call<'_>) -> Answered {
    match call.operation() {
        "Invoke" => invoke::answer(call).await,
        "InvokeAsync" => Err(call.not_served()),
        "PutFunctionEventInvokeConfig" | "UpdateFunctionEventInvokeConfig" => Err(invalid(
            "DestinationConfig and other settings of asynchronous invocation are not available in this release: an event is \
             tried three times within six hours, and given up after that",
        )),
        "CreateFunction" => functions::create(call).await,
        "UpdateFunctionCode" => functions::update_code(call).await,
        "UpdateFunctionConfiguration" => functions::update_configuration(call).await,
        "GetFunction" => functions::get(call),
        "GetFunctionConfiguration" => functions::configuration(call),
        "ListFunctions" => functions::list(call),
        "DeleteFunction" => functions::delete(call).await,
        "PutFunctionConcurrency" => functions::reserve(call).await,
        "DeleteFunctionConcurrency" => functions::unreserve(call).await,
        "PublishLayerVersion" => layers::publish(call).await,
        "GetLayerVersion" => layers::get(call),
        "ListLayerVersions" => layers::list(call),
        "DeleteLayerVersion" => layers::delete(call).await,
        "AddPermission" => permissions::add(call).await,
        "RemovePermission" => permissions::remove(call).await,
        "GetPolicy" => permissions::get(call),
        "TagResource" => tags::tag(call).await,
        "UntagResource" => tags::untag(call).await,
        "ListTags" => tags::list(call),
        _ => Err(call.not_served()),
    }
}

/// A value that cannot be taken.
fn invalid(words: impl Into<sotto_wire::Message>) -> Fault {
    Fault::new("InvalidParameterValueException", words)
}

/// What a refusal of the registry is on the wire.
fn refused(error: RegistryError) -> Fault {
    match error {
        RegistryError::NoFunction => Fault::new("ResourceNotFoundException", "Function not found"),
        RegistryError::NoLayer => {
            Fault::new("ResourceNotFoundException", "The resource you requested does not exist.")
        }
        RegistryError::NoStatement => {
            Fault::new("ResourceNotFoundException", "No statement has the id that was given")
        }
        RegistryError::Exists => Fault::new("ResourceConflictException", "Function already exist"),
        RegistryError::StatementExists => Fault::new(
            "ResourceConflictException",
            "The statement id provided already exists. Please provide a new statement id, or remove the existing statement.",
        ),
        RegistryError::Revision => Fault::new(
            "PreconditionFailedException",
            "The Revision Id provided does not match the latest Revision Id. Call the GetFunction API to retrieve the latest \
             Revision Id",
        ),
        RegistryError::Limit { what: "bytes of code", .. } => {
            Fault::new("CodeStorageExceededException", "Code storage limit exceeded.")
        }
        RegistryError::Limit { what, most } => invalid(message!("There are {} {} at most", most, what)),
        RegistryError::PolicyLength => {
            Fault::new("PolicyLengthExceededException", "The final policy size is too large")
        }
    }
}

/// Why a function was not run, on the wire.
fn not_run(error: FunctionsError) -> Fault {
    match error {
        FunctionsError::TooMany => Fault::new("TooManyRequestsException", "Rate Exceeded.")
            .with("Reason", "ConcurrentInvocationLimitExceeded"),
        FunctionsError::Payload { most } => Fault::new(
            "RequestTooLargeException",
            message!("Request must be smaller than {} bytes for the InvokeFunction operation", most),
        ),
        FunctionsError::Archive(_) => {
            Fault::new("InvalidZipFileException", "Lambda could not unzip the deployment package.")
        }
        FunctionsError::NoInterpreter(_) => Fault::new(
            "InvalidRuntimeException",
            "No interpreter for this runtime is configured or found here",
        ),
        FunctionsError::Closed => Fault::new("ServiceException", "functions are not run by this server"),
        FunctionsError::Start(_) | FunctionsError::Place(_) | FunctionsError::Unavailable => {
            Fault::new("ServiceException", "the function could not be started now; try again")
        }
    }
}
